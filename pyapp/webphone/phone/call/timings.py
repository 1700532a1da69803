"""When the media of a call came to be: what a slow call waited for is seen in its record."""

from __future__ import annotations

from webphone.phone import happenings as on
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Quiet, Steps


class Timings(Quiet):
    """Of one call; each step counts once, whatever is set up anew later."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def media(self, news: Media, now: float) -> Steps:
        """It reads over the shoulder of the part that the news is for."""
        match news:
            case on.MediaReady():
                self._call.reach("media", now)
            case on.PathFound():
                self._call.reach("ice", now)
            case on.MediaChanged(state="connected"):
                self._call.reach("dtls", now)
            case on.SoundCame():
                # It comes only over what is up: a busy page may hear of both the other way round.
                for step in ("ice", "dtls", "sound"):
                    self._call.reach(step, now)
        return []
