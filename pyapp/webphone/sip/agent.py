"""The agent: the verbs of a phone, what is due, and each message to whom it is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from webphone.machine import earliest
from webphone.sip.calls import Calls
from webphone.sip.endpoint import SDP, Endpoint, Form, Identity, NotNow, Pairs
from webphone.sip.entropy import Entropy
from webphone.sip.line import Line
from webphone.sip.outputs import Output
from webphone.sip.serving import Serving, refuse
from webphone.sip.trust import Trust
from webphone.sip.usages import oneshot, timer
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.usages.registration import Registration
from webphone.sip.usages.session import Session
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import LARGEST, Response, parse, shortened
from webphone.sip.wire.rules import validate
from webphone.sip.wire.uri import Uri

if TYPE_CHECKING:  # loaded by the first call that is kept
    from webphone.sip.handover import Handover


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
        self._endpoint = Endpoint(entropy, user_agent, transport, contact_params)
        self._registration: Registration | None = None
        self._trust = Trust()
        self._calls = Calls()
        self._serving = Serving(self._endpoint, self._calls, self._trust)
        self._line = Line()
        self._handover: Handover | None = None  # where a call outlives its page, or did

    @property
    def account(self) -> Identity | None:
        """Whose phone this is; without it nothing can be asked, and calls come all the same."""
        return self._serving.account

    @account.setter
    def account(self, account: Identity | None) -> None:
        self._serving.account = account

    @property
    def deadline(self) -> float | None:
        """When `wake` wants to be called, in the same seconds as `now`."""
        registration = self._registration.deadline if self._registration else None
        wanted = self._serving.wanted
        news = wanted.deadline if wanted else None
        transactions = self._endpoint.transactions.deadline
        return earliest((transactions, registration, self._calls.deadline, news))

    @property
    def idle(self) -> bool:
        """Whether no call needs the wire any more, not even to be ended."""
        return self._calls.parted

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

    def is_contact(self, uri: Uri) -> bool:
        """Whether it is the Contact that we register; its host is the server's to change."""
        return uri.user == self._endpoint.contact.user

    def session_id(self, call_id: str) -> str:
        """What the messages with this Call-ID name the communication (RFC 7989)."""
        return self._endpoint.sessions.of(call_id)

    @property
    def calling(self) -> bool:
        """Whether there is a call that is not over."""
        return self._calls.any_open

    def calls(self) -> tuple[str, ...]:
        """The calls that are not over."""
        return self._calls.open

    def knows(self, call: str) -> bool:
        """Whether there is a call of that name that is not over."""
        return self._calls.seen(call) is not None

    @property
    def handover(self) -> Handover:
        """The verbs for calls that outlive their page."""
        if self._handover is None:
            # Loaded by the first.
            from webphone.sip.handover import Handover

            self._handover = Handover(
                endpoint=self._endpoint,
                calls=self._calls,
                serving=self._serving,
                line=self._line,
                out=self._out,
            )
        return self._handover

    # The wire and the clock.

    def receive(self, data: bytes, now: float) -> list[Output]:
        """Take one message from the socket."""
        if not data.strip(b"\r\n"):
            # RFC 5626 §3.5.1: the pong to a keep-alive.
            return []
        try:
            message = parse(data) if len(data) <= LARGEST else shortened(data)
            validate(message)
            self._endpoint.sessions.heard(message)
            if isinstance(message, Response):
                outputs = self._endpoint.transactions.respond(message, now)
            else:
                outputs = self._serving.request(message, now)
        except Malformed as fault:
            outputs = refuse(fault)
        return self._out(outputs, now)

    def wake(self, now: float) -> list[Output]:
        """Do what is due."""
        outputs = self._endpoint.transactions.wake(now)
        if self._registration is not None:
            outputs += self._registration.wake(now)
        if self._serving.wanted is not None:
            outputs += self._serving.wanted.wake(now)
        for call in self._calls.due(now):
            outputs += call.wake(now)
            for session in call.sessions:
                outputs += session.wake(now)
        return self._out(outputs, now)

    def transport_lost(self, now: float) -> list[Output]:
        """The socket is gone: the registration with it; calls stay, what rings for a while.

        Subscriptions wait for a new `subscribe`.
        """
        if self._line.connected:
            self._endpoint.transactions.lost()
            for made in self._calls.outgoing():
                made.lost()
        self._line.lost(now)
        for call in self._calls.incoming():
            call.lost(now)
        for session in self._calls.sessions():
            session.lost(now)
        outputs = self._registration.lost(now) if self._registration else []
        outputs += self._serving.wanted.lost(now) if self._serving.wanted else []
        return self._out(outputs, now)

    def transport_up(self, now: float, *, known: bool = True) -> list[Output]:
        """A socket is there; not `known`: the server is to hear first whose it is, by REGISTER.

        `transport_known` follows then.
        """
        self._line.up()
        return self.transport_known(now) if known else []

    def transport_known(self, now: float) -> list[Output]:
        """What was written meanwhile goes out over the new socket, unless it is too old.

        So does what the last one may have swallowed (RFC 3263 §4.3).
        """
        if not self._line.unsaid:
            return []
        outputs = [*self._endpoint.transactions.reconnected(), *self._line.known(now)]
        for made in self._calls.outgoing():
            outputs += made.reconnected(now)
        for call in self._calls.incoming():
            call.back(now)
        return self._out(outputs, now)

    def renew_targets(self, now: float) -> list[Output]:
        """Tell the peer of each confirmed call that its requests are to come over this socket.

        To be called once the server knows the socket: that is, registered over it, where the
        account registers.
        """
        outputs = [output for session in self._calls.sessions() for output in session.back(now)]
        return self._out(outputs, now)

    # Registration.

    def register(self, now: float) -> list[Output]:
        """Register, or renew the registration at once."""
        account = self._serving.owner
        outputs: list[Output] = []
        if self._registration is None:
            self._registration = Registration(self._endpoint, account, self._trust)
        elif self._registration.account != account:
            self._registration, outputs = self._registration.give_way(account, now)
        return self._out(outputs + self._registration.register(now), now)

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
        account = self._serving.owner
        if call in self._calls:
            raise NotNow(f"there is a call {call!r} already")
        endpoint, caller = self._endpoint, account.caller
        if display_name is not None:
            caller = NameAddr(display_name, caller.uri)
        headers = (*headers, *timer.asked(account.session_expires, headers), ("Content-Type", SDP))
        request = endpoint.outside("INVITE", caller, target, headers=headers, body=sdp.encode())
        outgoing = Outgoing(endpoint, self._serving.signing(), call, request)
        self._calls.add(outgoing)
        return self._out(outgoing.start(now), now)

    def ring(self, call: str, now: float, *, sdp: str = "") -> list[Output]:
        """Tell the caller that the phone rings: 180, or 183 with early media in `sdp`.

        `sdp` answers the INVITE's offer; where it has none it is the offer, if the caller takes
        reliable responses, and EarlyAnswer follows.
        """
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
        known = self._calls.call(call)
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
        known = self._calls.call(call)
        if known.session is None:
            return self._out(known.reaccept(sdp, now), now)
        return self._out(known.session.reinvite.accept(sdp, now), now)

    def rerefuse(self, call: str, status: int, now: float) -> list[Output]:
        """Refuse a change the other side offers."""
        known = self._calls.call(call)
        if known.session is None:
            return self._out(known.rerefuse(status, now), now)
        return self._out(known.session.reinvite.refuse(status, now), now)

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
        """Tell the peer how far the call has come that it asked for, hung up or not."""
        known = self._calls.named(call, over=True)
        if known is None or known.session is None:
            raise NotNow(f"there is no call {call!r}")
        return self._out(known.session.refers.asked.report(status, reason, now), now)

    # Questions.

    def take_calls(self, more: bool) -> None:
        """Whether one more would be taken, or refused as busy: what OPTIONS is answered with."""
        self._serving.busy = not more

    def take_packages(
        self, packages: Iterable[str], forms: Mapping[str, Form] | None = None
    ) -> None:
        """The packages of INFO that are taken from now on (RFC 6086), and what each is said in."""
        self._endpoint.take_packages(packages, forms)

    def takes(self, call: str, package: str, branch: str = "") -> bool:
        """Whether the other side takes such INFOs now, of a call that is not answered its `branch`.

        "" is then any of them.
        """
        known = self._calls.named(call)
        if known is None:
            return False
        if known.session is not None:
            return known.session.takes(package)
        return isinstance(known, Outgoing) and known.takes(package, branch)

    def info(
        self,
        call: str,
        content_type: str,
        body: bytes,
        ref: str,
        now: float,
        *,
        package: str = "",
        branch: str = "",
    ) -> list[Output]:
        """Send an INFO inside a call; Replied with `ref` follows.

        Before it is answered to one of its branches. Raises NotNow where the other side does not
        take that package.
        """
        known = self._calls.call(call)
        if branch and known.session is None and isinstance(known, Outgoing):
            return self._out(known.inform(content_type, body, ref, now, package, branch), now)
        return self._out(self._session(call).inform(content_type, body, ref, now, package), now)

    def options(self, target: Uri | None, ref: str, now: float) -> list[Output]:
        """Ask what `target`, or our own server, can do; Replied with `ref` follows."""
        account = self._serving.owner
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
        signing = self._serving.signing()
        outputs = self._serving.subscriptions.subscribe(
            subscription, signing, target, event, accept, now
        )
        return self._out(outputs, now)

    def unsubscribe(self, subscription: str, now: float) -> list[Output]:
        """End a subscription; Unsubscribed follows."""
        return self._out(self._serving.subscriptions.unsubscribe(subscription, now), now)

    def publish(self, event: str, content_type: str, body: bytes, now: float) -> list[Output]:
        """Publish our state (RFC 3903); Published or PublicationFailed follows."""
        signing = self._serving.signing()
        outputs = self._serving.subscriptions.publish(event, signing, content_type, body, now)
        return self._out(outputs, now)

    def unpublish(self, event: str, now: float) -> list[Output]:
        """Have what we published forgotten; Published follows."""
        return self._out(self._serving.subscriptions.unpublish(event, now), now)

    # What they stand on.

    def _question(self) -> oneshot.Question:
        return oneshot.Question(self._endpoint, self._serving.signing())

    def _incoming(self, call: str) -> Incoming:
        known = self._calls.call(call)
        if not isinstance(known, Incoming):
            raise NotNow("we made this call ourselves")
        return known

    def _session(self, call: str) -> Session:
        session = self._calls.call(call).session
        if session is None:
            raise NotNow("the call is not answered yet")
        return session

    def _out(self, outputs: list[Output], now: float) -> list[Output]:
        self._calls.settle(self._endpoint.transactions.concerned())
        return self._line.out(outputs, now)


_ACCEPT = (("Accept", SDP),)
