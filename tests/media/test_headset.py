"""Buttons and lamps of a headset: found where the device says they are, whatever it says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webphone.media.headset import LONGEST, Button, Headset, Lamp, Press, described

HOOK, MUTE, LINE = 0x0B0020, 0x0B002F, 0x0B002A


def item(*usages: int, count: int = 1, size: int = 1, **more: Any) -> dict[str, Any]:
    shape = {"isAbsolute": True, "isConstant": False, "isArray": False, "isRange": False}
    return {**shape, "usages": list(usages), "reportSize": size, "reportCount": count, **more}


def device(*inputs: dict[str, Any], outputs: Any = (), report: int = 2) -> list[dict[str, Any]]:
    """The collections of a headset; a consumer page stands before them, as most have one."""
    return [
        {"usagePage": 0x0C, "inputReports": [{"reportId": 1, "items": [item(HOOK)]}]},
        {
            "usagePage": 0x0B,
            "inputReports": [{"reportId": report, "items": list(inputs)}],
            "outputReports": [{"reportId": 3, "items": list(outputs)}],
        },
    ]


def found(*inputs: dict[str, Any], outputs: Any = ()) -> Headset:
    headset = described(device(*inputs, outputs=outputs))
    assert headset is not None
    return headset


def played(headset: Headset, *reports: tuple[int, bytes]) -> list[Press]:
    heard: list[Press] = []
    for report, data in reports:
        headset, presses = headset.heard(report, data)
        heard += presses
    return heard


def test_a_hook_switch_says_how_it_is_and_a_mute_button_that_it_was_pressed():
    headset = found(
        item(LINE, HOOK, count=2), item(MUTE, isAbsolute=False), item(count=5, isConstant=True)
    )
    told = played(
        headset, *((2, bytes([bits])) for bits in (0b010, 0b010, 0b110, 0b010, 0b110, 0b000))
    )
    assert told == [
        Press(button=Button.HOOK, on=True),
        Press(button=Button.MUTE),
        Press(button=Button.MUTE),
        Press(button=Button.HOOK, on=False),
    ]


def test_what_is_no_report_of_its_buttons_says_nothing():
    headset = found(item(size=8, count=1), item(HOOK))
    assert played(headset, (1, b"\xff\xff"), (2, b"\xff"), (2, b"")) == []
    assert played(headset, (2, b"\x00\x01")) == [Press(button=Button.HOOK, on=True)]


def test_buttons_written_as_a_range_or_after_others_are_found_at_their_place():
    ranged = item(count=0x10, isRange=True, usageMinimum=0x0B0020, usageMaximum=0x0B002F)
    assert found(ranged).buttons[Button.MUTE].at == 15
    # The last usage stands for all that is left; the first one found is the one.
    assert found(item(LINE, HOOK, count=4)).buttons[Button.HOOK].at == 1


@pytest.mark.parametrize(
    "input",
    [
        item(HOOK, size=8),
        item(HOOK, isArray=True),
        item(HOOK, isConstant=True),
        item(HOOK, count=0),
        item(),
        item(LINE),
        item(isRange=True, usageMinimum=None, usageMaximum=HOOK),
        item(usages="HOOK"),
        item(size=-1),
    ],
)
def test_a_device_without_a_button_of_a_call_is_no_headset(input: dict[str, Any]):
    assert described(device(input)) is None


def test_lamps_are_lit_in_reports_of_the_length_that_the_device_says():
    off_hook, ring, mute = Lamp.OFF_HOOK.value, Lamp.RING.value, Lamp.MUTE.value
    outputs = [item(mute), item(off_hook, ring, count=2), item(size=1, count=9, isConstant=True)]
    headset = found(item(HOOK), outputs=outputs)
    assert headset.shows(()) == {3: b"\x00\x00"}
    assert headset.shows({Lamp.MUTE, Lamp.OFF_HOOK}) == {3: b"\x03\x00"}
    assert headset.shows({Lamp.RING, Lamp.RINGER}) == {3: b"\x04\x00"}
    assert found(item(HOOK)).shows({Lamp.RING}) == {}


def test_a_report_that_says_it_is_longer_than_any_is_read_as_far_as_they_go():
    headset = found(item(LINE, count=LONGEST - 1), item(HOOK), item(MUTE, count=LONGEST))
    assert set(headset.buttons) == {Button.HOOK}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**33) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(
                (
                    *("inputReports", "outputReports", "items", "reportId", "usages", "isRange"),
                    *("reportSize", "reportCount", "usageMinimum", "usageMaximum", "isAbsolute"),
                ),
                inner,
            ),
        )
    ),
    max_leaves=12,
)


@given(ANY, st.integers(0, 255), st.binary(max_size=70))
def test_whatever_a_device_says_of_itself_and_sends_breaks_nothing(
    said: Any, report: int, data: bytes
):
    collections = [{"usagePage": 0x0B, "inputReports": said, "outputReports": said}]
    headset = described(collections) or Headset()
    headset.heard(report, data)
    assert all(len(each) <= LONGEST // 8 for each in headset.shows(Lamp).values())
    assert described(said) is None
