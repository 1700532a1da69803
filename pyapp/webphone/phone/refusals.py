"""What the final response to a request means to who asked, as an error code."""

from __future__ import annotations

# All others: they can't be reached.
CODES = {
    401: "auth_failed",
    404: "not_found",
    405: "unsupported",
    406: "unsupported",
    407: "auth_failed",
    408: "timeout",
    410: "not_found",
    413: "invalid_config",
    415: "unsupported",
    416: "unsupported",
    420: "unsupported",
    469: "unsupported",
    481: "no_call",
    485: "not_found",
    486: "busy",
    488: "unsupported",
    489: "unsupported",
    501: "unsupported",
    504: "timeout",
    513: "invalid_config",
    600: "busy",
    603: "declined",
    604: "not_found",
    606: "unsupported",
}

# Of a call that was made for us; there a 408 is nobody's answer.
_OF_CALLS = {408: "no_answer", 480: "no_answer", 487: "no_answer"}


def code_of_call(status: int) -> str:
    """The error code of the final response to an INVITE."""
    return _OF_CALLS.get(status) or code_of(status)


def code_of(status: int) -> str:
    """The error code of a final response; the words for it are `why_` and the code."""
    return CODES.get(status, "unavailable")
