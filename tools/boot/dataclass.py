"""Becomes _dataclass_methods: what dataclasses did when the phone was built is not done again.

The build fills in the tables (tools/methods.py). A recipe is what `_process_class` would find
out and write about a class: (own fields, code of the methods, what that takes, the methods' names,
slots, match args, whether it has no hash).
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
    "__dataclasses_recursive_repr": dataclasses.recursive_repr,
    "FrozenInstanceError": dataclasses.FrozenInstanceError,
}
DEFAULT = len("__dataclass_dflt_")
as_ever = dataclasses._process_class


def exec(text, *namespaces):
    builtins.exec(TEXTS.get(md5(text.encode()).digest(), text), *namespaces)


def _process_class(cls, *flags):
    recipe = RECIPES.get(f"{cls.__module__}.{cls.__qualname__}")
    if recipe is None:
        return as_ever(cls, *flags)
    own, code, takes, names, slots, match_args, hashless = recipe
    fields = {}
    for base in cls.__mro__[-1:0:-1]:
        fields.update(getattr(base, "__dataclass_fields__", ()))
    sys._clear_type_descriptors(cls)
    members = dict(cls.__dict__)
    for name, annotation, kw_only, kind in own:
        field = getattr(cls, name, MISSING)
        if not isinstance(field, Field):
            if isinstance(field, MemberDescriptorType):
                field = MISSING
            field = Field(field, MISSING, True, True, None, True, None, MISSING, None)
        field.name, field.type, field._field_type = name, annotation, KINDS[kind]
        if field._field_type is KINDS[0]:
            field.kw_only = kw_only
        fields[name] = field
    for name, field in fields.items():
        if field._field_type is KINDS[0]:
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
            field = fields[name[DEFAULT:-2]]
            given.append(field.default if field.default is not MISSING else field.default_factory)
    for name, function in zip(names, space["__create_fn__"](*given)):
        if name:
            function.__qualname__ = f"{cls.__qualname__}.{name}"
            members[name] = function
    if hashless:
        members["__hash__"] = None
    members.setdefault("__replace__", dataclasses._replace)
    if match_args is not None:
        members.setdefault("__match_args__", match_args)
    members["__slots__"] = slots
    members["__dataclass_fields__"] = fields
    members["__dataclass_params__"] = params = dataclasses._DataclassParams(*flags)
    if params.frozen:
        members.setdefault("__getstate__", dataclasses._dataclass_getstate)
        members.setdefault("__setstate__", dataclasses._dataclass_setstate)
    made = type(cls)(cls.__name__, cls.__bases__, members)
    made.__qualname__ = cls.__qualname__
    return made
