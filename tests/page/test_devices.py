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
