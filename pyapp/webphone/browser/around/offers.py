"""What a browser gives only after a press of the person, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js

from webphone.browser.bridge import Refused, promised
from webphone.browser.instance import PREFIX
from webphone.browser.proxies import plain
from webphone.browser.tasks import Background
from webphone.contract import Config
from webphone.media.headset import TELEPHONY
from webphone.phone.numbers import LONGEST
from webphone.ui.act import cleaned

LINKS_KEPT = f"{PREFIX}links"  # where it is remembered that they were asked for
NUMBER = "webphone-dial"  # the parameter of the page's address that holds a pressed link
_tasks = Background()  # lives as long as the page
_asked: set[str] = set()


def open_offers() -> tuple[str, ...]:
    """What the person may be asked for here, and was not yet; and what this browser can, or not."""
    said = {"default": ("notifications",), "denied": ("notifications blocked",)}
    notifications = said.get(permission(), ())
    vibration = ("vibration",) if hasattr(js.navigator, "vibrate") else ()
    headset = ("headset",) if hasattr(js.navigator, "hid") else ()
    above = hasattr(js, "documentPictureInPicture") and js.window.parent == js.window
    return (
        *(*notifications, *headset, *vibration),
        *(("links",) if _links_open() else ()),
        *(("mini",) if above else ()),
    )


def permission() -> str:
    """What the person says to notifications: "default" is nothing yet, "" where none can be."""
    return str(getattr(getattr(js, "Notification", None), "permission", ""))


def ask(what: str, config: Config, answered: Callable[[], None]) -> None:
    """Let the browser ask; `answered` is called when the person has said something."""
    if what == "notifications":
        _tasks.run(_ask_for_notifications(answered))
    elif what == "headset":
        _tasks.run(_ask_for_headset())
    elif what == "links":
        _ask_for_links(config.capture_links)
        answered()


async def _ask_for_notifications(answered: Callable[[], None]) -> None:
    try:
        await promised(js.Notification, "requestPermission", within=None)
    except Refused:
        return  # the browser asks nobody
    answered()


async def _ask_for_headset() -> None:
    """It is looked for at the beginning of the next call."""
    try:
        asked = plain({"filters": [{"usagePage": TELEPHONY}]})
        await promised(js.navigator.hid, "requestDevice", asked, within=None)
    except Refused:
        return  # a frame that may not


# --- Links of other pages -------------------------------------------------------------------------


def _links_open() -> bool:
    """A frame's own address is of no use to other pages."""
    if "links" in _asked or js.window.parent != js.window:
        return False
    if not hasattr(js.navigator, "registerProtocolHandler"):
        return False
    try:
        return not js.localStorage.getItem(LINKS_KEPT)
    except Exception:  # a browser that stores nothing
        return True


def _ask_for_links(wanted: tuple[str, ...]) -> None:
    """Links of these words on other pages lead to this page, with what they say in its address."""
    _asked.add("links")
    here = js.URL.new(js.location.href)
    here.hash = ""
    here.searchParams.delete(NUMBER)
    mark = "&" if here.search else "?"
    for scheme in {word.rstrip("!") for word in wanted}:
        try:
            js.navigator.registerProtocolHandler(scheme, f"{here.href}{mark}{NUMBER}=%s")
        except Exception:  # a word that is no scheme to this browser, as callto
            continue
    try:
        js.localStorage.setItem(LINKS_KEPT, "asked")
    except Exception:  # it is asked again next time
        return


def arrived(wanted: tuple[str, ...]) -> str:
    """The number of the link that led to this page, "" where none of these words did.

    It is taken out of the address: loaded anew, the page has none.
    """
    here: Any = js.URL.new(js.location.href)
    if js.window.parent != js.window or not here.searchParams.has(NUMBER):
        return ""
    link = str(here.searchParams.get(NUMBER))[:LONGEST]
    here.searchParams.delete(NUMBER)
    js.history.replaceState(js.history.state, "", here.href)
    scheme = link.partition(":")[0].strip().lower()
    return cleaned(link) if scheme in {word.rstrip("!") for word in wanted} else ""
