"""The best of several final answers (RFC 3261 §16.7 step 6)."""

from __future__ import annotations

from collections.abc import Sequence

from webphone.sip.wire.message import Response

# Within the 4xx: what helps the caller to try again, then what says most, then the rest.
_PREFERRED = (401, 407, 415, 420, 484)
_SAYS_LITTLE = (404, 480, 408, 487)
_CHALLENGES = ("WWW-Authenticate", "Proxy-Authenticate")


def best(answers: Sequence[Response]) -> Response:
    """The one to pass on; `answers` are final, none of them a 2xx, and there is at least one."""
    chosen = min(answers, key=_rank)
    if chosen.status == 503:
        # §16.7 step 6: 503 would speak of us, not of them.
        chosen = Response(500, "Server Internal Error", chosen.headers.copy(), chosen.body)
    if chosen.status not in (401, 407):
        return chosen
    # §16.7 step 7: the caller sees every challenge at once.
    merged = Response(chosen.status, chosen.reason, chosen.headers.copy(), chosen.body)
    for other in answers:
        if other is not chosen and other.status in (401, 407):
            for name in _CHALLENGES:
                merged.headers.echo(name, other.headers)
    return merged


def _rank(answer: Response) -> tuple[int, int]:
    status = answer.status
    # A 6xx speaks for the user wherever he is; else the lowest class wins.
    kind = 0 if status >= 600 else status // 100
    if status in _PREFERRED:
        return kind, 0
    return kind, 2 + _SAYS_LITTLE.index(status) if status in _SAYS_LITTLE else 1
