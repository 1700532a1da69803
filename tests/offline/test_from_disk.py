"""One file, opened by a double click: a whole call without a server, and one with."""

from __future__ import annotations

import pytest

from page.pitch import AUDIBLE, loudest, wait_pitches
from page.ports import wait_until

pytestmark = pytest.mark.interop

CHAT = 440.0
SOON = 60.0  # seconds
EVERYWHERE = ["unplugged chromium", "unplugged firefox", "firefox"]
BUDGET = 9_000_000  # bytes, with 13 languages in it
MORE_PYTHON = """
import colorsys
import pyodide_js
from js import document
await pyodide_js.loadPackage(["micropip", "packaging", "phonenumberslite"])
import micropip, packaging, phonenumbers
await micropip.install("phonenumberslite")
document.body.dataset.red = str(colorsys.hsv_to_rgb(0, 1, 1))
"""
RING = """() => new Promise((rang) => {
  const timer = new Worker(document.querySelector("script[data-timer]").dataset.timer);
  timer.onmessage = () => rang(true);
  timer.postMessage(1);
})"""


def sound(phone) -> float:
    """The loudest of the far end within a moment, after what was asked for has come about."""
    phone.page.wait_for_timeout(1000)
    return loudest(phone.page, "remote")


def wait_loud(phone, what: str) -> None:
    """Until the phone itself is heard; a tone has pauses of some seconds."""
    wait_until(lambda: loudest(phone.page, "local", 0.5) > AUDIBLE, what, 30)


@pytest.mark.parametrize("browser", EVERYWHERE, indirect=True)
def test_a_whole_call_needs_nothing_but_the_file(open_page) -> None:
    phone = open_page()
    assert phone.details("registered")[0]["server"] == "demo:"

    phone.make_call("604")
    phone.wait_event("ringingout")
    wait_loud(phone, "the ringing")
    phone.call_method("hangup")
    assert phone.wait_event("end")["disposition"] == "cancelled"

    phone.forget_events()
    phone.make_call("601")
    phone.wait_event("answer")
    wait_pitches(phone.page, "remote", [CHAT])
    phone.call_method("hold")
    assert sound(phone) < AUDIBLE
    phone.call_method("resume")
    assert sound(phone) > AUDIBLE
    phone.call_method("sendDtmf", "12")
    phone.wait_event("dtmf", lambda sent: sent["tone"] == "2")
    phone.call_method("hangup")
    record = phone.wait_event("end")
    assert (record["direction"], record["disposition"]) == ("outgoing", "answered")
    assert record["holdSeconds"] > 0

    assert phone.wait_event("ringingin")["from"]["number"] == "601", "601 rings back"
    wait_loud(phone, "the bell")
    before = phone.mark()
    phone.call_method("answer")
    phone.wait_event("answer", since=before)
    wait_pitches(phone.page, "remote", [CHAT])
    phone.call_method("hangup")
    record = phone.wait_event("end", since=before)
    assert (record["direction"], record["disposition"]) == ("incoming", "answered")

    assert phone.outside() == []
    assert phone.sockets() == []
    assert phone.errors() == []


@pytest.mark.parametrize("browser", ["chromium", "firefox"], indirect=True)
def test_it_signs_in_to_a_server_and_calls_through_it(open_page, server) -> None:
    phones = {name: open_page() for name in ("alice", "bob")}
    host = server.url.replace("http", "ws") + "ws"
    for name, phone in phones.items():
        before = phone.mark()
        phone.fill(host=host, username=name, password="demo", realm="127.0.0.1")
        registered = phone.wait_event("registered", since=before)
        assert registered["aor"] == f"sip:{name}@127.0.0.1"
        assert phone.sockets() == [host]
        # Firefox counts the handshake of a WebSocket among the requests.
        assert set(phone.outside()) <= {f"{server.url}ws"}
    alice, bob = phones.values()
    alice.make_call("bob")
    assert bob.wait_event("ringingin")["from"]["number"] == "alice"
    bob.call_method("answer")
    alice.wait_event("answer")
    alice.ears.wait_sound()
    bob.ears.wait_sound()
    bob.call_method("hangup")
    assert alice.wait_event("end")["disposition"] == "answered"
    assert [*alice.errors(), *bob.errors()] == []


@pytest.mark.parametrize("browser", ["unplugged chromium"], indirect=True)
def test_the_noise_filter_runs_from_the_file_too(open_page) -> None:
    phone = open_page()
    phone.make_call("601")
    phone.wait_event("answer")
    phone.call_method("setConfig", {"noiseSuppression": "strong"})
    told = "document.querySelector('web-phone').shadowRoot.textContent"
    wait_until(
        lambda: "The noise filter is on." in phone.page.evaluate(told), "the noise filter", 30
    )
    phone.call_method("hangup")
    assert phone.errors() == []
    assert phone.outside() == []


@pytest.mark.parametrize("browser", ["unplugged chromium", "firefox"], indirect=True)
def test_the_worker_the_rest_of_the_library_and_its_packages_are_in_the_file_too(open_page) -> None:
    phone = open_page()
    assert phone.page.evaluate(RING) is True
    phone.page.evaluate(
        """(text) => {
          const script = document.createElement("script");
          script.type = "py";
          script.textContent = text;
          document.body.append(script);
        }""",
        MORE_PYTHON,
    )
    found = wait_until(
        lambda: phone.page.evaluate("document.body.dataset.red ?? ''"), "colours", SOON
    )
    assert found == "(1, 0.0, 0.0)"
    assert phone.outside() == []


def test_the_file_is_small_enough_to_send(offline_file) -> None:
    assert offline_file.stat().st_size < BUDGET
