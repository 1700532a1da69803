"""Microphones, loudspeakers and cameras: which there are, and which sound where."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.capture import CaptureFailed, capture, release
from webphone.browser.media.peers import Peers
from webphone.browser.proxies import Listeners, plain
from webphone.browser.sound import Sound
from webphone.browser.tasks import Tasks
from webphone.contract import Device
from webphone.phone.actions import DeviceAction, KeepDevices, LookForDevices, UseDevices
from webphone.phone.happenings import (
    DevicesFound,
    DevicesKept,
    DeviceUsed,
    Happening,
    PermissionTold,
)
from webphone.words import say

KEY = "webphone-devices"
MOST = 200  # that the phone is told of
# Seconds after the browser's first word of a change: a headset comes as several devices.
LATER = 0.5
PATIENCE = 0.1  # seconds that a call waits for the browser to say whether it would ask


class Devices:
    """Those of one phone; `name` is what its choice is kept under.

    The browser is asked which there are when the phone asks, when it says that they changed, and
    when a permission is given that lets it name them: to ask more often crackles in a call.
    """

    def __init__(
        self, turn: Callable[[Happening], None], peers: Peers, sound: Sound, name: str
    ) -> None:
        self.in_use = UseDevices()
        self._turn = turn
        self._peers = peers
        self._sound = sound
        self._key = f"{KEY}-{name}" if name else KEY
        self._found: tuple[Device, ...] = ()
        self._permission: Any = None  # the PermissionStatus of microphones
        self._looking = False
        self._looked = asyncio.Event()
        self._work = Tasks(self._failed)
        self._listeners = Listeners()
        self._later: asyncio.TimerHandle | None = None
        if self._media is not None:
            self._listeners.add(self._media, "devicechange", self._changed)
        self._listeners.add(js.window, "storage", self._stored)
        kept = self._kept()
        if kept:
            turn(DevicesKept(text=kept))

    @property
    def sure(self) -> bool:
        """Whether a microphone is there, and is given without a question."""
        return self._granted and any(one.kind == "audioinput" for one in self._found)

    async def granted(self) -> bool:
        """Whether the browser will ask nobody about a microphone; it is soon known which it has."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ask_permission(), PATIENCE)
        if self._granted and not self._found:
            self.look()
        return self._granted

    async def known(self) -> None:
        """Until somebody has looked which there are."""
        await self._looked.wait()

    @property
    def _granted(self) -> bool:
        return self._permission is not None and str(self._permission.state) == "granted"

    @property
    def _media(self) -> Any:
        devices = getattr(js.navigator, "mediaDevices", None)
        return devices if getattr(devices, "enumerateDevices", None) else None

    def perform(self, action: DeviceAction) -> None:
        """Do it; what becomes of it is a happening."""
        match action:
            case LookForDevices(ask=True):
                self._work.add(self._ask)
            case LookForDevices():
                self.look()
            case KeepDevices(text=text):
                self._keep(text)
            case UseDevices():
                before, self.in_use = self.in_use, action
                self._sound.ringer, self._sound.output = action.ringer, action.output
                self._work.add(lambda: self._use(before, action))

    def look(self) -> None:
        """See which there are."""
        if not self._looking:
            self._looking = True
            self._work.add(self._look)

    def refused(self, code: str) -> None:
        """A microphone was wanted, and is not to be had: the phone says why."""
        self._work.add(lambda: self._look(code))

    def allowed(self, camera: bool) -> None:
        """The person has let the page have a microphone, or a camera too: they may have names now.

        Once the call is set up, that is: to ask takes the browser as long as to open a microphone.
        """
        kinds = ("audioinput", "videoinput") if camera else ("audioinput",)
        if any(not one.id and one.kind in kinds for one in self._found):
            self._changed(None)

    def close(self) -> None:
        self._listeners.close()
        self._work.close()
        if self._later:
            self._later.cancel()

    # --- Which there are ---

    def _changed(self, _event: Any) -> None:
        if self._later is None:
            self._later = asyncio.get_event_loop().call_later(LATER, self._look_again)

    def _look_again(self) -> None:
        self._later = None
        self.look()

    async def _ask(self) -> None:
        try:
            release(await capture(video=False, asking=lambda _waiting: None))
        except CaptureFailed as no:
            await self._look(no.code)
        else:
            await self._look()

    async def _look(self, code: str = "") -> None:
        self._looking = False
        await self._ask_permission()
        if self._media is not None:
            try:
                found = await promised(self._media, "enumerateDevices")
                self._found = tuple(_device(one) for one in list(found)[:MOST])
            except (Refused, TypeError, AttributeError):
                pass  # those of before: nothing says that they are gone
        self._looked.set()
        sinks = hasattr(js.HTMLMediaElement.prototype, "setSinkId")
        self._turn(DevicesFound(devices=self._found, sinks=sinks, code=code))

    async def _ask_permission(self) -> None:
        if self._permission is None:
            with suppress(Refused):  # a browser that does not tell
                wanted = plain({"name": "microphone"})
                # The page's first script has asked for a call that was wanted by then.
                found = getattr(getattr(js.WebPhone, "early", None), "permission", None)
                found = found or await promised(js.navigator.permissions, "query", wanted)
                if self._permission is None:
                    self._permission = found
                    self._listeners.add(found, "change", self._permitted)
            self._permitted(None)

    def _permitted(self, _event: Any) -> None:
        """The browser has said whether a microphone may be used, or has another mind of it."""
        state = str(self._permission.state) if self._permission is not None else ""
        self._turn(PermissionTold(state=state, agent=str(js.navigator.userAgent)))

    # --- Which are used ---

    async def _use(self, before: UseDevices, wanted: UseDevices) -> None:
        code = text = microphone = ""
        try:
            if (wanted.output, wanted.volume) != (before.output, before.volume):
                await self._peers.sound_anew()
            if (wanted.output, wanted.ringer) != (before.output, before.ringer):
                await self._sound.redirect()
            microphone = await self._peers.use("audio", wanted.input)
            if wanted.camera != before.camera:
                await self._peers.use("video", wanted.camera)
        except CaptureFailed as no:
            code, text = no.code, no.text
        except Refused as no:
            code, text = "unsupported", say("refused_by_browser", why=no.message)
        self._turn(DeviceUsed(ask=wanted.ask, code=code, text=text, microphone=microphone))

    def _failed(self, fault: Exception) -> None:
        js.console.error(f"webphone: {fault}")

    # --- What is remembered ---

    def _kept(self) -> str:
        try:
            return str(js.localStorage.getItem(self._key) or "")
        except Exception:  # a browser or a frame that stores nothing
            return ""

    def _keep(self, text: str) -> None:
        try:
            js.localStorage.setItem(self._key, text)
        except Exception:
            return

    def _stored(self, event: Any) -> None:
        """Another tab has chosen."""
        if str(event.key) == self._key and event.newValue:
            self._turn(DevicesKept(text=str(event.newValue)))


def _device(one: Any) -> Device:
    return Device(id=str(one.deviceId), kind=str(one.kind), label=str(one.label))
