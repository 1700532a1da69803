"""What a person sees and hears of the phone in every state it can be in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import (
    BOB,
    CLARA,
    CONFIG,
    HELD,
    IDLE,
    NOW,
    PARTS,
    RINGING,
    SCREENS,
    call,
    held,
    muted,
    talking,
)
from webphone.contract import (
    PHONE_STATES,
    Answer,
    Config,
    DialpadPress,
    Hangup,
    Hold,
    MakeCall,
    Mute,
    PickUp,
    Register,
    Reject,
    Resume,
    SendDtmf,
    Swap,
    WebPhoneError,
)
from webphone.phone.happenings import ErrorDismissed, WantedHere
from webphone.phone.snapshot import DevicesSnapshot, Lamp, LampNews, Voicemail
from webphone.ui.drawn import Drawn
from webphone.ui.gestures import (
    DigitDeleted,
    FarewellRead,
    NumberEdited,
    NumberRecalled,
    PageClosed,
    PageOpened,
    Together,
)
from webphone.ui.html import Node, find, find_all, name_of, render, text, walk
from webphone.ui.screen import screen, ticks
from webphone.ui.view import View
from webphone.words import say


def shown(picture, view=None, now=NOW):
    return screen(picture, view or View(), now)


def press(node: Node, name: str):
    """What a click on the button with this name means."""
    button = find(node, role="button", name=name)
    assert button is not None, f"no button {name!r} in {buttons(node)}"
    return button.on.get("click")


def buttons(node: Node) -> list[str]:
    return [name_of(button) for button in find_all(node, role="button")]


def words(node: Node, part: str) -> list[str]:
    return [text(found) for found in find_all(node, part=part)]


def page(node: Node) -> str:
    """Which page of the phone is in front."""
    [card] = [each for each in walk(node) if each.key == "card"]
    return card.attributes["data-page"]


def heard(node: Node, role: str) -> list[str]:
    region = find(node, role=role)
    assert region is not None
    return [text(sentence) for sentence in region.children]


# --- Idle -----------------------------------------------------------------------------------------


def test_an_idle_phone_shows_a_field_twelve_keys_and_call():
    screen = shown(IDLE)
    field = find(screen, role="textbox", name="Number or address")
    assert field is not None
    assert field.value == ""
    assert field.on["input"] == NumberEdited()
    assert field.attributes["type"] == "tel"
    keys = find_all(screen, part="key")
    assert [key.on["click"].key for key in keys] == list("123456789*0#")
    assert keys[1].on["click"] == DialpadPress(key="2")
    assert name_of(keys[1]) == "2, A B C"
    assert find(screen, role="group", name="Keypad") is not None


def test_call_calls_the_number_that_was_typed():
    screen = shown(replace(IDLE, number=" 100 "))
    assert press(screen, "Call") == MakeCall(target="100")
    assert press(screen, "Delete the last digit") == DigitDeleted()


def test_call_without_a_number_does_nothing_unless_one_was_dialled_before():
    button = find(shown(IDLE), role="button", name="Call")
    assert button is not None
    assert button.on == {}
    assert button.attributes["aria-disabled"] == "true"
    before = SCREENS["ended"][0].farewell
    assert before is not None
    assert press(shown(replace(IDLE, history=(before.record,))), "Call") == NumberRecalled()


# --- Out and in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "line"),
    [
        ("preparing", "Starting the call…"),
        ("dialling", "Calling…"),
        ("ringing", "Ringing…"),
        ("early", "Ringing…"),
    ],
)
def test_an_outgoing_call_says_how_far_it_is_and_can_be_cancelled(stage, line):
    outgoing = call("Bob Marsh", "1002", stage)
    screen = shown(talking(outgoing))
    assert words(screen, "stage") == [line]
    assert words(screen, "peer-name") == ["Bob Marsh"]
    assert words(screen, "peer-number") == ["1002"]
    assert press(screen, "Hang up") == Hangup(id=outgoing.view.id)
    assert press(screen, "Hold") is None


def test_a_number_without_a_name_is_shown_once_and_left_to_right():
    screen = shown(talking(call("", "+442079460123", "dialling")))
    name = find(screen, part="peer-name")
    assert name is not None
    assert name.tag == "bdi"
    assert name.attributes["dir"] == "ltr"
    assert words(screen, "peer-number") == []


def test_an_incoming_call_is_an_alert_with_answer_and_decline():
    screen = shown(replace(IDLE, calls=(RINGING,)))
    dialog = find(screen, role="dialog", name="Incoming call")
    assert dialog is not None
    assert press(dialog, "Answer") == Answer(id=RINGING.view.id)
    assert press(dialog, "Decline") == Reject(id=RINGING.view.id)
    assert heard(screen, "alert") == ["Incoming call from Clara Nowak."]
    assert not any("autofocus" in node.attributes for node in walk(screen))


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ("passed", "Number verified"),
        ("failed", "Number may be false"),
        ("signed", "Number signed, not checked here"),
        (None, None),
    ],
)
def test_whether_the_server_has_checked_who_calls_stands_beside_the_name(verdict, said):
    checked = replace(RINGING, view=replace(RINGING.view, verstat=verdict))
    screen = shown(replace(IDLE, calls=(checked,)))
    lines = [node for node in walk(screen) if node.attributes.get("class") == "verstat"]
    assert [text for line in lines for text in line.children] == ([said] if said else [])


def test_an_incoming_video_call_says_so():
    ringing = call("Clara Nowak", "1003", "incoming", video=True)
    dialog = find(shown(replace(IDLE, calls=(ringing,))), role="dialog", name="Incoming video call")
    assert dialog is not None
    # Its name is seen, and not said a second time.
    [seen] = find_all(dialog, part="stage")
    assert seen.children == ("Incoming video call",) and text(dialog).count("Incoming") == 0


@pytest.mark.parametrize("behind", [(), (BOB,)])
def test_pictures_that_are_offered_have_an_answer_of_their_own(behind):
    ringing = call("Clara Nowak", "1003", "incoming", video=True)
    picture = replace(talking(*behind, ringing) if behind else IDLE, calls=(*behind, ringing))
    dialog = find(shown(picture), role="dialog")
    assert press(dialog, "Answer with video") == Answer(id=ringing.view.id, video=True)
    assert press(dialog, "Answer") == Answer(id=ringing.view.id, video=False)
    if behind:
        both = press(dialog, "End and answer")
        assert both.commands[-1] == Answer(id=ringing.view.id, video=False)
    without = shown(replace(picture, config=replace(CONFIG, show_answer=False)))
    assert not find_all(without, part="answer-video")
    sound = call("Clara Nowak", "1003", "incoming")
    assert not find_all(shown(replace(picture, calls=(*behind, sound))), part="answer-video")


def test_after_answering_the_phone_says_that_it_connects():
    screen = shown(talking(call("Clara Nowak", "1003", "answering")))
    assert words(screen, "stage") == ["Connecting…"]
    assert press(screen, "Hang up") == Hangup(id="call-1003")


# --- In a call ------------------------------------------------------------------------------------


def test_a_call_shows_who_and_how_long_and_its_controls():
    screen = shown(talking(BOB))
    assert words(screen, "timer") == ["02:05"]
    timer = find(screen, role="timer")
    assert timer is not None
    assert timer.attributes["aria-live"] == "off"
    assert press(screen, "Mute") == Mute(on=True, id=BOB.view.id)
    assert press(screen, "Hold") == Hold(id=BOB.view.id)
    assert press(screen, "Keypad") == PageOpened(page="keypad", of=BOB.view.id)
    assert press(screen, "Hang up") == Hangup(id=BOB.view.id)


def test_a_long_call_shows_hours():
    assert words(shown(talking(replace(CLARA, answered_at=NOW - 7384))), "timer") == ["2:03:04"]


def test_a_muted_call_says_so_and_the_button_is_pressed():
    screen = shown(talking(muted(BOB)))
    mute = find(screen, role="button", name="Mute")
    assert mute is not None
    assert mute.attributes["aria-pressed"] == "true"
    assert mute.on["click"] == Mute(on=False, id=BOB.view.id)
    assert words(screen, "notice") == ["You are muted"]
    assert "You are muted." in heard(screen, "status")


def test_a_call_held_here_can_be_resumed():
    screen = shown(talking(HELD))
    hold = find(screen, role="button", name="Hold")
    assert hold is not None
    assert hold.attributes["aria-pressed"] == "true"
    assert hold.on["click"] == Resume(id=HELD.view.id)
    assert words(screen, "notice") == ["On hold 00:42"]
    assert "Bob Marsh is on hold." in heard(screen, "status")


def test_a_call_held_there_says_by_whom():
    screen = shown(talking(held(BOB, "remote")))
    assert words(screen, "notice") == ["Bob Marsh has put you on hold"]
    assert press(screen, "Hold") == Hold(id=BOB.view.id)


def test_a_call_held_by_both_says_both():
    screen = shown(talking(held(BOB, "both")))
    assert words(screen, "notice") == ["Both on hold 00:42"]
    assert press(screen, "Resume") == Resume(id=BOB.view.id)


@pytest.mark.parametrize(
    ("picture", "line"),
    [
        (muted(HELD), "On hold 00:42 Muted"),
        (muted(held(BOB, "remote")), "Bob Marsh has put you on hold Muted"),
        (muted(held(BOB, "both")), "Both on hold 00:42 Muted"),
        (replace(held(BOB, "both"), changing=True), "Resuming… Bob Marsh has put you on hold"),
        (
            replace(held(BOB, "remote"), changing=True),
            "Putting on hold… Bob Marsh has put you on hold",
        ),
    ],
)
def test_one_line_says_who_holds_a_call_and_that_the_microphone_is_off(picture, line):
    assert words(shown(talking(picture)), "notice") == [line]


def test_the_way_out_of_a_hold_stands_beside_the_words_for_it():
    assert press(shown(talking(HELD)), "Resume") == Resume(id=HELD.view.id)
    for picture in (held(BOB, "remote"), replace(HELD, changing=True)):
        assert "Resume" not in buttons(shown(talking(picture)))


def test_more_stands_beside_hang_up_in_a_call_and_else_in_the_header():
    for picture, key in ((IDLE, "header"), (talking(BOB), "end")):
        [place] = [each for each in walk(shown(picture)) if each.key == key]
        assert press(place, "More") == PageOpened(page="menu")
        assert len(find_all(shown(picture), part="menu")) == 1
    unended = replace(talking(BOB), config=replace(CONFIG, show_hangup=False))
    [header] = [each for each in walk(shown(unended)) if each.key == "header"]
    assert press(header, "More") == PageOpened(page="menu")


def test_whether_calls_arrive_is_told_behind_more_and_since_when_that_is_sure():
    def told(picture):
        [menu] = [each for each in walk(shown(picture, View(open="menu"))) if each.key == "body"]
        return text(menu)

    assert "Reachable, proved 4 s ago" in told(IDLE)
    assert "Reachable, proved 0 s ago" in told(replace(IDLE, proved_at=NOW + 1))
    assert "Not reachable" in told(SCREENS["menu, not reachable"][0])
    hidden = replace(CONFIG, show_status=False)
    for quiet in (
        replace(IDLE, config=hidden),
        replace(IDLE, config=Config()),
        SCREENS["other tab"][0],
        talking(BOB),
    ):
        assert "eachable" not in told(quiet)


def test_what_a_bar_has_no_room_for_is_behind_more():
    config = replace(CONFIG, layout="bar", feature_codes=("asterisk",), record="manual")
    bar = replace(talking(BOB), config=config)
    more = shown(bar, View(open="menu", over=BOB.view.id))
    assert {"Transfer", "Park", "Record"} <= set(buttons(more))
    assert press(more, "Transfer") == PageOpened(page="transfer", of=BOB.view.id)
    assert "Record" not in buttons(shown(bar))
    waits = replace(talking(BOB, RINGING), config=config)
    assert "More" in buttons(shown(waits))
    assert "Transfer" not in buttons(shown(IDLE, View(open="menu")))
    idle = replace(IDLE, config=config)
    assert "Transfer" not in buttons(shown(idle, View(open="menu")))


def test_keys_beside_a_call_that_takes_none_do_nothing():
    for name in ("ringing in", "calling", "transfer"):
        keys = find_all(screen(*SCREENS[name], NOW), part="key")
        assert len(keys) == 12 and not any(key.on for key in keys), name
        assert {key.attributes["aria-disabled"] for key in keys} == {"true"}, name
    live = find_all(shown(talking(BOB)), part="key")
    assert live[4].on["click"] == SendDtmf(tones="5", id=BOB.view.id)
    after = find_all(screen(*SCREENS["ended"], NOW), part="key")
    assert after[4].on["click"] == DialpadPress(key="5")


@pytest.mark.parametrize(("digits", "size"), [(10, None), (11, "1"), (14, "1"), (15, "2")])
def test_a_long_number_is_written_smaller(digits, size):
    field = find(shown(replace(IDLE, number="1" * digits)), role="textbox")
    assert field is not None and field.attributes.get("data-long") == size


def test_a_bar_has_no_room_for_keys_and_keeps_mute_and_hold():
    picture = talking(BOB)
    bar = replace(picture, config=replace(picture.config, layout="bar"))
    screen = shown(bar, View(open="keypad", of=BOB.view.id))
    assert find(screen, part="keypad") is None
    assert find(screen, role="button", name="Mute") is not None


def test_while_a_hold_waits_for_its_answer_it_is_not_asked_again():
    screen = shown(talking(replace(BOB, changing=True)))
    assert press(screen, "Hold") is None
    assert words(screen, "notice") == ["Putting on hold…"]


def test_the_keypad_of_a_call_sends_digits_and_shows_what_was_sent():
    screen = shown(talking(replace(BOB, digits="12#")), View(open="keypad", of=BOB.view.id))
    key = find_all(screen, part="key")[4]
    assert key.on["click"] == SendDtmf(tones="5", id=BOB.view.id)
    assert words(screen, "digits") == ["12#"]
    assert press(screen, "Hide keypad") == PageClosed()
    assert press(screen, "Hang up") == Hangup(id=BOB.view.id)
    assert find(screen, role="button", name="Keypad") is None
    assert page(screen) == "keypad"


@pytest.mark.parametrize("layout", ["auto", "bar"])
def test_digits_that_were_sent_show_without_the_keypad_too(layout):
    sent = talking(replace(BOB, digits="12#"), config=replace(CONFIG, layout=layout))
    opened = View(open="keypad" if layout == "bar" else "", of=BOB.view.id)
    assert words(shown(sent, opened), "notice") == ["Digits sent: 12#"]
    many = talking(replace(BOB, digits="1" * 30 + "2" * 20))
    assert words(shown(many), "notice") == [f"Digits sent: \u2068…{'2' * 20}\u2069"]


def test_who_is_asked_for_the_microphone_is_told_where_to_allow_it():
    asked = shown(talking(call("", "100", "preparing", microphone_asked=True)))
    assert words(asked, "notice") == ["Allow the microphone in the browser's question"]
    assert "The browser asks for the microphone: allow it." in heard(asked, "status")
    assert words(shown(talking(call("", "100", "preparing"))), "notice") == []


def test_a_headset_that_went_or_came_in_a_call_is_told():
    news = say("microphone_back", name="Jabra 20")
    picture = replace(talking(BOB), devices=DevicesSnapshot(news=news))
    assert words(shown(picture), "notice") == ["The call goes on with Jabra 20."]
    assert news in heard(shown(picture), "status")


def test_the_keypad_of_another_call_stays_closed():
    assert page(shown(talking(BOB), View(open="keypad", of="another"))) == "call"


def test_a_demo_call_without_network_says_where_it_sounds():
    view = replace(BOB.view, codec="page")
    screen = shown(talking(replace(BOB, view=view)))
    assert words(screen, "notice") == [
        "Demo call without network: the sound stays within this page"
    ]
    assert "There is no network" in " ".join(heard(screen, "status"))


def test_a_demo_shows_who_its_phone_is():
    config = replace(CONFIG, demo=True, username="", display_name="")
    screen = shown(replace(IDLE, config=config, guest="you-2"))
    assert words(screen, "title") == ["you-2"]


def test_a_call_that_is_taken_back_says_so_and_can_not_be_held_yet():
    screen = shown(talking(replace(BOB, recovering=True, unstable=True)))
    assert words(screen, "notice") == ["Taking the call back…"]
    assert "The call is being taken back." in heard(screen, "status")
    assert press(screen, "Transfer") is None
    assert press(screen, "Hold") is None and press(screen, "Mute") is not None


@pytest.mark.parametrize("state", ["connecting", "reconnecting", "failed"])
def test_who_talks_is_told_that_nobody_else_can_call(state):
    config = replace(CONFIG, auto_register=True)
    lost = {"state": state, "config": config, "attempt": 3}
    assert words(shown(talking(BOB, **lost)), "notice") == ["New calls can't reach you"]
    held = shown(talking(HELD, **lost))
    assert words(held, "notice")[0] == "New calls can't reach you"
    # One line says it of both.
    both = shown(talking(replace(BOB, unstable=True), **lost))
    assert words(both, "notice") == ["Connection unstable, reconnecting…"]


@pytest.mark.parametrize("more", [{"attempt": 2}, {"config": CONFIG}, {"state": "registered"}])
def test_a_moment_without_the_server_is_not_told_in_a_call(more):
    lost = {"state": "reconnecting", "attempt": 3}
    lost["config"] = replace(CONFIG, auto_register=True)
    assert words(shown(talking(BOB, **lost | more)), "notice") == []


def test_a_lost_path_is_told_and_the_call_goes_on():
    screen = shown(talking(replace(BOB, unstable=True)))
    assert words(screen, "notice") == ["Connection unstable, reconnecting…"]
    assert words(screen, "timer") == ["02:05"]


def test_how_a_call_sounds_is_seen_beside_its_time():
    assert not find_all(shown(talking(BOB)), part="quality")
    [dots] = find_all(shown(talking(replace(BOB, quality="fair"))), part="quality")
    assert (dots.attributes["role"], dots.attributes["aria-label"]) == ("img", "The sound is fair")


def test_what_is_wrong_with_the_sound_is_told_once_and_so_is_its_end():
    bad = replace(BOB, quality="poor", warnings=("one_way_out", "high_rtt"), warned=True)
    screen = shown(talking(bad))
    assert words(screen, "notice") == ["No sound comes from Bob Marsh"]
    spoken = " ".join(heard(screen, "status"))
    assert "No sound comes from Bob Marsh. The sound takes long: leave pauses." in spoken
    after = shown(talking(replace(bad, warnings=())))
    assert not words(after, "notice")
    assert "The sound is as it should be again." in heard(after, "status")


@pytest.mark.parametrize(
    ("stages", "line"),
    [
        (("dialling",), "Calling…"),
        (("early",), "Calling…"),
        (("incoming",), "Incoming call"),
        (("active",), "In a call"),
        (("incoming", "active"), "In a call"),
        (("ended",), "Ready"),
    ],
)
def test_the_header_says_what_a_phone_in_a_call_does(stages, line):
    calls = tuple(replace(BOB, stage=stage) for stage in stages)
    busy = replace(IDLE, state="registered", calls=calls)
    screen = shown(busy)
    assert words(screen, "status") == [line]
    assert find(screen, part="status").attributes["data-state"] == "registered"
    lost = shown(replace(busy, state="reconnecting"))
    assert words(lost, "status") == ["Reconnecting…"]


def test_who_speaks_while_muted_is_told_so_in_the_place_of_the_plain_notice():
    speaks = replace(muted(BOB), warnings=("muted_speech",))
    screen = shown(talking(speaks))
    assert words(screen, "notice") == ["You are muted: nobody hears you speak"]
    assert "You are speaking, and you are muted." in " ".join(heard(screen, "status"))
    both = shown(talking(replace(speaks, warnings=("one_way_out", "muted_speech"))))
    assert words(both, "notice") == ["No sound comes from Bob Marsh", "You are muted"]
    lost = shown(talking(replace(speaks, unstable=True)))
    assert words(lost, "notice") == ["Connection unstable, reconnecting…", "You are muted"]
    spoken = heard(shown(talking(replace(speaks, warned=True))), "status")
    assert "The sound is as it should be again." in " ".join(spoken)


def test_a_path_that_is_lost_says_enough_of_the_sound():
    screen = shown(talking(replace(BOB, unstable=True, warnings=("no_media",), warned=True)))
    assert words(screen, "notice") == ["Connection unstable, reconnecting…"]


def test_a_video_call_has_a_place_for_each_picture():
    screen = shown(talking(replace(BOB, video_remote=True)))
    videos = find_all(screen, role="video")
    assert [video.attributes["data-media"] for video in videos] == ["remote", "self"]
    assert [video.attributes["data-call"] for video in videos] == [BOB.view.id] * 2
    assert "hidden" in videos[1].attributes
    assert "hidden" not in videos[0].attributes


def test_nobody_looks_at_a_black_box():
    remote, own = find_all(shown(talking(replace(BOB, video_local=True))), role="video")
    assert "hidden" in remote.attributes and "hidden" not in own.attributes
    assert not find_all(shown(talking(BOB)), role="video")


# --- Several calls --------------------------------------------------------------------------------


def test_the_held_call_is_listed_behind_and_can_be_swapped_in():
    screen = shown(talking(CLARA, HELD))
    row = find(screen, role="listitem")
    assert row is not None
    assert words(row, "peer-name") == ["Bob Marsh"]
    assert words(row, "stage") == ["On hold 00:42"]
    assert press(row, "Swap") == Swap()
    assert press(screen, "Hang up") == Hangup(id=CLARA.view.id)


def test_of_three_calls_each_held_one_can_be_taken():
    dora = call("Dora Lind", "1004", "active", held_by="local")
    screen = shown(talking(CLARA, HELD, dora))
    assert press(screen, "Take Bob Marsh") == Resume(id=HELD.view.id)
    assert press(screen, "Take Dora Lind") == Resume(id=dora.view.id)


def test_a_second_call_rings_above_the_first():
    screen = shown(talking(BOB, RINGING))
    sheet = find(screen, role="dialog", name="Second call waiting")
    assert sheet is not None
    assert press(sheet, "Answer") == Answer(id=RINGING.view.id)
    assert press(sheet, "Decline") == Reject(id=RINGING.view.id)
    assert press(sheet, "End and answer") == Together(
        commands=(Hangup(id=BOB.view.id), Answer(id=RINGING.view.id))
    )
    assert press(screen, "Hang up") == Hangup(id=BOB.view.id)
    assert words(screen, "timer") == ["02:05"]


def test_while_one_call_rings_there_is_none_to_end_for_the_next():
    other = call("Dora Lind", "1004", "incoming")
    screen = shown(replace(IDLE, calls=(RINGING, other)))
    sheet = find(screen, role="dialog", name="Second call waiting")
    assert sheet is not None
    assert press(sheet, "Answer") == Answer(id=other.view.id)
    assert buttons(sheet) == ["Decline", "Answer"]


def test_several_calls_waiting_are_counted():
    screen = shown(talking(BOB, RINGING, call("Dora Lind", "1004", "incoming")))
    sheet = find(screen, role="dialog", name="2 calls waiting")
    assert sheet is not None
    [seen] = find_all(sheet, part="stage")
    assert seen.children == ("2 calls waiting",)


def test_a_call_that_is_still_being_made_is_listed_but_cannot_be_swapped_in():
    row = find(shown(talking(BOB, call("Dora Lind", "1004", "ringing"))), role="listitem")
    assert row is not None
    assert words(row, "stage") == ["Ringing…"]
    assert buttons(row) == []


# --- Ended ----------------------------------------------------------------------------------------


def test_an_ended_call_says_why_and_how_long_and_can_be_called_again():
    screen = shown(SCREENS["ended"][0])
    assert words(screen, "reason") == ["Call ended."]
    assert words(screen, "duration") == ["Lasted 02:05"]
    assert press(screen, "Call back") == MakeCall(target="1002")
    assert press(screen, "Close") == FarewellRead(record="call-1002")
    assert heard(screen, "alert") == ["Call with Bob Marsh ended. Call ended."]


def test_a_call_that_was_never_answered_has_no_duration():
    screen = shown(SCREENS["busy"][0])
    assert words(screen, "reason") == ["The line is busy."]
    assert words(screen, "duration") == []


def test_a_closed_farewell_gives_way_to_the_keypad():
    screen = shown(SCREENS["ended"][0], View(read="call-1002"))
    assert find(screen, part="reason") is None
    assert find(screen, part="keypad") is not None


# --- The phone's state ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "line", "remedy"),
    [
        ("unconfigured", "Not set up", None),
        ("offline", "Offline", "Connect"),
        ("connecting", "Connecting…", None),
        ("connected", "Not registered", "Connect"),
        ("registering", "Registering…", None),
        ("registered", "Ready", None),
        ("reconnecting", "Reconnecting…", "Retry now"),
        ("failed", "Not connected", "Try again"),
    ],
)
def test_every_state_has_words_an_icon_and_its_remedy(state, line, remedy):
    screen = shown(replace(IDLE, state=state))
    status = find(screen, part="status")
    assert status is not None
    assert text(status) == line
    assert any(node.svg for node in walk(status))
    retry = find(screen, part="retry")
    assert (name_of(retry) if retry else None) == remedy
    assert retry is None or retry.on["click"] == Register()
    assert len(heard(screen, "status")) == 1


def test_the_header_says_that_an_answered_call_connects_and_calls_nobody_before_that_is_confirmed():
    assert words(shown(SCREENS["calling"][0]), "status") == ["Calling…"]
    assert words(shown(SCREENS["connecting"][0]), "status") == ["Connecting…"]
    assert words(shown(SCREENS["microphone asked, answering"][0]), "status") == ["Connecting…"]
    assert words(shown(SCREENS["emergency"][0]), "status") == ["Ready"]


def test_the_header_says_that_all_there_are_wait():
    assert words(shown(SCREENS["held by me"][0]), "status") == ["On hold"]
    assert words(shown(SCREENS["held by them"][0]), "status") == ["In a call"]
    assert words(shown(SCREENS["two calls"][0]), "status") == ["In a call"]


def test_the_states_above_are_all_there_are():
    assert len(PHONE_STATES) == 8


def test_a_phone_that_is_not_set_up_offers_no_remedy_that_could_not_work():
    picture = SCREENS["not set up"][0]
    assert find(shown(replace(picture, state="offline")), part="retry") is None


def test_reconnecting_counts_down_for_the_eye_and_not_for_the_ear():
    picture = replace(IDLE, state="reconnecting", retry_at=NOW + 2.2)
    assert words(shown(picture), "status") == ["Reconnecting in 3 s"]
    assert words(shown(picture, now=NOW + 1.5), "status") == ["Reconnecting in 1 s"]
    assert words(shown(picture, now=NOW + 5), "status") == ["Reconnecting…"]
    assert heard(shown(picture), "status") == heard(shown(picture, now=NOW + 1.5), "status")


def test_a_wrong_password_is_named_as_such():
    screen = shown(SCREENS["sign-in failed"][0])
    assert words(screen, "status") == ["Sign-in failed"]
    assert press(screen, "Try again") == Register()


@pytest.mark.parametrize("code", ["mic_denied", "connection_failed", "internal"])
def test_a_fault_is_a_sentence_with_its_remedy_and_can_be_dismissed(code):
    fault = WebPhoneError(code)
    screen = shown(replace(IDLE, error=fault))
    assert words(screen, "banner") == [f"{fault.message} {fault.hint}"]
    assert press(screen, "Dismiss") == ErrorDismissed()
    assert heard(screen, "alert") == [f"{fault.message} {fault.hint}"]


def test_do_not_disturb_is_shown_in_place_of_ready():
    assert words(shown(SCREENS["do not disturb"][0]), "status") == ["Do not disturb"]


# --- Hidden parts ---------------------------------------------------------------------------------

# Part -> what only it shows: (screen, how to find it).
OWN = {
    "dialpad": [("idle", {"part": "keypad"}), ("in call", {"name": "Keypad"})],
    "dialled_number": [("idle", {"role": "textbox"})],
    "answer": [("ringing in", {"name": "Answer"}), ("call waiting", {"name": "Answer"})],
    "hangup": [
        ("in call", {"name": "Hang up"}),
        ("calling", {"name": "Hang up"}),
        ("ringing in", {"name": "Decline"}),
    ],
    "hold": [("in call", {"name": "Hold"}), ("two calls", {"name": "Swap"})],
    "mute": [("in call", {"name": "Mute"})],
    "dial": [("idle", {"name": "Call"}), ("ended", {"name": "Call back"})],
    "status": [
        ("idle", {"part": "header"}),
        ("in call", {"part": "timer"}),
        ("calling", {"part": "stage"}),
        ("muted", {"part": "notice"}),
    ],
}


@pytest.mark.parametrize("part", PARTS)
def test_a_hidden_part_is_hidden_and_all_others_stay(part):
    config = replace(CONFIG, **{f"show_{part}": False})
    for owner, places in OWN.items():
        for name, sought in places:
            picture, view = SCREENS[name]
            found = find(screen(replace(picture, config=config), view, NOW), **sought)
            # How a call ended is status: without it there is no screen to call back from.
            gone = owner == part or (name == "ended" and part == "status")
            assert (found is None) == gone, (part, name, sought)


def test_what_is_left_of_a_call_when_its_controls_are_hidden_is_who_it_is():
    hidden = replace(CONFIG, show_mute=False, show_hold=False, show_dialpad=False)
    screen = shown(replace(talking(BOB), config=hidden))
    assert find(screen, part="actions") is None
    assert words(screen, "peer-name") == ["Bob Marsh"]


def test_a_call_waiting_that_could_not_be_answered_here_is_not_shown():
    hidden = replace(CONFIG, show_answer=False, show_hangup=False, show_status=False)
    screen = shown(replace(talking(BOB, RINGING), config=hidden))
    assert find(screen, role="dialog") is None
    assert heard(screen, "alert") == ["Incoming call from Clara Nowak."]


def test_without_status_screen_readers_still_hear_everything():
    config = replace(CONFIG, show_status=False)
    for name, (picture, view) in SCREENS.items():
        with_status = screen(replace(picture, config=CONFIG), view, NOW)
        without = screen(replace(picture, config=config), view, NOW)
        for role in ("status", "alert"):
            assert heard(without, role) == heard(with_status, role), name


def test_with_everything_hidden_only_the_live_regions_are_left():
    config = replace(CONFIG, **{f"show_{part}": False for part in PARTS})
    for picture, view in SCREENS.values():
        node = screen(replace(picture, config=config), view, NOW)
        assert [child.attributes["role"] for child in node.children] == ["status", "alert"]
        assert node.on == {}
        assert ticks(replace(picture, config=config), view) is None


# --- Always ---------------------------------------------------------------------------------------


SENDS = ("Sign in", "Signing in…")  # the one form that is sent


@pytest.mark.parametrize("name", SCREENS)
def test_every_screen_is_fit_for_a_screen_reader(name):
    picture, view = SCREENS[name]
    node = screen(picture, view, NOW)
    assert [child.attributes.get("role") for child in node.children[:2]] == ["status", "alert"]
    for button in find_all(node, role="button"):
        assert button.tag == "button"
        assert button.attributes["type"] == ("submit" if name_of(button) in SENDS else "button")
        assert name_of(button)
    for drawing in walk(node):
        if drawing.tag == "svg":
            assert drawing.attributes["aria-hidden"] == "true"
    named = buttons(node)
    assert len(named) == len(set(named))


@pytest.mark.parametrize("name", SCREENS)
def test_a_disabled_phone_has_no_control_that_works(name):
    picture, view = SCREENS[name]
    frozen = replace(picture, config=replace(picture.config, disabled=True))
    for node in walk(screen(frozen, view, NOW)):
        if node.tag in ("button", "input"):
            assert "disabled" in node.attributes
            assert "click" not in node.on


def test_markup_in_a_name_is_only_text():
    picture, view = SCREENS["hostile name"]
    page = render(screen(picture, view, NOW))
    assert "<b>" not in page
    assert "&lt;b&gt;Robert" in page


def test_no_inline_style_is_drawn():
    for picture, view in SCREENS.values():
        assert all("style" not in node.attributes for node in walk(screen(picture, view, NOW)))


def test_the_screen_asks_for_ticks_only_while_a_time_runs_on_it():
    for name, (picture, view) in SCREENS.items():
        assert ticks(picture, replace(view, drawn=Drawn())) is None, name  # nothing is drawn yet
        moved = screen(picture, view, NOW + 1) != screen(picture, view, NOW)
        assert moved == (ticks(picture, view) is not None), name


# --- Another tab has the phone --------------------------------------------------------------------


LAMPS = SCREENS["lamps"][0]


def test_lamps_say_what_colleagues_do_and_a_press_calls_or_picks_up():
    screen = shown(LAMPS)
    assert press(screen, "101 free") == MakeCall(target="101")
    assert press(screen, "102 rings, Bob Marsh: pick up") == PickUp(target="102")
    assert press(screen, "103 busy") == MakeCall(target="103")
    unnamed = shown(replace(LAMPS, lamps=(Lamp(number="102", state="ringing"),)))
    assert press(unnamed, "102 rings: pick up") == PickUp(target="102")
    assert not find_all(shown(IDLE), part="lamps")
    assert not find_all(shown(replace(LAMPS, calls=(BOB,), active=BOB.view.id)), part="lamps")


def test_what_changes_of_the_lamps_is_said_once_and_politely():
    news = LampNews(
        number=2,
        lamps=LAMPS.lamps[:3],
        more=4,
        mail=LAMPS.voicemail,
    )
    said = heard(shown(replace(LAMPS, lamp_news=news)), "status")
    assert said[1:] == [
        "101 is free.",
        "It rings at 102.",
        "103 is busy.",
        "Other colleagues with news: 4.",
        "Voice mail: 3 new.",
    ]
    assert heard(shown(LAMPS), "status") == said[:1]
    nothing = shown(replace(LAMPS, lamp_news=LampNews(number=3, lamps=LAMPS.lamps[3:4])))
    assert heard(nothing, "status")[1:] == ["104 is away."]


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        (Voicemail(waiting=True, new=3, number="*97"), "Voice mail: 3 new"),
        (Voicemail(waiting=True, number="*97"), "Voice mail: new messages"),
        (Voicemail(waiting=False, old=2, number="*97"), "Voice mail: none new"),
    ],
)
def test_the_lamp_of_voice_mail_counts_and_dials_the_box(mail, words):
    assert press(shown(replace(IDLE, voicemail=mail)), words) == MakeCall(target="*97")


def test_a_lamp_that_can_dial_nothing_only_tells():
    nowhere = replace(IDLE, voicemail=Voicemail(waiting=True, new=1))
    assert press(shown(nowhere), "Voice mail: 1 new") is None
    quiet = replace(LAMPS, config=replace(CONFIG, show_dial=False))
    assert press(shown(quiet), "101 free") is None
    assert press(shown(quiet), "Voice mail: 3 new") is None


def test_a_phone_in_another_tab_says_so_to_eye_and_ear_and_can_be_fetched():
    elsewhere = shown(SCREENS["other tab"][0])
    assert words(elsewhere, "banner") == ["Phone is active in another tab Use here"]
    assert press(elsewhere, "Use here") == WantedHere()
    assert "The phone is active in another tab." in heard(elsewhere, "status")
    assert "Call" in buttons(elsewhere)


def test_a_call_of_another_tab_is_handled_here_and_stays_there():
    elsewhere = shown(SCREENS["other tab, in call"][0])
    assert words(elsewhere, "banner") == [
        "This call is in another tab: it is heard and spoken there"
    ]
    assert "Use here" not in buttons(elsewhere)
    assert press(elsewhere, "Hang up") == Hangup(id=BOB.view.id)


@pytest.mark.parametrize(
    ("given", "line", "spoken"),
    [
        ({}, "Not set up: no host, no username", "it has no host and no username."),
        ({"host": "wss://one.example"}, "Not set up: no username", "it has no username."),
        ({"username": "1001"}, "Not set up: no host", "it has no host."),
    ],
)
def test_a_phone_that_is_not_set_up_says_what_is_missing(given, line, spoken):
    config = Config(sign_in="off", **given)
    screen = shown(replace(IDLE, config=config, state="unconfigured"))
    assert words(screen, "status") == [line]
    assert heard(screen, "status") == [f"The phone is not set up: {spoken}"]
