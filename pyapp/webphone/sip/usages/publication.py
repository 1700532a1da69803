"""What others are to know of us: PUBLISH, its refresh and its end (RFC 3903)."""

from __future__ import annotations

from enum import Enum, auto
from typing import assert_never

from webphone.machine import due, step
from webphone.sip.authentication import Authenticator, ClientRequest
from webphone.sip.endpoint import Endpoint
from webphone.sip.outputs import Output, PublicationFailed, Published
from webphone.sip.usages.soft_state import LASTS, longer, passing, renewal, retry_in
from webphone.sip.wire.grammar import TOKEN, visible
from webphone.sip.wire.message import Response


class State(Enum):
    """Whether others know it.

                PUBLISH               2xx
       OFF ──────────────► ASKING ───────────► KNOWN ──┐
        ▲ ◄── 403, 489 … ───┘ ▲ │ 503 …         │  │   │ refresh due, or another state:
        │                 due │ ▼               │  └───┘ PUBLISH, which is ASKING again
        │                   WAITING             │ Expires: 0
        └──────────────── any answer ──────── LEAVING

    412 and 423 ask again: without the entity-tag, and for longer. CHANGED: another state was given
    while ASKING; it goes out after the answer. PARTING: the end of it was, and waits likewise.
    """

    OFF = auto()
    ASKING = auto()
    CHANGED = auto()
    KNOWN = auto()
    WAITING = auto()
    PARTING = auto()
    LEAVING = auto()


class Event(Enum):
    """What can happen to a publication."""

    PUBLISH = auto()
    REMOVE = auto()
    SUCCESS = auto()
    ADJUST = auto()
    POSTPONE = auto()
    REFUSAL = auto()
    DUE = auto()


class Action(Enum):
    """What the table asks for."""

    SEND = auto()
    REFRESH = auto()
    SEND_REMOVAL = auto()
    KEEP = auto()
    WAIT = auto()
    FORGET = auto()
    TELL_DONE = auto()
    TELL_POSTPONED = auto()
    TELL_FAILED = auto()


_SENT = (State.ASKING, (Action.SEND,))
_FAILED = (State.OFF, (Action.FORGET, Action.TELL_FAILED))
_GONE = (State.OFF, (Action.FORGET, Action.TELL_DONE))

PUBLICATION: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.OFF, Event.PUBLISH): _SENT,
    (State.OFF, Event.REMOVE): (State.OFF, (Action.TELL_DONE,)),
    (State.ASKING, Event.SUCCESS): (State.KNOWN, (Action.KEEP, Action.TELL_DONE)),
    (State.ASKING, Event.ADJUST): _SENT,
    (State.ASKING, Event.POSTPONE): (State.WAITING, (Action.WAIT, Action.TELL_POSTPONED)),
    (State.ASKING, Event.REFUSAL): _FAILED,
    # RFC 3903 §4: no new PUBLISH before the answer to the last.
    (State.ASKING, Event.PUBLISH): (State.CHANGED, ()),
    (State.ASKING, Event.REMOVE): (State.PARTING, ()),
    (State.CHANGED, Event.SUCCESS): (State.ASKING, (Action.KEEP, Action.SEND)),
    (State.CHANGED, Event.ADJUST): _SENT,
    (State.CHANGED, Event.POSTPONE): (State.WAITING, (Action.WAIT, Action.TELL_POSTPONED)),
    (State.CHANGED, Event.REFUSAL): _FAILED,
    (State.CHANGED, Event.REMOVE): (State.PARTING, ()),
    (State.KNOWN, Event.PUBLISH): _SENT,
    (State.KNOWN, Event.DUE): (State.ASKING, (Action.REFRESH,)),
    (State.KNOWN, Event.REMOVE): (State.LEAVING, (Action.SEND_REMOVAL,)),
    (State.WAITING, Event.PUBLISH): _SENT,
    (State.WAITING, Event.DUE): _SENT,
    (State.WAITING, Event.REMOVE): _GONE,
    (State.PARTING, Event.SUCCESS): (State.LEAVING, (Action.KEEP, Action.SEND_REMOVAL)),
    (State.PARTING, Event.ADJUST): _GONE,
    (State.PARTING, Event.POSTPONE): _GONE,
    (State.PARTING, Event.REFUSAL): _GONE,
    (State.PARTING, Event.PUBLISH): (State.CHANGED, ()),
    (State.LEAVING, Event.SUCCESS): _GONE,
    (State.LEAVING, Event.ADJUST): _GONE,
    (State.LEAVING, Event.POSTPONE): _GONE,
    (State.LEAVING, Event.REFUSAL): _GONE,
}


class Publication:
    """One event package of ours, as our server knows it."""

    call = ""

    def __init__(self, endpoint: Endpoint, authenticator: Authenticator, event: str) -> None:
        self.event = event
        self.state = State.OFF
        self.deadline: float | None = None
        self.authenticator = authenticator
        self._endpoint = endpoint
        self._type, self._body = "", b""
        self._tag = ""  # the entity-tag of what is known
        self._expires = LASTS
        self._adjusted: set[int] = set()  # to what has already been obeyed
        self._sent: ClientRequest | None = None

    def publish(self, content_type: str, body: bytes, now: float) -> list[Output]:
        """Tell a state, in the place of the one before; Published or PublicationFailed follows."""
        self._type, self._body = content_type, body
        self._adjusted.clear()
        return self._happen(Event.PUBLISH, now)

    def remove(self, now: float) -> list[Output]:
        """Have it forgotten; Published follows."""
        return self._happen(Event.REMOVE, now)

    def wake(self, now: float) -> list[Output]:
        """Refresh, or try again."""
        if not due(self.deadline, now):
            return []
        self._adjusted.clear()
        return self._happen(Event.DUE, now)

    def answered(self, sent: ClientRequest, response: Response, now: float) -> list[Output]:
        """The final answer to our PUBLISH."""
        status = response.status
        if status < 300:
            return self._happen(Event.SUCCESS, now, response)
        if self._adjust(response):
            return self._happen(Event.ADJUST, now, response)
        return self._happen(Event.POSTPONE if passing(status) else Event.REFUSAL, now, response)

    def _adjust(self, response: Response) -> bool:
        """§5: without the entity-tag, or for longer; each once, or there would be no end."""
        status = response.status
        if status in self._adjusted:
            return False
        if status == 412 and self._tag:
            self._tag = ""
        elif status == 423 and (least := longer(response, self._expires)) is not None:
            self._expires = least
        else:
            return False
        self._adjusted.add(status)
        return True

    def _happen(self, event: Event, now: float, response: Response | None = None) -> list[Output]:
        self.state, actions = step(PUBLICATION, self.state, event)
        return [output for action in actions for output in self._do(action, now, response)]

    def _do(self, action: Action, now: float, response: Response | None) -> list[Output]:
        match action:
            case Action.SEND:
                return self._send(self._expires, now, body=True)
            case Action.REFRESH:
                # A server that names no entity-tag is told all of it again.
                return self._send(self._expires, now, body=not self._tag)
            case Action.SEND_REMOVAL:
                return self._send(0, now)
            case Action.KEEP:
                assert response is not None
                self._keep(response, now)
                return []
            case Action.WAIT:
                assert response is not None
                self.deadline = now + retry_in(response)
                return []
            case Action.FORGET:
                self.deadline, self._tag = None, ""
                return []
            case Action.TELL_DONE:
                return [Published(event=self.event)]
            case Action.TELL_POSTPONED:
                return [self._failure(response, again=True)]
            case Action.TELL_FAILED:
                return [self._failure(response, again=False)]
            case _:
                assert_never(action)

    def _send(self, expires: int, now: float, *, body: bool = False) -> list[Output]:
        """§4.1: what is sent again without a body keeps, or ends, what is known."""
        endpoint, account = self._endpoint, self.authenticator.account
        assert account is not None
        self.deadline = None
        headers = [("Event", self.event), ("Expires", str(expires))]
        if self._tag:
            headers.append(("SIP-If-Match", self._tag))
        if body:
            headers.append(("Content-Type", self._type))
        said = self._body if body else b""
        request = endpoint.outside(
            "PUBLISH", account.address, account.aor, headers=headers, body=said
        )
        self._sent = ClientRequest(endpoint, self.authenticator, self, request)
        return self._sent.start(now)

    def _keep(self, response: Response, now: float) -> None:
        tag = response.headers.get("SIP-ETag") or ""
        self._tag = tag if TOKEN.fullmatch(tag) else ""
        granted = response.safe("expires", None)
        lasts = self._expires if granted is None else min(granted, self._expires)
        self.deadline = now + renewal(lasts, self._endpoint.entropy)

    def _failure(self, response: Response | None, *, again: bool) -> PublicationFailed:
        assert response is not None and self._sent is not None
        return PublicationFailed(
            event=self.event,
            status=response.status,
            reason=visible(response.reason),
            again=again,
            unanswered=self._sent.unanswered,
        )
