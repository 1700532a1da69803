"""Lay the examples beside the phone: dist/examples/, pages as they are, React and Vue bundled."""

import json
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


def lay_examples(out: Path, work: Path) -> dict[str, Path]:
    """Write the folder `examples` there; nobody else's list of files names what is in it.

    Gives for each bundle a file in `work` that lists what it was made of.
    """
    target = out / "examples"
    target.mkdir()
    for path in sorted(SOURCES.iterdir()):
        if path.suffix in PAGES and path.name not in BUNDLES:
            shutil.copyfile(path, target / path.name)
    made_of = {name: work / f"{name}.inputs.json" for name in BUNDLES}
    for name, (entry, *options) in BUNDLES.items():
        bundle(entry, target / name, [*options, f"--metafile={made_of[name]}"])
        [output] = json.loads(made_of[name].read_text())["outputs"].values()
        used = [path for path, part in output["inputs"].items() if part["bytesInOutput"]]
        made_of[name].write_text(json.dumps(used))
    (target / "screens").mkdir()
    for path in sorted(SCREENS.glob("*.png")):
        shutil.copyfile(path, target / "screens" / path.name)
    return made_of


def bundle(entry: str, target: Path, options: list[str]) -> None:
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    command = [esbuild, SOURCES / entry, f"--outfile={target}", *OPTIONS, *options]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        raise SystemExit(f"esbuild {entry} failed")
