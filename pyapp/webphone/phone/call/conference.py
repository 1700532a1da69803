"""A conference: calls of this phone that are joined, each of which hears the others and us.

What a person wants of one is in conferences.py, and who hears whom in voice.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from webphone.contract import Event, Member, WebPhoneError, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.actions import Action
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.others import Others
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.call.seen import party
from webphone.phone.call.voice import voices
from webphone.words import say

MOST = 8  # calls: each is mixed anew for every other one
FEWEST = 2


class Conference:
    """The calls in the order in which they joined."""

    def __init__(self) -> None:
        self._members: list[Call] = []
        self._parked: set[str] = set()  # held since we left, and not by themselves
        self._voices: tuple[do.Voice, ...] = ()  # as the media have been told
        self._told: tuple[Member, ...] = ()  # and the page

    def __iter__(self) -> Iterator[Call]:
        return iter(self._members)

    # --- Who is in it ---

    def join(self, calls: Iterable[Call]) -> None:
        """These are in it from now on."""
        for call in calls:
            if not call.joined:
                call.joined = True
                self._members.append(call)

    def leave(self, call: Call) -> None:
        """This one no longer is."""
        self._members.remove(call)
        call.joined = False
        self._parked.discard(call.id)

    def take_place(self, new: Call) -> None:
        """A call that takes the place of one of these does so here, too: they are the same."""
        for place, old in enumerate(self._members):
            if old.id == new.instead_of:
                self._members[place] = new
                old.joined, new.joined = False, True
                new.part(seldom.seat).muted = old.part(seldom.seat).muted

    def heir(self, gone: Call | None) -> Call:
        """Who is in front after this one, if there is one; rather one that is heard."""
        left = [call for call in self._members if call is not gone]
        return min(left, key=lambda call: call.part(Renegotiation).hold_wanted)

    # --- Coming and going of ourselves ---

    def park(self) -> list[Call]:
        """We leave for another call, or put all on hold: those who are to be held for that."""
        going = [call for call in self._up if not call.part(Renegotiation).hold_wanted]
        self._parked |= {call.id for call in going}
        return going

    def come_back(self) -> list[Call]:
        """We come back: those who were held since we left."""
        coming = [call for call in self._up if call.id in self._parked]
        self._parked.clear()
        return coming

    def leave_held(self) -> None:
        """We are with another call, as an earlier page had it: who is held is so for that."""
        self._parked = {call.id for call in self._members if call.hold.local}

    def hold_alone(self, call: Call) -> None:
        """This one is held for itself: our coming and going is nothing to it."""
        self._parked.discard(call.id)

    # --- What follows ---

    def follow(self, calls: Mapping[str, Call]) -> list[Action]:
        """What has become of it in this turn: who is mixed with whom, and what the page is told."""
        here = [call for call in self._members if call.id in calls]
        stays = here if len(here) >= FEWEST else []
        for call in [call for call in self._members if call not in stays]:
            self.leave(call)
        result: list[Action] = []
        mixed = voices(self._members)
        if mixed != self._voices:
            self._voices = mixed
            result.append(do.MixCalls(voices=mixed))
        members = tuple(member(call) for call in self._members)
        if members != self._told:
            self._told = members
            detail = {"calls": [each.id for each in members], "members": encode(members)}
            result.append(do.Tell(event=Event("conference", detail)))
        return result

    @property
    def over(self) -> bool:
        """Whether nobody is left in it."""
        return not self._members

    @property
    def _up(self) -> list[Call]:
        return [call for call in self._members if call.stage is Stage.ACTIVE]


def member(call: Call) -> Member:
    """A call as the roster has it."""
    seat = call.part(seldom.seat)
    return Member(
        id=call.id,
        name=call.display_name,
        number=party(call.remote).number,
        muted=seat.muted,
        speaking=seat.speaking,
    )


@dataclass(frozen=True, kw_only=True)
class Joining:
    """The promise of a conference, and the calls that are to hear each other."""

    reply: int
    coming: Sequence[Call]
    conference: Conference

    deadline = None  # it waits for the calls, not for a time

    @property
    def done(self) -> bool:
        """Whether the last word on all of them has been spoken."""
        return all(call.part(Renegotiation).settled for call in self.coming)

    def wake(self, calls: Others, now: float) -> Result:
        """The promise ends with the last word, one way or the other."""
        return [self._verdict] if self.done else []

    @property
    def _verdict(self) -> Action:
        there = [call for call in self.conference if not call.over]
        if len(there) < FEWEST:
            error = WebPhoneError("no_call", say("call_over"))
            return do.Refuse(reply=self.reply, error=error)
        if any(call.hold.local for call in there if call in self.coming):
            error = WebPhoneError("media_failed", say("conference_failed"))
            return do.Refuse(reply=self.reply, error=error)
        return do.Settle(reply=self.reply)
