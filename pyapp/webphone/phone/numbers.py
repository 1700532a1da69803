"""From what a person types or a page asks for to the address that is called."""

from __future__ import annotations

import re
from dataclasses import replace

from webphone.border import ascii_digits
from webphone.contract import WebPhoneError
from webphone.sip import Malformed, NameAddr, Uri
from webphone.sip.wire.uri import unescape
from webphone.words import Sentence, say

LONGEST = 256
# RFC 3966 §5: visual separators; people add spaces, and "(0)" of a national trunk prefix. Other
# scripts have dashes, dots and strokes of their own, and pages put a telephone before a number.
_SEPARATORS = re.compile(
    r"[\s\-.()/\u00b7\u2010-\u2015\u2022\u2024\u2027\u2043\u2044\u2212\u2215\u30fb\u30fc"
    r"\ufe58\ufe63\uff65\uff70\u260e\u260f\u2706\U0001f4de]"
)
_TRUNK = re.compile(r"(?<=\d)\s*\(0\)\s*")
_DIGITS = re.compile(r"\+?[0-9*#]+")
# Half a character of UTF-16, as a page may hold it, is none; the last two are line breaks.
_NEVER = re.compile(r"[\x00-\x1f\x7f-\x9f<>\"\ud800-\udfff\u2028\u2029]")
_ESCAPES = re.compile(r"%[0-9A-Fa-f]{2}|.")
_SIP = re.compile("^sips?:", re.IGNORECASE)
_USER = re.compile(r"[^\s<>\"@:;?\x00-\x1f\x7f]+")


def address(target: str, domain: str) -> Uri:
    """The SIP address of digits, a name, user@domain, or a sip:, sips:, tel: or callto: address.

    Raises WebPhoneError `invalid_number`.
    """
    if len(target.strip()) > LONGEST:
        raise _wrong(say("number_long", count=len(target.strip())))
    text = ascii_digits(target).strip()
    if not text:
        raise _wrong(say("number_missing"))
    scheme, colon, rest = text.partition(":")
    dialled = bool(colon) and scheme.lower() in ("tel", "callto")
    if dialled:  # browsers write the spaces of a link as %20
        text = ascii_digits(unescape(rest.partition(";")[0])).strip()
    if _NEVER.search(text) or not _understood(text):
        raise _wrong(say("number_characters"))
    if dialled:
        return _user(text, domain)
    if colon and scheme.lower() in ("sip", "sips"):
        return _uri(text, domain)
    if "@" in text:
        if ":" in text.partition("@")[0]:
            raise _wrong(say("scheme_unknown", given=repr(scheme[:60])))
        return _uri(f"sip:{text}", domain)
    return _user(text, domain)


def printed(text: str) -> str | None:
    """The number in print, `+44 (0)20 7946-0000` -> `+442079460000`; None where it is no number."""
    number = _SEPARATORS.sub("", _TRUNK.sub("", ascii_digits(text)))
    return number if _DIGITS.fullmatch(number) else None


def _understood(text: str) -> bool:
    """Whether each sign is one of a number or a name: what is not is never left out of a number.

    Numerals that are no digits, as in 三百 or ①, make no number, and no name by themselves.
    """
    foreign = [char for char in text if not char.isascii() and not _SEPARATORS.match(char)]
    # What an identifier may go on with (UAX #31) is what words are written with.
    if not all(f"a{char}".isidentifier() for char in foreign):
        return False
    who = _SIP.sub("", text)
    who = who.rpartition("@")[0] or who
    return not foreign or any(char.isalpha() and not char.isnumeric() for char in who)


def _uri(text: str, domain: str) -> Uri:
    try:
        uri = Uri.parse(text)
    except Malformed as wrong:
        raise _wrong(say("no_address", given=repr(text[:60]), why=str(wrong))) from None
    if not uri.user and domain and "@" not in text:
        return _user(uri.host, domain)
    # RFC 3261 §19.1.5: headers in an address are a stranger's wish; they are not obeyed.
    return replace(uri, user=uri.user and _ESCAPES.sub(_kept, uri.user), headers=())


def _user(text: str, domain: str) -> Uri:
    user = printed(text) or text
    if not _USER.fullmatch(user):
        raise _wrong(say("no_number", given=repr(text[:60])))
    if not domain:
        raise WebPhoneError("not_configured", say("no_domain"))
    try:
        return Uri.parse(f"sip:{_escaped(user)}@{domain}")
    except Malformed as wrong:
        raise _wrong(say("no_number_since", given=repr(text[:60]), why=str(wrong))) from None


def _kept(part: re.Match[str]) -> str:
    """An escape as it was written; everything else with what has to be escaped."""
    return part[0] if part[0].startswith("%") and len(part[0]) == 3 else _escaped(part[0])


def _escaped(user: str) -> str:
    # RFC 3261 §25.1: user = 1*( unreserved / escaped / user-unreserved ); "#" is not among them.
    return "".join(
        char if re.fullmatch(r"[A-Za-z0-9\-_.!~*'()&=+$,;?/]", char) else _percent(char)
        for char in user
    )


def _percent(char: str) -> str:
    return "".join(f"%{octet:02X}" for octet in char.encode())


def wrong_name(name: str) -> str | None:
    """What is wrong with a display name, or None."""
    try:
        NameAddr(name, Uri("sip", host="name.invalid"))
    except ValueError as wrong:
        return f"has {wrong}"
    return None


def _wrong(message: Sentence) -> WebPhoneError:
    return WebPhoneError("invalid_number", message)
