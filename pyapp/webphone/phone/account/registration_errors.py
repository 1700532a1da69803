"""What it means that a registration failed: whether to go on, and the words for the person."""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.sip import RegistrationFailed
from webphone.words import say
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


def error_of(news: RegistrationFailed, *, password: bool = True) -> WebPhoneError:
    """A server that answers must not be called mute, nor a right or a missing password wrong."""
    status, theirs = news.status, f"{news.status} {isolate(news.reason)}"
    if status in CREDENTIALS_REFUSED and not password:
        return WebPhoneError("auth_failed", say("no_password"), say("no_password_hint"), status)
    if status in CREDENTIALS_REFUSED:
        return WebPhoneError("auth_failed", sip_code=status)
    if status == FORBIDDEN and not news.proved:
        # Some say so of a wrong password, some of a right one.
        words = say("user_or_password_refused", theirs=theirs)
        return WebPhoneError("auth_failed", words, sip_code=status)
    if status == FORBIDDEN:
        words = say("user_not_allowed", theirs=theirs)
        return WebPhoneError("register_failed", words, sip_code=status)
    if status < 300:
        return WebPhoneError("register_failed", say("registration_not_kept"), sip_code=status)
    if status == 408:
        return WebPhoneError("connection_failed")
    if try_next_server(news):
        words = say("server_busy", theirs=theirs)
        return WebPhoneError("connection_failed", words, sip_code=status)
    words = say("registration_refused", theirs=theirs)
    return WebPhoneError("register_failed", words, sip_code=status)
