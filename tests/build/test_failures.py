"""A start that fails says why and what to do, rejects what waits, and leaves the page alone."""

import pytest

from starting import put_page

pytestmark = pytest.mark.browser
MARKUP = """<web-phone id="phone"></web-phone><p id="below">Below</p>
<script src="asks.js"></script>"""
ASKS = """
window.refused = phone.register().then(() => null, ({ name, code, hint }) => [name, code, hint.length > 10]);
window.pageErrors = [];
addEventListener("error", ({ target }) => target === window && pageErrors.push("error"));
addEventListener("unhandledrejection", () => pageErrors.push("rejection"));
"""
POLICY = "script-src 'self'; worker-src 'self'"


@pytest.fixture
def shop(dist, tmp_path):
    put_page(dist, tmp_path, MARKUP)
    (tmp_path / "asks.js").write_text(ASKS)
    return tmp_path


@pytest.fixture
def page(visit):
    return visit().page


def refused(page, code, *words):
    """The phone says it in its banner and aloud, rejects with it and tells it, once."""
    page.wait_for_selector("[part=banner]:visible", timeout=60000)
    banner = page.locator("[part=banner]").inner_text()
    assert [word for word in words if word not in banner] == []
    assert page.locator("[role=alert]").inner_text() == " ".join(banner.split())
    assert page.evaluate("refused") == ["WebPhoneError", code, True]
    assert page.evaluate("phone.hold().catch(({ code }) => code)") == code
    assert page.evaluate("told") == [["error", code]]
    assert page.evaluate("pageErrors") == []
    assert page.locator("#below").is_visible()
    assert page.locator("[part=key]").count() == 12


@pytest.mark.parametrize("part", ["interpreter", "pyscript", "pyodide", "python"])
def test_a_part_that_is_not_there_is_named(shop, serve, page, part):
    page.route(f"**/runtime/{part}.*", lambda route: route.fulfill(status=404))
    page.goto(serve(shop) + "/page.html")
    refused(page, "not_ready", f"can't be loaded: {part}.", "whole folder dist")


@pytest.mark.parametrize("part", ["pyscript", "python"])
def test_a_part_that_is_another_is_never_run(shop, serve, page, part):
    spoilt = "document.title = 'run'; export const hooks = {};"
    page.route(
        f"**/runtime/{part}.*",
        lambda route: route.fulfill(body=spoilt, content_type="text/javascript"),
    )
    page.goto(serve(shop) + "/page.html")
    refused(page, "not_ready", f"not the one that was built: {part}.", "cache")
    assert page.title() == "Shop"


def test_a_spoilt_cache_is_fetched_anew(shop, serve, page):
    """The first answer is cut, as a broken cache would give it."""
    asked = []

    def cut_once(route):
        asked.append(route.request.url)
        route.fulfill(body="cut") if len(asked) == 1 else route.continue_()

    page.route("**/runtime/python.*", cut_once)
    page.goto(serve(shop) + "/page.html")
    page.evaluate("phone.ready()")
    assert len(asked) == 2


def test_a_policy_that_forbids_wasm_is_told_with_its_remedy(shop, serve, page):
    page.goto(serve(shop, {"Content-Security-Policy": POLICY}) + "/page.html")
    refused(page, "policy_blocked", "Content-Security-Policy", "'wasm-unsafe-eval'")


def test_a_policy_without_our_trusted_types_is_told_with_its_remedy(shop, serve, page):
    strict = "require-trusted-types-for 'script'; trusted-types other"
    page.goto(serve(shop, {"Content-Security-Policy": strict}) + "/page.html")
    refused(page, "policy_blocked", "trusted-types")


def test_an_insecure_page_is_told_so(shop, page):
    def fulfill(route):
        route.fulfill(path=shop / route.request.url.rpartition("/")[2])

    page.route("http://phone.example/**", fulfill)
    page.goto("http://phone.example/page.html")
    refused(page, "insecure_context", "https:")


@pytest.mark.parametrize(
    "lacking", ["delete WebAssembly.Tag", "delete HTMLElement.prototype.attachInternals"]
)
def test_an_old_browser_is_told_so(shop, serve, page, lacking):
    page.add_init_script(lacking)
    page.goto(serve(shop) + "/page.html")
    refused(page, "unsupported", "too old", "Chrome")


def test_a_browser_without_our_style_sheets_reads_the_sentence_alone(shop, serve, page):
    page.add_init_script("delete window.CSSStyleSheet")
    page.goto(serve(shop) + "/page.html")
    assert page.evaluate("refused") == ["WebPhoneError", "unsupported", True]
    assert "too old" in page.evaluate("phone.shadowRoot.textContent")


def test_a_python_that_fails_is_told_and_nobody_waits_for_it(shop, serve, page):
    broken = "Object.defineProperty(WebPhone, 'attach', { get() { throw new Error('broken'); } });"
    (shop / "asks.js").write_text(ASKS + broken)
    page.goto(serve(shop) + "/page.html")
    refused(page, "internal", "made a mistake")
