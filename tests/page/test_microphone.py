"""The browser's own question about the microphone, in Chromium that asks, refuses and allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import at_rest, button, screen

pytestmark = pytest.mark.browser
OTHER = '<web-phone id="other" demo></web-phone>'
# A person who has not answered yet: without a window Chromium closes its own question at once.
SLOWLY = """
(() => {
  const media = navigator.mediaDevices, open = media.getUserMedia.bind(media);
  let answered, asked = 0;
  const answer = new Promise((done) => (answered = done));
  globalThis.asked = () => asked;
  globalThis.answerTheQuestion = () => answered();
  media.getUserMedia = async (wishes) => { asked += 1; await answer; return open(wishes); };
})();
"""


class Stranger:
    """A phone in a page that the browser has given no microphone yet."""

    def __init__(self, context: BrowserContext, pages: PageServer) -> None:
        url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True}, after=OTHER)
        self.phone = PhonePage(context, url)
        self.page = self.phone.page
        self._origin = url.split("/", 3)[:3]
        self._browser = context.browser.new_browser_cdp_session()  # type: ignore[union-attr]
        session = context.new_cdp_session(self.page)
        self._context = session.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]

    def set(self, setting: str) -> None:
        """What the person has settled for this site: granted, denied, or prompt for nothing."""
        self._browser.send(
            "Browser.setPermission",
            {
                "permission": {"name": "microphone"},
                "setting": setting,
                "origin": "/".join(self._origin),
                "browserContextId": self._context,
            },
        )

    def open(self, setting: str) -> None:
        self.set(setting)
        self.phone.open()
        self.phone.wait_event("registered", seconds=30)
        self.phone.beside("other").wait_event("registered", seconds=30)
        at_rest(self.phone)


@pytest.fixture
def stranger(new_context: Callable[..., BrowserContext], pages: PageServer) -> Iterator[Stranger]:
    opened = Stranger(new_context(permissions=()), pages)
    yield opened
    assert opened.phone.console.errors == [], opened.phone.report()


def banner(stranger: Stranger) -> Locator:
    return screen(stranger.phone).locator("[part=banner]")


def dial(stranger: Stranger, number: str) -> None:
    screen(stranger.phone).locator("[part=number-input]").fill(number)
    button(stranger.phone, "Call").click()


def test_while_chromium_asks_the_phone_says_why_and_the_call_goes_on_by_itself(
    stranger: Stranger,
) -> None:
    stranger.page.add_init_script(SLOWLY)
    stranger.open("prompt")
    dial(stranger, "600")
    shown = screen(stranger.phone)
    expect(shown.locator("[part=explainer]")).to_contain_text("So that")
    expect(shown.get_by_text("Allow the microphone in the browser")).to_be_visible()
    expect(button(stranger.phone, "Hang up")).to_be_visible()
    assert stranger.page.evaluate("asked()") == 1  # it was asked before, and is not asked again
    stranger.set("granted")
    stranger.page.evaluate("answerTheQuestion()")
    stranger.phone.wait_event("answer")
    expect(shown.locator("[part=explainer]")).to_have_count(0)


def test_a_question_that_is_closed_can_be_had_again(stranger: Stranger) -> None:
    stranger.open("prompt")
    dial(stranger, "600")  # without a window the browser closes it
    expect(banner(stranger)).to_contain_text("press Allow in the browser's question")
    stranger.set("granted")
    expect(banner(stranger)).to_contain_text("is allowed now")
    button(stranger.phone, "Try again").click()
    stranger.phone.wait_event("answer")


def test_a_refusal_says_how_to_take_it_back_and_try_again_works_once_it_is(
    stranger: Stranger,
) -> None:
    stranger.open("denied")
    dial(stranger, "600")
    expect(banner(stranger)).to_contain_text("Press the sign at the start of the address bar")
    stranger.set("granted")
    # The browser says so by itself: nobody has pressed anything.
    expect(banner(stranger)).to_contain_text("is allowed now")
    button(stranger.phone, "Try again").click()
    stranger.phone.wait_event("answer")
    expect(banner(stranger)).to_have_count(0)


def test_a_call_that_may_not_be_answered_goes_on_ringing_until_it_may(stranger: Stranger) -> None:
    stranger.open("granted")
    stranger.phone.beside("other").call_method("makeCall", "you")
    stranger.phone.wait_event("ringingin")
    stranger.set("denied")
    button(stranger.phone, "Answer").click()
    expect(banner(stranger)).to_contain_text("is blocked")
    assert stranger.phone.calls()[0]["state"] == "ringing"
    stranger.set("granted")
    expect(banner(stranger)).to_contain_text("is allowed now")
    button(stranger.phone, "Try again").click()
    stranger.phone.wait_event("answer")
