"""The phone's own sounds, measured by their frequencies in the country that is set."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from page.chromium import Chromium
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.pitch import LISTEN, loudest, wait_pitches
from page.ports import wait_until
from page.server import Server
from page.spec import account, at_rest, button

pytestmark = [pytest.mark.browser, pytest.mark.timed]

RINGBACK = {"US": (440, 480), "DE": (425,), "GB": (400, 450)}
BUSY = {"US": (480, 620), "DE": (425,), "GB": (400,)}
KEYS = {"1": (697, 1209), "5": (770, 1336), "9": (852, 1477), "*": (941, 1209), "#": (941, 1477)}
SILENT = -90.0


@pytest.fixture(scope="module")
def heard_phone(chromium: Chromium, pages: PageServer, server: Server) -> Iterator[PhonePage]:
    """carol, registered, on a page that measures what it plays."""
    url = PhonePage.write(pages, "/dist/webphone.js", account(server, "carol"))
    context = chromium.context()
    context.add_init_script(LISTEN)
    carol = PhonePage(context, url).open()
    carol.register()
    yield carol
    carol.close()


@pytest.fixture
def phone(heard_phone: PhonePage) -> Iterator[PhonePage]:
    heard_phone.forget_events()
    wait_quiet(heard_phone)
    yield heard_phone
    heard_phone.call_method("hangupAll")
    at_rest(heard_phone)


@pytest.mark.parametrize("country", RINGBACK)
def test_ringback_sounds_as_in_the_country(phone: PhonePage, ben: PhonePage, country: str) -> None:
    phone.call_method("setConfig", {"country": country})
    phone.make_call("ben")
    phone.wait_event("ringingout")
    wait_pitches(phone.page, "local", RINGBACK[country])
    phone.call_method("hangup")
    wait_quiet(phone)


@pytest.mark.parametrize("country", BUSY)
def test_a_busy_line_sounds_as_in_the_country(phone: PhonePage, country: str) -> None:
    phone.call_method("setConfig", {"country": country})
    phone.make_call("7486")
    phone.wait_event("end")
    wait_pitches(phone.page, "local", BUSY[country])


def test_each_key_sounds_by_its_two_frequencies(phone: PhonePage) -> None:
    for key, pitches in KEYS.items():
        wait_quiet(phone)
        wait_until(lambda key=key, pitches=pitches: _heard(phone, key, pitches), f"the key {key}")


def _heard(phone: PhonePage, key: str, pitches: tuple[float, ...]) -> bool:
    """A tenth of a second may be missed by a machine that has other things to do."""
    phone.call_method("dialpadPress", key)
    try:
        wait_pitches(phone.page, "local", pitches, seconds=1.5)
    except AssertionError:
        return False
    return True


def test_a_registered_phone_is_silent(phone: PhonePage) -> None:
    assert loudest(phone.page, "local", seconds=0.6) < SILENT
    assert button(phone, "Call").is_visible()


def wait_quiet(phone: PhonePage) -> None:
    """Until nothing sounds; what has sounded is forgotten."""
    phone.page.wait_for_function(
        """(silent) => {
          const last = __heard.local.at(-1);
          if (!last || last.level > silent) return false;
          __heard.local.length = 0;
          return true;
        }""",
        arg=SILENT,
    )
