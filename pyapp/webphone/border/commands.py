"""Commands: how one is declared, and how a method call of a page becomes one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

from webphone.border.digits import ascii_digits
from webphone.border.errors import WebPhoneError
from webphone.border.names import camel, snake
from webphone.border.settings import CONTROL, LONGEST_TEXT, headers, kind_of, shortened
from webphone.border.writing import encode
from webphone.words import Sentence, say

LONGEST_BODY = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A wish. The JavaScript method is the class name in camelCase; it returns a promise.

    `settles` says when and with what; `built` is False where the phone answers `unsupported`.
    """

    help: ClassVar[str] = ""
    settles: ClassVar[str] = "at once"
    returns: ClassVar[str] = "void"
    built: ClassVar[bool] = True


Made = TypeVar("Made", bound=Command)


def argument(help: str, *, default: Any = MISSING, **more: Any) -> Any:
    """A positional argument of the method; required when it has no default.

    `number`: something to call. `body`: long, and lines may break. `pattern`, `least` and `most`
    bound its value.
    """
    if default is MISSING:
        return field(metadata={"help": help, **more})
    return field(default=default, metadata={"help": help, **more})


def option(help: str, *, default: Any = None, **more: Any) -> Any:
    """A key of the options object that may follow the arguments."""
    return field(default=default, metadata={"help": help, "option": True, **more})


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(argument, option))
def command(
    help: str, settles: str = "at once", *, returns: str = "void", built: bool = True
) -> Callable[[type[Made]], type[Made]]:
    """Makes the class a frozen value and says what pages are told of its method."""

    def made(kind: type[Made]) -> type[Made]:
        value = dataclass(frozen=True, slots=True, kw_only=True)(kind)
        value.__doc__ = help
        value.help, value.settles, value.returns, value.built = help, settles, returns, built
        return value

    return made


def method_name(kind: type[Command]) -> str:
    """`MakeCall` -> `makeCall`."""
    return kind.__name__[0].lower() + kind.__name__[1:]


MOST_ITEMS = 100  # of a list; what more there are is not read


def decode(kind: type[Command], arguments: Sequence[Any]) -> Command:
    """The command of a method call: positional arguments, then an options object.

    Raises WebPhoneError `invalid_config` or `invalid_number` naming the argument.
    """
    given = list(arguments)
    while given and given[-1] is None:
        given.pop()
    options = {item.name for item in fields(kind) if item.metadata.get("option")}
    values: dict[str, Any] = {}
    for item in fields(kind):
        if item.name in options or not given:
            continue
        if options and isinstance(given[0], Mapping):
            break
        values[item.name] = given.pop(0)
    if given and options and isinstance(given[0], Mapping):
        values |= _options(kind, options, given.pop(0))
    if given:
        raise _wrong(kind, "too_many_arguments")
    checked = {
        item.name: _checked(kind, item, values[item.name])
        for item in fields(kind)
        if values.get(item.name) is not None or _needed(kind, item)
    }
    return kind(**checked)


def _options(kind: type[Command], known: set[str], given: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        if snake(str(name)) not in known:
            options = ", ".join(sorted(map(camel, known)))
            raise _wrong(kind, "option_unknown", given=shortened(name), options=options)
    return {snake(name): value for name, value in given.items()}


def _needed(kind: type[Command], item: Field[Any]) -> bool:
    if item.default is not MISSING:
        return False
    code = "invalid_number" if item.metadata.get("number") else "invalid_config"
    taken = _taken(item.metadata["help"])
    raise _wrong(kind, "argument_missing", taken, code, name=camel(item.name))


def _checked(kind: type[Command], item: Field[Any], given: Any) -> Any:
    """The value if it has the declared type and bounds; numbers and digits are forgiven."""
    meta, told = item.metadata, item.metadata["help"]
    code = "invalid_number" if meta.get("number") else "invalid_config"
    name = camel(item.name)
    wanted = str(item.type).split("[")[0].split(" |")[0]
    if wanted == "str" and isinstance(given, int) and not isinstance(given, bool):
        given = str(given)
    if wanted == "int" and isinstance(given, float) and given.is_integer():
        given = int(given)
    right = isinstance(given, _TYPES[wanted])
    if not right or (isinstance(given, bool) and wanted in ("int", "float")):
        raise _wrong(kind, "argument_wrong", _taken(told), code, given=kind_of(given), name=name)
    if meta.get("digits") and isinstance(given, str):
        given = ascii_digits(given)
    if wanted == "Sequence":
        given = [_text_of(kind, item, each, code) for each in given[:MOST_ITEMS]]
    if wanted == "str":
        _check_text(kind, item, given, code)
    if name == "headers" and headers(given) is None:
        raise _wrong(kind, "argument_no_headers")
    least, most = meta.get("least"), meta.get("most")
    if least is not None and most is not None and not least <= given <= most:
        taken = say("it_takes_between", help=_small(told), least=least, most=most)
        raise _wrong(kind, "argument_wrong", taken, given=given, name=name)
    return given


def _text_of(kind: type[Command], item: Field[Any], given: Any, code: str) -> str:
    """One of a list of texts."""
    text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
    if not isinstance(text, str):
        told, name = _taken(item.metadata["help"]), camel(item.name)
        raise _wrong(kind, "argument_wrong", told, code, given=kind_of(given), name=name)
    _check_text(kind, item, text, code)
    return text


def _check_text(kind: type[Command], item: Field[Any], given: str, code: str) -> None:
    told, body = item.metadata["help"], item.metadata.get("body", False)
    name, pattern = camel(item.name), item.metadata.get("pattern")
    if len(given) > (LONGEST_BODY if body else LONGEST_TEXT):
        raise _wrong(kind, "argument_long", _taken(told), code, count=len(given), name=name)
    if CONTROL.search(given) and not body:
        raise _wrong(kind, "argument_control", code=code, name=name)
    if item.metadata.get("number") and item.default is MISSING and not given.strip():
        raise _wrong(kind, "argument_missing", _taken(told), code, name=name)
    if pattern and not re.fullmatch(pattern, given):
        raise _wrong(kind, "argument_wrong", _taken(told), code, given=shortened(given), name=name)


def _taken(help: str) -> Sentence:
    """What an argument is, as a remedy."""
    return say("it_takes", help=_small(help))


def _small(help: str) -> str:
    return f"{help[0].lower()}{help[1:]}"


def _wrong(
    kind: type[Command],
    problem: str,
    remedy: Sentence | None = None,
    code: str = "invalid_config",
    **values: str | float,
) -> WebPhoneError:
    return WebPhoneError(code, say(problem, method=method_name(kind), **values), remedy)


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "Mapping": (Mapping,),
    "Sequence": (list, tuple),
    "Json": (object,),
}


def arguments(command: Command) -> list[Any]:
    """What the page gave, as decode_command takes it."""
    given = [
        getattr(command, item.name) for item in fields(command) if not item.metadata.get("option")
    ]
    options = {
        camel(item.name): getattr(command, item.name)
        for item in fields(command)
        if item.metadata.get("option") and getattr(command, item.name) is not None
    }
    return [*map(encode, given), *([options] if options else [])]
