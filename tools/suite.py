"""Run the tests that need more than Python, in groups; say what had to be tried twice.

What measures sound or time runs in two workers: it waits for most of its time, and may need a
processor at once when it does not. What must be as fast as a person runs alone. The rest runs in
three, a file in one of them: two would leave a processor idle for a quarter of the time, as each
often waits for a browser. Its browser compiles WebAssembly once, not a second time for speed, and
its pages show nothing that moves. What fails is tried once more by itself, as people have it, and
listed with its first failure: a busy machine, or a mistake?
`--times N` runs it all N times and fails on what needed a second try in any of them.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ALONE = ["-m", "alone"]
TIMED = ["-m", "timed and not alone and not servers", "-n", "2", "--dist", "loadfile"]
TOGETHER = [
    "-m",
    "not timed and not servers and not more and (browser or interop or build)",
    "-n",
    "3",
    "--dist",
    "loadfile",
    "--no-loadscope-reorder",
]
# tests/one_playwright.py: the browser of those that run together compiles WebAssembly once.
COMPILED_ONCE = {"WEBPHONE_COMPILED_ONCE": "yes"}
NO_TESTS = 5  # pytest's exit code when nothing was selected


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=1, help="how often to run it all")
    parser.add_argument("--serial", action="store_true", help="in one worker")
    parser.add_argument("paths", nargs="*", default=["tests"], help="files or folders of tests")
    options = parser.parse_args()
    groups = [group[:2] if options.serial else group for group in (ALONE, TIMED, TOGETHER)]
    failed, shaky = [], []
    for turn in range(1, options.times + 1):
        if options.times > 1:
            print(f"==> Run {turn} of {options.times}", flush=True)
        first = {}
        for group in groups:
            code, notes = run(options.paths, group)
            first.update(notes)
            if code not in (0, NO_TESTS) and not notes:
                return code  # nothing that could be tried again: pytest itself gave up
        if not first:
            continue
        print("==> Once more what failed: a busy machine, or a mistake?", flush=True)
        _, second = run(sorted(first), [])
        failed += second
        shaky += [test for test in first if test not in second]
        for test, why in first.items():
            outcome = "failed again" if test in second else "passed then"
            print(f"==> Tried once more, {outcome}: {test}\n{indented(why)}", flush=True)
    if options.times > 1:
        print(f"==> {options.times} runs; tried twice: {len(shaky)}, failed: {len(failed)}")
        return 1 if failed or shaky else 0
    return 1 if failed else 0


def run(paths: list[str], group: list[str]) -> tuple[int, dict[str, str]]:
    """Run these; gives pytest's exit code, and the first failure of each test that failed."""
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "failures"
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *paths, *group, "--durations=15"],
            cwd=ROOT,
            env={
                **os.environ,
                **(COMPILED_ONCE if group == TOGETHER else {}),
                "WEBPHONE_FAILURES": str(notes),
            },
        )
        found: dict[str, str] = {}
        for line in notes.read_text().splitlines() if notes.exists() else ():
            note = json.loads(line)
            found.setdefault(note["test"], note["why"])
        return done.returncode, found


def indented(text: str, lines: int = 12) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines()[-lines:])


if __name__ == "__main__":
    raise SystemExit(main())
