"""The microphone and the camera: asking for them, what a refusal means, and letting them go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import js
from pyodide.ffi import JsException

from webphone.browser.bridge import Refused, promised, refused
from webphone.browser.proxies import data, plain
from webphone.browser.tasks import begun
from webphone.contract import Config
from webphone.phone.happenings import MediaFailed
from webphone.words import say

# Seconds that a person may take to answer the browser's question about the microphone.
PERSON_PATIENCE = 120.0
QUESTION_AFTER = 0.3  # seconds after which a browser that says nothing asks, or starts a device

Asking = Callable[[bool], None]


class CaptureFailed(Exception):
    """No microphone; `code` is an error code of the contract, `text` what the browser says.

    The text is empty where the code says it all.
    """

    def __init__(self, code: str, text: str = "") -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


# Media Capture and Streams §10.3.11, getUserMedia: the names of its failures.
_CODES = {
    "NotAllowedError": "mic_denied",
    "PermissionDeniedError": "mic_denied",
    "SecurityError": "policy_blocked",
    "NotFoundError": "mic_missing",
    "DevicesNotFoundError": "mic_missing",
    "OverconstrainedError": "mic_missing",
    "NotReadableError": "mic_busy",
    "TrackStartError": "mic_busy",
    "AbortError": "mic_busy",
}


def failure(call: str, fault: Exception) -> MediaFailed:
    """What a phone is told when the media of a call could not be set up."""
    if isinstance(fault, CaptureFailed):
        return MediaFailed(call=call, code=fault.code, text=fault.text)
    why = refused(fault).message
    told = say("sound_fails", why=why) if isinstance(fault, Refused | JsException) else why
    return MediaFailed(call=call, code="media_failed", text=told)


async def capture(
    *,
    video: bool,
    constraints: object = None,
    asking: Asking,
    microphone: str = "",
    camera: str = "",
) -> Any:
    """A MediaStream with a microphone, and a camera if `video` asks and there is one.

    `constraints` are the page's own MediaStreamConstraints; `microphone` and `camera` are ids of
    those that the person chose. What is wished for may be unplugged: any other is better than none.
    `asking` is told whether the browser's question waits for the person. The caller stops the
    tracks. Raises CaptureFailed when there is no microphone.
    """
    asked = _wishes(constraints)
    sounds = _distinct(_at(asked["audio"], microphone), asked["audio"], True)
    if video:
        for picture in _distinct(_at(asked["video"], camera), asked["video"]):
            try:
                return await _ask({"audio": sounds[0], "video": picture}, asking)
            except CaptureFailed as no:
                if no.code == "insecure_context":
                    raise
                if no.code != "mic_missing":
                    break
    for sound in sounds[:-1]:
        try:
            return await _ask({"audio": sound}, asking)
        except CaptureFailed as no:
            if no.code != "mic_missing":
                raise
    return await _ask({"audio": sounds[-1]}, asking)


async def capture_camera(constraints: object, asking: Asking, camera: str = "") -> Any:
    """A MediaStream with a camera alone. Raises CaptureFailed, with the codes of a microphone."""
    wish = _wishes(constraints)["video"]
    if camera:  # it may be unplugged: any other is better than none
        try:
            return await _ask({"video": _at(wish, camera)}, asking)
        except CaptureFailed as no:
            if no.code != "mic_missing":
                raise
    return await _ask({"video": wish}, asking)


async def capture_one(kind: str, device: str, constraints: object, asking: Asking) -> Any:
    """A MediaStream with this microphone (`audio`) or camera (`video`), and no other.

    Raises CaptureFailed; its code is `mic_missing` for a camera too.
    """
    if not device and kind == "audio":
        return await capture(video=False, constraints=constraints, asking=asking)
    return await _ask({kind: _at(_wishes(constraints)[kind], device)}, asking)


def release(stream: Any) -> None:
    """Stop every track of a stream: the browser's recording light goes out."""
    if stream:
        for track in stream.getTracks():
            track.stop()


def silence() -> Any:
    """A MediaStream that sounds like nobody, for a call without a microphone."""
    if not _silent:
        _silent.append(js.AudioContext.new())
    return _silent[0].createMediaStreamDestination().stream


_silent: list[Any] = []  # the AudioContext of silence lives as long as the page


async def _ask(wishes: Mapping[str, object], asking: Asking) -> Any:
    devices = getattr(js.navigator, "mediaDevices", None)
    if not getattr(devices, "getUserMedia", None):
        raise CaptureFailed("mic_missing" if js.isSecureContext else "insecure_context")
    question = _Question(asking)
    wanted = promised(devices, "getUserMedia", plain(dict(wishes)), within=None)
    stream = begun(wanted)
    try:
        if not (await asyncio.wait([stream], timeout=PERSON_PATIENCE))[0]:
            stream.add_done_callback(let_go)
            raise CaptureFailed("mic_denied")
        return _with("audio" in wishes, stream.result())
    except Refused as no:
        code = _CODES.get(no.name, "mic_busy")
        feature = "microphone" if "audio" in wishes else "camera"
        if code == "mic_denied" and not policy_allows(feature):
            code = "policy_blocked"
        text = "" if no.name in _CODES else say("microphone_fails", why=no.message)
        # Chromium says whose refusal it is: here no answer to its own question would help.
        if code == "mic_denied" and "by system" in no.message:
            text = say("microphone_by_system")
        raise CaptureFailed(code, text) from None
    finally:
        question.over()


def _with(audio: bool, stream: Any) -> Any:
    """The stream, if there is in it what was asked for: some browsers grant an empty one."""
    if stream and (stream.getAudioTracks() if audio else stream.getVideoTracks()).length:
        return stream
    release(stream)
    raise CaptureFailed("mic_missing")


class _Question:
    """The browser's question to the person: told while it waits."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._waiting = False
        self._task = asyncio.ensure_future(self._look())

    def over(self) -> None:
        """The browser has answered."""
        self._task.cancel()
        if self._waiting:
            self._asking(False)

    async def _look(self) -> None:
        await asyncio.sleep(QUESTION_AFTER)
        try:
            wanted = plain({"name": "microphone"})
            state = str((await promised(js.navigator.permissions, "query", wanted)).state)
        except Exception:
            state = "prompt"  # a browser that does not tell
        # Where it is granted already, the device only takes its time.
        if state == "prompt":
            self._waiting = True
            self._asking(True)


def let_go(stream: asyncio.Task[Any]) -> None:
    """A microphone that is granted when nobody waits for it any more is closed."""
    if not stream.cancelled() and stream.exception() is None:
        release(stream.result())


def wished(config: Config) -> dict[str, object]:
    """What the page wants of microphones and cameras; what it says itself of noise stands."""
    wishes = _wishes(config.constraints)
    own = wishes["audio"] if isinstance(wishes["audio"], dict) else {}
    quiet = config.noise_suppression != "off"
    return {**wishes, "audio": {"noiseSuppression": quiet, **own}}


def _wishes(constraints: object) -> dict[str, object]:
    given = data(constraints)
    given = given if isinstance(given, dict) else {}
    return {kind: given.get(kind) or True for kind in ("audio", "video")}


def _at(wish: object, device: str) -> object:
    """The page's wish for one kind of device, and that it be this one."""
    if not device:
        return wish
    own = wish if isinstance(wish, dict) else {}
    return {**own, "deviceId": {"exact": device}}


def _distinct(*wishes: object) -> list[object]:
    return [wish for place, wish in enumerate(wishes) if wish not in wishes[:place]]


def policy_allows(feature: str) -> bool:
    """Whether the page around lets this frame use it, as far as the browser tells."""
    # Only Chromium tells; elsewhere a policy's refusal looks like a person's.
    policy = getattr(js.document, "permissionsPolicy", None) or getattr(
        js.document, "featurePolicy", None
    )
    return not policy or bool(policy.allowsFeature(feature))
