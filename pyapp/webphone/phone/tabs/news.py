"""News of calls and registration, as they are told in every tab that shares the phone."""

from __future__ import annotations

from webphone.contract import Event
from webphone.phone import actions as do
from webphone.phone.desk import Desk
from webphone.phone.tabs import messages as say
from webphone.phone.tabs.actions import Action

# News that are each tab's own; all other is told in each tab.
OWN_NEWS = frozenset((
    "ready", "statechange", "beforedial", "devicechange", "numberchange", "screenpop",
    "historychange", "leaderchange",
))  # fmt: skip
SHARED_FAULTS = frozenset((
    "connection_failed", "local_network_denied", "auth_failed", "register_failed", "media_failed",
))  # fmt: skip


def shared(event: Event) -> bool:
    """Whether an event is told in every tab."""
    if event.name == "error":
        return getattr(event.detail, "code", "") in SHARED_FAULTS
    return event.name not in OWN_NEWS


def is_record(action: Action) -> bool:
    """Whether it is the one record of a call, kept or told."""
    match action:
        case do.Save() | do.Tell(event=Event(name="end")):
            return True
    return False


def told(news: say.News, desk: Desk, now: float) -> list[Action]:
    """What happened there, told here too; each detail says that it is a mirrored one."""
    actions: list[Action] = []
    for name, detail in news.events:
        if name == "end":
            record = say.record(detail, now)
            if record is None or record in desk.history:
                continue
            desk.history.remember(record)
            actions.append(do.Save(record=record, mirrored=True))
        elif name == "registered":
            desk.error = None
        elif name == "error":
            error = say.error(detail, now)
            if error is None:
                continue
            desk.error = error
        actions.append(do.Tell(event=Event(name, {**detail, "mirrored": True})))
    return actions
