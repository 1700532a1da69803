"""Which of the phone's own tones (ringtone, ringback, busy) a page plays, read from Web Audio."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from page.ports import wait_until

# A tone goes on until it is stopped: a buffer that loops.
COUNT_TONES = """
(() => {
  const playing = new Set();
  window.__tones = {playing, begun: 0};
  const {stop} = AudioScheduledSourceNode.prototype;
  const begin = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (...given) {
    if (this.loop) { playing.add(this); window.__tones.begun += 1; }
    return begin.apply(this, given);
  };
  AudioScheduledSourceNode.prototype.stop = function (...given) {
    playing.delete(this);
    return stop.apply(this, given);
  };
})();
"""


def tones_begun(page: Page) -> int:
    """How many tones the page has begun to play since it was opened."""
    return int(page.evaluate("window.__tones.begun"))


def wait_tone(page: Page, *, since: int, seconds: float = 10.0) -> None:
    """Until a tone that began after the first `since` is playing."""

    def playing() -> Any:
        return page.evaluate("since => __tones.begun > since && __tones.playing.size > 0", since)

    wait_until(playing, "a tone to be played", seconds)


def wait_no_tone(page: Page, seconds: float = 10.0) -> None:
    """Until no tone is playing."""
    wait_until(lambda: page.evaluate("__tones.playing.size === 0"), "tones to stop", seconds)
