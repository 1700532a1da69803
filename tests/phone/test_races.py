"""What crosses on the wire: both ends agree in the end, and each keeps one record."""

import pytest

from phone.stage import description
from webphone.phone import actions as do
from webphone.phone import happenings as on


def talk(alice, bob):
    """Alice calls Bob and he answers."""
    alice.ask("makeCall", "bob")
    assert bob.ask("answer").value
    return alice.call


def only_record(phone):
    [record] = phone.told("end")
    assert phone.calls == [] and phone.tone in (None, do.Tone.BUSY)
    assert phone.mistakes == []
    return record


def test_a_200_that_crosses_the_cancel_is_acknowledged_and_ended(world, alice, bob):
    alice.ask("makeCall", "bob")
    world.slow = True
    alice.ask("hangup")
    answered = bob.ask("answer")
    world.land()
    said = [line.split()[0] for line in world.sent("alice", "CANCEL", "ACK", "BYE")]
    assert said == ["CANCEL", "ACK", "BYE"]
    assert answered.value.state == "active"
    mine, theirs = only_record(alice), only_record(bob)
    assert (mine["disposition"], mine["endedBy"], mine["sipCode"]) == ("cancelled", "local", 487)
    assert (theirs["disposition"], theirs["endedBy"]) == ("answered", "remote")
    assert theirs["sipCode"] == 200


def test_hanging_up_before_any_answer_sends_no_cancel_until_one_comes(world, alice):
    dave = world.stranger("dave")
    world.slow = True
    promise = alice.ask("makeCall", "dave")
    assert promise.value.state == "dialling"
    alice.ask("hangup")
    assert world.sent("alice", "CANCEL") == []
    world.land()
    assert len(world.sent("alice", "CANCEL")) == 1
    dave.reply(180)
    assert dave.words() == ["INVITE", "CANCEL"]
    dave.reply(200, to="CANCEL")
    dave.reply(487)
    record = only_record(alice)
    assert (record["disposition"], record["sipCode"]) == ("cancelled", 487)


def test_two_hang_ups_that_cross_end_one_call_once(world, alice, bob):
    talk(alice, bob)
    world.wind(3)
    world.slow = True
    first, second = alice.ask("hangup"), bob.ask("hangup")
    world.land()
    assert first.settled and second.settled
    for phone in (alice, bob):
        record = only_record(phone)
        assert (record["disposition"], record["endedBy"]) == ("answered", "local")
        assert len(world.sent(phone.user, "BYE")) == 1
        # RFC 3261 §15.1.2: 481 from who has had the answer to its own BYE already.
        assert world.sent(phone.user, "SIP/2.0")[-1].split()[1] in ("200", "481")


@pytest.mark.parametrize("rounds", [1, 3])
def test_holds_that_cross_meet_491_and_both_come_true(world, alice, bob, rounds):
    talk(alice, bob)
    for _ in range(rounds):
        for wish in ("hold", "resume"):
            world.slow = True
            mine, theirs = alice.ask(wish), bob.ask(wish)
            world.land()
            assert world.sent("alice", "SIP/2.0 491") or world.sent("bob", "SIP/2.0 491")
            assert not (mine.settled and theirs.settled)
            world.wind(10)
            wanted = "both" if wish == "hold" else None
            assert mine.value.held_by in (wanted, "local") and theirs.error is None
            assert alice.call.held_by == bob.call.held_by == wanted
    assert len(alice.told("hold")) == len(bob.told("hold")) == 2 * rounds
    assert list(alice.media.values()) == list(bob.media.values()) == ["sendrecv"]


def test_a_hold_and_a_resume_that_cross_both_come_true(world, alice, bob):
    talk(alice, bob)
    bob.ask("hold")
    world.slow = True
    mine, theirs = alice.ask("hold"), bob.ask("resume")
    world.land()
    world.wind(10)
    assert mine.error is None and theirs.error is None
    assert (alice.call.held_by, bob.call.held_by) == ("local", "remote")


def test_the_first_of_two_phones_to_answer_wins(world, alice, bob):
    other = world.registered("bob")
    alice.ask("makeCall", "bob")
    assert bob.tone is other.tone is do.Tone.RINGTONE
    assert [detail["stage"] for detail in alice.told("ringingout")] == ["ringing", "ringing"]
    assert other.ask("answer").value.state == "active"
    record = only_record(bob)
    assert record["disposition"] == "answered-elsewhere"
    assert record["explanation"] == "Answered on another phone."
    assert alice.call.state == other.call.state == "active"
    assert alice.tone is None and bob.tone is None


def test_two_answers_that_cross_leave_one_call_and_end_the_other(world, alice, bob):
    other = world.registered("bob")
    alice.ask("makeCall", "bob")
    world.slow = True
    bob.ask("answer")
    other.ask("answer")
    world.land()
    assert alice.call.state == bob.call.state == "active"
    record = only_record(other)
    assert (record["disposition"], record["endedBy"]) == ("answered", "remote")
    assert len(world.sent("alice", "BYE")) == 1
    assert len(alice.told("answer")) == 1


@pytest.mark.rfc("3960 §3.1", "of the early media of several forks one is heard")
def test_of_two_forks_only_the_first_early_media_is_heard(world, alice):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(183, sdp=description("two"), tag="two")
    heard = [each for each in alice.actions if isinstance(each, do.DescribeRemote)]
    assert [each.kind for each in heard] == [do.Offer.PROVISIONAL]
    assert "ufrag:one" in heard[0].sdp
    dave.reply(200, sdp=description("two"), tag="two")
    last = [each for each in alice.actions if isinstance(each, do.DescribeRemote)][-1]
    assert last.kind is do.Offer.ANSWER and "ufrag:two" in last.sdp
    assert alice.call.state == "active"
    # The other fork answers, too.
    dave.reply(200, sdp=description("one"), tag="one", to=dave.invite)
    assert dave.words()[-2:] == ["ACK", "BYE"]
    assert alice.call.state == "active" and alice.told("end") == []


def test_what_a_fork_that_is_not_heard_offers_anew_is_taken_and_heard_later(world, alice):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(183, sdp=description("two"), tag="far")
    dave.inside("UPDATE", sdp=description("moved", setup="actpass", version="2"))
    assert dave.words()[-1] == "200" and heard(alice) == ["one"]
    dave.reply(199, tag="one")
    assert heard(alice) == ["one", "moved"]


def restarts(alice):
    return [each for each in alice.actions if isinstance(each, do.Reoffer) and each.restart]


@pytest.mark.parametrize("answer", [200, 488])
def test_when_another_fork_answers_than_was_heard_both_ends_find_new_paths(world, alice, answer):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    assert restarts(alice) == []
    dave.reply(200, sdp=description("two"), tag="two")
    assert len(restarts(alice)) == 1 and dave.words()[-2:] == ["ACK", "INVITE"]
    asked = dave.last("INVITE")
    assert asked.to.tag == "two"
    dave.reply(answer, sdp=description("two") if answer == 200 else "")
    assert dave.words()[-1] == "ACK" and len(restarts(alice)) == 1
    world.wind(30)
    # Where they lead nowhere they are looked for again; who will not have it is left alone.
    assert len(restarts(alice)) == (2 if answer == 200 else 1)
    # Nobody asked for it: a far end that will not have it is no fault of the phone's.
    assert alice.call.state == "active" and alice.told("error") == [] and alice.told("hold") == []


@pytest.mark.parametrize(("found_at", "looked"), [(3, 3), (None, 5)])
def test_new_paths_are_looked_for_until_one_is_found_and_at_most_five_times(
    world, alice, found_at, looked
):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(200, sdp=description("two"), tag="two")
    for tried in range(1, 20):
        if dave.words()[-1] == "INVITE":
            dave.reply(200, sdp=description("two"))
        if tried == found_at:
            alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
        world.wind(0.8)
    assert len(restarts(alice)) == looked and alice.call.state == "active"


@pytest.mark.parametrize("news", ["found", "slow"])
def test_new_paths_that_are_found_or_still_on_their_way_are_not_looked_for_again(
    world, alice, news
):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(200, sdp=description("two"), tag="two")
    if news == "found":
        dave.reply(200, sdp=description("two"))
        alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    world.wind(10)
    assert len(restarts(alice)) == 1
    if news == "slow":
        dave.reply(200, sdp=description("two"))
        world.wind(1)
        assert len(restarts(alice)) == 2


@pytest.mark.parametrize("again", ["same", "none"])
def test_a_fork_that_leads_to_the_same_media_needs_no_new_paths(world, alice, again):
    """As behind a server that plays the early media itself."""
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(200, sdp="" if again == "none" else description("one"),
               tag="one" if again == "none" else "two")  # fmt: skip
    assert restarts(alice) == [] and dave.words()[-1] == "ACK"


def turned_to_another_fork(world, alice):
    """The early media of one fork, its end, and those of another."""
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(199, tag="one")
    dave.reply(183, sdp=description("two"), tag="two")
    return dave


def test_a_second_fork_that_was_heard_already_needs_no_new_paths(world, alice):
    dave = turned_to_another_fork(world, alice)
    alice.happens(on.MediaChanged(call=alice.call.id, state="connected"))
    dave.reply(200, sdp=description("two"), tag="two")
    assert alice.call.state == "active" and restarts(alice) == []


def test_a_second_fork_that_was_never_heard_gets_new_paths_when_it_answers(world, alice):
    dave = turned_to_another_fork(world, alice)
    dave.reply(200, sdp=description("two"), tag="two")
    assert len(restarts(alice)) == 1


def test_a_browser_that_plays_no_early_media_lets_it_ring_and_takes_any_answer(world, alice):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    assert alice.tone is None
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="no pranswer"))
    assert alice.tone is do.Tone.RINGBACK and alice.call.state == "ringing"
    dave.reply(200, sdp=description("two"), tag="two")
    assert alice.tone is None and alice.call.state == "active"
    assert restarts(alice) == [] and alice.told("error") == []


def heard(alice):
    """The names in the descriptions that her browser was given, oldest first."""
    given = [each.sdp for each in alice.actions if isinstance(each, do.DescribeRemote)]
    return [sdp.partition("ufrag:")[2].split()[0].rstrip("0") for sdp in given]


def test_an_answer_without_a_description_is_the_one_its_own_fork_gave(world, alice):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(183, sdp=description("two"), tag="two")
    dave.reply(200, tag="two")
    assert heard(alice) == ["one", "two"]
    assert alice.call.state == "active"


def test_when_the_fork_that_is_heard_has_failed_the_next_is_heard(world, alice):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    dave.reply(183, sdp=description("two"), tag="two")
    dave.reply(199, tag="two")  # it was not heard
    dave.reply(199, tag="one")
    assert heard(alice) == ["one"]
    dave.reply(183, sdp=description("three"), tag="three")
    assert heard(alice) == ["one", "three"]


@pytest.mark.parametrize("first", ["sound", "news"])
def test_when_the_sound_of_a_fork_breaks_off_the_next_is_heard(world, alice, first):
    dave = world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description("one"), tag="one")
    lost = on.MediaChanged(call=alice.call.id, state="disconnected")
    if first == "news":
        alice.happens(lost)
    dave.reply(183, sdp=description("two"), tag="two")
    if first == "sound":
        assert heard(alice) == ["one"]
        alice.happens(lost)
    assert heard(alice) == ["one", "two"]
    dave.reply(200, sdp=description("two"), tag="two")
    assert heard(alice) == ["one", "two", "two"] and alice.call.state == "active"


def test_hanging_up_while_the_microphone_is_asked_for_refuses_the_call(alice, bob):
    alice.ask("makeCall", "bob")
    bob.slow_media = True
    answered = bob.ask("answer")
    bob.ask("hangup")
    bob.media_arrives()
    assert answered.error.code == "no_call"
    assert only_record(bob)["disposition"] == "rejected"
    assert only_record(alice)["disposition"] == "busy"


def test_a_second_answer_finds_nothing_ringing(alice, bob):
    alice.ask("makeCall", "bob")
    bob.slow_media = True
    first, second = bob.ask("answer"), bob.ask("answer")
    bob.media_arrives()
    assert first.value.state == "active"
    assert second.error.code == "no_call"


def test_leaving_says_goodbye_in_the_same_turn(world, alice, bob):
    talk(alice, bob)
    before = len(alice.actions)
    alice.happens(on.Leaving())
    firsts = [each.data.split()[0] for each in alice.actions[before:] if isinstance(each, do.Send)]
    assert firsts[0] == b"BYE" and b"REGISTER" in firsts
    assert only_record(alice)["endedBy"] == "local"
    assert only_record(bob)["endedBy"] == "remote"


def test_leaving_before_the_microphone_is_there_leaves_no_call(world, alice):
    alice.slow_media = True
    promise = alice.ask("makeCall", "bob")
    alice.happens(on.Leaving())
    alice.media_arrives()
    assert promise.error.code == "cancelled"
    assert world.sent("alice", "INVITE") == []


def test_mute_survives_hold_and_the_answer(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("mute", True)
    bob.ask("answer")
    assert bob.call.muted
    muting = do.MuteMicrophone(call=bob.call.id, muted=True)
    assert bob.actions.index(muting) < len(bob.actions) - 1 - bob.actions[::-1].index(muting)
    bob.ask("hold")
    bob.ask("resume")
    assert bob.call.muted and bob.ask("unmute").value is False


def test_a_path_that_is_lost_and_found_before_a_call_is_answered_costs_nothing(alice, bob):
    """As a browser tells it of early media that have failed, or while it makes its answer."""
    bob.slow_media = True
    alice.ask("makeCall", "bob")
    answered = bob.ask("answer")
    for phone in (alice, bob):
        phone.happens(on.MediaChanged(call=phone.call.id, state="disconnected"))
        assert phone.desk.snapshot.calls[0].unstable
        phone.happens(on.MediaChanged(call=phone.call.id, state="connected"))
        assert not phone.desk.snapshot.calls[0].unstable
    assert not answered.settled
    bob.media_arrives()
    assert answered.error is None
    assert alice.call.state == bob.call.state == "active"
