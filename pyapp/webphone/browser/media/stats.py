"""How a call sounds, read from its peer connection every second while it is connected."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.adjusting import adjust
from webphone.media.adapting import Adapting
from webphone.media.counters import KINDS, Reading, read
from webphone.media.quality import Measure, Side
from webphone.media.watching import Watch
from webphone.phone.happenings import QualityMeasured

EVERY = 1.0  # seconds from one reading to the next
PATIENCE = 3.0  # seconds that one may take
TOLD = 5  # readings after which the phone is told, whatever they say
# From look to look whether sound comes in: a person waits for it, and for less than that.
SOON, LONGER, SELDOM = 0.2, 1.2, 2.0

Stats = dict[str, Side | None]


class Rounds:
    """One timer for all calls of a page, each of which is looked at every second."""

    def __init__(self) -> None:
        self._all: list[Measuring] = []
        self._task: asyncio.Task[None] | None = None

    def join(self, one: Measuring) -> None:
        """It is looked at now, and then with the others."""
        one.look()
        self._all.append(one)
        if self._task is None:
            self._task = asyncio.ensure_future(self._run())

    def leave(self, one: Measuring) -> None:
        """It is looked at no longer; without any there is no timer."""
        if one in self._all:
            self._all.remove(one)
        if not self._all and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            for one in list(self._all):
                one.look()


ROUNDS = Rounds()  # lives as long as the page


class Measuring:
    """Measures one connected call until closed.

    `tell` gets a QualityMeasured now and then and when a trouble begins or ends, `show` the
    readings of each second; `sounds` is called once the first packets have come in. `overheard`
    gives how loud it is at a muted microphone, None where nobody listens, and `microphone` its
    track, though in a conference it is a mix that is sent.
    """

    def __init__(
        self,
        call: str,
        connection: Any,
        now: Callable[[], float],
        tell: Callable[[QualityMeasured], None],
        *,
        sounds: Callable[[], None],
        overheard: Callable[[], float | None],
        microphone: Callable[[], Any],
        show: Callable[[str, Stats | None], None],
    ) -> None:
        self._call = call
        self._connection = connection
        self._now = now
        self._tell = tell
        self._sounds = sounds
        self._overheard = overheard
        self._microphone = microphone
        self._show = show
        self._watch = Watch()
        self._adapting = Adapting()
        self._one = asyncio.Lock()  # the browser is asked one thing at a time
        self._listening = asyncio.ensure_future(self._listen())
        self._looking: asyncio.Task[None] | None = None
        self._began = 0.0  # that
        self._readings = 0  # since the phone was told, or 0
        ROUNDS.join(self)

    def close(self) -> None:
        """The readings end with the call."""
        ROUNDS.leave(self)
        self._listening.cancel()
        if self._looking is not None:
            self._looking.cancel()
        self._show(self._call, None)

    def look(self) -> None:
        """Take a reading, unless one is under way that has not taken too long."""
        if self._connection.connectionState != "connected":
            return
        now = self._now()
        if self._looking is not None and not self._looking.done():
            if now - self._began < PATIENCE:
                return
            self._looking.cancel()
        self._began, self._looking = now, asyncio.ensure_future(self._look())

    async def _look(self) -> None:
        if await self._measure(self._readings == 0):
            self._readings = (self._readings + 1) % TOLD

    async def _listen(self) -> None:
        pause = SOON
        while not await self._hears():
            await asyncio.sleep(pause)
            pause = min(pause * LONGER, SELDOM)
        self._sounds()

    async def _hears(self) -> bool:
        reading = await self._reading(within=PATIENCE)
        return reading is not None and reading.remote is not None and bool(reading.remote.packets)

    async def _reading(self, *, within: float | None) -> Reading | None:
        try:
            async with self._one:
                report = await promised(self._connection, "getStats", within=within)
        except Refused:  # a call that can't be measured is a call all the same
            return None
        entries = [entry.to_py() for entry in report.values() if entry.type in KINDS]
        return read(entries, self._now())

    async def _measure(self, tell: bool) -> bool:
        """Whether there was anything to say of this second."""
        reading = await self._reading(within=None)  # see `look`
        if reading is None:
            return False
        watch, before = self._watch, self._watch.warnings
        overheard = self._overheard()
        watch.look(reading, **self._expected(), overheard=overheard, now=self._now())
        spans = {"local": watch.quality.local, "remote": watch.quality.remote}
        self._show(self._call, {name: span.side if span else None for name, span in spans.items()})
        wish = self._adapting.look(watch.quality.local, watch.quality.remote)
        if wish is not None:
            await adjust(self._connection, wish)
        whole = watch.quality.summary
        if whole is None and not watch.warnings:
            return False
        if tell or watch.warnings != before:
            self._tell(QualityMeasured(call=self._call, stats=self._told(whole)))
        return True

    def _expected(self) -> dict[str, bool]:
        """What should be sent and heard, as agreed, and whether the microphone is closed."""
        for section in self._connection.getTransceivers():
            if section.receiver.track.kind == "audio":
                agreed = str(section.currentDirection)
                track = section.sender.track and self._microphone()
                return {
                    "sends": agreed in ("sendrecv", "sendonly") and bool(track),
                    "hears": agreed in ("sendrecv", "recvonly"),
                    "muted": not track or not track.enabled,
                    "interrupted": bool(track and track.muted),
                }
        return {"sends": False, "hears": False, "muted": True}

    def _told(self, whole: Measure | None) -> dict[str, Any]:
        remote = self._watch.quality.remote
        return {
            "mos": remote.side.mos if remote else None,
            "whole": _words(whole) if whole else None,
            "warnings": [
                {"code": each.code, "direction": each.direction, "since": each.since}
                for each in self._watch.warnings
            ],
        }


def _words(measure: Measure) -> dict[str, float | None]:
    return {
        "mos": measure.mos,
        "loss": measure.loss,
        "jitterMs": measure.jitter_ms,
        "rttMs": measure.rtt_ms,
    }
