"""What is around the phone in Chromium: who looks elsewhere learns of a call, and all is put back."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from page.page_server import PageServer

pytestmark = pytest.mark.browser
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

    def visited(
        before: str, script: str = 'src="/dist/webphone.js"', path: str = "/around.html"
    ) -> Page:
        context = new_context()
        context.add_init_script(before)
        page = context.new_page()
        page.goto(pages.put(path, PAGE.replace("SCRIPT", script)))
        page.wait_for_function(
            "anna.state === 'registered' && ben.state === 'registered'", timeout=60_000
        )
        return page

    return visited


def test_who_looks_elsewhere_is_told_of_a_call_and_the_title_is_put_back(
    visit: Callable[..., Page],
) -> None:
    page = visit(ELSEWHERE)
    written = page.evaluate("document.querySelector('title').textContent")
    page.locator("#ben [part=menu]").click()
    page.locator("#ben").get_by_role("button", name="Notify me of calls").click()
    page.locator("#ben [part=notify]").wait_for(state="detached")
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


# The service worker's own press: a browser lets no script press a notification.
PRESS = """async (action) => {
  const [notification] = await registration.getNotifications();
  const pressed = Object.assign(new Event("notificationclick"), {
    action, notification, waitUntil(work) { pressed.work = work; },
  });
  dispatchEvent(pressed);
  return pressed.work.catch(() => null).then(() => registration.getNotifications()).then(({length}) => length);
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
    page.add_init_script("document.hasFocus = () => false")
    address = pages.put(
        "/dist/around.html", PAGE.replace("SCRIPT", 'src="webphone.js" data-offline')
    )
    page.goto(address)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.wait_for_function(
        "anna.state === 'registered' && ben.state === 'registered'", timeout=60_000
    )
    page.evaluate(CALL)
    shown = """async () => {
      const note = (await (await navigator.serviceWorker.ready).getNotifications())[0];
      return note && [note.title, note.actions.map(({title}) => title), note.data.webphone === ben.calls[0]?.id];
    }"""
    page.wait_for_function(shown)
    assert page.evaluate(shown) == [
        "Incoming call from anna.",
        ["Answer", "Decline"],
        True,
    ]
    [worker] = context.service_workers
    assert worker.evaluate(PRESS, action) == 0
    page.wait_for_function("(state) => (ben.calls[0]?.state ?? null) === state", arg=becomes)
