"""Questions to the phone's snapshot that more than one part of the screen asks."""

from __future__ import annotations

from webphone.contract import Answer, Config, Hold, Mute, SendDtmf, Transfer
from webphone.contract import Resume as ResumeCall
from webphone.phone.history import RECENT
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.view import PAGES, View

# The page of a call that asks whom it is transferred to.
TRANSFER = "transfer"

# --- Which call -----------------------------------------------------------------------------------


def asked(snapshot: Snapshot) -> CallSnapshot | None:
    """The call that waits for the person's yes."""
    return next((call for call in snapshot.living if call.question), None)


def front(snapshot: Snapshot) -> CallSnapshot:
    """The call in front, where the table of screens has asked that there is one."""
    call = snapshot.foremost
    assert call is not None
    return call


def waiting(snapshot: Snapshot) -> CallSnapshot | None:
    """A call that rings while another is in front."""
    first = snapshot.foremost
    return next(iter(all_waiting(snapshot, first)), None)


def all_waiting(snapshot: Snapshot, first: CallSnapshot | None) -> list[CallSnapshot]:
    """Every call that rings while `first` is in front."""
    return [call for call in snapshot.living if call.stage == "incoming" and call is not first]


def page_open(snapshot: Snapshot, view: View) -> str:
    """Name of the page that is open, "" where there is none, or its call has ended."""
    ids = [call.view.id for call in snapshot.living]
    return view.open if not view.of or view.of in ids else ""


def own_page(snapshot: Snapshot, view: View) -> str:
    """Name of the page of the phone itself that is open, "" where there is none.

    A call that comes to the front meanwhile goes before it; after that call it is there again.
    """
    call = snapshot.foremost
    uncovered = call is None or (call.view.id == view.over and call.stage != "incoming")
    return view.open if view.open in PAGES and uncovered else ""


def lacks_microphone(snapshot: Snapshot) -> bool:
    """Whether the last error, not read yet, is about the microphone."""
    return snapshot.error is not None and snapshot.error.code.startswith("mic_")


def launcher_shut(snapshot: Snapshot, view: View) -> bool:
    """Whether the phone is behind its round button; what it asks, a person has to see."""
    return snapshot.config.layout == "launcher" and not view.launched and asked(snapshot) is None


def in_transfer(snapshot: Snapshot) -> CallSnapshot | None:
    """The call that is in a transfer."""
    return next((call for call in snapshot.living if call.transfer), None)


def transferable(snapshot: Snapshot) -> bool:
    """Whether the call in front can be transferred."""
    call = snapshot.foremost
    up = call is not None and call.up and not call.joined
    return up and in_transfer(snapshot) is None and shows_transfer(snapshot.config)


def shows_transfer(config: Config) -> bool:
    """Whether transfers are offered: not where a page lets nobody dial, or hold a call."""
    return config.show_dial and config.show_hold


def transfer_open(snapshot: Snapshot, view: View) -> bool:
    """Whether the call in front is asked about whom it is transferred to."""
    call = snapshot.foremost
    open = call is not None and (view.open, view.of) == (TRANSFER, call.view.id)
    return open and transferable(snapshot)


def wraps_up(snapshot: Snapshot) -> bool:
    """Whether a call that has ended waits for its note, and no other call is there."""
    return bool(snapshot.unlogged) and not snapshot.living


def farewell_shown(snapshot: Snapshot, view: View) -> bool:
    """Whether the screen shows how the last call ended."""
    farewell = snapshot.farewell
    return (
        farewell is not None
        and not snapshot.living
        and not snapshot.unlogged
        and snapshot.config.show_status
        and farewell.record.id != view.read
    )


def offers_matches(snapshot: Snapshot) -> bool:
    """Whether the number field can know who is meant."""
    config = snapshot.config
    return bool(snapshot.people or snapshot.history) and config.show_dial and not config.disabled


def matching(snapshot: Snapshot, view: View) -> bool:
    """Whether the idle phone offers who may be meant by what is typed."""
    covered = snapshot.living or view.open or wraps_up(snapshot) or signs_in(snapshot)
    typed = view.matching and bool(snapshot.number.strip()) and offers_matches(snapshot)
    return typed and not covered and not farewell_shown(snapshot, view)


def last_dialled(snapshot: Snapshot) -> list[str]:
    """The number dialled last, if there is one."""
    numbers = (
        (record.started_at, record.to.number or record.to.uri)
        for record in snapshot.history[:RECENT]
        if record.direction == "outgoing"
    )
    return [number for _, number in sorted(numbers)[-1:]]


def signs_in(snapshot: Snapshot) -> bool:
    """Whether the person is asked who they are: not where the page says so, or hides it."""
    config, stage = snapshot.config, snapshot.signing.stage
    if config.sign_in == "off" or config.demo or config.credentials is not None:
        return False
    # A page that names neither user nor server is about to, or has its reasons.
    nobody = not config.username and (bool(config.host) or config.sign_in == "on")
    asked = stage == "" and nobody and not snapshot.early
    return stage in ("trying", "refused") or asked


# --- What a control of a call asks for ------------------------------------------------------------


def answer_command(call: CallSnapshot) -> Answer:
    """The plain answer: pictures that are offered have a control of their own."""
    return Answer(id=call.view.id, video=False if call.view.video else None)


def mute_command(call: str, *, muted: bool) -> Mute:
    """For the call of this id, which is muted or not."""
    return Mute(on=not muted, id=call)


def hold_command(call: str, *, held: bool, joined: bool) -> Hold | ResumeCall:
    """For the call of this id; `held`: by us."""
    if joined and not held:
        return Hold()  # with all that are joined with it
    return ResumeCall(id=call) if held else Hold(id=call)


def parkable(call: CallSnapshot) -> bool:
    """Whether it can be parked, where the server has a code for that."""
    return call.up and not call.joined


def park_command(call: str, code: str) -> SendDtmf | Transfer:
    """Digits that the server hears in the call, or the extension where calls are parked."""
    if code.startswith(("*", "#")):
        return SendDtmf(tones=code, id=call)
    return Transfer(target=code, id=call)
