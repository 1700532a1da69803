"""What gestures and keys mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, HELD, IDLE, NOW, RINGING, SCREENS, call, muted, talking
from webphone.contract import (
    Answer,
    DialpadPress,
    Hangup,
    Hold,
    MakeCall,
    Mute,
    Reject,
    Resume,
    WebPhoneError,
)
from webphone.phone.happenings import (
    Asked,
    ErrorDismissed,
    FarewellAttended,
    NumberTyped,
    WantedHere,
)
from webphone.ui import find, find_all, meant, noticed, screen
from webphone.ui.act import act, cleaned
from webphone.ui.gestures import (
    AllRead,
    DigitDeleted,
    FarewellRead,
    FarewellVisited,
    KeyPressed,
    NumberEdited,
    NumberRecalled,
    PageClosed,
    PageOpened,
    SoundAllowed,
    Together,
)
from webphone.ui.haste import CALM, typing
from webphone.ui.html import walk
from webphone.ui.view import View

ENTER, ESCAPE = {"key": "Enter"}, {"key": "Escape"}
ENDED = SCREENS["ended"][0]
INCOMING = replace(IDLE, calls=(RINGING,))


def key(name, picture, view=None, **more):
    """What a key asks of the phone."""
    _, happenings = act(view or View(), KeyPressed(), picture, {"key": name, **more})
    return happenings


def wish(command):
    return [Asked(command=command)]


def test_a_command_goes_to_the_phone_as_it_is():
    assert act(View(), Hangup(id="1"), talking(BOB)) == (View(), wish(Hangup(id="1")))


def test_use_here_goes_to_the_phone_as_it_is_and_a_frozen_phone_stays_where_it_is():
    elsewhere = SCREENS["other tab"][0]
    assert act(View(), WantedHere(), elsewhere) == (View(), [WantedHere()])
    frozen = replace(elsewhere, config=replace(CONFIG, disabled=True))
    assert act(View(), WantedHere(), frozen) == (View(), [])


def test_two_commands_by_one_press_go_in_order():
    both = Together(commands=(Hangup(id="1"), Answer(id="2")))
    assert act(View(), both, IDLE)[1] == [*wish(Hangup(id="1")), *wish(Answer(id="2"))]


def test_what_is_typed_in_the_field_is_the_number():
    assert act(View(), NumberEdited(), IDLE, {"value": "10 0"})[1] == [NumberTyped(number="10 0")]


@pytest.mark.parametrize(
    ("pasted", "number"),
    [
        ("+44 (0)20 7946-0123", "+442079460123"),
        ("tel:+44-20-7946-0123", "+442079460123"),
        ("(020) 7946 0123", "02079460123"),
        (" sip:bob@example.com ", "sip:bob@example.com"),
        ("bob@example.com", "bob@example.com"),
        ("*21#", "*21#"),
        ("", ""),
        ("03-１２３４", "031234"),
        ("0١٢٣3", "01233"),
        ("۰۹۱۲", "0912"),
        ("\u202a+1 (555) 123\u202c", "+1555123"),
        ("tel:＋４４", "+44"),
        ("03-①２", "03-①2"),  # whole, to be refused in words
        ("100, 200", "100, 200"),
    ],
)
def test_a_pasted_number_loses_the_marks_of_print(pasted, number):
    assert cleaned(pasted) == number
    told = {"value": pasted, "pasted": True}
    assert act(View(), NumberEdited(), IDLE, told)[1] == [NumberTyped(number=number)]


@pytest.mark.parametrize(("key", "digit"), [("٣", "3"), ("۳", "3"), ("３", "3"), ("＋", "+")])
def test_a_key_of_another_script_is_a_digit(key, digit):
    assert act(View(), KeyPressed(), IDLE, {"key": key})[1] == wish(DialpadPress(key=digit))


def test_the_last_digit_goes():
    picture = replace(IDLE, number="123")
    assert act(View(), DigitDeleted(), picture)[1] == [NumberTyped(number="12")]


def test_the_last_dialled_number_comes_back():
    record = ENDED.farewell.record
    older = replace(record, started_at="2026-01-01T00:00:00Z", to=replace(record.to, number="7"))
    incoming = replace(record, started_at="2027-01-01T00:00:00Z", direction="incoming")
    picture = replace(IDLE, history=(incoming, record, older))
    assert act(View(), NumberRecalled(), picture)[1] == [NumberTyped(number="1002")]
    assert act(View(), NumberRecalled(), IDLE)[1] == []


def test_the_keypad_opens_and_closes_on_the_screen_alone():
    view, told = act(View(), PageOpened(page="keypad", of="1"), talking(BOB))
    assert (view, told) == (View(open="keypad", of="1"), [])
    assert act(view, PageClosed(), talking(BOB)) == (View(), [])


def test_a_farewell_is_read_and_a_fault_is_dismissed():
    assert act(View(), FarewellRead(record="1"), ENDED) == (View(read="1"), [])
    assert act(View(), ErrorDismissed(), IDLE)[1] == [ErrorDismissed()]
    assert act(View(), SoundAllowed(), IDLE) == (View(), [])


# --- Keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("digit", list("0123456789*#+"))
def test_digits_go_to_the_phone_which_types_or_sends_them(digit):
    assert key(digit, IDLE) == wish(DialpadPress(key=digit))
    assert key(digit, talking(BOB)) == wish(DialpadPress(key=digit))


def test_typing_the_next_number_puts_the_farewell_away():
    view, told = act(View(), KeyPressed(), ENDED, {"key": "5"})
    assert view == View(read=ENDED.farewell.record.id)
    assert told == wish(DialpadPress(key="5"))


def test_enter_calls_the_number_even_while_typing():
    picture = replace(IDLE, number="100")
    assert key("Enter", picture, typing=True) == wish(MakeCall(target="100"))
    assert key("Enter", picture) == wish(MakeCall(target="100"))


def test_enter_on_a_button_is_left_to_the_button():
    assert key("Enter", replace(IDLE, number="100"), pressing=True) == []


def test_enter_without_a_number_brings_back_the_last_one():
    picture = replace(IDLE, history=(ENDED.farewell.record,))
    assert key("Enter", picture) == [NumberTyped(number="1002")]


def test_enter_answers_and_escape_declines():
    assert key("Enter", INCOMING) == wish(Answer(id=RINGING.view.id))
    assert key("Escape", INCOMING) == wish(Reject(id=RINGING.view.id))


def test_with_a_call_waiting_the_keys_mean_the_one_that_rings():
    picture = talking(BOB, RINGING)
    assert key("Enter", picture) == wish(Answer(id=RINGING.view.id))
    assert key("Escape", picture) == wish(Reject(id=RINGING.view.id))


@pytest.mark.parametrize("stage", ["preparing", "dialling", "ringing", "early"])
def test_escape_cancels_a_call_that_is_not_answered(stage):
    picture = talking(call("", "100", stage))
    assert key("Escape", picture) == wish(Hangup(id="call-100"))


@pytest.mark.parametrize("picture", [talking(BOB), talking(HELD)])
def test_escape_never_ends_an_answered_call(picture):
    assert key("Escape", picture) == []


def test_escape_closes_the_keypad_the_farewell_and_the_fault():
    opened = View(open="keypad", of=BOB.view.id)
    assert act(opened, KeyPressed(), talking(BOB), {"key": "Escape"}) == (View(), [])
    assert act(View(), KeyPressed(), ENDED, {"key": "Escape"})[0] == View(read="call-1002")
    failed = SCREENS["microphone blocked"][0]
    assert key("Escape", failed) == [ErrorDismissed()]


def test_m_mutes_and_h_holds():
    assert key("m", talking(BOB)) == wish(Mute(on=True, id=BOB.view.id))
    assert key("M", talking(muted(BOB))) == wish(Mute(on=False, id=BOB.view.id))
    assert key("h", talking(BOB)) == wish(Hold(id=BOB.view.id))
    assert key("H", talking(HELD)) == wish(Resume(id=HELD.view.id))
    assert key("h", talking(replace(BOB, changing=True))) == []
    assert key("m", INCOMING) == key("h", INCOMING) == key("m", IDLE) == []


def test_backspace_takes_the_last_digit():
    assert key("Backspace", replace(IDLE, number="12")) == [NumberTyped(number="1")]
    assert key("Backspace", talking(BOB)) == []


@pytest.mark.parametrize("name", ["1", "m", "h", "Escape", "Backspace", "*"])
def test_while_typing_in_the_field_keys_are_letters(name):
    assert key(name, talking(BOB), typing=True) == []
    assert key(name, IDLE, typing=True) == []


@pytest.mark.parametrize("name", ["1", "m", "Enter", "Escape"])
def test_keys_held_with_control_belong_to_the_browser(name):
    assert key(name, INCOMING, modified=True) == []


def test_single_keys_can_be_taken_out_and_all_be_off():
    without_m = replace(talking(BOB), config=replace(CONFIG, hotkeys=("no-m",)))
    assert key("m", without_m) == []
    assert key("h", without_m) != []
    off = replace(talking(BOB), config=replace(CONFIG, hotkeys=("off",)))
    assert [key(name, off) for name in ("m", "h", "1", "Escape")] == [[], [], [], []]


def test_keys_do_not_reach_what_is_hidden():
    hidden = {"show_answer": False, "show_hangup": False, "show_dial": False, "show_mute": False}
    config = replace(CONFIG, show_hold=False, **hidden)
    assert key("Enter", replace(INCOMING, config=config)) == []
    assert key("Escape", replace(INCOMING, config=config)) == []
    assert key("Enter", replace(IDLE, number="100", config=config)) == []
    assert key("m", replace(talking(BOB), config=config)) == []
    assert key("h", replace(talking(BOB), config=config)) == []


def test_a_disabled_phone_hears_nothing():
    frozen = replace(talking(BOB), config=replace(CONFIG, disabled=True))
    assert act(View(), Hangup(id=BOB.view.id), frozen) == (View(), [])
    assert key("1", frozen) == key("m", frozen) == []


@pytest.mark.parametrize("name", ["", "F5", "Tab", "é", "Dead", "ArrowUp", "12"])
def test_other_keys_mean_nothing(name):
    assert key(name, IDLE) == []


# --- Fingers that are faster than eyes ------------------------------------------------------------


def ignored(view, gesture, picture, fields, now=NOW):
    """Whether the press does nothing because it came too soon."""
    after, happenings = act(view, gesture, picture, fields, now)
    assert (after.ignored_at == now) == meant(view, after, []) or after != view
    return after.ignored_at == now and happenings == []


def after(seconds, key="5", view=None, **more):
    """Seconds after this key was typed: the view, and whether a key now is one of that burst."""
    view, _ = act(view or View(), KeyPressed(), IDLE, {"key": key, **more}, NOW - seconds)
    return lambda pressed, picture: ignored(view, KeyPressed(), picture, pressed)


def clicked(seconds, part, picture):
    """Seconds after a key was typed: whether a click by key on this part does nothing."""
    view, _ = act(View(), KeyPressed(), IDLE, {"key": "5"}, NOW - seconds)
    control = find(screen(picture, View(), NOW), part=part)
    return ignored(view, control.on["click"], picture, {"by": "key", "pressing": True})


@pytest.mark.parametrize("part", ["answer", "hangup", "decline", "end-and-answer"])
def test_a_key_of_a_burst_of_typing_neither_answers_nor_ends_a_call(part):
    picture = talking(BOB, RINGING)
    assert clicked(0.9, part, picture)
    assert not clicked(1.1, part, picture)


def test_a_burst_of_typing_neither_answers_nor_declines_by_key():
    assert after(0.9)(ENTER, INCOMING) and after(0.9)(ESCAPE, INCOMING)
    assert not after(1.1)(ENTER, INCOMING) and not after(1.1)(ESCAPE, INCOMING)


def test_a_burst_leaves_other_buttons_and_the_way_back_alone():
    assert not clicked(0.1, "mute", talking(BOB))
    assert not clicked(0.1, "key", IDLE)
    assert not after(0.1)(ESCAPE, talking(call("", "100", "ringing")))
    assert not after(0.1)(ENTER, replace(IDLE, number="5"))
    assert not after(0.1)({"key": "5"}, INCOMING)


def test_who_paused_while_typing_has_a_second_to_see_that_it_rings():
    surprise = replace(INCOMING, calls=(replace(RINGING, started_at=NOW - 0.5),))
    assert after(5)(ENTER, surprise) and clicked(5, "answer", surprise)
    assert not after(15)(ENTER, surprise)
    assert not ignored(View(), KeyPressed(), surprise, ENTER)
    dialled = MakeCall(target="5")
    for gesture, told in ((dialled, {}), (KeyPressed(), {**ENTER, "typing": True})):
        view, _ = act(View(), KeyPressed(), IDLE, {"key": "5"}, NOW - 5)
        view, _ = act(view, gesture, replace(IDLE, number="5"), told, NOW - 4)
        screen(surprise, view, NOW - 0.5)
        assert not ignored(view, KeyPressed(), surprise, ENTER), "nothing is being typed"
    view, _ = act(View(), KeyPressed(), talking(BOB), {"key": "5"}, NOW - 5)
    assert not ignored(view, KeyPressed(), surprise, ENTER), "it was a digit for a machine"


def test_what_was_pressed_is_pressed_once_until_the_screen_shows_what_became_of_it():
    number = replace(IDLE, number="5")
    for gesture, told in (
        (MakeCall(target="5"), {"by": "touch", "since": 0.0}),
        (KeyPressed(), {**ENTER, "typing": True}),
    ):
        view = View()
        screen(number, view, NOW - 9)
        once, happenings = act(view, gesture, number, told, NOW - 0.09)
        assert happenings != []
        assert ignored(once, gesture, number, told)
        screen(number, once, NOW - 0.05)  # the call was refused, and can be tried again
        assert not ignored(once, KeyPressed(), number, {**ENTER, "typing": True})


def test_digits_pressed_on_the_screen_are_typing_too():
    view = noticed(View(), screen(IDLE, View(), NOW - 5), NOW - 5)
    view, _ = act(view, DialpadPress(key="5"), IDLE, {"by": "mouse"}, NOW - 0.9)
    view = noticed(view, screen(INCOMING, view, NOW - 0.8), NOW - 0.8)
    moved_there = {"by": "mouse", "since": 0.0}
    assert ignored(view, Answer(id=RINGING.view.id), INCOMING, moved_there)
    view = replace(view, typed_at=NOW - 3)
    assert not ignored(view, Answer(id=RINGING.view.id), INCOMING, moved_there)


def test_keys_that_type_are_typing_and_others_are_not():
    def types(gesture, told):
        return typing(act(View(), gesture, IDLE, told, NOW)[0], NOW)

    for name in ("5", "a", "*", "Backspace", "Delete"):
        assert types(KeyPressed(), {"key": name})
    for name in ("Enter", " ", "Tab", "Escape", "ArrowLeft", "Shift", ""):
        assert not types(KeyPressed(), {"key": name})
    assert not types(KeyPressed(), {"key": "v", "modified": True})
    assert types(NumberEdited(), {"value": "1"})


def test_enter_in_a_field_never_answers():
    assert key("Enter", INCOMING, typing=True) == []


def test_how_a_call_ended_stays_while_a_person_is_there():
    there, gone = [FarewellAttended(there=True)], [FarewellAttended(there=False)]
    come, leave = FarewellVisited(there=True), FarewellVisited(there=False)
    nodes = [node for node in walk(screen(ENDED, View(), NOW)) if "focusin" in node.on]
    assert {node.on["pointermove"] for node in nodes} == {come}
    assert {node.on["pointerout"] for node in nodes} == {leave}
    view, told = act(View(), come, ENDED)
    assert told == there
    assert act(view, come, ENDED) == (view, [])  # every move of the mouse
    assert act(view, leave, ENDED) == (View(), gone)
    assert act(View(), come, ENDED, {"by": "key"})[1] == there
    # Where the mouse has pressed Hang up, the focus goes to Close by itself.
    assert act(View(), come, ENDED, {"by": "mouse"}) == (View(), [])
    assert act(View(), come, IDLE) == (View(), [])
    record = ENDED.farewell.record.id
    for closing in (FarewellRead(record=record), AllRead(), DialpadPress(key="1")):
        closed, told = act(view, closing, ENDED)
        assert closed == View(read=record) and told[-1:] == gone
        assert act(closed, leave, ENDED) == (closed, [])


def test_who_types_finds_no_control_under_the_fingers():
    view, _ = act(View(), KeyPressed(), IDLE, {"key": "5"}, NOW)
    answer = [find(screen(INCOMING, each, NOW), part="answer") for each in (View(), view)]
    assert ["data-primary" in each.attributes for each in answer] == [True, False]


# --- The second press of two ----------------------------------------------------------------------

DIALLING = talking(call("", "100", "dialling"))
TYPED = replace(IDLE, number="100")
HANDS = ("key", "mouse", "touch", "")
OFFERED = replace(RINGING, view=replace(RINGING.view, video=True))
# What is pressed: the screen with the control, its part, and the screen that the press leads to.
BEGINNINGS_AND_ENDS = {
    "answer": (INCOMING, "answer", talking(replace(BOB, view=RINGING.view))),
    "answer with video": (
        replace(IDLE, calls=(OFFERED,)),
        "answer-video",
        talking(replace(BOB, view=OFFERED.view)),
    ),
    "call": (TYPED, "dial", DIALLING),
    "call that fails at once": (TYPED, "dial", replace(TYPED, error=WebPhoneError("internal"))),
    "hang up": (talking(BOB), "hangup", ENDED),
    "hang up, nothing is said": (talking(BOB), "hangup", TYPED),
    "call back": (ENDED, "dial", DIALLING),
    "decline": (INCOMING, "decline", ENDED),
    "end and answer": (
        talking(BOB, RINGING),
        "end-and-answer",
        talking(replace(BOB, view=RINGING.view)),
    ),
}


def harmful(node):
    """The gestures on this screen that begin or end a call."""
    found = [button.on.get("click") for button in find_all(node, role="button")]
    return [
        each for each in found if isinstance(each, Answer | Hangup | MakeCall | Reject | Together)
    ]


def pressed(name, by):
    """A control that has long been there is pressed: the view, and the screen that follows."""
    before, part, follows = BEGINNINGS_AND_ENDS[name]
    first = screen(before, View(), NOW - 9)
    view = noticed(View(), first, NOW - 9)
    control = find(first, part=part)
    view, happenings = act(view, control.on["click"], before, {"by": by, "pressing": True}, NOW)
    assert happenings, "the first press does what it says"
    return noticed(view, screen(follows, view, NOW), NOW), follows


@pytest.mark.parametrize("by", HANDS)
@pytest.mark.parametrize("name", BEGINNINGS_AND_ENDS)
@pytest.mark.parametrize("later", [0, 0.08, 0.3, 0.5])
def test_a_second_press_begins_and_ends_nothing(name, by, later):
    view, follows = pressed(name, by)
    for gesture in harmful(screen(follows, view, NOW + later)):
        assert act(view, gesture, follows, {"by": by, "pressing": True}, NOW + later)[1] == []


@pytest.mark.parametrize("by", HANDS)
@pytest.mark.parametrize("name", [name for name in BEGINNINGS_AND_ENDS if "at once" not in name])
def test_a_run_of_presses_begins_and_ends_nothing_until_it_pauses(name, by):
    view, follows = pressed(name, by)
    gesture = harmful(screen(follows, view, NOW))[0]
    now = NOW
    for _ in range(9):
        now += 0.3
        view, happenings = act(view, gesture, follows, {"by": by, "pressing": True}, now)
        assert happenings == []
        view = noticed(view, screen(follows, view, now), now)
    assert act(view, gesture, follows, {"by": by, "pressing": True}, now + CALM + 0.01)[1]


def test_who_goes_to_the_control_means_it():
    view, follows = pressed("call", "mouse")
    hang_up = harmful(screen(follows, view, NOW))[0]
    for seconds, does in ((0.1, True), (0.3, False), (5.0, False)):
        fields = {"by": "mouse", "pressing": True, "since": seconds}
        assert bool(act(view, hang_up, follows, fields, NOW + 0.2)[1]) is does


def test_a_call_that_is_answered_over_there_leaves_hang_up_where_it_was():
    view, follows = pressed("call", "touch")
    view = noticed(view, screen(talking(call("", "100", "ringing")), view, NOW + 0.6), NOW + 0.6)
    hang_up = harmful(screen(follows, view, NOW))[0]
    assert act(view, hang_up, follows, {"by": "touch"}, NOW + CALM + 0.01)[1]


def test_a_call_that_comes_under_the_finger_is_not_answered_by_the_press_of_a_digit():
    view = noticed(View(), screen(IDLE, View(), NOW - 9), NOW - 9)
    view = noticed(view, screen(INCOMING, view, NOW), NOW)
    answer = Answer(id=RINGING.view.id)
    assert ignored(view, answer, INCOMING, {"by": "touch"}, NOW + 0.5)
    assert ignored(view, KeyPressed(), INCOMING, ENTER, NOW + 0.5)
    assert ignored(view, KeyPressed(), INCOMING, ESCAPE, NOW + 0.5)
    assert not ignored(view, answer, INCOMING, {"by": "touch"}, NOW + CALM + 0.01)


def test_the_second_press_on_hang_up_leaves_what_it_meets():
    view, follows = pressed("hang up", "touch")
    close = FarewellRead(record=ENDED.farewell.record.id)
    assert ignored(view, close, follows, {"by": "touch"}, NOW + 0.3)
    assert not ignored(view, close, follows, {"by": "mouse", "since": 0.0}, NOW + 0.3)
    assert not ignored(view, close, follows, {"by": "touch"}, NOW + CALM + 0.01)


def test_a_waiting_call_that_comes_to_the_front_has_its_controls_elsewhere():
    view = noticed(View(), screen(talking(BOB, RINGING), View(), NOW - 9), NOW - 9)
    view = noticed(view, screen(INCOMING, view, NOW), NOW)
    assert ignored(view, Answer(id=RINGING.view.id), INCOMING, {"by": "touch"}, NOW + 0.3)


def test_another_number_is_called_as_fast_as_it_is_typed():
    view, follows = pressed("call that fails at once", "mouse")
    view, _ = act(view, NumberEdited(), follows, {"value": "2"}, NOW + 0.1)
    assert act(view, MakeCall(target="2"), follows, {"by": "mouse"}, NOW + 0.2)[1]


def test_who_has_typed_a_number_since_call_came_under_the_mouse_means_it():
    view = noticed(View(), screen(ENDED, View(), NOW - 9), NOW - 9)
    view = noticed(view, screen(IDLE, view, NOW), NOW)
    call = MakeCall(target="2")
    assert ignored(view, call, TYPED, {"by": "mouse"}, NOW + 0.3)
    view, _ = act(view, NumberEdited(), IDLE, {"value": "2"}, NOW + 0.1)
    assert not ignored(view, call, TYPED, {"by": "mouse"}, NOW + 0.2)
