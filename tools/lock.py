"""Write tools/locked/*.txt: each Python package that `make` installs, with the hashes of its files.

pip says what the extras of pyproject.toml need on each platform below; nothing is installed. Run it
after a change of a version there.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "tools" / "locked"
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# Tags of wheels, the most special first: Linux, macOS and Windows on what people have.
PLATFORMS = (
    ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux1_x86_64"),
    ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    ("macosx_12_0_arm64", "macosx_11_0_arm64", "macosx_12_0_universal2", "macosx_10_9_universal2"),
    ("win_amd64",),
)
HEAD = "# Written by tools/lock.py from the extra {extra} of pyproject.toml.\n"
# demo's are there before dev's are installed.
EXTRAS = {"demo": ("demo",), "dev": ("demo", "dev")}

Locked = dict[tuple[str, str], set[str]]


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    LOCKED.mkdir(exist_ok=True)
    for extra, parts in EXTRAS.items():
        wanted = [line for part in parts for line in project["optional-dependencies"][part]]
        locked: Locked = {}
        for python in PYTHONS:
            for tags in PLATFORMS:
                add(locked, wanted, python, tags)
        text = HEAD.format(extra=extra) + "".join(map(entry, sorted(locked.items())))
        (LOCKED / f"{extra}.txt").write_text(text)


def add(locked: Locked, wanted: list[str], python: str, tags: tuple[str, ...]) -> None:
    """What pip would install there."""
    pip = [sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed"]
    where = ["--target", "nowhere", "--only-binary=:all:", "--python-version", python]
    platforms = [f"--platform={tag}" for tag in (*tags, "any")]
    command = [*pip, "--report", "-", *where, *platforms, *wanted]
    said = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    for item in json.loads(said)["install"]:
        about = item["metadata"]
        key = about["name"].lower().replace("_", "-"), about["version"]
        others = [version for name, version in locked if name == key[0]]
        if others and key not in locked:
            raise SystemExit(f"{key[0]}: {key[1]} on Python {python}, {others[0]} elsewhere")
        locked.setdefault(key, set()).add(item["download_info"]["archive_info"]["hashes"]["sha256"])


def entry(row: tuple[tuple[str, str], set[str]]) -> str:
    (name, version), hashes = row
    lines = (f"    --hash=sha256:{digest}" for digest in sorted(hashes))
    return " \\\n".join([f"{name}=={version}", *lines]) + "\n"


if __name__ == "__main__":
    main()
