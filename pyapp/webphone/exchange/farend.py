"""The exchange's own phones: one agent that plays every number, without any sound of its own."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import assert_never

from webphone.exchange.actions import Action, AnswerCame, AnswerWanted, OfferWanted, Over
from webphone.exchange.numbers import NUMBERS, Deed
from webphone.exchange.routing import HOST
from webphone.machine import due, earliest
from webphone.sip import outputs as news
from webphone.sip.agent import Agent
from webphone.sip.endpoint import Identity, NotNow
from webphone.sip.entropy import Entropy
from webphone.sip.wire.headers import NameAddr

Step = news.Send | Action

NO_SOUND = (
    f'399 {HOST} "This exchange has no sound of its own: '
    'the sounding numbers live in the exchange inside the page"'
)


class Want(Enum):
    """What a session description that was asked for is meant for."""

    ANSWER = auto()
    EARLY = auto()
    CALL = auto()
    REOFFER = auto()
    REANSWER = auto()


@dataclass(slots=True, eq=False)
class Part:
    """A number's part in one call: what is left to do, and which descriptions are awaited."""

    call: str
    number: str
    caller: NameAddr
    offer: str | None = None
    deeds: deque[tuple[float, Deed]] = field(default_factory=deque)
    due: float | None = None
    wants: deque[Want] = field(default_factory=deque)
    early: str = ""
    answered: bool = False
    # It is a call back, and not begun yet while this is true.
    calls_back: bool = False


class FarEnd:
    """Plays the numbers; `sounding` tells whether anybody answers AnswerWanted and OfferWanted."""

    def __init__(self, entropy: Entropy, *, sounding: bool) -> None:
        self._entropy = entropy
        self._sounding = sounding
        self._agent = Agent(entropy, user_agent="webphone exchange", transport="WS")
        self._parts: dict[str, Part] = {}

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        times = [self._agent.deadline, *(part.due for part in self._parts.values())]
        return earliest(times)

    def receive(self, data: bytes, now: float) -> list[Step]:
        """Take one message meant for a number."""
        return self._hear(self._agent.receive(data, now), now)

    def wake(self, now: float) -> list[Step]:
        """Do what is due."""
        steps = self._hear(self._agent.wake(now), now)
        for part in list(self._parts.values()):
            if due(part.due, now):
                part.due = None
                steps += self._go_on(part, now)
        return steps

    def described(self, call: str, sdp: str | None, now: float) -> list[Step]:
        """The description last asked for is there, or with None cannot be had."""
        part = self._parts.get(call)
        if part is None or not part.wants:
            return []
        want = part.wants.popleft()
        try:
            outputs = (
                self._refuse(part, want, now) if sdp is None else self._use(part, want, sdp, now)
            )
        except NotNow:
            # The call went on without it.
            return []
        return self._hear(outputs, now)

    # What the agent hears.

    def _hear(self, outputs: list[news.Output], now: float) -> list[Step]:
        steps: list[Step] = []
        for output in outputs:
            match output:
                case news.Send():
                    steps.append(output)
                case news.Invited():
                    steps += self._invited(output, now)
                case news.OfferReceived(call=call, sdp=sdp):
                    steps += self._reoffered(call, sdp)
                case news.Answered(call=call, sdp=sdp) | news.OfferAnswered(call=call, sdp=sdp):
                    steps += _answer_came(call, sdp)
                case (
                    news.Confirmed(call=call, sdp=sdp) | news.OfferAcknowledged(call=call, sdp=sdp)
                ):
                    steps += _answer_came(call, sdp)
                case news.ReferReceived(call=call):
                    # A number does what it does, and calls nobody.
                    steps += self._hear(self._agent.answer_refer(call, 603, now), now)
                case news.MessageReceived():
                    steps += self._write_back(output, now)
                case news.Ended(call=call, by=by):
                    steps += self._ended(call, by, now)
                case _:
                    pass
        return steps

    def _invited(self, invited: news.Invited, now: float) -> list[Step]:
        number = invited.to.uri.number
        known = NUMBERS.get(number)
        if known is None:
            return self._hear(self._agent.reject(invited.call, 404, now), now)
        if known.sounds and not self._sounding:
            headers = (("Warning", NO_SOUND),)
            return self._hear(self._agent.reject(invited.call, 488, now, headers=headers), now)
        part = Part(invited.call, number, invited.from_, invited.sdp, deque(known.deeds))
        self._parts[invited.call] = part
        return self._go_on(part, now)

    def _reoffered(self, call: str, sdp: str | None) -> list[Step]:
        part = self._parts[call]
        part.wants.append(Want.REANSWER)
        if sdp is None:
            return [OfferWanted(call=call, number=part.number, direction="sendrecv")]
        return [AnswerWanted(call=call, number=part.number, sdp=sdp)]

    def _write_back(self, text: news.MessageReceived, now: float) -> list[Step]:
        """A number has nothing to say in writing but what it was sent."""
        writer = text.from_.uri
        if writer.number in NUMBERS:
            return []
        self._agent.account = Identity(user=text.to.uri.number, domain=writer.host)
        body = text.text.encode()
        outputs = self._agent.message(writer, text.content_type, body, "", now)
        self._agent.account = None
        return self._hear(outputs, now)

    def _ended(self, call: str, by: news.By, now: float) -> list[Step]:
        part = self._parts.pop(call, None)
        if part is None:
            return []
        wait = NUMBERS[part.number].calls_back_after
        if wait is not None and part.answered and by is news.By.REMOTE:
            back = Part(self._entropy.token(8), part.number, part.caller, calls_back=True)
            back.due = now + wait
            self._parts[back.call] = back
        return [Over(call=call)]

    # What a number does.

    def _go_on(self, part: Part, now: float) -> list[Step]:
        """Do the next deed; the one after it counts from when its sound is made."""
        call, number = part.call, part.number
        if part.calls_back:
            part.calls_back = False
            part.wants.append(Want.CALL)
            return [OfferWanted(call=call, number=number, direction="sendrecv")]
        _seconds, deed = part.deeds.popleft()
        match deed:
            case Deed.RING:
                return self._hear(self._agent.ring(call, now), now)
            case Deed.BUSY:
                return self._hear(self._agent.reject(call, 486, now), now)
            case Deed.DECLINE:
                return self._hear(self._agent.reject(call, 603, now), now)
            case Deed.ANSWER if part.early:
                part.answered = True
                return self._hear(self._agent.accept(call, part.early, now), now)
            case Deed.ANSWER | Deed.EARLY:
                part.wants.append(Want.ANSWER if deed is Deed.ANSWER else Want.EARLY)
                if part.offer is None:
                    return [OfferWanted(call=call, number=number, direction="sendrecv")]
                return [AnswerWanted(call=call, number=number, sdp=part.offer)]
            case Deed.HOLD | Deed.RESUME:
                part.wants.append(Want.REOFFER)
                direction = "sendonly" if deed is Deed.HOLD else "sendrecv"
                return [OfferWanted(call=call, number=number, direction=direction)]
            case _:
                assert_never(deed)

    def _use(self, part: Part, want: Want, sdp: str, now: float) -> list[news.Output]:
        call = part.call
        match want:
            case Want.ANSWER:
                outputs = self._agent.accept(call, sdp, now)
                part.answered = True
            case Want.EARLY:
                part.early = sdp
                outputs = self._agent.ring(call, now, sdp=sdp)
            case Want.CALL:
                self._agent.account = Identity(user=part.number, domain=part.caller.uri.host)
                outputs = self._agent.invite(call, part.caller.uri, sdp, now)
                # Else whoever is called next is told to have been answered by it (RFC 4916).
                self._agent.account = None
            case Want.REOFFER:
                outputs = self._agent.reinvite(call, sdp, now)
            case Want.REANSWER:
                return self._agent.reaccept(call, sdp, now)
            case _:
                assert_never(want)
        self._schedule(part, now)
        return outputs

    def _refuse(self, part: Part, want: Want, now: float) -> list[news.Output]:
        match want:
            case Want.ANSWER | Want.EARLY:
                return self._agent.reject(part.call, 488, now)
            case Want.CALL:
                del self._parts[part.call]
                return []
            case Want.REOFFER:
                self._schedule(part, now)
                return []
            case Want.REANSWER:
                return self._agent.rerefuse(part.call, 488, now)
            case _:
                assert_never(want)

    def _schedule(self, part: Part, now: float) -> None:
        """The next deed is due so many seconds after this moment."""
        if part.deeds:
            seconds, _deed = part.deeds[0]
            part.due = now + seconds


def _answer_came(call: str, sdp: str | None) -> list[Step]:
    return [] if sdp is None else [AnswerCame(call=call, sdp=sdp)]
