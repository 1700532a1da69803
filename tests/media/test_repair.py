"""Descriptions that a browser would refuse for their names and bundles alone."""

from hypothesis import given
from hypothesis import strategies as st

from webphone.media import Description
from webphone.media.repair import repaired

HEAD = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
SOUND = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n"
NO_PICTURE = "m=video 0 RTP/AVP 34\r\n"


def mids(sdp: str) -> list[str | None]:
    return [media.mid for media in Description.parse(sdp).media]


def test_a_section_without_a_name_gets_one_where_others_have_theirs() -> None:
    offer = HEAD + SOUND + "a=mid:0\r\n" + NO_PICTURE + "m=text 0 RTP/AVP 98\r\n"
    assert mids(repaired(offer)) == ["0", "m1", "m2"]


def test_in_an_answer_it_is_the_name_of_the_offer() -> None:
    offer = HEAD + SOUND + "a=mid:sound\r\n" + NO_PICTURE + "a=mid:picture\r\n"
    answer = HEAD + SOUND + "a=mid:sound\r\n" + NO_PICTURE
    assert mids(repaired(answer, offer)) == ["sound", "picture"]
    assert mids(repaired(answer, "no description")) == mids(answer)


def test_what_is_refused_leaves_its_bundle() -> None:
    bundle = "a=group:BUNDLE 0 1\r\na=group:LS 0 1\r\n"
    answer = HEAD + bundle + SOUND + "a=mid:0\r\n" + NO_PICTURE + "a=mid:1\r\n"
    assert repaired(answer) == answer.replace("BUNDLE 0 1", "BUNDLE 0")


def test_what_needs_no_repair_stays_byte_for_byte() -> None:
    for sdp in (HEAD + SOUND, HEAD + "a=group:BUNDLE 0\n" + SOUND + "a=mid:0", "nonsense", ""):
        assert repaired(sdp) == sdp


@given(st.text(alphabet="vmao=:0 19\r\nBUNDLEgroupmid", max_size=80))
def test_any_text_is_repaired_or_left_alone(text: str) -> None:
    assert repaired(HEAD + SOUND + text).startswith("v=0")
