"""What the other end may write into its session description, and what becomes of the call."""

from __future__ import annotations

import pytest

from phone.stage import World, description
from webphone.media import Description
from webphone.phone import actions as do

OFFER = description(setup="actpass")
VIDEO = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtcp-mux\r\n"
HOSTILE = {
    "session lines and sections": "v=0\r\n" + "a=b\r\n" * 6_000 + "m=audio 9 a 0\r\n" * 1_200,
    "sections": OFFER + "m=audio 9 RTP/AVP 0\r\n" * 64,
    "session lines": OFFER.replace("t=0 0\r\n", "t=0 0\r\n" + "a=b\r\n" * 1_000),
    "lines": OFFER + "a=b\r\n" * 5_000,
    "formats": OFFER.replace(" 111 0 110", "".join(f" {each}" for each in range(9_000))),
    "a broken media line": OFFER.replace("m=audio 9", "m=audio"),
    "a port that is none": OFFER.replace("m=audio 9", "m=audio 70000"),
    "nothing": "v=0\r\n",
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_description_beyond_all_bounds_is_refused_before_it_rings(world: World, name: str):
    alice, dave = world.registered("alice"), world.stranger("dave")
    dave.call("alice", sdp=HOSTILE[name])
    assert dave.words()[-1] == "488"
    assert alice.told("ringingin") == [] and alice.mistakes == []
    [record] = alice.history
    assert record.disposition == "failed" and record.sip_code == 488
    assert str(record.explanation).endswith(".")


BENT = {
    "no frame": OFFER[OFFER.index("m=") :],
    "line feeds": OFFER.replace("\r\n", "\n"),
    "no name, no time": OFFER.replace("s=-\r\n", "").replace("t=0 0\r\n", ""),
    "broken lines": OFFER + "a=fmtp:111\r\na=ssrc:1\r\na=candidate:\r\na=extmap:5\r\nnonsense\r\n",
    "spaces": OFFER.replace("\r\n", " \r\n"),
    "pictures that can't be": OFFER + VIDEO.replace("a=mid:1", "a=mid:2"),
    "a fax besides": OFFER + "m=image 4000 udptl t38\r\n",
}


@pytest.mark.parametrize("name", BENT)
def test_a_description_that_is_only_bent_rings_and_is_answered(world: World, name: str):
    alice, dave = world.registered("alice"), world.stranger("dave")
    dave.call("alice", sdp=BENT[name])
    assert dave.words()[-1] == "180"
    alice.ask("answer")
    dave.ack()
    assert alice.call.state == "active" and alice.call.codec == "opus"


ANSWERS = {
    "pictures refused without formats": description() + "m=video 0 RTP/SAVPF\r\n",
    "no pictures": description(),
    "pictures refused first": description().replace("m=audio", "m=video 0 RTP/AVP 34\r\nm=audio"),
    "text in their place": description() + "m=text 0 RTP/AVP 98\r\n",
    "pictures without a path": description() + VIDEO,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_video_call_that_is_answered_with_sound_is_a_call(world: World, name: str):
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave", {"video": True})
    dave.reply(200, sdp=ANSWERS[name])
    assert alice.call.state == "active" and dave.words()[-1] == "ACK"
    assert alice.call.codec == "opus"
    [described] = [each for each in alice.actions if isinstance(each, do.DescribeRemote)]
    assert Description.parse(described.sdp).of_kind("audio")


def test_what_still_can_not_be_used_is_said_once_and_the_call_never_counts_as_answered(
    world: World,
):
    alice, dave = world.registered("alice"), world.stranger("dave")
    alice.ask("makeCall", "dave")
    dave.reply(200, sdp=description(codecs="18"))
    assert dave.words()[-2:] == ["ACK", "BYE"]
    [record] = alice.history
    assert record.disposition == "failed"
    assert str(record.explanation).count("No codec in common") == 1


def test_the_browser_has_the_answer_before_the_other_end_has_its_ack(alice, bob):
    """It looks for the path while all else is done."""
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    [described] = [each for each in alice.actions if isinstance(each, do.DescribeRemote)]
    acks = [
        each for each in alice.actions if isinstance(each, do.Send) and b"ACK " in each.data[:4]
    ]
    assert alice.actions.index(described) < alice.actions.index(acks[0])
