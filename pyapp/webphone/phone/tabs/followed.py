"""The tab that leads, as this one has heard of it: what it shows, and whether to believe it."""

from __future__ import annotations

from collections.abc import Collection

from webphone.contract import Event
from webphone.phone.snapshot import EndedCall
from webphone.phone.tabs import messages as say
from webphone.phone.tabs.mirror import Mirror, record_of_lost


class Followed:
    """Also of a tab that led, until its calls are recorded."""

    def __init__(self) -> None:
        self.mirror: Mirror | None = None
        self.term = 0  # of the tab that leads, which may be this one
        self._numbers: dict[str, int] = {}  # of the last news of whoever leads, and led before

    @property
    def tab(self) -> str:
        """Its name, "" where none is known."""
        return self.mirror.tab if self.mirror else ""

    def forget(self) -> None:
        """None is known to lead."""
        self.mirror, self.term = None, 0

    def lost_calls(self, now: float, *, ours: Collection[str]) -> list[EndedCall]:
        """How the calls of a tab that is gone ended, of those that had begun; once.

        `ours` have not: we have taken them back.
        """
        mirror, self.mirror = self.mirror, None
        if mirror is None:
            return []
        calls = (call for call in mirror.phone.calls if call.view.id not in ours)
        begun = [call for call in calls if call.stage != "preparing"]
        return [record_of_lost(call, mirror.phone.server, now) for call in begun]

    def doubtful(self, phone: Mirror) -> bool:
        """Whether another tab than ours says that it leads, without being the next to do so."""
        if self.mirror is None or self.mirror.tab == phone.tab:
            return phone.term < self.term
        return phone.term not in (self.term, self.term + 1)

    def unheard(self, news: say.News) -> tuple[Event, ...]:
        """What the tab that leads passes on of a dead one's, where we did not hear that itself."""
        late, numbers = news.late, self._numbers
        before = [tab for tab in numbers if tab != news.tab][-1:]
        self._numbers = {tab: numbers[tab] for tab in before} | {news.tab: news.number}
        return late.events if late and late.number > numbers.get(late.tab, 0) else ()
