"""How our phone's calls end, on either side, and the one record that each of them leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from interop.kamailio import Kamailio
from interop.rtp import RtpPeer
from interop.sipp import Sipp
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = pytest.mark.interop

Open = Callable[..., PhonePage]
Script = Callable[..., Sipp]

# The microphone opens when the test says so: the person looks for the button to allow it.
SLOW_MICROPHONE = """
(() => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (wishes) => {
    window.__asked = true;
    await new Promise((allow) => { window.__allow = allow; });
    return open(wishes);
  };
})();
"""


def test_an_answered_call_is_recorded_at_both_ends(
    anna: PhonePage, ben: PhonePage, kamailio: Kamailio
) -> None:
    call = anna.make_call("ben")
    ben.wait_event("ringingin")
    ben.call_method("answer")
    anna.wait_event("answer")
    anna.ears.wait_sound()
    anna.call_method("hangup")
    made, taken = _record(anna), _record(ben)

    assert made["id"] == call["id"]
    assert made["callId"] == taken["callId"] == call["callId"]
    for record, direction, by in ((made, "outgoing", "local"), (taken, "incoming", "remote")):
        assert record["direction"] == direction
        assert record["disposition"] == "answered"
        assert record["endedBy"] == by
        assert record["sipCode"] == 200
        assert record["server"] == kamailio.ws_url
        assert record["codec"]
        assert record["talkSeconds"] > 0
        assert record["holdSeconds"] == 0
        assert record["from"]["uri"].startswith("sip:anna@")
        assert record["to"]["uri"].startswith("sip:ben@")
        assert record["transferredTo"] is None
    assert made["postDialDelayMs"] > 0
    assert taken["postDialDelayMs"] is None


def test_a_busy_line_is_told_and_recorded(anna: PhonePage, sipp: Script) -> None:
    script = sipp("refuse")
    anna.make_call(script.number)
    record = _record(anna)
    _check(record, "busy", "remote", 486)
    assert record["sipReason"] == "Busy Here"
    script.finish()


@pytest.mark.parametrize(
    ("target", "disposition", "status"),
    [
        ("nobody", "failed", 404),
        ("dave", "no-answer", 480),
        ("7603", "rejected", 603),
        ("7488", "failed", 488),
        ("7503", "failed", 503),
    ],
)
def test_a_call_that_cannot_be_made_is_recorded_with_its_reason(
    anna: PhonePage, target: str, disposition: str, status: int
) -> None:
    anna.make_call(target)
    record = _record(anna)
    _check(record, disposition, "remote", status)
    assert not anna.details("error")


def test_a_call_that_is_cancelled_while_it_rings(
    anna: PhonePage, ben: PhonePage, sipp: Script
) -> None:
    anna.make_call("ben")
    ben.wait_event("ringingin")
    anna.wait_event("ringingout")
    anna.call_method("hangup")
    _check(_record(anna), "cancelled", "local", 487)
    missed = _record(ben)
    _check(missed, "missed", "remote", 487)
    assert missed["sipReason"] == "Request Terminated"
    assert missed["ringSeconds"] > 0


def test_a_call_that_is_given_up_before_anything_came_back(anna: PhonePage, ben: PhonePage) -> None:
    dialled = anna.begin("makeCall", "ben")
    anna.outcome(dialled)
    anna.call_method("hangup")
    _check(_record(anna), "cancelled", "local", 487)
    wait_until(lambda: not ben.calls(), "ben to have no call")
    assert not ben.details("answer")


def test_a_rejected_call_is_recorded_at_both_ends(anna: PhonePage, ben: PhonePage) -> None:
    anna.make_call("ben")
    ringing = ben.wait_event("ringingin")
    ben.call_method("reject", ringing["id"])
    rejected = _record(ben)
    _check(rejected, "rejected", "local", 486)
    assert rejected["sipReason"] == "Busy Here"
    _check(_record(anna), "busy", "remote", 486)


def test_a_call_declined_with_603_is_not_a_busy_one(anna: PhonePage, sipp: Script) -> None:
    script = sipp("call_refused", target="anna", status="603")
    ringing = anna.wait_event("ringingin")
    anna.call_method("reject", ringing["id"], 603)
    _check(_record(anna), "rejected", "local", 603)
    script.finish()


def test_a_caller_that_gives_up_leaves_a_missed_call(anna: PhonePage, sipp: Script) -> None:
    script = sipp("call_and_cancel", target="anna")
    anna.wait_event("ringingin")
    script.go_on("SIP/2.0 180")
    record = _record(anna)
    assert (record["disposition"], record["endedBy"]) == ("missed", "remote")
    assert record["answeredAt"] is None
    script.finish()


def test_a_call_taken_on_another_phone_is_not_a_missed_one(
    anna: PhonePage, ben: PhonePage, phone_page: Open
) -> None:
    other = phone_page("ben")
    other.register()
    anna.make_call("ben")
    for phone in (ben, other):
        phone.wait_event("ringingin")
    ben.call_method("answer")
    anna.wait_event("answer")
    record = _record(other)
    _check(record, "answered-elsewhere", "remote", 487)
    anna.ears.wait_sound()


def test_an_answer_that_crosses_the_cancel_is_hung_up_at_once(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer_at_cancel", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("ringingout")
    anna.call_method("hangup")
    script.finish()
    record = _record(anna)
    assert (record["disposition"], record["endedBy"]) == ("cancelled", "local")
    assert not anna.details("answer")


def test_a_cancel_that_crosses_our_answer_ends_the_call(
    new_context: Callable[..., BrowserContext], phone_page: Open, sipp: Script
) -> None:
    context = new_context()
    context.add_init_script(SLOW_MICROPHONE)
    carol = phone_page("carol", context=context)
    carol.register()
    script = sipp("call_and_cancel", target="carol")
    carol.wait_event("ringingin")
    answering = carol.begin("answer")
    wait_until(lambda: carol.page.evaluate("window.__asked === true"), "the microphone's question")
    script.go_on("SIP/2.0 180")
    record = _record(carol)
    carol.page.evaluate("window.__allow()")
    script.finish()
    assert record["disposition"] == "missed"
    with pytest.raises(AssertionError, match="no_call"):
        carol.outcome(answering)
    assert not carol.details("answer")


def test_sipp_hangs_up(anna: PhonePage, sipp: Script, rtp_peer: RtpPeer) -> None:
    script = sipp("answer_and_hang_up", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("answer")
    anna.ears.wait_sound()
    script.go_on()
    _check(_record(anna), "answered", "remote", 200)
    script.finish()


@pytest.mark.parametrize("leave", ["close", "navigate"])
def test_a_page_that_goes_away_says_bye(
    phone_page: Open, sipp: Script, rtp_peer: RtpPeer, kamailio: Kamailio, leave: str
) -> None:
    script = sipp("answer", media_port=rtp_peer.port)
    carol = phone_page("carol")
    carol.register()
    call = carol.make_call(script.number)
    carol.wait_event("answer")
    carol.ears.wait_sound()
    if leave == "close":
        carol.page.close(run_before_unload=True)
    else:
        carol.page.goto("about:blank")
    script.finish()
    assert script.received("BYE")[0].header("Call-ID") == call["callId"]


def _record(phone: PhonePage) -> dict[str, Any]:
    """The record of the only call that has ended; its times are in order."""
    phone.wait_event("end")
    wait_until(lambda: not phone.calls(), f"{phone.id} to have no call")
    records = phone.details("end")
    assert len(records) == 1
    record = records[0]
    moments = [record[name] for name in ("startedAt", "ringingAt", "answeredAt", "endedAt")]
    told = [datetime.fromisoformat(moment) for moment in moments if moment is not None]
    assert all(moment.endswith("Z") for moment in moments if moment is not None)
    assert told == sorted(told)
    assert record["startedAt"]
    assert record["endedAt"]
    assert record["callId"]
    assert record["explanation"].endswith(".")
    assert (record["talkSeconds"] > 0) == (record["answeredAt"] is not None)
    return record


def _check(record: dict[str, Any], disposition: str, by: str, status: int) -> None:
    found = (record["disposition"], record["endedBy"], record["sipCode"])
    assert found == (disposition, by, status)
