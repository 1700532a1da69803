"""The phone is wanted in this tab: the tab that has it is asked for it, and robbed if it is mute.

Take ──► Offered ──► Take, sure ──► Given: the lock is ours for the taking
  │         └─ or Kept: not now
  └─ silence: the lock is stolen, but never from a call
"""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.phone.tabs import messages as say
from webphone.phone.tabs.actions import Action, Lead, TellTabs
from webphone.phone.tabs.alarms import Alarm, Alarms
from webphone.phone.tabs.followed import Followed
from webphone.phone.tabs.requests import Requests
from webphone.words import say as sentence


class Taking:
    """Of a tab that waits; `lock` is always the name of what the phone's tabs share."""

    def __init__(self, tab: str, alarms: Alarms, followed: Followed, requests: Requests) -> None:
        self.wanted = False  # by the person, here
        self.robbed = ""  # the tab whose lock was taken without its consent
        self._tab = tab
        self._alarms = alarms
        self._followed = followed
        self._requests = requests

    def begin(self, now: float) -> list[Action]:
        """The person wants the phone here."""
        self.wanted = True
        return [self._ask(self._followed.tab, now)]

    def heard(self, message: say.Message, lock: str, now: float) -> list[Action]:
        """What the tab that has it says to that."""
        match message:
            case say.Offered() if self.wanted:
                return [self._ask(message.tab, now, sure=True)]
            case say.Given() if self.wanted:
                self._alarms.drop(Alarm.TAKING)
                return [Lead(name=lock, steal=True)]
            case say.Kept(error=error) if self.wanted:
                self._alarms.drop(Alarm.TAKING)
                return self._denied(error)
        return []

    def unanswered(self, lock: str, *, calling: bool) -> list[Action]:
        """It says nothing; `calling`: there is a call in it, as far as we know."""
        if calling:
            return self._denied(WebPhoneError("other_tab", sentence("tab_mute")))
        self.robbed = self._followed.tab
        return [Lead(name=lock, steal=True)]

    def _ask(self, tab: str, now: float, *, sure: bool = False) -> TellTabs:
        self._alarms.set(Alarm.TAKING, now)
        return TellTabs(text=say.write(say.Take(tab=self._tab, to=tab, sure=sure), now))

    def _denied(self, error: WebPhoneError) -> list[Action]:
        self.wanted = False
        return self._requests.deny(None, error)
