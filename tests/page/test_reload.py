"""A call survives a reload of its page in Chromium: the same call, muted and held as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until
from page.server import Server
from page.spec import HOLDS, UNTOLD, account, at_rest, button, screen

pytestmark = pytest.mark.browser

# As if the other end had not said that it knows Replaces.
FORGET_REPLACES = """() => {
  const kept = sessionStorage.getItem("webphone-calls-phone");
  sessionStorage.setItem("webphone-calls-phone", kept.replace('"replaceable": true', '"replaceable": false'));
}"""
# When each connection was begun, in milliseconds; by the page itself, before Python is there.
BEGUN = """<script>
window.begun = [];
const Plain = window.WebSocket;
window.WebSocket = class extends Plain {
  constructor(...given) {
    super(...given);
    window.begun.push(performance.now());
  }
};
</script>"""
PYTHON_IS_THERE = """() => performance.getEntriesByName("webphone:python").length"""
AHEAD = """() => begun.some((at) => at < performance.getEntriesByName("webphone:imports")[0].startTime)"""
EARLY = """() => begun.length === 1
  && begun[0] < performance.getEntriesByName("webphone:imports")[0].startTime"""
# By what names the worker of the page, and for a moment that of the one before, is known.
WILLS = """() => Object.keys(sessionStorage).filter((key) => key.startsWith("webphone-will-"))
  .map((key) => sessionStorage.getItem(key))"""
KEPT = "() => Object.entries(sessionStorage).map(String).join()"


@pytest.fixture
def alice(phone_page: Callable[..., PhonePage]) -> Iterator[PhonePage]:
    """Alice, whose calls outlive her page."""
    phone = phone_page("alice", id="alice", recover="reload", auto_register="true")
    wait_until(lambda: phone.state() == "registered", "alice to be registered", 15)
    yield phone
    if phone.calls():
        phone.call_method("hangupAll")


def talk(alice: PhonePage, ben: PhonePage) -> dict[str, Any]:
    """Alice calls Ben, and both hear each other."""
    since = ben.mark()
    alice.make_call("ben")
    ben.call_method("answer", ben.wait_event("ringingin", since=since)["id"])
    call = alice.wait_state("active")
    for phone in (alice, ben):
        phone.ears.wait_sound()
    return call


def reload(phone: PhonePage) -> None:
    phone.page.reload()
    phone.call_method("ready")


def test_both_hear_each_other_again_and_it_is_one_call(alice: PhonePage, ben: PhonePage) -> None:
    call, since = talk(alice, ben), ben.mark()
    [theirs] = ben.calls()
    reload(alice)
    alice.wait_state("active", call["id"])
    for phone in (alice, ben):
        phone.ears.wait_sound()
    assert [one["startedAt"] for one in alice.calls()] == [call["startedAt"]]
    wait_until(
        lambda: not screen(alice).get_by_text("Taking the call back").count(), "it to be back"
    )
    alice.call_method("hangup")
    [record] = alice.details("end")
    assert (record["id"], record["disposition"]) == (call["id"], "answered")
    wait_until(lambda: not ben.calls(), "the call to be over at both ends")
    assert [one["id"] for one in ben.details("end", since)] == [theirs["id"]]
    assert not alice.page.evaluate(KEPT)
    at_rest(ben)


def test_a_page_that_went_without_notice_is_no_other_case(
    phone_page: Callable[..., PhonePage], ben: PhonePage
) -> None:
    alice = phone_page("alice", recover="reload", before=UNTOLD + BEGUN)
    alice.call_method("register")
    call = talk(alice, ben)
    assert not alice.page.evaluate(EARLY)
    reload(alice)
    alice.wait_state("active", call["id"])
    for phone in (alice, ben):
        phone.ears.wait_sound()
    assert alice.page.evaluate(EARLY)
    alice.call_method("hangup")


def test_one_that_is_to_register_is_connected_as_the_page_begins(
    phone_page: Callable[..., PhonePage],
) -> None:
    """On the first visit as on each: once Python is there the server is, and one connection does."""
    alice = phone_page("alice", auto_register="true", before=BEGUN)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    assert alice.page.evaluate(EARLY)
    alice.call_method("unregister")
    alice.call_method("disconnect")
    alice.call_method("register")
    assert alice.state() == "registered"
    assert alice.page.evaluate("() => begun.length") == 2  # what the page began has been used up


@pytest.mark.parametrize(
    "who",
    [{"multi_tab": "leader"}, {"username": ""}, {"host": "pbx.example"}, {"auto_register": None}],
)
def test_one_that_may_not_need_it_is_not_connected_ahead(
    phone_page: Callable[..., PhonePage], who: dict[str, str | None]
) -> None:
    """Another tab may have it; nobody is to register; no address of a WebSocket; not at once."""
    alice = phone_page("alice", before=BEGUN, **{"auto_register": "true", **who})
    wait_until(lambda: alice.page.evaluate(PYTHON_IS_THERE), "the phone to be there", 15)
    if "multi_tab" in who:
        wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    assert not alice.page.evaluate(AHEAD)


def test_who_knows_no_replaces_begins_its_media_anew(
    phone_page: Callable[..., PhonePage], ben: PhonePage, server: Server
) -> None:
    """Both media connections are new, and the silence is short."""
    alice = phone_page("alice", recover="reload", auto_register="true", before=UNTOLD)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    call = talk(alice, ben)
    alice.page.evaluate(FORGET_REPLACES)
    before = len(server.wire())
    reload(alice)
    alice.wait_state("active", call["id"])
    for phone in (alice, ben):
        phone.ears.wait_sound(seconds=5)
    offers = [one.text for one in server.wire()[before:] if one.first_line.startswith("INVITE")]
    assert offers and all("Replaces:" not in each for each in offers)
    assert ben.page.evaluate("() => __peers.at(-2).signalingState") == "closed"
    alice.call_method("hold")
    assert ben.wait_state("held")["heldBy"] == "remote"
    alice.call_method("resume")
    for phone in (alice, ben):
        phone.ears.wait_sound()
    alice.call_method("hangup")


def test_it_is_still_muted_and_still_held(alice: PhonePage, ben: PhonePage) -> None:
    call = talk(alice, ben)
    alice.call_method("mute", True)
    alice.call_method("hold")
    reload(alice)
    wait_until(lambda: [one["heldBy"] for one in ben.calls()] == ["remote"], "it to be held")
    held = alice.wait_state("held", call["id"])
    assert held["muted"] and held["heldBy"] == "local"
    assert ben.ears.silence() < 1e-6
    wait_until(lambda: button(alice, "Hold").is_enabled(), "the button to be of use")
    alice.call_method("resume")
    alice.call_method("unmute")
    for phone in (alice, ben):
        phone.ears.wait_sound()


def test_a_phone_in_a_frame_survives_the_reload_of_the_page_around_it(
    new_context: Callable[..., BrowserContext], pages: PageServer, ben: PhonePage, server: Server
) -> None:
    settings = {"recover": "reload", "auto-register": "true", **account(server, "alice")}
    inner = PhonePage.write(pages, "/dist/webphone.js", settings)
    outer = pages.put("/around.html", f'<iframe src="{inner}" allow="microphone"></iframe>')
    page = new_context().new_page()
    page.goto(outer)

    def phone(asked: str) -> Any:
        return page.frames[1].evaluate(
            f"async () => (await document.querySelector('web-phone').{asked}) ?? 0"
        )

    wait_until(lambda: phone("state") == "registered", "the phone to be registered", 15)
    since = ben.mark()
    phone("makeCall('ben')")
    ben.call_method("answer", ben.wait_event("ringingin", since=since)["id"])
    ben.ears.wait_sound()
    [id] = phone("calls.map(({id}) => id)")
    page.reload()
    wait_until(lambda: phone("calls?.map(({id}) => id)") == [id], "the call to be there", 15)
    ben.ears.wait_sound()
    phone("hangup()")
    wait_until(lambda: not ben.calls(), "the call to be over at both ends")
    at_rest(ben)


def test_nothing_that_is_kept_is_a_secret(alice: PhonePage, ben: PhonePage, server: Server) -> None:
    talk(alice, ben)
    kept = str(alice.page.evaluate(KEPT))
    ours = str(
        alice.page.evaluate(
            "() => __peers.find((peer) => peer.localDescription).localDescription.sdp"
        )
    )
    keys = [line for line in ours.splitlines() if line.startswith(("a=ice-pwd", "a=fingerprint"))]
    secrets = [line.partition(":")[2].split()[-1] for line in keys]
    assert len(secrets) == 2 and "webphone-calls-alice" in kept
    for secret in (*secrets, server.users["alice"], "nonce", "ice-ufrag"):
        assert secret not in kept


def test_who_closes_the_page_ends_the_call_though_a_reload_does_not(
    phone_page: Callable[..., PhonePage], ben: PhonePage
) -> None:
    """By default, where the browser has workers that outlive their pages."""
    alice = phone_page("alice", auto_register="true")
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    call = talk(alice, ben)
    [worker] = wait_until(lambda: alice.page.evaluate(WILLS), "the worker to know of the page")
    reload(alice)
    alice.wait_state("active", call["id"])
    # Its own, as a browser ends one five minutes after any moment without a page.
    [other] = wait_until(
        lambda: [each for each in alice.page.evaluate(WILLS) if " " not in each], "one more"
    )
    assert worker != other
    for phone in (alice, ben):
        phone.ears.wait_sound()
    assert [one["state"] for one in ben.calls()] == ["active"]
    browser = alice.page.context
    alice.page.close()
    assert ben.calls()
    wait_until(lambda: not ben.calls(), "the call to be over at the other end", 15)
    assert ben.details("end")[-1]["endedBy"] == "remote"
    later = phone_page("alice", context=browser, auto_register="true")
    [record] = wait_until(lambda: later.get("history"), "the next visit to find the call", 15)
    assert (record["id"], record["disposition"]) == (call["id"], "answered")
    assert record["explanation"] == "The page was closed." and record["talkSeconds"] > 0


def test_a_page_that_crashes_ends_calls_that_were_to_end_with_it(
    phone_page: Callable[..., PhonePage], ben: PhonePage
) -> None:
    alice = phone_page("alice", recover="off", auto_register="true", before=HOLDS + UNTOLD)
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    talk(alice, ben)
    wait_until(lambda: alice.page.evaluate("() => heldFor") > 0, "the worker to hold it")
    assert not alice.page.evaluate(KEPT)
    alice.page.close()
    wait_until(lambda: not ben.calls(), "the call to be over at the other end", 15)
    assert ben.details("end")[-1]["endedBy"] == "remote"


def test_who_hangs_up_leaves_nothing_with_it(
    phone_page: Callable[..., PhonePage], ben: PhonePage
) -> None:
    alice = phone_page("alice", auto_register="true")
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    talk(alice, ben)
    alice.call_method("hangup")
    wait_until(lambda: not alice.page.evaluate(WILLS), "the worker to be told")


def test_a_phone_that_is_taken_out_of_its_page_hangs_up(
    phone_page: Callable[..., PhonePage], ben: PhonePage
) -> None:
    alice = phone_page("alice", recover="reload", auto_register="true")
    wait_until(lambda: alice.state() == "registered", "alice to be registered", 15)
    talk(alice, ben)
    alice.page.evaluate("document.querySelector('web-phone').remove()")
    wait_until(lambda: not ben.calls(), "the call to be over at the other end")
