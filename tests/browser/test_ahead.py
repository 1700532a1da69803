"""A description that leaves ahead of a microphone that is sure to come, in a real browser."""

import pytest

from browser import bench as benches
from browser.bench import Bench

pytestmark = pytest.mark.browser
PRELUDE = """
import asyncio, js
from two_ends import *
from webphone.phone.actions import *
from webphone.phone.happenings import *
one, two = End(sure=True), End(sure=True)
"""
# Both microphones are held back until `grant()`: the call is connected without them.
HELD = "grant, streams, restore = hold_back_microphone()"


def tell(page: Bench, story: str):
    return benches.tell(page, PRELUDE, story)


def test_both_ends_are_connected_before_their_microphones_open_and_heard_then(page: Bench):
    said, before, local, heard, after = tell(
        page,
        f"""
        {HELD}
        try:
            offer, answer = await call(one, two)
            said = [sections(offer.sdp), sections(answer.sdp)]
            said.append(["a=msid:" in each.sdp for each in (offer, answer)])
            before, local = [streams.length, await two.hears(0.5)], one.peer.local is None
            grant()
            heard = [await one.hears(), await two.hears()]
            return [said, before, local, heard, [one.count(MediaReady), one.microphones()]]
        finally:
            restore()
        """,
    )
    assert said == [[["audio", "sendrecv"]], [["audio", "sendrecv"]], [True, True]]
    assert before == [0, False]
    assert local
    assert heard == [True, True]
    assert after == [0, [["audio", "live"]]]


def test_the_microphone_is_asked_for_first_and_both_are_under_way_at_once(page: Bench):
    """What the browser takes for it goes by beside all else; no other work comes between."""
    asked = tell(
        page,
        """
        js.globalThis.asked = js.eval("[]")
        undo = js.eval(\"\"\"(() => {
          const watched = (owner, name) => {
            const real = owner[name];
            owner[name] = function (...given) { asked.push(name); return real.apply(this, given) };
            return () => { owner[name] = real };
          };
          const all = [watched(MediaDevices.prototype, "getUserMedia"),
            watched(RTCPeerConnection.prototype, "setRemoteDescription"),
            watched(RTCPeerConnection.prototype, "createOffer")];
          return () => all.forEach(each => each());
        })()\"\"\")
        try:
            one.do(OpenMedia(call="call"))
            offering = list(js.asked)
            offer = await one.next(MediaReady)
            js.asked.length = 0
            two.do(OpenMedia(call="call", offer=offer.sdp))
            return [offering, list(js.asked)]
        finally:
            undo()
        """,
    )
    assert asked == [["getUserMedia", "createOffer"], ["getUserMedia", "setRemoteDescription"]]


def test_a_call_muted_meanwhile_is_silent_when_its_microphone_comes(page: Bench):
    assert tell(
        page,
        f"""
        {HELD}
        try:
            offer, answer = await call(one, two)
            one.do(MuteMicrophone(call="call", muted=True))
            grant()
            heard = [await one.hears(), await two.hears(1.0)]
            one.do(MuteMicrophone(call="call", muted=False))
            return [heard, await two.hears()]
        finally:
            restore()
        """,
    ) == [[True, False], True]


def test_digits_pressed_meanwhile_are_sent_once_it_is_there(page: Bench):
    assert tell(
        page,
        f"""
        {HELD}
        try:
            offer, answer = await call(one, two)
            one.do(SendTones(call="call", tones="12", duration=70, gap=50))
            await asyncio.sleep(0.3)
            early = one.count(ToneSent)
            grant()
            return [early, [(await one.next(ToneSent)).tone for _ in "12"], one.notes]
        finally:
            restore()
        """,
    ) == [0, ["1", "2"], []]


def test_a_call_that_is_over_before_it_comes_keeps_no_microphone(page: Bench):
    assert tell(
        page,
        f"""
        {HELD}
        try:
            offer, answer = await call(one, two)
            close(one, two)
            grant()
            await until(lambda: streams.length == 2)
            await asyncio.sleep(0.1)
            return [str(track.readyState) for each in streams for track in each.getTracks()]
        finally:
            restore()
        """,
    ) == ["ended", "ended"]


@pytest.mark.parametrize(
    ("name", "code"), [("NotReadableError", "mic_busy"), ("NotAllowedError", "mic_denied")]
)
def test_one_that_fails_after_the_description_has_left_is_told_as_the_calls_end(
    page: Bench, name: str, code: str
):
    assert (
        tell(
            page,
            f"""
        refuse, restore = refuse_microphone_later("{name}")
        try:
            one.do(OpenMedia(call="call"))
            await one.next(MediaReady)
            refuse()
            return (await one.next(MicrophoneFailed)).code
        finally:
            restore()
        """,
        )
        == code
    )


@pytest.mark.parametrize("sure", [True, False])
def test_one_that_fails_at_once_is_told_before_anything_leaves(page: Bench, sure: bool):
    """Where it is sure to be given, or may be used as far as the browser tells."""
    assert tell(
        page,
        f"""
        one.sure, one.granted = {sure}, True
        restore = refuse_microphone("NotReadableError")
        try:
            one.do(OpenMedia(call="call"))
            await until(lambda: one.heard)
            await asyncio.sleep(0.3)
            return [type(each).__name__ for each in one.heard]
        finally:
            restore()
        """,
    ) == ["MediaFailed"]


def test_where_there_is_none_after_all_the_other_side_hears_silence(page: Bench):
    assert tell(
        page,
        """
        restore = refuse_microphone("NotFoundError")
        try:
            one.do(OpenMedia(call="call"))
            offer = await one.next(MediaReady)
            two.sure = False
        finally:
            restore()
        two.do(OpenMedia(call="call", offer=offer.sdp))
        answer = await two.next(MediaReady)
        one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
        return [await one.hears(), await two.hears(1.0), one.microphones()]
        """,
    ) == [True, False, [["audio", "live"]]]


def test_where_it_may_be_used_the_description_is_made_meanwhile_and_leaves_with_it(page: Bench):
    """It is not listed yet, as when a page calls at its first moment."""
    assert tell(
        page,
        f"""
        one.sure, one.granted = False, True
        {HELD}
        try:
            one.do(OpenMedia(call="call"))
            await until(lambda: str(one.connection.signalingState) == "have-local-offer")
            await asyncio.sleep(0.3)
            early = one.count(MediaReady)
            grant()
            offer = await one.next(MediaReady)
            return [early, sections(offer.sdp), one.microphones()]
        finally:
            restore()
        """,
    ) == [0, [["audio", "sendrecv"]], [["audio", "live"]]]


def test_it_leaves_without_it_as_soon_as_it_is_listed(page: Bench):
    assert tell(
        page,
        f"""
        one.sure, one.granted = False, True
        {HELD}
        try:
            one.do(OpenMedia(call="call"))
            one.sure = True
            offer = await one.next(MediaReady)
            before = streams.length
            two.do(OpenMedia(call="call", offer=offer.sdp))
            answer = await two.next(MediaReady)
            one.do(DescribeRemote(call="call", kind=Offer.ANSWER, sdp=answer.sdp))
            grant()
            return [before, await two.hears()]
        finally:
            restore()
        """,
    ) == [0, True]
