"""The calls: how each begins and ends, and which of them is in front."""

from __future__ import annotations

from collections.abc import Iterator

from webphone import media
from webphone.contract import Config, Event, Quality, WebPhoneError, encode
from webphone.machine import earliest
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Report, Result
from webphone.phone.call import digits, incoming, outgoing, renegotiation
from webphone.phone.call.call import Call, Stage, Step, ended_by_person
from webphone.phone.call.endings import Ending
from webphone.phone.call.last_call import LastCall
from webphone.phone.call.swap import Swap
from webphone.phone.call.wire import Wire
from webphone.sip import (
    Answered,
    By,
    Confirmed,
    Ended,
    InfoReceived,
    Invited,
    InviteSent,
    OfferAcknowledged,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Progressed,
    Replied,
    Uri,
)
from webphone.sip.wire.grammar import quote, visible
from webphone.words import Sentence, as_written, say


class Calls:
    """All calls of a phone, by id."""

    def __init__(self, asks: Iterator[int]) -> None:
        self.calls: dict[str, Call] = {}
        self.active: str | None = None
        self.aftermath = LastCall()
        self._asks = asks
        self._asked: dict[int, str] = {}  # questions to the page about ringing calls
        self._swaps: list[Swap] = []

    # --- Questions ---

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        moments = [call.offer_again_at for call in self.calls.values()]
        moments += [call.next_digit_at for call in self.calls.values()]
        moments += [call.path_due for call in self.calls.values()]
        moments += [self.aftermath.deadline]
        return earliest(moments)

    def find(self, id: str) -> Call:
        """The call with this id, or the one that no id can mean; WebPhoneError `no_call`."""
        if id:
            call = self.calls.get(id)
        elif self.active:
            call = self.calls.get(self.active)
        else:
            call = next(iter(self.calls.values())) if len(self.calls) == 1 else None
        if call is None:
            raise WebPhoneError("no_call")
        return call

    def ringing(self, id: str) -> Call:
        """The call with this id, or the oldest that rings; WebPhoneError `no_call`."""
        waiting = [call for call in self.calls.values() if call.ringing_in and id in ("", call.id)]
        if not waiting:
            raise WebPhoneError("no_call", say("none_rings"))
        return waiting[0]

    def waiting(self) -> Call | None:
        """The call on hold that does not have the ear, the one put there last first."""
        others = [call for call in reversed(self.calls.values()) if call.id != self.active]
        parked = [call for call in others if call.hold_wanted]
        return max(parked, key=lambda call: call.parked_at or 0.0, default=None)

    def held(self) -> Call | None:
        """The call that resuming means: the active one if it is on hold, else who waits."""
        active = self.calls.get(self.active or "")
        return active if active and active.hold_wanted else self.waiting()

    # --- A person's wishes ---

    def dial(self, call: Call, now: float) -> Result:
        """Begin an outgoing call: microphone and connection first, then the INVITE."""
        result = self._activate(call, now)
        self.calls[call.id] = call
        result.append(do.OpenMedia(call=call.id, video=call.video))
        return result + call.wire.connect(now)

    def answer(self, call: Call, now: float, *, video: bool, reply: int | None) -> Result:
        """Take a ringing call."""
        call.step(Step.ACCEPTED)
        call.answer_reply = reply
        result = self._activate(call, now)
        result.append(do.OpenMedia(call=call.id, video=video, offer=call.offer))
        if call.muted:  # while it rang, when there was no microphone to mute
            result.append(do.MuteMicrophone(call=call.id, muted=True))
        return result

    def reject(self, call: Call, status: int, now: float) -> Result:
        """Refuse a ringing call."""
        result = call.wire.reject(status, now)
        return result + self.finish(call, Ending(by=By.LOCAL, status=status, refused=True), now)

    def redirect(self, call: Call, target: Uri, now: float) -> Result:
        """Send a ringing caller elsewhere."""
        result = call.wire.redirect(target, now)
        return result + self.finish(call, Ending(by=By.LOCAL, status=302, refused=True), now)

    def hang_up(self, call: Call, now: float) -> Result:
        """End a call in whatever stage it is; the wire is tidied up by the SIP room."""
        if call.stage is Stage.PREPARING:
            return self._drop(call, WebPhoneError("cancelled", say("call_given_up")))
        if call.stage in (Stage.INCOMING, Stage.ANSWERING):
            return self.reject(call, 486, now)
        result = call.wire.hang_up(now)
        return result + self.finish(call, ended_by_person(call), now)

    def resume(self, call: Call, now: float, reply: int | None) -> Result:
        """Take a call off hold; whatever was in front is held."""
        wished = renegotiation.set_hold(call, False, reply)
        return self._activate(call, now) + wished

    def swap(self, reply: int | None, now: float) -> Result:
        """Talk to the one who waits; the promise settles when both calls have changed."""
        coming = self.waiting()
        if coming is None:
            raise WebPhoneError("no_call", say("none_to_swap_with"))
        talking = (call for call in self.calls.values() if call.stage is Stage.ACTIVE)
        going = [call for call in talking if call.id == self.active]
        if reply is not None:
            self._swaps.append(Swap(reply=reply, coming=coming, going=going))
        return self.resume(coming, now, None)

    def swapped(self) -> Result:
        """The promises of swaps that are done, one way or the other."""
        done = [swap for swap in self._swaps if swap.done]
        self._swaps = [swap for swap in self._swaps if not swap.done]
        return [swap.verdict for swap in done]

    def mute(self, call: Call, muted: bool) -> Result:
        """Close or open the microphone."""
        if call.muted == muted:
            return []
        call.muted = muted
        event = Event("mute" if muted else "unmute", encode(call.view))
        return [do.MuteMicrophone(call=call.id, muted=muted), do.Tell(event=event)]

    # --- News of media ---

    def media_ready(self, news: on.MediaReady, now: float) -> Result:
        """Our session description is there."""
        call = self.calls.get(news.call)
        if call is None:
            return []
        call.video_local = news.video
        match call.stage:
            case Stage.PREPARING:
                call.offer = news.sdp
                return self._launch(call, now)
            case Stage.ANSWERING:
                call.own_offer = news.sdp  # if the INVITE came without one
                return call.wire.accept(news.sdp, now) + self._answered(call, "local", now)
            case Stage.ACTIVE:
                return renegotiation.description_ready(call, news.kind, news.sdp, now)
        return []

    def media_failed(self, news: on.MediaFailed, now: float) -> Result:
        """The microphone was refused, or a description could not be used."""
        call = self.calls.get(news.call)
        if call is None:
            return []
        error = WebPhoneError(news.code, as_written(news.text) if news.text else None)
        if call.stage is Stage.PREPARING:
            return self._drop(call, error)
        if call.stage is Stage.ANSWERING and news.code != "media_failed":
            # Nothing is lost: the call goes on ringing, to be answered once the way is free.
            call.step(Step.ACCEPT_FAILED)
            reply, call.answer_reply = call.answer_reply, None
            return _refuse(reply, error)
        if call.stage is Stage.ACTIVE and renegotiation.busy(call):
            return renegotiation.description_failed(call, error, now)
        if call.stage is Stage.EARLY:
            outgoing.early_media_failed(call)
            return [do.Note(level="info", text=f"early media can't be played: {news.text}")]
        return self._break_off(call, error.message, now)

    def media_changed(self, news: on.MediaChanged) -> Result:
        """The network path of the sound came or went."""
        call = self.calls.get(news.call)
        if call is None:
            return []
        call.unstable = news.state != "connected"
        if not call.unstable:
            call.path_due = None
        if call.stage is Stage.EARLY and not call.unstable:
            call.restart_wanted = False  # the fork that it was for is heard
        if call.stage is Stage.EARLY and call.unstable:
            return outgoing.next_early_media(call)
        lost = news.state == "failed" and call.stage is Stage.ACTIVE
        return renegotiation.restart(call) if lost else []

    def measured(self, news: on.QualityMeasured) -> Result:
        """The media counters were read; the record keeps those of the whole call."""
        call = self.calls.get(news.call)
        if call is None:
            return []
        stats = news.stats.get("whole") or news.stats
        call.quality = Quality(
            mos=stats.get("mos"),
            loss=stats.get("loss"),
            jitter_ms=stats.get("jitterMs"),
            rtt_ms=stats.get("rttMs"),
        )
        return []

    def permitted(self, news: on.Permitted) -> Result:
        """The page has seen the ringing; prevented, the phone stays quiet."""
        call = self.calls.get(self._asked.pop(news.ask, ""))
        if call is not None:
            call.quiet = not news.allowed
        return []

    # --- News of SIP ---

    def heard(self, report: Report, config: Config, now: float) -> Result:
        """What an agent reports of a call; a call that is over here has no more news."""
        account, output = report.account, report.output
        if isinstance(output, Invited):
            return self._invited(account, output, config, now)
        if isinstance(output, Replied):
            call = self.calls.get(output.ref.removeprefix(digits.REF))
            return digits.replied(call, output, now) if call else []
        call = self.calls.get(getattr(output, "call", ""))
        if call is None:
            return []
        match output:
            case InviteSent():
                return outgoing.invoked(call, output)
            case Progressed():
                return outgoing.progressed(call, output, now)
            case Answered():
                return self._accepted(call, output, now)
            case Confirmed(sdp=sdp) if call.offer is None:
                return self._confirmed(call, sdp or "", now)
            case OfferReceived():
                return renegotiation.offer_received(call, output, now)
            case OfferAcknowledged(sdp=sdp):
                return renegotiation.offer_acknowledged(call, sdp, now)
            case OfferAnswered(sdp=sdp):
                return renegotiation.offer_answered(call, sdp, now)
            case OfferRefused():
                return renegotiation.offer_refused(call, output, now)
            case InfoReceived():
                body = output.body.decode("utf-8", "replace")
                tone = media.parse_info(output.content_type, body)
                return digits.told(call, tone, "remote") if tone else []
            case Ended():
                return self.finish(call, _ending(output), now)
        return []

    def follow_up(self, now: float) -> Result:
        """What a turn has made possible: INVITEs and changes that waited for the connection."""
        result: Result = []
        for call in list(self.calls.values()):
            if call.stage is Stage.ACTIVE:
                result += renegotiation.next_offer(call)
            elif call.stage is Stage.PREPARING:
                result += self._launch(call, now)
        return result + self.swapped()

    def _launch(self, call: Call, now: float) -> Result:
        """Send the INVITE once both the description and the connection are there."""
        if call.offer is None or call.wire.opening:
            return []
        if not call.wire.open:
            return self._drop(call, WebPhoneError("connection_failed"))
        try:
            return outgoing.invite(call, now)
        except ValueError as wrong:
            return self._drop(
                call, WebPhoneError("invalid_config", say("headers_wrong", why=str(wrong)))
            )

    def wake(self, now: float) -> Result:
        """Do all that is due."""
        self.aftermath.wake(now)
        result: Result = []
        for call in list(self.calls.values()):
            result += renegotiation.due(call, now) + digits.due(call, now)
        return result

    def finish(self, call: Call, ending: Ending, now: float) -> Result:
        """The call is over: its one record, its promises, and silence."""
        call.step(Step.OVER)
        record = call.record(ending, now)
        self._forget(call)
        self.aftermath.begin(call, ending, record, now)
        error = WebPhoneError("no_call", say("call_over"))
        replies = [*call.hold_replies, call.answer_reply]
        return [
            do.CloseMedia(call=call.id),
            *(do.Refuse(reply=reply, error=error) for reply in replies if reply is not None),
            do.Save(record=record),
            do.Tell(event=Event("end", encode(record))),
        ]

    # --- Steps ---

    def _invited(self, account: Account, news: Invited, config: Config, now: float) -> Result:
        if account.retired:
            return Wire(account, news.call).reject(480, now)
        others = len(self.calls)
        call = incoming.call_from(account, news, now)
        self.calls[call.id] = call
        refusal = incoming.refusal(call, config, others)
        if refusal is not None:
            status = refusal.status or 486
            said = _warning(refusal.media)
            refused = call.wire.reject(status, now, headers=said)
            return refused + self.finish(call, refusal, now)
        result = call.wire.ring(now)
        ask = next(self._asks)
        self._asked[ask] = call.id
        detail = incoming.details(call, news)
        result.append(do.Ask(ask=ask, event=Event("ringingin", detail)))
        if config.auto_answer and not others:
            result += self.answer(call, now, video=config.video, reply=None)
        return result

    def _accepted(self, call: Call, news: Answered, now: float) -> Result:
        call.headers = news.headers or call.headers
        sdp = news.sdp or call.early.get(news.branch, "")
        if problem := _unusable(call, sdp):
            call.step(Step.ANSWERED)
            call.answered_at = now
            return self._break_off(call, problem, now)
        call.agree(sdp)
        outgoing.listen_to(call, sdp)
        if call.restart_wanted:
            call.path_due = now + renegotiation.PATH_PATIENCE
        call.video_local = call.video_local and call.video_remote
        described = do.DescribeRemote(call=call.id, kind=do.Offer.ANSWER, sdp=sdp)
        return [described, *self._answered(call, "remote", now)]

    def _confirmed(self, call: Call, sdp: str, now: float) -> Result:
        """The ACK should hold the answer to the offer that we made in our 2xx."""
        if problem := _unusable(call, sdp):
            return self._break_off(call, problem, now)
        call.agree(sdp)
        return [do.DescribeRemote(call=call.id, kind=do.Offer.ANSWER, sdp=sdp)]

    def _answered(self, call: Call, by: str, now: float) -> Result:
        call.step(Step.ANSWERED)
        call.answered_at = now
        if not call.outgoing and call.offer:
            call.agree(call.offer)
        reply, call.answer_reply = call.answer_reply, None
        detail = {**encode(call.view), "answeredBy": by}
        told: Result = [do.Tell(event=Event("answer", detail))]
        if reply is not None:
            told.insert(0, do.Settle(reply=reply, value=call.view))
        if self.active is None:
            return told + self._activate(call, now)
        if call.id != self.active:  # another call came in front while this one rang
            told += renegotiation.set_hold(call, True, None)
        return told

    def _break_off(self, call: Call, why: Sentence, now: float) -> Result:
        """The sound can't be set up: end the call and say why."""
        status: int | None = 487 if call.answered_at is None else None
        if call.stage in (Stage.INCOMING, Stage.ANSWERING):
            said, status = _warning(why), 488
            result = call.wire.reject(488, now, headers=said)
        else:
            result = call.wire.hang_up(now)
        error = WebPhoneError("media_failed", why)
        if call.answer_reply is not None:
            result += _refuse(call.answer_reply, error)
            call.answer_reply = None
        result.append(do.Tell(event=Event("error", error)))
        return result + self.finish(call, Ending(by=By.SYSTEM, status=status, media=why), now)

    def _drop(self, call: Call, error: WebPhoneError) -> Result:
        """A call that never went out leaves no record: its promise says why."""
        call.step(Step.OVER)
        self._forget(call)
        told: Result = [do.CloseMedia(call=call.id)]
        return told + _refuse(call.dial_reply, error)

    def _forget(self, call: Call) -> None:
        self.calls.pop(call.id, None)
        self._asked = {ask: id for ask, id in self._asked.items() if id != call.id}
        if self.active == call.id:
            left = [other for other in self.calls.values() if not other.ringing_in]
            self.active = left[0].id if len(left) == 1 else None

    def _activate(self, call: Call, now: float) -> Result:
        """This call is the one to talk on; the others are held."""
        self.active = call.id
        self.aftermath.end()
        result: Result = []
        for other in self.calls.values():
            if other is not call and other.stage is Stage.ACTIVE and not other.hold_wanted:
                result += renegotiation.set_hold(other, True, None)
        return result


def _warning(why: Sentence | None) -> tuple[tuple[str, str], ...]:
    """What the trace at the other side says of a refusal (RFC 3261 §20.43), if it needs words."""
    return (("Warning", f"399 webphone {quote(visible(why))}"),) if why else ()


def _refuse(reply: int | None, error: WebPhoneError) -> Result:
    """Reject a promise, or tell the person where there is none."""
    if reply is not None:
        return [do.Refuse(reply=reply, error=error)]
    return [] if error.code == "cancelled" else [do.Tell(event=Event("error", error))]


def _ending(news: Ended) -> Ending:
    return Ending(
        by=news.by,
        status=news.status,
        reason=news.reason,
        q850=news.q850,
        text=news.text,
        answered_elsewhere=news.answered_elsewhere,
        moved=f"{news.moved[0].uri}" if news.moved else "",
    )


def _unusable(call: Call, sdp: str) -> Sentence | None:
    """Why the other side's answer to our offer is of no use, as a sentence."""
    if not sdp:
        return say("answered_without_sdp")
    return media.problem(sdp, media.Description.parse(call.own_offer))
