"""When Python is fetched: at once, when the page is idle, or when somebody turns to the phone."""

import json

import pytest

from starting import UP, put_page

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


HELD = "window.idle = []; window.requestIdleCallback = (work) => idle.push(work);"
IMPORTED = """async () => {
  const { run } = globalThis[Symbol.for("webphone.python")];
  return run("import json, sys; from sitecustomize import REST; "
    + "json.dumps([len(REST), len({*REST} - {*sys.modules}), 'webphone.media.sdp' in sys.modules])");
}"""


@pytest.fixture
def waiting(dist, folder, serve, visit):
    """A phone that is up on a page that is never idle, and what it has imported."""
    put_page(dist, folder, '<web-phone id="phone" demo></web-phone>', "demo.html")
    page = visit().page
    page.add_init_script(HELD)
    page.goto(serve(folder) + "/demo.html")
    page.evaluate(UP)
    return page, lambda: json.loads(page.evaluate(IMPORTED))


def test_what_a_call_needs_is_imported_when_the_page_has_nothing_to_do(waiting):
    page, imported = waiting
    known, missing, calls = imported()
    assert missing > known / 4 and not calls, "the first screen needs less"
    page.evaluate("""() => {
      const busy = { timeRemaining: () => 1 };
      for (let turns = 0; idle.length; turns += 1) idle.shift()(busy);
    }""")
    assert imported()[1:] == [0, True]


def test_who_calls_before_the_page_had_a_moment_calls_all_the_same(waiting):
    page, imported = waiting
    page.evaluate("phone.makeCall('600')")
    page.wait_for_function("phone.activeCall?.state === 'active'")
    assert imported()[2]
