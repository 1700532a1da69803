"""What a call changes by itself in a bad network: the rate it sends at, and how long it waits.

Each goes a step at a time along its own ladder: a step further after three bad looks in a row, a
step back after fifteen good ones. What lies between is neither, and leaves it where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from webphone.media.quality import Span

WORSE, BETTER = 3, 15  # looks, one each second
# bit/s of Opus, None: as many as the browser likes, about 32,000. With 16,000 it is wideband still
# (RFC 6716 §2.1.1).
BITRATES = (None, 24_000, 16_000)
# Milliseconds that sound waits for what comes late, None: as the browser likes.
WAITS = (None, 100, 200, 300)
LOSSY, CLEAN = 0.05, 0.01
UNEVEN_MS, EVEN_MS = 40.0, 20.0
MADE_UP, HARDLY = 0.03, 0.01  # shares of the samples


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How the media of a call are to be sent and heard; None: as the browser likes.

    `bitrate` in bit/s is the most that is sent, `waiting_ms` the least that sound waits.
    """

    bitrate: int | None = None
    waiting_ms: int | None = None


@dataclass(slots=True)
class _Ladder:
    steps: tuple[int | None, ...]
    at: int = 0
    bad: int = 0
    good: int = 0

    @property
    def value(self) -> int | None:
        return self.steps[self.at]

    def look(self, *, bad: bool, good: bool) -> None:
        self.bad = self.bad + 1 if bad else 0
        self.good = self.good + 1 if good else 0
        if self.bad == WORSE:
            self.bad, self.at = 0, min(self.at + 1, len(self.steps) - 1)
        if self.good == BETTER:
            self.good, self.at = 0, max(self.at - 1, 0)


@dataclass(slots=True)
class Adapting:
    """Of one call."""

    _rate: _Ladder = field(default_factory=lambda: _Ladder(BITRATES))
    _wait: _Ladder = field(default_factory=lambda: _Ladder(WAITS))
    _last: Wish = field(default_factory=Wish)

    def look(self, local: Span | None, remote: Span | None) -> Wish | None:
        """What is wished from now on, None where nothing changes."""
        # The rate of other codecs is what it is.
        if local is not None and local.side.codec == "opus" and local.side.loss is not None:
            loss = local.side.loss
            self._rate.look(bad=loss > LOSSY, good=loss < CLEAN)
        if remote is not None and remote.packets:
            jitter, made_up = remote.side.jitter_ms or 0.0, remote.side.concealed or 0.0
            self._wait.look(
                bad=jitter > UNEVEN_MS or made_up > MADE_UP,
                good=jitter < EVEN_MS and made_up < HARDLY,
            )
        wish = Wish(bitrate=self._rate.value, waiting_ms=self._wait.value)
        before, self._last = self._last, wish
        return None if wish == before else wish
