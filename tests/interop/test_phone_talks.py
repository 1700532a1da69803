"""Our phone talks: with itself, with baresip, with JsSIP and with a plain RTP peer, heard and seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext

from interop.baresip import Baresip
from interop.jssip_page import JssipPage
from interop.kamailio import Kamailio
from interop.rtp import RtpPeer
from interop.rtpengine import Rtpengine
from interop.sipp import Sipp
from interop.sound import AUDIBLE, SILENT
from page.phone_page import PhonePage
from page.tones import tones_begun, wait_no_tone, wait_tone

pytestmark = [pytest.mark.interop, pytest.mark.timed]

Open = Callable[..., PhonePage]
Jssip = Callable[..., JssipPage]
Script = Callable[..., Sipp]


def test_baresip_is_called_heard_and_muted(
    anna: PhonePage, baresip: Baresip, rtpengine: Rtpengine
) -> None:
    already = baresip.mark()
    anna.make_call("baresip")
    assert anna.wait_event("answer")["answeredBy"] == "remote"
    baresip.wait_event("CALL_ESTABLISHED", since=already)
    anna.ears.wait_sound()
    baresip.wait_sound(AUDIBLE)
    assert rtpengine.calls() == 1

    assert anna.call_method("mute") is True
    assert anna.wait_event("mute")["muted"] is True
    baresip.wait_silence(SILENT)
    anna.ears.wait_sound()
    anna.call_method("unmute")
    assert anna.wait_event("unmute")["muted"] is False
    baresip.wait_sound(AUDIBLE)

    anna.call_method("hangup")
    baresip.wait_event("CALL_CLOSED", since=already)
    assert anna.wait_event("end")["endedBy"] == "local"


def test_baresip_calls_is_answered_and_hangs_up(anna: PhonePage, baresip: Baresip) -> None:
    already = baresip.mark()
    baresip.dial("anna")
    ringing = anna.wait_event("ringingin")
    assert (ringing["state"], ringing["direction"]) == ("ringing", "incoming")
    assert ringing["from"]["number"] == "baresip"
    answered = anna.call_method("answer")
    assert (answered["id"], answered["state"]) == (ringing["id"], "active")
    assert anna.wait_event("answer")["answeredBy"] == "local"
    baresip.wait_event("CALL_ESTABLISHED", since=already)
    anna.ears.wait_sound()
    baresip.wait_sound(AUDIBLE)
    baresip.hang_up()
    assert anna.wait_event("end")["endedBy"] == "remote"
    assert anna.calls() == []


def test_two_phones_hear_each_other_until_the_called_one_hangs_up(
    anna: PhonePage, ben: PhonePage, rtpengine: Rtpengine
) -> None:
    call = anna.make_call("ben")
    assert ben.wait_event("ringingin")["callId"] == call["callId"]
    ringing = anna.wait_event("ringingout")
    assert (ringing["stage"], ringing["sipCode"]) == ("ringing", 180)
    assert anna.wait_state("ringing")["id"] == call["id"]
    ben.call_method("answer")
    anna.wait_state("active", call["id"])
    anna.ears.wait_sound()
    ben.ears.wait_sound()
    assert rtpengine.calls() == 0
    assert anna.active_call()["codec"]
    ben.call_method("hangup")
    assert anna.wait_event("end")["endedBy"] == "remote"
    assert ben.wait_event("end")["endedBy"] == "local"


def test_two_phones_hear_and_see_each_other(anna: PhonePage, ben: PhonePage) -> None:
    anna.make_call("ben", video=True)
    ben.wait_event("ringingin")
    ben.call_method("answer", None, {"video": True})
    anna.wait_event("answer")
    anna.ears.wait_video()
    ben.ears.wait_video()
    anna.ears.wait_sound()
    assert anna.active_call()["video"] is True
    assert ben.active_call()["video"] is True


def test_a_video_call_that_is_answered_with_sound_alone_is_one_of_sound(
    anna: PhonePage, ben: PhonePage
) -> None:
    anna.make_call("ben", video=True)
    ben.wait_event("ringingin")
    ben.call_method("answer", None, {"video": False})
    anna.wait_event("answer")
    anna.ears.wait_sound()
    ben.ears.wait_sound()
    assert ben.ears.totals()["framesSent"] == 0


def test_a_refused_camera_leaves_the_sound(
    new_context: Callable[..., BrowserContext], phone_page: Open, ben: PhonePage, kamailio: Kamailio
) -> None:
    carol = phone_page("carol", context=new_context(permissions=("microphone",)))
    carol.register()
    carol.make_call("ben", video=True)
    ben.wait_event("ringingin")
    ben.call_method("answer", None, {"video": True})
    carol.wait_event("answer")
    carol.ears.wait_sound()
    ben.ears.wait_sound()
    carol.ears.wait_video()
    assert carol.ears.totals()["framesSent"] == 0


def test_a_refused_microphone_refuses_the_call(
    new_context: Callable[..., BrowserContext], phone_page: Open, ben: PhonePage, kamailio: Kamailio
) -> None:
    carol = phone_page("carol", context=new_context(permissions=("camera",)))
    carol.register()
    assert carol.rejection("makeCall", "ben").code == "mic_denied"
    assert carol.calls() == []

    ben.make_call("carol")
    carol.wait_event("ringingin")
    assert carol.rejection("answer").code == "mic_denied"
    assert carol.calls()[0]["state"] == "ringing"
    carol.call_method("reject")
    assert ben.wait_event("end")["disposition"] == "busy"


def test_jssip_is_called(anna: PhonePage, jssip_page: Jssip) -> None:
    carol = jssip_page("carol")
    carol.register()
    anna.make_call("carol")
    assert carol.wait_event("incoming")["from"] == "sip:anna@127.0.0.1"
    carol.answer()
    anna.wait_event("answer")
    carol.wait_event("confirmed")
    anna.ears.wait_sound()
    carol.ears.wait_sound()
    carol.hang_up()
    assert anna.wait_event("end")["endedBy"] == "remote"


def test_jssip_calls(anna: PhonePage, jssip_page: Jssip) -> None:
    carol = jssip_page("carol")
    carol.register()
    carol.call("anna", video=True)
    assert anna.wait_event("ringingin")["from"]["number"] == "carol"
    anna.call_method("answer", None, {"video": True})
    carol.wait_event("confirmed")
    anna.ears.wait_sound()
    carol.ears.wait_sound()
    anna.ears.wait_video()
    carol.ears.wait_video()
    anna.call_method("hangup")
    assert carol.wait_event("ended")["by"] == "remote"


def test_early_media_is_heard_and_silences_the_local_ringback(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("early_media", media_port=rtp_peer.port)
    before = tones_begun(anna.page)
    anna.make_call(script.number)
    early = anna.wait_event("ringingout")
    assert (early["stage"], early["sipCode"], early["state"]) == ("earlymedia", 183, "early")
    anna.ears.wait_sound()
    assert tones_begun(anna.page) == before
    assert not anna.details("answer")
    script.go_on("SIP/2.0 183")
    anna.wait_event("answer")
    rtp_peer.wait_sound(AUDIBLE)
    anna.call_method("hangup")
    script.finish()


def test_a_peer_that_rings_without_sound_gets_a_local_ringback(
    anna: PhonePage, sipp: Script
) -> None:
    script = sipp("ring")
    before = tones_begun(anna.page)
    anna.make_call(script.number)
    anna.wait_event("ringingout")
    wait_tone(anna.page, since=before)
    anna.call_method("hangup")
    wait_no_tone(anna.page)
    script.finish()


def test_a_call_without_an_offer_is_answered_with_one(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("call_without_offer", target="anna", media_port=rtp_peer.port)
    ringing = anna.wait_event("ringingin")
    assert (
        ringing["from"] | {"displayName": "Trunk Caller", "number": "+15550100"}
        == (ringing["from"])
    )
    anna.call_method("answer")
    anna.ears.wait_sound()
    rtp_peer.wait_sound(AUDIBLE)
    script.go_on()
    assert anna.wait_event("end")["endedBy"] == "remote"
    script.finish()
