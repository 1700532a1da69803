"""Copy PyScript and Pyodide from node_modules to web/vendor, for the unbundled page."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "web" / "vendor"
PYODIDE = ["pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json"]


def main() -> None:
    shutil.rmtree(VENDOR, ignore_errors=True)
    shutil.copytree(
        MODULES / "@pyscript" / "core" / "dist",
        VENDOR / "pyscript",
        ignore=shutil.ignore_patterns("*.map"),
    )
    (VENDOR / "pyodide").mkdir()
    for name in [*PYODIDE, "python_stdlib.zip"]:
        shutil.copy(MODULES / "pyodide" / name, VENDOR / "pyodide" / name)
    (VENDOR / ".ready").touch()


if __name__ == "__main__":
    main()
