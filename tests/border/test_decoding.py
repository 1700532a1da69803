"""What is written as plain data can be read back; what is none of ours is refused with one error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery import record
from webphone.border.decoding import Malformed, decode_value
from webphone.contract import (
    DISPOSITIONS,
    CallRecord,
    CallView,
    Party,
    Quality,
    WebPhoneError,
    encode,
)
from webphone.phone.history import record_from
from webphone.words import kept, say

OLD = replace(record(1.0), explanation=say("ended_with_tab"))
TEXT = st.text(max_size=9)
MAYBE = st.none() | TEXT
SECONDS = st.floats(min_value=0, max_value=1e6)
PARTIES = st.builds(Party, uri=TEXT, number=TEXT, display_name=TEXT)
QUALITIES = st.builds(Quality, mos=st.none() | SECONDS, loss=st.none() | SECONDS)
RECORDS = st.builds(
    lambda **more: replace(OLD, **more),
    direction=st.sampled_from(["incoming", "outgoing"]),
    from_=PARTIES,
    to=PARTIES,
    disposition=st.sampled_from(DISPOSITIONS),
    ended_by=st.sampled_from(["local", "remote", "system"]),
    session_id=MAYBE,
    ringing_at=MAYBE,
    post_dial_delay_ms=st.none() | st.integers(0, 10**6),
    sip_code=st.none() | st.integers(100, 699),
    talk_seconds=SECONDS,
    server=MAYBE,
    explanation=st.builds(lambda text: say("as_written", text=text), TEXT),
    quality=QUALITIES,
)


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Several:
    """A field of each kind."""

    colour: Colour
    pair: tuple[str, int]
    parties: tuple[Party, ...]
    numbers: list[float]
    headers: Mapping[str, str]
    anything: Any
    maybe: int | None
    in_: bool
    late: str = "later"


SEVERAL = Several(
    colour=Colour.RED,
    pair=("a", 1),
    parties=(Party(uri="sip:a@b"),),
    numbers=[1.5],
    headers={"X-A": "b"},
    anything={"deep": [1]},
    maybe=None,
    in_=True,
)


@given(RECORDS)
def test_a_record_comes_back_as_it_was(old: CallRecord):
    assert record_from(json.loads(json.dumps(kept(encode(old))))) == old


def test_every_kind_of_field_comes_back_as_it_was():
    assert decode_value(Several, encode(SEVERAL)) == SEVERAL


def test_what_an_older_version_did_not_write_has_its_default():
    data = encode(SEVERAL)
    del data["late"]
    assert decode_value(Several, data) == SEVERAL


def test_what_a_newer_version_wrote_besides_is_left_out():
    assert record_from({**kept(encode(OLD)), "mood": "fine"}) == OLD


def test_a_reader_of_a_kind_is_asked_wherever_the_kind_stands():
    read = {Party: lambda data: Party(uri=data["uri"].upper())}
    assert decode_value(Several, encode(SEVERAL), read).parties == (Party(uri="SIP:A@B"),)


def test_what_a_reader_raises_is_the_same_one_error():
    def refuse(data: Any) -> Any:
        raise WebPhoneError("internal")

    with pytest.raises(Malformed):
        decode_value(Party, {}, {Party: refuse})


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "blue"},
        {"colour": []},
        {"pair": ["a"]},
        {"pair": ["a", 1, 2]},
        {"pair": "a1"},
        {"pair": ["a", True]},
        {"parties": {"uri": "x"}},
        {"parties": [{}]},
        {"parties": [None]},
        {"parties": [{"uri": 5}]},
        {"numbers": [float("nan")]},
        {"numbers": [float("inf")]},
        {"numbers": [10**400]},
        {"numbers": ["1"]},
        {"headers": [["X-A", "b"]]},
        {"headers": {"X-A": 1}},
        {"maybe": "1"},
        {"maybe": 1.5},
        {"in": 1},
        {"in": None},
        {"late": None},
    ],
)
def test_what_has_another_shape_is_refused(change: dict[str, Any]):
    with pytest.raises(Malformed) as wrong:
        decode_value(Several, {**encode(SEVERAL), **change})
    assert next(iter(change)) in str(wrong.value)


@pytest.mark.parametrize(
    "data",
    [
        None,
        7,
        "record",
        [],
        {},
        {**kept(encode(OLD)), "disposition": "eaten"},
        {**kept(encode(OLD)), "direction": "sideways"},
        {**kept(encode(OLD)), "endedBy": "nobody"},
        {**kept(encode(OLD)), "from": "sip:a@b"},
        {**kept(encode(OLD)), "quality": None},
        {**kept(encode(OLD)), "explanation": {"$say": "nonsense", "values": {}}},
        {**kept(encode(OLD)), "explanation": "Only a text"},
    ],
)
def test_what_is_no_record_is_refused(data: Any):
    with pytest.raises(Malformed):
        record_from(data)


@given(st.recursive(st.none() | st.booleans() | st.floats() | TEXT, lambda inner: (
    st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "callId", "from", "to", "uri", "state"]), inner, max_size=4)
), max_leaves=20))  # fmt: skip
def test_no_data_raises_anything_else(data: Any):
    for kind in (CallRecord, CallView, Several, Colour, int | None):
        try:
            decode_value(kind, data)
        except Malformed as wrong:
            assert len(str(wrong)) < 600
