"""A person signs in by hand, where the page leaves that to them: loaded for the first who does.

           asked             registered
    OUT ---------> TRYING ---------------> IN
     |               | failed              | refused
     | refused       v                     |
     +----------> REFUSED <----------------+        left: from everywhere to OUT

The page's own settings stand where it has any; what the person gave stands beside them until the
person signs out. The password is the phone's as one of the page's is: nothing tells it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from webphone.contract import SETTINGS, Config, WebPhoneError
from webphone.phone.happenings import SignedIn
from webphone.phone.snapshot import Signing


class Stage(Enum):
    """How far it is."""

    OUT = ""
    TRYING = "trying"
    REFUSED = "refused"
    IN = "in"


class News(Enum):
    """What moves it on."""

    ASKED = "asked"
    REGISTERED = "registered"
    FAILED = "failed"
    REFUSED = "refused"
    LEFT = "left"


STAGES: Mapping[tuple[Stage, News], Stage] = {
    (Stage.OUT, News.ASKED): Stage.TRYING,
    (Stage.OUT, News.REFUSED): Stage.REFUSED,
    (Stage.TRYING, News.ASKED): Stage.TRYING,
    (Stage.TRYING, News.REGISTERED): Stage.IN,
    (Stage.TRYING, News.FAILED): Stage.REFUSED,
    (Stage.TRYING, News.LEFT): Stage.OUT,
    (Stage.REFUSED, News.ASKED): Stage.TRYING,
    (Stage.REFUSED, News.REGISTERED): Stage.IN,
    (Stage.REFUSED, News.LEFT): Stage.OUT,
    (Stage.IN, News.ASKED): Stage.TRYING,
    (Stage.IN, News.REFUSED): Stage.REFUSED,
    (Stage.IN, News.LEFT): Stage.OUT,
}
# What the phone's state says of a try, where no error does.
FAILING = {"failed": "register_failed", "reconnecting": "connection_failed"}


class SignIn:
    """That of one phone."""

    def __init__(self) -> None:
        self.stage = Stage.OUT
        self._error: WebPhoneError | None = None
        self._given: tuple[str, ...] = ()  # the settings that are the person's

    @property
    def snapshot(self) -> Signing:
        """As the screen sees it."""
        return Signing(stage=self.stage.value, error=self._error, given=self._given)

    def asked(self, wish: SignedIn) -> dict[str, Any]:
        """The settings that the person gives; what they left out is the page's to say."""
        changes = self.left()
        wished = {
            "host": wish.host,
            "username": wish.username,
            "realm": wish.realm,
            "password": wish.password,
        }
        given = {name: text for name, text in wished.items() if text}
        self._given = tuple(given)
        self._turn(News.ASKED)
        return changes | given

    def left(self) -> dict[str, Any]:
        """What was given is nobody's again."""
        changes = {name: SETTINGS[name].default for name in self._given}
        self._given, self._error = (), None
        self._turn(News.LEFT)
        return changes

    def follow(self, config: Config, state: str, error: WebPhoneError | None) -> str:
        """Look what became of it; gives the server to remember, "" for none."""
        if state == "registered":
            self._error = None
            came = self._turn(News.REGISTERED)
            return config.host if came and "host" in self._given else ""
        if self.stage is Stage.TRYING:
            if error is None and state in FAILING:
                error = WebPhoneError(FAILING[state])
            if error is not None:
                self._error = error
                self._turn(News.FAILED)
        elif state == "failed" and error is not None and error.code == "auth_failed":
            theirs = self.stage is Stage.IN or config.sign_in == "on"
            if theirs and self._turn(News.REFUSED):
                self._error = error
        return ""

    def _turn(self, news: News) -> bool:
        """Move on by the table; False where the table has no such row and nothing happens."""
        stage = STAGES.get((self.stage, news))
        if stage is not None:
            self.stage = stage
        return stage is not None
