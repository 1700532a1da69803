"""News of calls and registration, as they are told in every tab that shares the phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from webphone.contract import EVENTS, CallRecord, Event, encode
from webphone.phone import actions as do
from webphone.phone.tabs.actions import Action
from webphone.phone.tabs.phone import Phone

# News that are each tab's own; all other is told in each tab.
OWN_NEWS = frozenset((
    "ready", "statechange", "diagnosis", "beforedial", "devicechange", "numberchange", "screenpop",
    "historychange", "leaderchange", "beforelog",
))  # fmt: skip
SHARED = frozenset(EVENTS) - OWN_NEWS
SHARED_ERRORS = frozenset((
    "connection_failed", "local_network_denied", "auth_failed", "register_failed", "media_failed",
))  # fmt: skip


def shared(event: Event) -> bool:
    """Whether an event is told in every tab."""
    if event.name == "error":
        return getattr(event.detail, "code", "") in SHARED_ERRORS
    return event.name in SHARED


def mirrored(event: Event) -> bool:
    """Whether it is told here as something that happened in another tab."""
    return isinstance(event.detail, Mapping) and event.detail.get("mirrored") is True


def is_record(action: Action) -> bool:
    """Whether it is the one record of a call, kept or told."""
    match action:
        case do.Save() | do.Tell(event=Event(name="end")):
            return True
    return False


def of_state(action: Action) -> bool:
    """Whether it tells of the state of the phone in this tab."""
    match action:
        case do.Tell(event=Event(name="statechange")):
            return True
    return False


def news_of(actions: Sequence[Action]) -> list[Event]:
    """What is told in this tab and must be told in the others."""
    told = [action.event for action in actions if isinstance(action, do.Tell | do.Ask)]
    return [event for event in told if shared(event) and not mirrored(event)]


def told_here(events: tuple[Event, ...], phone: Phone) -> list[Action]:
    """What happened there, told here too; each detail says that it is a mirrored one."""
    actions: list[Action] = []
    for event in events:
        if not phone.learn(event):
            continue
        if isinstance(event.detail, CallRecord):
            actions.append(do.Save(record=event.detail, mirrored=True))
        detail = {**encode(event.detail), "mirrored": True}
        actions.append(do.Tell(event=Event(event.name, detail)))
        if isinstance(event.detail, CallRecord):
            actions.append(do.Tell(event=Event("historychange", {})))
    return actions


class Told:
    """What the page of this tab has been told: the state that is shown, and where the phone is."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._leader: bool | None = None

    def changes(self, state: str, leads: bool | None, *, alone: bool) -> list[Action]:
        """What has changed since; `leads` is None while nobody knows, or of a phone `alone`."""
        changes: list[Action] = []
        before, self._state = self._state, state
        if state != before:
            detail = {"state": state, "previous": before}
            changes.append(do.Tell(event=Event("statechange", detail)))
        if leads not in (self._leader, None):
            changes.append(do.Tell(event=Event("leaderchange", {"leader": leads})))
        if leads is not None or alone:
            self._leader = leads
        return changes
