"""The microphone of a call, where it is more than there: asked for, lost, replaced, missing."""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.phone import happenings as on
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.part import Broken, Media, NeverWent, Quiet, Steps, media_error
from webphone.phone.labels import replaced
from webphone.phone.promises import Trouble
from webphone.words import Sentence, say


class Microphone(Quiet):
    """Of one call; what becomes of it is told to the page and the person."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self.asked = False  # the browser's question waits for the person

    def media(self, news: Media, now: float) -> Steps:
        """What the browser says of it."""
        match news:
            case on.MicrophoneAsked(waiting=waiting):
                self.asked = waiting
            case on.MicrophoneMissing():
                return _told("mic_missing", say("microphone_missing"))
            case on.MicrophoneFailed() if self._call.stage is Stage.PREPARING:
                return [NeverWent(media_error(news))]
            case on.MicrophoneFailed():
                # What was sent ahead of it can't be taken back.
                error = media_error(news)
                return [Broken(error.message, 487, error.code)]
            case on.MicrophoneEnded(code="", lost=lost, name=name):
                return [Trouble(replaced(lost, name))]
            case on.MicrophoneEnded(code=code):
                return _told(code, say("microphone_gone"))
        return []


def _told(code: str, sentence: Sentence) -> Steps:
    return [Trouble(WebPhoneError(code, sentence))]
