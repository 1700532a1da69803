"""The phone behind its round button: what the button says, what rings beside it, how it opens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, LAUNCHER, LAUNCHERS, NOW, PAST, RINGING, talking
from webphone.contract import Answer, Hangup, Reject
from webphone.phone.call.record import iso
from webphone.phone.happenings import Asked, ErrorDismissed
from webphone.ui import act, find, find_all, meant, screen
from webphone.ui.gestures import KeyPressed, LauncherPressed, PageOpened
from webphone.ui.html import name_of, text, walk
from webphone.ui.launcher import MOST, missed
from webphone.ui.view import View
from webphone.words import said_in

SHUT = replace(IDLE, config=LAUNCHER)
OPEN = View(launched=True)


def drawn(picture, view=None):
    return screen(picture, view or View(), NOW)


def button(picture, view=None):
    found = find(drawn(picture, view), part="launcher")
    assert found is not None
    return found


def heard(picture, view, role):
    [region] = find_all(drawn(picture, view), role=role)
    return [text(child) for child in region.children]


def key(name, picture, view=None, **more):
    return act(view or View(), KeyPressed(), picture, {"key": name, **more}, NOW)


def test_closed_it_is_a_button_and_nothing_else():
    node = drawn(SHUT)
    assert [name_of(each) for each in find_all(node, role="button")] == ["Phone"]
    assert button(SHUT).attributes["aria-expanded"] == "false"
    assert "data-primary" in button(SHUT).attributes  # where the focus comes back to
    assert find(drawn(replace(SHUT, config=CONFIG)), part="launcher") is None


def test_a_press_opens_it_and_what_closes_it_is_named():
    view, happenings = act(View(), button(SHUT).on["click"], SHUT, {}, NOW)
    assert (view.launched, happenings) == (True, [])
    assert meant(View(), view, happenings)
    node = drawn(SHUT, view)
    assert find(node, part="keypad") and button(SHUT, view).attributes["aria-expanded"] == "true"
    assert "data-primary" not in button(SHUT, view).attributes
    closer = find(node, role="button", name="Close the phone")
    assert closer is not None
    for control in (closer, button(SHUT, view)):
        assert not act(view, control.on["click"], SHUT, {}, NOW)[0].launched


def test_what_was_open_in_it_goes_with_it():
    view, _ = act(
        replace(OPEN, open="history", of="x", over="y"), LauncherPressed(open=False), SHUT
    )
    assert (view.open, view.of, view.over) == ("", "", "")


def test_without_status_it_can_still_be_closed():
    bare = replace(SHUT, config=replace(LAUNCHER, show_status=False))
    assert find(drawn(bare, OPEN), role="button", name="Close the phone")
    in_call = replace(talking(BOB), config=bare.config)
    assert find(drawn(in_call), part="timer") is None
    nobody_answers = replace(
        bare, config=replace(bare.config, show_answer=False, show_hangup=False)
    )
    assert find(drawn(replace(nobody_answers, calls=(RINGING,))), role="dialog") is None


# --- News -----------------------------------------------------------------------------------------


def test_calls_missed_since_it_was_closed_are_on_it_and_said():
    picture = replace(SHUT, history=PAST)
    for hours, count in ((0.6, 1), (2, 2), (100, 2)):
        assert missed(picture, View(shut_at=NOW - hours * 3600)) == count
    view = View(shut_at=NOW - 0.6 * 3600)
    assert name_of(button(picture, view)) == "Phone 1 missed call"
    assert find_all(button(picture, view), part="badge")[0].children == ("1",)
    assert "1 missed call" in heard(picture, view, "status")
    assert "2 missed calls" in heard(picture, View(shut_at=NOW - 7200), "status")
    german = said_in("de", button(picture, view).children[2].children[0])
    assert german == "1 verpasster Anruf"


def test_who_opens_it_has_seen_them():
    picture, view = replace(SHUT, history=PAST), View(shut_at=NOW - 7200)
    opened, _ = act(view, LauncherPressed(open=True), picture, {}, NOW)
    assert name_of(button(picture, opened)) == "Phone"
    closed, _ = act(opened, LauncherPressed(open=False), picture, {}, NOW)
    assert missed(picture, closed) == 0 and find(drawn(picture, closed), part="badge") is None


def test_new_messages_and_faults_are_on_it_too():
    picture, view = LAUNCHERS["launcher, missed"]
    assert name_of(button(picture, view)) == "Phone 2 missed calls Messages, new: 2"
    assert text(find(drawn(picture, view), part="badge").children[0]) == "4"
    wrong, view = LAUNCHERS["launcher, something wrong"]
    assert name_of(button(wrong, view)).startswith("Phone The server refuses the user name")
    assert find(drawn(wrong, view), part="badge").children[0].tag == "svg"


def test_more_than_it_has_room_for_are_many():
    many = tuple(replace(PAST[0], id=str(n), ended_at=iso(NOW - n / 100)) for n in range(MOST + 1))
    picture = replace(SHUT, history=many)
    assert find(drawn(picture, View(shut_at=NOW - 60)), part="badge").children == ("99+",)


# --- Calls ----------------------------------------------------------------------------------------


def test_what_rings_is_answered_or_declined_beside_it():
    picture = replace(SHUT, calls=(RINGING,))
    sheet = find(drawn(picture), role="dialog", name="Incoming call")
    assert sheet is not None and "Clara Nowak" in text(sheet)
    answer, decline = (find(sheet, role="button", name=name) for name in ("Answer", "Decline"))
    assert decline.on["click"] == Reject(id=RINGING.view.id)
    assert "data-primary" in answer.attributes
    assert "data-primary" not in button(picture).attributes
    assert button(picture).attributes["data-looks"] == "ringing"
    view, happenings = act(View(), answer.on["click"], picture, {}, NOW)
    assert isinstance(happenings[0].command, Answer)
    assert view.launched  # with all that a call has
    assert find(drawn(talking(BOB, config=LAUNCHER), view), part="hangup")


def test_open_it_rings_as_every_phone():
    node = drawn(replace(SHUT, calls=(RINGING,)), OPEN)
    [sheet] = find_all(node, role="dialog")
    assert sheet.attributes["class"] == "ringing"


def test_a_call_is_seen_on_it():
    assert text(button(*LAUNCHERS["launcher, in call"])) == "Phone In call with Bob Marsh. 02:05"
    assert text(button(*LAUNCHERS["launcher, calling"])) == "Phone It rings at Bob Marsh. Ringing…"
    muted = [each.attributes.get("class") for each in walk(button(*LAUNCHERS["launcher, muted"]))]
    assert "icon icon-muted" in muted


def test_a_question_is_before_the_person_whether_it_is_open_or_not():
    picture, view = LAUNCHERS["launcher, asking"]
    node = drawn(picture, view)
    assert find(node, role="button", name="Call anyway")
    assert find(node, part="launcher-close") is None
    assert button(picture, view).attributes["aria-disabled"] == "true"


# --- Keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("typing", [False, True])
def test_escape_closes_it(typing):
    for picture in (SHUT, talking(BOB, config=LAUNCHER)):
        view, happenings = key("Escape", picture, OPEN, typing=typing)
        assert (view.launched, happenings) == (False, [])
    assert key("Escape", SHUT, View()) == (View(), [])


def test_escape_does_what_else_it_means_before():
    assert key("Escape", SHUT, replace(OPEN, open="history"))[0] == OPEN
    ringing = replace(SHUT, calls=(RINGING,))
    assert key("Escape", ringing, OPEN)[1] == [Asked(command=Reject(id=RINGING.view.id))]
    wrong, _ = LAUNCHERS["launcher, something wrong"]
    view, happenings = key("Escape", wrong, OPEN)
    assert view.launched and happenings == [ErrorDismissed()]
    calling, _ = LAUNCHERS["launcher, calling"]
    assert isinstance(key("Escape", calling, OPEN)[1][0].command, Hangup)


def test_escape_can_be_taken_from_it():
    for hotkeys in (("off",), ("no-escape",)):
        picture = replace(SHUT, config=replace(LAUNCHER, hotkeys=hotkeys))
        assert key("Escape", picture, OPEN)[0] == OPEN
    assert key("Escape", SHUT, OPEN, modified=True)[0] == OPEN


def test_nothing_is_typed_into_what_nobody_sees():
    for name in ("5", "?", "Backspace"):
        assert key(name, SHUT)[1] == []
        assert key(name, talking(BOB, config=LAUNCHER))[1] == []
    assert key("?", SHUT)[0].open == ""
    assert key("m", talking(BOB, config=LAUNCHER))[1] != []
    assert key("5", SHUT, OPEN)[1] != []


# --- Always ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LAUNCHERS)
def test_it_is_fit_for_a_screen_reader(name):
    node = drawn(*LAUNCHERS[name])
    assert [child.attributes.get("role") for child in node.children[:2]] == ["status", "alert"]
    names = [name_of(each) for each in find_all(node, role="button")]
    assert all(names) and len(names) == len(set(names))
    for drawing in walk(node):
        assert drawing.tag != "svg" or drawing.attributes["aria-hidden"] == "true"


def test_frozen_it_does_nothing():
    picture = replace(SHUT, config=replace(LAUNCHER, disabled=True))
    assert "disabled" in button(picture).attributes and button(picture).on == {}
    assert act(View(), LauncherPressed(open=True), picture)[0] == View()


def test_with_everything_hidden_there_is_no_button():
    hidden = {name: False for name in vars(type(CONFIG))["__slots__"] if name.startswith("show_")}
    assert len(drawn(replace(SHUT, config=replace(LAUNCHER, **hidden))).children) == 2


def test_a_page_opened_in_a_phone_that_is_closed_is_opened_in_it():
    view, _ = act(OPEN, PageOpened(page="history"), SHUT)
    assert view.launched
