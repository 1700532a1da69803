"""Any octets in any state: `parse` raises nothing but Malformed, and a phone nothing at all.

The states are those that the traces of the field lead to, in every turn of theirs; what comes then
is what came or left in one of them, damaged, and with lines of another message.
"""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from phone.test_hostile_messages import damaged, damages
from phone.test_traces import TRACES
from replay import Replay, Trace
from webphone.phone import happenings as on
from webphone.sip import Malformed, parse
from webphone.sip.wire.rules import validate


@cache
def traces():
    return [Trace.read(file.read_text()) for file in TRACES]


def octets(data):
    return data.encode("utf-8", "surrogateescape")


@cache
def said():
    """Every message of every trace, whoever said it."""
    events = [
        event for trace in traces() for turn in trace.turns for event in (turn["in"], *turn["out"])
    ]
    messages = {event["data"] for event in events if event["type"] in ("Received", "Send")}
    return [octets(data) for data in sorted(messages) if data.strip()]


def spliced(data, other, places):
    """A message with some lines of another: each in the place of the header with the same name."""
    lines, others = data.split(b"\r\n"), other.split(b"\r\n")
    for place in places:
        line = others[place % len(others)]
        name = line.partition(b":")[0]
        same = [at for at, one in enumerate(lines) if at and one.partition(b":")[0] == name]
        if same:
            lines[same[0]] = line
        else:
            lines.insert(1, line)
    return b"\r\n".join(lines)


any_message = st.builds(
    lambda one, other, places, wounds: damaged(
        spliced(said()[one % len(said())], said()[other % len(said())], places), wounds
    ),
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.lists(st.integers(0, 20), max_size=4),
    damages,
)


@given(st.one_of(st.binary(max_size=400), any_message))
@settings(derandomize=True)
def test_any_octets_are_a_message_or_malformed(data):
    try:
        validate(parse(data))
    except Malformed as fault:
        assert str(fault)


@given(st.integers(0, 9999), st.integers(0, 9999), st.lists(any_message, min_size=1, max_size=4))
@settings(derandomize=True)
def test_any_message_in_any_state_of_the_field_raises_nothing(which, turn, messages):
    trace = traces()[which % len(traces())]
    replay = Replay(Trace(trace.head, trace.turns[: 1 + turn % len(trace.turns)]))
    desk, now = replay.desk, replay.took[-1]["at"]
    for data in messages:
        desk.handle(on.Received(socket=1, data=data), now)
    for _ in range(20):
        if desk.deadline is not None:
            now = max(now, desk.deadline)
            desk.handle(on.Woken(), now)


def test_what_is_damaged_was_whole_and_takes_the_lines_of_another():
    """Else nothing above would ever get far."""
    assert len(said()) > 100
    readable = [data for data in said() if damaged(data, []) == data and parse(data).call_id]
    assert len(readable) > 100
    one = readable[0]
    other = next(data for data in readable if parse(data).call_id != parse(one).call_id)
    places = [
        place for place, line in enumerate(other.split(b"\r\n")) if line.startswith(b"Call-ID")
    ]
    assert parse(spliced(one, other, places)).call_id == parse(other).call_id
