"""The demo page around the phone: the form sets attributes, the list shows events."""

import pytest

from webphone.exchange.numbers import NUMBERS

pytestmark = pytest.mark.browser


@pytest.fixture
def page(root, visit):
    """The page alone: from disk no Python starts, and none is needed for this."""
    page = visit().page
    page.goto((root / "index.html").as_uri())
    page.get_by_role("button", name="Settings and events").click()
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


def sign_in(page, **values):
    for label, value in values.items():
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Apply and sign in").click()


def test_what_was_set_is_there_at_the_next_visit_but_for_the_password(page):
    page.get_by_label("Mute").uncheck()
    sign_in(page, Host="wss://sip.example.com", Username="alice", Password="geheim")
    page.reload()
    assert attribute(page, "host") == "wss://sip.example.com"
    assert attribute(page, "show-mute") == "false"
    assert page.get_by_label("Username").input_value() == "alice", "the drawer is open as it was"
    assert page.get_by_label("Password").input_value() == ""
    assert "geheim" not in page.evaluate("JSON.stringify(localStorage)")
    page.get_by_role("button", name="Forget all this").click()
    page.wait_for_function("!document.getElementById('phone').hasAttribute('host')")
    page.reload()
    assert attribute(page, "host") is None and attribute(page, "show-mute") is None


@pytest.mark.parametrize("spoilt", ["{", "null", "7", '{"host": null, "other": []}'])
def test_settings_that_were_spoilt_cost_nothing(page, spoilt):
    page.evaluate("text => localStorage.setItem('webphone-page-settings', text)", spoilt)
    page.reload()
    sign_in(page, Host="wss://sip.example.com")
    assert attribute(page, "host") == "wss://sip.example.com"


def test_the_drawer_is_shut_by_its_button_and_by_escape_and_stays_shut(page):
    host, shown = page.get_by_label("Host"), page.get_by_role("button", name="Settings and events")
    page.get_by_role("button", name="Close").click()
    assert not host.is_visible()
    shown.click()
    host.focus()
    page.keyboard.press("Escape")
    assert not host.is_visible()
    page.reload()
    assert not host.is_visible() and shown.is_visible()


@pytest.mark.parametrize(
    ("link", "told"),
    [
        ("tel:%2B49%2030%201234", "tel:+49 30 1234"),
        ("sip:bob@example.com", "sip:bob@example.com"),
        ("600", "tel:600"),
    ],
)
def test_the_old_name_of_a_link_of_another_page_becomes_the_phones(page, root, link, told):
    page.goto(f"{(root / 'index.html').as_uri()}?dial={link}")
    left = page.evaluate("[...new URL(location.href).searchParams]")
    assert left == [["webphone-dial", told]]
    assert attribute(page, "capture-links") == "tel, sip"


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
    assert shown.startswith(
        '<script src="webphone.js"></script>\n<web-phone id="phone" capture-links="tel, sip" demo'
    )
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
