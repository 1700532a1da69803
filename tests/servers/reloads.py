"""A page with a call is loaded anew, crashes and is closed, again and again. `make sweep-reloads`.

At three set-ups: the built-in exchange, Kamailio with rtpengine before a plain RTP phone, Asterisk.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from playwright.sync_api import BrowserContext
from playwright.sync_api import Error as BrowserError

import bench_page
from generated import within
from interop.baresip import Baresip
from interop.kamailio import Kamailio
from interop.rtpengine import Rtpengine
from interop.sound import AUDIBLE
from page.chromium import Chromium
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until
from page.server import ExchangeServer, Server
from servers.asterisk import Asterisk

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "resilience.md"
KINDS = ("lost", "zombie", "double", "hung")
SOON = 20.0  # seconds within which all of it has happened

# In each page: when its first script ran, when sound came first, and how long none did. What goes
# without notice (`untold`) is not told that it goes, as of a crash.
WATCH = """
(() => {
  const now = () => performance.timeOrigin + performance.now();
  Object.assign(window, {__began: now(), __heard: 0, __silent: []});
  addEventListener("pagehide", (event) => {
    if (sessionStorage.untold) event.stopImmediatePropagation();
  }, true);
  let last = 0, before = 0;
  const look = async () => {
    let packets = 0;
    for (const peer of window.__peers ?? []) {
      if (peer.signalingState === "closed") continue;
      for (const row of (await peer.getStats()).values())
        if (row.type === "inbound-rtp" && row.kind === "audio") packets += row.packetsReceived;
    }
    if (packets && packets !== before) {
      if (last && now() - last > 200) window.__silent.push([last, now()]);
      window.__heard ||= now();
      last = now();
    }
    before = packets;
    setTimeout(look, 20);
  };
  if (location.protocol.startsWith("http")) look();
})();
"""


class Far(Protocol):
    """Who is at the other end, and never goes."""

    def begin(self) -> None:
        """Forget what was."""

    def call(self, user: str) -> None:
        """Call that phone."""

    def take(self) -> None:
        """Be called, and answer."""

    def hears(self) -> None:
        """Until something is heard there."""

    def up(self) -> bool:
        """Whether the call is up there."""

    def records(self) -> int:
        """How many calls there were."""

    def silence(self, since: float) -> float | None:
        """For how long nothing was heard after that moment, None where nobody knows."""

    def hang_up(self) -> None:
        """End what there is."""


@dataclass
class FarPage:
    """Another of our phones."""

    phone: PhonePage

    def begin(self) -> None:
        self.phone.forget_events()
        self.phone.page.evaluate("() => { __silent.length = 0; }")

    def call(self, user: str) -> None:
        self.phone.make_call(user)

    def take(self) -> None:
        self.phone.call_method("answer", self.phone.wait_event("ringingin")["id"])

    def hears(self) -> None:
        self.phone.ears.wait_sound(seconds=SOON)

    def up(self) -> bool:
        return [call["state"] for call in self.phone.calls()] == ["active"]

    def records(self) -> int:
        ended = {record["id"] for record in self.phone.details("end")}
        return len(ended | {call["id"] for call in self.phone.calls()})

    def silence(self, since: float) -> float | None:
        gaps = self.phone.page.evaluate("(since) => __silent.filter(([, to]) => to > since)", since)
        return max(((end - start) / 1000 for start, end in gaps), default=0.2)

    def hang_up(self) -> None:
        self.phone.call_method("hangupAll")


@dataclass
class FarBaresip:
    """A plain RTP phone, which answers by itself."""

    phone: Baresip
    since: int = 0

    def begin(self) -> None:
        self.since = self.phone.mark()

    def call(self, user: str) -> None:
        self.phone.dial(user)

    def take(self) -> None:
        self.phone.wait_event("CALL_ESTABLISHED", since=self.since)

    def hears(self) -> None:
        self.phone.wait_sound(AUDIBLE, SOON)

    def up(self) -> bool:
        return self._count("CALL_ESTABLISHED") > self._count("CALL_CLOSED")

    def records(self) -> int:
        return self._count("CALL_ESTABLISHED")

    def silence(self, since: float) -> float | None:
        return None

    def hang_up(self) -> None:
        self.phone.hang_up()

    def _count(self, kind: str) -> int:
        self.phone.mark()
        return sum(each.get("type") == kind for each in self.phone.events[self.since :])


@dataclass
class Setup:
    """A server with its two ends, and what became of the calls there."""

    name: str
    server: Server
    context: BrowserContext  # of the page that goes, which is warm from its second visit on
    pages: PageServer
    far: Far
    number: str  # by which the far end is called
    found: Counter[str] = field(default_factory=Counter)
    sounds: list[float] = field(default_factory=list)  # seconds from the first script
    silences: list[float] = field(default_factory=list)  # seconds, over there

    def round(self, number: int) -> None:
        """One call, whose page is loaded anew, crashes and is closed."""
        step = "hung"
        alice: PhonePage | None = None
        try:
            self.far.begin()
            alice = self._page()
            id = self._talk(alice, calling=bool(number % 2))
            for untold in (False, True):
                step = "lost"
                self._again(alice, id, untold=untold)
                self.found["crash" if untold else "reload"] += 1
            step = "hung"
            for wish in ("hold", "resume"):
                alice.call_method(wish, id, seconds=SOON)
            self.found["double"] += self._doubled(alice, id)
            step = "zombie"
            self._untold(alice, number % 4 > 1)
            alice.page.close()
            wait_until(lambda: not self.far.up(), "the call to be over at the far end", SOON)
            self.found["close"] += 1
        except (AssertionError, BrowserError) as wrong:
            self.found[step] += 1
            print(f"{self.name}, round {number}: {step}: {wrong}", flush=True)
        if self.far.records() > 1:
            self.found["double"] += 1
            print(f"{self.name}, round {number}: {self.far.records()} calls over there", flush=True)
        if alice is not None and not alice.page.is_closed():
            alice.page.close()
        self.far.hang_up()

    def _page(self) -> PhonePage:
        account = {"host": self.server.ws_url, "realm": self.server.domain, "username": "alice"}
        given = {**account, "password": self.server.users["alice"], "auto-register": "true"}
        url = PhonePage.write(self.pages, "/dist/webphone.js", given, id="alice")
        phone = PhonePage(self.context, url, "alice").open()
        wait_until(lambda: phone.state() == "registered", "alice to be registered", SOON)
        return phone

    def _talk(self, alice: PhonePage, *, calling: bool) -> str:
        if calling:
            alice.make_call(self.number)
            self.far.take()
        else:
            self.far.call("alice")
            alice.call_method("answer", alice.wait_event("ringingin")["id"])
        id: str = alice.wait_state("active")["id"]
        self._both_hear(alice)
        return id

    def _again(self, alice: PhonePage, id: str, *, untold: bool) -> None:
        self._untold(alice, untold)
        alice.page.reload()
        self._untold(alice, False)
        alice.call_method("ready")
        alice.wait_state("active", id, SOON)
        began, heard = wait_until(
            lambda: alice.page.evaluate("() => __heard && [__began, __heard]"), "sound", SOON
        )
        self._both_hear(alice)
        assert self.far.up(), "the call is over at the far end"
        self.sounds.append((heard - began) / 1000)
        silence = self.far.silence(began)
        if silence is not None:
            self.silences.append(silence)
        # As a person would, who loads it anew once more: not in the same second.
        wait_until(lambda: not alice.page.evaluate(RECOVERING), "it to be back", SOON)

    def _both_hear(self, alice: PhonePage) -> None:
        alice.ears.wait_sound(seconds=SOON)
        self.far.hears()

    def _untold(self, alice: PhonePage, untold: bool) -> None:
        alice.page.evaluate(
            "(untold) => { sessionStorage.untold = untold; }", "1" if untold else ""
        )

    def _doubled(self, alice: PhonePage, id: str) -> int:
        """How many calls of this phone have more than one record, or this one has one already."""
        calls = Counter(record["callId"] for record in alice.get("history"))
        ids = {record["id"] for record in alice.get("history")}
        return sum(many > 1 for many in calls.values()) + (id in ids) + len(alice.calls()) - 1

    @property
    def row(self) -> list[str]:
        found = self.found
        events = (found["reload"], found["crash"], found["close"])
        return [
            self.name,
            *map(str, events),
            *(str(found[kind]) for kind in KINDS),
            _spread(self.sounds),
            _spread(self.silences),
        ]


RECOVERING = (
    """() => __events.filter(({name}) => name === "recover").at(-1)?.detail.stage !== "done" """
)

HEADS = (
    *("server", "reloads", "crashes", "closed"),
    *("lost", "zombies", "two records", "hung"),
    *("first script to sound, median / worst", "silence over there, median / worst"),
)


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.2f} / {max(seconds):.2f} s" if seconds else "-"


# --- The three set-ups ---


Opened = Callable[[], BrowserContext]


@contextmanager
def exchange(folder: Path, context: Opened, pages: PageServer) -> Iterator[Setup]:
    server = ExchangeServer(folder / "exchange")
    yield from _paged("built-in exchange", server, context, pages, "bob")


@contextmanager
def kamailio(folder: Path, context: Opened, pages: PageServer) -> Iterator[Setup]:
    with ExitStack() as stack:
        engine = Rtpengine(folder / "rtpengine")
        engine.start()
        stack.callback(engine.stop)
        server = Kamailio(folder / "kamailio", engine.control_port)
        server.start()
        stack.callback(server.stop)
        phone = Baresip(folder / "baresip", server)
        phone.start()
        stack.callback(phone.stop)
        name = "Kamailio, rtpengine, baresip"
        yield Setup(name, server, context(), pages, FarBaresip(phone), "baresip")


@contextmanager
def asterisk(folder: Path, context: Opened, pages: PageServer) -> Iterator[Setup]:
    yield from _paged("Asterisk 22", Asterisk(folder / "asterisk"), context, pages, "102")


def _paged(
    name: str, server: ExchangeServer | Asterisk, context: Opened, pages: PageServer, number: str
) -> Iterator[Setup]:
    """With a page of ours at the far end, whose number this is."""
    server.start()
    far = _far_page(server, context(), pages, "bob")
    yield Setup(name, server, context(), pages, far, number)
    server.stop()


SETUPS = {"exchange": exchange, "kamailio": kamailio, "asterisk": asterisk}


def _far_page(server: Server, context: BrowserContext, pages: PageServer, user: str) -> FarPage:
    account = {"host": server.ws_url, "realm": server.domain, "username": user}
    given = {**account, "password": server.users[user], "auto-register": "true"}
    phone = PhonePage(
        context, PhonePage.write(pages, "/dist/webphone.js", given, id=user), user
    ).open()
    wait_until(lambda: phone.state() == "registered", f"{user} to be registered", SOON)
    return FarPage(phone)


def main() -> int:
    """So many rounds at each set-up."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("times", nargs="?", type=int, default=100)
    options.add_argument("--setups", nargs="*", choices=SETUPS, default=list(SETUPS))
    options.add_argument("--minutes", type=float, default=1e9, help="no longer than this at each")
    options.add_argument("--write", action="store_true", help="write docs/resilience.md too")
    given = options.parse_args()
    # The certificate of Asterisk is its own.
    chromium, pages = Chromium("--ignore-certificate-errors"), PageServer()
    pages.folder("/dist", ROOT / "dist")
    pages.caching = "max-age=3600"
    rows, faults = [list(HEADS)], 0
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        pages.start()
        stack.callback(pages.stop)
        chromium.start()
        stack.callback(chromium.stop)

        def context() -> BrowserContext:
            made = chromium.context()
            made.add_init_script(WATCH)
            return made

        for name in given.setups:
            began = time.monotonic()
            with SETUPS[name](Path(folder) / name, context, pages) as setup:
                for number in count(1):
                    setup.round(number)
                    minutes = (time.monotonic() - began) / 60
                    if number >= given.times or minutes > given.minutes:
                        break
                rows.append(setup.row)
                faults += sum(setup.found[kind] for kind in KINDS)
            print(bench_page.table(rows), f"\n{time.monotonic() - began:.0f} s", flush=True)
    if given.write:
        PAGE.write_text(within(PAGE, "reloads", bench_page.table(rows)))
    return int(faults > 0)


if __name__ == "__main__":
    raise SystemExit(main())
