"""The top-level page from disk; how it runs from a server: tests/page/test_demo.py."""

import pytest

pytestmark = pytest.mark.browser


def test_opened_from_disk_the_page_says_how_to_get_one_that_works(root, visit):
    page = visit().page
    page.goto((root / "index.html").as_uri())
    notice = page.get_by_role("alert").inner_text()
    assert "make demo" in notice
    assert "make dist" in notice
