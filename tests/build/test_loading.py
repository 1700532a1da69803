"""When Python is fetched: at once, when the page is idle, or when somebody turns to the phone."""

import pytest

from starting import put_page

pytestmark = pytest.mark.browser
ASKED = "performance.getEntriesByType('resource').some(({ name }) => name.includes('/runtime/'))"
SOON = f"""new Promise((asked) => {{
  const look = setInterval(() => {ASKED} && (clearInterval(look), asked(true)), 10);
  setTimeout(() => (clearInterval(look), asked(false)), 20000);
}})"""
TURNS = {
    "pointer": lambda page: page.locator("[part=status], [part=title]").first.hover(),
    "focus": lambda page: page.locator("input").focus(),
    "key": lambda page: page.locator("[part=key]").first.press("Tab"),
    "method": lambda page: page.evaluate("void phone.ready()"),
    "auto-register": lambda page: page.evaluate("void (phone.autoRegister = true)"),
}


@pytest.fixture(scope="module")
def folder(dist, tmp_path_factory):
    made = tmp_path_factory.mktemp("loading")
    put_page(dist, made, '<web-phone id="phone"></web-phone>', "eager.html")
    put_page(dist, made, '<web-phone id="phone" loading="idle"></web-phone>', "idle.html")
    put_page(dist, made, '<web-phone id="phone" loading="interaction"></web-phone>')
    return made


@pytest.fixture
def page(visit):
    """Python itself is not needed here: its parts never come."""
    opened = visit().page
    opened.route("**/runtime/**", lambda route: route.abort())
    return opened


@pytest.mark.parametrize("turn", TURNS)
def test_a_phone_that_waits_starts_when_somebody_turns_to_it(folder, serve, page, turn):
    page.goto(serve(folder) + "/page.html")
    assert page.evaluate(f"new Promise(requestIdleCallback).then(() => {ASKED})") is False
    TURNS[turn](page)
    assert page.evaluate(SOON)


@pytest.mark.parametrize("name", ["eager", "idle"])
def test_a_phone_that_does_not_wait_starts_by_itself(folder, serve, page, name):
    page.goto(f"{serve(folder)}/{name}.html")
    assert page.evaluate(SOON)
    first = page.evaluate(
        "Math.min(...performance.getEntriesByType('resource')"
        ".filter(({ name }) => name.includes('/runtime/')).map(({ startTime }) => startTime))"
    )
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    assert name == "eager" or first >= loaded, "idle waits for the page itself"
