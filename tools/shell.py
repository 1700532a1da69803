"""The phone as it looks before Python is up: the idle screen as data for tools/boot/shell.js.

A node is `[tag, attributes, ...children]`, a text is a string, and an SVG tag has a `*` before it.
`data-when` names the properties of which one must be true for the node to be seen.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "pyapp"))

from webphone.contract import Config, WebPhoneError, camel  # noqa: E402
from webphone.phone.snapshot import Snapshot  # noqa: E402
from webphone.ui import View, screen  # noqa: E402
from webphone.ui.html import Node, walk  # noqa: E402
from webphone.ui.pieces import icon  # noqa: E402
from webphone.ui.status import banners  # noqa: E402
from webphone.ui.words import say  # noqa: E402
from webphone.words import RIGHT_TO_LEFT, Sentence, said_in  # noqa: E402
from webphone.words.en import WORDS  # noqa: E402

SHOWN = [item.name for item in fields(Config) if item.name.startswith("show_")]
# Class or part -> the setting that shows it. A test compares the outcome with the screen's.
WHEN = {
    "card": " ".join(map(camel, SHOWN)),
    "launcher": " ".join(map(camel, SHOWN)),
    "header": "showStatus",
    "field": "showDialledNumber",
    "aside": "showDialpad",
    "end": "showDial",
}
# Why the phone does not start -> the code of the error, and its words in webphone.words.
TROUBLES = {
    "old": ("unsupported", "old_browser"),
    "imported": ("invalid_config", "not_a_module"),
    "blocked": ("policy_blocked", "wasm_blocked"),
    "untrusted": ("policy_blocked", "untrusted"),
    "lost": ("not_ready", "part_lost"),
    "spoilt": ("not_ready", "part_spoilt"),
    "disk": ("not_ready", "from_disk"),
}


def shell() -> dict[str, Any]:
    """The trees `screen` and `fault`, the text of the `looks`, and the shell's own words."""
    idle = Snapshot(config=Config(sign_in="off"), state="unconfigured", number="0")
    fault = Snapshot(config=Config(), state="failed", number="", error=WebPhoneError("internal"))
    return {
        "screen": told(screen(idle, View(), 0.0)),
        "launcher": launcher(),
        "fault": told(banners(fault, View())[0]),
        "looks": (ROOT / "pyapp" / "webphone" / "ui" / "webphone.css").read_text(),
        "name": say("phone"),
        "starting": say("starting"),
        "troubles": {
            name: {"code": code, "message": WORDS[words], "hint": WORDS[f"{words}_hint"]}
            for name, (code, words) in TROUBLES.items()
        },
    }


def launcher() -> list[Any]:
    """What stands around the card in that layout: the button, and what closes the phone again."""
    snapshot = Snapshot(config=Config(sign_in="off", layout="launcher"), state="offline", number="")
    shut, opened = (screen(snapshot, View(launched=open), 0.0) for open in (False, True))
    [bar] = [node for node in walk(shut) if node.attributes.get("class") == "launcher"]
    [closer] = [node for node in walk(opened) if node.attributes.get("part") == "launcher-close"]
    return [told(bar), told(closer)]


def translated(language: str) -> dict[str, str]:
    """What the shell says in English -> in this language; and what that is, as `lang` and `dir`."""
    idle = Snapshot(config=Config(sign_in="off"), state="unconfigured", number="0")
    said = [*sentences(screen(idle, View(), 0.0)), say("phone"), say("starting")]
    said += [say("close_phone")]
    for _, words in TROUBLES.values():
        said += [say(words, name="{name}") if "{name}" in WORDS[words] else say(words)]
        said += [say(f"{words}_hint")]
    for code in ("insecure_context", "internal"):
        said += [say(f"error_{code}"), say(f"error_{code}_hint")]
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    return {"lang": language, "dir": direction} | {text: said_in(language, text) for text in said}


def sentences(node: Node) -> Iterator[Sentence]:
    """All that is said on a screen."""
    for part in walk(node):
        for text in (*part.attributes.values(), *part.children):
            if isinstance(text, Sentence):
                yield text


def told(node: Node | str) -> Any:
    """The node as data. Its state is Python's to tell: a status of the shell's own stands there."""
    if isinstance(node, str):
        return node
    names = [node.attributes.get("class", ""), node.attributes.get("part", "")]
    if "status" in names:
        return starting()
    when = next((WHEN[name] for name in names if name in WHEN), None)
    given = {**node.attributes, **({"data-when": when} if when else {})}
    below = [] if names[0] == "spoken" else [child for child in node.children if not closes(child)]
    return ["*" + node.tag if node.svg else node.tag, given, *map(told, below)]


def closes(node: Node | str) -> bool:
    """A fault of the start stays: nobody could bring it back."""
    return isinstance(node, Node) and node.attributes.get("part") == "dismiss"


def starting() -> Any:
    """`data-shell`: Python puts its own in this place, so that nothing on the page moves."""
    given = {"part": "status", "data-mood": "busy", "data-shell": "", "hidden": ""}
    return ["span", given, told(icon("busy")), ["span", {"class": "words"}, say("starting")]]
