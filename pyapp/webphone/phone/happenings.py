"""What may happen to the phone, as values: `Desk.handle(happening, now)` takes one at a time.

A socket and a call's media are named by small integers and call ids that the phone chooses; news
about one that the phone has let go of is ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webphone.contract import Command, Device, Json, WebPhoneError
from webphone.phone.actions import Offer


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
class SettingRefused:
    """An attribute or property of the element has a wrong value; nothing is changed by it."""

    error: WebPhoneError


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingChosen:
    """The person wants a setting like this; None: as the page has it."""

    name: str
    value: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsReset:
    """The person wants every setting as the page has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsKept:
    """What KeepSettings kept, on an earlier page or in another tab."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorDismissed:
    """The person has read the error on the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A person gives what the page did not: who they are; "" for what they were not asked."""

    password: str = field(repr=False)
    username: str = ""
    host: str = ""
    realm: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut:
    """The person leaves, or gives up to sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FarewellAttended:
    """A person is at what says how the last call ended, by pointer or keyboard, or has left it."""

    there: bool


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
    `relay`: it has relays only, as was asked and can be.
    """

    call: str
    kind: Offer
    sdp: str
    video: bool = False
    relay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidatesFound:
    """Our description with all network paths found by now; `complete`: there will be no more.

    `settled`: ICE has found its way already.
    """

    call: str
    sdp: str
    complete: bool = False
    settled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFailed:
    """Media could not be set up or changed; `code` is an error code of the contract."""

    call: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTaken:
    """The answer to TakePicture: the picture is there."""

    call: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureRefused:
    """The answer to TakePicture: it is not to be had. `text`: why, in the browser's words.

    `code`: denied, missing, busy, policy, within (a call in the page); of a screen also cancelled,
    gesture (a person's is needed) and failed.
    """

    call: str
    of: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureEnded:
    """A picture of ours has ended by itself: unplugged, or no longer shared."""

    call: str
    of: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingBegan:
    """The answer to BeginRecording: both sides are recorded now."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingFailed:
    """Nothing of it is or was recorded; `text` is the browser's.

    `code`: lacking, silent, failed, or empty where it was stopped before there was any sound.
    """

    call: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingSaved:
    """The file was handed to the browser to be saved; `file` is its whole name.

    `full`: because it had all the seconds or octets that it may have.
    """

    call: str
    file: str
    full: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundProcessed:
    """Whether processors of the page run in a call; `text` says why one was left out."""

    call: str
    running: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseFiltered:
    """Whether our voice passes through the strong filter; `text` says why it can't."""

    call: str
    running: bool
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTaken:
    """The page has taken a stream of a call: it may listen from now on."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneAsked:
    """The browser asks the person whether the page may use the microphone, or no longer does."""

    call: str
    waiting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneMissing:
    """There is no microphone at all: the call goes on, and the other side hears silence."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneFailed:
    """The microphone was to come after the description had left, and does not.

    `code` and `text` are those of MediaFailed.
    """

    call: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MicrophoneEnded:
    """The microphone went away during the call; `code` empty: another has taken its place.

    Else the error code of the contract that says why there is no other. `lost` and `name` are what
    the browser calls the one that went and the one that is used now.
    """

    call: str
    code: str = ""
    lost: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionTold:
    """Whether this page may use a microphone, as the browser says: granted, denied or prompt.

    It is said when it is known and whenever it changes; `state` is "" where a browser does not
    tell. `agent` is what that browser calls itself.
    """

    state: str
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesWanted:
    """The person wants to see by name which there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderWanted:
    """The person wants to see the messages of late; `copy`: to have them as a text."""

    copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A text was copied for the person, or the browser did not allow it."""

    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesFound:
    """All microphones, loudspeakers and cameras there are, in the browser's own words.

    One without an id is there, and not named before the person allows it. `sinks`: whether the
    browser lets a page choose where it sounds. `code` is an error code of the contract where the
    person was asked and allowed none.
    """

    devices: tuple[Device, ...]
    sinks: bool = True
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUsed:
    """The answer to UseDevices; `code` is an error code of the contract where it can't be done.

    `microphone` is the name of one that calls have been given in place of another.
    """

    ask: int
    code: str = ""
    text: str = ""
    microphone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesKept:
    """What KeepDevices kept, on an earlier page or in another tab."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AtRest:
    """The first screen has stood for a moment: what could wait is looked for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approached:
    """Somebody comes to the phone, with a pointer or the focus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryOpened:
    """The person looks at the calls that were: all that is remembered is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """Call records of `owner`, newest first, as `memory.written` wrote them.

    `then` is where Recall goes on; None: there are no more.
    """

    owner: str
    records: tuple[str, ...] = field(repr=False)
    then: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RememberedElsewhere:
    """Another tab has remembered these call records of `owner`."""

    owner: str
    records: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenElsewhere:
    """Another tab has deleted these of `owner`; none named: all, and of no owner: everybody's."""

    owner: str
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsDeleted:
    """The person deletes the records with these ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsWantedBack:
    """The person wants the records back that they have deleted last."""


# What is remembered, and what a person does with it.
MemoryNews = (
    AtRest
    | HistoryOpened
    | Recalled
    | RememberedElsewhere
    | ForgottenElsewhere
    | CallsDeleted
    | CallsWantedBack
)


# What the person wants of the settings, now or on an earlier day.
SettingsWanted = SettingChosen | SettingsReset | SettingsKept


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleOpened:
    """The person looks at the contacts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleRecalled:
    """Contacts of `owner`, as `people.written` wrote them.

    `then` is where RecallPeople goes on; None: there are no more.
    """

    owner: str
    people: tuple[str, ...] = field(repr=False)
    then: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleElsewhere:
    """Another tab has changed the contacts of `owner`; "": everybody's."""

    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSaved:
    """The person has typed a contact; `id` is "" for a new one, commas part the numbers."""

    id: str
    called: str = field(repr=False)
    numbers: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleDeleted:
    """The person deletes the contacts with these ids."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleWantedBack:
    """The person wants the contacts back that were deleted last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleImported:
    """The person gives a file of contacts."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleExported:
    """The person wants the contacts as a file."""


# The contacts, and what a person does with them.
PeopleNews = (
    PeopleOpened
    | PeopleRecalled
    | PeopleElsewhere
    | PersonSaved
    | PeopleDeleted
    | PeopleWantedBack
    | PeopleImported
    | PeopleExported
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaMissing:
    """This browser has no WebRTC: no call can sound here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServersRefused:
    """The browser takes none of these addresses of ICE servers; it uses the others."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServersMissing:
    """What `setting` names gave no ICE servers; calls go on without.

    `why`: late, failed, unreadable, or status, with the HTTP status.
    """

    setting: str
    why: str
    status: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChanged:
    """The network path of a call's media: `connected`, `disconnected` or `failed`."""

    call: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PathFound:
    """ICE has found a way for the media of a call; their encryption is still to be agreed.

    `round_trip`: how many seconds it takes to the other end and back, None while nobody knows.
    """

    call: str
    round_trip: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTaken:
    """The media have taken the other side's answer: what was agreed is so."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundCame:
    """The first packets of the other side's sound have come in."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToneSent:
    """A digit has been put on the wire by the media."""

    call: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceHeard:
    """Who is at the other end of a mixed call begins to speak, or has ended."""

    call: str
    speaking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MixFailed:
    """This browser can't mix calls."""


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
class CredentialsCame:
    """What the page's `credentials` function gave, of `login.known`; None where it failed."""

    ask: str
    credentials: Mapping[str, str] | None = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactCame:
    """What the page's `contactLookup` function gave; None where it failed or came too late."""

    call: str
    number: str
    given: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What a probe found, of `findings`; None where it failed."""

    id: str
    facts: Mapping[str, Json] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkChanged:
    """The browser went online or offline, or to another network."""

    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageFound:
    """The language to speak, as a tag such as de-AT; page and person may change it at any time.

    `here`: whether its words are. While they are fetched, English is spoken. `around` is the tag
    around the phone where the person has chosen another language; `fixed`: the page has set it on
    the phone itself.
    """

    tag: str
    here: bool = True
    around: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """Time has passed: the deadline is reached, or the page is visible again."""

    visible: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Afterwards:
    """A turn left something for later (`Desk.owes`), and the browser has had its own since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallsKept:
    """What Keep kept on the page that was here before."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrusted:
    """What outlives the page holds what Entrust gave it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """The INVITEs that Entrust gave on the page before, by the ids of their calls; none: {}."""

    invites: Mapping[str, bytes] = field(repr=False)


# What the page before has left, and who looks after what this one leaves.
OutlivingNews = CallsKept | Entrusted | GivenBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """The page goes away: say goodbye in this turn.

    `put_aside`: the browser may bring this very page back; else another may be loaded here.
    `removed`: the page stays, and only the phone goes. `heir`: whether another tab takes over what
    it shares with it, None where it shares nothing.
    """

    put_aside: bool = False
    removed: bool = False
    heir: bool | None = None


# What begins a turn.
Cause = (
    Asked
    | NumberTyped
    | SettingRefused
    | SettingsWanted
    | ErrorDismissed
    | SignedIn
    | SignedOut
    | FarewellAttended
    | WantedHere
    | SocketOpened
    | SocketClosed
    | Received
    | MediaReady
    | CandidatesFound
    | MediaFailed
    | MicrophoneAsked
    | MicrophoneMissing
    | MicrophoneFailed
    | MicrophoneEnded
    | DevicesWanted
    | LadderWanted
    | Copied
    | PermissionTold
    | DevicesFound
    | DeviceUsed
    | DevicesKept
    | Approached
    | MemoryNews
    | PeopleNews
    | PictureTaken
    | PictureRefused
    | PictureEnded
    | RecordingBegan
    | RecordingFailed
    | RecordingSaved
    | SoundProcessed
    | NoiseFiltered
    | StreamTaken
    | MediaMissing
    | ServersRefused
    | ServersMissing
    | MediaChanged
    | PathFound
    | AnswerTaken
    | SoundCame
    | ToneSent
    | VoiceHeard
    | MixFailed
    | QualityMeasured
    | Permitted
    | CredentialsCame
    | ContactCame
    | Probed
    | NetworkChanged
    | LanguageFound
    | Woken
    | OutlivingNews
    | Leaving
)
Happening = Cause | Afterwards
