"""All that crosses the border of the phone, each thing named once: settings, commands, events.

Names are snake_case here; kebab-case in HTML and camelCase in JavaScript are made from them, never
by hand. The element's names, its TypeScript types, its manifest and its reference page are written
from these tables by `make contract`. What has `built=False` answers `unsupported`.
"""

# Fields are declared by functions that call dataclasses.field.
# ruff: noqa: RUF009

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from webphone.border import (
    ERRORS,
    LOOPBACK,
    Command,
    EventKind,
    Kind,
    Reading,
    Setting,
    WebPhoneError,
    argument,
    camel,
    check_secure,
    choice,
    command,
    decode,
    decode_setting,
    encode,
    flag,
    kebab,
    method_name,
    number,
    option,
    server_addresses,
    server_hosts,
    setting,
    shortened,
    shown,
    snake,
    text,
    value,
    words,
)
from webphone.words import Sentence, say

Json = Any

# The tables below are laid out by hand: one row is one name of the outside.
# fmt: off

# --- Settings -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How a phone is set up. Every setting can change at run time without losing a call."""

    show_dialpad: bool = shown("Show the keys 0-9 * #.", spec="Show (Dialpad)")
    show_dialled_number: bool = shown("Show the number's field.", spec="Show (Dialled Number)")
    show_answer: bool = shown("Show the Answer button.", spec="Show (Answer)")
    show_hangup: bool = shown("Show the Hang up button.", spec="Show (Hang Up)")
    show_hold: bool = shown("Show the Hold button: network-level hold.", spec="Show (Hold)")
    show_mute: bool = shown("Show the Mute button: the microphone.", spec="Show (Mute)")
    show_dial: bool = shown("Show the Dial button.", spec="Show (Dial)")
    show_status: bool = shown("Show registration and call status.", spec="Show (Status)")
    auto_register: bool = flag(
        "Register as soon as credentials are there, and again when they change.",
        spec="Auto Register")
    host: str = setting(Kind.SERVERS,
        "WebSocket address of the SIP server; several, separated by commas, are tried in order.",
        "", spec="Host")
    username: str = text("Digest user, and user of the address of record.", spec="Username")
    auth_username: str = text(
        "Digest user where it is another one than `username`, as carriers and logins of the form"
        " `time:user` have it.")
    password: str = setting(Kind.SECRET,
        "Digest password; consumed at once, never readable again.", "", spec="Password")
    display_name: str = text("From name of outgoing calls.", spec="Display Name")
    cli: str = text("From number of outgoing calls; the username when empty.", spec="Cli")
    realm: str = text(
        "Authorization domain, and domain of the address of record; the host's when empty.",
        spec="Realm", pattern=r"[A-Za-z0-9._:\[\]-]+")
    theme: str = choice("auto light dark", "auto", "Colours.")
    layout: str = choice(
        "auto bar compact full launcher", "auto",
        "Shape of the phone: by its width, one line, one column, all the width there is, or a round"
        " button in a corner that opens it.")
    country: str = text(
        "ISO 3166 code of two letters: tones and number format; from `lang` when empty.",
        pattern=r"[A-Za-z]{2}")
    dial: str = text("Prefills the number, at first and after each call to a typed one.")
    loading: str = choice("eager idle interaction", "eager", "When Python is started.")
    demo: bool = flag("Use the built-in exchange, no server: nothing else need be set.")
    auto_answer: bool = flag(
        "Answer incoming calls at once; where the caller names a time (answer-after), then, with a"
        " tone first.")
    dnd: bool = flag("Do not disturb: incoming calls are refused as busy.")
    video: bool = flag("Call and answer with video.")
    allow_insecure: bool = flag("Let ws: go to other machines than this one.")
    disabled: bool = flag("Freeze the controls; never ends a call.")
    call_waiting: str = choice("on off", "on", "Let a second call ring during a call.")
    max_calls: int = number("How many calls at a time.", 8, least=1, most=100)
    record: str = choice("off ask on", "off",
        "Record calls to this computer's disk: never, when the person or the page asks, or each one"
        " from its answer on.")
    record_tone: str = choice("auto on off", "auto",
        "A short tone every 15 s that both sides hear while a call is recorded; auto: where the"
        " other side's phone does not say that it shows it (RFC 7866).")
    record_preference: str = choice("none on off pause", "none",
        "What to ask of an other side that records (RFC 7866): to do so, not to, or to pause.")
    noise_suppression: str = choice("browser strong off", "browser",
        "What takes the noise of the room out of our voice: the browser's own filter, RNNoise after"
        " it (fetched when first switched on), or nothing.")
    recover: str = choice("auto off reload all", "auto",
        "What a call survives: a reload of its page, or its tab's crash, takes it back. Who closes"
        " the page ends the call 5 s later, by a worker that outlives the page; auto: as reload"
        " where the browser has such workers, else off. Without one, reload leaves the other end"
        " to notice, within about a minute and a half. auto and all: where tabs share a phone, the"
        " next tab goes on with its calls.")
    multi_tab: str = choice("all leader", "all",
        "Which tabs register: each for itself, or one that leads and shares its phone.")
    ringtone: str = text(
        "Name of a built-in ringtone, or the URL of one.", "built-in", pattern=r"built-in|.*[/.].*")
    ring_volume: int = number("How loud it rings, from 0 to 100.", 100, least=0, most=100)
    vibration: str = choice("on off", "on",
        "Vibrate while it rings, where the system can.")
    ice_servers: Json = setting(Kind.ICE, "STUN and TURN servers.", ())
    ice_servers_url: str = text(
        "Where to fetch ice-servers, in their place: JSON of them, or of {iceServers, ttl}; fetched"
        " again before the ttl (seconds) or the credentials end.")
    ice_policy: str = choice("all relay", "all", "Which network paths the sound may take.")
    codecs: tuple[str, ...] = words(
        "Codec names in order of preference, `!` before a name removes it; the browser's if empty.",
        pattern=r"!?[A-Za-z0-9._/-]+")
    register_expires: int = number("Lifetime of the registration in seconds.", 600, least=10)
    session_expires: int = number(
        "Session timer in seconds that calls ask for, at least 90 (RFC 4028 §4); 0 = off.", 1800,
        least=90, off=True)
    dtmf: str = choice("auto rtp info", "auto", "How digits are sent in a call.")
    feature_codes: tuple[str, ...] = words(
        "Codes of the server for its Park and Forward: asterisk, freepbx, freeswitch, kamailio,"
        " or a list like park=700 forward=*72 forward-off=*73; none if empty.",
        pattern=r"asterisk|freepbx|freeswitch|kamailio|(park|forward|forward-off)=[0-9A-Za-z*#+]*")
    info_packages: tuple[str, ...] = words(
        "Packages of INFO that the page takes (RFC 6086); they come as the event `info`.",
        pattern=r"[A-Za-z0-9.!%*_+`'~-]+")
    push: tuple[str, ...] = words(
        "Where the server can wake the page by a push (RFC 8599), such as pn-provider=webpush"
        " pn-prid=...; the parameters, escaped, go into the registration.",
        pattern=r"pn-(provider|prid|param)=([A-Za-z0-9_.!~*'()/:&+$\[\]-]|%[0-9A-Fa-f]{2})+")
    flows: int = number("RFC 5626 flows, 1 or 2.", 1, least=1, most=2, built=False)
    redirect_policy: str = choice("follow ask refuse", "ask",
        "What to do when others name where to call: a 3xx to our call, a transfer.")
    emergency_numbers: tuple[str, ...] = words(
        "Numbers that need a confirmation; the country's when empty.",
        pattern=r"[0-9+*#]+")
    voicemail: str = text(
        "Number of your voice mail; asks the server for it, and is what the lamp dials.",
        pattern=r"[^\s<>\"]+")
    test_number: str = text(
        "Number of an echo, for test calls on the page of the devices; a person may name one where"
        " the page names none, and the demo has 600.",
        pattern=r"[^\s<>\"]+")
    lamps: tuple[str, ...] = words(
        "Numbers or addresses of colleagues: what each does is shown, and a press calls them.",
        pattern=r"[^\s<>\",]+")
    pickup: str = text(
        "Code before a colleague's number that takes the call which rings there, such as **;"
        " used where the server does not say which call that is.",
        pattern=r"[0-9*#]+")
    capture_links: tuple[str, ...] = words(
        "Links of the page that fill in the number, with `!` call at once: tel, sip (and sips),"
        " callto; not below `data-dial=off`.",
        pattern="(tel|sips?|callto)!?")
    notifications: str = choice("on off", "on",
        "Tell who looks elsewhere of a call that rings, and of calls missed: by the title of the"
        " page, a badge on its icon, and, once allowed, a notification of the system.")
    leave_guard: str = choice("on off", "on",
        "In a call, let the browser ask before the page is left.")
    hotkeys: tuple[str, ...] = words(
        "on, off, or a list of `no-x`, x being the key.", ("on",), pattern=r"on|off|no-\S+")
    allow_origins: tuple[str, ...] = words(
        "Origins that may frame the iframe build, besides its own; `*` is every one.",
        pattern=r"\*|[A-Za-z][A-Za-z0-9+.-]*://\S+")
    call_sounds: str = choice("on off", "on",
        "A short sound when the person mutes or holds a call, and when that is over.")
    announcements: str = choice("all few", "all",
        "What a screen reader is told in a call: all that changes, or only what the person did not"
        " do and must know.")
    log_level: str = choice("off error info debug", "error", "What the developer console gets.")
    sign_in: str = choice("auto on off", "auto",
        "Ask the person for user name and password: where the page names a server and no user; on:"
        " also where it names neither, or its own user is refused; or never.")
    credentials: Json = value(Kind.FUNCTION,
        "Gives {username, password}, {username, ha1} or {token}, each with authUsername where that"
        " is another; asked before the phone registers, and again when refused.")
    contact_lookup: Json = value(Kind.FUNCTION,
        "Given a number, gives {name, photo?, note?} or null within 3 s.")
    wrap_up: tuple[str, ...] = words(
        "What calls come to, to choose from after an answered one, beside a note: `beforelog` has"
        " the record with both before it is stored. As an attribute separated by commas.",
        pattern=r"[^,]{1,60}", phrases=True)
    constraints: Json = value(Kind.OBJECT, "MediaStreamConstraints for getUserMedia.")
    extra_headers: Json = value(Kind.HEADERS, "Headers added to every INVITE, {name: text}.")
    strings: Json = value(Kind.STRINGS,
        "Replaces visible words, {key: text}; the keys are those of words/en.py.")

    def changed(self, changes: Mapping[str, Json]) -> Config:
        """A new Config with the changes, named in any spelling.

        Raises WebPhoneError `invalid_config` naming the first wrong field, or `unsupported`;
        nothing is applied then.
        """
        decoded = {}
        for name, given in changes.items():
            known = ALIASES.get(name, snake(name))
            row = SETTINGS.get(known)
            if row is None:
                problem = say("setting_unknown", given=shortened(name))
                raise WebPhoneError("invalid_config", problem)
            decoded[known] = decode_setting(row, given)
            if not row.built and decoded[known] != row.default:
                raise WebPhoneError("unsupported", say(f"cannot_{known}"))
        new = replace(self, **decoded)
        check_secure(new.servers, new.allow_insecure)
        if decoded.get("strings"):
            # Few pages have words of their own.
            from webphone.border.strings import check_strings

            check_strings(new.strings)
        return new

    def possible(
        self, changes: Mapping[str, Json]
    ) -> tuple[dict[str, Json], tuple[WebPhoneError, ...]]:
        """Those of the changes that can be made together, and what is wrong with the others."""
        try:
            self.changed(changes)
        except WebPhoneError:
            pass
        else:
            return dict(changes), ()
        good: dict[str, Json] = {}
        left = list(changes)
        while True:
            wrong: dict[str, WebPhoneError] = {}
            for name in left:
                try:
                    self.changed({**good, name: changes[name]})
                except WebPhoneError as error:
                    wrong[name] = error
                else:
                    good[name] = changes[name]
            if len(wrong) == len(left):
                return good, tuple(wrong.values())
            left = list(wrong)  # one may be allowed by another that came after it

    @property
    def servers(self) -> tuple[str, ...]:
        """The WebSocket addresses in their order."""
        return server_addresses(self.host)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names of the servers."""
        return server_hosts(self.host)

    @property
    def domain(self) -> str:
        """Domain of the address of record: the realm, or else the first server's host name."""
        if self.realm:
            return self.realm
        return next(iter(self.hosts), "")

    @property
    def on_this_machine(self) -> bool:
        """Whether the servers need no network, nor does the demo."""
        return all(LOOPBACK.fullmatch(host) for host in self.hosts)

    @property
    def complete(self) -> bool:
        """Whether there is enough to register."""
        named = bool(self.username) or self.credentials is not None
        return self.demo or bool(self.host and named)

    @property
    def shared(self) -> str:
        """Name of the phone that the tabs share, "" where each has its own; it holds no secret."""
        if self.multi_tab != "leader" or not self.complete:
            return ""
        return f"webphone:{self.domain}:{self.username}"

    def in_force(self, guest: str = "you") -> Config:
        """These settings, or while `demo` is on, those of a phone at the exchange in the page.

        `guest` is who calls there when no username is set.
        """
        if not self.demo:
            return self
        return replace(
            self, host=DEMO_ADDRESS, username=self.username or guest, password="", realm="demo",
            auth_username="", credentials=None, auto_register=True, ice_servers=(),
            ice_servers_url="", ice_policy="all", test_number=self.test_number or DEMO_ECHO)


# Where the exchange in the page is reached: by no network.
DEMO_ADDRESS = "demo:"
# The number there that plays back what it hears.
DEMO_ECHO = "600"


# Names that pages written for the specification's own component use.
ALIASES = {"wsServers": "host", "ws_servers": "host"}
SETTINGS: dict[str, Setting] = {
    item.name: Setting(item.name, default=item.default, **item.metadata) for item in fields(Config)
}

# --- Shapes ---------------------------------------------------------------------------------------

CALL_STATES = ["dialling", "ringing", "early", "active", "held", "ended"]
CALL_DIRECTIONS = ["incoming", "outgoing"]
QUALITY_WARNINGS = [
    "one_way_in", "one_way_out", "no_media", "silent_media", "mic_silent", "muted_speech",
    "high_loss", "high_rtt", "relay",
]
TIMED_STEPS = ["media", "invite", "ringing", "answer", "ice", "dtls", "sound"]
ENDED_BY = ["local", "remote", "system"]
# What is done for the media of a call: other paths are looked for, over the relay alone, or DTLS is
# begun once more.
REPAIRS = ["ice-restart", "relay-only", "dtls-retry"]
DEVICE_KINDS = ["audioinput", "audiooutput", "videoinput"]
DISPOSITIONS = [
    "answered", "missed", "rejected", "cancelled", "busy", "no-answer", "failed",
    "answered-elsewhere",
]
PHONE_STATES = [
    "unconfigured", "offline", "connecting", "connected", "registering", "registered",
    "reconnecting", "failed",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One end of a call."""

    uri: str
    number: str = ""
    display_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """When one step of setting a call up was reached, in ms since the click or the INVITE came."""

    step: str  # media invite ringing answer ice dtls sound
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A call as pages see it; times are ISO 8601 in UTC."""

    id: str
    call_id: str
    state: str  # dialling ringing early active held ended
    direction: str  # incoming outgoing
    from_: Party
    to: Party
    display_name: str
    started_at: str
    answered_at: str | None
    muted: bool
    held_by: str | None  # local remote both
    codec: str | None
    video: bool
    headers: Mapping[str, str]
    verstat: str | None = None  # passed failed signed
    timings: tuple[Timing, ...] = ()
    conference: bool = False  # it is joined with others
    recorded_by: str | None = None  # local remote both
    processed: bool = False  # by a processor of the page


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A call of a conference; `muted`: nobody there hears it."""

    id: str
    name: str
    number: str
    muted: bool
    speaking: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SideStats:
    """How one direction of a call sounds now; `missing` names what nobody knows or is guessed."""

    codec: str | None
    bitrate: float | None
    loss: float | None
    jitter_ms: float | None
    rtt_ms: float | None
    level: float | None
    concealed: float | None
    mos: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityWarning:
    """What is wrong with the sound of a call, and since when (ISO 8601 in UTC)."""

    code: str  # see QUALITY_WARNINGS
    direction: str | None  # in out
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A microphone, loudspeaker or camera, as the browser names it."""

    id: str
    kind: str  # audioinput audiooutput videoinput
    label: str
    chosen_for: Sequence[str] = ()  # input output ringer camera: those that the person chose


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How the call sounded."""

    mos: float | None = None
    loss: float | None = None
    jitter_ms: float | None = None
    rtt_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """What is left of a call: exactly one record each."""

    id: str
    call_id: str
    session_id: str | None
    direction: str  # incoming outgoing
    from_: Party
    to: Party
    display_name: str
    started_at: str
    ringing_at: str | None
    answered_at: str | None
    ended_at: str
    post_dial_delay_ms: int | None
    ring_seconds: float
    talk_seconds: float
    hold_seconds: float
    disposition: str  # see DISPOSITIONS
    ended_by: str  # local remote system
    sip_code: int | None
    sip_reason: str | None
    q850: int | None
    explanation: Sentence
    transferred_to: str | None
    server: str | None
    codec: str | None
    quality: Quality
    recording_id: str | None
    timings: tuple[Timing, ...] = ()
    repairs: tuple[str, ...] = ()  # see REPAIRS; what was done for the media, in order
    outcome: str = ""  # what the person chose after it, of `wrap_up`
    note: str = ""  # and wrote

# --- Commands -------------------------------------------------------------------------------------


TOKEN = r"[A-Za-z0-9.!%*_+`'~-]*"  # RFC 3261 §25.1
PACKAGE = r"[A-Za-z0-9!%*_+`'~-]+(\.[A-Za-z0-9!%*_+`'~-]+)*"  # RFC 6665 §8.4
MIME = r"[A-Za-z0-9.!%*_+`'~-]+/[A-Za-z0-9.!%*_+`'~-]+(\s*;[^\r\n]*)?"


@command("Waits for the phone.", "when Python has drawn the first screen")
class Ready(Command): ...

@command("Changes settings.", "when they are applied")
class SetConfig(Command):
    changes: Mapping[str, Json] = argument("Settings by name.")

@command("Opens the socket to the server.",
    "when it is open, after failover; rejects when every host failed once")
class Connect(Command): ...

@command("Registers with the server, connecting first.", "on the 2xx; rejects on the final failure")
class Register(Command): ...

@command("Removes the registration.", "on the final response")
class Unregister(Command): ...

@command("Removes the registration and closes the socket.", "when it is closed")
class Disconnect(Command): ...

@command("Calls somebody.",
    "with the call once the INVITE is sent; rejects only before that", returns="call")
class MakeCall(Command):
    target: str = argument("Digits, user@domain or a sip:, sips: or tel: address.", number=True)
    video: bool | None = option("With video; the `video` setting when left out.", default=None)
    headers: Mapping[str, str] | None = option("Headers added to the INVITE.", default=None)
    display_name: str = option("From name of this call.", default="")

@command("Answers a ringing call.", "when the 2xx is sent", returns="call")
class Answer(Command):
    id: str = argument("The call; left out: the ringing one.", default="")
    video: bool | None = option("With video; the `video` setting when left out.", default=None)

@command("Says yes to what the phone asks by the event `question`; hangup() says no.")
class Confirm(Command):
    id: str = argument("The call; left out: the one that is asked about.", default="")

@command("Refuses a ringing call.")
class Reject(Command):
    id: str = argument("The call; left out: the ringing one.", default="")
    code: int = argument("SIP status, 400 to 699.", default=486, least=400, most=699)

@command("Sends a ringing caller elsewhere (302).")
class Redirect(Command):
    id: str = argument("The call.")
    target: str = argument("Where to.", number=True)

@command("Ends a call, in whatever state it is.")
class Hangup(Command):
    id: str = argument("The call; left out: the active one.", default="")

@command("Ends every call.")
class HangupAll(Command): ...

@command("Puts a call on hold by re-INVITE; without an id it toggles.",
    "with the call on the final answer to the re-INVITE", returns="call")
class Hold(Command):
    id: str = argument("The call.", default="")

@command("Takes a call off hold.",
    "with the call on the final answer to the re-INVITE", returns="call")
class Resume(Command):
    id: str = argument("The call; left out: the held one.", default="")

@command("Holds the active call and resumes the held one.", "when both have settled")
class Swap(Command): ...

@command("Mutes the microphone; without arguments it toggles.",
    "at once, with whether it is muted now", returns="boolean")
class Mute(Command):
    on: bool | None = argument("true, false, or left out to toggle.", default=None)
    id: str = argument("The call; left out: the active one.", default="")

@command("Opens the microphone.", "at once, with whether it is muted now", returns="boolean")
class Unmute(Command):
    id: str = argument("The call; left out: the active one.", default="")

@command("Presses a key: types when idle, sends a digit in a call.")
class DialpadPress(Command):
    key: str = argument("0-9 * # or +.", digits=True, pattern=r"[0-9*#+A-Da-d]")

@command("Sends digits in a call.", "when they are handed to the sender")
class SendDtmf(Command):
    tones: str = argument(
        "0-9 * # A-D, and a comma for a pause.", digits=True, pattern=r"[0-9*#A-Da-d,]+")
    duration: int = option("Milliseconds a tone.", default=160, least=40, most=6000)
    gap: int = option("Milliseconds between tones.", default=70, least=30, most=6000)
    method: str = option(
        "auto, rtp or info; the `dtmf` setting when left out.",
        default="", pattern=r"(auto|rtp|info)?")
    id: str = option("The call; left out: the active one.", default="")

@command("Transfers a call (REFER).", "on the final NOTIFY")
class Transfer(Command):
    target: str = argument("Where to.", number=True)
    id: str = argument("The call.", default="")

@command("Calls somebody while the caller waits.",
    "with the call once the INVITE is sent", returns="call")
class Consult(Command):
    target: str = argument("Whom to ask.", number=True)

@command("Joins the active and the held call; or calls whom the other side transfers us to.",
    "on the final NOTIFY, or once we call")
class CompleteTransfer(Command): ...

@command("Goes back to the held call; or does not call whom the other side transfers us to.",
    "when it is resumed, or refused")
class CancelTransfer(Command): ...

@command("Joins calls, at most eight, so that each hears all others and us; adds to those joined.",
    "when they hear each other")
class Conference(Command):
    ids: Sequence[str] = argument("The calls; left out: all that are answered.", default=())

@command("Takes a call out of the conference.", "when it is held")
class Split(Command):
    id: str = argument("The call.")

@command("Lets nobody in the conference hear one of the calls; without `on` it toggles.",
    "at once, with whether it is muted now", returns="boolean")
class MuteMember(Command):
    id: str = argument("The call.")
    on: bool | None = argument("true, false, or left out to toggle.", default=None)

@command("Sends a text (MESSAGE).",
    "on the final response, with its status and whether the text is only queued (202)",
    returns="{sipCode: number, queued: boolean}")
class SendMessage(Command):
    target: str = argument("To whom.", number=True)
    text: str = argument("What.", body=True)
    content_type: str = option("MIME type.", default="text/plain", pattern=MIME)
    id: str = option("The call to send it in; left out: it stands alone.", default="")

@command("Sends an INFO in a call.", "on the final response", returns="{sipCode: number}")
class SendInfo(Command):
    body: str = argument("What.", body=True)
    content_type: str = option("MIME type.", default="text/plain", pattern=MIME)
    id: str = option("The call; left out: the active one.", default="")
    package: str = option(
        "Package of RFC 6086, where the other side takes it.", default="", pattern=TOKEN)

@command("Asks a target or the server for its abilities (OPTIONS).",
    "on the final response",
    returns="{sipCode: number, allow: string[], supported: string[], accept: string[],"
    " userAgent: string}")
class SendOptions(Command):
    target: str = argument("Whom.", default="", number=True)

@command("Subscribes to an event package; news come as the event `notify`, until unregistered.",
    "when the server accepts it; rejects when it does not, though what may pass is tried again")
class Subscribe(Command):
    target: str = argument("Whose.", number=True)
    event: str = argument(
        "Event package: message-summary, dialog, presence, conference or another.",
        pattern=PACKAGE)

@command("Ends a subscription.", "on the final response")
class Unsubscribe(Command):
    target: str = argument("Whose.", number=True)
    event: str = argument("Event package.", pattern=PACKAGE)

@command("Publishes a state, in the place of the one before, until unregistered.",
    "on the final response")
class Publish(Command):
    event: str = argument("Event package.", pattern=PACKAGE)
    value: Json = argument(
        "{open, activity, note} for presence, {contentType, body} for any; null: none any more.",
        default=None)

@command("Takes a call that rings at a colleague whom `lamps` names.",
    "with the call once the INVITE is sent", returns="call")
class PickUp(Command):
    target: str = argument("At whom it rings.", number=True)

@command("Adds our camera to the call.",
    "on the final answer to the re-INVITE; rejects where there is none or nobody takes it")
class StartVideo(Command): ...

@command("Takes our camera out of the call, at once.", "on the final answer to the re-INVITE")
class StopVideo(Command): ...

@command("Chooses the camera.", "when it is in use")
class SetCamera(Command):
    id: str = argument("Id of a device; `default` or nothing: the system's.")

@command("Shares the screen in the place of the camera; in an iframe by its own button only.",
    "on the final answer to the re-INVITE, where one is needed; rejects as startVideo, and with"
    " `cancelled` where the person picks none")
class ShareScreen(Command):
    on: bool | None = argument("true, false, or left out to toggle.", default=None)

@command("Records the active call, or goes on where it pauses.",
    "when it runs; rejects where `record` is off, and where the browser can't")
class StartRecording(Command): ...

@command("Pauses the recording; without an argument it toggles.",
    "at once, with whether it pauses now", returns="boolean")
class PauseRecording(Command):
    on: bool | None = argument("true, false, or left out to toggle.", default=None)

@command("Ends the recording and saves its file.", "with the recording's id, once it is saved",
    returns="string")
class StopRecording(Command): ...

@command("Lets the page process the sound of all calls, one processor after the other.",
    "at once; in an iframe it rejects, as no function can go there")
class AddProcessor(Command):
    processor: Json = argument(
        "`{create(stream), destroy(stream)}`: create gives, or promises, the stream to go on with.")
    side: str = option(
        "local (ours, before it is sent) or remote (theirs, before it is heard).",
        default="local", pattern="local|remote")

@command("Takes a processor out of the calls.")
class RemoveProcessor(Command):
    processor: Json = argument("The object that addProcessor was given.")

@command("Chooses the microphone, in a call without a pause; remembered.",
    "when it is in use; rejects where it can't be had, and the one before stays")
class SetInput(Command):
    id: str = argument("Id of a device; `default` or nothing: the system's.")

@command("Chooses where calls are heard; remembered.", "when it is in use")
class SetOutput(Command):
    id: str = argument("Id of a device; `default` or nothing: the system's.")

@command("Chooses where it rings; remembered.", "when it is in use")
class SetRinger(Command):
    id: str = argument("Id of a device; `default` or nothing: the system's.")

@command("Sets how loud calls are heard; it rings as before. Remembered.", "when it is so loud")
class SetVolume(Command):
    x: float = argument("0 to 1.", least=0, most=1)

@command("Tests network, server and devices; `diagnosis` tells how far it is.", "with the report",
    returns="{verdict: 'good' | 'poor' | 'blocked' | 'unknown', steps: {name: string,"
    " verdict: 'good' | 'poor' | 'blocked' | 'unknown',"
    " culprit: 'you' | 'network' | 'server' | null, fact: string, fix: string}[]}")
class Diagnose(Command): ...

@command("Exports the call records.", "with the text", returns="string")
class ExportHistory(Command):
    format: str = argument("csv or json.", default="json", pattern="csv|json")

@command("Writes a note and an outcome into the record of a call and stores it; `beforelog` asks.",
    "when it is stored; rejects with `cancelled` where `beforelog` was prevented")
class LogCall(Command):
    id: str = argument(
        "Id of the call; the oldest that waits for it, or else the last.", default="")
    outcome: str = option("What the call came to.", default="")
    note: str = option("What there is to say of it.", default="", body=True)

@command("Deletes the call records, also those that the browser remembers.", "when done")
class ClearHistory(Command): ...

@command("Deletes the call records, the texts and all that is stored.", "when done")
class ForgetEverything(Command): ...

@command("Gives the trace of what happened, secrets struck out.",
    "with the text, a JSON value a line", returns="string")
class GetTrace(Command): ...

@command("Shows the phone.")
class Show(Command): ...

@command("Hides the phone; calls go on.")
class Hide(Command): ...


COMMANDS: dict[str, type[Command]] = {
    method_name(kind): kind for kind in Command.__subclasses__() if kind.help
}


def decode_command(name: str, arguments: Sequence[Json]) -> Command:
    """The command of a method call: positional arguments, then an options object.

    Raises WebPhoneError `unsupported` for an unknown name, `invalid_config` or `invalid_number`
    naming the argument.
    """
    if name not in COMMANDS:
        raise WebPhoneError("unsupported", say("method_unknown", given=shortened(name)))
    return decode(COMMANDS[name], arguments)


# --- Events ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Event:
    """News for the page: a name of EVENTS and its detail, a contract value or plain data."""

    name: str
    detail: Json = None

    def __post_init__(self) -> None:
        if self.name not in EVENTS:
            raise ValueError(f"no event named {self.name}")


_BY = "CallView & {by: 'local' | 'remote'}"
_ROWS = (
    EventKind("answer", "A call was answered, by either side.",
        "CallView & {answeredBy: 'local' | 'remote'}", spec="onAnswer"),
    EventKind("ringingout", "It rings at the other side: 180 or 183 came.",
        "CallView & {stage: 'ringing' | 'earlymedia', sipCode: number}", spec="onRingingOut"),
    EventKind("ringingin", "A call comes in; preventDefault() keeps the phone quiet.",
        "CallView & {alertInfo: string | null, forwardedFrom: Party | null,"
        " again?: boolean}", spec="onRingingIn", cancelable=True),
    EventKind("end", "A call is over.", "CallRecord", spec="onEnd"),
    EventKind("registered", "The server knows where we are.",
        "{server: string, expires: number, aor: string}", spec="onRegistered"),
    EventKind("unregistered", "The server no longer knows.",
        "{reason: 'user' | 'expired' | 'lost' | 'other-tab', willRetry: boolean}",
        spec="onUnregistered"),
    EventKind("error", "A fault: connection, registration, microphone or internal.",
        "WebPhoneError", spec="onError"),
    EventKind("ready", "Python has drawn the first screen.", "{}"),
    EventKind("statechange", "The phone's state changed.",
        "{state: PhoneState, previous: PhoneState}"),
    EventKind("connecting", "A server is being tried.", "{server: string, attempt: number}"),
    EventKind("reconnecting", "The connection is lost; the next try comes in `seconds`.",
        "{server: string, seconds: number, attempt: number}"),
    EventKind("beforedial", "Somebody wants to dial; preventDefault() stops it.",
        "{target: string, video: boolean}", cancelable=True),
    EventKind("question",
        "The person is asked before a call goes on; confirm() and hangup() answer for them.",
        "CallView & {question: 'emergency' | 'redirect', target: string}"),
    EventKind("hold", "A call was put on hold.", _BY),
    EventKind("resume", "A call was taken off hold.", _BY),
    EventKind("recover", "A call that outlived its page is taken back; see `recover`.",
        "CallView & {stage: 'started' | 'done' | 'failed'}"),
    EventKind("mute", "The microphone was muted.", "CallView"),
    EventKind("unmute", "The microphone was opened.", "CallView"),
    EventKind("dtmf", "A digit was sent or received.", _BY + " & {tone: string}"),
    EventKind("transfer", "A transfer moved on.",
        "CallView & {stage: 'requested' | 'accepted' | 'progress' | 'completed' | 'failed',"
        " sipCode: number | null, target: string, by: 'local' | 'remote'}",
        cancelable=True),
    EventKind("diagnosis", "A step of `diagnose()` begins.",
        "{step: number, of: number, name: string}"),
    EventKind("conference", "Who is in the conference changed, or who is muted or speaks there.",
        "{calls: string[], members: Member[]}"),
    EventKind("recording",
        "A recording started, paused or ended, ours or as the other side's phone says; `file` is"
        " the name of ours once it is saved.",
        "CallView & {state: 'started' | 'paused' | 'resumed' | 'ended' | 'failed',"
        " by: 'local' | 'remote', recordingId: string | null, file: string | null}"),
    EventKind("message", "A text came.",
        "{from: Party, text: string, contentType: string}"),
    EventKind("info", "An INFO came in a call that is no digit.",
        "CallView & {text: string, contentType: string, package: string}"),
    EventKind("notify", "News of a subscription; voice mail may be told without one.",
        "{event: string, target: string, state: 'pending' | 'active' | 'terminated',"
        " body: string, value: unknown}"),
    EventKind("devicechange", "A microphone, loudspeaker or camera came or went.",
        "{devices: Device[], added: Device[], removed: Device[]}"),
    EventKind("quality", "A call sounds better or worse than before.",
        "CallView & {mos: number | null, warnings: QualityWarning[]}"),
    EventKind("numberchange", "The typed number changed.", "{number: string}"),
    EventKind("screenpop", "`contactLookup` has answered: show what is known of the other end.",
        "CallView & {contact: {name: string, photo: string, note: string} | null}"),
    EventKind("beforelog",
        "The record of a call gets its note and outcome and is stored; preventDefault() keeps it"
        " out of the history.", "CallRecord", cancelable=True),
    EventKind("historychange", "The call records changed.", "{}"),
    EventKind("leaderchange", "This tab took or left the phone that all tabs share.",
        "{leader: boolean}"),
)
EVENTS = {row.name: row for row in _ROWS}

# --- Readings -------------------------------------------------------------------------------------

READINGS = {
    row.name: row
    for row in (
        Reading("calls", "CallView[]", "The calls, oldest first.", []),
        Reading("active_call", "CallView | null", "The call that has the ear.", None),
        Reading("state", "PhoneState", "What the phone is doing.", "unconfigured"),
        Reading("history", "CallRecord[]",
            "The last 200 call records, newest first; `exportHistory()` gives all.", []),
        Reading("devices", "Device[]",
            "Microphones, loudspeakers, cameras, as soon as the browser names them.", []),
        Reading("stats", "{local: SideStats | null, remote: SideStats | null} | null",
            "How the active call sounds: what we send (local) and hear (remote), every second.",
            None),
        Reading("proved_at", "string | null",
            "When the server was last heard that knows this phone; null: no call would arrive.",
            None),
    )
}

__all__ = [
    "COMMANDS", "ERRORS", "EVENTS", "READINGS", "SETTINGS", "CallRecord", "CallView", "Command",
    "Config", "Device", "Event", "EventKind", "Json", "Kind", "Member", "Party", "Quality",
    "QualityWarning", "Reading", "Setting", "SideStats", "Timing", "WebPhoneError", "camel",
    "decode_command", "decode_setting", "encode", "kebab", "snake",
    *(kind.__name__ for kind in COMMANDS.values()),
]
# fmt: on
