"""A call for the keys of headsets, keyboards and locked screens, by the Media Session API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_proxy, jsnull

from webphone.browser.proxies import plain
from webphone.phone.happenings import Asked, Happening
from webphone.ui.around import Talk, keys, plays

ACTIONS = ("play", "pause", "togglemicrophone", "hangup")
_users: list[object] = []  # the phone that has the page's one session


class MediaSession:
    """The page's session while this phone has a call in front, and none of the page's others."""

    def __init__(self, turn: Callable[[Happening], None]) -> None:
        self._turn = turn
        self._talk: Talk | None = None
        self._heard: Any = None  # destroyed with the call
        self._before: Any = None  # what the page showed of its own music
        self._ours: Any = None

    def follow(self, talk: Talk | None) -> None:
        """This is the call now; None: there is none."""
        session = getattr(js.navigator, "mediaSession", None)
        if session is None or (_users and _users[0] is not self):
            return
        before, self._talk = self._talk, talk
        if talk is None:
            if before is not None:
                self._give_back(session)
            return
        if before is None:
            _users.append(self)
            self._heard = create_proxy(self._pressed)
            self._before = session.metadata
        if before is None or (before.name, before.photo) != (talk.name, talk.photo):
            self._ours = session.metadata = _metadata(talk)
        meant = keys(talk)
        for action in ACTIONS:
            _handle(session, action, self._heard if action in meant else jsnull)
        session.playbackState = "playing" if plays(talk) else "paused"
        _microphone(session, not (talk.rings or talk.muted))

    def _give_back(self, session: Any) -> None:
        for action in ACTIONS:
            _handle(session, action, jsnull)
        if session.metadata == self._ours:
            session.metadata = self._before
        session.playbackState = "none"
        _microphone(session, False)
        self._heard.destroy()
        self._heard = self._before = self._ours = None
        _users.remove(self)

    def _pressed(self, details: Any) -> None:
        command = keys(self._talk).get(str(details.action)) if self._talk else None
        if command is not None:
            self._turn(Asked(command=command))


def _metadata(talk: Talk) -> Any:
    pictures = [{"src": talk.photo}] if talk.photo else []
    try:
        return js.MediaMetadata.new(plain({"title": talk.name, "artwork": pictures}))
    except Exception:  # the address of none
        return js.MediaMetadata.new(plain({"title": talk.name}))


def _handle(session: Any, action: str, heard: Any) -> None:
    try:
        session.setActionHandler(action, heard)
    except Exception:  # a browser that knows no such key
        return


def _microphone(session: Any, active: bool) -> None:
    try:
        session.setMicrophoneActive(active)
    except Exception:  # nor of a microphone
        return
