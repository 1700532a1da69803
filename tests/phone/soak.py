"""A long day at a dozen phones: calls all the time, and something breaks again and again.

What must not be: a call that was up and is gone before somebody hung up (lost), one that is still
there when both have left it (zombie), a second record for one, a promise that hangs, anything left
over at the end of the day.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from phone.stage import Actor
from phone.sweep import OF_A_PHONE, OF_ALL, Swept
from sip.entropy import seeded
from webphone.exchange import Exchange
from webphone.phone import actions as do
from webphone.sip import Entropy

USERS = ("anna", "ben", "cleo", "dan", "emma", "finn", "gina", "hugo", "ida", "jan", "kim", "leo")
FAULTS = {**OF_A_PHONE, **{name: OF_ALL[name] for name in ("stalled 5 s", "server restarts")}}
RINGS = 45.0  # seconds that a caller waits for an answer
AFTER = 90.0  # seconds after which whoever hung up must be free again
QUIET = 600.0


class Office(Swept):
    """A server that knows a dozen users."""

    def fresh_exchange(self) -> Exchange:
        users = {name: name[0] for name in USERS}
        return Exchange(Entropy(seeded(99)), users=users, realm="one.example")


@dataclass
class Found:
    """How the day went."""

    calls: int = 0  # dialled
    talks: int = 0  # of which both ends were up
    failed: int = 0  # that never came to be, and their callers were told
    faults: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    zombie: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.lost, *self.zombie, *self.double, *self.hung, *self.left]


@dataclass(eq=False)
class Talk:
    """A call as the two persons see it."""

    number: int
    caller: Actor
    called: Actor
    since: float
    id: str = ""  # its Call-ID
    up: bool = False
    left_at: float = 0.0

    def ends(self) -> list[Actor]:
        """Whose phones have it."""
        both = (self.caller, self.called)
        return [phone for phone in both if any(call.call_id == self.id for call in phone.calls)]

    def of(self, phone: Actor) -> str:
        """Its name in that phone."""
        return next(call.id for call in phone.calls if call.call_id == self.id)


class Day:
    """So many calls and faults, spread over so many seconds."""

    def __init__(self, *, calls: int, faults: int, seconds: float, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.found = Found()
        self.world = Office()
        self.phones = [self.world.phone(user) for user in USERS]
        for phone in self.phones:
            phone.ask("register")
        self._busy: set[Actor] = set()
        self._records: Counter[tuple[str, str]] = Counter()  # by user and call
        self._order = count()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        begin = self.world.now
        for _ in range(calls):
            self.at(begin + self.chance.uniform(0, seconds), self.dial)
        for _ in range(faults):
            self.at(begin + self.chance.uniform(0, seconds), self.breaks)

    def at(self, moment: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (moment, next(self._order), what))

    def soon(self, low: float, high: float, what: Callable[[], None]) -> None:
        self.at(self.world.now + self.chance.uniform(low, high), what)

    def run(self) -> Found:
        while self._agenda:
            moment, _, what = heapq.heappop(self._agenda)
            self.world.wind(max(0.0, moment - self.world.now))
            what()
            self.notes()
        self.world.wind(QUIET)
        self.notes()
        self.evening()
        return self.found

    # --- What happens ---

    def breaks(self) -> None:
        name = self.chance.choice(list(FAULTS))
        self.found.faults[name] += 1
        FAULTS[name](self.world, self.chance.choice(self.phones))(deque())

    def dial(self) -> None:
        free = [phone for phone in self.phones if phone not in self._busy]
        if len(free) < 2:
            self.soon(1, 5, self.dial)
            return
        caller, called = self.chance.sample(free, 2)
        self.found.calls += 1
        talk = Talk(self.found.calls, caller, called, self.world.now)
        self._busy |= {caller, called}
        asked = caller.ask("makeCall", called.user)
        self.soon(0.3, 0.6, lambda: self.dialled(talk, asked))

    def dialled(self, talk: Talk, asked: object) -> None:
        if not asked.settled:  # the phone connects first
            self.soon(0.3, 0.6, lambda: self.dialled(talk, asked))
        elif asked.error is not None:
            self.over(talk)
        else:
            talk.id = asked.value.call_id
            self.rings(talk)

    def rings(self, talk: Talk) -> None:
        mood = self.chance.random()
        if talk.caller not in talk.ends():
            self.over(talk)  # it failed, and said so
        elif self.world.now > talk.since + RINGS or (talk.called in talk.ends() and mood < 0.05):
            talk.caller.ask("hangup", talk.of(talk.caller))
            self.leave(talk)
        elif talk.called not in talk.ends():
            self.soon(0.3, 1, lambda: self.rings(talk))
        elif mood < 0.1:
            talk.called.ask("reject", talk.of(talk.called))
            self.leave(talk)
        else:
            talk.called.ask("answer", talk.of(talk.called))
            self.soon(0.5, 1, lambda: self.answered(talk, self.world.now + RINGS))

    def answered(self, talk: Talk, until: float) -> None:
        states = [
            call.state for end in talk.ends() for call in end.calls if call.call_id == talk.id
        ]
        if states == ["active", "active"]:
            talk.up = True
            self.found.talks += 1
            self.soon(
                1, 10, lambda: self.talks(talk, self.world.now + self.chance.expovariate(1 / 25))
            )
        elif len(states) < 2 or self.world.now > until:
            for end in talk.ends():
                end.ask("hangup", talk.of(end))
            self.leave(talk)
        else:
            self.soon(0.5, 1, lambda: self.answered(talk, until))

    def talks(self, talk: Talk, until: float) -> None:
        if len(talk.ends()) < 2:
            names = [phone.user for phone in talk.ends()]
            why = [(phone.user, *_why(phone, talk.id)) for phone in (talk.caller, talk.called)]
            self.found.lost.append(f"call {talk.number}: only {names} have it, {why}")
            for end in talk.ends():
                end.ask("hangup", talk.of(end))
            self.leave(talk)
            return
        who = self.chance.choice((talk.caller, talk.called))
        if self.world.now > until:
            who.ask("hangup", talk.of(who))
            self.leave(talk)
            return
        what = self.chance.choice(("hold", "resume", "mute", "digit", "text", "nothing"))
        if what == "digit":
            who.ask("sendDtmf", "3", {"method": "info", "id": talk.of(who)})
        elif what == "text":
            who.ask("sendMessage", self.chance.choice(USERS), "hello")
        elif what == "mute":
            who.ask("mute", self.chance.random() < 0.5, talk.of(who))
        elif what != "nothing":
            who.ask(what, talk.of(who))
        self.soon(2, 15, lambda: self.talks(talk, until))

    def leave(self, talk: Talk) -> None:
        talk.left_at = self.world.now
        self.soon(0.5, 1, lambda: self.left(talk))

    def left(self, talk: Talk) -> None:
        if not talk.ends():
            self.over(talk)
        elif self.world.now < talk.left_at + AFTER:
            self.soon(1, 2, lambda: self.left(talk))
        else:
            names = [phone.user for phone in talk.ends()]
            self.found.zombie.append(f"call {talk.number}: {names} still have it")
            for end in talk.ends():
                end.ask("hangup", talk.of(end))
            self.over(talk)

    def over(self, talk: Talk) -> None:
        self.found.failed += not talk.up
        self._busy -= {talk.caller, talk.called}

    # --- What is seen of it ---

    def notes(self) -> None:
        """Count the records, and forget what the stage keeps for shorter stories."""
        for phone in self.phones:
            if phone.mistakes:
                raise phone.mistakes[0]
            for action in phone.actions:
                if isinstance(action, do.Save):
                    self._records[phone.user, action.record.call_id] += 1
            phone.actions.clear()
            phone.events.clear()
            phone.received.clear()
        self.world.wire.clear()

    def evening(self) -> None:
        """All have gone home: nothing is left."""
        for phone in self.phones:
            name = phone.user
            self.found.double += [
                f"{name} has {many} records of {call}"
                for (user, call), many in self._records.items()
                if user == name and many > 1
            ]
            hung = [number for number, each in phone.promises.items() if not each.settled]
            if hung:
                self.found.hung.append(f"{name} waits for {hung}")
            if phone.calls or phone.tone is not None:
                self.found.zombie.append(f"{name} has {phone.calls}")
            if phone.state != "registered":
                self.found.left.append(f"{name} is {phone.state}")
            if not phone.agent.idle or phone.agent.transactions:
                self.found.left.append(f"the agent of {name} is not idle")
            if phone.media or any(phone.pictures.values()):
                self.found.left.append(f"{name} has media of {list(phone.media)}")
            deadline = phone.machine.deadline
            if deadline is not None and deadline < self.world.now:
                self.found.left.append(f"{name} has a deadline that is over")


def _why(phone: Actor, call: str) -> tuple[object, ...]:
    for record in phone.history:
        if record.call_id == call:
            return (record.disposition, record.ended_by, record.sip_code, record.explanation)
    return ()


def main() -> int:
    """The whole day: `make soak`."""
    import argparse
    from time import process_time

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--hours", type=float, default=8.0)
    options.add_argument("--calls", type=int, default=5000)
    options.add_argument("--faults", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    given = options.parse_args()
    started = process_time()
    day = Day(calls=given.calls, faults=given.faults, seconds=given.hours * 3600, seed=given.seed)
    found = day.run()
    print(f"{found.calls} calls, {found.talks} answered, {found.failed} that did not come to be")
    print(f"{found.faults.total()} faults: {dict(found.faults)}")
    for name in ("lost", "zombie", "double", "hung", "left"):
        wrong = getattr(found, name)
        print(f"{name}: {len(wrong)}", *wrong[:5], sep="\n    ")
    print(f"{process_time() - started:.0f} s of the processor")
    return int(bool(found.wrong))


if __name__ == "__main__":
    raise SystemExit(main())
