"""What a screen reader is told of a call: the AT-SPI events of Chromium, heard beside it.

No screen reader speaks here: what Orca and others make of the events is their own.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

import one_playwright
from page.page_server import PageServer
from page.ports import LOOPBACK, free_port, wait_until
from page.program import require

pytestmark = [pytest.mark.browser, pytest.mark.interop]

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Two who are heard</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna"></web-phone>
<web-phone id="ben" demo username="ben" show-status="false"></web-phone>
"""
# A session of its own, with a screen that nobody sees, for Chromium and who listens to it.
SESSION = """
/usr/bin/python3 {listener} >{heard} 2>{complaints} &
while ! grep -q ready {heard}; do sleep 0.1; done
exec {chromium} {arguments} --force-renderer-accessibility --user-data-dir={profile} \
  --remote-debugging-port={port} about:blank
"""


class Ear:
    """A page, and what is said of it."""

    def __init__(self, page: Page, heard: Path) -> None:
        self.page = page
        self._heard = heard
        self._told = 0

    def said(self) -> list[str]:
        """Each sentence since it was asked last, in order."""
        lines = [json.loads(line) for line in self._heard.read_text().splitlines()[1:]]
        told = [each["text"] for each in lines]
        news, self._told = told[self._told :], len(told)
        return news

    def hears(self, *sentences: str) -> None:
        """These come, each once, in whatever order two phones have, and nothing else."""
        found = self._until(sentences)
        assert sorted(found) == sorted(sentences)

    def hears_among_others(self, *sentences: str) -> None:
        """These come, each once."""
        found = self._until(sentences)
        assert [found.count(each) for each in sentences] == [1] * len(sentences), found

    def _until(self, sentences: tuple[str, ...]) -> list[str]:
        found: list[str] = []

        def enough() -> bool:
            found.extend(self.said())
            return set(sentences) <= set(found)

        wait_until(enough, f"{sentences}", 30)
        self.page.wait_for_timeout(1000)  # for what is said twice
        return [*found, *self.said()]


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex((LOOPBACK, port)) == 0


@pytest.fixture
def ear(pages: PageServer, run_folder: Path) -> Iterator[Ear]:
    """Chromium with its accessibility tree on, for Anna and Ben on one page."""
    folder = run_folder / "heard"
    folder.mkdir(mode=0o700, exist_ok=True)
    heard, port = folder / "heard.jsonl", free_port()
    heard.write_text("")
    script = SESSION.format(
        listener=Path(__file__).with_name("listener.py"),
        heard=heard,
        complaints=folder / "complaints.txt",
        chromium=require("chromium", "chromium"),
        arguments=" ".join(
            f"'{each}'" for each in (*one_playwright.ARGUMENTS, one_playwright.GRANTED)
        ),
        profile=folder / "profile",
        port=port,
    )
    session = subprocess.Popen(
        [require("dbus-run-session", "dbus-daemon"), "--",
         require("xvfb-run", "xvfb"), "-a", "/bin/sh", "-c", script],
        env={**os.environ, "ACCESSIBILITY_ENABLED": "1", "XDG_RUNTIME_DIR": str(folder)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    playwright = one_playwright.borrow()
    try:
        wait_until(lambda: _listens(port), "Chromium", 60)
        browser = playwright.chromium.connect_over_cdp(f"http://{LOOPBACK}:{port}")
        page = browser.contexts[0].pages[0]
        page.goto(pages.put("/heard.html", PAGE))
        page.wait_for_function(
            "anna.state === 'registered' && ben.state === 'registered'", timeout=60_000
        )
        listening = Ear(page, heard)
        page.wait_for_timeout(1500)  # what came with the page is no news
        listening.said()
        yield listening
        browser.close()
    finally:
        os.killpg(session.pid, signal.SIGTERM)
        session.wait()
        one_playwright.give_back()


def test_a_call_is_heard_from_its_first_ring_to_its_end_each_change_once(ear: Ear) -> None:
    ear.page.evaluate("anna.makeCall('ben')")
    ear.hears_among_others("It rings at ben.", "Incoming call from anna.")
    ear.page.evaluate("ben.answer()")
    ear.hears_among_others("In call with ben.", "In call with anna.")

    for _ in range(2):
        ear.page.evaluate("anna.mute(true)")
        ear.hears("You are muted.")
        ear.page.evaluate("anna.mute(false)")
        ear.hears("Your microphone is on.")

    ear.page.evaluate("anna.hold(anna.calls[0].id)")
    ear.hears("ben is on hold.", "anna has put you on hold.")
    ear.page.evaluate("anna.resume(anna.calls[0].id)")
    ear.hears("In call with ben.", "anna is back.")

    ear.page.evaluate("ben.hangup()")
    ear.page.wait_for_function("anna.calls.length === 0 && ben.calls.length === 0")
    ear.page.wait_for_timeout(1500)
    ends = sorted(each.partition(" ended.")[0] for each in ear.said() if "ended" in each)
    assert ends == ["Call with anna", "Call with ben"]
