"""How a call sounds, read from its peer connection every few seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from webphone.browser.bridge import Refused, promised
from webphone.media.quality import Counters, Measure, Quality, read
from webphone.phone.happenings import QualityMeasured

EVERY = 5.0  # seconds
# From look to look whether sound comes in: a person waits for it, and for less than that.
SOON, LONGER, SELDOM = 0.2, 1.2, 2.0
_KINDS = frozenset({"inbound-rtp", "remote-inbound-rtp", "candidate-pair"})


class Measuring:
    """Measures one connected call until closed; `tell` gets a QualityMeasured each time.

    `sounds` is called before, once the first packets have come in.
    """

    def __init__(
        self,
        call: str,
        connection: Any,
        now: Callable[[], float],
        tell: Callable[[QualityMeasured], None],
        *,
        sounds: Callable[[], None],
    ) -> None:
        self._call = call
        self._connection = connection
        self._now = now
        self._tell = tell
        self._sounds = sounds
        self._quality = Quality()
        self._tasks = [asyncio.ensure_future(each) for each in (self._run(), self._listen())]

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()

    async def _run(self) -> None:
        while True:
            if self._connection.connectionState == "connected":
                await self._measure()
            await asyncio.sleep(EVERY)

    async def _listen(self) -> None:
        pause = SOON
        while (counters := await self._counters()) is None or not counters.packets_received:
            await asyncio.sleep(pause)
            pause = min(pause * LONGER, SELDOM)
        self._sounds()

    async def _counters(self) -> Counters | None:
        try:
            report = await promised(self._connection, "getStats")
        except Refused:  # a call that can't be measured is a call all the same
            return None
        entries = [entry.to_py() for entry in report.values() if entry.type in _KINDS]
        return read(entries, self._now())

    async def _measure(self) -> None:
        snapshot = await self._counters()
        if snapshot is None or self._quality.add(snapshot) is None:
            return
        latest, whole = self._quality.latest, self._quality.summary
        assert latest is not None and whole is not None
        counters = {
            "packetsReceived": snapshot.packets_received,
            "packetsLost": snapshot.packets_lost,
            "bytesReceived": snapshot.bytes_received,
        }
        self._tell(
            QualityMeasured(
                call=self._call, stats={**_words(latest), **counters, "whole": _words(whole)}
            )
        )


def _words(measure: Measure) -> dict[str, float | None]:
    return {
        "mos": round(measure.mos, 2),
        "loss": round(measure.loss, 4),
        "jitterMs": round(measure.jitter_ms, 1),
        "rttMs": None if measure.rtt_ms is None else round(measure.rtt_ms, 1),
    }
