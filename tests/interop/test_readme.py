"""The snippets of the README, run as a reader would."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from interop.kamailio import Kamailio
from page.demo_server import ROOT
from page.page_server import PageServer
from page.phone_page import PhonePage

pytestmark = pytest.mark.interop


def snippet(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_the_five_lines_put_a_phone_on_a_page_and_the_script_calls(
    phone_page: Callable[..., PhonePage],
    anna: PhonePage,
    pages: PageServer,
    kamailio: Kamailio,
) -> None:
    markup = snippet("html")
    for theirs, ours in (
        ('src="webphone.js"', 'src="/dist/webphone.js"'),
        ("wss://sip.example.com", f'{kamailio.ws_url}" realm="{kamailio.domain}'),
        ('"secret"', f'"{kamailio.users["alice"]}"'),
        ('"alice"', '"alice" id="support"'),
    ):
        assert theirs in markup
        markup = markup.replace(theirs, ours)
    alice = phone_page(url=pages.put("/readme.html", markup), id="support")
    alice.wait_event("registered")
    script = snippet("js").replace('"100", {video: true}', '"anna"')
    alice.page.evaluate(
        f"window.save = (r) => {{ window.kept = r; }}; (async () => {{ {script} }})()"
    )
    anna.wait_event("ringingin")
    anna.call_method("answer")
    assert alice.wait_event("answer")["answeredBy"] == "remote"
    anna.call_method("hangup")
    alice.wait_event("end")
    assert alice.page.evaluate("window.kept.disposition") == "answered"
