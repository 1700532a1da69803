"""The demo page around the phone: the form sets attributes, the list shows events."""

import pytest

from webphone.exchange.numbers import NUMBERS

pytestmark = pytest.mark.browser


@pytest.fixture
def page(root, visit):
    """The page alone: from disk no Python starts, and none is needed for this."""
    page = visit().page
    page.goto((root / "index.html").as_uri())
    return page


def attribute(page, name):
    return page.locator("#phone").get_attribute(name)


def test_a_box_unticked_hides_that_part_at_once(page):
    page.get_by_label("Hold").uncheck()
    assert attribute(page, "show-hold") == "false"
    page.get_by_label("Hold").check()
    assert attribute(page, "show-hold") is None


def test_the_form_gives_the_phone_its_account(page):
    page.get_by_label("Host").fill("wss://sip.example.com")
    page.get_by_label("Username").fill("alice")
    page.get_by_role("button", name="Apply and sign in").click()
    assert attribute(page, "host") == "wss://sip.example.com"
    assert attribute(page, "username") == "alice"
    assert attribute(page, "realm") is None


def test_the_demo_box_needs_no_server_and_tells_what_to_call(page):
    numbers = page.get_by_label("Numbers to try")
    assert not numbers.is_visible()
    page.get_by_label("Demo: no server").check()
    assert attribute(page, "demo") == ""
    assert "600" in numbers.inner_text()
    page.get_by_label("Demo: no server").uncheck()
    assert attribute(page, "demo") is None
    assert not numbers.is_visible()


def test_a_number_that_is_told_can_be_taken_with_one_press(page):
    page.get_by_label("Demo: no server").check()
    page.get_by_role("button", name="605", exact=True).click()
    assert attribute(page, "dial") == "605"
    assert page.get_by_label("Number to call").input_value() == "605"


def test_the_markup_shown_is_what_gives_this_phone(page):
    page.get_by_label("Demo: no server").check()
    page.get_by_label("Display name").fill('"Anna" & <b>')
    page.get_by_label("Password").fill("geheim")
    page.get_by_label("Mute").uncheck()
    page.get_by_role("button", name="Apply and sign in").click()
    shown = page.locator("#markup").inner_text()
    assert shown.startswith('<script src="webphone.js"></script>\n<web-phone id="phone" demo')
    assert 'display-name="&quot;Anna&quot; & <b>"' in shown and "geheim" not in shown
    copied = page.evaluate(
        """(text) => {
          const box = new DOMParser().parseFromString(text, "text/html").querySelector("web-phone");
          return [...box.attributes].map(({name, value}) => [name, value]);
        }""",
        shown,
    )
    assert ["display-name", '"Anna" & <b>'] in copied and ["show-mute", "false"] in copied


def test_the_numbers_told_are_those_that_the_exchange_has(page):
    page.get_by_label("Demo: no server").check()
    assert page.locator("#numbers dt").all_inner_texts() == list(NUMBERS)


def test_each_event_is_logged_as_text_and_never_as_markup(page):
    page.evaluate(
        "document.getElementById('phone').dispatchEvent("
        "new CustomEvent('ringingin', {detail: {displayName: '<b id=bold>Bob</b>'}}))"
    )
    assert "ringingin" in page.locator("#log li").inner_text()
    assert page.locator("#bold").count() == 0


def test_every_control_has_a_name_that_is_read_out(page):
    unnamed = page.evaluate(
        "[...document.getElementById('settings').elements]"
        ".filter((field) => field.matches('input, select') && !field.labels.length)"
        ".map((field) => field.name)"
    )
    assert unnamed == []
