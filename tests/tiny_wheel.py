"""A wheel with a compiled module that nobody had to compile: `tiny`, whose `answer` is 42.

Its WebAssembly is written out here byte by byte, as a linker lays it out: PyInit_tiny asks the
runtime for PyModule_Create2 and PyModule_AddIntConstant, which only a whole runtime gives away.
"""

import zipfile
from pathlib import Path

NAME = "tiny-1.0-cp314-cp314-pyodide_2026_0_wasm32.whl"
I32, FUNCTION = 0x7F, 0x60
# struct PyModuleDef for 32 bits: a reference count, zeros, m_size = -1 for "one in the process".
M_NAME, M_SIZE, LENGTH = 20, 28, 52
DEFINITION = bytearray(LENGTH)
DEFINITION[0] = 1
DEFINITION[M_SIZE : M_SIZE + 4] = b"\xff" * 4
DATA = bytes(DEFINITION) + b"tiny\0answer\0"
TINY, ANSWER = LENGTH, LENGTH + 5
API_VERSION = 1013


def whole(number: int) -> bytes:
    """Unsigned LEB128."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + whole(rest) if rest else bytes([low])


def signed(number: int) -> bytes:
    """Signed LEB128 of a number that is not negative."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low]) if not rest and low < 0x40 else bytes([low | 0x80]) + signed(rest)


def some(*items: bytes) -> bytes:
    return whole(len(items)) + b"".join(items)


def sized(data: bytes) -> bytes:
    return whole(len(data)) + data


def section(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + sized(body)


def takes(count: int) -> bytes:
    return bytes([FUNCTION]) + some(*[bytes([I32])] * count) + some(bytes([I32]))


def imported(name: str, what: bytes) -> bytes:
    return sized(b"env") + sized(name.encode()) + what


def address(offset: int) -> bytes:
    """__memory_base + offset, on the stack."""
    return b"\x23\x00" + b"\x41" + signed(offset) + b"\x6a"


def compiled() -> bytes:
    code = b"".join(
        [
            some(b"\x01" + bytes([I32])),  # one local: the module
            address(0) + address(TINY) + b"\x36\x02" + whole(M_NAME),  # definition.m_name = "tiny"
            address(0) + b"\x41" + signed(API_VERSION) + b"\x10\x00\x22\x00",
            address(ANSWER) + b"\x41" + signed(42) + b"\x10\x01\x1a",
            b"\x20\x00\x0b",
        ]
    )
    memory = b"\x02\x00\x00"
    return b"\0asm\x01\0\0\0" + b"".join(
        [
            section(0, sized(b"dylink.0") + b"\x01" + sized(whole(len(DATA)) + b"\x02\x00\x00")),
            section(1, some(takes(2), takes(3), takes(0))),
            section(
                2,
                some(
                    imported("memory", memory),
                    imported("__memory_base", b"\x03" + bytes([I32]) + b"\x00"),
                    imported("PyModule_Create2", b"\x00\x00"),
                    imported("PyModule_AddIntConstant", b"\x00\x01"),
                ),
            ),
            section(3, some(b"\x02")),
            section(7, some(sized(b"PyInit_tiny") + b"\x00\x02")),
            section(10, some(sized(code))),
            section(11, some(b"\x00\x23\x00\x0b" + sized(DATA))),
        ]
    )


def write_tiny(folder: Path) -> str:
    """Write the wheel; gives its name."""
    about = "tiny-1.0.dist-info/"
    tag = NAME.removeprefix("tiny-1.0-").removesuffix(".whl")
    with zipfile.ZipFile(folder / NAME, "w") as wheel:
        wheel.writestr("tiny.cpython-314-wasm32-emscripten.so", compiled())
        wheel.writestr(about + "METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(about + "WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n")
        wheel.writestr(about + "RECORD", "")
    return NAME
