"""What is kept of the calls for the page that comes after this one, and found by it.

Written anew before each turn's messages leave, since a crash gives no notice. It holds no password,
no answer to a challenge, no key and no description of media.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from webphone.border.decoding import Malformed, decode_value
from webphone.border.reading import parsed
from webphone.contract import Config, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Account, Result
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Hold, Stage
from webphone.phone.call.calls import Calls
from webphone.sip import NameAddr, NotNow, Uri
from webphone.sip.usages.restored import Kept as KeptDialog

FORMAT = 1  # another build writes another one where it means something else by it
FRESH = 90.0  # seconds: then the session timer has ended the call over there
COARSE = 15.0  # seconds: how exact the time is that is written while nothing changes
MOST_CALLS = 8
LONGEST = 65_536  # characters
# Those that nobody has answered yet.
UNANSWERED = (Stage.DIALLING, Stage.RINGING, Stage.EARLY, Stage.INCOMING, Stage.ANSWERING)
# Headers of the caller that pages look up, and how many characters of them.
HEADERS = ("x-", "user-to-user")
MOST_HEADERS = 2048


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptCall:
    """One call; times are `now` values in seconds."""

    id: str
    call_id: str
    outgoing: bool
    local: str
    remote: str
    started_at: float
    ringing_at: float | None
    answered_at: float
    dialog: KeptDialog
    muted: bool = False
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
    verstat: str | None = None
    repairs: tuple[str, ...] = ()
    joined: bool = False
    focus: str = ""  # the conference of a server that it leads to
    silenced: bool = False
    recorded: bool = False  # the other side was told so
    headers: Mapping[str, str] = field(default_factory=dict)
    reached: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPhone:
    """All calls of one account; `at` is when that was so, `instance` who we were to the server."""

    format: int
    at: float
    account: str
    instance: str
    active: str | None
    calls: tuple[KeptCall, ...]


class Keeping:
    """What was kept last, and what a page before this one has kept."""

    def __init__(self) -> None:
        self.entrusted = False  # somebody ends the calls where no page comes after this one
        self._written = ""
        self._phone: KeptPhone | None = None  # what was made a text last, and that text
        self._text_of = ""
        # What was entrusted last: the dialogs of those that are up, and what ends the others.
        self._will: tuple[str, tuple[KeptDialog, ...], tuple[bytes, ...]] = ("", (), ())
        self._found: KeptPhone | None = None
        self._left = False  # the page goes: what is kept stays as it is

    def found(self, text: str) -> Result:
        """A page before this one has kept this. What makes no sense is kept no longer."""
        self._written = text
        try:
            if len(text) > LONGEST:
                raise Malformed("too much of it")
            kept: KeptPhone = decode_value(KeptPhone, parsed(text))
            if kept.format != FORMAT or len(kept.calls) > MOST_CALLS:
                raise Malformed("of another build")
        except ValueError:
            return [*self._keep("")]
        self._found = kept
        return []

    def follow(self, calls: Calls, account: Account, config: Config, now: float) -> Result:
        """Take the calls back as soon as the account is the one that had them."""
        kept = self._found
        if kept is None or not (account.config.complete and account.config.username):
            return []
        self._found = None
        fresh = -COARSE <= now - kept.at <= FRESH
        if not fresh or kept.account != _name(account) or config.recover == "off":
            return [*self._keep("")]
        account.configure(account.config, kept.instance)
        began = [x for one in kept.calls for x in _take_back(calls, account, one, kept.active, now)]
        _join_again(calls, kept)
        return began

    def keep(self, calls: Calls, account: Account, config: Config, now: float) -> list[do.Action]:
        """What is to be kept before anything of this turn leaves, if it has changed."""
        if self._left or self._found is not None:
            return []
        ours = _outliving(calls, account, config)
        return [
            *self._keep(self._text(calls, account, ours, now - now % COARSE)),
            *self._entrust(account, ours, _unanswered(calls, account, config)),
        ]

    def leave(
        self, calls: Calls, account: Account, config: Config, now: float, *, heir: bool
    ) -> Result:
        """The page goes: the calls that another one may take back end here, and only here.

        Where nobody ends those that none takes back, and the page has not asked for it, they end.
        """
        lasting = heir or self.entrusted or config.recover != "auto"
        ours = _outliving(calls, account, config) if lasting else ()
        kept = self._keep(self._text(calls, account, ours, now))
        self._left = True
        # The others end now.
        told = self._entrust(account, ours)
        return [*kept, *told, *(x for call in ours for x in calls.leave(call))]

    def _text(self, calls: Calls, account: Account, ours: Sequence[Call], at: float) -> str:
        if not ours:
            return ""
        phone = KeptPhone(
            format=FORMAT,
            at=at,
            account=_name(account),
            instance=account.instance,
            active=calls.active,
            calls=tuple(_kept(call) for call in ours),
        )
        if phone != self._phone:
            text = json.dumps(encode(phone))
            self._phone, self._text_of = phone, text if len(text) <= LONGEST else ""
        return self._text_of

    def _entrust(
        self, account: Account, ours: Sequence[Call], unanswered: Sequence[Call] = ()
    ) -> Iterator[do.Entrust]:
        """How they end where no page comes after this one, each time that it is said otherwise."""
        dialogs = tuple(kept for call in ours if (kept := call.wire.kept))
        early = tuple(call.wire.farewell for call in unanswered)
        will = (account.connection.servers.current if dialogs or early else "", dialogs, early)
        if will != self._will:
            self._will = will
            byes = tuple(call.wire.farewell for call in ours)
            yield do.Entrust(server=will[0], messages=(*byes, *early))

    def _keep(self, text: str) -> list[do.Keep]:
        if text == self._written:
            return []
        self._written = text
        return [do.Keep(text=text)]


def _name(account: Account) -> str:
    """Whose calls they are, and at which servers."""
    return " ".join([account.aor, *account.config.servers])


def _outliving(calls: Calls, account: Account, config: Config) -> tuple[Call, ...]:
    """Those that can go on elsewhere: answered, and of the account in use."""
    if config.recover == "off":
        return ()
    up = (Stage.ACTIVE, Stage.RECOVERING)
    ours = [call for call in calls.calls.values() if call.stage in up and call.account is account]
    return tuple(call for call in ours[:MOST_CALLS] if call.wire.kept is not None)


def _unanswered(calls: Calls, account: Account, config: Config) -> tuple[Call, ...]:
    """Those that can't go on elsewhere: the other end is to hear of it."""
    if config.recover == "off":
        return ()
    every = calls.calls.values()
    ours = [call for call in every if call.stage in UNANSWERED and call.account is account]
    return tuple(call for call in ours[:MOST_CALLS] if call.wire.known)


def _kept(call: Call) -> KeptCall:
    dialog = call.wire.kept
    assert dialog is not None and call.answered_at is not None
    hold = call.hold
    return KeptCall(
        id=call.id,
        call_id=call.call_id,
        outgoing=call.outgoing,
        local=str(call.local),
        remote=str(call.remote),
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
        focus=str(call.focus or ""),
        silenced=seldom.seat_of(call)[0],
        recorded=call.record_told in ("on", "paused"),
        headers=_for_pages(call.headers),
        reached=dict(call.reached),
    )


def _for_pages(headers: Mapping[str, str]) -> dict[str, str]:
    room, found = MOST_HEADERS, {}
    for name, value in headers.items():
        size = len(name) + len(value)
        if name.startswith(HEADERS) and size <= room:
            found[name] = value
            room -= size
    return found


def _take_back(
    calls: Calls, account: Account, kept: KeptCall, active: str | None, now: float
) -> Result:
    """Begin to take one back; what makes no sense is let go of."""
    if kept.id in calls.calls:
        return []
    try:
        call = Call(
            id=kept.id,
            account=account,
            outgoing=kept.outgoing,
            local=NameAddr.parse(kept.local),
            remote=NameAddr.parse(kept.remote),
            started_at=kept.started_at,
            call_id=kept.call_id,
            headers=kept.headers,
            verstat=kept.verstat,
            ringing_at=kept.ringing_at,
            answered_at=kept.answered_at,
            muted=kept.muted,
            hold=Hold(
                local=kept.held_local,
                remote=kept.held_remote,
                since=kept.held_since,
                parked_at=kept.parked_at,
                seconds=kept.held_seconds,
            ),
            codec=kept.codec,
            telephone_event=kept.telephone_event,
            video=kept.video,
            video_local=kept.video_local,
            keeps_keys=kept.keeps_keys,
            of_browser=kept.of_browser,
            repairs=kept.repairs,
            focus=Uri.parse(kept.focus) if kept.focus else None,
            # It ended with the page before.
            record_now="off" if kept.recorded else "",
            record_told="on" if kept.recorded else "",
            reached=dict(kept.reached),
        )
        began = call.part(seldom.recovery).begin(kept.dialog, now)
    except (ValueError, NotNow):
        return []
    calls.calls[call.id] = call
    if active in (None, call.id):
        calls.active = active
    return began


def _join_again(calls: Calls, kept: KeptPhone) -> None:
    """The conference goes on with those that come back."""
    joined = [one for one in kept.calls if one.joined and one.id in calls.calls]
    if not joined:
        return
    from webphone.phone.call.conferences import take_back

    take_back(calls, {one.id: one.silenced for one in joined})
