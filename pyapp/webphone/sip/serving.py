"""What becomes of a request that comes, and who may take it (RFC 3261 §8.2, §9.2, §12.2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from webphone.sip import checks
from webphone.sip.authentication import Authenticator
from webphone.sip.calls import Calls, Place
from webphone.sip.endpoint import Endpoint, Identity, NotNow
from webphone.sip.outputs import Dropped, Output, Send
from webphone.sip.session_id import NAME as SESSION_ID
from webphone.sip.transactions import ServerTransaction
from webphone.sip.trust import Trust
from webphone.sip.usages import oneshot, texts
from webphone.sip.usages.invite_client import Outgoing
from webphone.sip.usages.invite_server import Incoming
from webphone.sip.usages.session import Session
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.message import Request, Unreadable, reply

if TYPE_CHECKING:
    from webphone.sip.subscriptions import Subscriptions
    from webphone.sip.usages.subscription import Subscription

# INVITEs that were refused and nobody has acknowledged: a proxy does that at once, a flood never.
MOST_REFUSED = 20


class Serving:
    """Everybody of an agent that a request may be for; what none of them takes is refused."""

    def __init__(self, endpoint: Endpoint, calls: Calls, trust: Trust) -> None:
        self.account: Identity | None = None
        self.busy = False  # a call would be refused as busy: what OPTIONS is answered with
        self.wanted: Subscriptions | None = None  # until something is subscribed to, or published
        self._endpoint = endpoint
        self._calls = calls
        self._trust = trust

    @property
    def subscriptions(self) -> Subscriptions:
        """What is subscribed to and published; whoever only calls never loads it."""
        if self.wanted is None:
            from webphone.sip.subscriptions import Subscriptions

            self.wanted = Subscriptions(self._endpoint)
        return self.wanted

    @property
    def owner(self) -> Identity:
        """Whose phone this is. Raises NotNow where that is not known yet."""
        if self.account is None:
            raise NotNow("there is no account")
        return self.account

    def signing(self) -> Authenticator:
        """The owner's answers to challenges, of one call or question."""
        return Authenticator(self.owner, self._endpoint.entropy, self._trust)

    def request(self, request: Request, now: float) -> list[Output]:
        """Answer it, or hand it to whom it is for."""
        if self._overloaded(request):
            # Without a transaction it is forgotten as soon as it is answered. §8.2.7: with the same
            # tag if it comes again.
            tag, session = self._endpoint.contact.user or "", self._endpoint.sessions
            headers = (("Retry-After", "10"), (SESSION_ID, session.answering(request)))
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
            outputs = self._endpoint.answer(admitted, fault.status or 400, now)
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
        if place is None and request.method == "NOTIFY" and self.wanted is not None:
            place = self.wanted.place(request)
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
            return self.subscriptions.unasked(server, now)
        repeated = self._calls.repeated(request, now)
        if repeated is not None:
            return self._calls.move(repeated, server, now)
        replaces = self._replaced(request)
        if isinstance(replaces, int):
            return self._endpoint.answer(server, replaces, now)
        known = self._continued(replaces, request)
        if known is not None:
            from webphone.sip.replacing import called_back, offer

            if not isinstance(known, Session):
                return called_back(self._calls, known, server, now)
            if self._first(known, request):
                return self._endpoint.answer(server, 491, now)
            if known.reinvite.open_to_successor and not known.unheard:
                return offer(known, server, now)
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

    def _continued(self, replaced: str | int, invite: Request) -> Session | Outgoing | None:
        """That call, where its peer goes on with it in another dialog."""
        known = self._calls.named(replaced) if isinstance(replaced, str) else None
        if known is None:
            return None
        from webphone.sip.replacing import continued

        return continued(known, invite)

    def _first(self, session: Session, invite: Request) -> bool:
        """Whether our page is new as well, and what it offers goes first (RFC 3261 §14.2)."""
        call = self._calls.named(session.call)
        if isinstance(call, Outgoing | Incoming | None):
            return False
        from webphone.sip.replacing import first

        return first(call, session, invite)

    def _cancel(self, server: ServerTransaction, cancel: Request, now: float) -> list[Output]:
        """RFC 3261 §9.2."""
        transactions = self._endpoint.transactions
        meant = transactions.cancelled(cancel)
        if meant is None:
            return self._endpoint.answer(server, 481, now)
        call = self._calls.invited_by(meant)
        if call is not None:
            # The same To tag as in the response to the INVITE.
            done = self._endpoint.reply(cancel, 200, to_tag=call.dialog.local.tag)
            outputs = transactions.answer(server, done, now) + call.cancel(cancel, now)
        else:
            outputs = self._endpoint.answer(server, 200, now)
        place = self._calls.place(meant.request)
        if place is None:
            place = self._continued(self._replaced(meant.request), meant.request)
        if isinstance(place, Session):
            outputs += place.reinvite.cancel(meant, now)
        return outputs


def refuse(fault: Malformed) -> list[Output]:
    """Answer what can be answered of a message that cannot be read."""
    dropped = Dropped(why=fault.text)
    request = fault.message if isinstance(fault, Unreadable) else None
    if fault.status is None or not isinstance(request, Request) or request.method == "ACK":
        return [dropped]
    if "Via" not in request.headers:
        # Nothing of SIP, HTTP perhaps: no answer would find its way.
        return [dropped]
    return [Send(data=bytes(reply(request, fault.status))), dropped]
