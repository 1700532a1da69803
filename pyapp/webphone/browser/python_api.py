"""The phone for the Python of a page: the element's own surface, spelled and awaited in Python."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import fields
from typing import Any

from webphone.contract import COMMANDS, READINGS, SETTINGS, WebPhoneError, camel, snake
from webphone.words import as_written


class Phone:
    """One `<web-phone>` of the page, as Python sees it: the element's own surface in snake_case.

    `Phone.get("support")` finds the element with that id; `Phone(host=..., username=...)` makes a
    headless one. Every method of the element is a coroutine (`await phone.make_call("100",
    video=True)`) that raises WebPhoneError; settings and readings are attributes. Objects come as
    dicts with snake_case keys. It needs no more of the page than webphone.js, so it works in any
    Python there, also one that isn't the phone's own.
    """

    def __init__(self, *, element: Any = None, **settings: Any) -> None:
        _in_browser()
        object.__setattr__(self, "element", element)
        object.__setattr__(self, "_listeners", {})
        if element is None:
            self._make(settings)

    def _make(self, settings: dict[str, Any]) -> None:
        from js import document

        made = document.createElement("web-phone")
        object.__setattr__(self, "element", made)
        made.hidden = True
        for name, value in settings.items():
            setattr(self, name, value)
        document.body.append(made)

    @classmethod
    def get(cls, id: str) -> Phone | None:
        """The phone whose element has that id, or None."""
        _in_browser()
        from js import WebPhone

        element = WebPhone.get(id)
        return cls(element=element) if element else None

    def on(self, name: str, listener: Callable[..., Any] | None = None) -> Any:
        """Calls a function, plain or async, with the detail of each event of that name.

        `@phone.on("ringingin")`, or `phone.on("ringingin", f)`; gives the function back. Where the
        event is cancelable, a plain function that returns False prevents what it announces. What
        the function raises is told on the console, and nobody else notices.
        """
        if listener is None:
            return lambda given: self.on(name, given)
        from pyodide.ffi import create_proxy

        key = (name, listener)
        if key not in self._listeners:
            # Lives until off(), or as long as the page.
            self._listeners[key] = create_proxy(lambda event: _hear(listener, event))
            self.element.addEventListener(name, self._listeners[key])
        return listener

    def off(self, name: str, listener: Callable[..., Any]) -> None:
        """Stops calling the function."""
        proxy = self._listeners.pop((name, listener), None)
        if proxy is not None:
            self.element.removeEventListener(name, proxy)
            proxy.destroy()

    def __getattr__(self, name: str) -> Any:
        if camel(name) in COMMANDS:
            return _method(self.element, camel(name))
        if name in SETTINGS or name in READINGS:
            return _inward(getattr(self.element, camel(name)))
        raise AttributeError(f"a phone has no {name}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in SETTINGS:
            raise AttributeError(f"a phone has no setting {name}")
        setattr(self.element, camel(name), _outward(value))


def _in_browser() -> None:
    try:
        import js
    except ImportError:
        raise RuntimeError("Phone needs a browser page: run it with PyScript or Pyodide.") from None
    if not hasattr(js, "WebPhone"):
        problem = "Phone needs a browser page with webphone.js in it"
        raise RuntimeError(f'{problem}: add <script src="webphone.js"></script>.')


def _method(element: Any, name: str) -> Callable[..., Awaitable[Any]]:
    """The element's method as a coroutine function: what it does not take by place it names."""
    places = [
        item.name for item in fields(COMMANDS[name]) if not item.metadata.get("option", False)
    ]

    async def call(*given: Any, **named: Any) -> Any:
        from webphone.browser.bridge import Refused, promised

        placed = list(given)
        for place in places[len(given) :]:
            placed.append(named.pop(place, None))
        while placed and placed[-1] is None:
            placed.pop()
        if named:
            placed.append({camel(key): item for key, item in named.items()})
        try:
            # Our own promise: it takes as long as the command does.
            outward = map(_outward, placed)
            return _inward(await promised(element, name, *outward, within=None))
        except Refused as refused:
            raise WebPhoneError(
                getattr(refused.reason, "code", "internal"),
                as_written(refused.message),
                as_written(getattr(refused.reason, "hint", "")),
                getattr(refused.reason, "sipCode", None),
            ) from None

    call.__name__ = snake(name)
    return call


@contextmanager
def _told() -> Iterator[None]:
    """A mistake of the page's function is shown to who wrote it."""
    try:
        yield
    except Exception:
        from js import console

        console.error(traceback.format_exc())
        raise


def _hear(listener: Callable[..., Any], event: Any) -> None:
    with suppress(Exception), _told():
        heard = listener(_inward(event.detail))
        if heard is False:  # an async function answers when the phone has gone on
            event.preventDefault()
        if inspect.isawaitable(heard):
            task = asyncio.ensure_future(_heard(heard))
            _running.add(task)
            task.add_done_callback(_running.discard)


async def _heard(hearing: Awaitable[Any]) -> None:
    with suppress(Exception), _told():
        await asyncio.wait_for(hearing, None)


_running: set[Any] = set()  # the loop itself keeps only weak references


def _outward(value: Any) -> Any:
    """A Python value for JavaScript; a function is kept alive by a proxy."""
    from js import Object
    from pyodide.ffi import JsProxy, create_proxy, to_js

    if callable(value) and not isinstance(value, JsProxy):
        return create_proxy(_answering(value))  # lives as long as the page
    return to_js(value, dict_converter=Object.fromEntries)


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """The page's function for a phone whose Python may be another: both sides are JavaScript."""

    async def later(answer: Awaitable[Any]) -> Any:
        with _told():
            return _outward(await asyncio.wait_for(answer, None))

    def call(*given: Any) -> Any:
        with _told():
            answer = function(*map(_inward, given))
        return later(answer) if inspect.isawaitable(answer) else _outward(answer)

    return call


def _inward(value: Any) -> Any:
    """A JavaScript value for Python: null is None, keys are in snake_case."""
    from pyodide.ffi import JsProxy, jsnull

    if isinstance(value, JsProxy) and not callable(value):
        value = value.to_py()
    if value is jsnull:
        return None
    if isinstance(value, list):
        return [_inward(item) for item in value]
    if isinstance(value, dict):
        # The names of SIP headers are not ours to spell.
        return {
            snake(name): dict(item) if name == "headers" else _inward(item)
            for name, item in value.items()
        }
    return value
