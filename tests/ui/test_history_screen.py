"""The calls that were, on the screen: what is shown, found, called and deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, PAST, SCREENS, past, talking
from webphone.contract import ClearHistory, ExportHistory, MakeCall
from webphone.phone.happenings import Asked, CallsDeleted, CallsWantedBack, HistoryOpened
from webphone.ui.act import act
from webphone.ui.drafts import KIND, SEARCH
from webphone.ui.finding import Finder
from webphone.ui.gestures import DraftEdited, KeyPressed, PageClosed, PageOpened
from webphone.ui.history import PAGE
from webphone.ui.html import find, find_all, text, walk
from webphone.ui.screen import screen, shown
from webphone.ui.view import View

CALLS, OPEN = replace(IDLE, history=PAST), View(open="history")
MANY = replace(IDLE, history=tuple(past(n, n, "", str(n), "answered") for n in range(120)))


def press(picture, view, name):
    button = find(screen(picture, view, NOW), role="button", name=name)
    assert button is not None, name
    return button.on.get("click")


def rows(picture, view=OPEN):
    return [text(found) for found in find_all(screen(picture, view, NOW), role="listitem")]


def looking(words="", kind=""):
    return replace(OPEN, drafts={name: v for name, v in ((SEARCH, words), (KIND, kind)) if v})


# --- What is shown --------------------------------------------------------------------------------


def test_more_leads_to_the_calls_and_all_that_are_remembered_are_wanted():
    opened = press(IDLE, View(open="menu"), "Calls")
    view, happenings = act(View(open="menu"), opened, IDLE, {}, NOW)
    assert happenings == [HistoryOpened()] and shown(IDLE, view) == "history"
    assert press(IDLE, view, "Back") == PageOpened(page="menu")
    menu = screen(talking(BOB), View(open="menu", over=BOB.view.id), NOW)
    for part in ("open-history", "open-contacts", "open-messages"):  # in a call, too
        assert find(menu, part=part)


def test_they_stand_by_day_and_those_with_one_person_together():
    node = screen(CALLS, OPEN, NOW)
    headings = [text(found) for found in find_all(node, role="heading")]
    assert headings == ["Calls", "Today", "Yesterday", "1969-12-30", "1969-12-29"]
    assert rows(CALLS) == [
        "Bob Marsh (2) 02:16 Missed",
        "Clara Nowak 01:46 Incoming (12:34) Order Wants the blue one by Friday",
        "100 01:16 Outgoing: no answer",
        "Clara Nowak 00:46 Outgoing (00:12)",
        "The longest name of any company in the book & Sons 23:46 Incoming: declined",
        "Bob Marsh 14:46 Incoming: answered elsewhere",
    ]
    assert [each.attributes["data-kind"] for each in find_all(node, role="listitem")][:3] == [
        "missed", "incoming", "outgoing",
    ]  # fmt: skip


def test_a_call_that_rang_in_two_tabs_is_one():
    first = PAST[0]
    twice = replace(CALLS, history=(first, replace(first, id="in-another-tab")))
    assert rows(twice) == ["Bob Marsh 02:16 Missed"]
    assert press(twice, OPEN, "Delete Bob Marsh, 02:16") == CallsDeleted(
        ids=(first.id, "in-another-tab")
    )


def test_dates_are_written_as_people_here_do():
    view = replace(OPEN, dates=lambda moment, language: (f"{moment // 86400:.0f} {language}", "x"))
    node = screen(replace(CALLS, history=PAST[-1:]), view, NOW)
    assert text(find_all(node, role="heading")[1]) == "-3 en"


def test_somebody_of_another_domain_is_called_there():
    known = past(1, 1, "", "+442079460123", "missed")
    for uri, number, target in (
        ("sip:eve@evil.example", "eve", "eve@evil.example"),
        ("sip:eve@SIP.example.com;x=y", "eve", "eve"),
        ("sip:+442079460123@evil.example", "+442079460123", "+442079460123"),
        ("sip:evil.example", "", "sip:evil.example"),
        ("tel:+44", "+44", "+44"),
    ):
        one = replace(known, from_=replace(known.from_, uri=uri, number=number))
        node = screen(replace(IDLE, history=(one,)), OPEN, NOW)
        assert find(node, part="call-back").on["click"] == MakeCall(target=target), uri


def test_a_press_calls_back_and_in_a_call_too():
    wished = press(CALLS, OPEN, "Call Clara Nowak, 01:46")
    assert wished == MakeCall(target="+442079460123")
    _, happenings = act(OPEN, wished, CALLS, {}, NOW)
    assert happenings == [Asked(command=wished)]
    talks = talking(BOB, history=PAST)
    assert shown(talks, replace(OPEN, over=BOB.view.id)) == "history"
    assert find(screen(talks, replace(OPEN, over=BOB.view.id), NOW), role="button", name="Hang up")


def test_where_nobody_may_dial_nobody_is_called_and_a_frozen_phone_does_nothing():
    hidden = replace(CALLS, config=replace(CONFIG, show_dial=False))
    assert press(hidden, OPEN, "Call Clara Nowak, 01:46") is None
    frozen = screen(replace(CALLS, config=replace(CONFIG, disabled=True)), OPEN, NOW)
    page = find(frozen, part="history")
    assert [each.on for each in walk(page) if each.on] == []
    assert find(frozen, part="history-search").on == find(frozen, part="history-kind").on == {}


def test_escape_leaves_them():
    view, _ = act(OPEN, KeyPressed(), CALLS, {"key": "Escape"}, NOW)
    assert view.open == "" and press(CALLS, OPEN, "More") == PageClosed()


# --- What is looked for ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "kind", "found"),
    [
        ("clara", "", 2),
        ("CLARA nowak", "", 2),
        ("0123", "outgoing", 1),
        ("", "missed", 1),
        ("", "incoming", 4),
        ("marsh", "missed", 1),
        ("nobody", "", 0),
    ],
)
def test_names_and_numbers_are_found_of_each_kind(words, kind, found):
    assert len(rows(CALLS, looking(words, kind))) == found


def test_what_is_typed_is_looked_for_from_its_first_page_on():
    view, happenings = act(
        View(open="history", of="100"), DraftEdited(what=SEARCH), MANY, {"value": "11"}, NOW
    )
    assert happenings == [] and view.of == ""
    assert rows(MANY, view)[0].startswith("11 ")
    view, _ = act(view, DraftEdited(what=KIND), MANY, {"value": "missed"}, NOW)
    node = screen(MANY, view, NOW)
    assert text(find(node, part="history-news")) == "Found: 0"
    assert "No such call." in text(node)
    assert "No calls yet." in text(screen(IDLE, OPEN, NOW))


def test_nothing_is_looked_for_twice():
    finder = Finder()
    first = finder.find(PAST, "clara", "")
    assert finder.find(PAST, "clara", "") is first
    assert finder.find(PAST[1:], "clara", "") is not first
    assert len(finder.find(PAST, "clara", "outgoing")) == 1
    assert finder.find(PAST, "", "") is PAST


# --- Page by page ---------------------------------------------------------------------------------


def test_of_many_no_more_than_a_page_is_drawn():
    assert len(rows(MANY)) == PAGE and rows(MANY)[0].startswith("0 ")
    older = press(MANY, OPEN, "Older")
    view, happenings = act(OPEN, older, MANY, {}, NOW)
    assert happenings == [] and rows(MANY, view)[0].startswith("50 ")
    assert "51 to 100 of 120" in text(screen(MANY, view, NOW))
    last, _ = act(view, press(MANY, view, "Older"), MANY, {}, NOW)
    assert len(rows(MANY, last)) == 20 and press(MANY, last, "Older") is None
    assert press(MANY, last, "Newer") == PageOpened(page="history", of="50")
    assert press(MANY, OPEN, "Newer") is None
    assert len(rows(MANY, View(open="history", of="9999"))) == 20
    assert find(screen(CALLS, OPEN, NOW), role="button", name="Older") is None


# --- Deleted, and as a file -----------------------------------------------------------------------


def test_a_deleted_row_can_be_had_back():
    gesture = press(CALLS, OPEN, "Delete Clara Nowak, 01:46")
    assert act(OPEN, gesture, CALLS, {}, NOW)[1] == [CallsDeleted(ids=("past-3",))]
    deleted = replace(CALLS, deleted=1)
    node = screen(deleted, OPEN, NOW)
    assert text(find(node, part="history-news")) == "Deleted: 1 Undo"
    assert find(node, part="undo").attributes["data-after"] == "delete-call"
    undo = press(deleted, OPEN, "Undo")
    assert act(OPEN, undo, deleted, {}, NOW)[1] == [CallsWantedBack()]
    assert text(find(screen(CALLS, OPEN, NOW), part="history-news")) == ""


def test_all_are_deleted_only_after_a_question():
    asked, _ = act(OPEN, press(CALLS, OPEN, "Delete all"), CALLS, {}, NOW)
    assert "They can't be brought back." in text(screen(CALLS, asked, NOW))
    assert act(asked, press(CALLS, asked, "Keep them"), CALLS, {}, NOW)[0].of == ""
    yes = press(CALLS, asked, "Delete all calls")
    view, happenings = act(asked, yes, CALLS, {}, NOW)
    assert happenings == [Asked(command=ClearHistory())] and view.of == ""
    assert find(screen(IDLE, OPEN, NOW), role="button", name="Delete all") is None


@pytest.mark.parametrize(
    ("name", "format"), [("Save as table (CSV)", "csv"), ("Save as JSON", "json")]
)
def test_they_are_saved_as_a_file(name, format):
    assert press(CALLS, OPEN, name) == ExportHistory(format=format)


def test_every_state_of_the_page_is_in_the_gallery():
    assert {view.of for _, view in SCREENS.values() if view.open == "history"} >= {
        "",
        "50",
        "clear",
    }
