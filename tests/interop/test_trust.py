"""Who gets an answer made with the password: a real Kamailio, and a server behind it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from interop.kamailio import Kamailio
from interop.wired_phone import WiredPhone
from page.ports import LOOPBACK
from webphone.sip import Request, parse, reply

pytestmark = pytest.mark.interop

Start = Callable[..., Kamailio]


class Behind:
    """A server behind Kamailio that asks for the password under a name of its own, over UDP."""

    def __init__(self, realm: str) -> None:
        self.realm = realm
        self.invites: list[Request] = []
        self._line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._line.bind((LOOPBACK, 0))
        self.number = f"8{self._line.getsockname()[1]:05d}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._line.sendto(b"", self._line.getsockname())
        self._thread.join()
        self._line.close()

    def _serve(self) -> None:
        while True:
            data, sender = self._line.recvfrom(65_535)
            if not data:
                return
            request = parse(data)
            if isinstance(request, Request) and request.method == "INVITE":
                self.invites.append(request)
                self._line.sendto(bytes(self._answer(request)), sender)

    def _answer(self, invite: Request):  # type: ignore[no-untyped-def]
        given = invite.headers.all("Authorization")
        if any(f'realm="{self.realm}"' in line for line in given):
            return reply(invite, 486, to_tag="behind")
        asks = f'Digest realm="{self.realm}", nonce="behind", algorithm=MD5, qop="auth"'
        return reply(invite, 401, to_tag="behind", headers=[("WWW-Authenticate", asks)])


@pytest.fixture
def behind() -> Iterator[Behind]:
    server = Behind("second.example")
    yield server
    server.close()


@contextlib.contextmanager
def alice_at(*servers: Kamailio, **settings: object) -> Iterator[WiredPhone]:
    """Alice's phone, registered."""
    host = ",".join(server.ws_url for server in servers)
    phone = WiredPhone(host, "alice", servers[0].users["alice"], **settings)
    try:
        assert phone.ask("register").error is None
        yield phone
    finally:
        phone.close()


def ended(phone: WiredPhone, number: str) -> dict[str, object]:
    """What became of a call to that number."""
    phone.ask("makeCall", number)
    phone.wait(lambda: phone.told("end"), "the end of the call")
    [record] = phone.told("end")
    return record


@pytest.mark.parametrize("realm", ["asterisk", "The office's server"])
def test_a_server_may_ask_under_any_name(start_kamailio: Start, realm: str) -> None:
    server = start_kamailio(realm=realm)
    with alice_at(server) as alice:
        assert ended(alice, "7486")["disposition"] == "busy"
    server.stop()


def test_a_server_behind_the_proxy_gets_nothing_and_is_named(
    start_kamailio: Start, behind: Behind
) -> None:
    server = start_kamailio(realm="kamailio")
    with alice_at(server) as alice:
        record = ended(alice, behind.number)
    assert (record["disposition"], record["sipCode"]) == ("failed", 401)
    assert "second.example" in str(record["explanation"])
    assert "set realm to that name" in str(record["explanation"])
    assert len(behind.invites) == 1
    assert not any(b'realm="second.example"' in data for data in alice.sent)
    server.stop()


def test_a_server_behind_the_proxy_that_the_settings_name_gets_its_answer(
    start_kamailio: Start, behind: Behind
) -> None:
    server = start_kamailio(realm="kamailio")
    with alice_at(server, realm="second.example") as alice:
        assert ended(alice, behind.number)["disposition"] == "busy"
    assert len(behind.invites) == 2
    server.stop()


def test_a_failover_to_an_older_server_registers_and_calls_there(start_kamailio: Start) -> None:
    new, old = start_kamailio(algorithm="SHA-256", realm="new"), start_kamailio(realm="old")
    with alice_at(new, old) as alice:
        new.stop()
        alice.wait(lambda: len(alice.told("registered")) == 2, "the other server")
        assert alice.told("registered")[-1]["server"] == old.ws_url
        assert ended(alice, "7486")["disposition"] == "busy"
    old.stop()
