"""Make what npm and pip install: dist/packages/webphone-*.tgz and the Python wheel beside it.

Two runs on the same sources are the same bytes. It's a step of `make dist` alone: who only looks at
the phone needs neither.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

from build import DIST, ROOT, WORK, say, service_worker
from third_party import shapes

# Of dist/: without the demo page, the offline page, and what is compressed for servers.
SHIPPED = ["THIRD-PARTY.txt", "webphone.js", "webphone.d.ts", "custom-elements.json", "runtime"]
SHIPPED += ["embed.js", "embed.html", "embed.css"]
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.br", "*.gz")
# The earliest time that a zip can hold: any other would differ from one build to the next.
EPOCH = "315532800"


def main(dist: Path) -> None:
    began = time.monotonic()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    target = dist / "packages"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    pack_npm(project, dist, target)
    pack_wheel(target)
    for path in sorted(target.iterdir()):
        say(path.name, f"{path.stat().st_size:,} bytes")
    say("packages", f"in {time.monotonic() - began:.1f} s")


def pack_npm(project: dict[str, Any], dist: Path, target: Path) -> None:
    """The tarball, from a folder that holds just what goes into it."""
    folder = fresh("npm")
    for name in SHIPPED:
        copy(dist / name, folder / name)
    # The one of dist/ keeps the demo page too, and would fail without it.
    (folder / "sw.js").write_bytes(service_worker(folder))
    for path in (*(ROOT / "tools" / "npm").iterdir(), ROOT / "LICENSE"):
        copy(path, folder / path.name)
    names = sorted(path.name for path in folder.iterdir())
    manifest = json.dumps(package_json(project, names), indent=2) + "\n"
    (folder / "package.json").write_text(manifest)
    same_modes(folder)
    quiet = ["--ignore-scripts", "--loglevel=error", "--no-update-notifier"]
    run("npm", "pack", str(folder), "--pack-destination", str(target.resolve()), *quiet)


def package_json(project: dict[str, Any], names: list[str]) -> dict[str, Any]:
    """What npm and bundlers want to know; name, version and licence are pyproject.toml's."""
    return {
        **{key: project[key] for key in ("name", "version", "description", "license")},
        "keywords": ["sip", "webrtc", "softphone", "web-component", "pyscript"],
        "main": "./webphone.mjs",
        "module": "./webphone.mjs",
        "types": "./webphone.d.mts",
        "exports": {
            ".": {"types": "./webphone.d.mts", "default": "./webphone.mjs"},
            "./load": {"types": "./load.d.mts", "default": "./load.mjs"},
            "./*": "./*",
        },
        "customElements": "custom-elements.json",
        "sideEffects": ["./webphone.mjs", "./webphone.js", "./embed.js", "./sw.js"],
        "files": names,
    }


def pack_wheel(target: Path) -> None:
    """The wheel, from a copy: setuptools leaves files of its own where it works."""
    folder = fresh("wheel")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        copy(ROOT / name, folder / name)
    # setuptools takes what is called so for a licence.
    (folder / "NOTICE.txt").write_text(f"{shapes()}")
    copy(ROOT / "pyapp" / "webphone", folder / "pyapp" / "webphone")
    same_modes(folder)
    alone = ["--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    pip = [sys.executable, "-m", "pip", "wheel", "-q", *alone]
    run(*pip, "--wheel-dir", str(target.resolve()), str(folder))


def fresh(name: str) -> Path:
    folder = WORK / "packages" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_OUT)
    else:
        shutil.copyfile(source, target)


def same_modes(folder: Path) -> None:
    """Whatever the umask was of who checked the sources out."""
    for path in folder.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)


def run(*command: str) -> None:
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH}
    done = subprocess.run(
        command, cwd=WORK, env=environment, stdout=subprocess.DEVNULL, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DIST)
