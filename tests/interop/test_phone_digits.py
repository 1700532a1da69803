"""Digits pressed in a call: as RTP events, by INFO, fast, and those of the other side."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from interop.baresip import Baresip
from interop.jssip_page import JssipPage
from interop.rtp import RtpPeer
from interop.sipp import Sipp
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = [pytest.mark.interop, pytest.mark.timed]

Jssip = Callable[..., JssipPage]
Script = Callable[..., Sipp]


@pytest.mark.rfc("4733 §2.3", "digits go as events in the sound")
def test_keys_pressed_fast_arrive_as_events_in_order(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("answer")
    rtp_peer.wait_packets(10)
    pressed = [anna.begin("dialpadPress", key) for key in "1905*#"]
    for key in pressed:
        anna.outcome(key)
    rtp_peer.wait_keys("1905*#")
    assert all(digit.milliseconds >= 40 for digit in rtp_peer.digits())
    anna.call_method("sendDtmf", "77")
    rtp_peer.wait_keys("1905*#77")
    wait_until(lambda: len(anna.details("dtmf")) == 8, "eight dtmf events")
    told = [(detail["tone"], detail["by"]) for detail in anna.details("dtmf")]
    assert told == [(key, "local") for key in "1905*#77"]
    anna.call_method("hangup")
    script.finish()
    assert not script.received("INFO")


def test_keys_pressed_before_the_sound_flows_are_not_lost(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("answer")
    anna.call_method("sendDtmf", "42")
    rtp_peer.wait_keys("42")
    anna.call_method("hangup")
    script.finish()


def test_keys_by_info_go_one_after_the_other(anna: PhonePage, sipp: Script) -> None:
    script = sipp("answer")
    anna.make_call(script.number)
    anna.wait_event("answer")
    anna.call_method("sendDtmf", "1#", {"method": "info"})
    script.wait_message("received", "INFO", 2)
    wait_until(lambda: len(anna.details("dtmf")) == 2, "two dtmf events")
    anna.call_method("hangup")
    script.finish()
    first, second = script.received("INFO")
    for message, key in ((first, "1"), (second, "#")):
        assert message.header("Content-Type") == "application/dtmf-relay"
        assert f"Signal={key}" in message.text
    assert int(second.header("CSeq").split()[0]) > int(first.header("CSeq").split()[0])


def test_the_keys_of_baresip_do_not_disturb_the_call(
    anna: PhonePage, start_baresip: Callable[..., Baresip]
) -> None:
    dave = start_baresip("dave", codecs="PCMU/8000/1")
    anna.make_call("dave")
    anna.wait_event("answer")
    anna.ears.wait_sound()
    dave.press("5")
    anna.call_method("sendDtmf", "42")
    wait_until(lambda: dave.digits() == "42", "both keys at baresip")
    anna.ears.wait_sound()


def test_keys_that_jssip_sends_by_info_are_told(anna: PhonePage, jssip_page: Jssip) -> None:
    carol = jssip_page("carol")
    carol.register()
    carol.call("anna")
    anna.wait_event("ringingin")
    anna.call_method("answer")
    carol.wait_event("confirmed")
    carol.press("8", "INFO")
    told = anna.wait_event("dtmf")
    assert (told["tone"], told["by"]) == ("8", "remote")


def test_keys_without_a_call_are_typed(anna: PhonePage) -> None:
    anna.call_method("dialpadPress", "8")
    assert anna.wait_event("numberchange")["number"].endswith("8")
    assert anna.rejection("sendDtmf", "8").code == "no_call"
