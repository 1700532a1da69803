"""Hold and resume, asked for here and by the other side, as the peers and the wire see them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from interop.baresip import Baresip
from interop.jssip_page import JssipPage
from interop.rtp import RtpPeer
from interop.sipp import Sipp
from interop.sound import AUDIBLE, SILENT
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = pytest.mark.interop

Jssip = Callable[..., JssipPage]
Script = Callable[..., Sipp]


def test_hold_and_resume_go_over_the_wire(anna: PhonePage, sipp: Script, rtp_peer: RtpPeer) -> None:
    script = sipp("hold", media_port=rtp_peer.port)
    call = anna.make_call(script.number)
    anna.wait_event("answer")
    rtp_peer.wait_sound(AUDIBLE)

    held = anna.call_method("hold", call["id"])
    assert (held["state"], held["heldBy"]) == ("held", "local")
    assert anna.wait_event("hold")["by"] == "local"
    assert anna.active_call()["muted"] is False
    rtp_peer.wait_silence(SILENT)
    anna.call_method("hold", call["id"])

    resumed = anna.call_method("resume", call["id"])
    assert (resumed["state"], resumed["heldBy"]) == ("active", None)
    assert anna.wait_event("resume")["by"] == "local"
    rtp_peer.wait_sound(AUDIBLE)
    anna.ears.wait_sound()

    anna.call_method("hangup")
    assert anna.wait_event("end")["holdSeconds"] > 0
    script.finish()
    offers = [message.header("CSeq") for message in script.received("INVITE")]
    assert len(set(offers)) == 3


def test_hold_without_an_id_toggles(anna: PhonePage, ben: PhonePage) -> None:
    _call(anna, ben)
    anna.call_method("hold")
    assert ben.wait_event("hold")["by"] == "remote"
    wait_until(lambda: ben.ears.silence(0.5) < 0.001, "silence at ben")
    anna.call_method("hold")
    assert ben.wait_event("resume")["by"] == "remote"
    anna.ears.wait_sound()
    ben.ears.wait_sound()


def test_a_call_held_by_both_is_free_when_both_have_resumed(
    anna: PhonePage, ben: PhonePage
) -> None:
    _call(anna, ben)
    anna.call_method("hold")
    ben.wait_event("hold")
    ben.call_method("hold", ben.active_call()["id"])
    anna.wait_event("hold", lambda detail: detail["by"] == "remote")
    assert anna.active_call()["heldBy"] == ben.active_call()["heldBy"] == "both"

    anna.call_method("resume")
    ben.wait_event("resume", lambda detail: detail["by"] == "remote")
    assert anna.active_call()["heldBy"] == "remote"
    assert ben.active_call()["heldBy"] == "local"
    ben.call_method("resume")
    anna.wait_event("resume", lambda detail: detail["by"] == "remote")
    assert anna.active_call()["heldBy"] is ben.active_call()["heldBy"] is None
    anna.ears.wait_sound()
    ben.ears.wait_sound()


def test_jssip_holds_us_and_resumes(anna: PhonePage, jssip_page: Jssip) -> None:
    carol = jssip_page("carol")
    carol.register()
    carol.call("anna")
    anna.wait_event("ringingin")
    anna.call_method("answer")
    carol.wait_event("confirmed")
    carol.ears.wait_sound()

    carol.hold()
    held = anna.wait_event("hold")
    assert (held["by"], held["heldBy"], held["state"]) == ("remote", "remote", "held")
    wait_until(lambda: anna.ears.silence(0.5) < 0.001, "silence at anna")
    carol.resume()
    resumed = anna.wait_event("resume")
    assert (resumed["by"], resumed["heldBy"], resumed["state"]) == ("remote", None, "active")
    carol.ears.wait_sound()
    anna.ears.wait_sound()


def test_we_hold_jssip_and_resume(anna: PhonePage, jssip_page: Jssip) -> None:
    carol = jssip_page("carol")
    carol.register()
    anna.make_call("carol")
    carol.wait_event("incoming")
    carol.answer()
    anna.wait_event("answer")
    carol.wait_event("confirmed")
    anna.call_method("hold")
    assert carol.wait_event("hold")["by"] == "remote"
    anna.call_method("resume")
    assert carol.wait_event("unhold")["by"] == "remote"
    carol.ears.wait_sound()


def test_baresip_holds_us_and_resumes(anna: PhonePage, baresip: Baresip) -> None:
    anna.make_call("baresip")
    anna.wait_event("answer")
    anna.ears.wait_sound()
    baresip.hold()
    assert anna.wait_event("hold")["by"] == "remote"
    baresip.resume()
    assert anna.wait_event("resume")["by"] == "remote"
    # What baresip hears is not known any more: it records nothing after a re-INVITE.
    anna.ears.wait_sound()


def test_a_refused_hold_leaves_the_call_as_it_was(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("refuse_hold", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("answer")
    rtp_peer.wait_sound(AUDIBLE)
    refused = anna.rejection("hold")
    assert (refused.code, refused.sip_code) == ("media_failed", 488)
    assert refused.message and refused.hint
    assert anna.active_call()["state"] == "active"
    assert anna.active_call()["heldBy"] is None
    assert not anna.details("hold")
    heard = len(rtp_peer.sound())
    rtp_peer.wait_packets(50)
    assert len(rtp_peer.sound()) > heard
    rtp_peer.wait_sound(AUDIBLE)
    anna.ears.wait_sound()
    anna.call_method("hangup")
    script.finish()


def test_a_second_call_holds_the_first_and_swap_changes_them(
    anna: PhonePage, ben: PhonePage, baresip: Baresip
) -> None:
    first = _call(anna, ben)
    second = anna.make_call("baresip")
    anna.wait_state("active", second["id"])
    anna.wait_state("held", first["id"])
    assert ben.wait_event("hold")["by"] == "remote"
    baresip.wait_sound(AUDIBLE)

    anna.call_method("swap")
    anna.wait_state("held", second["id"])
    anna.wait_state("active", first["id"])
    assert anna.active_call()["id"] == first["id"]
    ben.ears.wait_sound()
    anna.call_method("hangupAll")
    assert len(anna.details("end")) == 2


def _call(caller: PhonePage, called: PhonePage) -> dict[str, Any]:
    """A call that is heard at both ends."""
    call = caller.make_call(str(called.id))
    called.wait_event("ringingin")
    called.call_method("answer")
    caller.wait_event("answer")
    caller.ears.wait_sound()
    called.ears.wait_sound()
    return call
