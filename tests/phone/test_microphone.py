"""A microphone that is asked for, missing, lost or replaced: what page and person are told."""

import pytest

from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.words import say


def told(alice):
    return [(error.code, error.message.key) for error in alice.told("error")]


def test_while_the_browsers_question_waits_the_call_says_so(alice):
    alice.slow_media = True
    alice.ask("makeCall", "bob")
    call = alice.desk.snapshot.calls[0]
    assert not call.microphone_asked
    alice.happens(on.MicrophoneAsked(call=call.view.id, waiting=True))
    assert alice.desk.snapshot.calls[0].microphone_asked
    alice.happens(on.MicrophoneAsked(call=call.view.id, waiting=False))
    assert not alice.desk.snapshot.calls[0].microphone_asked


@pytest.mark.parametrize(
    ("news", "said"),
    [
        (on.MicrophoneMissing(call=""), ("mic_missing", "microphone_missing")),
        (on.MicrophoneEnded(call="", code="mic_missing"), ("mic_missing", "microphone_gone")),
        (on.MicrophoneEnded(call="", code="mic_denied"), ("mic_denied", "microphone_gone")),
        (on.MicrophoneEnded(call=""), ("mic_missing", "microphone_other")),
        (
            on.MicrophoneEnded(call="", lost="Headset", name="Desk"),
            ("mic_missing", "microphone_replaced"),
        ),
    ],
)
def test_what_becomes_of_it_is_said_and_the_call_goes_on(alice, bob, news, said):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    call = alice.desk.snapshot.calls[0].view.id
    alice.happens(type(news)(**{**{n: getattr(news, n) for n in news.__slots__}, "call": call}))
    assert told(alice) == [said]
    assert alice.desk.snapshot.error.code == said[0]
    assert [each.view.state for each in alice.desk.snapshot.calls] == ["active"]


FAILED = {"code": "mic_busy", "text": ""}

CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0"
AGENTS = {
    f"{CHROMIUM} Safari/537.36": "chromium",
    f"{CHROMIUM} Safari/537.36 Edg/156.0.0.0": "chromium",
    "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0": "firefox",
    "Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML) Version/26.0 Safari/605.1.15": "safari",
    "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML) Version/26.0 Mobile Safari/604.1": "ios",
    "Mozilla/5.0 (iPhone) AppleWebKit/605.1.15 (KHTML) CriOS/156.0 Mobile Safari/604.1": "",
    "Lynx": "",
    " " * 600 + "Firefox/150.0": "",
}


@pytest.mark.parametrize(("agent", "family"), AGENTS.items())
def test_whose_question_it_is_is_known_by_what_the_browser_calls_itself(alice, agent, family):
    alice.happens(on.PermissionTold(state="prompt", agent=agent))
    devices = alice.desk.snapshot.devices
    assert (devices.permission, devices.browser) == ("prompt", family)


def test_a_permission_that_changes_is_known_at_once_and_outlives_other_news(alice):
    for state in ("prompt", "denied", "granted"):
        alice.happens(on.PermissionTold(state=state))
        alice.happens(on.DevicesFound(devices=()))
        assert alice.desk.snapshot.devices.permission == state


@pytest.mark.parametrize("text", ["", "Hardware on fire", say("microphone_by_system")])
def test_a_no_before_the_invite_says_whose_it_is(alice, text):
    alice.slow_media = True
    promise = alice.ask("makeCall", "bob")
    alice.happens(on.MediaFailed(call=alice.call.id, code="mic_denied", text=text))
    keys = {"": "error_mic_denied", "Hardware on fire": "as_written"}
    assert promise.error.message.key == keys.get(text, "microphone_by_system")
    assert promise.error.hint.key == f"{keys.get(text, 'microphone_by_system')}_hint".replace(
        "as_written", "error_mic_denied"
    )


def test_a_call_that_may_not_have_the_microphone_goes_on_ringing_and_is_answered_later(alice, bob):
    alice.ask("makeCall", "bob")
    bob.slow_media = True
    no = bob.ask("answer")
    bob.happens(on.MediaFailed(call=bob.call.id, code="mic_denied"))
    assert no.error.code == "mic_denied"
    assert [each.stage for each in bob.desk.snapshot.calls] == ["incoming"]
    bob.slow_media = False
    bob.ask("answer")
    assert [each.stage for each in alice.desk.snapshot.calls] == ["active"]


def test_one_that_fails_before_the_invite_leaves_keeps_the_call_from_going_out(world, alice):
    alice.slow_media = True
    promise = alice.ask("makeCall", "bob")
    alice.happens(on.MicrophoneFailed(call=alice.call.id, **FAILED))
    assert promise.error.code == "mic_busy"
    assert alice.calls == [] and alice.told("end") == []
    assert world.sent("alice", "INVITE") == []


@pytest.mark.parametrize("answered", [False, True])
def test_one_that_fails_after_the_invite_has_left_ends_the_call_and_is_said(alice, bob, answered):
    alice.ask("makeCall", "bob")
    if answered:
        bob.ask("answer")
    alice.happens(on.MicrophoneFailed(call=alice.call.id, **FAILED))
    assert [code for code, _ in told(alice)] == ["mic_busy"]
    assert alice.desk.snapshot.error.code == "mic_busy"
    assert alice.calls == [] and bob.calls == []
    [record] = alice.told("end")
    assert [record["endedBy"], record["disposition"]] == ["system", "failed"]


def test_one_that_fails_after_our_answer_has_left_ends_the_call(alice, bob):
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    bob.happens(on.MicrophoneFailed(call=bob.call.id, **FAILED))
    assert [code for code, _ in told(bob)] == ["mic_busy"]
    assert alice.calls == [] and bob.calls == []


def test_news_of_a_call_that_is_over_is_no_news(alice):
    assert alice.happens(on.MicrophoneEnded(call="gone")) is None
    assert told(alice) == []


def test_a_browser_without_webrtc_registers_nothing_and_takes_no_calls(world):
    carol = world.phone("carol")
    carol.happens(on.MediaMissing())
    assert [error.code for error in carol.told("error")] == ["unsupported"]
    for method in ("register", "connect"):
        assert carol.ask(method).error.message.key == "no_webrtc"
    assert carol.ask("makeCall", "bob").error.code == "unsupported"
    assert carol.ask("setConfig", {"autoRegister": True}).error is None
    assert not [action for action in carol.actions if isinstance(action, do.Connect)]


def test_ice_servers_that_the_browser_refuses_are_named(alice):
    alice.happens(on.ServersRefused(addresses=("turn:a.example", "stun:b")))
    assert [error.code for error in alice.told("error")] == ["invalid_config"]
    assert "turn:a.example, stun:b" in alice.told("error")[0].message


@pytest.mark.parametrize("why", ["late", "failed", "unreadable", "status"])
def test_a_page_whose_ice_servers_are_not_to_be_had_is_told_how_to_mend_it(alice, why):
    alice.happens(on.ServersMissing(setting="ice-servers-url", why=why, status=403))
    [error] = alice.told("error")
    assert error.code == "invalid_config" and "ice-servers-url" in error.message
    assert ("403" in error.message) == (why == "status") and error.hint
