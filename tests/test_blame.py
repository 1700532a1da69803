"""Whose mistake it is that reached nobody: the phone's, or that of the page's own Python."""

import pytest

from webphone.browser.blame import is_ours, says_ours

OURS = '  File "/lib/asyncio/events.py", line 84, in _run\n  File "/lib/webphone/phone/desk.py", line 3'
THEIRS = [
    '  File "/lib/_pyodide/_base.py", line 1\n  File "<exec>", line 3, in pop\n'
    '  File "/lib/webphone/browser/python_api.py", line 9, in call',
    '  File "/lib/pyscript/events.py", line 1\n  File "/home/pyodide/shop.py", line 3, in pop',
    '  File "/lib/python3.14/site-packages/greeting.py", line 3, in pop',
]


def test_what_the_phone_s_own_code_began_is_the_phone_s_mistake():
    assert says_ours(OURS)
    assert says_ours("no frame is named")


@pytest.mark.parametrize("text", THEIRS)
def test_what_the_page_began_is_the_page_s_even_if_it_ends_in_the_phone(text):
    assert not says_ours(text)


def test_an_exception_tells_the_same_by_its_frames():
    for file, ours in [("/lib/webphone/main.py", True), ("<exec>", False)]:
        with pytest.raises(ZeroDivisionError) as raised:
            exec(compile("1 / 0", file, "exec"))
        mistake = raised.value
        assert is_ours(mistake.with_traceback(mistake.__traceback__.tb_next)) is ours
