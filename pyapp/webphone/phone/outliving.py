"""Calls that outlive their page, or are ended for it: loaded by the first, or by one that did."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from webphone.contract import Config
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Result
from webphone.phone.account.accounts import Accounts
from webphone.phone.actions import Action, Send
from webphone.phone.call.calls import Calls
from webphone.phone.settings import Settings

if TYPE_CHECKING:
    from webphone.phone.keeping import Keeping


class Outliving:
    """Those of the account in use; before there is one, nothing is kept."""

    def __init__(self, calls: Calls, accounts: Accounts, settings: Settings) -> None:
        self._calls = calls
        self._accounts = accounts
        self._settings = settings
        self._keeping: Keeping | None = None

    @property
    def wanted(self) -> bool:
        """Whether something outlives the page for its calls: those of a demo are all in it."""
        return not self._settings.config.demo

    @property
    def deadline(self) -> float | None:
        """When `follow` has something to do."""
        return self._keeping.deadline if self._keeping else None

    def heard(self, news: on.OutlivingNews, now: float) -> Result:
        """What the page before has left, and who looks after what this one leaves."""
        match news:
            case on.CallsKept(text=text):
                return self._kept.found(text, now)
            case on.GivenBack(invites=invites):
                self._kept.given_back(invites)
            case on.Entrusted():
                self._kept.entrusted = True
            case _:
                assert_never(news)
        return []

    @property
    def keeps(self) -> bool:
        """Whether there is anything to keep, or was."""
        return self._keeping is not None or (bool(self._calls.calls) and self.wanted)

    def waits(self, actions: Iterable[Action]) -> bool:
        """Whether `keep` may wait until this turn is on the screen.

        Not where it binds us: a request of ours has a number in its dialog, which no page after
        this one may use again; a call that is told to ring here, or is taken, is not to be left.
        """
        return not any(isinstance(each, Send) and _binds(each.data) for each in actions)

    def keep(self, now: float) -> list[Action]:
        """What is to be kept of the calls as they are now, where that is not kept yet."""
        return self._kept.keep(*self._recoverable, now) if self.keeps else []

    def follow(self, now: float) -> Result:
        """Take back what the page before has left, as soon as that can be."""
        return self._keeping.follow(*self._recoverable, now) if self._keeping else []

    def leave(self, leaving: on.Leaving, now: float) -> Result:
        """What another page may take back; where no page is to come, nothing."""
        if self._keeping is None or leaving.removed or leaving.heir is False:
            return []
        if leaving.put_aside and not leaving.heir:
            return [*self._keeping.put_aside(self._calls, self._accounts.current)]
        return self._keeping.leave(*self._recoverable, now, heir=bool(leaving.heir))

    @property
    def _kept(self) -> Keeping:
        if self._keeping is None:
            from webphone.phone.keeping import Keeping

            self._keeping = Keeping()
        return self._keeping

    @property
    def _recoverable(self) -> tuple[Calls, Account, Config]:
        return self._calls, self._accounts.current, self._settings.recoverable


# What takes no number in the dialog of a call: what a dialog does not have, a ping.
_WITHOUT = (b"ACK ", b"CANCEL ", b"REGISTER ", b"\r\n")


def _binds(message: bytes) -> bool:
    if message.startswith(b"SIP/2.0 "):
        return message[8:9] in b"12" and b" INVITE\r\n" in message
    return not message.startswith(_WITHOUT)
