"""A record-routing, forking proxy for WebSocket links (RFC 3261 §16)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from webphone.exchange.actions import Send
from webphone.exchange.flows import Flows, pair_of
from webphone.exchange.forking import best
from webphone.exchange.routing import HOST, cancelling, onward, pop_via, way_key
from webphone.machine import due, earliest
from webphone.sip.entropy import Entropy
from webphone.sip.transaction import (
    INVITE_CLIENT,
    INVITE_SERVER,
    NON_INVITE_CLIENT,
    NON_INVITE_SERVER,
    T64,
    Action,
    Event,
    State,
    Transaction,
    answer_of,
    event_of,
)
from webphone.sip.transactions import ack_of_failure, repeatable
from webphone.sip.wire.message import Request, Response, reply
from webphone.sip.wire.uri import Uri

# §16.6 step 11, timer C: how long a phone may ring.
RING_AT_MOST = 181.0
# How long who calls, or has not rung yet, may be without WebSocket before nobody rings any more.
AWAY_AT_MOST = 10.0
# How long who rings may be: a page has 35 s to come back and ring on, and after that somebody says
# for it that nobody is there, whose own WebSocket may take a while.
RINGS_AWAY_AT_MOST = 45.0

MAKES_A_DIALOG = ("INVITE", "SUBSCRIBE", "REFER")

Target = tuple[str, Uri]


@dataclass(slots=True, eq=False)
class Branch:
    """A request as it went to one flow, and the final answer from there (our Via taken off)."""

    flow: str
    request: Request
    transaction: Transaction
    final: Response | None = None
    rang: bool = False
    cancel: Request | None = None
    rings_until: float | None = None
    away_until: float | None = None


@dataclass(slots=True, eq=False)
class Relay:
    """A request under way: who asked, and where it went (§16.2, the response context)."""

    flow: str
    request: Request
    transaction: Transaction
    branches: list[Branch] = field(default_factory=list)
    response: Response | None = None  # the last one
    away_until: float | None = None

    @property
    def open(self) -> list[Branch]:
        return [branch for branch in self.branches if branch.final is None]

    @property
    def over(self) -> bool:
        machines = [self.transaction, *(branch.transaction for branch in self.branches)]
        return all(machine.state is State.TERMINATED for machine in machines)

    @property
    def deadline(self) -> float | None:
        times = [self.transaction.deadline, self.away_until]
        for branch in self.branches:
            times += [branch.transaction.deadline, branch.rings_until, branch.away_until]
        return earliest(times)


class Proxy:
    """All requests under way between links. Links are named by `flow`, see Flows."""

    def __init__(self, entropy: Entropy, flows: Flows) -> None:
        self._entropy = entropy
        self._flows = flows
        self._relays: dict[tuple[str, ...], Relay] = {}
        self._branches: dict[str, tuple[Relay, Branch]] = {}
        # Messages for phones that are away: until when, where to, what.
        self._parked: list[tuple[float, str, bytes]] = []

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        times = [relay.deadline for relay in self._relays.values()]
        return earliest(times)

    def known(self, request: Request, link: int, now: float) -> list[Send] | None:
        """Deal with what belongs to a request under way; None when this is a new one.

        A request that came before, the ACK to our failure, and every CANCEL.
        """
        relay = self._relays.get(way_key(request))
        if request.method == "CANCEL":
            return self._cancel(relay, request, link, now)
        if relay is None:
            return None
        if request.method != "ACK":
            again = Action.SEND_AGAIN in relay.transaction.handle(Event.REQUEST, now)
            return [Send(link=link, data=bytes(relay.response))] if again and relay.response else []
        passed_up = Action.PASS_UP in relay.transaction.handle(Event.ACK, now)
        self._sweep()
        return None if passed_up else []

    def relay(
        self, request: Request, flow: str, targets: Sequence[Target], now: float, *, first: bool
    ) -> list[Send]:
        """Send a request on to every target at once (§16.6); `first`: it may make a dialog."""
        invite = request.method == "INVITE"
        server = Transaction(INVITE_SERVER if invite else NON_INVITE_SERVER, now)
        relay = Relay(flow, request, server)
        self._relays[way_key(request)] = relay
        sends: list[Send] = []
        if invite:
            # §16.2: nobody waits 200 ms to hear that we try.
            sends += self._answer(relay, reply(request, 100), now)
        for target, uri in targets:
            copy = onward(request, uri, self._entropy.branch())
            if first and request.method in MAKES_A_DIALOG:
                # §16.6 step 4, with the way back in it.
                route = f"<sip:{pair_of(flow, target)}@{HOST};transport=ws;lr>"
                copy.headers.prepend("Record-Route", route)
            client = Transaction(INVITE_CLIENT if invite else NON_INVITE_CLIENT, now)
            branch = Branch(target, copy, client)
            if invite:
                branch.rings_until = now + RING_AT_MOST
            relay.branches.append(branch)
            self._branches[copy.via.branch] = (relay, branch)
            if self._flows.link(target) is None:
                self._await(branch, now)
            else:
                sends += self._to(target, copy, now)
        return sends + self._settle(relay, now)

    def acknowledge(self, ack: Request, target: str, uri: Uri, now: float) -> list[Send]:
        """Pass on the ACK to a 2xx: nobody answers it (§16.11)."""
        return self._to(target, onward(ack, uri, self._entropy.branch()), now)

    def respond(self, response: Response, now: float) -> list[Send]:
        """Take a response from a link (§16.7)."""
        found = self._branches.get(response.via.branch)
        if found is None or response.via.host.lower() != HOST:
            return []
        relay, branch = found
        if response.cseq.method != branch.request.method:
            # The answer to our CANCEL.
            return []
        if not pop_via(response):
            return []
        sends: list[Send] = []
        for action in branch.transaction.handle(event_of(response.status), now):
            if action is Action.SEND_ACK:
                sends += self._to(branch.flow, ack_of_failure(branch.request, response), now)
            else:
                sends += self._heard(relay, branch, response, now)
        self._sweep()
        return sends

    def disconnected(self, flows: Sequence[str], now: float) -> list[Send]:
        """These flows are away: nothing comes from there, and the last of it may be lost."""
        sends: list[Send] = []
        for relay in list(self._relays.values()):
            invite = relay.request.method == "INVITE"
            if relay.flow in flows and invite:
                relay.away_until = now + AWAY_AT_MOST if relay.open else None
                if relay.response is not None and relay.transaction.state is not State.ACCEPTED:
                    self._park(relay.flow, relay.response, now + T64)
            for branch in relay.open:
                if branch.flow not in flows:
                    continue
                if repeatable(branch.request) or (invite and not branch.rang):
                    self._await(branch, now)
                elif invite:
                    # It may ring on there: then it says so as soon as it can.
                    branch.away_until = now + RINGS_AWAY_AT_MOST
                    if branch.cancel is not None:
                        self._park(branch.flow, branch.cancel, branch.away_until)
                else:
                    self._fail(relay, branch, 480, now)
            sends += self._settle(relay, now)
        return sends

    def returned(self, link: int, now: float) -> list[Send]:
        """Some flows have a link again: what waited for them goes out."""
        here = self._flows.at(link)
        self._parked = [parked for parked in self._parked if parked[0] > now]
        sends = [Send(link=link, data=data) for _until, flow, data in self._parked if flow in here]
        self._parked = [parked for parked in self._parked if parked[1] not in here]
        for relay in self._relays.values():
            if relay.flow in here:
                relay.away_until = None
        return sends

    def wake(self, now: float) -> list[Send]:
        """Do what the timers ask for."""
        sends: list[Send] = []
        for relay in list(self._relays.values()):
            relay.transaction.wake(now)
            for branch in relay.branches:
                if Action.TIME_OUT in branch.transaction.wake(now):
                    self._fail(relay, branch, 408, now)
                if due(branch.away_until, now):
                    self._fail(relay, branch, 480, now)
                elif due(branch.rings_until, now):
                    sends += self._rang_out(relay, branch, now)
            if due(relay.away_until, now):
                relay.away_until = None
                for branch in relay.open:
                    sends += self._give_up(branch, None, now)
            sends += self._settle(relay, now)
        return sends

    # What becomes of a branch.

    def _heard(self, relay: Relay, branch: Branch, response: Response, now: float) -> list[Send]:
        branch.away_until = None
        if response.status < 200:
            first, branch.rang = not branch.rang, True
            # §16.7 step 2: each 1xx but 100 sets timer C again.
            if branch.rings_until is not None and branch.cancel is None:
                branch.rings_until = now + RING_AT_MOST
            sends = [] if response.status == 100 else self._answer(relay, response, now)
            if first and branch.cancel is not None:
                # §9.1: the CANCEL waited for a sign that the INVITE came there.
                sends += self._to(branch.flow, branch.cancel, now)
            return sends
        branch.rings_until = None
        if branch.final is not None and response.status >= 300:
            return []
        branch.final = response
        if response.status < 300:
            # §16.7 step 5 and 10: every 2xx to an INVITE at once, and the others stop ringing.
            elsewhere = 'SIP;cause=200;text="Call completed elsewhere"'
            sends = self._answer(relay, response, now)
            return sends + self._stop(relay, elsewhere, now)
        sends = self._stop(relay, None, now) if response.status >= 600 else []
        return sends + self._settle(relay, now)

    def _fail(self, relay: Relay, branch: Branch, status: int, now: float) -> None:
        """As good as an answer from there that says so."""
        branch.rings_until = branch.away_until = None
        branch.transaction.handle(Event.ABANDON, now)
        if branch.final is None:
            branch.final = reply(relay.request, status, to_tag=self._entropy.tag())

    def _rang_out(self, relay: Relay, branch: Branch, now: float) -> list[Send]:
        """§16.8: cancel first; when even that brought nothing, forget the branch."""
        if branch.cancel is not None:
            self._fail(relay, branch, 408, now)
            return []
        sends = self._give_up(branch, None, now)
        branch.final = reply(relay.request, 408, to_tag=self._entropy.tag())
        return sends

    def _settle(self, relay: Relay, now: float) -> list[Send]:
        """Answer once every branch has (§16.7 step 6)."""
        sends: list[Send] = []
        finals = [branch.final for branch in relay.branches if branch.final is not None]
        answered = any(final.status < 300 for final in finals)
        if finals and not relay.open and not answered:
            sends = self._answer(relay, best(finals), now)
        self._sweep()
        return sends

    def _stop(self, relay: Relay, reason: str | None, now: float) -> list[Send]:
        """§16.7 step 10: nobody else needs to ring."""
        if relay.request.method != "INVITE":
            return []
        return [send for branch in relay.open for send in self._give_up(branch, reason, now)]

    def _cancel(self, relay: Relay | None, cancel: Request, link: int, now: float) -> list[Send]:
        """§16.10: answer the CANCEL, and cancel every branch."""
        status = 481 if relay is None else 200
        sends = [Send(link=link, data=bytes(reply(cancel, status, to_tag=self._entropy.tag())))]
        for branch in relay.open if relay is not None else ():
            sends += self._give_up(branch, cancel.headers.get("Reason"), now)
        return sends

    def _give_up(self, branch: Branch, reason: str | None, now: float) -> list[Send]:
        if branch.cancel is not None or branch.request.method != "INVITE":
            return []
        branch.cancel = cancelling(branch.request, reason)
        # §16.8, §9.1: from here on the phone has 32 s to say 487.
        branch.rings_until = now + T64
        return self._to(branch.flow, branch.cancel, now) if branch.rang else []

    def _await(self, branch: Branch, now: float) -> None:
        """It goes out when its phone is back: a BYE however late, as a call must end."""
        if branch.request.method != "BYE":
            branch.away_until = now + AWAY_AT_MOST
        self._park(branch.flow, branch.request, branch.away_until or now + T64)

    # The wire.

    def _answer(self, relay: Relay, response: Response, now: float) -> list[Send]:
        if Action.SEND not in relay.transaction.handle(answer_of(response.status), now):
            return []
        relay.response = response
        return self._to(relay.flow, response, now)

    def _to(self, flow: str, message: Request | Response, now: float) -> list[Send]:
        """Send it there, or keep it for the return of a phone that is away."""
        link = self._flows.link(flow)
        if link is not None:
            return [Send(link=link, data=bytes(message))]
        self._park(flow, message, now + T64)
        return []

    def _park(self, flow: str, message: Request | Response, until: float) -> None:
        self._parked.append((until, flow, bytes(message)))

    def _sweep(self) -> None:
        for key in [key for key, relay in self._relays.items() if relay.over]:
            for branch in self._relays.pop(key).branches:
                self._branches.pop(branch.request.via.branch, None)
