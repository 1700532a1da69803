"""Whose voice goes where in a conference: who is heard by the others, and who hears them."""

from __future__ import annotations

from collections.abc import Iterable

from webphone.phone.actions import Voice
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.renegotiation import Renegotiation


def voices(members: Iterable[Call]) -> tuple[Voice, ...]:
    """Those of the calls that can be mixed, as the person, the other end and the media want it.

    Nobody on hold, whoever holds, hears the room or sends music into it; that holds from the moment
    it is wanted, and until the other side has agreed to the end of it.
    """
    return tuple(
        Voice(
            call=call.id,
            heard=not (on_hold(call) or call.part(seldom.seat).muted),
            hears=not on_hold(call),
        )
        for call in members
        if call.stage is Stage.ACTIVE
    )


def on_hold(call: Call) -> bool:
    """Whether a call is on hold, or about to be."""
    return call.hold.by is not None or call.part(Renegotiation).hold_wanted
