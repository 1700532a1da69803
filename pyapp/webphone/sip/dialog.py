"""Who we are talking to (RFC 3261 section 12): tags, route set, remote target, numbers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from webphone.sip.endpoint import AUTHORIZATIONS, Endpoint, Pairs, Shared
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import Message, Request, Response
from webphone.sip.wire.uri import Uri

Key = tuple[str, str, str]


@dataclass(slots=True, eq=False)
class Dialog:
    """A relation of two phones; `key` finds it again.

    `remote_cseq` is None until the peer has sent a request in it.
    """

    call_id: str
    local: NameAddr
    remote: NameAddr
    target: Uri
    routes: tuple[NameAddr, ...]
    local_cseq: int = 0
    remote_cseq: int | None = None
    _made: tuple[tuple[object, ...], Shared] | None = field(default=None, init=False, repr=False)

    @classmethod
    def called(cls, invite: Request, response: Response) -> Dialog:
        """The dialog our INVITE made (RFC 3261 §12.1.2)."""
        return cls(
            call_id=invite.call_id,
            local=invite.from_,
            remote=_party(response.to, response.to.tag),
            target=_contact(response) or invite.uri,
            routes=tuple(reversed(response.record_routes)),
            local_cseq=invite.cseq.number,
        )

    @classmethod
    def answering(cls, invite: Request, tag: str) -> Dialog:
        """The dialog a peer's INVITE makes when we answer with that To tag (RFC 3261 §12.1.1)."""
        return cls(
            call_id=invite.call_id,
            local=_party(invite.to, tag),
            remote=_party(invite.from_, invite.from_.tag),
            # RFC 2543 peers send no Contact: then their From is all there is.
            target=_contact(invite) or invite.from_.uri,
            routes=tuple(invite.record_routes),
            remote_cseq=invite.cseq.number,
        )

    @property
    def key(self) -> Key:
        """RFC 3261 §12: what identifies the dialog on our side; tags are tokens (§7.3.1)."""
        return (self.call_id, self.local.tag.lower(), self.remote.tag.lower())

    def confirm(self, response: Response) -> None:
        """Take the route set anew from the 2xx (RFC 3261 §13.2.2.4)."""
        self.routes = tuple(reversed(response.record_routes))
        self.refresh(response)

    def refresh(self, message: Message) -> None:
        """Take the remote target from a target refresh (RFC 3261 §12.2.1.2, §12.2.2)."""
        self.target = _contact(message) or self.target

    def moved(self, invite: Request) -> None:
        """The INVITE that made it has come again, by another way; before it was acknowledged."""
        self.routes, self.remote_cseq = tuple(invite.record_routes), invite.cseq.number
        self.refresh(invite)

    def renamed(self, request: Request) -> None:
        """Who the peer is from our 2xx to its request on: this goes into To (RFC 4916 §4.4.2)."""
        if "from-change" in request.supported:
            self.remote = _party(request.from_, self.remote.tag)

    def takes(self, request: Request) -> bool:
        """Whether a request of the peer is in order; if so its number counts (§12.2.2)."""
        number = request.cseq.number
        if self.remote_cseq is not None and number < self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def next_cseq(self) -> int:
        """The number of our next request (RFC 3261 §12.2.1.1)."""
        self.local_cseq += 1
        return self.local_cseq

    def passed(self, number: int) -> None:
        """A request of ours had this number, though not in the dialog."""
        self.local_cseq = max(self.local_cseq, number)

    def request(
        self,
        endpoint: Endpoint,
        method: str,
        *,
        cseq: int | None = None,
        headers: Pairs = (),
        body: bytes = b"",
    ) -> Request:
        """A request inside the dialog (RFC 3261 §12.2.1.1); `cseq` only for ACK."""
        number = self.next_cseq() if cseq is None else cseq
        return endpoint.within(method, self._shared(), number, headers=headers, body=body)

    def _shared(self) -> Shared:
        """What our requests have in common, made anew when the dialog has changed."""
        now = (self.local, self.remote, self.target, self.routes)
        if self._made is None or self._made[0] != now:
            uri, routes = self.target, self.routes
            if routes and not routes[0].uri.has("lr"):
                # A strict router wants to be the Request-URI itself (RFC 2543).
                uri, routes = _bare(routes[0].uri), (*routes[1:], NameAddr("", self.target))
            self._made = now, Shared.of(uri, routes, self.local, self.remote, self.call_id)
        return self._made[1]

    def ack(self, endpoint: Endpoint, invite: Request) -> Request:
        """The ACK to a 2xx (RFC 3261 §13.2.2.4), with the INVITE's credentials (§22.1)."""
        ack = self.request(endpoint, "ACK", cseq=invite.cseq.number)
        for name in AUTHORIZATIONS:
            ack.headers.echo(name, invite.headers)
        return ack


def key_of(request: Request) -> Key:
    """The key of the dialog a peer's request belongs to (RFC 3261 §12.2.2)."""
    return (request.call_id, request.to.tag.lower(), request.from_.tag.lower())


def _party(address: NameAddr, tag: str) -> NameAddr:
    """One end of a dialog: RFC 3261 §12 keeps its URI and its tag, nothing else."""
    party = NameAddr(address.display_name, address.uri)
    return party.with_param("tag", tag) if tag else party


def _contact(message: Message) -> Uri | None:
    contacts = message.readable_contacts
    return replace(contacts[0].uri, headers=()) if contacts else None


def _bare(uri: Uri) -> Uri:
    """A route as a Request-URI: without what RFC 3261 §19.1.1 forbids there."""
    kept = tuple(pair for pair in uri.params if pair[0].lower() != "method")
    return replace(uri, params=kept, headers=())
