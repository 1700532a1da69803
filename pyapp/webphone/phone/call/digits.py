"""Digits in a call: as RTP events where both sides can, else by INFO, one after the other."""

from __future__ import annotations

from webphone import media
from webphone.contract import Event, SendDtmf, WebPhoneError, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, Stage
from webphone.sip import NotNow, Replied
from webphone.words import say
from webphone.words.bidi import isolate

METHODS = ("auto", "rtp", "info")
COMMA, PAUSE = ",", 2.0  # seconds that a comma lasts, as RTCDTMFSender takes it
REF = "dtmf:"


def send(call: Call, wish: SendDtmf, method: str, now: float) -> Result:
    """Send digits. Raises WebPhoneError naming the wrong digit or argument."""
    if call.stage not in (Stage.ACTIVE, Stage.EARLY):
        raise WebPhoneError("no_call", say("digits_need_call"))
    if method not in METHODS:
        raise WebPhoneError("invalid_config", say("no_dtmf_method", given=repr(method[:20])))
    try:
        tones = media.tones(wish.tones)
    except media.Invalid as wrong:
        raise WebPhoneError("invalid_number", wrong.sentence) from None
    way = media.choose(method, call.telephone_event)  # type: ignore[arg-type]
    if way == "info" and call.stage is Stage.EARLY:
        # RFC 6086 §4.1: an INFO needs the dialog of an answered call.
        raise WebPhoneError("no_call", say("digits_once_answered"))
    call.digits += "".join(tone for tone in tones if tone != COMMA)
    if way == "rtp":
        sent = do.SendTones(
            call=call.id, tones="".join(tones), duration=wish.duration, gap=wish.gap
        )
        return [sent]
    idle = not call.waiting_digits
    call.waiting_digits += tuple((tone, wish.duration) for tone in tones)
    return _next(call, now) if idle else []


def replied(call: Call, news: Replied, now: float) -> Result:
    """The INFO of one digit was answered: the next one may go, unless none is wanted."""
    call.waiting_digits = call.waiting_digits[1:]
    if news.status < 300:
        return _next(call, now)
    call.waiting_digits = ()
    words = say("digits_refused", status=news.status, reason=isolate(news.reason))
    error = WebPhoneError("media_failed", words, sip_code=news.status)
    return [do.Tell(event=Event("error", error))]


def due(call: Call, now: float) -> Result:
    """The pause between two digits is over."""
    if call.next_digit_at is None or call.next_digit_at > now:
        return []
    call.next_digit_at = None
    call.waiting_digits = call.waiting_digits[1:]
    return _next(call, now)


def told(call: Call, tone: str, by: str) -> Result:
    """News of one digit."""
    return [do.Tell(event=Event("dtmf", {**encode(call.view), "tone": tone, "by": by}))]


def _next(call: Call, now: float) -> Result:
    if not call.waiting_digits:
        return []
    tone, length = call.waiting_digits[0]
    if tone == COMMA:
        call.next_digit_at = now + PAUSE
        return []
    kind, body = media.info_body(tone, length)
    try:
        sent = call.wire.info(kind, body, f"{REF}{call.id}", now)
    except NotNow:  # our answer is still on its way (RFC 3262 §3): as if a comma came first
        call.waiting_digits = ((COMMA, 0), *call.waiting_digits)
        return _next(call, now)
    return told(call, tone, "local") + sent
