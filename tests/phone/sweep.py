"""Every fault at every message of every flow: what becomes of the calls, told by name.

A flow is played once to count its messages, then again for each of them: the fault strikes as that
message is about to arrive. After a while of quiet the two ends of each call must say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from phone.stage import SERVER, Actor
from phone.wires import Flights, Wires
from webphone.exchange.proxy import Proxy
from webphone.phone import actions as do
from webphone.phone import happenings as on

PATIENCE = 75.0  # seconds that a person waits for the next thing to happen
SOON = 90.0  # seconds after which every fault has been noticed and is over
QUIET = 120.0  # seconds after all have hung up; no transaction takes longer
NOTICED = 20.0  # seconds after which the server knows that a silent WebSocket is dead


class Swept(Wires):
    """Wires on which one fault strikes, as the message with that number is about to arrive."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.at = -1
        self.names: list[str] = []  # of the messages, from when they are counted
        self.counting = False
        self.strike: Callable[[Flights], bool] = lambda way: True
        self._later: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        """Something happens by itself when that time is over."""
        self._later.append((self.now + seconds, what))
        self._later.sort(key=lambda each: each[0])

    def wind(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            # In steps, as what happens later may be decided on the way.
            due = self._later[0][0] if self._later else end
            super().wind(max(0.0, min(due, end, self.now + 1.0) - self.now))
            while self._later and self._later[0][0] <= self.now:
                self._later.pop(0)[1]()

    def restart(self) -> None:
        """The server goes and is back in three seconds; of what it was doing it knows nothing.

        Who a Record-Route leads to it knows as before: a real one reads that off the request.
        """
        before, self.broken = self.exchange, {SERVER: "dead"}
        for phone in self.phones:
            self.die(phone, 0, 0, told=False, noticed=False)
        self._unnoticed.clear()
        self._links.clear()
        fresh = self.fresh_exchange()
        fresh._flows = before._flows
        for link in list(fresh._flows._own):
            if link >= 0:
                fresh._flows.close(link)
        fresh._proxy = Proxy(fresh._entropy, fresh._flows)
        self.exchange = fresh
        self.later(3.0, self.broken.clear)
        for phone in self.phones:
            self.tell(phone)

    def _bring(self, way: Flights) -> None:
        if self.counting:
            number = len(self.names)
            self.names.append(self._name(way))
            if number == self.at and not self.strike(way):
                return
        if way:
            super()._bring(way)

    def _name(self, way: Flights) -> str:
        first = way[0][1].split(b"\r\n")[0].decode().removeprefix("SIP/2.0 ")
        word = first.split(" ")[0] or "keep-alive"
        for link in self._wires.values():
            if way is link.down:
                return f"{word} to {link.phone.user}"
            if way is link.up:
                return f"{word} of {link.phone.user}"
        return word


# --- Faults -------------------------------------------------------------------------------------

# Each makes of a world and a phone what strikes; it says whether the message still arrives.
Strike = Callable[[Swept, Actor], Callable[[Flights], bool]]


def cut(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """The WebSocket breaks, and both sides know it; what flew over it is lost."""
    return lambda way: world.die(phone, 0, 0, told=True, noticed=True) or True


def torn(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """The WebSocket breaks; the server does not hear of it for a while."""

    def strike(way: Flights) -> bool:
        world.later(NOTICED, world.notice)
        world.die(phone, 0, 0, told=True, noticed=False)
        return True

    return strike


def silent(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """The WebSocket is dead, and nobody is told."""

    def strike(way: Flights) -> bool:
        world.later(NOTICED, world.notice)
        world.die(phone, 0, 0, told=False, noticed=False)
        return True

    return strike


def offline(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """The network of the phone is gone for eight seconds, and the browser says so."""

    def back() -> None:
        world.broken.clear()
        phone.happens(on.NetworkChanged(online=True))

    def strike(way: Flights) -> bool:
        world.later(8.0, back)
        world.later(NOTICED, world.notice)
        world.broken[SERVER] = "dead"
        world.die(phone, 0, 0, told=False, noticed=False)
        phone.happens(on.NetworkChanged(online=False))
        return True

    return strike


def stalled(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """Nothing arrives anywhere for five seconds, then everything does."""

    def strike(way: Flights) -> bool:
        world.slow = True
        world.later(5.0, world.land)
        return False

    return strike


def twice(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """The message arrives twice."""

    def strike(way: Flights) -> bool:
        way.appendleft(way[0])
        return True

    return strike


def restarted(world: Swept, phone: Actor) -> Callable[[Flights], bool]:
    """The server restarts: all WebSockets break, and it is away for three seconds."""
    return lambda way: world.restart() or True


OF_A_PHONE: dict[str, Strike] = {
    "cut": cut,
    "cut, the server unaware": torn,
    "dead in silence": silent,
    "network gone 8 s": offline,
}
OF_ALL: dict[str, Strike] = {"stalled 5 s": stalled, "twice": twice, "server restarts": restarted}
FAULTS = (*OF_A_PHONE, *OF_ALL)


# --- Flows --------------------------------------------------------------------------------------


class Stage:
    """Three persons at their phones, who wait for what they see before they do the next thing."""

    def __init__(self) -> None:
        self.world = Swept()
        self.alice, self.bob, self.carol = (
            self.world.phone(user, redirectPolicy="follow") for user in ("alice", "bob", "carol")
        )
        for phone in self.world.phones:
            phone.ask("register")

    def once(self, seen: Callable[[], bool], limit: float = PATIENCE) -> bool:
        """Wait until this is seen; False when it was not for too long."""
        end = self.world.now + limit
        while not seen() and self.world.now < end:
            self.world.wind(0.25)
        return seen()

    def rings(self, phone: Actor) -> bool:
        return any(call.state == "ringing" and call.direction == "incoming" for call in phone.calls)

    def answers(self, phone: Actor) -> None:
        """It rings, and a moment later somebody answers."""
        if self.once(lambda: self.rings(phone)):
            phone.ask("answer", {"video": False})

    def talking(self) -> None:
        self.alice.ask("makeCall", "bob")
        self.answers(self.bob)


Act = Callable[[Stage], object]


@dataclass(frozen=True, kw_only=True)
class Flow:
    """What is there before, what is done while the fault strikes, and what must come of it."""

    does: Act
    before: Act = Stage.talking
    up: int = 2  # ends of calls that are up at last
    failed: int | None = None  # or so many, where it was not done and she who wanted it was told
    records: tuple[int, int, int] = (1, 1, 0)  # at last, of Alice, Bob and Carol
    least: tuple[int, int, int] = (1, 1, 0)  # of whom a fault kept from it


def nothing(stage: Stage) -> None:
    pass


def registers_anew(stage: Stage) -> None:
    stage.alice.ask("unregister")
    stage.alice.ask("register")


def calls(stage: Stage) -> None:
    stage.talking()


def is_refused(stage: Stage) -> None:
    stage.alice.ask("makeCall", "bob")
    if stage.once(lambda: stage.rings(stage.bob)):
        stage.bob.ask("reject")


def takes_back(stage: Stage) -> None:
    stage.alice.ask("makeCall", "bob")
    stage.once(lambda: stage.rings(stage.bob))
    stage.alice.ask("hangup")


def held(stage: Stage) -> None:
    stage.talking()
    stage.alice.ask("hold")


def filming(stage: Stage) -> None:
    stage.talking()
    stage.alice.ask("startVideo")


def transfers(stage: Stage) -> None:
    stage.alice.ask("transfer", "carol")
    stage.answers(stage.carol)


def consults(stage: Stage) -> None:
    stage.talking()
    stage.alice.ask("consult", "carol")
    stage.answers(stage.carol)
    stage.once(lambda: [call.state for call in stage.alice.calls].count("active") == 1, 10)


FLOWS: dict[str, Flow] = {
    "register": Flow(does=registers_anew, before=nothing, up=0, records=(0, 0, 0), least=(0, 0, 0)),
    "call": Flow(does=calls, before=nothing, failed=0, least=(1, 0, 0)),
    "refuse": Flow(does=is_refused, before=nothing, up=0, least=(1, 0, 0)),
    "take back": Flow(does=takes_back, before=nothing, up=0, least=(1, 0, 0)),
    "hold": Flow(does=lambda stage: stage.alice.ask("hold")),
    "resume": Flow(does=lambda stage: stage.alice.ask("resume"), before=held),
    "transfer": Flow(does=transfers, records=(1, 2, 1), least=(1, 1, 0)),
    "consult and join": Flow(
        does=lambda stage: stage.alice.ask("completeTransfer"),
        before=consults,
        failed=4,
        records=(2, 2, 2),
        least=(2, 1, 1),
    ),
    "message": Flow(does=lambda stage: stage.alice.ask("sendMessage", "bob", "hello")),
    "digit": Flow(does=lambda stage: stage.alice.ask("sendDtmf", "3", {"method": "info"})),
    "video on": Flow(does=lambda stage: stage.alice.ask("startVideo")),
    "video off": Flow(does=lambda stage: stage.alice.ask("stopVideo"), before=filming),
    "hang up": Flow(does=lambda stage: stage.alice.ask("hangup"), up=0),
    "be hung up": Flow(does=lambda stage: stage.bob.ask("hangup"), up=0),
}


# --- What comes of it ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A fault at a message of a flow."""

    flow: str
    fault: str
    whose: str  # phone whose WebSocket or network it is; or nobody's
    at: int
    message: str

    def __str__(self) -> str:
        whose = f" of {self.whose}" if self.whose else ""
        return f"{self.flow}: {self.fault}{whose} at message {self.at}, {self.message}"


@dataclass
class Found:
    """What was wrong afterwards, in words; empty lists are what is wanted."""

    failed: bool = False  # what was wanted was not done, and the person knows it
    lost: list[str] = field(default_factory=list)
    zombie: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    hung: list[str] = field(default_factory=list)

    @property
    def all(self) -> list[str]:
        return [*self.lost, *self.zombie, *self.double, *self.hung]


def messages(flow: str) -> list[str]:
    """The names of the messages of a flow, when nothing strikes."""
    stage = prepared(flow)
    FLOWS[flow].does(stage)
    stage.world.wind(5.0)
    stage.world.counting = False
    return stage.world.names


def prepared(flow: str) -> Stage:
    stage = Stage()
    FLOWS[flow].before(stage)
    stage.world.wind(1.0)
    stage.world.counting = True
    return stage


def cases(flow: str) -> Iterator[Case]:
    """Every fault at every message of it, for both sides."""
    people = ("alice", "bob") + (("carol",) if FLOWS[flow].records[2] else ())
    for at, name in enumerate(messages(flow)):
        for fault in OF_A_PHONE:
            for whose in people:
                yield Case(flow, fault, whose, at, name)
        for fault in OF_ALL:
            yield Case(flow, fault, "", at, name)


def play(case: Case, fault: Strike | None = None) -> Found:
    """What is wrong after that fault."""
    stage, flow = prepared(case.flow), FLOWS[case.flow]
    world = stage.world
    world.at = case.at
    phone = getattr(stage, case.whose or "alice")
    fault = fault or {**OF_A_PHONE, **OF_ALL}[case.fault]
    world.strike = fault(world, phone)
    flow.does(stage)
    world.wind(SOON)
    found = Found()
    afterwards(stage, flow, found)
    for phone in world.phones:
        phone.ask("hangupAll")
    world.wind(QUIET)
    at_last(stage, flow, found)
    return found


def afterwards(stage: Stage, flow: Flow, found: Found) -> None:
    """The fault is over: what is up is up at both its ends, and what is wanted is so."""
    ends: dict[str, list[str]] = {}
    for phone in stage.world.phones:
        if phone.state != "registered":
            found.lost.append(f"{phone.user} is {phone.state}")
        for call in phone.calls:
            ends.setdefault(call.call_id, []).append(f"{phone.user} {call.state} {call.held_by}")
    for names in ends.values():
        if len(names) != 2:
            found.zombie.append(f"a call with one end: {names}")
        elif not agree(names):
            found.zombie.append(f"the ends say different things: {names}")
    up = sum(map(len, ends.values()))
    if up == flow.failed:
        found.failed = True
    elif up < flow.up:
        found.lost.append(f"{up} ends are up: {ends}")
    elif up > flow.up:
        found.zombie.append(f"{up} ends are up: {ends}")


def agree(names: list[str]) -> bool:
    """Whether what one end calls local the other calls remote."""
    one, two = (each.split(" ")[2] for each in names)
    return two == {"local": "remote", "remote": "local"}.get(one, one)


def at_last(stage: Stage, flow: Flow, found: Found) -> None:
    """Everybody has hung up: nothing is left, and each call has one record."""
    for phone, wanted, least in zip(stage.world.phones, flow.records, flow.least, strict=True):
        saved = [each.record.id for each in phone.actions if isinstance(each, do.Save)]
        told = [record["id"] for record in phone.told("end")]
        if len(saved) != len(set(saved)) or told != saved or len(saved) > wanted:
            found.double.append(f"{phone.user} has the records {saved}, told {told}")
        if len(saved) < least:
            found.lost.append(f"{phone.user} has {len(saved)} records of {least}")
        if phone.calls or phone.tone is not None:
            found.zombie.append(f"{phone.user} still has {phone.calls} and {phone.tone}")
        open_ = [number for number, each in phone.promises.items() if not each.settled]
        if open_:
            found.hung.append(f"{phone.user} waits for {open_}")
        if not phone.agent.idle or phone.agent.transactions:
            found.hung.append(f"the agent of {phone.user} is not idle")
        if phone.mistakes:
            found.hung.append(f"{phone.user} raised {phone.mistakes}")


# --- The table ----------------------------------------------------------------------------------

KINDS = ("lost", "zombie", "double", "hung")


def table(outcomes: list[tuple[Case, Found]]) -> list[list[str]]:
    """A row for each flow, a column for each fault; the first row has the heads."""
    rows = [["flow", "cases", *FAULTS, "not done, and said so"]]
    for flow in FLOWS:
        ours = [(case, found) for case, found in outcomes if case.flow == flow]
        cells = [cell([found for case, found in ours if case.fault == fault]) for fault in FAULTS]
        failed = sum(found.failed and not found.all for _, found in ours)
        rows.append([flow, str(len(ours)), *cells, str(failed)])
    return rows


def cell(all_found: list[Found]) -> str:
    """0 where nothing is wrong; else how many cases are, and how."""
    counts = {kind: sum(bool(getattr(found, kind)) for found in all_found) for kind in KINDS}
    return ", ".join(f"{count} {kind}" for kind, count in counts.items() if count) or "0"


def main() -> int:
    """Every case there is: `make sweep`."""
    import argparse
    from concurrent.futures import ProcessPoolExecutor
    from pathlib import Path

    import bench_page
    from generated import within

    options = argparse.ArgumentParser(description=main.__doc__)
    options.add_argument("flows", nargs="*", help="these only")
    options.add_argument("--write", action="store_true", help="write docs/resilience.md too")
    given = options.parse_args()
    every = [case for flow in given.flows or FLOWS for case in cases(flow)]
    with ProcessPoolExecutor() as workers:
        outcomes = list(zip(every, workers.map(play, every, chunksize=20), strict=True))
    for case, found in outcomes:
        if found.all:
            print(f"{case}: {'; '.join(found.all)}")
    rows = table(outcomes)
    print(bench_page.table(rows))
    if given.write:
        page = Path(__file__).resolve().parents[2] / "docs" / "resilience.md"
        page.write_text(within(page, "sweep", f"{len(every):,} cases:\n\n{bench_page.table(rows)}"))
    return int(any(found.all for _, found in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
