"""The record of a call, for every way in which one can end, in both directions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from phone.stage import Actor, Stranger, World, description
from webphone.contract import DISPOSITIONS
from webphone.phone import happenings as on
from webphone.sip import reply

OFFER = description(setup="actpass")


@dataclass
class Story:
    """Alice's phone, Dave's far end, and what happens between them."""

    settings: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World()
        self.alice: Actor = self.world.registered("alice", **self.settings)
        self.dave: Stranger = self.world.stranger("dave")

    def record(self) -> dict[str, object]:
        [record] = self.alice.told("end")
        assert record["id"] not in [call.id for call in self.alice.calls]
        assert self.alice.mistakes == []
        return record

    # --- Calls that go out ---

    def dialled(self, *statuses: int) -> Story:
        self.alice.ask("makeCall", "dave")
        for status in statuses:
            self.dave.reply(status)
        return self

    def refused(self, status: int, *headers: str) -> Story:
        self.dialled(180).dave.reply(status, *headers)
        return self

    def taken(self) -> Story:
        self.dialled(180).dave.reply(200, sdp=description())
        return self

    # --- Calls that come in ---

    def rung(self, *headers: str, sdp: str = OFFER) -> Story:
        self.dave.call("alice", *headers, sdp=sdp)
        return self

    def cancelled(self, *headers: str) -> Story:
        self.rung().dave.cancel(*headers)
        return self

    def answered(self) -> Story:
        self.rung().alice.ask("answer")
        self.dave.ack()
        return self

    # --- Either ---

    def asked(self, *wish: object) -> Story:
        self.alice.ask(*wish)  # type: ignore[arg-type]
        return self

    def bye(self, *headers: str) -> Story:
        self.dave.inside("BYE", *headers)
        return self

    def later(self, seconds: float) -> Story:
        self.world.wind(seconds)
        return self

    def without_certificate(self) -> Story:
        return self.rung(sdp=OFFER.replace("a=fingerprint", "a=x-fingerprint"))


def busy_with_bob() -> Story:
    story = Story({"callWaiting": "off"})
    story.world.registered("bob")
    story.alice.ask("makeCall", "bob")
    story.rung()
    return story


ELSEWHERE = 'Reason: SIP;cause=200;text="Call completed elsewhere"'
CONTACT = "Contact: <sip:erin@other.example>"
OUTGOING: dict[str, tuple[Callable[[], Story], tuple[object, ...], str]] = {
    "given up, ringing": (
        lambda: Story().dialled(180).asked("hangup"),
        ("cancelled", "local", 487, "Request Terminated", None),
        "Cancelled.",
    ),
    "given up, nothing heard": (
        lambda: Story().dialled().asked("hangup"),
        ("cancelled", "local", 487, "Request Terminated", None),
        "Cancelled.",
    ),
    "busy": (
        lambda: Story().refused(486, "Reason: Q.850;cause=17"),
        ("busy", "remote", 486, "Busy Here", 17),
        "The line is busy.",
    ),
    "busy everywhere": (
        lambda: Story().refused(600),
        ("busy", "remote", 600, "Busy Everywhere", None),
        "The line is busy.",
    ),
    "declined": (
        lambda: Story().refused(603, 'Reason: Q.850 ;cause=21 ;text="Call rejected"'),
        ("rejected", "remote", 603, "Decline", 21),
        "Declined.",
    ),
    "not answered": (
        lambda: Story().refused(480, "Reason: Q.850;cause=19"),
        ("no-answer", "remote", 480, "Temporarily Unavailable", 19),
        "Nobody answered.",
    ),
    "ended by a proxy's timer": (
        lambda: Story().refused(487),
        ("no-answer", "remote", 487, "Request Terminated", None),
        "Nobody answered.",
    ),
    "not reached": (
        lambda: Story().dialled().later(40),
        ("no-answer", "remote", 408, "Request Timeout", None),
        "They can't be reached at the moment. Call again later.",
    ),
    "nobody there": (
        lambda: Story().refused(404, "Reason: Q.850;cause=1"),
        ("failed", "remote", 404, "Not Found", 1),
        "There is nobody at that number. Check the number.",
    ),
    "moved": (
        lambda: Story({"redirect_policy": "refuse"}).refused(302, CONTACT),
        ("failed", "remote", 302, "Moved Temporarily", None),
        "That number is now sip:erin@other.example (302 Moved Temporarily). Call that one instead.",
    ),
    "failed, in the other side's words": (
        lambda: Story().refused(500, 'Reason: Q.850;cause=41;text="Out of lines"'),
        ("failed", "remote", 500, "Server Internal Error", 41),
        "The server made a mistake (500 Out of lines). Call again later.",
    ),
    "hung up here": (
        lambda: Story().taken().asked("hangup"),
        ("answered", "local", 200, "OK", None),
        "Call ended.",
    ),
    "hung up there": (
        lambda: Story().taken().bye('Reason: Q.850;cause=16;text="Normal"'),
        ("answered", "remote", 200, "OK", 16),
        "Call ended.",
    ),
}
INCOMING: dict[str, tuple[Callable[[], Story], tuple[object, ...], str]] = {
    "missed": (
        lambda: Story().cancelled(),
        ("missed", "remote", 487, "Request Terminated", None),
        "Missed call.",
    ),
    "missed, with a cause": (
        lambda: Story().cancelled("Reason: Q.850;cause=102, SIP;cause=480"),
        ("missed", "remote", 487, "Request Terminated", 102),
        "Missed call.",
    ),
    "missed, out of time": (
        lambda: Story().rung("Expires: 5").later(6),
        ("missed", "remote", 487, "Request Terminated", None),
        "Missed call.",
    ),
    "missed in another call": (
        busy_with_bob,
        ("missed", "system", 486, "Busy Here", None),
        "Missed call: another call was going on.",
    ),
    "answered elsewhere": (
        lambda: Story().cancelled(ELSEWHERE),
        ("answered-elsewhere", "remote", 487, "Request Terminated", None),
        "Answered on another phone.",
    ),
    "rejected": (
        lambda: Story().rung().asked("reject"),
        ("rejected", "local", 486, "Busy Here", None),
        "Declined.",
    ),
    "rejected with a status": (
        lambda: Story().rung().asked("reject", "", 603),
        ("rejected", "local", 603, "Decline", None),
        "Declined.",
    ),
    "hung up while it rang": (
        lambda: Story().rung().asked("hangup"),
        ("rejected", "local", 486, "Busy Here", None),
        "Declined.",
    ),
    "not to be disturbed": (
        lambda: Story({"dnd": True}).rung(),
        ("rejected", "system", 486, "Busy Here", None),
        "Declined: do not disturb is on.",
    ),
    "without a certificate": (
        lambda: Story().without_certificate(),
        ("failed", "system", 488, "Not Acceptable Here", None),
        "names no certificate",
    ),
    "hung up here": (
        lambda: Story().answered().asked("hangup"),
        ("answered", "local", 200, "OK", None),
        "Call ended.",
    ),
    "hung up there": (
        lambda: Story().answered().bye("Reason: Q.850;cause=31"),
        ("answered", "remote", 200, "OK", 31),
        "Call ended.",
    ),
}
BOTH = [("outgoing", *row) for row in OUTGOING.items()]
BOTH += [("incoming", *row) for row in INCOMING.items()]


@pytest.mark.parametrize(
    ("direction", "row"),
    [(direction, row) for direction, _, row in BOTH],
    ids=[f"{direction}, {name}" for direction, name, _ in BOTH],
)
def test_a_call_leaves_one_record_that_says_how_it_ended(direction, row):
    story, facts, sentence = row
    record = story().record()
    names = ("disposition", "endedBy", "sipCode", "sipReason", "q850")
    assert tuple(record[name] for name in names) == facts
    assert record["direction"] == direction
    assert sentence in str(record["explanation"])
    answered = record["disposition"] == "answered"
    assert (record["answeredAt"] is not None) == answered
    times = [record[name] for name in ("startedAt", "ringingAt", "answeredAt", "endedAt")]
    told = [moment for moment in times if moment is not None]
    assert told == sorted(told, key=str)
    peer, own = (record["to"], record["from"])[:: 1 if direction == "outgoing" else -1]
    assert (peer["number"], own["number"]) == ("dave", "alice")
    assert record["server"] == "wss://one.example/ws"


def test_every_disposition_is_in_the_table():
    told = {row[1][0] for row in (*OUTGOING.values(), *INCOMING.values())}
    assert told == set(DISPOSITIONS)


def test_a_refusal_without_a_phrase_gets_the_usual_one():
    story = Story().dialled()
    answer = bytes(reply(story.dave.last("INVITE"), 486, to_tag="far"))
    story.dave.say(answer.replace(b"486 Busy Here", b"486 "))
    assert (story.record()["sipCode"], story.record()["sipReason"]) == (486, "Busy Here")


def test_a_call_whose_sound_could_not_be_set_up_was_never_answered():
    story = Story().dialled()
    story.dave.reply(200, sdp=description().replace("a=fingerprint", "a=x-fingerprint"))
    record = story.record()
    assert (record["disposition"], record["endedBy"]) == ("failed", "system")
    assert (record["sipCode"], record["sipReason"]) == (488, "Not Acceptable Here")
    assert (record["answeredAt"], record["talkSeconds"]) == (None, 0.0)
    assert "fingerprint" in str(record["explanation"])
    assert story.dave.words()[-2:] == ["ACK", "BYE"]

    story = Story().dialled()
    story.dave.reply(200, sdp=description())
    refused = on.MediaFailed(call=story.alice.call.id, code="media_failed", text="No answer of it.")
    story.alice.happens(refused)
    record = story.record()
    assert (record["disposition"], record["sipCode"]) == ("failed", 488)
    assert (record["answeredAt"], record["explanation"]) == (None, "No answer of it.")

    story = Story().dialled(180)
    failed = on.MediaFailed(call=story.alice.call.id, code="media_failed", text="Unplugged.")
    story.alice.happens(failed)
    record = story.record()
    assert (record["disposition"], record["sipCode"]) == ("failed", 487)
