"""The line to the server: what waits until there is one, and what may not have arrived."""

from __future__ import annotations

from webphone.sip.outputs import Output, Send
from webphone.sip.transaction import T64

_MOST_ACKS = 16  # that are said again over the next connection


class Line:
    """What an agent writes goes out, or waits for a socket for as long as it is worth sending."""

    def __init__(self) -> None:
        self.connected = True
        self.unsaid = False  # the server does not know yet whose the new socket is
        # Our ACKs of late: nobody answers them, so that nobody knows whether they have arrived.
        self._acks: list[tuple[float, Send]] = []
        # What was written while there was no socket, and until when it is worth sending.
        self._waiting: list[tuple[float, Send]] = []

    def begin(self, *, open: bool) -> None:
        """An agent that is new goes on with what another one did; not `open`: all waits."""
        self.connected = self.connected and open

    def lost(self, now: float) -> None:
        """The socket is gone, and perhaps what it had just taken."""
        self._waiting += [(until, send) for until, send in self._acks if now < until]
        self._acks = []
        self.connected = self.unsaid = False

    def up(self) -> None:
        """A socket is there; the server is still to hear whose it is."""
        self.connected = self.unsaid = True

    def known(self, now: float) -> list[Send]:
        """What was written meanwhile, unless it is too old."""
        self.unsaid = False
        waiting, self._waiting = self._waiting, []
        return [send for until, send in waiting if now < until]

    def out(self, outputs: list[Output], now: float) -> list[Output]:
        """What is to be done now of what an agent gives back: what it writes may have to wait."""
        if self.connected:
            acks = [each for each in outputs if isinstance(each, Send) and _acknowledges(each)]
            if acks:
                self._acks = [*self._acks, *((now + T64, each) for each in acks)][-_MOST_ACKS:]
            return outputs
        self._waiting = [(until, send) for until, send in self._waiting if now < until]
        self._waiting += [(now + T64, out) for out in outputs if isinstance(out, Send)]
        return [out for out in outputs if not isinstance(out, Send)]


def _acknowledges(send: Send) -> bool:
    return send.data.startswith(b"ACK ")
