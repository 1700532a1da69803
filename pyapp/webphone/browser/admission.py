"""Who may frame the phone: the page around is looked at, greeted, and admitted or refused."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import js

from webphone.border import frame
from webphone.browser import parent_page as around
from webphone.browser.clock import Clock
from webphone.browser.plain_data import outward, text_of
from webphone.browser.proxies import Listeners
from webphone.contract import SETTINGS, WebPhoneError, decode_setting
from webphone.words import Language, said_in
from webphone.words import say as sentence

FIRST_GAP, LONGEST_GAP = 0.25, 8.0  # seconds between two hellos


class Admission:
    """Of one page around.

    `welcome` is called once it may have the phone, `open` with the port when it answers; `tell`
    takes what is wrong with it, and `language` gives the one to say that in.
    """

    def __init__(
        self,
        element: Any,
        clock: Clock,
        *,
        welcome: Callable[[], None],
        open: Callable[[Any], None],
        tell: Callable[[WebPhoneError], None],
        language: Callable[[], Language],
    ) -> None:
        self.own = "null" if js.location.protocol == "file:" else str(js.location.origin)
        self.missing: set[str] = set()  # features that it does not give
        self._element = element
        self._clock = clock
        self._welcome = welcome
        self._open = open
        self._tell = tell
        self._language = language
        self._id = secrets.token_hex(8)
        self._listed: list[str] = []
        self._admitted = False
        self._opened = False
        self._doubt: Any = None  # what says that nobody vouches for the page around
        self._gap = FIRST_GAP
        self._hello = clock.alarm(self._greet)
        self._listeners = Listeners()

    async def look(self) -> None:
        """Find out whose page this is; hello is said when it may be a listed one."""
        text = self._element.getAttribute("allow-origins")
        try:
            self._listed = list(decode_setting(SETTINGS["allow_origins"], text or None))
        except WebPhoneError as wrong:
            self._tell(wrong)
        proven = around.proven_origin()
        if proven == "null" != self.own:
            proven = ""  # it may only be kept back
        if proven != self.own:
            self._listed += await around.listed_beside()
        # Where the browser vouches for nobody, only the origin of a message does: a page that is
        # listed may have led a frame of somebody else here. It is refused on less.
        asking = proven or around.likely_origin()
        if asking and not frame.admits(self._listed, self.own, asking):
            self._refuse(asking)
            return
        self._listeners.add(js.window, "message", self._heard_window)
        if proven:
            self.admit()
        self._greet()

    def admit(self) -> None:
        """The page around may have the phone."""
        if self._admitted:
            return
        self._admitted = True
        self._believed()
        self._element.inert = False
        self._welcome()
        self.missing = around.missing()
        if "microphone" in self.missing:
            self._tell(WebPhoneError("policy_blocked"))
        elif self.missing & {"autoplay", "local-network"}:
            js.console.warn(frame.remedy(self.missing, self.own))

    def _refuse(self, asking: str) -> None:
        """Not a page that may have the phone: say so in words, to both; the phone goes away."""
        error = WebPhoneError(
            "forbidden_origin", sentence("page_not_listed", origin=asking, file=around.LIST_FILE)
        )
        self._hello.set(None)
        self._tell(error)
        news = outward(
            {"webphone": frame.VERSION, "type": "error", "error": error}, self._language()
        )
        js.window.parent.postMessage(news, "*" if asking == "null" else asking)
        self._believed()
        self._element.replaceWith(self._in_words(error))

    def _believed(self) -> None:
        """It is known by now whose page is around."""
        if self._doubt is not None:
            self._doubt.remove()

    def _doubt_aloud(self) -> None:
        """Nobody vouches for the page around, and it says nothing: say why no key does anything."""
        error = WebPhoneError("forbidden_origin", sentence("page_unknown"))
        self._doubt = self._in_words(error)
        self._element.before(self._doubt)
        self._tell(error)

    def _in_words(self, error: WebPhoneError) -> Any:
        words = js.document.createElement("p")
        words.setAttribute("role", "alert")
        words.textContent = said_in(
            self._language(),
            sentence("spoken_error", message=error.message, hint=error.hint),
        )
        return words

    def _greet(self) -> None:
        """Say hello, and again until it is answered: the page around may not listen yet."""
        news = {"webphone": frame.VERSION, "type": "hello", "frameId": self._id}
        js.window.parent.postMessage(outward(news), "*")
        self._hello.set(self._clock.now() + self._gap)
        if self._gap == LONGEST_GAP and not self._admitted and self._doubt is None:
            self._doubt_aloud()
        self._gap = min(self._gap * 2, LONGEST_GAP)

    def _heard_window(self, event: Any) -> None:
        if self._opened or event.source != js.window.parent:
            return
        if not frame.opens(text_of(event.data), self._id) or event.ports.length != 1:
            return
        origin = str(event.origin)
        if not frame.admits(self._listed, self.own, origin):
            self._refuse(origin)
            return
        self._hello.set(None)
        self._opened = True
        self._open(event.ports[0])

    def close(self) -> None:
        """The element is gone."""
        self._hello.close()
        self._listeners.close()
