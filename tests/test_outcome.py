"""Who waits for an outcome goes on within the turn in which it is there."""

import asyncio

import pytest

from webphone.browser.tasks import Outcome


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


async def waiting(outcome, heard):
    heard.append(await outcome)


def turn(loop, *works):
    """One turn of the loop, in which no task but these runs."""
    for work in works:
        loop.call_soon(work)
    loop.call_soon(loop.stop)
    loop.run_forever()


def test_it_goes_on_before_the_turn_is_over(loop):
    outcome, heard = Outcome(loop=loop), []
    task = loop.create_task(waiting(outcome, heard))
    turn(loop)
    assert heard == []
    turn(loop, lambda: (outcome.set_result("it"), heard.append("after")))
    assert heard == ["it", "after"]
    assert task.done()


def test_within_another_task_it_waits_for_its_own_turn(loop):
    outcome, heard = Outcome(loop=loop), []

    async def give():
        outcome.set_result("it")
        heard.append("after")

    async def both():
        await asyncio.gather(waiting(outcome, heard), give())

    loop.run_until_complete(both())
    assert heard == ["after", "it"]


def test_what_was_there_before_is_given_at_once(loop):
    outcome, heard = Outcome(loop=loop), []
    outcome.set_result("it")
    loop.run_until_complete(waiting(outcome, heard))
    assert heard == ["it"]


@pytest.mark.parametrize("late", [False, True])
def test_whoever_gives_up_waits_no_longer(loop, late):
    outcome, heard = Outcome(loop=loop), []

    async def patient():
        async with asyncio.timeout(0 if late else None):
            await waiting(outcome, heard)

    task = loop.create_task(patient())
    turn(loop)
    if not late:
        task.cancel()
    with pytest.raises(TimeoutError if late else asyncio.CancelledError):
        loop.run_until_complete(task)
    assert outcome.cancelled()
    assert heard == []
