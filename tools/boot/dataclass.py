"""Becomes _dataclass_methods: what dataclasses did when the phone was built is not done again.

The build fills in the tables (tools/methods.py). A recipe is what `_process_class` would find
out and write about a class: (own fields, code of the methods, what that takes, which methods it
shares with others, the other methods' names, slots, match args, whether it has no hash).
"""

import builtins
import dataclasses
import marshal
import sys
from _md5 import md5
from types import MemberDescriptorType

KNOWN = b""
TEXTS, RECIPES = marshal.loads(KNOWN)
KINDS = (dataclasses._FIELD, dataclasses._FIELD_CLASSVAR)
MISSING, Field = dataclasses.MISSING, dataclasses.Field
GIVEN = {
    "__dataclass_HAS_DEFAULT_FACTORY__": dataclasses._HAS_DEFAULT_FACTORY,
    "__dataclass_builtins_object__": object,
}
DEFAULT = len("__dataclass_dflt_")
PARAMS = {}  # {flags: what a class with them has}
as_ever = dataclasses._process_class


def exec(text, *namespaces):
    code = TEXTS.get(md5(text.encode()).digest())
    builtins.exec(text if code is None else marshal.loads(code), *namespaces)


class Fields:
    """A class's `__dataclass_fields__`, made when somebody first asks for it: few do."""

    def __init__(self, own, given):
        self.own, self.given = own, given

    def __set_name__(self, cls, name):
        self.cls = cls

    def __get__(self, _instance, _cls):
        fields = inherited(self.cls)
        for name, annotation, kw_only, kind in self.own:
            field = self.given[name]
            if not isinstance(field, Field):
                field = Field(field, MISSING, True, True, None, True, None, MISSING, None)
            field.name, field.type, field._field_type = name, annotation, KINDS[kind]
            if kind == REAL:
                field.kw_only = kw_only
            fields[name] = field
        self.cls.__dataclass_fields__ = fields
        return fields


def inherited(cls):
    fields = {}
    for base in cls.__mro__[-1:0:-1]:
        fields.update(getattr(base, "__dataclass_fields__", ()))
    return fields


@dataclasses.recursive_repr()
def _repr(self):
    shown = (f"{f.name}={getattr(self, f.name)!r}" for f in dataclasses.fields(self) if f.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _is_its_own(self, name):
    return "__dataclass_params__" in type(self).__dict__ or name in self.__dataclass_fields__


def _setattr(self, name, value):
    if _is_its_own(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")
    object.__setattr__(self, name, value)


def _delattr(self, name):
    if _is_its_own(self, name):
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
    object.__delattr__(self, name)


# What all classes have alike, instead of one that is written for each.
SHARED = {"__repr__": _repr, "__setattr__": _setattr, "__delattr__": _delattr}
REAL = 0  # the place of real fields in KINDS


def _process_class(cls, *flags):
    recipe = RECIPES.get(f"{cls.__module__}.{cls.__qualname__}")
    if recipe is None:
        return as_ever(cls, *flags)
    own, code, takes, shared, names, slots, match_args, hashless = marshal.loads(recipe)
    sys._clear_type_descriptors(cls)
    members = dict(cls.__dict__)
    values = {}
    for name, _annotation, _kw_only, kind in own:
        value = members.get(name, MISSING)
        values[name] = MISSING if isinstance(value, MemberDescriptorType) else value
        if kind == REAL:
            members.pop(name, None)
    space = {}
    builtins.exec(code, sys.modules[cls.__module__].__dict__, space)
    given = []
    for name in takes:
        if name in GIVEN:
            given.append(GIVEN[name])
        elif name == "cls":
            given.append(cls)
        else:
            name = name[DEFAULT:-2]
            value = values[name] if name in values else inherited(cls)[name]
            if isinstance(value, Field):
                value = value.default if value.default is not MISSING else value.default_factory
            given.append(value)
    for name, function in zip(names, space["__create_fn__"](*given)):
        function.__qualname__ = f"{cls.__qualname__}.{name}"
        members[name] = function
    for name in shared:
        members[name] = SHARED[name]
    if hashless:
        members["__hash__"] = None
    members.setdefault("__replace__", dataclasses._replace)
    if match_args is not None:
        members.setdefault("__match_args__", match_args)
    members["__slots__"] = slots
    members["__dataclass_fields__"] = Fields(own, values)
    if flags not in PARAMS:
        PARAMS[flags] = dataclasses._DataclassParams(*flags)
    members["__dataclass_params__"] = params = PARAMS[flags]
    if params.frozen:
        members.setdefault("__getstate__", dataclasses._dataclass_getstate)
        members.setdefault("__setstate__", dataclasses._dataclass_setstate)
    made = type(cls)(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    return made
