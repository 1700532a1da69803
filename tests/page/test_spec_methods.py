"""When the methods' promises settle, how they toggle, and what is asked before Python is up."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from page.phone_page import PhonePage
from page.ports import LOOPBACK, free_port, wait_until
from page.server import Server
from page.spec import (
    account,
    add_phone,
    at_rest,
    button,
    hang_up,
    ring,
    screen,
    still_talking,
    talk,
)

pytestmark = pytest.mark.browser
Open = Callable[..., PhonePage]


# --- When a promise settles -----------------------------------------------------------------------


def test_connect_opens_the_socket_and_registers_nothing(phone: PhonePage, server: Server) -> None:
    dead = f"ws://{LOOPBACK}:{free_port()}"
    carol = add_phone(
        phone, "carol", {**account(server, "carol"), "host": f"{dead},{server.ws_url}"}
    )
    carol.call_method("connect")
    assert carol.state() == "connected"
    assert [detail["server"] for detail in carol.details("connecting")] == [dead, server.ws_url]
    assert not carol.details("registered")
    carol.call_method("disconnect")
    assert carol.state() == "offline"

    carol.call_method("setConfig", {"host": f"{dead},{dead}/second"})
    refused = carol.rejection("connect")
    assert refused.code == "connection_failed"
    assert refused.hint
    tried = [detail["server"] for detail in carol.details("connecting")[2:]]
    assert tried[:2] == [dead, f"{dead}/second"]


def test_make_call_resolves_once_the_invite_is_out_whatever_becomes_of_it(
    phone: PhonePage, server: Server
) -> None:
    for number, disposition in (("7486", "busy"), ("7603", "rejected"), ("7404", "failed")):
        call = phone.make_call(number)
        assert (call["state"], call["direction"]) == ("dialling", "outgoing")
        assert call["to"]["number"] == number
        wait_until(
            lambda call=call: any(f"Call-ID: {call['callId']}" in m.text for m in server.wire()),
            "the INVITE at the server",
        )
        record = phone.wait_event("end", lambda record, call=call: record["id"] == call["id"])
        assert record["disposition"] == disposition
    assert not phone.details("error")


def test_make_call_rejects_when_nothing_goes_out(phone: PhonePage, server: Server) -> None:
    fresh = add_phone(phone, "fresh", {})
    assert fresh.rejection("makeCall", "100").code == "not_configured"
    before = _invites(server)
    assert phone.rejection("makeCall").code == "invalid_number"
    assert phone.rejection("makeCall", "not a number").code == "invalid_number"
    phone.prevent("beforedial")
    assert phone.rejection("makeCall", "ben").code == "cancelled"
    assert phone.wait_event("beforedial")["target"] == "ben"
    phone.prevent()
    assert not phone.details("end")
    assert _invites(server) == before


def test_answer_resolves_with_the_call_once_the_200_is_sent(
    phone: PhonePage, ben: PhonePage
) -> None:
    ringing = ring(ben, phone)
    answered = phone.call_method("answer", ringing["id"])
    assert (answered["id"], answered["state"]) == (ringing["id"], "active")
    assert answered["answeredAt"]
    ben.wait_event("answer")
    assert phone.rejection("answer").code == "no_call"
    hang_up(phone, ben)


def test_hold_and_resume_settle_with_the_final_answer_to_the_re_invite(
    phone: PhonePage, ben: PhonePage
) -> None:
    call = talk(phone, ben)["callId"]
    id = phone.active_call()["id"]
    held = phone.call_method("hold", id)
    assert (held["callId"], held["state"], held["heldBy"]) == (call, "held", "local")
    assert ben.wait_event("hold")["by"] == "remote"
    assert phone.call_method("hold", id)["heldBy"] == "local"
    resumed = phone.call_method("resume", id)
    assert (resumed["state"], resumed["heldBy"]) == ("active", None)
    assert phone.call_method("resume", id)["heldBy"] is None
    assert len(ben.details("hold")) == len(ben.details("resume")) == 1
    hang_up(phone, ben)


def test_hang_up_settles_at_once_in_every_stage(phone: PhonePage, ben: PhonePage) -> None:
    ring(phone, ben)
    phone.call_method("hangup")
    assert phone.wait_event("end")["disposition"] == "cancelled"
    assert ben.wait_event("end")["disposition"] == "missed"
    ring(ben, phone)
    phone.call_method("hangup")
    assert ben.wait_event("end", lambda record: record["direction"] == "outgoing")["sipCode"] == 486
    talk(phone, ben)
    phone.call_method("hangupAll")
    phone.wait_event("end", lambda record: record["disposition"] == "answered")
    assert phone.call_method("hangupAll") is None
    assert phone.rejection("hangup").code == "no_call"


NOTHING_TO_DO = [
    *("answer", "reject", "hangup", "hold", "resume", "swap", "mute", "unmute"),
    *(("redirect", "x", "100"), ("sendDtmf", "1")),
]


@pytest.mark.parametrize("asked", NOTHING_TO_DO, ids=str)
def test_without_a_call_its_methods_say_so(phone: PhonePage, asked: str | tuple[str, ...]) -> None:
    name, *given = (asked,) if isinstance(asked, str) else asked
    refused = phone.rejection(name, *given)
    assert refused.code == "no_call"
    assert refused.message and refused.hint


# --- As the specification's own pages use them ----------------------------------------------------


def test_hold_and_mute_without_arguments_toggle(phone: PhonePage, ben: PhonePage) -> None:
    talk(phone, ben)
    for turn in (1, 2):
        assert phone.call_method("mute") is True
        assert phone.active_call()["muted"] is True
        assert phone.call_method("mute") is False
        assert phone.active_call()["muted"] is False
        phone.call_method("hold")
        assert phone.calls()[0]["heldBy"] == "local"
        phone.call_method("hold")
        assert phone.calls()[0]["heldBy"] is None
        assert len(ben.details("hold")) == len(ben.details("resume")) == turn
    for wanted in (True, True, False, False):
        assert phone.call_method("mute", wanted) is wanted
        assert phone.active_call()["muted"] is wanted
    phone.call_method("mute", True)
    assert phone.call_method("unmute") is False
    assert phone.call_method("unmute") is False
    assert [len(phone.details(name)) for name in ("mute", "unmute")] == [4, 4]
    hang_up(phone, ben)


def test_dialpad_press_types_when_idle_and_sends_digits_in_a_call(
    phone: PhonePage, ben: PhonePage
) -> None:
    for key in "*0123456789#":
        phone.call_method("dialpadPress", key)
    field = screen(phone).locator("[part=number-input]")
    expect(field).to_have_value("*0123456789#")
    assert not phone.details("dtmf")
    talk(phone, ben)
    phone.call_method("dialpadPress", "5")
    phone.call_method("dialpadPress", 9)
    assert phone.wait_event("dtmf")["by"] == "local"
    phone.wait_event("dtmf", lambda detail: detail["tone"] == "9")
    assert [detail["tone"] for detail in phone.details("dtmf")] == ["5", "9"]
    hang_up(phone, ben)
    at_rest(phone)
    expect(field).to_have_value("*0123456789#")
    field.fill("")


def test_hide_and_show_leave_the_call_alone(phone: PhonePage, ben: PhonePage) -> None:
    talk(phone, ben)
    expect(button(phone, "Hang up")).to_be_visible()
    phone.call_method("hide")
    expect(screen(phone)).to_be_hidden()
    still_talking(phone, ben)
    phone.call_method("hide")
    phone.call_method("show")
    expect(button(phone, "Hang up")).to_be_visible()
    hang_up(phone, ben)


PAGE_BUILDER = """
<p id="log"></p>
<button id="go">Call support</button>
<script>
  const webphone = WebPhone.get("webphone1");
  const log = (text) => { document.querySelector("#log").append(text + " "); };
  webphone.onRegistered = () => log("registered");
  webphone.onUnregistered = () => log("unregistered");
  webphone.onRingingOut = (detail) => log("ringing-out:" + detail.to.number);
  webphone.onRingingIn = async (detail) => { log("ringing-in:" + detail.from.number); await webphone.answer(); };
  webphone.onAnswer = (detail) => log("answer:" + detail.answeredBy);
  webphone.onEnd = (cdrDetails) => log("end:" + cdrDetails.disposition);
  webphone.onError = (error) => log("error:" + error.code);
  async function mounted() {
    webphone.hide();
    await webphone.setConfig({wsServers: "SERVERS", username: "dave", password: "SECRET",
      displayName: "Website visitor", cli: "5550100", realm: "127.0.0.1"});
    await webphone.register();
    webphone.show();
    log("mounted");
  }
  document.querySelector("#go").onclick = async () => {
    for (const digit of "123") await webphone.dialpadPress(digit);
    await webphone.makeCall("ben");
  };
  mounted();
</script>
"""


def test_a_page_of_the_page_builder_runs_as_it_is(
    phone_page: Open, ben: PhonePage, server: Server
) -> None:
    """The order of its verbs is that of the page builder's own documentation."""
    script = PAGE_BUILDER.replace("SERVERS", f"ws://{LOOPBACK}:{free_port()},{server.ws_url}")
    script = script.replace("SECRET", server.users["dave"])
    page = phone_page(id="webphone1", after=script, auto_register="true")
    log = page.page.locator("#log")
    expect(log).to_contain_text("registered mounted")
    expect(screen(page)).to_be_visible()

    page.page.locator("#go").click()
    ringing = ben.wait_event("ringingin")
    assert ringing["from"] == {
        "uri": "sip:5550100@127.0.0.1",
        "number": "5550100",
        "displayName": "Website visitor",
    }
    ben.call_method("answer")
    expect(log).to_contain_text("ringing-out:ben answer:remote")
    for verb in ("hold", "hold", "mute", "mute"):
        page.call_method(verb)
    still_talking(page, ben)
    hang_up(page, ben)
    expect(log).to_contain_text("end:answered")

    ben.forget_events()
    ben.make_call("dave")
    ben.wait_event("answer")
    expect(log).to_contain_text("ringing-in:ben answer:local")
    page.call_method("dialpadPress", "1")
    hang_up(ben, page)
    page.call_method("unregister")
    expect(log).to_contain_text("end:answered unregistered")
    expect(log).not_to_contain_text("error")


# --- Before Python is up, twice, and side by side -------------------------------------------------

EARLY = """
<script src="/dist/webphone.js"></script>
<script>
  window.__order = [];
  const given = ACCOUNT;
  const asked = (phone, name, ...args) => phone[name](...args).then(
    () => __order.push(phone.id + "." + name), (error) => __order.push(phone.id + "." + name + ":" + error.code));
  const [carol, dave] = [document.getElementById("carol"), document.getElementById("dave")];
  asked(carol, "register");
  asked(carol, "setConfig", given.carol);
  asked(carol, "register");
  asked(carol, "makeCall", "7499");
  asked(carol, "hangup");
  asked(carol, "mute");
  asked(dave, "setConfig", given.dave);
  asked(dave, "register");
  asked(dave, "makeCall", "7486");
  asked(dave, "ready");
</script>
"""


@pytest.fixture
def early(phone_page: Open, server: Server) -> PhonePage:
    """Two phones on a page with the script twice, asked for all at once before Python is up."""
    given = {name: account(server, name) for name in ("carol", "dave")}
    after = '<web-phone id="dave"></web-phone>' + EARLY.replace("ACCOUNT", json.dumps(given))
    return phone_page(id="carol", after=after)


def test_what_is_asked_before_python_is_up_runs_in_order_and_phones_keep_apart(
    early: PhonePage, server: Server
) -> None:
    carol, dave = early, early.beside("dave")
    wait_until(lambda: len(_order(early)) >= 10, "all promises to settle")
    order = _order(early)
    assert [each for each in order if each.startswith("carol")] == [
        "carol.makeCall:cancelled",
        "carol.hangup",
        "carol.register:not_configured",
        "carol.setConfig",
        "carol.mute:no_call",
        "carol.register",
    ]
    of_dave = [each for each in order if each.startswith("dave")]
    assert of_dave[:2] == ["dave.setConfig", "dave.ready"]
    # Each of these settles with an answer of the server or of the browser: whichever is sooner.
    assert {*of_dave[2:]} == {"dave.register", "dave.makeCall"}
    assert dave.wait_event("end")["sipCode"] == 486
    assert not carol.details("end")
    numbers = [m.first_line for m in server.wire() if m.first_line.startswith("INVITE")]
    assert any("7486" in line for line in numbers)
    assert not any("7499" in line for line in numbers)

    libraries = "performance.getEntriesByType('resource').filter(({name}) => name.endsWith('.zip'))"
    restored = "performance.getEntriesByName('webphone:restored').length"
    assert early.page.evaluate(f"{restored} || {libraries}.length") == 1, "Python starts once"
    assert early.console.errors == []
    talk(carol, dave)
    carol.ears.wait_sound()
    assert (len(carol.calls()), len(dave.calls())) == (1, 1)
    assert carol.calls()[0]["id"] != dave.calls()[0]["id"]
    carol.call_method("mute", True)
    assert dave.active_call()["muted"] is False
    carol.call_method("setConfig", {"showHangup": False})
    expect(button(carol, "Hang up")).to_be_hidden()
    expect(button(dave, "Hang up")).to_be_visible()
    hang_up(dave, carol)


def _order(phone: PhonePage) -> list[str]:
    found: list[str] = phone.page.evaluate("__order")
    return found


def _invites(server: Server) -> int:
    return sum(m.first_line.startswith("INVITE") for m in server.wire())
