"""What is kept of a phone for the page that comes after, as plain data, and the calls made of it.

It holds no password, no answer to a challenge, no key and no description of media.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from webphone.contract import encode
from webphone.machine import Same
from webphone.phone.account.account import Account
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Hold
from webphone.sip import NameAddr, Uri
from webphone.sip.usages.restored import Kept as KeptDialog
from webphone.sip.usages.rung import Kept as Rung

FORMAT = 1  # another build writes another one where it means something else by it
LONGEST = 65_536  # characters
OCTETS = "latin-1"
# Headers of the caller that pages look up, and how many characters of them.
HEADERS = ("x-", "user-to-user")
MOST_HEADERS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAny:
    """What is kept of every call; times are `now` values in seconds."""

    id: str
    call_id: str
    outgoing: bool
    local: str
    remote: str
    started_at: float
    ringing_at: float | None
    headers: Mapping[str, str] = field(default_factory=dict)
    verstat: str | None = None
    muted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall(KeptAny):
    """One that is up."""

    answered_at: float
    dialog: KeptDialog
    held_local: bool = False
    held_remote: bool = False
    held_since: float | None = None
    held_seconds: float = 0.0
    parked_at: float | None = None
    video: bool = False
    video_local: bool = False
    keeps_keys: bool = False
    of_browser: bool = False
    codec: str | None = None
    telephone_event: bool = False
    repairs: tuple[str, ...] = ()
    joined: bool = False
    focus: str = ""  # the conference of a server that it leads to
    silenced: bool = False
    recorded: bool = False  # the other side was told so
    reached: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEarly(KeptAny):
    """One that is not answered. `rung` is there where its INVITE is held.

    `farewell` ends it, an octet a character; `ended_at`: the page before has told its end already.
    `quiet`: that page has prevented the ringing.
    """

    session_id: str
    farewell: str
    rung: Rung | None = None
    ended_at: float | None = None
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPhone:
    """All calls of one account; `at` is when that was so, `instance` who we were to the server.

    `server` is the address in use, which tools/boot/start.js reads: it has the connection begin.
    """

    format: int
    at: float
    account: str
    instance: str
    active: str | None
    calls: tuple[KeptCall, ...]
    server: str = ""
    early: tuple[KeptEarly, ...] = ()
    farewells: tuple[str, ...] = ()  # an octet a character, of calls that ended unsaid

    @property
    def most(self) -> int:
        """How many calls it tells of, in one way."""
        return max(len(self.calls), len(self.early), len(self.farewells))

    def text(self, calls: Iterable[str]) -> str:
        """As JSON; `calls` are those of it, written already. "" where it is too long."""
        head = json.dumps(encode(replace(self, calls=())))
        # Quotes within a text are escaped, so that only the list is found.
        text = head.replace('"calls": []', f'"calls": [{", ".join(calls)}]', 1)
        return text if len(text) <= LONGEST else ""


Written = tuple[KeptCall, str]


def kept_call(made: Same[Written], call: Call, dialog: KeptDialog) -> Written:
    """One that is up, and the same as JSON, made anew where it has changed."""
    hold = call.hold
    return made(
        _made,
        call.local,
        call.remote,
        call.focus,
        call.headers,
        call.reached,
        id=call.id,
        call_id=call.call_id,
        outgoing=call.outgoing,
        started_at=call.started_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        dialog=dialog,
        muted=call.muted,
        held_local=hold.local,
        held_remote=hold.remote,
        held_since=hold.since,
        held_seconds=hold.seconds,
        parked_at=hold.parked_at,
        video=call.video,
        video_local=call.video_local,
        keeps_keys=call.keeps_keys,
        of_browser=call.of_browser,
        codec=call.codec,
        telephone_event=call.telephone_event,
        verstat=call.verstat,
        repairs=call.repairs,
        joined=call.joined,
        silenced=seldom.seat_of(call)[0],
        recorded=call.record_told in ("on", "paused"),
    )


def _made(
    local: NameAddr,
    remote: NameAddr,
    focus: Uri | None,
    headers: Mapping[str, str],
    reached: Mapping[str, float],
    **more: Any,
) -> Written:
    kept = KeptCall(
        local=str(local),
        remote=str(remote),
        focus=str(focus or ""),
        headers=for_pages(headers),
        reached=reached,
        **more,
    )
    return kept, json.dumps(encode(kept))


def kept_early(
    call: Call, farewell: bytes, rung: Rung | None, ended_at: float | None = None
) -> KeptEarly:
    """One that is not answered; `rung`: its INVITE is held, `ended_at`: it ends here."""
    return KeptEarly(
        id=call.id,
        call_id=call.call_id,
        outgoing=call.outgoing,
        local=str(call.local),
        remote=str(call.remote),
        started_at=call.started_at,
        ringing_at=call.ringing_at,
        session_id=call.account.agent.session_id(call.call_id),
        farewell=farewell.decode(OCTETS),
        headers=for_pages(call.headers),
        verstat=call.verstat,
        muted=call.muted,
        rung=rung,
        ended_at=ended_at,
        quiet=call.quiet,
    )


def call_of(kept: KeptAny, account: Account) -> Call:
    """The call that it was, as far as this tells. Raises Malformed."""
    return Call(
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
        muted=kept.muted,
    )


def talking_of(kept: KeptCall, account: Account) -> Call:
    """The call that was up. Raises Malformed."""
    call = call_of(kept, account)
    call.answered_at = kept.answered_at
    call.hold = Hold(
        local=kept.held_local,
        remote=kept.held_remote,
        since=kept.held_since,
        parked_at=kept.parked_at,
        seconds=kept.held_seconds,
    )
    call.codec, call.telephone_event = kept.codec, kept.telephone_event
    call.video, call.video_local = kept.video, kept.video_local
    call.keeps_keys, call.of_browser = kept.keeps_keys, kept.of_browser
    call.repairs, call.reached = kept.repairs, dict(kept.reached)
    call.focus = Uri.parse(kept.focus) if kept.focus else None
    if kept.recorded:  # It ended with the page before.
        call.record_now, call.record_told = "off", "on"
    return call


def for_pages(headers: Mapping[str, str]) -> dict[str, str]:
    """Those of these headers that pages look up."""
    room, found = MOST_HEADERS, {}
    for name, value in headers.items():
        size = len(name) + len(value)
        if name.startswith(HEADERS) and size <= room:
            found[name] = value
            room -= size
    return found
