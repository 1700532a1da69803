"""The number field, the twelve keys and the Call button."""

from __future__ import annotations

from functools import lru_cache

from webphone.contract import Config, DialpadPress, MakeCall, SendDtmf
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.gestures import DigitDeleted, Gesture, MatchesClosed, NumberEdited, NumberRecalled
from webphone.ui.html import Attribute, Node, element
from webphone.ui.keyboard import KEYS
from webphone.ui.pieces import button, number_field
from webphone.ui.selectors import last_dialled, matching, offers_matches
from webphone.ui.view import View
from webphone.ui.words import LETTERS, key_name, say


def dialling(snapshot: Snapshot, view: View, now: float) -> list[Node]:
    """What an idle phone shows: a number to type, keys to press, a button to call."""
    config = snapshot.config
    found = None if config.layout == "bar" else matches(snapshot, view)
    # In the place of the keys, which nobody presses who types, or else below all that is there.
    keys = aside(config, None, *([found] if found else []))
    return [
        part
        for part in (
            _field(snapshot, view) if config.show_dialled_number else None,
            keys,
            _dial(snapshot) if config.show_dial else None,
            found if keys is None else None,
            _recent(snapshot, view, now),
        )
        if part is not None
    ]


def _recent(snapshot: Snapshot, view: View, now: float) -> Node | None:
    """The last calls, where there is a second pane."""
    config = snapshot.config
    if not (view.wide and config.show_dialpad and config.layout in ("auto", "full")):
        return None
    # Loaded where there is so much room.
    from webphone.ui.recent import recent

    return recent(snapshot, view, now)


def matches(snapshot: Snapshot, view: View) -> Node | None:
    """Who may be meant by what is typed."""
    if not (matching(snapshot, view) and snapshot.config.show_dialled_number):
        return None
    # Loaded by the first key in the field.
    from webphone.ui.combobox import options

    return options(snapshot, view)


def _heard(snapshot: Snapshot, view: View) -> dict[str, Gesture]:
    """The list goes when the focus does."""
    there = matching(snapshot, view)
    return {"input": NumberEdited(), **({"focusout": MatchesClosed()} if there else {})}


def _combobox(snapshot: Snapshot, view: View) -> dict[str, Attribute]:
    """What a field is that may know who is meant; where nobody is known it is a plain one."""
    if not offers_matches(snapshot):
        return {}
    closed: dict[str, Attribute] = {
        "role": "combobox",
        "aria_autocomplete": "list",
        "aria_expanded": "false",
    }
    if not matching(snapshot, view):
        return closed
    from webphone.ui.combobox import state

    return {**closed, **state(snapshot, view)}


def _field(snapshot: Snapshot, view: View) -> Node:
    config = snapshot.config
    return element(
        "div",
        number_field(
            say("number"),
            key="number",
            value=snapshot.number,
            on=_heard(snapshot, view),
            config=config,
            name="target",
            hint=say("number_hint"),
            data_long=_long(snapshot.number),
            **_combobox(snapshot, view),
        ),
        button(
            say("delete_digit"),
            on=DigitDeleted(),
            part="delete",
            config=config,
            sign="backspace",
            wordless=True,
        )
        if snapshot.number
        else None,
        class_="field",
        key="field",
    )


def _long(number: str) -> str | None:
    """How much smaller a number is written, so that all of it is seen."""
    return "2" if len(number) > 14 else "1" if len(number) > 10 else None


def _dial(snapshot: Snapshot) -> Node:
    target = snapshot.number.strip()
    recalled = NumberRecalled() if last_dialled(snapshot) else None
    # Here and on every screen, what begins a call stands on one side and what ends it on the other:
    # a second press on the one never meets the other.
    return element(
        "div",
        button(
            say("recall"),
            on=None if target else recalled,
            part="recall",
            config=snapshot.config,
            sign="recall",
        ),
        button(
            say("call"),
            on=MakeCall(target=target) if target else recalled,
            part="dial",
            config=snapshot.config,
            sign="phone",
            primary=True,
        ),
        class_="end",
        key="end",
    )


def aside(
    config: Config, call: CallSnapshot | None = None, *above: Node, live: bool = True
) -> Node | None:
    """The keys, and what stands `above` them: beside the rest where there is room for both."""
    if not config.show_dialpad:
        return None
    return element("div", *above, _keypad(config, call, live=live), key="aside", class_="aside")


def idle_keys(config: Config) -> Node | None:
    """The keys in their place beside a call that takes none."""
    return aside(config, live=False) if config.layout != "bar" else None


def _keypad(config: Config, call: CallSnapshot | None, *, live: bool) -> Node:
    """The keys: they type when idle and send digits in a call; else they only stand there."""
    return _keys(call.view.id if call else "", live=live, disabled=config.disabled)


@lru_cache(maxsize=16)
def _keys(call: str, *, live: bool, disabled: bool) -> Node:
    """Made once: what is the same object on the next screen is not compared with it."""
    return element(
        "div",
        *(_key(key, call, live=live, disabled=disabled) for key in KEYS),
        part="keypad",
        key="keypad",
        role="group",
        aria_label=say("keypad"),
        dir="ltr",
    )


def _key(key: str, call: str, *, live: bool, disabled: bool) -> Node:
    letters = LETTERS.get(key, "")
    command = SendDtmf(tones=key, id=call) if call else DialpadPress(key=key)
    return element(
        "button",
        element("span", key, part="key-digit", class_=None if key.isdigit() else "sign"),
        # The looks write the letters: as text they would have to be in the spoken name as they
        # stand, and "ABC" is read as a word (WCAG 2.5.3).
        element("span", part="key-letters", data_letters=letters) if letters else None,
        key=key,
        type="button",
        part="key",
        aria_label=key_name(key),
        aria_disabled=None if live or disabled else "true",
        disabled=disabled,
        on={"click": command} if live and not disabled else {},
    )


def digits_sent(call: CallSnapshot) -> Node:
    """The digits sent so far in a call."""
    return element(
        "div",
        element(
            "output",
            element("bdi", call.digits, dir="ltr"),
            aria_label=say("digits_sent"),
            part="digits",
        ),
        class_="field",
        key="digits",
    )
