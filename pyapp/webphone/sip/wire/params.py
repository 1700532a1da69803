"""Parameters behind a header value: read, found, changed, written."""

from __future__ import annotations

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import Malformed, quote, unquote

# Values as written, with their quotes; None for a parameter without one.
Params = tuple[tuple[str, str | None], ...]


def parse_params(text: str) -> Params:
    """`;name=value` pairs, values as written with their quotes; raises Malformed."""
    if "\0" in text:
        raise Malformed("NUL in a parameter")
    params: list[tuple[str, str | None]] = []
    position, end = 0, len(text)
    for _ in range(grammar.MOST_PARAMS):
        if position == end:
            break
        found = grammar.PARAM.match(text, position)
        if found is None:
            raise Malformed(f"parameters {text[position : position + 40]!r}")
        params.append(found.groups())  # type: ignore[arg-type]
        position = found.end()
    if position < end:
        raise Malformed("more parameters than anybody has")
    return tuple(params)


def parse_value(text: str) -> tuple[str, dict[str, str]]:
    """`value;name=value` of a plain header: names lower, values unquoted, "" for none."""
    value, semicolon, rest = text.partition(";")
    params = parse_params(semicolon + rest)
    return value.strip(" \t"), {name.lower(): unquote(given or "") for name, given in params}


def find_param(params: Params, name: str) -> str | None:
    """The unquoted value of a parameter, "" when it has none, None when it is absent."""
    wanted = name.lower()
    for key, value in params:
        if key.lower() == wanted:
            if value is None:
                return ""
            return unquote(value) if value[:1] == '"' else value
    return None


def change_param(params: Params, name: str, value: str | None) -> Params:
    """`params` with one set, in its place or last; quotes are added where the grammar wants them.

    A value that already is a quoted-string is kept as written: `+sip.rendering="yes"`. Raises
    ValueError for a name or value that could not be read back.
    """
    if value is not None and not grammar.PLAIN_VALUE.fullmatch(value):
        value = value if value and grammar.QUOTED.fullmatch(value) else quote(value)
        check_params(((name, value),))
    elif not grammar.TOKEN.fullmatch(name):
        raise ValueError(f"parameter {name[:40]!r}")
    wanted = name.lower()
    if wanted in [key.lower() for key, _value in params]:
        return tuple([(key, value if key.lower() == wanted else old) for key, old in params])
    return (*params, (name, value))


def check_params(params: Params) -> None:
    """Raise ValueError for a parameter that could not be read back."""
    for name, value in params:
        if not grammar.TOKEN.fullmatch(name) or not (
            value is None or grammar.PARAM_VALUE.fullmatch(value)
        ):
            raise ValueError(f"parameter {name[:40]!r}")


def print_params(params: Params) -> str:
    """`params` as they stand behind a header value."""
    return "".join([f";{name}" if value is None else f";{name}={value}" for name, value in params])
