"""Who is meant by what is typed: what the field offers, and what keys and presses do with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, MATCHING, NOW, PEOPLE, past, talking
from webphone.contract import DialpadPress, MakeCall
from webphone.phone.happenings import Asked, NumberTyped
from webphone.phone.snapshot import Person
from webphone.ui.act import act
from webphone.ui.gestures import (
    KeyPressed,
    MatchChosen,
    NumberEdited,
    NumberRecalled,
    PageOpened,
)
from webphone.ui.html import find, find_all, text
from webphone.ui.matching import LOOKS, MOST, Matches
from webphone.ui.screen import screen
from webphone.ui.view import View

CALLED = (
    past(1, 1, "Clara Nowak", "2001", "answered", 9),
    past(2, 2, "Robert", "1002", "answered", 9, "outgoing"),
    past(3, 3, "", "2002", "missed"),
    past(4, 4, "Clara Nowak", "2001", "missed"),
    past(5, 5, "", "", "missed"),
)


def typed(number, **more):
    return replace(IDLE, **{"people": PEOPLE, "history": CALLED, "number": number, **more})


def options(picture, view=MATCHING):
    return find_all(screen(picture, view, NOW), role="option")


def offered(number, view=MATCHING, **more):
    return [text(option) for option in options(typed(number, **more), view)]


def field(picture, view=MATCHING):
    [found] = find_all(screen(picture, view, NOW), part="number-input")
    return found.attributes


def press(view, picture, key):
    fields = {"key": key, "typing": True}
    return act(view, KeyPressed(), picture, fields, NOW)


# --- Who is found ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("anna", ["Anna Berg 1001", "Anna Berg +44 20 7946 0123"]),
        ("BERG an", ["Anna Berg 1001", "Anna Berg +44 20 7946 0123"]),
        ("mar", ["Bob Marsh 1002"]),
        ("arsh", []),  # no word begins so
        ("bob nowak", []),
        ("clar", ["Clara Nowak 2001"]),
        ("1002", ["Bob Marsh 1002"]),  # once, though he was called as well
        ("200", ["Clara Nowak 2001", "2002"]),
        ("+44 (0)20 79", ["Anna Berg +44 20 7946 0123"]),
        ("02079460", ["Anna Berg +44 20 7946 0123"]),
        ("٢٠٠١", ["Clara Nowak 2001"]),
        ("94601", ["Anna Berg +44 20 7946 0123"]),
        ("460", []),  # so few digits are found at the beginning only
        ("zz", []),
        ("  ", []),
        ("--", []),
        ("+", []),
    ],
)
def test_people_are_found_by_words_and_by_digits(number, found):
    assert offered(number) == found


def test_a_caller_without_a_number_is_offered_by_the_address():
    nameless = replace(CALLED[4].from_, number="", uri="sip:door@gate.example.com")
    shown = typed("door", history=(replace(CALLED[4], from_=nameless),))
    assert [text(each) for each in options(shown)] == ["sip:door@gate.example.com"]


def test_no_more_than_six_are_offered():
    many = tuple(Person(id=f"{n}", name=f"Anna {n}", numbers=(f"30{n}",)) for n in range(9))
    assert len(options(typed("anna", people=many))) == MOST
    assert len(options(typed("30", people=many))) == MOST


def test_a_key_reads_none_of_thousands_again():
    people = tuple(
        Person(id=f"{n}", name=f"Anna {n} Berg", numbers=(f"+4420{n:07}",)) for n in range(5_000)
    )
    history = tuple(past(n, n, "", f"{n}", "answered", 9) for n in range(300))
    matches, shown = Matches(), replace(IDLE, people=people, history=history)
    assert matches.find(shown) == () and matches.read == 0  # nothing while nothing is typed
    for number in ("a", "an", "anna 4999", "4420", "442000049", "zz", "berg anna 12"):
        matches.find(replace(shown, number=number))
        # The contacts, which came spelled, and of ten thousand calls those of late: once.
        assert matches.read == 5_000 + 200
    assert matches.find(replace(shown, number="anna 4999"))[0].name == "Anna 4999 Berg"
    same = replace(shown, number="anna 1")
    assert matches.find(same) is matches.find(same)
    matches.find(replace(same, people=people[:10]))
    assert matches.read == 5_000 + 200 + 10


def test_who_has_one_of_several_words_is_looked_at_in_so_many_only():
    def found(count):
        both = [("Anna Berg", n) for n in range(count)] + [("Zoe Marsh", n) for n in range(count)]
        named = [*both, ("Anna Zorn", 1)]
        people = tuple(
            Person(id=f"{n}", name=name, numbers=(f"{number}",))
            for n, (name, number) in enumerate(named)
        )
        return [one.name for one in Matches().find(replace(IDLE, people=people, number="anna zo"))]

    assert found(LOOKS - 1) == ["Anna Zorn"]
    assert found(LOOKS) == []


# --- The field and its list -----------------------------------------------------------------------


def test_the_field_is_a_combobox_whose_list_opens_by_typing():
    idle = typed("")
    assert field(idle, View())["role"] == "combobox"
    assert field(idle, View())["aria-expanded"] == "false"
    view, told = act(View(), NumberEdited(), idle, {"value": "bob"}, NOW)
    assert told == [NumberTyped(number="bob")]
    shown = field(typed("bob"), view)
    assert (shown["aria-expanded"], shown["aria-autocomplete"]) == ("true", "list")
    [box] = find_all(screen(typed("bob"), view, NOW), role="listbox")
    assert box.attributes["id"] == shown["aria-controls"]
    assert "aria-activedescendant" not in shown
    assert [each.attributes["aria-selected"] for each in box.children] == ["false"]


def test_where_nobody_is_known_it_is_a_plain_field():
    for plain in (IDLE, typed("", config=replace(CONFIG, show_dial=False))):
        assert "role" not in field(plain)


def test_nobody_found_is_no_list():
    assert options(typed("zz")) == []
    assert field(typed("zz"))["aria-expanded"] == "false"
    assert find(screen(typed("zz"), MATCHING, NOW), role="listbox") is None


def test_how_many_there_are_is_heard_once():
    def heard(number):
        region = find(screen(typed(number), MATCHING, NOW), role="status")
        return [text(each) for each in region.children if each.key == "matches"]

    assert heard("anna") == ["Found: 2"] == heard("anna b")
    assert heard("zz") == []


@pytest.mark.parametrize(
    "covered",
    [
        typed("anna", calls=talking(BOB).calls, active=BOB.view.id),
        typed("anna", config=replace(CONFIG, show_dialled_number=False)),
        typed("anna", config=replace(CONFIG, disabled=True)),
    ],
)
def test_it_is_offered_on_the_idle_phone_alone(covered):
    assert options(covered) == []


def test_the_list_has_the_place_of_the_keys_or_stands_below_all_or_below_the_bar():
    def above(picture):
        whole = screen(picture, MATCHING, NOW)
        return [
            node.attributes.get("class", node.key)
            for node in find_all(whole)
            if node.attributes.get("class") != "spoken"
            and any(getattr(child, "key", "") == "matches" for child in node.children)
        ]

    assert above(typed("anna")) == ["aside"]
    assert above(typed("anna", config=replace(CONFIG, show_dialpad=False))) == ["body"]
    assert above(typed("anna", config=replace(CONFIG, layout="bar"))) == ["phone"]


# --- Keys and presses -----------------------------------------------------------------------------


def test_arrows_go_through_the_list_and_back_into_the_field():
    picture, places, view = typed("anna"), [], MATCHING
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"):
        view, told = press(view, picture, key)
        assert told == []
        places.append(field(picture, view).get("aria-activedescendant"))
    assert places == ["matches-0", "matches-1", None, "matches-1", "matches-0", None]


def test_enter_calls_the_chosen_one_and_without_one_what_is_typed():
    picture = typed("anna")
    view, _ = press(MATCHING, picture, "ArrowDown")
    view, told = press(view, picture, "Enter")
    assert told == [NumberTyped(number="1001"), Asked(command=MakeCall(target="1001"))]
    assert options(typed("1001"), view) == []
    _, told = press(MATCHING, picture, "Enter")
    assert told == [Asked(command=MakeCall(target="anna"))]


def test_escape_closes_the_list_first_and_what_is_typed_stays():
    picture = typed("anna")
    view, told = press(MATCHING, picture, "Escape")
    assert told == [] and options(picture, view) == []
    assert press(view, picture, "ArrowDown") == (view, [])
    view, _ = act(view, NumberEdited(), picture, {"value": "anna b"}, NOW)
    assert len(options(typed("anna b"), view)) == 2


def test_a_key_that_means_nothing_to_the_list_goes_on_to_the_field():
    assert press(MATCHING, typed("anna"), "x")[1] == []
    assert press(MATCHING, typed("zz"), "ArrowDown")[1] == []


def test_a_press_calls():
    [first, _] = options(typed("anna"))
    assert first.on["click"] == MatchChosen(number="1001")
    view, told = act(MATCHING, first.on["click"], typed("anna"), {}, NOW)
    assert told[-1] == Asked(command=MakeCall(target="1001"))
    assert view.tried == MakeCall(target="1001")


@pytest.mark.parametrize(
    "gesture",
    [DialpadPress(key="1"), NumberRecalled(), MakeCall(target="1"), PageOpened(page="menu")],
)
def test_whoever_does_something_else_is_shown_no_list(gesture):
    view, _ = act(MATCHING, gesture, typed("anna"), {}, NOW)
    assert not view.matching


def test_a_choice_that_the_next_letter_takes_away_is_none():
    view = replace(MATCHING, chosen=1)
    assert "aria-activedescendant" not in field(typed("bob"), view)


def test_the_list_goes_when_the_focus_leaves_the_field_and_not_with_the_window():
    picture = typed("b")
    [found] = find_all(screen(picture, MATCHING, NOW), part="number-input")
    left = found.on["focusout"]
    assert act(MATCHING, left, picture, {"stays": True}, NOW) == (MATCHING, [])
    view, told = act(replace(MATCHING, chosen=1), left, picture, {"stays": False}, NOW)
    assert (view.matching, view.chosen, told) == (False, -1, [])
    # Where there is no list, nobody asks where the focus is.
    [found] = find_all(screen(picture, View(), NOW), part="number-input")
    assert "focusout" not in found.on
