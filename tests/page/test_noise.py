"""The strong noise filter in a call: the noise goes and the voice stays, as the other end hears it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Page, Route

import one_playwright
from page.page_server import PageServer
from page.ports import wait_until
from page.test_pictures import CALL
from page.test_recording import PAGE

pytestmark = pytest.mark.browser
# The filter has ten milliseconds for each ten of sound.
SWITCHES = one_playwright.GRANTED, one_playwright.COMPILED_FOR_SPEED

# Anna's microphone: the noise of a room, and on demand a voice in it (pulses of a gliding pitch
# through the formants of two vowels, in syllables). Ben's is silent.
ROOM = """
window.asked = [];
window.offers = 0;
window.fault = null;
const describe = RTCPeerConnection.prototype.setLocalDescription;
RTCPeerConnection.prototype.setLocalDescription = function (...given) {
  window.offers += 1;
  return describe.apply(this, given);
};
const VOWELS = [[[730, 90], [1090, 110], [2440, 170]], [[270, 60], [2290, 100], [3010, 170]]];
const voice = (samples, rate) => {
  const rings = [[0, 0], [0, 0], [0, 0]];
  let phase = 0;
  for (let place = 0; place < samples.length; place += 1) {
    const at = place / rate;
    phase += (120 + 20 * Math.sin(2 * Math.PI * 0.5 * at) + 10 * Math.sin(6 * Math.PI * at)) / rate;
    const pulse = phase >= 1 ? 1 : 0;
    phase -= pulse;
    let sum = 0;
    VOWELS[Math.floor(at * 4) % 2].forEach(([pitch, width], one) => {
      const keeps = Math.exp(-Math.PI * width / rate);
      const turn = 2 * keeps * Math.cos(2 * Math.PI * pitch / rate);
      const next = turn * rings[one][0] - keeps * keeps * rings[one][1] + pulse * (one ? 0.5 : 1);
      rings[one] = [next, rings[one][0]];
      sum += next * (1 - keeps);
    });
    samples[place] = 3 * sum * Math.sin(Math.PI * ((at * 4) % 1));
  }
};
// A fan: noise whose low notes are the loudest, the same in each run, since the filter learns from it.
const hum = (samples) => {
  let chance = 1, low = 0;
  samples.forEach((_, place) => {
    chance = (chance * 48271) % 2147483647;
    low += 0.1 * (chance / 2147483647 - 0.5 - low);
    samples[place] = 4 * low;
  });
};
navigator.mediaDevices.getUserMedia = async ({audio}) => {
  const context = new AudioContext({sampleRate: 48000}), out = context.createMediaStreamDestination();
  const play = (fill, loudness) => {
    const source = context.createBufferSource(), level = context.createGain();
    const buffer = context.createBuffer(1, 4 * 48000, 48000);
    fill(buffer.getChannelData(0), 48000);
    source.buffer = buffer; // Firefox reads it here, and no later
    source.loop = true;
    level.gain.value = loudness;
    source.connect(level).connect(out);
    source.start();
    return level.gain;
  };
  asked.push(audio.noiseSuppression);
  if (asked.length === 1) {
    play(hum, 0.1);
    window.speak = play(voice, 0);
  }
  return out.stream;
};
"""
# How loud a second of what Ben hears is.
LOUDNESS = """async () => {
  const stream = ben.activeCall.remoteStream;
  if (!stream) return 0;
  const context = new AudioContext({sampleRate: 48000}), ear = context.createAnalyser();
  ear.fftSize = 32768;
  context.createMediaStreamSource(stream).connect(ear);
  await new Promise((done) => setTimeout(done, 1100));
  const samples = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(samples);
  await context.close();
  return Math.hypot(...samples) / Math.sqrt(samples.length);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with one_playwright.chromium(*SWITCHES) as browser:
        yield browser


@pytest.fixture
def empty(browser: Browser) -> Iterator[Page]:
    """Nothing yet, in a profile of its own."""
    page = browser.new_page(**one_playwright.CALM)
    yield page
    page.close()


@pytest.fixture
def page(empty: Page, pages: PageServer) -> Page:
    """Anna, in a noisy room, talks to Ben."""
    empty.add_init_script(ROOM)
    empty.goto(pages.put("/noise.html", PAGE.format(ben="")))
    talk(empty)
    return empty


@pytest.fixture
def framed(empty: Page, pages: PageServer) -> Frame:
    """The same in a frame of a page that lends it the microphone."""
    empty.add_init_script(ROOM)
    inside = pages.put("/noise.html", PAGE.format(ben=""))
    lent = f'<!doctype html><iframe src="{inside}" allow="microphone; autoplay"></iframe>'
    empty.goto(pages.put("/around.html", lent))
    talk(empty.frames[1])
    return empty.frames[1]


def talk(page: Page | Frame) -> None:
    page.wait_for_function(
        "globalThis.anna?.state === 'registered' && ben.state === 'registered'", timeout=60_000
    )
    page.evaluate("anna.onError = ({message, hint}) => (fault = `${message} ${hint}`); void 0")
    page.evaluate(CALL)


def loudness(page: Page | Frame) -> float:
    """The middle of three, since a busy machine drops sound."""
    return float(sorted(page.evaluate(LOUDNESS) for _ in range(3))[1])


def press(page: Page, pressed: str) -> None:
    """Anna's button, which says by then whether the filter is wanted."""
    button = page.locator("#anna").get_by_role("button", name="Noise filter")
    button.click()
    wait_until(lambda: button.get_attribute("aria-pressed") == pressed, f"{pressed}", 10)


def test_the_noise_goes_and_the_voice_stays_with_the_filter_and_both_are_there_without(
    page: Page,
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    wait_until(lambda: loudness(page) > 0.02, "the noise", 30)
    noise = loudness(page)
    page.evaluate("speak.value = 1")
    spoken = loudness(page)
    assert spoken > 1.5 * noise
    page.evaluate("speak.value = 0")
    offers = page.evaluate("offers")
    assert asked == []  # nothing of the filter before it is wanted

    page.locator("#anna").get_by_role("button", name="More").click()
    press(page, "true")
    page.locator("#anna").get_by_text("The noise filter is on.").wait_for(state="attached")
    wait_until(lambda: loudness(page) < noise / 3, "the noise to go", 30)
    page.evaluate("speak.value = 1")
    wait_until(lambda: loudness(page) > 0.6 * spoken, "the voice to stay", 20)
    page.evaluate("speak.value = 0")
    # What feeds it is fetched by the browser's audio thread, which Playwright doesn't hear of.
    assert {url.rpartition("/")[2].partition(".")[0] for url in asked} <= {"noise", "rnnoise"}
    assert len(asked) > 0

    press(page, "false")
    page.locator("#anna").get_by_text("The noise filter is off.").wait_for(state="attached")
    wait_until(lambda: loudness(page) > 0.8 * noise, "the noise to be back", 20)
    press(page, "true")
    wait_until(lambda: loudness(page) < noise / 3, "the noise to go again", 30)
    assert page.evaluate("offers") == offers  # no re-INVITE
    assert page.evaluate("anna.activeCall.processed") is False  # it is no work of the page
    assert page.evaluate("[anna.noiseSuppression, fault]") == ["strong", None]


def test_a_muted_microphone_stays_muted_behind_the_filter(page: Page) -> None:
    page.evaluate("anna.setConfig({noiseSuppression: 'strong'})")
    page.locator("#anna").get_by_text("The noise filter is on.").wait_for(state="attached")
    page.evaluate("speak.value = 1")
    wait_until(lambda: loudness(page) > 0.02, "the voice", 30)
    page.evaluate("anna.mute(true)")
    wait_until(lambda: loudness(page) < 0.002, "silence", 20)
    page.evaluate("anna.mute(false)")
    wait_until(lambda: loudness(page) > 0.02, "the voice again", 20)


def test_the_filter_runs_in_a_frame(framed: Frame) -> None:
    wait_until(lambda: loudness(framed) > 0.02, "the noise", 30)
    noise = loudness(framed)
    framed.evaluate("anna.noiseSuppression = 'strong'")
    wait_until(lambda: loudness(framed) < noise / 3, "the noise to go", 30)
    framed.evaluate("speak.value = 1")
    wait_until(lambda: loudness(framed) > 0.02, "the voice in it", 20)
    assert framed.evaluate("fault") is None


def test_where_it_does_not_come_the_call_goes_on_and_says_so_in_words(page: Page) -> None:
    def lost(route: Route) -> None:
        route.fulfill(status=404, body="")

    page.route("**/rnnoise.*", lost)
    page.evaluate("anna.setConfig({noiseSuppression: 'strong'})")
    wait_until(lambda: page.evaluate("fault"), "the fault", 20)
    told = page.evaluate("fault")
    assert "noise filter does not run" in told and "browser's own filter" in told
    assert page.evaluate("anna.noiseSuppression") == "browser"
    wait_until(lambda: loudness(page) > 0.02, "the noise", 30)

    page.unroute("**/rnnoise.*", lost)  # pressed again, it is tried again
    page.evaluate("anna.setConfig({noiseSuppression: 'strong'})")
    page.locator("#anna").get_by_text("The noise filter is on.").wait_for(state="attached")


@pytest.mark.parametrize("setting, wish", [("browser", True), ("off", False), ("strong", True)])
def test_the_browser_s_own_filter_is_asked_for_unless_it_is_off(
    empty: Page, pages: PageServer, setting: str, wish: bool
) -> None:
    empty.goto(pages.put("/own.html", PAGE.format(ben=f'noise-suppression="{setting}"')))
    empty.wait_for_function("ben.state === 'registered' && anna.state === 'registered'")
    empty.evaluate(
        """() => {
          const {mediaDevices} = navigator, take = mediaDevices.getUserMedia.bind(mediaDevices);
          window.tracks = [];
          mediaDevices.getUserMedia = async (wishes) => {
            const stream = await take(wishes);
            tracks.push([wishes.audio.noiseSuppression, stream.getAudioTracks()[0]]);
            return stream;
          };
        }"""
    )
    empty.evaluate("ben.makeCall('anna')")
    wait_until(lambda: empty.evaluate("tracks.length"), "the microphone", 20)
    told = "tracks.map(([asked, track]) => [asked, track.getSettings().noiseSuppression])[0]"
    assert empty.evaluate(told) == [wish, wish]
