"""An example page under the eyes of a test: in every light and width, and its screenshot.

The screenshots go to tests/.run/screens, or where the environment's SCREENS says
(`make screens` renews the gallery of the documentation).
"""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page, ViewportSize

ROOT = Path(__file__).resolve().parents[2]
SCREENS = Path(os.environ.get("SCREENS", ROOT / "tests" / ".run" / "screens")) / "examples"
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
VIOLATIONS = """async (rules) => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"], ...(rules && { runOnly: rules }) });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, any }) => `${id}: ${html.slice(0, 200)} ${any.map(({ message }) => message)}`));
}"""
# All that axe has to say of colours: the rest of a page is the same in the dark.
COLOURS = ["color-contrast", "link-in-text-block"]
USUAL = ViewportSize(width=1000, height=750)
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def looked_at(page: Page, picture: str = "") -> None:
    """Nothing is wrong with the page as it stands: in light and dark, wide and at 320 pixels."""
    if picture:
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=SCREENS / f"{picture}.png", animations="disabled")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    for width in (320, 1280):
        page.set_viewport_size({"width": width, "height": 750})
        assert page.evaluate(SIDEWAYS) <= 0, f"the page scrolls sideways at {width} pixels"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(VIOLATIONS, COLOURS) == [], "dark"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(VIOLATIONS) == [], "light"
    page.set_viewport_size(USUAL)
