"""The small pieces that every view is made of: icons, buttons, pictures of people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from webphone.contract import Config
from webphone.phone.snapshot import Contact, Snapshot
from webphone.ui.html import Node, element
from webphone.ui.icons import ICONS
from webphone.ui.view import View
from webphone.ui.words import clock, hue, initials, say
from webphone.words import Sentence


@cache
def icon(name: str) -> Node:
    """A drawing beside words: never the only carrier of a meaning, so hidden from readers."""
    return element(
        "svg",
        *(Node(tag=tag, attributes=attributes, svg=True) for tag, attributes in ICONS[name]),
        svg=True,
        key=name,
        viewBox="0 0 24 24",
        class_=f"icon icon-{name}",
        aria_hidden="true",
        focusable="false",
    )


def button(
    words: str,
    *,
    on: Any,
    part: str,
    config: Config,
    sign: str = "",
    wordless: bool = False,
    label: str = "",
    pressed: bool | None = None,
    primary: bool = False,
    waits: bool = False,
    after: str = "",
) -> Node:
    """A native button with a name; `label` begins with the words, where they alone tell too little.

    `on` None, or `waits`, leaves it in reach of the keyboard but without effect. `primary` is where
    the focus goes when the control that had it is gone; `after` is the part of one that this one
    takes the place of.
    """
    idle = on is None or waits
    return element(
        "button",
        icon(sign) if sign else None,
        None if wordless else element("span", words, class_="words"),
        type="button",
        part=part,
        key=part,
        aria_label=label or (words if wordless else None),
        # Where there is room for no more than the sign, the words are not seen.
        title=words if wordless or config.layout == "bar" else None,
        aria_pressed=None if pressed is None else str(pressed).lower(),
        aria_disabled="true" if idle and not config.disabled else None,
        disabled=config.disabled,
        data_primary=primary,
        data_after=after or None,
        on={} if idle or config.disabled else {"click": on},
    )


def place(name: str, *otherwise: Node) -> Node:
    """Where the page's own nodes of that slot are shown, and what stands there without any."""
    return element("slot", *otherwise, name=name, key=f"slot-{name}")


def lasting(
    seconds: float, snapshot: Snapshot, view: View, words: Callable[[str], str] = str
) -> tuple[Node | str, ...]:
    """How long something lasts: as clocks write it, and for an ear as it is said."""
    return timed(clock(seconds), view.durations(max(0, int(seconds)), snapshot.language), words)


def timed(written: str, told: str, words: Callable[[str], str] = str) -> tuple[Node | str, ...]:
    """The two of them, `told` being "" where nobody knows how it is said."""
    written = words(written)
    if not told:
        return (written,)
    seen = element("span", written, aria_hidden="true")
    return seen, element("span", words(told), class_="spoken")


def undo(words: Sentence, *, on: Any, config: Config, after: str) -> list[Node]:
    """What was deleted, and the way to have it back; `after`: the part of what deleted it."""
    return [
        element("span", words, class_="words"),
        button(say("history_undo"), on=on, part="undo", config=config, after=after),
    ]


def switch(
    words: Sentence, *, on: Any, part: str, config: Config, sign: str, pressed: bool, fixed: bool
) -> Node:
    """A button that says on or off; one that is `fixed` says by whom."""
    shown = button(
        words,
        on=None if fixed else on,
        part=part,
        config=config,
        sign=sign,
        pressed=pressed,
    )
    return replace(shown, children=(*shown.children[:-1], named(words, fixed=fixed)))


def named(words: Sentence, *, fixed: bool) -> Node:
    """The words of a setting, and why it can't be set here where it is `fixed`."""
    reason = element("span", say("fixed_by_page"), class_="reason") if fixed else None
    return element("span", words, reason, class_="words")


def number_field(
    words: str,
    *,
    key: str,
    value: str,
    on: Mapping[str, Any],
    config: Config,
    hint: str = "",
    **more: Any,
) -> Node:
    """A text field for a number or an address, told by its name; `more` are its own attributes."""
    return element(
        "input",
        key=key,
        part="number-input",
        type="tel",
        inputmode="tel",
        enterkeyhint="go",
        autocomplete="off",
        autocapitalize="off",
        spellcheck="false",
        dir="ltr",
        maxlength=1000,
        aria_label=words,
        placeholder=hint or words,
        disabled=config.disabled,
        value=value,
        on=on,
        **more,
    )


def avatar(name: str, address: str, contact: Contact | None = None) -> Node:
    """The peer's picture over their initials, or over a figure for a bare number.

    The colour is that of the address, so that a person is known by it.
    """
    letters = initials(name)
    photo = contact.photo if contact else ""
    return element(
        "span",
        letters or icon("user"),
        element("img", src=photo, alt="", referrerpolicy="no-referrer") if photo else None,
        part="avatar",
        data_hue=hue(address or name),
        aria_hidden="true",
    )


def number(digits: str, part: str) -> Node:
    """A phone number: left to right in every language."""
    return element("bdi", digits, dir="ltr", translate="no", part=part)
