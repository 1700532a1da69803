"""What lasts only as long as it is asked for again: for how long, and when to try once more."""

from __future__ import annotations

import re

from webphone.sip.entropy import Entropy
from webphone.sip.wire.grammar import whole_number
from webphone.sip.wire.headers import HIGHEST_SECONDS
from webphone.sip.wire.message import Response

LASTS = 3600  # seconds that we ask for
DAY = 24 * 3600  # seconds that a server may want it to last at least, or us to wait
SOONEST = 5.0  # seconds until it is asked for again
PAUSE, LONGEST_PAUSE = 30.0, 1800.0  # seconds until what was refused is tried again

_SECONDS = re.compile(r'[\s"]*([0-9]+)')
# What refuses it for now only, besides most of 5xx.
_PASSING = frozenset((408, 480, 481, 482, 486, 487, 491))
_NEVER = frozenset((501, 505))


def passing(status: int) -> bool:
    """Whether what is refused so may be granted later."""
    return status in _PASSING or (500 <= status < 600 and status not in _NEVER)


def longer(response: Response, expires: int) -> int | None:
    """The seconds that a 423 wants, None where that is no more than we asked for, or absurd."""
    least = seconds(response.headers.get("Min-Expires"))
    return least if least is not None and expires < least <= DAY else None


def renewal(lasts: float, entropy: Entropy) -> float:
    """The seconds after which it is asked for again; spread, so that phones do not all come back at
    once after a restart.
    """
    return max(lasts * entropy.uniform(0.5, 0.8), SOONEST)


def retry_in(response: Response) -> float:
    """The seconds after which what was refused is tried again, within reason."""
    wait = retry_after(response)
    return max(PAUSE if wait is None else min(wait, DAY), SOONEST)


def retry_after(response: Response) -> int | None:
    """The seconds to wait, if the server says so."""
    return seconds(response.headers.get("Retry-After"))


def seconds(value: str | None) -> int | None:
    """The seconds that a header begins with, whatever follows; None where it begins otherwise.

    RFC 3261 §20.33: `120;duration=60`, `120 (in a meeting)`; some write `"120"` and `120.5`.
    """
    found = _SECONDS.match(value or "")
    return whole_number(found[1], HIGHEST_SECONDS) if found else None
