"""Three phones on one page, each with real media: a call goes on between the other two."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page

from page.page_server import PageServer

pytestmark = pytest.mark.browser

PHONES = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Three phones</title>
<script src="/dist/webphone.js"></script>
<web-phone id="anna" demo username="anna" redirect-policy="follow"></web-phone>
<web-phone id="ben" demo username="ben" redirect-policy="follow"></web-phone>
<web-phone id="cleo" demo username="cleo" redirect-policy="follow"></web-phone>
<script>
globalThis.ends = {};
for (const phone of document.querySelectorAll("web-phone")) {
  phone.addEventListener("end", ({detail}) => (ends[phone.id] ??= []).push(detail));
}
globalThis.peers = (id) => Object.fromEntries(document.getElementById(id).calls.map(
  (call) => [(call.direction === "outgoing" ? call.to : call.from).number, call.state]));
globalThis.talk = async (caller, called) => {
  const [one, two] = [caller, called].map((id) => document.getElementById(id));
  const rings = new Promise((done) => two.addEventListener("ringingin", done, {once: true}));
  const answered = new Promise((done) => one.addEventListener("answer", done, {once: true}));
  await one.makeCall(called);
  await rings;
  await two.answer();
  await answered;
};
</script>
"""


@pytest.fixture
def three(new_context: Callable[..., BrowserContext], pages: PageServer) -> Page:
    """A page with the phones of Anna, Ben and Cleo, registered at the exchange inside it."""
    page = new_context().new_page()
    page.goto(pages.put("/three.html", PHONES))
    page.wait_for_function(
        "[...document.querySelectorAll('web-phone')].every((phone) => phone.state === 'registered')",
        timeout=60_000,
    )
    return page


def joined(page: Page) -> None:
    """Ben and Cleo talk to each other, and hear each other."""
    page.wait_for_function(
        "JSON.stringify([peers('anna'), peers('ben'), peers('cleo')])"
        """ === JSON.stringify([{}, {cleo: "active"}, {ben: "active"}])""",
        timeout=20_000,
    )


def test_a_call_is_handed_on(three: Page) -> None:
    three.evaluate("talk('anna', 'ben')")
    three.evaluate("""() => {
        const cleo = document.getElementById("cleo");
        cleo.addEventListener("ringingin", () => cleo.answer(), {once: true});
    }""")
    three.evaluate("document.getElementById('anna').transfer('cleo')")
    joined(three)
    assert three.evaluate("ends.anna[0].transferredTo") == "cleo"


def test_two_calls_are_joined(three: Page) -> None:
    three.evaluate("talk('ben', 'anna')")
    three.evaluate("""async () => {
        const cleo = document.getElementById("cleo");
        cleo.addEventListener("ringingin", () => cleo.answer(), {once: true});
        const anna = document.getElementById("anna");
        const answered = new Promise((done) => anna.addEventListener("answer", done, {once: true}));
        await anna.consult("cleo");
        await answered;
    }""")
    three.evaluate("document.getElementById('anna').completeTransfer()")
    joined(three)
    assert three.evaluate("ends.anna.map((record) => record.transferredTo).sort()") == [
        "ben", "cleo",
    ]  # fmt: skip
    assert three.evaluate("ends.cleo[0].transferredTo") == "ben"
    three.evaluate("document.getElementById('ben').hangup()")
    three.wait_for_function("ends.cleo.length === 2")
    assert three.evaluate("ends.cleo[1].disposition") == "answered"
