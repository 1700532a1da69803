"""The first call of a page is rehearsed: no device, no network, no event, and only where it may."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import hang_up, talk

pytestmark = pytest.mark.browser
# All peer connections of the page, and what was asked of devices, sound and network.
WATCH = """
(() => {
  const made = (window.__made = []), asked = (window.__asked = []), tones = (window.__tones = []);
  const Native = window.RTCPeerConnection;
  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...given) {
      super(...given);
      made.push({ peer: this, policy: this.getConfiguration().iceTransportPolicy });
      this.addEventListener("icecandidate", ({ candidate }) =>
        candidate?.candidate && asked.push(candidate.candidate));
    }
  };
  const open = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = function (...given) {
    asked.push("microphone");
    return open.apply(this, given);
  };
  const play = HTMLMediaElement.prototype.play;
  HTMLMediaElement.prototype.play = function () {
    asked.push("sound");
    return play.call(this);
  };
  const Worker = window.SharedWorker;
  window.__workers = 0;
  window.SharedWorker = class SharedWorker extends Worker {
    constructor(...given) { super(...given); window.__workers += 1; }
  };
  const Sound = window.AudioContext;
  window.AudioContext = class AudioContext extends Sound {
    constructor(...given) { super(...given); asked.push("tone"); tones.push(this); }
  };
  const look = MediaDevices.prototype.enumerateDevices;
  MediaDevices.prototype.enumerateDevices = function () {
    window.__looked = performance.now();
    return look.call(this);
  };
})();
"""
# Whoever asks a page from outside has touched it, as the browser sees it.
UNTOUCHED = (
    "Object.defineProperty(navigator, 'userActivation', { value: { hasBeenActive: false } });"
)
SAVES = "Object.defineProperty(navigator, 'connection', { value: { saveData: true } });"
STATES = "__made.map(({ peer, policy }) => [policy, peer.signalingState])"
OVER = [["relay", "closed"], ["relay", "closed"]]
# The modules that the page's Python has loaded.
LOADED = """async () => {
  const { run } = globalThis[Symbol.for("webphone.python")];
  return (await run(`
import sys
" ".join(name for name, module in sys.modules.items() if type(module).__name__ != "Later")
`)).split(" ");
}"""
Open = Callable[..., PhonePage]


@pytest.fixture
def opened(phone_page: Open, new_context: Callable[..., BrowserContext]) -> Callable[..., Any]:
    """opened(script) opens carol's phone where what it asks of the browser is watched."""

    def open_page(script: str = "", **attributes: Any) -> PhonePage:
        context = new_context()
        context.add_init_script(WATCH + script)
        carol = phone_page("carol", context=context, auto_register="true", **attributes)
        wait_until(lambda: carol.state() == "registered", "the phone to be ready", 30)
        return carol

    return open_page


def rehearsed(carol: PhonePage) -> bool:
    return bool(carol.page.evaluate(STATES) == OVER)


def test_nobody_hears_of_it_and_the_first_call_is_like_any_other(
    opened: Callable[..., PhonePage], ben: PhonePage
) -> None:
    carol = opened(UNTOUCHED)
    wait_until(lambda: carol.details("devicechange") != [], "the page to be at rest", 30)
    events = [event["name"] for event in carol.events()]
    wait_until(lambda: rehearsed(carol), "the rehearsal to be over", 30)
    assert [event["name"] for event in carol.events()] == events
    assert carol.page.evaluate("__asked") == []
    assert carol.state() == "registered"
    assert carol.page.evaluate("document.querySelector('web-phone').history.length") == 0
    loaded, workers = set(carol.page.evaluate(LOADED)), carol.page.evaluate("__workers")
    assert workers == 1
    talk(carol, ben)
    assert set(carol.page.evaluate(LOADED)) - loaded == set()
    assert carol.page.evaluate("__workers") == workers
    hang_up(carol, ben)
    assert carol.console.errors == []


def test_a_page_that_somebody_has_touched_has_its_sounds_ready_and_asleep(
    opened: Callable[..., PhonePage], ben: PhonePage
) -> None:
    carol = opened()
    wait_until(lambda: rehearsed(carol), "the rehearsal to be over", 30)
    assert carol.page.evaluate("__tones.map(({ state }) => state)") == ["suspended"]
    assert carol.page.evaluate("__asked") == ["tone"]
    talk(carol, ben)
    assert carol.page.evaluate("__tones.length") == 1
    hang_up(carol, ben)
    assert carol.console.errors == []


# The connections that are ready for a call, and those that were.
SPARES = """__made.filter(({ policy }) => policy === "all")
  .map(({ peer }) => `${peer.signalingState} ${peer.getConfiguration().iceCandidatePoolSize}`)"""
PYTHON = """async (code) => {
  await globalThis[Symbol.for("webphone.python")].run(code);
}"""
KEEP = "from webphone.browser.media import spare; spare.KEPT = {seconds}"


def test_a_number_that_the_page_fills_in_has_a_connection_ready_for_each_call(
    opened: Callable[..., PhonePage], ben: PhonePage
) -> None:
    def spares() -> list[str]:
        return list(carol.page.evaluate(SPARES))

    carol = opened(dial="ben")
    wait_until(lambda: spares() == ["stable 1"], "a connection to be ready", 30)
    carol.page.evaluate(PYTHON, KEEP.format(seconds=0.2))
    carol.page.evaluate("document.querySelector('web-phone').dial = 'ben'")
    wait_until(lambda: spares() == ["closed 1"], "nobody to have called", 30)
    carol.page.evaluate(PYTHON, KEEP.format(seconds=60))
    carol.page.evaluate("document.querySelector('web-phone').focus()")
    wait_until(lambda: spares() == ["closed 1", "stable 1"], "one to be ready again", 30)
    talk(carol, ben)
    before = len(spares())
    hang_up(carol, ben)
    wait_until(lambda: spares()[before:] == ["stable 1"], "one for the next call", 30)
    assert carol.console.errors == []


# When the number was dialled, when its INVITE left, and when the screen was first another one.
FIRST = """(number) => {
  const phone = document.querySelector("web-phone"), seen = (window.__seen = {});
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    if (text.startsWith("INVITE ")) seen.invite ??= performance.now();
    return send.call(this, data);
  };
  new MutationObserver(() => (seen.drawn ??= performance.now()))
    .observe(phone.shadowRoot, { subtree: true, childList: true, attributes: true });
  seen.dialled = performance.now();
  phone.makeCall(number);
}"""


def test_what_a_call_needs_goes_before_the_screen_and_the_names_of_devices(
    opened: Callable[..., PhonePage], ben: PhonePage
) -> None:
    carol = opened()
    wait_until(lambda: rehearsed(carol), "the rehearsal to be over", 30)
    since = carol.page.evaluate("performance.now()")
    carol.page.evaluate(FIRST, "ben")
    ben.wait_state("ringing")
    wait_until(lambda: carol.page.evaluate("'drawn' in __seen"), "the call to be seen", 30)
    seen = carol.page.evaluate("__seen")
    assert seen["dialled"] < seen["invite"] < seen["drawn"]
    assert seen["drawn"] - seen["dialled"] > 90  # ms, and the person takes it for at once
    assert carol.page.evaluate("__looked") < since
    ben.call_method("answer")
    carol.wait_state("active")
    hang_up(carol, ben)
    assert carol.console.errors == []


def test_it_waits_while_the_page_is_touched_and_goes_on_where_nobody_touches_it(
    opened: Callable[..., PhonePage],
) -> None:
    carol = opened()
    wait_until(lambda: carol.details("devicechange") != [], "the page to be at rest", 30)
    for _ in range(30):
        carol.page.keyboard.press("Shift")
        carol.page.wait_for_timeout(200)
    states = carol.page.evaluate(STATES)
    assert all(state == ["relay", "closed"] for state in states)  # begun before the first touch
    assert len(states) < 2 or states[-1][1] == "closed"
    before = len(states)
    wait_until(lambda: carol.page.evaluate(STATES)[before:] == OVER, "the rehearsal to be over", 30)


def test_a_call_before_it_leaves_nothing_to_rehearse(
    opened: Callable[..., PhonePage], ben: PhonePage
) -> None:
    carol = opened()
    talk(carol, ben)
    carol.page.wait_for_timeout(4_000)
    policies = [policy for policy, _ in carol.page.evaluate(STATES)]
    assert "relay" not in policies[policies.index("all") :]
    hang_up(carol, ben)
    carol.page.wait_for_timeout(4_000)
    after = [policy for policy, _ in carol.page.evaluate(STATES)]
    assert after[len(policies) :] in ([], ["all"])


SAVING = pytest.mark.cold("nothing is kept where data is saved")


@pytest.mark.parametrize("way", [pytest.param("saves", marks=SAVING), "interaction"])
def test_there_is_none_where_data_is_saved_or_the_phone_waits_for_its_person(
    way: str, opened: Callable[..., PhonePage], phone_page: Open
) -> None:
    if way == "saves":
        carol = opened(SAVES, dial="ben")
    else:
        carol = opened(loading="eager")
        carol.page.evaluate(
            "document.querySelector('web-phone').setAttribute('loading', 'interaction')"
        )
    before = len(carol.page.evaluate(STATES))
    carol.page.wait_for_timeout(6_000)
    assert len(carol.page.evaluate(STATES)) == before == 0


# A page that calls at once, with a microphone that takes a second to open.
AT_ONCE = """
(() => {
  const seen = (window.__seen = {});
  const open = MediaDevices.prototype.getUserMedia;
  MediaDevices.prototype.getUserMedia = async function (wanted) {
    seen.asked ??= performance.now();
    setTimeout(() => {
      const field = document.querySelector("web-phone").shadowRoot.querySelector("[part=number-input]");
      field.value = "77";
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
    const stream = await open.call(this, wanted);
    await new Promise((done) => setTimeout(done, 1_000));
    seen.microphone ??= performance.now();
    return stream;
  };
  const look = MediaDevices.prototype.enumerateDevices;
  MediaDevices.prototype.enumerateDevices = async function () {
    await new Promise((done) => setTimeout(done, 300)); // no sooner than a way to the other end is found
    return look.call(this);
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    if (text.startsWith("INVITE ")) seen.invite ??= performance.now();
    return send.call(this, data);
  };
  const Socket = window.WebSocket;
  window.WebSocket = class WebSocket extends Socket {
    constructor(...given) {
      super(...given);
      (seen.sockets ??= []).push(performance.now());
    }
  };
  window.__marked = (name) => performance.getEntriesByName(`webphone:${name}`)[0].startTime;
  addEventListener("DOMContentLoaded", () => document.querySelector("web-phone").makeCall("ben"));
})();
"""


def test_a_call_of_the_first_moment_leaves_ahead_of_a_slow_microphone_that_may_be_used(
    opened: Callable[..., PhonePage], ben: PhonePage
) -> None:
    carol = opened(AT_ONCE)
    ben.wait_state("ringing")
    ben.call_method("answer")
    carol.wait_state("active")
    ben.ears.wait_sound()
    seen = carol.page.evaluate("__seen")
    assert seen["invite"] < seen["microphone"] - 500
    # Its connection begins with the page, and the first screen lets it go ahead: a shell stands there.
    (connected,) = seen["sockets"]
    assert connected < carol.page.evaluate("__marked('imports')")
    assert carol.page.evaluate("__marked('python')") - seen["asked"] > 90  # ms
    assert carol.details("numberchange")[0]["number"] == "77"  # what is typed meanwhile is kept
    hang_up(carol, ben)
    assert carol.console.errors == []
