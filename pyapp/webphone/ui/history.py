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
from webphone.ui.drawn import Drawn
from webphone.ui.finding import LONG, all_looked, missed, other_end
from webphone.ui.gestures import DraftEdited, PageOpened, PersonOpened
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.pieces import button, icon, timed, undo
from webphone.ui.view import HISTORY, MENU, PAGE, Looking, Records, View
from webphone.ui.words import clock, say
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How calls are written: whose phone it is, in which language, and who is known by name."""

    config: Config
    language: str
    people: tuple[Person, ...]
    dates: Callable[[float, str], tuple[str, str]]
    durations: Callable[[int, str], str]
    own: tuple[str, ...]  # the domains in which a number alone says who it is


def manner(snapshot: Snapshot, view: View) -> Manner:
    """The same object, as long as all of it is the same."""
    settings = snapshot.settings
    whose = snapshot.config, snapshot.language, snapshot.people, settings.domain, settings.hosts
    return view.drawn("manner", _manner, *whose, view.dates, view.durations)


def _manner(
    config: Config,
    language: str,
    people: tuple[Person, ...],
    domain: str,
    hosts: tuple[str, ...],
    dates: Callable[[float, str], tuple[str, str]],
    durations: Callable[[int, str], str],
) -> Manner:
    own = tuple(each.lower() for each in (domain, *hosts))
    return Manner(
        config=config, language=language, people=people, dates=dates, durations=durations, own=own
    )


def days(
    records: Records, manner: Manner, drawn: Drawn, now: float, *, deletes: bool
) -> tuple[Node, ...]:
    """These calls, by day; those that stay are not drawn again. `deletes`: each can go."""
    today, yesterday = (manner.dates(at, manner.language)[0] for at in (now, now - DAY))
    return drawn("days", _days, records, manner, drawn, today, yesterday, deletes=deletes)


def _days(
    records: Records,
    manner: Manner,
    drawn: Drawn,
    today: str,
    yesterday: str,
    *,
    deletes: bool,
) -> tuple[Node, ...]:
    near = {yesterday: say("yesterday"), today: say("today")}
    shown = []
    for day, rows in _by_day(records, manner, drawn):
        nodes = [
            drawn(("past", row.newest.id), _row, row.records, row.time, manner, deletes=deletes)
            for row in rows
        ]
        shown.append(drawn(("day", day), _day, day, near.get(day, day), *nodes))
    return tuple(shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Calls with one person that follow each other on one day and came to the same."""

    records: tuple[CallRecord, ...]
    time: str

    @property
    def newest(self) -> CallRecord:
        return self.records[0]


def _by_day(records: Records, manner: Manner, drawn: Drawn) -> Iterator[tuple[str, list[Row]]]:
    """These records by day, and on each day by person."""

    def alike(record: CallRecord) -> tuple[str, ...]:
        came, said = (record.direction, record.disposition), (record.outcome, record.note)
        return other_end(record).uri, *came, *said

    def moment(record: CallRecord) -> tuple[str, str]:
        at = record.started_at
        # A browser takes its time for it.
        return drawn(("moment", at), _moment, at, manner.dates, manner.language)

    for day, of_day in groupby(records, lambda each: moment(each)[0]):
        rows = [tuple(several) for _, several in groupby(of_day, alike)]
        yield day, [Row(records=same, time=moment(same[0])[1]) for same in rows]


def _moment(
    at: str, dates: Callable[[float, str], tuple[str, str]], language: str
) -> tuple[str, str]:
    """A day and a time of it as people here write them."""
    return dates(datetime.fromisoformat(at).timestamp(), language)


NUMBERS = Numbers()


def _domain(record: CallRecord, own: tuple[str, ...]) -> str:
    """The domain of the other end, where the number alone does not say who it is."""
    party = other_end(record)
    found = _HOST.match(party.uri.partition(":")[2])
    host = found[1].lower() if found else ""
    return "" if host in own or party.number.startswith("+") else host


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
            *days(looking.shown, manner(snapshot, view), view.drawn, now, deletes=True),
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


def _day(day: str, words: str, *rows: Node) -> Node:
    return element(
        "div",
        element("div", words, role="heading", aria_level="3", class_="day"),
        element("ul", *rows, class_="others"),
        key=day,
    )


def _row(records: Records, time: str, manner: Manner, *, deletes: bool) -> Node:
    record, config = records[0], manner.config
    peer = EndedCall(record=record, domain=_domain(record, manner.own))
    target = peer.peer_number or other_end(record).uri  # what to dial
    person = NUMBERS.find(manner.people, target)
    # As the page or the contacts knew them then, or as the contacts do now.
    own = record.display_name in ("", other_end(record).display_name)
    name = person.name if person and own else peer.peer_name
    count = len({each.call_id for each in records})
    sign = "missed" if missed(record) else record.direction
    lasted: tuple[Node | str, ...] = ()
    if record.answered_at and count == 1:
        seconds = record.talk_seconds
        lasted = timed(clock(seconds), manner.durations(max(0, int(seconds)), manner.language))
    return element(
        "li",
        icon(sign),
        element(
            "div",
            _named(name, target, time, person, count, config),
            element(
                "span",
                element("span", time, class_="time"),
                *_came(record),
                element("span", *lasted, class_="time") if lasted else None,
                class_="last when",
            ),
            class_="who",
        ),
        *_noted(record),
        button(
            say("history_call", name=name, time=time),
            on=MakeCall(target=target) if config.show_dial else None,
            part="call-back",
            config=config,
            sign="phone",
            wordless=True,
        ),
        button(
            say("history_delete", name=name, time=time),
            on=CallsDeleted(ids=tuple(each.id for each in records)),
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


def _named(
    name: str, target: str, time: str, person: Person | None, count: int, config: Config
) -> Node:
    """A press leads to the contact, or makes one."""
    known = person.id if person else ""
    numbers = ", ".join(person.numbers) if person else target
    opened = PersonOpened(id=known, name=person.name if person else name, numbers=numbers)
    named = say("history_contact", name=name, time=time)
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
