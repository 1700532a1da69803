"""Faults at messages of flows in a real Chromium: what becomes of the calls. `make sweep-page`.

tests/phone/sweep.py plays every case on a stage; here a hundred of them, chosen by chance, are
played by two pages, with real sockets, real media and a real clock. For minutes, it says as
well what they leave behind in the page of who is called.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import bench_leaks
from page.chromium import Chromium
from page.faulty import Faulty
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import LOOPBACK, wait_until
from page.server import ExchangeServer
from webphone.exchange import Exchange
from webphone.exchange.proxy import Proxy

ROOT = Path(__file__).parents[2]
FAULTS = ("cut", "torn", "gone", "stalled", "twice", "server", "page")
SOON = 60.0  # seconds after which every fault has been noticed and is over


class Stateless(ExchangeServer):
    """Knows after a restart whom a Record-Route leads to: others read that off the request."""

    _before: Exchange | None = None

    def _exchange(self) -> Exchange:
        exchange, before = super()._exchange(), self._before
        if before is not None:
            flows = before._flows
            for link in [link for link in flows._own if link >= 0]:
                flows.close(link)
            exchange._flows, exchange._proxy = flows, Proxy(exchange._entropy, flows)
        self._before = exchange
        return exchange


class Pair:
    """Alice, whose wire breaks, and Ben."""

    def __init__(
        self, chromium: Chromium, pages: PageServer, folder: Path, watch: str = ""
    ) -> None:
        """`watch` is a script that runs in both pages before any other."""
        self._watch = watch
        self.server = Stateless(folder)
        self.server.start()
        self.wire = Faulty(self.server.ws_url, self.server.restart)
        self.alice = self._page(chromium, pages, "alice", self.wire.url)
        self.ben = self._page(chromium, pages, "ben", self.server.ws_url)
        self.asked: list[tuple[PhonePage, int]] = []
        self.taken: set[str] = set()  # the calls that were answered
        self.registered()

    def _page(self, chromium: Chromium, pages: PageServer, user: str, host: str) -> PhonePage:
        account = {"host": host, "realm": LOOPBACK, "username": user}
        given = {**account, "password": self.server.users[user], "auto-register": "true"}
        url = PhonePage.write(pages, "/dist/webphone.js", given, id=user)
        context = chromium.context()
        context.add_init_script(self._watch)
        return PhonePage(context, url, user).open()

    @property
    def both(self) -> tuple[PhonePage, PhonePage]:
        return self.alice, self.ben

    def registered(self) -> None:
        for phone in self.both:
            wait_until(lambda phone=phone: phone.state() == "registered", "both to be there", SOON)

    def close(self) -> None:
        for phone in self.both:
            phone.close()
        self.wire.close()
        self.server.stop()

    # --- Flows: what is done first, and what the fault strikes in -------------------------------

    def nothing(self) -> None:
        """Both are there, and no call is."""

    def talking(self) -> None:
        """Alice has called Ben."""
        self.call()
        wait_until(lambda: _agree(self) and self.settled(), "them to talk", SOON)

    def held(self) -> None:
        """Alice has called Ben and holds him."""
        self.talking()
        self.alice.call_method("hold")

    def call(self) -> None:
        """Alice calls Ben."""
        self._begin(self.alice, "makeCall", "ben")
        self._answered(self.alice, self.ben)

    def be_called(self) -> None:
        """Ben calls Alice."""
        self._begin(self.ben, "makeCall", "alice")
        self._answered(self.ben, self.alice)

    def _answered(self, caller: PhonePage, called: PhonePage) -> None:
        """It is answered as soon as it rings, if it does."""

        def rings() -> bool:
            ringing = any(call["state"] == "ringing" for call in called.calls())
            return ringing or not caller.calls()

        self.wait(rings, "it to ring, or to be refused")
        self.answer()

    def answer(self) -> None:
        """Whoever rings answers: once more where the call was over and has begun anew."""
        for phone in self.both:
            for call in phone.calls():
                rings = call["state"] == "ringing" and call["direction"] == "incoming"
                if rings and call["id"] not in self.taken:
                    self.taken.add(call["id"])
                    self._begin(phone, "answer", call["id"])

    def agreed(self) -> bool:
        """Whether both ends are of one mind; who rings by now answers."""
        self.answer()
        return _agree(self)

    def hold(self) -> None:
        """Alice holds."""
        self._begin(self.alice, "hold")

    def resume(self) -> None:
        """Alice takes him back."""
        self._begin(self.alice, "resume")

    def write(self) -> None:
        """Alice writes to Ben."""
        self._begin(self.alice, "sendMessage", "ben", "hello")

    def hang_up(self) -> None:
        """Alice hangs up."""
        self._begin(self.alice, "hangup")

    def be_hung_up(self) -> None:
        """Ben hangs up."""
        self._begin(self.ben, "hangup")

    def _begin(self, phone: PhonePage, method: str, *given: str) -> None:
        self.asked.append((phone, phone.begin(method, *given)))

    def settled(self) -> bool:
        """Whether all that was asked of the phones is done, or will not be."""
        return all(phone.settled(asked) for phone, asked in self.asked)

    def wait(self, question: Callable[[], bool], what: str) -> None:
        """Also for the page, which is loaded anew when the fault says so."""

        def answered() -> bool:
            if self.wire.fault == "page" and self.wire.struck.is_set():
                self.wire.fault = ""
                self.asked = [each for each in self.asked if each[0] is not self.alice]
                self.alice.page.reload()
                self.alice.call_method("ready")
            return question()

        wait_until(answered, what, SOON)


FLOWS: dict[str, tuple[Callable[[Pair], None], Callable[[Pair], None]]] = {
    "call": (Pair.nothing, Pair.call),
    "be called": (Pair.nothing, Pair.be_called),
    "hold": (Pair.talking, Pair.hold),
    "resume": (Pair.held, Pair.resume),
    "message": (Pair.talking, Pair.write),
    "hang up": (Pair.talking, Pair.hang_up),
    "be hung up": (Pair.talking, Pair.be_hung_up),
}


def play(pair: Pair, flow: str, at: int, fault: str) -> str:
    """One case; what went wrong, "" for nothing."""
    first, then = FLOWS[flow]
    for phone in pair.both:
        phone.forget_events()
    pair.asked = []
    first(pair)
    up = {call["id"] for call in pair.alice.calls()}
    pair.wire.arm(at, fault)
    try:
        then(pair)
        pair.wait(lambda: pair.settled() and pair.wire.still, "the promises to settle")
        pair.registered()
        pair.wait(pair.agreed, "both ends to agree")
    except AssertionError as wrong:
        states = [[call["state"] for call in phone.calls()] for phone in pair.both]
        return f"hung: {str(wrong)[:60]} {states}"
    left = {call["id"] for call in pair.alice.calls()}
    if flow in ("hold", "resume", "message") and not up <= left:
        return "lost"
    if "hang" in flow or "hung" in flow:
        if left:
            return "zombie"
    elif left and not any(call["heldBy"] for call in pair.alice.calls()):
        for phone in pair.both:
            phone.ears.wait_sound(seconds=SOON)
    ended = Counter(record["id"] for record in pair.alice.details("end"))
    return "double" if any(many > 1 for many in ended.values()) else ""


def _messages(pair: Pair, flow: str) -> int:
    """How many messages a flow has on Alice's wire, when nothing breaks."""
    wrong = play(pair, flow, -1, "")
    many = len(pair.wire.seen)
    if wrong or not many or not tidy(pair):
        raise SystemExit(f"{flow} does not work by itself: {wrong} {pair.wire.seen}")
    return many


def _agree(pair: Pair) -> bool:
    """Whether both ends are in one call, or in none."""
    states = [[call["state"] for call in phone.calls()] for phone in pair.both]
    return states[0] == states[1] == [] or all(one in (["active"], ["held"]) for one in states)


def tidy(pair: Pair) -> bool:
    """Whether both have hung up and are there for the next case."""
    try:
        for phone in pair.both:
            phone.begin("hangupAll")
        wait_until(lambda: not any(phone.calls() for phone in pair.both), "both to be free", SOON)
        pair.registered()
    except AssertionError:
        return False
    return True


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("cases", nargs="?", type=int, default=100)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--minutes", type=float, default=0, help="go on for so long instead")
    given = options.parse_args()
    chromium, pages = Chromium(), PageServer()
    pages.folder("/dist", ROOT / "dist")
    pages.start()
    chromium.start()
    found: Counter[str] = Counter()
    played, struck = 0, 0
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        watch = bench_leaks.COUNT if given.minutes else ""
        pair = first = Pair(chromium, pages, Path(folder), watch)
        every = [
            (flow, at, fault)
            for flow in FLOWS
            for at in range(_messages(pair, flow))
            for fault in FAULTS
        ]
        random.Random(given.seed).shuffle(every)
        before = _living(pair) if given.minutes else {}
        for case in _cases(every, given.cases, given.minutes, began):
            wrong = play(pair, *case)
            played, struck = played + 1, struck + pair.wire.struck.is_set()
            pair.wire.arm()
            if wrong:
                found[wrong.partition(":")[0]] += 1
                print(*case, "->", wrong, pair.wire.seen[-3:], flush=True)
            if not tidy(pair):
                found["left"] += 1
                print(*case, "-> not free again", flush=True)
                pair.close()
                pair = Pair(chromium, pages, Path(folder), watch)
        if pair is first and before and (more := _more(before, _living(pair))):
            found["leak"] = len(more)
        pair.close()
    chromium.stop()
    pages.stop()
    told = ", ".join(
        f"{found[name]} {name}" for name in ("lost", "zombie", "double", "hung", "left")
    )
    print(f"{played} cases, the fault struck in {struck}, {time.monotonic() - began:.0f} s: {told}")
    raise SystemExit(1 if found else 0)


def _living(pair: Pair) -> dict[str, float]:
    """What lives in Ben's page, which is never loaded anew, once all patience is over."""
    page = pair.ben.page
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return bench_leaks.counted(page, session, bench_leaks.REST)


def _more(before: dict[str, float], after: dict[str, float]) -> list[str]:
    """What there is more of; a heap and a history take a little."""
    print("Ben's page:", ", ".join(f"{each} {before[each]:g} -> {after[each]:g}" for each in after))
    return [each for each in after if after[each] > 1.2 * before[each] + 2]


def _cases(
    every: list[tuple[str, int, str]], most: int, minutes: float, began: float
) -> Iterator[tuple[str, int, str]]:
    number = 0
    while (time.monotonic() - began < minutes * 60) if minutes else (number < most):
        yield every[number % len(every)]
        number += 1


if __name__ == "__main__":
    main()
