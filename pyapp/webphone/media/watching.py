"""What is wrong with the sound of a call: each trouble a row, told and taken back without flutter.

A look is taken every second. A trouble is told once enough of the last looks have seen it, and is
over when none of the last five has, or at once where it can't be any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from webphone.media.counters import Reading
from webphone.media.microphone import is_silent
from webphone.media.quality import Quality, Span

LOOKS = 5
IN, OUT = "in", "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at a call: what happened since the one before, and what should have."""

    local: Span | None
    remote: Span | None
    reading: Reading
    sends: bool  # by the directions that both ends agreed on
    hears: bool
    muted: bool
    overheard: float | None = None  # how loud it is at a muted microphone, 0 to 1
    interrupted: bool = False  # the system has taken the microphone: for a telephone call, say

    @property
    def sent(self) -> bool | None:
        """Whether any packet left, None where nobody knows or none should."""
        if self.local is None or not self.sends:
            return False if self.sends and self.reading.local is None else None
        return self.local.packets > 0

    @property
    def came(self) -> bool | None:
        """Whether any packet was due from the other end and came."""
        if self.remote is None or not self.hears:
            return False if self.hears and self.reading.remote is None else None
        return self.remote.packets > 0 and self.remote.side.loss != 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One trouble; `times` of the last `of` looks must see it, all of them while it `may` be."""

    code: str
    direction: str | None
    seen: Callable[[Look], bool]
    times: int = 3
    of: int = LOOKS
    may: Callable[[Look], bool] = lambda look: True
    surely: Callable[[Look], bool] = lambda look: False  # one look is enough


# The other end may fall silent for a while, and so may a person: that is no trouble at once.
_LONG = 10
HIGH_LOSS = 0.03
HIGH_RTT_MS = 400.0
SILENCE = 0.001  # of the loudness 0 to 1: a room with somebody in it is louder
# -34 dBov: a microphone with gain control brings a voice to about -26 (ITU-T P.56), and a room, its
# keyboards too, stays below.
VOICE = 0.02

ROWS = (
    Row(code="no_media", direction=None, seen=lambda look: look.sent is look.came is False),
    Row(
        code="one_way_in",
        direction=OUT,
        seen=lambda look: look.came is True and look.sent is False,
    ),
    Row(
        code="one_way_out",
        direction=IN,
        seen=lambda look: look.sent is True and look.came is False,
    ),
    Row(
        code="silent_media",
        direction=IN,
        seen=lambda look: look.came is True and _quiet(look.remote),
        times=_LONG,
        of=_LONG,
    ),
    Row(
        code="mic_silent",
        direction=OUT,
        seen=lambda look: (
            look.sent is True
            and not look.muted
            and look.local is not None
            and is_silent(look.local.loudness)
        ),
        times=_LONG,
        of=_LONG,
        surely=lambda look: look.interrupted and look.sends and not look.muted,
    ),
    Row(
        code="muted_speech",
        direction=OUT,
        seen=lambda look: look.overheard is not None and look.overheard >= VOICE,
        times=2,  # a person who speaks is told soon, and a door that slams is no speech
        may=lambda look: look.muted and look.sends,
    ),
    Row(code="high_loss", direction=IN, seen=lambda look: _lossy(look.remote)),
    Row(code="high_loss", direction=OUT, seen=lambda look: _lossy(look.local)),
    Row(code="high_rtt", direction=None, seen=lambda look: _slow(look.local) or _slow(look.remote)),
    Row(code="relay", direction=None, seen=lambda look: look.reading.relayed is True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Warning:
    """A trouble that lasts; `direction` is in, out or None, `since` a time as of the readings."""

    code: str
    direction: str | None
    since: float


@dataclass(slots=True)
class Watch:
    """Looks at one call."""

    quality: Quality = field(default_factory=Quality)
    warnings: tuple[Warning, ...] = ()
    _seen: dict[Row, deque[bool]] = field(default_factory=dict)

    def look(
        self,
        reading: Reading,
        *,
        sends: bool,
        hears: bool,
        muted: bool,
        now: float,
        overheard: float | None = None,
        interrupted: bool = False,
    ) -> None:
        """Take one more reading; `sends` and `hears` by the directions agreed on."""
        self.quality.add(reading)
        look = Look(
            local=self.quality.local,
            remote=self.quality.remote,
            reading=reading,
            sends=sends,
            hears=hears,
            muted=muted,
            overheard=overheard,
            interrupted=interrupted,
        )
        before = {(each.code, each.direction): each for each in self.warnings}
        self.warnings = tuple(
            before.get(key) or Warning(code=row.code, direction=row.direction, since=now)
            for row in ROWS
            if self._lasts(row, look, (key := (row.code, row.direction)) in before)
        )

    def _lasts(self, row: Row, look: Look, told: bool) -> bool:
        looks = self._seen.setdefault(row, deque(maxlen=row.of))
        if not row.may(look):
            looks.clear()
            return False
        surely = row.surely(look)
        looks.append(surely or row.seen(look))
        if surely:
            return True
        if told:
            return any(list(looks)[-LOOKS:])
        return sum(looks) >= row.times


def _quiet(span: Span | None) -> bool:
    return span is not None and span.loudness is not None and span.loudness < SILENCE


def _lossy(span: Span | None) -> bool:
    return span is not None and span.side.loss is not None and span.side.loss > HIGH_LOSS


def _slow(span: Span | None) -> bool:
    return span is not None and span.side.rtt_ms is not None and span.side.rtt_ms > HIGH_RTT_MS
