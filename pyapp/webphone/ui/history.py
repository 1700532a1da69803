"""The calls that were: by day, searched and filtered, a page of them at a time.

Loaded when somebody looks at them. Ten thousand are remembered and no more than fifty drawn, a
few at a time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from webphone.contract import CallRecord, ClearHistory, Config, ExportHistory, MakeCall
from webphone.phone.happenings import CallsDeleted, CallsWantedBack
from webphone.phone.people import Numbers
from webphone.phone.snapshot import EndedCall, Person, Snapshot
from webphone.ui import drafts
from webphone.ui.drafts import KIND, SEARCH
from webphone.ui.finding import LONG, all_looked, missed, other_end
from webphone.ui.gestures import DraftEdited, PageOpened, PersonOpened
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.pieces import button, icon, lasting, undo
from webphone.ui.view import HISTORY, MENU, PAGE, Looking, Records, View
from webphone.ui.words import say
from webphone.words import Sentence

CLEAR = "clear"  # in the place of the page's first call: whether all are to go
DAY = 24 * 3600.0  # seconds
# The filters, and what they let through.
FILTERS = {
    "": say("history_all"),
    "missed": say("history_missed"),
    "incoming": say("history_incoming"),
    "outgoing": say("history_outgoing"),
}
_HOST = re.compile(r"(?:[^@]*@)?([^;:?>]*)")  # in what follows the scheme of an address


# --- Which ----------------------------------------------------------------------------------------


class Drawn:
    """The calls drawn last: those that stay are not drawn again. `deletes`: each can go."""

    def __init__(self, *, deletes: bool = True) -> None:
        self._deletes = deletes
        self._of: tuple[object, ...] = ()
        self._records: Records | None = None
        self._days: tuple[Node, ...] = ()
        self._rows: dict[str, tuple[Records, Node]] = {}
        self._moments: dict[str, tuple[str, str]] = {}

    def days(
        self, records: Records, snapshot: Snapshot, view: View, now: float
    ) -> tuple[Node, ...]:
        """These, by day."""
        today = view.dates(now, snapshot.language)[0]
        formats = view.dates, view.durations
        of = snapshot.config, snapshot.language, formats, today, snapshot.people
        if of != self._of:
            self._of, self._records, self._rows, self._moments = of, None, {}, {}
        if records != self._records:
            self._records = records
            rows: dict[str, tuple[Records, Node]] = {}
            by_day = _days(records, snapshot, self._moment(snapshot, view))
            drawn = (
                (day, [self._row(row, rows, snapshot, view) for row in several])
                for day, several in by_day
            )
            self._days = tuple(_day(day, nodes, snapshot, view, now) for day, nodes in drawn)
            self._rows = rows
        return self._days

    def _row(
        self, row: Row, rows: dict[str, tuple[Records, Node]], snapshot: Snapshot, view: View
    ) -> Node:
        of, node = self._rows.get(row.newest.id, ((), None))
        if node is None or of != row.records:
            node = _row(row, snapshot, view, deletes=self._deletes)
        rows[row.newest.id] = row.records, node
        return node

    def _moment(self, snapshot: Snapshot, view: View) -> Callable[[CallRecord], tuple[str, str]]:
        """A day and a time of it as people here write them; a browser takes its time for it."""
        known, self._moments = self._moments, {}

        def moment(record: CallRecord) -> tuple[str, str]:
            at = record.started_at
            if at not in self._moments:
                started = datetime.fromisoformat(at).timestamp()
                self._moments[at] = known.get(at) or view.dates(started, snapshot.language)
            return self._moments[at]

        return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Calls with one person that follow each other on one day and came to the same."""

    records: tuple[CallRecord, ...]
    peer: EndedCall
    time: str

    @property
    def newest(self) -> CallRecord:
        return self.records[0]

    @property
    def target(self) -> str:
        """What to dial."""
        return self.peer.peer_number or other_end(self.newest).uri


def _days(
    records: Records, snapshot: Snapshot, moment: Callable[[CallRecord], tuple[str, str]]
) -> Iterator[tuple[str, list[Row]]]:
    """These records by day, and on each day by person."""

    def alike(record: CallRecord) -> tuple[str, ...]:
        came, said = (record.direction, record.disposition), (record.outcome, record.note)
        return other_end(record).uri, *came, *said

    ours = {snapshot.settings.domain.lower(), *map(str.lower, snapshot.settings.hosts)}
    for day, of_day in groupby(records, lambda each: moment(each)[0]):
        rows = []
        for _, several in groupby(of_day, alike):
            same = tuple(several)
            peer = EndedCall(record=same[0], domain=_domain(same[0], ours))
            rows.append(Row(records=same, peer=peer, time=moment(same[0])[1]))
        yield day, rows


DRAWN, NUMBERS = Drawn(), Numbers()


def _domain(record: CallRecord, ours: set[str]) -> str:
    """The domain of the other end, where the number alone does not say who it is."""
    party = other_end(record)
    found = _HOST.match(party.uri.partition(":")[2])
    host = found[1].lower() if found else ""
    return "" if host in ours or party.number.startswith("+") else host


# --- What is shown --------------------------------------------------------------------------------


def body(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """The page."""
    config, looking = snapshot.config, all_looked(view, snapshot)
    words, kind = view.drafts.get(SEARCH, ""), view.drafts.get(KIND, "")
    found = len(looking.found)
    news, none = _news(looking, snapshot, now)
    return [
        title(say("history"), say("back"), PageOpened(page=MENU), config),
        _search(words, kind, config),
        element(
            "div",
            element("span", news or None, class_="words"),
            *_deleted(snapshot),
            key="count",
            part="history-news",
            role="status",
        ),
        element(
            "div",
            *DRAWN.days(looking.shown, snapshot, view, now),
            *_later(looking.later),
            element("p", none, key="none", class_="hint") if none and not found else None,
            *_pages(looking.first, found, config),
            *(_asks_to_clear(config) if view.of == CLEAR else _all_of_them(snapshot)),
            key="calls",
            part="history",
            role="group",
            tabindex="0",
            data_primary=True,
            aria_label=say("history"),
        ),
    ]


def _news(looking: Looking, snapshot: Snapshot, now: float) -> tuple[str, str]:
    """What has come of looking for calls, and what is said where none is shown."""
    goes_on = snapshot.recalling or not looking.done
    late = say("history_goes_on") if goes_on and now - looking.began > LONG else ""
    if looking.asked == ("", ""):
        return late, "" if goes_on else say("history_empty")
    if goes_on:
        return late, ""
    return say("history_count", count=len(looking.found)), say("history_nothing")


def _later(count: int) -> list[Node]:
    """The places of calls that are drawn in a moment: what is below them does not move."""
    places = [element("li", key=str(number)) for number in range(count)]
    return (
        [element("ul", *places, key="later", class_="later", aria_hidden="true")] if count else []
    )


def _search(words: str, kind: str, config: Config) -> Node:
    return element(
        "div",
        element(
            "input",
            key="search",
            part="history-search",
            type="search",
            autocomplete="off",
            maxlength=drafts.LONGEST,
            dir="auto",
            aria_label=say("history_search"),
            placeholder=say("history_search"),
            disabled=config.disabled,
            value=words,
            on={} if config.disabled else {"input": DraftEdited(what=SEARCH)},
        ),
        element(
            "select",
            *(element("option", name, key=id, value_=id) for id, name in FILTERS.items()),
            key="kind",
            part="history-kind",
            aria_label=say("history_kind"),
            disabled=config.disabled,
            value=kind,
            on={} if config.disabled else {"input": DraftEdited(what=KIND)},
        ),
        key="search",
        class_="search",
    )


def _deleted(snapshot: Snapshot) -> list[Node]:
    """What was deleted last, and the way to have it back."""
    if not snapshot.deleted:
        return []
    words = say("history_deleted", count=snapshot.deleted)
    return undo(words, on=CallsWantedBack(), config=snapshot.config, after="delete-call")


def _day(day: str, rows: list[Node], snapshot: Snapshot, view: View, now: float) -> Node:
    language = snapshot.language
    near = {
        view.dates(now - DAY, language)[0]: say("yesterday"),
        view.dates(now, language)[0]: say("today"),
    }
    return element(
        "div",
        element("div", near.get(day, day), role="heading", aria_level="3", class_="day"),
        element("ul", *rows, class_="others"),
        key=day,
    )


def _row(row: Row, snapshot: Snapshot, view: View, *, deletes: bool) -> Node:
    record, config = row.newest, snapshot.config
    person = NUMBERS.find(snapshot.people, row.target)
    # As the page or the contacts knew them then, or as the contacts do now.
    own = record.display_name in ("", other_end(record).display_name)
    name = person.name if person and own else row.peer.peer_name
    count = len({each.call_id for each in row.records})
    sign = "missed" if missed(record) else record.direction
    alone = record.answered_at and count == 1
    lasted = lasting(record.talk_seconds, snapshot, view) if alone else ()
    return element(
        "li",
        icon(sign),
        element(
            "div",
            _named(row, name, person, count, config),
            element(
                "span",
                element("span", row.time, class_="time"),
                *_came(record),
                element("span", *lasted, class_="time") if lasted else None,
                class_="last when",
            ),
            class_="who",
        ),
        *_noted(record),
        button(
            say("history_call", name=name, time=row.time),
            on=MakeCall(target=row.target) if config.show_dial else None,
            part="call-back",
            config=config,
            sign="phone",
            wordless=True,
        ),
        button(
            say("history_delete", name=name, time=row.time),
            on=CallsDeleted(ids=tuple(each.id for each in row.records)),
            part="delete-call",
            config=config,
            sign="delete",
            wordless=True,
        )
        if deletes
        else None,
        key=record.id,
        part="list-item",
        data_kind=sign,
    )


def _named(row: Row, name: str, person: Person | None, count: int, config: Config) -> Node:
    """A press leads to the contact, or makes one."""
    known = person.id if person else ""
    numbers = ", ".join(person.numbers) if person else row.target
    opened = PersonOpened(id=known, name=person.name if person else name, numbers=numbers)
    named = say("history_contact", name=name, time=row.time)
    return element(
        "span",
        element(
            "button",
            element("bdi", name, class_="words"),
            type="button",
            part="history-name",
            aria_label=named,
            title=named,
            disabled=config.disabled,
            on={} if config.disabled else {"click": opened},
        ),
        f" ({count})" if count > 1 else None,
        class_="named",
    )


def _came(record: CallRecord) -> list[Node]:
    """Which way the call went, and what came of it: the way is seen by the sign."""
    if record.disposition == "missed":
        return [_what(say("history_was_missed"))]
    way = say(f"history_was_{record.direction}")
    if record.disposition == "answered":
        return [_what(way)]
    outcome = say(f"outcome_{record.disposition}")
    whole = say("history_outcome", way=way, outcome=outcome)
    return [
        element("span", outcome, class_="what came", title=whole, aria_hidden="true"),
        element("span", whole, class_="spoken"),
    ]


def _what(words: Sentence) -> Node:
    return element("span", words, class_="what", title=words)


def _noted(record: CallRecord) -> list[Node]:
    """What the person said of it."""
    said = [element("bdi", words) for words in (record.outcome, record.note) if words]
    return [element("span", *said, class_="last", part="history-note")] if said else []


def _pages(first: int, count: int, config: Config) -> list[Node]:
    """Where in a long list the person is, and the way on and back."""
    if count <= PAGE:
        return []
    newer, older = first - PAGE, first + PAGE
    last = min(first + PAGE, count)
    return [
        element(
            "div",
            _turn(say("history_newer"), newer if first else None, "newer", config),
            element(
                "span",
                say("history_range", first=first + 1, last=last, count=count),
                class_="hint",
            ),
            _turn(say("history_older"), older if older < count else None, "older", config),
            key="pages",
            class_="row pages",
        )
    ]


def _turn(words: Sentence, to: int | None, part: str, config: Config) -> Node:
    opened = None if to is None else PageOpened(page=HISTORY, of=str(to))
    return button(words, on=opened, part=part, config=config)


def _all_of_them(snapshot: Snapshot) -> list[Node]:
    """What can be done with all."""
    config = snapshot.config
    if not snapshot.history:
        return []
    return [
        element(
            "div",
            button(
                say("history_csv"), on=ExportHistory(format="csv"), part="export", config=config
            ),
            button(
                say("history_json"),
                on=ExportHistory(format="json"),
                part="export export-json",
                config=config,
            ),
            button(
                say("history_clear"),
                on=PageOpened(page=HISTORY, of=CLEAR),
                part="clear-history",
                config=config,
            ),
            key="all",
            class_="all",
        )
    ]


def _asks_to_clear(config: Config) -> list[Node]:
    """There is no way back from this, so it is asked."""
    return [
        element(
            "div",
            element("p", say("history_clear_all"), role="status"),
            button(
                say("history_keep"),
                on=PageOpened(page=HISTORY),
                part="keep-history",
                config=config,
                after="clear-history",
            ),
            button(say("history_clear_yes"), on=ClearHistory(), part="clear-all", config=config),
            key="clear",
            class_="all",
        )
    ]
