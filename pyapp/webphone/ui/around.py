"""What a phone wishes of what is around it: of the page, the system, the keys."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.contract import Answer, Command, Hangup, Mute, Reject
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.words import say
from webphone.words import said_in

LONGEST = 120  # characters of what the system or the title of a page is given


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A call that rings, for who looks elsewhere; `call` is its id."""

    call: str
    title: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """Ids of the calls that were missed while nobody looked, and of those that still ring."""

    ringing: frozenset[str] = frozenset()
    missed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """The call that the keys of a headset, a keyboard or a locked screen are for."""

    call: str
    name: str
    photo: str = ""
    muted: bool = False
    rings: bool = False  # and waits for an answer here


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What there should be around the phone now; what is not wished is not there.

    `guarded`: the browser asks before the page is left. `awake`: the screen stays on.
    """

    alert: Alert | None = None
    missed: int = 0
    unreachable: str = ""  # in words
    guarded: bool = False
    awake: bool = False
    talk: Talk | None = None


def wishes(snapshot: Snapshot, unseen: Unseen, *, looking: bool) -> Wishes:
    """What the phone of this tab wishes; `looking`: the person has the page before them."""
    config = snapshot.config
    tells = config.notifications == "on" and not looking
    in_call = any(call.stage != "incoming" for call in snapshot.living)
    return Wishes(
        alert=alert(snapshot) if tells else None,
        missed=len(unseen.missed) if tells else 0,
        unreachable=said_in(snapshot.speech, say("not_reachable"))
        if tells and snapshot.unreachable
        else "",
        guarded=in_call and config.leave_guard == "on",
        awake=in_call,
        talk=talk(snapshot),
    )


def alert(snapshot: Snapshot) -> Alert | None:
    """The call to be told of: of several that ring, the one that has rung longest."""
    rings = next(iter(_ringing(snapshot)), None)
    if rings is None:
        return None
    key = "spoken_incoming_video" if rings.view.video else "spoken_incoming"
    told = said_in(snapshot.speech, say(key, name=rings.peer_name or say("unknown")))
    number = rings.peer_number if rings.peer_number != rings.peer_name else ""
    return Alert(call=rings.view.id, title=told[:LONGEST], body=number[:LONGEST])


def seen(before: Unseen, snapshot: Snapshot, *, looking: bool) -> Unseen:
    """What nobody has seen yet: a call that rang, and is a missed one by its record."""
    ringing = frozenset(call.view.id for call in _ringing(snapshot))
    if looking:
        return Unseen(ringing=ringing)
    gone = before.ringing - ringing
    latest = snapshot.history[: len(gone) + 10]  # the newest records come first
    missed = {record.id for record in latest if record.disposition == "missed"} & gone
    return Unseen(ringing=ringing, missed=before.missed | missed)


def title(own: str, wished: Wishes, *, turn: bool) -> str:
    """The page's title beside `own`, which takes turns with a call that rings."""
    if wished.alert is not None and turn:
        return wished.alert.title
    named = f"{wished.unreachable} · {own}" if wished.unreachable else own
    return f"({wished.missed}) {named}" if wished.missed else named


# --- Keys -----------------------------------------------------------------------------------------


def talk(snapshot: Snapshot) -> Talk | None:
    """The call in front."""
    call = snapshot.foremost
    if call is None or call.quiet:
        return None
    name = call.peer_name or said_in(snapshot.speech, say("unknown"))
    return Talk(
        call=call.view.id,
        name=name[:LONGEST],
        photo=call.contact.photo if call.contact else "",
        muted=call.muted,
        rings=call.stage == "incoming",
    )


def keys(talk: Talk) -> dict[str, Command]:
    """What each key means, by its name in the Media Session API.

    A headset with one button presses play and pause in turn: it answers, then mutes and unmutes.
    """
    if talk.rings:
        return {"play": Answer(id=talk.call), "hangup": Reject(id=talk.call)}
    return {
        "play": Mute(on=False, id=talk.call),
        "pause": Mute(on=True, id=talk.call),
        "togglemicrophone": Mute(on=not talk.muted, id=talk.call),
        "hangup": Hangup(id=talk.call),
    }


def plays(talk: Talk) -> bool:
    """Whether the next press of such a button is a pause."""
    return not (talk.rings or talk.muted)


def _ringing(snapshot: Snapshot) -> list[CallSnapshot]:
    return [call for call in snapshot.living if call.stage == "incoming" and not call.quiet]
