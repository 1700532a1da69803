"""Of several refusals the caller hears the one that helps most."""

from __future__ import annotations

import pytest

from webphone.exchange.forking import best
from webphone.sip.wire.fields import Headers
from webphone.sip.wire.message import Response


@pytest.mark.rfc("3261 §16.7", "step 6: a 6xx first, then the lowest class; no 503 is passed on")
@pytest.mark.parametrize(
    ("statuses", "heard"),
    [
        ([404, 486], 486),
        ([480, 408], 480),
        ([500, 480], 480),
        ([486, 302], 302),
        ([302, 603], 603),
        ([486, 401], 401),
        ([503, 503], 500),
        ([487, 408], 408),
    ],
)
def test_the_best_answer_is_chosen(statuses: list[int], heard: int):
    assert best([Response(status, "") for status in statuses]).status == heard


@pytest.mark.rfc("3261 §16.7", "step 7: the challenges of all forks are put together")
def test_the_caller_sees_the_challenges_of_all():
    one = Response(407, "", Headers([("Proxy-Authenticate", 'Digest realm="a"')]))
    broken = [("WWW-Authenticate", 'Digest realm="b"'), ("WWW-Authenticate", "\0")]
    two = Response(401, "", Headers.received(broken))

    chosen = best([one, Response(486, ""), two])

    assert chosen.headers.all("Proxy-Authenticate") == ['Digest realm="a"']
    assert chosen.headers.all("WWW-Authenticate") == ['Digest realm="b"', "\0"]
