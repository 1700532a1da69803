"""How long a description waits for network paths."""

from webphone.media.gathering import LONGEST_WAIT, QUIET, REFLEXIVE_WAIT, enough, patience


def told(**news):
    return enough(
        **{"elapsed": 0.02, "quiet": 0.02, "complete": False, "kinds": (), "servers": False} | news
    )


def test_a_finished_search_is_enough_even_with_nothing_found():
    assert told(complete=True)


def test_nothing_found_waits_to_the_longest_wait_and_no_longer():
    assert not told(elapsed=LONGEST_WAIT - 0.01, quiet=LONGEST_WAIT - 0.01)
    assert told(elapsed=LONGEST_WAIT, quiet=LONGEST_WAIT)


def test_a_path_found_is_enough_when_no_other_follows():
    assert not told(kinds=["host"], quiet=QUIET - 0.01)
    assert told(kinds=["host"], quiet=QUIET)


def test_where_a_server_is_asked_its_word_is_awaited_for_half_a_second():
    asked = {"kinds": ["host"], "quiet": QUIET, "servers": True}
    assert not told(**asked, elapsed=REFLEXIVE_WAIT - 0.01)
    assert told(**asked, elapsed=REFLEXIVE_WAIT)
    assert told(**asked | {"kinds": ["host", "srflx"]}, elapsed=0.1)
    assert told(**asked | {"kinds": ["relay"]}, elapsed=0.1)


def test_one_who_only_waits_is_told_enough_within_a_few_looks():
    elapsed, looks = 0.0, 0
    while not told(elapsed=elapsed, quiet=elapsed, kinds=["host"], servers=True):
        elapsed += patience(elapsed=elapsed, quiet=elapsed)
        looks += 1
    assert REFLEXIVE_WAIT <= elapsed < REFLEXIVE_WAIT + 0.05
    assert looks <= 4
