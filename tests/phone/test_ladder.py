"""The messages of late: what went each way, which belong together, and a copy without secrets."""

from __future__ import annotations

import pytest

from phone.stage import World
from webphone.phone.actions import CopyText
from webphone.phone.happenings import Copied, LadderWanted, Received
from webphone.phone.ladder import LONGEST, MOST

SECRET = "Zk-9-never-told"


@pytest.fixture
def alice(world: World):
    phone = world.registered("alice")
    assert phone.machine.snapshot.ladder is None, "nobody has asked for it"
    return phone


def seen(phone):
    phone.happens(LadderWanted())
    return phone.machine.snapshot.ladder.rungs


def test_each_message_of_a_call_is_a_rung_and_belongs_to_it(world, alice):
    bob = world.registered("bob")
    alice.ask("makeCall", "bob")
    bob.ask("answer")
    world.wind(1)
    alice.ask("hangup")
    world.wind(1)
    told = [(rung.what, rung.sent, rung.of) for rung in seen(alice)]
    assert told[:2] == [("REGISTER", True, 1), ("401 Unauthorized (REGISTER)", False, 1)]
    call = [(what, sent) for what, sent, of in told if of == 2]
    assert call[0] == ("INVITE", True) and call[-1] == ("200 OK (BYE)", False)
    assert ("180 Ringing (INVITE)", False) in call and ("ACK", True) in call
    times = [rung.at for rung in seen(alice)]
    assert times == sorted(times) and times[-1] > times[0]


def test_what_nobody_can_read_is_shown_as_it_begins_and_only_the_last_are_kept(world, alice):
    for data in (b"\r\n\r\n", b"NONSENSE " + b"x" * 100 + b"\r\n\r\n"):
        alice.happens(Received(socket=1, data=data))
    rungs = seen(alice)
    assert [(rung.what, rung.of) for rung in rungs[-2:]] == [
        ("keep-alive", 0),
        (("NONSENSE " + "x" * 100)[:LONGEST], 0),
    ]
    for _ in range(MOST):
        alice.happens(Received(socket=1, data=b"\r\n\r\n"))
    assert len(seen(alice)) == MOST


def test_the_copy_has_every_message_and_no_secret(world):
    world.exchange._authentication._users["alice"] = SECRET
    phone = world.phone("alice", password=SECRET, extra_headers={"X-Api-Key": SECRET})
    phone.ask("register")
    phone.ask("makeCall", "600")
    phone.happens(LadderWanted(copy=True))
    [text] = [action.text for action in phone.actions if isinstance(action, CopyText)]
    assert text.count("--- ") == len(phone.machine.snapshot.ladder.rungs)
    assert "sent\nREGISTER sip:" in text and "received\nSIP/2.0 401" in text
    assert "X-Api-Key: ***" in text and "Authorization: ***" in text and SECRET not in text


@pytest.mark.parametrize(("done", "told"), [(True, "yes"), (False, "no")])
def test_what_came_of_the_copy_is_said_until_they_are_shown_anew(alice, done, told):
    alice.happens(Copied(done=done))
    assert alice.machine.snapshot.ladder is None, "it was not open"
    alice.happens(LadderWanted(copy=True))
    assert alice.machine.snapshot.ladder.copied == ""
    alice.happens(Copied(done=done))
    assert alice.machine.snapshot.ladder.copied == told
    seen(alice)
    assert alice.machine.snapshot.ladder.copied == ""


def test_a_desk_without_its_recorder_has_no_messages_to_show(alice):
    for happening in (LadderWanted(), Copied(done=True)):
        assert alice.desk.handle(happening, 0.0) == []
