"""The tables of all languages: no word missing, no value lost, every number with its form."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import translations as tool
from webphone.border.strings import places
from webphone.words import LANGUAGES, languages
from webphone.words.en import PLURALS, WORDS

FOLDER = Path(languages.__file__).parent
HOW = "run .venv/bin/python tools/translations.py, then translate the rows that it marks"
# Whole numbers of each category, from CLDR 47, plurals.xml.
ONE = {"one": [1], "other": [0, 2, 5, 11, 100]}
MANY = {"many": [1_000_000, 2_000_000]}
SLAVIC = {"few": [2, 3, 4, 22, 102], "many": [0, 5, 11, 12, 14, 19, 20, 100, 112]}
NUMBERS = {
    "en": ONE,
    "ar": {
        "zero": [0],
        "one": [1],
        "two": [2],
        "few": [3, 10, 103, 110],
        "many": [11, 26, 99, 111, 199],
        "other": [100, 102, 200, 1000, 2.5],
    },
    "de": ONE,
    "es": {**ONE, **MANY},
    "fr": {"one": [0, 1, 1.5], "other": [2, 5, 100], **MANY},
    "he": {"one": [1, 0.5], "two": [2], "other": [0, 3, 10, 20, 100, 2.5]},
    "hi": {"one": [0, 1, 0.5], "other": [2, 5, 100, 1.5]},
    "it": {**ONE, **MANY},
    "ja": {"other": [0, 1, 2, 100]},
    "nl": ONE,
    "pl": {"one": [1], **SLAVIC, "other": [1.5]},
    "pt-BR": {"one": [0, 1, 1.5], "other": [2, 5, 100], **MANY},
    "ru": {"one": [1, 21, 101], **SLAVIC, "other": [1.5]},
    "tr": ONE,
    "zh-Hans": {"other": [0, 1, 2, 100]},
}
FORMS = [
    (language, key, category, text)
    for language in LANGUAGES
    for key, forms in languages.table(language).plurals.items()
    for category, text in forms.items()
]


def test_every_file_has_its_row_and_every_row_its_file():
    files = {ENGLISH.stem for ENGLISH in [tool.ENGLISH, *tool.languages()]}
    assert {name.rpartition(".")[2] for name in LANGUAGES.values()} == files


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_and_no_other(language):
    table = languages.table(language).words
    assert [key for key in WORDS if key not in table] == [], HOW
    assert [key for key in table if key not in WORDS] == [], HOW
    assert [key for key, text in table.items() if not text.strip()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_word_has_just_the_values_of_the_english_one(language):
    table = languages.table(language).words
    wrong = {
        key: table[key]
        for key, english in WORDS.items()
        if sorted(places(table[key])) != sorted(places(english))
    }
    assert wrong == {}, HOW
    for key, text in table.items():
        said = text.format(**{name: f"<{name}>" for name in places(text)})
        assert not re.search(r"\{\w+\}", said.replace("{name}", "")), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_is_laid_out_as_the_english_one(language):
    path = FOLDER / f"{LANGUAGES[language].rpartition('.')[2]}.py"
    text = path.read_text()
    assert tool.laid_out(text) == text, HOW


def test_a_row_stands_once():
    for path in [tool.ENGLISH, *tool.languages()]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Dict):
                keys = [ast.literal_eval(key) for key in node.keys]
                assert len(keys) == len(set(keys)), path


# --- Numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_number_has_the_category_that_cldr_gives_it(language):
    plural = languages.table(language).plural
    for category, numbers in NUMBERS[language].items():
        assert [plural(number) for number in numbers] == [category] * len(numbers), category


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_counts_has_every_form_of_its_language(language):
    forms = languages.table(language).plurals
    other = set(NUMBERS[language]) - {"other"}
    assert set(forms) == (set(PLURALS) if other else set())
    for key, given in forms.items():
        # Where a category is for fractions alone, the text of WORDS is never said of a whole number.
        assert set(given) == other, (key, given)


@pytest.mark.parametrize(("language", "key", "category", "text"), FORMS)
def test_every_form_has_the_values_of_its_word(language, key, category, text):
    assert sorted(places(text)) == sorted(places(WORDS[key]))


# --- The tool -------------------------------------------------------------------------------------


def rows(text: str) -> list[str]:
    return text.partition(tool.BEGIN)[2].splitlines()


def test_the_tool_puts_in_what_a_language_lacks_and_marks_it():
    text = (FOLDER / "de.py").read_text()
    without = "\n".join(row for row in text.splitlines() if '"hang_up"' not in row) + "\n"
    again = tool.laid_out(without)
    [row] = [row for row in rows(again) if '"hang_up"' in row]
    assert row == f'    "hang_up": "{WORDS["hang_up"]}",  # English'
    assert again.replace(row, '    "hang_up": "Auflegen",') == text
    assert tool.laid_out(again) == again


def test_the_tool_asks_anew_for_what_has_other_values_now_and_drops_what_english_has_lost():
    text = (FOLDER / "de.py").read_text()
    other = text.replace("Neue Nachricht von {name}.", "Neue Nachricht.")
    gone = other.replace(tool.BEGIN, f'{tool.BEGIN}    "gone": "weg",\n')
    [row] = [row for row in rows(tool.laid_out(gone)) if '"spoken_text"' in row]
    assert row == f'    "spoken_text": "{WORDS["spoken_text"]}",  # English'
    assert '"gone"' not in tool.laid_out(gone)


def test_what_waits_for_a_translation_is_listed(tmp_path):
    path = tmp_path / "xx.py"
    path.write_text(f'{tool.BEGIN}    "call": "Call",  # English\n    "mute": "Stumm",\n}}\n')
    assert tool.waiting(path) == ["call"]
