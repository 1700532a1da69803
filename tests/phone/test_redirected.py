"""A call that is sent elsewhere goes on there as `redirect-policy` says, and never in a circle."""

import pytest

from phone.stage import description
from webphone.phone import actions as do


@pytest.fixture
def carol(world):
    return world.registered("carol")


def follows(world, **settings):
    return world.registered("alice", redirect_policy="follow", **settings)


def invited(alice):
    """Whom the INVITEs of Alice were for."""
    return [line.split()[1] for line in alice.world.sent("alice", "INVITE")]


def moved(*contacts):
    return [f"Contact: {contact}" for contact in contacts]


# --- Both ends are phones -------------------------------------------------------------------------


def test_a_call_that_is_sent_elsewhere_is_answered_there(world, bob, carol):
    alice = follows(world)
    calling = alice.ask("makeCall", "bob")
    assert bob.ask("redirect", bob.call.id, "carol").settled
    assert carol.ask("answer").settled
    assert (alice.call.state, carol.call.state) == ("active", "active")
    assert not bob.calls
    assert calling.settled and alice.call.id == calling.value.id
    assert bob.told("end")[0]["sipCode"] == 302
    alice.ask("hangup")
    assert len(alice.told("end")) == 1  # one call, one record
    assert len([x for x in alice.actions if isinstance(x, do.OpenMedia)]) == 1


def test_a_person_is_asked_before_the_call_goes_on(world, alice, bob, carol):
    alice.ask("makeCall", "bob")
    bob.ask("redirect", bob.call.id, "carol")
    [shown] = alice.machine.snapshot.calls
    assert (shown.question, shown.question_about) == ("redirect", "carol")
    [told] = alice.told("question")
    assert (told["question"], told["target"]) == ("redirect", "sip:carol@one.example")
    assert not carol.calls and alice.tone is None
    assert alice.ask("confirm", alice.call.id).error is None
    assert alice.machine.snapshot.calls[0].question == ""
    carol.ask("answer")
    assert alice.call.state == "active"


def test_an_address_elsewhere_is_asked_about_with_its_domain(alice, dave):
    alice.ask("makeCall", "dave")
    dave.reply(302, *moved("<sip:carol@new.example>;q=high", "<sip:new.example>"))
    assert alice.machine.snapshot.calls[0].question_about == "new.example"
    alice.ask("confirm")
    [asked] = alice.machine.snapshot.calls
    assert asked.question_about == "carol@new.example"


def test_a_person_who_says_no_has_cancelled_the_call(alice, bob, carol):
    alice.ask("makeCall", "bob")
    bob.ask("redirect", bob.call.id, "carol")
    alice.ask("hangup")
    assert alice.told("end")[0]["disposition"] == "cancelled"
    assert not carol.told("ringingin")
    assert alice.ask("confirm").error.code == "no_call"


def test_nobody_waits_for_ever_for_the_person(world, alice, bob, carol):
    alice.ask("makeCall", "bob")
    bob.ask("redirect", bob.call.id, "carol")
    world.wind(61)
    assert not alice.calls and not carol.told("ringingin")
    assert len(alice.told("end")) == 1


def test_a_phone_that_follows_nobody_says_where_the_number_is(world, bob, carol):
    alice = world.registered("alice", redirect_policy="refuse")
    alice.ask("makeCall", "bob")
    bob.ask("redirect", bob.call.id, "carol")
    [record] = alice.told("end")
    assert "That number is now sip:carol@one.example" in record["explanation"]
    assert not alice.told("question")


def test_two_phones_that_send_each_other_s_calls_on_make_no_circle(world, bob, carol):
    alice = follows(world)
    alice.ask("makeCall", "bob")
    bob.ask("redirect", bob.call.id, "carol")
    carol.ask("redirect", carol.call.id, "bob")
    assert alice.told("end")[0]["sipCode"] == 302
    assert len(bob.told("ringingin")) == 1


# --- One end is written by hand -------------------------------------------------------------------


@pytest.mark.rfc(
    "3261 §8.1.3.4",
    "the contacts of a 3xx are tried one after the other, those with a higher q first",
)
def test_the_contacts_are_tried_in_their_order_and_the_last_word_counts(world, dave):
    alice = follows(world)
    alice.ask("makeCall", "dave")
    contacts = ("<sip:a@far.invalid>;q=0.2", "<sip:b@far.invalid>", "<sip:c@far.invalid>;q=0.5")
    dave.reply(300, *moved(*contacts))
    # Nobody has these addresses here.
    assert [uri.partition("@")[0] for uri in invited(alice)[1:]] == ["sip:b", "sip:c", "sip:a"]
    assert alice.told("end")[0]["sipCode"] not in (None, 300)


@pytest.mark.deviates(
    "3261 §8.1.3.4",
    "Each contact of a 3xx is called with a Call-ID of its own: the old one is recommended, but some "
    "servers take it for the same call again",
)
def test_what_goes_on_elsewhere_has_a_call_id_of_its_own(world, dave):
    alice = follows(world)
    alice.ask("makeCall", "dave")
    dave.reply(302, *moved("<sip:a@far.invalid>", "<sip:b@far.invalid>"))
    assert len(invited(alice)) == 3
    ids = {
        line
        for user, data in world.wire
        if user == "alice" and data.startswith(b"INVITE")
        for line in data.decode().split("\r\n")
        if line.startswith("Call-ID:")
    }
    assert len(ids) == 3


def test_a_number_is_sent_on_a_few_times_and_no_more(world, dave):
    alice = follows(world)
    alice.ask("makeCall", "dave")
    for count in range(20):
        if not alice.calls:
            break
        dave.reply(302, f"Contact: <sip:dave@one.example;transport=t{count}>")
        dave.invite = None
    assert len(invited(alice)) == 6
    assert alice.told("end")[0]["sipCode"] == 302


@pytest.mark.parametrize(
    "contact",
    [
        "<sip:112@one.example>",
        "<tel:911>",
        "<sip:dave@one.example>",
        "<mailto:dave@one.example>",
        "<urn:service:sos>",
        "<sip:110@one.example>",
    ],
)
def test_no_remote_makes_this_phone_call_for_help_or_turn_in_a_circle(world, dave, contact):
    alice = follows(world, country="de")
    alice.ask("makeCall", "dave")
    dave.reply(302, *moved(contact))
    assert len(invited(alice)) == 1
    assert alice.told("end")[0]["sipCode"] == 302


@pytest.mark.parametrize("status", [401, 407, 600, 603, 305, 380])
def test_some_last_words_hold_for_every_contact(world, dave, carol, status):
    alice = follows(world)
    alice.ask("makeCall", "dave")
    eve = world.stranger("eve")
    dave.reply(300, *moved("<sip:eve@one.example>", "<sip:carol@one.example>;q=0.5"))
    eve.reply(status)
    assert alice.told("end")[0]["sipCode"] == status
    assert not carol.told("ringingin")


def test_early_media_of_who_sent_the_call_on_is_forgotten(world, dave, carol):
    alice = follows(world)
    alice.ask("makeCall", "dave")
    dave.reply(183, sdp=description())
    assert alice.call.state == "early"
    dave.reply(302, *moved("<sip:carol@one.example>"))
    assert alice.call.state == "ringing"
    carol.ask("answer")
    assert alice.call.state == "active"
    assert not alice.mistakes


def test_media_that_fails_while_the_person_is_asked_ends_the_call(alice, dave):
    from webphone.phone import happenings as on

    alice.ask("makeCall", "dave")
    dave.reply(302, *moved("<sip:carol@one.example>"))
    alice.happens(on.MediaFailed(call=alice.call.id, code="media_failed", text="broken"))
    assert not alice.calls and not alice.mistakes


# --- Numbers for emergencies ----------------------------------------------------------------------


@pytest.fixture
def german(world):
    return world.registered("alice", country="de")


def test_an_emergency_number_is_called_once_the_person_has_confirmed_it(german):
    calling = german.ask("makeCall", "1-1-0")
    assert not calling.settled and not invited(german)
    assert not [x for x in german.actions if isinstance(x, do.OpenMedia)]
    [shown] = german.machine.snapshot.calls
    assert (shown.question, shown.question_about) == ("emergency", "110")
    assert german.told("question")[0]["question"] == "emergency"
    german.press("confirm", german.call.id)
    assert invited(german) == ["sip:110@one.example"]
    assert calling.settled


def test_an_emergency_number_that_is_not_confirmed_is_never_called(world, german):
    calling = german.ask("makeCall", "112")
    german.ask("hangup")
    assert calling.error.code == "cancelled"
    waiting = german.ask("makeCall", "112")
    world.wind(121)
    assert waiting.error.code == "timeout"
    assert not invited(german) and not german.told("end")


def test_a_call_that_goes_on_is_not_held_for_a_number_nobody_has_confirmed(german, bob):
    german.ask("makeCall", "bob")
    bob.ask("answer")
    german.ask("makeCall", "112")
    assert [call.state for call in german.calls] == ["active", "dialling"]
    german.ask("confirm")
    assert german.calls[0].state == "held"


def test_the_country_of_the_page_s_language_counts_where_none_is_set(world):
    from webphone.phone import happenings as on

    alice = world.registered("alice")
    alice.happens(on.LanguageFound(tag="en-GB"))
    alice.ask("makeCall", "999")
    assert alice.told("question")
    alice.ask("hangup")
    alice.ask("setConfig", {"country": "us"})
    alice.ask("makeCall", "999")
    assert len(alice.told("question")) == 1
