"""What is kept of the calls for the page that comes after this one, and found by it.

A crash gives no notice, so it is written anew after each turn: before its messages leave, where a
request of ours is among them, else a moment later (see `Outliving.waits`). It holds no password, no
answer to a challenge, no key and no description of media.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from webphone.border.decoding import Malformed, decode_value
from webphone.border.reading import parsed
from webphone.contract import Config, Quality
from webphone.machine import Same
from webphone.phone import actions as do
from webphone.phone.account.account import Account, Result
from webphone.phone.call import seldom
from webphone.phone.call.call import RECORDED, Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.endings import Ending
from webphone.phone.kept import (
    FORMAT,
    LONGEST,
    OCTETS,
    KeptCall,
    KeptEarly,
    KeptPhone,
    Written,
    kept_call,
    kept_early,
    talking_of,
)
from webphone.phone.ringing_on import (
    WAITS,
    Held,
    end,
    go_on,
    gone_with_page,
    invites,
    part,
    unanswered,
)
from webphone.phone.snapshot import EndedCall
from webphone.sip import By, NotNow
from webphone.sip.usages.restored import Kept as KeptDialog
from webphone.sip.usages.rung import Kept as Rung

FRESH = 90.0  # seconds: then the session timer has ended the call over there
COARSE = 15.0  # seconds: how exact the time is that is written; see Desk
MOST_CALLS = 8


Will = tuple[
    str, tuple[KeptDialog, ...], tuple[bytes, ...], Mapping[str, bytes], tuple[float | None, ...]
]
Ours = Mapping[str, KeptDialog]  # the dialogs of those that can go on, by the id of their call


class Keeping:
    """What was kept last, and what a page before this one has kept."""

    def __init__(self) -> None:
        self.entrusted = False  # somebody ends the calls where no page comes after this one
        self._written = ""
        self._calls: dict[str, Same[Written]] = {}
        self._byes: dict[str, Same[bytes]] = {}
        self._records: dict[str, Same[str]] = {}
        self._phone: KeptPhone | None = None  # what was made a text last, and that text
        self._text_of = ""
        # What was entrusted last: the dialogs of those that are up, what ends the others, and the
        # INVITEs of those of them that ring.
        self._will: Will | None = ("", (), (), {}, ())
        self._found: KeptPhone | None = None
        self._until: float | None = None  # so long are the INVITEs waited for
        self._invites: Mapping[str, bytes] = {}
        self._left = False  # the page goes: what is kept stays as it is

    @property
    def deadline(self) -> float | None:
        """When nobody waits any more for what was entrusted."""
        return self._until

    def found(self, text: str, now: float) -> Result:
        """A page before this one has kept this. What makes no sense is kept no longer."""
        self._written = text
        try:
            if len(text) > LONGEST:
                raise Malformed("too much of it")
            kept: KeptPhone = decode_value(KeptPhone, parsed(text))
            if kept.format != FORMAT or kept.most > MOST_CALLS:
                raise Malformed("of another build")
        except ValueError:
            return [*self._keep("")]
        self._found = kept
        if not any(one.rung for one in kept.early):
            return []
        self._until = now + WAITS
        return [do.Reclaim()]

    def given_back(self, invites: Mapping[str, bytes]) -> None:
        """What the page before has entrusted is here, as far as there is anything of it."""
        self._invites, self._until = invites, None

    def follow(self, calls: Calls, account: Account, config: Config, now: float) -> Result:
        """Take the calls back as soon as the account is the one that had them."""
        kept = self._found
        if kept is None or not (account.config.complete and account.config.username):
            return []
        if self._until is not None and now < self._until:
            return []
        invites, self._found, self._until, self._invites = self._invites, None, None, {}
        if kept.account != _name(account) or config.recover == "off":
            return [*self._keep("")]
        fresh = -COARSE <= now - kept.at <= FRESH
        if fresh:
            account.configure(account.config, kept.instance)
            began = [x for one in kept.calls for x in _take_back(calls, account, one, kept, now)]
        else:
            began = [x for one in kept.calls for x in _too_late(calls, account, one, kept.at, now)]
        _join_again(calls, kept)
        held = invites if fresh else {}
        if kept.early:
            self._will = None  # whatever it is: what was entrusted for them is said here
        if fresh:
            began += [x for bye in kept.farewells for x in part(account, bye, kept.at, now)]
        return began + go_on(calls, account, config, kept.early, held, kept.at, now)

    def keep(self, calls: Calls, account: Account, config: Config, now: float) -> list[do.Action]:
        """What is to be kept before anything of this turn leaves, if it has changed."""
        if self._left or self._found is not None:
            return []
        if config.recover == "off":  # no page takes them back, and somebody may still end them
            ours = {} if config.demo else _up(calls, account)
            early = () if config.demo else unanswered(calls, account, MOST_CALLS)
            told = self._entrust(calls, account, ours, _ended(early), {}, now, waits=False)
            return [*self._keep(""), *told]
        ours, early = _up(calls, account), _unanswered(calls, account, config)
        held, ended = invites(early), _ended(early)
        kept = [kept_early(call, bye, _rung(held, call)) for call, bye in ended]
        return [
            *self._keep(self._text(calls, account, ours, kept, now - now % COARSE)),
            *self._entrust(calls, account, ours, ended, held, now),
        ]

    def leave(
        self, calls: Calls, account: Account, config: Config, now: float, *, heir: bool
    ) -> Result:
        """The page goes: the calls that another one may take back end here, and only here.

        Where nobody ends those that none takes back, and the page has not asked for it, they end.
        What the page before this one has left is left to the next one.
        """
        self._left = True
        if self._found is not None:
            return []
        if config.recover == "off":
            every = unanswered(calls, account, MOST_CALLS)
            said = _said(_ends(calls, account, {}, every))
            return [*self._keep(""), *said, *self._entrust(calls, account, {}, (), {}, now)]
        lasting = heir or self.entrusted or config.recover != "auto"
        ours = _up(calls, account) if lasting else {}
        early = _unanswered(calls, account, config)
        held = invites(early) if heir or self.entrusted else {}
        rings = [call for call in early if call.id in held]
        over = [call for call in early if call.id not in held]
        ends = _ends(calls, account, ours, over)
        left = [
            kept_early(call, call.wire.farewell, _rung(held, call), None if call in rings else now)
            for call in early
        ]
        unsaid = () if account.open else ends
        byes = tuple(bye.decode(OCTETS) for bye in unsaid if bye.startswith(b"BYE "))
        kept = self._keep(self._text(calls, account, ours, left, now, byes))
        # The others end now.
        told = self._entrust(calls, account, ours, _ended(rings), held, now)
        going = [*(calls.calls[id] for id in ours), *rings]
        gone = [x for call in going for x in calls.leave(call)]
        return [*kept, *_said(ends), *told, *gone, *end(calls, over, now)]

    def put_aside(self, calls: Calls, account: Account) -> list[do.Action]:
        """The page goes and may come back; its calls end, and perhaps it can't say so any more."""
        early = unanswered(calls, account, MOST_CALLS)
        return [] if account.open else _said(_ends(calls, account, {}, early))

    def _text(
        self,
        calls: Calls,
        account: Account,
        ours: Ours,
        early: Sequence[KeptEarly],
        at: float,
        farewells: tuple[str, ...] = (),
    ) -> str:
        self._calls = {id: self._calls.get(id) or Same() for id in ours}
        if not (ours or early or farewells):
            return ""
        kept = [kept_call(self._calls[id], calls.calls[id], dialog) for id, dialog in ours.items()]
        phone = KeptPhone(
            format=FORMAT,
            at=at,
            account=_name(account),
            instance=account.instance,
            active=calls.front.active,
            calls=tuple(call for call, _ in kept),
            early=tuple(early),
            farewells=farewells,
            server=account.connection.servers.current,
        )
        if phone != self._phone:
            self._phone, self._text_of = phone, phone.text(text for _, text in kept)
        return self._text_of

    def _entrust(
        self,
        calls: Calls,
        account: Account,
        ours: Ours,
        early: Sequence[tuple[Call, bytes]],
        held: Held,
        now: float,
        *,
        waits: bool = True,
    ) -> Iterator[do.Entrust]:
        """How they end where no page comes after this one, each time that it is said otherwise.

        `early` are those that nobody has answered, each with what ends it.
        """
        dialogs = tuple(ours.values())
        given = {id: invite for id, (_, invite) in held.items()}
        server = account.connection.servers.current if dialogs or early else ""
        farewells = tuple(bye for _, bye in early)
        # As their records tell it: whether it rang by now.
        rang = tuple(call.ringing_at for call, _ in early)
        will = (server, dialogs, farewells, given, rang)
        if will != self._will:
            self._will = will
            self._byes = {id: self._byes.get(id) or Same() for id in ours}
            byes = (self._byes[id](_bye, account, id, ours[id], server) for id in ours)
            going = [*(calls.calls[id] for id in ours), *(call for call, _ in early)]
            records = self._records_of(calls, going, now)
            yield do.Entrust(
                server=server,
                messages=(*byes, *farewells),
                invites=given,
                waits=waits,
                owner=calls.owner if records else "",
                records=records,
            )

    def _records_of(self, calls: Calls, going: Sequence[Call], now: float) -> Mapping[str, str]:
        """What is to be remembered of these where they end with their page, whenever that is."""
        if not (calls.owner and going):
            return {}
        # Loaded by the first.
        from webphone.phone.memory import unfinished

        self._records = {call.id: self._records.get(call.id) or Same() for call in going}
        return {
            call.id: self._records[call.id](
                # Who adds when it ended needs no later `now`.
                lambda *_, call=call: unfinished(call, _with_page(call), now),
                *RECORDED(call),
                call.account.agent.session_id(call.call_id) if call.call_id else "",
            )
            for call in going
        }

    def _keep(self, text: str) -> list[do.Keep]:
        if text == self._written:
            return []
        self._written = text
        return [do.Keep(text=text)]


def _ended(early: Iterable[Call]) -> list[tuple[Call, bytes]]:
    """These, each with what ends it."""
    return [(call, call.wire.farewell) for call in early]


def _with_page(call: Call) -> Ending:
    answered = call.answered_at is not None
    return Ending(by=By.LOCAL, page_gone=True) if answered else gone_with_page(call.outgoing)


def _name(account: Account) -> str:
    """Whose calls they are, and at which servers."""
    return " ".join([account.aor, *account.config.servers])


def _up(calls: Calls, account: Account) -> Ours:
    """Those that can go on elsewhere: answered, and of the account in use."""
    up = (Stage.ACTIVE, Stage.RECOVERING)
    ours = [call for call in calls.calls.values() if call.stage in up and call.account is account]
    dialogs = ((call.id, account.agent.handover.kept(call.id)) for call in ours[:MOST_CALLS])
    return {id: dialog for id, dialog in dialogs if dialog is not None}


def _ends(calls: Calls, account: Account, ours: Ours, early: Sequence[Call]) -> tuple[bytes, ...]:
    """What ends the calls that end with the page.

    Firefox closes the WebSockets of a page that is left or loaded anew before the page hears of it,
    and of one whose tab is closed it may throw away what they have not sent yet. So another
    connection says it too, where one stands by; who has heard it by then answers 481.
    """
    ends = (id for id in _up(calls, account) if id not in ours)
    byes = tuple(account.agent.handover.farewell(id) for id in ends)
    return (*byes, *(call.wire.farewell for call in early))


def _said(ends: tuple[bytes, ...]) -> list[do.Action]:
    """Another connection may be there for it."""
    return [do.SayBeside(messages=ends)] if ends else []


def _bye(account: Account, call: str, dialog: KeptDialog, server: str) -> bytes:
    """What ends a call that is up, as long as its dialog is this one, at this server."""
    return account.agent.handover.farewell(call)


def _rung(held: Held, call: Call) -> Rung | None:
    return held[call.id][0] if call.id in held else None


def _unanswered(calls: Calls, account: Account, config: Config) -> tuple[Call, ...]:
    """Those that nobody has answered yet.

    Of tabs that share a phone the next one tells of them, and goes on with those that ring here.
    """
    early = unanswered(calls, account, MOST_CALLS)
    if not config.shared:
        return early
    held = invites(early)
    return tuple(call for call in early if call.id in held)


def _take_back(
    calls: Calls, account: Account, kept: KeptCall, phone: KeptPhone, now: float
) -> Result:
    """Begin to take one back; what makes no sense is let go of."""
    if kept.id in calls.calls:
        return []
    try:
        call = talking_of(kept, account)
        began = call.part(seldom.recovery).begin(kept.dialog, now)
    except (ValueError, NotNow):
        return []
    calls.calls[call.id] = call
    if phone.active in (None, call.id):
        calls.front.active = phone.active
    return began


def _too_late(calls: Calls, account: Account, kept: KeptCall, at: float, now: float) -> Result:
    """It has ended over there, and nobody was here to write its record."""
    try:
        call = talking_of(kept, account)
    except ValueError:
        return []
    ending = Ending(by=By.SYSTEM, not_taken_back=True)
    record = call.record(ending, Quality(), max(at, kept.answered_at))
    record = replace(record, session_id=kept.dialog.session_id)
    return calls.lost(EndedCall(record=record, domain=call.domain), now)


def _join_again(calls: Calls, kept: KeptPhone) -> None:
    """The conference goes on with those that come back."""
    joined = [one for one in kept.calls if one.joined and one.id in calls.calls]
    if not joined:
        return
    from webphone.phone.call.conferences import take_back

    take_back(calls, {one.id: one.silenced for one in joined})
