"""A call that nobody has answered when its page goes: it rings again, or leaves one record."""

import re

import pytest

from phone.stage import SERVER, World, description
from webphone.phone import actions as do
from webphone.phone import happenings as on

GONE = "closed or loaded again"


def ringing(world, **settings):
    """Bob calls Alice, whose page is spoken for by what outlives it."""
    alice, bob = world.registered("alice", **settings), world.registered("bob")
    bob.ask("makeCall", "alice")
    alice.happens(on.Entrusted())
    return alice, bob


@pytest.mark.rfc("3261 §16.7", "a proxy takes the answer by its branch, over another connection")
@pytest.mark.parametrize("crash", [False, True])
def test_it_rings_again_and_is_answered_there(world, crash):
    alice, bob = ringing(world)
    before = alice.call
    world.wind(3)
    again = alice.reload(crash=crash)
    assert again.call.state == "ringing" and again.tone is do.Tone.RINGTONE
    assert (again.call.id, again.call.started_at) == (before.id, before.started_at)
    assert (again.call.from_, again.call.to) == (before.from_, before.to)
    assert [one["id"] for one in again.told("ringingin")] == [before.id]
    assert alice.history == [] and bob.call.state == "ringing"
    world.wind(30)
    assert again.ask("answer").done
    assert again.call.state == bob.call.state == "active"
    world.wind(60)
    bob.ask("hangup")
    [record] = again.history
    assert (record.id, record.disposition, record.ended_by) == (before.id, "answered", "remote")
    assert again.told("answer") and again.kept == "" and again.mistakes == []
    assert len(bob.history) == 1 and bob.history[0].disposition == "answered"


def goes(world, alice):
    """Her page is gone without a word, and none has come yet."""
    for socket in list(alice.links):
        world.disconnect(alice, socket)
    world.phones.remove(alice)


def test_a_page_that_loads_slowly_rings_on(world):
    """The one who speaks for it waits for 5 seconds, and where a page is coming for 30."""
    alice, bob = ringing(world)
    goes(world, alice)
    world.wind(35)
    assert bob.call.state == "ringing"
    world.phones.append(alice)
    again = alice.reload(crash=True)
    assert again.ask("answer").done
    assert again.call.state == bob.call.state == "active" and again.mistakes == []


def test_for_a_page_that_never_comes_nobody_rings_for_ever(world):
    """Nor is there anybody who speaks for it."""
    alice, bob = ringing(world)
    goes(world, alice)
    world.wind(44)
    assert bob.call.state == "ringing"
    world.wind(2)
    assert bob.calls == [] and bob.history[0].sip_code == 480


def test_it_rings_on_through_three_reloads_and_is_declined(world):
    alice, bob = ringing(world)
    for _ in range(3):
        alice = alice.reload()
        alice.happens(on.Entrusted())
        world.wind(5)
    alice.ask("reject")
    assert bob.calls == [] and bob.history[0].disposition == "busy"
    assert [record.disposition for record in alice.history] == ["rejected"]


def test_it_can_be_answered_before_the_server_is_there(world):
    alice, bob = ringing(world)
    world.broken = {SERVER: "mute"}
    again = alice.reload(crash=True)
    promise = again.ask("answer")
    assert bob.call.state == "ringing"
    world.broken = {}
    again.happens(on.NetworkChanged(online=False))
    again.happens(on.NetworkChanged(online=True))
    assert promise.done and bob.call.state == again.call.state == "active"


def test_a_mute_while_it_rang_and_what_pages_look_up_are_still_there(world):
    alice, dave = world.registered("alice"), world.stranger("dave")
    dave.call("alice", "X-Customer: 4711", sdp=description())
    alice.happens(on.Entrusted())
    alice.ask("mute", True)
    again = alice.reload()
    assert again.call.muted and again.call.headers["x-customer"] == "4711"


def test_a_call_that_was_about_to_be_answered_rings_again(world):
    alice, bob = ringing(world)
    alice.slow_media = True
    alice.ask("answer")
    again = alice.reload()
    assert again.call.state == "ringing"
    again.ask("answer")
    assert bob.call.state == "active"


# --- What the page is asked ---


def test_the_next_page_is_asked_and_told_that_it_has_rung_before(world):
    alice, _ = ringing(world)
    assert "again" not in alice.told("ringingin")[0]
    for _ in range(2):
        alice = alice.reload()
        alice.happens(on.Entrusted())
        [event] = [each for each in alice.events if each.name == "ringingin"]
        assert event.detail["again"] is True and alice.tone is do.Tone.RINGTONE


@pytest.mark.parametrize("quiet", [True, False])
def test_until_it_says_otherwise_the_word_of_the_page_before_holds(world, quiet):
    """Nothing is heard for the moment that the page around a frame takes to be asked."""
    alice, _ = world.registered("alice"), world.registered("bob")
    alice.prevented = {"ringingin"} if quiet else set()
    world.phones[-1].ask("makeCall", "alice")
    alice.happens(on.Entrusted())
    before = None if quiet else do.Tone.RINGTONE
    assert alice.tone is before
    alice.questions_wait = True
    again = alice.reload()
    assert again.tone is before and again.machine.snapshot.calls[0].quiet is quiet
    [question] = again.questions
    again.questions = [on.Permitted(ask=question.ask, allowed=quiet)]
    again.answer_questions()
    assert again.tone is (do.Tone.RINGTONE if quiet else None)


# --- The caller gives up ---


def test_who_gives_up_while_the_page_loads_is_not_rung_for(world):
    """The server has kept the CANCEL for the phone."""
    alice, bob = ringing(world)
    for socket in list(alice.links):
        world.disconnect(alice, socket)
    bob.ask("hangup")
    again = alice.reload(crash=True)
    assert again.calls == [] and again.tone is None
    assert [record.disposition for record in again.history] == ["missed"]
    world.wind(60)
    assert bob.calls == [] and again.mistakes == []


def without_cancel(world, dave, status):
    """The server has lost the way to Alice's phone, and says nothing of the CANCEL to it."""
    alice = world.registered("alice")
    dave.call("alice", "Allow: INVITE, ACK, CANCEL, BYE, UPDATE", sdp=description())
    alice.happens(on.Entrusted())
    again = alice.reload()
    world.wind(0)
    dave.reply(status, to="UPDATE")
    world.wind(1)
    return again


def test_nor_where_the_server_has_lost_the_way_of_the_cancel(world, dave):
    again = without_cancel(world, dave, 481)
    assert again.calls == [] and again.tone is None
    assert [record.disposition for record in again.history] == ["missed"]
    assert again.kept == "" and again.will.messages == ()


def test_who_waits_is_rung_for(world, dave):
    again = without_cancel(world, dave, 200)
    assert again.call.state == "ringing"
    world.wind(3.5)
    assert dave.words().count("UPDATE") == 2


def test_who_says_nothing_is_rung_for_a_minute(world, dave):
    again = without_cancel(world, dave, 503)
    world.wind(50)
    assert again.call.state == "ringing"
    world.wind(10)
    assert again.calls == [] and again.history[0].disposition == "missed"


def asked_by_options(world, dave, known, unknown):
    """Alice's new page asks Dave, who takes no UPDATE and answers so in each dialog."""
    alice = world.registered("alice")
    dave.call("alice", "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS", sdp=description())
    alice.happens(on.Entrusted())
    again = alice.reload()
    for _ in range(20):
        answered(dave, known, unknown)
        world.wind(4)
    return again


def answered(dave, known, unknown):
    """Dave says what he says to the questions that he has not answered yet."""
    asked = [each for each in dave.heard if getattr(each, "method", "") == "OPTIONS"]
    ours = dave.last(180).to.tag
    for question in asked:
        dave.reply(known if question.from_.tag == ours else unknown, to=question)
        dave.heard.remove(question)


@pytest.mark.rfc("3261 §12.2.2", "who knows the dialogs that there are says 481 to any other")
def test_who_waits_and_takes_no_update_is_rung_for(world, dave):
    again = asked_by_options(world, dave, 200, 481)
    assert again.call.state == "ringing"


def test_whose_yes_means_nothing_is_rung_for_a_minute(world, dave):
    """It says yes in a dialog that nobody knows, as well."""
    again = asked_by_options(world, dave, 200, 200)
    assert again.calls == [] and again.history[0].disposition == "missed"
    assert dave.last(487).cseq.method == "INVITE" and "OPTIONS" not in dave.words()


def test_that_is_known_of_the_caller_over_the_next_connection_too(world, dave):
    alice = world.registered("alice")
    dave.call("alice", "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS", sdp=description())
    for _ in range(2):
        world.cut(alice)
        world.wind(2)
        answered(dave, 200, 200)
    world.wind(10)
    assert "OPTIONS" not in dave.words() and alice.call.state == "ringing"
    world.wind(60)
    assert alice.calls == []


def test_who_takes_no_update_and_has_given_up_is_not_rung_for(world, dave):
    again = asked_by_options(world, dave, 481, 481)
    assert again.calls == [] and again.history[0].disposition == "missed"


# --- What can't ring again ---


@pytest.mark.parametrize("crash", [False, True])
def test_without_what_outlives_the_page_one_record_says_why(world, crash):
    alice, bob = world.registered("alice"), world.registered("bob")
    bob.ask("makeCall", "alice")
    before = alice.call
    again = alice.reload(crash=crash, outlived=False)
    assert again.calls == [] and bob.calls == []
    [record] = again.history
    assert (record.id, record.disposition, record.ended_by) == (before.id, "missed", "system")
    assert GONE in record.explanation and again.machine.snapshot.farewell.record == record
    assert (len(again.told("end")), again.kept) == (int(crash), "")
    assert bob.history[0].sip_code == 480
    if not crash:
        assert alice.history[0].id == record.id
        assert alice.history[0].explanation == record.explanation


def test_nobody_waits_long_for_what_was_entrusted(world):
    alice, _ = ringing(world)
    again = alice.reload(crash=True, outlived=None)
    world.wind(2.5)
    assert again.history == [] and again.kept
    world.wind(1)
    assert [record.disposition for record in again.history] == ["missed"]


def test_a_page_that_comes_too_late_has_the_record(world):
    alice, _ = ringing(world)
    began = alice.call.started_at
    for socket in list(alice.links):
        world.disconnect(alice, socket)
    alice.unheard = True
    world.now += 3600
    again = alice.reload(crash=True)
    [record] = again.history
    assert (
        record.disposition == "missed" and began <= record.ended_at < record.started_at[:11] + "99"
    )
    assert again.calls == [] and again.kept == ""


def test_what_is_spoiled_leaves_the_record_or_nothing(world):
    alice, _ = ringing(world)
    kept = alice.kept
    for bad, records in (
        (lambda text: text.replace('"local": "', '"local": "<'), 0),
        (lambda text: re.sub(r'"tag": "[^"]*"', '"tag": ""', text), 1),
        (lambda text: re.sub(r'"early": (\[.*\])', lambda m: f'"early": {[1] * 9}', text), 0),
    ):
        alice.kept = bad(kept)
        if alice in world.phones:
            again = alice.reload(crash=True)
        else:
            world.phones.append(alice)
            again = alice.reload(crash=True)
        assert again.calls == [] and len(again.history) == records and again.mistakes == []


def test_of_another_account_it_is_nobodys(world):
    alice, _ = ringing(world)
    again = alice.reload(username="carol", password="c")
    assert again.calls == [] and again.history == [] and again.kept == ""


def test_an_invite_that_is_too_long_is_not_held(world):
    alice, dave = world.registered("alice"), world.stranger("dave")
    dave.call("alice", *(f"X-Long-{i}: {'x' * 4000}" for i in range(12)), sdp=description())
    eve = world.stranger("eve")
    eve.call("alice", *(f"X-Long-{i}: {'x' * 4000}" for i in range(12)), sdp=description())
    assert len(alice.calls) == 2 and len(alice.will.messages) == 2
    assert len(alice.will.invites) == 1


# --- A call that was made ---


@pytest.mark.parametrize("crash", [False, True])
def test_a_call_that_rings_over_there_leaves_one_record_and_a_way_to_call_again(world, crash):
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    before = alice.call
    alice.happens(on.Entrusted())
    again = alice.reload(crash=crash)
    assert again.calls == bob.calls == [] and bob.history[0].disposition == "missed"
    assert again.will.messages == ()
    [record] = again.history
    assert (record.id, record.disposition, record.direction) == (before.id, "cancelled", "outgoing")
    assert GONE in record.explanation and record.session_id
    assert again.machine.snapshot.farewell.record == record
    # Where the page before could still tell of the end, it has.
    assert len(alice.told("end")) + len(again.told("end")) == 1
    saved = [each.record for one in (alice, again) for each in one.actions if type(each) is do.Save]
    assert {each.id for each in saved} == {before.id}
    again.ask("makeCall", "bob")
    assert again.call.state == "ringing" and len(again.history) == 1


def test_the_record_of_the_page_before_and_this_one_are_one(world):
    alice, _ = world.registered("alice"), world.registered("bob")
    alice.ask("makeCall", "bob")
    again = alice.reload()
    [theirs], [ours] = alice.history, again.history
    assert (theirs.id, theirs.ended_at, theirs.explanation, theirs.session_id) == (
        ours.id,
        ours.ended_at,
        ours.explanation,
        ours.session_id,
    )


# --- Both, and what is kept ---


def test_an_answered_call_and_one_that_rings_both_come_back(world):
    alice, bob = ringing(world)
    alice.ask("answer")
    carol = world.registered("carol")
    carol.ask("makeCall", "alice")
    again = alice.reload()
    assert [call.state for call in again.calls] == ["active", "ringing"]
    assert carol.call.state == "ringing" and bob.calls


def test_a_page_that_is_loaded_twice_leaves_to_the_second_what_the_first_had_not_begun(world):
    alice, bob = ringing(world)
    username, alice.settings = "alice", {**alice.settings, "username": ""}
    first = alice.reload()
    assert first.calls == [] and first.kept
    first.settings = {**first.settings, "username": username}
    first.will = alice.will
    second = first.reload()
    assert second.call.state == "ringing" and bob.call.state == "ringing"


def test_nothing_secret_is_kept_and_what_is_held_is_held_in_memory_alone(world):
    alice, _ = ringing(world)
    [invite] = alice.will.invites.values()
    assert b"a=ice-pwd:0123456789abcdef01234567" in invite
    assert alice.kept and len(alice.kept) < 2_000
    for secret in ("0123456789abcdef01234567", "ice-", "00:11:22", "nonce", "m=audio"):
        assert secret not in alice.kept
    alice.ask("answer")
    assert alice.will.invites == {} and alice.will.messages


def test_it_is_told_to_what_outlives_the_page_before_anybody_is_told_that_it_rings(world):
    alice, bob = world.registered("alice"), world.registered("bob")
    del alice.actions[:]
    alice.waits = True
    bob.ask("makeCall", "alice")
    kinds = [type(action) for action in alice.actions]
    assert kinds.index(do.Keep) < kinds.index(do.Entrust) < kinds.index(do.Send)


def test_a_call_that_has_come_again_by_itself_is_that_call(world):
    """The caller's connection broke as well, and the INVITE was sent anew."""
    alice, bob = ringing(world)
    again = alice.reload(crash=True, outlived=None)
    world.cut(bob)
    world.wind(5)
    assert again.call.state == "ringing" and again.history == []
    again.ask("answer")
    assert bob.call.state == "active" and again.mistakes == []


# --- At every message ---


def step(world):
    """One message arrives; whether there was one."""
    if world._flying:
        world._flying.pop(0)()
        return True
    return False


def played(world, at, *, calling, answers, crash):
    """Alice and Bob, of whom one calls; her page goes when `at` messages have arrived.

    Gives the phone of her next page, or None where fewer messages flew.
    """
    alice, bob = world.registered("alice"), world.registered("bob")
    alice.happens(on.Entrusted())
    caller, callee = (alice, bob) if calling else (bob, alice)
    world.slow = True
    caller.ask("makeCall", callee.user)
    arrived = 0
    while arrived < at and step(world):
        arrived += 1
        if answers and callee.calls and callee.call.state == "ringing":
            callee.ask("answer")
    if arrived < at:
        return None
    again = alice.reload(crash=crash)
    world.land()
    if not any(type(each) is do.Entrust for each in again.actions):
        # Nobody has taken the word from who speaks for the page before.
        somebody = world.stranger("dave")
        for message in alice.will.messages:
            somebody.say(message)
    world.wind(3)
    for phone in (again, bob):
        for call in phone.calls:
            if call.direction == "incoming" and call.state == "ringing" and answers:
                phone.ask("answer", call.id)
            sound = on.MediaChanged(call=call.id, state="connected")
            phone.happens(sound)
    # A 200 that nobody acknowledges is given up after 32 seconds (RFC 3261 §13.3.1.4).
    world.wind(40)
    return again


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("answers", [False, True])
@pytest.mark.parametrize("calling", [False, True])
def test_whenever_the_page_goes_both_ends_agree_and_there_is_one_record(calling, answers, crash):
    for at in range(40):
        world = World()
        again = played(world, at, calling=calling, answers=answers, crash=crash)
        if again is None:
            break
        bob = next(phone for phone in world.phones if phone.user == "bob")
        where = f"after {at}"
        assert [one.state for one in again.calls] == [one.state for one in bob.calls], where
        world.wind(30)
        for phone in (again, bob):
            if phone.calls:
                phone.ask("hangup")
        world.wind(100)
        assert again.calls == bob.calls == [], where
        assert len(again.history) <= 1 and len(bob.history) <= 1, where
        for phone in (again, bob):
            assert phone.mistakes == [], where
            assert phone.agent.transactions == 0 and phone.tone is None, where
    assert at == (5 if answers else 3)
