"""Days, times and durations as a real browser writes them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from browser.bench import bench

pytestmark = pytest.mark.browser
COUNTED = """
import js
js.eval('''
    globalThis.made = [];
    for (const name of ["DateTimeFormat", "DurationFormat"])
      if (name in Intl)
        Intl[name] = new Proxy(Intl[name], {
          construct: (target, given) => (made.push(name), new target(...given)),
        });
''')
from webphone.browser.dates import lasted, local
"""


def test_a_long_list_of_calls_is_written_by_a_few_formatters(chromium: Browser) -> None:
    with bench(chromium, permissions=[]) as page:
        page.given(COUNTED)
        written, said, made = page.run("""
            written = [local(3600.0 * hour, "en-GB") for hour in range(0, 24 * 365, 25)]
            said = [lasted(seconds, "en") for seconds in range(300)]
            return written, said, js.made.to_py()
        """)
    assert len({tuple(each) for each in written}) == 351
    assert said[0] in ("", "0 seconds") and said[61] in ("", "1 minute, 1 second")
    # One for days and one for times in each of summer and winter; one for what has no seconds.
    assert made.count("DateTimeFormat") <= 4 and made.count("DurationFormat") <= 2, made
