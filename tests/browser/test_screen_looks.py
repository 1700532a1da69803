"""Every screen of the gallery as it looks: for axe, in any script, and in very little room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

import gallery
import one_playwright
from page.examples import COLOURS
from webphone.ui import View

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Of each screen on its own: page-level rules have nothing to say of a gallery.
VIOLATIONS = """async (rules) => {
  const hosts = [...document.querySelectorAll("web-phone")];
  const { violations } = await axe.run({ include: hosts }, { resultTypes: ["violations"], elementRef: true, ...(rules && { runOnly: rules }),
    rules: { "landmark-unique": { enabled: false }, "landmark-no-duplicate-banner": { enabled: false } } });
  return violations.flatMap(({ id, nodes }) => nodes.map(({ element, html, any }) =>
    `${element.getRootNode().host?.dataset.name}: ${id}: ${html.slice(0, 160)} ${any.map(({ message }) => message)}`));
}"""
# How far from the left each of these words begins in the first text that holds them all.
PLACES = """(words) => {
  const { shadowRoot } = document.querySelector("web-phone");
  const texts = document.createNodeIterator(shadowRoot, NodeFilter.SHOW_TEXT);
  for (let text; (text = texts.nextNode()); ) {
    if (!words.every((word) => text.data.includes(word))) continue;
    return words.map((word) => {
      const range = new Range(), from = text.data.indexOf(word);
      range.setStart(text, from);
      range.setEnd(text, from + word.length);
      return Math.round(range.getBoundingClientRect().left);
    });
  }
}"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with one_playwright.chromium(without=["--hide-scrollbars"]) as browser:  # people have them
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    yield page
    page.close()


@pytest.mark.parametrize("theme", gallery.THEMES)
def test_axe_finds_nothing_on_any_screen(page: Page, theme: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    names, found = [*gallery.SCREENS, *gallery.LAUNCHERS], []
    rules = COLOURS if theme == "dark" else None
    for first in range(0, len(names), 30):  # a page of more would be large
        page.set_content(gallery.sheet(320, theme, names[first : first + 30]))
        page.evaluate(AXE.read_text())
        found += page.evaluate(VIOLATIONS, rules)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "name", ["\u202eeve", "\u05d3\u05e0\u05d4 (2)", "\u2069\u202eeve", "\u2067Zoë"]
)
def test_a_name_in_any_script_turns_no_sentence_round(
    page: Page, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    held = gallery.call(name, "1002", "active", held_by="remote")
    monkeypatch.setitem(gallery.SCREENS, "name", (gallery.talking(held), View()))
    page.set_content(gallery.sheet(600, "light", ["name"]))
    places = page.evaluate(PLACES, ["has", "put", "you", "on hold"])
    assert places == sorted(places), places


PLACES_OF_NAMES = """() => [...document.querySelectorAll("web-phone")].map((host) => {
  const card = host.shadowRoot.querySelector(".card").getBoundingClientRect();
  const inside = (part) => {
    const { top, left, width } = card.constructor.fromRect(
      host.shadowRoot.querySelector(`.body .peer [part="${part}"]`).getBoundingClientRect());
    return [top - card.top, part === "avatar" ? left - card.left : 0, part === "avatar" ? width : 0];
  };
  return [host.dataset.name, [...inside("avatar"), ...inside("peer-name")].map(Math.round).join()];
})"""
ON_STAGE = [
    *("calling", "ringing out", "ringing in", "ringing in, video", "known caller", "connecting"),
    *("in call", "in call for hours", "microphone asked", "digits sent", "muted", "held by me"),
    *("held by them", "held by both", "holding", "good sound", "poor sound", "unstable"),
    *("two calls", "transfer", "parking", "text in a call", "another headset in a call"),
    *("disabled in call", "hostile name", "ended", "busy"),
]


@pytest.mark.parametrize("width", gallery.WIDTHS)
def test_the_name_stands_in_one_place_from_the_first_ring_to_the_end(
    page: Page, width: int
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_content(gallery.sheet(width, "light", ON_STAGE))
    places = dict(page.evaluate(PLACES_OF_NAMES))
    assert places.keys() == set(ON_STAGE)
    assert len(set(places.values())) == 1, places


# What a phone with two panes shows beside its keys.
BESIDE_KEYS = [
    *("idle", "idle, wide", "idle, wide, no calls yet", "number typed", "keypad in call"),
    *("conference", "transfer wanted by them", *ON_STAGE),
]
KEYS = """() => Object.fromEntries([...document.querySelectorAll("web-phone")].map((host) => {
  const card = host.shadowRoot.querySelector(".card").getBoundingClientRect();
  return [host.dataset.name, [...host.shadowRoot.querySelectorAll("[part=key]")].map((key) => {
    const { left, right, top, bottom } = key.getBoundingClientRect();
    return [left - card.left, right - card.left, top - card.top, bottom - card.top].map(Math.round).join();
  }).join(" ")];
}))"""


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [600, 720, 1100])
def test_the_keys_stand_in_one_place_whether_there_is_a_call_or_none(
    page: Page, width: int, language: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    sheet = gallery.sheet(width, "light", BESIDE_KEYS, language)
    page.set_content(sheet.replace("<web-phone ", '<web-phone layout="full" '))
    places = page.evaluate(KEYS)
    assert places.keys() == set(BESIDE_KEYS)
    assert len(set(places.values())) == 1, places
    side = page.evaluate(
        """() => [...document.querySelectorAll("web-phone")].map(({ shadowRoot }) => {
          const middle = (each) => { const { left, right } = each.getBoundingClientRect(); return (left + right) / 2; };
          return Math.sign(middle(shadowRoot.querySelector("[part=keypad]")) - middle(shadowRoot.querySelector(".card")));
        })"""
    )
    assert set(side) == {-1 if language == "ar" else 1}


def test_a_person_has_one_colour_and_another_person_another_one(page: Page) -> None:
    page.set_content(gallery.sheet(320, "light", ["ringing in", "two calls", "in call", "ended"]))
    found = page.evaluate(
        """() => [...document.querySelectorAll("web-phone")].map(({shadowRoot}) =>
          [...shadowRoot.querySelectorAll("[part=avatar]")].map(
            (each) => getComputedStyle(each).backgroundColor))"""
    )
    [clara], both, [bob], [bob_gone] = found
    assert both == [clara, bob] and bob == bob_gone and clara != bob


MOVING = """() => [...document.querySelectorAll("web-phone")]
  .filter(({ shadowRoot }) => shadowRoot.getAnimations().length).map(({ dataset }) => dataset.name)"""


def test_nothing_moves_for_who_asked_for_that(page: Page) -> None:
    page.emulate_media(reduced_motion="no-preference")
    page.set_content(gallery.sheet(320, "light", list(gallery.SCREENS)))
    assert {"ringing in", "connecting to server"} <= set(page.evaluate(MOVING))
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(MOVING) == []
    ringing = page.locator("[data-name='ringing in'] [part=avatar]")
    assert ringing.evaluate("(each) => getComputedStyle(each).outlineStyle") == "solid"


def test_with_forced_colours_every_control_has_a_border_and_every_state_its_own_look(
    page: Page,
) -> None:
    page.emulate_media(forced_colors="active")
    names = [name for name in gallery.SCREENS if not name.endswith("hidden")]
    page.set_content(gallery.sheet(320, "light", names))
    bare = page.evaluate(
        """() => [...document.querySelectorAll("web-phone")].flatMap((host) =>
          [...host.shadowRoot.querySelectorAll("button:not([part~=action]), [part~=action] > .icon, .field, [part=strip]")]
            .filter((each) => each.checkVisibility() && getComputedStyle(each).borderTopStyle !== "solid")
            .map((each) => `${host.dataset.name}: ${each.outerHTML.slice(0, 100)}`))"""
    )
    assert not bare, "\n".join(bare)
    look = "(each, name) => getComputedStyle(each)[name]"

    def styled(screen: str, part: str, name: str) -> str:
        found = page.locator(f"[data-name='{screen}'] [part~='{part}']")
        told: str = found.evaluate(look, name)
        return told

    mute = [
        page.locator(f"[data-name='{screen}'] [part~=mute] svg").evaluate(look, "backgroundColor")
        for screen in ("in call", "muted")
    ]
    assert mute[0] != mute[1]
    assert styled("idle", "dial", "color") != styled("number typed", "dial", "color")
    assert styled("idle", "dial", "opacity") == "1"
    control = page.locator("[data-name='in call'] [part=hangup]")
    page.keyboard.press("Tab")
    control.focus()
    assert control.evaluate(look, "outlineStyle") == "solid"


@pytest.mark.parametrize("layout", ["auto", "bar"])
def test_a_name_of_usual_length_is_read_to_its_end_in_280_pixels(page: Page, layout: str) -> None:
    names = ["ringing in", "ringing out", "in call", "two calls", "call waiting", "video", "ended"]
    sheet = gallery.sheet(280, "light", names)
    page.set_content(sheet.replace("<web-phone ", f'<web-phone layout="{layout}" '))
    cut = page.evaluate(
        """() => [...document.querySelectorAll("web-phone")].flatMap((host) =>
          [...host.shadowRoot.querySelectorAll("[part=peer-name]")]
            .filter((each) => each.scrollHeight > each.clientHeight + 1)
            .map((each) => `${host.dataset.name}: ${each.textContent}`))"""
    )
    assert not cut


@pytest.mark.parametrize("width", [280, 320, 600])
def test_answer_and_decline_of_a_second_call_share_the_line(page: Page, width: int) -> None:
    page.set_content(gallery.sheet(width, "light", ["call waiting"]))
    waiting = page.locator("web-phone .waiting")
    decline, answer, both = (
        waiting.get_by_role("button", name=name, exact=True).bounding_box()
        for name in ("Decline", "Answer", "End and answer")
    )
    assert decline and answer and both
    assert decline["y"] == answer["y"] < both["y"]
    assert decline["width"] + answer["width"] + 8 == pytest.approx(both["width"], abs=1)


def test_the_focus_is_seen_all_round_the_control_that_ends_a_call(page: Page) -> None:
    page.set_content(gallery.sheet(320, "light", ["in call"]))
    hangup = page.get_by_role("button", name="Hang up")
    place = hangup.bounding_box()
    assert place
    middle = round(place["x"] + place["width"] / 2)

    def ring() -> list[bytes]:
        above, below = round(place["y"]) - 3, round(place["y"] + place["height"]) + 2
        return [
            page.screenshot(clip={"x": middle, "y": y, "width": 20, "height": 1})
            for y in (above, below)
        ]

    bare = ring()
    page.keyboard.press("Tab")
    hangup.focus()
    above, below = ring()
    assert above == below and above not in bare


@pytest.mark.parametrize("layout", ["auto", "bar"])
def test_the_past_calls_begin_where_what_they_are_looked_for_with_begins(
    page: Page, layout: str
) -> None:
    sheet = gallery.sheet(480, "light", ["calls"])
    page.set_content(sheet.replace("<web-phone ", f'<web-phone layout="{layout}" '))
    field, first = (
        page.locator(f"web-phone {each}").first.bounding_box()
        for each in ("[part=history-search]", "[part=history] li")
    )
    assert field and first and field["x"] == first["x"]


# How far the ring of each control reaches beyond what it is seen through.
RINGS = """() => [...document.querySelectorAll("web-phone")].flatMap((host) =>
  [...host.shadowRoot.querySelectorAll("[part=header] > button, .settings > button, .settings select, .roster button, [part=history] li > button, [part=contacts] .row > button")]
    .filter((each) => each.checkVisibility() && !each.disabled).flatMap((each) => {
      each.focus({ focusVisible: true });
      const { outlineStyle, outlineWidth, outlineOffset } = getComputedStyle(each);
      const { left, right } = each.getBoundingClientRect(), ring = parseFloat(outlineWidth) + parseFloat(outlineOffset);
      const seen = (each.closest(".settings, .roster, [part=history], [part=contacts]") ?? each.closest(".card")).getBoundingClientRect();
      const over = Math.max(seen.left - left, right - seen.right) + ring;
      return outlineStyle === "solid" && over <= 0.5 ? [] : [`${host.dataset.name}: ${each.outerHTML.slice(0, 80)} ${outlineStyle} by ${over}`];
    }))"""


@pytest.mark.parametrize("width", [280, 320, 600])
def test_the_ring_of_what_has_the_focus_is_cut_off_on_no_side(page: Page, width: int) -> None:
    names = ["idle", "settings", "devices", "conference", "calls", "contacts", "reconnecting"]
    page.set_content(gallery.sheet(width, "light", names))
    page.keyboard.press("Tab")
    found = page.evaluate(RINGS)
    assert not found, "\n".join(found)


# --- As high as the page says ---------------------------------------------------------------------

DRAWN = [name for name in gallery.SCREENS if not name.endswith("hidden")]
# One at a time: a browser that scrolls looks at all that is drawn.
SHAPES = """([names, width, style, layout]) => names.map((name) => {
  const host = document.querySelector(`[data-name="${name}"]`);
  for (const figure of document.querySelectorAll("figure")) figure.hidden = !figure.contains(host);
  host.parentElement.style.width = `${width}px`;
  host.style.cssText = style;
  host.setAttribute("layout", layout);
  host.scrollIntoView();
  const card = host.shadowRoot.querySelector(".card"), body = card.querySelector(".body");
  for (const each of [card, ...card.querySelectorAll("*")]) each.scrollTop = 0;
  const [around, place] = [host.getBoundingClientRect(), card.getBoundingClientRect()];
  const seen = (each) => {
    const { left, right, top, bottom } = each.getBoundingClientRect();
    const hit = host.shadowRoot.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return top >= around.top && bottom <= around.bottom && each.contains(hit);
  };
  const main = [...body.querySelectorAll(".end > button")].filter(seen).length;
  const rows = [...card.querySelectorAll("button, input")].filter((each) => each.checkVisibility({ visibilityProperty: true })).filter((each) => {
    each.scrollIntoView({ block: "nearest" });
    return !seen(each);
  });
  return { name: host.dataset.name, height: around.height, over: place.bottom - around.bottom,
    scrolls: card.scrollHeight > card.clientHeight, wide: card.scrollWidth > card.clientWidth,
    main, mains: body.querySelectorAll(".end > button").length,
    lost: rows.map((each) => each.outerHTML.slice(0, 80)) };
})"""


@pytest.fixture(scope="module")
def every_screen(chromium: Browser) -> Iterator[Page]:
    """A page that holds all that is drawn."""
    page = chromium.new_page(reduced_motion="reduce")
    page.set_content(gallery.sheet(320, "light", DRAWN))
    yield page
    page.close()


def shapes(page: Page, width: int, style: str, names: list[str], layout: str = "auto") -> list[Any]:
    """How each of these screens stands in an element with that style."""
    page.set_viewport_size({"width": width + 40, "height": 900})
    found: list[Any] = page.evaluate(SHAPES, [names, width, style, layout])
    assert [each["name"] for each in found] == names
    return found


@pytest.mark.parametrize(
    "style", ["height: 320px", "max-height: 320px", "display: block; height: 320px"]
)
@pytest.mark.parametrize("width", [280, 320, 600])
def test_a_low_phone_scrolls_inside_and_keeps_its_main_controls_in_reach(
    every_screen: Page, width: int, style: str
) -> None:
    found = shapes(every_screen, width, style, DRAWN)
    for each in found:
        assert each["height"] == 320 and each["over"] <= 0 and not each["wide"], each
        assert not each["lost"], each
        if each["name"] != "call waiting":  # whose own controls come first
            assert each["main"] == each["mains"], each
    assert any(each["scrolls"] for each in found)


@pytest.mark.parametrize("layout", ["auto", "bar"])
@pytest.mark.parametrize("width", [280, 320, 600])
def test_a_phone_that_may_be_as_high_as_it_likes_never_scrolls(
    every_screen: Page, width: int, layout: str
) -> None:
    for each in shapes(every_screen, width, "", DRAWN, layout):
        assert not each["scrolls"] and not each["wide"] and each["over"] == 0, each


OF_MUCH = ("conference", "record", "to be recorded", "video", "transfer", "devices", "menu", "more")
LOW = [name for name in DRAWN if name.startswith(OF_MUCH)]


@pytest.mark.parametrize("width", [280, 320, 600])
def test_a_conference_a_recording_pictures_and_the_menu_fit_a_small_phone(
    every_screen: Page, width: int
) -> None:
    """480 pixels, as the smallest phones have them, however many there are."""
    low = LOW if width < 576 else [name for name in LOW if "keypad" not in name]
    for each in shapes(every_screen, width, "", low):
        assert each["height"] <= 480, each
        assert not each["lost"] and each["main"] == each["mains"], each


FADES = """([name, end]) => {
  const menu = document.querySelector(`[data-name="${name}"]`).shadowRoot.querySelector(".menu");
  menu.scrollTop = end ? menu.scrollHeight : 0;
  return new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() =>
    then(getComputedStyle(menu, "::after").content !== "none"))));
}"""


def test_a_menu_that_goes_on_below_fades_away_there_until_its_end(page: Page) -> None:
    long, short = "menu, with all there can be", "menu"
    page.set_content(gallery.sheet(320, "light", [long, short]))
    faded = [page.evaluate(FADES, given) for given in ([long, False], [long, True], [short, False])]
    assert faded == [True, False, False]


@pytest.mark.parametrize("layout", ["auto", "compact", "full"])
@pytest.mark.parametrize("width", [280, 320, 600])
def test_whoever_shows_video_in_a_conference_has_a_part_of_the_view_and_a_name(
    page: Page, width: int, layout: str
) -> None:
    for name, count in (("conference, video", 4), ("conference of eight, video", 8)):
        sheet = gallery.sheet(width, "light", [name])
        page.set_content(sheet.replace("<web-phone ", f'<web-phone layout="{layout}" '))
        view = page.locator("[part=video-view]").bounding_box()
        tiles = [tile.bounding_box() for tile in page.locator(".tile").all()]
        assert view is not None and len(tiles) == count
        for tile in tiles:
            assert tile is not None and tile["width"] >= 64 and tile["height"] >= 36, tile
            assert tile["y"] >= view["y"] - 1
            assert tile["y"] + tile["height"] <= view["y"] + view["height"] + 1
        assert len({(tile["x"], tile["y"]) for tile in tiles if tile}) == count
        assert all(name.is_visible() for name in page.locator(".tile > .name").all())


@pytest.mark.parametrize("width", [320, 600, 900, 1400])
def test_those_who_are_seen_stand_in_about_as_many_rows_as_columns(page: Page, width: int) -> None:
    for name, columns in (("conference, video", 2), ("conference of eight, video", 3)):
        sheet = gallery.sheet(width, "light", [name])
        page.set_content(sheet.replace("<web-phone ", '<web-phone layout="full" '))
        tiles = [tile.bounding_box() for tile in page.locator(".tile").all()]
        assert len({tile["x"] for tile in tiles if tile}) == columns


def test_the_colour_of_who_calls_begins_below_what_stands_above(page: Page) -> None:
    """With two panes, where it is of the body alone."""
    page.set_content(gallery.sheet(600, "light", ["other tab, ringing"]))
    tint = page.locator(".ringing").evaluate(
        "(each) => each.closest('.body').getBoundingClientRect().top + parseFloat(getComputedStyle(each, '::before').top)"
    )
    banner = page.locator("[part=banner]").bounding_box()
    assert banner and tint >= banner["y"]


@pytest.mark.parametrize("style", ["height: 700px", "min-height: 700px", "--wp-block-size: 700px"])
def test_a_high_phone_fills_its_place(every_screen: Page, style: str) -> None:
    for each in shapes(every_screen, 320, style, DRAWN):
        assert each["height"] == 700 and each["over"] == 0 and not each["scrolls"], each
        assert each["main"] == each["mains"], each


def test_a_phone_that_shows_nothing_takes_no_room(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = gallery.CONFIG.changed({f"show_{part}": False for part in gallery.PARTS})
    monkeypatch.setitem(gallery.SCREENS, "headless", (replace(gallery.IDLE, config=hidden), View()))
    sheet = gallery.sheet(320, "light", ["headless"])
    page.set_content(sheet.replace("<web-phone ", '<web-phone style="--wp-block-size: 24rem" '))
    place = page.locator("web-phone").bounding_box()
    assert place and place["height"] == 0
