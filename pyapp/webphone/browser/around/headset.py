"""The buttons and lamps of a headset by WebHID, where the person has allowed it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import to_js

from webphone.browser.bridge import Refused, promised
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import Tasks
from webphone.media.headset import Headset, described
from webphone.phone.happenings import Asked, Happening
from webphone.ui.around import Talk
from webphone.ui.headset import lit, meant

# Seconds after a call has begun: to look for one takes the browser half of what a call needs.
LATER = 0.5


class Headsets:
    """The one headset that is used in calls: the first that has the buttons of a telephone."""

    def __init__(self, turn: Callable[[Happening], None]) -> None:
        self._turn = turn
        self._talk: Talk | None = None
        self._device: Any = None
        self._headset: Headset | None = None
        self._shown: dict[int, bytes] = {}
        self._tasks = Tasks(lambda fault: None)  # a headset that can't be had is none
        self._listeners = Listeners()

    def follow(self, talk: Talk | None) -> None:
        """This is the call now; a headset is looked for soon after one has begun."""
        before, self._talk = self._talk, talk
        if getattr(js.navigator, "hid", None) is None or talk == before:
            return
        if talk is not None and before is None:
            self._tasks.add(self._find)
        self._tasks.add(self._show)

    def close(self) -> None:
        """Its lamps go out, and it is let go."""
        self.follow(None)
        self._tasks.add(self._let_go)

    async def _find(self) -> None:
        if self._device is not None and self._device.opened:
            return
        await self._let_go()
        await asyncio.sleep(LATER)
        if self._talk is None:
            return
        for device in await promised(js.navigator.hid, "getDevices"):
            headset = described(device.collections.to_py())
            if headset is None:
                continue
            if not device.opened:
                await promised(device, "open")
            self._device, self._headset = device, headset
            self._listeners.add(device, "inputreport", self._heard)
            return

    async def _show(self) -> None:
        if self._headset is None:
            return
        for report, data in self._headset.shows(lit(self._talk)).items():
            if self._shown.get(report) != data:
                self._shown[report] = data
                await promised(self._device, "sendReport", report, to_js(data))

    async def _let_go(self) -> None:
        device, self._device, self._headset = self._device, None, None
        self._shown.clear()
        self._listeners.close()
        if device is not None and device.opened:
            try:
                await promised(device, "close")
            except Refused:
                return  # it was pulled out

    def _heard(self, event: Any) -> None:
        if self._headset is None:
            return
        self._headset, presses = self._headset.heard(event.reportId, event.data.to_bytes())
        for press in presses:
            command = meant(press, self._talk)
            if command is not None:
                self._turn(Asked(command=command))
