"""Staying reachable: REGISTER, its refresh and its end (RFC 3261 §10, 3608, 5626, 5627)."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from itertools import chain
from typing import assert_never

from webphone.machine import due, step
from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.endpoint import Endpoint, Identity, Shared
from webphone.sip.methods import ALLOW, Place, supported
from webphone.sip.outputs import Output, Registered, RegistrationFailed, Unregistered
from webphone.sip.trust import Trust
from webphone.sip.usages.soft_state import longer, renewal, retry_after, seconds
from webphone.sip.wire import salvage
from webphone.sip.wire.grammar import Malformed, whole_number
from webphone.sip.wire.headers import HIGHEST_SECONDS, NameAddr
from webphone.sip.wire.message import Response
from webphone.sip.wire.uri import Uri

PROOFS = ("Authorization", "Proxy-Authorization")


class State(Enum):
    """Whether calls find us.

                 register            2xx
         OFF ─────────────► REGISTERING ─────────► REGISTERED
          ▲ ◄── refused ──────┘  ▲  ▲ └─ 423 ─┐      │    │
          │                      │  └─────────┘      │    │ unregister
          │                      └── refresh due ────┘    ▼
          └───────────────── any final answer ───── UNREGISTERING

    A 2xx that keeps no binding is a refusal, too.
    LEAVING: unregister came while REGISTERING; the removal waits for the answer to that.
    RETURNING: register came while UNREGISTERING. Whoever loses the socket is OFF at once.
    """

    OFF = auto()
    REGISTERING = auto()
    REGISTERED = auto()
    LEAVING = auto()
    UNREGISTERING = auto()
    RETURNING = auto()


class Event(Enum):
    """What can happen to a registration."""

    REGISTER = auto()
    UNREGISTER = auto()
    SUCCESS = auto()
    ADJUST = auto()
    REFUSAL = auto()
    BARREN = auto()
    DUE = auto()
    LOST = auto()


class Action(Enum):
    """What the table asks for."""

    SEND = auto()
    SEND_REMOVAL = auto()
    FORGET = auto()
    KEEP = auto()
    TELL_REGISTERED = auto()
    TELL_UNREGISTERED = auto()
    TELL_FAILED = auto()


_GONE = (State.OFF, (Action.FORGET, Action.TELL_UNREGISTERED))
_FAILED = (State.OFF, (Action.FORGET, Action.TELL_FAILED))
_RETURN = (State.REGISTERING, (Action.SEND,))

REGISTRATION: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.OFF, Event.REGISTER): (State.REGISTERING, (Action.SEND,)),
    (State.OFF, Event.UNREGISTER): _GONE,
    (State.REGISTERING, Event.SUCCESS): (State.REGISTERED, (Action.KEEP, Action.TELL_REGISTERED)),
    # RFC 3261 §10.2.8: 423, longer then; RFC 5626 §4.2.1: 439, without a flow then.
    (State.REGISTERING, Event.ADJUST): (State.REGISTERING, (Action.SEND,)),
    (State.REGISTERING, Event.REFUSAL): _FAILED,
    # §10.2.4: what the 2xx gives no time is not bound, whatever its status says.
    (State.REGISTERING, Event.BARREN): _FAILED,
    # §10.2: no new REGISTER before the answer to the last.
    (State.REGISTERING, Event.UNREGISTER): (State.LEAVING, ()),
    (State.REGISTERING, Event.LOST): (State.OFF, ()),
    (State.REGISTERED, Event.DUE): (State.REGISTERING, (Action.SEND,)),
    (State.REGISTERED, Event.REGISTER): (State.REGISTERING, (Action.SEND,)),
    (State.REGISTERED, Event.UNREGISTER): (State.UNREGISTERING, (Action.SEND_REMOVAL,)),
    (State.REGISTERED, Event.LOST): (State.OFF, ()),
    (State.LEAVING, Event.SUCCESS): (State.UNREGISTERING, (Action.SEND_REMOVAL,)),
    (State.LEAVING, Event.BARREN): _GONE,
    (State.LEAVING, Event.ADJUST): _GONE,
    (State.LEAVING, Event.REFUSAL): _GONE,
    (State.LEAVING, Event.REGISTER): (State.REGISTERING, ()),
    (State.LEAVING, Event.LOST): _GONE,
    (State.UNREGISTERING, Event.SUCCESS): _GONE,
    (State.UNREGISTERING, Event.ADJUST): _GONE,
    (State.UNREGISTERING, Event.REFUSAL): _GONE,
    (State.UNREGISTERING, Event.REGISTER): (State.RETURNING, ()),
    (State.UNREGISTERING, Event.LOST): _GONE,
    (State.RETURNING, Event.SUCCESS): _RETURN,
    (State.RETURNING, Event.ADJUST): _RETURN,
    (State.RETURNING, Event.REFUSAL): _RETURN,
    (State.RETURNING, Event.UNREGISTER): (State.UNREGISTERING, ()),
    (State.RETURNING, Event.LOST): (State.OFF, ()),
}


class Registration:
    """The binding of one account to this phone."""

    call = ""

    def __init__(self, endpoint: Endpoint, account: Identity, trust: Trust | None = None) -> None:
        self.account = account
        self.state = State.OFF
        self.deadline: float | None = None
        # Of an account that was given up, nothing is told.
        self.muted = False
        # Whether the registrar is to be believed to have the binding.
        self.bound = False
        self._endpoint = endpoint
        self._trust = trust
        self._authenticator = Authenticator(account, endpoint.entropy, trust, registering=True)
        call_id, tag = endpoint.entropy.call_id(), endpoint.entropy.tag()
        # RFC 3261 §10.2: every REGISTER of one phone to a registrar is alike.
        self._shared = Shared.of(
            Uri("sip", host=account.domain),
            (),
            account.address.with_param("tag", tag),
            account.address,
            call_id,
        )
        self._cseq = 0
        self._expires = account.expires
        self._granted = 0
        self._flow_timer: int | None = None
        self._flows = False  # the registrar keeps them
        self._signed = False  # the last REGISTER carried an answer to a challenge
        self._proved = False  # and such an answer, or none, was once enough
        self._outbound = True
        self._lengthened = False
        self._pending: ClientRequest | None = None

    @property
    def pending(self) -> bool:
        """Whether a REGISTER waits for its answer."""
        return self._pending is not None

    @property
    def instance(self) -> str:
        """The `urn:uuid:` of this phone."""
        return self.account.instance or self._endpoint.instance

    def register(self, now: float) -> list[Output]:
        """Make or renew the binding."""
        self._lengthened = False
        return self._happen(Event.REGISTER, now)

    def unregister(self, now: float) -> list[Output]:
        """Remove the binding."""
        return self._happen(Event.UNREGISTER, now)

    def give_way(self, account: Identity, now: float) -> tuple[Registration, list[Output]]:
        """The registration of another account, or of this one with other credentials.

        It takes the place of this one, of which nothing is told any more.
        """
        endpoint, same = self._endpoint, self.account.aor == account.aor
        self.muted = True
        outputs = [] if same else self.unregister(now)
        endpoint.gruu, endpoint.service_route = None, ()
        next_one = Registration(endpoint, account, self._trust)
        next_one.bound = same and self.bound
        return next_one, outputs

    def lost(self, now: float) -> list[Output]:
        """The connection that the binding leads over is gone."""
        self._pending = self.deadline = None
        self.bound = False
        return self._happen(Event.LOST, now)

    def wake(self, now: float) -> list[Output]:
        """Refresh when it is time."""
        if not due(self.deadline, now):
            return []
        self._lengthened = False
        return self._happen(Event.DUE, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The final answer to our REGISTER."""
        self._cseq = max(self._cseq, sent.request.cseq.number)
        if sent is not self._pending:
            return []
        self._pending = None
        self._signed = any(name in sent.request.headers for name in PROOFS)
        if response.status < 300:
            self._authenticator.succeeded()
            return self._happen(self._success(sent, response), now, response)
        if response.status in (401, 407):
            # Servers count wrong answers: each later try is to be one of them, not two.
            self._authenticator.forget()
        if self._adjust(response):
            return self._happen(Event.ADJUST, now, response)
        return self._happen(Event.REFUSAL, now, response)

    def _success(self, sent: ClientRequest, response: Response) -> Event:
        if sent.request.headers.get("Expires") == "0":
            return Event.SUCCESS
        self._granted = self._seconds(response)
        return Event.SUCCESS if self._granted else Event.BARREN

    def _adjust(self, response: Response) -> bool:
        if response.status == 423:
            least = longer(response, self._expires)
            # Once: a registrar that always wants a little more would never be done.
            if least is not None and not self._lengthened:
                self._expires, self._lengthened = least, True
                return True
        if response.status == 439 and self._outbound:
            self._outbound = False
            return True
        return False

    def _happen(self, event: Event, now: float, response: Response | None = None) -> list[Output]:
        self.state, actions = step(REGISTRATION, self.state, event)
        return [output for action in actions for output in self._do(action, now, response)]

    def _do(self, action: Action, now: float, response: Response | None) -> list[Output]:
        match action:
            case Action.SEND:
                return self._send(self._expires, now)
            case Action.SEND_REMOVAL:
                return self._send(0, now)
            case Action.FORGET:
                self.deadline, self.bound = None, False
                self._publish(None, ())
                return []
            case Action.TELL_UNREGISTERED:
                return [] if self.muted else [Unregistered()]
            case Action.TELL_REGISTERED:
                return [] if self.muted else [self._news()]
            case Action.KEEP:
                assert response is not None
                self.bound = True
                self._flow_timer = seconds(response.headers.get("Flow-Timer"))
                self._flows = "outbound" in response.require
                self._keep(response, now)
                return []
            case Action.TELL_FAILED:
                assert response is not None
                return [] if self.muted else [self._failure(response)]
            case _:
                assert_never(action)

    def _send(self, expires: int, now: float) -> list[Output]:
        endpoint = self._endpoint
        self.deadline = None
        self._cseq += 1
        headers = (
            ("Contact", str(self._contact(expires))),
            ("Expires", str(expires)),
            ("Supported", supported(Place.REGISTER, but="" if self._outbound else "outbound")),
            ("Allow", ALLOW),
        )
        request = endpoint.within("REGISTER", self._shared, self._cseq, headers=headers)
        self._pending = ClientRequest(endpoint, self._authenticator, self, request)
        return self._pending.start(now)

    def _contact(self, expires: int) -> NameAddr:
        uri = self._endpoint.contact
        # RFC 8599 §4.1: there, and in no Contact of a call. §4.1.2: who removes the binding is not
        # to be woken any more.
        push = (pair for pair in self.account.push if expires or pair[0] != "pn-prid")
        contact = NameAddr("", replace(uri, params=(*uri.params, *push)))
        contact = contact.with_param("+sip.instance", f'"<{self.instance}>"')
        if self.account.push:
            # RFC 8599 §4.1.4: while the page is awake, it refreshes without being woken for it.
            contact = contact.with_param("+sip.pnsreg")
        if self._outbound:
            # RFC 5626 §4.2: the one flow we have.
            contact = contact.with_param("reg-id", "1")
        return contact.with_param("expires", str(expires))

    def _keep(self, response: Response, now: float) -> None:
        """Take what the 2xx grants."""
        self._proved = True
        own = self._own_contact(response)
        self.deadline = now + renewal(self._granted, self._endpoint.entropy)
        gruu = None if own is None else _uri(own.param("pub-gruu"))
        ways = map(salvage.route, response.headers.values("Service-Route"))
        self._publish(gruu, tuple(way for way in ways if way is not None))

    def _seconds(self, response: Response) -> int:
        """How long the binding is to last, 0 where there is none (RFC 3261 §10.2.4)."""
        own = self._own_contact(response)
        granted = None if own is None else own.param("expires")
        seconds = whole_number(granted or "", HIGHEST_SECONDS)
        if seconds is None:
            seconds = response.safe("expires", seconds)
        # Some list nothing at all, and some on the way put names of their own in the list.
        return self._expires if seconds is None else seconds

    def _own_contact(self, response: Response) -> NameAddr | None:
        """Our binding among all of this user, which may be those of other phones and older ones."""
        contacts, ours = response.readable_contacts, self._endpoint.contact.user
        # Its user is a name that nobody else has: servers on the way may change the rest.
        named = [one for one in contacts if one.uri.user == ours]
        # What this phone bound from a page that is gone has the same instance.
        alike = (one for one in contacts if _instance(one) == self.instance.lower())
        # Listed twice, the older one is over.
        lasting = (one for one in named if one.expires != 0)
        return next(chain(lasting, named, alike), None)

    def _news(self) -> Registered:
        return Registered(expires=self._granted, flow_timer=self._flow_timer, outbound=self._flows)

    def _failure(self, response: Response) -> RegistrationFailed:
        return RegistrationFailed(
            status=response.status,
            reason=response.reason,
            retry_after=retry_after(response),
            proved=self._proved or not self._signed,
        )

    def _publish(self, gruu: Uri | None, route: tuple[NameAddr, ...]) -> None:
        if not self.muted:
            self._endpoint.gruu, self._endpoint.service_route = gruu, route


def _instance(contact: NameAddr) -> str:
    return (contact.param("+sip.instance") or "").strip("<>").lower()


def _uri(text: str | None) -> Uri | None:
    try:
        return Uri.parse(text) if text else None
    except Malformed:
        return None
