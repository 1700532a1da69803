"""Changing a call that is up: hold, resume, a new network path, and the other side's changes.

One offer/answer exchange runs at a time (RFC 3264 §4). A wish that comes meanwhile waits in the
call (`hold_wanted`, `restart_wanted`) and starts the next exchange. The state follows the answer:
a refused re-INVITE leaves everything as it was (RFC 3261 §14.1).
"""

from __future__ import annotations

from webphone import media
from webphone.contract import Event, WebPhoneError, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, OfferAnswer, Stage
from webphone.sip import NotNow, OfferReceived, OfferRefused
from webphone.words import say
from webphone.words.bidi import isolate

PATH_PATIENCE = 0.75  # seconds for new paths to be found when another fork has answered
BREATH = 0.3  # seconds for an ACK to arrive, or for the other side's offer to be dealt with


def set_hold(call: Call, held: bool, reply: int | None) -> Result:
    """Hold or resume; the promise settles on the final answer to the re-INVITE.

    Raises WebPhoneError for a call that is not up.
    """
    if call.stage is not Stage.ACTIVE:
        raise WebPhoneError("no_call", say("only_answered_held"))
    call.hold_wanted = held
    if reply is not None:
        call.hold_replies.append(reply)
    return next_offer(call)


def restart(call: Call) -> Result:
    """Look for a new network path for the media (RFC 8839 §4.4.1.1.1, ICE restart)."""
    call.restart_wanted = True
    return next_offer(call)


def next_offer(call: Call) -> Result:
    """Start the next exchange if one is wanted, or settle what waited for the last."""
    if call.offer_answer is not OfferAnswer.NONE or call.offer_again_at is not None:
        return []
    if call.hold_wanted == call.held_local and not call.restart_wanted:
        return _settled(call)
    if not call.wire.open:
        return _offline(call)
    call.offer_answer = OfferAnswer.OURS
    call.hold_offered = call.hold_wanted
    direction = media.hold_direction(call.hold_wanted)
    offer = do.Reoffer(call=call.id, direction=direction, restart=call.restart_wanted)
    call.restart_wanted = False
    return [offer]


def settled(call: Call) -> bool:
    """Whether nothing of the call is being changed."""
    waits = call.offer_answer is not OfferAnswer.NONE or call.offer_again_at is not None
    return call.over or not (waits or call.hold_wanted != call.held_local)


def _offline(call: Call) -> Result:
    """A change waits for the socket, a person not for longer than a round of the servers.

    A re-INVITE that is never answered would end the call (RFC 3261 §12.2.1.2).
    """
    if call.wire.opening or call.hold_wanted == call.held_local:
        return []
    return _refused(call, WebPhoneError("connection_failed"))


def busy(call: Call) -> bool:
    """Whether an exchange is under way."""
    return call.offer_answer is not OfferAnswer.NONE


def description_ready(call: Call, kind: do.Offer, sdp: str, now: float) -> Result:
    """Our description for the exchange under way is ready: put it on the wire."""
    match call.offer_answer, kind:
        case OfferAnswer.OURS, do.Offer.OFFER:
            return _sent(call, sdp, now)
        case OfferAnswer.THEIRS_EMPTY, do.Offer.OFFER:
            accepted = _reaccepted(call, sdp, now)
            if accepted is None:
                return _withdrawn(call, [do.Rollback(call=call.id)])
            return accepted
        case OfferAnswer.THEIRS, do.Offer.ANSWER:
            accepted = _reaccepted(call, sdp, now)
            if accepted is None:
                # Our media has followed an offer that is void: a new exchange sets it right.
                call.restart_wanted = True
                return _withdrawn(call, [])
            call.offer_answer = OfferAnswer.NONE
            return accepted + _heed(call, now) + next_offer(call)
    return []


def _reaccepted(call: Call, sdp: str, now: float) -> Result | None:
    """Our answer on its way; None when the other side has taken its offer back (§9.1)."""
    try:
        return call.wire.reaccept(sdp, now)
    except NotNow:
        return None


def _withdrawn(call: Call, back: Result) -> Result:
    call.offer_answer = OfferAnswer.NONE
    return back + next_offer(call)


def description_failed(call: Call, error: WebPhoneError, now: float) -> Result:
    """Our side of the exchange could not be made: everything stays as it was."""
    exchange, call.offer_answer = call.offer_answer, OfferAnswer.NONE
    if exchange is OfferAnswer.OURS:
        return _refused(call, WebPhoneError("media_failed", error.message))
    return _unaccepted(call, 488, now) + next_offer(call)


def _unaccepted(call: Call, status: int, now: float) -> Result:
    """Refuse the other side's change, unless it has taken it back."""
    try:
        return call.wire.rerefuse(status, now)
    except NotNow:
        return []


def offer_answered(call: Call, sdp: str | None, now: float) -> Result:
    """Our re-INVITE was accepted: now the state changes."""
    call.offer_answer = OfferAnswer.NONE
    if not sdp:
        # RFC 3261 §13.2.1: the first reliable response holds the answer.
        error = WebPhoneError("media_failed", say("agreed_without_sdp"))
        return [do.Rollback(call=call.id), *_refused(call, error)]
    described = do.DescribeRemote(call=call.id, kind=do.Offer.ANSWER, sdp=sdp)
    # RFC 6337 §5.3: an inactive answer to a hold says nothing of the other side's own wish.
    remote = call.held_remote if call.hold_offered else _holds(sdp)
    return [described, *_mark(call, call.hold_offered, remote, now), *next_offer(call)]


def offer_refused(call: Call, news: OfferRefused, now: float) -> Result:
    """Our re-INVITE was refused: media goes back.

    491 means that the other side's own offer came before our turn to repeat ours (§14.1): it is
    heard first, and what we wish is offered afresh afterwards.
    """
    call.offer_answer = OfferAnswer.NONE
    back: Result = [do.Rollback(call=call.id)]
    if news.status == 491:
        call.offer_again_at = now + BREATH
        return back
    if news.status in (408, 481):
        return back  # the call is over with it (RFC 3261 §12.2.1.2)
    words = say("change_refused", status=news.status, reason=isolate(news.reason))
    error = WebPhoneError("media_failed", words, sip_code=news.status)
    return back + _refused(call, error)


def offer_received(call: Call, news: OfferReceived, now: float) -> Result:
    """The other side changes the call."""
    if call.offer_answer is not OfferAnswer.NONE:
        # RFC 3261 §14.2: our own offer is being made, though not yet on the wire.
        return _unaccepted(call, 491, now)
    if news.sdp is None:
        call.offer_answer = OfferAnswer.THEIRS_EMPTY
        direction = media.hold_direction(call.held_local)
        return [do.Reoffer(call=call.id, direction=direction)]
    try:
        offer = media.Description.parse(news.sdp)
    except media.Unusable:
        return _unaccepted(call, 488, now)
    call.offer_answer = OfferAnswer.THEIRS
    call.remote_hold_offered = media.held_by(offer)
    call.video_remote = call.video_remote and media.wants_video(offer)
    sound = offer.of_kind("audio")
    offered = sound[0].direction if sound else media.Direction.SENDRECV
    direction = media.answer_direction(offered, call.held_local)
    return [do.Accept(call=call.id, offer=news.sdp, direction=direction)]


def offer_acknowledged(call: Call, sdp: str | None, now: float) -> Result:
    """The ACK to a re-INVITE that we answered came, with the answer to our offer if it had none."""
    if call.offer_answer is not OfferAnswer.THEIRS_EMPTY:
        return []
    if not sdp:
        return _withdrawn(call, [do.Rollback(call=call.id)])
    call.offer_answer = OfferAnswer.NONE
    call.remote_hold_offered = _holds(sdp)
    told: Result = [do.DescribeRemote(call=call.id, kind=do.Offer.ANSWER, sdp=sdp)]
    return told + _heed(call, now) + next_offer(call)


def due(call: Call, now: float) -> Result:
    """What time brings: an offer again, afresh, when the other side had its turn; paths again."""
    if call.path_due is not None and call.path_due <= now:
        under_way = call.offer_answer is not OfferAnswer.NONE
        call.restart_wanted = call.restart_wanted or not under_way
        call.path_due = now + PATH_PATIENCE if under_way else None
    if call.offer_again_at is None or call.offer_again_at > now:
        return []
    call.offer_again_at = None
    return next_offer(call)


def _sent(call: Call, sdp: str, now: float) -> Result:
    if not call.wire.open:
        call.restart_wanted = True  # the offer's network paths are from before
        return _withdrawn(call, [do.Rollback(call=call.id)])
    try:
        return call.wire.reinvite(sdp, now)
    except NotNow:  # an ACK is still on its way
        call.offer_again_at = now + BREATH
        return _withdrawn(call, [do.Rollback(call=call.id)])


def _heed(call: Call, now: float) -> Result:
    return _mark(call, call.held_local, call.remote_hold_offered, now)


def _mark(call: Call, local: bool, remote: bool, now: float) -> Result:
    """Set the hold flags and tell each change once."""
    was_local, was_remote = call.held_local, call.held_remote
    call.mark_hold(local, remote, now)
    result: Result = []
    for was, held, by in ((was_local, local, "local"), (was_remote, remote, "remote")):
        if was != held:
            detail = {**encode(call.view), "by": by}
            result.append(do.Tell(event=Event("hold" if held else "resume", detail)))
    return result


def _holds(sdp: str) -> bool:
    try:
        return media.held_by(media.Description.parse(sdp))
    except media.Unusable:
        return False


def _settled(call: Call) -> Result:
    replies, call.hold_replies = call.hold_replies, []
    return [do.Settle(reply=reply, value=call.view) for reply in replies]


def _refused(call: Call, error: WebPhoneError) -> Result:
    wished, call.hold_wanted = call.hold_wanted != call.held_local, call.held_local
    call.path_due = None
    replies, call.hold_replies = call.hold_replies, []
    if not replies and not wished and not call.unstable:
        # Nobody asked for it, and nothing is missing without it.
        return [do.Note(level="info", text=error.message)]
    if not replies:
        return [do.Tell(event=Event("error", error))]
    return [do.Refuse(reply=reply, error=error) for reply in replies]
