"""Rows of the specification that a server which asks every call for its password must see.

Each is set in every way, and changed while a call is up, which it must not touch.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from page.phone_page import PhonePage
from page.server import Server, wait_wire
from page.spec import WAYS, Way, give, hang_up, screen, still_talking, talk

pytestmark = pytest.mark.interop
in_every_way = pytest.mark.parametrize("way", WAYS)


@in_every_way
def test_the_realm_is_the_domain_of_the_address_and_of_the_sign_in(
    phone: PhonePage, ben: PhonePage, server: Server, way: Way
) -> None:
    realm = f"{way.lower()}.example"
    talk(phone, ben)
    give(phone, way, {"realm": realm})
    phone.wait_event("registered", lambda detail: detail["aor"] == f"sip:anna@{realm}")
    assert phone.get("realm") == realm
    still_talking(phone, ben)
    hang_up(phone, ben)
    assert talk(phone, ben)["from"]["uri"] == f"sip:anna@{realm}"
    invite = wait_wire(server, lambda seen: seen.first_line.startswith(f"INVITE sip:ben@{realm} "))
    assert invite.way == "rcv"
    wait_wire(
        server,
        lambda seen: (
            seen.first_line == f"REGISTER sip:{realm} SIP/2.0" and f'realm="{realm}"' in seen.text
        ),
    )


@in_every_way
def test_the_cli_is_the_number_that_the_callee_sees(
    phone: PhonePage, ben: PhonePage, server: Server, way: Way
) -> None:
    assert talk(phone, ben)["from"]["number"] == "anna"
    give(phone, way, {"cli": "+442079460000"})
    assert phone.get("cli") == "+442079460000"
    still_talking(phone, ben)
    hang_up(phone, ben)
    shown = talk(phone, ben)
    assert shown["from"] == {
        "uri": "sip:+442079460000@127.0.0.1",
        "number": "+442079460000",
        "displayName": "",
    }
    expect(screen(ben).locator("[part~=peer-name]")).to_have_text("+442079460000")
    signed = wait_wire(
        server,
        lambda seen: (
            f"Call-ID: {shown['callId']}" in seen.text and "Proxy-Authorization:" in seen.text
        ),
    )
    assert 'username="anna"' in signed.text
    hang_up(ben, phone)
