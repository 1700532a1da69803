"""Records that wait for a person's note: after a call the page asks what it came to.

Loaded by the first call that ends where `wrap-up` names outcomes. What waits is shown, and read by
the page, at once; it is stored once it has its note, or is left without one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from webphone.border.settings import CONTROL
from webphone.contract import CallRecord, Config, Event, LogCall, WebPhoneError, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.actions import Action
from webphone.phone.history import History
from webphone.phone.promises import done, refused
from webphone.phone.snapshot import EndedCall
from webphone.words import say

MOST = 20  # calls that wait; the oldest is stored as it is when one more comes
LONGEST_OUTCOME, LONGEST_NOTE = 60, 1000  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A call that ended, and whose its record is."""

    ended: EndedCall
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A record with its note, about which the page is asked; `new`: it was not stored before."""

    record: CallRecord
    owner: str
    reply: int | None
    new: bool


class Wrapping:
    """The calls of one phone."""

    def __init__(self, history: History, asks: Iterator[int]) -> None:
        self._history = history
        self._asks = asks
        self._waiting: dict[str, Waiting] = {}  # by the id of the record, the oldest first
        self._asked: dict[int, Logged] = {}

    @property
    def waiting(self) -> tuple[EndedCall, ...]:
        """The calls that a person is asked about, the oldest first."""
        return tuple(each.ended for each in self._waiting.values())

    def hold(self, actions: Iterable[Action], farewell: EndedCall | None) -> list[Action]:
        """Of what is to be done, all but the storing of records that get a note first."""
        held: list[Action] = []
        for action in actions:
            if isinstance(action, do.Save) and action.record.answered_at and not action.mirrored:
                record = action.record
                shown = farewell is not None and farewell.record.id == record.id
                ended = farewell if shown and farewell else EndedCall(record=record)
                self._waiting[record.id] = Waiting(ended=ended, owner=action.owner)
                held.append(replace(action, owner=""))
            else:
                held.append(action)
        return held

    def follow(self, config: Config) -> list[Action]:
        """What was deleted waits no more; what can't wait any longer is stored as it is."""
        records = self._history
        self._waiting = {
            id: each
            for id, each in self._waiting.items()
            if each.owner != records.owner or each.ended.record in records
        }
        over = list(self._waiting)[: -MOST if config.wrap_up else None]
        return [x for id in over for x in self._ask(self._waiting.pop(id), LogCall(id=id), None)]

    def log(self, command: LogCall, reply: int | None) -> Result:
        """Ask the page about the record with this note. Raises WebPhoneError `no_call`."""
        id = command.id or next(iter(self._waiting), "")
        waiting = self._waiting.pop(id, None)
        if waiting is not None:
            return [*self._ask(waiting, command, reply)]
        known = (each for each in self._history.records if id in ("", each.id))
        record = next(known, None)
        if record is None:
            raise WebPhoneError("no_call", say("no_record"))
        waiting = Waiting(ended=EndedCall(record=record), owner=self._history.owner)
        return [*self._ask(waiting, command, reply, new=False)]

    def asks(self, ask: int) -> bool:
        """Whether that question is about a record."""
        return ask in self._asked

    def permitted(self, ask: int, allowed: bool) -> Result:
        """The page's word on it: the record is stored, or forgotten."""
        logged = self._asked.pop(ask)
        changed = do.Tell(event=Event("historychange", {}))
        if not allowed:
            gone = self._history.drop([logged.record.id]) if logged.new else ()
            error = WebPhoneError("cancelled", say("record_prevented"))
            return [*([changed] if gone else []), *refused(logged.reply, error)]
        self._history.amend(logged.record)
        return [*_stored(logged.owner, logged.record), changed, *done(logged.reply)]

    def leave(self) -> list[Action]:
        """The page goes: what still waits is stored as it is."""
        left = [(each.owner, each.ended.record) for each in self._waiting.values()]
        left += [(each.owner, each.record) for each in self._asked.values()]
        return [x for owner, record in left for x in _stored(owner, record)]

    def clear(self) -> Result:
        """No record is to be kept."""
        asked, self._asked = self._asked, {}
        self._waiting.clear()
        error = WebPhoneError("cancelled")
        return [x for each in asked.values() for x in refused(each.reply, error)]

    def _ask(
        self, waiting: Waiting, command: LogCall, reply: int | None, *, new: bool = True
    ) -> list[Action]:
        record = replace(
            waiting.ended.record,
            outcome=_lines(command.outcome)[:LONGEST_OUTCOME],
            note=_lines(command.note)[:LONGEST_NOTE],
        )
        ask = next(self._asks)
        self._asked[ask] = Logged(record=record, owner=waiting.owner, reply=reply, new=new)
        return [do.Ask(ask=ask, event=Event("beforelog", encode(record)))]


def _lines(text: str) -> str:
    """What a person wrote, which may have several lines."""
    return "\n".join(CONTROL.sub(" ", line) for line in text.strip().splitlines())


def _stored(owner: str, record: CallRecord) -> list[Action]:
    return [do.Remember(owner=owner, records=(record,))] if owner else []
