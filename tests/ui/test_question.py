"""Before a call goes to an emergency number, or to an address that others named, a person says so."""

from dataclasses import replace

from gallery import BOB, IDLE, NOW, call, talking
from webphone.contract import Confirm, Hangup
from webphone.ui.act import act
from webphone.ui.haste import noticed
from webphone.ui.html import find, find_all, name_of, text
from webphone.ui.screen import screen
from webphone.ui.view import View

EMERGENCY = call("", "112", "preparing", question="emergency", question_about="112")
CONFIRM = Confirm(id="call-112")
MOVED = call("Dave", "1003", "dialling", question="redirect", question_about="carol")


def shown(*calls, **changes):
    return replace(IDLE, calls=calls, **changes)


def buttons(node):
    return {name_of(one): one.on["click"] for one in find_all(node, role="button") if one.on}


def test_an_emergency_number_is_asked_about_with_a_warning():
    node = screen(shown(EMERGENCY), View(), NOW)
    dialog = find(node, role="dialog")
    assert name_of(dialog) == "Call the emergency number 112?"
    assert "A browser phone may not reach the emergency services" in text(dialog)
    assert buttons(dialog) == {"Do not call": Hangup(id="call-112"), "Call anyway": CONFIRM}
    assert "112" in text(find(node, role="alert"))


def test_the_focus_goes_to_the_answer_that_does_nothing():
    node = screen(shown(EMERGENCY), View(), NOW)
    first = [one for one in find_all(node, role="button") if "data-primary" in one.attributes]
    assert [name_of(one) for one in first] == ["Do not call"]


def test_another_address_is_asked_about_even_beside_a_call_that_goes_on():
    picture = shown(BOB, MOVED, active=BOB.view.id)
    dialog = find(screen(picture, View(), NOW), role="dialog")
    assert "carol" in text(dialog)
    assert buttons(dialog)["Call there"] == Confirm(id="call-1003")


def test_a_second_press_on_call_does_not_confirm():
    picture = shown(EMERGENCY)
    view = noticed(View(pressed_at=NOW), screen(picture, View(), NOW), NOW)
    _, happenings = act(view, CONFIRM, picture, {"by": "mouse", "since": 5.0}, NOW + 0.3)
    assert not happenings
    later = noticed(View(), screen(picture, View(), NOW), NOW)
    _, happenings = act(later, CONFIRM, picture, {"by": "mouse", "since": 5.0}, NOW + 3)
    assert happenings


def test_a_call_that_asks_nothing_shows_no_question():
    assert find(screen(talking(BOB), View(), NOW), role="dialog") is None
