"""The browser's question about the microphone: what accompanies it, and what follows a no."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, IDLE, NOW, RINGING, TRIED, call, refused, talking
from webphone.contract import Answer, MakeCall, WebPhoneError
from webphone.phone.happenings import Asked, ErrorDismissed
from webphone.phone.snapshot import DevicesSnapshot
from webphone.ui.act import act
from webphone.ui.html import find, find_all, name_of, text, walk
from webphone.ui.screen import screen
from webphone.ui.view import View
from webphone.words import say

ASKED = call("", "100", "preparing", microphone_asked=True)


def part(picture, name, view=None):
    return [text(found) for found in find_all(screen(picture, view or View(), NOW), part=name)]


def mood(picture, view=TRIED):
    return find(screen(picture, view, NOW), part="banner").attributes["data-mood"]


def again(picture, view=TRIED):
    button = find(screen(picture, view, NOW), role="button", name="Try again")
    return button and button.on["click"]


def heard(picture, view=TRIED):
    [sentence] = find(screen(picture, view, NOW), role="alert").children
    return text(sentence)


# --- The question stands --------------------------------------------------------------------------


def test_while_the_question_stands_the_stage_says_what_to_press_and_why():
    shown = talking(ASKED)
    assert part(shown, "notice") == ["Allow the microphone in the browser's question"]
    [why] = part(shown, "explainer")
    assert why.startswith("So that 100 can hear you.")
    whole = screen(shown, View(), NOW)
    assert find(whole, role="button", name="Hang up") is not None
    assert find(whole, part="actions") is None


def test_answering_is_explained_in_the_same_way():
    shown = talking(replace(RINGING, stage="answering", microphone_asked=True))
    assert "So that Clara Nowak can hear you." in part(shown, "explainer")[0]


@pytest.mark.parametrize("browser", ["chromium", "firefox", "safari", ""])
def test_only_a_browser_that_forgets_its_answer_is_to_be_told_to_remember(browser):
    devices = DevicesSnapshot(permission="prompt", browser=browser)
    [why] = part(replace(talking(ASKED), devices=devices), "explainer")
    assert ("remember" in why) == (browser == "firefox")


def test_the_face_stays_where_it_is_and_the_controls_come_back():
    before, during = (
        [each.key for each in body.children]
        for one in (replace(ASKED, microphone_asked=False), ASKED)
        for body in walk(screen(talking(one), View(), NOW))
        if body.key == "body"
    )
    assert before == ["peer", "actions", "aside", "end"]
    assert during == ["peer", "notices", "explainer", "aside", "end"]


def test_a_call_that_is_up_keeps_its_controls_when_another_microphone_is_asked_for():
    shown = talking(replace(BOB, microphone_asked=True))
    assert part(shown, "explainer") == []
    assert part(shown, "notice") == ["Allow the microphone in the browser's question"]


@pytest.mark.parametrize("less", [{"layout": "bar"}, {"show_status": False}])
def test_a_bar_and_a_phone_without_states_explain_nothing(less):
    shown = talking(ASKED, config=replace(IDLE.config, **less))
    assert part(shown, "explainer") == []
    assert find(screen(shown, View(), NOW), part="actions") is not None


# --- It was answered with a no --------------------------------------------------------------------

FIX = {
    "chromium": "Press the sign at the start of the address bar",
    "firefox": "Press the crossed-out microphone in the address bar",
    "safari": "Choose Safari, then Settings for this website",
    "ios": "Tap the sign beside the address",
    "": "Allow the microphone for this page in the browser's address bar",
}


@pytest.mark.parametrize("permission", ["denied", ""])
@pytest.mark.parametrize("browser", FIX)
def test_each_browser_has_its_own_way_to_take_a_refusal_back(browser, permission):
    [banner] = part(refused(permission, browser), "banner", TRIED)
    assert banner.startswith(f"The microphone is blocked. {FIX[browser]}")
    assert heard(refused(permission, browser)) in banner


def test_a_question_that_was_closed_is_asked_again():
    [banner] = part(refused("prompt", "chromium"), "banner", TRIED)
    assert "press Allow in the browser's question" in banner
    assert mood(refused("prompt", "chromium")) == "bad"


def test_once_it_is_allowed_the_phone_says_so_by_itself():
    allowed = refused("granted", "chromium")
    assert (
        heard(allowed) == "The microphone is allowed now. Try again: this time you will be heard."
    )
    assert mood(allowed) == "note"
    assert again(allowed) == MakeCall(target="602")


def test_what_the_system_refuses_no_answer_to_the_browser_would_help():
    error = WebPhoneError("mic_denied", say("microphone_by_system"))
    shown = replace(refused("granted", "chromium"), error=error)
    assert heard(shown) == f"{error.message} {error.hint}"
    assert "system's privacy settings" in error.hint


# --- Try again ------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["mic_denied", "mic_busy", "mic_missing"])
def test_what_was_wanted_is_tried_again_by_one_press(code):
    shown = replace(IDLE, error=WebPhoneError(code))
    view, _ = act(View(), MakeCall(target="602"), IDLE, now=NOW)
    assert again(shown, view) == MakeCall(target="602")
    assert act(view, again(shown, view), shown, now=NOW + 5)[1] == [
        ErrorDismissed(),
        Asked(command=MakeCall(target="602")),
    ]


@pytest.mark.parametrize("code", ["policy_blocked", "insecure_context", "busy"])
def test_what_no_press_can_mend_is_not_offered(code):
    shown = replace(IDLE, error=WebPhoneError(code))
    assert again(shown) is None
    assert act(TRIED, MakeCall(target="602"), shown)[1] == [Asked(command=MakeCall(target="602"))]


def test_without_a_call_that_was_wanted_there_is_nothing_to_try():
    assert again(refused("denied", "chromium"), View()) is None


def test_a_call_that_still_rings_is_answered_again():
    shown = replace(refused("denied", "chromium"), calls=(RINGING,))
    answer = Answer(id=RINGING.view.id)
    view, _ = act(View(), answer, shown)
    assert again(shown, view) == answer
    assert "Answer" in [name_of(each) for each in find_all(screen(shown, view, NOW), role="button")]


def test_a_call_that_is_gone_is_answered_no_more_and_none_is_begun_beside_another():
    answered = View(tried=Answer(id=RINGING.view.id))
    assert again(refused("denied", "chromium"), answered) is None
    ringing = replace(refused("denied", "chromium"), calls=(RINGING,))
    assert again(ringing, TRIED) is None
