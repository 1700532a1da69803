"""Print the pinned packages of pyproject.toml's named extras, one a line, for pip."""

import sys
import tomllib
from pathlib import Path

extras = tomllib.loads(Path("pyproject.toml").read_text())["project"]["optional-dependencies"]
for name in sys.argv[1:]:
    print("\n".join(extras[name]))
