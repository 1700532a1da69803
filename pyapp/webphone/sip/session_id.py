"""A name for the whole of a communication, which every message carries (RFC 7989).

Ours is made from the Call-ID and a secret of this phone, so that it needs no memory and tells
nobody the Call-ID; what the peers call it is kept for the latest of them.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TypeVar

from webphone.sip.wire.message import Message, Request, Response

Value = TypeVar("Value")

NAME = "Session-ID"
# RFC 7989 §5: what stands for a peer's that is not known yet.
NIL = "0" * 32
# session-id = sess-uuid *( SEMI sess-id-param ), sess-uuid = 32(DIGIT / %x61-66)
_UUID = re.compile(r"\s*([0-9a-fA-F]{32})\s*(?:;|$)")
MOST_CALLS, MOST_PEERS = 64, 8


class SessionIds:
    """The names of the communications of one phone."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._own: dict[str, str] = {}  # what we call the latest, by Call-ID
        self._peers: dict[str, dict[str, str]] = {}  # by Call-ID, then by the peer's tag

    def heard(self, message: Message) -> None:
        """A message of a peer came: what it calls the communication is theirs (§6)."""
        theirs, call_id = read(message), message.headers.get("Call-ID") or ""
        if theirs == NIL:
            return
        peer = message.from_ if isinstance(message, Request) else message.to
        known = self._peers.pop(call_id, {})
        known.pop(peer.tag, None)
        known[peer.tag] = theirs
        self._peers[call_id] = _latest(known, MOST_PEERS)
        self._peers = _latest(self._peers, MOST_CALLS)

    def asking(self, call_id: str, tag: str) -> str:
        """The value in a request of ours to the peer with this tag, "" for nobody known yet."""
        return f"{self._ours(call_id)};remote={self._peers.get(call_id, {}).get(tag, NIL)}"

    def answering(self, request: Request) -> str:
        """The value in a response of ours."""
        return f"{self._ours(request.headers.get('Call-ID') or '')};remote={read(request)}"

    def adopt(self, call_id: str, tag: str, value: str) -> None:
        """The messages with this Call-ID name the communication as `of` once gave it."""
        ours, _, theirs = value.partition(";remote=")
        if _UUID.match(ours):
            self._own[call_id] = ours
        if tag and _UUID.match(theirs):
            self._peers[call_id] = {tag: theirs}

    def of(self, call_id: str) -> str:
        """The value for this communication, whoever was heard last in it."""
        known = self._peers.get(call_id, {})
        return f"{self._ours(call_id)};remote={[NIL, *known.values()][-1]}"

    def _ours(self, call_id: str) -> str:
        own = self._own.get(call_id)
        if own is None:
            own = self._own[call_id] = self._named(call_id)
            if len(self._own) > MOST_CALLS:
                del self._own[next(iter(self._own))]
        return own

    def _named(self, call_id: str) -> str:
        digits = sha256(f"{self._secret} {call_id}".encode("utf-8", "replace")).hexdigest()
        # RFC 4122 §4.3, with another hash than SHA-1: version 5.
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:12]}5{digits[13:16]}{variant}{digits[17:32]}"


def read(message: Message) -> str:
    """What the sender of a message calls the communication, NIL where it does not."""
    said = message.headers.get(NAME)
    found = _UUID.match(said) if said else None
    return found[1].lower() if found else NIL


def acknowledging(invite: Request, response: Response) -> str:
    """The value in the ACK to a failure, made of the INVITE's; "" where that has none."""
    ours = (invite.headers.get(NAME) or "").partition(";")[0]
    return f"{ours};remote={read(response)}" if ours else ""


def _latest(known: dict[str, Value], most: int) -> dict[str, Value]:
    return dict([*known.items()][-most:])
