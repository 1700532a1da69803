"""The calls of an agent, found at once: by name, by dialog, by INVITE and by when they are due."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from webphone.machine import Alarms, earliest
from webphone.sip.dialog import Key, key_of
from webphone.sip.endpoint import NotNow
from webphone.sip.outputs import Output
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.usages.session import Session
from webphone.sip.wire.message import Request

if TYPE_CHECKING:  # loaded by the first call that outlived its page
    from webphone.sip.usages.restored import Kept, Restored

# As text: who only names them loads neither.
Call: TypeAlias = "Outgoing | Incoming | Restored"
Place: TypeAlias = "Outgoing | Incoming | Session"

MOST_REFUSED = 16  # whose refusal is said again


class Calls:
    """All calls, until nothing of them needs the wire any more.

    Whoever is found here is about to change: `settle` then notes where it is to be found next.
    """

    def __init__(self) -> None:
        self._calls: dict[str, Call] = {}
        self._places: dict[Key, Place] = {}
        # The same by our half of the key: for who forgets to say who they are.
        self._halves: dict[tuple[str, str], Key] = {}
        self._keys: dict[str, list[Key]] = {}
        self._invites: dict[ServerTransaction, Incoming] = {}
        # Those made to us by what an INVITE keeps that comes again, and those refused of late.
        self._made: dict[tuple[str, str], Incoming] = {}
        self._refused: dict[tuple[str, str], Incoming] = {}
        self._alarms: Alarms[str] = Alarms()
        self._found: set[str] = set()
        # What was made of each for who goes on with it elsewhere, until something comes of it.
        self.kept: dict[str, Kept] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._calls

    @property
    def deadline(self) -> float | None:
        """When a call is due."""
        return self._alarms.first

    @property
    def open(self) -> tuple[str, ...]:
        """The names of those that are not over."""
        return tuple(name for name, call in self._calls.items() if not call.over)

    @property
    def any_open(self) -> bool:
        """Whether there is one that is not over; it is found at once where there are many."""
        return any(not call.over for call in self._calls.values())

    def add(self, call: Call) -> None:
        """A new call."""
        self._calls[call.call] = call
        self._found.add(call.call)
        if isinstance(call, Incoming):
            self._invites[call.server] = call
            self._made[_made_by(call.server.request)] = call

    def rename(self, made: Outgoing, name: str) -> None:
        """It goes to its end under this name; nobody hears of it, and its own is free."""
        for key in self._keys.pop(made.call, ()):
            del self._places[key]
            self._halves.pop(key[:2], None)
        self._alarms.set(made.call, None)
        del self._calls[made.call]
        made.renamed(name)
        self.add(made)

    @property
    def parted(self) -> bool:
        """Whether nothing is left of any but news of others (see Session.parted)."""
        return all(
            call.over and all(session.parted for session in call.sessions)
            for call in self._calls.values()
        )

    def named(self, name: str, *, over: bool = False) -> Call | None:
        """The call of that name, unless it is over; then only if it may be, `over`."""
        call = self.seen(name, over=over)
        if call is not None:
            self._found.add(name)
        return call

    def seen(self, name: str, *, over: bool = False) -> Call | None:
        """The same, to be looked at: nothing comes of it that would have to be noted."""
        call = self._calls.get(name)
        return None if call is None or (call.over and not over) else call

    def call(self, name: str) -> Call:
        """The call of that name. Raises NotNow where there is none that is not over."""
        known = self.named(name)
        if known is None:
            raise NotNow(f"there is no call {name!r}")
        return known

    def place(self, request: Request) -> Place | None:
        """Who takes a request of a peer, by the dialog it belongs to (RFC 3261 §12.2.2).

        A BYE or ACK whose From has lost its tag is still known by ours, which nobody guesses.
        """
        key = key_of(request)
        if not key[2] and key not in self._places and request.method in ("ACK", "BYE"):
            place = self.at(self._halves.get(key[:2], key))
            return None if isinstance(place, Outgoing) else place
        return self.at(key)

    def at(self, key: Key) -> Place | None:
        """Who is at our end of that dialog."""
        place = self._places.get(key)
        if place is not None:
            self._found.add(place.call)
        return place

    def successor(self, key: Key) -> Session | None:
        """Who was at our end of a dialog that another one has taken the place of."""
        return next((each for each in self.sessions() if key in each.leg.former), None)

    def invited_by(self, server: ServerTransaction) -> Incoming | None:
        """The call that this INVITE made."""
        call = self._invites.get(server)
        if call is not None:
            self._found.add(call.call)
        return call

    def repeated(self, invite: Request, now: float) -> Incoming | None:
        """The call that this INVITE has made already, over a connection that is gone."""
        key = _made_by(invite)
        call = self._made.get(key) or self._refused.get(key)
        return call if call is not None and call.repeats(invite, now) else None

    def move(self, call: Incoming, server: ServerTransaction, now: float) -> list[Output]:
        """It goes on with an INVITE that came again; a CANCEL of the one before means nothing."""
        if self._invites.pop(call.server, None) is not None:
            self._invites[server] = call
        self._found.add(call.call)
        return call.repeated(server, now)

    def incoming(self) -> list[Incoming]:
        """All that were made to us."""
        found = list(self._invites.values())
        self._found.update(call.call for call in found)
        return found

    def outgoing(self) -> list[Outgoing | Restored]:
        """All that were made by us, or may be made anew."""
        found = [call for call in self._calls.values() if not isinstance(call, Incoming)]
        self._found.update(call.call for call in found)
        return found

    def sessions(self) -> list[Session]:
        """What became of those that were accepted."""
        self._found.update(self._calls)
        return [session for call in self._calls.values() for session in call.sessions]

    def due(self, now: float) -> list[Call]:
        """The calls whose time has come."""
        names = self._alarms.due(now)
        self._found.update(names)
        return [self._calls[name] for name in names]

    def settle(self, concerned: Iterable[str]) -> None:
        """Note what has become of these calls and of those that were found."""
        names, self._found = {*self._found, *concerned}, set()
        for name in names:
            self.kept.pop(name, None)
            call = self._calls.get(name)
            if call is None:
                continue
            for key in self._keys.pop(name, ()):
                del self._places[key]
                self._halves.pop(key[:2], None)
            if call.over and all(session.over for session in call.sessions):
                self._forget(name, call)
            else:
                self._note(name, call)

    def _note(self, name: str, call: Call) -> None:
        places = {key: place for key, place in call.places.items() if key not in self._places}
        self._places |= places
        self._halves |= {key[:2]: key for key in places}
        self._keys[name] = list(places)
        deadlines = (session.deadline for session in call.sessions)
        self._alarms.set(name, earliest((call.deadline, *deadlines)))

    def _forget(self, name: str, call: Call) -> None:
        del self._calls[name]
        self._alarms.set(name, None)
        if isinstance(call, Incoming):
            del self._invites[call.server]
            key = _made_by(call.server.request)
            if self._made.get(key) is call:
                del self._made[key]
            if call.says_again:
                self._refused.pop(key, None)
                self._refused[key] = call
                for old in list(self._refused)[:-MOST_REFUSED]:
                    del self._refused[old]


def _made_by(invite: Request) -> tuple[str, str]:
    return (invite.call_id, invite.from_.tag)
