"""What the agent says back: bytes to send and news of registrations, calls and requests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from webphone.sip.wire.headers import NameAddr

if TYPE_CHECKING:
    from webphone.sip.wire.replaces import Replaces


class By(Enum):
    """Who ended something."""

    LOCAL = "local"
    REMOTE = "remote"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A challenge that got no answer: its realm is not trusted, or it is `weak` for that realm."""

    realm: str
    weak: bool = False

    @property
    def why(self) -> str:
        """The same for the trace."""
        fault = "asks in a weaker way than the registrar" if self.weak else "is not trusted"
        return f"a challenge is not answered: realm {self.realm!r} {fault}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """Put these bytes, one whole SIP message, on the socket."""

    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A 2xx to REGISTER: the address of record leads here for `expires` seconds.

    `flow_timer`: the first server closes connections that are quiet for longer (RFC 5626 §4.4).
    `outbound`: the registrar keeps flows (§6).
    """

    expires: int
    flow_timer: int | None = None
    outbound: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unregistered:
    """The final answer to the REGISTER that removed the contact, or its time-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationFailed:
    """REGISTER was refused or timed out (408) for good; `retry_after` in s if the server said so.

    A 2xx is one that keeps no binding. status 401 and 407 mean that the credentials are wrong;
    `proved`: they were right before, or the server never asked for them.
    """

    status: int
    reason: str
    retry_after: int | None = None
    proved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A new incoming call. Answer with `ring`, `accept`, `reject` or `redirect`.

    `sdp` is None for an offerless INVITE: the offer then goes into `accept` and the answer
    comes in `Confirmed`. `headers` are the INVITE's, by lower-case name, first value each.
    `replaces` names the call whose place it is to take (RFC 3891 §3), "" for none. Where `call` is
    one that we have made, it is its answer: who was to answer it calls back, and offers.
    """

    call: str
    call_id: str
    from_: NameAddr
    to: NameAddr
    sdp: str | None
    headers: Mapping[str, str] = field(default_factory=dict)
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteSent:
    """An outgoing INVITE left; told once, before its Send."""

    call: str
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progressed:
    """A provisional response above 100 to our INVITE; `branch` tells forks apart (remote tag)."""

    call: str
    status: int
    reason: str
    branch: str
    sdp: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Our INVITE was answered: the ACK is sent. `sdp` is the answer (None: it came before)."""

    call: str
    branch: str
    sdp: str | None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """The ACK to our 2xx came; `sdp` is the answer when we made the offer."""

    call: str
    sdp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferReceived:
    """A re-INVITE or UPDATE came with an offer, or without one (`sdp` None: make one).

    Answer with `reaccept` or `rerefuse`. `instead`: in the place of one that is not answered yet.
    `anew`: the peer goes on in another dialog, from a page that has lost its media.
    """

    call: str
    sdp: str | None
    instead: bool = False
    anew: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyOffer:
    """An UPDATE or PRACK offers something else before the call is answered (RFC 6337 §2.2).

    It comes from who has described its early media, or has heard ours by a reliable 18x. Answer
    with `reaccept` or `rerefuse`.
    """

    call: str
    branch: str
    sdp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyAnswer:
    """The PRACK to our 18x, in which we made the offer; `sdp` is None where it has no answer."""

    call: str
    sdp: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerNamed:
    """A re-INVITE or UPDATE came: who it is from, by its From and its other headers.

    After a transfer, or where a queue has found somebody, it is another one than before (RFC 4916).
    """

    call: str
    from_: NameAddr
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The peer goes on with the call in another dialog, of this Call-ID (RFC 3891)."""

    call: str
    call_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAcknowledged:
    """The ACK to our 2xx to a re-INVITE; `sdp` is the answer when we made the offer in it."""

    call: str
    sdp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAnswered:
    """Our re-INVITE was accepted."""

    call: str
    sdp: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRefused:
    """Our re-INVITE was refused: the session is as it was before (RFC 3261 §14.1).

    After a glare (491) the agent repeats the offer by itself, a few times. `overtaken`: the other
    side's own offer came before that; an OfferReceived follows, and ours is to be made afresh after
    it.
    """

    call: str
    status: int
    reason: str
    overtaken: bool = False
    unanswered: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The call is over; told exactly once a call, whatever crossed on the wire.

    `status` and `reason` are the final response that ended it, or None after a BYE.
    `answered_elsewhere`: a CANCEL with `Reason: SIP;cause=200`. `q850` from a Reason header.
    `text` from Reason or Warning, for the explanation. `moved` lists the contacts of a 3xx.
    `retry_after`: in how many seconds the other side may be called again, if it says so.
    `unanswered` is the challenge that a 401 or 407 is about, where we had no trust in it.
    """

    call: str
    by: By
    status: int | None = None
    reason: str | None = None
    q850: int | None = None
    text: str = ""
    answered_elsewhere: bool = False
    moved: tuple[NameAddr, ...] = ()
    retry_after: int | None = None
    unanswered: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoReceived:
    """An INFO in a call; it has been answered. `package` as it was offered, "" for none."""

    call: str
    content_type: str
    body: bytes
    package: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageReceived:
    """A MESSAGE came, and has been answered; `call` is the one that it came in, "" for none."""

    call: str
    from_: NameAddr
    to: NameAddr
    content_type: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferAnswered:
    """The final response to our REFER; `silent`: no news of it will come (RFC 4488 §4)."""

    call: str
    status: int
    reason: str
    silent: bool = False
    unanswered: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferNotified:
    """How far the call has come that our REFER asked for; 200 and more is the last word."""

    call: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferReceived:
    """The peer asks us to call `target`, in the place of another call if `replaces` names one.

    Answer with `answer_refer`, then tell what comes of it with `report_refer`.
    """

    call: str
    target: NameAddr
    replaces: Replaces | None = None
    referred_by: NameAddr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replied:
    """The final response to a request made with `info`, `message` or `options`."""

    ref: str
    status: int
    reason: str
    headers: Mapping[str, str] = field(default_factory=dict)
    unanswered: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A SUBSCRIBE of ours was accepted, the first or one that renews it; news are Notified."""

    subscription: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionLost:
    """There is no such subscription now: refused with a status, or ended for a reason.

    The reasons without a status are those of RFC 6665 §4.1.3. `again`: it is tried again by itself.
    """

    subscription: str
    status: int
    reason: str
    again: bool
    unanswered: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribed:
    """The subscription that was to end has ended, or is about to."""

    subscription: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notified:
    """A NOTIFY; it has been answered. `subscription` is "" for one that nobody asked for.

    `state` is pending, active or terminated; `branch` tells those apart who answered one SUBSCRIBE.
    """

    subscription: str
    event: str
    state: str
    branch: str
    from_: NameAddr
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What was to be known of us is known, or was removed: the 2xx to a PUBLISH."""

    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationFailed:
    """A PUBLISH was refused or timed out (408); what was published before may still stand.

    `again`: it is tried again by itself.
    """

    event: str
    status: int
    reason: str
    again: bool
    unanswered: Unanswered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A message was refused or dropped; for the trace. `why` never holds a secret."""

    why: str


Output = (
    Send
    | Registered
    | Unregistered
    | RegistrationFailed
    | Invited
    | InviteSent
    | Progressed
    | Answered
    | Confirmed
    | OfferReceived
    | EarlyAnswer
    | EarlyOffer
    | PeerNamed
    | Moved
    | OfferAcknowledged
    | OfferAnswered
    | OfferRefused
    | Ended
    | InfoReceived
    | ReferAnswered
    | ReferNotified
    | ReferReceived
    | MessageReceived
    | Replied
    | Subscribed
    | SubscriptionLost
    | Unsubscribed
    | Notified
    | Published
    | PublicationFailed
    | Dropped
)
