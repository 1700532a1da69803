"""The settings of the phone: as page and person have them, in force, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from webphone.contract import ALIASES, Config, snake

MOVING = ("host", "username", "realm")  # settings that make it another account
# Settings that ask for a new REGISTER.
SIGNING_IN = ("password", "auth_username", "credentials", "register_expires", "push")


@dataclass(frozen=True, slots=True)
class Changed:
    """The settings in force before and after a change."""

    before: Config
    after: Config

    def any_of(self, *names: str) -> bool:
        """Whether one of these settings is another now."""
        return any(getattr(self.after, name) != getattr(self.before, name) for name in names)

    @property
    def moved(self) -> bool:
        """Whether it is another account now."""
        return self.any_of(*MOVING)

    @property
    def registers(self) -> bool:
        """Whether the change alone asks for a REGISTER."""
        before, after = self.before, self.after
        if not (after.auto_register and after.complete):
            return False
        alone = bool(before.shared and not after.shared)  # of the tabs that shared one phone
        return self.moved or self.any_of(*SIGNING_IN) or alone or not before.auto_register


class Settings:
    """`config` is what the page sets, and what the person chose where the page sets nothing.

    `guest` is the username in a demo when none is set.
    """

    def __init__(self, written: Config, guest: str) -> None:
        self.written = self.config = written  # by the page; and with the person's choice
        self.guest = guest
        self.country = ""  # that the language of the page names
        self.fixed: frozenset[str] = frozenset()  # what the page has set
        self.chosen: Mapping[str, Any] = {}  # what the person chose

    @property
    def in_force(self) -> Config:
        """With the demo's own, and with the country of the page's language where none is set."""
        config = self.config.in_force(self.guest)
        if config.country or not self.country:
            return config
        return replace(config, country=self.country)

    @property
    def recoverable(self) -> Config:
        """Those in force; what no other page could take back is not to outlive this one.

        The demo's other ends go with the page, and tabs that share a phone take it from each other.
        """
        config = self.in_force
        elsewhere = config.demo or (config.shared and config.recover == "reload")
        return replace(config, recover="off") if elsewhere else config

    def change(self, changes: Mapping[str, Any]) -> Changed:
        """Take what the page writes. Raises WebPhoneError where it makes no sense."""
        before, self.written = self.in_force, self.written.changed(changes)
        for name, given in changes.items():
            self.fix(ALIASES.get(name, snake(name)), fixed=given is not None)
        return self._merged(before)

    def fix(self, name: str, *, fixed: bool) -> None:
        """The page has set it, or has taken that back."""
        self.fixed = self.fixed | {name} if fixed else self.fixed - {name}

    def choose(self, chosen: Mapping[str, Any]) -> Changed:
        """Take what the person wants, as `preferences.possible` gives it."""
        before, self.chosen = self.in_force, chosen
        return self._merged(before)

    def _merged(self, before: Config) -> Changed:
        theirs = {
            name: value
            for name, value in self.chosen.items()
            if name not in self.fixed and hasattr(self.written, name)
        }
        self.config = replace(self.written, **theirs) if theirs else self.written
        return Changed(before, self.in_force)
