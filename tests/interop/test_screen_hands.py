"""The screen under a person's hands: where the focus goes, and what a key must never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from interop.page_server import PageServer
from interop.phone_page import PhonePage
from interop.seed import button, screen

pytestmark = pytest.mark.interop
OTHER = '<web-phone id="other" demo></web-phone>'
LABELLED = '<label for="phone">Whom to call</label>'
IN_PHONE = "(phone) => phone.shadowRoot.activeElement?.getAttribute('part') ?? ''"
IN_PAGE = "document.activeElement?.id ?? ''"
# A phone's clock that stands still while a busy machine takes its time, and then jumps.
CLOCK = """
(() => {
  const clocks = [[Date, Date.now], [performance, performance.now.bind(performance)]];
  let ahead = 0, still = null;
  clocks.forEach(([owner, real], place) => {
    owner.now = () => (still ? still[place] : real()) + ahead;
  });
  window.__still = () => { still = clocks.map(([, real]) => real()); };
  window.__later = (seconds) => { still = null; ahead += seconds * 1000; };
})();
"""


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], pages: PageServer) -> Iterator[PhonePage]:
    """A registered demo phone, labelled, with another one below it on the page."""
    context = new_context()
    context.add_init_script(CLOCK)
    url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True}, before=LABELLED, after=OTHER)
    opened = PhonePage(context, url).open()
    for each in (opened, opened.beside("other")):
        each.wait_event("registered", seconds=30)
    yield opened
    assert opened.console.errors == [], opened.report()


@pytest.fixture
def other(phone: PhonePage) -> PhonePage:
    return phone.beside("other")


def field(phone: PhonePage) -> Locator:
    return screen(phone).get_by_role("textbox")


def focused(phone: PhonePage) -> str:
    """The part that has the focus."""
    part: str = screen(phone).evaluate(IN_PHONE)
    return part


def rung(phone: PhonePage, other: PhonePage) -> None:
    """The other one calls, and the screen shows it."""
    other.call_method("makeCall", "you")
    expect(button(phone, "Answer")).to_be_visible()


# --- A call that comes while somebody types -------------------------------------------------------


def test_an_enter_meant_to_dial_answers_nothing(phone: PhonePage, other: PhonePage) -> None:
    field(phone).focus()
    phone.page.evaluate("__still()")
    phone.page.keyboard.type("60")
    rung(phone, other)
    assert focused(phone) == "phone"
    phone.page.keyboard.type("4")
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.press("Space")
    phone.page.keyboard.press("Escape")
    assert [call["state"] for call in phone.calls()] == ["ringing"]
    assert not phone.details("answer") and not other.details("end")
    phone.page.evaluate("__later(2)")
    phone.page.keyboard.press("Enter")
    other.wait_event("answer")
    phone.call_method("hangup")
    button(phone, "Close").click()
    expect(field(phone)).to_have_value("604")


def test_a_second_enter_does_not_hang_up_what_the_first_dialled(phone: PhonePage) -> None:
    field(phone).focus()
    phone.page.evaluate("__still()")
    phone.page.keyboard.type("604")
    phone.page.keyboard.press("Enter")
    expect(button(phone, "Hang up")).to_be_focused()
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.press("Space")
    phone.wait_event("ringingout")
    assert len(phone.calls()) == 1 and not phone.details("end")
    phone.page.evaluate("__later(2)")
    phone.page.keyboard.press("Enter")
    assert phone.wait_event("end")["disposition"] == "cancelled"


def test_who_paused_while_typing_has_a_moment_to_see_that_it_rings(
    phone: PhonePage, other: PhonePage
) -> None:
    field(phone).focus()
    phone.page.keyboard.type("60")
    phone.page.evaluate("__later(5)")
    phone.page.evaluate("__still()")
    rung(phone, other)
    phone.page.keyboard.press("Enter")
    assert [call["state"] for call in phone.calls()] == ["ringing"]
    phone.page.evaluate("__later(2)")
    phone.page.keyboard.press("Enter")
    other.wait_event("answer")


def test_digits_and_enter_for_a_machine_do_not_hang_up(phone: PhonePage) -> None:
    field(phone).focus()
    phone.page.keyboard.type("600")
    phone.page.keyboard.press("Enter")
    phone.wait_event("answer")
    expect(button(phone, "Hang up")).to_be_focused()
    phone.page.evaluate("__still()")
    phone.page.keyboard.type("1234")
    phone.page.keyboard.press("Enter")
    phone.wait_event("dtmf", lambda sent: sent["tone"] == "4")
    assert [call["state"] for call in phone.calls()] == ["active"]
    phone.page.evaluate("__later(2)")
    phone.page.keyboard.press("Enter")
    phone.wait_event("end")


def test_ringing_gives_the_focus_to_answer_where_nobody_types(
    phone: PhonePage, other: PhonePage
) -> None:
    button(phone, "Call").focus()
    rung(phone, other)
    expect(button(phone, "Answer")).to_be_focused()
    phone.page.keyboard.press("Enter")
    other.wait_event("answer")
    expect(button(phone, "Hang up")).to_be_focused()
    phone.call_method("hangup")


def test_the_page_keeps_the_focus_that_is_not_in_the_phone(
    phone: PhonePage, other: PhonePage
) -> None:
    rung(phone, other)
    assert focused(phone) == "" and phone.page.evaluate(IN_PAGE) == ""
    phone.call_method("answer")
    phone.call_method("hangup")
    assert focused(phone) == ""


# --- The page gives the focus ---------------------------------------------------------------------


def test_focus_goes_to_the_number_or_to_the_main_control(
    phone: PhonePage, other: PhonePage
) -> None:
    give = "document.getElementById('phone').focus()"
    phone.page.evaluate(give)
    expect(field(phone)).to_be_focused()
    phone.page.keyboard.type("1")
    button(phone, "1").focus()
    phone.page.evaluate(give)
    assert focused(phone) == "key", "it stays where it is in the phone"
    phone.page.evaluate("document.activeElement.blur()")

    phone.call_method("setConfig", {"showDialledNumber": False})
    phone.page.evaluate(give)
    expect(button(phone, "Call")).to_be_focused()
    phone.page.evaluate("document.activeElement.blur()")
    phone.page.evaluate("__later(2)")
    rung(phone, other)
    phone.page.evaluate(give)
    expect(button(phone, "Answer")).to_be_focused()
    phone.call_method("reject")
    phone.page.evaluate("document.activeElement.blur()")
    phone.call_method("setConfig", {"disabled": True})
    phone.page.evaluate(give)
    assert focused(phone) == "phone"


def test_a_label_leads_to_the_number_and_a_click_elsewhere_does_not(phone: PhonePage) -> None:
    phone.page.get_by_text("Whom to call").click()
    expect(field(phone)).to_be_focused()
    screen(phone).locator("[part=title]").click()
    assert focused(phone) == "phone"
    assert screen(phone).evaluate("(phone) => phone.shadowRoot.delegatesFocus") is False
    outline = "({shadowRoot}) => getComputedStyle(shadowRoot.activeElement).outlineStyle"
    assert screen(phone).evaluate(outline) == "none"


def test_the_painted_phone_takes_the_focus_as_well(
    new_context: Callable[..., BrowserContext], pages: PageServer
) -> None:
    url = PhonePage.write(pages, "/dist/webphone.js", {"loading": "interaction"}, before=LABELLED)
    painted = PhonePage(new_context(), url).open(ready=False)
    painted.page.get_by_text("Whom to call").click()
    expect(field(painted)).to_be_focused()
    painted.page.keyboard.type("12")
    painted.call_method("ready")
    expect(field(painted)).to_be_focused()
    painted.page.keyboard.type("3")
    expect(field(painted)).to_have_value("123")
