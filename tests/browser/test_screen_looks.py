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
