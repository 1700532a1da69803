"""Bad input: named with its remedy, written into no header and no page, and harmless to a call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from page.phone_page import PhonePage
from page.ports import wait_until
from page.server import Server
from page.spec import (
    ROWS,
    WAYS,
    Way,
    account,
    add_phone,
    at_rest,
    button,
    give,
    hang_up,
    put_back,
    remove_phones,
    ring,
    screen,
    still_talking,
    talk,
)

pytestmark = pytest.mark.browser

LONG = "x" * 10_240
BREAK = "a\r\nX-Evil: 1"
MARKUP = "<img src=x onerror='window.__evil=1'><script>window.__evil=1</script>"
FUNNY = {
    "a list": [1, 2],
    "an object": {"toString": "no"},
    "true": True,
    "a fraction": 1.5,
}


@pytest.fixture
def phone(anna: PhonePage, ben: PhonePage, server: Server) -> Iterator[PhonePage]:
    """anna in a call with ben; afterwards the call must be as it was, and still end properly."""
    at_rest(anna)
    talk(anna, ben)
    yield anna
    if anna.calls():
        still_talking(anna, ben)
        hang_up(anna, ben)
    assert anna.page.evaluate("'__evil' in window") is False
    assert ben.page.evaluate("'__evil' in window") is False
    assert "X-Evil" not in "".join(message.text for message in server.wire())
    remove_phones(anna)
    put_back(anna, server, "anna")


WRONG_SETTINGS: list[tuple[str, Any]] = [
    *(("host", value) for value in ("http://sip.example.com", "sip:sip.example.com")),
    *(
        ("host", value)
        for value in ("javascript:alert(1)", "wss://", "wss://a b", "sip.example.com")
    ),
    *(("host", value) for value in ("ws://phone.example", "wss://ok.example,ftp://x", BREAK, LONG)),
    *(("username", value) for value in (BREAK, LONG)),
    *(("password", value) for value in (BREAK, LONG)),
    *(("displayName", value) for value in (BREAK, LONG)),
    *(("cli", value) for value in (BREAK, LONG)),
    *(("realm", value) for value in (BREAK, LONG, "a b", "<a>", "a;b")),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_setting_is_named_with_its_remedy_and_changes_nothing(
    phone: PhonePage, way: Way
) -> None:
    before = {name: phone.get(name) for name in ROWS}
    for name, value in WRONG_SETTINGS:
        phone.forget_events()
        if way == "setConfig":
            refused = phone.rejection("setConfig", {"cli": "777", name: value})
            told = {"code": refused.code, "message": refused.message, "hint": refused.hint}
        else:
            give(phone, way, {name: value})
            told = phone.wait_event("error")
        assert told["code"] == "invalid_config", (name, value)
        assert ROWS[name] in told["message"], (name, told)
        assert told["hint"].endswith(".")
        assert len(told["message"]) < 200
    assert {name: phone.get(name) for name in ROWS} == before
    assert phone.state() == "registered"


@pytest.mark.parametrize("value", FUNNY.values(), ids=FUNNY)
def test_a_setting_of_a_wrong_type_is_named(phone: PhonePage, value: Any) -> None:
    for name in ("username", "password", "displayName", "cli", "realm", "host"):
        refused = phone.rejection("setConfig", {name: value})
        assert refused.code == "invalid_config", name
        assert ROWS[name] in refused.message
        assert refused.hint
    if not isinstance(value, bool):
        refused = phone.rejection("setConfig", {"autoRegister": value})
        assert (refused.code, "auto-register" in refused.message) == ("invalid_config", True)


def test_what_is_no_setting_is_named(phone: PhonePage) -> None:
    for wrong in ({"colour": "red"}, {"__proto__x": 1}, {MARKUP: 1}):
        refused = phone.rejection("setConfig", wrong)
        assert refused.code == "invalid_config"
        assert "no setting named" in refused.message
    for no_settings in ("text", 5, None, [1]):
        assert phone.rejection("setConfig", no_settings).code == "invalid_config"


def test_empty_settings_mean_their_defaults(phone: PhonePage, server: Server) -> None:
    empty = {"displayName": "", "cli": "", "realm": "", "autoRegister": ""}
    carol = add_phone(phone, "carol", {**account(server, "carol"), **empty})
    wait_until(lambda: carol.state() == "registered", "auto-register as an empty attribute")
    unset = add_phone(phone, "unset", {"host": "", "username": "", "password": ""})
    assert unset.state() == "unconfigured"
    for method in ("register", "connect"):
        refused = unset.rejection(method)
        assert (refused.code, bool(refused.hint)) == ("not_configured", True)
    assert unset.rejection("makeCall", "100").code == "not_configured"


WRONG_NUMBERS: list[Any] = [
    *("", "   ", BREAK, "100\n", LONG, "sip:", "sip:a@b@c", "tel:", "a b", MARKUP, "100>;x=<y"),
    *(None, True, 1.5, ["100"], {"to": "100"}),
]


def test_a_wrong_number_is_refused_in_words_and_nothing_goes_out(
    phone: PhonePage, server: Server
) -> None:
    def invites() -> int:
        return sum(message.first_line.startswith("INVITE") for message in server.wire())

    before = invites()
    for number in WRONG_NUMBERS:
        refused = phone.rejection("makeCall", number)
        wanted = (
            ("invalid_number",)
            if isinstance(number, str)
            else (
                "invalid_number",
                "invalid_config",
            )
        )
        assert refused.code in wanted, number
        assert refused.message and refused.hint
        assert len(refused.message) < 200
    assert invites() == before
    assert len(phone.calls()) == 1


WRONG_ARGUMENTS: list[tuple[Any, ...]] = [
    ("makeCall", "100", {"headers": {"X-Name": BREAK}}),
    ("makeCall", "100", {"headers": {BREAK: "1"}}),
    ("makeCall", "100", {"headers": "X-Evil: 1"}),
    ("makeCall", "100", {"displayName": BREAK}),
    ("makeCall", "100", {"displayName": LONG}),
    ("makeCall", "100", {"video": "yes"}),
    ("makeCall", "100", {"volume": 1}),
    ("sendDtmf", "hello"),
    ("sendDtmf", BREAK),
    ("sendDtmf", "1" * 10_240),
    ("sendDtmf", "1", {"duration": -5}),
    ("sendDtmf", "1", {"method": MARKUP}),
    ("dialpadPress", "55"),
    ("dialpadPress", ""),
    ("dialpadPress", "\n"),
    ("dialpadPress", MARKUP),
    ("hold", 1.5),
    ("mute", "loud"),
    ("hangup", {"id": 1}),
    ("reject", "id", 99),
]


def test_a_wrong_argument_is_named_with_its_remedy(phone: PhonePage) -> None:
    for name, *given in WRONG_ARGUMENTS:
        refused = phone.rejection(name, *given)
        assert refused.code in ("invalid_config", "invalid_number"), (name, given)
        assert refused.message and refused.hint, (name, given)
        assert len(refused.message) < 200
    for name in ("hangup", "hold", "mute", "sendDtmf"):
        given = ["1", {"id": MARKUP}] if name == "sendDtmf" else [MARKUP]
        if name == "mute":
            given = [True, MARKUP]
        assert phone.rejection(name, *given).code == "no_call"


def test_a_hostile_display_name_from_the_wire_is_shown_as_text(
    phone: PhonePage, ben: PhonePage
) -> None:
    hang_up(phone, ben)
    phone.forget_events()
    ringing = ring(ben, phone, displayName=MARKUP)
    assert ringing["displayName"] == MARKUP
    shown = screen(phone)
    expect(shown.locator("[part~=peer-name]")).to_have_text(MARKUP)
    expect(shown.get_by_role("alert")).to_contain_text(f"Incoming call from {MARKUP}.")
    assert shown.locator("img, script").count() == 0
    phone.call_method("reject")
    phone.wait_event("end")
    expect(shown.locator("[part~=peer-name]")).to_have_text(MARKUP)
    assert shown.locator("img, script").count() == 0


def test_a_hostile_display_name_of_ours_is_quoted_on_the_wire(
    phone: PhonePage, ben: PhonePage, server: Server
) -> None:
    hang_up(phone, ben)
    for name in ('"><sip:evil@evil.example>;tag=1', "back\\slash", "a, b; c", "ünï — 日本"):
        phone.call_method("setConfig", {"displayName": name})
        ben.forget_events()
        ringing = ring(phone, ben)
        assert ringing["from"] == {
            "uri": "sip:anna@127.0.0.1",
            "number": "anna",
            "displayName": name,
        }
        phone.call_method("hangup")
        ben.wait_event("end")
    at_rest(phone)


def test_text_of_ten_kilobytes_in_the_number_field_does_no_harm(
    phone: PhonePage, ben: PhonePage
) -> None:
    hang_up(phone, ben)
    at_rest(phone)
    field = screen(phone).locator("[part=number-input]")
    for text in (LONG, MARKUP):
        field.fill(text)
        button(phone, "Call").click()
        expect(screen(phone).locator("[part=banner]")).to_contain_text(
            "Type digits or user@domain."
        )
        assert not phone.calls()
    assert screen(phone).locator("img, script").count() == 0
    field.fill("")
    at_rest(phone)
