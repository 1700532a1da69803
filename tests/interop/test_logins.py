"""Signing in at a real Kamailio without a password in the page, as docs/servers/kamailio.md says."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import closing
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from interop.kamailio import Kamailio
from interop.wired_phone import WiredPhone

pytestmark = pytest.mark.interop

PAGE = Path(__file__).parents[2] / "docs" / "servers" / "kamailio.md"
SECRET = "shared-with-the-web-server"


def blocks() -> dict[str, str]:
    """The pieces of code under that heading, by the language that they are said to be in."""
    text = PAGE.read_text().partition("## No password in the page")[2].partition("\n## ")[0]
    found = re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL)
    plain = [code for language, code in found if not language]
    return {
        "module": plain[0],
        "registrar": plain[1],
        "calls": plain[2],
        **{language: code for language, code in found if language},
    }


def ephemeral(config: str) -> str:
    """The configuration of the tests, changed as the page says."""
    code = blocks()
    config = config.replace('modparam("auth", "algorithm", "")\n', code["module"])
    head = re.compile(r"(route\[REGISTRAR\] \{\n).*?(?=    consume_credentials)", re.DOTALL)
    config, changed = head.subn(lambda found: found[1] + code["registrar"], config)
    assert changed == 1
    asks = re.compile(r"        if \(\$au == \$null.*?\n        \}\n", re.DOTALL)
    config, changed = asks.subn(lambda found: code["calls"], config, count=1)
    assert changed == 1
    return config


@pytest.fixture(scope="module")
def server(start_kamailio: Callable[..., Kamailio]) -> Kamailio:
    return start_kamailio(change=ephemeral)


def phone_login(user: str, seconds: int = 600) -> dict[str, str]:
    """What the web server of the page makes, in its own words."""
    names: dict[str, Any] = {}
    exec(blocks()["python"], names)
    return names["phone_login"](user, SECRET, seconds)  # type: ignore[no-any-return]


def signed_by(phone: WiredPhone) -> list[str]:
    return re.findall(r'username="([^"]+)"', b"".join(phone.sent).decode())


def test_a_login_that_runs_out_registers_and_calls_with_no_password_in_the_page(
    server: Kamailio,
) -> None:
    phones = [
        WiredPhone(server.ws_url, user, "", credentials=lambda user=user: phone_login(user))
        for user in ("alice", "bob")
    ]
    alice, bob = phones
    with closing(alice), closing(bob):
        assert alice.ask("register").error is None and bob.ask("register").error is None
        made = alice.begin("makeCall", "bob")
        bob.wait(lambda: bob.told("ringingin"), "ringing", beside=[alice])
        bob.ask("answer")
        alice.wait(lambda: made.settled and alice.told("answer"), "the answer", beside=[bob])
        assert all(name.endswith(":alice") for name in signed_by(alice))
        [ringing] = bob.told("ringingin")
        assert ringing["from"]["number"] == "alice"


def test_one_that_has_run_out_is_asked_for_again_and_nobody_is_told(server: Kamailio) -> None:
    given = [phone_login("alice", -10), phone_login("alice")]
    phone = WiredPhone(server.ws_url, "alice", "", credentials=lambda: given.pop(0))
    with closing(phone):
        assert phone.ask("register").error is None
        assert given == [] and phone.told("error") == []
        [late, good] = dict.fromkeys(signed_by(phone))
        assert int(late.partition(":")[0]) < time.time() < int(good.partition(":")[0])


def test_the_login_of_somebody_else_registers_nobody(server: Kamailio) -> None:
    login = {**phone_login("bob"), "username": "alice"}
    phone = WiredPhone(server.ws_url, "alice", "", credentials=lambda: login)
    with closing(phone):
        assert phone.ask("register").error is not None


def test_an_ha1_signs_in_where_kamailio_knows_the_password(kamailio: Kamailio) -> None:
    ha1 = md5(f"alice:{kamailio.domain}:{kamailio.users['alice']}".encode()).hexdigest()
    login = {"username": "alice", "ha1": ha1}
    phone = WiredPhone(kamailio.ws_url, "alice", "", credentials=lambda: login)
    with closing(phone):
        assert phone.ask("register").error is None
        assert ha1.encode() not in b"".join(phone.sent)
