"""What most calls never need, each loaded when it is first asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webphone.phone.call.call import Call
from webphone.phone.snapshot import TransferSnapshot

if TYPE_CHECKING:
    from webphone.phone.call.alerting import Alerting
    from webphone.phone.call.listeners import Listeners
    from webphone.phone.call.recording import Recording
    from webphone.phone.call.recovery import Recovery
    from webphone.phone.call.redirection import Redirection
    from webphone.phone.call.referral import Referral
    from webphone.phone.call.seat import Seat
    from webphone.phone.call.transfer import Transfer
    from webphone.phone.call.trickle import Trickle


def alerting(call: Call) -> Alerting:
    """The part for a caller who asks to be announced in a way of their own."""
    from webphone.phone.call.alerting import Alerting

    return Alerting(call)


def announced(call: Call) -> float | None:
    """Take the ring that a caller asks for; in how many seconds they ask to be answered, if so."""
    if not ("alert-info" in call.headers or "call-info" in call.headers):
        return None
    from webphone.phone.call.alerting import answer_after, ring

    call.ring = ring(call.headers) or call.ring
    return answer_after(call.headers)


def seat(call: Call) -> Seat:
    """The part for what a call is within the conference."""
    from webphone.phone.call.seat import Seat

    return Seat(call)


def transfer(call: Call) -> Transfer:
    """The part for our transfer of a call."""
    from webphone.phone.call.transfer import Transfer

    return Transfer(call)


def referral(call: Call) -> Referral:
    """The part for a transfer that the other side asks for."""
    from webphone.phone.call.referral import Referral

    return Referral(call)


def recovery(call: Call) -> Recovery:
    """The part for a call that outlived its page."""
    from webphone.phone.call.recovery import Recovery

    return Recovery(call)


def recording(call: Call) -> Recording:
    """The part for recordings, ours and theirs."""
    from webphone.phone.call.recording import Recording

    return Recording(call)


def listeners(call: Call) -> Listeners:
    """The part for a page that listens."""
    from webphone.phone.call.listeners import Listeners

    return Listeners(call)


def recording_of(call: Call) -> Recording | None:
    """That part of a call that is or was recorded, or is to be; loads nothing else."""
    wanted = call.record_news or call.account.config.record == "on"
    return call.part(recording) if wanted or recording in call.parts else None


def trickle(call: Call) -> Trickle:
    """The part for candidates that come after their description."""
    from webphone.phone.call.trickle import Trickle

    return Trickle(call)


def trickle_of(call: Call) -> Trickle | None:
    """That part of a call whose other end trickles; loads nothing else."""
    wanted = call.trickles and call.wire.trickles()
    return call.part(trickle) if wanted or trickle in call.parts else None


def redirection(call: Call) -> Redirection:
    """The part for a call that is sent elsewhere."""
    from webphone.phone.call.redirection import Redirection

    return Redirection(call)


def seat_of(call: Call) -> tuple[bool, bool]:
    """Whether nobody in the conference hears this call, and whether it speaks; loads nothing."""
    if not (call.joined and seat in call.parts):
        return False, False
    part = call.part(seat)
    return part.muted, part.speaking


def transfer_of(call: Call, consult: Call | None) -> TransferSnapshot | None:
    """What a call is in, as the screen sees it, or who is asked meanwhile; loads nothing."""
    ours = call.part(transfer).snapshot if transfer in call.parts else None
    theirs = call.part(referral).snapshot if referral in call.parts else None
    if ours or theirs or consult is None:
        return ours or theirs
    target = consult.remote.display_name or consult.remote.uri.shown_number
    return TransferSnapshot(stage="consulting", target=target, consult=consult.id)
