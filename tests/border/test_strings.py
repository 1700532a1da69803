"""Words that a page puts in the place of the phone's own: which are taken, and what is said of others."""

from __future__ import annotations

import pytest

from webphone.border.strings import nearest, places
from webphone.contract import Config, WebPhoneError


def refused(given: object) -> WebPhoneError:
    with pytest.raises(WebPhoneError) as raised:
        Config().changed({"strings": given})
    assert raised.value.code == "invalid_config"
    return raised.value


def test_words_are_taken_with_all_some_or_none_of_their_values():
    words = {"call": "Ring", "ended_failed": "{known}!", "sent": "{{digits}}: {digits}", "hold": ""}
    assert Config().changed({"strings": words}).strings == words
    assert Config().changed({"strings": words}).changed({"strings": None}).strings is None
    assert Config().changed({"strings": {}}).strings == {}


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"cal": "x"}, "strings: there are no words named 'cal'.", "Is it call?"),
        ({"hangup": "x"}, "strings: there are no words named 'hangup'.", "Is it hang_up?"),
        ({"": "x"}, "strings: there are no words named ''.", "See words/en.py for the names."),
        (
            {"zzqqxx": "x"},
            "strings: there are no words named 'zzqqxx'.",
            "See words/en.py for the names.",
        ),
        ({3: "x"}, "strings: there are no words named a number.", "See words/en.py for the names."),
        ({"call": 3}, "strings: call is not text but a number.", "Use a text."),
        (
            {"call": "x" * 1001},
            "strings: call is 1001 characters long; this phone takes 1000.",
            "Use a shorter text.",
        ),
        ({"call": "a\nb"}, "strings: call holds a line break or control character.", "Remove it."),
        (
            {"sent": "{digit}"},
            "strings: sent holds 'digit' in braces, which is no value of it. Its values: {digits}.",
            "Write a value as {name}, and a brace as {{.",
        ),
        (
            {"call": "{name}"},
            "strings: call holds 'name' in braces, which is no value of it. Its values: none.",
            "Write a value as {name}, and a brace as {{.",
        ),
    ],
)
def test_what_is_no_word_or_has_other_values_is_refused_with_what_to_do(given, message, hint):
    error = refused(given)
    assert (error.message, error.hint) == (message, hint)


@pytest.mark.parametrize(
    "text", ["{digits.x}", "{digits!r}", "{digits:>9999999}", "{0}", "{", "}", "{}"]
)
def test_nothing_but_a_value_s_name_stands_in_braces(text):
    assert "in braces" in refused({"sent": text}).message


@pytest.mark.parametrize("given", ["text", 3, [("call", "Ring")], {"call": lambda: "Ring"}])
def test_what_is_no_object_of_texts_is_refused(given):
    refused(given)


def test_the_nearest_name_of_a_very_long_one_is_found_in_its_beginning():
    assert nearest("transfer_to" + "_" * 100_000) == "transfer_to"
    assert places("{{a}} {b} {{{c}}}") == ["b", "c"]
