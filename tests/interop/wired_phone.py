"""A whole phone without a browser: a real desk on real WebSockets, with media of one fixed shape."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from phone.stage import Promise, description
from webphone.contract import Config, Event, decode_command
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.login import known
from webphone.phone.desk import Desk
from webphone.phone.loop import Loop
from webphone.sip import Entropy


class WiredPhone:
    """One user's phone; `wait` gives it time until something is so."""

    def __init__(self, host: str, user: str, password: str, **settings: Any) -> None:
        own = {"host": host, "username": user, "password": password, **settings}
        self.user = user
        self.desk = Desk(Entropy(secrets.token_bytes), Config().changed(own))
        self.events: list[Event] = []
        self.sent: list[bytes] = []
        self._promises: dict[int, Promise] = {}
        self._sockets: dict[int, ClientConnection] = {}
        self._stack = ExitStack()
        self._due: deque[on.Happening] = deque()
        self._loop = Loop(
            self.desk,
            perform=self._perform,
            clock=time.monotonic,
            arm=lambda moment: None,
            settle=lambda: None,
            report=self._fail,
        )

    def ask(self, method: str, *arguments: object) -> Promise:
        """Call a method and wait for its promise."""
        promise = self.begin(method, *arguments)
        self.wait(lambda: promise.settled, method)
        return promise

    def begin(self, method: str, *arguments: object) -> Promise:
        """Call a method; its promise may take its time."""
        number = len(self._promises) + 1
        promise = self._promises[number] = Promise()
        self._loop.turn(on.Asked(command=decode_command(method, arguments), reply=number))
        return promise

    def hear(self, happening: on.Happening) -> None:
        """Something happens in the browser."""
        self._loop.turn(happening)

    def told(self, name: str) -> list[Any]:
        """The details of all events with this name."""
        return [event.detail for event in self.events if event.name == name]

    def wait(
        self,
        so: Callable[[], object],
        what: str,
        seconds: float = 15.0,
        beside: Sequence[WiredPhone] = (),
    ) -> None:
        """Until it is so; phones `beside` go on meanwhile."""
        end = time.monotonic() + seconds
        while not so():
            assert time.monotonic() < end, f"{what} did not happen"
            for phone in (self, *beside):
                phone._listen()

    def close(self) -> None:
        """Leave without a word."""
        self._stack.close()

    def _listen(self) -> None:
        while self._due:
            self._loop.turn(self._due.popleft())
        if not self._sockets:
            time.sleep(0.02)
        for number, socket in list(self._sockets.items()):
            try:
                text = socket.recv(timeout=0.02)
            except TimeoutError:
                continue
            except ConnectionClosed:
                del self._sockets[number]
                self._loop.turn(on.SocketClosed(socket=number))
                continue
            data = text.encode() if isinstance(text, str) else text
            self._loop.turn(on.Received(socket=number, data=data))
        deadline = self.desk.deadline
        if deadline is not None and deadline <= time.monotonic():
            self._loop.turn(on.Woken())

    def _perform(self, action: do.Action) -> None:
        match action:
            case do.Connect(socket=number, url=url):
                try:
                    opening = connect(
                        url,
                        subprotocols=[Subprotocol("sip")],
                        open_timeout=2,
                        close_timeout=0.2,  # a browser does not wait for it
                        proxy=None,
                    )
                    self._sockets[number] = self._stack.enter_context(opening)
                    self._due.append(on.SocketOpened(socket=number))
                except OSError:
                    self._due.append(on.SocketClosed(socket=number))
            case do.Disconnect(socket=number):
                socket = self._sockets.pop(number, None)
                if socket is not None:
                    socket.close()
            case do.Send(socket=number, data=data):
                self.sent.append(data)
                if number in self._sockets:
                    self._sockets[number].send(data.decode())
            case do.Tell(event=event):
                self.events.append(event)
            case do.Ask(ask=ask, event=event):
                self.events.append(event)
                self._due.append(on.Permitted(ask=ask, allowed=True))
            case do.AskCredentials(ask=ask):
                given = known(self.desk.config.credentials())
                self._due.append(on.CredentialsCame(ask=ask, credentials=given))
            case do.Settle(reply=reply, value=value):
                self._promises[reply].value, self._promises[reply].settled = value, True
            case do.Refuse(reply=reply, error=error):
                self._promises[reply].error, self._promises[reply].settled = error, True
            case do.OpenMedia(call=call, offer=offer):
                self._describe(call, do.Offer.ANSWER if offer else do.Offer.OFFER, "sendrecv")
            case do.Reoffer(call=call, direction=direction):
                self._describe(call, do.Offer.OFFER, str(direction))
            case do.Accept(call=call, direction=direction):
                self._describe(call, do.Offer.ANSWER, str(direction))
            case do.DescribeRemote(call=call, kind=do.Offer.ANSWER):
                self._due.append(on.AnswerTaken(call=call))
            case _:
                pass

    def _describe(self, call: str, kind: do.Offer, direction: str) -> None:
        setup = "active" if kind is do.Offer.ANSWER else "actpass"
        sdp = description("phone", direction, setup=setup)
        self._due.append(on.MediaReady(call=call, kind=kind, sdp=sdp))

    def _fail(self, mistake: Exception) -> None:
        raise mistake
