"""Runs inside the trimmed Pyodide under Node: pytest on tests that touch nothing of the browser."""

import os
import sys

# What has compiled parts for CPython is replaced by a release without them.
sys.path += ["/pure", "/project/pyapp", "/installed"]


async def main(arguments):
    import pytest

    # Slower here, and run on CPython with many more examples.
    os.environ["HYPOTHESIS_PROFILE"] = "inside"
    os.chdir("/project")
    return int(pytest.main(["-p", "no:cacheprovider", "--tb=short", *arguments]))
