"""The page of the other end is loaded anew, and calls in place of the call: here it stays one call."""

import pytest

from phone.stage import World, description
from webphone.phone import actions as do
from webphone.phone import happenings as on

MEDIA_BEGINS = (do.OpenMedia, do.MuteMicrophone)
THEIRS = "ab30317f1a784dc48ff824d0d3715d86"


def talking(world, *, calling=True, **settings):
    """Alice, whose calls outlive her page, talks to Bob, who has these settings."""
    alice, bob = world.registered("alice", recover="reload"), world.registered("bob", **settings)
    caller, called = (alice, bob) if calling else (bob, alice)
    caller.ask("makeCall", called.user)
    called.ask("answer")
    world.wind(1)
    return alice, bob


def back(alice):
    """Her page is loaded anew, and hears the call."""
    again = alice.reload()
    again.happens(on.MediaChanged(call=again.call.id, state="connected"))
    return again


def invites(world, who):
    return [data for user, data in world.wire if user == who and data.startswith(b"INVITE")]


@pytest.mark.rfc("3891 §3", "who goes on with a call in another dialog is not another caller")
@pytest.mark.rfc("7989 §6", "the communication keeps both of its names in the new dialog")
@pytest.mark.parametrize("calling", [True, False])
def test_it_is_one_call_with_one_record_however_often(world, calling):
    alice, bob = talking(world, calling=calling)
    before = bob.call
    ours = bob.agent.session_id(before.call_id)
    for _ in range(3):
        alice = back(alice)
        world.wind(100)
    now = bob.call
    assert (now.id, now.direction, now.answered_at) == (
        before.id,
        before.direction,
        before.answered_at,
    )
    assert now.call_id == alice.call.call_id != before.call_id
    assert bob.agent.session_id(now.call_id) == ours
    bob.ask("hangup")
    for phone in (alice, bob):
        [record] = phone.history
        assert record.disposition == "answered" and record.talk_seconds > 300
        assert phone.calls == [] and phone.mistakes == [] and phone.agent.transactions == 0
    assert [len(bob.told(each)) for each in ("end", "ringingin")] == [1, int(calling)]


def test_what_was_held_and_muted_here_still_is(world):
    alice, bob = talking(world)
    bob.ask("hold")
    bob.ask("mute")
    alice = back(alice)
    assert (bob.call.held_by, bob.call.muted, alice.call.held_by) == ("local", True, "remote")
    assert bob.ask("resume").done and alice.call.held_by is None


def test_who_was_held_over_there_still_is(world):
    alice, bob = talking(world)
    alice.ask("hold")
    alice = back(alice)
    assert (bob.call.held_by, alice.call.held_by) == ("remote", "local")
    assert alice.ask("resume").done and bob.call.held_by is None


def test_what_is_said_in_the_dialog_that_was_means_nothing_any_more(world):
    alice, bob = talking(world)
    [*_, bye] = [alice.agent.handover.farewell(alice.call.id)]
    back(alice)
    world.stranger("dave").say(bye)
    assert bob.call.state == "active"


def test_who_is_slow_to_answer_is_asked_again_in_the_dialog_that_was(world):
    alice, bob = talking(world)
    before = bob.call
    bob.slow_media = True
    again = alice.reload()
    world.wind(4)
    assert world.sent("alice", "CANCEL") and bob.call.id == before.id
    bob.plug()
    world.wind(10)
    bob.plug()
    again.happens(on.MediaChanged(call=again.call.id, state="connected"))
    assert (again.call.state, bob.call.state) == ("active", "active")
    assert bob.call.call_id == again.call.call_id == before.call_id
    bob.ask("hangup")
    assert len(again.history) == len(bob.history) == 1 and bob.mistakes == []


def test_where_nothing_can_be_heard_again_it_is_over_at_both_ends(world):
    alice, bob = talking(world)
    before = bob.call
    bob.media_fault = ("media_failed", "no")
    again = alice.reload()
    for phone in (again, bob):
        [record] = phone.history
        assert phone.calls == [] and record.call_id == before.call_id


def sounding(*phones):
    """What is up at these is heard."""
    for phone in phones:
        for call in phone.calls:
            phone.happens(on.MediaChanged(call=call.id, state="connected"))


def arrive(world, many):
    """So many messages on their way arrive, one after the other; whether there were as many."""
    arrived = 0
    while arrived < many and world._flying:
        world._flying.pop(0)()
        arrived += 1
    return arrived == many


def again_and_again(world, at, *, crash, calling):
    """Her page is loaded anew once more when `at` messages of taking the call back have arrived."""
    alice, bob = talking(world, calling=calling)
    world.slow = True
    first = alice.reload(crash=crash)
    if not arrive(world, at):
        return None
    second = first.reload(crash=crash)
    world.land()
    for _ in range(2):
        world.wind(35)
        sounding(second, bob)
    return alice, second, bob


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("calling", [False, True])
def test_a_page_that_goes_while_it_takes_the_call_back_leaves_it_to_the_next(calling, crash):
    for at in range(20):
        world = World()
        found = again_and_again(world, at, crash=crash, calling=calling)
        if found is None:
            break
        alice, second, bob = found
        where = f"after {at}"
        assert second.call.state == bob.call.state == "active", where
        assert second.call.call_id == bob.call.call_id, where
        assert len(bob.told("answer")) == 1, where
        bob.ask("hangup")
        world.wind(70)
        assert alice.history == [] and len(second.history) == len(bob.history) == 1, where
        for phone in (second, bob):
            assert phone.mistakes == [] and phone.agent.transactions == 0, where
    assert at > 8


@pytest.mark.parametrize("fails", [False, True])
def test_so_does_one_that_goes_before_it_is_answered(world, fails):
    """The first answer is still being made, or can't be, when the second is wanted."""
    alice, bob = talking(world)
    before = bob.call
    bob.slow_media = True
    bob.media_fault = ("media_failed", "no") if fails else None
    alice = alice.reload()
    bob.media_fault = None
    world.wind(0.1)
    alice = alice.reload()
    bob.slow_media = False
    bob.media_arrives()
    alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    world.wind(1)
    assert (bob.call.id, bob.call.call_id) == (before.id, alice.call.call_id)
    assert bob.ask("hold").done and alice.call.held_by == "remote"
    alice.ask("hangup")
    assert len(alice.history) == len(bob.history) == 1 and bob.mistakes == []


def test_what_comes_instead_and_can_not_be_heard_is_refused(world):
    alice, dave = with_dave(world)
    before = alice.call
    alice.slow_media = True
    again = world.stranger("dave")
    again.invite = dave.invite
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    calls_instead(again, f"Session-ID: {THEIRS}", sdp=description().replace("m=audio", "m=image"))
    assert dave.last(487).cseq.method == again.last(488).cseq.method == "INVITE"
    alice.media_arrives()
    assert (alice.call.id, alice.call.state) == (before.id, "active")
    alice.ask("hold")
    alice.media_arrives()
    assert dave.last("INVITE").body and alice.mistakes == []


def test_what_comes_while_we_are_asked_for_an_offer_waits(world):
    alice, dave = with_dave(world)
    alice.slow_media = True
    again = world.stranger("dave")
    again.invite = dave.invite
    dave.inside("INVITE")
    calls_instead(again, f"Session-ID: {THEIRS}", sdp=description())
    assert dave.last(487).cseq.method == again.last(491).cseq.method == "INVITE"


# --- Both pages are new ---


def both_again(world, at, *, crash, calling):
    """Her page is loaded anew, and his when `at` messages of taking the call back have arrived."""
    alice, bob = talking(world, calling=calling, recover="reload")
    before = alice.call.id, bob.call.id
    world.slow = True
    alice = alice.reload(crash=crash)
    if not arrive(world, at):
        return None
    bob = bob.reload(crash=crash)
    world.land()
    for _ in range(3):
        world.wind(12)
        sounding(alice, bob)
    return before, (alice, bob)


@pytest.mark.rfc("3891 §3", "of two ends that replace the same dialog one is answered")
@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("calling", [False, True])
def test_both_pages_loaded_at_once_find_each_other_and_it_is_one_call(calling, crash):
    for at in range(20):
        world = World()
        found = both_again(world, at, crash=crash, calling=calling)
        if found is None:
            break
        before, (alice, bob) = found
        where = f"after {at}"
        assert [alice.call.state, bob.call.state] == ["active", "active"], where
        assert alice.call.call_id == bob.call.call_id, where
        assert alice.ask("hold").done and bob.call.held_by == "remote", where
        bob.ask("hangup")
        world.wind(70)
        for phone, id in zip((alice, bob), before, strict=True):
            [record] = phone.history
            assert (record.id, record.disposition) == (id, "answered"), where
            assert phone.calls == [] and phone.mistakes == [], where
            assert phone.agent.transactions == 0 and phone.told("ringingin") == [], where
    assert at > 8


def apart(world, seconds):
    """Alice has called Bob; both pages are loaded anew, his is there so much later."""
    alice, bob = talking(world, recover="reload")
    before = alice.call, bob.call
    for socket in list(bob.links):
        world.disconnect(bob, socket)
    world.phones.remove(bob)
    alice = alice.reload()
    world.wind(seconds)
    world.phones.append(bob)
    bob = bob.reload(crash=True)
    for _ in range(3):
        world.wind(4)
        sounding(alice, bob)
    return before, (alice, bob)


def test_who_was_muted_and_who_held_still_are_at_both_ends(world):
    alice, bob = talking(world, recover="reload")
    alice.ask("hold")
    alice.ask("mute")
    bob.ask("mute")
    world.slow = True
    alice, bob = alice.reload(), bob.reload()
    world.land()
    world.wind(5)
    sounding(alice, bob)
    assert (alice.call.held_by, bob.call.held_by) == ("local", "remote")
    assert alice.call.muted and bob.call.muted
    for phone in (alice, bob):
        opened = [type(each) for each in phone.actions if isinstance(each, MEDIA_BEGINS)]
        assert opened in ([*MEDIA_BEGINS], [*MEDIA_BEGINS, *MEDIA_BEGINS])
    assert alice.ask("resume").done and bob.call.held_by is None


@pytest.mark.parametrize("seconds", [0.5, 2, 5, 10, 20])
def test_whose_page_takes_longer_is_waited_for(world, seconds):
    before, phones = apart(world, seconds)
    assert [phone.call.state for phone in phones] == ["active", "active"]
    assert [phone.call.id for phone in phones] == [call.id for call in before]
    phones[0].ask("hangup")
    world.wind(70)
    for phone in phones:
        assert len(phone.history) == 1 and phone.calls == [] and phone.mistakes == []


def called_by_dave(world, *said):
    """Alice, whose page is new and slow, is called by Dave in the place of their call."""
    alice, dave = world.registered("alice", recover="reload"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, f"Session-ID: {THEIRS}", "Supported: replaces", *said, sdp=description())
    world.wind(1)
    alice = alice.reload(slow_media=True)
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    return alice, dave


def test_whose_page_is_not_ready_takes_their_way_and_gives_it_up_with_them(world):
    alice, dave = called_by_dave(world)
    assert dave.words()[-1] == "100" and "INVITE" not in dave.words()[1:]
    dave.cancel()
    assert dave.last(487).cseq.method == "INVITE"
    alice.media_arrives()
    world.wind(1)
    alice.media_arrives()
    again = dave.last("INVITE")
    assert "Replaces" in again.headers and len(alice.calls) == 1
    dave.reply(200, f"Session-ID: {THEIRS}", to=again, sdp=description())
    sounding(alice)
    assert alice.call.state == "active" and alice.mistakes == []


def test_who_changes_the_dialog_meanwhile_is_to_be_called_later(world):
    """Her new page has sent a re-INVITE, as it takes Dave for one who knows no Replaces."""
    alice, dave = world.registered("alice", recover="reload"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, f"Session-ID: {THEIRS}", sdp=description())
    world.wind(1)
    again = alice.reload()
    offer = dave.last("INVITE")
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    assert dave.last(491).cseq.method == "INVITE"
    dave.reply(491, to=offer)
    world.wind(0.2)
    dave.invite = offer
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    assert dave.last(200).cseq.method == "INVITE" and len(again.calls) == 1
    assert again.call.id == alice.told("answer")[0]["id"]


def test_a_dialog_that_nobody_knows_is_not_taken_back_either(world):
    alice, dave = called_by_dave(world)
    again = world.stranger("dave")
    names = f"{dave.invite.call_id}x;to-tag=a;from-tag=b"
    again.call("alice", f"Replaces: {names}", sdp=description())
    assert again.last(481).cseq.method == "INVITE" and len(alice.calls) == 1


# --- Her page is lost with its answer ---


def answered_in_vain(world, **settings):
    """Bob has called Alice; she answers, and her page is gone before anybody hears of it."""
    alice, bob = world.registered("alice", recover="reload"), world.registered("bob", **settings)
    bob.ask("makeCall", "alice")
    alice.unheard = True
    alice.ask("answer")
    assert (alice.call.state, bob.call.state) == ("active", "ringing")
    return alice, bob


@pytest.mark.rfc("3891 §3", "an INVITE that replaces our early dialog answers the call we made")
def test_a_call_whose_answer_is_lost_with_the_page_is_answered_by_the_next_one(world):
    alice, bob = answered_in_vain(world)
    before, ours = bob.call, bob.agent.session_id(bob.call.call_id)
    alice = back(alice)
    bob.happens(on.MediaChanged(call=before.id, state="connected"))
    now = bob.call
    assert (alice.call.state, now.state, now.id) == ("active", "active", before.id)
    assert (now.direction, now.to, now.call_id) == ("outgoing", before.to, alice.call.call_id)
    assert bob.agent.session_id(now.call_id) == ours and bob.tone is None
    assert [event["answeredBy"] for event in bob.told("answer")] == ["remote"]
    world.wind(400)
    bob.ask("hangup")
    world.wind(100)
    for phone in (alice, bob):
        [record] = phone.history
        assert record.disposition == "answered" and record.talk_seconds > 300
        assert phone.calls == [] and phone.mistakes == [] and phone.agent.transactions == 0
    assert [len(bob.told(each)) for each in ("end", "ringingin", "recover")] == [1, 0, 0]
    assert bob.history[0].id == before.id


def test_it_can_be_held_and_resumed_then_as_any_other(world):
    alice, bob = answered_in_vain(world)
    alice = back(alice)
    assert bob.ask("hold").done and alice.call.held_by == "remote"
    assert bob.ask("resume").done and alice.call.held_by is None
    alice = back(alice)
    alice.ask("hangup")
    assert bob.calls == [] and len(bob.history) == 1


def test_a_late_answer_of_the_page_that_was_is_ended(world):
    """It was on its way for longer than the new page took."""
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(180, f"Session-ID: {THEIRS}")
    invited, before = dave.last("INVITE"), alice.call
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    dave.ack()
    assert alice.call.state == "active" and dave.last("CANCEL").call_id == invited.call_id
    dave.reply(200, f"Session-ID: {THEIRS}", to=invited, sdp=description())
    assert dave.last("BYE").call_id == invited.call_id
    world.wind(1)
    assert (alice.call.id, alice.call.state) == (before.id, "active")
    dave.inside("BYE")
    assert [record.id for record in alice.history] == [before.id] and alice.mistakes == []


def test_somebody_else_who_picks_it_up_is_another_call(world):
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(180, f"Session-ID: {THEIRS}")
    before = alice.call
    calls_instead(dave, f"Session-ID: {THEIRS[::-1]}", sdp=description())
    dave.ack()
    assert alice.call.id != before.id and [record.id for record in alice.history] == [before.id]


def rung_by_dave(world):
    """Alice has called Dave, who rings."""
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(180, f"Session-ID: {THEIRS}")
    return alice, dave


@pytest.mark.parametrize("code", ["media_failed", "mic_missing"])
def test_who_can_not_hear_the_new_page_has_no_call_any_more(world, code):
    alice, dave = rung_by_dave(world)
    before = alice.call
    alice.media_fault = (code, "no")
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    assert dave.last("CANCEL") and dave.last(488).cseq.method == "INVITE"
    [record] = alice.history
    assert alice.calls == [] and record.id == before.id and record.disposition == "failed"


def test_what_can_not_be_heard_here_ends_it_too(world):
    alice, dave = rung_by_dave(world)
    fax = description().replace("m=audio", "m=image")
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=fax)
    assert dave.last(488).cseq.method == "INVITE"
    assert alice.calls == [] and len(alice.history) == 1


def test_who_hangs_up_meanwhile_has_given_up(world):
    alice, dave = rung_by_dave(world)
    alice.slow_media = True
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    assert alice.call.state == "ringing"
    alice.ask("hangup")
    assert dave.last(486).cseq.method == "INVITE"
    [record] = alice.history
    assert (record.disposition, record.ended_by) == ("cancelled", "local")


# --- Who is somebody else ---


def with_dave(world, session=THEIRS):
    """Alice has called Dave, who calls their communication so."""
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, f"Session-ID: {session}", sdp=description())
    world.wind(1)
    return alice, dave


def calls_instead(dave, *headers, sdp=""):
    """Dave calls in the place of the call that there is."""
    invite = dave.invite
    names = f"{invite.call_id};to-tag={invite.from_.tag};from-tag=far"
    dave.invite = None
    dave.call("alice", f"Replaces: {names}", *headers, sdp=sdp)


def test_who_calls_the_communication_so_goes_on_with_it(world):
    alice, dave = with_dave(world)
    before = alice.call
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    dave.ack()
    assert alice.call.id == before.id and alice.call.call_id == dave.invite.call_id
    assert "BYE" in dave.words()
    dave.inside("BYE")
    assert [record.id for record in alice.history] == [before.id]


@pytest.mark.parametrize(
    ("known", "said", "sdp"),
    [
        (THEIRS, f"Session-ID: {THEIRS[::-1]}", description()),
        (THEIRS, "Subject: none", description()),
        ("none", "Subject: none", description()),
        (THEIRS, f"Session-ID: {THEIRS}", ""),
    ],
    ids=["another name", "no name", "never a name", "no offer"],
)
def test_who_does_not_is_another_call_that_takes_its_place(world, known, said, sdp):
    alice, dave = with_dave(world, known)
    before = alice.call
    calls_instead(dave, said, sdp=sdp)
    dave.ack(sdp="" if sdp else description())
    world.wind(1)
    assert alice.call.id != before.id and [record.id for record in alice.history] == [before.id]


def test_it_takes_its_place_in_the_conference_too(world):
    alice, bob, dave = world.registered("alice"), world.registered("bob"), world.stranger("dave")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.wind(1)
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description())
    world.wind(1)
    assert alice.ask("conference").done
    before = alice.calls[-1]
    assert alice.ask("muteMember", before.id).done
    calls_instead(dave, sdp=description())
    dave.ack()
    world.wind(1)
    now = [call.id for call in alice.calls]
    assert before.id not in now and len(now) == 2
    assert alice.told("conference")[-1]["calls"] == now
    muted = [member["muted"] for member in alice.told("conference")[-1]["members"]]
    assert muted == [False, True]


def test_so_is_who_comes_while_we_change_the_call_ourselves(world):
    """Theirs is answered by other paths at once; ours would have to be given up first."""
    alice, dave = with_dave(world)
    before = alice.call
    alice.ask("hold")
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    dave.ack()
    world.wind(1)
    assert alice.call.id != before.id and alice.call.state in ("active", "held")


def test_what_is_taken_back_before_it_is_answered_changes_nothing(world):
    alice, dave = with_dave(world)
    before = alice.call
    alice.slow_media = True
    calls_instead(dave, f"Session-ID: {THEIRS}", sdp=description())
    dave.cancel()
    assert dave.last(487).cseq.method == "INVITE"
    alice.plug()
    world.wind(1)
    assert (alice.call.id, alice.call.call_id) == (before.id, before.call_id)
    assert "BYE" not in dave.words() and alice.mistakes == []
