"""The calls that were, on the screen: what is shown, found, called and deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, PAST, SCREENS, past, talking
from webphone.contract import ClearHistory, ExportHistory, MakeCall
from webphone.phone.happenings import Asked, CallsDeleted, CallsWantedBack, HistoryOpened
from webphone.ui.act import act
from webphone.ui.drafts import KIND, SEARCH
from webphone.ui.finding import LONG, ROWS, STEP, WORDS, looked, unfinished
from webphone.ui.gestures import DraftEdited, KeyPressed, PageClosed, PageOpened
from webphone.ui.html import find, find_all, name_of, text, walk
from webphone.ui.screen import screen, shown
from webphone.ui.view import PAGE, View

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
        "Clara Nowak 01:46 Incoming 12:34 Order Wants the blue one by Friday",
        "100 01:16 Outgoing: no answer",
        "Clara Nowak 00:46 Outgoing 00:12",
        "The longest name of any company in the book & Sons 23:46 Incoming: declined",
        "Bob Marsh 14:46 Incoming: answered elsewhere",
    ]
    assert [each.attributes["data-kind"] for each in find_all(node, role="listitem")][:3] == [
        "missed", "incoming", "outgoing",
    ]  # fmt: skip


def test_what_finds_no_room_in_its_row_is_told_whole():
    node = screen(CALLS, OPEN, NOW)
    long = find_all(node, part="history-name")[4]
    who = "The longest name of any company in the book & Sons, 23:46: contact"
    assert long.attributes["title"] == name_of(long) == who
    declined = find_all(node, role="listitem")[4]
    seen = [each for each in walk(declined) if "came" in each.attributes.get("class", "")]
    # Seen, the way is a sign; heard, it is a word.
    assert [each.children[0] for each in seen] == ["declined"]
    assert [each.attributes["title"] for each in seen] == ["Incoming: declined"]
    assert "Incoming: declined" in text(declined)


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


# --- Step by step ---------------------------------------------------------------------------------


def one_of_lots(number):
    who, way = "Bob" if number % 700 == 699 else "Clara", "outgoing" if number % 2 else "incoming"
    return past(number, number, who, str(number), "answered", 12, way)


LOTS = replace(IDLE, history=tuple(map(one_of_lots, range(3000))))


def steps(picture, view, now=NOW):
    """The views, step by step, until there is no more to do; the last is that for good."""
    views = [looked(view, picture, now)]
    while unfinished(views[-1]):
        views.append(looked(views[-1], picture, now))
    assert looked(views[-1], picture, now) is views[-1]
    return views


def names(records):
    return [each.id for each in records]


def test_of_ten_thousand_some_are_looked_at_in_each_step_and_all_are_found_in_their_order():
    views = steps(LOTS, looking("bob"))
    looked_at = [min(view.looking.at, 3000) for view in views]
    assert looked_at == [STEP, 2 * STEP, 3 * STEP, 4 * STEP, 5 * STEP, 3000]
    counts = [len(view.looking.found) for view in views]
    assert counts == sorted(counts) and views[0].looking.found == ()
    assert names(views[-1].looking.found) == ["past-699", "past-1399", "past-2099", "past-2799"]
    whole = screen(LOTS, looking("bob"), NOW)
    assert text(screen(LOTS, views[-1], NOW)) == text(whole)
    assert "Found: 4" in text(whole)


@pytest.mark.parametrize(("words", "kind"), [("", ""), ("", "outgoing"), ("clara", "")])
def test_no_more_than_a_few_are_drawn_anew_in_one_step(words, kind):
    before: set[str] = set()
    for view in steps(LOTS, looking(words, kind)):
        drawn = names(view.looking.shown)
        assert 0 < len(set(drawn) - before) <= ROWS or set(drawn) <= before
        before = set(drawn)
        places = find_all(screen(LOTS, view, NOW), role="listitem")
        assert len(places) == PAGE  # drawn, or kept free: what is below them does not move
    assert len(before) == PAGE


def test_a_page_that_is_turned_to_is_drawn_in_steps_as_well():
    view = steps(LOTS, OPEN)[-1]
    turned = replace(view, of="50")
    first, *_, last = steps(LOTS, turned)
    assert names(first.looking.shown) == names(LOTS.history[50 : 50 + ROWS])
    assert names(last.looking.shown) == names(LOTS.history[50:100])
    searched = steps(LOTS, looking("clara"))[-1]
    turned = looked(replace(searched, of="50"), LOTS, NOW)
    assert turned.looking.done  # what was found is not looked for again
    assert names(turned.looking.shown) == names(LOTS.history[50 : 50 + ROWS])
    asked = looked(replace(last, of="clear"), LOTS, NOW)  # stands on the first page
    assert asked.looking.first == 0


def test_a_new_key_drops_what_was_looked_for_before():
    begun = looked(looking("zoe"), LOTS, NOW)
    assert not begun.looking.done
    view = looked(replace(begun, drafts={SEARCH: "bob"}), LOTS, NOW)
    assert view.looking.asked == ("bob", "") and view.looking.at == STEP
    assert names(steps(LOTS, view)[-1].looking.found)[0] == "past-699"


def test_who_types_on_looks_among_those_that_are_left():
    half = looked(looking("b"), LOTS, NOW)
    further = looked(replace(half, drafts={SEARCH: "bob"}), LOTS, NOW)
    assert len(further.looking.among) == 3000 - STEP  # none of the first had it
    done = steps(LOTS, looking("bo"))[-1]
    on, *more = steps(LOTS, replace(done, drafts={SEARCH: "bob"}))
    assert not more and names(on.looking.found)[-1] == "past-2799"
    kind = looked(replace(done, drafts={SEARCH: "bob", KIND: "missed"}), LOTS, NOW)
    assert len(kind.looking.among) == 3000


def test_calls_that_come_or_go_meanwhile_do_not_begin_the_search_anew():
    whole = LOTS.history
    picture = replace(LOTS, history=whole[10:1500])
    half = looked(looking("bob"), picture, NOW)
    recalled = replace(picture, history=whole[10:2000])
    older = looked(half, recalled, NOW)
    assert (older.looking.at, len(older.looking.among)) == (2 * STEP, 1990)
    newer = looked(older, replace(LOTS, history=whole[:2000]), NOW)
    assert newer.looking.at == 3 * STEP
    found = names(newer.looking.found)
    deleted = replace(LOTS, history=tuple(each for each in whole[:2000] if each.id != found[0]))
    fewer = looked(newer, deleted, NOW)
    assert names(fewer.looking.found)[0] == "past-1399"
    amended = replace(whole[0], note="Bob has called for her")
    other = replace(LOTS, history=(amended, *whole[1:2000]))
    assert names(steps(other, fewer)[-1].looking.found) == ["past-0", "past-699", "past-1399"]


def test_that_it_goes_on_is_said_after_a_second_and_no_half_of_it_is_told():
    half = looked(looking("bob"), LOTS, NOW)
    node = screen(LOTS, half, NOW + 0.9)
    assert text(find(node, part="history-news")) == ""
    node = screen(LOTS, half, NOW + LONG + 0.1)
    assert text(find(node, part="history-news")) == "Looking through older calls…"
    recalling = replace(LOTS, history=LOTS.history[:100], recalling=True)
    view = steps(recalling, looking("bob"))[-1]
    assert "No such call." not in text(screen(recalling, view, NOW + 2))
    assert "Looking through older calls…" in text(screen(recalling, view, NOW + 2))
    nothing = replace(IDLE, recalling=True)
    assert "No calls yet." not in text(screen(nothing, steps(nothing, OPEN)[-1], NOW))


def test_nothing_is_left_of_it_once_the_page_is_closed():
    view = steps(LOTS, looking("bob"))[-1]
    closed, _ = act(view, PageClosed(), LOTS, {}, NOW)
    assert looked(closed, LOTS, NOW).looking is None
    assert looked(looked(closed, LOTS, NOW), LOTS, NOW).looking is None
    assert not unfinished(looked(closed, LOTS, NOW))


def test_the_words_of_a_call_are_made_once_and_those_of_others_do_not_stay_for_ever():
    record = past(1, 1, "Bob", "1", "answered")
    words = WORDS.of(record)
    assert WORDS.of(record) is words
    assert "order" in WORDS.of(replace(record, outcome="Order"))
    for number in range(20_001):
        WORDS.of(replace(record, id=f"of somebody {number}"))
    assert WORDS.of(record) is not words


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
