"""Each promise waits for the wire exactly as long as the contract says, and means the call it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import WebSocketRoute

from page import servers
from page.phone_page import PhonePage
from page.ports import wait_until
from page.server import Server
from page.spec import account, add_phone, hang_up, remove_phones, talk

pytestmark = pytest.mark.browser
Open = Callable[..., PhonePage]
FIRST_SCREEN = """
<script>
  const phone = document.getElementById("phone");
  window.drawn = phone.ready().then((value) => [value ?? null,
    performance.getEntriesByName("webphone:python").length,
    phone.shadowRoot.querySelectorAll("[data-screen=idle]").length,
    phone.shadowRoot.querySelectorAll("[data-shell]").length]);
</script>
"""


class Gate:
    """What the server says to a page, held back while it is shut."""

    def __init__(self, phone: PhonePage) -> None:
        self.shut = False
        self.held: list[tuple[WebSocketRoute, str | bytes]] = []
        phone.page.route_web_socket("**", self._passed)

    def open(self) -> None:
        self.shut = False
        for line, message in self.held:
            line.send(message)
        self.held.clear()

    def waits(self, phone: PhonePage, start: str) -> bool:
        """Whether a message that begins so is held back."""
        phone.state()  # gives the messages that came a chance to arrive
        return any(str(message).startswith(start) for _, message in self.held)

    def _passed(self, line: WebSocketRoute) -> None:
        def told(message: str | bytes) -> None:
            if self.shut:
                self.held.append((line, message))
            else:
                line.send(message)

        line.connect_to_server().on_message(told)


@pytest.fixture
def carol(phone_page: Open, server: Server) -> PhonePage:
    """A phone that is not registered yet."""
    return phone_page("carol")


@pytest.fixture
def gate(carol: PhonePage) -> Gate:
    """Before carol's phone has opened a socket."""
    return Gate(carol)


@pytest.fixture(scope="module")
def refusing_server() -> Iterator[str]:
    """Answers every request with 404."""
    with servers.refusing("404 No such customer") as url:
        yield url


def test_ready_means_that_python_has_drawn_its_first_screen(phone_page: Open) -> None:
    page = phone_page(ready=False, after=FIRST_SCREEN)
    assert page.page.evaluate("drawn") == [None, 1, 1, 0]


def test_connect_does_not_wait_for_sip_and_register_waits_for_its_2xx(
    carol: PhonePage, gate: Gate
) -> None:
    gate.shut = True
    carol.call_method("connect")
    registering = carol.begin("register")
    # 401 first: that is not the final answer.
    wait_until(lambda: gate.waits(carol, "SIP/2.0 401"), "the challenge")
    assert not carol.settled(registering)
    gate.open()
    gate.shut = True
    wait_until(lambda: gate.waits(carol, "SIP/2.0 200"), "the 200")
    assert not carol.settled(registering) and carol.state() == "registering"
    gate.open()
    carol.outcome(registering)
    assert carol.state() == "registered"


def test_register_rejects_with_what_the_server_said_and_a_remedy(
    carol: PhonePage, server: Server, refusing_server: str
) -> None:
    carol.call_method("setConfig", {"password": "wrong"})
    refused = carol.rejection("register")
    assert (refused.code, refused.sip_code) == ("auth_failed", 401)
    assert refused.message == "The server refuses the user name or the password."
    assert refused.hint == "Correct username and password."
    carol.call_method("setConfig", {"host": refusing_server})
    refused = carol.rejection("register")
    assert (refused.code, refused.sip_code) == ("register_failed", 404)
    assert "404 No such customer" in (refused.message or "") and refused.hint
    carol.call_method("setConfig", account(server, "carol"))
    carol.register()


def test_make_call_and_hangup_wait_for_no_answer(
    carol: PhonePage, gate: Gate, ben: PhonePage
) -> None:
    carol.register()
    gate.shut = True
    call = carol.make_call("ben")
    assert call["state"] == "dialling" and call["callId"]
    gate.open()
    ben.wait_event("ringingin")
    carol.wait_event("ringingout")
    gate.shut = True
    carol.call_method("hangup")
    record = carol.wait_event("end")
    assert (record["id"], record["disposition"]) == (call["id"], "cancelled")
    assert carol.calls() == []
    gate.open()
    assert ben.wait_event("end")["disposition"] == "missed"

    talk(carol, ben)
    gate.shut = True
    carol.call_method("hangup")
    assert carol.wait_event("end", lambda record: record["disposition"] == "answered")
    gate.open()
    assert [len(each.details("end")) for each in (carol, ben)] == [2, 2]


def test_answer_waits_for_no_ack_and_hold_for_the_final_answer(
    carol: PhonePage, gate: Gate, ben: PhonePage
) -> None:
    carol.register()
    ben.make_call("carol")
    carol.wait_event("ringingin")
    gate.shut = True
    assert carol.call_method("answer")["state"] == "active"
    ben.wait_event("answer")
    wait_until(lambda: gate.waits(carol, "ACK"), "the ACK")
    gate.open()

    for verb, before, after in (("hold", None, "local"), ("resume", "local", None)):
        gate.shut = True
        asked = carol.begin(verb)
        wait_until(lambda: gate.waits(carol, "SIP/2.0 200"), f"the answer to {verb}")
        assert not carol.settled(asked)
        assert carol.calls()[0]["heldBy"] == before, "the state follows the answer"
        gate.open()
        assert carol.outcome(asked)["heldBy"] == after
    hang_up(carol, ben)


def test_a_change_still_under_way_when_the_call_ends_rejects(
    carol: PhonePage, gate: Gate, ben: PhonePage
) -> None:
    carol.register()
    talk(carol, ben)
    gate.shut = True
    asked = carol.begin("hold")
    wait_until(lambda: gate.waits(carol, "SIP/2.0 200"), "the answer to hold")
    carol.call_method("hangup")
    with pytest.raises(AssertionError, match="no_call"):
        carol.outcome(asked)
    gate.open()
    ben.wait_event("end")


def test_without_an_id_the_active_call_is_meant_or_the_only_one_possible(
    anna: PhonePage, ben: PhonePage, server: Server
) -> None:
    carol = add_phone(ben, "carol", account(server, "carol"))
    carol.register()
    first = talk(ben, anna)["id"]
    carol.make_call("anna")
    second = anna.wait_event("ringingin", lambda call: call["id"] != first)["id"]
    assert anna.call_method("mute") is True, "the one that is talked on, not the one that rings"
    assert anna.active_call()["id"] == first
    assert anna.call_method("unmute") is False
    assert anna.call_method("answer")["id"] == second, "only one rings"
    assert anna.active_call()["id"] == second
    anna.wait_event("hold", lambda call: (call["id"], call["by"]) == (first, "local"))
    assert anna.call_method("hold")["id"] == second, "the active one"
    assert anna.call_method("hold")["heldBy"] is None, "which toggles"
    for held in ("local", "local"):
        assert anna.call_method("hold", first)["heldBy"] == held, (
            "with its id it means what it says"
        )
    assert anna.call_method("resume")["id"] == first, "the one that waits"
    anna.call_method("swap")
    assert anna.active_call()["id"] == second
    anna.call_method("hangup")
    assert carol.wait_event("end")["endedBy"] == "remote"
    assert anna.call_method("resume")["id"] == first, "the only one that is left"
    anna.call_method("hangup")
    assert [record["id"] for record in anna.details("end")] == [second, first]
    ben.wait_event("end")
    remove_phones(ben)
