"""What `make demo` serves, as a new user meets it: two tabs, a call, sound both ways.

The screenshots go to tests/.run/screens, or where the environment's SCREENS says
(`make screens` renews the gallery of the documentation).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from page.chromium import Ears
from page.demo_server import ROOT, DemoServer, served
from page.eyes import seen
from page.pitch import AUDIBLE, LISTEN
from page.ports import free_port
from sip.entropy import seeded
from webphone.exchange import Exchange, Send
from webphone.exchange.numbers import NUMBERS
from webphone.sip import Entropy

pytestmark = pytest.mark.browser
SCREENS = Path(os.environ.get("SCREENS", ROOT / "tests" / ".run" / "screens"))
COUNT_PYTHONS = """
window.pythons = 0;
addEventListener("py:ready", () => { window.pythons += 1; }, true);
"""


@pytest.fixture(scope="module")
def sources(run_folder: Path) -> Iterator[DemoServer]:
    """The page that vendored PyScript runs as it is."""
    yield from served(run_folder / "demo-unbundled", ROOT)


def tab(context: BrowserContext, demo: DemoServer, path: str = "") -> Page:
    """One more tab of the same browser, signed in by itself."""
    page = context.new_page()
    page.set_viewport_size({"width": 420, "height": 900})
    page.goto(demo.url + path)
    page.wait_for_function("document.querySelector('web-phone').state === 'registered'")
    return page


def picture(page: Page, name: str) -> None:
    """The phone alone, as a PNG."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.locator("web-phone").screenshot(path=SCREENS / f"{name}.png", animations="disabled")


@pytest.mark.parametrize(
    ("server", "other"), [("demo", ""), ("sources", "dist/index.html")], ids=["demo", "sources"]
)
def test_two_tabs_call_each_other_and_nothing_leaves_the_origin(
    server: str,
    other: str,
    request: pytest.FixtureRequest,
    new_context: Callable[..., BrowserContext],
) -> None:
    """Both from the build; and the sources as vendored PyScript runs them with the build."""
    demo: DemoServer = request.getfixturevalue(server)
    context = new_context()
    context.add_init_script(COUNT_PYTHONS)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    context.set_default_timeout(30_000)
    alice, bob = tab(context, demo), tab(context, demo, other)
    assert "You are alice" in alice.get_by_role("status").first.inner_text()
    picture(alice, "idle")
    alice.get_by_role("button", name="Call", exact=True).click()
    answer = bob.get_by_role("button", name="Answer", exact=True)
    expect(answer).to_be_visible()
    expect(bob.get_by_role("dialog")).to_contain_text("alice")
    picture(bob, "ringing-in")
    picture(alice, "ringing-out")
    answer.click()
    hang_up = alice.get_by_role("button", name="Hang up", exact=True)
    expect(hang_up).to_be_visible()
    Ears(alice).wait_sound()
    Ears(bob).wait_sound()
    picture(alice, "in-call")
    bob.get_by_role("button", name="Hang up", exact=True).click()
    expect(alice.get_by_text("Call ended.", exact=True)).to_be_visible()
    picture(alice, "ended")
    log = alice.locator("#log")
    expect(log).to_contain_text('"disposition":"answered"')
    expect(log).not_to_contain_text('"password"')
    assert [page.evaluate("pythons") for page in (alice, bob)] == [1, 1]
    assert [url for url in asked if not url.startswith((demo.url, "data:", "blob:"))] == []
    assert (f"{demo.url}pyapp/webphone/contract.py" in asked) == (server == "sources")


@pytest.mark.parametrize("name", ["webphone-dial", "dial"])
def test_a_link_of_another_page_shows_its_number_and_calls_nobody(
    demo: DemoServer, new_context: Callable[..., BrowserContext], name: str
) -> None:
    page = new_context().new_page()
    page.goto(f"{demo.url}?{name}=tel:600")
    page.wait_for_function("document.querySelector('web-phone').state === 'registered'")
    expect(page.locator("web-phone").locator("[part=number-input]")).to_have_value("600")
    assert page.evaluate("document.querySelector('web-phone').calls") == []
    page.get_by_role("button", name="Call", exact=True).click()
    page.wait_for_function("document.querySelector('web-phone').calls.length === 1")


def press(page: Page, name: str) -> None:
    """A control by its name, as late as a person who has seen it come."""
    page.bring_to_front()
    control = page.get_by_role("button", name=name, exact=True)
    control.wait_for()
    seen(page)
    control.click()


def test_who_is_asked_first_takes_the_call_over(
    demo: DemoServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.set_default_timeout(30_000)
    alice, bob, carol = (tab(context, demo) for _ in range(3))
    press(alice, "Call")
    press(bob, "Answer")
    press(alice, "Transfer")
    alice.keyboard.type("carol")
    press(alice, "Ask first")
    press(carol, "Answer")
    press(alice, "Complete")
    press(bob, "Go there")
    expect(alice.get_by_role("button", name="Hang up", exact=True)).to_be_hidden()
    for page, other in ((bob, "carol"), (carol, "bob")):
        page.wait_for_function(f"""(() => {{
          const {{ calls }} = document.querySelector("web-phone");
          return calls.length === 1 && calls[0].state === "active" &&
            [calls[0].from.number, calls[0].to.number].includes("{other}");
        }})()""")
    Ears(bob).wait_sound()
    Ears(carol).wait_sound()
    press(carol, "Hang up")
    expect(bob.get_by_text("Call ended.", exact=True)).to_be_visible()


# What a caller is told of each number that the page lists, and what ends the call.
TOLD = {
    "600": ["answer"],
    "601": ["answer", "end", "ringingin"],
    "602": ["end"],
    "603": ["end"],
    "604": ["ringingout"],
    "605": ["ringingout", "answer"],
    "606": ["answer", "hold", "resume"],
}
ENDS = {"602": ("busy", 486), "603": ("rejected", 603)}
WATCH = """
globalThis.told = [];
for (const name of ["answer", "ringingout", "ringingin", "hold", "resume", "end"])
  document.querySelector("web-phone").addEventListener(name, ({ detail }) => told.push({ name, ...detail }));
"""


def listed(page: Page) -> list[str]:
    """The numbers that the page shows, as a person reads them."""
    return [each for each in page.locator("#numbers dt").all_inner_texts() if each]


def test_every_number_that_the_page_lists_works_from_it(
    demo: DemoServer, new_context: Callable[..., BrowserContext]
) -> None:
    context = new_context()
    context.set_default_timeout(30_000)
    context.add_init_script(LISTEN)
    page = tab(context, demo)
    page.evaluate(WATCH)
    assert listed(page) == list(NUMBERS) == list(TOLD)
    for number, expected in TOLD.items():
        page.evaluate("told.length = __heard.remote.length = 0")
        page.get_by_role("button", name=number, exact=True).click()
        call = page.get_by_role("button", name="Call", exact=True)
        close = page.get_by_role("button", name="Close", exact=True)
        call.or_(close).wait_for()
        if close.is_visible():  # what is said of the last call
            close.click()
        call.wait_for()
        seen(page)
        call.click()
        for name in expected:
            page.wait_for_function(f"told.some(({{ name }}) => name === '{name}')")
            if (number, name) == ("601", "answer"):
                seen(page)
                page.get_by_role("button", name="Hang up", exact=True).click()
            if name == "answer" and number in ("600", "605"):
                wait_loud(page)
        told = page.evaluate("told")
        if number in ENDS:
            end = next(each for each in told if each["name"] == "end")
            assert (end["disposition"], end["sipCode"]) == ENDS[number]
        if number == "601":
            back = next(each for each in told if each["name"] == "ringingin")
            assert back["from"]["number"] == "601"
        page.evaluate("document.querySelector('web-phone').hangupAll()")
        page.wait_for_function("!document.querySelector('web-phone').calls.length")
    assert " -> 6" not in demo.log()


def wait_loud(page: Page) -> None:
    """Until the caller hears something."""
    page.wait_for_function(f"__heard.remote.some(({{ level }}) => level > {AUDIBLE})")


class Elsewhere:
    """A server that is none of ours, whatever runs behind it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        exchange = Exchange(Entropy(seeded(3)))
        links = iter(range(100))

        def talk(connection: ServerConnection) -> None:
            link = next(links)
            try:
                for frame in connection:
                    self.heard.append(str(frame))
                    for action in exchange.receive(link, str(frame).encode(), 0.0):
                        if isinstance(action, Send):
                            said = action.data.decode().replace("webphone exchange", "other")
                            connection.send(said)
            except ConnectionClosed:
                pass

        port = free_port()
        self.server = serve(talk, "127.0.0.1", port, subprotocols=["sip"])  # type: ignore[list-item]
        self.url = f"ws://127.0.0.1:{port}"
        threading.Thread(target=self.server.serve_forever).start()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.server.shutdown()


def test_another_server_gets_what_is_dialled_and_the_page_lists_nothing(
    demo: DemoServer, elsewhere: Elsewhere, new_context: Callable[..., BrowserContext]
) -> None:
    page = tab(new_context(), demo)
    page.evaluate(WATCH)
    page.get_by_role("button", name="Settings and events").click()
    page.get_by_label("Host").fill(elsewhere.url)
    page.get_by_role("button", name="Apply and sign in").click()
    page.wait_for_function(
        "document.querySelector('#log').textContent.includes('" + elsewhere.url + "')"
    )
    expect(page.locator("#numbers")).to_be_hidden()
    page.evaluate("document.querySelector('web-phone').makeCall('600').catch(() => {})")
    page.wait_for_function("told.some(({ name }) => name === 'end')")
    assert [frame for frame in elsewhere.heard if frame.startswith("INVITE sip:600@")]
