"""What the page around a frame may set of the phone in it, in which order, and what it may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from webphone.border.errors import WebPhoneError
from webphone.border.frame import Assign
from webphone.border.names import camel, kebab, snake
from webphone.border.settings import Setting, decode_setting
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
        # What signs in where the page leads the phone elsewhere: what it has brought itself, never
        # what is built into embed.html.
        self._login: dict[str, Any] = {"password": "", "credentials": None}

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
        self._check(changes)
        return self._parted(changes, now)

    def assigns(self, message: Assign, now: Mapping[str, str]) -> Assignment:
        """What it sets by properties; what it may not set is left out."""
        given, refused = dict(message.settings), []
        try:
            self._check(given)
        except WebPhoneError as wrong:
            refused.append(wrong)
            del given["password"]
        settings = self._parted(given, now)
        names = [name for name in settings if name in self._settable]
        # A login that is taken away goes before its server does.
        names.sort(key=lambda name: name not in self._login)
        functions = tuple(name for name in message.functions if name in self._settable - PLAIN)
        if "credentials" in functions:
            self._login.pop("credentials", None)
        return Assignment(
            attributes={name: str(settings[name]) for name in names if name in PLAIN},
            properties={name: settings[name] for name in names if name not in PLAIN},
            functions=functions,
            refused=(
                *refused,
                *(
                    _withheld(name)
                    for name in (*message.settings, *message.functions)
                    if name not in self._settable
                ),
            ),
        )

    def _check(self, changes: Mapping[str, Any]) -> None:
        """Raises WebPhoneError where a password is none: it would leave the built-in one there."""
        for name, value in changes.items():
            if _folded(name) == "password":
                decode_setting(self._settings["password"], value)

    def _parted(self, changes: Mapping[str, Any], now: Mapping[str, str]) -> dict[str, Any]:
        """Changes; where they lead the phone to another server, with the login brought before.

        What is built into embed.html stays with its server, whatever stands in the changes.
        """
        names = {_folded(name): name for name in changes}
        if "password" in names:
            self._login["password"] = changes[names["password"]] or ""
        moves = any(
            name in names and str(changes[names[name]] or "") != now.get(setting, "")
            for name, setting in _MOVING.items()
        )
        if not moves:
            return dict(changes)
        others = {name: changes[name] for name in changes if _folded(name) not in self._login}
        return {**self._login, **others}


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


# The settings that decide who gets an answer made with the password, however they are spelled.
_MOVING = {"host": "host", "wsservers": "host", "realm": "realm"}


def _folded(name: str) -> str:
    return name.replace("-", "").replace("_", "").lower()


def _not_here(name: str) -> WebPhoneError:
    problem = "kept_from_address" if name in KEPT else "secret_in_address"
    return WebPhoneError("invalid_config", say(problem, name=name))
