"""What `make` fetches from PyPI is what somebody has looked at, to the last byte."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKED = ROOT / "tools" / "locked"
ENTRY = re.compile(r"^([\w.-]+)==(\S+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def locked(extra: str) -> dict[str, str]:
    text = (LOCKED / f"{extra}.txt").read_text()
    assert re.sub(ENTRY, "", text).strip().count("\n") == 0, "something has no hash"
    return {name: version for name, version, _ in ENTRY.findall(text)}


@pytest.mark.parametrize("extra", ["demo", "dev"])
def test_every_package_of_an_extra_is_locked_at_its_version(extra):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pinned = dict(line.split("==") for line in project["optional-dependencies"][extra])
    assert pinned.items() <= locked(extra).items(), "run tools/lock.py"


def test_dev_installs_the_same_as_demo_and_more():
    assert locked("demo").items() < locked("dev").items()


def test_make_installs_nothing_without_hashes():
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"pip install.*", makefile)
    assert installs and all("--require-hashes" in line for line in installs)
    requires = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    assert requires == [f"setuptools=={locked('demo')['setuptools']}"]
