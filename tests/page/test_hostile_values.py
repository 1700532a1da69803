"""Whatever a page's script gives the element: told in words, nothing thrown, nothing stuck."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from page.page_server import PageServer
from page.phone_page import PhonePage
from webphone.contract import SETTINGS, camel, kebab

pytestmark = pytest.mark.browser
HOSTILE = Path(__file__).with_name("hostile.js").read_text()
# Words of a programming language other than the page's own.
JARGON = ("JsProxy", "dict", "NoneType", " str ", " int ", "memoryview", "JsException", "Traceback")


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext], pages: PageServer) -> Iterator[PhonePage]:
    """A demo phone; afterwards it can still be called a phone."""
    url = PhonePage.write(pages, "/dist/webphone.js", {"demo": True})
    phone = PhonePage(new_context(), url)
    phone.page.set_default_timeout(180_000)
    phone.open()
    phone.page.evaluate(f"() => {{ {HOSTILE} }}")
    yield phone
    assert phone.console.errors == []
    assert phone.page.evaluate("'__evil' in window") is False
    phone.call_method("show")
    phone.call_method("register")
    phone.make_call("600")
    phone.wait_event("answer")
    phone.call_method("hangup")


def in_words(told: dict[str, Any]) -> bool:
    """A sentence and its remedy, for somebody who writes a page."""
    sentences = (told["message"], told["hint"])
    return all(
        sentence.endswith(".")
        and len(sentence) < 250
        and not any(word in sentence for word in JARGON)
        for sentence in sentences
    )


def test_any_value_of_any_property_is_taken_or_refused_by_its_name(phone: PhonePage) -> None:
    outcomes = phone.page.evaluate("__set_all(document.getElementById('phone'))")
    names = {camel(name): kebab(name) for name in SETTINGS}
    wrong = [
        each
        for each in outcomes
        if each["threw"]
        or not all(
            told["code"] in ("invalid_config", "unsupported")
            and in_words(told)
            and names[each["property"]] in told["message"]
            for told in each["told"]
        )
    ]
    assert len(outcomes) > 1000
    assert wrong == []
    unreadable = [each for each in outcomes if each["value"] in ("itself", "proxy")]
    assert [each for each in unreadable if len(each["told"]) != 1] == []


def test_any_argument_of_any_method_settles_its_promise(phone: PhonePage) -> None:
    outcomes = phone.page.evaluate("__call_all(document.getElementById('phone'))")
    wrong = [
        each
        for each in outcomes
        if each["outcome"] != "done"
        and (
            each["outcome"].get("name") != "WebPhoneError"
            or each["outcome"]["code"] == "internal"
            or not in_words(each["outcome"])
        )
    ]
    assert len(outcomes) > 3000
    assert wrong == []


def test_what_can_not_be_read_does_not_spoil_what_is_set_beside_it(phone: PhonePage) -> None:
    phone.page.evaluate(
        """() => Object.assign(document.getElementById("phone"),
          {displayName: "Anna", constraints: __hostile().itself, maxCalls: 3})"""
    )
    told = phone.wait_event("error")
    assert (told["code"], "constraints" in told["message"]) == ("invalid_config", True)
    assert (phone.get("displayName"), phone.get("maxCalls")) == ("Anna", 3)
    assert phone.get("constraints") is None
