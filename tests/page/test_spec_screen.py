"""The screen for everybody: by keyboard alone, by its names alone, in both themes, at any width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from page.examples import COLOURS
from page.eyes import seen
from page.phone_page import PhonePage
from page.program import Missing
from page.server import Server
from page.spec import at_rest, button, hang_up, put_back, ring, screen

pytestmark = pytest.mark.browser
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture
def phone(anna: PhonePage, server: Server) -> Iterator[PhonePage]:
    """anna, at rest, with nothing focused."""
    at_rest(anna)
    anna.page.evaluate("document.activeElement?.blur()")
    yield anna
    anna.page.set_viewport_size({"width": 1280, "height": 720})
    anna.attribute("theme", None)
    put_back(anna, server, "anna")


# --- By keyboard ----------------------------------------------------------------------------------


def test_a_number_is_typed_and_enter_dials_m_and_h_and_hang_up_follow(
    phone: PhonePage, ben: PhonePage
) -> None:
    keyboard = phone.page.keyboard
    screen(phone).locator("[part=number-input]").focus()
    keyboard.type("ben")
    keyboard.press("Enter")
    ben.wait_event("ringingin")
    ben.call_method("answer")
    phone.wait_event("answer")
    expect(button(phone, "Hang up")).to_be_focused()

    keyboard.press("m")
    phone.wait_event("mute")
    expect(button(phone, "Mute")).to_have_attribute("aria-pressed", "true")
    keyboard.press("m")
    phone.wait_event("unmute")
    keyboard.press("h")
    phone.wait_event("hold")
    assert ben.wait_event("hold")["by"] == "remote"
    keyboard.press("H")
    phone.wait_event("resume")
    keyboard.press("Escape")
    keyboard.press("4")
    assert phone.wait_event("dtmf")["tone"] == "4"
    assert phone.active_call()["state"] == "active"
    expect(button(phone, "Hang up")).to_be_focused()
    phone.page.wait_for_timeout(1100)  # sooner, Enter would be one of the keys that were typed
    keyboard.press("Enter")
    assert ben.wait_event("end")["endedBy"] == "remote"


def test_escape_declines_and_enter_answers(phone: PhonePage, ben: PhonePage) -> None:
    screen(phone).get_by_role("group", name="Phone").focus()
    ring(ben, phone)
    expect(screen(phone).get_by_role("dialog", name="Incoming call")).to_be_visible()
    seen(phone.page)
    phone.page.keyboard.press("Escape")
    assert ben.wait_event("end")["sipCode"] == 486
    ben.forget_events()
    at_rest(phone)
    screen(phone).get_by_role("group", name="Phone").focus()
    ring(ben, phone)
    seen(phone.page)
    phone.page.keyboard.press("Enter")
    ben.wait_event("answer")
    hang_up(ben, phone)


def test_ringing_takes_the_focus_from_nobody(phone: PhonePage, ben: PhonePage) -> None:
    phone.page.evaluate(
        "document.body.insertAdjacentHTML('beforeend', '<input id=note aria-label=Note>')"
    )
    note = phone.page.locator("#note")
    note.focus()
    ring(ben, phone)
    phone.page.keyboard.type("mh5")
    expect(note).to_be_focused()
    expect(note).to_have_value("mh5")
    assert phone.calls()[0]["state"] == "ringing"
    note.evaluate("(each) => each.remove()")
    phone.call_method("reject")


def test_tab_reaches_every_control_in_the_order_in_which_it_is_seen(phone: PhonePage) -> None:
    field = screen(phone).locator("[part=number-input]")
    field.fill("5")
    names: list[str] = []
    for _ in range(14):
        phone.page.keyboard.press("Tab")
        focused = screen(phone).evaluate(
            "({shadowRoot: {activeElement}}) => activeElement?.ariaLabel || activeElement?.innerText"
        )
        names.append(str(focused))
    assert names[0] == "Delete the last digit"
    assert [name[0] for name in names[1:10]] == list("123456789")
    assert names[10:] == ["star", "0, plus", "hash", "Last number"]
    field.fill("")


# --- By name --------------------------------------------------------------------------------------


def test_each_stage_is_told_in_words_and_every_control_has_a_name(
    phone: PhonePage, ben: PhonePage
) -> None:
    spoken = screen(phone).get_by_role("status")
    urgent = screen(phone).get_by_role("alert")
    expect(spoken).to_contain_text("The phone is ready.")
    for key in ("1", "2, A B C", "9, W X Y Z", "0, plus", "star", "hash"):
        expect(button(phone, key)).to_be_visible()
    expect(button(phone, "Call")).to_be_visible()

    ring(phone, ben)
    expect(spoken).to_contain_text("It rings at ben.")
    expect(screen(ben).get_by_role("alert")).to_contain_text("Incoming call from anna.")
    incoming = screen(ben).get_by_role("dialog", name="Incoming call")
    for name in ("Answer", "Decline"):
        expect(incoming.get_by_role("button", name=name, exact=True)).to_be_visible()
    incoming.get_by_role("button", name="Answer", exact=True).click()
    expect(spoken).to_contain_text("In call with ben.")
    controls = screen(phone).get_by_role("group", name="Call controls")
    for name in ("Mute", "Keypad", "Hold"):
        expect(controls.get_by_role("button", name=name, exact=True)).to_be_visible()
    timer = screen(phone).get_by_role("timer", name="Call time")
    expect(timer).to_be_visible()
    # As it is said; a browser that does not know how has the clock alone.
    if phone.page.evaluate("'DurationFormat' in Intl"):
        expect(timer.locator(".spoken")).to_have_text(re.compile(r"^\d+ seconds?$"))
    button(phone, "Mute").click()
    expect(spoken).to_contain_text("You are muted.")
    button(phone, "Hold").click()
    expect(spoken).to_contain_text("ben is on hold.")
    expect(screen(ben).get_by_role("status")).to_contain_text("anna has put you on hold.")
    button(phone, "Hang up").click()
    expect(urgent).to_contain_text("Call with ben ended.")
    assert _nameless(phone) == []


def test_axe_finds_nothing_in_any_stage_of_a_call(phone: PhonePage, ben: PhonePage) -> None:
    found: dict[str, list[str]] = {}

    def look(stage: str) -> None:
        for theme in ("light", "dark"):
            for each in (phone, ben):
                each.attribute("theme", theme)
                rules = COLOURS if theme == "dark" else None
                found[f"{stage}, {theme}, {each.id}"] = violations(each, rules)

    for each in (phone, ben):
        each.page.emulate_media(reduced_motion="reduce")  # no colour is on its way to another
    look("idle")
    ring(phone, ben)
    look("ringing")
    ben.call_method("answer")
    phone.wait_event("answer")
    look("in call")
    phone.call_method("mute", True)
    phone.call_method("hold")
    look("held and muted")
    button(ben, "Keypad").click()
    look("keypad")
    hang_up(phone, ben)
    look("ended")
    for each in (phone, ben):
        each.attribute("theme", None)
        each.page.emulate_media(reduced_motion="no-preference")
    told = [f"{stage}: {what}" for stage, whats in found.items() for what in whats]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("width", [280, 600])
def test_nothing_is_cut_off_or_hangs_over(phone: PhonePage, ben: PhonePage, width: int) -> None:
    phone.page.set_viewport_size({"width": width, "height": 640})
    overhanging: dict[str, list[str]] = {}

    def look(stage: str) -> None:
        overhanging[stage] = _overhanging(phone.page, phone.id)

    phone.call_method("setConfig", {"displayName": "Anastasia Wolkenstein-Trostburg " * 3})
    look("idle")
    ben.make_call("anna", displayName="Donaudampfschifffahrtsgesellschaftskapitän " * 4)
    phone.wait_event("ringingin")
    look("ringing")
    phone.call_method("answer")
    phone.wait_event("answer")
    look("in call")
    phone.call_method("mute", True)
    phone.call_method("hold")
    look("held and muted")
    button(phone, "Keypad").click()
    look("keypad")
    hang_up(ben, phone)
    look("ended")
    assert phone.rejection("makeCall", "<>").code == "invalid_number"
    told = [f"{stage}: {what}" for stage, whats in overhanging.items() for what in whats]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_follows_the_page_and_the_attribute_overrules_it(
    phone: PhonePage, theme: str
) -> None:
    def surface() -> str:
        colour: str = (
            screen(phone)
            .locator(".card")
            .evaluate("(card) => getComputedStyle(card).backgroundColor")
        )
        return colour

    phone.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    followed = surface()
    other = "light" if theme == "dark" else "dark"
    phone.attribute("theme", other)
    assert surface() != followed
    phone.attribute("theme", theme)
    phone.page.emulate_media(color_scheme=other)  # type: ignore[arg-type]
    assert surface() == followed
    phone.page.emulate_media(color_scheme="light")


def test_a_call_that_cannot_be_made_is_told_with_its_remedy(phone: PhonePage) -> None:
    field = screen(phone).locator("[part=number-input]")
    field.fill("no number")
    field.press("Enter")
    banner = screen(phone).locator("[part=banner]")
    expect(banner).to_contain_text("is not a number")
    expect(banner).to_contain_text("Type digits or user@domain.")
    expect(screen(phone).get_by_role("alert")).to_contain_text("Type digits or user@domain.")
    button(phone, "Dismiss").click()
    expect(banner).to_be_hidden()
    field.fill("")


def violations(phone: PhonePage, rules: list[str] | None = None) -> list[str]:
    """What axe-core holds against this phone by these rules or all: rule and element."""
    if not AXE.exists():
        raise Missing("the npm package axe-core is not installed: npm ci")
    if not phone.page.evaluate("'axe' in window"):
        phone.page.evaluate(AXE.read_text())
    found: list[dict[str, Any]] = phone.page.evaluate(
        """async ([id, rules]) => {
          const {violations} = await axe.run(document.getElementById(id),
            {resultTypes: ["violations"], ...(rules && {runOnly: rules})});
          return violations.map(({id, nodes}) => ({
            id, nodes: nodes.map(({html, any}) => `${html} ${any.map(({message}) => message)}`)}));
        }""",
        [phone.id, rules],
    )
    return [f"{each['id']}: {html[:300]}" for each in found for html in each["nodes"]]


def _nameless(phone: PhonePage) -> list[str]:
    found: list[str] = screen(phone).evaluate(
        """(phone) => [...phone.shadowRoot.querySelectorAll("button, input")].filter(
          (each) => !(each.ariaLabel || each.innerText.trim())).map((each) => each.outerHTML)"""
    )
    return found


def _overhanging(page: Page, id: str) -> list[str]:
    """Elements of the phone that stick out of the window, and the window if it scrolls sideways."""
    found: list[str] = page.evaluate(
        """(id) => {
          const {clientWidth, scrollWidth} = document.documentElement;
          const out = scrollWidth > clientWidth ? ["the page scrolls sideways"] : [];
          for (const each of document.getElementById(id).shadowRoot.querySelectorAll(".card, .card *")) {
            const {left, right, width} = each.getBoundingClientRect();
            if (width && (left < -1 || right > clientWidth + 1)) out.push(each.outerHTML.slice(0, 100));
          }
          return out;
        }""",
        id,
    )
    return found
