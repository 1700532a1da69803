"""A conference on the screen: the way into it, who is there, and what can be done with each."""

from dataclasses import replace

import pytest

from gallery import (
    BOB,
    CLARA,
    CONFIG,
    DORA,
    HELD,
    MEMBERS,
    RINGING,
    SCREENS,
    held,
    joined,
    muted,
    talking,
)
from ui.test_screen import buttons, find, find_all, heard, press, shown, words
from webphone.contract import (
    Conference,
    Hangup,
    Hold,
    Member,
    Mute,
    MuteMember,
    Resume,
    Split,
    Swap,
)
from webphone.ui.act import act
from webphone.ui.gestures import Together
from webphone.ui.haste import noticed
from webphone.ui.html import walk
from webphone.ui.screen import screen
from webphone.ui.view import View

NOW = 10_000.0


def conference(*calls, **more):
    return talking(*(joined(call) for call in calls), **more)


def rows(node):
    return find_all(node, part="list-item")


def test_a_held_call_can_be_merged_with_the_one_in_front():
    [row] = rows(shown(talking(CLARA, HELD)))
    assert press(row, "Swap") == Swap()
    assert press(row, "Merge") == Conference(ids=(CLARA.view.id, BOB.view.id))


def test_nothing_is_merged_where_no_call_may_be_held():
    hidden = replace(talking(CLARA, HELD), config=replace(CONFIG, show_hold=False))
    assert buttons(rows(shown(hidden))[0]) == []


def test_a_conference_says_who_is_in_it_and_what_can_be_done_with_each():
    screen = shown(SCREENS["conference"][0])
    assert words(screen, "peer-name") == ["Conference", "Clara Nowak", "Bob Marsh", "Dora Lind"]
    assert words(screen, "stage") == ["Speaking", "Silenced", "On hold"]
    clara, bob, dora = rows(screen)
    assert press(clara, "Let nobody hear Clara Nowak") == MuteMember(id=CLARA.view.id, on=True)
    assert press(bob, "Let nobody hear Bob Marsh") == MuteMember(id=BOB.view.id, on=False)
    assert press(dora, "Take Dora Lind off hold") == Resume(id=DORA.view.id)
    assert press(bob, "Take Bob Marsh out") == Split(id=BOB.view.id)
    assert press(bob, "Hang up on Bob Marsh") == Hangup(id=BOB.view.id)
    ids = [each.view.id for each in (CLARA, BOB, DORA)]
    assert press(screen, "End all") == Together(commands=tuple(Hangup(id=id) for id in ids))
    assert find(screen, role="button", name="Hang up") is None


def test_its_controls_are_for_all_of_it_and_nobody_is_transferred_or_parked():
    coded = replace(conference(CLARA, BOB), config=replace(CONFIG, feature_codes=("asterisk",)))
    screen = shown(coded)
    assert press(screen, "Mute") == Mute(on=True, id=CLARA.view.id)
    assert press(screen, "Hold") == Hold()
    for name in ("Transfer", "Park"):
        button = find(screen, role="button", name=name)
        assert button is not None and button.on == {}


def test_all_on_hold_is_a_notice_and_one_on_hold_is_not():
    screen = shown(SCREENS["conference, muted and on hold"][0])
    assert words(screen, "notice") == ["On hold 00:42 Muted"]
    assert press(screen, "Hold") == Resume(id=CLARA.view.id)
    some = shown(conference(held(CLARA, "local"), BOB))
    assert words(some, "notice") == []


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (held(BOB, "remote"), "Has put you on hold"),
        (replace(BOB, unstable=True), "Connection unstable, reconnecting…"),
        (replace(BOB, recovering=True), "Taking the call back…"),
    ],
)
def test_the_roster_says_how_each_stands(call, said):
    screen = shown(conference(CLARA, call))
    assert words(screen, "stage") == [said]
    assert words(screen, "notice") == []


def test_who_is_taken_off_hold_already_is_not_asked_twice():
    screen = shown(conference(CLARA, replace(held(BOB, "local"), changing=True)))
    button = find(screen, role="button", name="Take Bob Marsh off hold")
    assert button is not None and button.on == {}


def test_controls_that_a_page_hides_are_hidden_in_it_too():
    hidden = {"show_hold": False, "show_mute": False, "show_hangup": False, "show_status": False}
    snapshot = replace(SCREENS["conference"][0], config=replace(CONFIG, **hidden))
    screen = shown(snapshot)
    assert [button.on for row in rows(screen) for button in buttons(row)] == []
    assert words(screen, "stage") == []


def test_another_call_is_listed_below_and_can_be_merged_into_it():
    screen = shown(SCREENS["conference and another call"][0])
    other = rows(screen)[-1]
    assert press(other, "Merge") == Conference(ids=(CLARA.view.id, DORA.view.id))
    assert press(other, "Swap") == Swap()


def test_behind_another_call_it_is_one_to_come_back_to():
    [row] = rows(shown(SCREENS["conference behind a call"][0]))
    assert words(row, "peer-name") == ["Conference"]
    assert press(row, "Swap") == Swap()
    assert press(row, "Merge") == Conference(ids=(DORA.view.id, BOB.view.id))


def test_of_several_calls_behind_each_control_says_which_it_is_for():
    screen = shown(SCREENS["conference and a call behind another"][0])
    assert press(screen, "Take Conference") == Resume(id=BOB.view.id)
    ids = (DORA.view.id, "call-1005")
    assert press(screen, "Merge with Eve Park") == Conference(ids=ids)


def test_who_calls_meanwhile_ends_no_conference():
    screen = shown(replace(conference(CLARA, BOB), calls=(joined(CLARA), joined(BOB), RINGING)))
    assert find(screen, role="button", name="End and answer") is None
    assert find(screen, role="button", name="Answer") is not None


def test_an_ear_is_told_who_is_in_it():
    assert "You are in a conference with Clara Nowak, Bob Marsh." in heard(
        shown(conference(CLARA, BOB)), "status"
    )


def test_a_second_press_does_not_hang_up_on_the_next_in_the_list():
    before = conference(CLARA, BOB, DORA)
    view = noticed(View(), screen(before, View(), NOW), NOW)
    fields = {"by": "mouse", "since": 5.0}
    view, asked = act(view, Hangup(id=CLARA.view.id), before, fields, NOW + 5)
    assert len(asked) == 1
    after = conference(BOB, DORA)
    view = noticed(view, screen(after, view, NOW + 5.1), NOW + 5.1)
    _, asked = act(view, Hangup(id=BOB.view.id), after, fields, NOW + 5.2)
    assert asked == []


def test_the_keyboard_holds_all_of_it():
    from webphone.ui.gestures import KeyPressed

    _, asked = act(View(), KeyPressed(), conference(CLARA, muted(BOB)), {"key": "h"}, NOW)
    assert [each.command for each in asked] == [Hold()]


# --- Who is seen ----------------------------------------------------------------------------------


def films(call, **more):
    return joined(replace(call, video_remote=True, **more))


def seen(screen):
    """The names below the pictures."""
    return [
        str(node.children[0]) for node in walk(screen) if node.attributes.get("class") == "name"
    ]


def test_everybody_who_shows_video_is_seen_with_a_name_and_so_are_we():
    screen = shown(talking(films(CLARA, video_local=True), films(BOB, video_local=True), DORA))
    assert seen(screen) == ["Clara Nowak", "Bob Marsh", "Your video"]
    videos = [node for node in walk(screen) if node.tag == "video"]
    assert [(each.attributes["data-media"], each.attributes["data-call"]) for each in videos] == [
        ("remote", CLARA.view.id),
        ("remote", BOB.view.id),
        ("self", CLARA.view.id),
    ]
    assert videos[0].attributes["aria-label"] == "Video of Clara Nowak"


def test_where_nobody_shows_video_nothing_is_black():
    assert seen(shown(conference(CLARA, BOB))) == []
    assert find(shown(conference(CLARA, BOB)), part="video-view") is None


# --- The conference of a server -------------------------------------------------------------------


def test_who_is_in_the_conference_of_a_server_is_listed_without_controls():
    screen = shown(SCREENS["conference of a server"][0])
    listed = rows(screen)
    assert [words(row, "peer-name")[0] for row in listed][:2] == ["Ada", "Ben Ode"]
    assert words(listed[5], "stage") == ["Silenced"]
    assert [button for row in listed for button in buttons(row)] == []
    assert words(screen, "timer") == ["02:05"]


def test_a_crowd_is_counted_from_some_number_on_and_a_nameless_one_has_an_address():
    crowd = tuple(
        Member(id=f"sip:{n}@example.com", name="", number="", muted=True, speaking=False)
        for n in range(60)
    )
    hidden = replace(
        talking(replace(BOB, members=crowd)), config=replace(CONFIG, show_status=False)
    )
    listed = rows(shown(hidden))
    assert (
        words(listed[0], "peer-name") == ["sip:0@example.com"] and words(listed[0], "stage") == []
    )
    assert len(listed) == 51 and listed[-1].children == ("+10",)


def test_a_conference_here_goes_before_that_of_a_server():
    screen = shown(conference(replace(BOB, members=MEMBERS), CLARA))
    assert [words(row, "peer-name") for row in rows(screen)] == [["Bob Marsh"], ["Clara Nowak"]]
