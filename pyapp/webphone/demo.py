"""The demo without a server: the exchange inside the page, and its numbers that sound."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import count
from typing import assert_never

from webphone.browser.clock import Clock
from webphone.browser.demo.ends import Ends
from webphone.browser.demo.farend import FarEnds
from webphone.browser.demo.pipe import Link, LinkBeside
from webphone.exchange import (
    Action,
    AnswerCame,
    AnswerWanted,
    Exchange,
    OfferWanted,
    Over,
    Send,
)
from webphone.exchange.beside import Beside, Side
from webphone.phone import Loop
from webphone.sip import Entropy

Turn = Callable[[float], list[Action]]


class Demo:
    """One exchange for all phones of a page; lives as long as the page.

    A phone's link is opened by `enter`; `report` gets a mistake of ours.
    """

    def __init__(
        self, entropy: Entropy, clock: Clock, ends: Ends, report: Callable[[Exception], None]
    ) -> None:
        self._exchange = Exchange(entropy, realm="demo", sounding=True)
        self._far_ends = FarEnds(self._described, ends)
        # Those at a served exchange that are played here; the oldest of so many are long over.
        self._calls: deque[str] = deque(maxlen=100)
        self._links: dict[int, Callable[[bytes], None]] = {}
        self._numbers = count()
        alarm = clock.alarm(lambda: self._loop.turn(self._exchange.wake))
        self._loop: Loop[Turn, Action] = Loop(
            self,
            perform=self._perform,
            clock=clock.now,
            arm=alarm.set,
            settle=lambda: None,
            report=report,
        )

    @property
    def deadline(self) -> float | None:
        """When the exchange must be woken."""
        return self._exchange.deadline

    def handle(self, turn: Turn, now: float) -> list[Action]:
        """What the loop calls: each happening is one call of the exchange."""
        return turn(now)

    def enter(self, hear: Callable[[bytes], None]) -> int:
        """Open a link: `hear` gets each message that comes on it."""
        link = next(self._numbers)
        self._links[link] = hear
        self._loop.turn(lambda now: self._connected(link, now))
        return link

    def receive(self, link: int, data: bytes) -> None:
        """A phone sends a message."""
        self._loop.turn(lambda now: self._exchange.receive(link, data, now))

    def leave(self, link: int) -> None:
        """Close a link."""
        del self._links[link]
        self._loop.turn(lambda now: self._exchange.disconnected(link, now))

    def beside(
        self, link: Link, hear: Callable[[bytes], None], register: bytes | None
    ) -> LinkBeside:
        """A link to a served exchange that leaves calls to the numbers to this one."""
        return _LinkBeside(link, self, hear, Beside(self._calls, register))

    def _connected(self, link: int, now: float) -> list[Action]:
        self._exchange.connected(link, now)
        return []

    def _described(self, call: str, sdp: str | None) -> None:
        self._loop.turn(lambda now: self._exchange.described(call, sdp, now))

    def _perform(self, action: Action) -> None:
        match action:
            case Send(link=link, data=data):
                if link in self._links:
                    self._links[link](data)
            case AnswerWanted(call=call, number=number, sdp=sdp):
                self._far_ends.answer(call, number, sdp)
            case OfferWanted(call=call, number=number, direction=direction):
                self._far_ends.offer(call, number, direction)
            case AnswerCame(call=call, sdp=sdp):
                self._far_ends.answered(call, sdp)
            case Over(call=call):
                self._far_ends.over(call)
            case _:
                assert_never(action)


class _LinkBeside:
    """Sends to the served exchange what is for it, and to the exchange in the page the rest."""

    def __init__(
        self, link: Link, demo: Demo, hear: Callable[[bytes], None], beside: Beside
    ) -> None:
        self._link = link
        self._demo = demo
        self._hear = hear
        self._beside = beside
        self._inside = demo.enter(self._from_page)

    def send(self, data: bytes) -> None:
        if self._beside.from_phone(data) is Side.PAGE:
            self._demo.receive(self._inside, data)
        else:
            self._link.send(data)

    def close(self) -> None:
        self._link.close()
        self._demo.leave(self._inside)

    def heard(self, data: bytes) -> None:
        """Where the server lets the phone in, the page's exchange does too."""
        register = self._beside.from_server(data)
        if register is not None:
            self._demo.receive(self._inside, register)

    def _from_page(self, data: bytes) -> None:
        if self._beside.from_page(data):
            self._hear(data)
