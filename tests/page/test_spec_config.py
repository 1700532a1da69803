"""Every row of the specification's configuration that is not about what is shown.

Each is set in every way, and changed while a call is up, which it must not touch.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from page.phone_page import PhonePage
from page.server import Server, wait_wire
from page.spec import (
    WAYS,
    Way,
    account,
    add_phone,
    give,
    hang_up,
    screen,
    still_talking,
    talk,
)

pytestmark = pytest.mark.browser
in_every_way = pytest.mark.parametrize("way", WAYS)


@pytest.fixture(scope="module")
def second_server(start_server: Callable[[], Server]) -> Server:
    return start_server()


# --- ID -------------------------------------------------------------------------------------------


def test_the_id_finds_the_phone_and_may_change_in_a_call(phone: PhonePage, ben: PhonePage) -> None:
    talk(phone, ben)
    found = "(id) => WebPhone.get(id) && WebPhone.get(id) === document.getElementById(id)"
    assert phone.page.evaluate(found, "anna") is True
    phone.attribute("id", "reception")
    reception = phone.beside("reception")
    assert phone.page.evaluate(found, "reception") is True
    assert phone.page.evaluate("WebPhone.get('anna')") is None
    still_talking(reception)
    reception.set("id", "anna")
    assert phone.page.evaluate(found, "anna") is True
    hang_up(ben, phone)


def test_a_saved_form_holds_the_last_call_under_the_id(phone: PhonePage, server: Server) -> None:
    form = '<form target="saved" action="/favicon.ico"><input name="note" value="n">{}</form>'
    frame = '<iframe name="saved" hidden></iframe>'
    office = add_phone(phone, "office", account(server, "carol"), form + frame)
    office.register()
    assert _saved(office) == {"note": ["n"]}

    office.make_call("7486")
    record = office.wait_event("end")
    saved = _saved(office)
    assert json.loads(saved["office"][0]) == record
    assert record["disposition"] == "busy"

    office.attribute("id", "desk")
    assert json.loads(_saved(phone.beside("desk"))["desk"][0]) == record
    phone.beside("desk").set("name", "last_call")
    assert json.loads(_saved(phone.beside("desk"))["last_call"][0]) == record


def _saved(phone: PhonePage) -> dict[str, list[str]]:
    """What the form around the phone submits."""
    with phone.page.expect_event(
        "framenavigated", lambda frame: "/favicon.ico" in frame.url
    ) as saved:
        phone.page.evaluate("(id) => document.getElementById(id).form.requestSubmit()", phone.id)
    return parse_qs(urlsplit(saved.value.url).query)


# --- Where and who --------------------------------------------------------------------------------


@pytest.mark.parametrize("way", [*WAYS, "wsServers"])
def test_another_host_takes_the_phone_but_not_its_call(
    phone: PhonePage, ben: PhonePage, second_server: Server, way: Way | Literal["wsServers"]
) -> None:
    talk(phone, ben)
    if way == "wsServers":
        phone.call_method("setConfig", {"wsServers": second_server.ws_url})
    else:
        give(phone, way, {"host": second_server.ws_url})
    phone.wait_event("registered", lambda detail: detail["server"] == second_server.ws_url)
    assert phone.get("host") == second_server.ws_url
    still_talking(phone, ben)
    first, last = (ben, phone) if way in ("property", "wsServers") else (phone, ben)
    hang_up(first, last)
    phone.make_call("7486")
    assert phone.wait_event("end", lambda record: record["to"]["number"] == "7486")["server"] == (
        second_server.ws_url
    )


@in_every_way
def test_another_username_and_password_sign_in_without_losing_the_call(
    phone: PhonePage, ben: PhonePage, server: Server, way: Way
) -> None:
    talk(phone, ben)
    give(phone, way, {"username": "dave", "password": server.users["dave"]})
    phone.wait_event("registered", lambda detail: detail["aor"] == "sip:dave@127.0.0.1")
    assert phone.get("username") == "dave"
    still_talking(phone, ben)
    wait_wire(
        server,
        lambda seen: (
            seen.first_line.startswith("REGISTER")
            and 'username="dave"' in seen.text
            and "\r\nFrom: <sip:dave@127.0.0.1>" in seen.text
        ),
    )
    hang_up(phone, ben)
    assert talk(phone, ben)["from"]["number"] == "dave"


@in_every_way
def test_the_password_decides_and_can_be_corrected_in_a_call(
    phone: PhonePage, ben: PhonePage, server: Server, way: Way
) -> None:
    talk(phone, ben)
    phone.call_method("unregister")
    give(phone, way, {"password": "not-hers"})
    refused = phone.rejection("register")
    assert (refused.code, refused.sip_code) == ("auth_failed", 401)
    give(phone, way, {"password": server.users["anna"]})
    phone.call_method("register")
    assert phone.state() == "registered"
    still_talking(phone, ben)
    secret = server.users["anna"]
    assert secret not in phone.page.evaluate("document.documentElement.outerHTML")
    assert phone.get("password") is None
    hang_up(phone, ben)


def test_without_a_realm_the_host_is_the_domain(phone: PhonePage, server: Server) -> None:
    phone.call_method("setConfig", {"realm": None})
    phone.call_method("register")
    assert phone.state() == "registered"
    assert phone.get("realm") == ""
    phone.make_call("7486")
    assert phone.wait_event("end")["to"]["uri"] == "sip:7486@127.0.0.1"


# --- When -----------------------------------------------------------------------------------------


@in_every_way
def test_auto_register_registers_by_itself_also_in_a_call(
    phone: PhonePage, ben: PhonePage, way: Way
) -> None:
    talk(phone, ben)
    phone.call_method("unregister")
    assert phone.state() == "connected"
    phone.forget_events()
    give(phone, way, {"autoRegister": True})
    phone.wait_event("registered")
    assert phone.get("autoRegister") is True
    still_talking(phone, ben)
    hang_up(phone, ben)


@in_every_way
def test_auto_register_waits_for_credentials(phone: PhonePage, server: Server, way: Way) -> None:
    carol = add_phone(phone, "carol", {"autoRegister": "true"})
    assert carol.state() == "unconfigured"
    give(carol, way, account(server, "carol"))
    assert carol.wait_event("registered")["aor"] == "sip:carol@127.0.0.1"


def test_without_auto_register_nothing_goes_out_by_itself(phone: PhonePage, server: Server) -> None:
    dave = add_phone(phone, "dave", account(server, "dave"))
    assert dave.state() == "offline"
    carol = add_phone(phone, "carol", {**account(server, "carol"), "autoRegister": "true"})
    carol.wait_event("registered")
    assert dave.state() == "offline"
    assert not dave.details("connecting")


# --- What the callee sees -------------------------------------------------------------------------


@in_every_way
def test_the_display_name_is_the_name_that_the_callee_sees(
    phone: PhonePage, ben: PhonePage, way: Way
) -> None:
    assert talk(phone, ben)["displayName"] == ""
    give(phone, way, {"displayName": "Ada Löwe, Office"})
    assert phone.get("displayName") == "Ada Löwe, Office"
    still_talking(phone, ben)
    hang_up(phone, ben)
    shown = talk(phone, ben)
    assert shown["displayName"] == shown["from"]["displayName"] == "Ada Löwe, Office"
    assert shown["from"]["number"] == "anna"
    expect(screen(ben).locator("[part~=peer-name]")).to_have_text("Ada Löwe, Office")
    hang_up(ben, phone)


def test_every_account_row_counts_when_it_stands_in_the_markup(
    phone: PhonePage, ben: PhonePage, server: Server
) -> None:
    rows = {
        **account(server, "carol"),
        "autoRegister": "true",
        "displayName": "Carol",
        "cli": "4711",
        "realm": "markup.example",
    }
    carol = add_phone(phone, "carol", rows)
    registered = carol.wait_event("registered")
    assert registered["server"] == server.ws_url
    assert registered["aor"] == "sip:carol@markup.example"
    shown = talk(carol, ben)
    assert shown["from"] == {
        "uri": "sip:4711@markup.example",
        "number": "4711",
        "displayName": "Carol",
    }
    hang_up(carol, ben)


def test_a_page_that_gives_credentials_holds_no_secret(phone: PhonePage, server: Server) -> None:
    given = account(server, "carol")
    secret = given.pop("password")
    carol = add_phone(phone, "carol", given)
    phone.page.evaluate(
        """([id, login]) => {
          document.getElementById(id).credentials = async () => login;
        }""",
        ["carol", {"username": "carol", "password": secret}],
    )
    carol.call_method("register")
    assert carol.state() == "registered"
    kept = "document.documentElement.outerHTML + JSON.stringify({...localStorage}) + location.href"
    assert secret not in phone.page.evaluate(kept)
    assert secret not in carol.call_method("getTrace")
