"""A session description gives back the lines that can be read, and shows those a phone needs."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webphone.media.codecs import Codec
from webphone.media.sdp import Description, Direction, Unusable

DATA = Path(__file__).parent / "data"
FILES = sorted(path.name for path in DATA.glob("*.sdp"))


def stored(name: str) -> str:
    return (DATA / name).read_bytes().decode()


def described(*lines: str) -> Description:
    return Description.parse("\r\n".join(("v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", *lines)))


@pytest.mark.parametrize("name", FILES)
def test_a_real_description_comes_back_byte_for_byte(name: str) -> None:
    assert str(Description.parse(stored(name))) == stored(name)


@pytest.mark.parametrize("name", FILES)
def test_bare_line_feeds_blank_lines_and_a_missing_last_end_are_forgiven(name: str) -> None:
    sloppy = stored(name).replace("\r\n", "\n\n").rstrip("\n")
    assert str(Description.parse(sloppy)) == stored(name)


# What peers really send, and what nobody should: whole lines, half lines, any characters.
LINES = some.one_of(
    some.sampled_from(
        [line for name in FILES for line in stored(name).split("\r\n")]
        + ["m=audio 9 RTP/AVP 0", "m=audio 70000 RTP/AVP 0", "a=rtpmap:0", "a=fmtp:", "c=IN IP4"]
        + ["a=rtpmap:999 x/1", "m=audio 0/2 RTP/AVP 0 x", "a=fmtp:97 apt=0", "a=rtpmap:97 rtx/1"]
    ),
    some.text(max_size=30),
    some.from_regex(r"[amcz]=[^\r\n\0]{0,20}", fullmatch=True),
)
TEXTS = some.one_of(
    some.text(), some.lists(LINES, max_size=12).map(lambda lines: "\r\n".join(["v=0", *lines]))
)


@given(TEXTS)
def test_any_text_is_read_or_refused_and_what_was_read_reads_the_same_again(text: str) -> None:
    try:
        description = Description.parse(text)
    except Unusable as unusable:
        assert str(unusable).endswith(".")
        return
    assert Description.parse(str(description)) == description
    for media in description.media:
        assert set(media.codecs) >= {c for c in media.codecs if c.payload == media.telephone_event}
        assert media.direction in Direction
        assert description.transport_of(media) in description.media


@pytest.mark.rfc("8866 §5.1", "a description begins with v=0")
@pytest.mark.rfc("8866 §9", "m= has a kind, a port below 65536, a protocol and formats")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The session description is empty."),
        ("\r\n\r\n", "The session description is empty."),
        ("SIP/2.0 200 OK", "Line 1 should be v=0, but is 'SIP/2.0 200 OK'."),
        ("\nv=1\n", "Line 2 should be v=0, but is 'v=1'."),
        ("v=0\n\nm=audio", "Line 3 is not 'm=kind port protocol formats': 'm=audio'."),
        (
            "v=0\nm=audio 65536 RTP/AVP 0",
            "Line 2 has port 65536, but ports end at 65535.",
        ),
        ("x" * 90, f"Line 1 should be v=0, but is '{'x' * 57}...'."),
        ("v=0\n" + "x" * 65_536, "It has 65540 characters; this phone reads 65536."),
        ("m=audio 0 a\n" * 65, "It has 65 m= lines; this phone reads 64."),
        ("m=audio 0 a\n" + "a=b\n" * 3_999, "It has 4001 lines; this phone reads 4000."),
        (
            "a=b\n" * 1_001 + "m=audio 0 a",
            "It has 1001 lines before its first m= line; this phone reads 1000.",
        ),
        (
            "m=audio 9 RTP/AVP " + " ".join(map(str, range(257))),
            "An m= line has 257 formats; this phone reads 256.",
        ),
    ],
)
def test_a_text_that_is_no_description_is_refused_by_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Unusable) as refused:
        Description.parse(text)
    assert str(refused.value) == sentence


@pytest.mark.rfc("8285 §4.3", "identifiers go up to 255, without 15 and 0")
@pytest.mark.deviates(
    "8853 §5.1",
    "rid and simulcast are left out: a phone neither offers nor shows layers of pictures",
)
@pytest.mark.rfc("4585 §4.2", "rtcp-fb names a format, or all, and what is fed back")
@pytest.mark.rfc("5576 §4.2", "ssrc-group names sources")
@pytest.mark.rfc("8285 §8", "extmap has an identifier, perhaps a direction, and a name")
@pytest.mark.rfc("8842 §5.1", "holdconn is none of the roles")
@pytest.mark.rfc("4145 §4", "setup is active, passive or actpass")
@pytest.mark.rfc("5576 §4.1", "an attribute of a source has its value")
@pytest.mark.rfc("6544 §4.5", "tcptype is active, passive or so, and nothing else")
@pytest.mark.rfc("8122 §5", "a fingerprint has as many bytes as its hash")
@pytest.mark.rfc("8285 §4.2", "the identifier 15 is none")
@pytest.mark.rfc("8839 §5.1", "a candidate has its type, port and priority")
@pytest.mark.rfc("8866 §5.13", "an attribute that nobody knows stays as it came")
@pytest.mark.rfc("8866 §6.15", "fmtp names a format and says something of it")
@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("hello", ""),
        ("s=a\0b", ""),
        ("a=", ""),
        ("a=fmtp:111", ""),
        ("a=fmtp:99 x=1", ""),
        (" a=fmtp:0  x=1;y=2 ", "a=fmtp:0 x=1;y=2"),
        ("a=setup: active", "a=setup:active"),
        ("a=setup:sideways", ""),
        ("a=setup:holdconn", ""),
        ("a=rtcp-fb:0", ""),
        ("a=rtcp-fb:* nack pli", "a=rtcp-fb:* nack pli"),
        ("a=ssrc-group:FID", ""),
        ("a=ssrc-group:FID 1 2", "a=ssrc-group:FID 1 2"),
        ("a=extmap:3/sideways urn:x", ""),
        ("a=extmap:3/sendonly urn:x", "a=extmap:3/sendonly urn:x"),
        ("a=fingerprint:sha-256 AA", ""),
        ("a=candidate:9 1 UDP 2130706430 10.0.0.1 4001 typ foo", ""),
        ("a=candidate:9 1 tcp 1 10.0.0.1 9 typ host tcptype sideways", ""),
        (
            "a=candidate:9 1 tcp 1 10.0.0.1 9 typ host tcptype active",
            "a=candidate:9 1 tcp 1 10.0.0.1 9 typ host tcptype active",
        ),
        ("a=candidate:9 1 udp 4294967296 10.0.0.1 4001 typ host", ""),
        ("a=rtcp:65536", ""),
        ("a=ssrc:5 cname:", ""),
        ("a=extmap:15 urn:x", ""),
        ("a=extmap:0 urn:x", ""),
        ("a=extmap:20 urn:x", "a=extmap:20 urn:x"),
        ("a=rid:1 send", ""),
        ("a=simulcast:send 1", ""),
        ("a=unknown: as it came", "a=unknown: as it came"),
        ("y=0100000001", "y=0100000001"),
    ],
)
def test_a_line_that_breaks_its_grammar_is_left_out(line: str, kept: str) -> None:
    before = described("m=audio 9 UDP/TLS/RTP/SAVPF 0").media[0].lines
    after = described("m=audio 9 UDP/TLS/RTP/SAVPF 0", line, "a=sendrecv").media[0].lines
    assert after == (*before, *([kept] if kept else []), "a=sendrecv")


@pytest.mark.rfc("5888 §4", "a section has one mid")
def test_what_is_said_once_counts_once() -> None:
    sound = described("m=audio 9 UDP/TLS/RTP/SAVPF 0", "a=mid:0", "a=mid:1", "a=mid:0").media[0]
    assert sound.lines[1:] == ("a=mid:0",)


@pytest.mark.rfc("3550 §5.1", "a payload type has seven bits")
@pytest.mark.rfc("8866 §5.14", "m= needs formats, unless it is refused")
def test_a_bent_media_line_is_straightened() -> None:
    sound = described("m=AUDIO  4000/2  RTP/AVP  0 x 0 300 -1 101 ").media[0]
    assert sound.lines == ("m=audio 4000 RTP/AVP 0 101",)
    assert described("m=video 0 RTP/SAVPF").media[0].rejected


def test_what_chromium_offers_can_be_read() -> None:
    sound, picture = Description.parse(stored("chromium-offer.sdp")).media

    assert (sound.kind, sound.port, sound.protocol) == ("audio", 9, "UDP/TLS/RTP/SAVPF")
    assert sound.codecs[:3] == (
        Codec(
            payload=111,
            name="opus",
            clock=48000,
            channels=2,
            fmtp="minptime=10;useinbandfec=1",
        ),
        Codec(payload=63, name="red", clock=48000, channels=2, fmtp="111/111"),
        Codec(payload=9, name="G722", clock=8000),
    )
    assert [codec.name for codec in sound.codecs if codec.carries_media] == [
        "opus",
        "G722",
        "PCMU",
        "PCMA",
    ]
    assert sound.telephone_event == 110
    assert (sound.mid, picture.mid) == ("0", "1")
    assert sound.direction is Direction.SENDRECV
    assert sound.has_fingerprint and sound.has_ice and not sound.rejected
    assert picture.kind == "video" and picture.telephone_event is None


@pytest.mark.rfc("4588 §8", "apt says whose packets are sent again")
@pytest.mark.rfc("2198 §5", "red names the payloads that it repeats")
def test_a_repair_stream_names_the_payloads_it_serves() -> None:
    sound, picture = Description.parse(stored("chromium-offer.sdp")).media
    by_payload = {codec.payload: codec for media in (sound, picture) for codec in media.codecs}
    assert by_payload[97].serves == {96}
    assert by_payload[63].serves == {111}
    assert by_payload[111].serves == frozenset()


@pytest.mark.rfc("3551 §6", "static payload types need no rtpmap")
def test_well_known_payload_types_need_no_rtpmap() -> None:
    sound = described("m=audio 4000 RTP/AVP 0 8 9 13 3 18 96 x 5000").media[0]
    assert [(codec.payload, codec.name) for codec in sound.codecs] == [
        (0, "PCMU"),
        (8, "PCMA"),
        (9, "G722"),
        (13, "CN"),
        (3, "GSM"),
        (18, "G729"),
    ]


@pytest.mark.rfc("8866 §6.6", "rtpmap has a name and a clock rate")
def test_a_line_about_a_payload_that_nobody_knows_is_passed_over() -> None:
    sound = described(
        "m=audio 4000 RTP/AVP 0 97", "a=rtpmap:97 iLBC", "a=fmtp:97 mode=30", "a=fmtp:0 x=1"
    ).media[0]
    assert sound.codecs == (Codec(payload=0, name="PCMU", clock=8000, fmtp="x=1"),)


@pytest.mark.rfc("8866 §6.7", "the direction is the section's, else the session's, else sendrecv")
def test_a_medium_without_a_direction_takes_the_sessions_and_else_goes_both_ways() -> None:
    media = ("m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 96", "a=recvonly ")
    assert [m.direction for m in described("a=sendonly", *media).media] == ["sendonly", "recvonly"]
    assert described(*media).media[0].direction == "sendrecv"


@pytest.mark.rfc("8866 §5.7", "the address is the section's, else the session's")
def test_the_address_is_the_mediums_own_or_the_sessions() -> None:
    shared = "c=IN IP4 192.0.2.9"
    media = ("m=audio 4000 RTP/AVP 0", "m=video 4002 RTP/AVP 96", "c=IN IP6 2001:db8::7")
    assert [m.connection for m in described(shared, *media).media] == ["192.0.2.9", "2001:db8::7"]
    assert described(*media).media[0].connection is None
    assert described("c=IN IP4 233.252.0.1/127", *media).media[0].connection == "233.252.0.1"


@pytest.mark.rfc("3264 §6", "port 0 refuses a section")
@pytest.mark.rfc("9143 §6", "port 0 with bundle-only refuses nothing")
def test_port_zero_is_a_refusal_unless_the_medium_only_waits_for_its_bundle() -> None:
    refused, waiting = described(
        "m=audio 0 RTP/AVP 0", "m=video 0 RTP/AVP 96", "a=bundle-only"
    ).media
    assert refused.rejected
    assert not waiting.rejected


@pytest.mark.rfc("8122 §5", "a fingerprint of the session is for every section")
@pytest.mark.rfc("8839 §5.4", "ICE needs ufrag and pwd, of the section or the session")
def test_a_certificate_and_ice_for_the_session_serve_every_medium() -> None:
    shared = (
        f"a=fingerprint:sha-1 {':'.join(['AA'] * 20)}",
        "a=ice-ufrag:abcd",
        "a=ice-pwd:0123456789",
    )
    assert described(*shared, "m=audio 9 UDP/TLS/RTP/SAVPF 0").media[0].has_fingerprint
    assert described(*shared, "m=audio 9 UDP/TLS/RTP/SAVPF 0").media[0].has_ice
    assert not described(*shared[:2], "m=audio 9 UDP/TLS/RTP/SAVPF 0").media[0].has_ice
    assert described(*shared, "m=audio 9 UDP/TLS/RTP/SAVPF 0").attribute("ice-ufrag") == "abcd"


@pytest.mark.rfc("9143 §7.2", "the first of a bundle has the transport for all")
def test_a_bundled_medium_travels_with_the_first_of_its_group() -> None:
    sound, picture = Description.parse(stored("asterisk-answer.sdp")).media
    description = Description.parse(stored("asterisk-answer.sdp"))
    assert description.transport_of(picture) == sound
    assert description.transport_of(sound) == sound

    apart = described("a=group:BUNDLE 7", "m=audio 9 RTP/AVP 0", "a=mid:1")
    assert apart.transport_of(apart.media[0]) == apart.media[0]
    headless = described("a=group:BUNDLE 7 1", "m=audio 9 RTP/AVP 0", "a=mid:1")
    assert headless.transport_of(headless.media[0]) == headless.media[0]


def test_a_new_direction_stands_where_the_old_one_stood_and_changes_nothing_else() -> None:
    before = Description.parse(stored("chromium-offer.sdp"))
    after = before.with_direction(Direction.SENDONLY)
    assert str(after) == str(before).replace("a=sendrecv", "a=sendonly")


def test_a_new_direction_is_said_once_even_when_there_was_none_or_two() -> None:
    silent = described("a=inactive", "m=audio 9 RTP/AVP 0")
    assert silent.with_direction(Direction.RECVONLY).media[0].lines[1:] == ("a=recvonly",)
    doubled = described("m=audio 9 RTP/AVP 0", "a=sendonly", "a=ptime:20", "a=inactive")
    assert doubled.with_direction(Direction.RECVONLY).media[0].lines[1:] == (
        "a=recvonly",
        "a=ptime:20",
    )


def test_a_new_direction_can_be_for_one_kind_and_leaves_refused_media_alone() -> None:
    offer = Description.parse(stored("chromium-offer.sdp"))
    assert [m.direction for m in offer.with_direction(Direction.INACTIVE, "video").media] == [
        "sendrecv",
        "inactive",
    ]
    answer = Description.parse(stored("rtpengine-answer.sdp"))
    assert answer.with_direction(Direction.SENDONLY).media[1] == answer.media[1]


@pytest.mark.parametrize("direction", Direction)
def test_a_direction_is_made_of_sending_and_receiving(direction: Direction) -> None:
    assert Direction.of(sends=direction.sends, receives=direction.receives) is direction
    assert direction.sends == ("send" in direction)
    assert direction.receives == ("recv" in direction)


def test_a_map_that_explains_nothing_hides_no_codec_that_is_known_without_it() -> None:
    media = described("m=audio 9 RTP/AVP 0 8", "a=rtpmap:0").media[0]
    assert [codec.name for codec in media.codecs] == ["PCMU", "PCMA"]


@pytest.mark.parametrize(
    "line", ["m=video", "m=video 9 RTP/AVP", "m=video 70000 RTP/AVP 96", "m=video -1 RTP/AVP 96"]
)
def test_a_section_that_cannot_be_read_is_refused_where_another_can_be(line: str) -> None:
    sound, picture = described("m=audio 9 RTP/AVP 0", line, "a=mid:1").media
    assert (sound.kind, picture.kind, picture.mid) == ("audio", "video", "1")
    assert picture.rejected and not sound.rejected
    with pytest.raises(Unusable):
        described(line)


def test_a_section_of_no_kind_keeps_its_place() -> None:
    kinds = [media.kind for media in described("m=", "m=audio 9 RTP/AVP 0").media]
    assert kinds == ["application", "audio"]


def test_more_formats_than_there_are_is_too_much_in_any_section() -> None:
    many = "m=video 9 RTP/AVP " + " ".join(map(str, range(2_000)))
    with pytest.raises(Unusable):
        described("m=audio 9 RTP/AVP 0", many)


def test_a_profile_is_read_in_any_case() -> None:
    (media,) = described("m=audio 9 udp/tls/rtp/savpf 0").media
    assert media.protocol == "UDP/TLS/RTP/SAVPF"
