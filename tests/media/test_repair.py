"""What is written for the browser means what came, in the order and by the names we know."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.media import Description, Media, problem
from webphone.media.repair import Agreed, as_offered, repaired

DATA = Path(__file__).parent / "data"
HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
PRINT = "a=fingerprint:sha-1 " + ":".join(["AA"] * 20)
PATH = f"{PRINT}\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\na=rtcp-mux\r\n"
SOUND = f"m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n{PATH}"
PICTURE = f"m=video 9 UDP/TLS/RTP/SAVPF 96\r\n{PATH}a=rtpmap:96 VP8/90000\r\n"
NO_PICTURE = "m=video 0 RTP/AVP 34\r\n"


def mids(sdp: str) -> list[str | None]:
    return [media.mid for media in Description.parse(sdp).media]


def bundles(sdp: str) -> tuple[tuple[str, ...], ...]:
    return Description.parse(sdp).bundles


def meaning(media: Media) -> tuple[object, ...]:
    lines = frozenset(line for line in media.lines if line.startswith("a="))
    implied = {f"a={media.direction}"}
    return media.kind, media.port, media.formats, media.codecs, lines | implied


@pytest.mark.parametrize("path", sorted(DATA.glob("*.sdp")), ids=lambda path: path.stem)
def test_what_real_ends_write_comes_through_unchanged_in_meaning(path: Path) -> None:
    sdp = path.read_bytes().decode()
    if problem(sdp) is not None:
        return
    before, after = Description.parse(sdp), Description.parse(repaired(sdp))
    assert after.bundles == before.bundles
    for old, new in zip(before.media, after.media, strict=True):
        if old.rejected:
            assert new.rejected and new.mid == old.mid
        else:
            assert meaning(new) == meaning(old)


def test_what_is_understood_is_written_once_and_for_all() -> None:
    for sdp in (HEAD + SOUND, (DATA / "asterisk-answer.sdp").read_text()):
        assert repaired(repaired(sdp)) == repaired(sdp)


def test_what_is_no_description_goes_as_it_came() -> None:
    for sdp in ("nonsense", "", HEAD):
        assert repaired(sdp) == sdp


@pytest.mark.rfc(
    "8866 §5.2", "o= is a user, two numbers and an address; what is none is written anew"
)
@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("o=bob 7 8 IN IP4 192.0.2.1", "o=bob 7 8 IN IP4 192.0.2.1"),
        ("o=Bob Miller 7 8 IN  IP4 192.0.2.1", "o=- 7 8 IN IP4 192.0.2.1"),
        ("o= 7 8 IN IP6 2001:db8::1", "o=- 7 8 IN IP6 2001:db8::1"),
        ("o=bob seven 8 IN IP4 192.0.2.1", "o=- 1 1 IN IP4 0.0.0.0"),
    ],
)
def test_whoever_began_the_session_is_written_as_browsers_read_it(said: str, written: str) -> None:
    sdp = repaired(HEAD.replace("o=- 1 1 IN IP4 0.0.0.0", said) + SOUND)
    assert sdp.split("\r\n")[1] == written


def test_a_section_without_a_name_gets_one_where_others_have_theirs() -> None:
    offer = HEAD + SOUND + "a=mid:0\r\n" + NO_PICTURE + "m=text 0 RTP/AVP 98\r\n"
    assert mids(repaired(offer)) == ["0", "m1", "m2"]
    doubled = HEAD + SOUND + "a=mid:m1\r\n" + PICTURE + "a=mid:m1\r\n"
    assert mids(repaired(doubled)) == ["m1", "m1x"]
    assert mids(repaired(HEAD + SOUND + NO_PICTURE)) == [None, None]


@pytest.mark.rfc("5888 §9.1", "the mids of an answer are those of its offer")
def test_in_an_answer_it_is_the_name_of_the_offer() -> None:
    bundle = "a=group:BUNDLE sound picture\r\n"
    offer = HEAD + bundle + SOUND + "a=mid:sound\r\n" + PICTURE + "a=mid:picture\r\n"
    answer = HEAD + "a=group:BUNDLE 0\r\n" + SOUND + "a=mid:0\r\n" + NO_PICTURE
    assert mids(repaired(answer, offer)) == ["sound", "picture"]
    assert bundles(repaired(answer, offer)) == (("sound",),)


@pytest.mark.rfc("3264 §6", "an answer has the sections of its offer in their order")
def test_an_answer_has_the_sections_of_its_offer_in_their_order() -> None:
    offer = HEAD + SOUND + "a=mid:0\r\n" + PICTURE + "a=mid:1\r\n"
    turned = Description.parse(repaired(HEAD + PICTURE + SOUND, offer)).media
    assert [(media.kind, media.mid, media.port) for media in turned] == [
        ("audio", "0", 9),
        ("video", "1", 9),
    ]
    [sound, missing] = Description.parse(repaired(HEAD + SOUND, offer)).media
    assert (missing.kind, missing.mid, missing.formats) == ("video", "1", ("96",))
    assert missing.rejected and not sound.rejected


@pytest.mark.rfc("9143 §7.3.3", "what is refused leaves its bundle")
def test_what_is_refused_leaves_its_bundle() -> None:
    bundle = "a=group:BUNDLE 0 1\r\na=group:LS 0 1\r\n"
    answer = HEAD + bundle + SOUND + "a=mid:0\r\n" + NO_PICTURE + "a=mid:1\r\n"
    assert bundles(repaired(answer)) == (("0",),)


def test_a_bundle_names_only_what_is_there() -> None:
    offer = HEAD + "a=group:BUNDLE x 0 7\r\n" + SOUND + "a=mid:0\r\n"
    assert bundles(repaired(offer)) == (("0",),)
    assert bundles(repaired(offer.replace("x 0 7", "x 7"))) == ()


@pytest.mark.rfc("8285 §6", "an extension of the session is for every section")
def test_what_the_session_says_for_all_each_section_says() -> None:
    shared = f"a=inactive\r\na=extmap:3 urn:x\r\na=setup:active\r\n{PATH}"
    bare = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=rtcp-mux\r\na=extmap:3 urn:own\r\n"
    description = Description.parse(repaired(HEAD + shared + bare))
    [sound] = description.media
    assert sound.direction == "inactive"
    for line in ("a=setup:active", PRINT, "a=ice-ufrag:abcd", "a=extmap:3 urn:own"):
        assert line in sound.lines
    assert not [line for line in description.session if line.startswith(("a=extmap", "a=ice"))]
    assert "a=extmap:3 urn:x" not in sound.lines


# --- Later exchanges ------------------------------------------------------------------------------

BOTH = "a=group:BUNDLE 0 1\r\n"
LOCAL = HEAD + BOTH + SOUND + "a=mid:0\r\na=setup:actpass\r\n" + PICTURE + "a=mid:1\r\n"
REMOTE = LOCAL.replace("actpass", "active")


def role(sdp: str) -> str | None:
    return Description.parse(sdp).media[0].attribute("setup")


@pytest.mark.rfc("8842 §3.1", "the DTLS role stays while fingerprint and tls-id do")
@pytest.mark.parametrize("said", ["active", "passive", "actpass"])
def test_the_role_stays_while_certificate_and_tls_id_stay(said: str) -> None:
    agreed = Agreed(local=LOCAL, remote=REMOTE)
    again = REMOTE.replace("setup:active", f"setup:{said}")
    assert role(repaired(again, LOCAL, agreed)) == "active"
    assert role(repaired(again, agreed=agreed)) == "actpass"
    without = again.replace(f"a=setup:{said}\r\n", "")
    assert role(repaired(without, LOCAL, agreed)) == "active"


@pytest.mark.rfc("4145 §4", "who answers active makes the other end passive")
def test_a_role_that_our_answer_took_is_the_other_ends_too() -> None:
    agreed = Agreed(local=REMOTE, remote=LOCAL)  # we said active
    assert role(repaired(LOCAL.replace("actpass", "active"), LOCAL, agreed)) == "passive"


def test_a_role_that_neither_end_has_ever_named_is_what_is_said_now() -> None:
    silent = HEAD + SOUND
    agreed = Agreed(local=silent, remote=silent)
    assert role(repaired(f"{silent}a=setup:actpass\r\n", agreed=agreed)) == "actpass"
    assert role(repaired(silent, agreed=agreed)) is None


@pytest.mark.rfc("8842 §3.1", "another fingerprint or tls-id is another association")
@pytest.mark.parametrize("change", [("AA:AA", "AA:BB"), (PRINT, f"{PRINT}\r\na=tls-id:other")])
def test_another_association_may_have_another_role(change: tuple[str, str]) -> None:
    other = REMOTE.replace("setup:active", "setup:passive").replace(*change)
    assert role(repaired(other, LOCAL, Agreed(local=LOCAL, remote=REMOTE))) == "passive"


@pytest.mark.rfc("3264 §8", "a later offer keeps the sections that were")
def test_a_later_offer_keeps_the_sections_that_were_and_their_names() -> None:
    agreed = Agreed(local=LOCAL, remote=REMOTE)
    offer = HEAD + "a=group:BUNDLE x\r\n" + SOUND + "a=mid:x\r\n"
    taken = repaired(offer, agreed=agreed)
    assert mids(taken) == ["0", "1"]
    assert [media.rejected for media in Description.parse(taken).media] == [False, True]
    answer = REMOTE.replace("m=video 9", "m=video 0")
    assert mids(as_offered(answer, offer)) == ["x"]
    assert bundles(as_offered(answer, offer)) == (("x",),)
    assert as_offered(answer, LOCAL) == answer


def test_what_was_bundled_stays_bundled_or_goes() -> None:
    agreed = Agreed(local=LOCAL, remote=REMOTE)
    same = repaired(LOCAL.replace(BOTH, ""), agreed=agreed)
    assert bundles(same) == (("0", "1"),)
    at = LOCAL.index("m=video")
    apart = LOCAL[:at].replace(BOTH, "") + LOCAL[at:].replace("ufrag:abcd", "ufrag:other")
    parted = repaired(apart, agreed=agreed)
    assert bundles(parted) == (("0",),)
    assert [media.rejected for media in Description.parse(parted).media] == [False, True]


def test_pictures_that_are_added_come_into_the_bundle() -> None:
    at = LOCAL.index("m=video")
    sound = LOCAL[:at].replace("BUNDLE 0 1", "BUNDLE 0")
    agreed = Agreed(local=sound, remote=sound.replace("actpass", "active"))
    assert bundles(repaired(LOCAL, agreed=agreed)) == (("0", "1"),)


@given(st.text(alphabet="vmao=:0 19\r\nBUNDLEgroupmid", max_size=80), st.booleans())
def test_any_text_is_repaired_or_left_alone(text: str, answers: bool) -> None:
    sdp = HEAD + SOUND + text
    taken = repaired(sdp, LOCAL if answers else "", Agreed(local=LOCAL, remote=REMOTE))
    assert taken.startswith("v=0")
    assert as_offered(taken, sdp).startswith("v=0")
    if taken != sdp:
        assert not re.search(r"\n\n|[^\r]\n|[ \t]\r", taken)


def test_an_answer_that_is_none_or_answers_nothing_goes_as_it_came() -> None:
    for answer, offer in (("nonsense", HEAD + SOUND), (HEAD + SOUND, "nonsense")):
        assert as_offered(answer, offer) == answer


@pytest.mark.rfc("8830 §2", "msid names a stream and a track; a section has one track")
def test_a_section_belongs_to_one_track() -> None:
    said = repaired(f"{HEAD}{SOUND}a=msid:s one\r\na=msid:t one\r\na=msid:s two\r\n")
    assert re.findall("a=msid:(.*)\r", said) == ["s one", "t one"]


# --- What a browser does not keep, or refuses -----------------------------------------------------


@pytest.mark.rfc("8285 §6", "an answer names no extensions but those offered")
def test_an_answer_names_no_extensions_but_those_that_were_offered() -> None:
    offer = (
        HEAD
        + "a=extmap:4 urn:all\r\n"
        + SOUND
        + "a=extmap:1 urn:a\r\na=extmap:2/sendonly urn:b\r\n"
    )
    said = ("1 urn:a", "2 urn:other", "2/recvonly urn:b", "3 urn:new", "4 urn:all")
    answer = (
        HEAD + "a=extmap:9 urn:session\r\n" + SOUND + "".join(f"a=extmap:{x}\r\n" for x in said)
    )
    (media,) = Description.parse(repaired(answer, offer)).media
    assert media.own.attributes["extmap"] == ["1 urn:a", "2/recvonly urn:b", "4 urn:all"]
    (offered,) = Description.parse(repaired(answer)).media
    assert "3 urn:new" in offered.own.attributes["extmap"]


@pytest.mark.rfc("3890 §6.2", "TIAS is read")
@pytest.mark.rfc("8866 §5.8", "b=AS is read, and left out where no sound fits in")
@pytest.mark.parametrize(
    ("line", "kept"),
    [
        *(("b=AS:0", False), ("b=AS:5", False), ("b=AS:6", True), ("b=TIAS:1", False)),
        *(("b=TIAS:6000", True), ("b=RR:0", True), ("b=AS:x", False), ("b=CT:500", False)),
    ],
)
def test_no_sound_fits_into_less_than_six_kilobits(line: str, kept: bool) -> None:
    head, path = SOUND.split("\r\n", 1)
    written = repaired(f"{HEAD}{head}\r\n{line}\r\n{path}")
    assert (line in written) is kept


@pytest.mark.deviates(
    "8843 §15.1",
    "A mid of more than 16 bytes has another name within the phone: browsers take none that does not fit into a packet",
)
@pytest.mark.rfc(
    "8843 §15.1", "a mid of more than 16 bytes is replaced, and given back in the answer"
)
def test_a_name_that_fits_into_no_packet_is_ours_until_we_answer() -> None:
    long = "x" * 17
    offer = f"{HEAD}a=group:BUNDLE {long} 1\r\n{SOUND}a=mid:{long}\r\n{PICTURE}a=mid:1\r\n"
    taken = repaired(offer)
    assert mids(taken) == ["m0", "1"] and bundles(taken) == (("m0", "1"),)
    assert mids(as_offered(taken, offer)) == [long, "1"]


@pytest.mark.rfc("9143 §7.1", "no two sections have one mid")
def test_two_sections_of_one_name_are_two_all_the_same() -> None:
    bare = "m=video 9 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\na=mid:0\r\n"
    sdp = f"{HEAD}a=group:BUNDLE 0\r\n{SOUND}a=mid:0\r\n{bare}"
    sound, picture = Description.parse(repaired(sdp)).media
    assert (sound.mid, picture.mid) == ("0", "m1")
    assert picture.rejected and not sound.rejected
