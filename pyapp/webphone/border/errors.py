"""What goes wrong, as pages and persons are told of it: stable codes with sentences."""

from __future__ import annotations

from typing import Any

from webphone.words import Sentence, say
from webphone.words.en import WORDS

CODES = (
    *("not_ready", "not_configured", "insecure_context", "mic_denied", "mic_missing", "mic_busy"),
    *("policy_blocked", "sound_blocked", "connection_failed", "local_network_denied"),
    *("auth_failed", "register_failed", "busy", "declined", "not_found", "no_answer"),
    *("unavailable", "timeout", "media_failed", "in_call", "no_call", "unsupported", "other_tab"),
    *("invalid_number", "invalid_config", "cancelled", "forbidden_origin", "internal"),
)
# The usual sentence of each, and what to do about it.
ERRORS = {code: (say(f"error_{code}"), say(f"error_{code}_hint")) for code in CODES}


class WebPhoneError(Exception):
    """What a rejected promise and the `error` event carry: a stable code and sentences to read.

    A message without a hint of its own has that of its key, or else the usual one of the code.
    """

    def __init__(
        self,
        code: str,
        message: Sentence | None = None,
        hint: Sentence | None = None,
        sip_code: int | None = None,
    ) -> None:
        usual_message, usual_hint = ERRORS[code]
        self.code = code
        self.message = message or usual_message
        self.hint = hint or _hint(message) or usual_hint
        self.sip_code = sip_code
        super().__init__(f"{self.message} {self.hint}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WebPhoneError) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def __repr__(self) -> str:
        return f"WebPhoneError({self.code!r}, {self.message!r})"

    def _values(self) -> tuple[object, ...]:
        return (self.code, self.message, self.hint, self.sip_code)

    @property
    def plain(self) -> dict[str, Any]:
        """As it crosses the border: {code, message, hint, sipCode?}."""
        plain: dict[str, Any] = {"code": self.code, "message": self.message, "hint": self.hint}
        return plain if self.sip_code is None else {**plain, "sipCode": self.sip_code}


def _hint(message: Sentence | None) -> Sentence | None:
    key = f"{getattr(message, 'key', '')}_hint"
    return say(key, **message.values) if message is not None and key in WORDS else None
