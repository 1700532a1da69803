"""The seven events of the specification: as handler property and as listener, with their details."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from page.phone_page import PhonePage
from page.ports import LOOPBACK, free_port, wait_until
from page.server import Server
from page.spec import account, add_phone, hang_up, put_back, remove_phones, ring, talk

pytestmark = pytest.mark.browser

CALL = {
    "id",
    "callId",
    "state",
    "direction",
    "from",
    "to",
    "displayName",
    "startedAt",
    "answeredAt",
    "muted",
    "heldBy",
    "codec",
    "video",
    "headers",
    "verstat",
    "timings",
    "conference",
    "recordedBy",
    "processed",
}
RECORD = {
    "id",
    "callId",
    "sessionId",
    "direction",
    "from",
    "to",
    "displayName",
    "startedAt",
    "ringingAt",
    "answeredAt",
    "endedAt",
    "postDialDelayMs",
    "ringSeconds",
    "talkSeconds",
    "holdSeconds",
    "disposition",
    "endedBy",
    "sipCode",
    "sipReason",
    "q850",
    "explanation",
    "transferredTo",
    "server",
    "codec",
    "quality",
    "recordingId",
    "repairs",
    "outcome",
    "note",
    "timings",
}

# Each event by its handler, by a listener on the phone, by on(), and on the body if it gets there.
HEAR = """
([id, handlers]) => {
  const phone = document.getElementById(id);
  window.__heard = [];
  window.__deaf?.abort(); // the body outlives the phone of the test before
  window.__deaf = new AbortController();
  const {signal} = window.__deaf;
  const note = (how, name, event, detail) => window.__heard.push({how, name, detail: __plain(detail),
    same: event.detail === detail, type: event.type, target: event.target.id,
    composed: event.composed, isError: detail instanceof Error});
  for (const [name, handler] of Object.entries(handlers)) {
    phone[handler] = function (detail, event) {
      note(this === phone ? "handler" : "stranger", name, event, detail);
    };
    phone.addEventListener(name, (event) => note("listener", name, event, event.detail));
    phone.on(name, (detail, event) => note("on", name, event, detail));
    document.body.addEventListener(name, (event) => note("body", name, event, event.detail), {signal});
  }
  window.addEventListener("error", () => window.__heard.push({how: "window", name: "error"}), {signal});
}
"""
HANDLERS = {
    "answer": "onAnswer",
    "ringingout": "onRingingOut",
    "ringingin": "onRingingIn",
    "end": "onEnd",
    "registered": "onRegistered",
    "unregistered": "onUnregistered",
    "error": "onError",
}


@pytest.fixture
def phone(anna: PhonePage, server: Server) -> Iterator[PhonePage]:
    """A second phone on anna's page, so that its listeners go with it; she is carol."""
    carol = add_phone(anna, "carol", account(server, "carol"))
    carol.page.evaluate(HEAR, ["carol", HANDLERS])
    carol.register()
    yield carol
    carol.call_method("hangupAll")
    remove_phones(anna)
    put_back(anna, server, "anna")


def heard(phone: PhonePage, name: str, count: int = 1) -> list[dict[str, Any]]:
    """The details of an event; handler, listener, on() and, where it bubbles, body got the same."""
    ways = ["handler", "listener", "on"] + (["body"] if name != "error" else [])

    def all_told() -> list[dict[str, Any]]:
        return [each for each in phone.page.evaluate("__heard") if each["name"] == name]

    wait_until(lambda: len(all_told()) >= count * len(ways), f"{count} {name} heard in every way")
    told = all_told()
    assert sorted({each["how"] for each in told}) == sorted(ways)
    for each in told:
        assert each["same"], "handlers get (detail, event)"
        assert each["composed"]
        assert (each["type"], each["target"]) == (name, "carol")
    by_way = [[each["detail"] for each in told if each["how"] == way] for way in ways]
    assert all(details == by_way[0] for details in by_way)
    return by_way[0]


def test_on_answer(phone: PhonePage, ben: PhonePage) -> None:
    talk(phone, ben)
    (out,) = heard(phone, "answer")
    assert set(out) == CALL | {"answeredBy"}
    assert (out["answeredBy"], out["direction"], out["state"]) == ("remote", "outgoing", "active")
    assert out["to"] == {"uri": "sip:ben@127.0.0.1", "number": "ben", "displayName": ""}
    assert out["answeredAt"] >= out["startedAt"]
    assert out["codec"]
    hang_up(phone, ben)
    talk(ben, phone)
    _, taken = heard(phone, "answer", 2)
    assert (taken["answeredBy"], taken["direction"]) == ("local", "incoming")
    assert taken["from"]["number"] == "ben"
    hang_up(phone, ben)


def test_on_ringing_out_for_180(phone: PhonePage, ben: PhonePage) -> None:
    ring(phone, ben)
    (first, *_) = heard(phone, "ringingout")
    assert set(first) == CALL | {"stage", "sipCode"}
    assert (first["stage"], first["sipCode"], first["state"]) == ("ringing", 180, "ringing")
    phone.call_method("hangup")
    phone.wait_event("end")


def test_on_ringing_in(phone: PhonePage, ben: PhonePage) -> None:
    lines = {
        "Alert-Info": "<urn:alert:source:internal>",
        "Diversion": '"Desk" <sip:desk@127.0.0.1>;reason=no-answer',
    }
    ring(ben, phone, headers=lines)
    (ringing,) = heard(phone, "ringingin")
    assert set(ringing) == CALL | {"alertInfo", "forwardedFrom"}
    assert (ringing["direction"], ringing["state"]) == ("incoming", "ringing")
    assert ringing["from"]["number"] == "ben"
    assert ringing["alertInfo"] == "<urn:alert:source:internal>"
    assert ringing["verstat"] is None
    assert ringing["forwardedFrom"] == {
        "uri": "sip:desk@127.0.0.1",
        "number": "desk",
        "displayName": "Desk",
    }
    (event,) = [each for each in phone.events() if each["name"] == "ringingin"]
    assert event["cancelable"] is True
    phone.call_method("reject")
    assert ben.wait_event("end")["disposition"] == "busy"


def test_on_end(phone: PhonePage, ben: PhonePage, server: Server) -> None:
    talk(phone, ben)
    hang_up(ben, phone)
    (record,) = heard(phone, "end")
    assert set(record) == RECORD
    assert set(record["quality"]) == {"mos", "loss", "jitterMs", "rttMs"}
    assert (record["disposition"], record["endedBy"]) == ("answered", "remote")
    assert record["server"] == server.ws_url
    times = [record[f"{name}At"] for name in ("started", "ringing", "answered", "ended")]
    assert times == sorted(times)
    assert all(time.endswith("Z") for time in times)
    phone.make_call("7486")
    _, busy = heard(phone, "end", 2)
    assert (busy["disposition"], busy["sipCode"]) == ("busy", 486)
    assert not phone.details("error"), "a call's outcome is no fault"


def test_on_registered(phone: PhonePage, server: Server) -> None:
    expected = {"server": server.ws_url, "expires": 600, "aor": "sip:carol@127.0.0.1"}
    assert heard(phone, "registered") == [expected]
    phone.call_method("unregister")
    phone.call_method("register")
    assert heard(phone, "registered", 2) == [expected, expected]


def test_on_unregistered(phone: PhonePage) -> None:
    phone.call_method("unregister")
    assert heard(phone, "unregistered") == [{"reason": "user", "willRetry": False}]
    assert phone.state() == "connected"


def test_on_error_which_does_not_reach_the_page_around(phone: PhonePage) -> None:
    nowhere = f"ws://{LOOPBACK}:{free_port()}"
    phone.call_method("setConfig", {"host": nowhere})
    (error,) = heard(phone, "error")
    assert error["name"] == "WebPhoneError"
    assert error["code"] == "connection_failed"
    assert error["message"].endswith(".") and error["hint"].endswith(".")
    told = phone.page.evaluate("__heard.filter(({name}) => name === 'error')")
    assert {each["how"] for each in told} == {"handler", "listener", "on"}
    assert all(each["isError"] for each in told)


def test_a_handler_can_be_replaced_and_taken_away(phone: PhonePage) -> None:
    phone.page.evaluate(
        """() => {
          const carol = document.getElementById("carol");
          window.__second = 0;
          carol.onUnregistered = () => { window.__second += 1; };
        }"""
    )
    phone.call_method("unregister")
    phone.wait_event("unregistered")
    assert phone.page.evaluate("__second") == 1
    assert phone.page.evaluate("__heard.filter(({how}) => how === 'handler').length") == 1
    phone.page.evaluate("() => { document.getElementById('carol').onUnregistered = null; }")
    phone.call_method("register")
    phone.forget_events()
    phone.call_method("unregister")
    phone.wait_event("unregistered")
    assert phone.page.evaluate("__second") == 1
    assert phone.get("onUnregistered") is None


def test_a_handler_that_fails_harms_neither_the_phone_nor_its_call(
    phone: PhonePage, ben: PhonePage
) -> None:
    phone.page.evaluate(
        """() => {
          const carol = document.getElementById("carol");
          for (const handler of ["onRingingOut", "onAnswer", "onEnd"])
            carol[handler] = () => { throw new Error("the page's own mistake"); };
        }"""
    )
    talk(phone, ben)
    phone.ears.wait_sound()
    hang_up(phone, ben)
    assert phone.state() == "registered"
    assert not phone.details("error")
