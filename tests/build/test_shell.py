"""The phone is there before Python: painted at once, and taken over without a move."""

from base64 import b64encode

import pytest

from starting import UP, hold, put_page
from webphone.contract import Config
from webphone.phone.snapshot import Snapshot
from webphone.ui import View, screen
from webphone.ui.html import render

pytestmark = pytest.mark.browser
IDLE = '<web-phone id="phone" loading="interaction" sign-in="off"></web-phone>'
# Without the state, which is Python's to tell, and what a field holds, which no attribute says.
SAME = """(html) => {
  const written = new DOMParser().parseFromString(html, "text/html").body;
  const painted = document.createElement("body");
  painted.append(phone.shadowRoot.firstElementChild.cloneNode(true));
  const bare = (body) => {
    for (const node of body.querySelectorAll("[hidden], [part=status], .spoken > p, [part=retry]"))
      node.remove();
    for (const node of body.querySelectorAll("*"))
      for (const name of ["data-when", "data-shell", "value", "tabindex"]) node.removeAttribute(name);
    return body;
  };
  return bare(painted).isEqualNode(bare(written)) ? "same" : painted.innerHTML;
}"""
# A layer that comes or goes has the browser round the edge of a corner in another way.
ROUNDED = 8
UNLIKE = """async (addresses) => {
  const [one, other] = await Promise.all(addresses.map(async (address) => {
    const picture = new Image();
    picture.src = address;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.width, picture.height), drawn = canvas.getContext("2d");
    drawn.drawImage(picture, 0, 0);
    return drawn.getImageData(0, 0, canvas.width, canvas.height);
  }));
  if (one.width !== other.width || one.height !== other.height) return 255;
  return one.data.reduce((most, value, place) => Math.max(most, Math.abs(value - other.data[place])), 0);
}"""
SETTINGS = [
    {},
    {"show_dialpad": False},
    {"show_dialled_number": False},
    {"show_dial": False},
    {"show_status": False},
    {"disabled": True, "dial": "100"},
    {"dial": "555", "display_name": "Anna & Co", "show_hold": False},
    {name: False for name in vars(Config)["__slots__"] if name.startswith("show_")},
]


@pytest.fixture
def shop(dist, serve, tmp_path):
    """Gives the address of a page with this markup."""

    def made(markup, headers=None):
        put_page(dist, tmp_path, markup)
        return serve(tmp_path, headers) + "/page.html"

    return made


def test_the_shell_is_the_screen_for_every_setting(shop, visit):
    page = visit().page
    page.goto(shop(IDLE))
    for settings in SETTINGS:
        config = Config(**settings, sign_in="off")
        picture = Snapshot(config=config, state="unconfigured", number=config.dial)
        page.evaluate("(given) => Object.assign(phone, given)", camelled(settings))
        same = page.evaluate(SAME, render(screen(picture, View(), 0.0)))
        assert same == "same", settings
        page.evaluate(
            "(names) => names.forEach((name) => (phone[name] = null))", [*camelled(settings)]
        )


def camelled(settings):
    def camel(name):
        first, *rest = name.split("_")
        return first + "".join(word.title() for word in rest)

    return {camel(name): value for name, value in settings.items()}


@pytest.mark.parametrize(
    ("hotkeys", "typed"),
    [("no-5 no-*", "67"), ("off", ""), ("on", "56*7"), ("no-backspace", "56*77")],
)
def test_a_key_that_is_not_the_phones_is_not_the_shells(shop, visit, hotkeys, typed):
    page = visit().page
    release = hold(page, "**/*.wasm")
    page.goto(shop(f'<web-phone id="phone" hotkeys="{hotkeys}"></web-phone>'))
    page.locator("[part=key]").first.focus()
    for key in ("5", "6", "*", "7", "7", "Backspace"):
        page.keyboard.press(key)
    assert page.locator("input").input_value() == typed
    release()
    page.evaluate(UP)
    assert page.locator("input").input_value() == typed


def test_the_shell_is_painted_within_100_ms_of_the_script(shop, visit):
    url = shop(IDLE)
    took = []
    for _ in range(3):
        page = visit().page
        page.goto(url)
        took.append(
            page.evaluate(
                """performance.getEntriesByName("webphone:shell")[0].startTime - performance
                  .getEntriesByType("resource").find(({ name }) => name.endsWith("webphone.js")).responseEnd"""
            )
        )
    assert min(took) < 100, took


DRAWN = "new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


def test_python_takes_over_what_is_typed_and_asked_and_nothing_moves(shop, visit):
    visited = visit()
    page = visited.page
    release = hold(page, "**/*.wasm")
    page.goto(shop('<web-phone id="phone"></web-phone><p>Below</p>'))
    page.locator("[part=key]", has_text="1").click()
    page.locator("[part=key]", has_text="2").click()
    page.locator("input").press("End")
    page.locator("input").press_sequentially("34")
    page.locator("input").press("Home")
    page.evaluate(
        """() => {
          window.order = [];
          phone.displayName = "Anna";
          for (const [name, ...args] of [["connect"], ["hold", "7"], ["makeCall", "900"]])
            phone[name](...args).then(() => "done", ({ code }) => code).then((end) => order.push([name, end]));
        }"""
    )
    page.wait_for_selector("[part=status] .words:visible")
    said = page.locator("[part=status]").inner_text()
    assert said.startswith("Starting phone")
    before = looks(page)
    page.evaluate(DRAWN)
    page.evaluate("shifts.length = 0")  # the number has its place by now; typed, it takes it
    release()
    page.evaluate(UP)
    page.evaluate(DRAWN)
    assert unlike(page, before, looks(page)) <= ROUNDED, "the same but for the status"
    field = page.evaluate(
        """() => {
          const field = phone.shadowRoot.querySelector("input");
          return [phone.shadowRoot.activeElement === field, field.value, field.selectionStart];
        }"""
    )
    assert field == [True, "1234", 0]
    assert page.evaluate("shifts") == []
    assert page.evaluate("order") == [
        ["connect", "not_configured"],
        ["hold", "no_call"],
        ["makeCall", "not_configured"],
    ]
    told = [name for name, _ in page.evaluate("told")]
    assert sorted(told) == [*["numberchange"] * 4, "ready"]
    assert page.locator("[part=title]").inner_text() == "Anna"
    page.locator("input").press_sequentially("0")
    page.locator("[part=delete]").click()
    assert page.locator("input").input_value() == "0123"


def unlike(page, one, other):
    """The largest difference of two pictures in one colour of one pixel, of 255."""
    pictures = [f"data:image/png;base64,{b64encode(each).decode()}" for each in (one, other)]
    beside = page.context.new_page()
    try:
        return beside.evaluate(UNLIKE, pictures)
    finally:
        beside.close()


def looks(page):
    """A picture of the page with its status covered."""
    header = page.locator("[part=header]")
    return page.screenshot(mask=[header], animations="disabled", caret="hide")
