"""What it means that a registration failed: whether to go on, and the words for the person."""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.sip import RegistrationFailed
from webphone.words.bidi import isolate

FORBIDDEN = 403
CREDENTIALS_REFUSED = (401, 407)
BUSY_SERVER = (408, 430, *range(500, 600))


def try_next_server(news: RegistrationFailed) -> bool:
    """Whether it is the server that can't, be it that its success keeps no registration."""
    return news.status < 300 or news.status in BUSY_SERVER


def needs_a_person(news: RegistrationFailed) -> bool:
    """Whether it is the person or the administrator who must change something first."""
    return news.status in (*CREDENTIALS_REFUSED, FORBIDDEN)


def error_of(news: RegistrationFailed) -> WebPhoneError:
    """A server that answers must not be called mute, nor a right password wrong."""
    status, said = news.status, f"{news.status} {isolate(news.reason)}"
    if status in CREDENTIALS_REFUSED:
        return WebPhoneError("auth_failed", sip_code=status)
    if status == FORBIDDEN and not news.proved:
        # Some say so of a wrong password, some of a right one.
        return WebPhoneError(
            "auth_failed",
            f"The server refuses the user name or the password, or this user ({said}).",
            "Correct username and password; if they are right, ask the administrator of the phone "
            "server.",
            status,
        )
    if status == FORBIDDEN:
        words = f"The server does not allow this user to register ({said})."
        return WebPhoneError("register_failed", words, sip_code=status)
    if status < 300:
        return WebPhoneError(
            "register_failed",
            "The server accepts the registration and does not keep it: calls would not reach this "
            "phone.",
            "The phone tries again by itself; ask the administrator of the phone server.",
            status,
        )
    if status == 408:
        return WebPhoneError("connection_failed")
    if try_next_server(news):
        return WebPhoneError(
            "connection_failed",
            f"The phone server can't serve at the moment: {said}.",
            "The phone tries again by itself.",
            status,
        )
    words = f"The server refuses the registration: {said}."
    return WebPhoneError("register_failed", words, sip_code=status)
