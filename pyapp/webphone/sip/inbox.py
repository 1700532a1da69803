"""Which of a stranger's texts are taken: each only once, and no more than a person reads."""

from __future__ import annotations

from webphone.sip.wire.message import Request

# Octets of one text. RFC 3428 §8 bounds a request to 1300 octets where it may go by UDP; a
# WebSocket is none, and a server that goes on by UDP answers for itself.
LARGEST = 16_384
# Texts that may come at once, and how many a second after that: of one sender, and of all.
OF_ONE, OF_ALL, PACE = 10, 30, 1.0
# Of texts and of senders: so many are remembered.
MOST = 200

Key = tuple[str, str, str]


class Allowance:
    """So many at once, and one for each second that passes."""

    __slots__ = ("_at", "_left", "_most")

    def __init__(self, most: int, now: float) -> None:
        self._most = most
        self._left, self._at = float(most), now

    def spend(self, now: float) -> bool:
        """Take one; False where none is left."""
        self._left = min(self._most, self._left + (now - self._at) * PACE)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Inbox:
    """What has come lately."""

    def __init__(self) -> None:
        self._known: dict[Key, None] = {}
        self._senders: dict[str, Allowance] = {}
        self._all: Allowance | None = None

    def knows(self, request: Request) -> bool:
        """Whether this very text was taken before, over another way or after a lost answer."""
        return _key(request) in self._known

    def take(self, request: Request, now: float) -> bool:
        """Note that it came; False where it is one too many for now."""
        sender = request.from_.uri.aor
        one = self._senders.pop(sender, None) or Allowance(OF_ONE, now)
        self._senders[sender] = one
        if len(self._senders) > MOST:
            del self._senders[next(iter(self._senders))]
        self._all = self._all or Allowance(OF_ALL, now)
        if not one.spend(now) or not self._all.spend(now):
            return False
        self._known[_key(request)] = None
        if len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return True


def _key(request: Request) -> Key:
    """What stays the same however often a request is sent (RFC 3261 §8.2.2.2)."""
    return (request.call_id, str(request.cseq), request.from_.tag)
