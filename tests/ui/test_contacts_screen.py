"""The contacts, on the screen: found, called, written to, typed, deleted, taken from a file."""

from __future__ import annotations

from dataclasses import replace

from gallery import BOB, CONFIG, IDLE, NOW, PAST, PEOPLE, talking
from webphone.contract import MakeCall
from webphone.phone.happenings import (
    PeopleDeleted,
    PeopleExported,
    PeopleImported,
    PeopleOpened,
    PeopleWantedBack,
    PersonSaved,
)
from webphone.phone.snapshot import Person
from webphone.ui.act import act
from webphone.ui.contacts import DRAWN
from webphone.ui.gestures import FileGiven, PageOpened, PersonOpened
from webphone.ui.html import find, find_all, text, walk
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

KNOWN, OPEN = replace(IDLE, people=PEOPLE), View(open="contacts")


def press(snapshot, view, name):
    button = find(screen(snapshot, view, NOW), role="button", name=name)
    assert button is not None, name
    return button.on.get("click")


def rows(snapshot, view=OPEN):
    return [text(each) for each in find_all(screen(snapshot, view, NOW), role="listitem")]


def typed(view, part, words, snapshot=KNOWN):
    field = find(screen(snapshot, view, NOW), part=part)
    return act(view, field.on["input"], snapshot, {"value": words}, NOW)[0]


def test_more_leads_to_the_contacts_in_a_call_too():
    for snapshot, over in ((KNOWN, ""), (talking(BOB, people=PEOPLE), BOB.view.id)):
        menu = View(open="menu", over=over)
        view, happenings = act(menu, press(snapshot, menu, "Contacts"), snapshot, {}, NOW)
        assert happenings == [PeopleOpened()] and shown(snapshot, view) == "contacts"
        assert press(snapshot, view, "Back") == PageOpened(page="menu")
    assert find(screen(snapshot, view, NOW), role="button", name="Hang up")


def test_each_has_a_name_and_numbers_and_is_called_or_written_to():
    assert rows(KNOWN)[:2] == ["Anna Berg 1001, +44 20 7946 0123", "Bob Marsh 1002"]
    assert press(KNOWN, OPEN, "Call Anna Berg") == MakeCall(target="1001")
    assert press(KNOWN, OPEN, "Write to Bob Marsh") == PageOpened(page="messages", of="1002")
    nobody_dials = replace(KNOWN, config=replace(CONFIG, show_dial=False))
    assert press(nobody_dials, OPEN, "Call Anna Berg") is None


def test_they_are_found_by_name_and_number():
    assert rows(KNOWN, typed(OPEN, "contact-search", "mar")) == ["Bob Marsh 1002"]
    for number in ("79460", "+44 20", "7946 0123"):
        assert len(rows(KNOWN, typed(OPEN, "contact-search", number))) == 1, number
    none = typed(OPEN, "contact-search", "zz")
    assert rows(KNOWN, none) == []
    assert "No contact is called so." in text(screen(KNOWN, none, NOW))
    assert "No contacts yet." in text(screen(IDLE, OPEN, NOW))


def test_no_more_than_fifty_are_drawn():
    many = tuple(Person(id=str(n), name=f"N{n}", numbers=(str(n),)) for n in range(120))
    node = screen(replace(IDLE, people=many), OPEN, NOW)
    assert len(find_all(node, role="listitem")) == DRAWN and "70 more" in text(node)


def test_a_new_one_is_typed_and_saved():
    view, _ = act(OPEN, press(KNOWN, OPEN, "New contact"), KNOWN, {}, NOW)
    assert press(KNOWN, view, "Save") is None
    view = typed(typed(view, "contact-name", "Eve"), "contact-numbers", "1005")
    saved = press(KNOWN, view, "Save")
    assert saved == PersonSaved(id="", called="Eve", numbers="1005")
    after, happenings = act(view, saved, KNOWN, {}, NOW)
    assert happenings == [saved] and (after.open, after.of) == ("contacts", "")
    assert find(screen(KNOWN, view, NOW), part="delete-contact") is None


def test_one_is_opened_typed_anew_and_deleted():
    row = find_all(screen(KNOWN, OPEN, NOW), part="contact")[0]
    view, _ = act(OPEN, row.on["click"], KNOWN, {}, NOW)
    assert find(screen(KNOWN, view, NOW), part="contact-numbers").value == "1001, +44 20 7946 0123"
    changed = press(KNOWN, typed(view, "contact-name", ""), "Save")
    assert changed == PersonSaved(id="1", called="", numbers="1001, +44 20 7946 0123")
    gone = press(KNOWN, view, "Delete contact")
    after, happenings = act(view, gone, KNOWN, {}, NOW)
    assert happenings == [PeopleDeleted(ids=("1",))] and after.of == ""
    deleted = replace(KNOWN, people_deleted=1)
    back = press(deleted, after, "Undo")
    assert act(after, back, deleted, {}, NOW)[1] == [PeopleWantedBack()]


def test_a_file_goes_in_and_out():
    field = find(screen(KNOWN, OPEN, NOW), part="import-contacts")
    assert field.on == {"input": FileGiven()}
    taken = act(OPEN, FileGiven(), KNOWN, {"text": "BEGIN:VCARD"}, NOW)[1]
    assert taken == [PeopleImported(text="BEGIN:VCARD")]
    out = press(KNOWN, OPEN, "Export (vCard)")
    assert act(OPEN, out, KNOWN, {}, NOW)[1] == [PeopleExported()]
    assert find(screen(IDLE, OPEN, NOW), part="export-contacts") is None


def test_the_calls_that_were_bear_the_names_and_lead_to_the_contacts():
    calls = replace(KNOWN, history=PAST)
    view = View(open="history")
    names = find_all(screen(calls, view, NOW), part="history-name")
    assert names[0].on["click"] == PersonOpened(id="2", name="Bob Marsh", numbers="1002")
    assert names[2].on["click"] == PersonOpened(name="100", numbers="100")
    unnamed = replace(PAST[3], display_name="")
    anna = replace(unnamed, to=replace(unnamed.to, number="020 7946 0123"))
    [name] = find_all(screen(replace(calls, history=(anna,)), view, NOW), part="history-name")
    assert text(name) == "Anna Berg"
    added, _ = act(view, names[2].on["click"], calls, {}, NOW)
    assert (added.open, added.of) == ("contacts", "new")
    assert press(calls, added, "Save") == PersonSaved(id="", called="100", numbers="100")


def test_a_frozen_phone_does_nothing():
    frozen = replace(KNOWN, config=replace(CONFIG, disabled=True), history=PAST)
    for view in (OPEN, replace(OPEN, of="1"), View(open="history")):
        body = find(screen(frozen, view, NOW), part="phone")
        done = [each for each in walk(body) if each.on and each is not body]
        assert done == [], view
