"""Calling out: challenges, forks, reliable provisionals, redirections and refusals."""

from __future__ import annotations

import pytest

from pair import ANSWER, BILOXI, OFFER, Solo
from webphone.sip import (
    Answered,
    By,
    Dropped,
    EarlyOffer,
    Ended,
    InfoReceived,
    NotNow,
    Progressed,
    Request,
    Uri,
    reply,
)
from webphone.sip.endpoint import Identity
from webphone.sip.wire.headers import Challenge

PROXY = ("Proxy-Authenticate", 'Digest realm="proxy", nonce="p1", qop="auth", algorithm=SHA-256')
USER = ("WWW-Authenticate", 'Digest realm="bob", nonce="u1", qop="auth"')


def _stale(nonce: str) -> tuple[str, str]:
    return (
        "Proxy-Authenticate",
        f'Digest realm="proxy", nonce="{nonce}", qop="auth", algorithm=SHA-256, stale=true',
    )


def _knowing(realm: str) -> Solo:
    """Alice, in whose settings a server named proxy and this realm stand."""
    alice = Solo()
    alice.agent.account = Identity(
        user="alice", domain="a.example", password="x", realm=realm, hosts=("proxy",)
    )
    return alice


def _ended(alice: Solo) -> Ended:
    (ended,) = alice.phone.news(Ended)
    assert isinstance(ended, Ended)
    return ended


def _given(request: Request, header: str = "Proxy-Authorization") -> dict[str, str]:
    value = request.headers.get(header)
    assert value is not None
    return Challenge.parse(value).params


@pytest.mark.rfc("3665 §3.3", "a proxy asks for the password")
@pytest.mark.rfc("3261 §22.1", "the ACK carries the credentials of its INVITE")
@pytest.mark.rfc(
    "3261 §8.1.3.5",
    "a request goes again with the same Call-ID, From and To, the next number and a new branch",
)
def test_a_challenged_invite_is_sent_again_signed() -> None:
    """RFC 3665 §3.3: successful session with proxy failure of authentication."""
    alice = Solo()
    first = alice.call()
    outputs = alice.answer(first, 407, "p1", PROXY)
    assert [type(o).__name__ for o in outputs] == ["Send", "Send"]
    assert alice.phone.wrote() == ["INVITE", "ACK", "INVITE"]
    again = alice.last("INVITE")
    assert again.call_id == first.call_id
    assert again.from_ == first.from_
    assert again.to == first.to
    assert again.via.branch != first.via.branch
    assert (first.cseq.number, again.cseq.number) == (1, 2)
    assert _given(again)["algorithm"] == "SHA-256"
    assert _given(again)["nc"] == "00000001"
    assert _given(again)["username"] == "alice"
    alice.answer(again, 200, "b1", sdp=ANSWER)
    ack = alice.last("ACK")
    # RFC 3261 §22.1: the ACK carries what the INVITE carried.
    assert ack.headers.all("Proxy-Authorization") == again.headers.all("Proxy-Authorization")
    assert ack.cseq.number == 2


@pytest.mark.rfc(
    "3261 §22.3", "proxies and the callee are answered beside each other, each in its realm"
)
def test_a_proxy_and_the_callee_may_both_ask_one_after_the_other_or_at_once() -> None:
    alice = _knowing("bob")
    alice.answer(alice.call(), 407, "p1", PROXY)
    alice.answer(alice.last("INVITE"), 401, "b1", USER)
    both = alice.last("INVITE")
    assert both.cseq.number == 3
    assert _given(both)["realm"] == "proxy"
    assert _given(both, "Authorization")["realm"] == "bob"
    # A nonce is used again with the next count.
    assert _given(both)["nc"] == "00000002"
    carol = _knowing("bob")
    carol.answer(carol.call(), 401, "f1", PROXY, USER)
    assert _given(carol.last("INVITE"))["realm"] == "proxy"
    assert _given(carol.last("INVITE"), "Authorization")["realm"] == "bob"


@pytest.mark.rfc("3261 §22.2", "credentials that were refused are not sent again")
def test_a_wrong_password_ends_the_call_and_never_loops() -> None:
    alice = Solo()
    alice.answer(alice.call(), 407, "p1", PROXY)
    another = ("Proxy-Authenticate", 'Digest realm="proxy", nonce="p2", qop="auth"')
    alice.answer(alice.last("INVITE"), 407, "p1", another)
    assert (_ended(alice).by, _ended(alice).status) == (By.REMOTE, 407)
    assert alice.phone.wrote("INVITE") == ["INVITE", "INVITE"]


@pytest.mark.rfc("7616 §3.3", "a stale nonce is answered anew")
def test_a_stale_nonce_is_answered_anew_but_not_for_ever() -> None:
    alice = Solo()
    alice.answer(alice.call(), 407, "p1", PROXY)
    for turn in range(9):
        if alice.phone.news(Ended):
            break
        alice.answer(alice.last("INVITE"), 407, "p1", _stale(f"s{turn}"))
    assert _ended(alice).status == 407
    assert len(alice.phone.wrote("INVITE")) == 5


def test_what_cannot_be_answered_ends_the_call() -> None:
    for header in (
        ("Proxy-Authenticate", "Basic realm=x"),
        ("Proxy-Authenticate", 'Digest realm="'),
        ("X-Nothing", "asked"),
    ):
        alice = Solo()
        alice.answer(alice.call(), 407, "p1", header)
        assert _ended(alice).status == 407


@pytest.mark.rfc("3261 §12.1.2", "each fork that rings is an early dialog of its own")
def test_two_phones_that_ring_are_two_branches() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 100, "")
    alice.answer(invite, 180, "b1")
    alice.answer(invite, 183, "b2", sdp=ANSWER)
    told = [p for p in alice.phone.news(Progressed) if isinstance(p, Progressed)]
    assert [(p.status, p.branch, p.sdp) for p in told] == [(180, "b1", None), (183, "b2", ANSWER)]
    alice.answer(invite, 200, "b2", sdp=ANSWER)
    (answered,) = alice.phone.news(Answered)
    assert isinstance(answered, Answered)
    assert answered.branch == "b2"


@pytest.mark.rfc("3261 §13.2.2.4", "a second 2xx gets its ACK and a BYE")
def test_the_first_of_two_phones_that_answer_wins_and_the_other_gets_ack_and_bye() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180, "b1")
    alice.answer(invite, 200, "b1", sdp=ANSWER)
    alice.answer(invite, 200, "b2", sdp=ANSWER)
    assert alice.phone.wrote() == ["INVITE", "ACK", "ACK", "BYE"]
    bye = alice.last("BYE")
    assert (bye.to.tag, str(bye.uri)) == ("b2", "sip:bob@b2.example")
    assert len(alice.phone.news(Answered)) == 1
    assert alice.agent.calls() == ("call",)
    # Its 200 comes again: the ACK again, and no second BYE.
    alice.answer(invite, 200, "b2", sdp=ANSWER)
    assert alice.phone.wrote()[4:] == ["ACK"]
    alice.answer(bye, 200, "b2")
    assert not alice.phone.news(Ended)


@pytest.mark.rfc("3261 §13.2.2.4", "a 2xx that comes again gets the same ACK again")
def test_a_200_that_comes_again_gets_the_same_ack_even_after_the_call() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 200, sdp=ANSWER)
    first = bytes(alice.last("ACK"))
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("BYE"), 200)
    alice.answer(invite, 200, sdp=ANSWER)
    assert bytes(alice.last("ACK")) == first
    assert len(alice.phone.wrote("ACK")) == 2


def test_a_late_fork_of_a_cancelled_call_is_ended_too() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(invite, 180, "b2")
    alice.answer(invite, 200, "b1", sdp=ANSWER)
    alice.answer(invite, 200, "b2", sdp=ANSWER)
    assert alice.phone.wrote() == ["INVITE", "CANCEL", "ACK", "BYE", "ACK", "BYE"]
    assert _ended(alice).by is By.LOCAL


def test_a_call_hung_up_before_any_response_ends_with_whatever_comes() -> None:
    for status, wrote in ((486, ["INVITE", "ACK"]), (200, ["INVITE", "ACK", "BYE"])):
        alice = Solo()
        invite = alice.call()
        alice.say(alice.agent.hang_up("call", alice.now))
        alice.answer(invite, status, sdp=ANSWER)
        assert alice.phone.wrote() == wrote
        assert _ended(alice).by is By.LOCAL
    alice = Solo()
    alice.answer(alice.call(), 407, "p1", PROXY)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.wind(33)
    assert (_ended(alice).by, _ended(alice).status) == (By.LOCAL, 408)


def test_a_challenge_after_hang_up_is_not_answered() -> None:
    alice = Solo()
    invite = alice.call()
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(invite, 407, "p1", PROXY)
    assert alice.phone.wrote() == ["INVITE", "ACK"]
    assert _ended(alice).status == 407


@pytest.mark.rfc(
    "3261 §9.1", "a CANCEL has the Via, the Request-URI, To and the number of its INVITE"
)
@pytest.mark.rfc("3261 §22.1", "a challenge to a CANCEL is not answered")
@pytest.mark.rfc("3326 §2", "a CANCEL says why in Reason")
def test_a_cancel_goes_the_way_of_its_invite_and_carries_the_reason() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180)
    reason = ("Reason", "Q.850;cause=16")
    alice.say(alice.agent.hang_up("call", alice.now, headers=(reason,)))
    cancel = alice.last("CANCEL")
    assert (cancel.via, cancel.uri, cancel.to) == (invite.via, invite.uri, invite.to)
    assert str(cancel.cseq) == "1 CANCEL"
    assert cancel.headers.get("Reason") == "Q.850;cause=16"
    # A CANCEL cannot be sent again, so a challenge to it is not answered.
    alice.answer(cancel, 401, "b1", USER)
    assert alice.phone.wrote() == ["INVITE", "CANCEL"]


@pytest.mark.rfc("3261 §8.1.3.4", "a 3xx is told with all its contacts")
def test_a_redirection_tells_its_contacts_in_order() -> None:
    alice = Solo()
    more = ("Contact", "<sip:carol@c.example>;q=0.5, <tel:+15551234>")
    alice.answer(alice.call(), 302, "b1", more)
    assert [str(moved.uri) for moved in _ended(alice).moved] == [
        "sip:bob@b1.example",
        "sip:carol@c.example",
        "tel:+15551234",
    ]


@pytest.mark.rfc("3261 §20.43", "the text of a Warning explains a refusal")
def test_a_refusal_is_explained_by_its_warning_when_it_has_no_reason() -> None:
    alice = Solo()
    warning = ("Warning", '307 proxy.example "Session parameter not understood"')
    alice.answer(alice.call(), 488, "b1", warning, ("Reason", ";;"))
    ended = _ended(alice)
    assert (ended.status, ended.text) == (488, "Session parameter not understood")
    assert ended.q850 is None


@pytest.mark.rfc(
    "3262 §4", "a reliable 1xx gets a PRACK with its RAck, once and in order, for each fork"
)
def test_a_reliable_provisional_gets_a_prack_and_only_in_order() -> None:
    alice = Solo()
    invite = alice.call()
    assert "100rel" in invite.supported

    def reliable(number: str) -> tuple[tuple[str, str], tuple[str, str]]:
        return ("Require", "100rel"), ("RSeq", number)

    alice.answer(invite, 183, "b1", *reliable("7"), sdp=ANSWER)
    prack = alice.last("PRACK")
    assert prack.headers.get("RAck") == "7 1 INVITE"
    assert (str(prack.cseq), str(prack.uri)) == ("2 PRACK", "sip:bob@b1.example")
    # The same again and one out of order: no PRACK, no news.
    for number in ("7", "9"):
        outputs = alice.answer(invite, 183, "b1", *reliable(number))
        assert [type(output) for output in outputs] == [Dropped]
    alice.answer(invite, 180, "b1", *reliable("8"))
    assert alice.last("PRACK").headers.get("RAck") == "8 1 INVITE"
    # Without RSeq, or from another fork, they have their own count.
    alice.answer(invite, 180, "b2", ("Require", "100rel"))
    alice.answer(invite, 180, "b2", *reliable("1"))
    assert len(alice.phone.wrote("PRACK")) == 3
    alice.answer(prack, 200)
    alice.answer(invite, 200, "b1")
    (answered,) = alice.phone.news(Answered)
    assert isinstance(answered, Answered)
    assert answered.sdp is None
    alice.say(alice.agent.hang_up("call", alice.now))
    assert alice.last("BYE").cseq.number == 4


@pytest.mark.rfc(
    "3261 §15", "a BYE of the callee in an early dialog is refused: only the caller may send one"
)
@pytest.mark.rfc("3311 §5.2", "491 to an UPDATE with an offer while ours has no answer")
def test_requests_in_an_early_dialog_are_answered_each_as_it_must() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 183)
    alice.ask("INFO", dialog_of=invite, cseq=5)
    assert alice.last_status() == 200
    assert len(alice.phone.news(InfoReceived)) == 1
    for method, cseq, sdp, status in (
        ("UPDATE", 6, "", 200),
        ("UPDATE", 7, OFFER, 491),
        ("BYE", 8, "", 481),
        ("OPTIONS", 9, "", 200),
        ("INFO", 2, "", 500),
    ):
        alice.ask(method, dialog_of=invite, cseq=cseq, sdp=sdp)
        assert alice.last_status() == status
    alice.ask("INFO", dialog_of=invite, tag="nobody")
    assert alice.last_status() == 481
    alice.ask("INFO", tag="b1", call_id=invite.call_id, to_tag="mallory")
    assert alice.last_status() == 481


def test_extra_headers_and_a_name_of_their_own_go_into_the_invite() -> None:
    alice = Solo()
    target = alice.call().uri
    outputs = alice.agent.invite(
        "two", target, OFFER, 0.0, headers=(("X-Order", "7"),), display_name="Sales"
    )
    alice.say(outputs)
    invite = alice.last("INVITE")
    assert invite.headers.get("X-Order") == "7"
    assert invite.from_.display_name == "Sales"
    with pytest.raises(ValueError, match="line break"):
        alice.agent.invite("three", target, OFFER, 0.0, headers=(("X", "a\r\nVia: b"),))
    assert "three" not in alice.agent.calls()


def test_only_what_rings_here_can_be_refused_and_only_with_a_refusal() -> None:
    alice = Solo()
    alice.call()
    with pytest.raises(NotNow, match="refused with 200"):
        alice.agent.reject("call", 200, 0.0)
    with pytest.raises(NotNow, match="made this call"):
        alice.agent.reject("call", 486, 0.0)


@pytest.mark.parametrize("broken", ["Contact", "Record-Route"])
def test_a_refusal_is_acknowledged_and_heard_whatever_else_is_in_it(broken: str) -> None:
    alice = Solo()
    alice.answer(alice.call(), 486, "b1", (broken, "<<"))
    assert alice.phone.wrote() == ["INVITE", "ACK"]
    assert _ended(alice).status == 486


def test_a_redirection_loses_only_the_contact_that_cannot_be_read() -> None:
    alice = Solo()
    alice.answer(alice.call(), 302, "b1", ("Contact", "sip:@, <sip:carol@c.example>"))
    assert [str(moved.uri) for moved in _ended(alice).moved] == [
        "sip:bob@b1.example",
        "sip:carol@c.example",
    ]


def test_ringing_that_makes_no_dialog_rings_all_the_same() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180, "b1", ("Record-Route", "<<"))
    assert [type(news) for news in alice.phone.news(Progressed)] == [Progressed]
    alice.wind(33)
    assert alice.agent.calls() == ("call",)
    alice.answer(invite, 200, "b1", sdp=ANSWER)
    assert alice.phone.wrote() == ["INVITE", "ACK"]


@pytest.mark.rfc("3261 §13.2.2.4", "a 2xx is acknowledged though its Contact cannot be read")
def test_an_answer_whose_contact_cannot_be_read_is_an_answer() -> None:
    """It is as good as none (RFC 2543 peers): requests go where the INVITE went."""
    alice = Solo()
    invite = alice.call()
    broken = reply(
        invite,
        200,
        to_tag="b1",
        headers=(("Contact", "<<"), ("Content-Type", "application/sdp")),
        body=ANSWER.encode(),
    )
    alice.take(broken)
    assert len(alice.phone.news(Answered)) == 1
    assert alice.last("ACK").uri == invite.uri


@pytest.mark.rfc(
    "3311 §5.2", "one offer at a time in an early dialog: 491 before our answer, 500 before theirs"
)
def test_an_offer_of_an_early_dialog_is_answered_one_at_a_time() -> None:
    """RFC 3311 §5.2."""
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180, "b1")
    alice.ask("UPDATE", dialog_of=invite, cseq=1, sdp=OFFER)
    assert alice.last_status() == 491
    alice.answer(invite, 183, "b1", sdp=ANSWER)
    alice.ask("UPDATE", dialog_of=invite, cseq=2, sdp=OFFER)
    assert alice.phone.news(EarlyOffer) == [EarlyOffer(call="call", branch="b1", sdp=OFFER)]
    alice.ask("UPDATE", dialog_of=invite, cseq=3, sdp=OFFER)
    assert alice.last_status() == 500
    alice.say(alice.agent.reaccept("call", ANSWER, alice.now))
    assert alice.last_status() == 200
    with pytest.raises(NotNow):
        alice.agent.rerefuse("call", 488, alice.now)
    alice.ask("UPDATE", dialog_of=invite, cseq=4, sdp=OFFER)
    alice.say(alice.agent.rerefuse("call", 488, alice.now))
    assert alice.last_status() == 488


@pytest.mark.rfc(
    "3263 §4.3", "an INVITE whose connection failed goes over the next one, as a new transaction"
)
def test_an_invite_that_nothing_was_heard_of_goes_over_the_next_connection() -> None:
    """RFC 3263 §4.3."""
    alice = Solo()
    first = alice.call()
    alice.say(alice.agent.transport_lost(alice.now))
    alice.wind(1)
    alice.say(alice.agent.transport_up(alice.now))
    again = alice.last("INVITE")
    assert again is not first
    assert (again.call_id, again.from_.tag) == (first.call_id, first.from_.tag)
    assert again.vias[0].branch != first.vias[0].branch
    # What is the end of the first is none of the call.
    alice.wind(31.5)
    assert alice.phone.news(Ended) == []
    alice.answer(again, 200, sdp=ANSWER)
    assert alice.phone.wrote() == ["INVITE", "INVITE", "ACK"]


@pytest.mark.parametrize("before", ["given up", "given up meanwhile", "unconnected"])
def test_no_other_invite_goes_out_twice(before: str) -> None:
    alice = Solo()
    if before == "unconnected":
        alice.say(alice.agent.transport_lost(alice.now))
    alice.say(alice.agent.invite("call", Uri.parse(f"sip:bob@{BILOXI}"), OFFER, alice.now))
    if before == "given up":
        alice.say(alice.agent.hang_up("call", alice.now))
    alice.say(alice.agent.transport_lost(alice.now))
    if before == "given up meanwhile":
        alice.say(alice.agent.hang_up("call", alice.now))
    alice.say(alice.agent.transport_up(alice.now))
    assert alice.phone.wrote("INVITE") == ["INVITE"]
