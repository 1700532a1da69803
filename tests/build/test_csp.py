"""Under the strictest policy that a page may have the whole phone works, and breaks no rule of it."""

import pytest

from starting import UP, hold, put_page, py, told

pytestmark = pytest.mark.browser
STRICT = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "style-src 'self'; connect-src 'self' ws:; img-src 'self' data:; media-src 'self' blob:; "
    "trusted-types webphone; require-trusted-types-for 'script'"
)

# Of the page itself: the whole library, a package of the build, and the phone.
OWN = """
import tomllib
import phonenumbers
from js import document
from webphone import Phone
await Phone.get("phone").ready()
document.body.dataset.told = phonenumbers.format_number(
    phonenumbers.parse("+442079460018"), phonenumbers.PhoneNumberFormat.NATIONAL)
"""


def test_a_call_pressed_before_python_is_up_goes_out_and_no_rule_is_broken(
    dist, serve, visit, tmp_path
):
    put_page(dist, tmp_path, '<web-phone id="phone" demo auto-register></web-phone>')
    visited = visit()
    page = visited.page
    release = hold(page, "**/*.wasm")
    page.goto(serve(tmp_path, {"Content-Security-Policy": STRICT}) + "/page.html")
    for key in "600":
        page.locator("[part=key]", has_text=key).first.click()
    dial = page.locator("[part=dial]")
    dial.click()
    page.evaluate("phone.hangup()")
    assert dial.get_attribute("aria-disabled") is None, "a call taken back may be made again"
    dial.click()
    assert dial.get_attribute("aria-disabled") == "true", "one press is one call"
    release()
    page.evaluate(UP)
    page.locator("[data-screen=active]").wait_for(timeout=30000)
    page.locator("[part=timer]").wait_for()
    number = page.evaluate("phone.calls[0].to.number")
    assert number == "600"
    page.locator("[part~=hangup]").first.click()
    page.locator("[data-screen=ended]").wait_for(timeout=30000)
    assert page.evaluate("violations") == []
    assert visited.complaints == []


def test_a_page_s_own_python_and_its_packages_break_no_rule(dist, serve, visit, tmp_path):
    own = py(OWN, """config='{"packages": ["phonenumberslite"]}'""")
    put_page(dist, tmp_path, '<body><web-phone id="phone"></web-phone>' + own)
    visited = visit()
    visited.page.goto(serve(tmp_path, {"Content-Security-Policy": STRICT}) + "/page.html")
    assert told(visited.page) == "020 7946 0018"
    assert visited.page.evaluate("violations") == []
    assert visited.complaints == []


ELSEWHERE = [
    *("{0}/phone/../evil.js", "{0}/phone/%2e%2e/evil.js", "{0}/phone/..\\evil.js", "../evil.js"),
    *("{0}/phonebook/evil.js", "{0}/evil.js", "/evil.js", "//evil.example/phone/evil.js"),
    *(
        "https://evil.example/{0}/phone/",
        "data:text/javascript,1",
        "javascript:1",
        "blob:{0}/phone/",
    ),
    *("http://[", "{0}@evil.example/phone/x.js"),
]


def test_the_policy_lets_no_address_but_the_phone_s_own_through(dist, serve, visit, tmp_path):
    put_page(dist, tmp_path / "phone", "")
    page = (
        '<!doctype html><link rel="icon" href="data:,"><script src="/phone/webphone.js"></script>'
    )
    (tmp_path / "shop.html").write_text(page)
    origin = serve(tmp_path, {"Content-Security-Policy": STRICT})
    visited = visit()
    visited.page.goto(origin + "/shop.html")
    trusted = """(url) => { try { return `${WebPhone.trusted(url)}`; } catch ({name}) { return name; } }"""
    for url in ELSEWHERE:
        assert visited.page.evaluate(trusted, url.format(origin)) == "TypeError", url
    # What is let through is the address that was judged, however the page around would read it.
    assert visited.page.evaluate(trusted, "sw.js") == f"{origin}/phone/sw.js"
