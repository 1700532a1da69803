"""Runs inside Pyodide: write /std.zip, what Python loads with the phone, and /more.zip, the rest.

Every module is compiled with -OO and stored uncompressed: starting Python from source spends two
of three seconds compiling, and an already deflated archive defeats the server's own compression.
"""

import sys

AT_BOOT = set(sys.modules)

import ast  # noqa: E402
import importlib  # noqa: E402
import json  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from pathlib import Path  # noqa: E402
from types import CodeType  # noqa: E402

import late  # noqa: E402
import methods  # noqa: E402
import patterns  # noqa: E402

# What PyScript's own modules and a page's Python ask for by name, beside what the phone imports.
LIKELY = """
__future__ array binascii bisect calendar copy csv datetime hashlib hmac html math queue random
secrets string textwrap urllib.parse uuid zlib _strptime
encodings.aliases encodings.ascii encodings.base64_codec encodings.cp1252 encodings.cp437
encodings.hex_codec encodings.iso8859_1 encodings.latin_1 encodings.punycode
encodings.raw_unicode_escape encodings.unicode_escape encodings.utf_16 encodings.utf_16_be
encodings.utf_16_le encodings.utf_8 encodings.utf_8_sig
""".split()  # noqa: SIM905
# Python has these within it, frozen; their files are never read.
FROZEN = {"importlib._bootstrap", "importlib._bootstrap_external", "zipimport"}
# Work that is done at each start for an answer that is known: what stands there -> what we put.
SPARED = {
    # Whether a text ends with a semicolon: it is cut into tokens even when it holds none.
    "_pyodide/_base.py": (
        "    source_io = StringIO(source)\n",
        "    if ';' not in source:\n        return False\n    source_io = StringIO(source)\n",
    ),
}
# What Python imports before it runs sitecustomize.
FIRST = ["encodings/__init__.pyc", "encodings/aliases.pyc", "encodings/utf_8.pyc"]
PYC_HEADER = 16  # bytes before the code: magic, flags and hash (PEP 552)


def loaded_by(names: list[str]) -> set[str]:
    """Everything in sys.modules once these are imported; what Pyodide cannot have is left out."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError as error:
            print(f"  not in this Python: {name} ({error})")
    return set(sys.modules)


def build(sources_json: str, imports_json: str) -> str:
    """Write both archives and say how many modules they hold."""
    sources: dict[str, str] = json.loads(sources_json)
    wanted = AT_BOOT | loaded_by([*LIKELY, *json.loads(imports_json)])

    import zipfile

    stock = zipfile.ZipFile("/stock.zip")
    texts = {
        name: stock.read(name).decode()
        for name in stock.namelist()
        if name.endswith(".py") and late.module_of(name) not in FROZEN
    }
    kept = {name: text for name, text in texts.items() if late.module_of(name) in wanted}
    rest = {name: text for name, text in texts.items() if name not in kept}
    for name, (old, fresh) in SPARED.items():
        if texts[name].count(old) != 1:
            raise SystemExit(f"{name} no longer says {old.strip()!r} once")
        kept[name] = texts[name].replace(old, fresh)
    known = methods.methods_of(sources)
    kept |= methods.finding(texts["dataclasses.py"], known)
    kept["enum.py"] += "\n\n" + Path("/enums.py").read_text()
    shapes = patterns.patterns()
    kept |= patterns.finding(texts["re/_compiler.py"], shapes)
    later = sorted(Path("/later").iterdir())
    memory = {f"memory/{path.name}": path.read_bytes() for path in later}
    absent = [path.stem for path in later]
    ours, waiting = late.late(sources, "webphone")
    shelf = on_the_shelf({**kept, **sources, **ours}, set(kept), absent, waiting)
    write("/std.zip", shelf)
    write("/more.zip", compiled(rest, first_lines_only=set(rest)) | memory)
    return (
        f"{len(kept)} modules of the standard library, {len(sources)} files of ours and "
        f"PyScript's, {len(known.recipes)} dataclasses, {len(shapes)} patterns; "
        f"{len(rest)} modules more on demand"
    )


def on_the_shelf(
    texts: Mapping[str, str | ast.Module],
    first_lines_only: set[str],
    absent: list[str],
    waiting: list[str],
) -> dict[str, bytes]:
    """What boot/shelf.py reads, and what Python imports before that runs.

    `absent`: the built-in modules whose tables come with the second archive. `waiting`: our modules
    that are imported when the phone is up and nobody waits.
    """
    import marshal

    files = compiled(texts, first_lines_only)
    index, codes = {}, bytearray()
    for path in sorted(files):
        if path.endswith(".pyc"):
            name = late.module_of(path.removesuffix("c"))
            code = files[path][PYC_HEADER:]
            index[name] = (path, path.endswith("/__init__.pyc"), len(codes), len(codes) + len(code))
            codes += code
    apart = {path: data for path, data in files.items() if not path.endswith(".pyc")}
    apart |= {path: files[path] for path in FIRST}
    shelf = compiled({"sitecustomize.py": Path("/shelf.py").read_text()}, set())
    found = marshal.dumps((index, absent, waiting))
    return {**apart, **shelf, "modules.index": found, "modules.code": bytes(codes)}


def compiled(texts: Mapping[str, str | ast.Module], first_lines_only: set[str]) -> dict[str, bytes]:
    """These texts by path in the archive, Python as .pyc."""
    from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[import-not-found]

    files = {}
    for name, text in texts.items():
        if not name.endswith(".py"):
            assert isinstance(text, str)
            files[name] = text.encode()
            continue
        code = compile(text, f"/lib/{name}", "exec", dont_inherit=True, optimize=2)
        if name in first_lines_only:
            code = with_first_lines(code)
        files[f"{name}c"] = bytes(_code_to_hash_pyc(code, bytes(8), False))
    return files


def write(path: str, files: dict[str, bytes]) -> None:
    """Store these files in an archive."""
    import zipfile

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files.items()):
            # A fixed date: two builds of the same sources are the same bytes.
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)


def with_first_lines(code: CodeType) -> CodeType:
    """The code, and all code within it, knowing of each function only the line where it begins.

    A traceback then names that line for frames of the library; those of the phone stay exact.
    """
    units = len(code.co_code) // 2
    table = bytearray()
    # Objects/locations.md of CPython: entries of at most 8 code units, here of kind 13, which has
    # no columns, each on the same line as the one before.
    while units > 0:
        length = min(units, 8)
        table += bytes([0x80 | 13 << 3 | length - 1, 0])
        units -= length
    inner = (
        with_first_lines(each) if isinstance(each, CodeType) else each for each in code.co_consts
    )
    return code.replace(co_linetable=bytes(table), co_consts=tuple(inner))
