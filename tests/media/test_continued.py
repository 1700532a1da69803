"""Descriptions of a session that an earlier page began, and an offer that narrows it."""

import pytest

from webphone.media.continued import Origin, begun_anew, calling_dtls, origin_of, plain_codec

SOUND = (
    "v=0\r\no=- 77 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0 8 110\r\na=setup:actpass\r\na=rtpmap:111 opus/48000/2\r\n"
    "a=fmtp:111 minptime=10\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=mid:0\r\n"
)
PICTURES = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 VP8/90000\r\n"


@pytest.mark.rfc("4566 §5.2", "the o= line goes on where the page before had come to")
@pytest.mark.rfc("3264 §8", "the version of the description rises by one with each")
def test_the_session_goes_on_with_the_next_version() -> None:
    origin = Origin("- 4711 9 IN IP4 127.0.0.1")
    assert [origin.on(SOUND).splitlines()[1] for _ in range(2)] == [
        "o=- 4711 10 IN IP4 127.0.0.1",
        "o=- 4711 11 IN IP4 127.0.0.1",
    ]


@pytest.mark.parametrize("line", ["", "- x 9 IN IP4 127.0.0.1", "- 1 2 IN IP4 h\r\na=x"])
def test_what_is_no_origin_changes_nothing(line: str) -> None:
    assert Origin(line).on(SOUND) == SOUND


@pytest.mark.rfc("8842 §5.3", "an offer of new keys names who begins DTLS")
def test_an_offer_may_begin_dtls_itself() -> None:
    assert calling_dtls(SOUND) == SOUND.replace("actpass", "active")


def test_pcmu_alone_leaves_the_rest_as_it_was() -> None:
    narrow = plain_codec(SOUND + PICTURES)
    assert "SAVPF 0\r\n" in narrow and "opus" not in narrow and "PCMA" not in narrow
    assert "a=rtpmap:0 PCMU/8000\r\n" in narrow and narrow.endswith(PICTURES)


@pytest.mark.parametrize("sdp", [PICTURES, SOUND.replace(" 111 0 8", " 111 8")])
def test_where_there_is_no_pcmu_all_is_offered(sdp: str) -> None:
    assert plain_codec(sdp) == sdp


@pytest.mark.rfc("8839 §4.4.2.1", "who goes on is not answered with other names")
def test_an_end_that_begins_again_has_another_key_and_other_paths() -> None:
    sdp = SOUND + "a=ice-ufrag:one\r\na=fingerprint:sha-256 AA:BB\r\n"
    key, path = sdp.replace("AA:BB", "CC:DD"), sdp.replace("ufrag:one", "ufrag:two")
    assert begun_anew(sdp, key.replace("ufrag:one", "ufrag:two"))
    assert not any(begun_anew(sdp, offer) for offer in (sdp, key, path, SOUND))
    assert not begun_anew("", sdp)


def test_the_origin_of_a_description_is_taken_up() -> None:
    assert "o=- 77 3 IN IP4 127.0.0.1\r\n" in origin_of(SOUND).on(SOUND)
    assert origin_of("").on(SOUND) == SOUND
