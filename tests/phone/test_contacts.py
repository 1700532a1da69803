"""Who is at the other end, as the page's contactLookup knows: on the screen, in the record, as an event."""

from __future__ import annotations

import pytest

from phone.stage import description
from webphone.phone import contacts
from webphone.phone import happenings as on

BOOK = {"bob": {"name": "Bob Marsh", "photo": "https://crm.example/bob.png", "note": "Gold"}}


@pytest.fixture
def asked() -> list[str]:
    """The numbers that the page was asked for."""
    return []


@pytest.fixture
def carol(world, asked):
    """A phone whose page knows people."""

    def lookup(number: str) -> object:
        asked.append(number)
        return BOOK.get(number)

    return world.registered("carol", contact_lookup=lookup)


def test_a_caller_is_named_by_the_page_on_the_screen_and_in_the_record(carol, bob, asked):
    bob.ask("setConfig", {"displayName": "Bobby"})
    bob.ask("makeCall", "carol")
    [call] = carol.machine.snapshot.calls
    assert call.peer_name == "Bob Marsh" and call.contact.note == "Gold"
    [popped] = carol.told("screenpop")
    assert popped["contact"] == BOOK["bob"] and popped["displayName"] == "Bob Marsh"
    assert popped["from"]["displayName"] == "Bobby"  # as he calls himself
    carol.ask("answer")
    carol.ask("hangup")
    assert carol.history[0].display_name == "Bob Marsh" and asked == ["bob"]


def test_so_is_who_is_called(carol, bob):
    carol.ask("makeCall", "bob")
    assert carol.call.display_name == "Bob Marsh"


def test_whom_nobody_knows_keeps_the_name_that_he_gives_himself(carol, alice):
    alice.ask("setConfig", {"displayName": "Alice"})
    alice.ask("makeCall", "carol")
    assert carol.call.display_name == "Alice"
    assert carol.told("screenpop")[0]["contact"] is None


def test_an_answer_for_a_call_that_is_over_is_nothing(world, bob):
    late = world.registered("carol", contact_lookup=lambda number: "later")
    bob.ask("makeCall", "carol")
    id = late.call.id
    bob.ask("hangup")
    late.happens(on.ContactCame(call=id, number="bob", given=BOOK["bob"]))
    assert late.told("screenpop") == [] and late.mistakes == []


def test_a_call_that_goes_on_with_somebody_else_is_asked_for_again(carol, world, asked):
    dave = world.stranger("dave")
    dave.call("carol", sdp=description())
    carol.ask("answer")
    dave.ack()
    asserted = 'P-Asserted-Identity: "Bob" <sip:bob@one.example>'
    dave.inside("INVITE", asserted, sdp=description(version="2"))
    assert asked == ["dave", "bob"] and carol.call.display_name == "Bob Marsh"


def test_a_lookup_that_is_set_in_a_call_names_it(alice, bob):
    bob.ask("makeCall", "alice")
    alice.ask("setConfig", {"contactLookup": BOOK.get})
    assert alice.call.display_name == "Bob Marsh"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (None, None),
        ("Bob", None),
        ({}, None),
        ({"name": 7}, None),
        ({"name": "Bob"}, "Bob"),
        ({"name": " B\nob\u202e "}, "B ob"),
        ({"name": "B" * 1000}, "B" * 256),
    ],
)
def test_what_a_page_gives_is_read_within_bounds(given, name):
    contact = contacts.read(given)
    assert (contact.name if contact else None) == name


@pytest.mark.parametrize(
    ("photo", "kept"),
    [
        ("https://crm.example/bob.png", True),
        ("blob:https://crm.example/1", True),
        ("data:image/png;base64,AAAA", True),
        ("data:image/svg+xml;base64,AAAA", False),
        ("http://crm.example/bob.png", False),
        ("javascript:alert(1)", False),
        ("https://crm.example/" + "x" * 40_000, False),
    ],
)
def test_a_picture_is_one_or_left_out(photo, kept):
    contact = contacts.read({"name": "Bob", "photo": photo, "note": "n" * 600})
    assert bool(contact.photo) is kept and len(contact.note) == 500
