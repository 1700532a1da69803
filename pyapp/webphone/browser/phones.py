"""All phones of a page: who there is, and what happens to the page and so to each of them."""

from __future__ import annotations

import asyncio
import traceback
from itertools import count
from typing import Any, Protocol

import js

from webphone.browser.blame import is_ours, says_ours
from webphone.browser.clock import Clock, late_at_once
from webphone.browser.instance import keep, take
from webphone.browser.proxies import Listeners
from webphone.phone import Desk, Loop
from webphone.phone.happenings import Happening, Leaving, NetworkChanged, Woken


class OnPage(Protocol):
    """A phone of the page; see main.py."""

    desk: Desk
    loop: Loop[Any, Any]

    def come_back(self) -> None:
        """The page was put aside, and is here again."""

    def leave(self) -> None:
        """The page goes, and has been told so: what waits is done now."""

    def report(self, mistake: BaseException) -> None:
        """Tell the page of a mistake of ours."""


# They live as long as the page.
phones: list[OnPage] = []
listeners = Listeners()


def guest() -> str:
    """A username that no other phone of the page has: you, you-2, you-3."""
    taken = {phone.desk.guest for phone in phones}
    names = ("you" if number == 1 else f"you-{number}" for number in count(1))
    return next(name for name in names if name not in taken)


def every(happening: Happening) -> None:
    """Tell every phone of the page."""
    for phone in list(phones):
        phone.loop.turn(happening)


def watch_page(clock: Clock) -> None:
    """Let the phones know when the page is seen, loses the network, or goes away."""

    def seen(event: Any) -> None:
        if getattr(event, "persisted", False):
            for phone in phones:
                phone.come_back()
        if js.document.visibilityState == "visible":
            clock.look()
            every(Woken(visible=True))
            for phone in phones:
                take(phone.desk.guest)  # it is in use again, and not for another page of this tab

    def left(event: Any) -> None:
        for phone in phones:
            if not phone.desk.shared:
                keep(phone.desk.guest, phone.desk.instance)
        every(Leaving(put_aside=bool(getattr(event, "persisted", False))))
        for phone in list(phones):
            phone.leave()

    def failed(event: Any) -> None:
        # The page's own mistakes are not ours to report.
        fault: Any = getattr(event, "error", None) or getattr(event, "reason", None)
        if getattr(fault, "name", "") == "PythonError" and says_ours(str(fault.message)):
            every_report(RuntimeError(str(fault.message)))

    listeners.add(js.document, "visibilitychange", seen)
    listeners.add(js.window, "pageshow", seen)
    listeners.add(js.window, "online", lambda _event: every(NetworkChanged(online=True)))
    listeners.add(js.window, "offline", lambda _event: every(NetworkChanged(online=False)))
    listeners.add(js.window, "pagehide", left)
    listeners.add(js.window, "error", failed)
    listeners.add(js.window, "unhandledrejection", failed)
    late_at_once()
    asyncio.get_event_loop().set_exception_handler(
        lambda _loop, context: every_report(
            context.get("exception") or RuntimeError(context["message"])
        )
    )


def every_report(mistake: BaseException) -> None:
    """A mistake that no phone caught: which one made it is not known."""
    if not is_ours(mistake):
        js.console.error("".join(traceback.format_exception(mistake)))
        return
    for phone in phones[:1]:
        phone.report(mistake)
