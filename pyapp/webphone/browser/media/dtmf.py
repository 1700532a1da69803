"""Digits in the sound of a call, as RFC 4733 events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webphone.browser.proxies import Listeners
from webphone.phone.actions import SendTones


class Digits:
    """Digits of one call, sent in the order asked for; `sent` is told each that goes out."""

    def __init__(self, sent: Callable[[str], None]) -> None:
        self._sent = sent
        self._waiting: list[SendTones] = []
        self._sender: Any = None  # an RTCDTMFSender
        self._listeners = Listeners()

    def add(self, asked: SendTones) -> None:
        """Send these after the ones before; `flush` lets them go."""
        self._waiting.append(asked)

    def flush(self, section: Any, *, final: bool) -> bool:
        """Send what waits in this section of sound, once it can; `final`: now or never.

        False when the digits were dropped: the other end takes none.
        """
        if not self._waiting:
            return True
        sender = self._sender_of(section)
        if sender is not None and sender.canInsertDTMF:
            asked, self._waiting = self._waiting, []
            for each in asked:
                # insertDTMF forgets what still waits (WebRTC 1.0 §7.2): that goes in again first.
                sender.insertDTMF(str(sender.toneBuffer) + each.tones, each.duration, each.gap)
        elif final:
            self._waiting.clear()
            return False
        return True

    def close(self) -> None:
        self._waiting.clear()
        self._listeners.close()
        self._sender = None

    def _sender_of(self, section: Any) -> Any:
        if self._sender is None and section is not None and section.sender.dtmf:
            self._sender = section.sender.dtmf
            self._listeners.add(self._sender, "tonechange", self._changed)
        return self._sender

    def _changed(self, event: Any) -> None:
        if event.tone:  # empty: the last digit is over
            self._sent(str(event.tone))
