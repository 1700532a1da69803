"""The screen under a person's hands: where the focus goes, and what a key must never do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from page.chromium import Chromium
from page.eyes import seen
from page.lasting import Lasting
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.spec import button, screen

pytestmark = pytest.mark.browser
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


@pytest.fixture(scope="module")
def lasting(chromium: Chromium, pages: PageServer) -> Iterator[Lasting]:
    url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True}, before=LABELLED, after=OTHER)

    def make() -> PhonePage:
        context = chromium.context()
        context.add_init_script(CLOCK)
        return PhonePage(context, url)

    made = Lasting(make)
    yield made
    made.close()


@pytest.fixture
def phone(lasting: Lasting, request: pytest.FixtureRequest) -> Iterator[PhonePage]:
    """A registered demo phone, labelled, with another one below it on the page."""
    yield from lasting.lent(request, "phone", "other")


@pytest.fixture
def other(phone: PhonePage) -> PhonePage:
    return phone.beside("other")


def field(phone: PhonePage) -> Locator:
    return screen(phone).locator("[part=number-input]")


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


@pytest.mark.parametrize("width", [320, 1280])
def test_the_keypad_opens_and_closes_under_the_same_finger(phone: PhonePage, width: int) -> None:
    phone.page.set_viewport_size({"width": width, "height": 720})
    phone.call_method("makeCall", "600")
    phone.wait_event("answer")
    # Where there is room the keys are beside the controls, else in their place.
    wide = width > 1000
    expect(button(phone, "1")).to_be_visible(visible=wide)
    expect(button(phone, "Keypad")).to_be_enabled()
    button(phone, "Keypad").focus()
    phone.page.keyboard.press("Enter")
    expect(button(phone, "Hide keypad")).to_be_focused()
    expect(button(phone, "Mute")).to_be_visible(visible=wide)
    between = 2 if wide else 0  # Hold and Transfer
    for _ in range(between + 1):
        phone.page.keyboard.press("Tab")
    expect(button(phone, "1")).to_be_focused()
    phone.page.keyboard.press("Space")
    assert phone.wait_event("dtmf")["tone"] == "1"
    for _ in range(between + 1):
        phone.page.keyboard.press("Shift+Tab")
    phone.page.keyboard.press("Enter")
    expect(button(phone, "Keypad")).to_be_focused()
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.press("Escape")
    expect(button(phone, "Keypad")).to_be_focused()
    assert phone.calls()[0]["state"] == "active"


def test_ringing_gives_the_focus_to_answer_where_nobody_types(
    phone: PhonePage, other: PhonePage
) -> None:
    button(phone, "Call").focus()
    rung(phone, other)
    expect(button(phone, "Answer")).to_be_focused()
    phone.page.evaluate("__later(1)")  # it came under the finger
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


# --- The next number ------------------------------------------------------------------------------


def test_the_next_number_is_typed_without_the_last_one_before_it(phone: PhonePage) -> None:
    field(phone).focus()
    phone.page.keyboard.type("603")
    phone.page.keyboard.press("Enter")
    assert phone.wait_event("end")["disposition"] == "rejected"
    expect(button(phone, "Close")).to_be_focused()
    phone.page.keyboard.type("602")  # the screen still tells of the first
    expect(field(phone)).to_have_value("602")
    phone.page.evaluate("document.activeElement.blur()")
    field(phone).fill("")
    button(phone, "Call").click()  # as on a desk phone
    expect(field(phone)).to_have_value("603")


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


# --- Little room ----------------------------------------------------------------------------------


def reached(phone: PhonePage, name: str) -> None:
    """A control can be brought into the window, all of it, and be pressed there."""
    control = button(phone, name)
    control.scroll_into_view_if_needed()
    window = phone.page.viewport_size
    box = control.bounding_box()
    assert window and box, name
    assert box["x"] >= 0 and box["x"] + box["width"] <= window["width"], name
    assert box["y"] >= -1 and box["y"] + box["height"] <= window["height"] + 1, name
    control.click(trial=True)


@pytest.mark.parametrize("height", [240, 320])
def test_in_a_low_window_every_control_is_scrolled_to(
    phone: PhonePage, other: PhonePage, height: int
) -> None:
    phone.page.set_viewport_size({"width": 280, "height": height})
    field(phone).fill("6")
    for name in ("1", "hash", "Call"):
        reached(phone, name)
    rung(phone, other)
    for name in ("Decline", "Answer"):
        reached(phone, name)
    seen(phone.page)
    button(phone, "Answer").click()
    for name in ("Mute", "Keypad", "Hold", "Hang up"):
        reached(phone, name)
    button(phone, "Keypad").click()
    for name in ("Hide keypad", "1", "hash", "Hang up"):
        reached(phone, name)
    seen(phone.page)
    button(phone, "Hang up").click()
    for name in ("Close", "Call back"):
        reached(phone, name)


def test_in_a_bar_digits_are_typed_without_a_keypad(phone: PhonePage) -> None:
    phone.attribute("layout", "bar")
    expect(button(phone, "1")).to_be_hidden()
    button(phone, "Call").focus()
    phone.page.keyboard.type("600")
    expect(field(phone)).to_have_value("600")
    button(phone, "Call").click()
    phone.wait_event("answer")
    expect(button(phone, "Keypad")).to_be_hidden()
    phone.page.keyboard.type("42#")
    phone.wait_event("dtmf", lambda sent: sent["tone"] == "#")
    assert [sent["tone"] for sent in phone.details("dtmf")] == ["4", "2", "#"]
    button(phone, "Hang up").click()


def test_a_keypad_that_is_open_goes_with_the_bar_and_leaves_the_controls(phone: PhonePage) -> None:
    phone.call_method("makeCall", "600")
    phone.wait_event("answer")
    button(phone, "Keypad").click()
    phone.attribute("layout", "bar")
    expect(button(phone, "Mute")).to_be_visible()
    expect(button(phone, "Hold")).to_be_visible()
    expect(button(phone, "Hide keypad")).to_be_hidden()
    phone.attribute("layout", None)
    phone.call_method("hangup")


@pytest.mark.parametrize(("layout", "least"), [(None, (200, 100)), ("bar", (128, 72))])
def test_a_video_call_is_seen_and_steered_in_280_pixels(
    phone: PhonePage, other: PhonePage, layout: str | None, least: tuple[int, int]
) -> None:
    phone.page.set_viewport_size({"width": 280, "height": 640})
    phone.attribute("layout", layout)
    other.page.evaluate("void document.getElementById('other').makeCall('you', {video: true})")
    expect(screen(phone).get_by_role("dialog", name="Incoming video call")).to_be_visible()
    button(phone, "Answer with video").click()
    other.wait_event("answer")
    for each in (phone, other):
        for which in ("remote", "self"):
            picture = screen(each).locator(f"[data-media={which}]")
            picture.evaluate(
                """(video) => new Promise((seen) => video.requestVideoFrameCallback(seen))"""
            )
            assert picture.evaluate("({videoWidth}) => videoWidth") > 0
    remote = screen(phone).locator("[data-media=remote]").bounding_box()
    own = screen(phone).locator("[data-media=self]").bounding_box()
    assert remote and own
    assert remote["width"] >= least[0] and remote["height"] >= least[1]
    assert own["x"] > remote["x"] and own["x"] + own["width"] < remote["x"] + remote["width"]
    assert own["y"] > remote["y"] and own["y"] + own["height"] < remote["y"] + remote["height"]
    for name in ("Mute", "Hold", "Hang up"):
        reached(phone, name)
    button(phone, "Mute").click()
    expect(button(phone, "Mute")).to_have_attribute("aria-pressed", "true")
    button(phone, "Hang up").click()
    other.wait_event("end")
    assert screen(phone).locator("video").count() == 0


def test_a_video_call_that_is_answered_with_sound_is_a_call_of_sound_at_both_ends(
    phone: PhonePage, other: PhonePage
) -> None:
    other.page.evaluate("void document.getElementById('other').makeCall('you', {video: true})")
    button(phone, "Answer").click()
    other.wait_event("answer")
    for each in (phone, other):
        expect(screen(each).get_by_role("timer")).to_be_visible()
        assert screen(each).locator("video").count() == 0
        assert [call["video"] for call in each.calls()] == [False]
    phone.ears.wait_sound()
    totals = phone.ears.totals()
    assert (totals["framesSent"], totals["framesDecoded"]) == (0, 0)
    button(phone, "Hang up").click()
    other.wait_event("end")
