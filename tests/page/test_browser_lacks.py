"""Browsers that lack what phones use, or refuse it: the phone works without, or says so at the start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, expect

from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import hang_up, screen, talk

pytestmark = pytest.mark.browser
DENIED = "() => { throw new DOMException('Denied', 'SecurityError') }"
WITHOUT = {
    "channels": "delete window.BroadcastChannel",
    "channels that it grants": f"window.BroadcastChannel = {DENIED}",
    "channels that carry": f"BroadcastChannel.prototype.postMessage = {DENIED}",
    "locks": "Object.defineProperty(Navigator.prototype, 'locks', {get: () => undefined})",
    "locks that it grants": "LockManager.prototype.request = () => Promise.reject('no')",
    "storage": f"Object.defineProperty(window, 'localStorage', {{get: {DENIED}}})",
    "databases": f"Object.defineProperty(window, 'indexedDB', {{get: {DENIED}}})",
    "a sound card": f"window.AudioContext = {DENIED}",
    "devices that it names": "MediaDevices.prototype.enumerateDevices = () => Promise.reject('no')",
    "counters": "RTCPeerConnection.prototype.getStats = () => Promise.reject('no')",
    "permissions": "Permissions.prototype.query = () => Promise.reject('no')",
}
COLD = pytest.mark.cold("nothing is kept either where the browser stores nothing")
EACH = [
    pytest.param(what, marks=[COLD] if what in ("storage", "databases") else []) for what in WITHOUT
]
Open = Callable[..., PhonePage]


@pytest.fixture
def open_without(
    phone_page: Open, new_context: Callable[..., BrowserContext]
) -> Callable[[str], PhonePage]:
    """open_without(script) opens carol's phone in a browser that the script takes something from."""

    def opened(script: str, **attributes: Any) -> PhonePage:
        context = new_context()
        context.add_init_script(script)
        return phone_page("carol", context=context, auto_register="true", **attributes)

    return opened


@pytest.mark.parametrize("what", EACH)
def test_a_browser_without_it_makes_a_call(
    what: str, open_without: Callable[..., PhonePage], ben: PhonePage
) -> None:
    carol = open_without(WITHOUT[what], multi_tab="leader")
    wait_until(lambda: carol.state() == "registered", "the phone to be ready", 30)
    talk(carol, ben)
    hang_up(carol, ben)
    assert carol.details("error") == []
    assert carol.console.errors == []


@pytest.mark.parametrize(
    "without", ["delete window.RTCPeerConnection", "window.RTCPeerConnection = undefined"]
)
def test_a_browser_without_webrtc_says_so_at_the_start_and_registers_nothing(
    without: str, open_without: Callable[..., PhonePage]
) -> None:
    sockets = "window.__sockets = []; const Native = WebSocket; window.WebSocket = class extends Native { constructor(...a) { super(...a); __sockets.push(a[0]); } };"
    carol = open_without(without + ";" + sockets)
    expect(screen(carol).locator("[part=banner]")).to_contain_text("makes no calls here")
    assert [error["code"] for error in carol.details("error")] == ["unsupported"]
    assert carol.page.evaluate("__sockets") == []
    assert carol.state() != "registered"


def test_an_address_that_the_browser_refuses_stops_neither_the_others_nor_a_call(
    phone_page: Open, ben: PhonePage
) -> None:
    servers = '[{"urls": "stun:127.0.0.1:9?transport=udp"}, {"urls": "turn:127.0.0.1:9"}, {"urls": ["stun:[", "stun:127.0.0.1:9"]}]'
    carol = phone_page("carol", auto_register="true", ice_servers=servers)
    wait_until(lambda: carol.state() == "registered", "the phone to be ready", 30)
    talk(carol, ben)
    used = carol.page.evaluate(
        "__peers.at(-1).getConfiguration().iceServers.flatMap(({urls}) => urls)"
    )
    assert set(used) == {"stun:127.0.0.1:9"}
    hang_up(carol, ben)
    assert {error["code"] for error in carol.details("error")} == {"invalid_config"}
