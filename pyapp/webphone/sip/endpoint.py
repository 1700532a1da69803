"""Who we are on the wire: the account, our Via and Contact, and the messages we make from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from webphone.sip.entropy import Entropy
from webphone.sip.inbox import Inbox
from webphone.sip.methods import ALLOW, TRICKLE, Place, supported
from webphone.sip.outputs import Output
from webphone.sip.session_id import NAME as SESSION_ID
from webphone.sip.session_id import SessionIds
from webphone.sip.transactions import ServerTransaction, Transactions
from webphone.sip.wire.fields import Headers, header_key
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.headers import NameAddr, Via
from webphone.sip.wire.message import Message, Request, Response, reply
from webphone.sip.wire.multipart import part
from webphone.sip.wire.uri import Uri, escape_user

Pairs = Iterable[tuple[str, str]]
# What a package of INFO is said in: its content type, and whether a body of it can be read.
Form = tuple[str, Callable[[bytes], bool]]

SDP = "application/sdp"
# What makes or refreshes a dialog (RFC 3261 §12.2.1.1, RFC 3311 §5.1, RFC 6665 §3.1, RFC 4488 §4).
REFRESHING = ("INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER")
AUTHORIZATIONS = ("Authorization", "Proxy-Authorization")
_SESSION = header_key(SESSION_ID)
_ALLOWED = f"Allow: {ALLOW}"
_DESCRIBED = f"Content-Type: {SDP}"
# Secrets stay inside (RFC 3261 §22).
HIDDEN = frozenset(name.lower() for name in AUTHORIZATIONS)
# Lists of which each value counts: RFC 3261 §7.3.1 has lines and commas mean the same.
LISTS = frozenset(
    ("p-asserted-identity", "remote-party-id", "privacy", "diversion", "history-info")
)
# Characters of the headers of one message that are told of it.
MOST_HEADERS = 8192


class NotNow(Exception):
    """The caller asked for what cannot be done at this moment; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose phone this is.

    `auth_user` is who signs, `user` when empty. `ha1` is used when there is no password, `token`
    where a server asks for one (RFC 8898). `realm` is one to trust beside the registrar's own,
    `hosts` name those to trust until a registrar has told its own (see trust.py). `cli` is the user
    in From of calls, `user` when empty. `instance` is a `urn:uuid:` that stays the same for this
    browser; "" is one for this page. `push` are URI parameters, escaped, of the Contact that is
    registered (RFC 8599).
    """

    user: str
    domain: str
    password: str = field(default="", repr=False)
    ha1: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    auth_user: str = ""
    display_name: str = ""
    cli: str = ""
    expires: int = 600
    session_expires: int = 0  # seconds of the session timer that our calls ask for, 0 for none
    instance: str = ""
    push: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    realm: str = ""
    hosts: tuple[str, ...] = ()

    @property
    def aor(self) -> Uri:
        """The address of record."""
        return Uri("sip", user=escape_user(self.user), host=self.domain)

    @property
    def address(self) -> NameAddr:
        """How we present ourselves to our own server."""
        return NameAddr(self.display_name, self.aor)

    @property
    def caller(self) -> NameAddr:
        """How calls and messages present us."""
        uri = Uri("sip", user=escape_user(self.cli or self.user), host=self.domain)
        return NameAddr(self.display_name, uri)


class Shared:
    """What the requests of a dialog or a registration have in common, written once.

    `uri` is the Request-URI, `tag` the peer's, "" for none yet.
    """

    __slots__ = ("call_id", "lines", "tag", "uri", "ways")

    def __init__(
        self,
        uri: Uri,
        routes: Iterable[NameAddr],
        from_: str,
        to: str,
        call_id: str,
        tag: str = "",
    ) -> None:
        routes = tuple(routes)
        self.uri, self.call_id, self.tag = uri, call_id, tag
        # Where it goes first: that decides about the Contact.
        self.ways = (uri, *[route.uri for route in routes[:1]])
        self.lines = (
            "Max-Forwards: 70",
            *[f"Route: {route}" for route in routes],
            f"From: {from_}",
            f"To: {to}",
            f"Call-ID: {call_id}",
        )

    @classmethod
    def of(
        cls, uri: Uri, routes: Iterable[NameAddr], from_: NameAddr, to: NameAddr, call_id: str
    ) -> Shared:
        return cls(uri, routes, str(from_), str(to), call_id, to.tag)


class Endpoint:
    """This phone as its peers see it; shared by everything that sends."""

    def __init__(self, entropy: Entropy, user_agent: str, transport: str, contact: Pairs) -> None:
        self.entropy = entropy
        # Checked here, once.
        self.user_agent = Headers([("User-Agent", user_agent)]).get("User-Agent") or ""
        self._named = [f"User-Agent: {self.user_agent}"] if user_agent else []
        self.transport = transport
        # RFC 7118 §5: a browser knows no address of its own.
        self.host = f"{entropy.token(6)}.invalid"
        self.instance = entropy.uuid()
        self.sessions = SessionIds(self.instance)
        self.transactions = Transactions(self.host, self.sessions.answering)
        self.contact = Uri("sip", user=entropy.token(4), host=self.host)
        for name, value in contact:
            self.contact = self.contact.with_param(name, value)
        # RFC 5626 §4.3: `ob` asks that a dialog stays on this flow.
        self._staying = self.contact.with_param("ob")
        self._staying_contact = str(NameAddr("", self._staying))
        # All of our Via but the branch.
        self._via = f"{Via(transport, self.host)};branch="
        # What the last 2xx to REGISTER gave us: RFC 5627 §4.2 and RFC 3608 §6.1.
        self.gruu: Uri | None = None
        self.service_route: tuple[NameAddr, ...] = ()
        self.inbox = Inbox()
        self.take_packages(())

    def take_packages(
        self, packages: Iterable[str], forms: Mapping[str, Form] | None = None
    ) -> None:
        """The packages of INFO that we take from now on (RFC 6086 §5.2.2), and what it is said in.

        RFC 8840 §10.6: who takes that of trickle ICE says so wherever a call is spoken of.
        """
        self.packages = tuple(dict.fromkeys(packages))
        self.forms = forms or {}
        self.untold = "" if TRICKLE in self.packages else TRICKLE
        self._of_new_call = (_ALLOWED, self._supported(Place.NEW_CALL))
        self._of_dialog = (_ALLOWED, self._supported(Place.DIALOG))

    def _supported(self, place: Place) -> str:
        return f"Supported: {supported(place, but=self.untold)}"

    def dialog_contact(self, ways: Iterable[Uri]) -> str:
        """The Contact of what makes or changes a dialog.

        `ways` are the addresses that decide whether it is to be a sips one: of a request its
        target and first route (RFC 3261 §8.1.1.8), else the peer's (§12.1.1).
        """
        secure = "sips" in [way.scheme for way in ways]
        if not secure and self.gruu is None:
            return self._staying_contact
        # A GRUU finds us anyway.
        uri = self.gruu or self._staying
        return str(NameAddr("", replace(uri, scheme="sips") if secure else uri))

    def contact_for(self, request: Request) -> str:
        """The Contact of our answer to an INVITE or UPDATE (RFC 3261 §12.1.1)."""
        nearest = request.record_routes[:1] or request.readable_contacts[:1]
        return self.dialog_contact((request.uri, *(address.uri for address in nearest)))

    def via(self) -> str:
        """A Via with a new branch."""
        return f"{self._via}{self.entropy.branch()};rport"

    def retry_after(self) -> tuple[str, str]:
        """0 to 10 seconds (RFC 3261 §14.2)."""
        return ("Retry-After", str(int(self.entropy.uniform(0, 11))))

    def outside(
        self, method: str, from_: NameAddr, uri: Uri, *, headers: Pairs = (), body: bytes = b""
    ) -> Request:
        """A request outside a dialog: it stands alone, or is to make one."""
        call_id, tag = self.entropy.call_id(), self.entropy.tag()
        # RFC 3608 §6.1
        shared = Shared(uri, self.service_route, f"{from_!s};tag={tag}", f"<{uri!s}>", call_id)
        return self.within(method, shared, 1, headers=headers, body=body)

    def within(
        self, method: str, shared: Shared, cseq: int, *, headers: Pairs = (), body: bytes = b""
    ) -> Request:
        """A request with what it shares with the others of its dialog or registration."""
        given, tag = tuple(headers), shared.tag
        lines = [f"Via: {self.via()}", *shared.lines, f"CSeq: {cseq} {method}"]
        if method in REFRESHING:
            # RFC 3261 §8.1.1.8: the dialog's remote target.
            lines.append(f"Contact: {self.dialog_contact(shared.ways)}")
        if method in ("INVITE", "UPDATE"):
            lines += self._of_dialog if tag else self._of_new_call
        if method == "INVITE" and self.packages:
            lines.append(f"Recv-Info: {', '.join(self.packages)}")
        lines += self._named
        if not given or _SESSION not in [header_key(name) for name, _value in given]:
            # A page may bring one from elsewhere.
            lines.append(f"{SESSION_ID}: {self.sessions.asking(shared.call_id, tag)}")
        return Request(method, shared.uri, Headers.own(lines, given), body)

    def again(self, request: Request, cseq: int) -> Request:
        """The same request for another try: new branch, new number (RFC 3261 §8.1.3.5)."""
        twin = Request(request.method, request.uri, request.headers.copy(), request.body)
        twin.headers.set("Via", self.via())
        twin.headers.set("CSeq", f"{cseq} {request.method}")
        for name in AUTHORIZATIONS:
            twin.headers.remove(name)
        return twin

    def anew(self, invite: Request) -> Request:
        """The same INVITE for another server: by the way to that one, with our Contact there."""
        twin = self.again(invite, invite.cseq.number + 1)
        twin.headers.remove("Route")
        for route in self.service_route:
            twin.headers.add("Route", str(route))
        ways = (twin.uri, *[route.uri for route in self.service_route[:1]])
        twin.headers.set("Contact", self.dialog_contact(ways))
        return twin

    def reply(
        self,
        request: Request,
        status: int,
        reason: str = "",
        *,
        to_tag: str = "",
        own: Iterable[str] = (),
        headers: Pairs = (),
        body: bytes = b"",
        echo: Iterable[str] = (),
    ) -> Response:
        """A response of ours; above 100 it has a To tag, a new one if none is given (§8.2.6.2).

        `own` are lines of ours, `headers` what else is to be said and is checked here.
        """
        tag = to_tag or self.entropy.tag()
        lines = [*own, f"{SESSION_ID}: {self.sessions.answering(request)}", *self._named]
        return reply(
            request,
            status,
            reason or None,
            to_tag=tag,
            own=lines,
            headers=headers,
            body=body,
            echo=echo,
        )

    def answer(
        self, server: ServerTransaction, status: int, now: float, headers: Pairs = ()
    ) -> list[Output]:
        """Answer a request with a status and nothing else."""
        response = self.reply(server.request, status, headers=headers)
        return self.transactions.answer(server, response, now)

    def ringing(self, request: Request, sdp: str, to_tag: str = "") -> Response:
        """180 to an INVITE, or 183 with early media (RFC 3960 §3, RFC 3261 §12.1.1)."""
        own = [*self._of_dialog, *self._taken(request)]
        return self._making(request, 183 if sdp else 180, own, sdp, to_tag)

    def success(
        self, request: Request, sdp: str | None, to_tag: str = "", *, timed: Pairs = ()
    ) -> Response:
        """A 2xx to an INVITE or UPDATE (RFC 3261 §13.3.1.4, §12.1.1); `timed` as RFC 4028 asks."""
        own = [*self._of_dialog, *self._taken(request)]
        return self._making(request, 200, own, sdp or "", to_tag, timed)

    def _taken(self, request: Request) -> list[str]:
        """Recv-Info to a request that has it, and only there, be it empty (RFC 6086 §5.2.3)."""
        asked = "Recv-Info" in request.headers
        return [f"Recv-Info: {', '.join(self.packages)}"] if asked else []

    def _making(
        self,
        request: Request,
        status: int,
        own: list[str],
        sdp: str,
        to_tag: str,
        headers: Pairs = (),
    ) -> Response:
        """A response that makes or changes a dialog: our Contact, and the way that it came."""
        return self.reply(
            request,
            status,
            to_tag=to_tag,
            own=[f"Contact: {self.contact_for(request)}", *own, *([_DESCRIBED] if sdp else [])],
            headers=headers,
            body=sdp.encode(),
            echo=("Record-Route",),
        )


def sdp_of(message: Message) -> str | None:
    """The session description in a message, None when there is none."""
    body: bytes | None = message.body
    if message.content_type.startswith("multipart/"):
        # RFC 5621 §4.2: every phone reads these; servers add locations, pictures, ISUP.
        body = part(message.body, message.headers.get("Content-Type") or "", SDP)
    elif message.content_type != SDP:
        return None
    return body.decode("utf-8", "replace") if body else None


def first_values(message: Message) -> dict[str, str]:
    """The headers of a message, by lower-case name, the first line of each, of LISTS every one.

    They are kept for as long as the call and told again and again: what is too large is left out.
    """
    values: dict[str, str] = {}
    room = MOST_HEADERS
    for name, value in message.headers:
        key = header_key(name)
        known = key in values
        if key in HIDDEN or (known and key not in LISTS) or len(key) + len(value) > room:
            continue
        values[key] = f"{values[key]}, {visible(value)}" if known else visible(value)
        room -= len(key) + len(value)
    return values
