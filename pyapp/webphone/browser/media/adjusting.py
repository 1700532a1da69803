"""The rate that a peer connection sends at, and how long it lets sound wait, changed in a call."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.media.adapting import Wish


async def adjust(connection: Any, wish: Wish) -> None:
    """As is wished, as far as the browser can: what it refuses stays as it was."""
    for section in connection.getTransceivers():
        if str(section.receiver.track.kind) != "audio":
            continue
        if hasattr(section.receiver, "jitterBufferTarget"):
            section.receiver.jitterBufferTarget = wish.waiting_ms
        parameters = section.sender.getParameters()
        for encoding in parameters.encodings:
            if wish.bitrate is None:
                js.Reflect.deleteProperty(encoding, "maxBitrate")
            else:
                encoding.maxBitrate = wish.bitrate
        with suppress(Refused):
            await promised(section.sender, "setParameters", parameters, within=1.0)
