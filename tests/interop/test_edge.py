"""A real Kamailio in front of another: the edge has the WebSockets, the registrar knows the users."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from interop.kamailio import DATA, Kamailio
from interop.wired_phone import WiredPhone
from webphone.sip import Request, parse

pytestmark = pytest.mark.interop

ROUTES = DATA / "edge_routes.cfg"


def _udp_port(config: str) -> str:
    found = re.search(r"listen=udp:127\.0\.0\.1:(\d+)", config)
    assert found
    return found[1]


def giving_service_route(config: str) -> str:
    """The registrar of the tests, which says by which way calls come to it."""
    head, save, rest = config.partition('    if (!save("location"))')
    assert save
    route = rf"Service-Route: <sip:127.0.0.1:{_udp_port(config)};lr>\r\n"
    # What `save` refuses it has answered by itself; a second answer could overtake it on the way.
    rest = rest.replace("sl_reply_error();", "exit;", 1)
    return f'{head}    append_to_reply("{route}");\n{save}{rest}'


@pytest.fixture(scope="module")
def registrar(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    return start_kamailio(change=giving_service_route)


@pytest.fixture(scope="module")
def edge(start_kamailio: Callable[..., Kamailio], registrar: Kamailio) -> Kamailio:
    def change(config: str) -> str:
        routes = ROUTES.read_text().replace("@REGISTRAR_PORT@", str(registrar.udp_port))
        modules = config.partition("request_route {")[0]
        return modules + routes.replace("@EDGE_PORT@", _udp_port(config))

    return start_kamailio(change=change)


@pytest.fixture
def phones(edge: Kamailio) -> Iterator[list[WiredPhone]]:
    alice, bob = (WiredPhone(edge.ws_url, user, edge.users[user]) for user in ("alice", "bob"))
    with closing(alice), closing(bob):
        assert alice.ask("register").error is None and bob.ask("register").error is None
        yield [alice, bob]


def sent(phone: WiredPhone, method: str) -> list[Request]:
    """What the phone sent with this method."""
    return [
        found
        for data in phone.sent
        if data.startswith(f"{method} ".encode()) and isinstance(found := parse(data), Request)
    ]


@pytest.mark.rfc(
    "3327 §5.1", "REGISTER says `path`, and calls come in by the edge that stands in it"
)
@pytest.mark.rfc("5626 §4.2.1", "after 439 a phone registers without reg-id")
@pytest.mark.rfc(
    "3608 §6.1", "an INVITE goes by the Service-Route of the registrar, a REGISTER not"
)
def test_a_phone_behind_an_edge_calls_by_its_service_route_and_is_called_by_its_path(
    phones: list[WiredPhone], edge: Kamailio, registrar: Kamailio
) -> None:
    alice, bob = phones
    registers = sent(alice, "REGISTER")
    assert all("path" in one.supported and not one.routes for one in registers)
    # Challenged, and then told that this edge knows nothing of flows.
    assert [bool(one.contacts[0].param("reg-id")) for one in registers] == [True, True, False]
    alice.begin("makeCall", "bob")
    bob.wait(lambda: bob.told("ringingin"), "ringing", beside=[alice])
    bob.begin("answer")
    alice.wait(lambda: alice.told("answer") and bob.told("answer"), "an answer", beside=[bob])
    for invite in sent(alice, "INVITE"):
        assert [route.uri.port for route in invite.routes] == [registrar.udp_port]
    [onward, *_] = [
        wire
        for wire in registrar.wire()
        if wire.way == "snd" and wire.text.startswith("INVITE") and "bob" in wire.text
    ]
    assert onward.target.endswith(f":{edge.udp_port}")
    assert re.search(rf"^Route: <sip:127.0.0.1:{edge.udp_port};lr;received=", onward.text, re.M)


def test_what_belongs_to_the_call_goes_the_same_way(phones: list[WiredPhone]) -> None:
    alice, bob = phones
    bob.begin("makeCall", "alice")
    alice.wait(lambda: alice.told("ringingin"), "ringing", beside=[bob])
    alice.begin("answer")
    bob.wait(lambda: bob.told("answer") and alice.told("answer"), "an answer", beside=[alice])
    held = alice.begin("hold")
    alice.wait(lambda: held.settled and bob.told("hold"), "a hold", beside=[bob])
    assert held.error is None
    bob.begin("hangup")
    alice.wait(lambda: alice.told("end") and bob.told("end"), "the end", beside=[bob])
    assert alice.told("end")[0]["endedBy"] == "remote"
    assert alice.told("error") == bob.told("error") == []
