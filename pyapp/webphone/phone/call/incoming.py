"""A call that comes in, until it is answered: whether it may ring, and what the page is told."""

from __future__ import annotations

from collections.abc import Collection

from webphone import media
from webphone.contract import Config, Json, WebPhoneError, encode
from webphone.machine import due
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Result
from webphone.phone.account.identity import identity
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Stage, Step
from webphone.phone.call.endings import Ending
from webphone.phone.call.forwarding import forwarder
from webphone.phone.call.outgoing import camera_declined, unusable_answer
from webphone.phone.call.part import Broken, Media, Steps, Unanswered, Up, media_error
from webphone.phone.call.peer import Peer
from webphone.phone.call.seen import party
from webphone.phone.promises import refused
from webphone.sip import By, Confirmed, Invited, NameAddr, Output
from webphone.words import Sentence

RINGS = 240.0  # seconds until nobody waits for an answer any more
MOST_OF_ONE_CALLER = 2  # calls that ring at once
# Callers without a number are not one caller. Nor are those with an identity of our own domain: a
# queue or the operator's switch brings them.
NOBODY = frozenset(
    ("", "0", "anonymous", "unknown", "restricted", "unavailable", "private", "withheld")
)


def call_from(account: Account, news: Invited, now: float) -> Call:
    """The call that an INVITE begins."""
    # Some servers, Asterisk among them, write our contact into To, by which nobody knows us.
    by_contact = account.agent.is_contact(news.to.uri)
    call = Call(
        id=news.call,
        account=account,
        outgoing=False,
        local=NameAddr("", identity(account.config, "").aor) if by_contact else news.to,
        remote=news.from_,
        started_at=now,
        call_id=news.call_id,
        headers=news.headers,
        stage=Stage.INCOMING,
        ringing_at=now,
    )
    call.part(Peer).named(news.headers, news.from_)
    call.part(Incoming).offer = news.sdp
    return call


class Incoming:
    """How a call that comes in is set up."""

    rests = True

    def __init__(self, call: Call) -> None:
        self.offer: str | None = None  # theirs, None where ours is asked for
        self.deadline: float | None = call.started_at + RINGS
        self._call = call
        self._offered = ""  # ours, in the 2xx
        self._pictures = False  # whether it is answered with video
        self._reply: int | None = None  # the promise of `answer`

    def refusal(self, config: Config, others: Collection[Call]) -> Ending | None:
        """Why it is refused unheard, None to let it ring; `others` are the calls that are there."""
        if problem := self.problem():
            return Ending(by=By.SYSTEM, status=488, media=problem)
        waiting_refused = others and config.call_waiting == "off"
        crowded = len(others) >= config.max_calls or self._rings_already(others)
        if config.dnd or waiting_refused or crowded:
            return Ending(by=By.SYSTEM, status=486, refused=config.dnd)
        return None

    def problem(self) -> Sentence | None:
        """Why what they offer can't be heard here, None where it can."""
        if not self.offer:
            return None
        problem = media.problem(self.offer)
        if problem is None:
            self._call.video = media.wants_video(media.Description.parse(self.offer))
            self._call.hear_of_recording(self.offer)
        return problem

    def _rings_already(self, others: Collection[Call]) -> bool:
        """Whether one caller takes more lines than a person does."""
        call = self._call
        if not call.foreign or call.remote.uri.number.lower() in NOBODY:
            return False
        caller = call.remote.uri.aor
        same = [one for one in others if one.ringing_in and one.remote.uri.aor == caller]
        return len(same) >= MOST_OF_ONE_CALLER

    def permitted(self, allowed: bool, now: float) -> Steps:
        """The page has seen the ringing; prevented, the phone stays quiet."""
        self._call.quiet = not allowed
        return []

    def answer(self, *, video: bool, reply: int | None) -> Result:
        """Take it: the microphone first, then the 2xx."""
        call = self._call
        call.step(Step.ACCEPTED)
        self._reply, self._pictures = reply, video
        # A call that takes the place of one on hold is on hold.
        direction = media.hold_direction(call.hold.local)
        opened = do.OpenMedia(call=call.id, video=video, offer=self.offer, direction=direction)
        result: Result = [opened]
        if call.muted:  # while it rang, when there was no microphone to mute
            result.append(do.MuteMicrophone(call=call.id, muted=True))
        return result

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """It rings, or waits for the microphone, until nobody can be waiting any more."""
        if not due(self.deadline, now):
            return []
        self.deadline = None
        return [Unanswered()]

    def heard(self, output: Output, now: float) -> Steps:
        """The ACK should hold the answer to the offer that we made in our 2xx."""
        if not isinstance(output, Confirmed) or self.offer is not None:
            return []
        sdp = output.sdp or ""
        if why := unusable_answer(sdp, self._offered):
            return [Broken(why)]
        self._call.agree(sdp, self._offered)
        described = do.DescribeRemote(call=self._call.id, kind=do.Offer.ANSWER, sdp=sdp)
        return [described, *camera_declined(self._call, sdp)]

    def media(self, news: Media, now: float) -> Steps:
        """Our description for the 2xx is made, or can't be."""
        call = self._call
        match news:
            case on.MediaReady(sdp=sdp, video=video) if call.stage is Stage.ANSWERING:
                # Pictures that our description refuses are nobody's any more.
                if call.video and not self._pictures:
                    call.video_declined = media.origin(media.Description.parse(self.offer or ""))
                call.video, call.video_local = self._pictures, video
                self._offered, self.deadline = sdp, None
                call.record_told = call.record_says
                accepted = call.wire.accept(sdp, now)
                if self.offer:
                    call.agree(self.offer, sdp)
                    accepted += camera_declined(call, self.offer)
                reply, self._reply = self._reply, None
                return [*accepted, Up("remote" if call.outgoing else "local", reply)]
            case on.MediaFailed(code=code) if code == "media_failed" or call.outgoing:
                return [Broken(media_error(news).message)]
            case on.MediaFailed():
                # Nothing is lost: the call goes on ringing, to be answered once the way is free.
                call.step(Step.ACCEPT_FAILED)
                error = media_error(news)
                return [*(self.over(error) or refused(None, error))]
            case on.MediaChanged(state=state):
                call.unstable = state != "connected"
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """It will not be answered."""
        reply, self._reply = self._reply, None
        return [] if reply is None else [do.Refuse(reply=reply, error=error)]

    # --- What the page is told ---

    def details(self) -> dict[str, Json]:
        """The detail of `ringingin`; `again`: a page before this one was asked too."""
        headers = self._call.headers
        again = {"again": True} if self._call.rang_before else {}
        return {
            **encode(self._call.view),
            "alertInfo": headers.get("alert-info"),
            "forwardedFrom": self._forwarded_from(),
            **again,
        }

    def _forwarded_from(self) -> object:
        """Who forwarded the call last: the first Diversion (RFC 5806 §5.1)."""
        found = forwarder(self._call.headers)
        return encode(party(found)) if found else None
