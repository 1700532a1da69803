"""What the phone says, to the eye and to the ear."""

from __future__ import annotations

import pytest

from webphone.contract import PHONE_STATES
from webphone.ui.words import HUES, clock, hue, initials, key_name, say
from webphone.words.en import WORDS


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "00:00"),
        (59.9, "00:59"),
        (60, "01:00"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (36_061, "10:01:01"),
        (-1, "00:00"),
    ],
)
def test_a_time_has_hours_only_from_the_first_hour_on(seconds, shown):
    assert clock(seconds) == shown


def test_every_state_of_the_phone_has_words_for_eye_and_ear():
    for state in PHONE_STATES:
        assert WORDS[f"state_{state}"] and WORDS[f"spoken_{state}"].endswith(".")


def test_words_take_their_values_as_they_are_even_with_braces_in_them():
    assert say("held_by_them", name="{0} {name}") == "{0} {name} has put you on hold"


def test_a_name_in_another_script_is_isolated_and_can_not_end_that():
    assert say("spoken_held_by_them", name="\u05d3\u05e0\u05d4") == (
        "\u2068\u05d3\u05e0\u05d4\u2069 has put you on hold."
    )
    assert say("spoken_active", name="\u202eeve\u2069é") == "In call with \u2068eveé\u2069."
    assert say("spoken_active", name="Bob") == "In call with Bob."


def test_keys_are_spoken_with_their_letters():
    assert [key_name(key) for key in "127*0#"] == [
        "1",
        "2, A B C",
        "7, P Q R S",
        "star",
        "0, plus",
        "hash",
    ]


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Bob Marsh", "BM"), ("bob", "B"), ("Anna Maria Berg", "AB"), ("+44 20", ""), ("", "")],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name, letters):
    assert initials(name) == letters


def test_a_person_has_a_colour_by_their_address_however_it_is_written():
    assert hue("Bob@example.com") == hue("bob@example.com") != hue("1002")
    assert {hue(str(number)) for number in range(100)} == {str(each) for each in range(HUES)}
