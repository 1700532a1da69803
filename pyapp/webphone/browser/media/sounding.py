"""Whose sound is whose in a call, and what stands in its place: a mix, a tone, the page's work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webphone.browser.media.playback import Listening


class Sounding:
    """The sound of one call, as who mixes, records or processes it wants it; see Peer, PageMedia.

    Our side is the microphone, or what the page makes of it; a conference sends its mix in the
    place of that, and a recording that is told by a tone sends that in the place of both.
    """

    def __init__(self, call: str, listening: Listening) -> None:
        self.call = call
        self.listening = listening
        # Set by who mixes, records and processes them.
        self.tracks_changed: Callable[[], None] = lambda: None
        self.spoken_changed: Callable[[], None] = lambda: None
        self._closed = False
        self._processed: Any = None  # what the page has made of our microphone
        self._mixed: Any = None
        self._toned: Any = None

    def raw(self, side: str) -> Any:
        """The track of our microphone or of the other end; None before it is there."""
        return self._own_track() if side == "local" else self.listening.raw

    def sounding(self, side: str) -> Any:
        """The track that is used now."""
        return self.microphone if side == "local" else self.remote

    @property
    def microphone(self) -> Any:
        """The track of our microphone, open or not, or what the page makes of it; else None."""
        return self._processed if self._processed is not None else self._own_track()

    @property
    def remote(self) -> Any:
        """The track of the other end's sound; None before it is there."""
        return self.listening.track

    @property
    def spoken(self) -> Any:
        """What is ours in it: the microphone, or the mix of a conference."""
        return self._mixed if self._mixed is not None else self.microphone

    @property
    def sent(self) -> Any:
        """What the other end is to hear of us."""
        return self._toned if self._toned is not None else self.spoken

    def process(self, side: str, track: Any) -> None:
        """Use this track in its place; None: that again."""
        if self._closed:
            return
        if side == "remote":
            self.listening.process(track)
        else:
            self._processed = track
            self._send_again()
        self.tracks_changed()

    def send_mixed(self, track: Any) -> None:
        """Send this in the place of the microphone; None: the microphone again."""
        if track == self._mixed or self._closed:
            return
        self._mixed = track
        self.spoken_changed()
        self._send_again()

    def send_toned(self, track: Any) -> None:
        """Send this in the place of what is spoken; None: that again."""
        self._toned = track
        if not self._closed:
            self._send_again()

    def be_heard(self, heard: bool) -> None:
        """Whether the person hears them."""
        self.listening.be_heard(heard)

    def _own_track(self) -> Any:
        """The track of our microphone itself; None before it is there."""
        raise NotImplementedError

    def _send_again(self) -> None:
        """Something else is `sent` by now: let the other end have it, once it has anything."""
        raise NotImplementedError
