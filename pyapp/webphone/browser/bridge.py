"""The one place where Python awaits what JavaScript promises, the browser's word or the page's.

Python must not even see such a promise: what it awaits then never comes where the promise rejects
with anything but an Error (Chromium's OverconstrainedError is none). So JavaScript calls the
function and waits, and tells Python in one word what came: a promise crosses the border twice, not
twenty times, and few of the steps between wait for their turn on a busy page.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Sequence
from typing import Any

import js
from pyodide.ffi import JsException, JsProxy, create_proxy, jsnull

from webphone.browser.tasks import Outcome
from webphone.words import say

PATIENCE = 15.0  # seconds that a browser may take for what needs no person
LONGEST = 200  # characters of what somebody else's fault says


# How Pyodide speaks of what is thrown and is no Error.
NO_ERROR = re.compile(
    r"thrown as an error!\nString interpolation of the thrown value "
    r'(?:fails|gives """(?:(?P<name>\w+Error): )?(?P<said>.*?)""")',
    re.DOTALL,
)


class Refused(Exception):
    """What was promised is not to be had.

    `name` is that of the JavaScript error, empty where it is none; `message` is one line of what
    came instead; `reason` is what came.
    """

    def __init__(self, name: str, message: str, reason: Any = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.reason = reason


class TooLate(Refused):
    """What was promised did not come in time."""

    def __init__(self, within: float) -> None:
        super().__init__("TimeoutError", say("refused_too_late", seconds=f"{within:g}"))


async def promised(owner: Any, method: str, *given: Any, within: float | None = PATIENCE) -> Any:
    """What a method of a JavaScript object promises, in so many seconds; None: however long.

    Raises Refused and nothing else, also for what is thrown at once.
    """
    try:
        function = js.Reflect.get(owner, method)
    except Exception as fault:
        raise refused(fault) from None
    return await _settled(function, owner, given, within)


async def answered(function: Any, within: float | None = PATIENCE, *given: Any) -> Any:
    """What a function of the page gives or promises when it is given that, likewise."""
    try:
        if not isinstance(function, JsProxy):
            answer = function(*given)
            if inspect.isawaitable(answer):
                return await asyncio.wait_for(answer, within)
            return answer
    except TimeoutError:
        raise TooLate(within or 0.0) from None
    except Exception as fault:
        raise refused(fault) from None
    return await _settled(function, None, given, within)


async def _settled(function: Any, owner: Any, given: Sequence[Any], within: float | None) -> Any:
    outcome: Outcome[tuple[str, Any]] = Outcome(loop=asyncio.get_event_loop())

    def told(how: str, value: Any = None) -> None:
        if not outcome.done():
            outcome.set_result((how, value))

    hears = create_proxy(told)
    patience = None if within is None else within * 1000
    end = js.WebPhone.settled(function, owner, js.Array.of(*given), patience, hears)
    try:
        how, value = await outcome
    finally:
        end()
        hears.destroy()
    if how == "late":
        raise TooLate(within or 0.0)
    if how == "refused":
        raise refused(value)
    return value


def refused(reason: Any) -> Refused:
    """What somebody gave as their reason, be it an error, an event, plain data or nothing."""
    try:
        if thrown := NO_ERROR.search(_all_of(reason)):
            return Refused(thrown["name"] or "", _said(thrown["said"] or ""), reason)
        return Refused(_name(reason), _line(reason), reason)
    except Exception:  # its own properties throw
        return Refused("", say("refused_unreadably"), reason)


def _all_of(reason: Any) -> str:
    return str(reason.message) if isinstance(reason, JsException) else ""


def _said(thrown: str) -> str:
    nothing = thrown in ("undefined", "null", "[object Object]")
    return _text("" if nothing else thrown) or say("refused_without_reason")


def _name(reason: Any) -> str:
    if isinstance(reason, Exception) and not _is_javascript(reason):
        return type(reason).__name__
    return _text(getattr(reason, "name", ""))


def _line(reason: Any) -> str:
    if reason is None or reason is jsnull:
        return say("refused_without_reason")
    for name in ("message", "type", "name"):  # of an error, an event, and an error without words
        said = _text(getattr(reason, name, ""))
        if said:
            return said
    if _is_javascript(reason):
        return _text(js.JSON.stringify(reason)) or say("refused_without_reason")
    if isinstance(reason, Exception):
        return _text(str(reason)) or type(reason).__name__
    return _text(str(reason)) or say("refused_without_reason")


def _text(value: Any) -> str:
    lines = value.strip().splitlines() if isinstance(value, str) else []
    return lines[-1][:LONGEST] if lines else ""


def _is_javascript(value: Any) -> bool:
    return isinstance(value, JsProxy)
