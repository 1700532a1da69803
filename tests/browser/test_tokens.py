"""Each token that a page may set is seen: another value is another computed style."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pytest
from playwright.sync_api import Browser, Page

import gallery
from looks import TOKENS

pytestmark = pytest.mark.browser
SEEN = """([selector, property]) => {
  const phone = document.querySelector("web-phone");
  const seen = selector === ":host" ? phone : phone.shadowRoot.querySelector(selector);
  return getComputedStyle(seen)[property];
}"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1000, "height": 900})
    yield page
    page.close()


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token.name)
def test_another_value_of_a_token_is_another_style(page: Page, token) -> None:
    sheet = gallery.sheet(320, "light", [token.screen])
    found = []
    for style in ("", f"{token.name}: {token.tried}"):
        page.set_content(sheet.replace("<web-phone ", f'<web-phone style="{escape(style)}" ', 1))
        found.append(page.evaluate(SEEN, [token.selector, token.seen]))
    assert found[0] != found[1], found
