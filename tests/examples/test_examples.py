"""Each example as its visitor meets it: from dist/, in Chromium, the whole story, in every light.

Where the screenshots go, page/examples.py says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from page.chromium import Chromium, Ears
from page.demo_server import DemoServer
from page.examples import USUAL, looked_at
from page.eyes import seen
from static_server import serving

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "examples"
PAGES = [
    "click-to-call",
    "headless",
    "form",
    "python-hook",
    "agent",
    "help",
    "mobile",
    "conference",
    "themes",
    "frame",
    "login",
    "push",
]
SHARED = {"../webphone.js", "../embed.js", "look.css"}
PATIENCE = 60_000  # milliseconds, for a machine that is busy


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    with serving(ROOT / "dist") as address:
        yield f"{address}/examples"


@pytest.fixture
def visit(chromium: Chromium, origin: str) -> Iterator[Callable[..., Page]]:
    """Opens an example in a new profile; what its console complains of fails the test."""
    opened: list[tuple[BrowserContext, list[str]]] = []

    def visited(name: str, microphone: bool = True) -> Page:
        context = chromium.context(permissions=("microphone",) if microphone else ())
        context.set_default_timeout(PATIENCE)
        complaints: list[str] = []
        opened.append((context, complaints))
        page = context.new_page()
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size(USUAL)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and complaints.append(said.text))
        page.on("response", lambda got: got.status >= 400 and complaints.append(got.url))
        page.goto(f"{origin}/{name}.html")
        return page

    expect.set_options(timeout=PATIENCE)
    yield visited
    for context, complaints in opened:
        context.close()
        assert complaints == []
    expect.set_options(timeout=5_000)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def registered(page: Page, phone: str = "document.querySelector('web-phone')") -> Page:
    page.wait_for_function(f"{phone}.state === 'registered'")
    return page


# --- Three themes ---------------------------------------------------------------------------------


def test_three_phones_of_a_page_look_like_three_and_work_alike(visit: Callable[..., Page]) -> None:
    page = visit("themes")
    looks = []
    for name in ("night", "dense", "large"):
        registered(page, f"document.getElementById('{name}')")
        looks.append(
            page.locator(f"#{name} .card").evaluate(
                "(card) => [getComputedStyle(card).backgroundColor,"
                " getComputedStyle(card).borderTopLeftRadius]"
            )
        )
    assert len({ground for ground, _ in looks}) == len({round for _, round in looks}) == 3, looks
    looked_at(page, "themes")
    page.evaluate("dense.makeCall('lea')")
    large = page.locator("#large")
    large.get_by_role("button", name="Answer", exact=True).click()
    expect(large.get_by_role("timer")).to_be_visible()
    looked_at(page)
    large.get_by_role("button", name="Hang up", exact=True).click()
    page.wait_for_function("dense.calls.length === 0")


# --- The button that calls ------------------------------------------------------------------------


def test_the_button_calls_mutes_shows_the_phone_and_hangs_up(visit: Callable[..., Page]) -> None:
    page = visit("click-to-call")
    assert page.evaluate("performance.getEntriesByName('webphone:python').length") == 0
    expect(page.locator("#phone")).to_be_hidden()
    looked_at(page)
    press(page, "Call us")
    expect(page.get_by_text("You are talking to the workshop.")).to_be_visible()
    expect(page.get_by_role("button", name="Hang up")).to_be_focused()
    Ears(page).wait_sound()
    mute = page.locator("#mute")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("phone.activeCall.muted")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#clock")).to_have_text(re.compile(r"[0-9]:[0-9]{2}"))
    looked_at(page, "click-to-call")
    press(page, "More")
    expect(page.locator("#phone")).to_be_visible()
    expect(page.locator("#more")).to_have_attribute("aria-expanded", "true")
    looked_at(page)
    page.locator("#hangup").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text(re.compile(r"The call is over\. It took [0-9]:"))
    expect(page.get_by_role("button", name="Call us")).to_be_focused()
    expect(page.locator("#phone")).to_be_hidden()
    expect(page.locator("#clock")).to_be_empty()
    assert page.evaluate("phone.calls") == []


def test_a_refused_microphone_is_told_in_a_sentence(visit: Callable[..., Page]) -> None:
    page = visit("click-to-call", microphone=False)
    press(page, "Call us")
    expect(page.get_by_role("alert")).to_contain_text("Allow the microphone for this page")
    expect(page.get_by_role("button", name="Call us")).to_be_focused()
    looked_at(page)


def test_who_thinks_better_of_it_is_back_at_the_button(visit: Callable[..., Page]) -> None:
    page = visit("click-to-call")
    page.evaluate(
        "document.getElementById('call').click(); document.getElementById('hangup').click()"
    )
    expect(page.get_by_role("button", name="Call us")).to_be_visible()
    page.evaluate("phone.ready()")
    assert page.evaluate("[phone.calls.length, said.textContent, wrong.textContent]") == [0, "", ""]


# --- The phone of one's own design ----------------------------------------------------------------


def test_the_page_draws_its_own_phone_with_two_calls_and_one_that_rings(
    visit: Callable[..., Page],
) -> None:
    page = visit("headless")
    expect(page.locator("#state")).to_have_text("Ready")
    assert page.locator("web-phone .card").count() == 0
    page.evaluate("phone.addEventListener('dtmf', ({detail}) => (window.tone = detail.tone))")
    number, calls = page.get_by_label("Number"), page.locator("#calls > li")
    number.fill("")
    for key in "601":
        press(page, key)
    expect(number).to_have_value("601")
    press(page, "Call")
    expect(calls).to_contain_text(["601 Talking"], use_inner_text=True)
    press(page, "5")
    page.wait_for_function("window.tone === '5'")
    press(page, "Mute")
    expect(page.get_by_role("button", name="Unmute")).to_be_focused()
    number.fill("600")
    press(page, "Call")
    expect(calls).to_contain_text(["601 On hold", "600 Talking"], use_inner_text=True)
    calls.nth(0).get_by_role("button", name="Resume").click()
    expect(calls).to_contain_text(["601 Talking", "600 On hold"], use_inner_text=True)
    looked_at(page, "headless")
    calls.nth(0).get_by_role("button", name="Hang up").click()
    expect(number).to_be_focused()
    expect(page.locator("#records")).to_contain_text(re.compile("To 601: answered, [0-9]+ s"))
    expect(calls.nth(1)).to_contain_text("601 Ringing", use_inner_text=True)
    looked_at(page)
    press(page, "Answer")
    expect(calls.nth(1)).to_contain_text("601 Talking", use_inner_text=True)
    page.evaluate("phone.hangupAll()")
    expect(page.locator("#records > li")).to_have_count(3)
    expect(page.locator("#records > li").first).to_contain_text(re.compile("From 601|To 600"))
    number.fill("a b c d")
    press(page, "Call")
    expect(page.locator("#wrong")).not_to_be_empty()


# --- The form field -------------------------------------------------------------------------------


def test_the_form_submits_the_record_of_its_call(visit: Callable[..., Page]) -> None:
    page = registered(visit("form"))
    page.get_by_label("Outcome").select_option("Reached")
    press(page, "Save")
    expect(page.get_by_text("Make the call first")).to_be_visible()
    page.get_by_label("Customer").select_option("Callback & Sons")
    expect(page.locator("[part=number-input]")).to_have_value("601")
    page.get_by_label("Customer").select_option("Busy Bakery")
    press(page, "Call")
    expect(page.get_by_label("Outcome")).to_have_value("Not reached")
    page.get_by_label("Customer").select_option("Echo Ltd")
    press(page, "Close")
    press(page, "Call")
    hang_up = page.get_by_role("button", name="Hang up")
    expect(hang_up).to_be_enabled()
    press(page, "Lock")
    expect(hang_up).to_be_disabled()
    assert page.evaluate("[call.calls.length, new FormData(contact).has('call')]") == [1, False]
    looked_at(page)
    press(page, "Lock")
    hang_up.click()
    expect(page.get_by_label("Outcome")).to_have_value("Reached")
    page.get_by_label("Notes").fill("Wants a quote.")
    press(page, "Save")
    expect(page.locator("#sent")).to_contain_text(re.compile("600 answered, [0-9]+ s"))
    expect(page.locator("#sent")).to_contain_text("Wants a quote.")
    looked_at(page, "form")
    assert page.evaluate("JSON.parse(new FormData(contact).get('call')).to.number") == "600"
    press(page, "Start again")
    emptied = "[new FormData(contact).has('call'), contact.elements.outcome.value]"
    assert page.evaluate(emptied) == [False, ""]


# --- Live help in a corner ------------------------------------------------------------------------


def test_help_in_a_corner_goes_on_while_it_is_closed(visit: Callable[..., Page]) -> None:
    page = visit("help")
    assert page.evaluate("performance.getEntriesByName('webphone:python').length") == 0
    phone = page.locator("web-phone")
    launcher = phone.locator("[part=launcher]")
    launcher.click()
    page.get_by_label("What is it about?").select_option("A repair")
    looked_at(page)
    press(page, "Call now")
    Ears(page).wait_sound()
    hang_up = page.get_by_role("button", name="Hang up", exact=True)
    expect(hang_up).to_be_visible()
    looked_at(page, "help")
    launcher.click()
    expect(hang_up).to_be_hidden()
    expect(launcher.get_by_role("timer")).to_contain_text(re.compile("00:[0-9]{2}"))
    assert page.evaluate("phone.activeCall.state") == "active"
    launcher.click()
    hang_up.click()
    expect(page.locator("#said")).to_have_text("Thank you for calling.")
    call = page.get_by_role("button", name="Call now")
    expect(call).to_be_visible()
    page.get_by_label("What is it about?").press("Escape")
    expect(call).to_be_hidden()
    expect(launcher).to_have_attribute("aria-expanded", "false")
    expect(launcher).to_be_focused()


def test_help_without_a_microphone_says_so_and_offers_the_call_again(
    visit: Callable[..., Page],
) -> None:
    page = visit("help", microphone=False)
    page.locator("web-phone [part=launcher]").click()
    press(page, "Call now")
    expect(page.locator("#wrong")).to_contain_text("Allow the microphone for this page")
    expect(page.get_by_role("button", name="Call now")).to_be_visible()


# --- An app for a mobile --------------------------------------------------------------------------


def test_a_mobile_calls_is_called_back_and_lists_both(visit: Callable[..., Page]) -> None:
    page = registered(visit("mobile"))
    page.set_viewport_size({"width": 390, "height": 760})
    looked_at(page)
    page.set_viewport_size({"width": 390, "height": 760})
    press(page, "Call Rings you back")
    hang_up = page.get_by_role("button", name="Hang up", exact=True)
    expect(page.locator("#people")).to_be_hidden()
    page.wait_for_function("phone.activeCall?.state === 'active'")
    Ears(page).wait_sound()
    seen(page)
    looked_at(page, "mobile")
    hang_up.click()
    answer = page.get_by_role("button", name="Answer", exact=True)
    answer.wait_for()
    seen(page)
    expect(page.locator("web-phone")).to_contain_text("Rings you back")
    press(page, "Decline")
    expect(page.locator("#people")).to_be_visible()
    press(page, "Recent")
    recent = page.locator("#recent > li")
    expect(recent).to_contain_text([re.compile("back.*Missed"), re.compile("back.*Went out")])
    looked_at(page)
    press(page, "Keypad")
    expect(page.get_by_role("button", name="Call", exact=True)).to_be_visible()


# --- A meeting ------------------------------------------------------------------------------------


def test_a_meeting_calls_everybody_joins_who_answers_and_shows_who_speaks(
    visit: Callable[..., Page],
) -> None:
    page = registered(visit("conference"))
    looked_at(page)
    rows = page.locator("#people > li")
    expect(rows).to_contain_text(["Not called yet"] * 3)
    press(page, "Call everybody")
    expect(page.locator("#said")).to_have_text("3 are here, with you.")
    expect(rows.nth(2)).to_contain_text("Is busy")
    page.wait_for_function(
        "phone.calls.every(({conference, state}) => conference && state === 'active')"
    )
    Ears(page).wait_sound()
    expect(rows.nth(0)).to_contain_text("Speaks")
    expect(rows.nth(0)).to_have_class("speaking")
    seen(page)
    looked_at(page, "conference")
    press(page, "Silence Ada Back")
    expect(rows.nth(0)).to_contain_text("Nobody hears them")
    expect(page.get_by_role("button", name="Silence Ada Back")).to_have_attribute(
        "aria-pressed", "true"
    )
    assert page.evaluate("phone.calls.length") == 2
    press(page, "Silence Ada Back")
    press(page, "Take Ada Back out")
    expect(rows.nth(0)).to_contain_text("On hold")
    expect(page.get_by_role("button", name="Silence Cleo Queue")).to_be_disabled()
    page.evaluate("phone.hangup(phone.calls[0].id)")
    expect(rows.nth(0)).to_contain_text("Has left")
    expect(page.locator("#said")).to_have_text("2 are here, with you.")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator("#said")).to_have_text("3 are here, with you.")
    page.wait_for_function("phone.calls.every(({conference}) => conference)")
    page.evaluate("phone.hangupAll()")
    expect(page.locator("#said")).to_have_text("Nobody is here yet.")
    expect(page.get_by_role("button", name="Call everybody")).to_be_enabled()


# --- A page that calls wake -----------------------------------------------------------------------
# How it is woken: tests/interop/test_push.py.


def test_who_does_not_allow_notifications_is_told_where_to(visit: Callable[..., Page]) -> None:
    page = registered(visit("push"))
    expect(page.locator("#said")).to_have_text("Nobody hears of a call here.")
    press(page, "Tell me of calls")
    expect(page.locator("#wrong")).to_contain_text("Allow notifications for this page")
    expect(page.get_by_role("button", name="Tell me of calls")).to_be_visible()
    expect(page.get_by_role("button", name="Tell me no more")).to_be_hidden()
    looked_at(page)


# --- Python ---------------------------------------------------------------------------------------


def test_python_of_the_page_pops_up_the_customer_checks_and_keeps_a_log(
    visit: Callable[..., Page],
) -> None:
    page = registered(visit("python-hook"))
    number = page.locator("[part=number-input]")
    number.fill("0043 1 234")
    press(page, "Call")
    expect(page.locator("#wrong")).to_have_text("Calls abroad are not allowed here.")
    number.fill("(60) 1")
    press(page, "Call")
    expect(page.locator("#customer")).to_contain_text("Graz")
    expect(page.locator("#wrong")).to_be_empty()
    assert page.evaluate("document.getElementById('support').calls.map(({to}) => to.number)") == [
        "601"
    ]
    seen(page)
    press(page, "Hang up")
    expect(page.locator("#log")).to_have_text(re.compile("601: answered, [0-9]+ s"))
    page.evaluate("document.getElementById('customer').replaceChildren()")
    expect(page.get_by_role("button", name="Answer", exact=True)).to_be_visible()
    expect(page.locator("#customer")).to_contain_text("Callback & Sons")
    looked_at(page, "python-hook")
    seen(page)
    press(page, "Decline")
    expect(page.locator("#log > li")).to_have_text([re.compile("rejected"), re.compile("answered")])


# --- The agent's desk -----------------------------------------------------------------------------


def test_an_agent_takes_a_call_makes_a_second_and_wraps_up(visit: Callable[..., Page]) -> None:
    page = registered(visit("agent"))
    looked_at(page)
    press(page, "Call")
    expect(page.locator("#customer")).to_have_text("Callback & Sons, Graz (601)")
    press(page, "Hang up")
    expect(page.locator("#answered")).to_have_text("1")
    press(page, "Answer")
    page.evaluate("void phone.makeCall('600')")
    expect(page.locator("#customer")).to_have_text("Echo Ltd, Bergen (600)")
    press(page, "Swap")
    expect(page.locator("#customer")).to_have_text("Callback & Sons, Graz (601)")
    page.evaluate("phone.hangup(phone.calls.find(({state}) => state === 'held').id)")
    expect(page.locator("#answered")).to_have_text("2")
    expect(page.get_by_label("Note")).to_be_hidden()
    expect(page.get_by_role("button", name="Swap", exact=True)).to_be_hidden()
    press(page, "Hang up")
    expect(page.get_by_text("Wrapping up: no calls come in.")).to_be_visible()
    assert page.evaluate("phone.dnd")
    expect(page.get_by_text("2 more after this")).to_be_visible()
    page.evaluate("phone.logCall().then(() => phone.logCall())")  # as Skip does
    expect(page.get_by_text("more after this")).to_be_hidden()
    press(page, "Complaint")
    page.get_by_label("Note").fill("Bell is too loud.")
    looked_at(page, "agent")
    press(page, "Save")
    expect(page.locator("#log > li")).to_have_text(
        [
            "Callback & Sons, Graz: Complaint, Bell is too loud.",
            "Echo Ltd, Bergen: no outcome",
            "Callback & Sons, Graz: no outcome",
        ]
    )
    assert not page.evaluate("phone.dnd")
    press(page, "Break")
    expect(page.locator("#said")).to_have_text("On a break: no calls come in.")
    assert page.evaluate("phone.dnd")
    press(page, "Available")
    assert not page.evaluate("phone.dnd")


# --- The frame ------------------------------------------------------------------------------------


def test_a_telephone_link_of_the_page_calls_through_the_frame(visit: Callable[..., Page]) -> None:
    page = registered(visit("frame"), "document.getElementById('embed').phone")
    looked_at(page)
    page.get_by_role("link", name="605").click()
    expect(page.locator("#said")).to_have_text("Cleo Queue's phone rings.")
    expect(page.locator("#said")).to_have_text("You are talking to Cleo Queue.")
    hang_up = page.frame_locator("iframe").get_by_role("button", name="Hang up")
    expect(hang_up).to_be_visible()
    looked_at(page, "frame")
    hang_up.click()
    expect(page.locator("#said")).to_contain_text(re.compile("It took [0-9]+ s"))


# --- The login ------------------------------------------------------------------------------------


def test_the_page_with_a_login_needs_none_in_the_demo(visit: Callable[..., Page]) -> None:
    """At a real server it gets some: tests/interop/test_login_page.py."""
    page = registered(visit("login"))
    expect(page.locator("#said")).to_have_text("you@demo can be called.")
    looked_at(page)
    page.evaluate("phone.unregister()")
    expect(page.get_by_text("Nobody can call you now.")).to_be_visible()
    expect(page.locator("#logins > li")).to_have_count(0)


# --- All of them ----------------------------------------------------------------------------------


def test_the_list_shows_every_example_and_its_picture(visit: Callable[..., Page]) -> None:
    page = visit("index")
    looked_at(page)
    listed = page.locator(".gallery h2 a").evaluate_all("(links) => links.map(({href}) => href)")
    assert [Path(link).stem for link in listed] == PAGES
    widths = page.locator(".gallery img").evaluate_all(
        """(all) => Promise.all(all.map(async (each) => {
          each.loading = "eager";
          await each.decode();
          return each.naturalWidth;
        }))"""
    )
    assert len(widths) == len(PAGES) and all(widths)


def test_what_make_demo_serves_leads_to_the_examples(chromium: Chromium, tmp_path: Path) -> None:
    server = DemoServer(tmp_path, ROOT / "dist")
    server.start()
    context = chromium.context()
    try:
        page = context.new_page()
        page.goto(server.url)
        page.get_by_role("link", name="Pages to copy").click()
        expect(page).to_have_title("Examples - Webphone")
        assert page.url == f"{server.url}examples/index.html"
        page.goto(f"{server.url}examples/")
        page.get_by_role("link", name="A button that calls").click()
        press(page, "Call us")
        expect(page.get_by_text("You are talking to the workshop.")).to_be_visible()
    finally:
        context.close()
        server.stop()


def test_the_one_file_and_the_service_worker_know_no_examples() -> None:
    dist = ROOT / "dist"
    assert "examples/" not in (dist / "sw.js").read_text()
    assert (
        "[data-inside] #examples { display: none; }" in (dist / "webphone-offline.html").read_text()
    )


@pytest.mark.parametrize("name", PAGES)
def test_an_example_is_short_and_is_all_its_own(name: str) -> None:
    own = [path for path in SOURCES.iterdir() if path.stem == name]
    assert sum(len(path.read_text().splitlines()) for path in own) < 100
    text = (SOURCES / f"{name}.html").read_text()
    wanted = set(re.findall(r'<(?:script|link)\b[^>]*?\b(?:src|href)="(?!data:)([^"]+)"', text))
    assert wanted <= SHARED | {path.name for path in own}
    assert "demo` needs no server" in text and "wss://sip.example.com" in text
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style", text), "nothing of it is inline"


def test_what_they_share_is_short_too() -> None:
    assert len((SOURCES / "look.css").read_text().splitlines()) < 100
