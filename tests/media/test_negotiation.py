"""Who holds whom, what was agreed on, and why a browser would refuse."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webphone.media.negotiation import (
    answer_direction,
    can_send_tones,
    chosen_codec,
    held_by,
    hold_direction,
    problem,
    shows_video,
    takes_video,
    wants_video,
)
from webphone.media.sdp import Description, Direction

DATA = Path(__file__).parent / "data"


def stored(name: str) -> str:
    return (DATA / f"{name}.sdp").read_bytes().decode()


def description(name: str) -> Description:
    return Description.parse(stored(name))


# Hold and direction


@pytest.mark.rfc("3264 §8.4", "sendonly and inactive hold")
@pytest.mark.rfc("8840 §4.1.1", "with ICE, port 9 and no address hold nobody")
@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("hold-sendonly-offer", True),
        ("hold-inactive-offer", True),
        ("hold-zero-address-offer", True),
        ("resume-offer", False),
        ("chromium-offer", False),
        ("plain-offer", False),
        ("rtpengine-answer", False),
    ],
)
def test_an_offer_holds_us_when_it_wants_none_of_our_sound(name: str, held: bool) -> None:
    assert held_by(description(name)) is held


@pytest.mark.rfc("6337 §5.4", "the address 0.0.0.0 holds, without ICE")
@pytest.mark.rfc("3264 §8.4", "the address 0.0.0.0 holds")
def test_the_old_style_hold_by_a_zero_address_works_without_ice_on_any_port() -> None:
    old = stored("plain-offer").replace("c=IN IP4 192.0.2.44", "c=IN IP4 0.0.0.0")
    assert held_by(Description.parse(old))
    assert held_by(Description.parse(old.replace("m=audio 22334", "m=audio 9")))


def test_a_picture_that_is_held_does_not_hold_the_sound() -> None:
    offer = description("chromium-offer")
    assert not held_by(offer.with_direction(Direction.SENDONLY, "video"))
    assert held_by(offer.with_direction(Direction.SENDONLY, "audio"))


def test_nothing_is_held_where_nothing_is_offered() -> None:
    refused = stored("plain-offer").replace("m=audio 22334", "m=audio 0")
    assert not held_by(Description.parse(refused))


def test_without_sound_the_picture_tells_who_holds() -> None:
    whole = stored("chromium-offer")
    offer = Description.parse(whole[: whole.index("m=audio")] + whole[whole.index("m=video") :])
    assert held_by(offer.with_direction(Direction.INACTIVE))
    assert not held_by(offer)


def test_sound_that_is_switched_off_beside_a_picture_is_held() -> None:
    assert held_by(Description.parse(stored("chromium-offer").replace("m=audio 9", "m=audio 0")))


@pytest.mark.deviates(
    "3264 §8.4",
    "A call held from both ends is offered sendonly, not inactive: with less, both ends stay stuck on hold (RFC 6337 §5.3)",
)
@pytest.mark.rfc("6337 §5.3", "an offer says what we want, whatever the other side wants")
def test_we_offer_what_we_want_whatever_the_other_side_wants() -> None:
    assert hold_direction(local_hold=True) is Direction.SENDONLY
    assert hold_direction(local_hold=False) is Direction.SENDRECV


@pytest.mark.rfc("3264 §6.1", "the answer does no more than was offered")
@pytest.mark.parametrize(
    ("offered", "talking", "holding"),
    [
        (Direction.SENDRECV, "sendrecv", "sendonly"),
        (Direction.SENDONLY, "recvonly", "inactive"),
        (Direction.RECVONLY, "sendonly", "sendonly"),
        (Direction.INACTIVE, "inactive", "inactive"),
    ],
)
def test_an_answer_never_does_more_than_was_offered(
    offered: Direction, talking: str, holding: str
) -> None:
    assert answer_direction(offered, local_hold=False) == talking
    assert answer_direction(offered, local_hold=True) == holding


# What was agreed


@pytest.mark.parametrize(
    ("name", "sound", "picture"),
    [
        ("asterisk-answer", "opus", "VP8"),
        ("rtpengine-answer", "PCMU", ""),
        ("chromium-offer", "opus", "VP8"),
    ],
)
def test_the_codec_of_the_record_is_the_answers_first(name: str, sound: str, picture: str) -> None:
    assert chosen_codec(description(name)) == sound
    assert chosen_codec(description(name), "video") == picture


def test_tones_and_noise_are_no_codec_for_the_record() -> None:
    tones_first = stored("plain-offer").replace("RTP/AVP 0 8 101", "RTP/AVP 101 13 8")
    assert chosen_codec(Description.parse(tones_first)) == "PCMA"


def test_a_picture_is_wanted_unless_it_is_refused_or_inactive() -> None:
    offer = description("chromium-offer")
    assert wants_video(offer)
    assert not wants_video(offer.with_direction(Direction.INACTIVE, "video"))
    assert not wants_video(description("plain-offer"))
    assert wants_video(description("asterisk-answer"))
    assert not wants_video(description("rtpengine-answer"))


@pytest.mark.parametrize("direction", Direction)
def test_pictures_flow_the_way_their_sender_says(direction: Direction) -> None:
    remote = description("chromium-offer").with_direction(direction, "video")
    assert shows_video(remote) is direction.sends
    assert takes_video(remote) is direction.receives


def test_tones_can_be_sent_when_the_other_side_lists_them_with_its_sound() -> None:
    assert can_send_tones(description("rtpengine-answer"))
    toneless = stored("plain-offer").replace("RTP/AVP 0 8 101", "RTP/AVP 0 8")
    assert not can_send_tones(Description.parse(toneless))
    refused = stored("plain-offer").replace("m=audio 22334", "m=audio 0")
    assert not can_send_tones(Description.parse(refused))


# What a browser refuses


@pytest.mark.parametrize("name", ["chromium-offer", "hold-sendonly-offer", "resume-offer"])
def test_a_browsers_own_kind_of_offer_has_no_problem(name: str) -> None:
    assert problem(stored(name)) is None


@pytest.mark.parametrize("name", ["rtpengine-answer", "asterisk-answer"])
def test_a_gateways_answer_to_chromium_has_no_problem(name: str) -> None:
    assert problem(description(name), offer=description("chromium-offer")) is None


def changed(name: str, *swaps: tuple[str, str]) -> str:
    text = stored(name)
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new)
    return text


@pytest.mark.rfc("7874 §3", "no codec in common with Opus, PCMU, PCMA and G.722 is said")
@pytest.mark.rfc("8829 §4.1.1", "RTCP on a port of its own is said to be of no use")
@pytest.mark.rfc("8839 §5.4", "ufrag and pwd that are too short are said")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "cannot be read. Line 1 should be v=0"),
        (stored("plain-offer"), "audio is plain RTP (RTP/AVP), not encrypted. A browser needs"),
        (stored("sdes-offer"), "audio is encrypted by SDES (a=crypto), which browsers have dropp"),
        (
            changed("rtpengine-answer", ("a=fingerprint:", "a=x-fingerprint:")),
            "is UDP/TLS/RTP/SAVPF but names no certificate (no a=fingerprint)",
        ),
        (
            changed("rtpengine-answer", (" 0 8 126", " 111 126")),
            "No codec in common: the other side's audio has none",
        ),
        ("v=0\r\n" + "a=b\r\n" * 20_000, "cannot be read. It has 100005 characters"),
        (changed("rtpengine-answer", ("a=ice-ufrag:", "a=x:")), "without ICE (no a=ice-ufrag"),
        (changed("rtpengine-answer", ("a=ice-ufrag:", "a=ice-ufrag:a\r\na=x:")), "too short for"),
        (changed("rtpengine-answer", ("a=ice-pwd:", "a=ice-pwd:0123\r\na=x:")), "a=ice-pwd 22."),
        (changed("rtpengine-answer", ("a=rtcp-mux\r\n", "")), "a second port for RTCP"),
        (changed("rtpengine-answer", ("m=audio 30412", "m=audio 0")), "neither sound nor picture"),
        (
            changed("rtpengine-answer", (" 0 8 126", " 18 126")),
            "No codec in common: the other side's audio has g729, this phone has g722, opus, pcma",
        ),
        (
            changed("rtpengine-answer", (" 0 8 126", " 126")),
            "No codec in common: the other side's audio has none",
        ),
    ],
)
def test_a_description_no_browser_can_use_is_explained(text: str, words: str) -> None:
    assert words in (problem(text) or "")


@pytest.mark.rfc("8829 §5.1.2", "the profile decides nothing, the fingerprint does")
def test_plain_rtp_that_names_a_certificate_is_used_all_the_same() -> None:
    assert problem(changed("rtpengine-answer", ("UDP/TLS/RTP/SAVPF", "RTP/AVP"))) is None


@pytest.mark.rfc("8842 §5.3", "an answer is active or passive")
def test_an_answer_must_take_a_side_where_an_offer_need_not() -> None:
    undecided = changed("asterisk-answer", ("a=setup:active", "a=setup:actpass"))
    assert problem(undecided) is None
    explained = problem(undecided, offer=description("chromium-offer"))
    assert explained is not None and "An answer must say active or passive." in explained


def test_a_codec_line_that_is_broken_is_not_needed_where_the_payload_is_well_known() -> None:
    assert problem(changed("rtpengine-answer", ("a=rtpmap:0 PCMU/8000", "a=rtpmap:0 PCMU"))) is None


@pytest.mark.rfc("3264 §6", "a section that the answer leaves out is refused")
def test_an_answer_with_fewer_media_refuses_the_others() -> None:
    offer, answer = description("chromium-offer"), stored("rtpengine-answer")
    assert problem(answer[: answer.index("m=video")], offer) is None


def test_pictures_that_cannot_be_used_are_no_problem_of_the_sound() -> None:
    apart = changed("asterisk-answer", ("a=group:BUNDLE 0 1\r\n", ""))
    assert problem(apart, description("chromium-offer")) is None
    mute = changed("asterisk-answer", ("m=audio 14208", "m=audio 0"), ("BUNDLE 0 1", "BUNDLE 1"))
    explained = problem(mute, description("chromium-offer"))
    assert explained is not None and "The other side's video" in explained


def test_an_answer_is_held_to_the_codecs_we_offered() -> None:
    offer = stored("chromium-offer").replace("SAVPF 111 63 9 0 8 13", "SAVPF 111 63 9 13")
    only_opus = Description.parse(offer)
    explained = problem(stored("rtpengine-answer"), offer=only_opus)
    assert explained is not None
    assert "audio has pcma, pcmu, this phone has g722, opus." in explained


@given(some.text(), some.booleans())
def test_any_text_has_a_problem_or_none(text: str, answers: bool) -> None:
    offer = description("chromium-offer") if answers else None
    explained = problem("v=0\r\n" + text, offer)
    assert explained is None or explained.endswith(".")
