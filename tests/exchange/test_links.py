"""WebSockets that break and come back, and bytes that make no sense."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from exchange.raw import request, requests, responses
from exchange.test_calls import answered
from exchange.town import SDP, Town
from sip.entropy import seeded
from webphone.exchange import Exchange, Send
from webphone.exchange.flows import GONE_AT_MOST, Flows, pair_of
from webphone.sip import outputs as news
from webphone.sip.entropy import Entropy
from webphone.sip.transactions import cancel_of
from webphone.sip.wire.message import Request, reply
from webphone.sip.wire.uri import Uri


def test_a_phone_whose_link_broke_cannot_be_reached():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")

    town.cut(bob)
    alice.call("bob")

    assert alice.last(news.Ended).status == 480


def test_a_link_that_breaks_while_it_rings_ends_the_ringing():
    town = Town()
    alice, bob = town.ringing()

    town.cut(bob)

    town.wind(44)
    assert not alice.told(news.Ended)
    town.wind(2)
    assert alice.last(news.Ended).status == 480


def test_who_is_back_soon_is_still_called():
    town = Town()
    alice, bob = town.ringing()
    town.cut(bob)
    town.connect(bob)
    bob.ask("register")
    town.wind(40)
    bob.ask("accept", bob.incoming, SDP.format(who="bob"))

    assert alice.told(news.Answered)


def test_an_invite_that_was_lost_with_its_link_is_said_again_on_the_next():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")
    bob.deaf = True
    alice.call("bob")
    town.cut(bob)
    bob.deaf = False
    town.connect(bob)
    bob.ask("register")

    assert len(bob.told(news.Invited)) == 1


def test_news_that_were_lost_with_their_link_are_not_said_again_as_they_may_have_been_heard():
    town = Town()
    alice, bob = answered(town)
    bob.deaf = True
    alice.ask("info", "call", "text/plain", b"hello", "news")
    town.cut(bob)

    assert alice.last(news.Replied).status == 480


@pytest.mark.rfc("3261 §16.6", "Record-Route keeps the proxy on the way")
def test_a_call_outlives_the_links_of_both_ends():
    town = Town()
    alice, bob = answered(town)
    for phone in (alice, bob):
        town.cut(phone)
        town.connect(phone)
        phone.ask("register")

    bob.ask("reinvite", bob.incoming, SDP.format(who="held"))
    assert alice.told(news.OfferReceived)
    alice.ask("reaccept", "call", SDP.format(who="fine"))
    assert bob.told(news.OfferAnswered)
    alice.ask("hang_up", "call")

    assert bob.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_a_phone_may_hang_up_on_its_new_link_before_it_registered_there():
    town = Town()
    alice, bob = answered(town)
    town.cut(alice)
    town.connect(alice)

    alice.ask("hang_up", "call")

    assert bob.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_a_bye_waits_for_a_phone_that_is_away():
    town = Town()
    alice, bob = answered(town)
    town.cut(alice)

    bob.ask("hang_up", bob.incoming)
    town.wind(5)
    assert not alice.told(news.Ended)
    town.connect(alice)
    alice.ask("register")

    assert alice.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_a_bye_to_a_phone_that_never_comes_back_ends_all_the_same():
    town = Town()
    alice, bob = answered(town)
    town.cut(alice)

    bob.ask("hang_up", bob.incoming)
    town.wind(33)

    assert bob.told(news.Ended)
    assert "408" in town.seen(bob)


def test_an_answer_reaches_a_caller_who_came_back_meanwhile():
    town = Town()
    alice, bob = town.ringing()
    town.cut(alice)
    town.wind(3)
    town.connect(alice)
    alice.ask("register")

    bob.ask("accept", bob.incoming, SDP.format(who="bob"))
    town.wind(11)

    assert alice.told(news.Answered)
    assert bob.told(news.Confirmed)


def test_nobody_rings_long_for_a_caller_who_is_gone():
    town = Town()
    alice, bob = town.ringing()

    town.cut(alice)
    town.wind(11)

    assert bob.told(news.Ended)


@pytest.mark.parametrize("back", [True, False])
def test_a_change_of_a_call_waits_a_little_for_a_phone_that_is_away(back):
    town = Town()
    alice, bob = answered(town)
    town.cut(bob)
    alice.ask("reinvite", "call", SDP.format(who="held"))
    town.wind(5)
    if back:
        town.connect(bob)
        bob.ask("register")
        assert bob.told(news.OfferReceived)
        return
    town.wind(6)
    assert alice.last(news.OfferRefused).status == 480


def test_a_refusal_that_was_lost_with_the_link_of_the_caller_is_said_again():
    town = Town()
    alice, bob = town.ringing()
    alice.deaf = True
    bob.ask("reject", bob.incoming, 603)
    town.cut(alice)
    alice.deaf = False
    town.connect(alice)
    alice.ask("register")

    assert alice.last(news.Ended).status == 603


def test_a_bye_that_was_lost_with_its_link_is_said_again_on_the_next():
    town = Town()
    alice, bob = answered(town)
    alice.deaf = True  # what goes there is on its way when the link breaks
    bob.ask("hang_up", bob.incoming)
    town.cut(alice)
    assert not alice.told(news.Ended)
    alice.deaf = False

    town.connect(alice)
    alice.ask("register")

    assert alice.last(news.Ended).by is news.By.REMOTE
    assert town.ended


def test_a_phone_that_rings_on_a_link_that_nobody_knows_yet_is_cancelled_once_it_registers():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")
    alice.call("bob")
    bob.deaf = True
    alice.ask("hang_up", "call")
    town.cut(bob)
    bob.deaf = False
    town.connect(bob)

    bob.ask("ring", bob.incoming)

    assert "CANCEL" not in town.seen(bob)
    bob.ask("register")
    assert "CANCEL" in town.seen(bob)
    assert not alice.agent.calls()


def test_an_answer_that_names_no_way_back_goes_nowhere():
    town = Town()
    alice, bob = town.registered("alice"), town.registered("bob")
    alice.call("bob")
    invite = [message for _link, sent, message in town.wire if not sent][-1]
    assert isinstance(invite, Request) and invite.method == "INVITE"
    said = reply(invite, 180, to_tag="b")
    said.headers.set("Via", str(said.headers.values("Via")[0]))

    assert town.exchange.receive(bob.link, bytes(said), town.now) == []

    assert [one.status for one in alice.told(news.Progressed)] == []


@pytest.mark.parametrize(
    "lines", [(), ("Proxy-Require: magic",), ("Max-Forwards: 0",), ("Content-Length: x",)]
)
def test_an_ack_is_never_answered(lines):
    exchange = Exchange(Entropy(seeded(1)))

    assert exchange.receive(1, request("ACK", "sip:b@x", *lines), 0.0) == []


@pytest.mark.rfc("5626 §5.2", "a route with the token of another's flow leads nowhere")
def test_a_dialog_is_no_business_of_a_stranger():
    town = Town()
    _alice, bob = answered(town)
    invite = next(m for _l, sent, m in town.wire if not sent and isinstance(m, Request))
    route = invite.record_routes[0]
    bye = request(
        "BYE",
        str(bob.agent._endpoint.contact),
        f"Route: {route}",
        "To: <sip:bob@town.example>;tag=whatever",
    )

    (answer,) = responses(town.exchange, 99, bye, town.now)

    assert answer.status == 481
    assert not bob.told(news.Ended)


def test_a_place_is_kept_for_its_phone_but_not_for_too_many():
    flows = Flows(Entropy(seeded(1)))
    for link in range(GONE_AT_MOST + 2):
        flows.open(link)
    first, second, third = (flows.own(link) for link in range(3))
    for link in range(GONE_AT_MOST + 1):
        flows.close(link)
    here = GONE_AT_MOST + 1

    assert flows.across(pair_of(first, flows.own(here)), here) is None
    assert flows.across(pair_of(second, third), 5000) == third
    assert flows.link(second) == 5000


@pytest.mark.rfc("5626 §3.5.1", "a double CRLF is answered by a single one")
def test_a_keep_alive_is_answered_and_its_answer_is_not():
    exchange = Exchange(Entropy(seeded(1)))

    assert exchange.receive(1, b"\r\n\r\n", 0.0) == [Send(link=1, data=b"\r\n")]
    assert exchange.receive(1, b"\r\n", 0.0) == []


@pytest.mark.rfc("3261 §16.3", "400 to a request that cannot be read")
def test_a_broken_request_gets_its_400_and_a_broken_response_nothing():
    exchange = Exchange(Entropy(seeded(1)))

    (broken,) = responses(exchange, 1, request("OPTIONS", "sip:x", "CSeq: one"))
    (contact,) = responses(exchange, 1, request("REGISTER", "sip:x", "Contact: <<<"))

    assert (broken.status, contact.status) == (400, 400)
    assert exchange.receive(1, b"SIP/2.0 200 OK\r\n\r\n", 0.0) == []
    assert exchange.receive(1, b"not SIP at all", 0.0) == []


@pytest.mark.parametrize(
    ("method", "line", "status"),
    [
        ("OPTIONS", 'To: "a\\\0b" <sip:alice@town.example>', 200),
        ("OPTIONS", "Proxy-Require: a\0b", 420),
        ("REGISTER", "Require: a\0b", 420),
    ],
)
def test_a_control_character_is_not_sent_back(method, line, status):
    exchange = Exchange(Entropy(seeded(1)))
    [answer] = responses(exchange, 1, request(method, "sip:town.example", line))
    assert answer.status == status
    assert answer.to.tag
    assert b"\0" not in bytes(answer)


def test_a_call_is_cancelled_whatever_stands_in_the_reason():
    town = Town()
    alice, bob = town.ringing()
    invite = next(one for _link, sent, one in town.wire if sent and one.cseq.method == "INVITE")
    cancel = cancel_of(invite)
    cancel.headers.add("Reason", "SIP;cause=?")
    town.deliver(town.exchange.receive(alice.link, bytes(cancel).replace(b"?", b"\0"), town.now))
    assert bob.last(news.Ended).by is news.By.REMOTE


@pytest.mark.rfc("3261 §16.3", "416 and 420 to a scheme and an extension that the proxy lacks")
def test_a_request_of_a_scheme_or_extension_we_lack_is_refused_by_name():
    exchange = Exchange(Entropy(seeded(1)))

    (scheme,) = responses(exchange, 1, request("INVITE", "http://town.example/"))
    (extension,) = responses(exchange, 1, request("INVITE", "sip:b@x", "Proxy-Require: magic"))

    assert scheme.status == 416
    assert (extension.status, extension.headers.get("Unsupported")) == (420, "magic")


def test_a_call_to_nobody_by_name_is_not_found():
    exchange = Exchange(Entropy(seeded(1)))

    (answer,) = responses(exchange, 1, request("INVITE", "sip:town.example"))

    assert answer.status == 404


def test_a_cancel_of_nothing_is_told_so():
    exchange = Exchange(Entropy(seeded(1)))

    (answer,) = responses(exchange, 1, request("CANCEL", "sip:b@x"))

    assert answer.status == 481


LINES = some.sampled_from(
    [
        "Via: SIP/2.0/WS alice.invalid;branch=z9hG4bK1",
        "Via: SIP/2.0/WS exchange.invalid;branch=z9hG4bK2",
        "From: <sip:alice@x>;tag=1",
        "To: <sip:bob@x>",
        "To: <sip:bob@x>;tag=2",
        "Call-ID: 1",
        "CSeq: 1 INVITE",
        "CSeq: 1 REGISTER",
        "CSeq: 1 BYE",
        "Contact: *",
        "Contact: <sip:a@b>;expires=0",
        'Contact: <sip:a@b>;+sip.instance="<urn:x>";reg-id=1',
        'Contact: "',
        "Expires: 0",
        "Expires: -1",
        "Max-Forwards: 0",
        "Max-Forwards: x",
        "Route: <sip:1-2@exchange.invalid;lr>",
        "Route: <<",
        "Require: \u00e4",
        'Authorization: Digest username="a", nc=zz',
        "Proxy-Require: ,",
        "Record-Route: ;",
    ]
)
REQUESTS = some.builds(
    lambda method, uri, lines, branch: request(method, uri, *lines, branch=branch),
    some.sampled_from(["INVITE", "REGISTER", "BYE", "ACK", "CANCEL", "OPTIONS", "MESSAGE"]),
    some.sampled_from(["sip:x", "sip:alice@x", "sip:604@x", "sip:600@x", "tel:1", "x:y", "<"]),
    some.lists(LINES, max_size=5),
    some.sampled_from("123"),
)
STATUSES = some.sampled_from(["100 Trying", "180 Ringing", "200 OK", "486 Busy Here", "999 No"])


def echo(status: str, asked: Request) -> bytes:
    """A response to what the exchange asked."""
    names = ("Via", "From", "To", "Call-ID", "CSeq")
    lines = [f"{name}: {value}" for name in names for value in asked.headers.all(name)]
    return "\r\n".join([f"SIP/2.0 {status}", *lines, "", ""]).encode("utf-8", "surrogateescape")


@given(
    some.lists(
        some.tuples(
            some.integers(0, 2),
            REQUESTS | some.binary(max_size=80) | STATUSES,
            some.sampled_from([0.0, 0.0, 1.0, 33.0]),
            some.booleans(),
        ),
        max_size=15,
    ),
    some.sampled_from([None, "demo"]),
)
def test_no_bytes_stop_the_exchange_and_it_comes_to_rest(happenings, password):
    exchange = Exchange(Entropy(seeded(3)), password=password, sounding=True)
    now = 0.0
    asked: list[tuple[int, Request]] = []
    for link, said, later, breaks in happenings:
        if isinstance(said, str):
            link, question = asked[-1] if asked else (0, Request("X", Uri("sip", host="x")))
            said = echo(said, question)
        actions = exchange.receive(link, said, now)
        asked += requests(one for one in actions if isinstance(one, Send) and one.data.strip())
        now += later
        exchange.wake(now)
        if breaks:
            exchange.disconnected(link, now)
    for _turn in range(500):
        if exchange.deadline is None:
            break
        now = max(now, exchange.deadline)
        exchange.wake(now)
    assert exchange.deadline is None


def test_where_both_are_away_each_takes_its_own_place():
    flows = Flows(Entropy(seeded(1)))
    for link, user in enumerate(("alice", "bob")):
        flows.open(link)
        flows.settle(link, f"{user} urn:uuid:1")
    alice, bob = (flows.own(link) for link in range(2))
    for link in range(2):
        flows.close(link)

    assert flows.across(pair_of(alice, bob), 7, "bob") == alice
    assert flows.across(pair_of(alice, bob), 8, "alice") == bob
    assert [flows.link(flow) for flow in (alice, bob)] == [8, 7]
