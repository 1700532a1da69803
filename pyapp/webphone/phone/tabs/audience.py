"""The tabs that follow this one: which they are, and what they have been told."""

from __future__ import annotations

from collections.abc import Sequence

from webphone.contract import Event
from webphone.phone.tabs import messages as say
from webphone.phone.tabs.mirror import Mirror


class Audience:
    """Of a tab that leads; who it is there for is known by what they say, and by the roll call."""

    def __init__(self, tab: str) -> None:
        self.followers: set[str] = set()
        self.shown: Mirror | None = None  # what they saw last
        self._tab = tab
        self._unanswered: set[str] = set()  # of them, at the roll call
        self._roll = False  # it is called with the next news
        self._said = 0  # news
        self._late: say.Late | None = None  # of a dead tab, to be passed on with the next

    def begin(self) -> None:
        """This tab leads now."""
        self.shown, self._roll = None, True

    def came(self, tab: str) -> None:
        """A tab has come, and has been shown nothing yet."""
        self.followers.add(tab)
        self.shown = None  # so it is told again

    def here(self, tab: str) -> None:
        """A tab has answered the roll call."""
        self.followers.add(tab)
        self._unanswered.discard(tab)

    def gone(self, tab: str) -> None:
        """A tab says that it goes."""
        self.followers.discard(tab)

    def roll_over(self) -> None:
        """Who has not answered the roll call by now is gone."""
        self.followers -= self._unanswered

    def pass_on(self, news: say.News) -> None:
        """What a tab said before it died; some may not have heard it."""
        self._late = say.Late(tab=news.tab, number=news.number, events=news.events)

    def news(self, phone: Mirror, events: Sequence[Event]) -> say.News | None:
        """What they must know by now of the phone and of what happened; None for nothing.

        With the first call begins a roll call: whether somebody is there to have its record.
        """
        before = self.shown
        if phone == before and not events and self._late is None:
            return None
        roll = self._roll or bool(phone.phone.calls and before and not before.phone.calls)
        if roll:
            self._unanswered = set(self.followers)
        late, self._late, self._roll = self._late, None, False
        self.shown = phone
        self._said += 1
        return say.News(
            tab=self._tab,
            phone=phone,
            number=self._said,
            late=late,
            events=tuple(events),
            roll=roll,
        )
