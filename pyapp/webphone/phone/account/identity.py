"""Who we are to the servers, as the settings say it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webphone.border import ascii_digits
from webphone.contract import SETTINGS, Config
from webphone.sip import Identity

if TYPE_CHECKING:  # loaded for a page that gives credentials by a function
    from webphone.phone.account.login import Login


def identity(config: Config, instance: str, login: Login | None = None) -> Identity:
    """Who we are to the server; `login` is what the page's function gave."""
    return Identity(
        user=config.username,
        domain=config.domain,
        password=config.password,
        display_name=config.display_name,
        cli=ascii_digits(config.cli) or config.username,
        expires=config.register_expires,
        session_expires=_session_expires(config),
        instance=instance,
        realm=config.realm,
        hosts=config.hosts,
        push=tuple((name, value) for name, _, value in (p.partition("=") for p in config.push)),
        auth_user=config.auth_username,
        ha1=login.ha1 if login else "",
        token=login.token if login else "",
    )


def _session_expires(config: Config) -> int:
    """A call that may outlive its page is not to outlive it for long, if none comes after."""
    least = SETTINGS["session_expires"].least
    lasting = config.recover not in ("off", "auto")  # auto: only where somebody else ends it
    return least if lasting and least is not None else config.session_expires


def transport(config: Config) -> str:
    """How the Via names what carries our messages (RFC 7118 §5)."""
    return "WS" if config.host.lower().startswith("ws:") else "WSS"
