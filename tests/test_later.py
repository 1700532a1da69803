"""What is put off is done in the next task, and once."""

import asyncio

from webphone.browser.later import Later


def played(story):
    """What was done, and when, as `story` puts it off."""
    done = []
    later = Later(lambda: done.append("later"))

    async def all_of_it():
        story(later, done)
        done.append("the turn is over")
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(all_of_it())
    return done


def test_it_is_done_once_after_the_turn_however_often_it_was_asked_for():
    twice = played(lambda later, done: (later.begin(), later.begin()))
    assert twice == ["the turn is over", "later"]


def test_a_page_that_goes_has_it_done_at_once():
    assert played(lambda later, done: (later.begin(), later.now())) == ["later", "the turn is over"]
    assert played(lambda later, done: later.now()) == ["the turn is over"]


def test_who_is_gone_has_nothing_done():
    assert played(lambda later, done: (later.begin(), later.close())) == ["the turn is over"]
    assert played(lambda later, done: later.close()) == ["the turn is over"]
