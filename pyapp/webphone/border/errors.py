"""What goes wrong, as pages and persons are told of it: stable codes with sentences."""

from __future__ import annotations

from typing import Any

ERRORS: dict[str, tuple[str, str]] = {
    "not_ready": ("The phone is still starting.", "Wait for the `ready` event."),
    "not_configured": (
        "The phone has no server or user yet.",
        "Set host, username and password.",
    ),
    "insecure_context": (
        "The browser gives no microphone to an insecure page.",
        "Open the page over https: or from localhost.",
    ),
    "mic_denied": (
        "The microphone is blocked.",
        "Allow the microphone for this page in the browser's address bar, then try again.",
    ),
    "mic_missing": ("No microphone was found.", "Plug in a microphone or headset and try again."),
    "mic_busy": (
        "The microphone is in use by another program.",
        "Close the other program, then try again.",
    ),
    "policy_blocked": (
        "The page around the phone does not let it use the microphone.",
        'Add allow="microphone; autoplay" to the iframe.',
    ),
    "sound_blocked": ("The browser holds the sound back.", "Press any key of the phone once."),
    "connection_failed": (
        "The phone server does not answer.",
        "Check the network and the host setting; the phone keeps trying.",
    ),
    "local_network_denied": (
        "The browser may not reach devices on the local network.",
        "Allow local network access for this page in the browser's settings.",
    ),
    "auth_failed": (
        "The server refuses the user name or the password.",
        "Correct username and password.",
    ),
    "register_failed": (
        "The server refuses the registration.",
        "Ask the administrator of the phone server.",
    ),
    "busy": ("The line is busy.", "Call again later."),
    "declined": ("The call was declined.", "Call again later."),
    "not_found": ("There is nobody at that number.", "Check the number."),
    "no_answer": ("Nobody answered.", "Call again later."),
    "unavailable": ("They can't be reached at the moment.", "Call again later."),
    "timeout": ("The server did not answer in time.", "Try again; check the network."),
    "media_failed": (
        "The sound could not be set up.",
        "Try again; if it stays, the two sides share no codec or network path.",
    ),
    "in_call": ("That can't be done during a call.", "End the call first."),
    "no_call": ("There is no such call.", "Check the call's id, or start a call first."),
    "unsupported": ("This phone can't do that yet.", "Update the phone."),
    "other_tab": ("The phone is active in another tab.", "Use it there, or move it here."),
    "invalid_number": ("That is not a number or address to call.", "Type digits or user@domain."),
    "invalid_config": ("A setting has a wrong value.", "Correct the setting."),
    "cancelled": ("It was cancelled.", "Nothing needs to be done."),
    "forbidden_origin": (
        "The page around the phone is not on its list.",
        "Add the page's origin to allow-origins.",
    ),
    "internal": (
        "The phone made a mistake.",
        "Please report it with the text of the developer console.",
    ),
}


class WebPhoneError(Exception):
    """What a rejected promise and the `error` event carry: a stable code and sentences to read."""

    def __init__(
        self,
        code: str,
        message: str = "",
        hint: str = "",
        sip_code: int | None = None,
    ) -> None:
        usual_message, usual_hint = ERRORS[code]
        self.code = code
        self.message = message or usual_message
        self.hint = hint or usual_hint
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

    def encoded(self) -> dict[str, Any]:
        """As it crosses the border: {code, message, hint, sipCode?}."""
        told: dict[str, Any] = {"code": self.code, "message": self.message, "hint": self.hint}
        return told if self.sip_code is None else {**told, "sipCode": self.sip_code}
