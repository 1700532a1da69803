"""The title of the page, where it says that a call rings, or that none can; put back as it was."""

from __future__ import annotations

from typing import Any

import js
from pyodide.ffi import jsnull

from webphone.ui.around import Wishes, title

# All of it lives as long as the page, which has one title for all of its phones.
_wished: dict[object, tuple[Wishes, bool]] = {}
_kept: list[tuple[str | None, str]] = []  # the text of <title> (None: there was none), and as read
_ours: list[str] = []  # what the title is by us


def follow(owner: object, wished: Wishes, *, turn: bool) -> None:
    """The owner wishes this now; `turn`: it is the call's turn, and not the page's own title's."""
    if wished.alert is None and not (wished.missed or wished.unreachable):
        if _wished.pop(owner, None) is not None:
            _show()
        return
    _wished[owner] = wished, turn
    _show()


def _show() -> None:
    if _ours and js.document.title != _ours[0]:
        _forget()  # the page has given itself another one meanwhile
    if not _wished:
        _put_back()
        return
    if not _kept:
        element = _element()
        _kept.append(
            (None if element is None else str(element.textContent), str(js.document.title))
        )
    own = _kept[0][1]
    missed = sum(wished.missed for wished, _ in _wished.values())
    wished, turn = next((each for each in _wished.values() if each[0].alert), (Wishes(), False))
    unreachable = next((each.unreachable for each, _ in _wished.values() if each.unreachable), "")
    whole = Wishes(alert=wished.alert, missed=missed, unreachable=unreachable)
    js.document.title = title(own, whole, turn=turn)
    _ours[:] = [str(js.document.title)]


def _put_back() -> None:
    if not _kept:
        return
    element, (text, _) = _element(), _kept[0]
    if element is not None and text is None:
        element.remove()
    elif element is not None:
        element.textContent = text
    _forget()


def _forget() -> None:
    _kept.clear()
    _ours.clear()


def _element() -> Any:
    found = js.document.querySelector("title")
    return None if found is jsnull else found
