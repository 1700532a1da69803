"""Devices that a person chooses, unplugs and plugs in again, in one page with two phones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from page.page_server import PageServer
from page.test_pictures import CALL

pytestmark = pytest.mark.browser

# Chromium's own fake devices, some of which may be pulled out: they are listed no longer, their
# tracks end, and the browser says that something changed.
PLUGS = """
(() => {
  const media = navigator.mediaDevices, gone = new Set(), tracks = [];
  const list = media.enumerateDevices.bind(media), open = media.getUserMedia.bind(media);
  let asked = 0;
  media.enumerateDevices = async () => {
    asked += 1;
    return (await list()).filter(({label}) => !gone.has(label));
  };
  media.getUserMedia = async (wishes) => {
    const wanted = wishes.audio?.deviceId?.exact, all = await list();
    if (all.some(({deviceId, label}) => deviceId === wanted && gone.has(label))) {
      throw new OverconstrainedError("deviceId");
    }
    const stream = await open(wishes);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const changed = () => media.dispatchEvent(new Event("devicechange"));
  globalThis.unplug = (label) => {
    gone.add(label);
    for (const track of tracks) {
      if (track.label !== label || track.readyState === "ended") continue;
      track.stop();
      track.dispatchEvent(new Event("ended"));
    }
    changed();
  };
  globalThis.plugIn = (label) => { gone.delete(label); changed(); };
  globalThis.enumerated = () => asked;
  globalThis.sinks = [];
  for (const kind of [HTMLMediaElement, AudioContext]) {
    const set = kind.prototype.setSinkId;
    kind.prototype.setSinkId = async function (id) {
      await set.call(this, id);
      sinks.push([kind === AudioContext ? "tones" : "call", id]);
    };
  }
})();
"""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Two phones</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna"></web-phone>
<web-phone id="ben" demo username="ben"></web-phone>
<script>
globalThis.told = [];
for (const name of ["devicechange", "error", "hold"]) {
  anna.addEventListener(name, ({detail}) => told.push([name, detail.message ?? ""]));
}
globalThis.id = (label, kind) =>
  anna.devices.find((each) => each.label === label && each.kind === kind).id;
globalThis.inUse = () => __peers.filter(({signalingState}) => signalingState !== "closed")
  .flatMap((peer) => peer.getSenders()).map(({track}) => track).filter((track) => track)
  .map(({label, enabled, readyState}) => [label, enabled, readyState]);
globalThis.offers = () => __peers.reduce(
  (sum, {localDescription}) => sum + Number(/^o=\\S+ \\S+ (\\d+)/m.exec(localDescription?.sdp)?.[1] ?? 0), 0);
</script>
"""
FIRST, SECOND = "Fake Audio Input 1", "Fake Audio Input 2"
LEFT, RIGHT = "Fake Audio Output 1", "Fake Audio Output 2"


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], pages: PageServer) -> Page:
    """Anna and Ben, each with a phone, at the exchange inside the page."""
    context = new_context()
    context.add_init_script(PLUGS)
    page = context.new_page()
    open_page(page, pages.put("/plugs.html", PAGE))
    return page


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    page.wait_for_function(
        "anna.state === 'registered' && ben.state === 'registered' && anna.devices.length > 3",
        timeout=60_000,
    )


def until(page: Page, condition: str) -> None:
    try:
        page.wait_for_function(condition, timeout=15_000)
    except Exception:
        state: Any = page.evaluate("[told, inUse(), sinks, anna.devices]")
        raise AssertionError(f"{condition}: {state}") from None


def test_a_headset_is_chosen_unplugged_and_plugged_in_again_in_a_call(page: Page) -> None:
    assert page.evaluate("told") == [["devicechange", ""]]
    kinds = page.evaluate("[...new Set(anna.devices.map(({kind}) => kind))]")
    assert kinds == ["audioinput", "audiooutput", "videoinput"]
    page.evaluate("anna.setInput('no such device').catch(({message}) => told.push(message))")
    until(page, "told.includes('There is no such device; the one before stays in use.')")
    page.evaluate(f"anna.setInput(id('{FIRST}', 'audioinput'))")
    page.evaluate(f"anna.setRinger(id('{RIGHT}', 'audiooutput'))")
    page.evaluate("anna.setVolume(0.5)")
    listed = page.evaluate("enumerated()")
    # A call, with what was chosen before it.
    page.evaluate(CALL)
    until(page, f"inUse().some(([label]) => label === '{FIRST}')")
    # Another microphone in the call: at once, muted as the one before, and without a new offer.
    page.evaluate("anna.mute(true)")
    offers = page.evaluate("offers()")
    page.evaluate(f"anna.setInput(id('{SECOND}', 'audioinput'))")
    until(page, f"inUse().some(([label, enabled]) => label === '{SECOND}' && !enabled)")
    assert not page.evaluate(f"inUse().some(([label]) => label === '{FIRST}')")
    page.evaluate("anna.mute(false)")
    until(page, f"inUse().some(([label, enabled]) => label === '{SECOND}' && enabled)")
    page.evaluate(f"anna.setOutput(id('{LEFT}', 'audiooutput'))")
    until(
        page, f"sinks.some(([what, to]) => what === 'call' && to === id('{LEFT}', 'audiooutput'))"
    )
    assert page.evaluate("enumerated()") == listed
    assert page.evaluate("offers()") == offers
    # It is pulled out: the call goes on with another, and the phone says so.
    page.evaluate(f"unplug('{SECOND}')")
    until(
        page, f"told.some(([, words]) => words?.startsWith('{SECOND} is gone; the call goes on'))"
    )
    until(page, "inUse().every(([,, state]) => state === 'live')")
    page.evaluate(f"unplug('{LEFT}')")
    until(page, "sinks.at(-1)[1] === ''")
    until(page, "anna.shadowRoot.querySelector('[role=status]').textContent.includes('is gone')")
    # And it comes back.
    page.evaluate(f"plugIn('{LEFT}'), plugIn('{SECOND}')")
    until(page, f"inUse().some(([label, , state]) => label === '{SECOND}' && state === 'live')")
    until(page, f"sinks.at(-1)[1] === id('{LEFT}', 'audiooutput')")
    assert page.evaluate("offers()") == offers
    assert page.evaluate("anna.activeCall.state") == "active"
    page.evaluate("anna.hangup()")
    # On the screen the same, by mouse and keyboard; no key of the list is one of the dialpad.
    page.locator("#anna [part=menu]").click()
    page.locator("#anna [part=open-devices]").click()
    microphone = page.get_by_label("Microphone")
    assert microphone.locator("option:checked").text_content() == SECOND
    microphone.select_option(label=FIRST)
    until(
        page,
        f"anna.devices.some(({{label, chosenFor}}) => label === '{FIRST}' && chosenFor[0] === 'input')",
    )
    microphone.press("5")
    microphone.select_option(label=SECOND)
    loudness = page.get_by_label("Volume of calls")
    assert loudness.input_value() == "50"
    loudness.press("ArrowRight")
    until(page, "JSON.parse(localStorage['webphone-devices-anna']).volume === 0.55")
    page.locator("#anna [part=menu]").click()
    assert page.locator("#anna [part=number-input]").input_value() == ""
    # It rings where it should, and nowhere else.
    page.evaluate("sinks.length = 0, void ben.makeCall('anna')")
    until(
        page, f"sinks.some(([what, to]) => what === 'tones' && to === id('{RIGHT}', 'audiooutput'))"
    )
    page.evaluate("anna.reject()")
    # The next page remembers it, of this phone and not of the one beside it.
    open_page(page, page.url)
    chosen = "Object.fromEntries({phone}.devices.flatMap(({{label, chosenFor}}) => chosenFor.map((role) => [role, label])))"
    assert page.evaluate(chosen.format(phone="anna")) == {
        "input": SECOND,
        "output": LEFT,
        "ringer": RIGHT,
    }
    assert page.evaluate(chosen.format(phone="ben")) == {}


# Each AudioContext and what plays in it; and the microphones that are open.
HEARD = """
(() => {
  globalThis.played = [];
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...given) {
    played.push([this.loop, this.buffer.duration, this.context.sinkId]);
    return start.apply(this, given);
  };
  const media = navigator.mediaDevices, open = media.getUserMedia.bind(media), all = [];
  media.getUserMedia = async (wishes) => {
    const stream = await open(wishes);
    all.push(...stream.getTracks());
    return stream;
  };
  globalThis.listening = () => all.filter(({readyState}) => readyState === "live")
    .map(({label}) => label);
})();
"""


def test_a_microphone_and_the_ring_are_tried_before_any_call(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    context = new_context()
    context.add_init_script(HEARD)
    page = context.new_page()
    open_page(page, pages.put("/plugs.html", PAGE))
    page.evaluate(f"anna.setInput(id('{SECOND}', 'audioinput'))")
    page.evaluate(f"anna.setRinger(id('{RIGHT}', 'audiooutput'))")
    page.evaluate(f"anna.setOutput(id('{LEFT}', 'audiooutput'))")
    page.locator("#anna [part=menu]").click()
    page.locator("#anna [part=open-devices]").click()
    assert page.evaluate("listening()") == []
    # The microphone is open as long as it is tried, and its level changes several times a second.
    page.get_by_role("button", name="Test microphone").click()
    meter = page.get_by_role("meter", name="Loudness at the microphone")
    meter.wait_for()
    assert page.evaluate("listening()") == [SECOND]
    page.evaluate("""
        globalThis.levels = [], globalThis.chatter = [];
        const root = anna.shadowRoot, meter = root.querySelector("meter");
        new MutationObserver(() => levels.push(meter.value)).observe(meter, {attributes: true});
        const told = root.querySelector("[role=status]");
        new MutationObserver(() => chatter.push(told.textContent)).observe(
            told, {subtree: true, childList: true, characterData: true})
    """)
    until_levels = "levels.length >= 6 && Math.max(...levels) > 40"
    page.wait_for_function(until_levels, timeout=15_000)
    assert page.evaluate("chatter.length") <= 1
    page.get_by_role("button", name="Test microphone").click()
    page.wait_for_function("listening().length === 0")
    # Another one is listened to at once, in the place of the one before.
    page.get_by_role("button", name="Test microphone").click()
    meter.wait_for()
    page.locator("#anna select").first.select_option(label=FIRST)
    page.wait_for_function(f"listening().join() === '{FIRST}'")
    # One's own voice: three seconds, then from the loudspeaker of calls, with no microphone open.
    page.get_by_role("button", name="Hear yourself").click()
    page.wait_for_function("played.length === 1", timeout=15_000)
    assert page.evaluate("listening()") == []
    loops, seconds, sink = page.evaluate("played[0]")
    assert (loops, sink) == (False, page.evaluate(f"id('{LEFT}', 'audiooutput')"))
    assert 2 < seconds < 4.5
    page.get_by_role("button", name="Hear yourself", pressed=False).wait_for(timeout=10_000)
    # The ring, where it rings; what the phone itself plays goes before it.
    page.get_by_role("button", name="Test the ring").click()
    page.wait_for_function("played.length === 2")
    assert page.evaluate("played[1][2]") == page.evaluate(f"id('{RIGHT}', 'audiooutput')")
    assert page.evaluate("played[1][0]")
    # A test call is a call as every other, to what the demo has for it.
    page.get_by_role("button", name="Test call to 600").click()
    page.wait_for_function("anna.activeCall?.to.number === '600'")
    page.evaluate("anna.hangup()")
    page.wait_for_function("anna.calls.length === 0")
    page.evaluate("void ben.makeCall('anna')")
    page.locator("#anna [part=answer]").click()
    page.wait_for_function("anna.activeCall?.state === 'active'")
    page.locator("#anna").get_by_role("timer").wait_for()
    # In a call too; leaving the page ends it. The hand goes to More, which stands where Answer stood.
    page.locator("#anna [part=hangup]").hover()
    page.locator("#anna [part=menu]").click()
    page.locator("#anna [part=open-devices]").click()
    page.get_by_role("button", name="Test microphone").click()
    meter.wait_for()
    during = page.evaluate("listening().length")
    page.locator("#anna [part=page-close]").click()
    page.wait_for_function(f"listening().length === {during} - 1")
    assert page.evaluate("anna.activeCall.state") == "active"


def test_a_microphone_that_is_refused_says_so_where_it_was_tried(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    context = new_context()
    context.add_init_script(
        "navigator.mediaDevices.getUserMedia = async () =>"
        " { throw new DOMException('no', 'NotAllowedError') }"
    )
    page = context.new_page()
    open_page(page, pages.put("/plugs.html", PAGE))
    page.locator("#anna [part=menu]").click()
    page.locator("#anna [part=open-devices]").click()
    page.get_by_role("button", name="Test microphone").click()
    page.get_by_role("button", name="Test microphone", pressed=False).wait_for()
    page.wait_for_function("told.some(([name]) => name === 'error')")
    assert page.locator("#anna [part=banner]").count() == 1
