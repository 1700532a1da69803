"""Every screen of the gallery as it looks: for axe, in any script, and in very little room."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import gallery
from browser.bench import ARGUMENTS
from webphone.ui import View

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# Of a screen on its own: page-level rules have nothing to say of a gallery.
VIOLATIONS = """async () => {
  const found = [];
  for (const host of document.querySelectorAll("web-phone")) {
    const { violations } = await axe.run(host, { resultTypes: ["violations"],
      rules: { "landmark-unique": { enabled: false }, "landmark-no-duplicate-banner": { enabled: false } } });
    for (const { id, nodes } of violations)
      for (const { html, any } of nodes)
        found.push(`${host.dataset.name}: ${id}: ${html.slice(0, 160)} ${any.map(({ message }) => message)}`);
  }
  return found;
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
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1000, "height": 800})
    yield page
    page.close()


@pytest.mark.parametrize("theme", gallery.THEMES)
def test_axe_finds_nothing_on_any_screen(page: Page, theme: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_content(gallery.sheet(320, theme, list(gallery.SCREENS)))
    page.evaluate(AXE.read_text())
    found = page.evaluate(VIOLATIONS)
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "name", ["\u202eeve", "\u05d3\u05e0\u05d4 (2)", "\u2069\u202eeve", "\u2067Zoë"]
)
def test_a_name_in_any_script_turns_no_sentence_round(
    page: Page, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    held = gallery.call(name, "1002", "active", held_remote=True)
    monkeypatch.setitem(gallery.SCREENS, "name", (gallery.talking(held), View()))
    page.set_content(gallery.sheet(600, "light", ["name"]))
    places = page.evaluate(PLACES, ["has", "put", "you", "on hold"])
    assert places == sorted(places), places


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
          [...host.shadowRoot.querySelectorAll("button, .field, [part=notice]")]
            .filter((each) => each.offsetWidth && getComputedStyle(each).borderTopStyle !== "solid")
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
