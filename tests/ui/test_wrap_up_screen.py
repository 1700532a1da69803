"""After a call, on the screen: outcomes to choose from, a note, and what is kept of both."""

from __future__ import annotations

from dataclasses import replace

from gallery import BOB, IDLE, NOW, RINGING, WRAPS_UP, talking
from webphone.contract import LogCall
from webphone.phone.happenings import Asked
from webphone.phone.snapshot import EndedCall
from webphone.ui.act import act
from webphone.ui.gestures import DraftEdited, KeyPressed, OutcomeChosen
from webphone.ui.html import find, find_all, name_of, text
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

ID = WRAPS_UP.unlogged[0].record.id


def press(view, name, snapshot=WRAPS_UP):
    button = find(screen(snapshot, view, NOW), role="button", name=name)
    assert button is not None, name
    return button.on.get("click")


def typed(view, note):
    field = find(screen(WRAPS_UP, view, NOW), part="note-input")
    return act(view, field.on["input"], WRAPS_UP, {"value": note}, NOW)[0]


def test_after_a_call_the_outcomes_stand_there_to_be_chosen():
    assert shown(WRAPS_UP, View()) == "wrap-up"
    node = screen(WRAPS_UP, View(), NOW)
    group = find(node, role="group", name="Outcome")
    assert [name_of(each) for each in find_all(group, role="button")] == [
        "Order", "Complaint", "Call back later", "Wrong number",
    ]  # fmt: skip
    assert "Bob Marsh 1002 Lasted 02:05 Wrapping up 00:42" in text(node)
    chosen, _ = act(View(), press(View(), "Order"), WRAPS_UP, {}, NOW)
    pressed = find(screen(WRAPS_UP, chosen, NOW), role="button", name="Order")
    assert pressed.attributes["aria-pressed"] == "true"
    back, _ = act(chosen, pressed.on["click"], WRAPS_UP, {}, NOW)
    assert back.drafts == {} and press(back, "Save") is None


def test_what_is_saved_is_what_was_chosen_and_typed():
    view, _ = act(View(), OutcomeChosen(record=ID, outcome="Order"), WRAPS_UP, {}, NOW)
    view = typed(view, "The blue one")
    saved = press(view, "Save")
    assert saved == LogCall(id=ID, outcome="Order", note="The blue one")
    after, happenings = act(view, saved, WRAPS_UP, {}, NOW)
    assert happenings == [Asked(command=saved)] and after.drafts == {}
    assert after.read == ID  # how it ended is not told again


def test_skipping_keeps_nothing_of_it():
    view, happenings = act(typed(View(), "x"), press(View(), "Skip"), WRAPS_UP, {}, NOW)
    assert happenings == [Asked(command=LogCall(id=ID))] and view.drafts == {}


def test_a_second_press_on_hang_up_skips_nothing():
    hung_up = View(pressed_at=NOW - 0.1)
    view, happenings = act(hung_up, press(View(), "Skip"), WRAPS_UP, {"since": 5}, NOW)
    assert happenings == [] and view.ignored_at == NOW


def test_a_call_that_comes_meanwhile_goes_first_and_what_was_typed_is_there_after_it():
    view = typed(View(), "half a sen")
    rings = replace(WRAPS_UP, calls=(RINGING,))
    assert shown(rings, view) == "ringing"
    assert shown(replace(talking(BOB), unlogged=WRAPS_UP.unlogged), view) == "call"
    assert find(screen(WRAPS_UP, view, NOW), part="note-input").value == "half a sen"


def test_how_another_call_ended_does_not_cover_the_note():
    missed = replace(
        WRAPS_UP, farewell=EndedCall(record=replace(WRAPS_UP.unlogged[0].record, id="b"))
    )
    assert shown(missed, View()) == "wrap-up"
    assert shown(replace(missed, unlogged=()), View()) == "ended"


def test_keys_are_the_notes_and_more_is_reached_from_there():
    for key in ("5", "Enter", "Escape", "m"):
        assert act(View(), KeyPressed(), WRAPS_UP, {"key": key, "typing": True}, NOW)[1] == []
    assert shown(WRAPS_UP, View(open="history")) == "history"


def test_so_many_more_wait():
    three = replace(WRAPS_UP, unlogged=WRAPS_UP.unlogged * 3)
    assert "2 more after this" in text(screen(three, View(), NOW))


def test_a_bar_has_a_list_and_a_line():
    bar = replace(WRAPS_UP, config=replace(WRAPS_UP.config, layout="bar"))
    node = screen(bar, View(), NOW)
    chosen = find(node, part="outcomes")
    assert [text(each) for each in chosen.children][:2] == ["Outcome", "Order"]
    assert chosen.on == {"input": DraftEdited(what=f"outcome {ID}")}
    assert find(node, part="note-input").tag == "input"


def test_a_frozen_phone_takes_no_note():
    frozen = replace(WRAPS_UP, config=replace(WRAPS_UP.config, disabled=True))
    bar = replace(frozen, config=replace(frozen.config, layout="bar"))
    for one in (frozen, bar):
        node = screen(one, View(), NOW)
        assert find(node, part="note-input").on == {} and press(View(), "Skip", one) is None
    assert find(screen(bar, View(), NOW), part="outcomes").on == {}


def test_an_idle_phone_asks_nothing():
    assert shown(IDLE, View()) == "idle"
