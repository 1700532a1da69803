"""The room's front door: an agent that speaks SIP, what it says, and the words it is said in."""

from webphone.sip.agent import Agent
from webphone.sip.endpoint import Identity, NotNow
from webphone.sip.entropy import Entropy
from webphone.sip.outputs import (
    Answered,
    By,
    Confirmed,
    Dropped,
    EarlyOffer,
    Ended,
    InfoReceived,
    Invited,
    InviteSent,
    OfferAcknowledged,
    OfferAnswered,
    OfferReceived,
    OfferRefused,
    Output,
    PeerNamed,
    Progressed,
    Registered,
    RegistrationFailed,
    Replied,
    Send,
    Unanswered,
    Unregistered,
)
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.headers import Headers, NameAddr
from webphone.sip.wire.message import Request, Response, parse, reply
from webphone.sip.wire.uri import Uri

__all__ = [
    "Agent",
    "Answered",
    "By",
    "Confirmed",
    "Dropped",
    "EarlyOffer",
    "Ended",
    "Entropy",
    "Headers",
    "Identity",
    "InfoReceived",
    "InviteSent",
    "Invited",
    "Malformed",
    "NameAddr",
    "NotNow",
    "OfferAcknowledged",
    "OfferAnswered",
    "OfferReceived",
    "OfferRefused",
    "Output",
    "PeerNamed",
    "Progressed",
    "Registered",
    "RegistrationFailed",
    "Replied",
    "Request",
    "Response",
    "Send",
    "Unanswered",
    "Unregistered",
    "Uri",
    "parse",
    "reply",
]
