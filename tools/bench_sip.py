"""How long SIP is read and written: ours in Pyodide and CPython, JsSIP and SIP.js, in one run.

All that run under Node share one process and are asked in turns, so that a busy moment hits them
all; medians of the processor's time. Times depend on the machine, so that the budgets compare what
was measured in the same run. Run it by `make bench-sip`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import bench_page
import sip_speed

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build"
# What is done with a message, and with which.
ROWS = [
    *(("read", kind) for kind in sip_speed.KINDS),
    *(("write", kind) for kind in ("INVITE", "REGISTER")),
    *(
        ("make", kind)
        for kind in ("INVITE", "200 of INVITE", "REGISTER", "ACK", "BYE", "180 of INVITE")
    ),
]
GROWING = list(sip_speed.GROWING)
# What a second network adds, and what a STUN and a TURN server found.
CANDIDATES = """\
a=candidate:1390518314 1 udp 2113942271 198.51.100.7 51930 typ host generation 0 network-cost 999
a=candidate:2390518314 1 udp 1677732095 203.0.113.9 52930 typ srflx raddr 0.0.0.0 rport 0
a=candidate:3390518314 1 udp 33562367 203.0.113.77 53930 typ relay raddr 203.0.113.9 rport 52930
""".replace("\n", "\r\n")
DIALOGS = (10, 100, 1000)
AMONG = ("a message", "a timer")
NAMES = {"read": "read", "write": "written", "make": "made and written"}
WARM = 6  # turns before anything is measured


class Node:
    """The other process: JsSIP, SIP.js and both Pyodides."""

    def __init__(self, sdp: str) -> None:
        pipe = subprocess.PIPE
        script = ROOT / "tools" / "bench_sip.mjs"
        self._process = subprocess.Popen(["node", script], stdin=pipe, stdout=pipe, text=True)
        trimmed = {
            "pyodide": str(BUILD / "trimmed"),
            "library": str(BUILD / "python.zip"),
            "more": str(BUILD / "python-more.zip"),
            "addMore": (ROOT / "tools" / "boot" / "more.py").read_text(),
        }
        messages = {
            kind: [data.decode() for data in sip_speed.messages(kind, sdp)]
            for kind in sip_speed.KINDS
        }
        there = trimmed if (BUILD / "trimmed").exists() else None
        plan = {"root": str(ROOT), "sdp": sdp, "messages": messages, "trimmed": there}
        self.names: list[str] = self.ask(**plan)

    def ask(self, **what: object) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()


def clocked(run: Callable[[], object]) -> float:
    start = process_time()
    run()
    return process_time() - start


def audio_offer() -> str:
    """What Chromium offers for a call with sound."""
    path = ROOT / "tests" / "media" / "data" / "chromium-offer.sdp"
    sound = path.read_bytes().decode().partition("m=video")[0]
    return sound.replace("a=ice-ufrag", CANDIDATES + "a=ice-ufrag")


class Bench:
    """Whoever can be asked how long something takes, and how often that is done."""

    def __init__(self, node: Node, sdp: str, rounds: int) -> None:
        self._node, self._sdp, self.rounds = node, sdp, rounds
        self.everybody = [*node.names, "CPython"]
        self.python = [name for name in self.everybody if name not in ("JsSIP", "SIP.js")]

    def once(self, who: str, what: str, kind: str, times: int) -> float:
        """Seconds."""
        if who == "CPython":
            return clocked(sip_speed.work(what, kind, self._sdp, times))
        return float(self._node.ask(who=who, what=what, kind=kind, times=times))

    def medians(
        self, asked: dict[tuple[str, str, str], int], warm: int, rounds: int = 0
    ) -> dict[tuple[str, str, str], float]:
        """Microseconds for once, of all these in turns: (who, what, with which) and how often."""
        taken: dict[tuple[str, str, str], list[float]] = {one: [] for one in asked}
        for (who, what, kind), times in asked.items():
            self.once(who, what, kind, times * warm)
        for _ in range(rounds or self.rounds):
            for one, times in asked.items():
                taken[one].append(self.once(*one, times) * 1e6 / times)
        return {one: statistics.median(each) for one, each in taken.items()}


def beside(bench: Bench) -> str:
    """Microseconds of everybody, and how often we have done it when JsSIP has done it once."""
    rows = [["microseconds", "message", *bench.everybody, "Pyodide, times JsSIP"]]
    for what, kind in ROWS:
        times = 4 if what == "read" else 20
        found = bench.medians({(who, what, kind): times for who in bench.everybody}, WARM)
        taken = {who: found[who, what, kind] / sip_speed.MESSAGES for who in bench.everybody}
        shown = [f"{taken[who]:.0f}" for who in bench.everybody]
        rows.append([NAMES[what], kind, *shown, f"{taken['JsSIP'] / taken['Pyodide']:.2f}"])
        print(f"  {NAMES[what]}: {kind}", flush=True)
    return bench_page.table(rows)


def growth(bench: Bench) -> str:
    """How much longer ten times as much takes."""
    rows = [["ten times as much takes", *bench.python]]
    for kind in GROWING:
        often = {"small": 20, "large": 4}
        asked = {(who, size, kind): often[size] for who in bench.python for size in often}
        found = bench.medians(asked, 2)
        ratios = [found[who, "large", kind] / found[who, "small", kind] for who in bench.python]
        rows.append([kind, *(f"{ratio:.1f} times as long" for ratio in ratios)])
        print(f"  growing: {kind}", flush=True)
    return bench_page.table(rows)


def crowded(bench: Bench) -> str:
    """What a message and a timer cost one agent among ever more dialogs."""
    rows = [["microseconds", "among", *bench.python]]
    for kind in AMONG:
        for many in DIALOGS:
            what = f"{many} dialogs"
            # Few dialogs have few timers: each is taken once.
            times, rounds = (1, 3) if kind == "a timer" else (10, bench.rounds)
            asked = {(who, what, kind): times for who in bench.python}
            found = bench.medians(asked, 1, rounds)
            shown = [f"{found[who, what, kind] / 10:.0f}" for who in bench.python]
            rows.append([kind, what, *shown])
        print(f"  among dialogs: {kind}", flush=True)
    return bench_page.table(rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", type=int, nargs="?", default=15, help="to take medians of")
    options.add_argument("--write", action="store_true", help="write docs/bench.md too")
    chosen = options.parse_args()
    sdp = audio_offer()
    node = Node(sdp)
    try:
        bench = Bench(node, sdp, chosen.rounds)
        parts = []
        for part in (beside, growth, crowded):
            parts.append(part(bench))
            print(parts[-1], flush=True)
    finally:
        node.close()
    size = len(sip_speed.messages("INVITE", sdp)[0])
    if chosen.write:
        version = subprocess.check_output(["node", "--version"], text=True).strip()
        machine = f"{os.cpu_count()} processors, Node {version}, Python {platform.python_version()}"
        about = f"Medians of {chosen.rounds} rounds; {machine}; the INVITE has {size} bytes.\n\n"
        bench_page.write("SIP, measured by `make bench-sip`", about + "\n\n".join(parts))


if __name__ == "__main__":
    main()
