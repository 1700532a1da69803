"""The page's own processors in the sound of a call, and the streams that it may listen to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

import one_playwright
from page.page_server import PageServer
from page.ports import wait_until
from page.test_pictures import CALL
from page.test_recording import HUMS, PAGE

pytestmark = pytest.mark.browser

# How loud some frequencies are in a stream just now.
EAR = """async ([phone, side, pitches]) => {
  const stream = document.getElementById(phone).activeCall[side + "Stream"];
  if (!stream) return null;
  const context = new AudioContext({sampleRate: 48000});
  const ear = context.createAnalyser();
  ear.fftSize = 16384;
  context.createMediaStreamSource(stream).connect(ear);
  await new Promise((done) => setTimeout(done, 700));
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  await context.close();
  return pitches.map((pitch) => levels[Math.round(pitch / 48000 * 16384)] > -50);
}"""
# Hums at 900 Hz in the place of what it is given.
HUMMER = """
window.hummer = {
  made: 0, gone: 0,
  create(stream) {
    this.made += stream.getAudioTracks().length;
    const context = new AudioContext(), out = context.createMediaStreamDestination();
    const hum = context.createOscillator();
    hum.frequency.value = 900;
    hum.connect(out);
    hum.start();
    return out.stream;
  },
  destroy(stream) { this.gone += 1; stream.getTracks().forEach((track) => track.stop()); },
};
"""


@pytest.fixture
def page(granting: Browser, pages: PageServer) -> Iterator[Page]:
    """Anna, who hums at 500 Hz, talks to Ben, who hums at 1500."""
    page = granting.new_page(**one_playwright.CALM)
    page.add_init_script(HUMS + HUMMER)
    page.goto(pages.put("/processing.html", PAGE.format(ben="")))
    page.wait_for_function(
        "anna.state === 'registered' && ben.state === 'registered'", timeout=60_000
    )
    page.evaluate(CALL)
    yield page
    page.close()


def hears(page: Page, phone: str, side: str, *pitches: int) -> list[bool] | None:
    heard: list[bool] | None = page.evaluate(EAR, [phone, side, list(pitches)])
    return heard


def until_heard(page: Page, phone: str, side: str, pitches: dict[int, bool]) -> None:
    wait_until(
        lambda: hears(page, phone, side, *pitches) == list(pitches.values()), f"{pitches}", 20
    )


def test_both_sides_of_a_call_are_there_for_the_page_and_the_person_sees_it(page: Page) -> None:
    until_heard(page, "anna", "local", {500: True, 1500: False})
    until_heard(page, "anna", "remote", {500: False, 1500: True})
    page.get_by_text("This page listens to the call").first.wait_for()
    page.evaluate("anna.mute(true)")
    until_heard(page, "anna", "local", {500: False, 1500: False})
    stream = "window.lent = anna.activeCall.localStream"
    assert page.evaluate(f"({stream}) === anna.activeCall.localStream")
    page.evaluate("lent.getTracks().forEach((track) => track.stop())")  # it is the page's own
    page.evaluate("anna.mute(false)")
    until_heard(page, "ben", "remote", {500: True, 1500: False})
    page.evaluate("window.gone = anna.activeCall; anna.hangup()")
    wait_until(lambda: page.evaluate("gone.localStream === null"), "no stream", 10)
    assert page.evaluate("lent.getTracks().length") == 0


@pytest.mark.parametrize("side, phone", [("local", "ben"), ("remote", "anna")])
def test_a_processor_changes_what_is_heard_until_it_is_removed(
    page: Page, side: str, phone: str
) -> None:
    ours = 500 if side == "local" else 1500
    until_heard(page, phone, "remote", {ours: True, 900: False})
    page.evaluate(f"anna.addProcessor(hummer, {{side: '{side}'}})")
    until_heard(page, phone, "remote", {ours: False, 900: True})
    assert page.evaluate("anna.activeCall.processed") is True
    page.get_by_text("This page processes the sound").first.wait_for()
    page.evaluate("anna.removeProcessor(hummer)")
    until_heard(page, phone, "remote", {ours: True, 900: False})
    assert page.evaluate("[anna.activeCall.processed, hummer.made, hummer.gone]") == [False, 1, 1]


def test_a_processor_that_fails_is_passed_by_and_another_page_s_mistake_is_told(page: Page) -> None:
    page.evaluate("window.told = []; anna.onError = ({message}) => told.push(message); void 0")
    page.evaluate("anna.addProcessor({create() { throw new Error('no model'); }})")
    wait_until(lambda: "no model" in "".join(page.evaluate("told")), "the fault", 10)
    until_heard(page, "ben", "remote", {500: True})
    assert page.evaluate("anna.activeCall.processed") is False
    refused = "anna.addProcessor({}).catch(({code}) => code)"
    assert page.evaluate(refused) == "invalid_config"


def test_what_is_removed_or_refused_is_known_no_longer(page: Page) -> None:
    """The browser may forget it; Python looks for what it may forget only now and then."""
    page.evaluate(
        """async () => {
          globalThis.gone = {};
          globalThis.registry = new FinalizationRegistry((name) => (gone[name] = (gone[name] ?? 0) + 1));
          const made = (name) => {
            const one = {create: (stream) => stream};
            registry.register(one, name);
            return one;
          };
          const all = [];
          for (let count = 0; count < 8; count += 1) await anna.addProcessor(all[count] = made("used"));
          for (let count = 0; count < 200; count += 1) {
            await anna.addProcessor(made("refused")).catch(() => {});
            await anna.removeProcessor(made("never added"));
            await anna.removeProcessor(all.pop());
            await anna.addProcessor(all[7] = made("removed"));
          }
        }"""
    )

    def forgotten() -> bool:
        page.request_gc()
        gone = page.evaluate("gone")
        names = ("refused", "never added", "removed")
        return all(gone.get(name, 0) >= 100 for name in names) and gone.get("used", 0) <= 1

    wait_until(forgotten, "what is of no more use to be forgotten", 15)


def test_a_removal_and_an_addition_at_once_leave_it_in_use(page: Page) -> None:
    until_heard(page, "ben", "remote", {500: True, 900: False})
    page.evaluate("anna.addProcessor(hummer)")
    page.evaluate("Promise.all([anna.removeProcessor(hummer), anna.addProcessor(hummer)])")
    until_heard(page, "ben", "remote", {500: False, 900: True})
    page.evaluate("anna.removeProcessor(hummer)")
    until_heard(page, "ben", "remote", {500: True, 900: False})
