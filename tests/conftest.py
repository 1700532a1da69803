"""What every test may count on: nothing sleeps, nothing mocks our own code."""

from __future__ import annotations

import gc
import json
import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
# Some of these tests run inside Pyodide too, where there is no browser to drive.
pytest_plugins = [] if sys.platform == "emscripten" else ["page.fixtures", "page.framing"]

# How many examples a property is tried with: hardly any in `make test-fast`, many in `make test`.
for name, options in {
    "fewest": {"max_examples": 5},
    "few": {},
    "many": {"max_examples": 100},
    "inside": {"database": None},
}.items():
    settings.register_profile(
        name,
        **{"max_examples": 20, **options},
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "few")


# Files that take longer than forty seconds, the longest first: one that is among the last leaves the
# other workers with nothing to do.
LONG = (
    *("build/test_python_pages", "build/test_trim", "examples/test_examples", "page/test_demo"),
    *("build/test_kept", "page/test_spec_config", "page/test_embed", "page/test_reload"),
    *("page/test_noise", "offline/test_from_disk", "page/test_rehearsing"),
    *("browser/test_screen_looks", "browser/test_languages_looks", "page/test_screen_hands"),
    *("browser/test_peer", "page/test_launcher", "page/test_spec_bad_input", "browser/test_page"),
    *("build/test_dist", "page/test_spec_methods", "page/test_second_press"),
    *("interop/test_calls_in_firefox", "build/test_third_party", "build/test_python_hooks"),
    *("page/test_memory", "page/test_spec_shows", "page/test_browser_lacks", "page/test_in_a_form"),
    *("page/test_messages", "page/test_recording", "page/test_spec_screen"),
    *("page/test_spec_promises", "interop/test_frame_in_firefox", "page/test_tabs"),
    *("page/test_hostile_values", "page/test_around", "interop/test_reachable"),
    *("build/test_npm_package", "page/test_settings", "page/test_sweep"),
    *("interop/test_phone_call_ends", "interop/test_push", "page/test_spec_network"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Pure tests run first, then those in a browser, then those with real servers.

    The quick ones fail first; and while Playwright is up, its event loop is the running one of
    this thread, so that asyncio.run() of another test would be refused. Of those that are not pure
    the long files come first.
    """
    items.sort(key=_turn)


def pytest_collection_finish() -> None:
    """The tests themselves are never rubbish: who looks for some need not go through thousands."""
    gc.collect()
    gc.freeze()


def _turn(item: pytest.Item) -> tuple[int, int]:
    marks = ("build", "browser", "interop")
    weight = max(
        (1 + marks.index(mark.name) for mark in item.iter_markers() if mark.name in marks),
        default=0,
    )
    name = item.path.relative_to(TESTS).with_suffix("").as_posix()
    long = weight > 1 and name in LONG
    return (2, LONG.index(name) - len(LONG)) if long else (weight, 0)


def pytest_configure(config: pytest.Config) -> None:
    """`make test-kept`: Python begins as at a second visit, in the pages of all tests."""
    if os.environ.get("WEBPHONE_KEPT"):
        import restored

        config.pluginmanager.register(restored.play())


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what fails, for tools/suite.py, which tries it once more."""
    notes = os.environ.get("WEBPHONE_FAILURES")
    if notes and report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        with Path(notes).open("a") as file:
            note = {"test": report.nodeid, "when": report.when, "why": report.longreprtext}
            file.write(json.dumps(note) + "\n")
