"""The top-level page: vendored PyScript reads pyscript.toml and runs pyapp/main.py."""

import pytest

pytestmark = pytest.mark.browser


def test_pyscript_starts_python_and_nothing_leaves_the_origin(root, serve, visit):
    origin = serve(root)
    visited = visit()
    visited.page.goto(origin + "/index.html")
    assert visited.python_ran() == 1
    assert visited.outside(origin) == []
    assert origin + "/pyapp/webphone/contract.py" in visited.requests


def test_opened_from_disk_the_page_says_how_to_get_one_that_works(root, visit):
    page = visit().page
    page.goto((root / "index.html").as_uri())
    notice = page.get_by_role("alert").inner_text()
    assert "make demo" in notice
    assert "make dist" in notice
