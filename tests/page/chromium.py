"""Chromium with a fake microphone and camera: one browser, a fresh profile for each page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

import one_playwright
from page.ports import wait_until
from page.program import require

# Keeps every RTCPeerConnection of the page, so that a test can ask for its statistics without
# the help of the code under test.
KEEP_PEER_CONNECTIONS = """
(() => {
  const Native = window.RTCPeerConnection;
  window.__peers = [];
  window.RTCPeerConnection = class RTCPeerConnection extends Native {
    constructor(...given) {
      super(...given);
      // A rehearsal's look for no path: they are of no call.
      const { iceTransportPolicy: policy, iceServers } = this.getConfiguration();
      if (policy !== "relay" || iceServers.length) window.__peers.push(this);
    }
  };
})();
"""

# Sums over all connections that are still open: {kind}.{received, sent, heard, frames...}.
MEDIA_TOTALS = """
async () => {
  const totals = {peers: 0, connected: 0, energy: 0, duration: 0, packetsReceived: 0,
    packetsSent: 0, packetsLost: 0, framesDecoded: 0, framesSent: 0, codecs: []};
  for (const peer of window.__peers) {
    if (peer.signalingState === "closed") continue;
    totals.peers += 1;
    if (peer.connectionState === "connected") totals.connected += 1;
    const stats = await peer.getStats();
    for (const row of stats.values()) {
      if (row.type === "inbound-rtp") {
        totals.energy += row.totalAudioEnergy || 0;
        totals.duration += row.totalSamplesDuration || 0;
        totals.framesDecoded += row.framesDecoded || 0;
        totals.packetsLost += row.packetsLost || 0;
        if (row.kind === "audio") {
          totals.packetsReceived += row.packetsReceived || 0;
          const codec = stats.get(row.codecId);
          if (codec) totals.codecs.push(codec.mimeType);
        }
      } else if (row.type === "outbound-rtp") {
        totals.framesSent += row.framesSent || 0;
        if (row.kind === "audio") totals.packetsSent += row.packetsSent || 0;
      }
    }
  }
  return totals;
}
"""


class Chromium:
    """One browser; `context()` gives a new profile that may use microphone and camera."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = [*one_playwright.ARGUMENTS, *arguments]
        self._borrowed = False
        self._browser: Browser | None = None

    def start(self) -> None:
        path = require("chromium", "chromium")
        playwright = one_playwright.borrow()
        self._borrowed = True
        try:
            self._browser = playwright.chromium.launch(
                executable_path=path, args=self._arguments, headless=True
            )
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._browser is not None:
            self._browser.close()
            self._browser = None
        if self._borrowed:
            self._borrowed = False
            one_playwright.give_back()

    def context(
        self, *, permissions: tuple[str, ...] = ("microphone", "camera"), **more: Any
    ) -> BrowserContext:
        if self._browser is None:
            raise AssertionError("Chromium is not running")
        given = {**one_playwright.CALM, **more}
        context = self._browser.new_context(permissions=list(permissions), **given)
        context.set_default_timeout(15_000)
        context.add_init_script(KEEP_PEER_CONNECTIONS)
        return context


class Console:
    """What a page wrote to its console, with its uncaught errors, for the report of a failure."""

    def __init__(self, page: Page, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self.errors: list[str] = []
        page.on("console", lambda message: self.lines.append(f"{message.type}: {message.text}"))
        page.on("pageerror", self._error)
        page.on("crash", lambda _: self.errors.append("the page crashed"))
        page.on("requestfailed", lambda r: self.lines.append(f"not loaded: {r.url} {r.failure}"))

    def _error(self, error: Any) -> None:
        self.errors.append(str(error))
        self.lines.append(f"uncaught: {error}")

    def text(self) -> str:
        return "\n".join([f"--- console of {self.name}", *self.lines[-200:]])


class Ears:
    """How much sound and video a page gets, read from its RTCPeerConnections."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def totals(self) -> dict[str, Any]:
        """The sums over the open connections; see MEDIA_TOTALS for the keys."""
        totals: dict[str, Any] = self.page.evaluate(MEDIA_TOTALS)
        return totals

    def wait_sound(self, energy: float = 0.001, seconds: float = 15.0) -> dict[str, Any]:
        """Until `energy` (W3C totalAudioEnergy) more than now has been heard."""
        begin = self.totals()["energy"]
        return self._until(lambda now: now["energy"] > begin + energy, f"energy {energy}", seconds)

    def silence(self, seconds_of_sound: float = 2.0) -> float:
        """The energy within the next `seconds_of_sound` that the page plays; about 0 if silent."""
        begin = self.totals()
        end = self._until(
            lambda now: now["duration"] >= begin["duration"] + seconds_of_sound,
            f"{seconds_of_sound} s of sound to be played",
            seconds_of_sound + 15.0,
        )
        return float(end["energy"] - begin["energy"])

    def wait_video(self, frames: int = 10, seconds: float = 20.0) -> dict[str, Any]:
        """Until `frames` more video frames than now have been decoded."""
        begin = self.totals()["framesDecoded"]
        return self._until(
            lambda now: now["framesDecoded"] >= begin + frames, f"{frames} video frames", seconds
        )

    def _until(
        self, enough: Callable[[dict[str, Any]], bool], what: str, seconds: float
    ) -> dict[str, Any]:
        def asked() -> dict[str, Any] | None:
            now = self.totals()
            return now if enough(now) else None

        found = wait_until(asked, f"{what} at {self.page.url}", seconds, 0.1)
        assert found is not None
        return found
