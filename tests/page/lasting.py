"""A page that stays open with its Python: each test has new phones on it, and waits for no start.

The phones of the test before forget all that they know and leave the page, as a page's own script
would remove them; what is around them is made anew as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import ViewportSize

from page.phone_page import PhonePage

FAILED = pytest.StashKey[bool]()  # of a test: page/fixtures.py
SIZE = ViewportSize(width=1280, height=720)
# Python lets go of a phone that left a task later: until then its name is taken.
ANEW = """async () => {
  for (const phone of document.querySelectorAll("web-phone"))
    await phone.forgetEverything().catch(() => {});
  document.body.replaceChildren();
  document.documentElement.removeAttribute("dir");
  await new Promise((then) => setTimeout(() => setTimeout(then)));
  localStorage.clear();
  sessionStorage.clear();
  __results.clear();
  __events.length = __peers.length = 0;
  const written = await (await fetch(location.href)).text();
  document.body.innerHTML = new DOMParser().parseFromString(written, "text/html").body.innerHTML;
}"""


class Lasting:
    """One page for the tests of a file; `make` gives it, not opened yet."""

    def __init__(self, make: Callable[[], PhonePage]) -> None:
        self._make = make
        self._phone: PhonePage | None = None

    def lent(self, request: pytest.FixtureRequest, *ids: str) -> Iterator[PhonePage]:
        """The page with phones that know nothing, those with these ids registered.

        It is closed after a test that fails; what went to its console as an error fails one.
        """
        phone = self._phone
        if phone is None:
            phone = self._phone = self._make().open()
        else:
            phone.page.mouse.move(0, 0)
            phone.page.set_viewport_size(SIZE)
            phone.page.evaluate(ANEW)
            phone.call_method("ready")
        for id in ids:
            phone.beside(id).wait_event("registered", seconds=30)
        yield phone
        errors = [*phone.console.errors]
        if errors or request.node.stash.get(FAILED, False):
            print(phone.report())
            self.close()
        assert errors == []

    def close(self) -> None:
        if self._phone is not None:
            self._phone.close()
            self._phone = None
