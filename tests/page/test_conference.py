"""Three phones on one page, each with real media and a voice of its own pitch, in a conference."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from page.page_server import PageServer
from page.ports import wait_until

pytestmark = pytest.mark.browser

PHONES = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A conference</title>
<script>
const PITCHES = {anna: 500, ben: 800, cleo: 1300};
let voice = "anna";
const context = new AudioContext(), ears = [];
const filmed = () => {
  const canvas = Object.assign(document.createElement("canvas"), {width: 160, height: 120});
  const brush = canvas.getContext("2d");
  setInterval(() => {
    brush.fillStyle = `hsl(${Date.now() % 360} 80% 50%)`;
    brush.fillRect(0, 0, 160, 120);
  }, 100);
  return canvas.captureStream(10);
};
navigator.mediaDevices.getUserMedia = async ({video}) => {
  if (video) return filmed();
  const whistle = new OscillatorNode(context, {frequency: PITCHES[voice]});
  const softly = new GainNode(context, {gain: 0.2}), out = context.createMediaStreamDestination();
  whistle.connect(softly).connect(out);
  whistle.start();
  return out.stream;
};
const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
Object.defineProperty(HTMLMediaElement.prototype, "srcObject", { get, set(stream) {
  if (this.ear) ears.splice(ears.indexOf(this.ear), 1);
  this.ear = null;
  if (stream?.getAudioTracks().length) {
    const node = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    context.createMediaStreamSource(stream).connect(node);
    ears.push(this.ear = {node, element: this});
  }
  set.call(this, stream);
}});
// Who sounds in each stream that some phone plays, and whether a person hears it.
globalThis.heard = () => {
  context.resume();
  return ears.map(({node, element}) => {
    const bins = new Float32Array(node.frequencyBinCount);
    node.getFloatFrequencyData(bins);
    const loud = (pitch) => {
      const at = Math.round(pitch * node.fftSize / context.sampleRate);
      return Math.max(...bins.subarray(at - 2, at + 3)) > -55;
    };
    const who = Object.keys(PITCHES).filter((name) => loud(PITCHES[name])).join(" ");
    return element.muted ? `(${who})` : who;
  }).sort();
};
</script>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna"></web-phone>
<web-phone id="ben" demo username="ben"></web-phone>
<web-phone id="cleo" demo username="cleo"></web-phone>
<script>
globalThis.told = [];
anna.addEventListener("conference", ({detail}) => told.push(detail));
globalThis.talk = async (called) => {
  const other = document.getElementById(called);
  const rings = new Promise((done) => other.addEventListener("ringingin", done, {once: true}));
  const answered = new Promise((done) => anna.addEventListener("answer", done, {once: true}));
  voice = "anna";
  const call = await anna.makeCall(called);
  await rings;
  voice = called;
  await other.answer();
  await answered;
  return call.id;
};
</script>
"""


@pytest.fixture
def three(new_context: Callable[..., BrowserContext], pages: PageServer) -> Page:
    """A page with the phones of Anna, Ben and Cleo, registered at the exchange inside it."""
    page = new_context().new_page()
    page.goto(pages.put("/conference.html", PHONES))
    page.wait_for_function(
        "[...document.querySelectorAll('web-phone')].every((phone) => phone.state === 'registered')",
        timeout=60_000,
    )
    return page


def hears(page: Page, *wanted: str) -> None:
    """Until that is what the streams which the phones play have in them."""
    wait_until(
        lambda: page.evaluate("heard()") == sorted(wanted),
        f"{wanted}",
        20.0,
        0.1,
    )


def test_three_hear_each_other_until_one_is_split_off(three: Page) -> None:
    ben, cleo = (three.evaluate(f"talk('{name}')") for name in ("ben", "cleo"))
    hears(three, "", "", "anna", "cleo")  # Ben waits, and Anna hears nothing of him
    three.evaluate("anna.conference()")
    hears(three, "ben", "cleo", "anna cleo", "anna ben")
    roster = three.evaluate("told.at(-1)")
    assert roster["calls"] == [ben, cleo]
    assert [each["number"] for each in roster["members"]] == ["ben", "cleo"]
    assert three.evaluate("anna.calls.map((call) => call.conference)") == [True, True]
    assert three.evaluate("anna.matches(':state(in-conference)')")
    three.wait_for_function("told.at(-1).members.every((each) => each.speaking)", timeout=20_000)
    assert three.evaluate(f"anna.muteMember('{ben}')") is True
    hears(three, "(ben)", "cleo", "anna cleo", "anna")
    three.evaluate(f"anna.muteMember('{ben}', false)")
    three.evaluate("anna.mute(true)")
    hears(three, "ben", "cleo", "cleo", "ben")
    three.evaluate("anna.mute(false)")
    three.evaluate(f"anna.split('{cleo}')")
    hears(three, "ben", "anna", "", "")
    assert three.evaluate("told.at(-1)") == {"calls": [], "members": []}


def test_who_hangs_up_leaves_the_others_with_each_other(three: Page) -> None:
    for name in ("ben", "cleo"):
        three.evaluate(f"talk('{name}')")
    three.evaluate("anna.conference()")
    hears(three, "ben", "cleo", "anna cleo", "anna ben")
    three.evaluate("cleo.hangup()")
    hears(three, "ben", "anna")
    three.evaluate("anna.hangupAll()")
    three.wait_for_function("!ben.calls.length && !heard().length", timeout=20_000)


def test_a_person_merges_silences_splits_and_ends_by_the_buttons(three: Page) -> None:
    for name in ("ben", "cleo"):
        three.evaluate(f"talk('{name}')")
    anna = three.locator("#anna")
    anna.get_by_role("button", name="Merge").click()
    hears(three, "ben", "cleo", "anna cleo", "anna ben")
    anna.get_by_role("button", name="Let nobody hear ben").click()
    hears(three, "(ben)", "cleo", "anna cleo", "anna")
    anna.get_by_role("button", name="Let nobody hear ben").click()
    anna.get_by_role("button", name="Hold", exact=True).click()
    hears(three, "()", "()", "", "")
    anna.get_by_role("button", name="Hold", exact=True).click()
    hears(three, "ben", "cleo", "anna cleo", "anna ben")
    anna.get_by_role("button", name="Take ben out").click()
    hears(three, "cleo", "anna", "", "")
    anna.get_by_role("button", name="Merge").click()
    hears(three, "ben", "cleo", "anna cleo", "anna ben")
    three.wait_for_timeout(1_000)  # a press on what has just come there is none
    anna.get_by_role("button", name="End all").click()
    three.wait_for_function("!anna.calls.length && !heard().length", timeout=20_000)


SEEN = """() => [...anna.shadowRoot.querySelectorAll(".tile")]
  .filter((tile) => tile.querySelector("video").videoWidth > 0 && tile.getBoundingClientRect().height > 30)
  .map((tile) => tile.querySelector(".name").textContent)"""


def sees(page: Page, *wanted: str) -> None:
    """Until Anna's screen shows moving pictures of these, in this order."""
    wait_until(lambda: page.evaluate(SEEN) == list(wanted), f"{wanted} to be seen", 20.0, 0.1)


def test_whoever_shows_video_is_seen_with_a_name_until_they_leave(three: Page) -> None:
    ben, cleo = (three.evaluate(f"talk('{name}')") for name in ("ben", "cleo"))
    three.evaluate("cleo.startVideo()")
    three.wait_for_function("anna.shadowRoot.querySelector('[data-media=remote]')?.videoWidth > 0")
    three.evaluate("anna.conference()")
    sees(three, "cleo")
    three.evaluate("ben.startVideo()")
    sees(three, "ben", "cleo")
    three.evaluate("anna.startVideo()")
    sees(three, "ben", "cleo", "Your video")
    three.evaluate(f"anna.hangup('{cleo}')")
    three.wait_for_function(
        "anna.shadowRoot.querySelectorAll('.tile').length === 0 &&"
        " anna.shadowRoot.querySelector('[data-media=remote]')?.videoWidth > 0"
    )
    assert three.evaluate("anna.calls.map(({id}) => id)") == [ben]
