"""Runs as Python's sitecustomize: from here on the archive's modules are found in one dictionary.

Two members of the archive hold them all: `modules.index`, a dictionary {module: (path, is package,
begin, end)} and the built-in modules that are not to be imported yet; and `modules.code`, their
compiled code in a row. By zipimport Python would read a directory of 300 entries before anything
else, then open and search the archive anew for each module.
"""

import gc
import sys
from marshal import loads

# All that is made until the phone is up stays: looking for garbage in it finds nothing.
gc.disable()

ARCHIVE = __loader__.archive
INDEX, ABSENT = loads(__loader__.get_data(f"{ARCHIVE}/modules.index"))
CODE = memoryview(__loader__.get_data(f"{ARCHIVE}/modules.code"))
Spec = type(__spec__)
# Imported when Python starts, and needed by few: these run when they are first asked for something.
LATER = {
    *("_colorize", "base64", "codeop", "hashlib", "linecache", "locale", "signal", "tokenize"),
    "pyodide._package_loader",
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


class Shelf:
    """Finds and loads modules of the archive, for sys.meta_path and for the entries of a path."""

    get_data = __loader__.get_data

    @staticmethod
    def find_spec(name, path=None, target=None):
        found = INDEX.get(name)
        if found is None:
            return None
        # What a page has in a folder of its own comes first, where the path says so.
        if not (sys.path if path is None else path)[0].startswith(ARCHIVE):
            return None
        file, package, _begin, _end = found
        spec = Spec(name, Shelf, origin=f"{ARCHIVE}/{file}", is_package=package)
        if package:
            spec.submodule_search_locations.append(spec.origin.rpartition("/")[0])
        return spec

    @staticmethod
    def create_module(spec):
        return None

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
        return loads(CODE[begin:end])

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
