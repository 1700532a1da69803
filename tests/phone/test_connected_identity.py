"""Who has answered, and who it goes on with: the name follows (RFC 4916)."""

import pytest

from phone.stage import description
from webphone.sip import parse

OFFER = description(setup="actpass")
KNOWS = ("Supported: from-change", "Allow: INVITE, ACK, BYE, CANCEL, UPDATE")


def called_as_reception(dave, *headers):
    """Dave calls the reception, and the server brings the call to Alice."""
    data = dave._request(
        "INVITE",
        "sip:alice@one.example",
        "<sip:dave@one.example>;tag=me",
        "<sip:reception@one.example>",
        1,
        (),
        headers,
        OFFER,
    )
    dave.invite = parse(data)
    dave.say(data)


@pytest.mark.rfc(
    "4916 §4.2", "who answers in another's place says so by an UPDATE with its own From"
)
def test_who_answers_for_somebody_else_says_so(world, alice, dave):
    alice.ask("setConfig", {"displayName": "Alice"})
    called_as_reception(dave, *KNOWS)
    alice.ask("answer")
    dave.ack()
    update = dave.last("UPDATE")
    assert str(update.from_.uri) == "sip:alice@one.example"
    assert update.from_.display_name == "Alice" and update.body == b""
    assert update.from_.tag == dave.last(200).to.tag
    dave.reply(200, to="UPDATE")
    alice.ask("hangup")
    assert str(dave.last("BYE").from_.uri) == "sip:alice@one.example"
    assert alice.mistakes == []


@pytest.mark.rfc("4916 §4.2", "only who knows `from-change` and takes UPDATE hears of it")
@pytest.mark.parametrize("headers", [KNOWS[:1], KNOWS[1:], ()])
def test_who_does_not_know_of_it_or_takes_no_update_hears_nothing(alice, dave, headers):
    called_as_reception(dave, *headers)
    alice.ask("answer")
    dave.ack()
    assert "UPDATE" not in dave.words()
    assert alice.call.state == "active"


def test_who_was_called_by_name_says_nothing_more(alice, dave):
    dave.call("alice", *KNOWS, sdp=OFFER)
    alice.ask("answer")
    dave.ack()
    assert "UPDATE" not in dave.words()


def test_a_refusal_of_the_name_costs_no_call(alice, dave):
    called_as_reception(dave, *KNOWS)
    alice.ask("answer")
    dave.ack()
    dave.reply(436, to="UPDATE")
    assert alice.call.state == "active"


@pytest.mark.rfc("4916 §4.4.2", "a From that changes in a dialog is the To of what follows")
def test_after_a_transfer_the_new_name_is_shown_and_called_by(alice, dave):
    dave.call("alice", *KNOWS, sdp=OFFER)
    alice.ask("answer")
    dave.ack()
    dave.invite.headers.set("From", '"Erin" <sip:erin@one.example>;tag=me')
    dave.invite = parse(bytes(dave.invite))
    dave.inside("UPDATE", *KNOWS)
    assert alice.call.display_name == "Erin" and alice.call.from_.number == "erin"
    alice.ask("hangup")
    bye = dave.last("BYE")
    assert str(bye.to.uri) == "sip:erin@one.example" and bye.to.tag == "me"
    assert alice.history[0].display_name == "Erin"
