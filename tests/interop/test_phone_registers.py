"""Our phone registers at a real Kamailio: passwords, algorithms, failover, several on a page."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from interop.kamailio import Kamailio
from page import servers
from page.chromium import Chromium
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import LOOPBACK, free_port, wait_until

pytestmark = pytest.mark.interop

Open = Callable[..., PhonePage]


@pytest.fixture(scope="module")
def spare_page(chromium: Chromium, pages: PageServer, kamailio: Kamailio) -> Iterator[PhonePage]:
    """A page whose phone gets another account from test to test."""
    phone = PhonePage(chromium.context(), PhonePage.write(pages, "/dist/webphone.js", {})).open()
    yield phone
    phone.close()


@pytest.fixture
def carol(spare_page: PhonePage, kamailio: Kamailio) -> Iterator[PhonePage]:
    """carol's phone at `kamailio`, not connected."""
    _set_up(spare_page, kamailio, "carol")
    spare_page.forget_events()
    yield spare_page
    spare_page.call_method("disconnect")


@pytest.fixture
def mute_server() -> Iterator[str]:
    """The URL of a server that takes connections and never says a word."""
    with servers.mute() as url:
        yield url


def test_a_phone_registers_with_its_password_and_leaves_again(
    carol: PhonePage, kamailio: Kamailio
) -> None:
    assert carol.state() == "offline"
    carol.register()
    registered = carol.wait_event("registered")
    assert registered == {
        "server": kamailio.ws_url,
        "expires": 600,
        "aor": "sip:carol@127.0.0.1",
    }
    assert carol.state() == "registered"

    carol.call_method("unregister")
    assert carol.wait_event("unregistered") == {"reason": "user", "willRetry": False}
    assert carol.state() == "connected"
    assert _lookup(kamailio, "carol") == 480

    carol.call_method("register")
    carol.call_method("disconnect")
    assert carol.state() == "offline"
    wait_until(lambda: _lookup(kamailio, "carol") == 480, "carol to be gone")


def test_a_wrong_password_is_told_and_the_right_one_heals_it(
    carol: PhonePage, kamailio: Kamailio
) -> None:
    carol.set("password", "not-hers")
    refused = carol.rejection("register")
    assert (refused.code, refused.sip_code) == ("auth_failed", 401)
    assert carol.state() == "failed"
    assert carol.wait_event("error")["code"] == "auth_failed"
    assert not carol.details("registered")

    carol.register(password=kamailio.users["carol"])
    assert carol.state() == "registered"


def test_sha_256_registers_calls_and_refuses_a_wrong_password(
    carol: PhonePage, kamailio_sha256: Kamailio
) -> None:
    _set_up(carol, kamailio_sha256, "carol", password="not-hers")
    assert carol.rejection("register").code == "auth_failed"
    carol.register(password=kamailio_sha256.users["carol"])
    assert carol.state() == "registered"
    carol.make_call("7486")
    assert carol.wait_event("end")["sipCode"] == 486
    asked = [m.text for m in kamailio_sha256.wire() if m.first_line.startswith("SIP/2.0 40")]
    assert asked
    assert all("algorithm=SHA-256" in text for text in asked)


def test_auto_register_needs_no_call_and_follows_its_credentials(
    phone_page: Open, kamailio: Kamailio
) -> None:
    carol = phone_page("carol", auto_register="true")
    assert carol.wait_event("registered")["aor"] == "sip:carol@127.0.0.1"

    carol.call_method("setConfig", {"username": "dave", "password": kamailio.users["dave"]})
    carol.wait_event("registered", lambda detail: detail["aor"] == "sip:dave@127.0.0.1")
    wait_until(lambda: _lookup(kamailio, "carol") == 480, "carol's registration to be removed")


def test_the_password_leaves_the_page_and_never_comes_back(
    phone_page: Open, kamailio: Kamailio
) -> None:
    carol = phone_page("carol")
    carol.register()
    assert carol.page.evaluate("document.querySelector('web-phone').hasAttribute('password')") is (
        False
    )
    assert carol.get("password") in ("", None)
    secret = kamailio.users["carol"]
    assert secret not in carol.page.evaluate("document.documentElement.outerHTML")
    assert secret not in carol.console.text()
    assert secret not in str(carol.events())
    messages = [message.text for message in kamailio.wire()]
    assert any("Authorization: Digest" in text for text in messages)
    assert not any(password in text for text in messages for password in kamailio.users.values())


def test_a_dead_first_server_gives_way_to_the_next(carol: PhonePage, kamailio: Kamailio) -> None:
    dead = f"ws://{LOOPBACK}:{free_port()}"
    carol.register(host=f"{dead},{kamailio.ws_url}")
    assert carol.wait_event("registered")["server"] == kamailio.ws_url
    assert [detail["server"] for detail in carol.details("connecting")] == [dead, kamailio.ws_url]


def test_a_mute_first_server_gives_way_to_the_next(
    carol: PhonePage, kamailio: Kamailio, mute_server: str
) -> None:
    carol.register(host=f"{mute_server},{kamailio.ws_url}")
    assert carol.wait_event("registered")["server"] == kamailio.ws_url


def test_a_phone_without_any_server_says_so(carol: PhonePage) -> None:
    carol.set("host", f"ws://{LOOPBACK}:{free_port()}")
    assert carol.rejection("register").code == "connection_failed"
    assert carol.state() == "reconnecting"


def test_a_phone_comes_back_when_its_server_does(
    carol: PhonePage, start_kamailio: Callable[..., Kamailio]
) -> None:
    kamailio = start_kamailio()
    _set_up(carol, kamailio, "carol")
    carol.register()
    kamailio.stop()
    lost = carol.wait_event("unregistered")
    assert lost == {"reason": "lost", "willRetry": True}
    carol.forget_events()
    kamailio.start()
    carol.wait_event("registered")


def test_two_phones_on_one_page_keep_to_their_accounts(
    phone_page: Open, kamailio: Kamailio
) -> None:
    second = (
        f'<web-phone id="second" host="{kamailio.ws_url}" realm="{kamailio.domain}" '
        f'username="dave" password="{kamailio.users["dave"]}"></web-phone>\n'
    )
    carol = phone_page("carol", after=second)
    dave = carol.beside("second")
    carol.register()
    dave.register()
    assert carol.wait_event("registered")["aor"] == "sip:carol@127.0.0.1"
    assert dave.wait_event("registered")["aor"] == "sip:dave@127.0.0.1"

    carol.make_call("dave")
    assert dave.wait_event("ringingin")["from"]["number"] == "carol"
    dave.call_method("answer")
    carol.wait_event("answer")
    carol.ears.wait_sound()
    assert [len(phone.calls()) for phone in (carol, dave)] == [1, 1]
    dave.call_method("hangup")
    assert carol.wait_event("end")["endedBy"] == "remote"
    assert dave.wait_event("end")["endedBy"] == "local"


def _set_up(phone: PhonePage, kamailio: Kamailio, user: str, password: str | None = None) -> None:
    account = {"host": kamailio.ws_url, "realm": kamailio.domain, "username": user}
    phone.call_method("setConfig", {**account, "password": password or kamailio.users[user]})


def _lookup(kamailio: Kamailio, user: str) -> int:
    """What Kamailio says to an OPTIONS for a user: 480 when nobody is registered."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(5.0)
        line.connect((LOOPBACK, kamailio.udp_port))
        here = f"{LOOPBACK}:{line.getsockname()[1]}"
        line.send(
            f"OPTIONS {kamailio.uri(user)} SIP/2.0\r\n"
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{here}\r\nMax-Forwards: 70\r\n"
            f"From: <sip:lookup@{here}>;tag=1\r\nTo: <{kamailio.uri(user)}>\r\n"
            f"Call-ID: {here}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n".encode()
        )
        while True:
            status = int(line.recv(65_535).split(b" ", 2)[1])
            if status >= 200:
                return status
