"""Sentences are said where they leave, in the language of that phone: one file and one row each."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from gallery import SCREENS
from phone.stage import World
from phone.tabs_stage import Browser
from webphone.border import WebPhoneError, encode
from webphone.phone import happenings as on
from webphone.phone.readings import readings
from webphone.ui import View, screen
from webphone.ui.html import Node, find, text, walk
from webphone.words import (
    LANGUAGES,
    Sentence,
    Speech,
    as_written,
    kept,
    languages,
    restored,
    said_in,
    say,
)
from webphone.words.en import WORDS


@pytest.fixture
def loud(monkeypatch):
    """A second language: one row; its file is tests/words/loud.py."""
    monkeypatch.setitem(LANGUAGES, "x-loud", "words.loud")
    return "x-loud"


@pytest.fixture
def sparse(monkeypatch):
    """A language that is only begun."""
    monkeypatch.setitem(LANGUAGES, "de", "words.sparse")
    begun = SimpleNamespace(WORDS={"call": "Anrufen"}, PLURALS={}, plural=lambda number: "other")
    monkeypatch.setattr(languages, "import_module", lambda name: begun)
    languages.table.cache_clear()
    yield "de"
    languages.table.cache_clear()


def texts(node: Node):
    """All that a person sees or hears of it."""
    for found in walk(node):
        yield from (child for child in found.children if isinstance(child, str))
        for name in ("aria-label", "title", "placeholder", "alt"):
            if name in found.attributes:
                yield found.attributes[name]


# --- The language that is spoken ------------------------------------------------------------------


@pytest.mark.rfc("4647 §3.4", "lookup: the longest prefix that is there")
@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("DE_at", "de"),
        ("en-GB", "en"),
        ("tlh", "en"),
        ("", "en"),
        ("-", "en"),
    ],
)
def test_a_tag_finds_its_language_or_english(sparse, tag, language):
    assert languages.spoken(tag) == language


@pytest.mark.rfc(
    "5646 §2.1.1", "tags are written as the standard spells them, and read in any case"
)
@pytest.mark.parametrize(("tag", "language"), [("X-LOUD", "x-Loud"), ("x_loud-CA", "x-Loud")])
def test_a_tag_is_read_in_any_case_and_told_as_it_is_spelled(monkeypatch, tag, language):
    monkeypatch.setitem(LANGUAGES, "x-Loud", "words.loud")
    assert languages.spoken(tag) == language


def test_who_gets_no_language_of_their_own_gets_the_nearest_one(monkeypatch):
    monkeypatch.setitem(languages.NEAR, "yi", "x-loud")
    assert languages.spoken("yi-US") == "en"
    monkeypatch.setitem(LANGUAGES, "x-loud", "words.loud")
    assert languages.spoken("yi-US") == "x-loud"


def test_while_the_words_of_a_language_are_fetched_english_is_spoken_and_the_country_is_known(loud):
    alice = World().registered("alice")
    alice.happens(on.LanguageFound(tag="x-loud-CA", here=False))
    assert alice.machine.snapshot.language == "en"
    assert alice.desk.account.config.country == "CA"
    alice.happens(on.LanguageFound(tag="x-loud-CA"))
    assert alice.machine.snapshot.language == loud


def test_what_a_language_lacks_is_said_in_english(sparse):
    again = say("do_call_again_hours", count=1)
    assert said_in("de", again) == "Call again in 1 hour."
    assert [said_in("de", say(key)) for key in ("call", "mute")] == ["Anrufen", "Mute"]


def test_values_that_are_sentences_are_said_in_the_same_language(loud):
    whole = say("ended_failed", known=say("failed_otherwise"), remedy=say("do_call_again"))
    assert whole == "The call failed. Call again later."
    assert said_in(loud, whole) == "««The call failed». «Call again later.»»"
    assert said_in(loud, as_written("Ne quittez pas.")) == "Ne quittez pas."
    assert said_in(loud, "no sentence of ours") == "no sentence of ours"


# --- The screen -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SCREENS)
def test_all_that_is_said_on_a_screen_is_in_its_language(loud, name):
    snapshot, view = SCREENS[name]
    english = screen(snapshot, view, 0.0)
    other = screen(replace(snapshot, language=loud), view, 0.0)
    left = {after for before, after in zip(texts(english), texts(other)) if before == after}
    assert not left & set(WORDS.values())
    assert [text for text in left if text.endswith((".", "…"))] == []
    assert len(list(texts(english))) == len(list(texts(other)))


@pytest.mark.parametrize(("language", "direction"), [("en", None), ("de", "ltr"), ("ar", "rtl")])
def test_a_screen_says_its_language_and_runs_as_that_does(language, direction):
    whole = screen(replace(SCREENS["idle"][0], language=language), View(), 0.0)
    assert whole.attributes["lang"] == language
    assert whole.attributes.get("dir") == direction
    keypad = find(whole, role="group", name=said_in(language, say("keypad")))
    assert keypad.attributes["dir"] == "ltr"


# --- The phone ------------------------------------------------------------------------------------


def test_two_phones_of_a_page_speak_two_languages(loud):
    world = World()
    alice, bob = world.registered("alice"), world.registered("bob")
    bob.happens(on.LanguageFound(tag="x-loud"))
    alice.ask("makeCall", "bob")
    bob.ask("reject", "", 603)
    refused = {phone.user: phone.ask("hold").error for phone in (alice, bob)}
    seen = {}
    for phone in (alice, bob):
        snapshot = phone.machine.snapshot
        [record] = readings(snapshot, None)["history"]
        error = encode(refused[phone.user], snapshot.language)
        farewell = text(find(screen(snapshot, View(), world.now), role="alert"))
        seen[phone.user] = record["explanation"], error["message"], error["hint"], farewell
    assert seen["alice"] == (
        "Declined.",
        "There is no such call.",
        "Check the call's id, or start a call first.",
        "Call with bob ended. Declined.",
    )
    assert seen["bob"] == (
        "«Declined.»",
        "«There is no such call.»",
        "«Check the call's id, or start a call first.»",
        "«Call with alice ended. «Declined.»»",
    )


def test_a_phone_changes_its_language_while_it_runs_and_its_history_with_it(loud):
    world = World()
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(486)
    before = alice.machine.snapshot
    assert [record.explanation for record in before.history] == ["The line is busy."]
    alice.happens(on.LanguageFound(tag="x-loud"))
    after = alice.machine.snapshot
    [record] = readings(after, before)["history"]
    assert record["explanation"] == "«The line is busy.»"
    alice.happens(on.LanguageFound(tag="en"))
    [record] = readings(alice.machine.snapshot, after)["history"]
    assert record["explanation"] == "The line is busy."


def test_a_tab_says_in_its_own_language_what_it_hears_from_the_one_that_leads(loud):
    browser = Browser(World())
    dave = browser.world.stranger("dave")
    first, second = browser.tab(), browser.tab()
    second.happens(on.LanguageFound(tag="x-loud"))
    first.ask("makeCall", "dave")
    dave.reply(486)
    assert [first.snapshot.language, second.snapshot.language] == ["en", "x-loud"]
    told = [encode(tab.told("end")[-1], tab.snapshot.language) for tab in (first, second)]
    assert [end["explanation"] for end in told] == ["The line is busy.", "«The line is busy.»"]
    assert second.snapshot.farewell.words == "The line is busy."
    heard = find(screen(second.snapshot, View(), browser.world.now), role="alert")
    assert "«The line is busy.»" in text(heard)
    refused = second.ask("reject").error
    assert encode(refused, "x-loud")["message"] == "«No call is ringing here.»"


# --- Numbers and words of the page ---------------------------------------------------------------


def test_a_sentence_that_counts_has_the_form_of_its_number(loud):
    one, two = (say("do_call_again_hours", count=count) for count in (1, 2))
    assert [str(one), str(two)] == ["Call again in 1 hour.", "Call again in 2 hours."]
    assert [said_in(loud, one), said_in(loud, two)] == [f"«{one}»", f"«{two}»"]


def test_the_words_of_a_page_are_said_in_every_language_on_screen_and_to_the_page(loud):
    world = World()
    alice = world.registered("alice")
    alice.ask("setConfig", {"strings": {"call": "Ring", "enough_calls": "Full: {count}"}})
    for language in ("en", loud):
        alice.happens(on.LanguageFound(tag=language))
        snapshot = alice.machine.snapshot
        shown = screen(snapshot, View(), world.now)
        assert find(shown, role="button", name="Ring")
        full = WebPhoneError("in_call", say("enough_calls", count=1))
        assert encode(full, snapshot.speech)["message"] == "Full: 1"
    assert find(shown, role="button", name="«Last number»")
    alice.ask("setConfig", {"strings": None})
    assert find(screen(alice.machine.snapshot, View(), world.now), role="button", name="«Call»")


def test_records_and_the_console_have_the_words_of_the_page_too():
    world = World()
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(486)
    before = alice.machine.snapshot
    alice.ask("setConfig", {"strings": {"ended_busy": "They talk."}})
    [record] = readings(alice.machine.snapshot, before)["history"]
    assert record["explanation"] == "They talk."
    told = json.loads(alice.ask("exportHistory", "json").value)
    assert [record["explanation"] for record in told] == ["They talk."]


# --- As plain data --------------------------------------------------------------------------------


def test_what_is_kept_keeps_key_and_values_and_is_said_when_it_is_read(loud):
    error = WebPhoneError("in_call", say("enough_calls", count=8))
    stored = json.dumps(kept({"errors": [encode(error)], "n": 1}))
    assert "calls already" not in stored
    [again] = restored(json.loads(stored))["errors"]
    assert again["message"] == "There are 8 calls already."
    assert encode(again, loud)["message"] == "«There are 8 calls already.»"
    nested = say("ended_failed", known=say("failed_loop"), remedy=say("do_call_again"))
    assert encode(restored(json.loads(json.dumps(kept(nested)))), loud) == said_in(loud, nested)


@pytest.mark.parametrize(
    "stored",
    [
        {"$say": "no such key", "values": {}},
        {"$say": ["call"], "values": {}},
        {"$say": "enough_calls", "values": {}},
        {"$say": "enough_calls"},
        {"$say": "enough_calls", "values": []},
        {"$say": "enough_calls", "values": {"count": {"n": 1}}},
        {"$say": "enough_calls", "values": {"count": None}},
        {"$say": "enough_calls", "values": {"key": "x", "count": 1}},
        [{"$say": "enough_calls", "values": {"count": {"$say": "no such key"}}}],
    ],
)
def test_what_says_nothing_we_know_is_refused(stored):
    with pytest.raises(ValueError):
        restored(stored)


def test_a_sentence_is_its_english_text_to_all_who_only_carry_it():
    sentence = say("enough_calls", count=8)
    assert isinstance(sentence, Sentence)
    assert sentence == "There are 8 calls already."
    assert (sentence.key, sentence.values) == ("enough_calls", {"count": 8})
    assert encode(sentence) is sentence


@pytest.mark.parametrize("number", ["+44 20 7946 0123", "1234*#", "*43", "(020) 7946"])
def test_a_number_reads_from_left_to_right_in_a_sentence_from_right_to_left(number):
    told = said_in("ar", say("test_call", number=number))
    assert f"\u2066{number}\u2069" in told
    assert said_in(Speech("he", {}), say("sent", digits=number)).endswith(f"{number}\u2069")
    assert number in said_in("de", say("test_call", number=number)).split(" an ")
    assert "\u2066" not in said_in("ar", say("test_call", number="600"))
