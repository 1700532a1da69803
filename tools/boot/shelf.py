"""Runs as Python's sitecustomize: from here on the archive's modules are found in one dictionary.

Two members of the archive hold them all: `modules.index`, a dictionary {module: (path, is package,
begin, end)}, the built-in modules that are not to be imported yet, and those of the phone that can
wait until it is up; and `modules.code`, their compiled code in a row. By zipimport Python would
read a directory of 300 entries before anything else, then open and search the archive anew for
each module.
"""

import gc
import sys
from marshal import loads

# All that is made until the phone is up stays: looking for garbage in it finds nothing.
gc.disable()

ARCHIVE = __loader__.archive
INDEX, ABSENT, REST = loads(__loader__.get_data(f"{ARCHIVE}/modules.index"))
CODE = memoryview(__loader__.get_data(f"{ARCHIVE}/modules.code"))
Spec = type(__spec__)
# Imported when Python starts, and needed by few: these run when they are first asked for something.
LATER = {
    *("_colorize", "base64", "codeop", "hashlib", "linecache", "locale", "signal", "tokenize"),
    *("asyncio.sslproto", "contextvars", "pyodide._package_loader", "ssl"),
}


class Later(type(sys)):
    """A module that runs when somebody first asks it for something."""

    def __getattribute__(self, name):
        if name in ("__class__", "__spec__"):
            return object.__getattribute__(self, name)
        self.__class__ = type(sys)
        try:
            exec(Shelf.get_code(self.__name__), self.__dict__)
        except BaseException:
            self.__class__ = Later
            raise
        return getattr(self, name)


WAITING = {}  # {name: a module of ours that nobody has asked for anything yet}
SHORT = 5  # ms that are too short for one module more


class Waiting(type(sys)):
    """A module of ours that is imported when somebody first asks it for something."""

    def __getattribute__(self, name):
        load(self, object.__getattribute__(self, "__name__"))
        return getattr(self, name)


def late(name):
    """This module, imported at its first use. The build writes calls of it (late.py)."""
    module = sys.modules.get(name) or WAITING.get(name)
    if module is None:
        module = WAITING[name] = Waiting(name)
    return module


def load(module, name):
    """What importlib does for a module of this archive, without its locks and searches."""
    parent, _, last = name.rpartition(".")
    if parent and parent not in sys.modules:
        __import__(parent)
        if name in sys.modules:
            return  # its package has imported it
    module.__class__ = type(sys)
    WAITING.pop(name, None)
    module.__spec__ = spec = Shelf.spec(name)
    module.__package__, module.__loader__, module.__file__ = spec.parent, Shelf, spec.origin
    if spec.submodule_search_locations is not None:
        module.__path__ = spec.submodule_search_locations
    sys.modules[name] = module
    try:
        exec(Shelf.get_code(name), module.__dict__)
    except BaseException:
        del sys.modules[name]
        WAITING[name] = module
        module.__class__ = Waiting
        raise
    if parent:
        setattr(sys.modules[parent], last, module)


def load_rest():
    """Import the rest of the phone while the page has nothing else to do, a module at a time."""
    import js
    from pyodide.ffi import create_proxy

    names = iter(REST)

    def go_on(deadline=None):
        for name in names:
            if name not in sys.modules:
                load(late(name), name)
                if deadline is None or deadline.timeRemaining() < SHORT:
                    ask(again)
                    return
        again.destroy()

    # Safari has no idle callbacks: there a timer between two modules lets the page do its work.
    ask = getattr(js, "requestIdleCallback", js.setTimeout)
    again = create_proxy(go_on)
    ask(again)


def hand_on(namespace, origins):
    """A module's `__getattr__` for what it hands on from others: {name: (module, name)}."""

    def found(name):
        if name not in origins:
            raise AttributeError(f"module {namespace['__name__']!r} has no attribute {name!r}")
        source, there = origins[name]
        module = late(source)
        namespace[name] = value = getattr(module, there) if there else module
        return value

    return found


class Shelf:
    """Finds and loads modules of the archive, for sys.meta_path and for the entries of a path."""

    get_data = __loader__.get_data

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name not in INDEX:
            return None
        # What a page has in a folder of its own comes first, where the path says so.
        if not (sys.path if path is None else path)[0].startswith(ARCHIVE):
            return None
        return Shelf.spec(name)

    @staticmethod
    def spec(name):
        file, package, _begin, _end = INDEX[name]
        spec = Spec(name, Shelf, origin=f"{ARCHIVE}/{file}", is_package=package)
        if package:
            spec.submodule_search_locations.append(spec.origin.rpartition("/")[0])
        return spec

    @staticmethod
    def create_module(spec):
        module = WAITING.pop(spec.name, None)
        if module is not None:
            module.__class__ = type(sys)
        return module

    @staticmethod
    def exec_module(module):
        module.__file__ = module.__spec__.origin
        if module.__name__ in LATER:
            module.__class__ = Later
        else:
            exec(Shelf.get_code(module.__name__), module.__dict__)

    @staticmethod
    def get_code(name):
        _file, _package, begin, end = INDEX[name]
        if CODE[begin]:
            return loads(CODE[begin:end])
        # An image (image.js) leaves out what has run: to run anew, it needs the archive.
        return loads(Shelf.get_data(f"{ARCHIVE}/modules.code")[begin:end])

    @staticmethod
    def get_source(name):
        return None

    @staticmethod
    def get_filename(name):
        return f"{ARCHIVE}/{INDEX[name][0]}"

    @staticmethod
    def is_package(name):
        return INDEX[name][1]


class Entry(Shelf):
    """The same for an entry of a path, which is found in its turn."""

    @staticmethod
    def find_spec(name, target=None):
        return Shelf.find_spec(name, (ARCHIVE,))


def hook(path):
    """A folder of the archive, as an entry of sys.path or of a package's path."""
    if path == ARCHIVE or path.startswith(f"{ARCHIVE}/"):
        return Entry
    raise ImportError


sys.modules.update(dict.fromkeys(ABSENT))  # None: importing one raises ImportError
sys.meta_path.insert(2, Shelf)  # behind what is built in and what is frozen
sys.path_hooks.insert(0, hook)
sys.path_importer_cache[ARCHIVE] = Entry
