"""Troubles of the sound are told when they last and taken back when they are over."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from webphone.media.counters import Counters, Reading
from webphone.media.watching import LOOKS, Watch


@dataclass
class Call:
    """A call that is looked at each second; both ends talk unless a test says otherwise."""

    watch: Watch = field(default_factory=Watch)
    now: float = 0.0
    sends: bool = True
    hears: bool = True
    muted: bool = False
    voice: float | None = None  # at a muted microphone
    interrupted: bool = False
    relayed: bool | None = None
    sent: int | None = 50  # packets of each second; None: no such stream
    came: int | None = 50
    lost: int = 0  # of those that should have come, and of ours as the other end says
    lost_there: float | None = None
    round_trip: float | None = 0.02
    loud: float = 0.1
    loud_there: float = 0.1
    totals: dict[str, float] = field(default_factory=dict)

    def seconds(self, count: int, **changes: Any) -> list[tuple[str, str | None]]:
        """So many looks, all of them so; gives what is wrong then."""
        for name, value in changes.items():
            setattr(self, name, value)
        for _ in range(count):
            self._second()
        return [(each.code, each.direction) for each in self.watch.warnings]

    def _second(self) -> None:
        self.now += 1.0
        local = remote = None
        if self.sent is not None:
            local = Counters(
                time=self.now,
                packets=int(self._total("sent", self.sent)),
                share_lost=self.lost_there,
                round_trip=self.round_trip,
                energy=self._total("energy", self.loud**2),
                seconds=self.now,
            )
        if self.came is not None:
            remote = Counters(
                time=self.now,
                packets=int(self._total("came", self.came)),
                lost=int(self._total("lost", self.lost)),
                round_trip=self.round_trip,
                energy=self._total("energy there", self.loud_there**2),
                seconds=self.now,
            )
        self.watch.look(
            Reading(local=local, remote=remote, relayed=self.relayed),
            sends=self.sends,
            hears=self.hears,
            muted=self.muted,
            overheard=self.voice,
            interrupted=self.interrupted,
            now=self.now,
        )

    def _total(self, name: str, more: float) -> float:
        self.totals[name] = self.totals.get(name, 0) + more
        return self.totals[name]


def test_a_call_that_sounds_well_has_no_warning() -> None:
    assert Call().seconds(30) == []


@pytest.mark.parametrize(
    ("wrong", "right", "warning"),
    [
        ({"came": 0}, {"came": 50}, ("one_way_out", "in")),
        ({"came": 0, "lost": 50}, {"came": 50, "lost": 0}, ("one_way_out", "in")),
        ({"sent": 0}, {"sent": 50}, ("one_way_in", "out")),
        ({"sent": 0, "came": 0}, {"sent": 50, "came": 50}, ("no_media", None)),
        ({"lost": 5}, {"lost": 0}, ("high_loss", "in")),
        ({"lost_there": 0.1}, {"lost_there": 0.0}, ("high_loss", "out")),
        ({"round_trip": 0.5}, {"round_trip": 0.1}, ("high_rtt", None)),
        ({"relayed": True}, {"relayed": False}, ("relay", None)),
    ],
)
def test_three_looks_of_five_tell_it_and_five_without_it_take_it_back(
    wrong: dict[str, Any], right: dict[str, Any], warning: tuple[str, str | None]
) -> None:
    call = Call()
    call.seconds(10)
    assert warning not in call.seconds(2, **wrong)
    assert warning in call.seconds(1)
    since = call.watch.warnings[-1].since
    assert since == call.now
    call.seconds(7)
    assert warning in call.seconds(LOOKS - 1, **right)
    assert call.watch.warnings[-1].since == since
    assert call.seconds(1) == []


def test_now_and_then_a_bad_second_is_no_warning() -> None:
    call = Call()
    for _ in range(10):
        assert call.seconds(2, lost=5) == [] and call.seconds(3, lost=0) == []


def test_a_stream_that_never_came_to_be_is_missed_too() -> None:
    assert Call(came=None).seconds(4) == [("one_way_out", "in")]
    assert Call(sent=None).seconds(4) == [("one_way_in", "out")]
    assert Call(sent=None, came=None).seconds(3) == [("no_media", None)]


def test_on_hold_nobody_misses_anything() -> None:
    assert Call(sends=False, hears=False, sent=0, came=0).seconds(20) == []
    assert Call(hears=False, came=0).seconds(20) == []
    assert Call(sends=False, sent=0, came=None, hears=False).seconds(20) == []


def test_an_end_that_falls_silent_for_long_is_told_and_its_voice_takes_it_back() -> None:
    call = Call()
    call.seconds(3)
    assert call.seconds(9, loud_there=0.0) == []
    assert call.seconds(1) == [("silent_media", "in")]
    assert call.seconds(LOOKS, loud_there=0.1) == []


def test_a_microphone_that_gives_nothing_is_told_unless_it_is_muted() -> None:
    call = Call()
    call.seconds(3)
    assert call.seconds(20, loud=0.0, muted=True) == []
    assert call.seconds(10, muted=False) == [("mic_silent", "out")]


def test_who_speaks_while_muted_is_told_soon_and_once() -> None:
    call = Call(muted=True, loud=0.0, voice=0.005)
    assert call.seconds(20) == []  # a room with its keyboards
    assert call.seconds(1, voice=0.2) == []  # a door
    assert call.seconds(6, voice=0.005) == []
    assert call.seconds(2, voice=0.05) == [("muted_speech", "out")]
    since = call.watch.warnings[0].since
    for _ in range(4):  # with the pauses that a person makes
        call.seconds(3, voice=0.005)
        assert call.seconds(1, voice=0.05) == [("muted_speech", "out")]
    assert call.watch.warnings[0].since == since
    assert call.seconds(LOOKS, voice=0.005) == []


def test_unmuted_it_is_over_at_once_and_on_hold_nobody_is_told() -> None:
    call = Call(muted=True, voice=0.05)
    assert call.seconds(3) == [("muted_speech", "out")]
    assert call.seconds(1, muted=False, voice=None) == []
    assert call.seconds(1, muted=True, voice=0.05) == []  # from the beginning
    assert call.seconds(10, sends=False, hears=False, sent=0, came=0) == []


def test_a_microphone_that_nobody_can_listen_to_is_no_speech() -> None:
    assert Call(muted=True, voice=None).seconds(10) == []


def test_a_microphone_that_the_system_takes_is_told_at_once_and_is_given_back() -> None:
    """A telephone call on the mobile: its microphone is the telephone's for so long."""
    call = Call()
    call.seconds(5)
    assert call.seconds(1, interrupted=True, loud=0.0) == [("mic_silent", "out")]
    call.seconds(30)
    assert call.seconds(LOOKS, interrupted=False, loud=0.1) == []
    assert call.seconds(1, interrupted=True, muted=True) == []
