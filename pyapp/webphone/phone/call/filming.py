"""Our own pictures in a call, loaded when there are any."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from webphone.phone.call.call import Call

if TYPE_CHECKING:
    from webphone.phone.call.pictures import Pictures


def pictures(call: Call) -> Pictures:
    """The part for the camera and the screen."""
    from webphone.phone.call.pictures import Pictures

    return Pictures(call)


def pictures_of(call: Call) -> Pictures | None:
    """That part of a call in which we have pictures, or have had them; loads nothing else."""
    return call.part(pictures) if call.video_local or pictures in call.parts else None


def shown_of(call: Call) -> tuple[bool, bool]:
    """Whether our camera is wanted, and whether our screen is there; loads nothing."""
    if pictures not in call.parts:
        return call.video_local, False
    part = cast("Pictures", call.parts[pictures])
    return part.camera, part.shared
