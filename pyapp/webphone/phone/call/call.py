"""One call from dialling to the record of it.

    outgoing   PREPARING ──► DIALLING ──► RINGING ──► ACTIVE ──► ENDED
                                 └──► EARLY ──────────►┘
    incoming   INCOMING ──► ANSWERING ───────────────► ACTIVE ──► ENDED

PREPARING waits for the microphone and the socket, ANSWERING for the microphone; every stage can
end. Hold is no stage: `held_local` and `held_remote` follow the answers to re-INVITEs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from webphone import media
from webphone.contract import CallRecord, CallView, Party, Quality
from webphone.phone.account.account import Account
from webphone.phone.call.endings import Ending
from webphone.phone.call.record import Times, iso, record_of
from webphone.phone.call.wire import Wire
from webphone.phone.snapshot import CallSnapshot
from webphone.sip import By, NameAddr


class Stage(Enum):
    """How far a call has come."""

    PREPARING = "preparing"
    DIALLING = "dialling"
    RINGING = "ringing"
    EARLY = "early"
    INCOMING = "incoming"
    ANSWERING = "answering"
    ACTIVE = "active"
    ENDED = "ended"


class Step(Enum):
    """What can move a call on."""

    INVITED = "our INVITE left"
    RANG = "180"
    EARLY_MEDIA = "a provisional response with a session description"
    EARLY_MEDIA_FAILED = "which the browser can't play"
    ANSWERED = "a 2xx, ours or theirs"
    ACCEPTED = "the person answers"
    ACCEPT_FAILED = "the microphone was refused: it goes on ringing"
    OVER = "the end, whoever made it"


STAGES: dict[tuple[Stage, Step], Stage] = {
    (Stage.PREPARING, Step.INVITED): Stage.DIALLING,
    (Stage.PREPARING, Step.OVER): Stage.ENDED,
    (Stage.DIALLING, Step.RANG): Stage.RINGING,
    (Stage.DIALLING, Step.EARLY_MEDIA): Stage.EARLY,
    (Stage.DIALLING, Step.ANSWERED): Stage.ACTIVE,
    (Stage.DIALLING, Step.OVER): Stage.ENDED,
    (Stage.RINGING, Step.RANG): Stage.RINGING,
    (Stage.RINGING, Step.EARLY_MEDIA): Stage.EARLY,
    (Stage.RINGING, Step.ANSWERED): Stage.ACTIVE,
    (Stage.RINGING, Step.OVER): Stage.ENDED,
    # RFC 3960 §3.1: media that sounds goes on; a later 180 does not bring the local ringback back.
    (Stage.EARLY, Step.RANG): Stage.EARLY,
    (Stage.EARLY, Step.EARLY_MEDIA): Stage.EARLY,
    (Stage.EARLY, Step.EARLY_MEDIA_FAILED): Stage.RINGING,
    (Stage.EARLY, Step.ANSWERED): Stage.ACTIVE,
    (Stage.EARLY, Step.OVER): Stage.ENDED,
    (Stage.INCOMING, Step.ACCEPTED): Stage.ANSWERING,
    (Stage.INCOMING, Step.OVER): Stage.ENDED,
    (Stage.ANSWERING, Step.ANSWERED): Stage.ACTIVE,
    (Stage.ANSWERING, Step.ACCEPT_FAILED): Stage.INCOMING,
    (Stage.ANSWERING, Step.OVER): Stage.ENDED,
    (Stage.ACTIVE, Step.OVER): Stage.ENDED,
}

_PUBLIC_STATES = {
    Stage.PREPARING: "dialling",
    Stage.DIALLING: "dialling",
    Stage.RINGING: "ringing",
    Stage.EARLY: "early",
    Stage.INCOMING: "ringing",
    Stage.ANSWERING: "ringing",
    Stage.ACTIVE: "active",
    Stage.ENDED: "ended",
}


class OfferAnswer(Enum):
    """Which offer/answer exchange of an established call is under way (RFC 3264)."""

    NONE = "none"
    OURS = "we are making or have sent a re-INVITE"
    THEIRS = "we are answering a re-INVITE"
    THEIRS_EMPTY = "we are making the offer that a re-INVITE without one asks for"


@dataclass(slots=True, kw_only=True)
class Call:
    """All that is known of a call. Times are `now` values in seconds."""

    id: str
    account: Account
    outgoing: bool
    local: NameAddr
    remote: NameAddr
    started_at: float
    call_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    extra_headers: tuple[tuple[str, str], ...] = ()
    own_name: str = ""
    stage: Stage = Stage.PREPARING
    offer: str | None = None  # the remote's; or ours, until the INVITE leaves
    video: bool = False  # wished for, or offered
    video_local: bool = False
    video_remote: bool = False
    quiet: bool = False  # the page prevented the ringing
    dial_reply: int | None = None
    answer_reply: int | None = None
    ringing_at: float | None = None
    answered_at: float | None = None
    muted: bool = False
    held_local: bool = False
    held_remote: bool = False
    hold_wanted: bool = False
    hold_offered: bool = False  # what our re-INVITE under way asks for
    remote_hold_offered: bool = False  # and what theirs asks for
    hold_replies: list[int] = field(default_factory=list)
    restart_wanted: bool = False
    path_due: float | None = None  # when the new paths to a fork that answered are there, or again
    offer_answer: OfferAnswer = OfferAnswer.NONE
    offer_again_at: float | None = None
    held_since: float | None = None
    parked_at: float | None = None  # when we put it on hold last
    held_seconds: float = 0.0
    branch: str | None = None  # the fork whose early media is heard
    early: dict[str, str] = field(default_factory=dict)  # and what each fork described, by branch
    heard: str = ""  # the description of it that the media have
    own_offer: str = ""  # what the INVITE offered
    codec: str | None = None
    telephone_event: bool = False
    digits: str = ""
    waiting_digits: tuple[tuple[str, int], ...] = ()  # by INFO, one at a time: tone, milliseconds
    next_digit_at: float | None = None  # the end of a pause between them
    unstable: bool = False
    quality: Quality = field(default_factory=Quality)

    # --- Moves ---

    def step(self, step: Step) -> bool:
        """Move on by the table; False where the table has no such row and nothing happens."""
        stage = STAGES.get((self.stage, step))
        if stage is None:
            return False
        self.stage = stage
        return True

    def mark_hold(self, local: bool, remote: bool, now: float) -> None:
        """Keep the two hold flags and the time spent on hold."""
        if local and not self.held_local:
            self.parked_at = now
        was, self.held_local, self.held_remote = self.held, local, remote
        if self.held and not was:
            self.held_since = now
        if was and not self.held:
            self.held_seconds += now - (self.held_since or now)
            self.held_since = None

    def agree(self, sdp: str) -> None:
        """Note what the remote's usable description says of codec, digits and video."""
        description = media.Description.parse(sdp)
        self.codec = media.chosen_codec(description) or None
        self.telephone_event = media.can_send_tones(description)
        self.video_remote = self.video and media.wants_video(description)

    # --- Questions ---

    @property
    def wire(self) -> Wire:
        """What can be said of it to the other side."""
        return Wire(self.account, self.id)

    @property
    def held(self) -> bool:
        """Whether either side holds the call."""
        return self.held_local or self.held_remote

    @property
    def held_by(self) -> str | None:
        """local, remote, both or None."""
        if self.held_local and self.held_remote:
            return "both"
        return "local" if self.held_local else "remote" if self.held_remote else None

    @property
    def over(self) -> bool:
        """Whether the call has ended."""
        return self.stage is Stage.ENDED

    @property
    def ringing_in(self) -> bool:
        """Whether the call waits for the person to answer."""
        return self.stage is Stage.INCOMING

    @property
    def view(self) -> CallView:
        """As pages see it."""
        state = _PUBLIC_STATES[self.stage]
        return CallView(
            id=self.id,
            call_id=self.call_id,
            state="held" if self.held and state == "active" else state,
            direction=self.direction,
            from_=party(self.local if self.outgoing else self.remote),
            to=party(self.remote if self.outgoing else self.local),
            display_name=self.remote.display_name,
            started_at=iso(self.started_at),
            answered_at=iso(self.answered_at) if self.answered_at is not None else None,
            muted=self.muted,
            held_by=self.held_by,
            codec=self.codec,
            video=self.video_local or self.video_remote or self._video_offered,
            headers=self.headers,
        )

    @property
    def _video_offered(self) -> bool:
        return self.video and self.answered_at is None

    @property
    def direction(self) -> str:
        """incoming or outgoing."""
        return "outgoing" if self.outgoing else "incoming"

    @property
    def snapshot(self) -> CallSnapshot:
        """As the screen sees it."""
        return CallSnapshot(
            view=self.view,
            stage=self.stage.value,
            started_at=self.started_at,
            answered_at=self.answered_at,
            held_since=self.held_since,
            changing=self.hold_wanted != self.held_local,
            video_local=self.video_local,
            video_remote=self.video_remote,
            digits=self.digits,
            unstable=self.unstable,
        )

    def record(self, ending: Ending, now: float) -> CallRecord:
        """The call record, when the call is over."""
        held = self.held_seconds + (now - self.held_since if self.held_since is not None else 0.0)
        times = Times(
            started_at=self.started_at,
            ringing_at=self.ringing_at,
            answered_at=self.answered_at,
            held_seconds=held,
        )
        server = self.account.server
        return record_of(self.view, times, ending, now, server=server, quality=self.quality)


def ended_by_person(call: Call) -> Ending:
    """The person hangs up; a CANCEL makes the INVITE end with 487 (RFC 3261 §9.2)."""
    if call.answered_at is not None:
        return Ending(by=By.LOCAL)
    return Ending(by=By.LOCAL, status=487)


def party(address: NameAddr) -> Party:
    """An address as pages see it."""
    return Party(uri=str(address.uri), number=address.uri.number, display_name=address.display_name)
