"""A call that outlived its page: the page that came after takes it back.

The microphone and the server come first, at the same time. Then an INVITE replaces the dialog where
the other end knows Replaces (RFC 3891); else, or where that is refused, a re-INVITE goes on with it
over new keys. Who talks hears nothing of that but a short silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, assert_never

from webphone import media
from webphone.contract import Event as Announcement
from webphone.contract import WebPhoneError, encode
from webphone.machine import due, earliest, step
from webphone.media.continued import Origin, calling_dtls, plain_codec
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result, Unresolved
from webphone.phone.actions import Action as Act
from webphone.phone.call.call import Call, Stage, Step
from webphone.phone.call.endings import Ending, ending_of
from webphone.phone.call.outgoing import camera_declined, unusable_answer
from webphone.phone.call.part import Change, Media, Steps, Wider
from webphone.phone.call.peer import Peer
from webphone.phone.call.renegotiation import Renegotiation
from webphone.sip import (
    Answered,
    By,
    EarlyOffer,
    Ended,
    InviteSent,
    NotNow,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Output,
    Progressed,
)

if TYPE_CHECKING:
    from webphone.sip.usages.restored import Kept

TRIES = 30.0  # seconds until the call is given up
REGISTERS = 2.0  # seconds that a REGISTER has, before the call is taken back without it
ANSWERS = 3.0  # seconds that the other end has to say yes to being called in place of the call
WIDENS = 0.5  # seconds until all codecs are offered again
# Seconds until another try; who has made the dialog is the first (RFC 3261 §14.1, the other way).
PAUSES = {True: 0.5, False: 1.5}


class State(Enum):
    """How far a call is taken back.

                 they know Replaces
       WAITING ─────────────────────► REPLACING ────────────────── answered ──► SOUNDING
          │                               │ refused, or silence: CANCEL          ▲ ▲  │
          │ they don't                    ▼                                      │ │  │
          └──────────────────────────► CHANGING ───────────────── answered ──────┘ │  │ heard
                                          │ refused                                │  ▼
                                          ▼                                        │ BACK
                      GONE ◄─ refused ─ CHANGING_PLAINLY ──────── answered ────────┘

    Their page may be loaded anew as well. While it is away, all of these lead back to WAITING. Once
    it calls us in the place of the dialog, from WAITING or REPLACING to YIELDING; from there, when
    our answer is made, to SOUNDING, or to WAITING where it came too late.

    From every state before SOUNDING: GONE, when there is no other way or the time is up.
    """

    WAITING = auto()
    REPLACING = auto()
    CHANGING = auto()
    CHANGING_PLAINLY = auto()
    YIELDING = auto()
    SOUNDING = auto()
    BACK = auto()
    GONE = auto()


class Event(Enum):
    """What can happen to it."""

    REPLACEABLE = auto()  # all is there, and the other end knows Replaces
    CHANGEABLE = auto()  # all is there
    ANSWERED = auto()
    REFUSED = auto()
    TOO_NARROW = auto()  # they want another codec than the one that was offered
    AWAY = auto()  # they are not there at the moment, or take the call back themselves
    CALLED = auto()  # they call us in the place of the dialog
    DESCRIBED = auto()  # our answer to that is made
    TOO_LATE = auto()  # and nobody waits for it any more
    NO_WAY = auto()  # nothing else is worth a try
    SILENCE = auto()
    SOUND = auto()  # the media are connected
    TIME_UP = auto()


class Action(Enum):
    """What the table asks for."""

    REPLACE = auto()
    WITHDRAW = auto()
    OFFER = auto()
    OFFER_PLAINLY = auto()
    APPLY = auto()
    PAUSE = auto()
    OPEN_AGAIN = auto()
    MAKE_ANSWER = auto()
    ACCEPT = auto()
    TELL_BACK = auto()
    LET_BE = auto()
    GIVE_UP = auto()


_GONE = (State.GONE, (Action.GIVE_UP,))
_ANSWERED = (State.SOUNDING, (Action.APPLY,))
_AWAY = (State.WAITING, (Action.PAUSE,))
_YIELDING = (State.YIELDING, (Action.MAKE_ANSWER,))

RECOVERY: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.WAITING, Event.REPLACEABLE): (State.REPLACING, (Action.REPLACE,)),
    (State.WAITING, Event.CHANGEABLE): (State.CHANGING, (Action.OFFER,)),
    (State.WAITING, Event.CALLED): _YIELDING,
    (State.WAITING, Event.NO_WAY): _GONE,
    (State.WAITING, Event.TIME_UP): _GONE,
    (State.REPLACING, Event.ANSWERED): _ANSWERED,
    (State.REPLACING, Event.AWAY): _AWAY,
    (State.REPLACING, Event.CALLED): (State.YIELDING, (Action.WITHDRAW, Action.MAKE_ANSWER)),
    (State.REPLACING, Event.TOO_NARROW): (State.REPLACING, (Action.REPLACE,)),
    (State.REPLACING, Event.REFUSED): (State.CHANGING, (Action.OFFER,)),
    (State.REPLACING, Event.NO_WAY): _GONE,
    (State.REPLACING, Event.SILENCE): (State.CHANGING, (Action.WITHDRAW, Action.OFFER)),
    (State.REPLACING, Event.TIME_UP): _GONE,
    (State.CHANGING, Event.ANSWERED): _ANSWERED,
    # RFC 8842 §5.3: who has begun DTLS in this session may insist on going on so.
    (State.CHANGING, Event.REFUSED): (State.CHANGING_PLAINLY, (Action.OFFER_PLAINLY,)),
    (State.CHANGING, Event.AWAY): _AWAY,
    (State.CHANGING, Event.NO_WAY): _GONE,
    (State.CHANGING, Event.TIME_UP): _GONE,
    (State.CHANGING_PLAINLY, Event.ANSWERED): _ANSWERED,
    (State.CHANGING_PLAINLY, Event.REFUSED): _GONE,
    (State.CHANGING_PLAINLY, Event.AWAY): _AWAY,
    (State.CHANGING_PLAINLY, Event.NO_WAY): _GONE,
    (State.CHANGING_PLAINLY, Event.TIME_UP): _GONE,
    (State.YIELDING, Event.CALLED): _YIELDING,  # by a page that was loaded once more
    (State.YIELDING, Event.DESCRIBED): (State.SOUNDING, (Action.ACCEPT,)),
    (State.YIELDING, Event.NO_WAY): _GONE,
    (State.YIELDING, Event.TIME_UP): _GONE,
    (State.SOUNDING, Event.TOO_LATE): (State.WAITING, (Action.PAUSE, Action.OPEN_AGAIN)),
    (State.SOUNDING, Event.SOUND): (State.BACK, (Action.TELL_BACK,)),
    # The call stands, and its path is looked for as in any other.
    (State.SOUNDING, Event.TIME_UP): (State.BACK, (Action.LET_BE,)),
}

# Where their way is taken, if both ends are new; the agent tells whose is.
OPEN = (State.WAITING, State.REPLACING, State.YIELDING)
MAKES = {State.WAITING: do.Offer.OFFER, State.YIELDING: do.Offer.ANSWER}  # what our media do
# Refusals of new keys that another a=setup may please.
_UNHAPPY = (488, 500)
# Of who is not there, by a server in between; RFC 3261 §14.2: of who calls us meanwhile.
_AWAY_NOW = (404, 408, 430, 480, 491, 503)


class Recovery:
    """How one call is taken back."""

    rests = False

    def __init__(self, call: Call) -> None:
        self.state = State.WAITING
        self._call = call
        self._kept: Kept | None = None
        self._offer: str | None = None  # ours
        self._theirs = ""  # as they call us in the place of the dialog
        self._answer = ""  # theirs
        self._early: dict[str, str] = {}  # what each fork described early, by branch
        self._call_id = ""  # of the INVITE that replaces the dialog
        self._narrow = False  # offer the one codec that needs nothing of a server
        self._until: float | None = None
        self._patience: float | None = None  # how long the registration is waited for
        self._silent: float | None = None  # how long their answer is
        self._widen: float | None = None  # when all codecs are offered
        self._again: float | None = None  # when it is tried again

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        return earliest((self._until, self._patience, self._silent, self._widen, self._again))

    def begin(self, kept: Kept, now: float) -> Result:
        """Take it back: the microphone and the server at the same time. Raises Malformed."""
        call = self._call
        call.stage, call.recovering, call.unstable = Stage.RECOVERING, True, True
        restored = call.wire.restore(kept, now)
        self._kept, self._until = kept, now + TRIES
        # Asterisk, after a swap of channels, passes on nothing where it has to transcode what we
        # send; PCMU it need not.
        self._narrow = call.keeps_keys and call.codec != "PCMU"
        return [*restored, *self._open(), self._tell("started"), *call.wire.connect(now)]

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Send what has waited for the server, or wait no longer."""
        if due(self._until, now):
            self._until = None
            return self._happen(Event.TIME_UP, now)
        if due(self._silent, now):
            self._silent = None
            return self._happen(self._next(Event.SILENCE), now)
        if due(self._widen, now):
            self._widen = None
            self._call.part(Renegotiation).offer_anew()
        if self.state is State.SOUNDING and not self._call.unstable:
            return self._happen(Event.SOUND, now)
        if due(self._again, now):
            self._again = None
        ready = self.state is State.WAITING and self._offer is not None and self._again is None
        if ready and self._reachable(now):
            assert self._kept is not None
            replaceable = self._kept.replaceable or self._call.keeps_keys
            return self._happen(Event.REPLACEABLE if replaceable else Event.CHANGEABLE, now)
        return []

    def _reachable(self, now: float) -> bool:
        """Whether the server knows us, or has had time to.

        RFC 5627 §4.1: what we say of ourselves in the dialog is what the registrar gave us.
        """
        account = self._call.account
        if not account.open:
            self._patience = None
            return False
        if account.agent.bound or not account.registration.wanted:
            return True
        if due(self._patience, now) and not account.registration.awaits_login:
            return True
        if self._patience is None or now >= self._patience:
            self._patience = now + REGISTERS
        return False

    def heard(self, output: Output, now: float) -> Steps:
        """What the other end says to it."""
        match output:
            case InviteSent(call_id=call_id):
                self._call_id = call_id
            case Progressed(branch=branch, sdp=sdp) if sdp:
                self._early[branch] = sdp
            case Answered(branch=branch, sdp=sdp, headers=headers):
                self._call.part(Peer).named(headers)
                self._call.call_id = self._call_id
                return self._answered(sdp or self._early.get(branch, ""), now)
            case OfferAnswered(sdp=sdp):
                return self._answered(sdp or "", now)
            case OfferRefused(status=status) if status in _AWAY_NOW:
                return self._happen(self._next(Event.AWAY), now)
            case OfferRefused(status=status):
                again = status in _UNHAPPY and not self._call.of_browser
                return self._happen(Event.REFUSED if again else Event.NO_WAY, now)
            case OfferReceived(sdp=sdp, anew=True) if sdp and self.state in OPEN:
                self._theirs = sdp
                return self._happen(Event.CALLED, now)
            case EarlyOffer() | OfferReceived():
                return [*self._call.wire.rerefuse(491, now)]
            case Ended():
                return self._ended(output, now)
        return []

    def media(self, news: Media, now: float) -> Steps:
        """Our offer is made, or can't be."""
        match news:
            case on.MediaReady(kind=kind, sdp=sdp, video=video) if MAKES.get(self.state) is kind:
                self._call.video_local = video
                if self.state is State.YIELDING:
                    self._answer = sdp
                    return self._happen(Event.DESCRIBED, now)
                self._offer = sdp
                return self.wake(now)
            case on.MediaFailed() if self._kept is not None:
                return self._happen(Event.NO_WAY, now)
        return []

    def over(self, error: WebPhoneError) -> list[Act]:
        """Nobody waits for it but the person."""
        self._until = self._patience = self._silent = self._widen = self._again = None
        return []

    # --- Steps ---

    def _answered(self, sdp: str, now: float) -> Steps:
        self._answer, self._silent = sdp, None
        unusable = unusable_answer(sdp, self._offer or "")
        return self._happen(Event.NO_WAY if unusable else Event.ANSWERED, now)

    def _ended(self, news: Ended, now: float) -> Steps:
        """The INVITE that replaces was refused; or the other end has hung up."""
        if self.state is not State.REPLACING:
            return [self._finished(ending_of(news))]
        self._silent, self._early = None, {}
        if news.status == 488 and self._narrow:
            self._narrow = False
            return self._happen(Event.TOO_NARROW, now)
        if news.status in _AWAY_NOW and news.by is not By.SYSTEM:
            return self._happen(self._next(Event.AWAY), now)
        return self._happen(self._next(Event.REFUSED), now)

    def _next(self, event: Event) -> Event:
        return Event.NO_WAY if self._call.keeps_keys else event

    def _happen(self, event: Event, now: float) -> Steps:
        self.state, actions = step(RECOVERY, self.state, event)
        self._patience = None
        return [each for action in actions for each in self._do(action, now)]

    def _do(self, action: Action, now: float) -> Steps:
        call, offer = self._call, self._offer or ""
        match action:
            case Action.REPLACE:
                self._silent = now + ANSWERS
                return self._take_back(plain_codec(offer) if self._narrow else offer, now, True)
            case Action.WITHDRAW:
                return [*call.wire.withdraw(now)]
            case Action.OFFER:
                assert self._kept is not None
                call.origin = Origin(self._kept.origin)
                # A browser does not change its part in DTLS, and forgets nothing of the try.
                changed = offer if call.of_browser else calling_dtls(offer)
                return self._take_back(changed, now, False)
            case Action.OFFER_PLAINLY:
                return self._take_back(offer, now, False)
            case Action.APPLY:
                return self._apply(now)
            case Action.PAUSE:
                assert self._kept is not None
                self._again = now + PAUSES[self._kept.calling]
                return []
            case Action.OPEN_AGAIN:
                self._offer = None
                return [*self._open()]
            case Action.MAKE_ANSWER:
                self._silent = self._again = None
                return [*self._open(self._theirs)]
            case Action.ACCEPT:
                return self._accept(now)
            case Action.TELL_BACK:
                call.recovering, self._until = False, None
                return [self._tell("done")]
            case Action.LET_BE:
                call.recovering = False
                return []
            case Action.GIVE_UP:
                return [self._finished(Ending(by=By.SYSTEM, not_taken_back=True))]
            case _:
                assert_never(action)

    def _open(self, offer: str | None = None) -> list[Act]:
        """Microphone and media, for an offer of ours or the answer to theirs."""
        call, id = self._call, self._call.id
        direction = media.hold_direction(call.hold.local)
        opened = do.OpenMedia(call=id, video=call.video_local, direction=direction, offer=offer)
        return [opened, *([do.MuteMicrophone(call=id, muted=True)] if call.muted else [])]

    def _accept(self, now: float) -> Steps:
        """The call goes on as they have described it."""
        call = self._call
        try:
            accepted = call.wire.reaccept(self._answer, now)
        except NotNow:  # their page is gone again
            return self._happen(Event.TOO_LATE, now)
        call.step(Step.RECOVERED)
        call.agree(self._theirs, self._answer)
        agreed = call.part(Renegotiation).taken_over(self._theirs, self._answer, now)
        declined = camera_declined(call, self._theirs)
        return [*accepted, *agreed, *declined, Wider(self._behind)]

    def _take_back(self, sdp: str, now: float, replacing: bool) -> Steps:
        try:
            return [*self._call.wire.take_back(sdp, now, replacing=replacing)]
        except NotNow:  # they have hung up meanwhile
            return [self._finished(Ending(by=By.REMOTE))]

    def _apply(self, now: float) -> Steps:
        call, offer = self._call, self._offer or ""
        call.step(Step.RECOVERED)
        call.agree(self._answer, offer)
        if self._narrow:
            self._widen = now + WIDENS
        agreed = call.part(Renegotiation).taken_up(offer, self._answer, now)
        return [*agreed, *camera_declined(call, self._answer), Wider(self._behind)]

    def _behind(self, calls: Any, now: float) -> Sequence[Act | Unresolved | Change]:
        """Another call came in front meanwhile: this one waits."""
        changes = self._call.part(Renegotiation)
        if calls.in_front(self._call) or changes.hold_wanted:
            return []
        return changes.set_hold(True, None, now)

    def _finished(self, ending: Ending) -> Wider:
        def finish(calls: Any, now: float) -> Sequence[Act | Unresolved | Change]:
            call = self._call
            call.recovering = False
            left = call.wire.hang_up(now) if call.wire.known else []
            return [*left, self._tell("failed"), *calls.finish(call, ending, now)]

        self.state = State.GONE
        return Wider(finish)

    def _tell(self, stage: str) -> do.Tell:
        detail = {**encode(self._call.view), "stage": stage}
        return do.Tell(event=Announcement("recover", detail))
