"""The phone in pages of others: made and moved by a script, in React, in Vue, and typed."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

import one_playwright
from static_server import serving

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60000  # milliseconds, for a machine that is busy
TSC = ["--noEmit", "--strict", "--skipLibCheck", "--target", "es2022", "--module", "esnext"]
TSC += ["--moduleResolution", "bundler", "--jsx", "react-jsx", "--types", "react"]


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The build, with the example pages and their bundles in it."""
    with serving(ROOT / "dist") as address:
        yield f"{address}/examples"


def node(program: str, *arguments: str) -> None:
    subprocess.run([ROOT / "node_modules" / ".bin" / program, *arguments], cwd=ROOT, check=True)


@pytest.fixture(scope="module")
def open_page(origin: str) -> Iterator[Callable[[str], Page]]:
    """Opens an example; what the page complains of fails the test."""
    with one_playwright.chromium(one_playwright.GRANTED) as browser:
        page = browser.new_page()
        page.set_default_timeout(PATIENCE)

        def opened(name: str) -> Page:
            page.goto(f"{origin}/{name}")
            return page

        yield opened


def test_a_phone_made_by_a_script_keeps_its_call_when_it_is_moved(
    open_page: Callable[[str], Page],
) -> None:
    page = open_page("plain.html")
    page.evaluate("void phone.makeCall('600')")
    page.locator("[data-screen=active]").wait_for()
    call = page.evaluate("phone.calls[0].id")
    for move in ("right.append(phone)", "left.moveBefore(phone, null)"):
        page.evaluate(f"{{ {move}; }}")
        page.evaluate("new Promise((soon) => setTimeout(() => setTimeout(soon)))")
        assert page.evaluate("phone.calls.map(({ id, state }) => [id, state])") == [
            [call, "active"]
        ]
        assert page.locator("[data-screen=active]").is_visible()
    page.evaluate("phone.hangup()")
    page.locator("[data-screen=ended]").wait_for()
    sent = "JSON.parse(new FormData(order).get('phone'))?.id ?? null"
    assert page.evaluate(sent) == call
    page.get_by_role("button", name="Reset").click()
    assert page.evaluate(sent) is None
    page.evaluate("phone.remove()")
    page.evaluate("new Promise((soon) => setTimeout(() => setTimeout(soon)))")
    assert page.evaluate("WebPhone.get('phone')") is None
    page.evaluate("left.append(Object.assign(document.createElement('web-phone'), { id: 'new' }))")
    page.locator("#new [data-screen=idle]").wait_for()
    assert page.evaluate("WebPhone.get('new').ready().then(() => 'up')") == "up"


@pytest.mark.parametrize("framework", ["react", "vue"])
def test_a_framework_sets_hears_removes_and_brings_back_the_phone(
    open_page: Callable[[str], Page], framework: str
) -> None:
    page = open_page(f"{framework}.html")
    page.get_by_role("button", name="Call the echo").click()
    assert page.locator("[part=number-input]").input_value() == "600"
    page.locator("[part=dial]").click()
    page.get_by_text("Talking to 600").wait_for()
    page.locator("[part~=hangup]").first.click()
    page.get_by_text("Ended: answered").wait_for()
    page.get_by_role("button", name="Take the phone away").click()
    assert page.locator("web-phone").count() == 0
    page.get_by_role("button", name="Bring the phone back").click()
    page.locator("[data-screen=idle]").wait_for()
    assert page.locator("[part=number-input]").input_value() == "600"


def test_the_types_know_the_phone() -> None:
    node("tsc", *TSC, "examples/typed.ts", "examples/react.tsx")


TYPED = """
import "{web}/webphone";
document.querySelector("web-phone")!.{given};
"""
DRAWN = """
import type {{ WebPhoneAttributes }} from "{web}/webphone";
declare module "react" {{
  namespace JSX {{ interface IntrinsicElements {{ "web-phone": WebPhoneAttributes }} }}
}}
export const drawn = (shown: boolean) => <web-phone {given} />;
"""
# What is right, and what does not work and so has no type. React takes an attribute away whose
# value is false, and listens to an event by the very name that is written: "Answer" never comes.
RIGHT_AND_WRONG = {
    "a name": (TYPED, 'makeCall("100")', 'makeCal("100")'),
    "a part not shown": (DRAWN, 'show-hold="false"', "show-hold={false}"),
    "a part shown or not": (DRAWN, "show-hold={`${shown}`}", "show-hold={shown}"),
    "a part shown": (DRAWN, "show-hold", 'show-hold="no"'),
    "what is off by default": (DRAWN, "demo={shown}", "demo={1}"),
    "a number": (DRAWN, 'max-calls="3"', 'max-calls="three"'),
    "an event": (DRAWN, "", "onAnswer={() => {}}"),
}


@pytest.mark.parametrize("what", RIGHT_AND_WRONG)
def test_what_does_not_work_does_not_type_check(tmp_path: Path, what: str) -> None:
    template, right, wrong = RIGHT_AND_WRONG[what]
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    page = tmp_path / "page.tsx"
    page.write_text(template.format(web=ROOT / "web", given=right))
    node("tsc", *TSC, str(page))
    page.write_text(template.format(web=ROOT / "web", given=wrong))
    with pytest.raises(subprocess.CalledProcessError):
        node("tsc", *TSC, str(page))
