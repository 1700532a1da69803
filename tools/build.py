"""Build dist/: webphone.js, the demo page, and a runtime/ whose file names carry their hashes.

It reads the page's own pyscript.toml: there is no second list of files, packages or plugins.
Two builds of the same sources are the same bytes. With --no-trim Pyodide's runtime stays whole.
"""

import argparse
import ast
import base64
import fcntl
import hashlib
import inspect
import json
import re
import shutil
import subprocess
import sys
import time
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import wheels
from examples import lay_examples
from offline import single_file
from shell import shell, translated
from third_party import third_party
from webphone.words.en import WORDS
from webphone.words.languages import ENGLISH, LANGUAGES, NEAR

ROOT = Path(__file__).resolve().parent.parent
DIST = ROOT / "dist"
WORK = ROOT / "build"
MODULES = ROOT / "node_modules"
RNNOISE = MODULES / "@shiguredo" / "rnnoise-wasm" / "dist" / "rnnoise_simd.wasm"
# Copied as they are, when they are there.
COPIED = ["webphone.d.ts", "custom-elements.json", "demo.js", "demo.css", "embed.html", "embed.css"]
INSTALLED = ["manifest.webmanifest", "icon.svg", "icon-192.png", "icon-512.png"]
KEPT_OFFLINE = {".js", ".mjs", ".wasm", ".zip", ".html", ".css"}
# What the interpreter calls the two parts of the library, and their files' names.
LIBRARY = {"library": "python.zip", "more": "python-more.zip"}
# Languages whose words are fetched when they are spoken -> their modules.
APART = {language: name for language, name in LANGUAGES.items() if language != ENGLISH}
# How tools/trim/trim.mjs says that it does not know this version of Pyodide.
UNKNOWN_RUNTIME = 3
# What the built page has instead of the parts of the unbundled one.
AS_AN_APP = """<link rel="manifest" href="manifest.webmanifest">
<link rel="apple-touch-icon" href="icon-192.png">
<script src="webphone.js" data-offline></script>"""
UNBUNDLED = re.compile(r"<!-- unbundled: .*?<!-- unbundled: end -->", re.DOTALL)


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--no-trim", action="store_true", help="keep Pyodide's runtime whole")
    trim = not options.parse_args().no_trim
    WORK.mkdir(exist_ok=True)
    with (WORK / "lock").open("w") as lock:
        # Two builds at once would mix their files.
        fcntl.flock(lock, fcntl.LOCK_EX)
        began = time.monotonic()
        fresh = WORK / "dist"
        shutil.rmtree(fresh, ignore_errors=True)
        build(fresh, trim)
        shutil.rmtree(DIST, ignore_errors=True)
        fresh.rename(DIST)
        (WORK / "dist.ready").write_text("trimmed" if trim else "whole")
        say("dist/", f"ready in {time.monotonic() - began:.1f} s")


def build(out: Path, trim: bool = True) -> None:
    """Write everything to an empty folder."""
    config = tomllib.loads((ROOT / "pyscript.toml").read_text())
    if missing := [url for url in config["files"] if not (ROOT / url).is_file()]:
        raise SystemExit(f"pyscript.toml names {missing}, not on disk: run python tools/files.py")
    runtime = out / "runtime"
    runtime.mkdir(parents=True)
    pyodide = (trim and trimmed()) or MODULES / "pyodide"
    made_of = Made()
    parts = {
        "wasm": keep(runtime, "pyodide.wasm", (pyodide / "pyodide.asm.wasm").read_bytes()),
        **{
            part: keep(runtime, name, data)
            for (part, name), data in zip(LIBRARY.items(), library(config["files"], pyodide))
        },
        "core": keep(runtime, "pyscript.mjs", bundle("core", made_of.plan("pyscript.*.mjs"))),
        **{
            worker: keep(runtime, f"{worker}.js", (ROOT / "web" / f"{worker}.js").read_bytes())
            for worker in ("timer", "will")
        },
        # For the noise filter, when it is first switched on: RNNoise, and what feeds it.
        "rnnoise": keep(runtime, "rnnoise.wasm", RNNOISE.read_bytes()),
        "noise": keep(runtime, "noise.mjs", (ROOT / "web" / "noise.js").read_bytes()),
    }
    words = {name: keep(runtime, f"words-{name}.json", spoken(name)) for name in APART}
    lock = {"info": lock_info(), "packages": wheels.lay(runtime / "wheels")}
    whole = pyodide == MODULES / "pyodide"
    plan = {
        "define": {
            "PARTS": parts,
            "FILES": integrity(runtime),
            "LOCK": lock,
            "TRIMMED": not whole,
        },
        "script": str(pyodide / "pyodide.asm.mjs"),
        **made_of.plan("interpreter.*.js"),
    }
    parts["interpreter"] = keep(runtime, "interpreter.js", bundle("interpreter", plan))
    write(runtime / "NOTICE.txt", notice(whole))
    image = "" if whole else image_of(pyodide, lock)
    write(out / "webphone.js", page_script(config, parts, words, integrity(runtime), image))
    write(out / "embed.js", embed_script())
    write(out / "index.html", demo_page().encode())
    for name in (*COPIED, *INSTALLED):
        if (ROOT / "web" / name).exists():
            write(out / name, (ROOT / "web" / name).read_bytes())
    for name, inputs in lay_examples(out, WORK).items():
        made_of.files[f"examples/{name}"] = inputs
    laid = sorted((runtime / "wheels").glob("*.whl"))
    write(out / "THIRD-PARTY.txt", third_party(made_of.told(), laid, whole))
    write(out / "sw.js", service_worker(out))
    write(out / "webphone-offline.html", single_file(out, parts))


class Made:
    """Which file says of each bundle what it was made of."""

    def __init__(self) -> None:
        self.files: dict[str, Path] = {}

    def plan(self, name: str) -> dict[str, Any]:
        """What the plan of a bundle says, so that its inputs are written down."""
        file = self.files[f"runtime/{name}"] = WORK / f"{name.partition('.')[0]}.inputs.json"
        return {"inputs": str(file)}

    def told(self) -> dict[str, list[str]]:
        """The paths of the inputs of each bundle."""
        return {name: json.loads(file.read_text()) for name, file in self.files.items()}


def trimmed() -> Path | None:
    """A folder with Pyodide's runtime cut to what is needed; None if it is one we do not know."""
    target = WORK / "trimmed"
    command = ["node", "tools/trim/trim.mjs", str(MODULES / "pyodide"), str(target)]
    done = subprocess.run(command, stdout=subprocess.PIPE, cwd=ROOT, check=False, text=True)
    if done.returncode == UNKNOWN_RUNTIME:
        say("pyodide", "NOT TRIMMED: prove tools/trim on this version, then name its hashes there")
        return None
    if done.returncode:
        raise SystemExit("tools/trim/trim.mjs failed")
    say("pyodide", done.stdout.strip())
    return target


def notice(whole: bool) -> bytes:
    """Whose work the runtime is, and what was changed: MPL-2.0 section 3.2 and 3.4 ask for it."""
    text = (ROOT / "tools" / "trim" / "NOTICE.txt").read_text()
    versions = {
        name: json.loads((MODULES / name / "package.json").read_text())["version"]
        for name in ("pyodide", "@pyscript/core")
    }
    changed, _, unchanged = text.partition("--- whole ---\n")
    head, _, body = changed.partition("--- trimmed ---\n")
    return (
        (head + (unchanged if whole else body))
        .format(pyodide=versions["pyodide"], pyscript=versions["@pyscript/core"])
        .encode()
    )


def library(files: dict[str, str], pyodide: Path) -> list[bytes]:
    """The compiled standard library with the files of pyscript.toml in it, and the rest of it."""
    targets = [WORK / name for name in LIBRARY.values()]
    apart = {f"{name.replace('.', '/')}.py" for name in APART.values()}
    inside = {path.removeprefix("./"): str(ROOT / url) for url, path in files.items()}
    inside["webphone/__main__.py"] = str(ROOT / "pyapp" / "main.py")
    built = WORK / "built.py"
    built.write_text(f'BUILD = "{told_apart(inside)}"\n')
    plan = {
        "files": {
            **{path: file for path, file in inside.items() if path not in apart},
            "webphone/built.py": str(built),
        },
        "imports": sorted(outside_imports([ROOT / url for url in files if url.endswith(".py")])),
        "pyodide": str(pyodide),
    }
    said = run("node", "tools/stdlib.mjs", *map(str, targets), plan=plan)
    say("python", said.decode().strip())
    return [target.read_bytes() for target in targets]


def told_apart(files: dict[str, str]) -> str:
    """A short name of these sources, another one for others: the screen says it of a build."""
    digest = hashlib.sha256()
    for path, file in sorted(files.items()):
        digest.update(path.encode() + b"\0" + Path(file).read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def spoken(language: str) -> bytes:
    """What is fetched for one language alone: what the shell says in it, and its module as data.

    Its words come in the order of the English ones, without their keys.
    """
    module = import_module(APART[language])
    data = {
        "shell": translated(language),
        "words": [module.WORDS[key] for key in WORDS],
        "plurals": module.PLURALS,
        "plural": inspect.getsource(module.plural),
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def outside_imports(paths: list[Path]) -> set[str]:
    """Every module that these sources import, at their top or later, from the standard library."""
    names: set[str] = set()
    for path in [*paths, ROOT / "pyapp" / "main.py"]:
        for node in ast.walk(ast.parse(path.read_text(), str(path))):
            match node:
                case ast.Import():
                    names |= {alias.name for alias in node.names}
                case ast.ImportFrom(level=0, module=str(module)):
                    names.add(module)
    return {name for name in names if name.partition(".")[0] in sys.stdlib_module_names}


def lock_info() -> dict[str, str]:
    """What Pyodide's own lock file says of its build, without the packages and the version."""
    lock: dict[str, Any] = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text())
    return {key: lock["info"][key] for key in ("abi_version", "arch", "platform", "python")}


def integrity(folder: Path) -> dict[str, dict[str, Any]]:
    """What a browser checks of each file that is in the folder so far, and its size in bytes."""
    return {
        path.name: {
            "integrity": "sha384-" + base64.b64encode(hashlib.sha384(data).digest()).decode(),
            "size": len(data),
        }
        for path in sorted(folder.glob("*.*"))
        if (data := path.read_bytes())
    }


# Imported as a module, main.py is compiled already; and a fault in it is told to the page. A memory
# that was kept (boot/kept.js) has imported it.
MAIN = """\
import gc, js
js.performance.mark("webphone:imports")
try:
    import webphone.__main__
    webphone.__main__.main()
except BaseException:
    import traceback
    js.console.error(traceback.format_exc())
    js.WebPhone.fail(js.JSON.parse('{"code": "internal"}'))
else:
    import sitecustomize
    sitecustomize.load_rest()
    js.WebPhone.kept and js.WebPhone.kept.up()
gc.freeze()
gc.enable()
"""


def image_of(pyodide: Path, lock: dict[str, Any]) -> str:
    """The hash of the image of Python's memory that browsers keep, taken here as it is there."""
    parts = [pyodide, WORK / LIBRARY["library"], WORK / "image"]
    command = ["node", "--no-warnings", "tools/image.mjs", *map(str, parts)]
    return run(*command, plan=lock).decode().strip()


def page_script(
    config: dict[str, Any],
    parts: dict[str, str],
    words: dict[str, str],
    files: dict[str, Any],
    image: str,
) -> bytes:
    """webphone.js: names from the contract, the element, its shell, and the start of Python."""
    settings = {
        key: config[key] for key in ("packages", "packages_cache", "plugins") if key in config
    }
    scripts = [
        *(ROOT / "web" / name for name in ("contract.js", "webphone.js")),
        *(ROOT / "tools" / "boot" / name for name in ("shell.js", "kept.js", "start.js")),
    ]
    plan = {
        "define": {
            "PARTS": parts,
            "WORDS": words,
            "NEAR": {**{tag.lower(): tag for tag in words}, **NEAR, "en": ""},
            "FILES": {name: files[name] for name in [*parts.values(), *words.values()]},
            "CONFIG": settings,
            "IMAGE": image,
            "MAIN": MAIN,
            "SHELL": shell(),
        },
        "sources": [path.read_text() for path in scripts],
    }
    return NOTE + bundle("page", plan)


NOTE = b"/*! Webphone, MIT License; THIRD-PARTY.txt has the works within, with their licences. */\n"


def embed_script() -> bytes:
    """embed.js: names from the contract, and the host page's side of an iframe."""
    scripts = [ROOT / "web" / name for name in ("contract.js", "embed.js")]
    return bundle("script", {"sources": ["\n".join(path.read_text() for path in scripts)]})


def service_worker(out: Path) -> bytes:
    """sw.js: keeps what the phone and the demo need, all but what is asked for on demand."""
    files = {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if (
            path.suffix in (".js", ".mjs", ".wasm", ".zip", ".html", ".css")
            or path.name in INSTALLED
            or path.name.startswith("words-")
        )
        and not path.name.startswith("python-more.")
        and out / "examples" not in path.parents
    }
    told = hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]
    source = (ROOT / "tools" / "boot" / "sw.js").read_text()
    return bundle("script", {"define": {"FILES": list(files), "BUILD": told}, "sources": [source]})


def demo_page() -> str:
    """The demo as an app to install: the unbundled page, one script tag instead of its parts."""
    text = (ROOT / "index.html").read_text()
    page, found = UNBUNDLED.subn(AS_AN_APP, text)
    if found != 1:
        raise SystemExit("index.html: the two 'unbundled' marks are missing")
    return page.replace('"web/demo.', '"demo.').replace('"dist/examples/', '"examples/')


def bundle(part: str, plan: dict[str, Any]) -> bytes:
    return run("node", "tools/bundle.mjs", part, plan=plan)


def run(*command: str, plan: dict[str, Any]) -> bytes:
    done = subprocess.run(
        command, input=json.dumps(plan).encode(), stdout=subprocess.PIPE, cwd=ROOT, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed")
    return done.stdout


def keep(folder: Path, name: str, data: bytes) -> str:
    """Write a file under a name that changes with its content; gives that name."""
    stem, _, suffix = name.partition(".")
    hashed = f"{stem}.{hashlib.sha256(data).hexdigest()[:12]}.{suffix}"
    write(folder / hashed, data)
    return hashed


def write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    say(path.name, f"{len(data):,} bytes")


def say(what: str, said: str) -> None:
    print(f"  {what:36} {said}", flush=True)


if __name__ == "__main__":
    main()
