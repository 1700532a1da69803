"""A call that rings where no CANCEL may come: its caller is asked; and one that rang elsewhere."""

from __future__ import annotations

import pytest

from pair import ANSWER, ATLANTA, OFFER, Solo, names
from webphone.sip import Agent, By, Ended, Identity, Invited, Malformed, NotNow, Response
from webphone.sip.usages.rung import Kept

TAKES_UPDATE = ("Allow", "INVITE, ACK, CANCEL, BYE, UPDATE")


def rings(*headers: tuple[str, str], alice: Solo | None = None) -> tuple[Solo, str]:
    """It rings at Alice's, for Bob."""
    alice = alice or Solo()
    alice.ask("INVITE", *headers, cseq=10, branch="z9hG4bKinvite", sdp=OFFER)
    (invited,) = alice.phone.news(Invited)
    assert isinstance(invited, Invited)
    alice.say(alice.agent.ring(invited.call, alice.now))
    return alice, invited.call


def cut(alice: Solo) -> None:
    """Her socket breaks, and two seconds later there is another."""
    alice.say(alice.agent.transport_lost(alice.now))
    alice.wind(2)
    alice.say(alice.agent.transport_up(alice.now))
    alice.wind(0)


def ending(alice: Solo) -> Ended:
    (ended,) = alice.phone.news(Ended)
    assert isinstance(ended, Ended)
    return ended


@pytest.mark.rfc(
    "3261 §9.1",
    "a CANCEL takes the way of the INVITE: where that is gone, whoever rings asks the caller",
)
@pytest.mark.rfc("3311 §5.1", "an UPDATE without an offer, in an early dialog, by who is called")
@pytest.mark.rfc("3261 §12.2.2", "481: the caller knows nothing of the call any more")
def test_a_caller_who_has_given_up_meanwhile_is_not_rung_for() -> None:
    alice, call = rings(TAKES_UPDATE)
    assert "UPDATE" not in alice.phone.wrote()
    cut(alice)
    update = alice.last("UPDATE")
    assert update.to.tag == "b1" and update.body == b"" and update.contacts
    alice.answer(update, 481)
    alice.wind(0)
    assert (ending(alice).by, ending(alice).status) == (By.REMOTE, 487)
    assert alice.agent.calls() == () and alice.phone.wrote()[-1] == "487 INVITE"
    assert call


def test_a_caller_who_waits_is_rung_for_as_long_as_they_do() -> None:
    alice, call = rings(TAKES_UPDATE)
    cut(alice)
    for _ in range(40):
        alice.answer(alice.last("UPDATE"), 200)
        alice.wind(4)
    assert alice.agent.calls() == (call,)
    numbers = [each.cseq.number for each in alice.phone.sent if "UPDATE" in str(each.cseq)]
    assert numbers == sorted(set(numbers)) and len(numbers) == 41
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    alice.wind(20)
    assert len([each for each in alice.phone.wrote() if each == "UPDATE"]) == 41


def test_the_invitation_ends_when_it_was_to_end_all_the_same() -> None:
    alice, _ = rings(TAKES_UPDATE, ("Expires", "90"))
    cut(alice)
    for _ in range(24):
        alice.answer(alice.last("UPDATE"), 200)
        alice.wind(4)
    assert ending(alice).status == 487


@pytest.mark.rfc("3261 §11.1", "a caller who takes no UPDATE is asked by OPTIONS")
def test_what_tells_nothing_is_asked_again_and_in_the_end_nobody_waits() -> None:
    alice, _ = rings()
    cut(alice)
    alice.answer(alice.last("OPTIONS"), 503)
    alice.wind(5)
    # Once for each connection a dialog is asked about that is none.
    assert alice.phone.wrote().count("OPTIONS") == 1 + 2
    cut(alice)
    assert alice.phone.wrote().count("OPTIONS") == 3 + 1 + 1
    alice.wind(60)
    assert ending(alice).status == 487


def test_an_invite_that_comes_again_says_so_by_itself() -> None:
    alice, call = rings(TAKES_UPDATE)
    cut(alice)
    late = alice.last("UPDATE")
    alice.ask("INVITE", TAKES_UPDATE, cseq=11, branch="z9hG4bKagain", sdp=OFFER)
    alice.answer(late, 481)
    alice.wind(100)
    assert alice.agent.calls() == (call,)


@pytest.mark.rfc("3261 §12.2.2", "481 to who rings for a caller who has given up")
def test_who_asks_a_caller_who_has_given_up_is_told() -> None:
    alice = Solo()
    invite = alice.call()
    alice.answer(invite, 180)
    alice.ask("UPDATE", dialog_of=invite, cseq=1)
    assert alice.last_status() == 200
    alice.say(alice.agent.hang_up("call", alice.now))
    alice.ask("UPDATE", dialog_of=invite, cseq=2)
    assert alice.last_status() == 481


# --- It rang at another agent ---


def anew(before: Solo) -> Solo:
    """Another agent of hers, which knows nothing yet."""
    after = Solo()
    after.now = before.now
    after.agent = after.phone.agent = Agent(names(7))
    after.agent.account = Identity(user="alice", domain=ATLANTA, password="secret")
    return after


@pytest.mark.rfc("3261 §8.2.6.2", "the same To tag in every response, whoever writes it")
@pytest.mark.parametrize("open", [True, False])
def test_another_agent_rings_on_and_answers_as_the_same_end(open: bool) -> None:
    before, call = rings(TAKES_UPDATE)
    what, invite = before.agent.handover.rung(call) or pytest.fail("it is not kept")
    after = anew(before)
    after.say(after.agent.handover.ring_on(call, invite, what, after.now, open=open))
    (news,) = after.phone.news(Invited)
    assert isinstance(news, Invited) and (news.call, news.sdp) == (call, OFFER)
    after.say(after.agent.ring(call, after.now))
    after.wind(1)
    assert after.phone.wrote() == (["180 INVITE", "UPDATE"] if open else [])
    if not open:
        after.say(after.agent.transport_up(after.now))
        after.wind(0)
    after.say(after.agent.accept(call, ANSWER, after.now))
    assert after.phone.wrote() == ["180 INVITE", "UPDATE", "200 INVITE"]
    old, new = (
        [each.to.tag for each in one.phone.sent if isinstance(each, Response)]
        for one in (before, after)
    )
    assert {*old} == {*new}
    assert after.agent.session_id("bobs-call") == before.agent.session_id("bobs-call")
    after.ask("ACK", cseq=10, to_tag=new[-1])
    after.wind(100)
    assert after.agent.calls() == (call,)


def test_it_waits_for_a_server_that_is_to_know_the_socket_first() -> None:
    before, call = rings(TAKES_UPDATE)
    what, invite = before.agent.handover.rung(call) or pytest.fail("it is not kept")
    after = anew(before)
    after.say(after.agent.transport_up(after.now, known=False))
    after.say(after.agent.handover.ring_on(call, invite, what, after.now, open=True))
    after.say(after.agent.ring(call, after.now))
    after.wind(1)
    assert after.phone.wrote() == ["180 INVITE"]
    after.say(after.agent.transport_known(after.now))
    after.wind(0)
    assert after.phone.wrote() == ["180 INVITE", "UPDATE"]


@pytest.mark.rfc("3262 §3", "the numbers of reliable 18x go on where the agent before has stopped")
def test_it_counts_on_and_rings_no_longer_than_it_was_to() -> None:
    before, call = rings(TAKES_UPDATE, ("Require", "100rel"), ("Expires", "30"))
    first = before.phone.sent[-1]
    before.wind(10)
    what, invite = before.agent.handover.rung(call) or pytest.fail("it is not kept")
    after = anew(before)
    after.say(after.agent.handover.ring_on(call, invite, what, after.now, open=True))
    after.say(after.agent.ring(call, after.now))
    numbers = [int(each.headers.get("RSeq") or 0) for each in (first, after.phone.sent[-1])]
    assert numbers[1] == numbers[0] + 1
    after.wind(21)
    assert ending(after).status == 487


def test_what_comes_of_it_comes_here() -> None:
    """A CANCEL over the new connection, from a server that knows that it is the same phone."""
    before, call = rings()
    what, invite = before.agent.handover.rung(call) or pytest.fail("it is not kept")
    after = anew(before)
    after.say(after.agent.handover.ring_on(call, invite, what, after.now, open=True))
    after.say(after.agent.ring(call, after.now))
    after.ask("CANCEL", cseq=10, branch="z9hG4bKinvite")
    assert ending(after).by is By.REMOTE and after.agent.calls() == ()


def test_what_was_agreed_before_the_answer_can_be_taken_up_by_nobody() -> None:
    alice, call = rings(("Require", "100rel"))
    assert alice.agent.handover.rung(call) is not None
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    assert alice.agent.handover.rung(call) is None
    bob = Solo()
    bob.call()
    assert bob.agent.handover.rung("call") is None and bob.agent.handover.rung("nobody's") is None


def test_what_makes_no_sense_rings_at_nobody() -> None:
    before, call = rings()
    what, invite = before.agent.handover.rung(call) or pytest.fail("it is not kept")
    after = anew(before)
    nothing = Kept(tag="", local_cseq=0, rseq=0, session_id="")
    for data, kept in (
        (b"nothing", what),
        (invite.replace(b"INVITE", b"OPTIONS"), what),
        (bytes(before.phone.sent[-1]), what),
        (invite, nothing),
    ):
        with pytest.raises(Malformed):
            after.agent.handover.ring_on(call, data, kept, after.now, open=True)
    after.ask("INVITE", cseq=10, branch="z9hG4bKinvite", sdp=OFFER)
    with pytest.raises(NotNow):
        after.agent.handover.ring_on(call, invite, what, after.now, open=True)
