"""What the page's `credentials` function gives, and when it is asked: loaded where there is one.

It is asked before it is first needed, and again where what it gave is refused; not more often than
twice for one wish, so that neither page nor server is kept busy by a login that is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webphone.border.settings import CONTROL, LONGEST_TEXT
from webphone.contract import Config, WebPhoneError
from webphone.phone import actions as do
from webphone.sip import Ended, Entropy, Output, RegistrationFailed, Replied
from webphone.words import Sentence, say

PATIENCE = 20.0  # seconds that the page has: it asks a server of its own, perhaps a person
MOST = 2  # times that it is asked for the sake of one wish
REFUSALS = (401, 403, 407)
TEXTS = ("username", "authUsername", "password", "ha1", "token")
LONGEST_TOKEN = 8000  # characters; it stands in every request
# RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"="
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who signs in: `username` and `auth_username` where they are other ones than the settings say.

    One of `password`, `ha1` (of RFC 7616 §3.4.2, in hexadecimal) and `token` (RFC 8898) is there.
    """

    username: str = ""
    auth_username: str = ""
    password: str = field(default="", repr=False)
    ha1: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def over(self, config: Config) -> Config:
        """The settings with this login in the place of their own."""
        return replace(
            config,
            username=self.username or config.username,
            auth_username=self.auth_username or config.auth_username,
            password=self.password,
        )


class Fetched:
    """The login of one account as its page gives it."""

    def __init__(self, function: object, entropy: Entropy) -> None:
        self.function = function
        self.login: Login | None = None
        self.until: float | None = None  # when the page has taken too long
        self.refusal: RegistrationFailed | None = None  # of the login before
        self._entropy = entropy
        self._ask = ""
        self._times = 0  # for the sake of this wish
        self._refused: Login | None = None

    @property
    def asking(self) -> bool:
        """Whether the page has still to answer."""
        return bool(self._ask)

    @property
    def wanted(self) -> bool:
        """Whether nothing can be signed before the page is asked."""
        return self.login is None

    def ask(self, now: float) -> list[do.Action]:
        """Ask the page, unless it is being asked."""
        if self.asking:
            return []
        self._ask = self._entropy.token(4)
        self._times += 1
        self.until = now + PATIENCE
        return [do.AskCredentials(ask=self._ask)]

    def again(self, news: RegistrationFailed) -> bool:
        """Whether another login is to be asked for, this one being refused."""
        if news.status not in REFUSALS:
            return False
        self._refused, self.login, self.refusal = self.login, None, news
        return self._times < MOST

    def refused(self, output: Output) -> bool:
        """Whether another one is to be asked for after what became of a call or a question."""
        match output:
            case Ended(status=status, unanswered=None) | Replied(status=status, unanswered=None):
                if status in (401, 407) and not self.asking and self._times < MOST:
                    self._refused = self.login
                    return True
        return False

    def settled(self) -> None:
        """It was right, or the wish is over: the next one begins anew."""
        self._times, self.refusal, self._refused = 0, None, None

    def answers(self, ask: str) -> bool:
        """Whether this is the answer that is waited for."""
        return self.asking and ask == self._ask

    def came(
        self, given: Mapping[str, str] | None, config: Config
    ) -> RegistrationFailed | WebPhoneError | None:
        """Take what the page gave, None where it failed; what stands in the way of it, if anything.

        Where a login was refused before, that refusal is what counts.
        """
        self._ask, self.until = "", None
        try:
            login = read(given, config)
        except WebPhoneError as error:
            return self.refusal or error
        if login == self._refused:
            return self.refusal or _wrong(say("credentials_same"))
        if self.login is not None:
            self.settled()  # it was asked for the sake of a call, which is a wish of its own
        self.login = login
        return None


def known(given: object) -> dict[str, str] | None:
    """Of what a page's function gave only what means something here, None where it is no object."""
    if not isinstance(given, Mapping):
        return None
    pairs = ((name, given.get(name)) for name in TEXTS)
    return {name: value for name, value in pairs if isinstance(value, str) and value}


def read(given: Mapping[str, Any] | None, config: Config) -> Login:
    """The login that a page gives. Raises WebPhoneError where it is none, without its words."""
    if given is None:
        raise _wrong(say("credentials_failed"))
    for name, value in given.items():
        if CONTROL.search(value) or len(value) > (
            LONGEST_TOKEN if name == "token" else LONGEST_TEXT
        ):
            raise _wrong(say("credentials_unfit", field=name))
    login = Login(
        username=given.get("username", "").strip(),
        auth_username=given.get("authUsername", "").strip(),
        password=given.get("password", ""),
        ha1=given.get("ha1", ""),
        token=given.get("token", ""),
    )
    if login.token and not _TOKEN.fullmatch(login.token):
        raise _wrong(say("credentials_unfit", field="token"))
    if not (login.password or login.ha1 or login.token):
        raise _wrong(say("credentials_empty"))
    if not (login.username or config.username):
        raise _wrong(say("credentials_nobody"))
    return login


def _wrong(what: Sentence) -> WebPhoneError:
    return WebPhoneError("auth_failed", what, say("credentials_hint"))
