"""What may happen to the phone, and all that it may ask of the world, as values.

`Desk.handle(happening, now)` takes the first kind and gives back a list of the second. A socket and
a call's media are named by small integers and call ids that the phone chooses; news about one that
the phone has let go of is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from webphone.contract import CallRecord, Command, Event, Json, WebPhoneError
from webphone.media import Direction


class Offer(Enum):
    """Which half of an offer/answer exchange a session description is (RFC 3264)."""

    OFFER = "offer"
    PROVISIONAL = "pranswer"
    ANSWER = "answer"


class Tone(Enum):
    """What the person hears from the phone itself."""

    RINGTONE = "ringtone"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    WAITING = "waiting"


# --- Happenings -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A person or a page wants something; `reply` names the promise to settle, if there is one."""

    command: Command
    reply: int | None = None
    permitted: bool = False  # the page it comes from has allowed it already


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberTyped:
    """The text in the number field is now this."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultDismissed:
    """The person has read the error on the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedHere:
    """The person wants the phone that all tabs share in this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketOpened:
    """The WebSocket is open with the `sip` subprotocol."""

    socket: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SocketClosed:
    """The WebSocket closed, or never opened; `code` is the close code (1006: no word why).

    `denied`: the browser says that it may not reach the local network.
    """

    socket: int
    code: int = 1006
    denied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One frame came: one SIP message (RFC 7118 §5)."""

    socket: int
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReady:
    """The answer to OpenMedia, Reoffer or Accept: our session description.

    `video`: whether a camera is really being sent (a refused camera leaves the audio).
    """

    call: str
    kind: Offer
    sdp: str
    video: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFailed:
    """Media could not be set up or changed; `code` is an error code of the contract."""

    call: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChanged:
    """The network path of a call's media: `connected`, `disconnected` or `failed`."""

    call: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneSent:
    """A digit has been put on the wire by the media."""

    call: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityMeasured:
    """A summary of the media counters: {mos, loss, jitterMs, rttMs, ...} as plain data."""

    call: str
    stats: Mapping[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permitted:
    """The page's word on a cancelable event that Ask raised."""

    ask: int
    allowed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChanged:
    """The browser went online or offline, or to another network."""

    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """Time has passed: the deadline is reached, or the page is visible again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The page goes away for good: say goodbye in this turn."""


Happening = (
    Asked
    | NumberTyped
    | FaultDismissed
    | WantedHere
    | SocketOpened
    | SocketClosed
    | Received
    | MediaReady
    | MediaFailed
    | MediaChanged
    | ToneSent
    | QualityMeasured
    | Permitted
    | NetworkChanged
    | Woken
    | Leaving
)


# --- Actions --------------------------------------------------------------------------------------


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
class OpenMedia:
    """Get microphone (and camera) and a peer connection for a call.

    Without `offer`: make an offer. With the remote's `offer`: answer it. MediaReady or MediaFailed
    follows. `video` asks for a camera; refused or missing, the audio goes on alone.
    """

    call: str
    video: bool = False
    offer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeRemote:
    """Apply the remote's answer to our last offer; MediaFailed follows if it can't be."""

    call: str
    kind: Offer
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reoffer:
    """Make a new offer with this direction; `restart` gathers new network paths (ICE restart).

    MediaReady or MediaFailed follows. `video` None leaves it as it is.
    """

    call: str
    direction: Direction
    video: bool | None = None
    restart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Apply the remote's new offer and answer with at most this direction; MediaReady follows."""

    call: str
    offer: str
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """Forget our last offer: it was refused, and media stays as it was before."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteMicrophone:
    """Close or open the microphone of a call."""

    call: str
    muted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTones:
    """Send digits as RFC 4733 events; milliseconds. ToneSent follows for each."""

    call: str
    tones: str
    duration: int
    gap: int


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
    """Play the sound of a dialpad key once, for the person only."""

    key: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line for the developer console, without secrets; `level` as in `log-level`."""

    level: str
    text: str


Action = (
    Connect
    | Disconnect
    | Send
    | OpenMedia
    | DescribeRemote
    | Reoffer
    | Accept
    | Rollback
    | MuteMicrophone
    | SendTones
    | CloseMedia
    | PlayTone
    | PlayKey
    | Tell
    | Ask
    | Settle
    | Refuse
    | Reveal
    | Save
    | Note
)
