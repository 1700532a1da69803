"""One call from dialling to the record of it.

    outgoing   PREPARING ──► DIALLING ──► RINGING ──► ACTIVE ──► ENDED
                               ▲ └──► EARLY ──────────►┘
                               └── sent elsewhere: from RINGING and EARLY
    incoming   INCOMING ──► ANSWERING ───────────────► ACTIVE ──► ENDED

    taken back              RECOVERING ──────────────► ACTIVE ──► ENDED

PREPARING waits for the microphone and the socket, ANSWERING for the microphone, RECOVERING is a
call that was up on the page before, until the other side has agreed again; every stage can
end. Hold is no stage: its two flags follow the answers to re-INVITEs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from webphone import media
from webphone.contract import (
    CallRecord,
    CallView,
    Event,
    Member,
    Quality,
    encode,
)
from webphone.machine import Same
from webphone.phone import actions as do
from webphone.phone.account.account import Account
from webphone.phone.actions import Tone
from webphone.phone.call.endings import Ending
from webphone.phone.call.part import Part
from webphone.phone.call.record import Times, record_of
from webphone.phone.call.seen import domain_of, foreign, named, ours, view_of
from webphone.phone.call.wire import Wire
from webphone.phone.snapshot import CallSnapshot, Contact
from webphone.sip import By, NameAddr, Uri
from webphone.words.bidi import LONGEST

if TYPE_CHECKING:  # loaded by the first call that outlived its page
    from webphone.media.continued import Origin

Some = TypeVar("Some", bound=Part)


class Stage(Enum):
    """How far a call has come."""

    PREPARING = "preparing"
    DIALLING = "dialling"
    RINGING = "ringing"
    EARLY = "early"
    INCOMING = "incoming"
    ANSWERING = "answering"
    RECOVERING = "recovering"
    ACTIVE = "active"
    ENDED = "ended"


class Step(Enum):
    """What can move a call on."""

    INVITED = "our INVITE left"
    RANG = "180"
    EARLY_MEDIA = "a provisional response with a session description"
    EARLY_MEDIA_FAILED = "which the browser can't play"
    ANSWERED = "a 2xx, ours or theirs"
    ACCEPTED = "the person answers, or who is called calls back in place of the answer"
    ACCEPT_FAILED = "the microphone was refused: it goes on ringing"
    RECOVERED = "the other side has agreed again after a reload of our page"
    MOVED = "a 3xx: it goes on at another address"
    OVER = "the end, whoever made it"


STAGES: dict[tuple[Stage, Step], Stage] = {
    (Stage.PREPARING, Step.INVITED): Stage.DIALLING,
    (Stage.PREPARING, Step.OVER): Stage.ENDED,
    (Stage.DIALLING, Step.RANG): Stage.RINGING,
    (Stage.DIALLING, Step.EARLY_MEDIA): Stage.EARLY,
    (Stage.DIALLING, Step.ANSWERED): Stage.ACTIVE,
    (Stage.DIALLING, Step.ACCEPTED): Stage.ANSWERING,
    (Stage.DIALLING, Step.MOVED): Stage.DIALLING,
    (Stage.DIALLING, Step.OVER): Stage.ENDED,
    (Stage.RINGING, Step.RANG): Stage.RINGING,
    (Stage.RINGING, Step.EARLY_MEDIA): Stage.EARLY,
    (Stage.RINGING, Step.ANSWERED): Stage.ACTIVE,
    (Stage.RINGING, Step.ACCEPTED): Stage.ANSWERING,
    (Stage.RINGING, Step.MOVED): Stage.DIALLING,
    (Stage.RINGING, Step.OVER): Stage.ENDED,
    (Stage.EARLY, Step.RANG): Stage.EARLY,
    (Stage.EARLY, Step.EARLY_MEDIA): Stage.EARLY,
    (Stage.EARLY, Step.EARLY_MEDIA_FAILED): Stage.RINGING,
    (Stage.EARLY, Step.ANSWERED): Stage.ACTIVE,
    (Stage.EARLY, Step.ACCEPTED): Stage.ANSWERING,
    (Stage.EARLY, Step.MOVED): Stage.DIALLING,
    (Stage.EARLY, Step.OVER): Stage.ENDED,
    (Stage.INCOMING, Step.ACCEPTED): Stage.ANSWERING,
    (Stage.INCOMING, Step.OVER): Stage.ENDED,
    (Stage.ANSWERING, Step.ANSWERED): Stage.ACTIVE,
    (Stage.ANSWERING, Step.ACCEPT_FAILED): Stage.INCOMING,
    (Stage.ANSWERING, Step.OVER): Stage.ENDED,
    (Stage.RECOVERING, Step.RECOVERED): Stage.ACTIVE,
    (Stage.RECOVERING, Step.OVER): Stage.ENDED,
    (Stage.ACTIVE, Step.OVER): Stage.ENDED,
}

_PUBLIC_STATES = {
    Stage.PREPARING: "dialling",
    Stage.DIALLING: "dialling",
    Stage.RINGING: "ringing",
    Stage.EARLY: "early",
    Stage.INCOMING: "ringing",
    Stage.ANSWERING: "ringing",
    Stage.RECOVERING: "active",
    Stage.ACTIVE: "active",
    Stage.ENDED: "ended",
}


@dataclass(slots=True, kw_only=True)
class Hold:
    """Who holds a call, and since when. Times are `now` values in seconds."""

    local: bool = False
    remote: bool = False
    deaf: bool = False  # the other side takes no sound of ours, whoever holds the call
    since: float | None = None
    parked_at: float | None = None  # when we put it on hold last
    seconds: float = 0.0  # of all times before

    def mark(self, local: bool, remote: bool, now: float) -> None:
        """Keep the two flags and the time spent on hold."""
        if local and not self.local:
            self.parked_at = now
        was = self.since is not None
        self.local, self.remote = local, remote
        if (local or remote) and not was:
            self.since = now
        if was and not (local or remote):
            self.seconds, self.since = self.total(now), None

    def total(self, now: float) -> float:
        """All seconds on hold until now."""
        return self.seconds + (now - self.since if self.since is not None else 0.0)

    @property
    def by(self) -> str | None:
        """local, remote, both or None."""
        if self.local and self.remote:
            return "both"
        return "local" if self.local else "remote" if self.remote else None


@dataclass(slots=True, kw_only=True)
class Call:
    """Who calls whom, how far it has come and since when; the rest is in its parts.

    Times are `now` values in seconds.
    """

    id: str
    account: Account
    outgoing: bool
    local: NameAddr
    remote: NameAddr
    started_at: float
    call_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    verstat: str | None = None  # passed, failed, signed
    contact: Contact | None = None  # who the other end is, as the page knows
    stage: Stage = Stage.PREPARING
    ringing_at: float | None = None
    answered_at: float | None = None
    quiet: bool = False  # the page prevented the ringing
    announced: bool = False  # a tone says that it is about to be answered by itself
    ring: Tone = Tone.RINGTONE  # that the caller asks for
    ringback: bool = False  # it rings over there, and nothing is to be heard of them
    muted: bool = False
    hold: Hold = field(default_factory=Hold)
    codec: str | None = None
    telephone_event: bool = False
    video: bool = False  # wished for, or offered; later: pictures of theirs are taken
    video_local: bool = False  # a camera or a screen of ours is there
    video_remote: bool = False
    video_declined: str = ""  # whose offer of pictures the person answered with sound alone: its o=
    recovering: bool = False  # it outlived a page, and is not heard here yet
    rang_before: bool = False  # in a page that is gone
    keeps_keys: bool = False  # the other end takes no new keys by a re-INVITE
    of_browser: bool = False  # a browser describes the other end, and no gateway
    trickles: bool = False  # its description says that candidates may come later
    described: tuple[str, str] = ("", "")  # our description and theirs, as the media have them
    origin: Origin | None = None  # of our descriptions, where an earlier page began them
    unstable: bool = False  # the path of the media is lost, and looked for
    # Of recordings, on, paused or off each, "" where nothing is said: what the other side is to
    # know of ours, what it was told last, what it says of its own; and what it wishes of ours.
    record_now: str = ""
    record_told: str = ""
    recorded: str = ""
    record_wish: str = ""
    record_news: bool = False  # the other side has said something else than before
    recording_id: str | None = None  # of the last one that began
    processed: bool = False  # processors of the page run in it
    overheard: bool = False  # the page has taken its sound
    filtered: str = ""  # the strong noise filter: on, off after that, "" before
    consults: str = ""  # id of the call that waits while this one is asked
    instead_of: str = ""  # id of the call whose place it takes
    joined: bool = False  # it is in the conference
    focus: Uri | None = None  # the conference of a server that it leads to
    members: tuple[Member, ...] = ()  # and the others there, as the server says
    moved_to: str | None = None  # whom it goes on with, without us
    ending: Ending | None = None  # once it is over
    # When steps of setting it up were reached that nothing else remembers, by name.
    reached: Mapping[str, float] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()  # what was done for its media, of REPAIRS
    # What the person is asked before it goes on, "emergency" or "redirect", and the address.
    asks: str = ""
    asks_about: Uri | None = None
    parts: dict[object, Any] = field(default_factory=dict)  # each a Part, by what has made it
    # As it was seen last, by pages and by the screen.
    _view: Same[CallView] = field(default_factory=Same, repr=False, compare=False)
    _domain: Same[str] = field(default_factory=Same, repr=False, compare=False)
    shown: Same[CallSnapshot] = field(default_factory=Same, repr=False, compare=False)

    # --- Moves ---

    def step(self, step: Step) -> bool:
        """Move on by the table; False where the table has no such row and nothing happens."""
        stage = STAGES.get((self.stage, step))
        if stage is None:
            return False
        self.stage = stage
        return True

    def part(self, kind: Callable[[Call], Some]) -> Some:
        """Its part of this kind, made when it is first asked for."""
        if kind not in self.parts:
            self.parts[kind] = kind(self)
        part: Some = self.parts[kind]
        return part

    def agree(self, sdp: str, ours: str) -> None:
        """Note what the remote's usable description says of codec, digits and video."""
        description = media.Description.parse(sdp)
        self.describe(ours, sdp)
        self.codec = media.chosen_codec(description) or None
        # Asterisk's own line: it takes a new fingerprint, and never begins DTLS again.
        self.keeps_keys = "\na=connection:" in sdp
        self.of_browser = "\na=msid-semantic:" in sdp
        self.telephone_event = media.can_send_tones(description)
        self.video_remote = self.video and media.shows_video(description)
        self.hear_of_recording(sdp)

    def describe(self, ours: str, theirs: str) -> None:
        """The two ends are described so from now on."""
        self.described = ours, theirs
        # RFC 8838 §3; read as data once somebody is to hear of it.
        self.trickles = "trickle" in theirs and "a=ice-options:" in theirs

    def hear_of_recording(self, sdp: str) -> None:
        """Note what a description of theirs says of recordings."""
        if "\na=record" not in sdp and not self.record_wish:
            return
        # Loaded by the first that says something.
        from webphone.media.recorded import recording, wish

        description = media.Description.parse(sdp)
        before = self.recorded, self.record_wish
        # RFC 7866 §7.3.1: the last word counts, and silence is none.
        self.recorded = recording(description) or self.recorded
        self.record_wish = wish(description)
        self.record_news = self.record_news or before != (self.recorded, self.record_wish)

    # --- Questions ---

    @property
    def wire(self) -> Wire:
        """What can be said of it to the other side."""
        preference = self.account.config.record_preference
        wishes = "" if preference == "none" else preference
        return Wire(self.account, self.id, self.origin, (self.record_says, wishes))

    @property
    def record_says(self) -> str:
        """What our next description says of a recording of ours."""
        expected = self.answered_at is None and self.account.config.record == "on"
        return self.record_now or ("on" if expected else "")

    @property
    def recorded_by(self) -> str | None:
        """local, remote, both or None; who pauses has not ended."""
        ours, theirs = (each in ("on", "paused") for each in (self.record_now, self.recorded))
        if ours and theirs:
            return "both"
        return "local" if ours else "remote" if theirs else None

    @property
    def domain(self) -> str:
        """The domain of the other end, "" where it is ours or the number is known everywhere."""
        return self._domain(domain_of, self.remote.uri, self.account.config)

    @property
    def foreign(self) -> bool:
        """Whether the other end is in a domain that is not ours."""
        return foreign(self.remote.uri, self.account.config)

    @property
    def asked_for(self) -> str:
        """The address that the person is asked about, as they know it, "" for none."""
        uri = self.asks_about
        if uri is None or not self.asks:
            return ""
        number, host = uri.shown_number[:LONGEST], uri.host.lower()[:LONGEST]
        if number and host in ours(self.account.config):
            return number
        return f"{number}@{host}" if number else host

    @property
    def display_name(self) -> str:
        """What the other end is called: by the page, or else by itself."""
        return named(self.contact, self.remote)

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
        return self._view(_seen, self, *OF_VIEW(self))

    def reach(self, step: str, now: float) -> None:
        """A step of setting it up is reached, if it was not before."""
        if step not in self.reached:
            self.reached = {**self.reached, step: now}

    @property
    def video_offered(self) -> bool:
        """Whether pictures are wished for, or offered, and it is not answered yet."""
        return self.video and self.answered_at is None

    def record(self, ending: Ending, quality: Quality, now: float) -> CallRecord:
        """The call record, when the call is over."""
        times = Times(
            started_at=self.started_at,
            ringing_at=self.ringing_at,
            answered_at=self.answered_at,
            held_seconds=self.hold.total(now),
        )
        server = self.account.server
        return record_of(
            self.view,
            times,
            ending,
            now,
            server=server,
            quality=quality,
            session_id=self.account.agent.session_id(self.call_id) if self.call_id else None,
            transferred_to=self.moved_to,
            repairs=self.repairs,
            recording_id=self.recording_id,
        )


# All that a page sees a call by.
OF_VIEW = attrgetter(
    *("id", "call_id", "outgoing", "local", "remote", "contact", "headers", "verstat", "stage"),
    *("started_at", "ringing_at", "answered_at", "reached", "hold.local", "hold.remote", "codec"),
    *("muted", "video", "video_local", "video_remote", "joined", "processed"),
    *("record_now", "recorded"),
)


# All that its record is made of while it goes on, besides what its messages name it.
RECORDED = attrgetter(
    *("id", "call_id", "outgoing", "local", "remote", "contact", "codec", "reached"),
    *("started_at", "ringing_at", "answered_at", "hold.since", "hold.seconds"),
    *("moved_to", "repairs", "recording_id", "account.connection.servers.current"),
)


def _seen(call: Call, *_made_of: object) -> CallView:
    return view_of(
        id=call.id,
        call_id=call.call_id,
        state=_PUBLIC_STATES[call.stage],
        outgoing=call.outgoing,
        local=call.local,
        remote=call.remote,
        contact=call.contact,
        started_at=call.started_at,
        ringing_at=call.ringing_at,
        answered_at=call.answered_at,
        reached=call.reached,
        muted=call.muted,
        held_by=call.hold.by,
        codec=call.codec,
        video=call.video_local or call.video_remote or call.video_offered,
        headers=call.headers,
        verstat=call.verstat,
        conference=call.joined,
        recorded_by=call.recorded_by,
        processed=call.processed,
    )


def ask(call: Call, kind: str, target: Uri) -> list[do.Action]:
    """Ask the person whether it goes on to this address, and tell the page."""
    call.asks, call.asks_about = kind, target
    detail = {**encode(call.view), "question": kind, "target": str(target)}
    return [do.Tell(event=Event("question", detail))]


def ended_by_person(call: Call) -> Ending:
    """The person hangs up; a CANCEL makes the INVITE end with 487 (RFC 3261 §9.2)."""
    if call.answered_at is not None:
        return Ending(by=By.LOCAL)
    return Ending(by=By.LOCAL, status=487)
