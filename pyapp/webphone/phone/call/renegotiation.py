"""Changing a call that is up: hold, resume, a new network path, and the other side's changes.

The table is in offer_answer.py. A change that is wanted meanwhile waits and starts the next
exchange. The call follows the answer: a refused re-INVITE leaves everything as it was (RFC 3261
§14.1).
"""

from __future__ import annotations

from typing import assert_never

from webphone import media
from webphone.contract import Event as Announcement
from webphone.contract import WebPhoneError, encode
from webphone.machine import due, earliest, step
from webphone.media import Description
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.endings import unanswered
from webphone.phone.call.filming import pictures_of
from webphone.phone.call.offer_answer import RENEGOTIATION, Action, Event, State
from webphone.phone.call.part import Broken, Media, Steps, media_error
from webphone.phone.call.path import Path
from webphone.phone.promises import Trouble
from webphone.sip import (
    NotNow,
    OfferAcknowledged,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Output,
)
from webphone.words import Sentence, say
from webphone.words.bidi import isolate

PATH_PATIENCE = 0.75  # seconds for new paths to be found when another fork has answered
PATH_TRIES = 5  # of five calls, one needs a second; of a hundred, one needs a fourth
SECOND_THOUGHTS = 10.0  # seconds in which a browser says that it can't use an answer
BREATH = 0.3  # seconds for an ACK to arrive, or for the other side's offer to be dealt with


class Renegotiation:
    """The changes of one call: those that are wanted, and the one under way."""

    rests = False

    def __init__(self, call: Call) -> None:
        self.state = State.NONE
        self.hold_wanted = False
        self._call = call
        self._replies: list[int] = []  # promises of hold and resume
        self._restart_wanted = False
        self._restarts = False  # the offer under way looks for new paths
        self._path = Path(call)
        self._offered_last = call.outgoing  # the last exchange that worked began with us
        self._path_due: float | None = None  # when new paths must be there, or are looked for
        self._path_tries = 0
        self._pause_until: float | None = None
        self._sdp = ""  # the description at hand, ours or theirs
        self._offered = ""  # what ours offers
        self._theirs = ""  # what theirs offers
        self._void = 0  # how many answers are being made to offers that are void by now
        self._works = False  # the sound of the call was up once
        self._before: tuple[bool, bool] | None = None  # held by us and by them, until the answer
        self._before_until = 0.0
        # Until when the media may still be taking the last answer: who waits for it waits as long.
        self._taking_until: float | None = None
        self._set_right = False  # offer what is, as the peer has taken what we could not follow
        self._was_set_right = False
        self._said = ""  # what our last description says of a recording
        self._hold_offered = False  # what our re-INVITE under way asks for
        self._remote_hold_offered = False  # and what theirs asks for
        self._error = WebPhoneError("media_failed")  # why ours came to nothing

    # --- Questions ---

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        return earliest(
            (self._pause_until, self._path_due, self._taking_until, self._path.secured_by)
        )

    @property
    def changing(self) -> bool:
        """Whether a hold or a resume waits for its answer."""
        return self.hold_wanted != self._call.hold.local

    @property
    def settled(self) -> bool:
        """Whether nothing of the call is being changed."""
        return self._call.over or (self.state is State.NONE and not self.changing)

    @property
    def _still(self) -> bool:
        """Whether nothing is under way, nobody wants anything, and nobody waits."""
        call = self._call
        return not (
            self._replies
            or self.hold_wanted != call.hold.local
            or self._restart_wanted
            or self._set_right
            or self._pause_until is not None
            or call.record_now not in ("", call.record_told)
            or pictures_of(call) is not None
        )

    @property
    def _announces(self) -> bool:
        """Whether the other side is to know of a recording (RFC 7866 §7.1.2)."""
        return self._call.record_now not in ("", self._call.record_told)

    @property
    def _wanted(self) -> bool:
        """Whether a person waits for a change."""
        pictures = pictures_of(self._call)
        return self.changing or (pictures is not None and pictures.changing)

    # --- What a person or the network wants ---

    def set_hold(self, held: bool, reply: int | None, now: float) -> Result:
        """Hold or resume; the promise settles on the final answer to the re-INVITE.

        Raises WebPhoneError for a call that is not up.
        """
        if self._call.stage is not Stage.ACTIVE:
            raise WebPhoneError("no_call", say("only_answered_held"))
        self.hold_wanted = held
        self._was_set_right = False
        if reply is not None:
            self._replies.append(reply)
        return self._next_offer(now)

    def find_path(self, now: float) -> None:
        """The media are to leave a path that leads elsewhere, if they don't by themselves."""
        self._restart_wanted = True
        self._path_due, self._path_tries = now + PATH_PATIENCE, 1

    def offer_anew(self) -> None:
        """Offer what is, as soon as nothing else is under way."""
        self._set_right = True

    def taken_up(self, offer: str, answer: str, now: float) -> Result:
        """This was agreed anew after a reload of our page; nothing of it has been heard yet."""
        self._offered, self._sdp, self._said = offer, answer, self._call.record_says
        self._hold_offered = self.hold_wanted = self._call.hold.local
        result = self._apply_answer(now)
        self._works, self._before = False, None
        return result

    def taken_over(self, offer: str, answer: str, now: float) -> Result:
        """So is this, and the offer was that of the other side, whose page is new as well."""
        call = self._call
        self._sdp, self._said = answer, call.record_says
        self.hold_wanted, self._offered_last = call.hold.local, False
        marked = self._mark(call.hold.local, _holds(offer), now)
        return marked + self._agreed(offer, answer, ours=False)

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Look for paths again, offer again when the pause is over, go on with what is wanted."""
        notes = self._due(now) if self.deadline is not None else []
        if self._call.stage is not Stage.ACTIVE:
            return []
        return notes if self._still else [*notes, *self._next_offer(now)]

    def _due(self, now: float) -> Steps:
        """What there is to do by now."""
        if due(self._path_due, now):
            if self.state in (State.NONE, State.PAUSED):
                self._restart_wanted = True
                self._path_tries += 1
            self._path_due = now + PATH_PATIENCE if self._path_tries < PATH_TRIES else None
        if due(self._pause_until, now):
            self._pause_until = None
            self._happen(Event.TIME, now)
        if due(self._taking_until, now):
            self._taking_until = None
        return self._insecure() if due(self._path.secured_by, now) else []

    def heard(self, output: Output, now: float) -> Steps:
        """An answer to our offer, or an offer of the other side."""
        event = self._event_of(output)
        if event is None:
            return []
        happened = self._happen(event, now)
        if event in (Event.GONE, Event.GLARE):
            return [*happened]
        return [*happened, *self._next_offer(now)]

    def media(self, news: Media, now: float) -> Steps:
        """Our description is made, or can't be; or the network path came or went."""
        match news:
            case on.MediaReady(kind=do.Offer.ANSWER) | on.MediaFailed() if self._spared():
                return []
            case on.MediaReady(kind=kind, sdp=sdp, relay=relay):
                wanted = do.Offer.ANSWER if self.state is State.THEIRS else do.Offer.OFFER
                if kind is not wanted:
                    return []
                self._sdp = sdp
                notes = self._sought(relay=relay)
                return [*notes, *self._happen(Event.DESCRIBED, now), *self._next_offer(now)]
            case on.MediaFailed() if self.state in (State.NONE, State.PAUSED):
                return self._failed(media_error(news), now)
            case on.MediaFailed():
                self._error = WebPhoneError("media_failed", media_error(news).message)
                return [*self._happen(Event.UNDESCRIBED, now), *self._next_offer(now)]
            case on.AnswerTaken():
                self._taking_until = None
                return [*self._next_offer(now)]
            case on.PathFound(round_trip=round_trip):
                self._path.found(round_trip, now)
            case on.MediaChanged(state=state):
                self._call.unstable = state != "connected"
                self._works = self._works or not self._call.unstable
                if not self._call.unstable:
                    self._path_due = None
                    self._path.works()
                elif state == "failed":
                    self._path.failed()
                    # RFC 8839 §4.4.1.1.1, ICE restart
                    self._restart_wanted = True
                    return [*self._next_offer(now)]
        return []

    def _spared(self) -> bool:
        """Whether what became of a description is of no interest, as nobody waits for it now."""
        void, self._void = self._void, max(self._void - 1, 0)
        return void > 0

    def over(self, error: WebPhoneError) -> list[do.Action]:
        """Nothing is changed any more."""
        replies, self._replies = self._replies, []
        return [do.Refuse(reply=reply, error=error) for reply in replies]

    # --- Steps ---

    def _event_of(self, output: Output) -> Event | None:
        """What an output of the agent means to the table."""
        match output:
            case OfferReceived(sdp=None):
                return Event.ASKED
            case OfferReceived(sdp=sdp, instead=instead):
                self._sdp = sdp or ""
                return Event.OFFERED_INSTEAD if instead else Event.OFFERED
            case OfferAnswered(sdp=sdp):
                self._sdp = sdp or ""
                if (why := self._unusable()) is None:
                    return Event.ANSWERED
                self._error = WebPhoneError("media_failed", why)
                return Event.UNUSABLE
            case OfferAcknowledged(sdp=sdp):
                self._sdp = sdp or ""
                return Event.UNANSWERED if self._unusable() else Event.ACKNOWLEDGED
            case OfferRefused(overtaken=True):
                return Event.GLARE
            case OfferRefused(status=481):
                return Event.GONE
            case OfferRefused(status=status, reason=reason, unanswered=challenge):
                words = say("change_refused", status=status, reason=isolate(reason))
                words = unanswered(challenge) if challenge else words
                self._error = WebPhoneError("media_failed", words, sip_code=status)
                return Event.REFUSED
        return None

    def _next_offer(self, now: float) -> Result:
        """Start the next exchange if one is wanted, or settle what waited for the last."""
        if self.state is not State.NONE:
            return []
        if self._pause_until is not None:  # the other side had its turn in it
            return self._happen(Event.TOO_EARLY, now)
        if not (self._wanted or self._restart_wanted or self._set_right or self._announces):
            if self._taking_until is not None:
                return []
            replies, self._replies = self._replies, []
            settled = [do.Settle(reply=reply, value=self._call.view) for reply in replies]
            pictures = pictures_of(self._call)
            return [*settled, *(pictures.settled() if pictures else [])]
        if not self._call.wire.open:
            return self._offline()
        return self._happen(Event.WANTED, now)

    def _offline(self) -> Result:
        """A change waits for the socket, a person not for longer than a round of the servers."""
        if self._call.wire.opening or not self._wanted:
            return []
        return self._given_up(WebPhoneError("connection_failed"))

    def _happen(self, event: Event, now: float) -> Result:
        self.state, actions = step(RENEGOTIATION, self.state, event)
        return [done for action in actions for done in self._do(action, now)]

    def _do(self, action: Action, now: float) -> Result:
        call = self._call
        match action:
            case Action.MAKE_OFFER:
                self._hold_offered = self.hold_wanted
                self._restarts, self._restart_wanted = self._restart_wanted, False
                self._set_right = False
                direction = media.hold_direction(self.hold_wanted)
                relay = self._restarts and self._path.over_relay
                return [
                    do.Reoffer(
                        call=call.id,
                        direction=direction,
                        video=call.video,
                        restart=self._restarts,
                        relay=relay,
                    )
                ]
            case Action.MAKE_OFFER_AS_IT_IS:
                direction = media.hold_direction(call.hold.local)
                return [do.Reoffer(call=call.id, direction=direction, video=call.video)]
            case Action.MAKE_ANSWER:
                return self._make_answer(now)
            case Action.MAKE_ANSWER_INSTEAD:
                self._void += 1
                return self._make_answer(now)
            case Action.SEND_OFFER:
                return self._send_offer(now)
            case Action.SEND_ASKED_OFFER:
                self._offered, self._said = self._sdp, call.record_says
                try:
                    return call.wire.reaccept(self._sdp, now)
                except NotNow:
                    return self._happen(Event.WITHDRAWN, now)
            case Action.SEND_ANSWER:
                self._said = call.record_says
                try:
                    sent = call.wire.reaccept(self._sdp, now)
                except NotNow:  # §9.1: our media has followed an offer that is void
                    self._restart_wanted = True
                    return []
                self._offered_last = False
                marked = self._mark(call.hold.local, self._remote_hold_offered, now)
                return sent + marked + self._agreed(self._theirs, self._sdp, ours=False)
            case Action.REFUSE_488:
                return self._refuse(488, now)
            case Action.REFUSE_491:
                return self._refuse(491, now)
            case Action.APPLY_ANSWER:
                return self._apply_answer(now)
            case Action.APPLY_THEIR_ANSWER:
                return self._apply(call.hold.local, _holds(self._sdp), now)
            case Action.ROLL_BACK:
                return [do.Rollback(call=call.id)]
            case Action.PAUSE:
                self._pause_until = now + BREATH
                return []
            case Action.START_AFRESH:
                self._restart_wanted = True
                return []
            case Action.GIVE_UP:
                return self._given_up(self._error)
            case Action.UNDO:
                before, self._before, self._taking_until = self._before, None, None
                if pictures := pictures_of(call):
                    pictures.undo()
                return self._mark(*before, now) if before else []
            case Action.SET_RIGHT:
                self._set_right = not self._was_set_right
                self._was_set_right = True
                return []
            case _:
                assert_never(action)

    def _sought(self, *, relay: bool) -> Steps:
        """Our description is made; the record says it where it is to find a new path."""
        restarts, self._restarts = self._restarts, False
        if not restarts:
            return []
        self._path.sought(relay=relay)
        text = "the media go over a relay alone now: every other path has failed"
        return [do.Note(level="info", text=text)] if relay else []

    def _insecure(self) -> Steps:
        """ICE has found a way, and DTLS does not come: who offered last offers once more."""
        self._path.insecure()
        if not self._offered_last:
            return []
        self._path.note("dtls-retry")
        self._set_right = True
        text = "DTLS did not follow ICE in time: offered again"
        return [do.Note(level="info", text=text)]

    def _failed(self, error: WebPhoneError, now: float) -> Steps:
        """The media can't do something while nothing is under way."""
        if not self._works:
            return [Broken(error.message)]
        if self._before is None or now > self._before_until:
            return [Trouble(error)]
        self._error = WebPhoneError("media_failed", error.message)
        return [*self._happen(Event.UNDESCRIBED, now), *self._next_offer(now)]

    def _unusable(self) -> Sentence | None:
        """Why an answer to our offer is of no use."""
        if not self._sdp:
            # RFC 3261 §13.2.1: the first reliable response holds the answer.
            return say("agreed_without_sdp")
        return media.problem(self._sdp, Description.parse(self._offered), later=True)

    def _make_answer(self, now: float) -> Result:
        call = self._call
        if media.problem(self._sdp):
            # RFC 3264 §6, RFC 3261 §14.2: nothing would be left, as of a fax; the voice goes on.
            return self._happen(Event.UNDESCRIBED, now)
        offer = Description.parse(self._sdp)
        self._remote_hold_offered = media.held_by(offer)
        self._theirs = self._sdp
        if call.video_declined:
            # RFC 3264 §8: what is not new has the same o=. A hold takes pictures away, and a resume
            # brings them back: that is no new wish either.
            origin, held = media.origin(offer), self._remote_hold_offered or call.hold.remote
            call.video_declined = origin if held or origin == call.video_declined else ""
        sound = offer.of_kind("audio")
        offered = sound[0].direction if sound else media.Direction.SENDRECV
        direction = media.answer_direction(offered, call.hold.local)
        video = not call.video_declined
        return [do.Accept(call=call.id, offer=self._sdp, direction=direction, video=video)]

    def _send_offer(self, now: float) -> Result:
        self._offered, self._said = self._sdp, self._call.record_says
        if not self._call.wire.open:
            return self._happen(Event.CUT, now)
        try:
            return self._call.wire.reinvite(self._sdp, now)
        except NotNow:
            return self._happen(Event.TOO_EARLY, now)

    def _refuse(self, status: int, now: float) -> Result:
        """Refuse the other side's change, unless it has taken it back."""
        try:
            return self._call.wire.rerefuse(status, now)
        except NotNow:
            return []

    def _apply_answer(self, now: float) -> Result:
        """Our re-INVITE was accepted: now the call changes."""
        call = self._call
        self._offered_last = True
        # RFC 6337 §5.3: an inactive answer to a hold says nothing of the other side's own wish.
        deaf = _holds(self._sdp)
        remote = call.hold.remote if self._hold_offered else deaf
        return self._apply(self._hold_offered, remote, now, deaf)

    def _apply(self, local: bool, remote: bool, now: float, deaf: bool | None = None) -> Result:
        """What an answer says holds now, unless the browser can't use it after all."""
        hold = self._call.hold
        self._works = True
        self._before, self._before_until = (hold.local, hold.remote), now + SECOND_THOUGHTS
        self._taking_until = self._before_until
        described = do.DescribeRemote(call=self._call.id, kind=do.Offer.ANSWER, sdp=self._sdp)
        marked = self._mark(local, remote, now, deaf)
        return [described, *marked, *self._agreed(self._offered, self._sdp, ours=True)]

    def _agreed(self, offer: str, answer: str, *, ours: bool) -> Result:
        """Note which pictures go where; `ours`: the offer was."""
        call, offered, answered = self._call, Description.parse(offer), Description.parse(answer)
        call.record_told = self._said
        call.describe(*((offer, answer) if ours else (answer, offer)))
        call.hear_of_recording(answer if ours else offer)
        flows = media.pictures(offered, answered)
        sent, call.video_remote = flows if ours else reversed(flows)
        if not call.hold.by:
            call.video = call.video_remote
        pictures = pictures_of(call)
        if pictures is None:
            return []
        theirs = answered if ours else offered
        asked = ours and media.shows_video(offered)
        return pictures.agreed(asked=asked, sent=sent, gone=not theirs.of_kind("video"))

    def _mark(self, local: bool, remote: bool, now: float, deaf: bool | None = None) -> Result:
        """Set the hold flags and tell each change once."""
        hold = self._call.hold
        hold.deaf = remote if deaf is None else deaf
        before = ((hold.local, local, "local"), (hold.remote, remote, "remote"))
        hold.mark(local, remote, now)
        result: Result = []
        for was, held, by in before:
            if was != held:
                detail = {**encode(self._call.view), "by": by}
                name = "hold" if held else "resume"
                result.append(do.Tell(event=Announcement(name, detail)))
        return result

    def _given_up(self, error: WebPhoneError) -> Result:
        """What was wanted is not to be had: the call stays as it is."""
        wanted, self.hold_wanted = self.changing, self._call.hold.local
        self._path_due = None
        self._call.record_told = self._call.record_now  # nobody is told against their will
        pictures = pictures_of(self._call)
        told = pictures.given_up(error) if pictures and pictures.changing else []
        if self._replies or told:
            return [*told, *self.over(error)]
        if not wanted and not self._call.unstable:
            # Nobody asked for it, and nothing is missing without it.
            return [do.Note(level="info", text=error.message)]
        return [Trouble(error)]


def _holds(sdp: str) -> bool:
    return media.held_by(Description.parse(sdp))
