"""What is around the phone in Chromium: who looks elsewhere learns of a call, and all is put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from page.page_server import PageServer
from page.ports import free_port

pytestmark = pytest.mark.browser
PATIENCE = 60_000
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>  Tickets
 of  today </title>
<script SCRIPT></script>
<web-phone id="anna" demo username="anna"></web-phone>
<web-phone id="ben" demo username="ben"></web-phone>
"""
# A person who looks elsewhere, and a system that writes down what it is asked for.
ELSEWHERE = """
globalThis.asked = {notes: [], badge: []};
globalThis.away = (is) => {
  document.hasFocus = () => !is;
  dispatchEvent(new Event(is ? "blur" : "focus"));
};
navigator.setAppBadge = async (count) => { asked.badge.push(count); if (!count) throw null; };
globalThis.Notification = class extends EventTarget {
  static permission = "default";
  static async requestPermission() {
    asked.active = navigator.userActivation.isActive;
    return (Notification.permission = "granted");
  }
  constructor(title, options) { super(); asked.notes.push(Object.assign(this, options, {title, open: true})); }
  close() { this.open = false; }
};
"""
CALL = "anna.makeCall('ben')"


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext], pages: PageServer) -> Callable[..., Page]:
    """Anna and Ben at the exchange inside the page; `before` runs first."""

    def visited(before: str, **settings: Any) -> Page:
        context = new_context(**settings)
        context.add_init_script(before)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(pages.put("/around.html", PAGE.replace("SCRIPT", 'src="/dist/webphone.js"')))
        page.wait_for_function("anna.state === 'registered' && ben.state === 'registered'")
        return page

    return visited


def test_who_looks_elsewhere_is_told_of_a_call_and_the_title_is_put_back(
    visit: Callable[..., Page],
) -> None:
    page = visit(ELSEWHERE)
    written = page.evaluate("document.querySelector('title').textContent")
    page.locator("#ben [part=menu]").click()
    page.locator("#ben").get_by_role("button", name="Notify me of calls").click()
    page.locator("#ben [part=offer-notifications]").wait_for(state="detached")
    assert page.evaluate("asked.active") is True
    # Whoever looks at the page is told by the phone alone.
    page.evaluate(CALL)
    page.wait_for_function(
        "ben.activeCall?.state === 'ringing' || ben.calls[0]?.state === 'ringing'"
    )
    assert page.evaluate("[asked.notes, document.title]") == [[], "Tickets of today"]
    # Who looks away is told, by turns, and once.
    page.evaluate("away(true)")
    page.wait_for_function("document.title === 'Incoming call from anna.'")
    page.wait_for_function("document.title === 'Tickets of today'")
    page.wait_for_function("document.title.startsWith('Incoming')")
    page.wait_for_function("asked.notes.length === 1 && asked.notes[0].open")
    assert page.evaluate("asked.notes[0].tag === ben.calls[0].id")
    # A press of it brings the page to the front, and answers nothing.
    page.evaluate("window.focus = () => { asked.came = true; }")
    page.evaluate("asked.notes[0].dispatchEvent(new Event('click'))")
    assert page.evaluate("[asked.came, asked.notes[0].open, ben.calls[0].state]") == (
        [True, False, "ringing"]
    )
    # It is answered: all is as it was, to the letter.
    page.evaluate("ben.answer()")
    page.wait_for_function("document.title === 'Tickets of today'")
    page.evaluate("anna.hangup()")
    page.wait_for_function("!ben.calls.length")
    assert page.evaluate("document.querySelector('title').textContent") == written
    # The next one is missed: the title and the badge count it until the person looks.
    page.evaluate(CALL)
    page.wait_for_function("asked.notes.length === 2 && asked.notes[1].open")
    page.evaluate("anna.hangup()")
    page.wait_for_function("document.title === '(1) Tickets of today' && !asked.notes[1].open")
    page.evaluate("document.title = 'Ticket 7'")  # the page goes on meanwhile
    page.evaluate("away(false)")
    page.wait_for_function("asked.badge.length === 2")
    assert page.evaluate("[asked.badge, document.title]") == [[1, 0], "Ticket 7"]


def test_who_looks_elsewhere_sees_when_no_call_can_arrive(visit: Callable[..., Page]) -> None:
    page = visit(ELSEWHERE)
    page.evaluate("away(true)")
    gone = {"host": f"ws://127.0.0.1:{free_port()}", "password": "x", "autoRegister": True}
    page.evaluate("(gone) => ben.setConfig({...gone, demo: false})", gone)
    page.wait_for_function("document.title === 'Not reachable · Tickets of today'")
    assert page.evaluate("[Date.parse(anna.provedAt) > 0, ben.provedAt]") == [True, None]
    page.locator("#anna [part=menu]").click()
    expect(page.locator("#anna").get_by_text("Reachable, proved")).to_be_visible()
    page.evaluate("ben.setConfig({demo: true})")
    page.wait_for_function("document.title === 'Tickets of today' && ben.provedAt")


def test_a_phone_that_leaves_the_page_takes_back_what_it_put_there(
    visit: Callable[..., Page],
) -> None:
    page = visit(ELSEWHERE + "Notification.permission = 'granted';")
    page.evaluate("document.querySelector('title').remove()")
    page.evaluate("away(true)")
    page.evaluate(CALL)
    page.wait_for_function("document.title.startsWith('Incoming') && asked.notes[0]?.open")
    page.evaluate("ben.remove()")
    page.wait_for_function("!document.title && !asked.notes[0].open")
    assert page.evaluate("document.querySelector('title')") is None


def test_a_page_that_wants_none_of_it_is_left_alone(visit: Callable[..., Page]) -> None:
    page = visit(ELSEWHERE + "Notification.permission = 'granted';")
    page.evaluate("ben.notifications = 'off', away(true)")
    page.evaluate(CALL)
    page.wait_for_function("ben.calls[0]?.state === 'ringing'")
    page.evaluate("anna.hangup()")
    page.wait_for_function("!ben.calls.length")
    assert page.evaluate("[asked.notes, asked.badge, document.title]") == (
        [[], [], "Tickets of today"]
    )


# A hand-held device that writes down what it is asked for; its locks and its session are real.
BY_HAND = """
globalThis.locks = [];
globalThis.keys = {};
const request = WakeLock.prototype.request;
WakeLock.prototype.request = async function (kind) {
  locks.push(await request.call(this, kind));
  return locks.at(-1);
};
const handle = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (action, heard) {
  keys[action] = heard;
  return handle.call(this, action, heard);
};
globalThis.press = (action) => keys[action]({action});
globalThis.keysHeard = () => Object.keys(keys).filter((action) => keys[action]).sort().join();
globalThis.asks = () => !dispatchEvent(new Event("beforeunload", {cancelable: true}));
globalThis.seen = (is) => {
  Object.defineProperty(document, "visibilityState", {configurable: true, get: () => (is ? "visible" : "hidden")});
  document.dispatchEvent(new Event("visibilitychange"));
};
"""
ALL = "hangup,pause,play,togglemicrophone"


def test_a_call_is_kept_awake_and_asked_for_and_has_the_keys_of_a_headset(
    visit: Callable[..., Page],
) -> None:
    allowed = ("microphone", "camera", "screen-wake-lock")
    page = visit(BY_HAND, has_touch=True, is_mobile=True, permissions=allowed)
    page.evaluate("ben.remove()")  # the session is that of one phone: here Anna's
    page.evaluate("navigator.mediaSession.metadata = new MediaMetadata({title: 'A song'})")
    assert page.evaluate("[asks(), keysHeard(), locks.length]") == [False, "", 0]
    page.evaluate("anna.makeCall('600')")
    page.wait_for_function("anna.activeCall?.state === 'active' && locks.length === 1")
    assert page.evaluate("[asks(), keysHeard(), locks[0].released]") == [True, ALL, False]
    session = "[navigator.mediaSession.metadata.title, navigator.mediaSession.playbackState]"
    assert page.evaluate(session) == ["600", "playing"]
    # One button, again and again.
    page.evaluate("press('pause')")
    page.wait_for_function("anna.activeCall.muted")
    page.wait_for_function("navigator.mediaSession.playbackState === 'paused'")
    page.evaluate("press('play')")
    page.wait_for_function("!anna.activeCall.muted")
    page.evaluate("press('togglemicrophone')")
    page.wait_for_function("anna.activeCall.muted")
    # Another app, and back: the screen is kept on once more.
    page.evaluate("locks[0].release()")
    page.evaluate("seen(false), seen(true)")
    page.wait_for_function("locks.length === 2 && !locks[1].released")
    # The page wants no question.
    page.evaluate("anna.leaveGuard = 'off'")
    page.wait_for_function("!asks()")
    page.evaluate("anna.leaveGuard = 'on'")
    page.wait_for_function("asks()")
    page.evaluate("press('hangup')")
    page.wait_for_function("!anna.calls.length && locks[1].released")
    assert page.evaluate("[asks(), keysHeard()]") == [False, ""]
    assert page.evaluate(session) == ["A song", "none"]
    # 601 calls back: the button of a headset answers.
    page.evaluate("anna.makeCall('601')")
    page.wait_for_function("anna.activeCall?.state === 'active'")
    page.evaluate("anna.hangup()")
    page.wait_for_function("anna.calls[0]?.state === 'ringing'")
    page.wait_for_function("keysHeard() === 'hangup,play'")
    assert page.evaluate("[asks(), navigator.mediaSession.playbackState]") == [False, "paused"]
    page.evaluate("press('play')")
    page.wait_for_function("anna.activeCall?.state === 'active' && asks()")
    # The browser itself asks.
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.accept()


# A headset that a browser without one has: hook switch, mute button, and lamps for both and the ring.
HEADSET = """
globalThis.lamps = [];
const item = (usages, more) => ({usages, reportSize: 1, reportCount: usages.length, isAbsolute: true, ...more});
globalThis.headset = Object.assign(new EventTarget(), {
  opened: false,
  collections: [{usagePage: 0x0B, usage: 5, children: [], featureReports: [],
    inputReports: [{reportId: 2, items: [item([0x0B0020]), item([0x0B002F], {isAbsolute: false})]}],
    outputReports: [{reportId: 3, items: [item([0x080017, 0x080018, 0x080009])]}]}],
  async open() { this.opened = true; },
  async close() { this.opened = false; },
  async sendReport(report, data) { lamps.push([report, ...data]); },
});
const granted = [];
globalThis.asked = [];
Object.defineProperty(navigator, "hid", {value: {
  getDevices: async () => (globalThis.asked.push(performance.now()), granted),
  requestDevice: async ({filters}) => { globalThis.wanted = filters; granted.push(headset); return granted; },
}});
globalThis.presses = (bits) => headset.dispatchEvent(
  Object.assign(new Event("inputreport"), {reportId: 2, data: new DataView(Uint8Array.of(bits).buffer)}));
globalThis.lit = () => lamps.at(-1)?.[1];
"""
OFF_HOOK, RING, MUTED = 1, 2, 4


def test_the_buttons_of_a_headset_answer_mute_and_hang_up_and_its_lamps_show_the_call(
    visit: Callable[..., Page],
) -> None:
    page = visit(HEADSET)
    page.evaluate("ben.remove()")  # the lamps are those of one phone: here Anna's
    page.locator("#anna [part=menu]").click()
    page.locator("#anna [part=open-devices]").click()
    page.locator("#anna").get_by_role("button", name="Use the buttons of a headset").click()
    page.wait_for_function("globalThis.wanted")
    assert page.evaluate("wanted") == [{"usagePage": 0x0B}]
    page.evaluate("asked.length = 0, globalThis.begun = performance.now()")
    page.evaluate("anna.makeCall('601')")  # which calls back
    page.wait_for_function(
        "(on) => anna.activeCall?.state === 'active' && lit() === on", arg=OFF_HOOK
    )
    assert page.evaluate("asked[0] - begun") > 450  # ms: what the call needs has gone before
    page.evaluate("anna.hangup()")
    page.wait_for_function("(ring) => lit() === ring", arg=RING)
    page.evaluate("presses(1)")
    page.wait_for_function("anna.activeCall?.state === 'active'")
    page.wait_for_function("(on) => lit() === on", arg=OFF_HOOK)
    page.evaluate("presses(3), presses(1)")
    page.wait_for_function("(on) => anna.activeCall.muted && lit() === on", arg=OFF_HOOK | MUTED)
    page.evaluate("anna.unmute()")
    page.wait_for_function("(on) => lit() === on", arg=OFF_HOOK)
    page.evaluate("presses(0)")
    page.wait_for_function("!anna.calls.length && lit() === 0")
    page.evaluate("anna.remove()")
    page.wait_for_function("!headset.opened")


# A small window as the browser gives one: headless it gives none.
ABOVE = """
Object.defineProperty(globalThis, "documentPictureInPicture", {value: {
  async requestWindow({width, height}) {
    if (!navigator.userActivation.isActive) throw new DOMException("no press", "NotAllowedError");
    const frame = Object.assign(document.createElement("iframe"), {id: "above", width, height});
    document.body.append(frame);
    frame.contentWindow.close = () => frame.remove();
    return frame.contentWindow;
  },
}});
"""


def test_the_small_window_shows_the_call_and_goes_with_it(visit: Callable[..., Page]) -> None:
    page = visit(ABOVE)
    page.evaluate("ben.remove(), void anna.makeCall('600')")
    page.wait_for_function("anna.activeCall?.state === 'active'")
    page.locator("#anna [part=menu]").click()
    page.locator("#anna").get_by_role("button", name="Small window").click()
    above = page.frame_locator("#above")
    expect(above.locator("[part=peer-name]")).to_have_text("600")
    expect(page.locator("#anna").get_by_role("button", name="Hang up")).to_be_visible()
    box = above.locator(".phone").bounding_box()
    assert box is not None and box["width"] <= 420 and box["height"] <= 180, box
    above.get_by_role("button", name="Mute").click()
    page.wait_for_function("anna.activeCall.muted")
    before = above.locator("[part=timer]").text_content()
    expect(above.locator("[part=timer]")).not_to_have_text(before or "")
    above.get_by_role("button", name="Hang up").click()
    page.wait_for_function("!anna.calls.length && !document.getElementById('above')")


# Headless Chromium shows no notification of a service worker for long: the page keeps what it shows.
KEPT = """
document.hasFocus = () => false;
globalThis.shown = [];
ServiceWorkerRegistration.prototype.showNotification = async (title, options) => {
  shown.push({title, options, open: true, close() { this.open = false; }});
};
ServiceWorkerRegistration.prototype.getNotifications = async ({tag}) => shown.filter((note) => note.options.tag === tag);
"""
# The service worker's own press: a browser lets no script press a notification.
PRESS = """async ([action, data]) => {
  const notification = { data, close() { this.closed = true; } };
  const pressed = Object.assign(new Event("notificationclick"), {
    action, notification, waitUntil(work) { pressed.work = work; },
  });
  dispatchEvent(pressed);
  await pressed.work?.catch(() => null);
  return notification.closed === true;
}"""


@pytest.mark.parametrize(("action", "becomes"), [("answer", "active"), ("decline", None)])
def test_a_service_worker_brings_buttons_that_answer_and_decline(
    new_context: Callable[..., BrowserContext],
    pages: PageServer,
    action: str,
    becomes: str | None,
) -> None:
    context = new_context(permissions=("microphone", "camera", "notifications"))
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(KEPT)
    address = pages.put(
        "/dist/around.html", PAGE.replace("SCRIPT", 'src="webphone.js" data-offline')
    )
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function("anna.state === 'registered' && ben.state === 'registered'")
    page.evaluate(CALL)
    page.wait_for_function("shown.length === 1")
    assert page.evaluate(
        "[shown[0].title, shown[0].options.actions.map(({title}) => title), shown[0].options.data.webphone === ben.calls[0].id]"
    ) == ["Incoming call from anna.", ["Answer", "Decline"], True]
    [worker] = context.service_workers
    # What a page shows of its own, and a call that nobody has, changes nothing.
    assert worker.evaluate(PRESS, ["answer", {"mail": 1}]) is False
    assert page.evaluate("[ben.calls[0].state, shown[0].open]") == ["ringing", True]
    assert worker.evaluate(PRESS, [action, page.evaluate("shown[0].options.data")]) is True
    page.wait_for_function("(state) => (ben.calls[0]?.state ?? null) === state", arg=becomes)
    page.wait_for_function("!shown[0].open")
