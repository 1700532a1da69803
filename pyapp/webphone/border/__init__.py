"""How things cross the border: names in three spellings, errors, and values read and written."""

from webphone.border.commands import Command, argument, command, decode, method_name, option
from webphone.border.digits import ascii_digits
from webphone.border.errors import ERRORS, WebPhoneError
from webphone.border.names import camel, kebab, snake
from webphone.border.rows import EventKind, Reading
from webphone.border.settings import (
    LOOPBACK,
    Kind,
    Setting,
    bare,
    check_secure,
    choice,
    decode_setting,
    flag,
    number,
    server_addresses,
    server_hosts,
    setting,
    shortened,
    shown,
    text,
    value,
    words,
)
from webphone.border.writing import encode

__all__ = [
    "ERRORS",
    "LOOPBACK",
    "Command",
    "EventKind",
    "Kind",
    "Reading",
    "Setting",
    "WebPhoneError",
    "argument",
    "ascii_digits",
    "bare",
    "camel",
    "check_secure",
    "choice",
    "command",
    "decode",
    "decode_setting",
    "encode",
    "flag",
    "kebab",
    "method_name",
    "number",
    "option",
    "server_addresses",
    "server_hosts",
    "setting",
    "shortened",
    "shown",
    "snake",
    "text",
    "value",
    "words",
]
