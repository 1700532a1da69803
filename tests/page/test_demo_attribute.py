"""`<web-phone demo>`: a phone with nothing set, no server, and numbers that sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Route

import one_playwright
from page.chromium import KEEP_PEER_CONNECTIONS, Chromium
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.pitch import AUDIBLE, LISTEN, loudest, wait_pitches
from page.ports import wait_until
from page.program import require

pytestmark = [pytest.mark.browser, pytest.mark.timed]
ROOT = Path(__file__).parents[2]

GREETING = 880.0
ANNOUNCEMENT = 783.99
CHAT, ON_HOLD = 440.0, 698.46
AMERICAN_RINGBACK, AMERICAN_BUSY = (440, 480), (480, 620)
COUNT_CONTEXTS = """
(() => {
  const Native = window.AudioContext;
  const all = [];
  window.AudioContext = class AudioContext extends Native {
    constructor(...given) { super(...given); all.push(this); }
  };
  window.__open = () => all.filter(({ state }) => state !== "closed").length;
})();
"""
UNPLUGGED_PAGE = """<!doctype html>
<html lang="en-US">
<script src="webphone.js"></script>
<web-phone id="phone" demo></web-phone>
<web-phone id="other" demo></web-phone>
"""
OTHER = '<web-phone id="other" demo></web-phone>'
COLD = pytest.mark.cold("what is kept comes from another server, which is out of reach too")


@pytest.fixture(scope="module")
def unplugged(chromium: Chromium, run_folder: Path) -> Iterator[Browser]:
    """A browser on a machine without any network: not even a loopback interface is up."""
    run = run_folder / "unplugged-chromium"
    run.write_text(f'#!/bin/sh\nexec unshare -n -- {require("chromium", "chromium")} "$@"\n')
    run.chmod(0o755)
    context = chromium.context()
    assert context.browser is not None
    arguments = [each for each in one_playwright.ARGUMENTS if "loopback" not in each]
    browser = context.browser.browser_type.launch(executable_path=run, args=arguments)
    context.close()
    yield browser
    browser.close()


@pytest.fixture
def open_unplugged(unplugged: Browser) -> Iterator[Callable[..., PhonePage]]:
    """open_unplugged() gives a registered phone; its page comes by no network either."""
    contexts: list[BrowserContext] = []

    def serve(route: Route) -> None:
        name = urlsplit(route.request.url).path.lstrip("/")
        if name == "phone":
            route.fulfill(body=UNPLUGGED_PAGE, content_type="text/html")
        else:
            route.fulfill(path=ROOT / "dist" / name)

    def open_page() -> PhonePage:
        context = unplugged.new_context(permissions=["microphone"])
        contexts.append(context)
        context.add_init_script(KEEP_PEER_CONNECTIONS)
        context.add_init_script(LISTEN)
        context.route("**/*", serve)
        phone = PhonePage(context, "http://localhost:9650/phone").open()
        phone.wait_event("registered", seconds=20)
        return phone

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def open_demo(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> Iterator[Callable[..., PhonePage]]:
    """open_demo(**attributes) gives a registered phone; no socket leaves its page."""
    opened: list[PhonePage] = []

    def open_page(after: str = "", **attributes: str | bool) -> PhonePage:
        given = {"demo": True, "country": "us", "log-level": "debug", **attributes}
        url = PhonePage.write(pages, "/dist/webphone.js", given, after=after)
        context = new_context()
        context.add_init_script(COUNT_CONTEXTS)
        context.add_init_script(LISTEN)
        phone = PhonePage(context, url)
        phone.page.on("websocket", lambda socket: pytest.fail(f"a socket to {socket.url}"))
        opened.append(phone.open())
        phone.wait_event("registered", seconds=20)
        return phone

    yield open_page
    for phone in opened:
        assert phone.console.errors == [], phone.report()


def called(phone: PhonePage, number: str) -> PhonePage:
    """The phone, with a call to this number that was answered."""
    phone.make_call(number)
    phone.wait_event("answer")
    return phone


def test_the_attribute_alone_makes_a_registered_phone(open_demo) -> None:
    phone = open_demo()
    assert phone.details("registered")[0]["server"] == "demo:"
    assert phone.state() == "registered"


def test_600_greets_and_gives_back_what_is_said(open_demo) -> None:
    phone = called(open_demo(), "600")
    wait_pitches(phone.page, "remote", [GREETING])
    phone.page.wait_for_timeout(1500)
    phone.ears.wait_sound()
    assert phone.active_call()["codec"] == "opus"
    assert phone.page.get_by_text("without network").count() == 0
    assert loudest(phone.page, "remote") > AUDIBLE
    phone.call_method("mute", True)
    phone.page.wait_for_timeout(1500)
    assert loudest(phone.page, "remote") < AUDIBLE
    phone.call_method("hangup")
    assert phone.wait_event("end")["disposition"] == "answered"
    assert phone.ears.totals()["peers"] == 0


def test_601_rings_back_two_seconds_after_the_end(open_demo) -> None:
    phone = called(open_demo(), "601")
    wait_pitches(phone.page, "remote", [CHAT])
    phone.call_method("hangup")
    assert phone.wait_event("ringingin")["from"]["number"] == "601"
    phone.call_method("answer")
    phone.wait_event("answer", lambda call: call["direction"] == "incoming")
    wait_pitches(phone.page, "remote", [CHAT])


def test_602_is_busy_and_sounds_busy(open_demo) -> None:
    phone = open_demo()
    phone.make_call("602")
    wait_pitches(phone.page, "local", AMERICAN_BUSY)
    assert phone.wait_event("end")["disposition"] == "busy"


def test_603_declines(open_demo) -> None:
    phone = open_demo()
    phone.make_call("603")
    assert phone.wait_event("end")["sipCode"] == 603


def test_604_rings_until_the_caller_gives_up(open_demo) -> None:
    phone = open_demo()
    phone.make_call("604")
    phone.wait_event("ringingout")
    wait_pitches(phone.page, "local", AMERICAN_RINGBACK)
    phone.call_method("hangup")
    assert phone.wait_event("end")["disposition"] == "cancelled"


def test_605_is_heard_before_it_answers(open_demo) -> None:
    phone = open_demo()
    phone.make_call("605")
    phone.wait_state("early")
    wait_pitches(phone.page, "remote", [ANNOUNCEMENT])
    assert not phone.details("answer")
    phone.wait_event("answer")
    wait_pitches(phone.page, "remote", [ANNOUNCEMENT])


def test_606_holds_with_music_and_comes_back(open_demo) -> None:
    phone = called(open_demo(), "606")
    wait_pitches(phone.page, "remote", [CHAT])
    assert phone.wait_event("hold")["heldBy"] == "remote"
    wait_pitches(phone.page, "remote", [ON_HOLD])
    phone.wait_event("resume")
    wait_pitches(phone.page, "remote", [CHAT])


def test_a_number_that_nobody_has_does_not_exist(open_demo) -> None:
    phone = open_demo()
    phone.make_call("699")
    assert phone.wait_event("end")["sipCode"] == 404


def test_a_held_echo_is_silent_until_it_is_resumed(open_demo) -> None:
    phone = called(open_demo(), "600")
    phone.call_method("hold")
    phone.page.wait_for_timeout(1000)
    assert loudest(phone.page, "remote") < AUDIBLE
    phone.call_method("resume")
    phone.page.wait_for_timeout(1000)
    assert loudest(phone.page, "remote") > AUDIBLE


def test_a_far_end_goes_with_its_call(open_demo) -> None:
    phone = open_demo()
    for number in ("600", "606", "605"):
        before = phone.mark()
        phone.make_call(number)
        phone.wait_event("answer", since=before)
        phone.call_method("hangup")
        phone.wait_event("end", since=before)
        assert phone.ears.totals()["peers"] == 0
        # What may stay is the phone's own, for its ringing and its keys.
        wait_until(lambda: phone.page.evaluate("__open()") <= 1, "the far end to go")


def test_two_phones_of_a_page_call_each_other(open_demo) -> None:
    phone = open_demo(after=OTHER)
    other = phone.beside("other")
    assert other.wait_event("registered")["aor"] == "sip:you-2@demo"
    phone.make_call("you-2")
    assert other.wait_event("ringingin")["from"]["number"] == "you"
    other.call_method("answer")
    phone.wait_event("answer")
    phone.ears.wait_sound()
    other.call_method("hangup")
    assert phone.wait_event("end")["endedBy"] == "remote"


def test_the_demo_ends_with_its_attribute(open_demo) -> None:
    phone = open_demo()
    phone.page.evaluate("document.getElementById('phone').removeAttribute('demo')")
    phone.wait_event("unregistered")
    assert phone.state() == "unconfigured"
    before = phone.mark()
    phone.page.evaluate("document.getElementById('phone').setAttribute('demo', '')")
    phone.wait_event("registered", since=before)


# --- A machine without a network ---


@COLD
@COLD
def test_without_network_the_echo_sounds_in_the_page_and_the_phone_says_so(open_unplugged) -> None:
    phone = called(open_unplugged(), "600")
    told = phone.page.locator("#phone [part=notice]").first
    assert "without network" in told.inner_text()
    assert phone.active_call()["codec"] == "page"
    wait_pitches(phone.page, "remote", [GREETING])
    phone.page.wait_for_timeout(1500)
    assert loudest(phone.page, "remote") > AUDIBLE
    phone.call_method("mute", True)
    phone.page.wait_for_timeout(1000)
    assert loudest(phone.page, "remote") < AUDIBLE
    phone.call_method("mute", False)
    phone.call_method("hold")
    phone.page.wait_for_timeout(1000)
    assert loudest(phone.page, "remote") < AUDIBLE
    phone.call_method("resume")
    phone.page.wait_for_timeout(1000)
    assert loudest(phone.page, "remote") > AUDIBLE
    phone.call_method("sendDtmf", "12")
    phone.wait_event("dtmf", lambda sent: sent["tone"] == "2")
    phone.call_method("hangup")
    assert phone.wait_event("end")["disposition"] == "answered"


@COLD
@COLD
def test_without_network_early_sound_hold_and_the_ring_back_are_as_with_one(open_unplugged) -> None:
    phone = open_unplugged()
    phone.make_call("605")
    phone.wait_state("early")
    wait_pitches(phone.page, "remote", [ANNOUNCEMENT])
    phone.wait_event("answer")
    phone.call_method("hangup")
    phone.make_call("606")
    wait_pitches(phone.page, "remote", [CHAT])
    phone.wait_event("hold")
    wait_pitches(phone.page, "remote", [ON_HOLD])
    phone.wait_event("resume")
    wait_pitches(phone.page, "remote", [CHAT])
    phone.call_method("hangup")
    before = phone.mark()
    phone.make_call("601")
    phone.wait_event("answer", since=before)
    phone.call_method("hangup")
    phone.wait_event("ringingin")
    phone.call_method("answer")
    wait_pitches(phone.page, "remote", [CHAT])


@COLD
@COLD
def test_without_network_two_phones_of_a_page_hear_each_other(open_unplugged) -> None:
    phone = open_unplugged()
    other = phone.beside("other")
    phone.make_call("you-2")
    other.wait_event("ringingin")
    other.call_method("answer")
    phone.wait_event("answer")
    phone.page.wait_for_timeout(1000)
    assert loudest(phone.page, "remote") > AUDIBLE
    other.call_method("hangup")
    assert phone.wait_event("end")["endedBy"] == "remote"
