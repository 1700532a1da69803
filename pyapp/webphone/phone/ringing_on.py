"""Calls that nobody has answered when their page goes: what rings here rings again on the next one.

Its INVITE describes the caller's media with their key, so that it is kept nowhere: what outlives
the page has it in its memory. Of a call that can't go on a record remains, one, which says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from webphone.contract import Config, Quality
from webphone.phone.account.account import Account, Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.endings import Ending
from webphone.phone.call.incoming import Incoming, call_from
from webphone.phone.snapshot import EndedCall
from webphone.sip import By, Invited, NameAddr, NotNow
from webphone.sip.usages.rung import Kept as Rung

UNANSWERED = (Stage.DIALLING, Stage.RINGING, Stage.EARLY, Stage.INCOMING, Stage.ANSWERING)
RINGING = (Stage.INCOMING, Stage.ANSWERING)
# Headers of the caller that pages look up, and how many characters of them.
HEADERS = ("x-", "user-to-user")
MOST_HEADERS = 2048
LARGEST = 65_536  # octets of all INVITEs that are held
OCTETS = "latin-1"
LATE = 90.0  # seconds: then nobody rings or waits any more
WAITS = 3.0  # seconds for who holds them to give them back

Held = Mapping[str, tuple[Rung, bytes]]  # what it takes to ring again, by the id of the call


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEarly:
    """One call; times are `now` values in seconds. `rung` is there where its INVITE is held.

    `farewell` ends it, an octet a character; `ended_at`: the page before has told its end already.
    """

    id: str
    call_id: str
    outgoing: bool
    local: str
    remote: str
    started_at: float
    ringing_at: float | None
    session_id: str
    farewell: str
    headers: Mapping[str, str] = field(default_factory=dict)
    verstat: str | None = None
    muted: bool = False
    rung: Rung | None = None
    ended_at: float | None = None


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


def kept_early(call: Call, held: Held, ended_at: float | None = None) -> KeptEarly:
    """One of them as plain data; `ended_at`, where it ends here."""
    return KeptEarly(
        id=call.id,
        call_id=call.call_id,
        outgoing=call.outgoing,
        local=str(call.local),
        remote=str(call.remote),
        started_at=call.started_at,
        ringing_at=call.ringing_at,
        session_id=call.account.agent.session_id(call.call_id),
        farewell=call.wire.farewell.decode(OCTETS),
        headers=for_pages(call.headers),
        verstat=call.verstat,
        muted=call.muted,
        rung=held[call.id][0] if call.id in held else None,
        ended_at=ended_at,
    )


def for_pages(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of these headers that pages look up."""
    room, found = MOST_HEADERS, {}
    for name, value in headers.items():
        size = len(name) + len(value)
        if name.startswith(HEADERS) and size <= room:
            found[name] = value
            room -= size
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
        rings = _ring_again(calls, account, config, one, invites.get(one.id), now)
        if rings is None:
            rings = _part(account, one, at, now) + _over(calls, account, one, at, now)
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
        outputs = account.agent.ring_on(kept.id, invite, kept.rung, now, open=account.open)
    except (ValueError, NotNow):
        return None
    [news] = [each for each in outputs if isinstance(each, Invited)]
    call = call_from(account, news, kept.started_at)
    call.local, call.ringing_at, call.muted = local, kept.ringing_at, kept.muted
    call.rang_before = True
    call.part(Incoming).problem()  # there was none, and the rest of the offer is read so
    return calls.ring(call, config, now) + call.wire.connect(now)


def _part(account: Account, kept: KeptEarly, at: float, now: float) -> Result:
    """Say the farewell that may have been lost with the page before."""
    if not kept.farewell or now - at > LATE:
        return []
    said = account.agent.say(kept.farewell.encode(OCTETS, "replace"), now, open=account.open)
    return account.through(said, now) + account.connect(now)


def _over(calls: Calls, account: Account, kept: KeptEarly, at: float, now: float) -> Result:
    try:
        call = Call(
            id=kept.id,
            account=account,
            outgoing=kept.outgoing,
            local=NameAddr.parse(kept.local),
            remote=NameAddr.parse(kept.remote),
            started_at=kept.started_at,
            ringing_at=kept.ringing_at,
            call_id=kept.call_id,
            headers=kept.headers,
            verstat=kept.verstat,
        )
    except ValueError:
        return []
    last = max(at, kept.ringing_at or kept.started_at)
    ended_at = last if kept.ended_at is None else kept.ended_at
    record = call.record(gone_with_page(kept.outgoing), Quality(), ended_at)
    farewell = EndedCall(record=replace(record, session_id=kept.session_id), domain=call.domain)
    return calls.lost(farewell, now, told=kept.ended_at is not None)
