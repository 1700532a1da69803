"""A world whose WebSockets are real enough to die: two queues each, and what is in them is lost."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from phone.stage import Actor, World
from webphone.exchange.actions import Send
from webphone.phone import happenings as on

Flights = deque[tuple[int, bytes]]


@dataclass
class Link:
    """A WebSocket of a phone; what flies one way arrives in its order."""

    number: int
    phone: Actor
    socket: int
    up: Flights = field(default_factory=deque)
    down: Flights = field(default_factory=deque)
    dead: bool = False  # nothing passes any more, whether anybody knows it or not


class Wires(World):
    """While `slow`, each message flies until it is its turn to `arrive`.

    A phone tells by keep-alive that its WebSocket is dead; the exchange when it should `notice`.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._wires: dict[int, Link] = {}
        self._unnoticed: list[Link] = []
        self._flown = 0
        self._settling = False

    # --- What the test lets happen ---

    def arrive(self, choice: int) -> None:
        """A message comes to its end: the first of one of the queues."""
        flying = [way for link in self._wires.values() for way in (link.up, link.down) if way]
        if flying:
            self._bring(flying[choice % len(flying)])

    def land(self) -> None:
        """All that flies arrives, and what it brings about, and the wire is fast again."""
        self.slow = False
        self._settle()

    def die(self, phone: Actor, up: int, down: int, *, told: bool, noticed: bool) -> None:
        """The phone's WebSockets die after so many of the messages in them have arrived.

        `told`: the phone hears of it at once; `noticed`: the exchange does.
        """
        for link in [self._wires[number] for number in phone.links.values()]:
            if link.dead:
                continue
            for way, count in ((link.up, up), (link.down, down)):
                for _ in range(min(count, len(way))):
                    if way:
                        self._bring(way)
            self._kill(link)
            self._unnoticed.append(link)
        if noticed:
            self.notice()
        if told:
            self.tell(phone)

    def tell(self, phone: Actor) -> None:
        """The phone hears which of its WebSockets are dead."""
        for socket, number in list(phone.links.items()):
            if self._wires[number].dead:
                self.disconnect(phone, socket)
                phone.happens(on.SocketClosed(socket=socket))

    def notice(self) -> None:
        """The exchange finds out which WebSockets are dead."""
        while self._unnoticed:
            self._forget(self._unnoticed.pop(0))

    # --- Wires ---

    def connect(self, phone: Actor, socket: int, url: str) -> None:
        if url not in self.broken:
            self._wires[self._next_link + 1] = Link(self._next_link + 1, phone, socket)
        super().connect(phone, socket, url)

    def disconnect(self, phone: Actor, socket: int) -> None:
        """The phone leaves a WebSocket; the exchange hears so after all that was sent on it."""
        number = phone.links.pop(socket, None)
        if number is None or self._wires[number].dead:
            return
        link = self._wires[number]
        while link.up:
            self._bring(link.up)
        self._kill(link)
        self._forget(link)

    def carry(self, link: int, data: bytes) -> None:
        if not self._wires[link].dead:
            self._fly(self._wires[link].up, data)
        self._settle()

    def _deliver(self, sends: object) -> None:
        for send in sends or ():  # type: ignore[attr-defined]
            assert isinstance(send, Send)
            if send.link in self._links and not self._wires[send.link].dead:
                self._fly(self._wires[send.link].down, send.data)
        self._settle()

    def _fly(self, way: Flights, data: bytes) -> None:
        self._flown += 1
        way.append((self._flown, data))

    def _settle(self) -> None:
        """On a fast wire everything arrives at once, in the order in which it was sent."""
        if self._settling:
            return
        self._settling = True
        while not self.slow:
            flying = [way for link in self._wires.values() for way in (link.up, link.down) if way]
            if not flying:
                break
            self._bring(min(flying, key=lambda way: way[0][0]))
        self._settling = False

    def _bring(self, way: Flights) -> None:
        _, data = way.popleft()
        for link in self._wires.values():
            if way is link.down:
                link.phone.happens(on.Received(socket=link.socket, data=data))
                return
            if way is link.up:
                self._deliver(self.exchange.receive(link.number, data, self.now))
                return

    def _kill(self, link: Link) -> None:
        link.dead = True
        link.up.clear()
        link.down.clear()

    def _forget(self, link: Link) -> None:
        self._links.pop(link.number, None)
        self._deliver(self.exchange.disconnected(link.number, self.now))
