"""Lay the examples beside the phone: dist/examples/, pages as they are, React and Vue bundled."""

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "examples"
SCREENS = ROOT / "docs" / "screens" / "examples"
PAGES = {".html", ".css", ".js", ".py"}
# What a bundle is made of, and how.
BUNDLES = {
    "react.js": ["react.tsx", "--jsx=automatic"],
    "vue.js": ["vue.js", "--alias:vue=vue/dist/vue.runtime.esm-bundler.js"],
}
OPTIONS = [
    "--bundle",
    "--minify",  # also leaves out the paths of this machine
    "--legal-comments=inline",
    '--define:process.env.NODE_ENV="production"',
    "--define:__VUE_OPTIONS_API__=false",
    "--define:__VUE_PROD_DEVTOOLS__=false",
    "--define:__VUE_PROD_HYDRATION_MISMATCH_DETAILS__=false",
    "--log-level=error",
]


def lay_examples(out: Path) -> None:
    """Write the folder `examples` there; nobody else's list of files names what is in it."""
    target = out / "examples"
    target.mkdir()
    for path in sorted(SOURCES.iterdir()):
        if path.suffix in PAGES and path.name not in BUNDLES:
            shutil.copyfile(path, target / path.name)
    for name, (entry, *options) in BUNDLES.items():
        bundle(entry, target / name, options)
    (target / "screens").mkdir()
    for path in sorted(SCREENS.glob("*.png")):
        shutil.copyfile(path, target / "screens" / path.name)


def bundle(entry: str, target: Path, options: list[str]) -> None:
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [esbuild, SOURCES / entry, f"--outfile={target}", *OPTIONS, *options]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SystemExit(f"esbuild {entry} failed")
