"""Comes after the last line of enum.py: plain enumerations are made in a tenth of the time.

Plain is who derives from Enum, StrEnum, IntEnum alone and gives its members by `auto()`, text or
whole numbers: all of the phone's. What every such class has is taken from one of each kind that is
made as ever; what is not plain is made as ever too.
"""

# ruff: noqa: F821 - these are the names of enum.py

KINDS = {(Enum,): (auto, int, str), (StrEnum,): (auto, str), (IntEnum,): (auto, int)}
SHAPES = {}
# What a class may say of itself that is more than members and methods.
NOT_PLAIN = {"__new__", "__init__", "__init_subclass__", "_order_", "_missing_"}
as_ever, prepare_as_ever = EnumType.__new__, EnumType.__prepare__
set_as_ever = EnumDict.__setitem__


def _shape(bases):
    """What a class of this kind has beside its own: the same for all."""
    if bases not in SHAPES:
        made = as_ever(EnumType, "Shape", bases, prepare_as_ever("Shape", bases))
        SHAPES[bases] = {
            name: value
            for name, value in made.__dict__.items()
            if name not in ("__module__", "__qualname__", "__doc__", "__dict__", "__weakref__")
            and not name.startswith(("__static_", "__firstline", "_Shape__"))
        }
    return SHAPES[bases]


def _plainly(metacls, cls, bases, classdict, *, boundary=None, _simple=False, **kwds):
    names = classdict._member_names if type(classdict) is EnumDict else ()
    taken = [name for name in names if hasattr(bases[0], name)] if bases in KINDS else names
    values = [classdict[name] for name in names]
    plain = (
        metacls is EnumType
        and names
        and not (taken or boundary or _simple or kwds or classdict._ignore)
        and NOT_PLAIN.isdisjoint(classdict)
        and classdict._generate_next_value is _shape(bases)["_generate_next_value_"].__func__
        and {type(value) for value in values} <= {*KINDS[bases]}
    )
    if not plain:
        return as_ever(metacls, cls, bases, classdict, boundary=boundary, _simple=_simple, **kwds)
    own = {name: value for name, value in classdict.items() if name not in names}
    own.pop("_generate_next_value_", None)
    made = type.__new__(
        metacls,
        cls,
        bases,
        {
            **_shape(bases),
            **own,
            "_member_names_": (listed := []),
            "_hashable_values_": (hashable := []),
            "_unhashable_values_": [],
            "_unhashable_values_map_": {},
            "_member_map_": (members := {}),
            "_value2member_map_": (by_value := {}),
        },
    )
    kind = made._member_type_
    for name, value in zip(names, values):
        member = by_value.get(value)
        if member is None:
            member = object.__new__(made) if kind is object else kind.__new__(made, value)
            member._value_ = value
            member._name_ = name
            member.__objclass__ = made
            member._sort_order_ = len(listed)
            by_value[value] = member
            listed.append(name)
            hashable.append(value)
        members[name] = member
        type.__setattr__(made, name, member)
    return made


def _prepare_plainly(metacls, cls, bases, **kwds):
    if metacls is not EnumType or bases not in KINDS:
        return prepare_as_ever.__func__(metacls, cls, bases, **kwds)
    space = EnumDict(cls)
    follows = bases[0]._generate_next_value_
    space._generate_next_value = follows
    dict.__setitem__(space, "_generate_next_value_", follows)
    return space


def _set_plainly(self, key, value):
    kind = type(value)
    if key[0] == "_" or key in self or kind not in (auto, int, str) or self._ignore:
        return set_as_ever(self, key, value)
    if kind is auto:
        if value.value != _auto_null:
            return set_as_ever(self, key, value)
        value.value = self._generate_next_value(
            key, 1, len(self._member_names), self._last_values[:]
        )
        self._auto_called = True
        value = value.value
    self._member_names[key] = None
    self._last_values.append(value)
    dict.__setitem__(self, key, value)


EnumType.__new__, EnumDict.__setitem__ = _plainly, _set_plainly
EnumType.__prepare__ = classmethod(_prepare_plainly)
