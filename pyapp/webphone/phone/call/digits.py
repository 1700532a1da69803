"""Digits in a call: as RTP events where both sides can, else by INFO, one after the other."""

from __future__ import annotations

from webphone import media
from webphone.contract import Event, SendDtmf, WebPhoneError, encode
from webphone.machine import due
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.part import Media, Steps
from webphone.phone.promises import Trouble
from webphone.sip import InfoReceived, NotNow, Output, Replied
from webphone.words import say
from webphone.words.bidi import isolate

METHODS = ("auto", "rtp", "info")
COMMA, PAUSE = ",", 2.0  # seconds that a comma lasts, as RTCDTMFSender takes it
REF = "dtmf:"


class Digits:
    """Those of one call, ours and theirs."""

    rests = True

    def __init__(self, call: Call) -> None:
        self.sent = ""
        self.deadline: float | None = None  # the end of a pause between two INFOs
        self._call = call
        self._waiting: tuple[tuple[str, int], ...] = ()  # to go by INFO: tone, milliseconds

    def send(self, command: SendDtmf, method: str, now: float) -> Result:
        """Send digits. Raises WebPhoneError naming the wrong digit or argument."""
        call = self._call
        if call.stage not in (Stage.ACTIVE, Stage.EARLY):
            raise WebPhoneError("no_call", say("digits_need_call"))
        if method not in METHODS:
            raise WebPhoneError("invalid_config", say("no_dtmf_method", given=repr(method[:20])))
        try:
            tones = media.tones(command.tones)
        except media.Invalid as wrong:
            raise WebPhoneError("invalid_number", wrong.sentence) from None
        heard = call.telephone_event and not call.hold.deaf
        way = media.choose(method, heard)  # type: ignore[arg-type]
        if way == "rtp" and call.hold.deaf:
            raise WebPhoneError("media_failed", say("digits_unheard"))
        if way == "info" and call.stage is Stage.EARLY:
            # RFC 6086 §4.1: an INFO needs the dialog of an answered call.
            raise WebPhoneError("no_call", say("digits_once_answered"))
        self.sent += "".join(tone for tone in tones if tone != COMMA)
        if way == "rtp":
            text, length = "".join(tones), command.duration
            return [do.SendTones(call=call.id, tones=text, duration=length, gap=command.gap)]
        idle = not self._waiting
        self._waiting += tuple((tone, command.duration) for tone in tones)
        return self._next(now) if idle else []

    def wake(self, now: float) -> Steps:
        """The pause between two digits is over."""
        if not due(self.deadline, now):
            return []
        self.deadline = None
        self._waiting = self._waiting[1:]
        return [*self._next(now)]

    def heard(self, output: Output, now: float) -> Steps:
        """A digit of theirs came by INFO, or the INFO with one of ours was answered."""
        match output:
            case InfoReceived(content_type=kind, body=body):
                tone = media.parse_info(kind, body.decode("utf-8", "replace"))
                return [self._told(tone, "remote") if tone else self._news(output)]
            case Replied():
                return [*self._replied(output, now)]
        return []

    def media(self, news: Media, now: float) -> Steps:
        """The media have put a digit on the wire."""
        return [self._told(news.tone, "local")] if isinstance(news, on.ToneSent) else []

    def over(self, error: WebPhoneError) -> list[Action]:
        """Nobody waits for digits."""
        return []

    def _replied(self, reply: Replied, now: float) -> Result:
        """The next digit may go, unless none is wanted."""
        self._waiting = self._waiting[1:]
        if reply.status < 300:
            return self._next(now)
        self._waiting = ()
        words = say("digits_refused", status=reply.status, reason=isolate(reply.reason))
        error = WebPhoneError("media_failed", words, sip_code=reply.status)
        return [Trouble(error)]

    def _next(self, now: float) -> Result:
        if not self._waiting:
            return []
        tone, length = self._waiting[0]
        if tone == COMMA:
            self.deadline = now + PAUSE
            return []
        kind, body = media.info_body(tone, length)
        try:
            sent = self._call.wire.info(kind, body, f"{REF}{self._call.id}", now)
        except NotNow:  # our answer is still on its way (RFC 3262 §3): as if a comma came first
            self._waiting = ((COMMA, 0), *self._waiting)
            return self._next(now)
        return [self._told(tone, "local"), *sent]

    def _news(self, info: InfoReceived) -> do.Tell:
        """An INFO that is no digit is for the page."""
        detail = {
            **encode(self._call.view),
            "text": info.body.decode("utf-8", "replace"),
            "contentType": info.content_type,
            "package": info.package,
        }
        return do.Tell(event=Event("info", detail))

    def _told(self, tone: str, by: str) -> do.Tell:
        return do.Tell(event=Event("dtmf", {**encode(self._call.view), "tone": tone, "by": by}))
