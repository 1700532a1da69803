"""The herd: 100,000 phones whose server restarts, ours beside JsSIP and SIP.js with their defaults.

Ours is the real connection with its real pauses; the other two are their rules, read in the files
that stand beside them. What is modelled is the server and the way to it: it refuses while it is
away, then opens every WebSocket and takes so many REGISTERs a second; each phone needs two, as the
first is challenged. Run it by `make bench-herd`.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from time import process_time
from typing import Protocol

import bench_page
from generated import within
from webphone.contract import WebPhoneError
from webphone.phone import actions as do
from webphone.phone.account.connection import Connection
from webphone.phone.account.registration_errors import try_next_server
from webphone.phone.account.retries import wish
from webphone.sip import Entropy, RegistrationFailed

PAGE = Path(__file__).resolve().parent.parent / "docs" / "resilience.md"
HERD = 100_000
TAKES = 5_000  # REGISTERs that the server takes a second
DAY = 1000.0  # seconds after which who is not back never comes
PATIENCE = 32.0  # seconds that a REGISTER waits for its answer (RFC 3261 §17.1.2.2), all three
TOLD_WITHIN = 0.5  # seconds in which all hear that their sockets are gone


class Phone(Protocol):
    """When somebody opens the next WebSocket; None: never, unless a person does something."""

    def lost(self, now: float) -> float | None:
        """The WebSocket is gone, or could not be opened."""

    def opens(self, now: float) -> None:
        """It is opened now."""

    def opened(self, now: float) -> None:
        """It is open."""

    def registered(self, now: float) -> None:
        """The server has it."""

    def refused(self, status: int, after: int | None, now: float) -> float | None:
        """The REGISTER was; 408: it was not answered."""


class Ours:
    """The connection of this project as it is, with one server."""

    def __init__(self, chance: random.Random) -> None:
        self._entropy = Entropy(chance.randbytes)
        self._line = Connection(("wss://one.example",), self._entropy, count(1))
        self._line.want(0.0)
        self.opened(0.0)
        self.registered(0.0)

    def lost(self, now: float) -> float | None:
        socket, error = self._line.socket, WebPhoneError("connection_failed")
        assert socket is not None
        return self._next(self._line.closed(socket, error, now), now)

    def opens(self, now: float) -> None:
        if not self._line.socket:
            self._line.wake(now, busy=False)
        assert self._line.socket

    def opened(self, now: float) -> None:
        assert self._line.socket
        self._line.opened(self._line.socket, now, busy=False)

    def registered(self, now: float) -> None:
        self._line.works(now)

    def refused(self, status: int, after: int | None, now: float) -> float | None:
        news = RegistrationFailed(status=status, reason="", retry_after=after)
        assert try_next_server(news)  # as the account does
        error = WebPhoneError("connection_failed")
        until = now + wish(after, self._entropy)
        return self._next(self._line.leave(error, now, until), now)

    def _next(self, steps: list[object], now: float) -> float | None:
        opening = any(isinstance(each, do.Connect) for each in steps)
        return now if opening else self._line.retry_at


class JsSIP:
    """Version 3.13: from 2 to 30 s, a power of two by chance, in whole seconds."""

    def __init__(self, chance: random.Random) -> None:
        self._chance, self._attempts = chance, 0

    def lost(self, now: float) -> float | None:
        # node_modules/jssip/lib/Transport.js, _reconnect, and Constants.js for the two limits.
        self._attempts += 1
        seconds = math.floor(self._chance.random() * 2**self._attempts + 1)
        return now + min(max(seconds, 2), 30)

    def opens(self, now: float) -> None:
        pass

    def opened(self, now: float) -> None:
        self._attempts = 0  # Transport.js, _onConnect

    def registered(self, now: float) -> None:
        pass

    def refused(self, status: int, after: int | None, now: float) -> float | None:
        # Registrator.js, _registrationFailure: the page is told, and the WebSocket stays.
        return None


class SIPjs:
    """Version 0.21, its SessionManager: three attempts, 4 s apart, the first at once."""

    def __init__(self, chance: random.Random) -> None:
        self._attempt = 0

    def lost(self, now: float) -> float | None:
        # node_modules/sip.js/lib/platform/web/session-manager/session-manager.js: the defaults
        # at its head and attemptReconnection; a bare UserAgent makes no attempt at all.
        self._attempt += 1
        if self._attempt > 3:
            return None
        return now if self._attempt == 1 else now + 4.0

    def opens(self, now: float) -> None:
        pass

    def opened(self, now: float) -> None:
        self._attempt = 0

    def registered(self, now: float) -> None:
        pass

    def refused(self, status: int, after: int | None, now: float) -> float | None:
        # registrationRetry is false by default, and api/registerer.js only tells Retry-After.
        return None


PHONES: dict[str, Callable[[random.Random], Phone]] = {
    "this phone": Ours,
    "JsSIP": JsSIP,
    "SIP.js": SIPjs,
}


@dataclass(kw_only=True)
class Server:
    """Away until `back`; then it takes `takes` REGISTERs a second, the others in their turn.

    With `refusing` there is no line: the rest gets 503, with the Retry-After that it gives.
    """

    back: float
    takes: int = TAKES
    refusing: Callable[[], int | None] | None = None
    came: Counter[int] = field(default_factory=Counter)  # REGISTERs by second
    _free_at: float = 0.0
    _taken: Counter[int] = field(default_factory=Counter)

    def register(self, now: float) -> tuple[float, int | None, int | None]:
        """When it answers, and what it refuses with: the status and the Retry-After."""
        self.came[int(now)] += 1
        if self.refusing is None:
            self._free_at = max(self._free_at, now) + 1 / self.takes
            return self._free_at, None, None
        self._taken[int(now)] += 1
        if self._taken[int(now)] > self.takes:
            return now, 503, self.refusing()
        return now, None, None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of the herd, in seconds after the server was back."""

    peak: int  # REGISTERs in the busiest second
    times: list[float]  # when each was registered, in their order
    never: int  # how many are not, after DAY

    def by(self, share: float) -> float | None:
        """When that share of all phones was registered."""
        needed = math.ceil(share * (len(self.times) + self.never))
        return self.times[needed - 1] if 0 < needed <= len(self.times) else None


def restart(
    make: Callable[[random.Random], Phone], server: Server, phones: int = HERD, seed: int = 1
) -> Outcome:
    """All are cut off at second 0, and come back as each of them does."""
    chance = random.Random(seed)
    herd = [make(chance) for _ in range(phones)]
    trips = [chance.uniform(0.02, 0.08) for _ in herd]
    order = count()
    agenda: list[tuple[float, int, int, str]] = []
    times: list[float] = []

    def due(at: float | None, who: int, what: str) -> None:
        if at is not None and at < DAY:
            heapq.heappush(agenda, (at, next(order), who, what))

    for who in range(phones):
        due(chance.uniform(0, TOLD_WITHIN), who, "lost")
    while agenda:
        now, _, who, what = heapq.heappop(agenda)
        phone, trip = herd[who], trips[who]
        if what == "lost":
            due(phone.lost(now), who, "open")
        elif what == "open":
            phone.opens(now)
            there = now + trip >= server.back
            # TCP, TLS and the handshake take three round trips; a refusal takes one.
            due(now + 3 * trip if there else now + trip, who, "opened" if there else "lost")
        elif what == "registered":
            phone.registered(now)
            times.append(now - server.back)
        else:
            if what == "opened":
                phone.opened(now)
            answered, status, after = server.register(now + trip / 2)
            heard = answered + trip / 2
            if heard - now > PATIENCE:
                due(phone.refused(408, None, now + PATIENCE), who, "open")
            elif status is not None:
                due(phone.refused(status, after, heard), who, "open")
            else:
                due(heard, who, "challenged" if what == "opened" else "registered")
    return Outcome(
        peak=max(server.came.values(), default=0), times=times, never=phones - len(times)
    )


# --- The table ---


def doors(chance: random.Random) -> dict[str, Callable[[], int | None] | None]:
    """What a server can do with those that it has no time for."""
    return {
        "lets them wait": None,
        "503, `Retry-After` from 1 to 60 by chance": lambda: chance.randint(1, 60),
        "503, `Retry-After: 30` to all": lambda: 30,
        "503": lambda: None,
    }


def rows(phones: int, takes: int) -> Iterator[list[str]]:
    """Each row of the table; the first has the heads."""
    yield ["away", "what does not fit", "phones", "peak", "half", "99 %", "the last", "never"]
    for away, which in ((3.0, (0,)), (10.0, (0, 1, 2, 3)), (300.0, (0,))):
        for number, (door, refusing) in enumerate(doors(random.Random(7)).items()):
            if number not in which:
                continue
            for name, make in PHONES.items():
                server = Server(back=away, takes=takes, refusing=refusing)
                found = restart(make, server, phones)
                times = [_seconds(found.by(share)) for share in (0.5, 0.99, 1)]
                never = f"{found.never / phones:.0%}" if found.never else "none"
                length = f"{away:.0f} s" if away < 60 else f"{away / 60:.0f} min"
                yield [length, door, name, f"{found.peak:,}", *times, never]


def _seconds(time: float | None) -> str:
    return "-" if time is None else f"{time:.0f} s"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("phones", type=int, nargs="?", default=HERD)
    options.add_argument("--takes", type=int, help="REGISTERs a second (a twentieth of the phones)")
    options.add_argument("--write", action="store_true", help="write docs/resilience.md too")
    chosen = options.parse_args()
    takes = chosen.takes or chosen.phones // 20
    started = process_time()
    table = []
    for row in rows(chosen.phones, takes):
        table.append(row)
        print(" | ".join(row), flush=True)
    print(f"{process_time() - started:.0f} s", flush=True)
    if chosen.write:
        about = (
            f"{chosen.phones:,} phones, a server that takes {takes:,} REGISTERs a second, two for "
            f"each phone, so that none can be done in less than {2 * chosen.phones / takes:.0f} s."
        )
        PAGE.write_text(within(PAGE, "herd", f"{about}\n\n{bench_page.table(table)}"))


if __name__ == "__main__":
    main()
