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
    *(("make", kind) for kind in ("INVITE", "200 of INVITE", "REGISTER")),
]
NAMES = {"read": "read", "write": "written", "make": "made and written"}
WARM = 10  # turns of 50 messages before anything is measured


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
    return path.read_bytes().decode().partition("m=video")[0]


def measured(node: Node, sdp: str, rounds: int) -> dict[tuple[str, str], dict[str, float]]:
    """Microseconds for one message, of each row and of each who does it."""

    def once(who: str, what: str, kind: str, times: int) -> float:
        if who == "CPython":
            return clocked(sip_speed.work(what, kind, sdp, times))
        return float(node.ask(who=who, what=what, kind=kind, times=times))

    found: dict[tuple[str, str], dict[str, float]] = {}
    for what, kind in ROWS:
        times = 5 if what == "read" else 20
        taken: dict[str, list[float]] = {who: [] for who in [*node.names, "CPython"]}
        for who in taken:
            once(who, what, kind, WARM * (1 if what == "read" else 5))
        for _ in range(rounds):
            for who, all_of_them in taken.items():
                all_of_them.append(once(who, what, kind, times) * 1e6 / times / 50)
        found[what, kind] = {who: statistics.median(each) for who, each in taken.items()}
        print(f"  {NAMES[what]}: {kind}", flush=True)
    return found


def beside(found: dict[tuple[str, str], dict[str, float]]) -> str:
    """Microseconds of everybody, and how often we have done it when JsSIP has done it once."""
    who = list(next(iter(found.values())))
    rows = [["microseconds", "message", *who, "Pyodide, times JsSIP"]]
    for (what, kind), times in found.items():
        ratio = times["JsSIP"] / times["Pyodide"]
        shown = [f"{times[name]:.0f}" for name in who]
        rows.append([NAMES[what], kind, *shown, f"{ratio:.2f}"])
    return bench_page.table(rows)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", type=int, nargs="?", default=15, help="to take medians of")
    options.add_argument("--write", action="store_true", help="write docs/bench.md too")
    chosen = options.parse_args()
    sdp = audio_offer()
    node = Node(sdp)
    try:
        found = measured(node, sdp, chosen.rounds)
    finally:
        node.close()
    size = len(sip_speed.messages("INVITE", sdp)[0])
    text = beside(found)
    print(text)
    if chosen.write:
        version = subprocess.check_output(["node", "--version"], text=True).strip()
        machine = f"{os.cpu_count()} processors, Node {version}, Python {platform.python_version()}"
        about = f"Medians of {chosen.rounds} rounds; {machine}; the INVITE has {size} bytes.\n\n"
        bench_page.write("SIP, measured by `make bench-sip`", about + text)


if __name__ == "__main__":
    main()
