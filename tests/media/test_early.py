"""An offer that comes before ours is answered, turned round for a browser."""

from __future__ import annotations

import pytest

from phone.stage import description
from webphone.media import Description, Direction, problem
from webphone.media.early import turned_round

OURS = description("us", setup="actpass", codecs="111 0 110")


@pytest.mark.rfc("5763 §5", "one end is active, the other passive")
@pytest.mark.rfc("8842 §5.5", "a new offer keeps the parts in DTLS")
@pytest.mark.parametrize(("before", "us"), [("active", "passive"), ("passive", "active")])
def test_both_ends_become_answers_and_keep_their_parts(before: str, us: str) -> None:
    turned = turned_round(OURS, description(setup=before), description("new", setup="actpass"))
    assert turned is not None
    answer, remote = turned
    assert f"a=setup:{us}\r\n" in answer and f"a=setup:{before}\r\n" in remote
    assert "a=ice-ufrag:us00\r\n" in answer and "a=ice-ufrag:new0\r\n" in remote
    assert problem(remote, Description.parse(OURS)) is None


@pytest.mark.rfc("3264 §6.1", "the answer names only codecs that are offered")
def test_the_answer_names_only_what_is_offered() -> None:
    turned = turned_round(OURS, description(), description("new", setup="actpass", codecs="0 110"))
    assert turned is not None
    (sound,) = Description.parse(turned[0]).media
    assert sound.formats == ("0", "110")
    assert [codec.name for codec in sound.codecs] == ["PCMU", "telephone-event"]
    assert "a=rtpmap:111" not in turned[0]


@pytest.mark.rfc("3264 §6.1", "the answer takes the direction that is offered")
@pytest.mark.parametrize(
    ("offered", "answered"),
    [
        ("sendrecv", Direction.SENDRECV),
        ("sendonly", Direction.RECVONLY),
        ("inactive", Direction.INACTIVE),
    ],
)
def test_the_answer_takes_the_direction_that_is_offered(offered: str, answered: Direction) -> None:
    turned = turned_round(OURS, description(), description("new", offered, setup="actpass"))
    assert turned is not None
    assert Description.parse(turned[0]).media[0].direction is answered


@pytest.mark.rfc("3311 §5.2", "an early offer that cannot be used is refused")
@pytest.mark.parametrize(
    "theirs",
    [
        "",
        "v=0\r\n",
        description("new", setup="actpass", codecs="9"),
        description("new", setup="actpass").replace("m=audio 9", "m=audio 0"),
        description("new", setup="actpass").replace("a=fingerprint", "a=finger"),
        description("new") + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n",
        description("new").replace("m=audio", "m=video"),
    ],
)
def test_what_a_browser_could_not_take_is_refused(theirs: str) -> None:
    assert turned_round(OURS, description(), theirs) is None
