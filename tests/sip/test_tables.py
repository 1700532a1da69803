"""The tables of calls and registrations walked: all can end, and the end is told once."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from webphone.sip.usages import (
    invite_client,
    invite_server,
    publication,
    registration,
    reinvite,
    session,
    subscription,
    target,
)

Table = dict[tuple[Any, Any], tuple[Any, tuple[Any, ...]]]
TABLES: dict[str, tuple[Table, Enum, set[Enum]]] = {
    "session": (session.SESSION, session.State.CONFIRMING, {session.State.ENDED}),
    "outgoing": (
        invite_client.OUTGOING,
        invite_client.State.CALLING,
        {invite_client.State.ENDED, invite_client.State.ANSWERED},
    ),
    "incoming": (
        invite_server.INCOMING,
        invite_server.State.INVITED,
        {invite_server.State.ENDED, invite_server.State.ANSWERED},
    ),
    "reinvite": (reinvite.REINVITE, reinvite.State.CONFIRMING, {reinvite.State.CLOSED}),
    "registration": (
        registration.REGISTRATION,
        registration.State.OFF,
        {registration.State.OFF},
    ),
    "subscription": (
        subscription.SUBSCRIPTION,
        subscription.State.OFF,
        {subscription.State.OVER},
    ),
    "target": (target.TARGET, target.State.KNOWN, {target.State.KNOWN}),
    "publication": (publication.PUBLICATION, publication.State.OFF, {publication.State.OFF}),
}
# Those that may begin again.
LASTING = ("registration", "publication", "target")


def _reached(table: Table, start: Enum) -> set[Enum]:
    found, fresh = {start}, [start]
    while fresh:
        state = fresh.pop()
        for (source, _event), (goal, _actions) in table.items():
            if source is state and goal not in found:
                found.add(goal)
                fresh.append(goal)
    return found


@pytest.mark.parametrize("name", TABLES)
def test_every_state_of_a_table_can_be_reached_and_can_end(name: str) -> None:
    table, start, ends = TABLES[name]
    assert _reached(table, start) == set(type(start))
    for state in type(start):
        assert _reached(table, state) & ends
    for (source, _event), (goal, _actions) in table.items():
        if source in ends and name not in LASTING:
            assert goal is source


@pytest.mark.parametrize("name", TABLES)
def test_a_call_is_told_as_ended_only_by_rows_that_end_it(name: str) -> None:
    table, _start, _ends = TABLES[name]
    over = {"ENDED", "PARTING"}
    for (source, _event), (goal, actions) in table.items():
        told = [a for a in actions if a.name in _TELLS_END]
        if name not in ("reinvite", *LASTING):
            newly = goal.name in over and source.name not in over
            assert len(told) == (1 if newly else 0), (source, goal)


_TELLS_END = {
    "TELL_WE_ENDED",
    "TELL_THEY_ENDED",
    "TELL_LOST",
    "TELL_FAILED",
    "TELL_TIME_OUT",
    "TELL_EXPIRED",
}
