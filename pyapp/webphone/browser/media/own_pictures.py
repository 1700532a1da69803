"""Our pictures in a call that is up: the camera, or in its place the screen that is shared."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.media.capture import (
    PERSON_PATIENCE,
    CaptureFailed,
    let_go,
    policy_allows,
    release,
)
from webphone.browser.media.own_tracks import OwnTracks
from webphone.browser.proxies import Listeners, plain
from webphone.browser.tasks import Background
from webphone.phone.happenings import Happening, PictureEnded, PictureRefused, PictureTaken

CAMERA, SCREEN = "camera", "screen"

# Why a camera is not to be had, by the code of its capture.
_NO_CAMERA = {"mic_denied": "denied", "mic_busy": "busy", "policy_blocked": "policy"}
# Screen Capture §5.1, getDisplayMedia: the names of its failures.
_NO_SCREEN = {
    "NotAllowedError": "cancelled",
    "InvalidStateError": "gesture",
    "NotFoundError": "missing",
    "NotReadableError": "busy",
    "AbortError": "busy",
}


class OwnPictures:
    """Of one call; `changed` is called after each that came or went."""

    def __init__(
        self,
        call: str,
        own: OwnTracks,
        tell: Callable[[Happening], None],
        changed: Callable[[], None],
    ) -> None:
        self._call = call
        self._own = own
        self._tell = tell
        self._changed = changed
        self._screen: Any = None  # a MediaStream
        self._wanted: set[str] = set()
        self._tasks = Background()
        self._listeners = Listeners()

    @property
    def track(self) -> Any:
        """The one to be sent, None where there is none."""
        return self._screen.getVideoTracks()[0] if self._screen else self._own.camera

    @property
    def stream(self) -> Any:
        """A MediaStream with what is sent, None where there is none."""
        if self._screen:
            return self._screen
        return self._own.stream if self._own.camera is not None else None

    def take(self, of: str) -> None:
        """Ask for it at once: a browser shares a screen only right after a person's gesture."""
        self._wanted.add(of)
        self._tasks.run(self._take(of))

    def drop(self, of: str) -> None:
        """Let go of it at once; one that comes later is let go of then."""
        self._wanted.discard(of)
        if of == CAMERA and self._own.camera is not None:
            self._own.drop_camera()
        elif of == SCREEN and self._screen:
            release(self._screen)
            self._screen = None
        self._changed()

    def close(self) -> None:
        """The call is over."""
        self._wanted.clear()
        self._listeners.close()
        release(self._screen)
        self._screen = None

    async def _take(self, of: str) -> None:
        try:
            if of == CAMERA:
                await self._own.take_camera()
            else:
                await self._take_screen()
        except CaptureFailed as no:
            code = _NO_CAMERA.get(no.code, "missing") if of == CAMERA else no.code
            if of in self._wanted:
                self._wanted.discard(of)
                self._tell(PictureRefused(call=self._call, of=of, code=code, text=no.text))
            return
        if of not in self._wanted:
            self.drop(of)
            return
        self._changed()
        self._tell(PictureTaken(call=self._call, of=of))

    async def _take_screen(self) -> None:
        stream = await capture_screen()
        if SCREEN not in self._wanted:
            release(stream)
            return
        self._screen = stream
        # The browser's own bar has a button that ends it; what we stop ourselves tells nothing.
        self._listeners.add(stream.getVideoTracks()[0], "ended", self._ended)

    def _ended(self, _event: Any) -> None:
        self.drop(SCREEN)
        self._tell(PictureEnded(call=self._call, of=SCREEN))


async def capture_screen() -> Any:
    """A MediaStream with the screen, window or tab that the person picks.

    The caller stops the tracks. Raises CaptureFailed with a code of PictureRefused.
    """
    devices = getattr(js.navigator, "mediaDevices", None)
    if not getattr(devices, "getDisplayMedia", None):
        raise CaptureFailed("missing")
    wanted = promised(devices, "getDisplayMedia", plain({"video": True}), within=None)
    stream = asyncio.ensure_future(wanted)
    try:
        return await asyncio.wait_for(asyncio.shield(stream), PERSON_PATIENCE)
    except TimeoutError:
        stream.add_done_callback(let_go)
        raise CaptureFailed("cancelled") from None
    except Refused as no:
        code = _NO_SCREEN.get(no.name, "failed")
        if code == "cancelled" and not policy_allows("display-capture"):
            code = "policy"
        raise CaptureFailed(code, no.message if code == "failed" else "") from None
