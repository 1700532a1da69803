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


def test_the_lines_for_kamailio_let_a_phone_register_and_call(
    phone_page: Callable[..., PhonePage], start_kamailio: Callable[..., Kamailio]
) -> None:
    lines = snippet("kamailio")

    def with_ours(config: str) -> str:
        """What it says of WebSockets is said by the README's lines instead."""
        listens = re.search(r"^listen=tcp:.*$", config, re.MULTILINE)
        handshake = re.search(r"^event_route\[xhttp:request\] \{\n.*?^\}\n", config, re.M | re.S)
        assert listens and handshake
        ours = lines.replace("listen=tls:203.0.113.5:8443", listens[0])
        assert ours != lines
        top, *route = re.split(r"^(?=event_route)", ours, flags=re.MULTILINE)
        for theirs in (handshake[0], "tcp_accept_no_cl=yes\n", 'loadmodule "websocket.so"\n'):
            assert theirs in config
            config = config.replace(theirs, "")
        config = config.replace('loadmodule "xhttp.so"\n', "").replace(listens[0] + "\n", "")
        first = 'loadmodule "outbound.so"\n'
        assert first in config
        return config.replace(first, top + first) + "\n" + "".join(route)

    server = start_kamailio(change=with_ours)
    alice, bob = phone_page("alice", at=server), phone_page("bob", at=server)
    for phone in (alice, bob):
        phone.register()
    alice.make_call("bob")
    bob.wait_event("ringingin")
    bob.call_method("answer")
    alice.wait_event("answer")
    alice.ears.wait_sound()
    alice.call_method("hangup")
    assert bob.wait_event("end")["endedBy"] == "remote"


def test_the_rules_that_restyle_the_phone_do(phone_page: Callable[..., PhonePage]) -> None:
    phone = phone_page()
    corner = """getComputedStyle(document.querySelector("web-phone").shadowRoot
        .querySelector(".field")).borderRadius"""
    assert phone.page.evaluate(corner) != "0px"
    phone.page.add_style_tag(content=snippet("css"))
    assert phone.page.evaluate(corner) == "0px"
