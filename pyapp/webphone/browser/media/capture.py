"""The microphone and the camera: asking for them, what a refusal means, and letting them go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import js

from webphone.browser.proxies import data, fault_name, plain, said


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


async def capture(*, video: bool, constraints: object = None) -> Any:
    """A MediaStream with a microphone, and a camera if `video` asks and there is one.

    `constraints` are the page's own MediaStreamConstraints. The caller stops the tracks. Raises
    CaptureFailed when there is no microphone.
    """
    asked = _wishes(constraints)
    if video:
        try:
            return await _ask({"audio": asked["audio"], "video": asked["video"]})
        except CaptureFailed as refused:
            if refused.code == "insecure_context":
                raise
    try:
        return await _ask({"audio": asked["audio"]})
    except CaptureFailed as refused:
        # The microphone that the page wishes for may be unplugged: any other is better than none.
        if refused.code != "mic_missing" or asked["audio"] is True:
            raise
    return await _ask({"audio": True})


async def capture_camera(constraints: object = None) -> Any:
    """A MediaStream with a camera alone, or None when there is none to be had."""
    try:
        return await _ask({"video": _wishes(constraints)["video"]})
    except CaptureFailed:
        return None


def release(stream: Any) -> None:
    """Stop every track of a stream: the browser's recording light goes out."""
    if stream is not None:
        for track in stream.getTracks():
            track.stop()


async def _ask(wishes: Mapping[str, object]) -> Any:
    devices = getattr(js.navigator, "mediaDevices", None)
    if not devices:
        raise CaptureFailed("insecure_context")
    try:
        return await devices.getUserMedia(plain(dict(wishes)))
    except Exception as refused:
        code = _CODES.get(fault_name(refused), "media_failed")
        if code == "mic_denied" and not _policy_allows("microphone"):
            code = "policy_blocked"
        raise CaptureFailed(code, said(refused) if code == "media_failed" else "") from None


def _wishes(constraints: object) -> dict[str, object]:
    given = data(constraints)
    given = given if isinstance(given, dict) else {}
    return {kind: given.get(kind) or True for kind in ("audio", "video")}


def _policy_allows(feature: str) -> bool:
    # Only Chromium tells; elsewhere a policy's refusal looks like a person's.
    policy = getattr(js.document, "permissionsPolicy", None) or getattr(
        js.document, "featurePolicy", None
    )
    return not policy or bool(policy.allowsFeature(feature))
