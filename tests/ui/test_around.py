"""What a phone wishes of what is around it: told to who looks elsewhere, and gone when it is over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gallery import BOB, CONFIG, IDLE, NOW, RINGING, call, muted, record, talking
from webphone.contract import Answer, Config, Hangup, Mute, Reject
from webphone.phone.snapshot import Contact
from webphone.ui.act import act
from webphone.ui.around import (
    LONGEST,
    Alert,
    Talk,
    Unseen,
    Wishes,
    keys,
    plays,
    seen,
    title,
    wishes,
)
from webphone.ui.gestures import Requested
from webphone.ui.html import find
from webphone.ui.screen import screen
from webphone.ui.view import View

RINGS = replace(IDLE, calls=(RINGING,))
OFF = replace(CONFIG, notifications="off")


NOTHING = Unseen()


def wished(snapshot, looking=False, unseen=NOTHING):
    return wishes(snapshot, unseen, looking=looking)


# --- A call that rings ----------------------------------------------------------------------------


def test_who_looks_elsewhere_is_told_who_calls():
    alert = wished(RINGS).alert
    assert alert is not None
    assert alert.call == RINGING.view.id
    assert "Clara Nowak" in alert.title and "calling" not in alert.body
    assert alert.body == "+442079460123"


def test_a_number_without_a_name_is_said_once_and_nobody_is_unknown():
    number = call("", "+442079460123", "incoming")
    alert = wished(replace(IDLE, calls=(number,))).alert
    assert alert is not None and "+442079460123" in alert.title and alert.body == ""
    party = replace(number.view.from_, number="", uri="sip:anonymous.invalid")
    nobody = replace(number, view=replace(number.view, from_=party))
    alert = wished(replace(IDLE, calls=(nobody,))).alert
    assert alert is not None and "Unknown caller" in alert.title


def test_a_video_call_is_called_one_and_a_long_name_is_cut():
    video = replace(RINGING, view=replace(RINGING.view, video=True, display_name="x" * 1000))
    alert = wished(replace(IDLE, calls=(video,))).alert
    assert alert is not None
    assert alert.title.startswith("Incoming video call") and len(alert.title) == LONGEST


@pytest.mark.parametrize(
    ("why", "snapshot", "looking"),
    [
        ("the person looks", RINGS, True),
        ("the page wants none", replace(RINGS, config=OFF), False),
        ("the page prevented it", replace(IDLE, calls=(replace(RINGING, quiet=True),)), False),
        ("it is answered", replace(IDLE, calls=(replace(RINGING, stage="answering"),)), False),
        ("it is over, or taken elsewhere", IDLE, False),
        ("it is a call of our own", talking(BOB), False),
    ],
)
def test_nobody_is_told_when(why, snapshot, looking):
    assert wished(snapshot, looking).alert is None, why


def test_of_two_calls_that_ring_the_first_is_told_until_it_is_over():
    second = call("Dora", "1004", "incoming")
    both = wished(replace(IDLE, calls=(RINGING, second))).alert
    left = wished(replace(IDLE, calls=(second,))).alert
    assert both is not None and left is not None
    assert [both.call, left.call] == [RINGING.view.id, second.view.id]


# --- Calls that were missed -----------------------------------------------------------------------


def missed(disposition="missed"):
    ended = replace(record(0, disposition), id=RINGING.view.id)
    return replace(IDLE, history=(ended, record(60)))


def test_a_call_that_nobody_took_is_counted_until_the_person_looks():
    rang = seen(Unseen(), RINGS, looking=False)
    unseen = seen(rang, missed(), looking=False)
    assert wished(missed(), unseen=unseen) == Wishes(missed=1)
    assert seen(unseen, missed(), looking=False) == unseen
    assert seen(unseen, missed(), looking=True) == Unseen()


def test_the_person_who_looked_at_it_has_missed_nothing():
    rang = seen(Unseen(), RINGS, looking=False)
    assert seen(rang, missed(), looking=True) == Unseen()


@pytest.mark.parametrize("how", ["answered", "answered-elsewhere", "rejected", "busy"])
def test_what_was_taken_or_refused_is_not_missed(how):
    rang = seen(Unseen(), RINGS, looking=False)
    assert seen(rang, missed(how), looking=False).missed == frozenset()


def test_calls_missed_before_this_page_was_there_are_not_counted():
    assert seen(Unseen(), missed(), looking=False) == Unseen()


# --- The title ------------------------------------------------------------------------------------


def test_the_title_takes_turns_with_the_call_and_counts_what_was_missed():
    rings = Wishes(alert=Alert(call="1", title="Incoming call from Bob."))
    assert title("Tickets", rings, turn=True) == "Incoming call from Bob."
    assert title("Tickets", rings, turn=False) == "Tickets"
    assert title("Tickets", replace(rings, missed=2), turn=False) == "(2) Tickets"
    assert title("Tickets", Wishes(), turn=True) == "Tickets"


@pytest.mark.parametrize("lost", [{"state": "failed"}, {"state": "reconnecting", "attempt": 3}])
def test_who_looks_elsewhere_sees_in_the_title_that_no_call_arrives(lost):
    config = replace(CONFIG, auto_register=True)
    unheard = replace(IDLE, config=config, **lost)
    told = wished(unheard)
    assert title("Tickets", told, turn=True) == "Not reachable · Tickets"
    assert title("Tickets", replace(told, missed=2), turn=False) == "(2) Not reachable · Tickets"
    assert title("Tickets", wished(unheard, looking=True), turn=True) == "Tickets"
    for other in (
        replace(unheard, config=CONFIG),  # nobody wants calls to arrive
        replace(unheard, config=Config(auto_register=True)),
        replace(unheard, other_tab=True),
        replace(unheard, state="reconnecting", attempt=2),  # back in a moment
        replace(unheard, state="registered"),
    ):
        assert wished(other).unreachable == ""


# --- While a call goes on -------------------------------------------------------------------------

BUSY = talking(BOB)


def test_in_a_call_leaving_is_asked_about_and_the_screen_stays_on():
    wants = wished(BUSY, looking=True)
    assert (wants.guarded, wants.awake) == (True, True)
    quiet = wished(replace(BUSY, config=replace(CONFIG, leave_guard="off")))
    assert (quiet.guarded, quiet.awake) == (False, True)


@pytest.mark.parametrize("snapshot", [IDLE, RINGS], ids=["idle", "ringing"])
def test_whoever_is_in_no_call_yet_may_go(snapshot):
    wants = wished(snapshot)
    assert (wants.guarded, wants.awake) == (False, False)


def test_the_keys_of_a_headset_mute_and_hang_up_the_call_in_front():
    spoken = wished(BUSY).talk
    id = BOB.view.id
    assert spoken == Talk(call=id, name="Bob Marsh")
    assert keys(spoken) == {
        "play": Mute(on=False, id=id),
        "pause": Mute(on=True, id=id),
        "togglemicrophone": Mute(on=True, id=id),
        "hangup": Hangup(id=id),
    }
    silent = wished(talking(muted(BOB))).talk
    assert silent is not None and keys(silent)["togglemicrophone"] == Mute(on=False, id=id)
    assert [plays(spoken), plays(silent)] == [True, False]


def test_the_keys_of_a_headset_answer_and_refuse_a_call_that_rings():
    spoken = wished(RINGS).talk
    assert spoken is not None and spoken.rings and not plays(spoken)
    id = RINGING.view.id
    assert keys(spoken) == {"play": Answer(id=id), "hangup": Reject(id=id)}


def test_the_picture_that_the_page_knows_is_shown_and_nobody_has_a_name():
    known = replace(BOB, contact=Contact(name="Bob", photo="https://crm.example/bob.png"))
    spoken = wished(talking(known)).talk
    assert spoken is not None and spoken.photo == "https://crm.example/bob.png"
    party = replace(BOB.view.to, number="", uri="sip:nobody.invalid")
    nobody = replace(BOB, view=replace(BOB.view, to=party, display_name=""))
    spoken = wished(talking(nobody)).talk
    assert spoken is not None and spoken.name == "Unknown caller"


def test_a_call_that_the_page_keeps_quiet_has_no_keys():
    assert wished(replace(IDLE, calls=(replace(RINGING, quiet=True),))).talk is None


# --- What only a press is given -------------------------------------------------------------------

OFFERED = {"notifications": "Notify me of calls", "links": "Open phone links here"}
ALL = tuple(OFFERED)
LINKS = replace(CONFIG, capture_links=("tel",))


def offered(snapshot):
    shown = screen(snapshot, View(open="menu"), NOW)
    return {what: find(shown, role="button", name=name) for what, name in OFFERED.items()}


@pytest.mark.parametrize("what", OFFERED)
def test_the_browser_asks_only_after_a_press_of_the_person(what):
    asks = replace(IDLE, config=LINKS, offers=ALL)
    pressed = offered(asks)[what]
    assert pressed is not None and pressed.on["click"] == Requested(what=what)
    assert act(View(), Requested(what=what), asks) == (View(), [])


def test_the_small_window_is_offered_in_a_call_and_leaves_the_phone_at_the_call():
    def button(snapshot):
        shown = screen(snapshot, OVER, NOW)
        return find(shown, role="button", name="Small window")

    OVER = View(open="menu", over=BOB.view.id)
    pressed = button(replace(BUSY, offers=("mini",)))
    assert pressed is not None and pressed.on["click"] == Requested(what="mini")
    assert act(OVER, Requested(what="mini"), BUSY) == (View(), [])
    assert button(BUSY) is None
    assert button(replace(IDLE, offers=("mini",))) is None


def test_what_was_asked_for_or_is_not_wanted_is_not_offered():
    assert not any(offered(replace(IDLE, config=LINKS)).values())
    assert not any(offered(replace(IDLE, config=OFF, offers=ALL)).values())
