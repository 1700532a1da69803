"""The packages that a build brings along: pinned, kept, and asked of PyPI alone."""

import hashlib
import os
import shutil
import subprocess
import sys

import pytest

import wheels

pytestmark = pytest.mark.build


@pytest.fixture
def fetch(root, tmp_path):
    """Fetches them into an empty folder, or one that holds these, where PyPI can't be reached."""
    shutil.copytree(
        root / "tools", tmp_path / "tools", ignore=shutil.ignore_patterns("__pycache__")
    )
    kept = tmp_path / ".cache" / "wheels"
    kept.mkdir(parents=True)

    def run(*there):
        for wheel in there:
            shutil.copy(wheel, kept)
        return subprocess.run(
            [sys.executable, "-c", "import wheels; print(len(wheels.fetched()))"],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "tools"), "PIP_NO_INDEX": "1"},
            capture_output=True,
            text=True,
        )

    return run


def test_where_pypi_can_t_be_reached_the_build_says_what_to_do(fetch):
    done = fetch()
    assert done.returncode == 1
    assert "could not fetch" in done.stderr
    assert "micropip-" in done.stderr
    assert "Traceback" not in done.stderr


def test_wheels_that_are_there_need_no_network(fetch):
    done = fetch(*wheels.fetched())
    assert (done.returncode, done.stdout.strip()) == (0, "3"), done.stderr


def test_a_wheel_that_is_not_the_pinned_one_is_not_used(fetch, tmp_path):
    names = wheels.fetched()
    broken = tmp_path / names[0].name
    broken.write_bytes(names[0].read_bytes() + b"x")
    done = fetch(broken, *names[1:])
    assert done.returncode == 1
    assert "micropip-" in done.stderr
    assert "packaging-" not in done.stderr.splitlines()[-1]


def test_the_lock_names_each_by_the_digest_of_what_lies_there(tmp_path):
    packages = wheels.lay(tmp_path / "wheels")
    assert set(packages) == {"micropip", "packaging", "phonenumberslite"}
    for package in packages.values():
        data = (tmp_path / package["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == package["sha256"]
    assert packages["phonenumberslite"]["imports"] == ["phonenumbers"]
