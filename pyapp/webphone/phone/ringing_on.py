"""Calls that nobody has answered when their page goes: what rings here rings again on the next one.

Its INVITE describes the caller's media with their key, so that it is kept nowhere: what outlives
the page has it in its memory. Of a call that can't go on a record remains, one, which says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from webphone.contract import Config, Quality
from webphone.phone.account.account import Account, Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.endings import Ending
from webphone.phone.call.incoming import Incoming, call_from
from webphone.phone.kept import OCTETS, KeptEarly, call_of
from webphone.phone.snapshot import EndedCall
from webphone.sip import By, Invited, NameAddr, NotNow
from webphone.sip.usages.rung import Kept as Rung

UNANSWERED = (Stage.DIALLING, Stage.RINGING, Stage.EARLY, Stage.INCOMING, Stage.ANSWERING)
RINGING = (Stage.INCOMING, Stage.ANSWERING)
LARGEST = 65_536  # octets of all INVITEs that are held
LATE = 90.0  # seconds: then nobody rings or waits any more
WAITS = 3.0  # seconds for who holds them to give them back

Held = Mapping[str, tuple[Rung, bytes]]  # what it takes to ring again, by the id of the call


def unanswered(calls: Calls, account: Account, most: int) -> tuple[Call, ...]:
    """Those of the account that nobody has answered yet, and that somebody knows of."""
    every = calls.calls.values()
    ours = [call for call in every if call.stage in UNANSWERED and call.account is account]
    return tuple(call for call in ours[:most] if call.wire.known)


def invites(early: Sequence[Call]) -> Held:
    """What it takes to ring again, by the id of the call."""
    room, found = LARGEST, dict[str, tuple[Rung, bytes]]()
    for call in early:
        rung = call.wire.rung if call.stage in RINGING else None
        if rung is not None and len(rung[1]) <= room:
            found[call.id] = rung
            room -= len(rung[1])
    return found


def end(calls: Calls, early: Sequence[Call], now: float) -> Result:
    """The page goes, and they can't go on: both ends are told, and the record says why."""
    result: Result = []
    for call in early:
        left = call.wire.hang_up(now) if call.outgoing else call.wire.reject(480, now)
        result += left + calls.finish(call, gone_with_page(call.outgoing), now)
    return result


def gone_with_page(outgoing: bool) -> Ending:
    """Why such a call is over."""
    if outgoing:
        return Ending(by=By.LOCAL, status=487, page_gone=True)
    return Ending(by=By.SYSTEM, status=480, page_gone=True)


def go_on(
    calls: Calls,
    account: Account,
    config: Config,
    early: Sequence[KeptEarly],
    invites: Mapping[str, bytes],
    at: float,
    now: float,
) -> Result:
    """What rings rings again, of the others there is a record; `at` is when they were kept.

    The other end of those is told at once: what outlives the page would wait for longer.
    """
    result: Result = []
    for one in early:
        if any(one.call_id == call.call_id for call in calls.calls.values()):
            continue  # its INVITE has come again by itself
        if calls.over(one.id):
            continue  # late news of the tab that it rang in before
        rings = _ring_again(calls, account, config, one, invites.get(one.id), now)
        if rings is None:
            parted = part(account, one.farewell, at, now)
            rings = parted + _over(calls, account, one, at, now)
        result += rings
    return result


def _ring_again(
    calls: Calls,
    account: Account,
    config: Config,
    kept: KeptEarly,
    invite: bytes | None,
    now: float,
) -> Result | None:
    if kept.rung is None or invite is None:
        return None
    try:
        local = NameAddr.parse(kept.local)
        outputs = account.agent.handover.ring_on(kept.id, invite, kept.rung, now, open=account.open)
    except (ValueError, NotNow):
        return None
    [news] = [each for each in outputs if isinstance(each, Invited)]
    call = call_from(account, news, kept.started_at)
    call.local, call.ringing_at, call.muted = local, kept.ringing_at, kept.muted
    call.rang_before, call.quiet = True, kept.quiet
    call.part(Incoming).problem()  # there was none, and the rest of the offer is read so
    return calls.ring(call, config, now) + call.wire.connect(now)


def part(account: Account, farewell: str, at: float, now: float) -> Result:
    """Say the farewell, "" for none, that may have been lost with the page before."""
    if not farewell or now - at > LATE:
        return []
    said = account.agent.handover.say(farewell.encode(OCTETS, "replace"), now, open=account.open)
    return account.through(said, now) + account.connect(now)


def _over(calls: Calls, account: Account, kept: KeptEarly, at: float, now: float) -> Result:
    try:
        call = call_of(kept, account)
    except ValueError:
        return []
    last = max(at, kept.ringing_at or kept.started_at)
    ended_at = last if kept.ended_at is None else kept.ended_at
    record = call.record(gone_with_page(kept.outgoing), Quality(), ended_at)
    farewell = EndedCall(record=replace(record, session_id=kept.session_id), domain=call.domain)
    return calls.lost(farewell, now, told=kept.ended_at is not None)
