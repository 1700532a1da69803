"""Where the time of an event of a call goes, from what came in to the changed page.

The page and the calls of bench_screen.py; a script in Python on the page puts a clock around what
the phone is made of. Each part is told without the parts in it, in milliseconds of the clock; the
clocks themselves take some.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections import defaultdict

from playwright.sync_api import Page

import bench_page
import bench_screen

CLOCKS = """
import json, sys, time
import js
from pyodide.ffi import create_proxy
from webphone.browser.demo.peers import DemoPeers
from webphone.browser.element import Element
from webphone.browser.page import Page
from webphone.browser.showing import Showing
from webphone.browser.socket import Sockets
from webphone.browser.will import Will
from webphone.phone.desk import Desk
from webphone.phone.outliving import Outliving
from webphone.sip import Agent

took, inner = {}, []

def timed(name, function):
    def run(*given, **named):
        begun = time.perf_counter()
        inner.append(0.0)
        try:
            return function(*given, **named)
        finally:
            whole = time.perf_counter() - begun
            took[name] = took.get(name, 0.0) + whole - inner.pop()
            if inner:
                inner[-1] += whole
    return run

for owner, method, name in [
    (Agent, "receive", "SIP"), (Agent, "ring", "SIP"),
    (Desk, "handle", "phone"), (Outliving, "keep", "kept"),
    (Element, "show", "told to the page"), (Element, "perform", "told to the page"),
    (Showing, "draw", "views"), (Page, "show", "DOM"),
    (Sockets, "perform", "sent"), (Will, "perform", "entrusted"),
    (DemoPeers, "perform", "media"), (DemoPeers, "prepare", "media"), (DemoPeers, "show", "media"),
]:
    setattr(owner, method, timed(name, getattr(owner, method)))
Desk.snapshot = property(timed("snapshot", Desk.snapshot.fget))

def parts():
    text = json.dumps(took)
    took.clear()
    return text

js.bench.parts = create_proxy(parts)
"""
WHOLE = "in all"


def split(page: Page, host: str, rounds: int) -> dict[str, dict[str, float]]:
    """What each part takes, by event: the lower quartile, as a busy machine only adds to it."""
    found: dict[str, list[dict[str, float]]] = defaultdict(list)

    def hear(name: str, kind: str) -> None:
        heard = page.evaluate("bench.took.filter(({changed}) => changed)")
        parts = {
            part: 1000 * took for part, took in json.loads(page.evaluate("bench.parts()")).items()
        }
        whole = [each["took"] for each in heard if each["name"] == kind][:1]
        if whole:
            found[name].append({WHOLE: whole[0], **parts})
        page.evaluate("bench.clear(); bench.parts()")

    with bench_screen.Caller(host) as caller:
        for number in range(rounds):
            page.evaluate("bench.clear(); bench.parts()")
            caller.ring(number)
            hear("another call rings", "message")
            caller.give_up(number)
            hear("it is given up", "message")
            bench_screen.press(page, "mute")
            hear("the microphone is switched", "click")
            page.wait_for_timeout(100)
    names = {part for several in found.values() for each in several for part in each}
    return {
        event: {
            name: statistics.quantiles((each.get(name, 0.0) for each in several), n=4)[0]
            for name in names
        }
        for event, several in found.items()
    }


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("rounds", nargs="?", type=int, default=60, help="calls that come and go")
    given = options.parse_args()
    bench_screen.PAGE += f'<script type="py">{CLOCKS}</script>\n'
    with bench_screen.opened() as (page, host):
        page.wait_for_function("!!bench.parts", timeout=60_000)
        bench_screen.make_calls(page)
        events = split(page, host, given.rounds)
    parts = sorted(
        next(iter(events.values())), key=lambda part: -max(each[part] for each in events.values())
    )
    rows = [
        ["ms", *events],
        *([part, *(f"{each[part]:.1f}" for each in events.values())] for part in parts),
    ]
    print(bench_page.table(rows))


if __name__ == "__main__":
    main()
