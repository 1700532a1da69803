"""The screen waits for a moment while a call is set up, and never for longer than a person sees."""

import asyncio
import itertools
import selectors
from collections.abc import Iterator

import pytest

from webphone.browser.glance import GLANCE, MOST, Glance


class Jumping(selectors.DefaultSelector):
    """Takes no time: its loop's clock jumps to what is due next."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list:
        self.now += timeout or 0.0
        return super().select(0)


class Stage:
    """A screen whose drawings are written down, in seconds, and its loop."""

    def __init__(self) -> None:
        self.clock = Jumping()
        self.loop = asyncio.SelectorEventLoop(self.clock)
        self.loop.time = lambda: self.clock.now
        self.drawn: list[float] = []
        self.glance = Glance(self.draw, lambda: self.clock.now)

    def draw(self) -> None:
        self.glance.drawn()
        self.drawn.append(round(self.clock.now, 3))

    def settle(self, *, busy: bool = False) -> None:
        """The end of a turn of the phone."""
        if not self.glance.waits(busy=busy):
            self.draw()

    def step(self) -> None:
        """Something of a call's media is asked for in this turn."""
        self.glance.hurry()
        self.settle()

    def play(self, *steps: float, busy: float | None = None) -> list[float]:
        """Hurry at these seconds, be busy at that one; gives when it was drawn."""

        async def all_of_it() -> None:
            for at in steps:
                self.loop.call_at(at, self.step)
            if busy is not None:
                self.loop.call_at(busy, lambda: self.settle(busy=True))
            await asyncio.sleep(2.0)

        self.loop.run_until_complete(all_of_it())
        return self.drawn


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage()
    yield made
    made.loop.close()


def test_what_has_no_call_in_it_is_drawn_at_once(stage: Stage) -> None:
    stage.settle()
    assert stage.drawn == [0.0]


def test_a_call_that_is_opened_goes_before_the_screen(stage: Stage) -> None:
    assert stage.play(0.5) == [pytest.approx(0.5 + GLANCE)]


def test_the_screen_is_not_drawn_in_the_middle_of_an_answer_that_came_at_once(stage: Stage) -> None:
    assert stage.play(0.5, 0.57) == [pytest.approx(0.57 + GLANCE)]


def test_it_never_waits_for_longer_than_a_person_takes_for_at_once(stage: Stage) -> None:
    drawn = stage.play(*(0.5 + each * 0.03 for each in range(20)))
    most = GLANCE * (1 + MOST)
    assert 0.5 + 2 * GLANCE < drawn[0] <= 0.5 + most
    assert all(after - before < most + 0.04 for before, after in itertools.pairwise(drawn))


def test_it_is_drawn_though_the_clock_stands_still(stage: Stage) -> None:
    stage.glance = Glance(stage.draw, lambda: 0.0)
    assert len(stage.play(0.5, 0.55)) == 1


def test_busy_media_put_it_off_once(stage: Stage) -> None:
    assert stage.play(busy=0.5) == [pytest.approx(0.5 + GLANCE)]


def test_more_to_draw_waits_for_the_next_turn_of_the_page(stage: Stage) -> None:
    async def more() -> None:
        stage.glance.next(busy=False)
        assert stage.drawn == []
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    stage.loop.run_until_complete(more())
    assert stage.drawn == [0.0]
