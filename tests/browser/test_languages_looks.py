"""Every screen in every language: nothing is cut off or runs over in little room, in any direction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

import gallery
from webphone.ui import View
from webphone.ui.html import find, text
from webphone.ui.screen import screen
from webphone.ui.view import in_utc
from webphone.words import LANGUAGES, RIGHT_TO_LEFT, said_in, say

pytestmark = pytest.mark.browser
DRAWN = [name for name in gallery.SCREENS if not name.endswith("hidden")]
# Where a word of ours does not stand within the phone and the colour of its button, or runs into
# another one, or breaks without a hyphen. What is for the ear alone, is a stranger's, or may end in dots is left out.
CUT = """() => [...document.querySelectorAll("web-phone")].flatMap((host) => {
  const card = host.shadowRoot.querySelector(".card"), lines = [];
  const found = card.scrollWidth > card.clientWidth ? [`${host.dataset.name}: wider than the phone`] : [];
  const texts = document.createNodeIterator(card, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    const parent = text.parentElement, { width, height } = parent.getBoundingClientRect();
    if (width < 2 || height < 2 || parent.closest("[part=texts], [part=title], .last, [part=peer-name], [part=peer-number], bdi, option")) continue;
    const range = new Range();
    const places = (from, length) => {
      range.setStart(text, from);
      range.setEnd(text, from + length);
      return [...range.getClientRects()].map(({ left, top, width }) => ({ left, top, width, is: [left, top, width].join() }));
    };
    // A hyphen that is seen is that of the mark where a word may break: it has its place, and is no part of what follows it.
    const hyphens = new Set([...text.data.matchAll(/\\u00ad/g)].flatMap(({ index }) => places(index, 1)).map(({ is }) => is));
    if (!/[\\u3040-\\u30ff\\u4e00-\\u9fff]/.test(text.data))
      for (const word of text.data.matchAll(/[^\\s\\u00ad\\u2010/@.:-]+/g)) {
        const pieces = places(word.index, word[0].length).filter(({ is, width }) => width > 0 && !hyphens.has(is));
        if (new Set(pieces.map(({ top }) => Math.round(top))).size > 1) found.push(`${host.dataset.name}: ${word[0]} breaks`);
      }
    range.selectNodeContents(text);
    const button = parent.closest("button"), bare = !button || getComputedStyle(button).backgroundColor === "rgba(0, 0, 0, 0)";
    const box = (bare ? card : button).getBoundingClientRect(), said = `${host.dataset.name}: ${text.data.slice(0, 60)}`;
    for (const { left, right, top, bottom } of range.getClientRects()) {
      const over = [box.left - left, right - box.right, ...(bare ? [] : [box.top - top, bottom - box.bottom])];
      if (Math.max(...over) > 1) found.push(`${said} by ${over.map(Math.round)}`);
      if (button)
        for (const other of lines)
          if (other.button !== button && other.button.parentElement === button.parentElement && left < other.right - 1 && right > other.left + 1 && top < other.bottom - 1 && bottom > other.top + 1)
            found.push(`${said} runs into ${other.said}`);
      if (button) lines.push({ button, said, left, right, top, bottom });
    }
  }
  return found;
})"""

LAID_OUT = """([width, layout]) => {
  for (const host of document.querySelectorAll("web-phone")) {
    host.parentElement.style.width = `${width}px`;
    host.setAttribute("layout", layout);
  }
}"""
HIGHER = """(most) => [...document.querySelectorAll("web-phone")]
  .filter((host) => host.offsetHeight > most)
  .map((host) => `${host.dataset.name}: ${host.offsetHeight} high`)"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    yield page
    page.close()


@pytest.fixture(scope="module", params=LANGUAGES)
def every_screen(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that holds all that is drawn, in one language and 280 pixels."""
    view = ViewportSize(width=1000, height=800)
    page = chromium.new_page(viewport=view, reduced_motion="reduce")
    page.set_content(gallery.sheet(280, "light", DRAWN, request.param))
    yield page
    page.close()


@pytest.mark.parametrize("layout", ["auto", "bar"])
def test_no_word_is_cut_off_in_280_pixels(every_screen: Page, layout: str) -> None:
    every_screen.evaluate(LAID_OUT, [280, layout])
    found = every_screen.evaluate(CUT)
    assert not found, "\n".join(found)


def test_a_letter_alone_on_a_line_is_a_broken_word_and_a_hyphen_is_none(page: Page) -> None:
    """In a box as wide as all but the last letter; a narrow one, as a hyphen is."""
    for word, found in (("Confirmil", ["x: Confirmil breaks"]), ("Confirm\u00adil", [])):
        page.set_content(
            "<web-phone data-name=x><template shadowrootmode=open><div class=card>"
            "<p style='font: 20px monospace; inline-size: 8.5ch; margin: 0; overflow-wrap: anywhere'>"
            f"{word}</p></div></template></web-phone>"
        )
        assert page.locator("p").evaluate("(each) => each.clientHeight") > 40
        assert page.evaluate(CUT) == found


# What of the rows of past calls is not seen whole in one line, but for a name that ends in dots.
BROKEN = """() => [...document.querySelectorAll("web-phone")].flatMap((host) => {
  const found = [];
  const lines = (each) => {
    const range = new Range(), tops = new Set(), texts = document.createNodeIterator(each, NodeFilter.SHOW_TEXT);
    for (let text; (text = texts.nextNode()); ) {
      if (text.parentElement.closest(".spoken")) continue;
      range.selectNodeContents(text);
      for (const { bottom } of range.getClientRects()) tops.add(Math.round(bottom / 4));
    }
    return tops.size;
  };
  for (const row of host.shadowRoot.querySelectorAll("[part=history] [part=list-item]")) {
    const wrong = (what, each) => found.push(`${host.dataset.name}: ${what}: ${each.textContent}`);
    const who = row.querySelector(".who"), { left, right } = who.getBoundingClientRect();
    for (const each of row.querySelectorAll(".named, .when")) if (lines(each) !== 1) wrong("wraps", each);
    for (const each of row.querySelectorAll(".time")) {
      const place = each.getBoundingClientRect();
      if (place.left < left - 1 || place.right > right + 1) wrong("cut off", each);
    }
    for (const each of row.querySelectorAll(".what")) if (each.scrollWidth > each.clientWidth + 1) wrong("ends in dots", each);
    for (const each of row.querySelectorAll("[part=history-name], .what")) if (!each.title.includes(each.textContent)) wrong("is not told", each);
    if (who.offsetHeight > 52) wrong("too high", who);
  }
  return found;
})"""


def in_twelve_hours(moment: float, language: str) -> tuple[str, str]:
    """A time as long as any browser writes it."""
    day, time = in_utc(moment, language)
    return day, f"{time} {'ص' if language == 'ar' else 'PM'}"


@pytest.mark.parametrize("width", [280, 320])
def test_a_past_call_is_one_calm_row(
    page: Page, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["calls", "calls, looked for", "calls in a call", "calls in a morning"]
    picture, view = gallery.SCREENS["calls"]
    monkeypatch.setitem(
        gallery.SCREENS, "calls in a morning", (picture, replace(view, dates=in_twelve_hours))
    )
    for language in LANGUAGES:
        page.set_content(gallery.sheet(width, "light", names, language))
        found = page.evaluate(BROKEN)
        # With room for no more, what came of it ends in dots, and has a title.
        longest = said_in(language, say("outcome_answered-elsewhere"))
        dots = [each for each in found if "ends in dots" in each]
        spared = [each for each in dots if width == 280 or "morning" in each or longest in each]
        found = [each for each in found if each not in spared]
        assert not found, "\n".join([language, *found])


# What has words of its own in a bar, where a line is short.
IN_A_BAR = [
    *("number typed", "in call", "held by both", "poor sound", "recording", "two calls"),
    *("ringing in", "ringing in, video", "call waiting", "emergency", "ended", "busy"),
    *("transfer", "transfer, asking first", "transfer wanted by them", "wrap-up", "reconnecting"),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_bar_is_one_line_of_whole_words(
    page: Page, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.emulate_media(reduced_motion="reduce")
    for name in IN_A_BAR:
        picture, view = gallery.SCREENS[name]
        bar = replace(picture, config=replace(picture.config, layout="bar"))
        monkeypatch.setitem(gallery.SCREENS, name, (bar, view))
    page.set_content(gallery.sheet(450, "light", IN_A_BAR, language))
    for width in (450, 480, 640, 768):
        page.evaluate(LAID_OUT, [width, "bar"])
        found = page.evaluate(CUT) + (page.evaluate(HIGHER, 96) if width >= 480 else [])
        assert not found, "\n".join([str(width), *found])


# How many pixels the words in a field that is empty lack, and those that are chosen in a list.
LACKING = """() => [...document.querySelectorAll("web-phone")].flatMap(({ shadowRoot }) => {
  const pen = document.createElement("canvas").getContext("2d");
  const lacks = (each, words, arrow, pseudo) => {
    const { fontSize, fontFamily } = getComputedStyle(each, pseudo), { paddingLeft, paddingRight } = getComputedStyle(each);
    pen.font = `${fontSize} ${fontFamily}`;
    return pen.measureText(words).width + arrow + parseFloat(paddingLeft) + parseFloat(paddingRight) - each.clientWidth;
  };
  const search = shadowRoot.querySelector("[part=history-search]"), kind = shadowRoot.querySelector("[part=history-kind]");
  return [[search.placeholder, lacks(search, search.placeholder, 0, "::placeholder")], [kind.selectedOptions[0].text, lacks(kind, kind.selectedOptions[0].text, 14)]];
}).filter(([, lacks]) => lacks > 0)"""


@pytest.mark.parametrize("width", [280, 320, 380])
def test_what_may_be_looked_for_among_the_calls_is_read_to_its_end(page: Page, width: int) -> None:
    for language in LANGUAGES:
        page.set_content(gallery.sheet(width, "light", ["calls"], language))
        assert page.evaluate(LACKING) == [], language


SILENCED = """() => [...document.querySelectorAll("web-phone")].flatMap(({ shadowRoot }) =>
  [...shadowRoot.querySelectorAll(".roster .who > [part=stage]")].filter((each) => each.scrollWidth > each.clientWidth).map((each) => each.textContent))"""


def test_how_somebody_stands_in_a_conference_is_one_whole_word_in_280_pixels(page: Page) -> None:
    for language in LANGUAGES:
        page.set_content(gallery.sheet(280, "light", ["conference"], language))
        assert page.evaluate(SILENCED) == [], language


@pytest.mark.parametrize("width", [280, 320])
def test_the_menu_with_forwarding_fits_a_small_phone_in_every_language(
    page: Page, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    picture, view = gallery.SCREENS["menu"]
    bare = replace(picture, config=replace(picture.config, show_dialpad=False))
    monkeypatch.setitem(gallery.SCREENS, "menu without keys", (bare, view))
    for language in LANGUAGES:
        page.set_content(gallery.sheet(width, "light", ["menu", "menu without keys"], language))
        assert page.evaluate(HIGHER, 480) == [], language
        scrolls = page.locator(".menu").evaluate_all(
            "(menus) => menus.map((menu) => menu.scrollHeight > menu.clientHeight)"
        )
        assert scrolls == [False, False], language


@pytest.mark.parametrize("name", ["not set up", "in call", "menu", "idle"])
def test_a_narrow_bar_says_side_by_side_who_it_is_and_how_it_stands(page: Page, name: str) -> None:
    sheet = gallery.sheet(320, "light", [name], "de")
    page.set_content(sheet.replace("<web-phone ", '<web-phone layout="bar" '))
    card = page.locator(".card").bounding_box()
    assert card
    for part in ("header", "status"):
        place = page.locator(f"[part={part}]").bounding_box()
        assert place and place["height"] <= 52
        assert part == "header" or place["x"] + place["width"] <= card["x"] + card["width"] - 12


@pytest.mark.parametrize("language", sorted(RIGHT_TO_LEFT & LANGUAGES.keys()))
def test_a_language_from_right_to_left_mirrors_all_but_numbers_and_the_keypad(
    page: Page, language: str
) -> None:
    page.set_content(gallery.sheet(320, "light", ["number typed"], language))
    phone = page.locator("web-phone")

    def left(part: str) -> float:
        place = phone.locator(part).first.bounding_box()
        assert place
        return place["x"]

    keys = [left(f"[part=key]:nth-child({number})") for number in (1, 2, 3)]
    assert keys == sorted(keys)
    assert left("[part=menu]") < left("[part=title]")
    field = phone.locator("[part=number-input]")
    assert field.evaluate("(each) => getComputedStyle(each).direction") == "ltr"
    group = phone.locator(".phone")
    assert group.evaluate("(each) => getComputedStyle(each).direction") == "rtl"


def test_a_sign_points_where_the_reading_goes(page: Page) -> None:
    turned = "(sign) => getComputedStyle(sign).scale"
    for language, looks in (("en", "none"), ("ar", "-1 1")):
        page.set_content(gallery.sheet(320, "light", ["thread", "calls", "in call"], language))
        for sign in ("send", "outgoing", "incoming", "missed", "transfer"):
            assert page.locator(f".icon-{sign}").first.evaluate(turned) == looks, sign
        assert page.locator("[part=hangup] > .icon").evaluate(turned) == "none"


def test_a_page_from_right_to_left_leaves_a_phone_in_german_as_german_is_written(
    page: Page,
) -> None:
    sheet = gallery.sheet(320, "light", ["idle"], "de")
    page.set_content(sheet.replace("<web-phone ", '<web-phone dir="rtl" '))
    group = page.locator("web-phone .phone")
    assert group.evaluate("(each) => getComputedStyle(each).direction") == "ltr"


def test_what_is_drawn_is_said_in_the_language() -> None:
    for language in LANGUAGES:
        drawn = screen(replace(gallery.IDLE, language=language), View(), gallery.NOW)
        status = find(drawn, part="status")
        assert status and text(status) == said_in(language, say("state_registered"))
