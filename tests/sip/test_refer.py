"""One phone asks another to call somebody, and hears what comes of it (RFC 3515, 4488, 3891)."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Pair, Solo
from webphone.sip import (
    Ended,
    Invited,
    NotNow,
    ReferAnswered,
    ReferNotified,
    ReferReceived,
    Request,
    Response,
    Uri,
    reply,
)
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.replaces import Replaces

CAROL = Uri.parse("sip:carol@chicago.example")


def _refer(pair: Pair) -> str:
    """Alice asks Bob, with whom she talks, to call Carol; the name of the call at Bob's."""
    call = pair.talking()
    pair.say(pair.alice, pair.alice.agent.refer("call", CAROL, pair.now))
    pair.deliver()
    return call


def _sent(phone: object, method: str) -> list[Request]:
    return [m for m in phone.sent if isinstance(m, Request) and m.method == method]


# --- Both ends ------------------------------------------------------------------------------------


@pytest.mark.rfc("3515 §2.4.4", "a NOTIFY goes at once when a REFER is taken")
@pytest.mark.rfc("3515 §2.4.5", "the news are message/sipfrag")
@pytest.mark.rfc("3515 §2.4.6", "Event has the number of the REFER")
@pytest.mark.rfc("3515 §2.4.7", "the last news end the subscription: terminated;reason=noresource")
def test_a_peer_is_asked_to_call_and_tells_how_far_that_has_come() -> None:
    pair = Pair()
    call = _refer(pair)
    (asked,) = pair.bob.news(ReferReceived)
    assert asked.target.uri == CAROL
    assert str(asked.referred_by.uri) == "sip:alice@atlanta.example"
    assert asked.replaces is None
    assert pair.bob.wrote("200 REFER") == [], "nobody has agreed to it yet"

    pair.say(pair.bob, pair.bob.agent.answer_refer(call, 200, pair.now))
    pair.deliver()
    (taken,) = pair.alice.news(ReferAnswered)
    assert (taken.status, taken.silent) == (200, False)
    for status in (180, 200):
        pair.say(pair.bob, pair.bob.agent.report_refer(call, status, pair.now))
        pair.deliver()
    assert [one.status for one in pair.alice.news(ReferNotified)] == [100, 180, 200]
    number = _sent(pair.alice, "REFER")[0].cseq.number
    first, _second, last = _sent(pair.bob, "NOTIFY")
    assert first.headers.get("Event") == f"refer;id={number}"
    assert first.headers.get("Subscription-State") == "active;expires=600"
    assert first.content_type == "message/sipfrag"
    assert first.body == b"SIP/2.0 100 Trying\r\n"
    assert first.contacts
    assert last.headers.get("Subscription-State") == "terminated;reason=noresource"
    assert pair.alice.wrote("200 NOTIFY") == ["200 NOTIFY"] * 3
    with pytest.raises(NotNow):
        pair.bob.agent.report_refer(call, 200, pair.now)


def test_a_peer_that_refuses_says_so_and_the_call_goes_on() -> None:
    pair = Pair()
    call = _refer(pair)
    pair.say(pair.bob, pair.bob.agent.answer_refer(call, 603, pair.now))
    pair.deliver()
    (refused,) = pair.alice.news(ReferAnswered)
    assert refused.status == 603
    assert not _sent(pair.bob, "NOTIFY")
    assert not pair.alice.news(Ended)
    with pytest.raises(NotNow):
        pair.bob.agent.answer_refer(call, 200, pair.now)


@pytest.mark.rfc("4320 §4.1", "a request other than INVITE gets no provisional response")
def test_a_wish_that_a_person_thinks_about_is_not_answered_for_the_time_being() -> None:
    pair = Pair()
    call = _refer(pair)
    pair.wind(30)
    assert pair.bob.wrote("1") == ["180 INVITE"]
    pair.say(pair.bob, pair.bob.agent.answer_refer(call, 200, pair.now))
    assert "200 REFER" in pair.bob.wrote()


@pytest.mark.deviates(
    "7647 §4",
    "A REFER goes inside the call that it is about, though the peer's Contact be a GRUU: PBXes and "
    "the proxies before them take a transfer only there",
)
def test_a_wish_goes_inside_the_call_that_it_is_about() -> None:
    alice = Solo()
    invite = alice.call()
    gruu = ("Contact", "<sip:bob@biloxi.example;gr=urn:uuid:1>")
    answer = reply(invite, 200, to_tag="b1", headers=(gruu,), body=ANSWER.encode())
    alice.take(answer)
    alice.say(alice.agent.refer("call", CAROL, alice.now))
    refer = alice.last("REFER")
    assert (refer.call_id, refer.from_.tag, refer.to.tag) == (
        invite.call_id,
        invite.from_.tag,
        "b1",
    )
    assert str(refer.uri) == "sip:bob@biloxi.example;gr=urn:uuid:1"


def test_a_second_wish_waits_until_the_first_is_done() -> None:
    pair = Pair()
    call = _refer(pair)
    pair.say(pair.alice, pair.alice.agent.refer("call", CAROL, pair.now))
    pair.deliver()
    assert [one.status for one in pair.alice.news(ReferAnswered)] == [491]
    pair.say(pair.bob, pair.bob.agent.answer_refer(call, 200, pair.now))
    pair.say(pair.bob, pair.bob.agent.report_refer(call, 486, pair.now))
    pair.deliver()
    # The news is of the first REFER: the second has another number.
    assert pair.alice.news(ReferNotified) == []
    pair.say(pair.alice, pair.alice.agent.refer("call", CAROL, pair.now))
    pair.deliver()
    assert len(pair.bob.news(ReferReceived)) == 2


def test_a_call_that_ends_takes_the_wish_with_it() -> None:
    pair = Pair()
    call = _refer(pair)
    pair.say(pair.bob, pair.bob.agent.hang_up(call, pair.now))
    pair.deliver()
    assert "481 REFER" in pair.bob.wrote()
    assert [one.status for one in pair.alice.news(ReferAnswered)] == [481]
    assert len(pair.alice.news(Ended)) == 1


def _hung_up(pair: Pair, who: str = "alice") -> str:
    """Bob calls Carol as Alice wants, and one of them has hung up; the name of the call at Bob's."""
    call = _refer(pair)
    pair.say(pair.bob, pair.bob.agent.answer_refer(call, 200, pair.now))
    phone, name = (pair.alice, "call") if who == "alice" else (pair.bob, call)
    pair.say(phone, phone.agent.hang_up(name, pair.now))
    pair.deliver()
    pair.wind(40)
    assert pair.alice.agent.calls() == pair.bob.agent.calls() == ()
    assert pair.alice.agent.idle and pair.bob.agent.idle
    return call


@pytest.mark.rfc("5057 §4.1", "the dialog lasts as long as the subscription in it")
@pytest.mark.parametrize("who", ["alice", "bob"])
def test_news_comes_after_the_call_has_ended(who: str) -> None:
    """RFC 5057 §4.1: the dialog lasts as long as what was asked for in it."""
    pair = Pair()
    call = _hung_up(pair, who)
    for status in (180, 200):
        pair.say(pair.bob, pair.bob.agent.report_refer(call, status, pair.now))
        pair.deliver()
    assert [one.status for one in pair.alice.news(ReferNotified)] == [100, 180, 200]
    assert pair.alice.wrote("200 NOTIFY") == ["200 NOTIFY"] * 3
    with pytest.raises(NotNow):
        pair.bob.agent.report_refer(call, 200, pair.now)
    assert pair.alice.agent.deadline is None or pair.alice.agent.deadline < pair.now + 40


def test_in_a_call_that_has_ended_nothing_but_the_news_is_taken() -> None:
    alice = Solo()
    invite = _referred_and_ended(alice)
    for cseq, method in enumerate(("INVITE", "REFER", "MESSAGE", "UPDATE"), 5):
        alice.ask(method, dialog_of=invite, cseq=cseq)
        assert alice.last_status() == 481
    assert _notify(alice, invite, 20, "refer", "SIP/2.0 180 Ringing\r\n") == 200
    assert _notify(alice, invite, 30, "refer", "SIP/2.0 200 OK\r\n") == 200
    assert _notify(alice, invite, 40, "refer", "SIP/2.0 200 OK\r\n") == 481


@pytest.mark.parametrize(
    ("standing", "lasts"),
    [("active;expires=60", 60), ("active;expires=99999", 600), ("active", 600), ("terminated", 0)],
)
def test_news_is_waited_for_as_long_as_it_is_promised(standing: str, lasts: int) -> None:
    alice = Solo()
    invite = _referred_and_ended(alice)
    headers = (("Event", "refer"), ("Subscription-State", standing))
    for later, status in ((0, 200), (lasts - 1, 200 if lasts else 481), (lasts + 1, 481)):
        alice.wind(max(later, 0))
        alice.ask("NOTIFY", *headers, dialog_of=invite, cseq=50 + later)
        assert alice.last_status() == status


@pytest.mark.rfc("6665 §4.2.2", "481 or 489 to a NOTIFY ends the subscription")
@pytest.mark.parametrize("status", [481, 489])
def test_who_has_forgotten_that_it_asked_is_told_no_more(status: int) -> None:
    """RFC 6665 §4.2.2."""
    alice = Solo()
    invite = _in_a_call(alice)
    alice.ask("REFER", ("Refer-To", f"<{CAROL}>"), dialog_of=invite, cseq=2)
    alice.say(alice.agent.answer_refer("call", 200, alice.now))
    alice.ask("BYE", dialog_of=invite, cseq=3)
    alice.answer(alice.last("NOTIFY"), status)
    with pytest.raises(NotNow):
        alice.agent.report_refer("call", 200, alice.now)
    alice.wind(40)
    assert alice.agent.deadline is None


@pytest.mark.rfc("3515 §2.4.7", "what nobody completes ends by itself")
def test_who_is_told_nothing_for_long_hears_that_it_is_over() -> None:
    pair = Pair()
    call = _hung_up(pair)
    pair.wind(600)
    last = _sent(pair.bob, "NOTIFY")[-1]
    assert last.headers.get("Subscription-State") == "terminated;reason=timeout"
    pair.wind(40)
    with pytest.raises(NotNow):
        pair.bob.agent.report_refer(call, 200, pair.now)
    assert pair.bob.agent.deadline is pair.alice.agent.deadline is None


def test_a_dialog_that_is_unknown_over_there_has_no_news() -> None:
    alice = Solo()
    invite = _in_a_call(alice)
    alice.ask("REFER", ("Refer-To", f"<{CAROL}>"), dialog_of=invite, cseq=2)
    alice.say(alice.agent.answer_refer("call", 200, alice.now))
    alice.answer(alice.last("NOTIFY"), 200)
    alice.say(alice.agent.info("call", "text/plain", b"x", "1", alice.now))
    alice.answer(alice.last("INFO"), 481)
    assert len(alice.phone.news(Ended)) == 1
    with pytest.raises(NotNow):
        alice.agent.report_refer("call", 200, alice.now)


@pytest.mark.rfc("4488 §4", "Refer-Sub: false is agreed to, and no news go")
def test_a_refer_without_news_has_none() -> None:
    """RFC 4488 §4."""
    alice = Solo()
    invite = _in_a_call(alice)
    alice.ask("REFER", ("Refer-To", f"<{CAROL}>"), ("Refer-Sub", "false"), dialog_of=invite, cseq=2)
    alice.say(alice.agent.answer_refer("call", 200, alice.now))
    assert _answer(alice).headers.get("Refer-Sub") == "false"
    assert _answer(alice).contacts
    assert not _sent(alice.phone, "NOTIFY")
    with pytest.raises(NotNow):
        alice.agent.report_refer("call", 200, alice.now)


# --- What else comes in ---------------------------------------------------------------------------


def _in_a_call(alice: Solo) -> Request:
    invite = alice.call()
    alice.answer(invite, 200, sdp=ANSWER)
    return invite


def _referred_and_ended(alice: Solo) -> Request:
    """A call that is hung up once Bob has taken Alice's REFER."""
    invite = _in_a_call(alice)
    alice.say(alice.agent.refer("call", CAROL, alice.now))
    alice.answer(alice.last("REFER"), 202)
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.answer(alice.last("BYE"), 200)
    return invite


def _answer(alice: Solo) -> Response:
    return [m for m in alice.phone.sent if isinstance(m, Response)][-1]


def _notify(alice: Solo, invite: Request, cseq: int, event: str, body: str) -> int:
    """A NOTIFY of Bob's in the call; how it was answered."""
    headers = (("Event", event), ("Subscription-State", "active"))
    request = alice.ask("NOTIFY", *headers, dialog_of=invite, cseq=cseq, branch=f"z9hG4bKn{cseq}")
    twin = Request(request.method, request.uri, request.headers.copy(), body.encode())
    twin.headers.set("CSeq", f"{cseq + 1} NOTIFY")
    twin.headers.set("Content-Length", str(len(body.encode())))
    twin.headers.set("Via", f"SIP/2.0/WSS bob.invalid;branch=z9hG4bKn{cseq + 1}")
    twin.headers.add("Content-Type", "message/sipfrag;version=2.0")
    alice.take(twin)
    return alice.last_status()


def test_news_may_come_before_the_answer_and_twice() -> None:
    alice = Solo()
    invite = _in_a_call(alice)
    alice.say(alice.agent.refer("call", CAROL, alice.now))
    for cseq in (10, 20):
        assert _notify(alice, invite, cseq, "refer", "SIP/2.0 200 OK\r\n") == 200
    assert [one.status for one in alice.phone.news(ReferNotified)] == [200, 200]
    alice.answer(alice.last("REFER"), 202)
    assert [one.status for one in alice.phone.news(ReferAnswered)] == [202]


@pytest.mark.parametrize(
    ("event", "body", "status", "told"),
    [
        ("refer", "SIP/2.0 486 Busy Here\r\nTo: x\r\n", 200, [486]),
        ("refer;id={number}", "sip/2.0 180 \r\n", 200, [180]),
        ("refer;id=77", "SIP/2.0 200 OK\r\n", 200, []),
        ("refer", "", 200, []),
        ("refer", "HTTP/1.1 200 OK\r\n", 200, []),
        ("refer", "SIP/2.0 999 OK\r\n", 200, []),
        ("dialog", "SIP/2.0 200 OK\r\n", 481, []),
        ("refer;=;", "SIP/2.0 200 OK\r\n", 481, []),
        ("", "SIP/2.0 200 OK\r\n", 481, []),
    ],
)
def test_news_is_read_as_far_as_it_is_news(
    event: str, body: str, status: int, told: list[int]
) -> None:
    alice = Solo()
    invite = _in_a_call(alice)
    alice.say(alice.agent.refer("call", CAROL, alice.now))
    event = event.format(number=alice.last("REFER").cseq.number)
    assert _notify(alice, invite, 10, event, body) == status
    assert [one.status for one in alice.phone.news(ReferNotified)] == told


def test_news_that_nobody_asked_for_is_refused() -> None:
    alice = Solo()
    invite = _in_a_call(alice)
    assert _notify(alice, invite, 10, "refer", "SIP/2.0 200 OK\r\n") == 481
    assert not alice.phone.news(Ended)


@pytest.mark.rfc("5057 §5.1", "481 to a NOTIFY ends the subscription, not the call")
def test_a_peer_that_has_forgotten_the_news_keeps_the_call() -> None:
    """RFC 5057 §5.1."""
    alice = Solo()
    invite = _in_a_call(alice)
    alice.ask("REFER", ("Refer-To", f"<{CAROL}>"), dialog_of=invite, cseq=2)
    alice.say(alice.agent.answer_refer("call", 200, alice.now))
    alice.answer(alice.last("NOTIFY"), 481)
    assert not alice.phone.news(Ended)
    assert alice.agent.calls() == ("call",)


@pytest.mark.rfc("4488 §4", "Refer-Sub: false in the answer: no news are waited for")
@pytest.mark.rfc("7647 §5", "a 202 is as good as a 200")
def test_an_answer_to_a_refer_that_was_given_up_is_no_news() -> None:
    alice = Solo()
    _in_a_call(alice)
    alice.say(alice.agent.refer("call", CAROL, alice.now))
    first = alice.last("REFER")
    alice.say(alice.agent.refer("call", CAROL, alice.now))
    alice.answer(first, 603)
    assert alice.phone.news(ReferAnswered) == []
    alice.answer(alice.last("REFER"), 202, "b1", ("Refer-Sub", "false;x=y"))
    (answered,) = alice.phone.news(ReferAnswered)
    assert answered.silent


@pytest.mark.rfc("3515 §2.4.1", "400 to a REFER without exactly one Refer-To")
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 400),
        ([("Refer-To", "<sip:c@x.example>"), ("Refer-To", "<sip:d@x.example>")], 400),
        ([("Refer-To", "<sip:")], 400),
        ([("Refer-To", "<sip:c@x.example?Replaces=a>")], 400),
        ([("Refer-To", "<mailto:carol@x.example>")], 416),
        ([("Refer-To", "<sip:c@x.example;method=BYE>")], 603),
        ([("Refer-To", "<sip:c@x.example>"), ("Replaces", "a;to-tag=b;from-tag=c")], 400),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_unseen(
    headers: list[tuple[str, str]], status: int
) -> None:
    alice = Solo()
    invite = _in_a_call(alice)
    alice.ask("REFER", *headers, dialog_of=invite, cseq=2)
    assert _answer(alice).status == status
    assert alice.phone.news(ReferReceived) == []


@pytest.mark.rfc("3261 §19.1.5", "of the headers that an address asks for only Replaces is obeyed")
def test_of_the_headers_that_a_wish_names_only_replaces_is_kept() -> None:
    """RFC 3261 §19.1.5."""
    alice = Solo()
    invite = _in_a_call(alice)
    to = "<sip:c@x.example;method=INVITE;user=phone?Replaces=a%40b%3Bto-tag%3Dt%3Bfrom-tag%3Df"
    headers = (("Refer-To", f"{to}&Route=%3Csip:evil%3E>"), ("Referred-By", "<sip:"))
    alice.ask("REFER", *headers, dialog_of=invite, cseq=2)
    (asked,) = alice.phone.news(ReferReceived)
    assert str(asked.target) == "<sip:c@x.example;user=phone>"
    assert asked.replaces == Replaces(call_id="a@b", to_tag="t", from_tag="f")
    assert asked.referred_by is None


@pytest.mark.rfc("3892 §4", "no token of Referred-By is passed on")
def test_who_refers_is_an_address_and_no_token() -> None:
    alice = Solo()
    invite = _in_a_call(alice)
    by = '"Bob" <sip:bob@biloxi.example>;cid="20398823.2UWQFN309shb3@biloxi.example"'
    headers = (("Refer-To", f"<{CAROL}>"), ("Referred-By", by))
    alice.ask("REFER", *headers, dialog_of=invite, cseq=2)
    (asked,) = alice.phone.news(ReferReceived)
    assert str(asked.referred_by) == '"Bob" <sip:bob@biloxi.example>'


@pytest.mark.rfc("3515 §2.4.2", "603 to a REFER outside a call")
def test_nobody_makes_us_call_outside_a_call() -> None:
    alice = Solo()
    alice.ask("REFER", ("Refer-To", f"<{CAROL}>"))
    assert alice.last_status() == 603


# --- Replaces -------------------------------------------------------------------------------------


@pytest.mark.rfc("3891 §4", "the tags of Replaces are as the one sees them who gets the INVITE")
def test_a_call_can_be_named_whoever_made_it() -> None:
    """The tags as the peer sees them, in a call that we made and in one that was made to us."""
    alice = Solo()
    _in_a_call(alice)
    alice.ask("INVITE", call_id="second", tag="c9", sdp=OFFER)
    (second,) = [call for call in alice.agent.calls() if call != "call"]
    alice.say(alice.agent.accept(second, ANSWER, alice.now))
    for asked, named in (("call", second), (second, "call")):
        alice.say(alice.agent.refer(asked, CAROL, alice.now, replacing=named))
    to_first, to_second = (
        Uri.parse(one.headers.get("Refer-To").strip("<>")) for one in _sent(alice.phone, "REFER")
    )
    theirs = Replaces.parse(to_first.header("Replaces"))
    assert (theirs.call_id, theirs.to_tag) == ("second", "c9")
    assert str(to_first.without_params()) == "sip:bob@biloxi.example"
    ours = Replaces.parse(to_second.header("Replaces"))
    invite = alice.last("INVITE")
    assert (ours.call_id, ours.to_tag) == (invite.call_id, "b1")
    assert ours.from_tag == invite.from_.tag


@pytest.mark.rfc(
    "5589 §7.3", "who is transferred to is named by the GRUU, else by the address of record"
)
@pytest.mark.parametrize(
    ("contact", "caller", "reached"),
    [
        ("sip:x@far.example;gr=1", "sip:dave@x.example", "sip:x@far.example;gr=1"),
        ("sip:x@far.invalid;ob", "sip:dave@x.example", "sip:dave@x.example"),
        ("sip:x@far.example", "sip:anonymous@anonymous.invalid", "sip:x@far.example"),
        ("sip:x@far.example", "sip:x.example", "sip:x@far.example"),
    ],
)
def test_the_peer_of_a_call_is_named_as_others_reach_it(
    contact: str, caller: str, reached: str
) -> None:
    alice = Solo()
    _in_a_call(alice)
    request = bytes(alice.ask("OPTIONS", call_id="second", tag="d1", sdp=OFFER)).decode()
    request = request.replace("OPTIONS", "INVITE").replace("z9hG4bK", "z9hG4bKsecond")
    request = request.replace("sip:bob@biloxi.example", caller)
    request = request.replace("sip:bob@bob.invalid;transport=ws", contact)
    alice.take(request.encode())
    (second,) = [call for call in alice.agent.calls() if call != "call"]
    alice.say(alice.agent.accept(second, ANSWER, alice.now))
    alice.say(alice.agent.refer("call", CAROL, alice.now, replacing=second))
    to = alice.last("REFER").headers.get("Refer-To")
    assert to.startswith(f"<{reached}?Replaces=second")


def _names(invite: Request) -> str:
    """The dialog of her call, as she knows it."""
    return f"{invite.call_id};to-tag={invite.from_.tag.upper()};from-tag=B1"


@pytest.mark.rfc(
    "3891 §3",
    "Replaces finds the call; 486 where it is answered already and early-only, 603 where it is over",
)
@pytest.mark.parametrize(
    ("stage", "flag", "status"),
    [
        ("answered", "", 0),
        ("answered", ";early-only", 486),
        ("ringing", ";early-only", 0),
        ("ringing", "", 0),
        ("cancelled", "", 481),
        ("over", "", 603),
    ],
)
def test_an_invite_takes_the_place_of_a_call_that_is_there(
    stage: str, flag: str, status: int
) -> None:
    """RFC 3891 §3."""
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180)
    if stage in ("answered", "over"):
        alice.answer(invite, 200, sdp=ANSWER)
    if stage in ("cancelled", "over"):
        alice.say(alice.agent.hang_up("call", alice.now))
    headers = (("Replaces", _names(invite) + flag), ("Require", "replaces"))
    alice.ask("INVITE", *headers, call_id="carols", tag="c1", sdp=OFFER)
    invited = [one.replaces for one in alice.phone.news(Invited)]
    assert invited == ([] if status else ["call"])
    if status:
        assert alice.last_status() == status


@pytest.mark.rfc("3891 §3", "481 where it names a call that rings here")
def test_a_call_that_rings_here_is_not_for_others_to_take() -> None:
    """RFC 3891 §3: an early dialog only where we began it."""
    alice = Solo()
    alice.ask("INVITE", call_id="bobs", sdp=OFFER)
    (ringing,) = alice.agent.calls()
    alice.say(alice.agent.ring(ringing, alice.now))
    names = f"bobs;to-tag={_answer(alice).to.tag};from-tag=b1"
    alice.ask("INVITE", ("Replaces", names), call_id="eves", tag="e1", sdp=OFFER)
    assert alice.last_status() == 481
    assert alice.agent.calls() == (ringing,)


@pytest.mark.rfc("3891 §3", "481 where it names nothing, 400 where it is doubled or broken")
@pytest.mark.parametrize(
    ("values", "status"),
    [
        (["x;to-tag=a;from-tag=b"], 481),
        (["x;to-tag=a"], 400),
        (["x;to-tag=a;from-tag=b", "y;to-tag=a;from-tag=b"], 400),
        ([f"{'x' * 600};to-tag=a;from-tag=b"], 400),
        ([";to-tag=a;from-tag=b"], 400),
    ],
)
def test_an_invite_that_names_no_call_of_ours_is_refused(values: list[str], status: int) -> None:
    alice = Solo()
    alice.ask("INVITE", *(("Replaces", value) for value in values), sdp=OFFER)
    assert alice.last_status() == status
    assert not alice.phone.news(Invited)


def test_the_names_of_a_call_are_written_as_they_are_read() -> None:
    text = "a@b;to-tag=t;from-tag=f;early-only"
    assert str(Replaces.parse(text)) == text
    with pytest.raises(Malformed):
        Replaces.parse("")
