"""What this phone is: its version, and whose works are in it.

Loaded when somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import PageOpened
from webphone.ui.html import Node, element
from webphone.ui.messages import title
from webphone.ui.view import SETTINGS_PAGE, View
from webphone.ui.words import say

VERSION = "0.1.0"
# What it runs in and is drawn with, and under which licence; all of it is in THIRD-PARTY.txt.
WORKS = (
    ("CPython", "PSF-2.0"),
    ("Pyodide", "MPL-2.0"),
    ("PyScript", "Apache-2.0"),
    ("Lucide", "ISC"),
    ("libphonenumber", "Apache-2.0"),
)


def body(snapshot: Snapshot, view: View) -> list[Node]:
    """The page."""
    rows = [
        (say("about_version"), VERSION),
        (say("about_build"), build()),
        (say("about_licence"), "MIT"),
    ]
    return [
        title(say("about"), say("back"), PageOpened(page=SETTINGS_PAGE), snapshot.config),
        element(
            "div",
            element("dl", *_facts(rows), key="phone", class_="works"),
            element("h3", say("about_works"), key="works", class_="group"),
            element("dl", *_facts(WORKS), key="all", class_="works"),
            _link(view.home) if view.home and build() else None,
            key="about",
            class_="about",
            tabindex="0",
            role="group",
            aria_label=say("about"),
        ),
    ]


def build() -> str:
    """What tells this build from others; "" where the sources are run as they are."""
    try:
        return str(import_module("webphone.built").BUILD)
    except ImportError:
        return ""


def _facts(rows: Sequence[tuple[str, str]]) -> list[Node]:
    return [
        element(
            "div",
            element("dt", name),
            element("dd", element("bdi", value, dir="ltr", translate="no")),
            key=name,
        )
        for name, value in rows
        if value
    ]


def _link(home: str) -> Node:
    """The file that a build has beside its script."""
    return element(
        "a",
        say("about_licences"),
        key="licences",
        part="licences",
        href=f"{home}THIRD-PARTY.txt",
        target="_blank",
        rel="noopener",
    )
