"""Which server to try next, and how long to wait when all have failed."""

from __future__ import annotations

from collections.abc import Sequence

from webphone.sip.entropy import Entropy

# Seconds of pause after each round that failed: a server that restarts is met within two seconds
# of its return; one that stays away is asked less and less.
WAITS = (1.0, *(1.5,) * 12, 3.0, 6.0, 12.0, 24.0, 30.0)
JITTER = 0.25  # a server that comes back is not met by all phones at once
STEADY = 10.0  # seconds after which a connection counts as one that holds


class Servers:
    """An ordered list in which the one that worked last is tried first."""

    def __init__(self, addresses: Sequence[str], entropy: Entropy) -> None:
        self.addresses = tuple(addresses)
        self.current = ""
        self.rounds = 0
        self._entropy = entropy
        self._good = ""
        self._mishaps = 0  # losses in a row of connections that did not last
        self._resting: dict[str, float] = {}  # until when a server wants to be left alone
        self._left: list[str] = []
        self.start_round()

    def start_round(self) -> None:
        """Every server gets one more chance, the last good one first."""
        self._left = sorted(self.addresses, key=lambda address: address != self._good)

    def next(self, now: float) -> str | None:
        """The next server of this round, or None when all have failed once."""
        awake = [address for address in self._left if self._resting.get(address, 0.0) <= now]
        self.current = awake[0] if awake else ""
        self._left = awake[1:]
        return self.current or None

    def worked(self) -> None:
        """The current server does its job: the next loss starts with it."""
        self._good = self.current
        self.start_round()

    def lost(self, lasted: float) -> None:
        """A connection that worked for that many seconds is gone.

        The first time its server is tried again at once; one that takes us in and throws us out
        time after time is no better than one that does not answer.
        """
        if lasted >= STEADY:
            self.rounds = self._mishaps = 0
        self._mishaps += 1
        if self._mishaps > 1:
            self.failed()
            self._left = [address for address in self.addresses if address != self.current]

    def failed(self, until: float = 0.0) -> None:
        """The current server is no use; `until` then it asked to be left alone (Retry-After)."""
        if self._good == self.current:
            self._good = ""
        self._resting[self.current] = until

    def pass_over(self, until: float) -> None:
        """The current server takes no calls: the next one is any other."""
        self.failed(until)
        self._left = [address for address in self.addresses if address != self.current]

    def wait(self, now: float) -> float:
        """Seconds until the next round: WAITS with jitter, and no server's rest disturbed."""
        length = WAITS[min(self.rounds, len(WAITS) - 1)]
        self.rounds += 1
        rest = min((self._resting.get(one, 0.0) for one in self.addresses), default=0.0) - now
        return max(self.about(length), rest)

    def about(self, seconds: float) -> float:
        """About so many seconds: JITTER more or less."""
        return self._entropy.uniform(seconds * (1 - JITTER), seconds * (1 + JITTER))

    def forgive(self) -> None:
        """The network is another one now: begin again without waiting."""
        self.rounds = self._mishaps = 0
        self._resting.clear()
        self.start_round()

    def insist(self) -> None:
        """A person wants it now: no server is left alone."""
        self._resting.clear()
        self.start_round()

    @property
    def on_first(self) -> bool:
        """Whether the server in use is the first of the list."""
        return not self.addresses or self.current in ("", self.addresses[0])
