"""What lasts for a while in a call, for an ear: each end is told as each beginning is, once."""

from __future__ import annotations

from dataclasses import replace

from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.ui.drawn import Drawn
from webphone.ui.view import View
from webphone.ui.words import say
from webphone.words import Sentence

Lasting = tuple[str, str]  # what it is, and the id of its call; "" where it is of the phone


def lasting(snapshot: Snapshot, drawn: Drawn) -> frozenset[Lasting]:
    """All that lasts now."""
    first = snapshot.foremost
    found: set[Lasting] = set()
    for call in snapshot.living:
        found.update(drawn(("lasts", call.view.id), _of, call))
    if first is not None and first.muted:
        found.add(("muted", first.view.id))
    if snapshot.joined:
        found.add(("conference", ""))
    if snapshot.other_tab:
        found.add(("tab", ""))
    return frozenset(found)


def _of(call: CallSnapshot) -> tuple[Lasting, ...]:
    talks = call.stage == "active"
    told = {
        "them": call.held_remote and talks,
        "filming": call.video_local and talks and not call.sharing,
        "sharing": call.sharing and talks,
        "video": call.video_remote and talks,
        "unstable": call.unstable or call.recovering,
        "recording": call.recording in ("on", "paused") and talks,
        "recorded": call.recorded in ("on", "paused") and talks,
    }
    return tuple((name, call.view.id) for name, true in told.items() if true)


def lasts(view: View, snapshot: Snapshot) -> frozenset[Lasting]:
    """The same, asked for more than once for one screen."""
    return view.drawn("lasting", lasting, snapshot, view.drawn)


def followed(view: View, snapshot: Snapshot) -> View:
    """The view once this is drawn: what has begun in calls that go on."""
    ids = {call.view.id for call in snapshot.living}
    there = ids | ({""} if ids or snapshot.other_tab or ("tab", "") in view.begun else set())
    begun = {each for each in view.begun | lasts(view, snapshot) if each[1] in there}
    return view if begun == view.begun else replace(view, begun=frozenset(begun))


def over(snapshot: Snapshot, view: View, now: frozenset[Lasting]) -> list[tuple[str, Sentence]]:
    """What is over of it, in the order of the calls; `now` lasts."""
    gone = view.begun - now
    if not gone:
        return []
    names = {call.view.id: call.peer_name for call in snapshot.living}
    return [
        view.drawn(("over", name, id), _told, name, id, names.get(id, ""))
        for name, id in sorted(gone)
        # A screen that is shared stands in the place of the camera.
        if (id in names or not id) and not (name == "filming" and ("sharing", id) in now)
    ]


def _told(name: str, id: str, who: str) -> tuple[str, Sentence]:
    words = say(f"over_{name}", name=who) if OVER[name] else say(f"over_{name}")
    return f"over {name} {id}", words


# Of what the end is told, and whether the sentence names the other end.
OVER = {
    "muted": False,
    "them": True,
    "filming": False,
    "sharing": False,
    "video": True,
    "unstable": False,
    "recording": False,
    "recorded": True,
    "conference": False,
    "tab": False,
}
