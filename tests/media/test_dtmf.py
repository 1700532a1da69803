"""Tones are checked, brought to sane lengths, and carried by RTP or by INFO."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webphone.media import dtmf


def test_a_text_of_tones_is_read_whatever_its_case_and_spacing() -> None:
    assert dtmf.tones("12-34 *#,aBcD") == tuple("1234*#,ABCD")


@pytest.mark.parametrize("text", ["5e", "٣", "ß", "+", "1\n2"])
def test_a_character_that_is_no_tone_is_named_with_its_remedy(text: str) -> None:
    with pytest.raises(dtmf.Invalid, match=r"is not a tone\. Use 0 to 9") as refused:
        dtmf.tones(text)
    assert any(repr(character) in str(refused.value) for character in text)


@pytest.mark.parametrize("text", ["", " - "])
def test_no_tone_at_all_is_refused(text: str) -> None:
    with pytest.raises(dtmf.Invalid, match="There is no tone to send"):
        dtmf.tones(text)


@given(some.text())
def test_any_text_is_tones_or_invalid(text: str) -> None:
    try:
        found = dtmf.tones(text)
    except dtmf.Invalid:
        return
    assert found and set(found) <= set("0123456789*#ABCD,")


@pytest.mark.parametrize(
    ("asked", "given_"), [(0, 40), (40, 40), (160.9, 160), (6000, 6000), (1e9, 6000)]
)
def test_a_tone_lasts_between_40_and_6000_milliseconds(asked: float, given_: int) -> None:
    assert dtmf.duration(asked) == given_


@pytest.mark.parametrize(("asked", "given_"), [(-5, 30), (30, 30), (70, 70), (1e9, 6000)])
def test_the_gap_between_tones_is_at_least_30_milliseconds(asked: float, given_: int) -> None:
    assert dtmf.gap(asked) == given_


def test_tones_and_gaps_have_the_browsers_lengths_when_none_is_asked() -> None:
    assert (dtmf.duration(), dtmf.gap()) == (100, 70)


@pytest.mark.parametrize("length", [float("nan"), float("inf"), float("-inf")])
def test_a_length_that_is_no_number_still_becomes_one_the_browser_takes(length: float) -> None:
    assert 40 <= dtmf.duration(length) <= 6000
    assert 30 <= dtmf.gap(length) <= 6000


@pytest.mark.parametrize(
    ("method", "negotiated", "way"),
    [
        ("auto", True, "rtp"),
        ("auto", False, "info"),
        ("rtp", False, "rtp"),
        ("info", True, "info"),
    ],
)
def test_auto_sends_rtp_events_only_when_both_ends_have_them(
    method: dtmf.Method, negotiated: bool, way: str
) -> None:
    assert dtmf.choose(method, negotiated) == way


def test_an_info_carries_one_tone_and_its_length() -> None:
    assert dtmf.info_body("5", 160) == (
        "application/dtmf-relay",
        "Signal=5\r\nDuration=160\r\n",
    )


@pytest.mark.parametrize("tone", [",", "", "12", "x"])
def test_an_info_carries_nothing_but_one_tone(tone: str) -> None:
    with pytest.raises(dtmf.Invalid, match="is not one tone"):
        dtmf.info_body(tone)


@pytest.mark.parametrize("tone", "0123456789*#ABCDabcd")
def test_an_info_we_write_is_one_we_read(tone: str) -> None:
    assert dtmf.parse_info(*dtmf.info_body(tone)) == tone.upper()


@pytest.mark.rfc("4733 §3.2", "the codes 10 and 11 are * and #, 12 to 15 A to D")
@pytest.mark.parametrize(
    ("content_type", "body", "tone"),
    [
        ("application/dtmf-relay", "Signal= 1\r\nDuration= 250\r\n", "1"),
        ("Application/DTMF-Relay; charset=utf-8", "duration=100\nsignal=d", "D"),
        ("application/dtmf-relay", "Signal=10\r\nDuration=160", "*"),
        ("application/dtmf-relay", "Signal=11\r\nDuration=160", "#"),
        ("application/dtmf-relay", "Signal=16\r\nDuration=160", None),
        ("application/dtmf-relay", "Duration=160", None),
        ("application/dtmf", "7", "7"),
        ("application/dtmf", " #\r\n", "#"),
        ("application/dtmf", "hello", None),
        ("application/dtmf", "", None),
        ("text/plain", "Signal=1", None),
    ],
)
def test_what_other_phones_write_in_an_info_is_read(
    content_type: str, body: str, tone: str | None
) -> None:
    assert dtmf.parse_info(content_type, body) == tone


@given(some.sampled_from(["application/dtmf-relay", "application/dtmf"]), some.text())
def test_any_info_gives_a_tone_or_nothing(content_type: str, body: str) -> None:
    assert dtmf.parse_info(content_type, body) in {None, *"0123456789*#ABCD"}
