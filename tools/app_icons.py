"""Write web/icon-*.png from web/icon.svg, by Debian's Chromium."""

from pathlib import Path

from playwright.sync_api import sync_playwright

WEB = Path(__file__).resolve().parent.parent / "web"
SIZES = (192, 512)

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
    for size in SIZES:
        page = browser.new_page(viewport={"width": size, "height": size})
        page.set_content(f"<style>body {{ margin: 0 }}</style>{(WEB / 'icon.svg').read_text()}")
        page.screenshot(path=WEB / f"icon-{size}.png")
