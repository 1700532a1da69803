"""The screen on a real page: faithful, gentle with focus and caret, and fit to be used."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import gallery
import icons
from browser.bench import Bench, bench
from webphone.ui.screen import shown

pytestmark = pytest.mark.browser
GALLERY = Path(gallery.__file__)
PRELUDE = """
import js
from dataclasses import replace
from gallery import BOB, HELD, IDLE, NOW, RINGING, SCREENS, call, muted, talking
from webphone.browser.page import Page
from webphone.contract import *
from webphone.phone.happenings import (NumberTyped)
from webphone.ui import View, act, find, screen
from webphone.ui.html import text

class Phone:
    '''A page that shows one picture, and follows what is typed.'''

    def __init__(self):
        js.document.body.replaceChildren()
        self.host = js.document.createElement("section")
        js.document.body.append(self.host)
        self.root = self.host.attachShadow(js.JSON.parse('{"mode": "open"}'))
        self.page = Page(self.root, self.perform)
        self.snapshot, self.view, self.asked = IDLE, View(), []

    def show(self, picture, view=None):
        self.snapshot, self.view = picture, view or View()
        self.page.show(screen(self.snapshot, self.view, NOW))

    def perform(self, gesture, fields):
        self.view, happenings = act(self.view, gesture, self.snapshot, fields)
        for happening in happenings:
            if isinstance(happening, NumberTyped):
                self.show(replace(self.snapshot, number=happening.number), self.view)
            else:
                self.asked.append(repr(happening.command))
        return bool(happenings)

    def find(self, part):
        return self.root.querySelector(f'[part~="{part}"]')

def bare(root):
    clone = js.document.createElement("div")
    for child in root.childNodes:
        clone.append(child.cloneNode(True))
    for node in clone.querySelectorAll("[data-on]"):
        node.removeAttribute("data-on")
    return clone
"""


@pytest.fixture(scope="module")
def opened(chromium: Browser) -> Iterator[Bench]:
    with bench(chromium, permissions=[], modules=[GALLERY]) as page:
        page.page.evaluate("code => python.runPython(code)", PRELUDE)
        yield page


@pytest.fixture
def phone(opened: Bench) -> Bench:
    opened.page.evaluate("python.runPython('phone = Phone()')")
    return opened


def test_whatever_was_shown_before_the_page_shows_the_screen_as_if_it_were_the_first(phone):
    assert (
        phone.run(
            """
            wrong = []
            names = list(SCREENS)
            for step in (1, 7, 11):
                for place in range(len(names)):
                    name = names[place * step % len(names)]
                    phone.show(*SCREENS[name])
                    other = js.document.createElement("div").attachShadow(
                        js.JSON.parse('{"mode": "open"}'))
                    fresh = Page(other, lambda gesture, fields: None)
                    fresh.show(screen(*SCREENS[name], NOW))
                    if not bare(phone.root).isEqualNode(bare(other)):
                        wrong.append(name)
                    fresh.destroy()
            return wrong
            """
        )
        == []
    )


def test_what_is_gone_from_the_page_is_forgotten(phone):
    shown, known = phone.run(
        """
        for picture, view in SCREENS.values():
            phone.show(picture, view)
        phone.show(IDLE)
        return [phone.root.querySelectorAll("[data-on]").length, len(phone.page._tree.meanings)]
        """
    )
    assert shown == known


def test_a_click_on_an_icon_inside_a_button_is_a_click_on_the_button(phone):
    phone.run("phone.show(talking(BOB))")
    phone.page.locator('section [part~="hangup"] svg').click()
    assert phone.run("return phone.asked") == ["Hangup(id='call-1002')"]


def test_a_button_means_what_the_last_screen_said(phone):
    phone.run("phone.show(talking(BOB))\nphone.show(talking(muted(BOB)))")
    phone.page.locator('section [part~="mute"]').click()
    assert phone.run("return phone.asked") == ["Mute(on=False, id='call-1002')"]


def test_the_caret_stays_where_the_person_types(phone):
    phone.run("phone.show(IDLE)")
    field = phone.page.locator("section input")
    field.click()
    phone.page.keyboard.type("1239")
    phone.page.keyboard.press("ArrowLeft")
    phone.page.keyboard.type("45678")
    assert field.input_value() == "123456789"
    assert phone.run("return phone.snapshot.number") == "123456789"
    phone.run("phone.show(replace(phone.snapshot, error=WebPhoneError('mic_denied')))")
    phone.page.keyboard.type("0")
    assert field.input_value() == "1234567809"


def test_what_the_phone_makes_of_a_number_is_put_into_the_field(phone):
    phone.run("phone.show(IDLE)")
    field = phone.page.locator("section input")
    field.fill("12")
    phone.run("phone.show(replace(IDLE, number='123'))")
    assert field.input_value() == "123"
    phone.run("phone.show(IDLE)")
    assert field.input_value() == ""


def test_a_number_that_the_phone_refuses_leaves_the_field_again(phone):
    phone.run("phone.show(IDLE)")
    phone.run(
        "phone.perform = None\nphone.page._perform = lambda gesture, fields: phone.show(IDLE)"
    )
    field = phone.page.locator("section input")
    field.press_sequentially("7")
    assert field.input_value() == ""


FOCUSED = "return phone.root.activeElement.getAttribute('part') if phone.host.matches(':focus-within') else None"


def test_when_the_field_goes_the_focus_goes_to_hang_up(phone):
    phone.run("phone.show(IDLE)")
    phone.page.locator("section input").focus()
    phone.run("phone.show(talking(call('', '100', 'dialling')))")
    assert phone.run(FOCUSED) == "hangup"


def test_a_ringing_phone_takes_the_focus_from_nobody(phone):
    phone.run("phone.show(IDLE)")
    phone.run("phone.show(replace(IDLE, calls=(RINGING,)))")
    assert phone.run(FOCUSED) is None


def test_the_key_that_dials_does_not_hang_up_while_it_is_held_down(phone):
    phone.run("phone.show(replace(IDLE, number='100'))")
    phone.page.locator("section input").focus()
    phone.page.keyboard.down("Enter")
    phone.run("phone.show(talking(call('', '100', 'dialling')))")
    phone.page.keyboard.down("Enter")
    phone.page.keyboard.up("Enter")
    asked = phone.run("return phone.asked")
    assert len(asked) == 1 and asked[0].startswith("MakeCall(target='100'")


def test_keys_of_the_keyboard_reach_the_phone_and_then_not_the_page_around(phone):
    phone.run("phone.show(talking(BOB))")
    phone.page.evaluate(
        "() => { globalThis.around = []; document.onkeydown = document.onkeyup = (e) => around.push(e.key); }"
    )
    phone.page.locator('section [part~="hold"]').focus()
    for key in ("m", "5", "q", "Escape"):
        phone.page.keyboard.press(key)
    assert phone.run("return phone.asked") == [
        "Mute(on=True, id='call-1002')",
        "DialpadPress(key='5')",
    ]
    assert phone.page.evaluate("around") == ["q", "q", "Escape", "Escape"]


def test_the_pictures_of_a_call_stay_the_same_elements_while_all_else_changes(phone):
    assert phone.run(
        """
        video = replace(BOB, video_remote=True)
        phone.show(talking(video))
        first = phone.page.slot(BOB.view.id, "remote")
        phone.show(talking(replace(muted(video), digits="12")), View(open="keypad", of=BOB.view.id))
        same = phone.page.slot(BOB.view.id, "remote") == first
        own = phone.page.slot(BOB.view.id, "self").tagName
        phone.show(IDLE)
        return [first.tagName, same, own, phone.page.slot(BOB.view.id, "remote")]
        """
    ) == ["VIDEO", True, "VIDEO", None]


def test_a_strict_policy_of_the_page_finds_nothing_to_refuse(phone):
    broken, radius = phone.run(
        """
        broken = []
        from pyodide.ffi import create_proxy
        heard = create_proxy(lambda event: broken.append(event.violatedDirective))
        js.document.addEventListener("securitypolicyviolation", heard)
        policy = js.document.createElement("meta")
        policy.httpEquiv = "Content-Security-Policy"
        policy.content = "style-src 'none'; trusted-types; require-trusted-types-for 'script'"
        js.document.head.append(policy)
        strict = Phone()
        for picture, view in SCREENS.values():
            strict.show(picture, view)
        import asyncio
        await asyncio.sleep(0.05)
        radius = js.getComputedStyle(strict.root.querySelector(".card")).borderRadius
        js.document.removeEventListener("securitypolicyviolation", heard)
        return [broken, radius]
        """
    )
    assert (broken, radius) == ([], "24px")


TRANSLATE = """
def translate():
    walker = js.document.createTreeWalker(phone.root, js.NodeFilter.SHOW_TEXT)
    texts = []
    while (text := walker.nextNode()) and hasattr(text, "data"):
        texts.append(text)
    for text in texts:
        outer, inner = js.document.createElement("font"), js.document.createElement("font")
        inner.textContent = text.data.upper()
        outer.append(inner)
        text.replaceWith(outer)
"""


@pytest.mark.parametrize("often", ["once", "always"])
def test_a_translated_page_follows_every_screen(phone, often):
    phone.given(TRANSLATE)
    assert (
        phone.run(
            f"""
            wrong, names = [], list(SCREENS)
            phone.show(*SCREENS[names[0]])
            translate()
            for name in names[1:]:
                before = phone.root.querySelector("[part=timer]")
                phone.show(*SCREENS[name])
                if {often == "always"}:
                    translate()
                wanted = screen(*SCREENS[name], NOW)
                for role in ("status", "alert"):
                    spoken = phone.root.querySelector(f"[role={{role}}]").textContent.lower()
                    told = "".join(map(text, find(wanted, role=role).children)).lower()
                    if spoken != told:
                        wrong.append([name, spoken, told])
            return wrong
            """
        )
        == []
    )


def test_the_clock_of_a_translated_call_goes_on_and_mute_says_what_it_is(phone):
    phone.given(TRANSLATE)
    assert phone.run(
        """
        phone.show(talking(BOB))
        translate()
        phone.page.show(screen(phone.snapshot, phone.view, NOW + 65))
        timer = phone.root.querySelector("[part=timer]").textContent
        phone.show(talking(HELD))
        translate()
        phone.page.show(screen(phone.snapshot, phone.view, NOW + 1))
        return [timer, phone.root.querySelector("[part=notice] .words").textContent]
        """
    ) == ["03:10", "On hold 00:43"]


def test_a_destroyed_page_hears_nothing_and_shows_nothing(phone):
    assert phone.run(
        """
        phone.show(talking(BOB))
        hangup = phone.find("hangup")
        phone.page.destroy()
        hangup.click()
        return [phone.root.childNodes.length, phone.asked]
        """
    ) == [0, []]


def test_the_icons_are_those_of_the_installed_set():
    assert icons.TARGET.read_text() == icons.written(), "run tools/icons.py"


# --- To look at -----------------------------------------------------------------------------------

MEASURE = """() => [...document.querySelectorAll("web-phone")].map((host) => {
  const ink = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (...colours) => {
    ink.clearRect(0, 0, 1, 1);
    for (const colour of colours) { ink.fillStyle = colour; ink.fillRect(0, 0, 1, 1); }
    return [...ink.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const grounds = (node) => node instanceof Element
    ? [...grounds(node.parentNode), getComputedStyle(node).backgroundColor] : ["white"];
  const ratio = (node) => {
    const below = grounds(node);
    const [a, b] = [light(rgba(...below)), light(rgba(...below, getComputedStyle(node).color))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const root = host.shadowRoot;
  const card = root.querySelector(".card").getBoundingClientRect();
  const all = [...root.querySelectorAll(".card *")].filter((node) => node.getClientRects().length);
  const off = ":disabled, [aria-disabled=true], :disabled *, [aria-disabled=true] *";
  const worded = all.filter((node) => !node.matches(off)
    && [...node.childNodes].some((child) => child.nodeType === 3));
  const end = root.querySelector("[part=hangup]")?.getBoundingClientRect();
  return {
    name: host.dataset.name,
    small: all.filter((node) => node.tagName === "BUTTON").filter((node) => {
      const { width, height } = node.getBoundingClientRect();
      return width < 44 || height < (node.part.contains("key") ? 56 : 44);
    }).map((node) => node.getAttribute("part")),
    outside: all.filter((node) => {
      const { left, right } = node.getBoundingClientRect();
      return left < card.left - 1 || right > card.right + 1;
    }).map((node) => node.getAttribute("part") || node.className),
    pale: worded.filter((node) => ratio(node) < 4.5)
      .map((node) => [node.getAttribute("part") || node.className, ratio(node)]),
    end: end ? Math.round(end.top - card.top) : null,
    height: Math.round(card.height),
  };
})"""


def _measured(chromium: Browser, width: int, theme: str) -> dict[str, dict[str, object]]:
    page = chromium.new_page(
        viewport={"width": 6 * (width + 16) + 32, "height": 800}, reduced_motion="reduce"
    )
    page.set_content(gallery.sheet(width, theme, list(gallery.SCREENS)))
    measured = page.evaluate(MEASURE)
    page.close()
    return {screen["name"]: screen for screen in measured}


@pytest.mark.parametrize("theme", gallery.THEMES)
@pytest.mark.parametrize("width", gallery.WIDTHS)
def test_every_screen_fits_can_be_hit_and_can_be_read(chromium, width, theme):
    measured = _measured(chromium, width, theme)
    assert measured.keys() == gallery.SCREENS.keys()
    for name, screen in measured.items():
        assert (name, screen["small"], screen["outside"], screen["pale"]) == (name, [], [], [])


@pytest.mark.parametrize("width", gallery.WIDTHS)
def test_hang_up_is_always_in_the_same_place(chromium, width):
    measured = _measured(chromium, width, "light")
    calls = (
        "calling",
        "ringing out",
        "connecting",
        "in call",
        "keypad in call",
        "muted",
        "held by me",
        "held by both",
        "holding",
        "two calls",
    )
    assert {measured[name]["end"] for name in calls} == {measured["in call"]["end"]}
    assert {measured[name]["height"] for name in (*calls, "idle", "ringing in", "ended")} == {
        measured["in call"]["height"]
    }


@pytest.mark.parametrize("layout", ["compact"])
def test_this_layout_is_one_column_however_wide_the_page_is(chromium, layout):
    page = chromium.new_page(viewport={"width": 700, "height": 800})
    sheet = gallery.sheet(600, "light", ["idle"])
    width = (
        "() => document.querySelector('web-phone').shadowRoot.querySelector('.card').offsetWidth"
    )
    page.set_content(sheet)
    assert page.evaluate(width) == 600
    page.set_content(sheet.replace("<web-phone ", f'<web-phone layout="{layout}" '))
    assert page.evaluate(width) == 384
    page.close()


# What a line shows of itself: its height, and the controls that are never behind More.
LINES = """() => [...document.querySelectorAll("web-phone")].map((host) => {
  const root = host.shadowRoot, card = root.querySelector(".card");
  const seen = (part) => [...root.querySelectorAll(`.card [part="${part}"]`)].map((each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const hit = root.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return each.contains(hit) && right - left >= 44 && bottom - top >= 44;
  });
  host.scrollIntoView();
  const found = ["answer", "hangup decline", "hangup", "action mute"].flatMap((part) =>
    seen(part).filter((each) => !each).map(() => part));
  return [host.dataset.name, card.offsetHeight, found];
})"""
PAGES = (
    *("menu", "messages", "devices", "diagnosis", "ladder", "history", "contacts"),
    *("settings", "about", "shortcuts"),
)


@pytest.mark.parametrize("width", [480, 640, 840])
def test_the_layout_bar_is_one_line_in_every_state(chromium, monkeypatch, width):
    for name, (picture, view) in list(gallery.SCREENS.items()):
        bar = replace(picture, config=replace(picture.config, layout="bar"))
        monkeypatch.setitem(gallery.SCREENS, name, (bar, view))
    page = chromium.new_page(viewport={"width": width + 40, "height": 800})
    lines = [
        name
        for name, (picture, view) in gallery.SCREENS.items()
        if view.open not in PAGES
        and "conference" not in name  # whose people have a line each
        and shown(picture, view) != "sign-in"  # each field may say what is wrong with it
    ]
    sheet = gallery.sheet(width, "light", lines)
    page.set_content(sheet.replace("<web-phone ", '<web-phone layout="bar" '))
    found = page.evaluate(LINES)
    assert [name for name, _, _ in found] == lines
    assert [(name, height) for name, height, _ in found if height > 96] == []
    lost = [(name, gone) for name, _, gone in found if gone]
    assert lost == [], lost
    page.close()


def test_the_layout_full_takes_all_the_width(chromium):
    page = chromium.new_page(viewport={"width": 1200, "height": 800})
    sheet = gallery.sheet(1100, "light", ["idle"])
    page.set_content(sheet.replace("<web-phone ", '<web-phone layout="full" '))
    card = page.locator("web-phone .card")
    assert card.bounding_box()["width"] == 1100
    page.close()


@pytest.mark.parametrize("layout", ["auto", "bar"])
@pytest.mark.parametrize("width", [280, 320, 600])
@pytest.mark.parametrize("size", [100, 200])
def test_nothing_is_cut_off_at_any_width_and_size_of_text(chromium, layout, width, size):
    page = chromium.new_page(viewport={"width": width + 40, "height": 800})
    names = [name for name in gallery.SCREENS if not name.endswith("hidden")]
    sheet = gallery.sheet(width, "light", names)
    page.set_content(sheet.replace("<web-phone ", f'<web-phone layout="{layout}" '))
    page.add_style_tag(content=f":root {{ font-size: {size}% }}")
    cut = page.evaluate(
        """() => [...document.querySelectorAll("web-phone")].flatMap((host) => {
          const {left, right} = host.getBoundingClientRect();
          return [...host.shadowRoot.querySelectorAll(".card button, .card input, .card .words, .card p")]
            .filter((each) => getComputedStyle(each).position !== "absolute" && each.offsetWidth)
            .filter((each) => each.getBoundingClientRect().left < left - 1
              || each.getBoundingClientRect().right > right + 1)
            .map((each) => `${host.dataset.name}: ${each.outerHTML.slice(0, 100)}`);
        })"""
    )
    assert not cut, "\n".join(cut)
    page.close()


def test_right_to_left_mirrors_the_phone_but_never_its_keypad_and_numbers(chromium):
    page = chromium.new_page(viewport={"width": 400, "height": 800})
    sheet = gallery.sheet(320, "light", ["ringing in", "number typed"])
    page.set_content(sheet.replace("<web-phone ", '<web-phone dir="rtl" '))
    lefts = page.evaluate(
        """() => {
          const [ringing, idle] = [...document.querySelectorAll("web-phone")];
          const left = (host, part) =>
            host.shadowRoot.querySelector(`[part~="${part}"]`).getBoundingClientRect().left;
          const keys = idle.shadowRoot.querySelectorAll("[part=key]");
          return [left(ringing, "answer") < left(ringing, "decline"),
            keys[0].getBoundingClientRect().left < keys[1].getBoundingClientRect().left,
            getComputedStyle(idle.shadowRoot.querySelector("input")).direction];
        }"""
    )
    assert lefts == [True, True, "ltr"]
    page.close()
