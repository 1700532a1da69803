"""Which of the calls that were are looked for: by name, number and kind. Loaded with them.

Of ten thousand, some are looked at in one step and the rest when the page has had time for others;
who types on looks among those that are left. What is found is drawn a few at a time as well.
"""

from __future__ import annotations

from dataclasses import replace

from webphone.contract import CallRecord, Party
from webphone.phone.history import LENGTH
from webphone.phone.numbers import printed
from webphone.phone.snapshot import Person, Snapshot
from webphone.ui.drafts import KIND, SEARCH
from webphone.ui.selectors import own_page
from webphone.ui.view import HISTORY, PAGE, Looking, Records, View

STEP = 500  # records that are looked at in one step
ROWS = 6  # calls that are drawn more in one step
LONG = 1.0  # seconds after which is said that it goes on


def looked(view: View, snapshot: Snapshot, now: float) -> View:
    """The view one step further; it is the same where there is no more to do."""
    if own_page(snapshot, view) != HISTORY:
        return view if view.looking is None else replace(view, looking=None)
    before = view.looking
    anew = before is None or not _is_of(before, view, snapshot)
    if not anew and not unfinished(view):
        return view
    looking = _step(_begun(view, snapshot, now) if anew or before is None else before)
    return replace(view, looking=replace(looking, drawn=_drawn(looking, before)))


def unfinished(view: View) -> bool:
    """Whether there is another step to take."""
    looking = view.looking
    return looking is not None and not (looking.done and not looking.later)


def all_looked(view: View, snapshot: Snapshot) -> Looking:
    """What it comes to: as far as it is, where it is of these calls, or else the end of it."""
    looking = view.looking
    if looking is not None and _is_of(looking, view, snapshot):
        return looking
    begun = _begun(replace(view, looking=None), snapshot, 0.0)
    return replace(begun, at=len(begun.among), found=_found(begun.among, begun.asked))


def _is_of(looking: Looking, view: View, snapshot: Snapshot) -> bool:
    same = (looking.asked, looking.first_wanted) == (_asked(view), _first_wanted(view))
    return same and looking.records is snapshot.history


def _asked(view: View) -> tuple[str, str]:
    return view.drafts.get(SEARCH, "").casefold().strip(), view.drafts.get(KIND, "")


def _first_wanted(view: View) -> int:
    return int(view.of) if view.of.isdecimal() else 0


def _begun(view: View, snapshot: Snapshot, now: float) -> Looking:
    """It begins anew, or goes on with what was looked for before as far as that serves."""
    asked, records, before = _asked(view), snapshot.history, view.looking
    all_of_them, whole = asked == ("", ""), records[:]
    anew = Looking(
        asked=asked,
        first_wanted=_first_wanted(view),
        records=records,
        among=whole,
        at=len(records) if all_of_them else 0,
        found=whole if all_of_them else (),
        began=now,
    )
    if before is None or all_of_them:
        return anew
    if before.asked == asked:
        return replace(_gone_on(before, anew), began=before.began)
    # Who types on looks among those that were found, and those that were not looked at yet.
    (words, kind), (words_before, kind_before) = asked, before.asked
    if before.records is records and kind == kind_before and words.startswith(words_before or " "):
        return replace(anew, among=before.found + before.among[before.at :])
    return anew


def _gone_on(before: Looking, anew: Looking) -> Looking:
    """The same is looked for, among records of which some may have come or gone."""
    old, new = before.records, anew.records
    goes_on = replace(before, first_wanted=anew.first_wanted, records=new)
    more = len(new) - len(old)
    if new is old:
        return goes_on
    if more > 0 and new[: len(old)] == old:
        return replace(goes_on, among=before.among + new[len(old) :])
    if 0 < more <= STEP and new[more:] == old:
        return replace(goes_on, found=_found(new[:more], anew.asked) + before.found)
    if more < 0:
        here = set(map(id, new))
        found = tuple(each for each in before.found if id(each) in here)
        left = tuple(each for each in before.among[before.at :] if id(each) in here)
        return replace(goes_on, among=left, at=0, found=found)
    return anew


def _step(looking: Looking) -> Looking:
    """So many more are looked at."""
    if looking.done:
        return looking
    end = looking.at + STEP
    found = looking.found + _found(looking.among[looking.at : end], looking.asked)
    return replace(looking, at=end, found=found)


def _drawn(looking: Looking, before: Looking | None) -> int:
    """How many are drawn, so that no more than a few of them are new on the screen."""
    seen = set(map(id, before.shown)) if before is not None else set()
    new = 0
    for at, record in enumerate(looking.page):
        new += id(record) not in seen
        if new > ROWS:
            return at
    return PAGE


def _found(records: Records, asked: tuple[str, str]) -> Records:
    words, kind = asked
    if kind == "missed":
        records = tuple(each for each in records if missed(each))
    elif kind:
        records = tuple(each for each in records if each.direction == kind)
    if not words:
        return records
    return tuple(each for each in records if words in WORDS.of(each))


class Words:
    """What is found by which words, in small letters: made once for each record."""

    def __init__(self) -> None:
        self._by: dict[str, tuple[CallRecord, str]] = {}

    def of(self, record: CallRecord) -> str:
        """The words of a record."""
        known = self._by.get(record.id)
        if known is not None and known[0] is record:
            return known[1]
        if len(self._by) >= 2 * LENGTH:  # of users who are gone
            self._by.clear()
        party = other_end(record)
        who = f"{record.display_name or party.display_name} {party.number or party.uri}"
        words = f"{who} {record.outcome} {record.note}".casefold()
        self._by[record.id] = record, words
        return words


WORDS = Words()


def missed(record: CallRecord) -> bool:
    """Whether somebody has called and nobody has answered."""
    return record.disposition == "missed"


def other_end(record: CallRecord) -> Party:
    """The one that the phone has talked to."""
    return record.from_ if record.direction == "incoming" else record.to


def people_found(people: tuple[Person, ...], words: str) -> tuple[Person, ...]:
    """The contacts that have these words in their name or number."""
    wanted = words.casefold().strip()
    if not wanted:
        return people
    digits = printed(wanted) or wanted
    return tuple(
        each
        for each in people
        if wanted in each.name.casefold()
        or any(digits in (printed(number) or number.casefold()) for number in each.numbers)
    )
