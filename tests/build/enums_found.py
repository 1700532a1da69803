"""Runs inside the built Pyodide under Node: enumerations are made fast, and as they ever were."""

import enum
from importlib import import_module
from types import new_class

# What differs between two classes however they are made, or names where each stands.
OWN = ("__doc__", "__module__", "__qualname__", "__firstlineno__", "__static_attributes__")


def both(name, bases, members):
    """The class made fast, and made as ever."""
    made = []
    for new in (enum._plainly, enum.as_ever):
        space = enum.EnumType.__prepare__(name, bases)
        for key, value in members:
            space[key] = enum.auto() if value is enum.auto else value
        made.append(new(enum.EnumType, name, bases, space))
    return made


def told(cls):
    """All that can be asked of a class and its members."""
    return (
        {name for name in vars(cls) if name not in OWN},
        [(m.name, m.value, m._sort_order_, repr(m), str(m), f"{m:>9}", hash(m)) for m in cls],
        [(name, m.name) for name, m in cls.__members__.items()],
        [cls(m.value).name for m in cls],
        [type.__getattribute__(cls, name).name for name in cls.__members__],
        [m.value in cls for m in cls],
        (cls._value2member_map_.keys(), cls._hashable_values_, cls._member_type_.__name__),
        repr(cls),
    )


def refused(error, ask):
    try:
        ask()
    except error:
        return True
    return False


async def main(modules):
    for bases in ((enum.Enum,), (enum.StrEnum,), (enum.IntEnum,)):
        text = bases == (enum.StrEnum,)
        members = [("A", "a" if text else 7), ("B", enum.auto), ("C", enum.auto)]
        members += [("ALSO", "a" if text else 7), ("shout", lambda self: self.name + "!")]
        fast, ever = both("Kind", bases, members)
        assert told(fast) == told(ever), (told(fast), told(ever))
        assert fast.A.shout() == "A!" and fast.ALSO is fast.A
        for cls in (fast, ever):
            assert refused(ValueError, lambda cls=cls: cls("none"))
            assert refused(AttributeError, lambda cls=cls: setattr(cls, "A", 1))
            assert refused(TypeError, lambda cls=cls: new_class("More", (cls,)))
        # What is not plain is made as ever: a property under a member's name, values of other types.
        odd, ever = both("Odd", bases, [("name", "n" if text else 1)])
        assert repr(odd.name) == repr(ever.name) and vars(odd).keys() == vars(ever).keys()
    assert both("Pairs", (enum.Enum,), [("A", (1, 2))])[0].A.value == (1, 2)

    slow = []

    def watch(meta, name, bases, *rest, **more):
        if bases != (enum.Flag,):  # its members are bits: made as ever
            slow.append(name)
        return ever_made(meta, name, bases, *rest, **more)

    enum.as_ever = watch
    for name in modules:
        import_module(name)
    assert slow == [], slow
    return 0


ever_made = enum.as_ever
