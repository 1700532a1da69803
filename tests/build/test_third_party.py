"""What a build says of the works of others that it holds: every one, its licence and its source."""

import json
import re
import tarfile
import zipfile

import pytest

import icons
from third_party import Work, checked, package_of, third_party

# Of what lies in dist/: whose it is, by name.
OURS = "ours"
SHIPPED = {
    r"THIRD-PARTY\.txt|runtime/NOTICE\.txt": [],
    r"webphone\.js": [OURS, "lucide-static"],
    r"webphone\.d\.ts|custom-elements\.json|(embed|demo)\.(js|css|html)|index\.html|sw\.js": [OURS],
    r"icon(-\d+)?\.(svg|png)": [OURS, "lucide-static"],
    r"manifest\.webmanifest": [OURS],
    r"runtime/words-[\w-]+\.\w+\.json": [OURS],
    r"webphone-offline\.html": [OURS, "lucide-static", "Pyodide", "CPython", "@pyscript/core"],
    r"runtime/(timer|will)\.\w+\.js": [OURS],
    r"runtime/noise\.\w+\.mjs": [OURS],
    r"runtime/rnnoise\.\w+\.wasm": ["RNNoise", "@shiguredo/rnnoise-wasm"],
    r"runtime/pyscript\.\w+\.mjs": [OURS, "@pyscript/core", "polyscript", "coincident"],
    r"runtime/interpreter\.\w+\.js": [OURS, "Pyodide", "Emscripten"],
    r"runtime/pyodide\.\w+\.wasm": ["Pyodide", "CPython", "Emscripten"],
    r"runtime/python\.\w+\.zip": [OURS, "CPython", "Pyodide", "lucide-static"],
    r"runtime/python-more\.\w+\.zip": ["CPython", "@pyscript/core"],
    r"runtime/wheels/micropip-.*\.whl": ["micropip", "packaging"],
    r"runtime/wheels/packaging-.*\.whl": ["packaging"],
    r"runtime/wheels/phonenumberslite-.*\.whl": ["phonenumberslite"],
    r"examples/react\.js": [OURS, "react", "react-dom", "scheduler"],
    r"examples/vue\.js": [OURS, "@vue/runtime-dom", "@vue/reactivity"],
    r"examples/(?!react\.js|vue\.js)[\w-]+\.(html|css|js|py)|examples/screens/.*\.png": [OURS],
}
# A sentence that only the text of that licence has.
TEXTS = {
    "ISC": "Permission to use, copy, modify, and/or distribute this software",
    "MIT": "Permission is hereby granted, free of charge",
    "APACHE-2.0": "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
    "Apache-2.0": "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
    "MPL-2.0": "Mozilla Public License Version 2.0",
    "Mozilla Public License Version 2.0": "Mozilla Public License Version 2.0",
    "PSF-2.0, and those of what it incorporates": "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
    "Apache-2.0 OR BSD-2-Clause": "Redistributions of source code must retain",
    "BSD-3-Clause": "Neither the name of the Xiph.Org Foundation",
    "MIT and others": "Emscripten authors",
    "as follows": "Redistributions of source code must retain",
}
HEAD = re.compile(
    r"^={98}\n(?P<name>.+?) (?P<version>(?:within |as within \S+ )?\S+)\nLicence: (?P<licence>.+)\n"
    r"Source: (?P<source>https://.+)\nIn: (?P<where>(?:.+\n)+?)={98}\n",
    re.MULTILINE,
)


@pytest.fixture(scope="module")
def works(dist):
    """Name -> what the file says of it, and its text."""
    text = (dist / "THIRD-PARTY.txt").read_text()
    heads = list(HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {
        head["name"]: {**head.groupdict(), "text": text[head.end() : end]}
        for head, end in zip(heads, ends)
    }


def test_every_file_of_a_build_is_ours_or_of_a_work_that_is_named(dist, works):
    named = {name.partition(",")[0] for name in works} | {OURS}
    for path in dist.rglob("*"):
        name = path.relative_to(dist).as_posix()
        if path.is_dir() or path.suffix in (".br", ".gz") or name.startswith("packages/"):
            continue
        owners = [owners for row, owners in SHIPPED.items() if re.fullmatch(row, name)]
        assert len(owners) == 1, f"whose is {name}?"
        assert set(owners[0]) <= named, name


def test_every_package_in_a_bundle_is_named_with_that_bundle(dist, works):
    bundles = {
        "runtime/pyscript.*.mjs": "pyscript",
        "runtime/interpreter.*.js": "interpreter",
        "examples/react.js": "react.js",
        "examples/vue.js": "vue.js",
    }
    for bundle, file in bundles.items():
        inputs = json.loads((dist.parent / "build" / f"{file}.inputs.json").read_text())
        packages = {package_of(path) for path in inputs} - {None, "pyodide"}
        assert packages or file == "interpreter"
        for name in packages:
            assert bundle in works[name]["where"]


def test_every_work_has_its_licence_its_text_and_an_address_of_its_source(works):
    assert len(works) > 20
    for work in works.values():
        text = work["text"]
        if above := re.search(r"The text stands above, with (.+)\.", text):
            text = works[above[1]]["text"]
        assert TEXTS[work["licence"]] in " ".join(text.split()), work["name"]


def test_every_shape_is_named_and_all_wheels_are_there(dist, works):
    for shape in icons.USED.values():
        assert re.search(rf"\b{shape}\b", works["lucide-static"]["where"])
    assert "Cole Bemis" in works["lucide-static"]["text"]
    for wheel in (dist / "runtime" / "wheels").glob("*.whl"):
        assert any(wheel.name in work["where"] for work in works.values())


def test_the_source_of_what_was_changed_in_pyodide_is_there(root, dist):
    told = (dist / "THIRD-PARTY.txt").read_text()
    for script in (root / "tools" / "trim").glob("*.mjs"):
        assert script.read_text() in told
    assert "THIRD-PARTY.txt" in (dist / "runtime" / "NOTICE.txt").read_text()
    assert "THIRD-PARTY.txt" in (dist / "webphone.js").read_text()[:200]


def test_what_is_opened_from_disk_says_it_too(dist):
    page = (dist / "webphone-offline.html").read_text()
    assert "Lucide Icons and Contributors" in page
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in page


def test_the_packages_for_npm_and_pip_say_it(dist, packed):
    packages = packed(dist.parent)
    [tarball] = packages.glob("*.tgz")
    with tarfile.open(tarball) as npm:
        told = npm.extractfile("package/THIRD-PARTY.txt").read()
    assert told == (dist / "THIRD-PARTY.txt").read_bytes()
    [wheel] = packages.glob("*.whl")
    with zipfile.ZipFile(wheel) as pip:
        [notice] = [name for name in pip.namelist() if name.endswith("NOTICE.txt")]
        assert b"Lucide Icons and Contributors" in pip.read(notice)


@pytest.mark.parametrize("missing", ["licence", "source", "text"])
def test_a_work_of_which_something_is_unknown_stops_the_build(missing):
    known = {
        "name": "left-pad", "version": "1", "licence": "WTFPL",
        "source": "https://example.com", "where": "x.js", "text": "Do what you want.",
    }  # fmt: skip
    assert checked(Work(**known))
    with pytest.raises(SystemExit, match="left-pad"):
        checked(Work(**{**known, missing: ""}))


@pytest.mark.build
def test_a_package_that_came_along_unnoticed_is_named():
    told = third_party(
        {"x.js": ["node_modules/mitt/dist/mitt.mjs", "tools/own.js"]}, [], whole=True
    )
    assert b"mitt" in told
    assert b"trim.mjs" not in told
    assert package_of("node_modules/polyscript/node_modules/@ungap/raw-json/index.js") == (
        "@ungap/raw-json"
    )
    assert package_of("tools/boot/core.js") is None
