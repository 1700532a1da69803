"""What is subscribed to and known by it: lamps of colleagues, our box, calls to be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from webphone.contract import Config, MakeCall, PickUp, WebPhoneError
from webphone.phone.numbers import address
from webphone.phone.pickup import pickup
from webphone.phone.promises import Promises
from webphone.phone.sent_on import Verdict, may_dial
from webphone.phone.snapshot import Lamp, Voicemail
from webphone.sip import Malformed, Uri
from webphone.sip.packages import Conference, Dialogs, DialogState, Presence, Summary, Value
from webphone.words import say
from webphone.words.bidi import isolate

MAIL, CALLS, PRESENCE, ROSTER = "message-summary", "dialog", "presence", "conference"
# What several calls or phones of one colleague come to: the first of these that is among them.
STANDINGS = ("ringing", "busy", "idle", "away")
MOST_LAMPS = 50


@dataclass(eq=False, kw_only=True)
class Wish:
    """One subscription that is wanted: by the page, by a setting, or by both."""

    target: Uri
    event: str
    page: bool = False
    setting: bool = False
    call: bool = False  # with the conference that it is about
    begun: bool = False  # the agent was told
    agreed: bool = False  # and the server said yes
    over: bool = False  # the server said no, for good
    whole: bool = True  # nothing is missing of what is known, or it has been asked for
    known: dict[str, Value] = field(default_factory=dict)  # by who tells it
    coming: Promises = field(default_factory=Promises)
    going: Promises = field(default_factory=Promises)

    @property
    def name(self) -> str:
        """What the agent calls it."""
        return name_of(self.target, self.event)

    @property
    def wanted(self) -> bool:
        """Whether anybody wants it."""
        return self.page or self.setting or self.call

    @property
    def conference(self) -> Conference | None:
        """What is known of a conference."""
        known = self.known.values()
        return next((one for one in known if isinstance(one, Conference)), None)

    @property
    def standing(self) -> str:
        """What a colleague does, "" where that is not known."""
        found = {one.standing for one in self.known.values() if isinstance(one, Dialogs | Presence)}
        return next((standing for standing in STANDINGS if standing in found), "")

    @property
    def ringing(self) -> DialogState | None:
        """The call that rings there."""
        dialogs = (
            one for all in self.known.values() if isinstance(all, Dialogs) for one in all.dialogs
        )
        return next((one for one in dialogs if one.ringing), None)

    def stop(self) -> None:
        """The server tells nothing any more, for now."""
        self.begun = self.agreed = False
        self.whole = True
        self.known.clear()


# --- What the screen shows ---


def voicemail(
    wishes: Mapping[str, Wish], unasked: Summary | None, config: Config
) -> Voicemail | None:
    """What waits in our box, None where nobody has said."""
    wish = wishes.get(name_of(own(config), MAIL))
    found = [one for one in wish.known.values() if isinstance(one, Summary)] if wish else []
    found = found or ([unasked] if unasked else [])
    if not found:
        return None
    account = next((one.account for one in found if one.account), "")
    return Voicemail(
        waiting=any(one.waiting for one in found),
        new=sum(one.new for one in found),
        old=sum(one.old for one in found),
        urgent=sum(one.new_urgent for one in found),
        number=config.voicemail or _box(account, config),
    )


def lamps(wishes: Mapping[str, Wish], config: Config) -> tuple[Lamp, ...]:
    """What the colleagues of the setting do."""
    numbers = dict.fromkeys(config.lamps[:MOST_LAMPS])
    return tuple(_lamp(wishes, number, config) for number in numbers)


def _lamp(wishes: Mapping[str, Wish], number: str, config: Config) -> Lamp:
    wish = _colleague(wishes, number, config)
    if wish is None:
        return Lamp(number=number)
    one = wish.ringing
    caller = (one.remote_name or _user(one.remote)) if one else ""
    return Lamp(number=number, state=wish.standing or "unknown", caller=caller)


def _colleague(wishes: Mapping[str, Wish], number: str, config: Config) -> Wish | None:
    """The subscription that tells what a colleague does."""
    try:
        uri = address(number, config.domain)
    except WebPhoneError:
        return None
    both = (wishes.get(name_of(uri, event)) for event in (CALLS, PRESENCE))
    known = [wish for wish in both if wish is not None]
    return next((wish for wish in known if wish.known), known[0] if known else None)


def pick_up(wishes: Mapping[str, Wish], command: PickUp, config: Config) -> MakeCall:
    """The call that takes a colleague's ringing one (RFC 3891): by its name, or by a code.

    Raises WebPhoneError `no_call` where there is nothing to be taken.
    """
    wish = _colleague(wishes, command.target, config)
    call = wish.ringing if wish else None
    replaced = _replaced(call, config) if call else None
    if replaced is not None:
        return replaced
    if config.pickup:
        return MakeCall(target=f"{config.pickup}{command.target.strip()}")
    raise WebPhoneError("no_call", say("nothing_rings", target=isolate(command.target)))


# --- Addresses ------------------------------------------------------------------------------------


def name_of(target: Uri, event: str) -> str:
    """What the agent calls a subscription."""
    return f"{event} {target}"


def own(config: Config) -> Uri:
    """Our own address."""
    return address(config.username, config.domain)


def _user(uri: str) -> str:
    """The number in an address, or all of it."""
    try:
        return Uri.parse(uri).shown_number or uri
    except Malformed:
        return uri


def _box(account: str, config: Config) -> str:
    """The number of a box that a summary names: at our own server, or none."""
    try:
        uri = Uri.parse(account)
    except Malformed:
        return ""
    ours = {config.domain.lower(), *(host.lower() for host in config.hosts)}
    return uri.shown_number if uri.host.lower() in ours else ""


def _replaced(call: DialogState, config: Config) -> MakeCall | None:
    """The INVITE that takes a call which rings elsewhere; None where it can't be named.

    It goes to who made it. That address is a stranger's word: it is no way to an emergency call.
    """
    if not (call.call_id and call.local_tag and call.remote_tag):
        return None
    try:
        targets = [Uri.parse(text) for text in (call.target, call.remote) if text]
    except Malformed:
        return None
    named = [uri for uri in targets if uri.has("gr") or not uri.host.endswith(".invalid")]
    uri = next((uri for uri in named if uri.has("gr")), named[-1] if named else None)
    if uri is None or may_dial(uri, config) is Verdict.NO:
        return None
    return pickup(
        str(uri), call_id=call.call_id, local_tag=call.local_tag, remote_tag=call.remote_tag
    )
