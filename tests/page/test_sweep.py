"""What breaks at a message of a flow costs no call: a few of the cases of `make sweep-page`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from page.chromium import Chromium
from page.page_server import PageServer
from page.sweep import FAULTS, FLOWS, Pair, play, tidy

pytestmark = pytest.mark.browser

CASES = (
    ("call", 3, "cut"),
    ("be called", 1, "server"),
    ("hold", 1, "torn"),
    ("resume", 0, "twice"),
    ("message", 1, "page"),
    ("hang up", 0, "gone"),
)


@pytest.fixture(scope="module")
def pair(chromium: Chromium, pages: PageServer, run_folder: Path) -> Iterator[Pair]:
    pair = Pair(chromium, pages, run_folder / "sweep")
    yield pair
    pair.close()


@pytest.mark.parametrize(("flow", "at", "fault"), CASES)
def test_a_fault_at_a_message_leaves_both_ends_of_one_mind(
    pair: Pair, flow: str, at: int, fault: str
) -> None:
    assert flow in FLOWS and fault in FAULTS
    assert play(pair, flow, at, fault) == ""
    assert pair.wire.struck.is_set()
    pair.wire.arm()
    assert tidy(pair)
