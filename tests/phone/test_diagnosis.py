"""A diagnosis: what is tried in which order, what each thing found means, and that it always ends."""

from __future__ import annotations

import subprocess
import sys

import pytest

from phone.stage import Actor, World
from phone.tabs_stage import Browser
from webphone.contract import ERRORS
from webphone.phone import actions as do
from webphone.phone import diagnosis, findings
from webphone.phone import happenings as on

ALL_WELL = {
    "page": {"secure": True, "webrtc": True},
    "server": {"opened": True},
    "microphone": {"name": "Headset", "level": 0.2},
    "speaker": {"plays": True},
    "network": {"kinds": ["host", "relay", "srflx"], "errors": [], "stun": 1, "turn": 1},
    "loop": {"seconds": 0.12, "packets": 50},
}


def steps(promise) -> dict[str, findings.Found]:
    assert promise.done, promise.error
    return {step.name: step for step in promise.value["steps"]}


def examined(phone: Actor, **probes: object) -> dict[str, findings.Found]:
    """What a diagnosis comes to where all is well but for these probes."""
    phone.probes = {**ALL_WELL, **probes}
    return steps(phone.ask("diagnose"))


def probed(phone: Actor) -> list[str]:
    return [action.what for action in phone.actions if isinstance(action, do.Probe)]


# --- The whole ------------------------------------------------------------------------------------


def test_all_is_well_step_by_step(alice):
    alice.probes = ALL_WELL
    promise = alice.ask("diagnose")
    assert promise.value["verdict"] == "good"
    assert list(steps(promise)) == list(findings.FINDINGS)
    assert {step.verdict for step in steps(promise).values()} == {"good"}
    assert {step.fix for step in steps(promise).values()} == {""}
    told = alice.told("diagnosis")
    assert [one["step"] for one in told] == [1, 2, 3, 6, 7, 8, 9, 12, 13]
    assert {one["of"] for one in told} == {14} and told[3]["name"] == "registration"
    # What is connected is not tried again.
    assert probed(alice) == ["page", "microphone", "speaker", "network", "loop"]
    shown = alice.machine.snapshot.diagnosis
    assert (len(shown.steps), shown.of, shown.running) == (14, 14, False)


def test_a_relay_that_is_there_carries_the_sound_of_the_test(alice):
    examined(alice)
    assert any(getattr(each, "relay", False) for each in alice.actions)
    alice.actions.clear()
    examined(alice, network={"kinds": ["host"], "stun": 0, "turn": 0, "errors": []})
    assert not any(getattr(each, "relay", False) for each in alice.actions)


def test_who_asks_while_one_runs_gets_the_same(alice):
    alice.probes = {"page": ALL_WELL["page"]}
    first, second = alice.ask("diagnose"), alice.ask("diagnose")
    assert not first.settled and probed(alice) == ["page", "microphone"]
    assert alice.machine.snapshot.diagnosis.running
    alice.world.wind(400)
    assert first.value == second.value and first.done
    assert steps(first)["microphone"].verdict == "unknown"


def test_a_person_who_asks_on_the_screen_needs_no_promise(alice):
    alice.probes = ALL_WELL
    alice.press("diagnose")
    assert alice.machine.snapshot.diagnosis.verdict == "good"


def test_not_more_wait_for_it_than_a_bound(alice):
    many = [alice.ask("diagnose") for _ in range(diagnosis.MOST + 1)]
    assert many[-1].error.code == "unavailable" and not many[0].settled


def test_what_never_answers_is_unknown_and_what_answers_late_is_not_heard(alice):
    promise = alice.ask("diagnose")
    [late] = [action for action in alice.actions if isinstance(action, do.Probe)]
    for _ in range(8):
        alice.world.wind(200)
    assert promise.done and steps(promise)["page"].verdict == "unknown"
    before = alice.machine.snapshot.diagnosis
    alice.happens(on.Probed(id=late.id, facts={"secure": True, "webrtc": True}))
    assert alice.machine.snapshot.diagnosis == before


def test_a_probe_that_fails_costs_one_verdict(alice):
    found = examined(alice, network=None)
    assert [found[name].verdict for name in ("host", "srflx", "relay")] == ["unknown"] * 3
    assert found["echo"].verdict == "good"


def test_an_answer_that_nobody_waits_for_is_nothing(alice):
    alice.happens(on.Probed(id="probe:1", facts={}))
    assert alice.machine.snapshot.diagnosis is None and alice.mistakes == []


def test_a_phone_that_only_calls_never_loads_it():
    code = "import sys, webphone.phone; assert not [m for m in sys.modules if 'diagnosis' in m]"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "pyapp"})


def test_each_tab_tests_itself():
    browser = Browser(World())
    leader, follower = browser.tab("alice"), browser.tab("alice")
    follower.probes = ALL_WELL
    promise = follower.ask("diagnose")
    browser.world.wind(1)
    assert promise.done and leader.told("diagnosis") == []


# --- Step by step ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "fact"),
    [
        ({"secure": False, "webrtc": True}, ERRORS["insecure_context"][0]),
        ({"secure": True, "webrtc": False}, "This browser cannot make calls"),
    ],
)
def test_the_page(alice, facts, fact):
    page = examined(alice, page=facts)["page"]
    assert page.verdict == "blocked" and page.fact.startswith(fact) and page.fix


def test_a_phone_without_settings(world):
    empty = world.phone("alice", host="", username="")
    found = examined(empty)
    assert (found["settings"].verdict, found["settings"].culprit) == ("blocked", "you")
    assert found["port"].verdict == found["registration"].verdict == "unknown"
    assert found["round_trip"].verdict == "unknown"


@pytest.mark.parametrize(
    ("facts", "verdicts", "said"),
    [
        ({"opened": True}, "good good good", ""),
        ({"bare": True}, "good good blocked", "res_pjsip_transport_websocket"),
        ({"answers": True}, "good blocked unknown", "ws_handle_handshake"),
        ({"denied": True}, "blocked unknown unknown", ""),
        ({"late": True}, "blocked unknown unknown", "firewall"),
        ({}, "blocked unknown unknown", "https://one.example/ws in a new tab"),
    ],
)
def test_a_server_that_is_not_reached(world, facts, verdicts, said):
    world.broken["wss://one.example/ws"] = "dead"
    phone = world.phone("alice")
    found = examined(phone, server=facts)
    told = [found[name] for name in ("port", "path", "protocol")]
    assert [step.verdict for step in told] == verdicts.split()
    assert said in " ".join(str(step.fix) for step in told)
    assert found["registration"].verdict == "unknown"


def test_ports_that_browsers_open_nothing_at(world):
    phone = world.phone("alice", host="wss://one.example:5061")
    port = examined(phone, server={"late": True})["port"]
    assert (port.verdict, port.culprit) == ("blocked", "server")
    assert "5061" in port.fact and "8443" in port.fix


def test_a_demo_has_its_server_within_the_page(world):
    found = examined(world.phone("alice", demo=True, host=""))
    assert "inside this page" in found["port"].fact and found["port"].verdict == "good"


def test_the_registration(world):
    alice = world.registered("alice")
    done = examined(alice)["registration"]
    assert done.verdict == "good" and "alice" in done.fact
    alice.ask("unregister")
    assert examined(alice)["registration"].verdict == "unknown"


def test_a_registration_that_is_refused(world):
    world.refusing["wss://one.example/ws"] = 403, 0
    refused, wrong = world.phone("alice"), world.phone("bob", password="wrong")
    for phone, culprit in ((refused, "server"), (wrong, "you")):
        phone.ask("register")
        found = examined(phone)["registration"]
        assert (found.verdict, found.culprit) == ("blocked", culprit)
        assert found.fact and found.fix
        world.refusing.clear()


def test_a_registration_under_way(world):
    phone = world.phone("alice")
    phone.ask("connect")
    phone.unheard = True
    phone.ask("register")
    phone.probes = ALL_WELL
    promise = phone.ask("diagnose")
    world.wind(60)
    assert steps(promise)["registration"].verdict == "poor"
    assert steps(promise)["round_trip"].verdict == "unknown"


def test_the_round_trip_is_what_the_server_takes_to_answer(alice):
    assert examined(alice)["round_trip"].verdict == "good"
    alice.world.slow = True
    alice.probes = ALL_WELL
    promise = alice.ask("diagnose")
    alice.world.wind(0.4)
    alice.world.land()
    found = steps(promise)["round_trip"]
    assert (found.verdict, found.culprit) == ("poor", "network") and "400 ms" in found.fact


@pytest.mark.parametrize(
    ("facts", "verdict", "culprit"),
    [
        ({"name": "Headset", "level": 0.2}, "good", None),
        ({"name": "Headset", "level": None}, "good", None),
        ({"name": "Headset", "level": 0.0}, "poor", "you"),
        ({"error": "mic_denied"}, "blocked", "you"),
        ({"error": "mic_missing"}, "blocked", "you"),
    ],
)
def test_the_microphone(alice, facts, verdict, culprit):
    found = examined(alice, microphone=facts)["microphone"]
    assert (found.verdict, found.culprit) == (verdict, culprit)
    assert bool(found.fix) == (verdict != "good")


def test_the_microphone_of_a_call_is_left_alone(alice, bob):
    alice.ask("makeCall", "bob")
    assert "call has the microphone" in examined(alice)["microphone"].fact
    assert "microphone" not in probed(alice)


def test_the_loudspeaker(alice):
    held = examined(alice, speaker={"plays": False})["speaker"]
    assert held.verdict == "poor" and "Press anywhere" in held.fix


@pytest.mark.parametrize(
    ("facts", "verdicts"),
    [
        ({"kinds": ["host"], "stun": 0, "turn": 0}, "good unknown unknown"),
        ({"kinds": [], "stun": 0, "turn": 0}, "blocked unknown unknown"),
        ({"kinds": ["host"], "stun": 1, "turn": 0}, "good poor unknown"),
        ({"kinds": ["host", "srflx"], "stun": 0, "turn": 1, "errors": [701]}, "good good blocked"),
        ({"kinds": ["srflx"], "stun": 0, "turn": 1, "errors": [401]}, "good good blocked"),
    ],
)
@pytest.mark.rfc("8656 §5", "401 of a TURN server: its credentials are wrong")
def test_the_ways_into_the_network(alice, facts, verdicts):
    found = examined(alice, network=facts)
    assert [found[name].verdict for name in ("host", "srflx", "relay")] == verdicts.split()
    refused = 401 in facts.get("errors", [])
    assert ("static-auth-secret" in str(found["relay"].fix)) is refused


@pytest.mark.parametrize(
    ("facts", "verdicts"),
    [
        ({"seconds": 0.1, "packets": 0}, "good blocked"),
        ({"seconds": None}, "blocked unknown"),
    ],
)
def test_sound_between_two_connections_of_the_page(alice, facts, verdicts):
    found = examined(alice, loop=facts)
    assert [found[name].verdict for name in ("dtls", "echo")] == verdicts.split()


def test_the_worst_is_the_verdict_of_all(alice):
    alice.probes = {**ALL_WELL, "speaker": {"plays": False}}
    assert alice.ask("diagnose").value["verdict"] == "poor"
    alice.probes["loop"] = {"seconds": None}
    assert alice.ask("diagnose").value["verdict"] == "blocked"
    assert findings.worst(()) == "unknown"
