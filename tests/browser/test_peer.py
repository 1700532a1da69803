"""The media of calls in a real browser: two ends in one page."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser import bench as benches
from browser.bench import Bench, bench

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
PRELUDE = """
import asyncio
from two_ends import *
from webphone.media import Direction
import time
from webphone.phone.actions import *
from webphone.phone.happenings import *
one, two = End(), End()
"""


def tell(page: Bench, story: str):
    return benches.tell(page, PRELUDE, story)


def test_both_ends_hear_each_other(page: Bench):
    assert tell(
        page,
        """
        offer, answer = await call(one, two)
        return [sections(offer.sdp), sections(answer.sdp), await one.hears(), await two.hears()]
        """,
    ) == [[["audio", "sendrecv"]], [["audio", "sendrecv"]], True, True]


def test_what_leads_to_the_first_sound_goes_before_the_screen_and_no_later_change_does(page: Bench):
    assert tell(
        page,
        """
        steps, perform = [], one.peers.perform
        def watched(action):
            steps.append((type(action).__name__, one.peers.sets_up(action)))
            perform(action)
            steps.append(one.peers.busy)
        one.peers.perform = watched
        await call(one, two)
        hold = Reoffer(call="call", direction=Direction.SENDONLY)
        await change(one, two, hold, Accept(call="call", offer="", direction=Direction.SENDRECV))
        return [list(each) if isinstance(each, tuple) else each for each in steps]
        """,
    ) == [
        *(["OpenMedia", True], True, ["DescribeRemote", True], True),
        *(["Reoffer", False], False, ["DescribeRemote", False], False),
    ]


def test_an_offer_leaves_with_candidates_long_before_the_search_is_complete(page: Bench):
    candidates, state, seconds = tell(
        page,
        """
        began = time.time()
        one.do(OpenMedia(call="call"))
        sdp = (await one.next(MediaReady)).sdp
        taken = time.time() - began
        return [sdp.count("a=candidate:"), str(one.connection.iceGatheringState), taken]
        """,
    )
    assert candidates >= 1
    assert seconds < 1
    assert state in ("gathering", "complete")


def test_on_hold_the_other_end_hears_nothing_and_after_it_all_again(page: Bench):
    held, silent, resumed, heard = tell(
        page,
        """
        await call(one, two)
        hold = Reoffer(call="call", direction=Direction.SENDONLY)
        accept = Accept(call="call", offer="", direction=Direction.SENDRECV)
        offer, answer = await change(one, two, hold, accept)
        held = [sections(offer.sdp), sections(answer.sdp), one.directions()]
        await asyncio.sleep(0.3)
        silent = [await one.hears(1.5), await two.hears(1.5)]
        back = Reoffer(call="call", direction=Direction.SENDRECV)
        offer, answer = await change(one, two, back, accept)
        resumed = [sections(offer.sdp), sections(answer.sdp)]
        return [held, silent, resumed, [await one.hears(), await two.hears()]]
        """,
    )
    assert held == [
        [["audio", "sendonly"]],
        [["audio", "recvonly"]],
        [["audio", "sendonly", "sendonly"]],
    ]
    assert silent == [False, False]
    assert resumed == [[["audio", "sendrecv"]], [["audio", "sendrecv"]]]
    assert heard == [True, True]


def test_a_refused_hold_leaves_the_call_as_it_was(page: Bench):
    directions, state, heard = tell(
        page,
        """
        await call(one, two)
        one.do(Reoffer(call="call", direction=Direction.SENDONLY))
        await one.next(MediaReady)
        one.do(Rollback(call="call"))
        await until(lambda: one.connection.signalingState == "stable")
        await until(lambda: not one.peer._work.busy)
        return [one.directions(), str(one.connection.signalingState), await two.hears()]
        """,
    )
    assert directions == [["audio", "sendrecv", "sendrecv"]]
    assert state == "stable"
    assert heard


REFUSED = """
def without_picture(sdp, *lines):
    sound, _, _ = sdp.partition("m=video")
    return sound + "\\r\\n".join(("m=video 0 UDP/TLS/RTP/SAVPF 96", *lines, ""))

async def sound_alone(*lines):
    "A call for pictures too, whose answer refuses them in such words."
    one.do(OpenMedia(call="call", video=True))
    offer = await one.next(MediaReady)
    two.do(OpenMedia(call="call", offer=offer.sdp))
    answer = await two.next(MediaReady)
    one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=without_picture(answer.sdp, *lines)))
    one.do(DropPicture(call="call", of="camera"))
    for end in (one, two):
        while (await end.next(MediaChanged)).state != "connected":
            pass
"""


@pytest.mark.parametrize("words", ['"a=mid:1"', ""], ids=["named in the bundle", "nameless"])
def test_pictures_refused_in_any_words_leave_a_call_that_a_refused_hold_does_not_end(
    page: Bench, words: str
):
    page.given(PRELUDE + REFUSED)
    assert tell(
        page,
        f"""
        await sound_alone({words})
        one.do(Reoffer(call="call", direction=Direction.SENDONLY))
        await one.next(MediaReady)
        one.do(Rollback(call="call"))
        await until(lambda: one.peer.negotiation.agreed is None and not one.peer._work.busy)
        return [str(one.connection.signalingState), one.count(MediaFailed),
                await one.hears(), await two.hears()]
        """,
    ) == ["stable", 0, True, True]


def test_a_hold_opens_no_camera_where_pictures_were_refused(page: Bench):
    page.given(PRELUDE + REFUSED)
    tracks, offer = tell(
        page,
        """
        await sound_alone()
        one.do(Reoffer(call="call", direction=Direction.SENDONLY))
        offer = await one.next(MediaReady)
        return [one.microphones(), [line for line in offer.sdp.splitlines() if line[:2] == "m="]]
        """,
    )
    assert tracks == [["audio", "live"]]
    assert [line.split()[1] for line in offer if line.startswith("m=video")] == ["0"]


@pytest.mark.rfc("9429 §5.3.1", "the direction of an answer is what both ends allow")
@pytest.mark.rfc("6337 §5.3", "who holds too answers inactive")
def test_what_both_ends_hold_is_inactive_until_both_let_go(page: Bench):
    assert tell(
        page,
        """
        await call(one, two)
        hold = Reoffer(call="call", direction=Direction.SENDONLY)
        said = []
        _, answer = await change(one, two, hold, Accept(call="call", offer="",
                                 direction=Direction.SENDRECV))
        said.append(sections(answer.sdp)[0][1])
        _, answer = await change(two, one, hold, Accept(call="call", offer="",
                                 direction=Direction.SENDONLY))
        said.append(sections(answer.sdp)[0][1])
        _, answer = await change(two, one, Reoffer(call="call", direction=Direction.SENDRECV),
                                 Accept(call="call", offer="", direction=Direction.SENDONLY))
        said.append(sections(answer.sdp)[0][1])
        return said
        """,
    ) == ["recvonly", "inactive", "sendonly"]


@pytest.mark.rfc("8839 §4.4.1.1.1", "an ICE restart has new credentials")
def test_new_paths_are_found_without_losing_the_call(page: Bench):
    changed, heard = tell(
        page,
        """
        first, _ = await call(one, two)
        again = Reoffer(call="call", direction=Direction.SENDRECV, restart=True)
        accept = Accept(call="call", offer="", direction=Direction.SENDRECV)
        second, answer = await change(one, two, again, accept)
        ufrag = lambda sdp: [l for l in sdp.splitlines() if l.startswith("a=ice-ufrag")][0]
        found = second.sdp.count("a=candidate:") and answer.sdp.count("a=candidate:")
        return [bool(found) and ufrag(first.sdp) != ufrag(second.sdp), await two.hears()]
        """,
    )
    assert changed
    assert heard


def test_a_search_over_a_relay_that_is_not_there_says_so_and_leaves_the_call_as_it_was(page: Bench):
    said, policy, heard = tell(
        page,
        """
        from webphone.contract import Config
        await call(one, two)
        relay = {"urls": "turn:127.0.0.1:9", "username": "u", "credential": "made-up"}
        one.config = Config().changed({"iceServers": [relay]})
        again = Reoffer(call="call", direction=Direction.SENDRECV, restart=True, relay=True)
        one.do(again)
        await until(lambda: one.count(MediaFailed))
        said = [each.text for each in one.heard if isinstance(each, MediaFailed)]
        one.heard.clear()
        one.do(Reoffer(call="call", direction=Direction.SENDRECV))
        await one.next(MediaReady)
        one.do(Rollback(call="call"))
        policy = str(one.connection.getConfiguration().iceTransportPolicy)
        return [said, policy, await two.hears()]
        """,
    )
    assert [text.partition(".")[0] for text in said] == ["The relay 'turn:127"]
    assert "made-up" not in str(said)
    assert policy == "all"
    assert heard


def test_a_muted_microphone_sends_silence_even_when_muted_before_it_opens(page: Bench):
    assert tell(
        page,
        """
        one.do(OpenMedia(call="call"))
        one.do(MuteMicrophone(call="call", muted=True))
        offer = await one.next(MediaReady)
        two.do(OpenMedia(call="call", offer=offer.sdp))
        answer = await two.next(MediaReady)
        one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
        await two.next(MediaChanged)
        await one.next(MediaChanged)
        heard = [await one.hears(), await two.hears(1.5)]
        one.do(MuteMicrophone(call="call", muted=False))
        return [*heard, await two.hears()]
        """,
    ) == [True, False, True]


def test_digits_pressed_fast_are_all_sent_in_order(page: Bench):
    assert tell(
        page,
        """
        await call(one, two)
        for tones in ("1", "2", "3#"):
            one.do(SendTones(call="call", tones=tones, duration=70, gap=50))
        return [(await one.next(ToneSent)).tone for _ in range(4)]
        """,
    ) == ["1", "2", "3", "#"]


def test_digits_asked_for_before_the_call_is_connected_wait_for_it(page: Bench):
    assert tell(
        page,
        """
        one.do(OpenMedia(call="call"))
        one.do(SendTones(call="call", tones="42", duration=70, gap=50))
        offer = await one.next(MediaReady)
        two.do(OpenMedia(call="call", offer=offer.sdp))
        answer = await two.next(MediaReady)
        one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
        return [(await one.next(ToneSent)).tone for _ in range(2)]
        """,
    ) == ["4", "2"]


def test_an_early_answer_is_followed_by_the_final_one(page: Bench):
    assert tell(
        page,
        """
        one.do(OpenMedia(call="call"))
        offer = await one.next(MediaReady)
        two.do(OpenMedia(call="call", offer=offer.sdp))
        answer = await two.next(MediaReady)
        one.do(DescribeRemote(call="call", kind=Offer.PROVISIONAL, sdp=answer.sdp))
        early = await one.hears()
        one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
        await until(lambda: one.connection.signalingState == "stable")
        return [early, await one.hears()]
        """,
    ) == [True, True]


def test_early_sound_is_told_once_when_it_comes_and_not_before(page: Bench):
    assert tell(
        page,
        """
        one.do(OpenMedia(call="call"))
        offer = await one.next(MediaReady)
        two.do(OpenMedia(call="call", offer=offer.sdp.replace("a=sendrecv", "a=recvonly")))
        answer = await two.next(MediaReady)
        silent = answer.sdp.replace("a=sendonly", "a=sendrecv")
        track = two.peer.own.microphone
        await two.connection.getSenders()[0].replaceTrack(None)
        one.do(DescribeRemote(call="call", kind=Offer.PROVISIONAL, sdp=silent))
        await until(lambda: one.connection.connectionState == "connected")
        await asyncio.sleep(1)
        before = one.count(SoundCame)
        await two.connection.getSenders()[0].replaceTrack(track)
        await one.next(SoundCame)
        await asyncio.sleep(1)
        return [before, one.count(SoundCame)]
        """,
    ) == [0, 0]


def test_the_answer_of_another_fork_replaces_the_early_one(page: Bench):
    assert tell(
        page,
        """
        three = End()
        try:
            one.do(OpenMedia(call="call"))
            offer = await one.next(MediaReady)
            two.do(OpenMedia(call="call", offer=offer.sdp))
            ringing = await two.next(MediaReady)
            one.do(DescribeRemote(call="call", kind=Offer.PROVISIONAL, sdp=ringing.sdp))
            early = await one.hears()
            # Only now: two that answer at once would both begin DTLS at the same port.
            three.do(OpenMedia(call="call", offer=offer.sdp))
            answer = await three.next(MediaReady)
            close(two)
            one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
            await until(lambda: one.connection.signalingState == "stable")
            return [early, await three.hears(10), one.count(MediaFailed)]
        finally:
            close(three)
        """,
    ) == [True, True, 0]


def test_pictures_go_both_ways_and_the_sound_as_well(page: Bench):
    offer, answer, videos, heard = tell(
        page,
        """
        offer, answer = await call(one, two, video=True, answer_video=True)
        return [sections(offer.sdp), sections(answer.sdp), [offer.video, answer.video],
                await two.hears()]
        """,
    )
    assert offer == answer == [["audio", "sendrecv"], ["video", "sendrecv"]]
    assert videos == [True, True]
    assert heard


def test_an_offer_of_pictures_answered_without_turns_our_camera_off(page: Bench):
    answer, tracks = tell(
        page,
        """
        offer, answer = await call(one, two, video=True, answer_video=False)
        one.do(DropPicture(call="call", of="camera"))
        await until(lambda: one.peer.own.camera is None)
        return [sections(answer.sdp), one.microphones()]
        """,
    )
    assert answer == [["audio", "sendrecv"], ["video", "inactive"]]
    assert tracks == [["audio", "live"]]


def test_pictures_can_be_added_and_taken_away(page: Bench):
    added, started, removed, ended = tell(
        page,
        """
        await call(one, two)
        accept = Accept(call="call", offer="", direction=Direction.SENDRECV, video=True)
        one.do(TakePicture(call="call", of="camera"))
        await one.next(PictureTaken)
        start = Reoffer(call="call", direction=Direction.SENDRECV, video=True)
        offer, answer = await change(one, two, start, accept)
        added = [sections(offer.sdp), sections(answer.sdp), offer.video]
        started = one.microphones()
        one.do(DropPicture(call="call", of="camera"))
        stop = Reoffer(call="call", direction=Direction.SENDRECV, video=False)
        offer, answer = await change(one, two, stop, accept)
        return [added, started, sections(offer.sdp), one.microphones()]
        """,
    )
    assert added == [
        [["audio", "sendrecv"], ["video", "sendrecv"]],
        [["audio", "sendrecv"], ["video", "recvonly"]],
        True,
    ]
    assert started == [["audio", "live"], ["video", "live"]]
    assert removed == [["audio", "sendrecv"], ["video", "inactive"]]
    assert ended == [["audio", "live"]]


def test_pictures_that_were_refused_turn_the_camera_off_and_the_next_offer_is_plain(page: Bench):
    tracks, offer = tell(
        page,
        """
        await call(one, two)
        one.do(TakePicture(call="call", of="camera"))
        await one.next(PictureTaken)
        one.do(Reoffer(call="call", direction=Direction.SENDRECV))
        await one.next(MediaReady)
        one.do(Rollback(call="call"))
        one.do(DropPicture(call="call", of="camera"))
        await until(lambda: one.peer.negotiation.agreed is None)
        one.do(Reoffer(call="call", direction=Direction.SENDRECV))
        offer = await one.next(MediaReady)
        return [one.microphones(), sections(offer.sdp)]
        """,
    )
    assert tracks == [["audio", "live"]]
    assert offer == [["audio", "sendrecv"]]


def test_codecs_come_in_the_order_wished_and_the_removed_are_gone(page: Bench):
    codecs = tell(
        page,
        """
        one.config = Config(codecs=("PCMA", "!opus"))
        one.do(OpenMedia(call="call"))
        sdp = (await one.next(MediaReady)).sdp
        return [line.split()[1] for line in sdp.splitlines() if line.startswith("a=rtpmap")]
        """,
    )
    assert codecs[0].lower() == "pcma/8000"
    assert not any(codec.lower().startswith("opus") for codec in codecs)
    assert any(codec.lower().startswith("telephone-event") for codec in codecs)


def test_a_closed_call_lets_the_microphone_go_and_says_no_more(page: Bench):
    assert tell(
        page,
        """
        await call(one, two)
        tracks = list(one.peer.local.getTracks())
        one.heard.clear()
        one.do(CloseMedia(call="call"))
        await asyncio.sleep(0.2)
        return [[str(track.readyState) for track in tracks], len(one.heard)]
        """,
    ) == [["ended"], 0]


def test_a_microphone_granted_after_the_call_has_ended_is_stopped_at_once(page: Bench):
    assert tell(
        page,
        """
        grant, streams, restore = hold_back_microphone()
        try:
            one.do(OpenMedia(call="call"))
            await asyncio.sleep(0.05)
            one.do(CloseMedia(call="call"))
            grant()
            await until(
                lambda: streams and {str(t.readyState) for t in streams[0].getTracks()} == {"ended"}
            )
            return [[str(t.readyState) for t in streams[0].getTracks()], len(one.heard)]
        finally:
            restore()
        """,
    ) == [["ended"], 0]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("NotReadableError", "mic_busy"),
        ("AbortError", "mic_busy"),
        ("NotAllowedError", "mic_denied"),
        ("SecurityError", "policy_blocked"),
        ("TypeError", "mic_busy"),
    ],
)
def test_every_fault_of_the_microphone_has_its_code(page: Bench, fault: str, code: str):
    assert (
        tell(
            page,
            f"""
        restore = refuse_microphone("{fault}")
        try:
            one.do(OpenMedia(call="call"))
            await until(lambda: one.heard)
            return one.heard[0].code
        finally:
            restore()
        """,
        )
        == code
    )


def test_an_answer_that_cannot_be_read_is_said_and_the_call_goes_on(page: Bench):
    failed, code, state = tell(
        page,
        """
        await call(one, two)
        one.heard.clear()
        one.do(Accept(call="call", offer="v=0\\r\\nrubbish", direction=Direction.SENDRECV))
        await until(lambda: one.count(MediaFailed))
        news = [each for each in one.heard if isinstance(each, MediaFailed)]
        return [bool(news[0].text), news[0].code, str(one.connection.signalingState)]
        """,
    )
    assert failed
    assert code == "media_failed"
    assert state == "stable"


@pytest.mark.rfc("9429 §4.1.10.2", "an offer that would undo ours unasked is not applied")
def test_an_offer_that_meets_ours_does_not_undo_it(page: Bench):
    assert (
        tell(
            page,
            """
        await call(one, two)
        one.do(Reoffer(call="call", direction=Direction.SENDONLY))
        await one.next(MediaReady)
        two.do(Reoffer(call="call", direction=Direction.SENDONLY))
        theirs = await two.next(MediaReady)
        one.do(Accept(call="call", offer=theirs.sdp, direction=Direction.SENDRECV))
        await until(lambda: one.count(MediaFailed))
        return str(one.connection.signalingState)
        """,
        )
        == "have-local-offer"
    )


def test_two_calls_have_microphones_of_their_own(page: Bench):
    assert tell(
        page,
        """
        await call(one, two, name="first")
        await call(one, two, name="second")
        kept = one.peers._peers["second"]
        one.do(CloseMedia(call="first"))
        return [[str(t.readyState) for t in kept.local.getTracks()], len(one.peers._peers)]
        """,
    ) == [["live"], 1]


def test_how_a_call_sounds_is_measured_while_it_lasts(page: Bench):
    stats, shown, after = tell(
        page,
        """
        import webphone.browser.media.stats as measure
        measure.EVERY, before = 0.3, measure.EVERY
        try:
            await call(one, two)
            stats = dict((await one.next(QualityMeasured)).stats)
            await until(lambda: one.stats and one.stats[-1]["local"] and one.stats[-1]["remote"])
            shown = {side: dataclasses.asdict(each) for side, each in one.stats[-1].items()}
            one.do(CloseMedia(call="call"))
            return [stats, shown, one.stats[-1]]
        finally:
            measure.EVERY = before
        """,
    )
    assert 3 < stats["whole"]["mos"] <= 4.5
    assert stats["whole"]["loss"] == 0 and stats["warnings"] == []
    assert after is None
    for side in ("local", "remote"):
        assert shown[side]["codec"] == "opus"
        assert shown[side]["bitrate"] > 1000
        assert 0 <= shown[side]["level"] <= 1
        assert "codecEstimated" in shown[side]["missing"]
    assert 3 < shown["remote"]["mos"] <= 4.5 and shown["remote"]["loss"] == 0
    assert "jitterBuffer" not in shown["remote"]["missing"]


@pytest.mark.timed
def test_two_that_know_red_send_what_was_lost_once_more_and_others_speak_opus(page: Bench):
    """RFC 2198: behind Opus in the offer, so a gateway passes it over; first in the answer."""
    offered, answered, sent, plain, heard = tell(
        page,
        """
        import re
        def names(sdp):
            line = re.search(r"m=audio \\d+ \\S+ (.*)", sdp)[1].split()
            known = dict(re.findall(r"a=rtpmap:(\\d+) ([^/]+)", sdp))
            return [known.get(each, each) for each in line]
        async def octets(end):
            "Of each packet, with its head."
            sent, packets = [await end.counter("outbound-rtp", each)
                             for each in ("bytesSent", "packetsSent")]
            await asyncio.sleep(1)
            sent, packets = [await end.counter("outbound-rtp", name) - before for name, before
                             in (("bytesSent", sent), ("packetsSent", packets))]
            return sent / packets
        offer, answer = await call(one, two)
        await octets(one)  # what is sent first has nothing before it to send once more
        sent = [await octets(one), await octets(two)]
        one.do(CloseMedia(call="call"))
        two.do(CloseMedia(call="call"))
        one.config = Config().changed({"codecs": "!red"})
        again, _ = await call(one, two)
        heard = [await one.hears(), await two.hears()]
        fec = [bool(re.search("useinbandfec=1", each.sdp)) for each in (offer, answer)]
        return [[names(offer.sdp)[:2], fec, "usedtx" in offer.sdp], names(answer.sdp)[:2], sent,
                await octets(one), heard]
        """,
    )
    assert offered == [["opus", "red"], [True, True], False]
    assert answered == ["red", "opus"]
    assert min(sent) > 1.5 * plain and heard == [True, True]


def test_a_call_sends_less_and_waits_longer_where_that_is_wished_and_as_before_after_it(
    page: Bench,
):
    limited, free, heard = tell(
        page,
        """
        from webphone.browser.media.adjusting import adjust
        from webphone.media.adapting import Wish
        await call(one, two)
        def now():
            [section] = one.connection.getTransceivers()
            [encoding] = section.sender.getParameters().encodings
            return [getattr(encoding, "maxBitrate", None), section.receiver.jitterBufferTarget]
        await adjust(one.connection, Wish(bitrate=16_000, waiting_ms=200))
        limited = now()
        await adjust(one.connection, Wish())
        return [limited, now(), [await one.hears(), await two.hears()]]
        """,
    )
    assert limited == [16_000, 200]
    assert free == [None, None] and heard == [True, True]


def test_the_page_tells_a_mobile_that_it_is_in_a_call_and_when_it_is_over(page: Bench):
    assert tell(
        page,
        """
        import js
        js.eval("Object.defineProperty(navigator, 'audioSession',"
                "{value: {type: 'auto'}, configurable: true})")
        session = js.navigator.audioSession
        try:
            await call(one, two)
            during = session.type
            one.do(CloseMedia(call="call"))
            other = session.type
            two.do(CloseMedia(call="call"))
            return [during, other, session.type]
        finally:
            js.Reflect.deleteProperty(js.navigator, "audioSession")
        """,
    ) == ["play-and-record", "play-and-record", "auto"]


def test_a_refused_search_over_the_relay_alone_leaves_every_way_open_again(page: Bench):
    assert tell(
        page,
        """
        await call(one, two)
        relay = {"urls": "turn:127.0.0.1:9", "username": "u", "credential": "made-up"}
        one.config = Config().changed({"iceServers": [relay]})
        await until(lambda: not one.peer._work.busy)
        one.peer.negotiation._remember()
        one.peer.negotiation._by_relay = True  # as a search that a relay was found for
        await one.peer.negotiation._choose_paths(relay=True)
        during = str(one.connection.getConfiguration().iceTransportPolicy)
        one.do(Rollback(call="call"))
        await until(lambda: not one.peer._work.busy)
        return [during, str(one.connection.getConfiguration().iceTransportPolicy)]
        """,
    ) == ["relay", "all"]


def test_who_speaks_into_a_muted_microphone_is_told_and_nobody_hears_it(page: Bench):
    told, copy, silent, over, stopped = tell(
        page,
        """
        import webphone.browser.media.stats as measure
        measure.EVERY, before = 0.3, measure.EVERY
        def codes(news):
            return [each["code"] for each in news.stats["warnings"]]
        try:
            await call(one, two)
            one.do(MuteMicrophone(call="call", muted=True))
            await until(lambda: one.peer._muted_voice._copy)
            copy = one.peer._muted_voice._copy
            await asyncio.sleep(0.5)
            silent = not await two.hears(1.0)
            while "muted_speech" not in (told := codes(await one.next(QualityMeasured))):
                pass
            sent = [s.track.id for s in one.connection.getSenders() if s.track]
            one.do(MuteMicrophone(call="call", muted=False))
            while "muted_speech" in (over := codes(await one.next(QualityMeasured))):
                pass
            return [told, copy.id in sent, silent, over, str(copy.readyState)]
        finally:
            measure.EVERY = before
        """,
    )
    assert "muted_speech" in told and "muted_speech" not in over
    assert copy is False and silent is True
    assert stopped == "ended"  # nobody listens any more


def test_a_muted_call_that_ends_lets_go_of_the_microphone(page: Bench):
    assert tell(
        page,
        """
        await call(one, two)
        one.do(MuteMicrophone(call="call", muted=True))
        await until(lambda: one.peer._muted_voice._copy)
        copy = one.peer._muted_voice._copy
        before = str(copy.readyState)
        one.do(CloseMedia(call="call"))
        return [before, str(copy.readyState)]
        """,
    ) == ["live", "ended"]


def test_without_permission_the_microphone_is_denied(chromium: Browser):
    with bench(chromium, permissions=[], modules=[HERE / "two_ends.py"]) as stranger:
        assert tell(
            stranger,
            """
            one.do(OpenMedia(call="call", video=True))
            await until(lambda: one.heard)
            return [one.heard[0].code, one.heard[0].call]
            """,
        ) == ["mic_denied", "call"]


def test_a_camera_that_is_refused_leaves_the_sound(chromium: Browser):
    with bench(
        chromium, permissions=["microphone"], modules=[HERE / "two_ends.py"]
    ) as half_trusted:
        offer, video = tell(
            half_trusted,
            """
            offer, answer = await call(one, two, video=True)
            one.do(Reoffer(call="call", direction=Direction.SENDONLY))
            await one.next(MediaReady)  # a hold asks for no camera again
            return [sections(offer.sdp), offer.video]
            """,
        )
    assert offer == [["audio", "sendrecv"], ["video", "recvonly"]]
    assert video is False


@pytest.mark.parametrize(
    "way",
    [
        *("async () => null", "async () => {}", "async () => new MediaStream()"),
        "async () => (await real({video: true}))",
        "undefined",
    ],
)
def test_who_is_granted_no_microphone_is_heard_as_silence_and_told(page: Bench, way: str):
    heard, audio = tell(
        page,
        f"""
        restore = another_microphone({way!r})
        try:
            one.do(OpenMedia(call="call"))
            await until(lambda: any(isinstance(each, MediaReady) for each in one.heard))
            return [[type(each).__name__ for each in one.heard],
                    sections(one.heard[-1].sdp)]
        finally:
            restore()
        """,
    )
    assert heard == ["MicrophoneMissing", "MediaReady"]
    assert audio == [["audio", "sendrecv"]]


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("() => Promise.reject('no way')", "no way"),
        ("() => Promise.reject()", "No reason was given."),
        ("() => { throw new TypeError('odd') }", "odd"),
        ("() => { throw {status: 5} }", '{"status":5}'),
    ],
)
def test_a_microphone_that_fails_in_its_own_way_is_told_in_a_sentence(
    page: Bench, way: str, why: str
):
    assert tell(
        page,
        f"""
        restore = another_microphone({way!r})
        try:
            one.do(OpenMedia(call="call"))
            await until(lambda: one.heard)
            return [one.heard[0].code, one.heard[0].text]
        finally:
            restore()
        """,
    ) == ["mic_busy", f"The microphone can't be used: {why}"]


def test_a_browser_that_makes_no_connection_is_told_in_a_sentence(page: Bench):
    assert tell(
        page,
        """
        restore = js.eval('''(() => {
          const real = RTCPeerConnection;
          window.RTCPeerConnection = class { constructor() { throw new DOMException("Too many", "UnknownError"); } };
          return () => { window.RTCPeerConnection = real };
        })()''')
        try:
            one.do(OpenMedia(call="call"))
            await until(lambda: one.heard)
            return [one.heard[0].code, one.heard[0].text]
        finally:
            restore()
        """,
    ) == ["media_failed", "The sound could not be set up: Too many"]


def test_a_call_that_got_no_microphone_keeps_nothing_open(page: Bench):
    assert tell(
        page,
        """
        restore = refuse_microphone("NotReadableError")
        try:
            one.do(OpenMedia(call="call"))
            one.do(Reoffer(call="call", direction=Direction.SENDONLY))
            await until(lambda: one.heard)
            one.do(Rollback(call="call"))
            one.do(CloseMedia(call="call"))
            await asyncio.sleep(0.1)
            return [each.code for each in one.heard]
        finally:
            restore()
        """,
    ) == ["mic_busy"]


def test_an_offer_that_cannot_be_read_opens_no_microphone(page: Bench):
    assert tell(
        page,
        """
        grant, streams, restore = hold_back_microphone()
        try:
            one.do(OpenMedia(call="call", offer="v=0\\r\\nrubbish"))
            await until(lambda: one.heard)
            grant()
            return [one.heard[0].code, bool(one.heard[0].text), len(streams)]
        finally:
            restore()
        """,
    ) == ["media_failed", True, 0]


def test_a_call_that_is_over_leaves_no_proxy_behind(page: Bench):
    before, during, after = tell(
        page,
        """
        before = alive()
        await call(one, two, video=True, answer_video=True)
        one.do(SendTones(call="call", tones="1", duration=70, gap=50))
        await one.next(ToneSent)
        during = alive()
        close(one, two)
        await asyncio.sleep(0.1)
        return [before, during, alive()]
        """,
    )
    assert during > before
    assert after == before
