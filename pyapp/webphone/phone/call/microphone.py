"""The microphone of a call, where it is more than there: asked for, lost, replaced, missing."""

from __future__ import annotations

from webphone.contract import WebPhoneError
from webphone.phone import happenings as on
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Quiet, Steps
from webphone.phone.labels import replaced
from webphone.phone.promises import Trouble
from webphone.words import Sentence, say


class Microphone(Quiet):
    """Of one call; what becomes of it is told to the page and the person."""

    def __init__(self, call: Call) -> None:
        self.asked = False  # the browser's question waits for the person

    def media(self, news: Media, now: float) -> Steps:
        """What the browser says of it."""
        match news:
            case on.MicrophoneAsked(waiting=waiting):
                self.asked = waiting
            case on.MicrophoneMissing():
                return _told("mic_missing", say("microphone_missing"))
            case on.MicrophoneEnded(code="", lost=lost, name=name):
                return [Trouble(replaced(lost, name))]
            case on.MicrophoneEnded(code=code):
                return _told(code, say("microphone_gone"))
        return []


def _told(code: str, sentence: Sentence) -> Steps:
    return [Trouble(WebPhoneError(code, sentence))]
