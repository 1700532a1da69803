"""An agent with many calls at once, and what a message or a wake-up costs it then."""

from __future__ import annotations

import sys
from collections.abc import Callable
from hashlib import shake_128
from itertools import count
from types import FrameType

from webphone.sip import Agent, Entropy, Identity, Invited, Send, parse

OFFER = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n"
# Long enough that none of them ends while the others begin.
EXPIRES = 3600


class Crowd:
    """One agent, and that many far ends that have called it and talk to it."""

    def __init__(self, many: int) -> None:
        chance = count(1)
        entropy = Entropy(lambda size: shake_128(str(next(chance)).encode()).digest(size))
        self.agent = Agent(entropy)
        self.agent.account = Identity(user="bob", domain="example.net")
        self.now = 1000.0
        self._branches = count(1)
        self._tags: dict[int, str] = {}
        for caller in range(many):
            self.call(caller)
        # What is left of the INVITEs is over.
        self.wind(64.0)

    def call(self, caller: int) -> None:
        """One more calls and is answered."""
        timer = f"Session-Expires: {EXPIRES};refresher=uas\r\nSupported: timer\r\n"
        heard = self.agent.receive(self.message(caller, "INVITE", timer), self.now)
        (call,) = [output.call for output in heard if isinstance(output, Invited)]
        said = self.agent.accept(call, OFFER, self.now)
        (answer,) = [parse(output.data) for output in said if isinstance(output, Send)]
        self._tags[caller] = answer.to.tag
        self.agent.receive(self.message(caller, "ACK"), self.now)
        self.now += 0.01

    def message(self, caller: int, method: str, headers: str = "") -> bytes:
        """A request of one of them, in its call if there is one."""
        tag = f";tag={self._tags[caller]}" if caller in self._tags else ""
        number, body = next(self._branches), OFFER if method == "INVITE" else ""
        sequence = 1 if method in ("INVITE", "ACK") else number + 1
        return (
            f"{method} sip:bob@b.invalid SIP/2.0\r\n"
            f"Via: SIP/2.0/WSS a.invalid;branch=z9hG4bK{number}\r\n"
            f"From: <sip:renee{caller}@example.net>;tag=r{caller}\r\n"
            f"To: <sip:bob@example.net>{tag}\r\n"
            f"Call-ID: of-{caller}\r\n"
            f"CSeq: {sequence} {method}\r\n"
            f"Contact: <sip:renee{caller}@a.invalid;transport=ws>\r\n"
            f"{headers}"
            + ("Content-Type: application/sdp\r\n" if body else "")
            + f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def wind(self, seconds: float) -> None:
        """Let time pass, each timer at its own moment."""
        end = self.now + seconds
        while (moment := self.agent.deadline) is not None and moment <= end:
            self.agent.wake(moment)
        self.now = end

    def hear(self, caller: int) -> None:
        """A message in one call."""
        heard = self.agent.receive(self.message(caller, "OPTIONS"), self.now)
        assert len(heard) == 1, heard

    def wake(self) -> None:
        """The next timer of all."""
        moment = self.agent.deadline
        assert moment is not None
        self.agent.wake(moment)

    def hang_up(self, caller: int) -> None:
        """One of them hangs up."""
        heard = self.agent.receive(self.message(caller, "BYE"), self.now)
        assert len(heard) == 2, heard


def calls_made(do: Callable[[], object]) -> int:
    """How many functions are called meanwhile: the same on every machine."""
    made = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal made
        made += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(before)
    return made
