"""What the page around a frame may set of the phone in it, in which order, and what it may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.frame import Assign
from webphone.border.names import camel, kebab, snake
from webphone.border.settings import Setting
from webphone.words import say

PLAIN = frozenset({"lang", "dir"})  # attributes of any HTML element
# Who may be the page around is not said by that page.
WITHHELD = "allowOrigins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What a page's wish comes to: to be set on the element from first to last, or told.

    `functions` names the properties whose functions the page keeps.
    """

    properties: Mapping[str, Any]
    attributes: Mapping[str, str]
    functions: tuple[str, ...]
    refused: tuple[WebPhoneError, ...]


class Guest:
    """The page around; `settings` are those of the phone.

    `now` are everywhere the host and realm as they are.
    """

    def __init__(self, settings: Mapping[str, Setting]) -> None:
        self._settable = PLAIN | {camel(name) for name in settings} - {WITHHELD}
        self._settings = settings
        self._lent = False  # it has brought a password of its own

    def arrives(self, given: Mapping[str, str], now: Mapping[str, str]) -> Assignment:
        """What the parameters of the frame's address come to."""
        good, refused = parameters(given, self._settings)
        changes = self._parted(good, now)
        return Assignment(
            attributes=good,
            properties={name: changes[name] for name in changes if name not in good},
            functions=(),
            refused=tuple(refused),
        )

    def configures(self, changes: Mapping[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
        """The changes of a `setConfig`. Raises WebPhoneError where it may not make one of them."""
        for name in changes:
            if camel(snake(name)) == WITHHELD:
                raise _withheld(name)
        return self._parted(changes, now)

    def assigns(self, message: Assign, now: Mapping[str, str]) -> Assignment:
        """What it sets by properties; what it may not set is left out."""
        settings = self._parted(message.settings, now)
        names = [name for name in settings if name in self._settable]
        # A password that is taken away goes before its server does.
        names.sort(key=lambda name: name != "password")
        return Assignment(
            attributes={name: str(settings[name]) for name in names if name in PLAIN},
            properties={name: settings[name] for name in names if name not in PLAIN},
            functions=tuple(name for name in message.functions if name in self._settable - PLAIN),
            refused=tuple(
                _withheld(name)
                for name in (*message.settings, *message.functions)
                if name not in self._settable
            ),
        )

    def _parted(self, changes: Mapping[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
        """Changes, without the password built into embed.html where they lead away."""
        lent = self._lent
        self._lent = lent or brings_password(changes)
        return parted(changes, now, lent=lent)


def _withheld(name: str) -> WebPhoneError:
    return WebPhoneError("invalid_config", say("page_cannot_set", given=repr(name[:40])))


# --- Settings in the frame's address --------------------------------------------------------------

SECRETS = {"password", "token", "ha1", "credentials", "secret"}
# Whoever writes the address could admit himself.
KEPT = {"allow-origins"}


def parameters(
    given: Mapping[str, str], settings: Mapping[str, Setting]
) -> tuple[dict[str, str], list[WebPhoneError]]:
    """The attributes that the parameters of an address stand for, and what is wrong with others.

    Names that mean nothing to a phone are left alone.
    """
    known = {
        kebab(row.name) for row in settings.values() if row.attribute and not row.secret
    } - KEPT
    good: dict[str, str] = {}
    refused = []
    for name, value in given.items():
        if name.lower() in SECRETS | KEPT:
            refused.append(_not_here(name.lower()))
        elif name in known:
            good[name] = value
    return good, refused


def parted(
    changes: Mapping[str, Any], now: Mapping[str, str], *, lent: bool = False
) -> dict[str, Any]:
    """A page's changes of settings: where they lead the phone to another server, without the
    password that stands in embed.html.

    `now` are the host and realm as they are; `lent`: the page has brought a password of its own.
    """
    names = {_folded(name): name for name in changes}
    moves = any(
        name in names and str(changes[names[name]] or "") != now.get(_MOVING[name], "")
        for name in _MOVING
    )
    if lent or not moves or "password" in names:
        return dict(changes)
    return {"password": "", **changes}


def brings_password(changes: Mapping[str, Any]) -> bool:
    """Whether a page's changes of settings hold a password of its own."""
    return any(_folded(name) == "password" and bool(changes[name]) for name in changes)


# The settings that decide who gets an answer made with the password, however they are spelled.
_MOVING = {"host": "host", "wsservers": "host", "realm": "realm"}


def _folded(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _not_here(name: str) -> WebPhoneError:
    problem = "kept_from_address" if name in KEPT else "secret_in_address"
    return WebPhoneError("invalid_config", say(problem, name=name))
