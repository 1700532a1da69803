"""The person's own contacts: kept for each user, found by number, named on calls, as a file."""

from __future__ import annotations

import json

import pytest

from phone.remembered import CHUNK
from phone.stage import Actor, description
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.people import LONGEST, MOST, MOST_NUMBERS, Numbers, made, read, same, written
from webphone.phone.snapshot import Person
from webphone.phone.vcards import LONGEST as LONGEST_FILE
from webphone.phone.vcards import WrongCard, cards, vcards

ANNA = Person(id="a", name="Anna Berg", numbers=("+44 20 7946 0123", "1001"))
CARD = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{name}\r\nTEL;TYPE=work:{number}\r\nEND:VCARD\r\n"


@pytest.fixture
def carol(world) -> Actor:
    """A phone at rest."""
    carol = world.registered("carol")
    carol.happens(on.AtRest())
    return carol


def save(actor: Actor, name: str, numbers: str, id: str = "") -> str:
    """A person types a contact; its id."""
    actor.happens(on.PersonSaved(id=id, called=name, numbers=numbers))
    return next(each.id for each in people(actor) if each.name == name)


def people(actor: Actor) -> tuple[Person, ...]:
    return actor.machine.snapshot.people


def names(actor: Actor) -> list[str]:
    return [each.name for each in people(actor)]


def another_day(actor: Actor) -> Actor:
    """The same browser with another page, at rest."""
    actor.world.phones.remove(actor)
    after = actor.world.registered(actor.user)
    after.memory = actor.memory
    after.happens(on.AtRest())
    return after


# --- Kept -----------------------------------------------------------------------------------------


def test_a_contact_that_is_typed_is_there_on_another_day(carol):
    save(carol, "Bob Marsh", "bob, +44 20 7946 0123,, bob")
    save(carol, "anna", "1001")
    assert names(carol) == ["anna", "Bob Marsh"]
    later = another_day(carol)
    assert names(later) == ["anna", "Bob Marsh"]
    assert people(later)[1].numbers == ("bob", "+44 20 7946 0123")


def test_who_types_one_before_the_page_is_at_rest_keeps_it(world):
    carol = world.registered("carol")
    save(carol, "Bob", "bob")
    carol.happens(on.AtRest())
    assert names(carol) == ["Bob"] and names(another_day(carol)) == ["Bob"]


def test_it_is_typed_anew_and_without_a_number_it_is_none(carol):
    id = save(carol, "Bob", "bob")
    assert save(carol, "Robert", "bob", id) == id and names(carol) == ["Robert"]
    carol.happens(on.PersonSaved(id="", called="Nobody", numbers=" , ;"))
    assert names(another_day(carol)) == ["Robert"]


def test_what_is_deleted_can_be_had_back(carol):
    id = save(carol, "Bob", "bob")
    carol.happens(on.PeopleDeleted(ids=(id,)))
    assert names(carol) == [] and carol.machine.snapshot.people_deleted == 1
    assert carol.memory.people["carol@one.example"] == {}
    carol.happens(on.PeopleWantedBack())
    assert names(another_day(carol)) == ["Bob"]
    carol.happens(on.PeopleDeleted(ids=("nobody",)))
    assert [each for each in carol.actions if isinstance(each, do.DropPeople)][1:] == []
    carol.happens(on.PeopleDeleted(ids=(id,)))
    carol.happens(on.PeopleOpened())
    assert carol.machine.snapshot.people_deleted == 0


def test_each_user_has_their_own_and_nobody_has_any_that_are_stored(carol):
    save(carol, "Bob", "bob")
    carol.ask("setConfig", {"username": "dave"})
    assert names(carol) == []
    carol.ask("setConfig", {"username": ""})
    id = save(carol, "Here alone", "1")
    carol.happens(on.PeopleDeleted(ids=(id,)))
    carol.ask("setConfig", {"username": "carol"})
    assert names(carol) == ["Bob"] and list(carol.memory.people) == ["carol@one.example"]


def test_many_come_a_few_at_a_time_and_what_is_changed_meanwhile_stays_so(carol):
    stored = {f"{n:03}": written(Person(id=f"{n:03}", name=f"N{n:03}", numbers=(str(n),)))
              for n in range(3 * CHUNK)}  # fmt: skip
    carol.memory.people["carol@one.example"] = stored
    later = another_day(carol)
    assert len(people(later)) == 3 * CHUNK
    later.memory.slow = True
    later.happens(on.PeopleElsewhere(owner="carol@one.example"))
    save(later, "Meanwhile", "7")
    later.happens(on.PeopleDeleted(ids=("001",)))
    while later.memory.asked:
        later.memory.answer()
    assert "Meanwhile" in names(later) and "N001" not in names(later)
    later.happens(on.PeopleRecalled(owner="carol@one.example", people=(written(ANNA),)))
    later.happens(on.PeopleRecalled(owner="dave@one.example", people=(written(ANNA),)))
    assert "Anna Berg" not in names(later)  # nobody has asked


def test_all_tabs_have_the_same(world, carol):
    other = world.registered("carol")
    other.memory = carol.memory
    carol.memory.tabs = [carol, other]
    other.happens(on.AtRest())
    id = save(carol, "Bob", "bob")
    assert names(other) == ["Bob"]
    other.happens(on.PeopleElsewhere(owner="dave@one.example"))
    assert names(other) == ["Bob"]
    carol.happens(on.PeopleDeleted(ids=(id,)))
    assert names(other) == []
    save(other, "Eve", "eve")
    carol.ask("forgetEverything")
    assert names(carol) == names(other) == [] and carol.memory.people == {}


def test_no_more_than_so_many_are_kept(carol):
    text = "".join(CARD.format(name=f"N{n}", number=n) for n in range(MOST + 2))
    carol.happens(on.PeopleImported(text=text))
    assert len(people(carol)) == MOST
    assert "No more than 5000 are kept" in carol.machine.snapshot.people_news


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"id": 1}', '{"id": "1", "name": "x", "numbers": "12"}',
     '{"id": "1", "name": 2, "numbers": ["12"]}', '{"id": "1", "name": "x", "numbers": []}',
     "x" * 3000],
)  # fmt: skip
def test_what_is_no_contact_is_left_out(text):
    assert read(text) is None


def test_a_contact_is_as_long_as_anybody_reads():
    person = made("1", "\u202en" + "n" * 900, [f"{n}" * 300 for n in range(9)])
    assert (len(person.name), len(person.numbers)) == (LONGEST, MOST_NUMBERS)
    assert read(written(person)) == person and made("1", " ", ["12"]).name == "12"


# --- Found ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("1001", "1001", True),
        ("+442079460123", "02079460123", True),
        ("02079460123", "+442079460123", True),
        ("00442079460123", "+442079460123", True),
        ("+442079460123", "2079460123", False),
        ("+442079460123", "0123", False),
        ("+15551234567", "+25551234567", False),
    ],
)
def test_numbers_are_known_in_each_way_of_writing_them(one, other, alike):
    assert same(one, other) is alike


def test_a_number_is_found_among_many():
    numbers = Numbers()
    assert numbers.find((ANNA,), "020 7946-0123") is ANNA
    assert numbers.find((ANNA,), "(1001)") is ANNA
    assert numbers.find((ANNA,), "7946 0123") is None and numbers.find((), "1001") is None


# --- Named ----------------------------------------------------------------------------------------


def test_who_calls_is_named_as_the_contacts_know_them(carol, bob):
    save(carol, "Bob Marsh", "bob")
    bob.ask("setConfig", {"displayName": "Bobby"})
    bob.ask("makeCall", "carol")
    assert carol.call.display_name == "Bob Marsh" and carol.told("screenpop") == []
    carol.happens(on.PersonSaved(id=people(carol)[0].id, called="Robert", numbers="bob"))
    assert carol.call.display_name == "Robert"
    bob.ask("hangup")
    assert carol.history[0].display_name == "Robert"


def test_who_is_added_during_a_call_is_named_at_once(carol, bob):
    bob.ask("makeCall", "carol")
    assert carol.call.display_name == ""
    save(carol, "Bob Marsh", "bob")
    assert carol.call.display_name == "Bob Marsh"


def test_the_page_goes_before_the_contacts_and_these_before_what_callers_say(world, bob):
    known = {"bob": {"name": "Bob of the page"}}
    carol = world.registered("carol", contact_lookup=known.get)
    carol.happens(on.AtRest())
    save(carol, "Bob Marsh", "bob")
    bob.ask("makeCall", "carol")
    save(carol, "Somebody", "1")
    assert carol.call.display_name == "Bob of the page"
    bob.ask("hangup")
    known.clear()
    bob.ask("makeCall", "carol")
    assert carol.call.display_name == "Bob Marsh"


def test_a_caller_of_another_domain_is_not_taken_for_a_colleague(carol, dave):
    save(carol, "Bob Marsh", "bob")
    save(carol, "Stranger", "bob@evil.example")
    save(carol, "World", "020 7946 0123")
    for user, name in (("bob", "Stranger"), ("+442079460123", "World"), ("eve", "")):
        dave.invite = None
        dave.call("carol", f"P-Asserted-Identity: <sip:{user}@evil.example>", sdp=description())
        assert carol.call.display_name == name
        carol.ask("reject")


# --- As a file ------------------------------------------------------------------------------------


def test_a_file_of_another_program_is_taken(carol):
    text = (
        "\ufeffBEGIN:VCARD\nVERSION:4.0\nN:Berg;Anna;;;\nitem1.TEL;VALUE=uri:tel:+44-20-7946-0123;ext=1\n"
        "TEL:\nPHOTO;ENCODING=b:AAAA\n BBBB\n\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:Sons\\, Daughters\\nand\n  Co\nTEL:1003\nEND:VCARD\n"
        "BEGIN:VCARD\nORG:Works;Sales\nTEL:1004\nEND:VCARD\n"
        "BEGIN:VCARD\nFN;ENCODING=QUOTED-PRINTABLE:J=C3=BC=\nrgen\nTEL;CELL:1005\nEND:VCARD\n"
        "BEGIN:VCARD\nFN:No number\nEND:VCARD\n"
    )
    assert cards(text) == [
        ("Anna Berg", ["+44-20-7946-0123"]),
        ("Sons, Daughters and Co", ["1003"]),
        ("Works Sales", ["1004"]),
        ("J\u00fcrgen", ["1005"]),
    ]
    carol.happens(on.PeopleImported(text=text))
    assert carol.machine.snapshot.people_news == "Contacts added: 4"
    carol.happens(on.PeopleImported(text=text))
    assert carol.machine.snapshot.people_news == "Contacts added: 0" and len(people(carol)) == 4
    assert len(another_day(carol).machine.snapshot.people) == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no vCard"),
        ("BEGIN:VCARD\nFN:x\nEND:VCARD", "no vCard"),
        ("name,number\nAnna,1001", "Line 1 "),
        ("FN:Anna", "Line 1 "),
        ("BEGIN:VCARD\nTEL:1\n\nrubbish\nEND:VCARD", "Line 4 "),
        ("BEGIN:VCARD\nTEL:1\nBEGIN:VCARD", "Line 3 "),
        ("\n\nBEGIN:VCARD\nTEL:1", "begins in line 3 "),
        ("x" * (LONGEST_FILE + 1), "too long"),
    ],
)
def test_of_a_file_that_is_none_it_is_said_where_and_nothing_is_taken(carol, text, words):
    with pytest.raises(WrongCard, match=words):
        cards(text)
    carol.happens(on.PeopleImported(text=text))
    assert words in carol.machine.snapshot.people_news and people(carol) == ()
    carol.happens(on.PeopleOpened())
    assert carol.machine.snapshot.people_news is None


def test_what_is_exported_is_taken_again(carol):
    save(carol, "Sons, Daughters; and \\ Co", "1003, 1004")
    carol.happens(on.PeopleExported())
    [file] = [each for each in carol.actions if isinstance(each, do.SaveFile)]
    assert (file.name, file.kind) == ("contacts.vcf", "text/vcard")
    assert cards(file.text) == [("Sons, Daughters; and \\ Co", ["1003", "1004"])]
    assert vcards([]) == ""


def test_no_trace_tells_of_the_contacts(carol):
    save(carol, "Private Person", "1234567")
    carol.happens(on.PeopleImported(text=CARD.format(name="Private Too", number="7654321")))
    carol.happens(on.PeopleExported())
    carol.happens(on.PeopleElsewhere(owner="carol@one.example"))
    told = carol.ask("getTrace").value
    for private in ("Private", "1234567", "7654321"):
        assert private not in told
    assert json.loads(told.splitlines()[0])["webphone"] == 1
