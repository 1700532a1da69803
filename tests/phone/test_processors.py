"""The page puts its own processors into the sound of calls, or listens to it, and the person sees it."""

import pytest

from webphone.phone import actions as do
from webphone.phone import happenings as on


def used(phone):
    found = [each for each in phone.actions if isinstance(each, do.UseProcessors)]
    return [each.processors for each in found]


def shown(phone):
    (call,) = phone.machine.snapshot.calls
    return call.processed, call.overheard, call.listened_to


def test_processors_are_used_in_their_order_on_their_side(alice):
    assert alice.ask("addProcessor", "processor:1").done
    assert alice.ask("addProcessor", "processor:2", {"side": "remote"}).done
    assert alice.ask("addProcessor", "processor:1", {"side": "local"}).done  # it is there
    assert used(alice)[-1] == (("processor:1", "local"), ("processor:2", "remote"))
    assert alice.ask("removeProcessor", "processor:1").done
    assert alice.ask("removeProcessor", "processor:1").done
    assert used(alice)[-1] == (("processor:2", "remote"),)
    assert len(used(alice)) == 3


@pytest.mark.parametrize("given", ["nothing", "", 5, {"create": None}])
def test_what_is_no_processor_is_refused(alice, given):
    assert alice.ask("addProcessor", given).error.code == "invalid_config"
    assert used(alice) == []


def test_a_side_is_local_or_remote_and_there_are_not_too_many(alice):
    assert alice.ask("addProcessor", "processor:1", {"side": "both"}).error.code == "invalid_config"
    for number in range(8):
        assert alice.ask("addProcessor", f"processor:{number}").done
    assert alice.ask("addProcessor", "processor:9").error.code == "invalid_config"


def test_the_call_says_that_it_is_processed_as_long_as_it_is(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    assert shown(alice) == (False, False, False) and not alice.call.processed
    alice.happens(on.SoundProcessed(call=alice.call.id, running=True))
    assert shown(alice) == (True, False, True) and alice.call.processed
    alice.happens(on.SoundProcessed(call=alice.call.id, running=False))
    assert shown(alice) == (False, False, False)


def test_a_processor_that_fails_is_told_and_the_call_goes_on(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.SoundProcessed(call=alice.call.id, running=False, text="no model"))
    assert "no model" in alice.machine.snapshot.error.message
    assert alice.call.state == "active" and not alice.call.processed


def test_a_page_that_took_a_stream_is_said_to_listen_until_the_call_ends(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    alice.happens(on.StreamTaken(call=alice.call.id))
    assert shown(alice) == (False, True, True)
