"""The Python packages that a build brings along for a page's own Python: tools/wheels.txt.

pip fetches them from PyPI into .cache/wheels, once; what is there already needs no network.
"""

import hashlib
import re
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tools" / "wheels.txt"
KEPT = ROOT / ".cache" / "wheels"
PINNED = re.compile(r"^([\w.-]+)==([\w.]+) --hash=sha256:([0-9a-f]{64})$", re.MULTILINE)
# The Python that Pyodide is: not the one that runs this.
ONLY = ["--no-deps", "--only-binary=:all:", "--require-hashes", "--python-version", "3.14"]
UNREACHED = """\
tools/wheels.py: pip could not fetch the wheels of tools/wheels.txt from PyPI; it says why above.
Build again with a network, or put these files into .cache/wheels: {missing}"""


def lay(folder: Path) -> dict[str, Any]:
    """Copy the wheels to a folder; gives what Pyodide's lock file says of such packages."""
    folder.mkdir(parents=True)
    packages = {}
    for wheel in fetched():
        (folder / wheel.name).write_bytes(wheel.read_bytes())
        packages[name_of(wheel)] = entry(wheel, f"{folder.name}/{wheel.name}")
    return packages


def fetched() -> list[Path]:
    """The wheels of the list, in its order; each is the one that the list means."""
    pinned = PINNED.findall(LIST.read_text())
    if any(kept(*each) is None for each in pinned):
        KEPT.mkdir(parents=True, exist_ok=True)
        pip = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, *ONLY, "--dest", KEPT, "--requirement", LIST], check=False)
    found = {f"{name}-{version}": kept(name, version, digest) for name, version, digest in pinned}
    if missing := [name for name, wheel in found.items() if wheel is None]:
        raise SystemExit(UNREACHED.format(missing=", ".join(missing)))
    return [wheel for wheel in found.values() if wheel is not None]


def kept(name: str, version: str, digest: str) -> Path | None:
    """That wheel, if it is there and whole."""
    for wheel in KEPT.glob(f"{name}-{version}-*.whl"):
        if hashlib.sha256(wheel.read_bytes()).hexdigest() == digest:
            return wheel
        wheel.unlink()
    return None


def entry(wheel: Path, address: str) -> dict[str, Any]:
    """One package as Pyodide's lock file describes it; the address is relative to the runtime's."""
    said = metadata(wheel)
    if needed := [need for need in said.get_all("Requires-Dist", []) if "extra" not in need]:
        raise SystemExit(f"tools/wheels.py: {wheel.name} needs {needed}: name them as `depends`")
    return {
        "name": said["Name"],
        "version": said["Version"],
        "file_name": address,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": sorted(top_level(wheel)),
        "depends": [],
        "unvendored_tests": False,
    }


def name_of(wheel: Path) -> str:
    return wheel.name.partition("-")[0].lower().replace("_", "-")


def metadata(wheel: Path) -> Any:
    with zipfile.ZipFile(wheel) as archive:
        [name] = [each for each in archive.namelist() if each.endswith(".dist-info/METADATA")]
        return HeaderParser().parsestr(archive.read(name).decode())


def top_level(wheel: Path) -> set[str]:
    """What `import` finds once it is installed."""
    with zipfile.ZipFile(wheel) as archive:
        folders = {name.partition("/")[0] for name in archive.namelist() if "/" in name}
    return {folder for folder in folders if "." not in folder}
