"""Whose turn it is, who holds whom, which codecs remain, and why a browser would refuse."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from webphone.media.negotiation import (
    NEGOTIATION,
    Event,
    Negotiation,
    State,
    Verdict,
    answer_direction,
    can_send_tones,
    chosen_codec,
    held_by,
    hold_direction,
    order_codecs,
    problem,
    video_accepted,
    wants_video,
)
from webphone.media.sdp import Description, Direction, Unusable

DATA = Path(__file__).parent / "data"


def stored(name: str) -> str:
    return (DATA / f"{name}.sdp").read_bytes().decode()


def description(name: str) -> Description:
    return Description.parse(stored(name))


def after(*events: Event) -> Negotiation:
    negotiation = Negotiation()
    for event in events:
        negotiation.handle(event)
    return negotiation


# Whose turn it is


def test_an_offer_and_its_answer_leave_room_for_the_next_offer() -> None:
    negotiation = Negotiation()
    assert negotiation.may_offer
    assert negotiation.handle(Event.SEND_OFFER) is Verdict.PROCEED
    assert not negotiation.may_offer
    assert negotiation.handle(Event.RECEIVE_ANSWER) is Verdict.PROCEED
    assert negotiation.may_offer


def test_an_offer_from_the_other_side_must_be_answered_before_ours() -> None:
    negotiation = after(Event.RECEIVE_OFFER)
    assert negotiation.must_answer
    assert negotiation.handle(Event.SEND_OFFER) is Verdict.WAIT
    assert negotiation.handle(Event.SEND_ANSWER) is Verdict.PROCEED
    assert negotiation.may_offer and not negotiation.must_answer


def test_two_offers_that_cross_are_glare_and_ours_still_waits_for_its_answer() -> None:
    negotiation = after(Event.SEND_OFFER)
    verdict = negotiation.handle(Event.RECEIVE_OFFER)
    assert (verdict, verdict.value) == (Verdict.GLARE, 491)
    assert negotiation.state is State.OFFER_SENT


def test_a_second_offer_before_the_first_is_answered_comes_too_soon() -> None:
    verdict = after(Event.RECEIVE_OFFER).handle(Event.RECEIVE_OFFER)
    assert (verdict, verdict.value) == (Verdict.TOO_SOON, 500)


@pytest.mark.parametrize(
    ("offer", "refusal"),
    [
        (Event.SEND_OFFER, Event.RECEIVE_REFUSAL),
        (Event.RECEIVE_OFFER, Event.SEND_REFUSAL),
    ],
)
def test_a_refused_offer_leaves_everything_as_it_was(offer: Event, refusal: Event) -> None:
    assert after(offer, refusal).may_offer


def test_a_repeated_answer_counts_once() -> None:
    negotiation = after(Event.SEND_OFFER, Event.RECEIVE_ANSWER)
    assert negotiation.handle(Event.RECEIVE_ANSWER) is Verdict.IGNORE
    assert negotiation.may_offer


def test_every_state_can_be_reached_and_closed_and_nothing_leaves_closed() -> None:
    reached = {State.STABLE}
    for _ in State:
        reached |= {
            to for (start, _event), (to, _verdict) in NEGOTIATION.items() if start in reached
        }
    assert reached == set(State)
    for state in set(State) - {State.CLOSED}:
        assert NEGOTIATION[state, Event.CLOSE] == (State.CLOSED, Verdict.PROCEED)
    assert all(start is not State.CLOSED for start, _ in NEGOTIATION)


@pytest.mark.parametrize(("state", "event"), list(product(State, Event)))
def test_only_a_step_that_proceeds_changes_the_state(state: State, event: Event) -> None:
    negotiation = Negotiation()
    negotiation.state = state
    proceeded = negotiation.handle(event) is Verdict.PROCEED
    assert (negotiation.state is not state) == proceeded


# Hold and direction


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
    offer = Description.parse(stored("chromium-offer").replace("m=audio 9", "m=audio 0"))
    assert held_by(offer.with_direction(Direction.INACTIVE))
    assert not held_by(offer)


def test_we_offer_what_we_want_whatever_the_other_side_wants() -> None:
    assert hold_direction(local_hold=True) is Direction.SENDONLY
    assert hold_direction(local_hold=False) is Direction.SENDRECV


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
    assert video_accepted(description("asterisk-answer"))
    assert not video_accepted(description("rtpengine-answer"))


def test_tones_can_be_sent_when_the_other_side_lists_them_with_its_sound() -> None:
    assert can_send_tones(description("rtpengine-answer"))
    toneless = stored("plain-offer").replace("RTP/AVP 0 8 101", "RTP/AVP 0 8")
    assert not can_send_tones(Description.parse(toneless))
    refused = stored("plain-offer").replace("m=audio 22334", "m=audio 0")
    assert not can_send_tones(Description.parse(refused))


# Codec order


def formats(text: str, at: int = 0) -> str:
    return " ".join(Description.parse(text).media[at].formats)


@pytest.mark.parametrize(
    ("preferences", "sound"),
    [
        ([], "111 63 9 0 8 13 110 126"),
        (["PCMA", " pcmu ", ""], "8 0 111 63 9 13 110 126"),
        (["g722", "OPUS/48000/2"], "9 111 63 0 8 13 110 126"),
        (["!G722", "PCMU/8000"], "0 111 63 8 13 110 126"),
        (["!opus"], "9 0 8 13 110 126"),
        (["!telephone-event"], "111 63 9 0 8 13"),
        (["!telephone-event/48000", "!CN", "!red"], "111 9 0 8 126"),
        (["speex", "!ilbc"], "111 63 9 0 8 13 110 126"),
    ],
)
def test_codecs_are_ordered_and_removed_as_asked(preferences: list[str], sound: str) -> None:
    assert formats(order_codecs(stored("chromium-offer"), preferences)) == sound


def test_a_removed_codec_takes_its_lines_and_its_repair_along() -> None:
    before = stored("chromium-offer")
    after_removal = order_codecs(before, ["!VP8", "!VP9", "!AV1", "!red"])
    assert formats(after_removal, 1) == "102 103 104 107 108 109 114 115 116 117 39 40 120"
    gone = ("96", "97", "45", "46", "98", "99", "100", "101", "118", "119", "63")
    starts = tuple(
        f"a={name}:{payload}{end}"
        for name in ("rtpmap", "fmtp", "rtcp-fb")
        for payload in gone
        for end in (" ", "\r")
    )
    kept = [line for line in before.splitlines(keepends=True) if not line.startswith(starts)]
    assert without_media_lines(after_removal) == without_media_lines("".join(kept))


def without_media_lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.startswith("m=")]


def test_a_repair_stream_follows_its_codec() -> None:
    assert formats(order_codecs(stored("chromium-offer"), ["VP9", "av1"]), 1).startswith(
        "98 99 100 101 45 46 96 97"
    )


def test_removing_every_codec_of_a_section_removes_none() -> None:
    nothing_left = order_codecs(stored("plain-offer"), ["!PCMU", "!PCMA", "!telephone-event"])
    assert nothing_left == stored("plain-offer")


def test_sections_without_codecs_stay_as_they_are() -> None:
    channel = "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n"
    text = stored("chromium-offer") + channel
    assert order_codecs(text, ["PCMA", "!opus"]).endswith(channel)


def test_a_repair_of_a_codec_that_is_not_there_goes_last() -> None:
    odd = stored("plain-offer").replace("0 8 101", "97 0 8 101") + (
        "a=rtpmap:97 rtx/8000\r\na=fmtp:97 apt=55\r\n"
    )
    assert formats(order_codecs(odd, ["PCMA", "PCMU"])) == "8 0 97 101"


@given(
    some.lists(some.sampled_from(["opus", "!opus", "PCMU", "!pcmu", "VP8", "!vp9", "!red", "G722"]))
)
def test_ordering_twice_is_ordering_once(preferences: list[str]) -> None:
    once = order_codecs(stored("chromium-offer"), preferences)
    assert order_codecs(once, preferences) == once
    assert problem(once) is None


def test_ordering_what_is_no_description_is_refused() -> None:
    with pytest.raises(Unusable):
        order_codecs("no description", ["opus"])


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
            changed("rtpengine-answer", ("a=rtpmap:0 PCMU/8000", "a=rtpmap:0 PCMU")),
            "sent 'a=rtpmap:0 PCMU', which is not 'payload name/clock'",
        ),
        (changed("rtpengine-answer", ("a=ice-ufrag:", "a=x:")), "without ICE (no a=ice-ufrag"),
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


def test_plain_rtp_that_names_a_certificate_is_used_all_the_same() -> None:
    assert problem(changed("rtpengine-answer", ("UDP/TLS/RTP/SAVPF", "RTP/AVP"))) is None


def test_an_answer_must_take_a_side_where_an_offer_need_not() -> None:
    undecided = changed("asterisk-answer", ("a=setup:active", "a=setup:actpass"))
    assert problem(undecided) is None
    explained = problem(undecided, offer=description("chromium-offer"))
    assert explained is not None and "An answer must say active or passive." in explained


def test_an_answer_must_have_as_many_media_as_its_offer() -> None:
    explained = problem(stored("resume-offer"), offer=description("chromium-offer"))
    assert explained is not None and "answered 1 media where 2 were offered" in explained


def test_an_answer_is_held_to_the_codecs_we_offered() -> None:
    only_opus = Description.parse(order_codecs(stored("chromium-offer"), ["!PCMU", "!PCMA"]))
    explained = problem(stored("rtpengine-answer"), offer=only_opus)
    assert explained is not None
    assert "audio has pcma, pcmu, this phone has g722, opus." in explained


@given(some.text(), some.booleans())
def test_any_text_has_a_problem_or_none(text: str, answers: bool) -> None:
    offer = description("chromium-offer") if answers else None
    explained = problem("v=0\r\n" + text, offer)
    assert explained is None or explained.endswith(".")
