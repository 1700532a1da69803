"""What the buttons of a headset mean for the call in front, and what its lamps show."""

from __future__ import annotations

from webphone.contract import Answer, Command, Hangup, Mute
from webphone.media.headset import Button, Lamp, Press
from webphone.ui.around import Talk


def meant(press: Press, talk: Talk | None) -> Command | None:
    """What a press asks for; None where it asks for nothing.

    A headset also says what the phone has just told it: what is so already is no wish.
    """
    if talk is None:
        return None
    if press.button is Button.MUTE:
        muted = not talk.muted if press.on is None else press.on
        return Mute(on=muted, id=talk.call) if muted != talk.muted and not talk.rings else None
    if talk.rings:
        return Answer(id=talk.call) if press.on is not False else None
    return Hangup(id=talk.call) if not press.on else None


def lit(talk: Talk | None) -> frozenset[Lamp]:
    """The lamps that are on."""
    if talk is None:
        return frozenset()
    if talk.rings:
        return frozenset({Lamp.RING, Lamp.RINGER})
    return frozenset({Lamp.OFF_HOOK, Lamp.MUTE} if talk.muted else {Lamp.OFF_HOOK})
