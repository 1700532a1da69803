"""The room's front door: an agent that speaks SIP, what it says, and the words it is said in."""

from webphone.sip.agent import Agent
from webphone.sip.endpoint import Account, NotNow
from webphone.sip.grammar import Malformed
from webphone.sip.headers import Headers, NameAddr
from webphone.sip.message import Request, Response, parse, reply
from webphone.sip.names import Names
from webphone.sip.news import (
    Answered,
    By,
    Confirmed,
    Dropped,
    Ended,
    InfoReceived,
    Invited,
    Invoked,
    Output,
    Progressed,
    Reanswered,
    Reconfirmed,
    Registered,
    RegistrationFailed,
    Reoffered,
    Replied,
    Rerefused,
    Send,
    Unregistered,
)
from webphone.sip.uri import Uri

__all__ = [
    "Account",
    "Agent",
    "Answered",
    "By",
    "Confirmed",
    "Dropped",
    "Ended",
    "Headers",
    "InfoReceived",
    "Invited",
    "Invoked",
    "Malformed",
    "NameAddr",
    "Names",
    "NotNow",
    "Output",
    "Progressed",
    "Reanswered",
    "Reconfirmed",
    "Registered",
    "RegistrationFailed",
    "Reoffered",
    "Replied",
    "Request",
    "Rerefused",
    "Response",
    "Send",
    "Unregistered",
    "Uri",
    "parse",
    "reply",
]
