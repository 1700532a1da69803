"""What servers in the field sent, as traces: each is played to a phone, which must do right.

The first line of a trace says in a sentence what is at stake; what must be among the actions, in
that order (`right`), what must not be (`wrong`), and whom the screen must name (`shown`). Where it
is known from the tracker of another phone or server, `source` names that, and says what it did.

`TRACES=write` as an environment variable writes the traces again as the phone acts now: look at the
difference before you believe it.
"""

import json
import os
from pathlib import Path

import pytest

from replay import Replay, Trace

TRACES = sorted((Path(__file__).parents[1] / "traces").glob("*.trace"))


@pytest.mark.parametrize("file", TRACES, ids=lambda file: file.stem)
def test_what_came_in_the_field_is_met_rightly(file):
    trace = Trace.read(file.read_text())
    replay = Replay(trace)
    if os.environ.get("TRACES") == "write":
        file.write_text(Trace(trace.head, replay.took).written())
    # What is entrusted to others is not done yet.
    done = "\n".join(
        json.dumps(action)
        for actions in replay.done
        for action in actions
        if action["type"] != "Entrust"
    )
    place = 0
    for right in trace.head["right"]:
        assert right in done[place:], f"{trace.head['story']} Missing: {right}"
        place = done.index(right, place) + len(right)
    for wrong in trace.head["wrong"]:
        assert wrong not in done, f"{trace.head['story']} There is: {wrong}"
    assert set(trace.head["shown"]) <= replay.shown, trace.head["story"]


def test_the_traces_hold_no_secret_and_are_all_there():
    assert len(TRACES) >= 21
    assert len([file for file in TRACES if Trace.read(file.read_text()).head.get("source")]) >= 15
    assert not any("never told" in file.read_text() for file in TRACES)
