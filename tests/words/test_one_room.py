"""No room but words/ holds a sentence for a person, and no word is missing there or left over."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from contract import SAID_BY_SCRIPTS
from webphone.border.errors import CODES
from webphone.contract import (
    CALL_DIRECTIONS,
    CALL_STATES,
    COMMANDS,
    DISPOSITIONS,
    PHONE_STATES,
    SETTINGS,
    snake,
)
from webphone.phone import refusals
from webphone.phone.call import endings
from webphone.phone.call.call import Stage
from webphone.phone.call.quality import SAID
from webphone.phone.call.recording import CODES as CODES_OF_RECORDING
from webphone.phone.findings import ANY, FINDINGS, GOOD, VERDICTS
from webphone.ui.lasting import OVER
from webphone.ui.microphone import UNBLOCKED
from webphone.ui.transfer import CHOICES
from webphone.ui.trying import SIGNS as TRIALS
from webphone.words.en import WORDS

HOUSE = Path(__file__).resolve().parents[2] / "pyapp"
FILES = sorted(
    path
    for path in HOUSE.rglob("*.py")
    if not {"words", "exchange"} & set(path.relative_to(HOUSE).parts)
    and path.name != "contract.py"  # its sentences are the reference of settings and methods
)
# Several words that begin with a capital and end as a sentence does.
SENTENCE = re.compile(r"\W*[A-Z][^\n]*\s[^\n]*[.?!]\W*", re.DOTALL)
# What is for developers: it is read in the trace, on the console or in a traceback.
NOTES = {"Note", "note", "error", "warn", "info"}
FAULTS = {"RuntimeError", "ValueError", "TypeError", "AttributeError"}


def called(node: ast.AST) -> str:
    """The last name of what a call calls."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", "") or getattr(node.func, "id", "")


def for_developers(tree: ast.AST) -> set[int]:
    """The ids of all nodes within notes, faults, docstrings and text patterns."""
    found: set[int] = set()
    for node in ast.walk(tree):
        name = called(node)
        if name in NOTES | FAULTS or name in ("compile", "fullmatch"):
            found |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            found.add(id(node.value))
    return found


def sentences(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """All texts that read like a sentence for a person; what is filled in stands as {}."""
    skipped = for_developers(tree)
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in ast.walk(node)}
            text = "".join(
                part.value if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        if SENTENCE.fullmatch(text):
            yield node.lineno, text


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_other_room_holds_a_sentence(path):
    assert list(sentences(ast.parse(path.read_text()))) == []


SCRIPTS = [*(HOUSE.parent / "web").glob("*.js"), *(HOUSE.parent / "tools" / "boot").glob("*.js")]
# A text after `message` or `hint` that is more than a word.
IN_SCRIPT = re.compile(r"""(?:message|hint): ["`]([^"`\n]+ [^"`\n]*)["`]""")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_script_holds_one_either(path):
    if path.name != "contract.js":  # which is written from words/
        assert IN_SCRIPT.findall(path.read_text()) == []


@pytest.mark.parametrize("key", SAID_BY_SCRIPTS)
def test_what_the_scripts_are_given_to_say_they_say(key):
    assert any(f'"{key}"' in path.read_text() for path in SCRIPTS if path.name != "contract.js")


def test_a_sentence_is_found_wherever_it_stands():
    written = """
def f(n):
    "Doc string here."
    raise WebPhoneError("busy", f"There are {n} calls.", "End one first.")
    Note(level="info", text="This is for developers.")
    raise ValueError("This one too.")
TEXT = {"a": ("It rings here.",)}
"""
    found = [text for _, text in sentences(ast.parse(written))]
    assert sorted(found) == ["End one first.", "It rings here.", "There are {} calls."]


# --- None missing, none left over -----------------------------------------------------------------

# Keys that are put together where they are said, and of what.
FAMILIES = {
    "error_": CODES,
    "like_": [row.name for row in SETTINGS.values() if row.pattern],
    "cannot_": [
        *(snake(name) for name, kind in COMMANDS.items() if not kind.built),
        *(row.name for row in SETTINGS.values() if not row.built),
    ],
    "state_": [
        *(*PHONE_STATES, "dnd", "refused", "reconnecting_in"),
        *("in_call", "calling", "ringing", "signed_out"),
    ],
    "sign_in_": [
        field for name in ("server", "username", "password") for field in (name, f"lacks_{name}")
    ],
    "ended_": [verdict for verdict in DISPOSITIONS if verdict != "failed"],
    "failed_": [*endings._FAILURES.values(), "otherwise", "moved_to"],
    "ice_servers_": ["refused", "late", "failed", "status", "unreadable"],
    "why_": [*refusals.CODES.values(), "unavailable", "no_answer"],
    "transfer_": list(CHOICES),
    "caller_": ["passed", "failed", "signed"],
    "unblock_": [*UNBLOCKED],
    "asks_": ["emergency", "redirect", "emergency_hint", "redirect_hint"],
    "try_": [*TRIALS, "asking", "listening", "heard", "recording", "playing", "ringing"],
    "text_": ["sending", "sent", "queued", "failed"],
    "quality_": ["good", "fair", "poor"],
    "warning_": [*SAID],
    "offer_": ["notifications", "headset", "links", "mini"],
    "switch_": ["dnd", "auto_answer"],
    "history_was_": CALL_DIRECTIONS,
    "outcome_": [verdict for verdict in DISPOSITIONS if verdict not in ("answered", "missed")],
    "camera_": ["denied", "missing", "busy", "policy", "within"],
    "over_": list(OVER),
    "spoken_noise_": ["on", "off"],
    "wish_": ["off", "pause", "on"],
    "recording_": list(CODES_OF_RECORDING),
    "screen_": ["missing", "busy", "policy", "gesture", "within"],
    "found_": [
        *(f"{step}_{what}" for step, found in FINDINGS.items() for what in found),
        *(
            f"{step}_{what}_fix"
            for step, found in FINDINGS.items()
            for what, (verdict, _) in found.items()
            if verdict != GOOD
        ),
        *(f"{what}{more}" for what in ANY for more in ("", "_fix")),
    ],
    "step_": list(FINDINGS),
    "verdict_": VERDICTS,
    "diagnosis_": VERDICTS,
    "ladder_copied_": ["yes", "no"],
    "do_": [*endings._REMEDIES.values(), "call_again", "call_that"],
}


@cache
def uses() -> tuple[tuple[str, ast.Call], ...]:
    """Every `say("key", …)` of the house with a key that stands there."""
    return tuple(_uses())


def _uses() -> Iterator[tuple[str, ast.Call]]:
    for path in [*FILES, HOUSE / "webphone" / "contract.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if called(node) in ("say", "said", "sentence") and node.args:
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value, node
            if called(node) == "_wrong" and len(node.args) > 1:
                first = node.args[1]
                if isinstance(first, ast.Constant):
                    kind = "setting_" if path.name == "settings.py" else ""
                    yield f"{kind}{first.value}", node


def places(text: str) -> set[str]:
    """The names of the values in a text of the table."""
    return set(re.findall(r"(?<!\{)\{(\w+)\}", text))


@pytest.mark.parametrize(("family", "members"), FAMILIES.items())
def test_every_member_of_a_family_of_keys_has_its_words(family, members):
    assert [key for name in members if (key := f"{family}{name}") not in WORDS] == []


def test_every_unbuilt_method_and_setting_says_what_cannot_be_done_and_no_other_does():
    named = {key.removeprefix("cannot_") for key in WORDS if key.startswith("cannot_")}
    assert named == set(FAMILIES["cannot_"])
    assert len({WORDS[f"cannot_{name}"] for name in named}) == len(named)


def test_every_key_that_is_said_is_in_the_table_with_just_its_values():
    for key, call in uses():
        if not isinstance(call.args[0], ast.Constant) or called(call) == "_wrong":
            continue
        given = {word.arg for word in call.keywords}
        assert key in WORDS, key
        assert places(WORDS[key] + WORDS.get(f"{key}_hint", "")) == given, (key, given)


def test_no_words_are_left_over():
    said = {key for key, _ in uses()}
    said |= {f"{family}{name}" for family, names in FAMILIES.items() for name in names}
    said |= set(endings._BY_ITSELF.values()) | set(endings._LOST.values()) | {"ended_lost"}
    said |= {f"spoken_{name}" for name in [*PHONE_STATES, "dnd", "held", "signed_out"]}
    said |= {stage.value for stage in Stage} | {f"spoken_{stage.value}" for stage in Stage}
    said |= {f"spoken_{code}" for code in SAID}
    said |= {"as_written", *CALL_STATES, *SAID_BY_SCRIPTS, *spelled()}
    said |= {f"{key}_hint" for key in said}
    assert [key for key in WORDS if key not in said] == []


def spelled() -> set[str]:
    """Keys that stand in tables of the screen, the border, and the shell's reasons not to start."""
    shell = HOUSE.parent / "tools" / "shell.py"
    tables = [
        *(HOUSE / "webphone" / "ui").glob("*.py"),
        *(HOUSE / "webphone" / "border").glob("*.py"),
    ]
    found = set()
    for path in [shell, *tables]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value, f"kind_{node.value}"}
    return found
