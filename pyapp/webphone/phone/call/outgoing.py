"""A call that goes out, until it is answered: the INVITE, ringing and early media."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from webphone import media
from webphone.contract import Config, Event, MakeCall, WebPhoneError, encode
from webphone.machine import due, earliest
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Result
from webphone.phone.account.connection import State
from webphone.phone.account.identity import identity
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Stage, Step
from webphone.phone.call.part import Broken, Media, NeverWent, Steps, Unanswered, Up, media_error
from webphone.phone.call.peer import Peer
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.emergency import is_emergency
from webphone.phone.numbers import address, wrong_name
from webphone.sip import Answered, EarlyOffer, InviteSent, NameAddr, Output, Progressed, Uri
from webphone.words import Sentence, say

# Nothing waits for ever. Seconds for the microphone and the connection, with a person to allow it:
PREPARES = 120.0
# and without a word of the other side; a proxy waits 3 minutes from the last (RFC 3261 §16.6).
RINGS = 300.0
# and for the sound of early media to come: after that it rings here again.
SILENT = 1.0

# What an INVITE of ours says itself, in long and in short (RFC 3261 §7.3.3): said twice, it breaks.
OURS = frozenset((
    "via", "v", "from", "f", "to", "t", "call-id", "i", "cseq", "contact", "m", "max-forwards",
    "route", "record-route", "content-length", "l", "content-type", "c", "content-encoding", "e",
    "allow", "supported", "k", "require", "proxy-require", "authorization", "proxy-authorization",
))  # fmt: skip


def not_for_pages(headers: Iterable[str]) -> str | None:
    """The first of these header names that a page may not write, or None."""
    return next((name for name in headers if name.lower() in OURS), None)


def asked_for(
    command: MakeCall, typed: str, account: Account, config: Config, id: str, now: float
) -> Call:
    """The call that is asked for, to the number `typed` where none is named.

    Raises WebPhoneError where it can't be made so.
    """
    target = address(command.target or typed, account.config.domain)
    if (wrong := wrong_name(command.display_name)) is not None:
        raise WebPhoneError("invalid_config", say("name_wrong", why=wrong))
    headers = {**(config.extra_headers or {}), **(command.headers or {})}
    if (ours := not_for_pages(headers)) is not None:
        raise WebPhoneError("invalid_config", say("header_of_phone", name=ours))
    call = call_to(account, target, id, now)
    call.video = config.video if command.video is None else command.video
    if is_emergency(target, account.config):
        call.asks = "emergency"
    setup = call.part(Outgoing)
    setup.headers = tuple(headers.items())
    if any(name.lower() == "replaces" for name in headers):
        # RFC 3891 §5: who knows nothing of it would ring beside the other call.
        setup.headers += (("Require", "replaces"),)
    if command.display_name:
        setup.name = command.display_name
        call.local = NameAddr(command.display_name, call.local.uri)
    return call


def check_reachable(account: Account, now: float) -> None:
    """Raises WebPhoneError where no call can leave now: who makes one would only wait."""
    state, retry_at = account.connection.state, account.connection.retry_at
    if not account.online and not account.config.on_this_machine:
        raise WebPhoneError("connection_failed", say("call_offline"))
    if state is State.WAITING and retry_at is not None:
        seconds = max(1, ceil(retry_at - now))
        raise WebPhoneError("connection_failed", say("call_unconnected", seconds=seconds))
    if not account.config.username:
        raise WebPhoneError("connection_failed", say("call_before_login"))


def call_to(account: Account, target: Uri, id: str, now: float) -> Call:
    """A call that is to go out, as the settings of now want it."""
    return Call(
        id=id,
        account=account,
        outgoing=True,
        local=identity(account.config, "").caller,
        remote=NameAddr("", target),
        started_at=now,
    )


class Outgoing:
    """How a call that goes out is set up."""

    rests = False

    def __init__(self, call: Call) -> None:
        self.headers: tuple[tuple[str, str], ...] = ()
        self.name = ""  # to be shown in place of that of the settings
        self.reply: int | None = None  # the promise of `makeCall`
        self.servers: set[str] = set()  # those that could not take it
        self.signed_anew = False  # a login had run out
        self._target = call.remote.uri
        self._ends: float | None = call.started_at + PREPARES
        self._call = call
        self._offer: str | None = None  # ours, until the INVITE leaves
        self._offered = ""  # and from then on
        self.branch = ""  # the fork that has answered
        self.described: dict[str, str] = {}  # what each fork described early, by branch
        self._branch: str | None = None  # the fork whose early media is heard
        self._heard = ""  # the description of it that the media have
        self._elsewhere = False  # the media have heard another end before
        self._sounds = False  # packets of that fork have come in
        self._rings: set[str] = set()  # the forks that ring, as a 180 says
        self._silent: float | None = None  # until when the early media may still be silent

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        return earliest((self._ends, self._silent))

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Send the INVITE once both the description and the connection are there."""
        call = self._call
        if self._ends is None and self._silent is None and self._offer is None:
            return []
        if due(self._ends, now):
            self._ends = None
            preparing = call.stage is Stage.PREPARING
            return [NeverWent(WebPhoneError("timeout")) if preparing else Unanswered()]
        if due(self._silent, now):
            # RFC 3960 §3.2, rule 2: it rings over there, and no sound comes from there.
            self._silent, call.ringback = None, True
        if call.stage is not Stage.PREPARING or self._offer is None or call.wire.opening:
            return []
        if not call.wire.open:
            return [NeverWent(WebPhoneError("connection_failed"))]
        self._offered, self._offer = self._offer, None
        return self._invite(call.remote.uri, now)

    def rest(self) -> None:
        """Nobody over there is waited for, until the call goes on."""
        self._ends = self._silent = None

    def go_on(self, target: Uri, now: float) -> Steps:
        """Call another address with the same offer: the one before has sent us there."""
        self.described.clear()
        self._rings.clear()
        self._branch, self._sounds, self._silent = None, False, None
        return self._invite(target, now)

    def again(self, now: float) -> Steps:
        """Call the same address again, over another server or with another login."""
        return self._invite(self._target, now)

    def _invite(self, target: Uri, now: float) -> Steps:
        call, name, self._target = self._call, self.name or None, target
        call.record_told = call.record_says
        self._ends = now + RINGS
        try:
            return [*call.wire.invite(target, self._offered, now, headers=self.headers, name=name)]
        except ValueError as wrong:
            return [
                NeverWent(WebPhoneError("invalid_config", say("headers_wrong", why=str(wrong))))
            ]

    def heard(self, output: Output, now: float) -> Steps:
        """The INVITE left, rang or was answered."""
        match output:
            case InviteSent(call_id=call_id):
                self._call.call_id = call_id
                self._call.reach("invite", now)
                self._call.step(Step.INVITED)
                reply, self.reply = self.reply, None
                return [] if reply is None else [do.Settle(reply=reply, value=self._call.view)]
            case Progressed():
                return [*self._progressed(output, now)]
            case EarlyOffer():
                return [*self._offered_early(output, now)]
            case Answered():
                return self._answered(output, now)
        return []

    def media(self, news: Media, now: float) -> Steps:
        """Our offer is made, or can't be; early media is heard, or can't be."""
        call = self._call
        match news:
            case on.MediaReady(sdp=sdp, video=video):
                call.video_local = video
                if call.stage is Stage.PREPARING:
                    self._offer = sdp
                return self.wake(now)
            case on.MediaFailed() if call.stage is Stage.PREPARING:
                return [NeverWent(media_error(news))]
            case on.MediaFailed(text=text) if call.stage is Stage.EARLY:
                # The person hears that it rings, and then the answer.
                call.step(Step.EARLY_MEDIA_FAILED)
                self._heard, self._elsewhere = "", False
                return [do.Note(level="info", text=f"early media can't be played: {text}")]
            case on.MediaFailed():
                return [Broken(media_error(news).message, 487)]
            case on.SoundCame():
                self._sounds, call.ringback, self._silent = True, False, None
            case on.MediaChanged(state=state):
                call.unstable = state != "connected"
                if call.stage is Stage.EARLY and call.unstable:
                    return [*self._next_early_media(now)]
                if call.stage is Stage.EARLY:
                    self._elsewhere = False  # the fork that it was for is heard
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """It never went out: its promise says why."""
        reply, self.reply = self.reply, None
        return [] if reply is None else [do.Refuse(reply=reply, error=error)]

    # --- Steps ---

    def _progressed(self, news: Progressed, now: float) -> Result:
        """It rings over there, or something is to be heard from there already."""
        call = self._call
        call.headers = news.headers
        self._ends = now + RINGS
        call.part(Peer).named(news.headers)
        if news.status == 199:
            # RFC 6228 §1: this fork has failed, others go on.
            self.described.pop(news.branch, None)
            self._rings.discard(news.branch)
            if news.branch != self._branch:
                return []
            self._branch, self._sounds, self._silent = None, False, None
            call.ringback = bool(self._rings)
            return self._next_early_media(now)
        # RFC 3261 §13.2.1: a description in any of them is early media, as of a queue's 182.
        if news.status not in (180, 183) and not news.sdp:
            return []
        if call.ringing_at is None:
            call.ringing_at = now
        result: Result = []
        if news.sdp and news.branch not in self.described:
            self.described[news.branch] = news.sdp
            # One fork's early media is heard, the first; the answer decides (RFC 3960 §3.1).
            if self._branch is None or call.unstable:
                result += self._next_early_media(now)
        if news.status == 180:
            self._rings.add(news.branch)
            call.step(Step.RANG)
            call.ringback, self._silent = not self._sounds, None
        stage = "earlymedia" if call.stage is Stage.EARLY else "ringing"
        detail = {**encode(call.view), "stage": stage, "sipCode": news.status}
        return [*result, do.Tell(event=Event("ringingout", detail))]

    def _next_early_media(self, now: float) -> Result:
        """Listen to the newest fork that sounds, where the one heard so far has gone."""
        call, offer = self._call, media.Description.parse(self._offered)
        others = [branch for branch in reversed(self.described) if branch != self._branch]
        usable = [branch for branch in others if not media.problem(self.described[branch], offer)]
        if not usable:
            return []
        self._branch, call.unstable = usable[0], False
        self._sounds = call.ringback = False
        self._silent = now + SILENT if self._rings else None
        sdp = self.described[self._branch]
        call.step(Step.EARLY_MEDIA)
        call.agree(sdp, self._offered)
        self._listen_to(sdp)
        return [do.DescribeRemote(call=call.id, kind=do.Offer.PROVISIONAL, sdp=sdp)]

    def _offered_early(self, news: EarlyOffer, now: float) -> Result:
        """A fork that is heard early is to be heard elsewhere, or otherwise."""
        # Few servers do it: the module is loaded by the first that does.
        from webphone.media.early import turned_round

        before = self.described.get(news.branch, "")
        turned = turned_round(self._offered, before, news.sdp)
        if turned is None:
            return self._call.wire.rerefuse(488, now)
        answer, sdp = turned
        self.described[news.branch] = sdp
        result = self._call.wire.reaccept(answer, now)
        if news.branch != self._branch:
            return result
        self._call.agree(sdp, self._offered)
        self._listen_to(sdp)
        described = do.DescribeRemote(call=self._call.id, kind=do.Offer.PROVISIONAL, sdp=sdp)
        return [*result, described]

    def _answered(self, news: Answered, now: float) -> Steps:
        call = self._call
        self._ends = self._silent = None
        call.ringback = False
        call.headers = news.headers or call.headers
        call.part(Peer).named(news.headers)
        sdp = news.sdp or self.described.get(news.branch, "")
        if why := unusable_answer(sdp, self._offered):
            return [Broken(why)]
        call.agree(sdp, self._offered)
        self.branch = news.branch
        self._listen_to(sdp)
        if self._elsewhere:
            call.part(Renegotiation).find_path(now)
        described = do.DescribeRemote(call=call.id, kind=do.Offer.ANSWER, sdp=sdp)
        return [described, *camera_declined(call, sdp), Up("remote")]

    def _listen_to(self, sdp: str) -> None:
        """The media are to hear the end that `sdp` describes: of a second one they need new paths.

        A browser stays on the path to the first for as long as that one answers, and what the
        second sends to begin its encryption comes to nothing meanwhile. As soon as the call is
        answered an ICE restart gets both ends off it (RFC 8839 §4.4.1.1.1).
        """
        if self._heard and not media.same_end(self._heard, sdp):
            self._elsewhere = True
        self._heard = sdp


def camera_declined(call: Call, sdp: str) -> list[do.Action]:
    """Let go of a camera that the other side does not look into."""
    if not call.video_local or media.takes_video(media.Description.parse(sdp)):
        return []
    call.video_local = False
    return [do.DropPicture(call=call.id, of="camera")]


def unusable_answer(sdp: str, offer: str) -> Sentence | None:
    """Why the other side's answer to our offer is of no use, as a sentence."""
    if not sdp:
        return say("answered_without_sdp")
    return media.problem(sdp, media.Description.parse(offer))
