"""What a page reads of the phone follows the picture, told only when it changed."""

import json
from dataclasses import replace

from phone.stage import World
from webphone.contract import CallView, Config, Party, WebPhoneError, encode
from webphone.phone.history import RECENT
from webphone.phone.readings import Written, config_readings, readings, states
from webphone.phone.snapshot import WITHIN_PAGE, CallSnapshot, Snapshot

IDLE = Snapshot(config=Config(), state="registered", number="")


def call(id="1", stage="active", held_by=None, muted=False):
    ann = Party(uri="sip:ann@a.example", number="ann")
    view = CallView(
        id=id,
        call_id=f"call-{id}",
        state="held" if held_by else "active",
        direction="outgoing",
        from_=ann,
        to=ann,
        display_name="",
        started_at="2026-01-01T00:00:00Z",
        answered_at=None,
        muted=muted,
        held_by=held_by,
        codec=None,
        video=False,
        headers={},
    )
    return CallSnapshot(
        view=view,
        stage=stage,
        started_at=0.0,
        answered_at=None,
        held_since=None,
        changing=False,
        video_local=False,
        video_remote=False,
        digits="",
    )


def test_the_first_picture_tells_everything():
    assert readings(IDLE, None) == {
        "calls": [],
        "activeCall": None,
        "state": "registered",
        "history": [],
        "devices": [],
        "provedAt": None,
    }


def test_later_only_what_changed_is_told():
    assert readings(replace(IDLE, number="1"), IDLE) == {}
    assert readings(replace(IDLE, state="offline"), IDLE) == {"state": "offline"}


def test_of_the_history_only_what_came_is_told():
    world = World()
    alice, dave = world.registered("alice"), world.stranger("dave")
    for status in (486, 404):
        alice.ask("makeCall", "dave")
        dave.reply(status)
    newer, older = alice.history
    first = replace(IDLE, history=(older,))
    assert [each["id"] for each in readings(first, IDLE)["history"]] == [older.id]
    told = readings(replace(IDLE, history=(newer, older)), first)
    assert told == {"historyAdded": {"records": [encode(newer)], "kept": 1}}
    assert readings(replace(first, number="1"), first) == {}
    assert readings(replace(IDLE, history=(newer,)), first)["history"] == [encode(newer)]


def test_the_page_has_the_newest_of_the_history_and_is_told_one_record_at_a_time():
    world = World()
    alice, dave = world.registered("alice"), world.stranger("dave")
    sizes = []
    for _ in range(RECENT + 3):
        before = alice.machine.snapshot
        alice.ask("makeCall", "dave")
        dave.reply(486)
        sizes.append(len(json.dumps(readings(alice.machine.snapshot, before))))
    assert len(alice.history) == RECENT + 3
    told = readings(alice.machine.snapshot, before)["historyAdded"]
    assert (len(told["records"]), told["kept"]) == (1, RECENT - 1)
    assert sizes[-1] < sizes[1] * 1.2


def test_the_active_call_is_one_of_the_calls():
    picture = replace(IDLE, calls=(call("1"), call("2")), active="2")
    told = readings(picture, IDLE)
    assert [each["id"] for each in told["calls"]] == ["1", "2"]
    assert told["activeCall"] == told["calls"][1]
    assert readings(replace(picture, active="1"), picture)["activeCall"]["id"] == "1"


def test_what_is_told_of_calls_is_written_as_it_is():
    written, picture = Written(), replace(IDLE, calls=(call("1"), call("2")), active="2")
    silent = replace(picture, calls=(call("1"), call("2", muted=True)), active=None)
    for now, before in ((picture, IDLE), (silent, picture), (IDLE, silent)):
        told = readings(now, before, written)
        assert json.loads(written.text(told)) == told
    assert json.loads(written.text({"state": "offline"})) == {"state": "offline"}


def test_settings_are_told_by_property_when_they_changed_and_the_password_never():
    first = config_readings(IDLE, None)
    assert first["maxCalls"] == 8
    assert "password" not in first
    changed = replace(IDLE, config=Config(password="geheim", display_name="Ann"))
    assert config_readings(changed, IDLE) == {"displayName": "Ann"}
    assert config_readings(replace(IDLE, number="1"), IDLE) == {}


def test_css_can_ask_for_the_state_of_phone_and_calls():
    assert states(IDLE) == ["registered"]
    assert states(replace(IDLE, state="connecting")) == ["loading"]
    assert states(replace(IDLE, state="reconnecting")) == ["offline"]
    assert states(replace(IDLE, calls=(call(stage="incoming"),))) == ["registered", "ringing-in"]
    assert states(replace(IDLE, calls=(call(stage="early"),))) == ["registered", "ringing-out"]
    held = replace(IDLE, calls=(call(held_by="remote", muted=True),), active="1")
    assert states(held) == ["registered", "active", "held", "muted"]
    assert states(replace(IDLE, other_tab=True)) == ["registered", "other-tab"]
    assert states(replace(IDLE, error=WebPhoneError("mic_denied"))) == ["registered", "error"]


def test_a_call_within_the_page_is_known_by_its_codec():
    near = call()
    assert not near.within_page
    assert replace(near, view=replace(near.view, codec=WITHIN_PAGE)).within_page
