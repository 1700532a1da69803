"""A call between two phones of a page is recorded: who is heard on which channel of the file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Download, Page

import one_playwright
from page.page_server import PageServer
from page.ports import wait_until
from page.test_pictures import CALL

pytestmark = pytest.mark.browser

# The first microphone that is asked for hums at 500 Hz, each further one at 1500 Hz.
HUMS = """
window.__hums = [];
navigator.mediaDevices.getUserMedia = async () => {
  const context = new AudioContext();
  const hum = context.createOscillator();
  hum.frequency.value = window.__hums.length ? 1500 : 500;
  const level = context.createGain();
  level.gain.value = 0.3;
  const out = context.createMediaStreamDestination();
  hum.connect(level).connect(out);
  hum.start();
  window.__hums.push({hum, stream: out.stream});
  return out.stream;
};
"""
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Two who are recorded</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna" record="ask"></web-phone>
<web-phone id="ben" demo username="ben" {ben}></web-phone>
<script>
  window.told = [];
  for (const phone of [anna, ben]) {{
    phone.addEventListener("recording", ({{detail}}) =>
      told.push([phone.id, detail.by, detail.state, detail.file]));
  }}
</script>
"""
# How strong each frequency is on each channel, in parts of the recording of a fifth of a second.
LOOK = """async ([octets, pitches]) => {
  const bytes = Uint8Array.from(atob(octets), (one) => one.charCodeAt(0));
  const sound = await new AudioContext({sampleRate: 48000}).decodeAudioData(bytes.buffer);
  const channels = [];
  for (let channel = 0; channel < sound.numberOfChannels; channel += 1) {
    const samples = sound.getChannelData(channel);
    const parts = [];
    for (let start = 0; start + 9600 <= samples.length; start += 9600) {
      const found = {};
      for (const pitch of pitches) {
        let real = 0, imaginary = 0;
        for (let place = 0; place < 9600; place += 1) {
          const turn = 2 * Math.PI * pitch * place / 48000;
          real += samples[start + place] * Math.cos(turn);
          imaginary += samples[start + place] * Math.sin(turn);
        }
        found[pitch] = 2 * Math.hypot(real, imaginary) / 9600;
      }
      parts.push(found);
    }
    channels.push(parts);
  }
  return {seconds: sound.duration, channels};
}"""
LOUD, QUIET = 0.05, 0.01


@pytest.fixture
def page(granting: Browser, pages: PageServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    """Anna talks to Ben."""
    context = granting.new_context(accept_downloads=True, **one_playwright.CALM)
    context.add_init_script(HUMS)
    page = context.new_page()
    ben = getattr(request, "param", "")
    page.goto(pages.put("/recording.html", PAGE.format(ben=ben)))
    page.wait_for_function(
        "anna.state === 'registered' && ben.state === 'registered'", timeout=60_000
    )
    page.evaluate(CALL)
    yield page
    context.close()


def heard(page: Page, saved: Download, *pitches: int) -> dict[str, Any]:
    """What is to be heard on each channel of a file."""
    octets = base64.b64encode(Path(saved.path()).read_bytes()).decode()
    return dict(page.evaluate(LOOK, [octets, list(pitches)]))


def loudest(parts: list[dict[str, float]], pitch: int) -> float:
    """How loud a frequency is for most of the time."""
    levels = sorted(each[str(pitch)] for each in parts)
    return levels[len(levels) // 2]


def told(page: Page, *news: list[Any]) -> None:
    """These are the last news of recordings, but for the names of files."""

    def so() -> bool:
        last = page.evaluate("told")[-len(news) :]
        return [each[:3] for each in last] == list(news)

    wait_until(so, f"{news}", 15)


def test_both_sides_are_on_their_channel_and_both_persons_see_it(page: Page) -> None:
    page.evaluate("anna.startRecording()")
    told(page, ["anna", "local", "started"], ["ben", "remote", "started"])
    page.get_by_text("This call is recorded").first.wait_for()
    page.get_by_text(re.compile("records this call")).first.wait_for()
    page.wait_for_timeout(3000)
    with page.expect_download() as saving:
        stopped = page.evaluate("anna.stopRecording()")
    name = saving.value.suggested_filename
    assert re.fullmatch(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\dZ_ben_" + stopped + r"\.webm", name)
    file = heard(page, saving.value, 500, 1500)
    ours, theirs = file["channels"]
    assert 2.0 < file["seconds"] < 60.0
    assert loudest(ours, 500) > LOUD and loudest(ours, 1500) < QUIET
    assert loudest(theirs, 1500) > LOUD and loudest(theirs, 500) < QUIET
    told(page, ["anna", "local", "ended"], ["ben", "remote", "ended"])


def test_what_is_said_while_it_pauses_is_not_in_the_file_and_hanging_up_saves_it(
    page: Page,
) -> None:
    page.evaluate("anna.startRecording()")
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Pause recording").click()
    told(page, ["anna", "local", "paused"], ["ben", "remote", "paused"])
    page.evaluate("__hums[0].hum.frequency.value = 900")
    page.wait_for_timeout(1500)
    page.evaluate("__hums[0].hum.frequency.value = 500")
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Go on recording").click()
    page.wait_for_timeout(1500)
    with page.expect_download() as saving:
        page.evaluate("ben.hangup()")
    file = heard(page, saving.value, 500, 900)
    ours, _ = file["channels"]
    assert loudest(ours, 500) > LOUD
    assert max(each["900"] for each in ours[1:-1]) < QUIET
    record = page.evaluate("anna.history[0]")
    assert record["recordingId"] in saving.value.suggested_filename
    told(page, ["anna", "local", "ended"])


def test_hold_and_another_microphone_do_not_end_it(page: Page) -> None:
    page.evaluate("anna.startRecording()")
    page.wait_for_timeout(1200)
    page.evaluate("anna.hold()")
    page.wait_for_timeout(600)
    page.evaluate("anna.resume()")
    page.evaluate("anna.setInput(anna.devices.filter(({kind}) => kind === 'audioinput').at(-1).id)")
    page.wait_for_timeout(2500)
    with page.expect_download() as saving:
        page.evaluate("anna.stopRecording()")
    ours, theirs = heard(page, saving.value, 500, 1500)["channels"]
    assert ours[3]["500"] > LOUD and ours[3]["1500"] < QUIET
    assert ours[-4]["1500"] > LOUD and ours[-4]["500"] < QUIET
    assert theirs[-4]["1500"] > LOUD


def test_a_page_that_is_loaded_anew_saves_it(page: Page) -> None:
    page.evaluate("anna.startRecording()")
    page.wait_for_timeout(2500)
    with page.expect_download() as saving:
        page.reload()
    ours, theirs = heard(page, saving.value, 500, 1500)["channels"]
    assert loudest(ours, 500) > LOUD and loudest(theirs, 1500) > LOUD


@pytest.mark.parametrize("page", ["record=on record-tone=on"], indirect=True)
def test_a_tone_is_heard_by_both_and_is_on_both_channels(page: Page) -> None:
    """Ben records by the setting, and Anna records what she hears of it."""
    told(page, ["ben", "local", "started"])
    page.wait_for_timeout(1500)  # a file has something in it
    page.evaluate("ben.stopRecording()")
    page.evaluate("anna.startRecording()")
    page.wait_for_timeout(500)
    page.evaluate("ben.startRecording()")
    page.wait_for_timeout(2500)
    with page.expect_download() as saving:
        page.evaluate("ben.stopRecording()")
    ours, theirs = heard(page, saving.value, 1400)["channels"]
    assert max(each["1400"] for each in ours) > LOUD
    assert max(each["1400"] for each in theirs) > LOUD
    page.wait_for_timeout(500)
    with page.expect_download() as saving:
        page.evaluate("anna.stopRecording()")
    mine, of_ben = heard(page, saving.value, 500, 1400, 1500)["channels"]
    assert max(each["1400"] for each in of_ben) > LOUD  # over the network
    assert loudest(of_ben, 1500) > LOUD and of_ben[-3]["1500"] > LOUD
    assert max(each["1400"] for each in mine) < LOUD


def test_who_stops_at_once_is_told_that_nothing_was_recorded_and_may_begin_again(
    page: Page,
) -> None:
    at_once = """async () => {
      await anna.startRecording();
      return anna.stopRecording().then(() => "saved", ({message}) => message);
    }"""
    assert page.evaluate(at_once) in ("saved", "Nothing was recorded: it ended too soon.")
    page.evaluate("anna.startRecording()")
    page.wait_for_timeout(2500)
    with page.expect_download():
        page.evaluate("anna.stopRecording()")
