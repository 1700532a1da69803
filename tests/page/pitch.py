"""What a page sounds like: the frequencies of the far end's voice and of the phone's own tones."""

from __future__ import annotations

from collections.abc import Iterable

from playwright.sync_api import Page

from page.ports import wait_until

# __heard.remote: of the stream that an unmuted element plays; __heard.local: of all that goes to
# the loudspeaker by Web Audio. Each is a list that grows twenty times a second by {level, peaks}:
# decibels of the loudest frequency, and the frequencies in hertz that come within 12 dB of it.
LISTEN = """
(() => {
  const players = new Set();
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", { get, set(stream) {
    stream ? players.add(this) : players.delete(this);
    set.call(this, stream);
  }});
  const analysers = new Map();
  const analyser = (context) => {
    if (!analysers.has(context))
      analysers.set(context, new AnalyserNode(context, { fftSize: 16384, smoothingTimeConstant: 0 }));
    return analysers.get(context);
  };
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...more) {
    if (to === this.context.destination && this.context instanceof AudioContext)
      connect.call(this, analyser(this.context));
    return connect.call(this, to, ...more);
  };
  const read = (node) => {
    const bins = new Float32Array(node.frequencyBinCount);
    node.getFloatFrequencyData(bins);
    const width = node.context.sampleRate / node.fftSize;
    const found = [];
    for (let i = 20; i < 1500; i += 1) {
      const [a, b, c] = bins.subarray(i - 1, i + 2);
      if (b < a || b <= c) continue;
      found.push([b, (i + (a - c) / (2 * (a - 2 * b + c))) * width]);
    }
    found.sort(([a], [b]) => b - a);
    const level = found.length ? found[0][0] : -1000;
    const peaks = found.filter(([strength]) => strength > level - 12).slice(0, 4);
    return { level: Math.max(level, -1000), peaks: peaks.map(([, pitch]) => pitch) };
  };
  const nothing = { level: -1000, peaks: [] };
  let ear, heard, source;
  const remote = () => {
    const player = [...players].findLast((each) => !each.muted && !each.paused && each.srcObject);
    if (!player) return nothing;
    ear ??= new AudioContext();
    ear.resume();
    if (heard !== player.srcObject) {
      source?.disconnect();
      heard = player.srcObject;
      source = ear.createMediaStreamSource(heard);
      source.connect(analyser(ear));
    }
    return read(analyser(ear));
  };
  const local = () => [...analysers].filter(([context]) => context !== ear && context.state === "running")
    .map(([, node]) => read(node)).sort((a, b) => b.level - a.level)[0] ?? nothing;
  window.__heard = { remote: [], local: [] };
  setInterval(() => {
    __heard.remote.push(remote());
    __heard.local.push(local());
  }, 50);
})();
"""

AUDIBLE = -60.0  # decibels of the loudest frequency
EXACT = 0.01  # of the frequency


# Whether one of the sounds says all of the pitches; then those up to now are forgotten.
FOUND = """
([of, pitches, exact, audible]) => {
  const near = (sound, pitch) => sound.peaks.some((peak) => Math.abs(peak - pitch) < pitch * exact);
  const found = __heard[of].some((sound) =>
    sound.level > audible && pitches.every((pitch) => near(sound, pitch)));
  if (found) __heard[of].length = 0;
  return found;
}
"""


def wait_pitches(page: Page, of: str, pitches: Iterable[float], seconds: float = 10.0) -> None:
    """Until all these frequencies, in hertz, have sounded together `of` "remote" or "local".

    What sounded before the last frequencies that were waited for does not count.
    """
    question = [of, list(pitches), EXACT, AUDIBLE]
    try:
        wait_until(lambda: page.evaluate(FOUND, question), f"{pitches} Hz", seconds, 0.05)
    except AssertionError as late:
        last = page.evaluate("of => __heard[of].slice(-5)", of)
        raise AssertionError(f"{late}; the last sounds were {last}") from None


def loudest(page: Page, of: str, seconds: float = 1.5) -> float:
    """The highest level, in decibels, that is reached in the time that begins now."""
    page.evaluate("of => { __heard[of].length = 0; }", of)
    page.wait_for_timeout(seconds * 1000)
    return float(page.evaluate("of => Math.max(...__heard[of].map(({ level }) => level))", of))
