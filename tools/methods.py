"""Runs inside Pyodide: do the work of @dataclass when building, once, for the phone's dataclasses.

@dataclass reads the annotations of a class, writes its methods as text and compiles them: half of
the time that importing the phone takes. The build remembers what came of it, and boot/dataclass.py
makes the class from that. What is not known, as a page's own dataclasses, is made as ever.
"""

import ast
import builtins
import dataclasses
import importlib
import inspect
import marshal
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType
from typing import Any

# Where dataclasses would write a docstring with the signature; -OO leaves no class its own.
WITH_DOC = "    if not getattr(cls, '__doc__'):\n"
WITHOUT_DOC = "    if False:\n"
# What slots=True does with every member of a class; few are wrapped.
UNWRAPS = "        member = inspect.unwrap(member)\n"
UNWRAPS_FEW = "        if hasattr(member, '__wrapped__'):\n    " + UNWRAPS
FRESH = "\nfrom _dataclass_methods import _process_class, exec\n"


class Watch:
    """Looks on while classes are made: the texts that are compiled, and what came of each class."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.recipes: dict[str, tuple[Any, ...]] = {}
        self._names: list[str] = []
        self._takes: list[str] = []

    def __enter__(self) -> "Watch":
        made: Any = dataclasses
        self._process, self._add = made._process_class, made._FuncBuilder.add_fns_to_class
        made.exec = self._exec
        made._FuncBuilder.add_fns_to_class = lambda builder, cls: self._added(builder, cls)
        made._process_class = self._processed
        return self

    def __exit__(self, *_: object) -> None:
        made: Any = dataclasses
        made._process_class, made._FuncBuilder.add_fns_to_class = self._process, self._add
        del made.exec

    def _exec(self, text: str, *namespaces: dict[str, object]) -> None:
        self.texts.append(text)
        builtins.exec(text, *namespaces)

    def _added(self, builder: Any, cls: type) -> None:
        self._names, self._takes = list(builder.names), list(builder.locals)
        self._add(builder, cls)

    def _processed(self, cls: type, *flags: bool) -> type:
        had = set(cls.__dict__)
        fresh: type = self._process(cls, *flags)
        if (recipe := self._recipe(cls, fresh, had)) is not None:
            self.recipes[f"{cls.__module__}.{cls.__qualname__}"] = recipe
            self.texts.pop()
        return fresh

    def _recipe(self, cls: type, fresh: Any, had: set[str]) -> tuple[Any, ...] | None:
        """What boot/dataclass.py takes; None for a class that it could not make just so."""
        params = fresh.__dataclass_params__
        fields = fresh.__dataclass_fields__
        annotated = list(inspect.get_annotations(fresh))
        own = [fields[name] for name in annotated if name in fields]
        plain = (
            type(fresh) is type
            and params.slots
            and not (params.order or params.weakref_slot or params.unsafe_hash)
            and len(own) == len(annotated)
            and all(isinstance(field.type, str) for field in own)
            and all(field._field_type in KINDS for field in own)
            and not any(map(_closes_over_class, fresh.__dict__.values()))
        )
        if not plain:
            return None
        names = [name if name == "__hash__" or name not in had else "" for name in self._names]
        code, takes, shared, names = _apart(self.texts[-1], self._takes, names)
        return (
            tuple(
                (field.name, field.type, field.kw_only is True, KINDS.index(field._field_type))
                for field in own
            ),
            code,
            takes,
            shared,
            names,
            fresh.__dict__["__slots__"],
            fresh.__dict__.get("__match_args__"),
            fresh.__dict__.get("__hash__", 0) is None,
        )


KINDS = (dataclasses._FIELD, dataclasses._FIELD_CLASSVAR)  # type: ignore[attr-defined]


# Methods that say the same of every class; boot/dataclass.py has one of each.
SHARED = ("__repr__", "__setattr__", "__delattr__")
Names = tuple[str, ...]


def _apart(text: str, takes: list[str], names: list[str]) -> tuple[CodeType, Names, Names, Names]:
    """The methods that are a class's own: their code, what that takes, shared ones, own names.

    `text` is what dataclasses writes: a function that takes values and returns the methods.
    `names`: theirs, "" for one that the class has written itself.
    """
    tree = ast.parse(text)
    (maker,) = tree.body
    assert isinstance(maker, ast.FunctionDef)
    *methods, last = maker.body
    assert isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple)
    own = [name for name in names if name and name not in SHARED]
    last.value.elts = [
        each for each, name in zip(last.value.elts, names, strict=True) if name in own
    ]
    kept = {each.id for each in last.value.elts if isinstance(each, ast.Name)}
    maker.body = [
        *(each for each in methods if isinstance(each, ast.FunctionDef) and each.name in kept),
        last,
    ]
    asked = {node.id for node in ast.walk(maker) if isinstance(node, ast.Name)}
    maker.args.args = [each for each in maker.args.args if each.arg in asked]
    return (
        compile(tree, "<string>", "exec"),
        tuple(name for name in takes if name in asked),
        tuple(name for name in names if name in SHARED),
        tuple(own),
    )


def _closes_over_class(member: Any) -> bool:
    """Whether a method says super() or __class__: its cell must be told of the second class."""
    functions = [
        getattr(member, name, None) for name in ("__func__", "fget", "fset", "fdel", "__wrapped__")
    ]
    return any(
        "__class__" in getattr(getattr(function, "__code__", None), "co_freevars", ())
        for function in (member, *functions)
    )


def methods_of(sources: dict[str, str]) -> Watch:
    """What @dataclass does while these modules, by path, are imported."""
    folder = Path("/sources")
    for name, text in sources.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    sys.path.append(str(folder))
    with Watch() as watch:
        for name in sorted(sources):
            module = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            # What starts the phone needs a page.
            if (
                name.startswith("webphone/")
                and name.endswith(".py")
                and not name.endswith("__main__.py")
            ):
                try:
                    importlib.import_module(module)
                except Exception as error:
                    print(f"  {module}: its dataclasses stay as they are ({error!r})")
        importlib.reload(importlib.import_module("asyncio.graph"))  # imported before we looked
    return watch


def finding(source: str, known: Watch) -> dict[str, str]:
    """dataclasses.py as it finds them, and the module that holds them."""
    for old, fresh in ((WITH_DOC, WITHOUT_DOC), (UNWRAPS, UNWRAPS_FEW)):
        if source.count(old) != 1:
            raise SystemExit(f"dataclasses.py no longer says {old!r}: look at tools/methods.py")
        source = source.replace(old, fresh)
    digest: Callable[[bytes], Any] = importlib.import_module("_md5").md5
    texts = {
        digest(text.encode()).digest(): marshal.dumps(compile(text, "<string>", "exec"))
        for text in sorted(known.texts)
    }
    # Each apart: most classes are made later, or not at all.
    recipes = {name: marshal.dumps(recipe) for name, recipe in sorted(known.recipes.items())}
    known_to_it = marshal.dumps((texts, recipes))
    holder = Path("/dataclass.py").read_text().replace('KNOWN = b""', f"KNOWN = {known_to_it!r}")
    return {"dataclasses.py": source + FRESH, "_dataclass_methods.py": holder}
