"""The page's `credentials` function in a real browser: whatever it gives, the phone hears once."""

import pytest

from browser.bench import Bench

pytestmark = [pytest.mark.browser]


def tell(page: Bench, given: str, story: str) -> object:
    page.given(given)
    return page.run(story)


ASK = """
import asyncio
import js
from webphone.browser.credentials import Credentials
heard = []
credentials = Credentials(heard.append)

async def given(function):
    heard.clear()
    credentials.ask("one", js.eval(function) if isinstance(function, str) else function)
    for _ in range(300):
        if heard:
            break
        await asyncio.sleep(0.01)
    [news] = heard
    assert news.ask == "one" and "geheim" not in repr(news)
    return news.credentials
"""
LOGIN = '{username: "alice", password: "geheim", more: 7}'


@pytest.mark.parametrize(
    "function",
    [f"(() => ({LOGIN}))", f"(async () => ({LOGIN}))"],
)
def test_what_it_gives_or_promises_is_heard(page: Bench, function: str) -> None:
    told = tell(page, ASK, f"return await given('''{function}''')")
    assert told == {"username": "alice", "password": "geheim"}


@pytest.mark.parametrize(
    "function",
    [
        '(() => { throw new Error("geheim") })',
        '(() => Promise.reject("geheim"))',
        "(async () => null)",
        "(async () => 'geheim')",
        "(async () => undefined)",
        '(async () => ({get password() { throw new Error("geheim") }}))',
    ],
)
def test_a_failure_is_nothing_and_none_of_its_words_are_heard(page: Bench, function: str) -> None:
    assert tell(page, ASK, f"return await given('''{function}''')") is None


def test_a_function_in_python_is_asked_as_well(page: Bench) -> None:
    story = """
async def login():
    return {"token": "geheim"}
return await given(login)
"""
    assert tell(page, ASK, story) == {"token": "geheim"}


def test_nobody_hears_of_it_once_the_phone_is_gone(page: Bench) -> None:
    story = """
heard.clear()
credentials.ask("two", js.eval("(() => new Promise((done) => setTimeout(done, 50)))"))
credentials.close()
await asyncio.sleep(0.2)
return heard
"""
    assert tell(page, ASK, story) == []
