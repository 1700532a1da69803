"""What an ear hears in a call: each change once, its end too, and less where less is wanted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, talking
from webphone.contract import CallView
from webphone.phone.snapshot import Snapshot
from webphone.ui.drawn import Drawn
from webphone.ui.html import find_all, text
from webphone.ui.lasting import OVER, followed, lasting
from webphone.ui.screen import screen
from webphone.ui.view import View


class Ear:
    """Hears what a screen reader reads of two regions whose additions are read."""

    def __init__(self, picture: Snapshot) -> None:
        self.view = View()
        self._heard: dict[str, str] = {}
        self.hear(picture)

    def hear(self, picture: Snapshot) -> list[str]:
        """What is said of this screen after the one before."""
        drawn = screen(picture, self.view, NOW)
        self.view = followed(self.view, picture)
        regions = [each for each in find_all(drawn) if str(each.key).startswith("spoken-")]
        now = {line.key: text(line) for region in regions for line in region.children}
        said = [words for key, words in now.items() if self._heard.get(key) != words]
        self._heard = now
        return said


def call(**changes: object) -> CallView:
    return replace(BOB.view, **changes)  # type: ignore[arg-type]


# What changes in the call with Bob, what is said of it, and what when it is over again.
CHANGES = [
    ({"view": call(muted=True)}, "You are muted.", "Your microphone is on."),
    ({"view": call(held_by="remote")}, "Bob Marsh has put you on hold.", "Bob Marsh is back."),
    ({"view": call(held_by="local")}, "Bob Marsh is on hold.", "In call with Bob Marsh."),
    ({"video_local": True}, "Your camera is on.", "Your camera is off."),
    (
        {"video_local": True, "sharing": True},
        "Your screen is shared.",
        "Your screen is no longer shared.",
    ),
    ({"video_remote": True}, "Bob Marsh shows video.", "Bob Marsh shows no video any more."),
    ({"unstable": True}, "The connection is unstable.", "The connection is stable again."),
    ({"recording": "on"}, "This call is recorded", "This call is no longer recorded."),
    (
        {"recorded": "on"},
        "Bob Marsh records this call",
        "Bob Marsh no longer records this call.",
    ),
]


@pytest.mark.parametrize(("changes", "begins", "ends"), CHANGES)
def test_a_change_is_said_once_and_so_is_its_end(
    changes: dict[str, object], begins: str, ends: str
) -> None:
    before, after = talking(BOB), talking(replace(BOB, **changes))  # type: ignore[arg-type]
    ear = Ear(before)
    for _ in range(2):  # the second time as the first
        assert ear.hear(after) == [begins]
        assert ear.hear(after) == []
        assert ear.hear(before) == [ends]
        assert ear.hear(before) == []


def test_a_screen_in_the_place_of_the_camera_says_nothing_of_the_camera() -> None:
    filmed = talking(replace(BOB, video_local=True))
    shared = talking(replace(BOB, video_local=True, sharing=True))
    ear = Ear(talking(BOB))
    assert ear.hear(filmed) == ["Your camera is on."]
    assert ear.hear(shared) == ["Your screen is shared."]
    assert ear.hear(filmed) == ["Your camera is on.", "Your screen is no longer shared."]


def test_the_end_of_a_call_is_said_and_nothing_of_what_was_in_it() -> None:
    ear = Ear(talking(replace(BOB, view=call(muted=True))))
    assert ear.hear(IDLE) == []  # the farewell says that it is over
    assert ear.view.begun == frozenset()


def test_a_phone_that_comes_back_from_another_tab_says_so() -> None:
    ear = Ear(IDLE)
    assert ear.hear(replace(IDLE, other_tab=True)) == ["The phone is active in another tab."]
    assert ear.hear(IDLE) == ["The phone is active here."]
    assert ear.hear(IDLE) == []


def test_a_conference_ends_with_a_word() -> None:
    joined = talking(replace(BOB, view=call(conference=True)))
    ear = Ear(talking(BOB))
    assert ear.hear(joined) == ["You are in a conference with Bob Marsh."]
    assert ear.hear(talking(BOB)) == ["The conference is over."]


def test_each_of_them_has_an_end() -> None:
    everything = replace(
        BOB,
        view=call(muted=True, held_by="remote", conference=True),
        sharing=True,
        video_local=True,
        video_remote=True,
        unstable=True,
        recording="paused",
        recorded="paused",
    )
    names = {name for name, _ in lasting(talking(everything, other_tab=True), Drawn())}
    assert names | {"filming"} == set(OVER)


def test_less_is_said_in_a_call_where_less_is_wanted() -> None:
    few = replace(CONFIG, announcements="few")
    ear = Ear(talking(BOB, config=few))
    for changes in ({"view": call(muted=True)}, {"video_local": True}, {"filtered": "on"}):
        assert ear.hear(talking(replace(BOB, **changes), config=few)) == []  # type: ignore[arg-type]
    assert ear.hear(talking(BOB, config=few)) == []
    held = talking(replace(BOB, view=call(held_by="remote")), config=few)
    assert ear.hear(held) == ["Bob Marsh has put you on hold."]
