"""One registration in all tabs of a browser: seen, handled, moved and inherited."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, expect

from page.phone_page import PhonePage
from page.ports import wait_until
from page.server import Server

pytestmark = pytest.mark.browser
SCREENS = Path(__file__).parents[2] / "tests" / ".run" / "screens"
USER = "dave"
REFUSING = """
Object.defineProperty(Navigator.prototype, "locks", {get() {
  throw new DOMException("Access to the Web Locks API is denied in this context.", "SecurityError");
}});
"""

Tabs = Callable[..., list[PhonePage]]


@pytest.fixture
def tabs(
    phone_page: Callable[..., PhonePage], new_context: Callable[..., BrowserContext]
) -> Iterator[Tabs]:
    """tabs(3) opens so many tabs of one browser; the first of them has the phone."""
    opened: list[PhonePage] = []

    def some(count: int, **settings: str) -> list[PhonePage]:
        context = new_context()
        given = {"multi_tab": "leader", "auto_register": "true", **settings}
        for _ in range(count):
            tab = phone_page(USER, context=context, **given)
            tab.page.set_viewport_size({"width": 320, "height": 620})
            tab.wait_event("leaderchange")
            assert tab.details("leaderchange") == [{"leader": not opened}]
            wait_until(lambda tab=tab: tab.state() == "registered", "the phone to be ready", 15)
            opened.append(tab)
        return opened

    yield some
    for tab in opened:
        if not tab.page.is_closed():
            with suppress(Error):
                print(tab.report())


def contacts(server: Server, user: str) -> int:
    """How many places the server knew of the user at the last registration."""
    granted = [
        message.text
        for message in server.wire()
        if message.way == "snd"
        and message.first_line.startswith("SIP/2.0 200")
        and re.search(r"CSeq: \d+ REGISTER", message.text)
        and f"To: <sip:{user}@" in message.text
    ]
    return sum(
        line.count("<sip:") for line in re.findall(r"^Contact: .*", granted[-1], re.MULTILINE)
    )


def now(tab: PhonePage) -> float:
    moment: float = tab.page.evaluate("performance.now()")
    return moment


def first(tab: PhonePage, name: str, since: int) -> float:
    """When the first event of that name after the first `since` was told."""
    tab.wait_event(name, since=since)
    return next(float(e["at"]) for e in tab.events()[since:] if e["name"] == name)


def crash(tab: PhonePage) -> None:
    """The tab's process is gone, without a word."""
    with tab.page.expect_event("crash", timeout=10_000), suppress(Error):
        tab.page.goto("chrome://crash", timeout=10_000)


def test_one_phone_is_seen_and_handled_from_every_tab(
    tabs: Tabs, ben: PhonePage, server: Server
) -> None:
    leader, follower, third = tabs(3)
    assert contacts(server, USER) == 1
    assert follower.details("registered") == []
    expect(follower.page.get_by_text("Phone is active in another tab", exact=True)).to_be_visible()
    assert follower.page.evaluate(
        "document.querySelector('web-phone').matches(':state(other-tab)')"
    )
    SCREENS.mkdir(parents=True, exist_ok=True)
    follower.page.screenshot(path=SCREENS / "other-tab.png")

    ben.call_method("makeCall", USER)
    for tab in (leader, follower, third):
        tab.wait_state("ringing")
    follower.page.get_by_role("button", name="Answer", exact=True).click()
    for tab in (leader, follower, third, ben):
        tab.wait_state("active")
    leader.ears.wait_sound()
    ben.ears.wait_sound()
    assert follower.page.evaluate("window.__peers.length") == 0
    follower.page.screenshot(path=SCREENS / "other-tab-in-call.png")
    assert third.call_method("hold")["heldBy"] == "local"
    ben.wait_state("held")
    assert follower.call_method("resume")["state"] == "active"
    follower.page.get_by_role("button", name="Hang up", exact=True).click()
    ben.wait_event("end")
    for tab in (leader, follower, third):
        tab.wait_event("end")
        assert tab.calls() == []
    ends = [tab.details("end")[0] for tab in (leader, follower, third)]
    assert [end.get("mirrored") for end in ends] == [None, True, True]
    assert len({end["id"] for end in ends}) == 1

    call = third.make_call("ben")
    ben.wait_state("ringing")
    assert leader.wait_state("ringing")["id"] == call["id"]
    third.call_method("hangup")
    assert third.rejection("hangup").code == "no_call"


@pytest.mark.parametrize("end", ["closed", "crashed"])
def test_a_dead_tab_is_succeeded_within_two_seconds_and_its_call_is_one_failed_record(
    end: str, tabs: Tabs, ben: PhonePage, server: Server
) -> None:
    leader, heir, third = tabs(3, recover="off")
    ben.call_method("makeCall", USER)
    leader.wait_state("ringing")
    leader.call_method("answer")
    for tab in (heir, third):
        tab.wait_state("active")
    marks = [heir.mark(), third.mark()]
    begun = now(heir)
    if end == "closed":
        leader.page.close()
    else:
        crash(leader)
    heir.wait_event("leaderchange", lambda told: told["leader"] is True, since=marks[0])
    registered = first(heir, "registered", marks[0]) - begun
    ended = first(heir, "end", marks[0]) - begun
    assert registered < 2000
    assert ended < 2000
    print(f"{end}: registered after {registered:.0f} ms, recorded after {ended:.0f} ms")
    third.wait_event("registered", since=marks[1])
    third.wait_event("end", since=marks[1])
    records = [heir.details("end", marks[0]), third.details("end", marks[1])]
    assert [len(told) for told in records] == [1, 1]
    assert {(r["disposition"], r["endedBy"]) for told in records for r in told} == {
        ("failed", "system")
    }
    assert ["mirrored" in told[0] for told in records] == [False, True]
    assert heir.calls() == third.calls() == []
    assert contacts(server, USER) == 1

    ben.call_method("hangupAll")
    ben.call_method("makeCall", USER)
    heir.wait_state("ringing")
    third.wait_state("ringing")
    third.call_method("answer")
    ben.wait_state("active")
    third.call_method("hangup")


@pytest.mark.timed
@pytest.mark.alone
@pytest.mark.parametrize("end", ["closed", "crashed"])
def test_the_next_tab_goes_on_with_the_call_and_both_hear_each_other_within_two_seconds(
    end: str, tabs: Tabs, ben: PhonePage
) -> None:
    leader, heir, third = tabs(3)
    ben.call_method("makeCall", USER)
    call = leader.wait_state("ringing")
    leader.call_method("answer")
    for tab in (heir, third):
        tab.wait_state("active")
    leader.ears.wait_sound()
    mark, begun = heir.mark(), now(heir)
    if end == "closed":
        leader.page.close()
    else:
        crash(leader)
    heir.wait_event("recover", lambda told: told["stage"] == "done", since=mark)
    back = next(e["at"] for e in heir.events()[mark:] if e["detail"].get("stage") == "done")
    print(f"{end}: the call went on after {back - begun:.0f} ms")
    assert back - begun < 2000
    for phone in (heir, ben):
        phone.ears.wait_sound()
    assert (
        [one["id"] for one in third.calls()] == [one["id"] for one in heir.calls()] == [call["id"]]
    )
    heir.call_method("hangup")
    for tab in (heir, third):
        [record] = tab.details("end")
        assert (record["id"], record["disposition"]) == (call["id"], "answered")
    wait_until(lambda: not ben.calls(), "the call to be over at both ends")


def test_the_next_tab_rings_on_and_both_hear_each_other(tabs: Tabs, ben: PhonePage) -> None:
    leader, heir = tabs(2)
    ben.call_method("makeCall", USER)
    call = leader.wait_state("ringing")
    heir.wait_state("ringing")
    mark, begun = heir.mark(), now(heir)
    crash(leader)
    heir.wait_event("ringingin", since=mark)
    assert first(heir, "ringingin", mark) - begun < 2000
    assert heir.call_method("answer")["id"] == call["id"]
    for phone in (heir, ben):
        phone.ears.wait_sound()
    ben.call_method("hangup")
    record = heir.wait_event("end")
    assert (record["id"], record["disposition"]) == (call["id"], "answered")


def test_the_phone_moves_to_the_tab_where_it_is_wanted_but_not_out_of_a_call(
    tabs: Tabs, ben: PhonePage, server: Server
) -> None:
    old, new, third = tabs(3)
    new.page.get_by_role("button", name="Use here", exact=True).click()
    new.wait_event("leaderchange", lambda told: told["leader"] is True)
    assert old.wait_event("unregistered") == {"reason": "other-tab", "willRetry": False}
    assert old.details("leaderchange")[-1] == {"leader": False}
    new.wait_event("registered", lambda told: "mirrored" not in told)
    assert contacts(server, USER) == 1
    for tab in (old, third):
        expect(tab.page.get_by_role("button", name="Use here", exact=True)).to_be_visible()
        wait_until(lambda tab=tab: tab.state() == "registered", "the phone to be ready", 15)

    ben.call_method("makeCall", USER)
    third.wait_state("ringing")
    expect(third.page.get_by_role("button", name="Use here", exact=True)).to_be_hidden()
    third.call_method("reject")
    ben.wait_event("end")
    assert [tab.details("leaderchange")[-1]["leader"] for tab in (old, new, third)] == [
        *(False, True, False)
    ]


def test_where_the_browser_refuses_locks_the_phone_works_alone(
    phone_page: Callable[..., PhonePage], new_context: Callable[..., BrowserContext], ben: PhonePage
) -> None:
    context = new_context()
    context.add_init_script(REFUSING)
    alone = phone_page(USER, context=context, multi_tab="leader", auto_register="true")
    alone.wait_event("registered")
    assert alone.wait_event("leaderchange") == {"leader": True}
    expect(alone.page.get_by_text("Phone is active in another tab")).to_be_hidden()
    alone.call_method("makeCall", "ben")
    ben.wait_state("ringing")
    ben.call_method("answer")
    alone.wait_state("active")
    alone.call_method("hangup")
    assert alone.console.errors == []
