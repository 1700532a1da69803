"""Who we are to the servers, as the settings say it."""

from __future__ import annotations

from webphone.border import ascii_digits
from webphone.contract import Config
from webphone.sip import Identity


def identity(config: Config, instance: str) -> Identity:
    """Who we are to the server."""
    return Identity(
        user=config.username,
        domain=config.domain,
        password=config.password,
        display_name=config.display_name,
        cli=ascii_digits(config.cli) or config.username,
        expires=config.register_expires,
        session_expires=config.session_expires,
        instance=instance,
        realm=config.realm,
        hosts=config.hosts,
    )


def transport(config: Config) -> str:
    """How the Via names what carries our messages (RFC 7118 §5)."""
    return "WS" if config.host.lower().startswith("ws:") else "WSS"
