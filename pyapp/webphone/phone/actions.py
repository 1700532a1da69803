"""All that the phone may ask of the world, as values: `Desk.handle` gives back a list of them.

A socket and a call's media are named by small integers and call ids that the phone chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from webphone.contract import CallRecord, Event, Json, WebPhoneError
from webphone.media import Direction

if TYPE_CHECKING:  # loaded by the first call of an end that trickles
    from webphone.media.trickle import Candidate


class Offer(Enum):
    """Which half of an offer/answer exchange a session description is (RFC 3264)."""

    OFFER = "offer"
    PROVISIONAL = "pranswer"
    ANSWER = "answer"


class Tone(Enum):
    """What the person hears from the phone itself."""

    RINGTONE = "ringtone"
    RINGTONE_INTERNAL = "ringtone-internal"
    RINGTONE_PRIORITY = "ringtone-priority"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    WAITING = "waiting"


RINGING_TONES = (Tone.RINGTONE, Tone.RINGTONE_INTERNAL, Tone.RINGTONE_PRIORITY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connect:
    """Open a WebSocket with subprotocol `sip`; SocketOpened or SocketClosed follows."""

    socket: int
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnect:
    """Close it; no SocketClosed needs to follow."""

    socket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Send one frame; one message per frame."""

    socket: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """A call may be near: have ready what its media need, as far as nobody is asked for it.

    `near`: somebody types its number, or it rings; else a number merely stands there.
    """

    near: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenMedia:
    """Get microphone (and camera) and a peer connection for a call.

    Without `offer`: make an offer. With the remote's `offer`: answer it. MediaReady or MediaFailed
    follows. `video` asks for a camera; refused or missing, the audio goes on alone. `direction` is
    that of our description.
    """

    call: str
    video: bool = False
    offer: str | None = None
    direction: Direction = field(default_factory=lambda: Direction.SENDRECV)


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeRemote:
    """Apply the remote's answer to our last offer; MediaFailed follows if it can't be."""

    call: str
    kind: Offer
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reoffer:
    """Make a new offer with this direction; `restart` gathers new network paths (ICE restart).

    MediaReady or MediaFailed follows. `video`: pictures of theirs are taken; ours are offered where
    there are any. `relay`: over a relay alone, if there is one.
    """

    call: str
    direction: Direction
    video: bool = False
    restart: bool = False
    relay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Apply the remote's new offer and answer with at most this direction; MediaReady follows.

    `video`: pictures of theirs are taken.
    """

    call: str
    offer: str
    direction: Direction
    video: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Forget our last offer: it was refused, and media stays as it was before."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TellCandidates:
    """Tell from now on which network paths are found: CandidatesFound follows, again and again."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddCandidates:
    """The other end has found these, in this order, after its description."""

    call: str
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePicture:
    """Get a picture of ours for a call: `of` is camera or screen.

    PictureTaken or PictureRefused follows. Nobody sees it before both ends have agreed on it; where
    they have, it takes the place of the other one, the screen before the camera.
    """

    call: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPicture:
    """Let go of a picture of ours at once: `of` is camera or screen."""

    call: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteMicrophone:
    """Close or open the microphone of a call."""

    call: str
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A call in a conference: whether the others and we hear it, and whether it `hears` them."""

    call: str
    heard: bool
    hears: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MixCalls:
    """Let these calls hear each other from now on, and no others; told only on change.

    What is ours goes to each as before, and each is heard here as before where it is `heard`.
    VoiceHeard follows whenever one of them begins or ends to speak.
    """

    voices: tuple[Voice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTones:
    """Send digits as RFC 4733 events; milliseconds. ToneSent follows for each."""

    call: str
    tones: str
    duration: int
    gap: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginRecording:
    """Record both sides of a call into a file of this name, without its ending.

    RecordingBegan or RecordingFailed follows; at the end of all RecordingSaved, at the latest when
    the media are closed, or so many seconds or octets are reached. `tone`: both sides hear that it
    is recorded.
    """

    call: str
    file: str
    tone: bool
    seconds: int
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseRecording:
    """Record no more of it, or go on."""

    call: str
    paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRecording:
    """Save what there is; RecordingSaved or RecordingFailed follows."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UseProcessors:
    """Pass the sound of all calls through these, (name, "local" or "remote"), and no others.

    SoundProcessed follows for each call, now and for those to come.
    """

    processors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressNoise:
    """Take the noise out of our voice like this, in all calls: `browser`, `strong` or `off`.

    NoiseFiltered follows for each call in which the strong filter begins, ends or fails.
    """

    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMedia:
    """Let go of the microphone and the peer connection of a call."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayTone:
    """Play this until told otherwise; None: silence. Told only on change."""

    tone: Tone | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayKey:
    """Play the sound of a dialpad key once, or of what was done to a call, for the person only."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookForDevices:
    """Say which microphones, loudspeakers and cameras there are; DevicesFound follows.

    `ask`: the person is asked for a microphone first, since the browser names them only then.
    """

    ask: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UseDevices:
    """Use these from now on, also in calls that are up; DeviceUsed with the same number follows.

    Each is the id of a device, empty for the system's own. `volume`, 0 to 1, is that of calls.
    """

    ask: int = 0
    input: str = ""
    output: str = ""
    ringer: str = ""
    camera: str = ""
    volume: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDevices:
    """Remember what the person chose: the next page hears of it by DevicesKept."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepServer:
    """Remember which server the person typed: the next page offers it to who signs in there."""

    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """News for the page."""

    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """News that the page may prevent; Permitted with the same number follows in the same turn."""

    ask: int
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCredentials:
    """Ask the page's `credentials` function; CredentialsCame with the same name follows."""

    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskContact:
    """Ask the page's `contactLookup` function; ContactCame with the same number follows."""

    call: str
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Try for a diagnosis what `what` names; Probed with the same id follows.

    `url` is the server to be tried; `relay`: the sound goes by a TURN server alone.
    """

    id: str
    what: str  # page server microphone speaker network loop
    url: str = ""
    relay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """Resolve the promise of a command; `value` is a contract value or plain data."""

    reply: int
    value: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """Reject the promise of a command."""

    reply: int
    error: WebPhoneError


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """Show or hide the element on its page."""

    shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """Keep a call record; `mirrored`: the tab that had the call keeps it too."""

    record: CallRecord
    mirrored: bool = False
    owner: str = ""  # whose it is, where it is to be remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Remember:
    """Remember these call records of `owner` after all."""

    owner: str
    records: tuple[CallRecord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unremember:
    """Remember these call records of `owner` no more; none named: all of them."""

    owner: str
    records: tuple[CallRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Give back some of the call records of `owner`, newest first; Recalled follows.

    `after` is where the last Recalled said to go on.
    """

    owner: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepSettings:
    """Remember what the person chose; "" for nothing. It comes back as SettingsKept."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepPeople:
    """Remember these contacts of `owner`: the id of each, and what is stored of it."""

    owner: str
    people: tuple[tuple[str, str], ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DropPeople:
    """Remember the contacts of `owner` with these ids no more."""

    owner: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallPeople:
    """Give back some of the contacts of `owner`; PeopleRecalled follows.

    `after` is where the last PeopleRecalled said to go on.
    """

    owner: str
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveFile:
    """Give the person a file to keep; `kind` is its MIME type."""

    name: str
    kind: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """Keep this for a page that comes after this one in its tab; "" to keep nothing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrust:
    """Have these said to this server where the page ends and no other comes; () for nothing.

    `invites` are those of the calls that ring, by id: to be held in memory, and stored nowhere.
    `waits`: the next page of the tab may take the calls back, and is waited for. `records` are what
    is to be remembered then, by the ids of the calls, as calls of `owner`; see memory.unfinished.
    """

    server: str
    messages: tuple[bytes, ...] = field(repr=False)
    invites: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    waits: bool = True
    owner: str = ""
    records: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SayBeside:
    """Say these to the server of Entrust at once, over another connection than the page's."""

    messages: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclaim:
    """Have the INVITEs given back that the page before has entrusted; GivenBack follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Delete what the phone has stored in this browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyText:
    """Put this text, without secrets, where the person can paste it; Copied follows."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line for the developer console, without secrets; `level` as in `log-level`."""

    level: str
    text: str


# What is done with the media of a call.
MediaAction = (
    OpenMedia
    | DescribeRemote
    | Reoffer
    | Accept
    | Rollback
    | TellCandidates
    | AddCandidates
    | TakePicture
    | DropPicture
    | MuteMicrophone
    | MixCalls
    | SendTones
    | BeginRecording
    | PauseRecording
    | EndRecording
    | UseProcessors
    | SuppressNoise
    | CloseMedia
)
# What is done with microphones, loudspeakers and cameras, whatever calls there are.
DeviceAction = LookForDevices | UseDevices | KeepDevices
# What is remembered from one day to the next.
MemoryAction = (
    Remember | Unremember | Recall | KeepSettings | KeepPeople | DropPeople | RecallPeople
)
Action = (
    Connect
    | Disconnect
    | Send
    | Prepare
    | MediaAction
    | PlayTone
    | PlayKey
    | DeviceAction
    | MemoryAction
    | KeepServer
    | SaveFile
    | Tell
    | Ask
    | AskCredentials
    | AskContact
    | Probe
    | Settle
    | Refuse
    | Reveal
    | Save
    | Keep
    | Entrust
    | SayBeside
    | Reclaim
    | Forget
    | CopyText
    | Note
)
