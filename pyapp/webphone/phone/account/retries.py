"""When a refused registration is tried again: less and less often, and never given up."""

from __future__ import annotations

from webphone.phone.account.registration_errors import needs_a_person
from webphone.sip import Entropy, RegistrationFailed

# Seconds. Where the credentials are refused, servers ban an address that tries them too often, and
# with it every phone of the office.
STRICT = (60.0, 300.0, 900.0, 1800.0)
# Else as RFC 5626 §4.5 has it for a flow: 30 to 60 s at first, twice as much each time.
FIRST, LONGEST = 60.0, 1800.0
LONGEST_WISH = 600.0  # of a server that says Retry-After
# Part of its wish that is added by chance: it says the same to all, who must not come back as one.
SPREAD = 0.5


NO_LOGIN = 0  # in the place of a status: nothing was sent


class Retries:
    """The refusals in a row, and when the next REGISTER is due."""

    __slots__ = ("_count", "_entropy", "at", "status", "strict")

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self.at: float | None = None
        self.status: int | None = None  # of the last refusal
        self.strict = False  # nothing but time or a person makes it worth while
        self._count = 0

    def begun(self) -> None:
        """A REGISTER is under way."""
        self.at = None

    def refused(self, news: RegistrationFailed, now: float) -> None:
        """One more refusal."""
        self.status, self.strict = news.status, needs_a_person(news)
        self.at = now + max(self._pause(), wish(news.retry_after, self._entropy))
        self._count += 1

    def without_login(self, now: float) -> None:
        """The page gave nothing to sign a REGISTER with."""
        self.status, self.strict = NO_LOGIN, False
        self.at = now + self._pause()
        self._count += 1

    def _pause(self) -> float:
        if self.strict:
            return STRICT[min(self._count, len(STRICT) - 1)]
        longest = min(FIRST * 2 ** min(self._count, 10), LONGEST)
        return self._entropy.uniform(longest / 2, longest)


def wish(retry_after: int | None, entropy: Entropy) -> float:
    """The seconds that a server is left alone: as long as it wants, and somewhat longer."""
    longest = min(float(retry_after or 0) * (1 + SPREAD), LONGEST_WISH)
    return entropy.uniform(longest / (1 + SPREAD), longest)
