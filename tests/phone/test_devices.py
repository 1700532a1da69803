"""Microphones, loudspeakers and cameras: chosen, remembered, unplugged and plugged in again."""

import json

import pytest

from webphone.contract import Device
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.labels import LONGEST
from webphone.phone.readings import readings


def microphone(id, label=""):
    return Device(id=id, kind="audioinput", label=label or f"Microphone {id}")


def loudspeaker(id, label=""):
    return Device(id=id, kind="audiooutput", label=label or f"Loudspeaker {id}")


HEADSET = microphone("headset", "Jabra 20 (0b0e:0300)")
BUILT_IN = microphone("built-in", "Built-in microphone")
EARS = loudspeaker("ears", "Jabra 20 (0b0e:0300)")
DESK = loudspeaker("desk")
LENS = Device(id="lens", kind="videoinput", label="Lens")
ALL = (HEADSET, BUILT_IN, EARS, DESK, LENS)


def used(phone):
    """What the browser was last told to use."""
    last = [action for action in phone.actions if isinstance(action, do.UseDevices)][-1]
    names = ("input", "output", "ringer", "camera")
    return {name: getattr(last, name) for name in names if getattr(last, name)}


def kept(phone):
    return [json.loads(one.text) for one in phone.actions if isinstance(one, do.KeepDevices)]


def devices(phone):
    return readings(phone.machine.snapshot, None)["devices"]


def talk(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")


def news(phone):
    return phone.machine.snapshot.devices.news


# --- Which there are ---


def test_the_page_reads_which_there_are_and_hears_what_came_and_went(alice):
    assert devices(alice) == []
    alice.plug(HEADSET, BUILT_IN)
    first = {"id": "headset", "kind": "audioinput", "label": "Jabra 20", "chosenFor": []}
    assert devices(alice)[0] == first
    alice.plug(BUILT_IN, DESK)
    came, change = alice.told("devicechange")
    assert [one.id for one in came["added"]] == ["headset", "built-in"]
    assert [one.id for one in change["added"]] == ["desk"]
    assert [one.id for one in change["removed"]] == ["headset"]
    assert [one.id for one in change["devices"]] == ["built-in", "desk"]
    alice.plug(BUILT_IN, DESK)
    assert len(alice.told("devicechange")) == 2


def test_what_the_browser_lists_is_bounded_and_readable(alice):
    odd = (
        microphone("default", "Default - Built-in"),
        microphone("communications"),
        Device(id="", kind="audioinput", label=""),
        Device(id="lamp", kind="lamp", label="no sound at all"),
        microphone("x" * 600),
        microphone("evil", "a\u202eb\n" + "c" * 500),
        Device(id="mute", kind="audioinput", label=" "),
    )
    alice.plug(*odd, *(loudspeaker(f"l{number}") for number in range(100)))
    listed = devices(alice)
    assert [one["id"] for one in listed[:2]] == ["evil", "mute"]
    assert listed[0]["label"].startswith("ab cc")
    assert len(listed[0]["label"]) == LONGEST
    assert listed[1]["label"] == "Without a name"
    assert len(listed) == 2 + 32
    assert alice.machine.snapshot.devices.hidden


def test_a_person_may_allow_the_microphone_to_see_the_names(alice):
    alice.happens(on.DevicesWanted())
    [look] = [action for action in alice.actions if isinstance(action, do.LookForDevices)]
    assert look.ask
    alice.happens(on.DevicesFound(devices=(), code="mic_denied"))
    assert [error.code for error in alice.told("error")] == ["mic_denied"]


# --- What is chosen ---


@pytest.mark.parametrize(
    ("method", "id", "role"),
    [
        ("setInput", "headset", "input"),
        ("setOutput", "ears", "output"),
        ("setRinger", "desk", "ringer"),
        ("setCamera", "lens", "camera"),
    ],
)
def test_a_device_that_is_chosen_is_used_and_remembered(alice, method, id, role):
    alice.plug(*ALL)
    assert alice.ask(method, id).done
    assert used(alice) == {role: id}
    assert kept(alice)[-1][role]["id"] == id
    [chosen] = [one for one in devices(alice) if one["chosenFor"]]
    assert (chosen["id"], chosen["chosenFor"]) == (id, [role])
    assert alice.ask(method, "default").done
    assert used(alice) == {}
    assert role not in kept(alice)[-1]


def test_calls_and_the_ring_are_heard_from_different_places(alice):
    alice.plug(*ALL)
    alice.ask("setOutput", "ears")
    alice.ask("setRinger", "desk")
    assert used(alice) == {"output": "ears", "ringer": "desk"}
    alice.ask("setRinger", "ears")
    assert [one["chosenFor"] for one in devices(alice) if one["chosenFor"]] == [
        ["output", "ringer"]
    ]


@pytest.mark.parametrize(
    ("method", "id", "code"),
    [
        ("setInput", "gone", "mic_missing"),
        ("setInput", "ears", "mic_missing"),
        ("setOutput", "headset", "invalid_config"),
        ("setCamera", "gone", "invalid_config"),
    ],
)
def test_a_device_that_is_not_there_is_refused_and_the_one_before_stays(alice, method, id, code):
    alice.plug(*ALL)
    alice.ask("setInput", "built-in")
    alice.ask("setOutput", "desk")
    error = alice.ask(method, id).error
    assert (error.code, error.message.key) == (code, "device_unknown")
    assert used(alice) == {"input": "built-in", "output": "desk"}


def test_a_device_that_cannot_be_used_leaves_the_one_before(alice):
    alice.plug(*ALL)
    alice.ask("setInput", "built-in")
    for method, id in (("setInput", "headset"), ("setOutput", "ears")):
        alice.device_fault = "mic_busy"
        assert alice.ask(method, id).error.code == "mic_busy"
        assert used(alice) == {"input": "built-in"}
    assert [set(one) for one in kept(alice)] == [{"input", "volume"}]


def test_what_the_browser_says_of_a_device_is_told(alice):
    alice.plug(*ALL)
    alice.actions.clear()
    alice.loop._perform = lambda action: alice.actions.append(action)
    alice.press("setOutput", "ears")
    [use] = [action for action in alice.actions if isinstance(action, do.UseDevices)]
    alice.happens(on.DeviceUsed(ask=use.ask, code="unsupported", text="AbortError"))
    assert "AbortError" in alice.desk.error.message
    alice.happens(on.DeviceUsed(ask=use.ask))
    assert kept(alice) == []


def test_a_browser_that_lets_no_page_choose_says_so(alice):
    alice.sinks = False
    alice.plug(HEADSET)
    assert alice.ask("setOutput", "ears").error.message.key == "no_sinks"
    assert alice.ask("setRinger", "ears").error.code == "unsupported"
    assert alice.ask("setOutput", "").done


def test_before_the_browser_has_been_asked_a_choice_waits_for_its_word(alice):
    alice.plugged_in = ALL
    assert alice.ask("setInput", "headset").done
    assert used(alice) == {"input": "headset"}


def test_a_choice_that_waits_is_refused_once_its_device_is_known_not_to_be_there(alice):
    alice.plugged_in = (BUILT_IN,)
    assert alice.ask("setInput", "headset").error.code == "mic_missing"


def test_what_the_browser_does_not_name_yet_may_be_chosen_by_its_id(alice):
    alice.plug(Device(id="", kind="audioinput", label=""))
    assert alice.ask("setInput", "headset").done
    assert used(alice) == {"input": "headset"}
    alice.plug(HEADSET)
    assert used(alice) == {"input": "headset"}


def test_the_volume_is_that_of_calls_and_is_remembered(alice):
    assert alice.ask("setVolume", 0.25).done
    assert alice.machine.snapshot.devices.volume == 0.25
    assert kept(alice) == [{"volume": 0.25}]
    assert alice.ask("setVolume", 2).error.code == "invalid_config"
    alice.device_fault = "internal"
    assert alice.ask("setVolume", 1).error.code == "internal"


# --- What is remembered ---


def test_the_next_page_uses_what_was_chosen_before_the_browser_has_listed_anything(alice):
    alice.happens(on.DevicesKept(text=json.dumps({"input": {"id": "headset"}, "volume": 0.5})))
    assert used(alice) == {"input": "headset"}
    alice.plug(BUILT_IN)
    assert used(alice) == {}
    alice.plug(BUILT_IN, HEADSET)
    assert used(alice) == {"input": "headset"}
    assert alice.machine.snapshot.devices.volume == 0.5


def test_a_device_with_another_id_is_known_by_its_name_if_only_one_has_it(alice):
    text = json.dumps({"input": {"id": "of yesterday", "label": "Jabra 20"}})
    alice.plug(*ALL)
    alice.happens(on.DevicesKept(text=text))
    assert used(alice) == {"input": "headset"}
    alice.plug(HEADSET, microphone("second", "Jabra 20"))
    assert used(alice) == {}


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", '{"input": 1}', '{"volume": "loud"}', "[" * 200, '{"input": {}}', "x" * 20_000],
)
def test_what_is_none_of_ours_is_nothing_remembered(alice, text):
    alice.plug(*ALL)
    alice.ask("setInput", "built-in")
    alice.happens(on.DevicesKept(text=text))
    assert used(alice) == {"input": "built-in"}
    assert alice.mistakes == []


def test_forgetting_everything_takes_every_choice_back(alice):
    alice.plug(*ALL)
    alice.ask("setInput", "headset")
    alice.ask("setVolume", 0.5)
    assert alice.ask("forgetEverything").done
    assert used(alice) == {}
    assert alice.machine.snapshot.devices.volume == 1.0
    assert len(kept(alice)) == 2  # and none of it is kept again


# --- Unplugged and plugged in again ---


def test_a_headset_that_is_unplugged_in_a_call_is_said_and_comes_back(alice, bob):
    alice.plug(*ALL)
    alice.ask("setInput", "headset")
    alice.ask("setOutput", "ears")
    talk(alice, bob)
    alice.exchanged = "Built-in microphone"
    alice.plug(BUILT_IN, DESK, LENS)
    assert used(alice) == {}
    [error] = alice.told("error")
    assert error.message == "Jabra 20 is gone; the call goes on with Built-in microphone."
    assert news(alice).key == "loudspeaker_gone"
    assert alice.call.state == "active"
    alice.exchanged = "Jabra 20"
    alice.plug(*ALL)
    assert used(alice) == {"input": "headset", "output": "ears"}
    assert alice.machine.snapshot.error is None
    assert news(alice) == "The call goes on with Jabra 20."
    alice.ask("hangup")
    assert news(alice) is None


def test_a_loudspeaker_that_comes_back_in_a_call_is_said(alice, bob):
    alice.plug(*ALL)
    alice.ask("setOutput", "ears")
    talk(alice, bob)
    alice.plug(HEADSET, DESK)
    alice.plug(HEADSET, DESK, EARS)
    assert news(alice) == "You hear the call from Jabra 20."


def test_outside_a_call_nothing_is_said_of_what_is_unplugged(alice):
    alice.plug(*ALL)
    alice.ask("setOutput", "ears")
    alice.plug(DESK)
    alice.plug(*ALL)
    assert news(alice) is None
    assert alice.told("error") == []
    assert used(alice) == {"output": "ears"}


def test_a_microphone_that_is_plugged_in_in_a_call_without_any_is_used(alice, bob):
    talk(alice, bob)
    alice.happens(on.MicrophoneMissing(call=alice.call.id))
    alice.exchanged = "Jabra 20"
    alice.plug(HEADSET)
    assert alice.machine.snapshot.error is None
    assert news(alice).key == "microphone_back"


def test_in_the_place_of_an_unplugged_microphone_none_need_be_found(alice, bob):
    alice.plug(*ALL)
    alice.ask("setInput", "headset")
    talk(alice, bob)
    alice.device_fault = "mic_missing"
    alice.plug(DESK)
    assert alice.told("error") == []  # the call itself says it
    assert news(alice) is None


def test_the_browser_names_the_microphones_where_it_can(alice, bob):
    talk(alice, bob)
    ended = on.MicrophoneEnded(call=alice.call.id, lost="Jabra 20 (0b0e:0300)", name="Desk")
    alice.happens(ended)
    assert alice.desk.error.message == "Jabra 20 is gone; the call goes on with Desk."


def test_each_tab_uses_devices_of_its_own_and_hears_what_the_others_choose(world):
    from phone.tabs_stage import Browser

    browser = Browser(world)
    one, two = browser.tab(), browser.tab()
    two.plug(*ALL)
    assert two.ask("setInput", "headset").done
    assert used(two) == {"input": "headset"}
    assert not [action for action in one.actions if isinstance(action, do.UseDevices)]
