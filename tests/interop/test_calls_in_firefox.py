"""Conference, recording and noise filter in Firefox: its own Web Audio and MediaRecorder make them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from interop.firefox import Firefox, FirefoxPage
from interop.kamailio import Kamailio
from page.page_server import PageServer
from page.phone_page import PhonePage
from page.ports import wait_until
from page.spec import account
from page.test_conference import PHONES
from page.test_noise import LOUDNESS, ROOM
from page.test_pictures import CALL
from page.test_recording import HUMS, LOOK, LOUD, PAGE, QUIET, loudest

pytestmark = pytest.mark.interop
PATIENCE = 90.0  # seconds, for a machine that is busy
# The file that the phone hands to the downloads stays with the page, too.
KEEP = """
window.__files = [];
const makeAddress = URL.createObjectURL;
URL.createObjectURL = (blob) => {
  if (blob.type.startsWith("audio/")) window.__files.push(blob);
  return makeAddress.call(URL, blob);
};
"""
OCTETS = """async () => {
  const bytes = new Uint8Array(await __files.at(-1).arrayBuffer());
  let text = "";
  for (const one of bytes) text += String.fromCharCode(one);
  return btoa(text);
}"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    browser = Firefox(tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


def opened(firefox: Firefox, address: str, *scripts: str) -> FirefoxPage:
    """A page with phones, all of them registered."""
    context = firefox.new_context()
    for script in scripts:
        context.add_init_script(script)
    page = context.new_page()
    page.goto(address)
    ready = "[...document.querySelectorAll('web-phone')].every(({state}) => state === 'registered')"
    until(page, ready)
    return page


def until(page: FirefoxPage, code: str) -> None:
    """Until that is so in the page."""
    wait_until(lambda: page.evaluate(f"() => {code}"), code, PATIENCE)


def test_three_hear_each_other_in_firefox(firefox: Firefox, pages: PageServer) -> None:
    page = opened(firefox, pages.put("/conference-in-firefox.html", PHONES))

    def hears(*wanted: str) -> None:
        wait_until(lambda: page.evaluate("heard()") == sorted(wanted), f"{wanted}", PATIENCE)

    ben, cleo = (page.evaluate(f"talk('{name}')") for name in ("ben", "cleo"))
    page.evaluate("anna.conference().then(() => null)")
    hears("ben", "cleo", "anna cleo", "anna ben")
    until(page, "told.at(-1).members.every((each) => each.speaking)")
    page.evaluate(f"anna.muteMember('{ben}')")
    hears("(ben)", "cleo", "anna cleo", "anna")
    page.evaluate(f"anna.muteMember('{ben}', false)")
    page.evaluate(f"anna.split('{cleo}').then(() => null)")
    hears("ben", "anna", "", "")
    assert page.evaluate("told.at(-1)") == {"calls": [], "members": []}
    assert page.seen()["errors"] == []
    page.context.close()


def test_a_call_is_recorded_on_two_channels_in_firefox(firefox: Firefox, pages: PageServer) -> None:
    address = pages.put("/recording-in-firefox.html", PAGE.format(ben=""))
    page = opened(firefox, address, HUMS, KEEP)
    page.evaluate(CALL)
    page.evaluate("anna.startRecording().then(() => null)")
    until(
        page,
        "told.some(([id, by, state]) => id === 'ben' && by === 'remote' && state === 'started')",
    )
    page.wait_for_timeout(4000)
    assert page.evaluate("anna.stopRecording()")
    until(
        page, "told.some(([id, by, state]) => id === 'anna' && by === 'local' && state === 'ended')"
    )
    assert page.evaluate("__files.length") == 1
    found: dict[str, Any] = page.evaluate(LOOK, [page.evaluate(OCTETS), [500, 1500]])
    ours, theirs = found["channels"]
    assert loudest(ours, 500) > LOUD and loudest(ours, 1500) < QUIET
    assert loudest(theirs, 1500) > LOUD and loudest(theirs, 500) < QUIET
    assert page.seen()["errors"] == []
    page.context.close()


def test_the_noise_goes_and_the_voice_stays_in_firefox(firefox: Firefox, pages: PageServer) -> None:
    page = opened(firefox, pages.put("/noise-in-firefox.html", PAGE.format(ben="")), ROOM)
    page.evaluate(CALL)

    def loudness() -> float:
        return float(page.evaluate(LOUDNESS))

    wait_until(lambda: loudness() > 0.02, "the noise", PATIENCE)
    noise = loudness()
    page.evaluate("() => void anna.setConfig({noiseSuppression: 'strong'})")
    wait_until(lambda: loudness() < noise / 3, "the noise to go", PATIENCE)
    page.evaluate("() => void (speak.value = 1)")
    wait_until(lambda: loudness() > 0.02, "the voice in it", PATIENCE)
    assert page.evaluate("anna.noiseSuppression") == "strong"
    assert page.seen()["errors"] == []
    page.context.close()


def talking_to(
    ben: PhonePage, firefox: Firefox, pages: PageServer, settings: Mapping[str, str]
) -> FirefoxPage:
    """A page of Firefox with these settings, which has called Ben and is heard by him."""
    given = {**settings, "auto-register": "true"}
    page = opened(firefox, PhonePage.write(pages, "/dist/webphone.js", given))
    since = ben.mark()
    page.evaluate("phone.makeCall('ben').then(() => null)")
    ben.call_method("answer", ben.wait_event("ringingin", since=since)["id"])
    until(page, "phone.activeCall?.state === 'active'")
    ben.ears.wait_sound()
    return page


def test_a_call_goes_on_after_a_reload_in_firefox_and_ends_where_it_is_not_to(
    firefox: Firefox, pages: PageServer, server: Kamailio, ben: PhonePage
) -> None:
    since = ben.mark()
    page = talking_to(ben, firefox, pages, {**account(server, "alice"), "recover": "reload"})
    before = page.evaluate("[phone.activeCall.id, phone.activeCall.startedAt]")
    page.evaluate("() => void setTimeout(() => location.reload(), (window.old = 1))")
    until(page, "!window.old && window.phone?.calls?.[0]?.state === 'active'")
    assert page.evaluate("[phone.activeCall.id, phone.activeCall.startedAt]") == before
    ben.ears.wait_sound()
    # Without it the calls end with their page, which has no connection any more to say so.
    page.evaluate("() => void (phone.recover = 'auto')")
    page.evaluate("() => void setTimeout(() => location.reload(), (window.old = 1))")
    assert ben.wait_event("end", since=since, seconds=PATIENCE)["endedBy"] == "remote"
    until(page, "!window.old && window.phone?.history?.length")
    assert page.evaluate("phone.history.map(({id}) => id)") == before[:1]
    page.context.close()


@pytest.mark.parametrize("recover", ["auto", "off"])
def test_who_leaves_for_another_site_in_firefox_has_hung_up(
    firefox: Firefox, pages: PageServer, server: Kamailio, ben: PhonePage, recover: str
) -> None:
    """Firefox has closed the page's connection by then: that of a worker says the BYE."""
    since = ben.mark()
    page = talking_to(ben, firefox, pages, {**account(server, "alice"), "recover": recover})
    there = pages.put("/elsewhere.html", "<!doctype html>").replace("127.0.0.1", "localhost")
    page.evaluate("(there) => void setTimeout(() => location.assign(there))", there)
    assert ben.wait_event("end", since=since)["endedBy"] == "remote"
    page.context.close()


@pytest.mark.parametrize("recover", ["off", "auto"])
def test_a_call_whose_tab_is_closed_in_firefox_has_hung_up_and_is_among_the_calls(
    firefox: Firefox, pages: PageServer, server: Kamailio, ben: PhonePage, recover: str
) -> None:
    since = ben.mark()
    settings = {**account(server, "alice"), "recover": recover}
    page = talking_to(ben, firefox, pages, settings)
    call = page.evaluate("phone.activeCall.id")
    page.close()
    assert ben.wait_event("end", since=since)["endedBy"] == "remote"
    given = {**settings, "auto-register": "true"}
    later = page.context.new_page()
    later.goto(PhonePage.write(pages, "/dist/webphone.js", given))
    until(later, "window.phone?.history?.length")
    assert later.evaluate("phone.history.map(({id}) => id)")[:1] == [call]
    page.context.close()
