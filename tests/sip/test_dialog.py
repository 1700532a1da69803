"""Who we are talking to: tags, routes, targets and numbers (RFC 3261 section 12)."""

from __future__ import annotations

import pytest

from pair import ANSWER, OFFER, Solo, names
from webphone.sip import Request, Response, Uri, reply
from webphone.sip.dialog import Dialog, key_of
from webphone.sip.endpoint import Endpoint, Shared
from webphone.sip.wire.headers import NameAddr

LOOSE = "<sip:p1.example;lr>"
STRICT = "<sip:p1.example;method=INVITE?Subject=x>"


def _endpoint() -> Endpoint:
    return Endpoint(names(), "", "WSS", ())


def _invite(endpoint: Endpoint) -> Request:
    alice = NameAddr.parse("Alice <sip:alice@atlanta.example>;tag=a1")
    bob = NameAddr.parse("<sip:bob@biloxi.example>")
    return endpoint.within("INVITE", Shared.of(bob.uri, (), alice, bob, "c1"), 7)


def _answer(invite: Request, *headers: tuple[str, str]) -> Response:
    return reply(invite, 200, to_tag="b1", headers=headers)


CONTACT = ("Contact", "<sip:bob@192.0.2.4;transport=tcp?Route=x>")


@pytest.mark.rfc(
    "3261 §12.1.2", "the caller's route set is the Record-Route reversed, the target the Contact"
)
@pytest.mark.rfc("3261 §19.1.1", "headers within a Contact do not come into a Request-URI")
def test_a_dialog_we_made_has_our_tag_first_and_the_route_reversed() -> None:
    invite = _invite(_endpoint())
    routes = ("Record-Route", f"<sip:p2.example;lr>, {LOOSE}")
    dialog = Dialog.called(invite, _answer(invite, CONTACT, routes))
    assert dialog.key == ("c1", "a1", "b1")
    assert [str(route) for route in dialog.routes] == [LOOSE, "<sip:p2.example;lr>"]
    # Headers inside a Contact never become headers of ours.
    assert str(dialog.target) == "sip:bob@192.0.2.4;transport=tcp"
    assert dialog.next_cseq() == 8


@pytest.mark.rfc("3261 §12.1.1", "the callee's route set is the Record-Route as it came")
def test_a_dialog_made_with_us_has_the_route_as_it_came() -> None:
    invite = _invite(_endpoint())
    invite.headers.add("Record-Route", f"{LOOSE}, <sip:p2.example;lr>")
    dialog = Dialog.answering(invite, "b1")
    assert dialog.key == ("c1", "b1", "a1")
    assert [route.uri.host for route in dialog.routes] == ["p1.example", "p2.example"]
    assert dialog.target == invite.contacts[0].uri
    bye = dialog.request(_endpoint(), "BYE")
    assert (bye.from_.tag, bye.to.tag, bye.cseq.number) == ("b1", "a1", 1)
    assert key_of(bye) == ("c1", "a1", "b1")


@pytest.mark.rfc("3261 §12.1.1", "a From without a tag makes a dialog with an empty one")
def test_a_peer_of_rfc_2543_without_contact_and_tag_can_be_talked_to() -> None:
    invite = _invite(_endpoint())
    invite.headers.remove("Contact")
    invite.headers.set("From", "<sip:gateway@old.example>")
    dialog = Dialog.answering(invite, "b1")
    assert dialog.key == ("c1", "b1", "")
    assert str(dialog.request(_endpoint(), "BYE").uri) == "sip:gateway@old.example"
    theirs = _invite(_endpoint())
    assert Dialog.called(theirs, _answer(theirs)).target == theirs.uri


@pytest.mark.rfc("3261 §12.2.1.1", "behind a loose router the peer is the Request-URI")
def test_loose_routers_are_routes_and_the_peer_is_the_request_uri() -> None:
    invite = _invite(_endpoint())
    dialog = Dialog.called(invite, _answer(invite, CONTACT, ("Record-Route", LOOSE)))
    bye = dialog.request(_endpoint(), "BYE")
    assert str(bye.uri) == "sip:bob@192.0.2.4;transport=tcp"
    assert [str(route) for route in bye.routes] == [LOOSE]


@pytest.mark.rfc(
    "3261 §12.2.1.1", "a strict router is the Request-URI, and the peer the last route"
)
def test_a_strict_router_is_the_request_uri_and_the_peer_the_last_route() -> None:
    invite = _invite(_endpoint())
    routes = ("Record-Route", f"<sip:p2.example;lr>, {STRICT}")
    dialog = Dialog.called(invite, _answer(invite, CONTACT, routes))
    bye = dialog.request(_endpoint(), "BYE")
    assert str(bye.uri) == "sip:p1.example"
    assert [str(route.uri) for route in bye.routes] == [
        "sip:p2.example;lr",
        "sip:bob@192.0.2.4;transport=tcp",
    ]


@pytest.mark.rfc("3261 §13.2.2.4", "the 2xx says the route set anew")
def test_the_2xx_replaces_the_route_of_the_early_dialog() -> None:
    invite = _invite(_endpoint())
    dialog = Dialog.called(invite, _answer(invite, CONTACT, ("Record-Route", LOOSE)))
    dialog.confirm(_answer(invite, ("Contact", "<sip:bob@192.0.2.9>")))
    assert dialog.routes == ()
    assert str(dialog.target) == "sip:bob@192.0.2.9"
    dialog.refresh(_answer(invite))
    assert str(dialog.target) == "sip:bob@192.0.2.9"


@pytest.mark.rfc("3261 §12.2.2", "a request with a number below the last one is not taken")
def test_a_number_below_the_last_is_out_of_order() -> None:
    invite = _invite(_endpoint())
    dialog = Dialog.answering(invite, "b1")
    for number, in_order in ((8, True), (20, True), (19, False), (20, True), (21, True)):
        request = _invite(_endpoint())
        request.headers.set("CSeq", f"{number} INVITE")
        assert dialog.takes(request) is in_order
    ours = Dialog.called(invite, _answer(invite))
    assert ours.takes(invite) is True


@pytest.mark.rfc(
    "3261 §13.2.2.4", "the ACK to a 2xx has the number of its INVITE and a branch of its own"
)
@pytest.mark.rfc("3261 §22.1", "the ACK has the credentials of its INVITE")
def test_the_ack_has_the_number_and_the_credentials_of_its_invite() -> None:
    endpoint = _endpoint()
    invite = _invite(endpoint)
    invite.headers.add("Proxy-Authorization", 'Digest username="alice"')
    dialog = Dialog.called(invite, _answer(invite, CONTACT))
    dialog.next_cseq()
    ack = dialog.ack(endpoint, invite)
    assert str(ack.cseq) == "7 ACK"
    assert ack.headers.get("Proxy-Authorization") == 'Digest username="alice"'
    assert ack.via.branch != invite.via.branch


@pytest.mark.rfc("3261 §12.1.1", "who is called by sips answers with a sips Contact")
@pytest.mark.parametrize(
    ("uri", "headers", "scheme"),
    [
        ("sip:alice@a.invalid", (), "sip"),
        ("sips:alice@a.invalid", (), "sips"),
        ("sip:alice@a.invalid", (("Record-Route", "<sips:proxy.example;lr>"),), "sips"),
    ],
)
def test_who_is_called_by_sips_answers_with_a_sips_contact(
    uri: str, headers: tuple[tuple[str, str], ...], scheme: str
) -> None:
    """RFC 3261 §12.1.1."""
    alice = Solo()
    invite = bytes(Solo().ask("INVITE", *headers, sdp=OFFER))
    alice.take(invite.replace(b"INVITE sip:alice@a.invalid", f"INVITE {uri}".encode()))
    (call,) = alice.agent.calls()
    alice.say(alice.agent.ring(call, alice.now))
    alice.say(alice.agent.accept(call, ANSWER, alice.now))
    for response in alice.phone.sent:
        assert response.contacts[0].uri.scheme == scheme


@pytest.mark.rfc("3261 §8.1.1.8", "who calls a sips address has a sips Contact")
def test_who_calls_a_sips_address_has_a_sips_contact() -> None:
    """RFC 3261 §8.1.1.8."""
    alice = Solo()
    alice.say(alice.agent.invite("call", Uri.parse("sips:bob@b.example"), OFFER, alice.now))
    assert alice.last("INVITE").contacts[0].uri.scheme == "sips"
    assert alice.last("INVITE").via.transport == "WSS"
