"""Runs inside Pyodide: write /std.zip, what Python loads with the phone, and /more.zip, the rest.

Every module is compiled with -OO and stored uncompressed: starting Python from source spends two
of three seconds compiling, and an already deflated archive defeats the server's own compression.
"""

import sys

AT_BOOT = set(sys.modules)

import importlib  # noqa: E402
import json  # noqa: E402
from types import CodeType  # noqa: E402

from methods import finding, methods_of  # noqa: E402

# What PyScript's own modules and a page's Python ask for by name, beside what the phone imports.
LIKELY = """
__future__ array binascii bisect calendar copy csv datetime hashlib hmac html math queue random
secrets string textwrap unicodedata urllib.parse uuid zlib _strptime
encodings.aliases encodings.ascii encodings.base64_codec encodings.cp1252 encodings.cp437
encodings.hex_codec encodings.idna encodings.iso8859_1 encodings.latin_1 encodings.punycode
encodings.raw_unicode_escape encodings.unicode_escape encodings.utf_16 encodings.utf_16_be
encodings.utf_16_le encodings.utf_8 encodings.utf_8_sig stringprep
""".split()  # noqa: SIM905
# Python has these within it, frozen; their files are never read.
FROZEN = {"importlib._bootstrap", "importlib._bootstrap_external", "zipimport"}


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
        if name.endswith(".py") and module_of(name) not in FROZEN
    }
    kept = {name: text for name, text in texts.items() if module_of(name) in wanted}
    rest = {name: text for name, text in texts.items() if name not in kept}
    known = methods_of(sources)
    kept |= finding(texts["dataclasses.py"], known)
    write("/std.zip", {**kept, **sources}, first_lines_only=set(kept))
    write("/more.zip", rest, first_lines_only=set(rest))
    return (
        f"{len(kept)} modules of the standard library, {len(sources)} files of ours and "
        f"PyScript's, {len(known)} dataclasses; {len(rest)} modules more on demand"
    )


def write(path: str, texts: dict[str, str], first_lines_only: set[str]) -> None:
    """Compile and store these texts, by path in the archive."""
    import zipfile
    from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[import-not-found]

    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, text in sorted(texts.items()):
            data = text.encode()
            if name.endswith(".py"):
                code = compile(text, f"/lib/{name}", "exec", dont_inherit=True, optimize=2)
                if name in first_lines_only:
                    code = with_first_lines(code)
                data = bytes(_code_to_hash_pyc(code, bytes(8), False))
                name += "c"
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


def module_of(path: str) -> str:
    """The dotted name of a file in the stock archive."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
