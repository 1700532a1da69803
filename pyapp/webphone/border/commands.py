"""Commands: how one is declared, and how a method call of a page becomes one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import Any, ClassVar, TypeVar, dataclass_transform

from webphone.border.errors import WebPhoneError
from webphone.border.names import camel, snake
from webphone.border.settings import CONTROL, LONGEST_TEXT, headers, kind_of, shortened

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
        raise _wrong(kind, "got too many arguments", "Remove the last.")
    checked = {
        item.name: _checked(kind, item, values[item.name])
        for item in fields(kind)
        if values.get(item.name) is not None or _needed(kind, item)
    }
    return kind(**checked)


def _options(kind: type[Command], known: set[str], given: Mapping[str, Any]) -> dict[str, Any]:
    for name in given:
        if snake(str(name)) not in known:
            remedy = f"Its options are: {', '.join(sorted(map(camel, known)))}."
            raise _wrong(kind, f"has no option {shortened(name)}", remedy)
    return {snake(name): value for name, value in given.items()}


def _needed(kind: type[Command], item: Field[Any]) -> bool:
    if item.default is not MISSING:
        return False
    code = "invalid_number" if item.metadata.get("number") else "invalid_config"
    raise _wrong(kind, f"needs {camel(item.name)}", _taken(item.metadata["help"]), code)


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
        raise _wrong(kind, f"can't take {kind_of(given)} as {name}", _taken(told), code)
    if wanted == "str":
        _check_text(kind, item, given, code)
    if name == "headers" and headers(given) is None:
        raise _wrong(kind, "has no valid header lines", 'Write them like {"X-Name": "text"}.')
    least, most = meta.get("least"), meta.get("most")
    if least is not None and not least <= given <= most:
        problem = f"can't take {given} as {name}"
        raise _wrong(kind, problem, f"{_taken(told)} From {least} to {most}.")
    return given


def _check_text(kind: type[Command], item: Field[Any], given: str, code: str) -> None:
    told, body = item.metadata["help"], item.metadata.get("body", False)
    name, pattern = camel(item.name), item.metadata.get("pattern")
    if len(given) > (LONGEST_BODY if body else LONGEST_TEXT):
        raise _wrong(kind, f"got {len(given)} characters as {name}", _taken(told), code)
    if CONTROL.search(given) and not body:
        raise _wrong(kind, f"got a line break or control character in {name}", "Remove it.", code)
    if item.metadata.get("number") and item.default is MISSING and not given.strip():
        raise _wrong(kind, f"needs {name}", _taken(told), code)
    if pattern and not re.fullmatch(pattern, given):
        raise _wrong(kind, f"can't take {shortened(given)} as {name}", _taken(told), code)


def _taken(help: str) -> str:
    """What an argument is, as a remedy."""
    return f"It takes: {help[0].lower()}{help[1:]}"


def _wrong(
    kind: type[Command], problem: str, remedy: str, code: str = "invalid_config"
) -> WebPhoneError:
    return WebPhoneError(code, f"{method_name(kind)}() {problem}.", remedy)


_TYPES: dict[str, tuple[type, ...]] = {
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "Mapping": (Mapping,),
    "Sequence": (list, tuple),
    "Json": (object,),
}
