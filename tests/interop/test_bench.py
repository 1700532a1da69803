"""The bench itself works: foreign phones call each other over the real components."""

from __future__ import annotations

import hashlib
import re
import socket
from collections.abc import Callable

import pytest

from interop.baresip import Baresip
from interop.jssip_page import JssipPage
from interop.kamailio import Kamailio
from interop.rtp import RtpPeer
from interop.rtpengine import Rtpengine
from interop.sipp import Sipp
from interop.sound import AUDIBLE, SILENT
from page.ports import LOOPBACK, wait_until

pytestmark = [pytest.mark.interop, pytest.mark.timed]

Open = Callable[..., JssipPage]
Script = Callable[..., Sipp]


def test_a_page_that_runs_jssip_registers_with_its_password(jssip_page: Open) -> None:
    alice = jssip_page("alice")
    alice.register()
    alice.unregister()
    assert [event["name"] for event in alice.events()] == [
        "connected",
        "registered",
        "unregistered",
        "disconnected",
    ]


def test_a_wrong_password_is_refused(jssip_page: Open) -> None:
    alice = jssip_page("alice")
    alice.start("not-her-password")
    assert alice.wait_event("registrationFailed")["status"] == 401


def test_the_other_kamailio_asks_for_sha_256(jssip_page: Open, kamailio_sha256: Kamailio) -> None:
    """JsSIP knows MD5 only, and so fails here."""
    alice = jssip_page("alice", at=kamailio_sha256)
    alice.start()
    alice.wait_event("registrationFailed")
    challenges = [m.text for m in kamailio_sha256.wire() if m.first_line.startswith("SIP/2.0 401")]
    assert challenges
    assert all("algorithm=SHA-256" in text for text in challenges)


def test_the_other_kamailio_accepts_a_sha_256_response(kamailio_sha256: Kamailio) -> None:
    challenge = _register(kamailio_sha256, "alice", "")
    realm, nonce = (re.search(rf'{key}="([^"]*)"', challenge)[1] for key in ("realm", "nonce"))

    def hashed(text: str) -> str:
        return hashlib.sha256(text.encode()).hexdigest()

    user = hashed(f"alice:{realm}:{kamailio_sha256.users['alice']}")
    request = hashed(f"REGISTER:sip:{kamailio_sha256.domain}")
    response = hashed(f"{user}:{nonce}:00000001:0a4f113b:auth:{request}")
    answer = _register(
        kamailio_sha256,
        "alice",
        f'Authorization: Digest username="alice", realm="{realm}", nonce="{nonce}", '
        f'uri="sip:{kamailio_sha256.domain}", response="{response}", algorithm=SHA-256, '
        'qop=auth, nc=00000001, cnonce="0a4f113b"\r\n',
    )
    assert answer.startswith("SIP/2.0 200")


def test_two_browsers_talk_to_each_other_without_rtpengine(
    jssip_page: Open, rtpengine: Rtpengine
) -> None:
    alice, bob = jssip_page("alice"), jssip_page("bob")
    alice.register()
    bob.register()
    before = rtpengine.call_ids()
    alice.call("bob")
    assert bob.wait_event("incoming")["from"] == "sip:alice@127.0.0.1"
    bob.answer()
    alice.wait_event("confirmed")
    alice.ears.wait_sound()
    bob.ears.wait_sound()
    assert rtpengine.call_ids() == before
    bob.hang_up()
    assert alice.wait_event("ended")["by"] == "remote"


def test_two_browsers_see_each_other(jssip_page: Open) -> None:
    alice, bob = jssip_page("alice"), jssip_page("bob")
    alice.register()
    bob.register()
    alice.call("bob", video=True)
    bob.wait_event("incoming")
    bob.answer(video=True)
    alice.wait_event("confirmed")
    alice.ears.wait_video()
    bob.ears.wait_video()
    alice.hang_up()


def test_a_browser_calls_baresip_and_each_hears_the_other(
    jssip_page: Open, baresip: Baresip, rtpengine: Rtpengine
) -> None:
    alice = jssip_page("alice")
    alice.register()
    already = baresip.mark()
    before = rtpengine.call_ids()
    alice.call("baresip")
    alice.wait_event("confirmed")
    baresip.wait_event("CALL_ESTABLISHED", since=already)
    alice.ears.wait_sound()
    baresip.wait_sound(AUDIBLE)
    (bridged,) = rtpengine.call_ids() - before

    alice.mute()
    baresip.wait_silence(SILENT)
    alice.unmute()
    baresip.wait_sound(AUDIBLE)

    alice.hang_up()
    baresip.wait_event("CALL_CLOSED", since=already)
    assert bridged not in rtpengine.call_ids()


def test_the_keys_of_a_browser_reach_a_plain_phone(
    jssip_page: Open, start_baresip: Callable[..., Baresip]
) -> None:
    """With PCMU: beside opus and telephone-event/8000, Chromium sends each key's end only."""
    dave = start_baresip("dave", codecs="PCMU/8000/1")
    alice = jssip_page("alice")
    alice.register()
    alice.call("dave")
    alice.wait_event("confirmed")
    dave.wait_sound(AUDIBLE)
    alice.press("42")
    wait_until(lambda: dave.digits() == "42", "both keys at baresip")
    dave.hang_up()
    assert alice.wait_event("ended")["by"] == "remote"


def test_baresip_calls_a_browser_and_hangs_up(jssip_page: Open, baresip: Baresip) -> None:
    bob = jssip_page("bob")
    bob.register()
    already = baresip.mark()
    baresip.dial("bob")
    bob.wait_event("incoming")
    bob.answer()
    baresip.wait_event("CALL_ESTABLISHED", since=already)
    bob.ears.wait_sound()
    baresip.wait_sound(AUDIBLE)
    baresip.hang_up()
    assert bob.wait_event("ended")["by"] == "remote"


def test_sipp_answers_a_browser_and_hangs_up(
    jssip_page: Open, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer_and_hang_up", media_port=rtp_peer.port)
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    alice.wait_event("confirmed")
    alice.ears.wait_sound()
    rtp_peer.wait_sound(AUDIBLE)
    script.go_on()
    assert alice.wait_event("ended")["by"] == "remote"
    script.finish()
    offer = script.received("INVITE")[0]
    assert "RTP/AVP" in offer.text
    assert "a=fingerprint" not in offer.text


def test_a_browser_hears_early_media(jssip_page: Open, sipp: Script, rtp_peer: RtpPeer) -> None:
    script = sipp("early_media", media_port=rtp_peer.port)
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    assert alice.wait_event("progress")["status"] == 183
    alice.ears.wait_sound()
    assert not any(event["name"] == "confirmed" for event in alice.events())
    script.go_on("SIP/2.0 183")
    alice.wait_event("confirmed")
    alice.hang_up()
    script.finish()


def test_a_call_without_an_offer_gets_its_answer_in_the_ack(
    jssip_page: Open, sipp: Script, rtp_peer: RtpPeer
) -> None:
    bob = jssip_page("bob")
    bob.register()
    script = sipp("call_without_offer", target="bob", media_port=rtp_peer.port)
    bob.wait_event("incoming")
    bob.answer()
    bob.wait_event("confirmed")
    bob.ears.wait_sound()
    rtp_peer.wait_sound(AUDIBLE)
    script.go_on()
    assert bob.wait_event("ended")["by"] == "remote"
    script.finish()


def test_a_bye_finds_the_browser_on_its_next_websocket(
    jssip_page: Open, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer_and_hang_up", media_port=rtp_peer.port)
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    alice.wait_event("confirmed")
    already = alice.mark()
    alice.drop_connection()
    alice.wait_event("registered", since=already)
    script.go_on()
    assert alice.wait_event("ended", since=already)["by"] == "remote"
    script.finish()


def test_the_keys_of_a_browser_arrive_as_telephone_events(
    jssip_page: Open, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer", media_port=rtp_peer.port)
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    alice.wait_event("confirmed")
    rtp_peer.wait_packets(10)
    alice.press("19*#")
    rtp_peer.wait_keys("19*#")
    assert all(digit.milliseconds >= 40 for digit in rtp_peer.digits())
    alice.mute()
    rtp_peer.wait_silence(SILENT)
    alice.info("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n")
    alice.hang_up()
    script.finish()
    assert "Signal=5" in script.received("INFO")[0].text


def test_a_busy_peer_is_told_apart_from_one_that_is_not_there(
    jssip_page: Open, sipp: Script, rtpengine: Rtpengine
) -> None:
    script = sipp("refuse")
    before = rtpengine.call_ids()
    alice = jssip_page("alice")
    alice.register()
    for target, status in ((script.number, 486), ("carol", 480), ("nobody", 404), ("7603", 603)):
        already = alice.mark()
        alice.call(target)
        assert alice.wait_event("failed", since=already)["status"] == status
    script.finish()
    assert rtpengine.call_ids() <= before


def test_a_call_that_is_cancelled_while_it_rings_reaches_the_peer_as_cancel(
    jssip_page: Open, sipp: Script
) -> None:
    script = sipp("ring")
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    alice.wait_event("progress")
    alice.hang_up()
    assert alice.wait_event("failed")["cause"] == "Canceled"
    script.finish()
    assert len(script.received("CANCEL")) == 1


def test_hold_and_resume_are_seen_on_the_wire(jssip_page: Open, sipp: Script) -> None:
    script = sipp("hold")
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    alice.wait_event("confirmed")
    alice.hold()
    alice.resume()
    alice.hang_up()
    script.finish()


def test_a_refused_hold_comes_back_to_the_browser(jssip_page: Open, sipp: Script) -> None:
    script = sipp("refuse_hold")
    alice = jssip_page("alice")
    alice.register()
    alice.call(script.number)
    alice.wait_event("confirmed")
    alice.page.evaluate("() => { peer.hold(); }")
    # JsSIP gives up the whole call then.
    assert alice.wait_event("ended")["by"] == "local"
    script.finish()


def test_sipp_calls_a_browser_and_either_side_hangs_up(
    jssip_page: Open, sipp: Script, rtp_peer: RtpPeer
) -> None:
    bob = jssip_page("bob")
    bob.register()
    for scenario, ends in (("call", "remote"), ("call_until_bye", "local")):
        already = bob.mark()
        script = sipp(scenario, target="bob", media_port=rtp_peer.port)
        bob.wait_event("incoming", since=already)
        bob.answer()
        bob.wait_event("confirmed", since=already)
        if ends == "local":
            bob.hang_up()
        else:
            script.go_on()
        assert bob.wait_event("ended", since=already)["by"] == ends
        script.finish()


def test_sipp_hears_that_a_browser_declines_and_can_give_up_itself(
    jssip_page: Open, sipp: Script
) -> None:
    bob = jssip_page("bob")
    bob.register()
    declined = sipp("call_refused", target="bob")
    bob.wait_event("incoming")
    bob.hang_up(486)
    declined.finish()

    already = bob.mark()
    given_up = sipp("call_and_cancel", target="bob")
    bob.wait_event("incoming", since=already)
    given_up.go_on("SIP/2.0 180")
    assert bob.wait_event("failed", since=already)["cause"] == "Canceled"
    given_up.finish()


def test_kamailio_comes_back_on_the_same_ports(
    jssip_page: Open, start_kamailio: Callable[..., Kamailio]
) -> None:
    kamailio = start_kamailio()
    alice = jssip_page("alice", at=kamailio)
    alice.register()
    kamailio.stop()
    alice.wait_event("disconnected")
    already = alice.mark()
    kamailio.start()
    alice.wait_event("registered", since=already)
    assert any(message.first_line.startswith("REGISTER") for message in kamailio.wire())


def test_kamailio_forgets_a_phone_whose_page_is_gone(jssip_page: Open, kamailio: Kamailio) -> None:
    carol = jssip_page("carol")
    carol.register()
    carol.close()
    alice = jssip_page("alice")
    alice.register()
    alice.call("carol")
    assert alice.wait_event("failed")["status"] in (480, 478, 477)


def _register(kamailio: Kamailio, user: str, authorization: str) -> str:
    """The answer to one REGISTER over UDP."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(5.0)
        line.connect((LOOPBACK, kamailio.udp_port))
        here = f"{LOOPBACK}:{line.getsockname()[1]}"
        line.send(
            f"REGISTER sip:{kamailio.domain} SIP/2.0\r\nVia: SIP/2.0/UDP {here};"
            f"branch=z9hG4bK{len(authorization)}\r\nMax-Forwards: 70\r\n"
            f"From: <{kamailio.uri(user)}>;tag=1\r\nTo: <{kamailio.uri(user)}>\r\n"
            f"Call-ID: {here}\r\nCSeq: {1 + len(authorization)} REGISTER\r\n"
            f"Contact: <sip:{user}@{here}>;expires=5\r\n{authorization}"
            "Content-Length: 0\r\n\r\n".encode()
        )
        return line.recv(65_535).decode()
