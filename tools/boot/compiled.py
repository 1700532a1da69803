"""Where the runtime is trimmed: importing a compiled module would end Python, so it is refused."""

from importlib.machinery import ExtensionFileLoader
from pathlib import PurePath


def refuse(_loader, spec):
    """As tools/trim/trim.mjs says it to who loads the package."""
    raise ImportError(
        f"{PurePath(spec.origin).name} is compiled code, which this smaller build of Pyodide can't "
        "load. Build the phone with `make dist TRIM=no`.",
        name=spec.name,
        path=spec.origin,
    )


ExtensionFileLoader.create_module = refuse
