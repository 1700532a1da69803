"""The list below the number field: who may be meant by what is typed, one press or key from a call.

The pattern is the combobox of ARIA, with the focus staying in the field. Loaded with the first key.
"""

from __future__ import annotations

from webphone.phone.snapshot import Snapshot
from webphone.ui.gestures import Gesture, MatchChosen, MatchesClosed, MatchMoved
from webphone.ui.html import Attribute, Node, element
from webphone.ui.matching import MATCHES, Match
from webphone.ui.pieces import avatar, number
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence

LIST = "matches"  # its id, within the phone


def listed(snapshot: Snapshot) -> tuple[Match, ...]:
    """Those who are offered."""
    return MATCHES.find(snapshot)


def state(snapshot: Snapshot, view: View) -> dict[str, Attribute]:
    """What the field says of the list: that it is open, and which one is chosen."""
    found = listed(snapshot)
    if not found:
        return {}
    chosen = _chosen(view, found)
    return {
        "aria_expanded": "true",
        "aria_controls": LIST,
        "aria_activedescendant": f"{LIST}-{chosen}" if chosen >= 0 else None,
    }


def options(snapshot: Snapshot, view: View) -> Node | None:
    """The list."""
    found = listed(snapshot)
    if not found:
        return None
    chosen = _chosen(view, found)
    return element(
        "ul",
        *(_option(match, place, place == chosen) for place, match in enumerate(found)),
        id=LIST,
        key=LIST,
        part="matches",
        role="listbox",
        aria_label=say("matches_of"),
    )


def spoken(snapshot: Snapshot) -> list[tuple[str, Sentence]]:
    """How many there are: said anew only when that changes."""
    count = len(listed(snapshot))
    return [("matches", say("history_count", count=count))] if count else []


def meaning(key: str, snapshot: Snapshot, view: View) -> Gesture | None:
    """What a key in the field means to the list; None where it means nothing to it."""
    found = listed(snapshot)
    if not found:
        return None
    chosen = _chosen(view, found)
    match key:
        case "ArrowDown":
            return MatchMoved(to=chosen + 1 if chosen + 1 < len(found) else -1)
        case "ArrowUp":
            return MatchMoved(to=chosen - 1 if chosen >= 0 else len(found) - 1)
        case "Enter" if chosen >= 0:
            return MatchChosen(number=found[chosen].number)
        case "Escape":
            return MatchesClosed()
    return None


def _chosen(view: View, found: tuple[Match, ...]) -> int:
    return view.chosen if view.chosen < len(found) else -1


def _option(match: Match, place: int, chosen: bool) -> Node:
    return element(
        "li",
        avatar(match.name, match.number),
        element(
            "span",
            element("bdi", match.name, class_="words") if match.name else None,
            number(match.number, "match-number"),
            class_="who",
        ),
        id=f"{LIST}-{place}",
        key=f"{place} {match.number}",
        part="match",
        role="option",
        aria_selected="true" if chosen else "false",
        on={"click": MatchChosen(number=match.number)},
    )
