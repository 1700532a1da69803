"""The agent: messages to transactions, transactions to calls, and the verbs of a phone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from webphone.machine import earliest
from webphone.sip import checks
from webphone.sip.authentication import Authenticator
from webphone.sip.calls import Call, Calls, Place
from webphone.sip.endpoint import SDP, Endpoint, Identity, NotNow, Pairs
from webphone.sip.entropy import Entropy
from webphone.sip.outputs import Dropped, Output, Send
from webphone.sip.transaction import T64
from webphone.sip.transactions import ServerTransaction
from webphone.sip.trust import Trust
from webphone.sip.usages import oneshot, texts, timer
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.usages.registration import Registration
from webphone.sip.usages.session import Session
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import (
    LARGEST,
    Request,
    Response,
    Unreadable,
    parse,
    reply,
    shortened,
)
from webphone.sip.wire.rules import validate
from webphone.sip.wire.uri import Uri

if TYPE_CHECKING:
    from webphone.sip.subscriptions import Subscriptions
    from webphone.sip.usages.subscription import Subscription

# INVITEs that were refused and nobody has acknowledged: a proxy does that at once, a flood never.
MOST_REFUSED = 20


class Agent:
    """A SIP phone without a socket and without a clock.

    Every method returns what to do, in order. Verbs raise NotNow when they make no sense now, and
    ValueError when a header given would break the message; `receive` raises nothing.
    """

    def __init__(
        self,
        entropy: Entropy,
        *,
        user_agent: str = "",
        transport: str = "WSS",
        contact_params: Pairs = (("transport", "ws"),),
    ) -> None:
        self.account: Identity | None = None
        # A call would be refused as busy: what OPTIONS is answered with.
        self.busy = False
        self._endpoint = Endpoint(entropy, user_agent, transport, contact_params)
        self._registration: Registration | None = None
        self._trust = Trust()
        self._calls = Calls()
        self._wanted: Subscriptions | None = None  # until something is subscribed to, or published
        self._connected = True
        # What was written while there was no socket, and until when it is worth sending.
        self._waiting: list[tuple[float, Send]] = []

    @property
    def deadline(self) -> float | None:
        """When `wake` wants to be called, in the same seconds as `now`."""
        registration = self._registration.deadline if self._registration else None
        wanted = self._wanted.deadline if self._wanted else None
        transactions = self._endpoint.transactions.deadline
        return earliest((transactions, registration, self._calls.deadline, wanted))

    @property
    def idle(self) -> bool:
        """Whether no call needs the wire any more, not even to be ended."""
        return not self._calls

    @property
    def bound(self) -> bool:
        """Whether the registrar has our contact, as far as we know."""
        return self._registration is not None and self._registration.bound

    @property
    def registering(self) -> bool:
        """Whether a REGISTER waits for its answer."""
        return self._registration is not None and self._registration.pending

    @property
    def transactions(self) -> int:
        """How many transactions are under way."""
        return len(self._endpoint.transactions)

    def calls(self) -> tuple[str, ...]:
        """The calls that are not over."""
        return self._calls.open

    # The wire and the clock.

    def receive(self, data: bytes, now: float) -> list[Output]:
        """Take one message from the socket."""
        if not data.strip(b"\r\n"):
            # RFC 5626 §3.5.1: the pong to a keep-alive.
            return []
        try:
            message = parse(data) if len(data) <= LARGEST else shortened(data)
            validate(message)
            if isinstance(message, Response):
                outputs = self._endpoint.transactions.respond(message, now)
            else:
                outputs = self._request(message, now)
        except Malformed as fault:
            outputs = _refuse(fault)
        return self._out(outputs, now)

    def wake(self, now: float) -> list[Output]:
        """Do what is due."""
        outputs = self._endpoint.transactions.wake(now)
        if self._registration is not None:
            outputs += self._registration.wake(now)
        if self._wanted is not None:
            outputs += self._wanted.wake(now)
        for call in self._calls.due(now):
            outputs += call.wake(now)
            for session in call.sessions:
                outputs += session.wake(now)
        return self._out(outputs, now)

    def transport_lost(self, now: float) -> list[Output]:
        """The socket is gone: the registration with it; calls stay, what rings for a while.

        Subscriptions wait for a new `subscribe`.
        """
        self._connected = False
        for call in self._calls.incoming():
            call.lost(now)
        outputs = self._registration.lost(now) if self._registration else []
        outputs += self._wanted.lost(now) if self._wanted else []
        return self._out(outputs, now)

    def transport_up(self, now: float) -> list[Output]:
        """A socket is there: what was written meanwhile goes out, unless it is too old."""
        self._connected = True
        waiting, self._waiting = self._waiting, []
        return [send for until, send in waiting if now < until]

    # Registration.

    def register(self, now: float) -> list[Output]:
        """Register, or renew the registration at once."""
        account = self._owner()
        outputs: list[Output] = []
        current = self._registration
        if current is None or current.account != account:
            if current is not None:
                current.muted = True
                if current.account.aor != account.aor:
                    outputs += current.unregister(now)
            self._endpoint.gruu, self._endpoint.service_route = None, ()
            before, current = current, Registration(self._endpoint, account, self._trust)
            if before is not None and before.account.aor == account.aor:
                current.bound = before.bound
            self._registration = current
        return self._out(outputs + current.register(now), now)

    def unregister(self, now: float) -> list[Output]:
        """Remove our contact from the registrar."""
        if self._registration is None:
            raise NotNow("nothing is registered")
        return self._out(self._registration.unregister(now), now)

    # Calls.

    def invite(
        self,
        call: str,
        target: Uri,
        sdp: str,
        now: float,
        *,
        headers: Pairs = (),
        display_name: str | None = None,
    ) -> list[Output]:
        """Call `target`; `call` is a name of the caller's choice that no other call has."""
        account = self._owner()
        if call in self._calls:
            raise NotNow(f"there is a call {call!r} already")
        endpoint, entropy = self._endpoint, self._endpoint.entropy
        caller = account.caller
        if display_name is not None:
            caller = NameAddr(display_name, caller.uri)
        request = endpoint.request(
            "INVITE",
            target,
            from_=caller.with_param("tag", entropy.tag()),
            to=NameAddr("", target),
            call_id=entropy.call_id(),
            cseq=1,
            # RFC 3608 §6.1
            routes=endpoint.service_route,
            headers=(*headers, *_timed(account, headers), ("Content-Type", SDP)),
            body=sdp.encode(),
        )
        outgoing = Outgoing(endpoint, self._authenticator(), call, request)
        self._calls.add(outgoing)
        return self._out(outgoing.start(now), now)

    def ring(self, call: str, now: float, *, sdp: str = "") -> list[Output]:
        """Tell the caller that the phone rings: 180, or 183 with early media in `sdp`."""
        return self._out(self._incoming(call).ring(sdp, now), now)

    def accept(self, call: str, sdp: str, now: float) -> list[Output]:
        """Answer; `sdp` is the answer, or the offer to an offerless INVITE."""
        return self._out(self._incoming(call).accept(sdp, now), now)

    def reject(
        self, call: str, status: int, now: float, reason: str = "", headers: Pairs = ()
    ) -> list[Output]:
        """Refuse an incoming call with a status from 300 to 699."""
        if not 300 <= status <= 699:
            raise NotNow(f"a call cannot be refused with {status}")
        return self._out(self._incoming(call).refuse(status, reason, headers, now), now)

    def redirect(self, call: str, target: Uri, now: float) -> list[Output]:
        """Send the caller to `target`."""
        contact = ("Contact", str(NameAddr("", target)))
        return self.reject(call, 302, now, headers=(contact,))

    def hang_up(
        self, call: str, now: float, *, status: int = 486, reason: str = "", headers: Pairs = ()
    ) -> list[Output]:
        """End a call wherever it is; `status` refuses one that is not answered yet.

        `headers`, such as Reason, go into the CANCEL, BYE or refusal.
        """
        known = self._call(call)
        if known.session is not None:
            return self._out(known.session.hang_up(now, headers), now)
        if isinstance(known, Incoming):
            return self.reject(call, status, now, reason, headers)
        return self._out(known.hang_up(now, headers), now)

    def reinvite(self, call: str, sdp: str, now: float) -> list[Output]:
        """Offer a change of the session: hold, resume, video."""
        return self._out(self._session(call).reinvite.offer(sdp, now), now)

    def reaccept(self, call: str, sdp: str, now: float) -> list[Output]:
        """Answer a change the other side offers."""
        known = self._call(call)
        if isinstance(known, Outgoing) and known.session is None:
            return self._out(known.accept(sdp, now), now)
        return self._out(self._session(call).reinvite.accept(sdp, now), now)

    def rerefuse(self, call: str, status: int, now: float) -> list[Output]:
        """Refuse a change the other side offers."""
        known = self._call(call)
        if isinstance(known, Outgoing) and known.session is None:
            return self._out(known.refuse(status, now), now)
        return self._out(self._session(call).reinvite.refuse(status, now), now)

    # Transfers.

    def refer(self, call: str, target: Uri, now: float, *, replacing: str = "") -> list[Output]:
        """Ask the peer of a call to call `target`; ReferAnswered and ReferNotified follow.

        With `replacing` it is to take our place in that answered call of ours, wherever its peer is
        to be reached.
        """
        from webphone.sip.usages.refer import reachable, refer_to

        session = self._session(call)
        other = self._session(replacing).leg.dialog if replacing else None
        to = refer_to(target if other is None else reachable(other), other)
        return self._out(session.refers.asking.ask(to, now), now)

    def answer_refer(self, call: str, status: int, now: float) -> list[Output]:
        """Take with 200 what the peer asks for by REFER, or refuse it."""
        return self._out(self._session(call).refers.asked.answer(status, now), now)

    def report_refer(self, call: str, status: int, now: float, reason: str = "") -> list[Output]:
        """Tell the peer how far the call has come that it asked for."""
        return self._out(self._session(call).refers.asked.report(status, reason, now), now)

    # Questions.

    def take_packages(self, packages: Iterable[str]) -> None:
        """The packages of INFO that are taken from now on (RFC 6086)."""
        self._endpoint.packages = tuple(packages)

    def info(
        self,
        call: str,
        content_type: str,
        body: bytes,
        ref: str,
        now: float,
        *,
        package: str = "",
    ) -> list[Output]:
        """Send an INFO inside a call; Replied with `ref` follows.

        Raises NotNow where the other side does not take that package.
        """
        return self._out(self._session(call).inform(content_type, body, ref, now, package), now)

    def options(self, target: Uri | None, ref: str, now: float) -> list[Output]:
        """Ask what `target`, or our own server, can do; Replied with `ref` follows."""
        account = self._owner()
        uri = target or Uri("sip", host=account.domain)
        return self._out(self._question().ask("OPTIONS", uri, ref, now, headers=_ACCEPT), now)

    def message(
        self,
        target: Uri,
        content_type: str,
        body: bytes,
        ref: str,
        now: float,
        *,
        call: str = "",
    ) -> list[Output]:
        """Send a MESSAGE (RFC 3428), within a call if one is named; Replied with `ref` follows."""
        if call:
            return self._out(self._session(call).write(content_type, body, ref, now), now)
        headers = (("Content-Type", content_type),)
        question = self._question()
        return self._out(question.ask("MESSAGE", target, ref, now, headers=headers, body=body), now)

    # News of others, and of us.

    def subscribe(
        self, subscription: str, target: Uri, event: str, now: float, *, accept: str = ""
    ) -> list[Output]:
        """Subscribe to an event package of `target` (RFC 6665), or again if that is done already.

        `subscription` is a name of the caller's choice. Subscribed or SubscriptionLost follows, and
        Notified as often as there is news. `accept` are the content types that can be read.
        """
        signing = self._authenticator()
        outputs = self._subscriptions.subscribe(subscription, signing, target, event, accept, now)
        return self._out(outputs, now)

    def unsubscribe(self, subscription: str, now: float) -> list[Output]:
        """End a subscription; Unsubscribed follows."""
        return self._out(self._subscriptions.unsubscribe(subscription, now), now)

    def publish(self, event: str, content_type: str, body: bytes, now: float) -> list[Output]:
        """Publish our state (RFC 3903); Published or PublicationFailed follows."""
        signing = self._authenticator()
        outputs = self._subscriptions.publish(event, signing, content_type, body, now)
        return self._out(outputs, now)

    def unpublish(self, event: str, now: float) -> list[Output]:
        """Have what we published forgotten; Published follows."""
        return self._out(self._subscriptions.unpublish(event, now), now)

    # What they stand on.

    @property
    def _subscriptions(self) -> Subscriptions:
        """What is subscribed to and published; who only calls never loads it."""
        if self._wanted is None:
            from webphone.sip.subscriptions import Subscriptions

            self._wanted = Subscriptions(self._endpoint)
        return self._wanted

    def _owner(self) -> Identity:
        if self.account is None:
            raise NotNow("there is no account")
        return self.account

    def _authenticator(self) -> Authenticator:
        return Authenticator(self._owner(), self._endpoint.entropy, self._trust)

    def _question(self) -> oneshot.Question:
        return oneshot.Question(self._endpoint, self._authenticator())

    def _call(self, call: str) -> Call:
        known = self._calls.named(call)
        if known is None:
            raise NotNow(f"there is no call {call!r}")
        return known

    def _incoming(self, call: str) -> Incoming:
        known = self._call(call)
        if not isinstance(known, Incoming):
            raise NotNow("we made this call ourselves")
        return known

    def _session(self, call: str) -> Session:
        session = self._call(call).session
        if session is None:
            raise NotNow("the call is not answered yet")
        return session

    def _out(self, outputs: list[Output], now: float) -> list[Output]:
        self._calls.settle(self._endpoint.transactions.concerned())
        if self._connected:
            return outputs
        self._waiting = [(until, send) for until, send in self._waiting if now < until]
        self._waiting += [(now + T64, out) for out in outputs if isinstance(out, Send)]
        return [out for out in outputs if not isinstance(out, Send)]

    def _request(self, request: Request, now: float) -> list[Output]:
        if self._overloaded(request):
            # Without a transaction it is forgotten as soon as it is answered. §8.2.7: with the same
            # tag if it comes again.
            tag, headers = self._endpoint.contact.user or "", (("Retry-After", "10"),)
            busy = reply(request, 503, to_tag=tag, headers=headers)
            return [Send(data=bytes(busy)), Dropped(why="too many calls are being refused")]
        admitted = self._endpoint.transactions.admit(request, now)
        if not isinstance(admitted, ServerTransaction):
            return admitted
        try:
            return self._serve(admitted, request, now)
        except Malformed as fault:
            if request.method == "ACK":
                return [Dropped(why=fault.text)]
            refusal = self._endpoint.reply(request, fault.status or 400)
            outputs = self._endpoint.transactions.answer(admitted, refusal, now)
            return [*outputs, Dropped(why=fault.text)]

    def _overloaded(self, request: Request) -> bool:
        """Whether one more call is refused at no cost to us."""
        transactions = self._endpoint.transactions
        if request.method != "INVITE" or transactions.refused < MOST_REFUSED:
            return False
        return not request.to.tag and not transactions.known(request)

    def _serve(self, server: ServerTransaction, request: Request, now: float) -> list[Output]:
        """RFC 3261 §8.2 and §12.2.2, in their order."""
        answer = self._endpoint.transactions.answer
        if request.method == "CANCEL":
            return self._cancel(server, request, now)
        place: Place | Subscription | None = self._calls.place(request)
        if place is None and request.method == "NOTIFY" and self._wanted is not None:
            place = self._wanted.place(request)
        if request.method == "ACK":
            if isinstance(place, Session):
                return place.receive(server, request, now)
            return [Dropped(why="an ACK to nothing we answered")]
        if request.method == "BYE" and place is not None:
            # It ends the call whatever else it asks for.
            return place.receive(server, request, now)
        refusal = checks.unknown_method(self._endpoint, request)
        if refusal is None and request.to.tag:
            if place is None:
                refusal = self._endpoint.reply(request, 481)
            else:
                refusal = checks.any_request(self._endpoint, request)
        elif refusal is None:
            refusal = checks.outside_dialog(self._endpoint, request)
        if refusal is not None:
            return answer(server, refusal, now)
        if request.method == "OPTIONS":
            status = 486 if self.busy and place is None else 200
            return answer(server, oneshot.capabilities(self._endpoint, request, status), now)
        if place is not None:
            return place.receive(server, request, now)
        if request.method == "MESSAGE":
            return texts.receive(self._endpoint, "", server, now)
        if request.method == "NOTIFY":
            return self._subscriptions.unasked(server, now)
        replaces = self._replaced(request)
        if isinstance(replaces, int):
            return answer(server, self._endpoint.reply(request, replaces), now)
        call = self._endpoint.entropy.token(8)
        authenticator = Authenticator(self.account, self._endpoint.entropy, self._trust)
        incoming = Incoming(self._endpoint, authenticator, call, server, now, replaces=replaces)
        self._calls.add(incoming)
        return incoming.start()

    def _replaced(self, invite: Request) -> str | int:
        """The call that it takes the place of, "" for none, or the status that refuses it."""
        if "Replaces" not in invite.headers:
            return ""
        # Loaded by the first that comes.
        from webphone.sip.replacing import replaced

        return replaced(self._calls, invite)

    def _cancel(self, server: ServerTransaction, cancel: Request, now: float) -> list[Output]:
        """RFC 3261 §9.2."""
        answer = self._endpoint.transactions.answer
        meant = self._endpoint.transactions.cancelled(cancel)
        if meant is None:
            return answer(server, self._endpoint.reply(cancel, 481), now)
        call = self._calls.invited_by(meant)
        if call is not None:
            # The same To tag as in the response to the INVITE.
            done = self._endpoint.reply(cancel, 200, to_tag=call.dialog.local.tag)
            outputs = answer(server, done, now) + call.cancel(cancel, now)
        else:
            outputs = answer(server, self._endpoint.reply(cancel, 200), now)
        place = self._calls.place(meant.request)
        if isinstance(place, Session):
            outputs += place.reinvite.cancel(meant, now)
        return outputs


_ACCEPT = (("Accept", SDP),)


def _timed(account: Identity, headers: Pairs) -> Pairs:
    """What an INVITE says of the session timer that we want (RFC 4028 §7.1)."""
    said = any(name.lower() in ("session-expires", "x") for name, _ in headers)
    return () if said or not account.session_expires else timer.asked(account.session_expires)


def _refuse(fault: Malformed) -> list[Output]:
    """Answer what can be answered of a message that cannot be read."""
    dropped = Dropped(why=fault.text)
    request = fault.message if isinstance(fault, Unreadable) else None
    if fault.status is None or not isinstance(request, Request) or request.method == "ACK":
        return [dropped]
    if "Via" not in request.headers:
        # Nothing of SIP, HTTP perhaps: no answer would find its way.
        return [dropped]
    return [Send(data=bytes(reply(request, fault.status))), dropped]
