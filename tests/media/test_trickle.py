"""What INFOs of candidates say: read, kept until it is wanted, and written."""

import pytest

from webphone.media.sdp import Description
from webphone.media.trickle import (
    LONGEST,
    MOST_CANDIDATES,
    MOST_KEPT,
    MOST_SECTIONS,
    Arrived,
    Candidate,
    Found,
    read,
    trickles,
)

NAMES = "a=ice-ufrag:8hhY\r\na=ice-pwd:asd88fgpdd777uzjYhagZg\r\n"
SOUND = "m=audio 9 RTP/AVP 0\r\n"


def path(port: int, address: str = "192.0.2.3") -> str:
    return f"candidate:2 1 UDP 1694498815 {address} {port} typ srflx raddr 192.0.2.1 rport 8998"


def lines(*ports: int) -> str:
    return "".join(f"a={path(port)}\r\n" for port in ports)


def info(*ports: int, mid: str = "0", more: str = "", names: str = NAMES) -> bytes:
    return f"{names}{SOUND}a=mid:{mid}\r\n{lines(*ports)}{more}".encode()


def theirs(*ports: int, mid: str = "0", names: str = NAMES) -> Description:
    sdp = f"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n{names}"
    return Description.parse(f"{sdp}a=mid:{mid}\r\n{lines(*ports)}")


def given(arrived: Arrived, description: Description) -> list[str]:
    return [one.line for one in arrived.new(description)]


def after(*bodies: bytes) -> Arrived:
    arrived = Arrived()
    for body in bodies:
        arrived.take(read(body) or {})
    return arrived


# --- Support --------------------------------------------------------------------------------------


@pytest.mark.rfc("8838 §3", "an end that says nothing of trickling does not")
@pytest.mark.rfc("8840 §4.1.1", "support is the ice-option trickle, and a mid that is named later")
def test_an_end_trickles_that_says_so_and_names_its_sections():
    options = "a=ice-options:ice2 trickle\r\n"
    assert trickles(theirs(names=options + NAMES))
    assert not trickles(theirs())
    assert not trickles(theirs(names="a=ice-options:trickles\r\n" + NAMES))
    unnamed = str(theirs(names=options + NAMES)).replace("a=mid:0\r\n", "")
    assert not trickles(Description.parse(unnamed))


# --- Theirs ---------------------------------------------------------------------------------------


@pytest.mark.rfc("8840 §4.4", "new candidates are handed on once, in their order, to their mid")
def test_what_an_info_adds_is_given_once_and_in_order():
    arrived = after(info(5010, 5020))
    assert arrived.new(theirs(5010)) == [Candidate("0", "8hhY", path(5020))]
    assert given(arrived, theirs(5010)) == []
    arrived.take(read(info(5010, 5020, 5030, 5025)) or {})
    assert given(arrived, theirs(5010)) == [path(5030), path(5025)]


@pytest.mark.rfc("8840 §9.2", "ICE names at either level, unknown lines, and any case of names")
def test_a_body_is_read_whatever_else_it_says():
    body = (
        "v=0\na=group:BUNDLE 0\nm=audio 9 RTP/AVP 0\nb=AS:64\na=ICE-UFRAG:8hhY\n"
        "a=ice-pwd:asd88fgpdd777uzjYhagZg\n\n a=mid:0\na=x-new:thing\na=rtcp-mux\n"
        f"a=Candidate:{path(1).removeprefix('candidate:')}\na=candidate:nonsense\n"
        f"a={path(2)}{' x y' * 150}\n"
    )
    assert given(after(body.encode()), theirs()) == [path(1)]


@pytest.mark.rfc("8840 §4.4", "an INFO under other ICE names than the description's is discarded")
def test_other_ice_names_wait_for_a_description_that_has_them():
    new = NAMES.replace("8hhY", "next")
    arrived = after(info(1), info(2, names=new))
    assert given(arrived, theirs()) == [path(1)]
    assert given(arrived, theirs(names=new)) == [path(2)]
    # Who comes back to the first, as to another fork, begins anew there.
    assert given(arrived, theirs()) == [path(1)]
    other = NAMES.replace("asd88", "xyz99")
    assert given(arrived, theirs(names=other)) == []


def test_a_section_that_nobody_has_is_nobody_s():
    arrived = after(info(1, mid="7"), f"{NAMES}{SOUND}{lines(2)}".encode())
    assert given(arrived, theirs()) == []
    assert given(after(info(1)), theirs(names="")) == []


@pytest.mark.rfc("8840 §8.2", "the end of candidates, of the session or of one section, is told")
@pytest.mark.rfc("8838 §14", "after the end of candidates none counts that comes still")
@pytest.mark.parametrize("whole", [True, False])
def test_the_end_of_candidates_is_told_once_and_ends_them(whole):
    end = "a=end-of-candidates\r\n"
    body = end.encode() + info(1) if whole else info(1, more=end)
    arrived = after(body, info(1, 2))
    assert given(arrived, theirs()) == [path(1), ""]
    assert given(arrived, theirs()) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"hello",
        info(1, names=""),
        info(1, names="a=ice-ufrag:8hhY\r\n"),
        NAMES.encode() + b"x" * LONGEST,
        NAMES.encode() + SOUND.encode() * (MOST_SECTIONS + 1),
    ],
)
def test_what_is_no_such_body_or_too_much_is_not_read(body):
    assert read(body) is None


def test_an_info_may_say_nothing_but_its_names():
    assert read(NAMES.encode()) == {}


def test_candidates_and_sections_are_bounded():
    arrived = after(info(*range(1, 100)), info(*range(100, 200)))
    assert len(given(arrived, theirs())) == MOST_CANDIDATES
    for number in range(MOST_KEPT):
        arrived.take(read(info(1, mid=str(number + 1))) or {})
    assert given(arrived, theirs(names=NAMES.replace("8hhY", "else"))) == []
    assert given(arrived, theirs()) == []  # the oldest was forgotten


# --- Ours -----------------------------------------------------------------------------------------


@pytest.mark.rfc("8840 §4.4", "each INFO says all that was said before, in the same order")
def test_what_is_found_later_comes_after_what_was_told():
    ours = Found(str(theirs(20, 10)))
    assert ours.count == 2
    ours.add(str(theirs(5, 10, 20)))
    body = ours.body(ended=False).decode()
    assert body == f"m=audio 9 RTP/AVP 0\r\n{NAMES}a=mid:0\r\n{lines(20, 10, 5)}"
    ours.add(str(theirs(7, names=NAMES.replace("8hhY", "next"))))
    assert ours.count == 3


@pytest.mark.rfc("8840 §7", "a bundle is said as in the description")
@pytest.mark.rfc("8840 §9.2", "the ICE names stand at the level where the description has them")
def test_names_of_the_session_and_its_bundle_stand_before_the_sections():
    session = f"v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n{NAMES}"
    video = "m=video 9 RTP/AVP 96\r\na=mid:1\r\n"
    ours = Found(f"{session}{SOUND}a=mid:0\r\n{lines(1)}{video}")
    head = f"a=group:BUNDLE 0 1\r\n{NAMES}"
    assert ours.body(ended=False).decode() == f"{head}{SOUND}a=mid:0\r\n{lines(1)}"
    ended = f"{head}a=end-of-candidates\r\n{SOUND}a=mid:0\r\n{lines(1)}{video}"
    assert ours.body(ended=True).decode() == ended
    assert given(after(ours.body(ended=True)), theirs()) == [path(1), ""]


def test_no_more_is_told_than_any_browser_finds():
    ours = Found(str(theirs(*range(1, 100))))
    assert ours.count == MOST_CANDIDATES and len(ours.body(ended=True)) < LONGEST
    second = str(theirs(*range(41, 81), mid="1")).partition("m=")
    both = Found(f"{theirs(*range(1, 41))}m={second[2]}")
    assert both.count == MOST_CANDIDATES
