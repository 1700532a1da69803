"""A connection that is ready before there is a call, in a real browser."""

import pytest

from browser import bench as benches
from browser.bench import Bench

pytestmark = pytest.mark.browser
PRELUDE = """
import asyncio
from two_ends import *
from webphone.phone.actions import *
from webphone.phone.happenings import *
from webphone.browser.media import spare
one, two = End(), End()

async def ready(end):
    end.peers.prepare()
    await until(lambda: end.peers._spare._ready and end.peers._spare._rested)
    return end.peers._spare._ready[2][0]
"""


def tell(page: Bench, story: str):
    return benches.tell(page, PRELUDE, story)


def test_the_next_call_takes_it_and_is_heard(page: Bench):
    assert tell(
        page,
        """
        made = await ready(one)
        await ready(two)
        await call(one, two)
        taken = made == one.connection
        return [taken, await one.hears(), await two.hears()]
        """,
    ) == [True, True, True]


def test_there_is_one_however_often_a_call_is_near(page: Bench):
    assert tell(
        page,
        """
        first = await ready(one)
        again = await ready(one)
        one.do(OpenMedia(call="call"))
        await one.next(MediaReady)
        one.do(OpenMedia(call="another"))
        await one.next(MediaReady)
        others = [peer.negotiation.connection for peer in one.peers._peers.values()]
        return [first == again, [each == first for each in others]]
        """,
    ) == [True, [True, False]]


def test_a_call_that_comes_sooner_than_it_is_ready_leaves_none_behind(page: Bench):
    assert tell(
        page,
        """
        one.peers.prepare()
        one.do(OpenMedia(call="call"))
        await one.next(MediaReady)
        await asyncio.sleep(0.2)
        return one.peers._spare._ready is None
        """,
    )


def test_one_that_has_not_rested_is_not_taken_and_none_that_is_made_for_a_call_has_a_pool(
    page: Bench,
):
    """A pool that is taken before Chromium knows its networks never finds a path."""
    assert tell(
        page,
        """
        rest, spare.REST = spare.REST, 30.0
        try:
            one.peers.prepare()
            await until(lambda: one.peers._spare._ready)
            made = one.peers._spare._ready[2][0]
            one.do(OpenMedia(call="call"))
            await one.next(MediaReady)
            pools = [int(each.getConfiguration().iceCandidatePoolSize) for each in (made, one.connection)]
            return [made == one.connection, str(made.signalingState), pools]
        finally:
            spare.REST = rest
        """,
    ) == [False, "closed", [1, 0]]


def test_it_is_closed_when_no_call_has_come(page: Bench):
    assert tell(
        page,
        """
        kept, spare.KEPT = spare.KEPT, 0.2
        try:
            made = await ready(one)
            await until(lambda: str(made.signalingState) == "closed")
            return one.peers._spare._ready is None
        finally:
            spare.KEPT = kept
        """,
    )


def test_other_servers_than_those_it_was_made_with_make_another(page: Bench):
    assert tell(
        page,
        """
        from webphone.contract import Config
        made = await ready(one)
        one.config = Config().changed({"iceServers": [{"urls": "stun:127.0.0.1:9"}]})
        one.do(OpenMedia(call="call"))
        await one.next(MediaReady)
        used = one.connection.getConfiguration().to_py()["iceServers"]
        return [str(made.signalingState), [list(each["urls"]) for each in used]]
        """,
    ) == ["closed", [["stun:127.0.0.1:9"]]]


def test_nobody_is_asked_for_servers_before_there_is_a_call(page: Bench):
    assert tell(
        page,
        """
        from webphone.contract import Config
        asked = []
        def servers():
            asked.append(1)
            return []
        one.config = Config().changed({"iceServers": servers})
        one.peers.prepare()
        await asyncio.sleep(0.2)
        before = len(asked)
        one.do(OpenMedia(call="call"))
        await one.next(MediaReady)
        await ready(one)
        return [before, len(asked)]
        """,
    ) == [0, 1]


def test_a_phone_that_goes_leaves_none_behind(page: Bench):
    before, after = tell(
        page,
        """
        before = alive()
        made = await ready(one)
        one.peers.close()
        await asyncio.sleep(0.1)
        assert str(made.signalingState) == "closed"
        return [before, alive()]
        """,
    )
    assert after == before


def test_new_paths_are_looked_for_with_it_too(page: Bench):
    assert tell(
        page,
        """
        await ready(one)
        await call(one, two)
        again = Reoffer(call="call", direction=Direction.SENDRECV, restart=True)
        accept = Accept(call="call", offer="", direction=Direction.SENDRECV)
        await change(one, two, again, accept)
        return [one.count(MediaFailed), await two.hears()]
        """,
    ) == [0, True]
