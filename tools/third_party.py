"""THIRD-PARTY.txt: whose works a build holds, each with its licence and where its source is.

Nobody keeps a list of packages for it: esbuild says what the bundles are made of, the wheels are
those that lie there. A work whose licence or source nobody knows stops the build.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from email.parser import HeaderParser
from pathlib import Path
from typing import Any

import icons

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
LICENCES = ROOT / "tools" / "licences"
TRIM = ROOT / "tools" / "trim"
# Packages of npm without a licence's text, and one by the same author under the same licence.
TEXTS = {"codedent": "plain-tag", "to-json-callback": "plain-tag"}
# Packages that do not say where their source is.
SOURCES = {
    "codedent": "https://github.com/WebReflection/codedent",
    "polyscript": "https://github.com/pyscript/polyscript",
}
LINE = "=" * 98
SHORT = 3000  # characters of a text that is not worth a look elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One work: `where` it is in the build, and the text under which it may be passed on."""

    name: str
    version: str
    licence: str
    source: str
    where: str
    text: str

    def __str__(self) -> str:
        head = f"{self.name} {self.version}\nLicence: {self.licence}\nSource: {self.source}"
        return f"{LINE}\n{head}\nIn: {self.where}\n{LINE}\n\n{self.text.strip()}\n"


def third_party(made_of: dict[str, list[str]], wheels: Iterable[Path], whole: bool) -> bytes:
    """The file. `made_of` says of each bundle from which files it was made."""
    works = [
        shapes(),
        *scripts(made_of),
        *runtime(whole),
        *noise(),
        *(work for wheel in wheels for work in of_wheel(wheel)),
    ]
    contents = "\n".join(f"  {work.name} {work.version}, {work.licence}" for work in works)
    head = f"{HEAD}\n\n{contents}\n\n"
    return (head + "\n".join(map(str, once_each(works))) + changes(whole)).encode()


def once_each(works: list[Work]) -> Iterable[Work]:
    """The works with each long text at the first that has it; the others say where it stands."""
    seen: dict[str, str] = {}
    for work in works:
        text = " ".join(work.text.split())
        if text in seen and len(text) > SHORT:
            yield replace(work, text=f"The text stands above, with {seen[text]}.")
        else:
            seen.setdefault(text, work.name)
            yield work


HEAD = """\
Webphone is under the MIT License: see LICENSE. A build of it also holds the works below, each under
its own licence, whose text follows."""

# --- Of npm ---------------------------------------------------------------------------------------


def shapes() -> Work:
    """The icons, in webphone.js and in Python's archive."""
    names = ", ".join(sorted(set(icons.USED.values())))
    where = f"webphone.js and python.*.zip, as the shapes {names}"
    return package("lucide-static", where)


def scripts(made_of: dict[str, list[str]]) -> list[Work]:
    """The packages that the bundles are made of; Pyodide's own is told with the runtime."""
    places: dict[str, set[str]] = {}
    for bundle, paths in made_of.items():
        for path in paths:
            if (name := package_of(path)) and name != "pyodide":
                places.setdefault(name, set()).add(bundle)
    if "@pyscript/core" in places:  # its Python side is compiled into the library
        places["@pyscript/core"].add("runtime/python-more.*.zip")
    return [package(name, ", ".join(sorted(places[name]))) for name in sorted(places)]


def package_of(path: str) -> str | None:
    """The package of npm that a file is from, as a path below node_modules; None for our own."""
    _, found, inside = path.rpartition("node_modules/")
    names = inside.split("/")
    return "/".join(names[: 1 + inside.startswith("@")]) if found else None


def package(name: str, where: str) -> Work:
    told = json.loads((MODULES / name / "package.json").read_text())
    source = SOURCES.get(name) or address(told.get("repository", told.get("homepage", "")))
    text = licence_text(MODULES / name) or licence_text(MODULES / TEXTS.get(name, name))
    return checked(
        Work(
            name=name,
            version=told["version"],
            licence=told["license"],
            source=source,
            where=where,
            text=text,
        )
    )


def address(repository: Any) -> str:
    """`git+https://github.com/a/b.git`, `a/b` or {url} -> `https://github.com/a/b`."""
    url = repository["url"] if isinstance(repository, dict) else repository
    url = re.sub(r"^git\+|\.git$", "", url)
    return re.sub(r"^(git://|ssh://git@)", "https://", re.sub(SHORT_NAME, GITHUB, url))


SHORT_NAME, GITHUB = r"^(?:github:)?([\w.-]+/[\w.-]+)$", r"https://github.com/\1"


def licence_text(folder: Path) -> str:
    found = sorted(path for path in folder.glob("*") if LICENCE.match(path.name))
    return "\n\n".join(path.read_text() for path in found)


LICENCE = re.compile(r"(LICEN[CS]E|COPYING|NOTICE)", re.IGNORECASE)


def noise() -> list[Work]:
    """The noise filter: RNNoise, and who compiled it for browsers."""
    where = "runtime/rnnoise.*.wasm"
    built = package("@shiguredo/rnnoise-wasm", where)
    return [
        built,
        checked(
            Work(
                name="RNNoise",
                version=f"as within {built.name} {built.version}",
                licence="BSD-3-Clause",
                source="https://github.com/xiph/rnnoise",
                where=where,
                text=(LICENCES / "RNNoise.txt").read_text(),
            )
        ),
    ]


# --- The runtime ----------------------------------------------------------------------------------


def runtime(whole: bool) -> list[Work]:
    """Pyodide, the Python in it, and what both are linked with."""
    told = json.loads((MODULES / "pyodide" / "package.json").read_text())
    lock = json.loads((MODULES / "pyodide" / "pyodide-lock.json").read_text())
    version, python = told["version"], lock["info"]["python"]
    tree = f"https://github.com/pyodide/pyodide/tree/{version}"
    changed = "" if whole else "; the changes made to it are at the end of this file"
    return [
        checked(
            Work(
                name="Pyodide",
                version=version,
                licence="MPL-2.0",
                source=f"{tree}{changed}",
                where="runtime/pyodide.*.wasm, interpreter.*.js, python.*.zip",
                text=(LICENCES / "MPL-2.0.txt").read_text(),
            )
        ),
        checked(
            Work(
                name="Emscripten, musl, LLVM's libraries and others",
                version=f"as within Pyodide {version}",
                licence="MIT and others",
                source=f"{tree}/Makefile.envs names their versions",
                where="runtime/pyodide.*.wasm, interpreter.*.js",
                text=(LICENCES / "within-pyodide.txt").read_text(),
            )
        ),
        checked(
            Work(
                name="CPython",
                version=python,
                licence="PSF-2.0, and those of what it incorporates",
                source=f"https://github.com/python/cpython/tree/v{python}",
                where=f"runtime/pyodide.*.wasm, python.*.zip, python-more.*.zip. {COMPILED}",
                text=(LICENCES / "CPython.txt").read_text(),
            )
        ),
    ]


COMPILED = """\
Its standard library is
compiled to bytecode and laid in two archives, without tests, development tools and what no browser
can do; nothing else of it was changed"""


def changes(whole: bool) -> str:
    """The source form of what was changed in Pyodide's files (MPL-2.0 §3.2)."""
    if whole:
        return ""
    scripts = [*sorted(TRIM.glob("*.mjs")), ROOT / "tools" / "once.mjs"]
    texts = (f"--- {path.relative_to(ROOT)} ---\n\n{path.read_text()}" for path in scripts)
    return f"{LINE}\n{CHANGES}\n{LINE}\n\n" + "\n".join(texts)


CHANGES = """\
What was changed in Pyodide: exports, modules and tables were removed from pyodide.*.wasm and
interpreter.*.js by these scripts, which run on the files that Pyodide published:
node tools/trim/trim.mjs <folder of the npm package pyodide> <target folder>"""

# --- Of PyPI --------------------------------------------------------------------------------------


def of_wheel(path: Path) -> list[Work]:
    """The work in a wheel, and each that it brings along in a folder of its own."""
    with zipfile.ZipFile(path) as wheel:
        texts = {name: wheel.read(name).decode() for name in wheel.namelist() if named(name)}
        [about] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
        said = HeaderParser().parsestr(wheel.read(about).decode())
    inner: dict[str, list[str]] = {}
    for name, text in texts.items():
        found = re.search(r"/_vendored/(\w+)/", name)
        inner.setdefault(found[1] if found else "", []).append(text)
    where = f"runtime/wheels/{path.name}"
    project = next(url for url in links(said) if "//git" in url or "//hg" in url)
    own = Work(
        name=said["Name"],
        version=said["Version"],
        licence=said["License-Expression"] or said["License"].strip().splitlines()[0],
        source=project,
        where=where,
        text="\n\n".join(inner.pop("", [])),
    )
    brought = (
        Work(
            name=f"{name}-in-{own.name}",
            version=own.version,
            licence="as follows",
            source=f"https://pypi.org/project/{name}/",
            where=where,
            text="\n\n".join(texts),
        )
        for name, texts in inner.items()
    )
    return [checked(own), *map(checked, brought)]


def named(name: str) -> bool:
    """Whether a file of a wheel is a licence, and no module about licences."""
    return bool(LICENCE.match(Path(name).name)) and not name.endswith((".py", ".pyi"))


def links(said: Any) -> list[str]:
    told = [line.partition(", ")[2] for line in said.get_all("Project-URL", [])]
    return [url.rstrip("/") for url in [*told, said["Home-page"] or ""] if url]


def checked(work: Work) -> Work:
    """The work, if all is known of it that has to be said."""
    if not work.text.strip() or not work.licence or not work.source.startswith("https://"):
        raise SystemExit(f"tools/third_party.py: licence, text or source of {work.name} unknown")
    return work
