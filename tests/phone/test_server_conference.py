"""A conference that a server mixes: who is there, by its word (RFC 4575)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from phone.stage import Actor, World, description
from phone.test_subscriptions import Notifier, notifier
from webphone.phone import happenings as on
from webphone.phone.subscriptions import MOST as MOST_WISHES
from webphone.sip import Request
from webphone.sip.packages.conference import MOST

KIND = "application/conference-info+xml"
FOCUS = "Contact: <sip:eve@one.example>;isfocus"
ROSTER = """<?xml version="1.0"?>
<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:eve@one.example"
 version="{version}" state="{state}"><users state="{state}">{users}</users></conference-info>"""


def user(
    name: str, text: str = "", status: str = "connected", state: str = "full", host="one.example"
) -> str:
    where = f'<endpoint entity="sip:{name}@10.0.0.1"><status>{status}</status></endpoint>'
    shown = f"<display-text>{text}</display-text>" if text else ""
    return f'<user entity="sip:{name}@{host}" state="{state}">{shown}{where}</user>'


def roster(*users: str, version: int = 1, state: str = "full") -> str:
    return ROSTER.format(version=version, state=state, users="".join(users))


class Bridge(Notifier):
    """A server that joins whoever calls it."""

    invited: Request  # the INVITE that made the call
    subscribed: Request  # the SUBSCRIBE that made its news
    contact = "Contact: <sip:eve@far.invalid>"

    def granted(self, *headers: str) -> Request:
        """Take the last SUBSCRIBE; the first makes the dialog of the news."""
        request = super().granted(*headers)
        self.subscribed = getattr(self, "subscribed", request)
        return request

    def say(self, data: bytes) -> None:
        """As an end says it, with the Contact of the moment."""
        super().say(data.replace(b"Contact: <sip:eve@far.invalid>", self.contact.encode()))

    def moves(self, contact: str) -> None:
        """The call goes on at this Contact."""
        self.contact, self.invite = contact, self.invited
        self.inside("UPDATE")

    def tells_roster(self, *users: str, version: int = 1, state: str = "full") -> None:
        """Who is there."""
        self.tells(self.subscribed, roster(*users, version=version, state=state), KIND)


@pytest.fixture
def bridge(world: World) -> Bridge:
    stranger = notifier(world, "eve")
    stranger.__class__ = Bridge
    return stranger


def joins(alice: Actor, bridge: Bridge, contact: str = FOCUS) -> str:
    """Alice calls the bridge, which answers; the id of the call."""
    call = alice.ask("makeCall", "eve").value.id
    bridge.reply(200, contact, sdp=description())
    return str(call)


def conference(alice: Actor, bridge: Bridge, *users: str) -> str:
    """Alice is in a conference with these; the id of the call."""
    call = joins(alice, bridge)
    bridge.granted()
    bridge.tells_roster(*users)
    return call


def told(alice: Actor) -> Mapping[str, Any]:
    """Who is in the conference, as the page was told last."""
    last: Mapping[str, Any] = alice.told("conference")[-1]
    return last


def names(alice: Actor) -> list[str]:
    return [member["name"] or member["number"] for member in told(alice)["members"]]


def shown(alice: Actor) -> list[str]:
    [call] = alice.machine.snapshot.calls
    return [member.name or member.number for member in call.members]


# --- Who is there ---------------------------------------------------------------------------------


@pytest.mark.rfc("4575 §3.3", "who is in a conference is asked for by the package `conference`")
def test_a_call_to_a_conference_server_shows_the_others_who_are_there(alice, bridge):
    call = joins(alice, bridge)
    request = bridge.granted()
    assert str(request.to.uri) == "sip:eve@one.example"
    assert (request.headers.get("Event"), request.headers.get("Accept")) == ("conference", KIND)
    assert alice.told("conference") == []
    bridge.tells_roster(user("alice"), user("bob", "Bob"), user("carol", status="muted-via-focus"))
    assert told(alice) == {
        "calls": [call],
        "members": [
            {
                "id": "sip:bob@one.example",
                "name": "Bob",
                "number": "bob",
                "muted": False,
                "speaking": False,
            },
            {
                "id": "sip:carol@one.example",
                "name": "",
                "number": "carol",
                "muted": True,
                "speaking": False,
            },
        ],
    }
    assert shown(alice) == ["Bob", "carol"]


def test_a_message_that_names_no_contact_says_nothing_of_the_conference(alice, bridge):
    conference(alice, bridge, user("bob", "Bob"))
    bridge.invited = bridge.last("INVITE")
    bridge.moves("X-Contact: none")
    assert bridge.last(200).cseq.method == "UPDATE"
    assert shown(alice) == ["Bob"]


def test_an_ordinary_call_asks_nobody(alice, bridge):
    joins(alice, bridge, "Contact: <sip:eve@one.example;isfocus>")
    assert bridge.asked() == 0


@pytest.mark.parametrize("contact", ["<tel:+4312345>;isfocus", "isfocus"])
def test_a_conference_without_an_address_asks_nobody_and_the_call_goes_on(alice, bridge, contact):
    joins(alice, bridge, f"Contact: {contact}")
    assert bridge.asked() == 0 and alice.call.state == "active"


def test_who_comes_and_goes_is_told_by_parts(alice, bridge):
    conference(alice, bridge, user("alice"), user("bob", "Bob"))
    bridge.tells_roster(user("carol"), version=2, state="partial")
    assert names(alice) == ["Bob", "carol"]
    bridge.tells_roster(user("bob", state="deleted"), version=3, state="partial")
    assert names(alice) == ["carol"]
    before = len(alice.told("conference"))
    bridge.tells_roster(user("carol"), version=4, state="partial")
    assert len(alice.told("conference")) == before


def test_news_that_got_lost_are_asked_for_again(alice, bridge):
    conference(alice, bridge, user("bob"))
    before = bridge.asked()
    bridge.tells_roster(user("carol"), version=7, state="partial")
    assert bridge.asked() == before + 1
    assert names(alice) == ["bob", "carol"]


@pytest.mark.rfc("4575 §5.7.3", "who is about to come, or has gone, is not there")
def test_who_is_about_to_come_or_has_gone_is_not_there(alice, bridge):
    conference(
        alice,
        bridge,
        user("bob", status="dialing-out"),
        user("carol", status="disconnected"),
        user("dave", status="on-hold"),
        '<user entity="sip:erin@one.example"/>',
    )
    assert names(alice) == ["dave", "erin"]


def test_who_is_in_from_two_places_is_there_and_silenced_as_from_all_of_them(alice, bridge):
    def bob(*said):
        places = (
            f'<endpoint entity="sip:bob@10.0.0.{at}"><status>{status}</status></endpoint>'
            for at, status in enumerate(said)
        )
        return f'<user entity="sip:bob@one.example">{"".join(places)}</user>'

    conference(alice, bridge, bob("muted-via-focus", "connected"))
    for version, said, muted in (
        (2, ("muted-via-focus", "muted-via-focus"), True),
        (3, ("muted-via-focus", "on-hold"), False),
        (4, ("muted-via-focus", "disconnected"), True),
        (5, ("disconnected", "connected"), False),
    ):
        bridge.tells_roster(bob(*said), version=version)
        [member] = told(alice)["members"]
        assert (member["id"], member["muted"]) == ("sip:bob@one.example", muted)


def test_a_member_whose_address_is_none_has_the_name_that_the_server_gives(alice, bridge):
    conference(alice, bridge, user("carol", host="two.example"), '<user entity="room 7"/>')
    assert [member["id"] for member in told(alice)["members"]] == [
        "sip:carol@two.example",
        "room 7",
    ]
    assert told(alice)["members"][1]["number"] == ""


# --- What is wrong with it ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "<conference-info",
        "<!DOCTYPE x><conference-info/>",
        "<conference-info>" + "<users>" * 50,
        "<dialog-info/>",
        "x" * 70_000,
        "",
    ],
)
def test_what_cannot_be_read_costs_neither_the_call_nor_what_is_known(alice, bridge, body):
    conference(alice, bridge, user("bob"))
    bridge.tells(bridge.subscribed, body, KIND)
    assert bridge.words()[-1] in ("200", "513")
    assert alice.call.state == "active" and names(alice) == ["bob"] and alice.mistakes == []


def test_a_crowd_is_bounded(alice, bridge):
    conference(alice, bridge, *(f'<user entity="sip:u{number}@b"/>' for number in range(700)))
    assert len(told(alice)["members"]) == MOST


@pytest.mark.parametrize("status", [403, 489, 503])
def test_a_server_that_tells_nobody_costs_nothing(world, alice, bridge, status):
    joins(alice, bridge)
    bridge.reply(status, to="SUBSCRIBE")
    world.wind(5)
    assert alice.call.state == "active"
    assert alice.told("conference") == alice.told("error") == alice.told("notify") == []


def test_a_page_may_ask_again_for_what_the_call_was_refused(world, alice, bridge):
    joins(alice, bridge)
    bridge.reply(403, to="SUBSCRIBE")
    promise = alice.ask("subscribe", "eve", "conference")
    bridge.granted()
    assert promise.done


# --- As the call goes -----------------------------------------------------------------------------


def test_the_end_of_the_call_is_the_end_of_its_news(alice, bridge):
    conference(alice, bridge, user("bob"))
    alice.ask("hangup")
    assert told(alice) == {"calls": [], "members": []}
    assert bridge.granted("Expires: 0").expires == 0


def test_what_the_page_wants_of_it_outlives_the_call(alice, bridge):
    conference(alice, bridge, user("bob"))
    assert alice.ask("subscribe", "eve", "conference").done
    before = bridge.asked()
    alice.ask("hangup")
    assert bridge.asked() == before


def test_what_the_page_wants_no_longer_goes_on_for_the_call(alice, bridge):
    conference(alice, bridge, user("bob"))
    alice.ask("subscribe", "eve", "conference")
    before = bridge.asked()
    assert alice.ask("unsubscribe", "eve", "conference").done
    assert bridge.asked() == before and shown(alice) == ["bob"]


def test_the_end_of_the_news_leaves_nobody_on_the_screen(alice, bridge):
    conference(alice, bridge, user("bob"))
    bridge.tells(bridge.subscribed, state="terminated;reason=noresource")
    assert told(alice) == {"calls": [], "members": []}
    assert shown(alice) == [] and alice.call.state == "active"


def test_a_call_becomes_one_to_a_conference_and_one_to_a_person_again(alice, bridge):
    joins(alice, bridge, "Contact: <sip:eve@one.example>")
    bridge.invited = bridge.last("INVITE")
    bridge.moves(FOCUS)
    assert bridge.asked() == 1
    bridge.granted()
    bridge.tells_roster(user("bob"))
    assert shown(alice) == ["bob"]
    bridge.moves("Contact: <sip:eve@one.example>")
    assert bridge.asked() == 2 and bridge.last("SUBSCRIBE").expires == 0
    assert shown(alice) == [] and told(alice)["calls"] == []


def test_a_conference_that_calls_is_one_too(alice, bridge):
    bridge.contact = FOCUS
    bridge.call("alice", sdp=description(setup="actpass"))
    assert bridge.asked() == 0  # nobody is in it before the answer
    alice.ask("answer")
    bridge.ack()
    bridge.answer = None
    bridge.granted()
    bridge.tells_roster(user("bob"))
    assert names(alice) == ["bob"]


def test_calls_that_are_joined_here_go_before_those_of_a_server(world, alice, bridge):
    there = conference(alice, bridge, user("carol"))
    bob = world.registered("bob")
    here = alice.ask("makeCall", "bob").value.id
    bob.ask("answer")
    bridge.invite = bridge.last("INVITE")
    bridge.reply(200, FOCUS, sdp=description(direction="recvonly"))
    assert told(alice)["calls"] == [there]
    promise = alice.ask("conference")
    bridge.reply(200, FOCUS, sdp=description())
    assert promise.done
    assert told(alice)["calls"] == [there, here]
    assert [member["number"] for member in told(alice)["members"]] == ["eve", "bob"]
    alice.ask("split", here)
    assert told(alice)["calls"] == [there] and names(alice) == ["carol"]


def test_of_two_conferences_the_one_in_front_is_told(world, alice, bridge):
    first = conference(alice, bridge, user("bob"))
    other = notifier(world, "dave")
    second = alice.ask("makeCall", "dave").value.id
    other.reply(200, "Contact: <sip:dave@one.example>;isfocus", sdp=description())
    bridge.invite = bridge.last("INVITE")
    bridge.reply(200, FOCUS, sdp=description(direction="recvonly"))
    assert told(alice)["calls"] == [first]
    other.tells(other.granted(), roster(user("carol")), KIND)
    assert told(alice)["calls"] == [second] and names(alice) == ["carol"]
    alice.ask("hangup", second)
    assert told(alice)["calls"] == [first] and names(alice) == ["bob"]


def test_after_a_reload_who_is_there_is_asked_for_again(world, bridge):
    alice = world.registered("alice", recover="reload")
    conference(alice, bridge, user("bob"))
    again = alice.reload()
    bridge.reply(200, FOCUS, sdp=description(version="2"))
    again.happens(on.MediaChanged(call=again.call.id, state="connected"))
    bridge.tells(bridge.granted(), roster(user("carol")), KIND)
    assert names(again) == ["carol"] and again.mistakes == []


def test_more_than_can_be_asked_for_is_not(alice, bridge):
    for number in range(MOST_WISHES):
        alice.ask("subscribe", "eve", f"x-{number}")
    joins(alice, bridge)
    assert bridge.asked() == MOST_WISHES and alice.call.state == "active"
