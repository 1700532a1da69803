"""Who can be reached, for how long, and who is let in."""

from __future__ import annotations

import pytest

from exchange.raw import request, responses
from exchange.town import Town
from sip.entropy import seeded
from webphone.exchange import Exchange
from webphone.exchange.authentication import NONCES_AT_MOST
from webphone.sip import outputs as news
from webphone.sip.entropy import Entropy

CONTACT = "Contact: <sip:x@alice.invalid;transport=ws>"


def open_house() -> Exchange:
    """An exchange that asks for no password."""
    return Exchange(Entropy(seeded(5)))


def register(exchange: Exchange, *lines: str, link: int = 1, cseq: int = 1, now: float = 0.0):
    data = request(
        "REGISTER", "sip:town.example", *lines, f"CSeq: {cseq} REGISTER", branch=f"r{link}{cseq}"
    )
    (answer,) = responses(exchange, link, data, now)
    return answer


@pytest.mark.rfc("8760 §2.3", "each algorithm is asked for and checked")
@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256"])
def test_the_right_password_opens_the_door_with_every_digest(algorithm: str):
    town = Town(users={"alice": "secret"}, algorithms=(algorithm,))
    alice = town.phone("alice", "secret")

    alice.ask("register")

    assert alice.last(news.Registered).expires == 600
    sent = [message for _link, sent, message in town.wire if sent]
    assert f"algorithm={algorithm}" in (sent[-1].headers.get("Authorization") or "")
    assert town.exchange.registered == ("alice",)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256", "SHA-512-256"])
def test_the_wrong_password_keeps_it_shut(algorithm: str):
    town = Town(users={"alice": "secret"}, algorithms=(algorithm,))
    alice = town.phone("alice", "guess")

    alice.ask("register")

    assert alice.last(news.RegistrationFailed).status == 401
    assert town.exchange.registered == ()


def test_an_open_exchange_takes_any_name_but_only_its_own_password():
    town = Town(password="demo")
    somebody, intruder = town.phone("somebody", "demo"), town.phone("somebody", "omed")

    somebody.ask("register")
    intruder.ask("register")

    assert somebody.told(news.Registered)
    assert intruder.told(news.RegistrationFailed)


@pytest.mark.rfc("3261 §10.3", "step 3: nobody binds the name of another")
def test_nobody_registers_under_the_name_of_another():
    town = Town(users={"alice": "a", "bob": "b"})
    bob = town.phone("bob", "b")
    bob.ask("register")
    last = [message for _link, sent, message in town.wire if sent][-1]
    last.headers.set("To", "<sip:alice@town.example>")
    last.headers.set("Via", "SIP/2.0/WS x.invalid;branch=z9hG4bKsteal")

    town.deliver(town.exchange.receive(bob.link, bytes(last), town.now))

    assert town.exchange.registered == ("bob",)


@pytest.mark.rfc("7616 §3.3", "stale=true where the nonce is used up")
def test_a_nonce_is_good_for_one_count_and_not_for_ever():
    town = Town(users={"alice": "a"})
    alice = town.phone("alice", "a")
    alice.ask("register")
    again = bytes([message for _link, sent, message in town.wire if sent][-1])

    town.deliver(town.exchange.receive(9, again, town.now))

    assert "stale=true" in (town.wire[-1][2].headers.get("WWW-Authenticate") or "")


@pytest.mark.rfc("3261 §22.4", "a count that is no number opens no door")
@pytest.mark.parametrize("count", ["", "one", "1.5"])
def test_a_proof_whose_count_is_no_number_opens_no_door(count: str):
    town = Town(users={"alice": "a"})
    alice = town.phone("alice", "a")
    alice.ask("register")
    signed = [message for _link, sent, message in town.wire if sent][-1]
    town.cut(alice)
    changed = signed.headers.get("Authorization").replace("nc=00000001", f'nc="{count}"')
    signed.headers.set("Authorization", changed)
    signed.headers.set("Via", "SIP/2.0/WS x.invalid;branch=z9hG4bKcount")

    town.deliver(town.exchange.receive(9, bytes(signed), town.now))

    assert town.answers()[-1].status == 401
    assert "stale" not in town.answers()[-1].headers.get("WWW-Authenticate")
    assert town.exchange.registered == ()


def test_of_too_many_that_ask_to_come_in_the_first_must_ask_again():
    town = Town(users={"alice": "a"})
    alice = town.phone("alice", "a")
    alice.deaf = True
    alice.ask("register")
    asked = town.wire[-1][2]
    for at in range(NONCES_AT_MOST):
        other = request("REGISTER", "sip:town.example", "To: <sip:bob@x>", branch=f"bob{at}")
        town.exchange.receive(2, other, town.now)
    alice.deaf = False

    town.send(alice, alice.agent.receive(bytes(asked), town.now))

    assert town.seen(alice) == ["401", "401", "200"]
    assert "stale=true" in (town.answers()[-2].headers.get("WWW-Authenticate") or "")


@pytest.mark.rfc("3261 §22.3", "407 to who is not logged in; the proxy's credentials go no further")
def test_a_phone_that_is_not_logged_in_is_asked_before_it_calls():
    town = Town(users={"alice": "a", "bob": "b"})
    bob = town.registered("bob", "b")
    alice, stranger = town.phone("alice", "a"), town.phone("alice", "x")

    alice.call("bob")
    stranger.call("bob")

    assert len(bob.told(news.Invited)) == 1
    assert stranger.last(news.Ended).status == 407
    assert "proxy-authorization" not in bob.last(news.Invited).headers


@pytest.mark.rfc("3261 §10.3", "423 with Min-Expires, and no binding beyond an hour")
def test_the_expiry_is_kept_between_a_minute_and_an_hour():
    exchange = open_house()

    long = register(exchange, f"{CONTACT};expires=99999")
    short = register(exchange, f"{CONTACT};expires=5", cseq=2)

    assert long.contacts[0].expires == 3600
    assert short.status == 423
    assert short.headers.get("Min-Expires") == "60"


def test_a_binding_runs_out():
    exchange = open_house()
    register(exchange, CONTACT, "Expires: 60")
    assert exchange.deadline == 60.0

    exchange.wake(60.0)

    assert exchange.registered == ()
    assert exchange.deadline is None


def test_a_register_without_contact_only_asks():
    exchange = open_house()
    register(exchange, CONTACT)

    answer = register(exchange, cseq=2, now=10.0)

    assert [str(contact.uri) for contact in answer.contacts] == ["sip:x@alice.invalid;transport=ws"]
    assert answer.contacts[0].expires == 590


@pytest.mark.rfc("3261 §10.3", "step 6: `Contact: *` needs Expires: 0, and removes all")
def test_several_contacts_are_kept_and_removed_one_by_one_or_all_at_once():
    exchange = open_house()
    register(exchange, CONTACT, link=1)
    register(exchange, "Contact: <sip:y@alice.invalid>", "Call-ID: c2", link=2)

    fewer = register(exchange, f"{CONTACT};expires=0", cseq=2)
    assert [contact.uri.user for contact in fewer.contacts] == ["y"]
    refused = register(exchange, "Contact: *", "Expires: 60", cseq=3)
    none = register(exchange, "Contact: *", "Expires: 0", cseq=4)

    assert refused.status == 400
    assert none.contacts == [] and exchange.registered == ()


@pytest.mark.rfc("3261 §10.3", "step 7: a number that is not higher changes nothing")
def test_a_register_that_was_overtaken_changes_nothing():
    exchange = open_house()
    register(exchange, CONTACT, cseq=5)

    late = register(exchange, f"{CONTACT};expires=0", cseq=4)

    assert late.status == 500
    assert exchange.registered == ("alice",)


@pytest.mark.rfc("5626 §6", "a binding is replaced by instance and reg-id, whatever its address")
def test_the_same_phone_on_a_new_link_takes_the_place_of_its_old_self():
    exchange = open_house()
    phone = ';+sip.instance="<urn:uuid:1>";reg-id=1'
    register(exchange, f"{CONTACT}{phone}", "Supported: outbound", link=1)

    answer = register(
        exchange, f"Contact: <sip:z@new.invalid>{phone}", "Supported: outbound", link=2, cseq=2
    )

    assert [contact.uri.user for contact in answer.contacts] == ["z"]
    assert answer.require == ["outbound"]


@pytest.mark.rfc("3261 §8.2.2.3", "420 with Unsupported")
def test_what_the_registrar_does_not_know_is_named():
    answer = register(open_house(), CONTACT, "Require: path, outbound")

    assert answer.status == 420
    assert answer.headers.get("Unsupported") == "path"


def test_a_number_of_the_exchange_is_nobodys_name():
    answer = register(open_house(), CONTACT, "To: <sip:602@town.example>")

    assert answer.status == 404


def test_the_exchange_says_what_it_can_do():
    (answer,) = responses(open_house(), 1, request("OPTIONS"))

    assert answer.status == 200
    assert "INVITE" in answer.allow
    assert answer.to.tag


def test_leaving_everywhere_that_was_overtaken_takes_nothing_away():
    house = open_house()
    register(house, CONTACT, "Call-ID: one", cseq=5)

    answer = register(house, "Contact: *", "Expires: 0", "Call-ID: one", cseq=4)

    assert (answer.status, answer.reason) == (500, "Out of Order")
    assert house.registered == ("alice",)
