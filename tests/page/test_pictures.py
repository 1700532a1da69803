"""Camera and screen in a call of two phones of a page, by the browser's own camera and capture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

import one_playwright
from page.chromium import KEEP_PEER_CONNECTIONS, Ears
from page.page_server import PageServer
from page.ports import wait_until

pytestmark = pytest.mark.browser

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Two who see each other</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna"></web-phone>
<web-phone id="ben" demo username="ben"></web-phone>
"""
CALL = """async () => {
  const rings = new Promise((done) => ben.addEventListener("ringingin", done, {once: true}));
  const answered = new Promise((done) => anna.addEventListener("answer", done, {once: true}));
  await anna.makeCall("ben");
  await rings;
  await ben.answer();
  await answered;
}"""
# What is sent of pictures: of the screen, the camera; what was stopped is not there.
PICTURES = """() => __peers.filter(({signalingState}) => signalingState !== "closed")
  .flatMap((peer) => peer.getSenders()).map(({track}) => track)
  .filter((track) => track?.kind === "video" && track.readyState === "live")
  .map((track) => track.getSettings().displaySurface ?? "camera")"""


@pytest.fixture
def page(granting: Browser, pages: PageServer) -> Iterator[Page]:
    """Anna talks to Ben; what the browser would ask a person for is given, the screen too."""
    context = granting.new_context(**one_playwright.CALM)
    context.add_init_script(KEEP_PEER_CONNECTIONS)
    page = context.new_page()
    page.goto(pages.put("/pictures.html", PAGE))
    page.wait_for_function(
        "anna.state === 'registered' && ben.state === 'registered'", timeout=60_000
    )
    page.evaluate(CALL)
    yield page
    context.close()


def until(page: Page, pictures: list[str]) -> None:
    wait_until(lambda: page.evaluate(PICTURES) == pictures, f"{pictures} to be sent", 15)


def test_the_screen_is_shared_and_seen_and_stopped(page: Page) -> None:
    page.evaluate("anna.shareScreen()")
    until(page, ["monitor"])
    Ears(page).wait_video(5)
    page.evaluate("anna.shareScreen(false)")
    until(page, [])
    Ears(page).wait_sound()


def test_the_camera_begins_and_ends_within_a_call_and_the_sound_stays(page: Page) -> None:
    page.evaluate("anna.startVideo()")
    until(page, ["camera"])
    Ears(page).wait_video(5)
    page.evaluate("ben.startVideo()")
    until(page, ["camera", "camera"])
    page.evaluate("anna.stopVideo()")
    until(page, ["camera"])
    page.evaluate("ben.stopVideo()")
    until(page, [])
    Ears(page).wait_sound()


def test_from_the_camera_to_the_screen_and_back(page: Page) -> None:
    page.evaluate("anna.startVideo()")
    until(page, ["camera"])
    page.evaluate("anna.shareScreen(true)")
    until(page, ["monitor"])
    page.evaluate("anna.shareScreen(false)")
    until(page, ["camera"])
    Ears(page).wait_video(5)
