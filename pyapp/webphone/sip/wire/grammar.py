"""RFC 3261 section 25 as named patterns, each under its ABNF, and the fault they report."""

from __future__ import annotations

import re


class Malformed(ValueError):
    """The peer's bytes break the grammar.

    `text` says what was wrong and names the header; `status` is the answer a UAS owes, None when
    the message must be dropped.
    """

    def __init__(self, text: str, status: int | None = 400) -> None:
        super().__init__(text)
        self.text = text
        self.status = status


# token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")
TOKEN_TEXT = r"[A-Za-z0-9\-.!%*_+`'~]+"
TOKEN = re.compile(TOKEN_TEXT)

# quoted-string = SWS DQUOTE *(qdtext / quoted-pair ) DQUOTE
# qdtext        = LWS / %x21 / %x23-5B / %x5D-7E / UTF8-NONASCII
# quoted-pair   = "\" (%x00-09 / %x0B-0C / %x0E-7F)
QUOTED_TEXT = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\r\n])*+"'
QUOTED = re.compile(QUOTED_TEXT)
QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)

# generic-param = token [ EQUAL gen-value ]
# gen-value     = token / host / quoted-string
# The bare value is wider than a token: real peers send `received=2001:db8::1` and `cause=a/b`.
PARAM_VALUE_TEXT = rf'(?:{QUOTED_TEXT}|[^\s;,"<>=\\\x00-\x1f\x7f][^\s;,"<>\\\x00-\x1f\x7f]*|)'
PARAM = re.compile(rf"[ \t]*;[ \t]*({TOKEN_TEXT})(?:[ \t]*=[ \t]*({PARAM_VALUE_TEXT}))?[ \t]*")
PARAM_VALUE = re.compile(PARAM_VALUE_TEXT)
# What goes out unquoted: token and the characters of a host.
PLAIN_VALUE = re.compile(r"[A-Za-z0-9\-.!%*_+`'~:\[\]]+")

# Nobody has more parameters: what a stranger sends beyond is not read.
MOST_PARAMS = 100

# hostname      = *( domainlabel "." ) toplabel [ "." ]
# IPv6reference = "[" IPv6address "]"                          ; RFC 5954 section 4.1
# Underscores are no part of the grammar, but live in private networks.
HOST_TEXT = r"(?:[A-Za-z0-9_][A-Za-z0-9_.\-]*+|\[[0-9A-Fa-f:.]++\])"
HOST = re.compile(HOST_TEXT)

# userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
# Wider than the grammar by `#` and other marks dialled by people, and by raw UTF-8.
USER_TEXT = r"[^\s\x00-\x20\x7f@:<>\"\\\ud800-\udfff]++"
USER = re.compile(USER_TEXT)
PASSWORD_TEXT = r"[^\s\x00-\x20\x7f@:<>\"\\\ud800-\udfff]*+"
PASSWORD = re.compile(PASSWORD_TEXT)

# uri-parameters = *( ";" uri-parameter )
# uri-parameter  = pname [ "=" pvalue ]
URI_PARAM_NAME_TEXT = r"[^\s\x00-\x20\x7f@<>\"\\;?=,\ud800-\udfff]++"
URI_PARAM_NAME = re.compile(URI_PARAM_NAME_TEXT)
URI_PARAM_VALUE_TEXT = r"[^\s\x00-\x20\x7f@<>\"\\;?,\ud800-\udfff]*+"
URI_PARAM_VALUE = re.compile(URI_PARAM_VALUE_TEXT)

# headers = "?" header *( "&" header )
# header  = hname "=" hvalue
URI_HEADER_NAME = re.compile(r"[^\s\x00-\x20\x7f@<>\"\\&=\ud800-\udfff]+")
URI_HEADER_VALUE = re.compile(r"[^\s\x00-\x20\x7f@<>\"\\&\ud800-\udfff]*")

# SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
SIP_URI = re.compile(
    rf"([Ss][Ii][Pp][Ss]?):(?:({USER_TEXT})(?::({PASSWORD_TEXT}))?@)?"
    rf"({HOST_TEXT})(?::([0-9]{{1,5}}))?"
    rf"((?:;{URI_PARAM_NAME_TEXT}(?:={URI_PARAM_VALUE_TEXT})?)*)(?:\?(.*))?"
)

# absoluteURI = scheme ":" ( hier-part / opaque-part )
# scheme      = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
OPAQUE = re.compile(r"[^\s\x00-\x20\x7f<>\"\\\ud800-\udfff]+")
ABSOLUTE_URI = re.compile(rf"({SCHEME.pattern}):({OPAQUE.pattern})")

# via-parm          = sent-protocol LWS sent-by *( SEMI via-params )
# sent-protocol     = protocol-name SLASH protocol-version SLASH transport
# sent-by           = host [ COLON port ]
PROTOCOL = re.compile(rf"{TOKEN_TEXT}/{TOKEN_TEXT}")
SENT_PROTOCOL = re.compile(
    rf"[ \t]*({TOKEN_TEXT})[ \t]*/[ \t]*({TOKEN_TEXT})[ \t]*/[ \t]*({TOKEN_TEXT})[ \t]+"
)
VIA = re.compile(rf"{SENT_PROTOCOL.pattern}({HOST_TEXT})(?:[ \t]*:[ \t]*([0-9]{{1,5}}))?")

# media-type = m-type SLASH m-subtype *( SEMI m-parameter ), in quotes by some
MEDIA_TYPE = re.compile(rf"[ \t\"]*({TOKEN_TEXT})[ \t]*/[ \t]*({TOKEN_TEXT})")

# CSeq = "CSeq" HCOLON 1*DIGIT LWS Method
CSEQ = re.compile(rf"([0-9]+)[ \t]+({TOKEN_TEXT})")

# callid = word [ "@" word ], here any run of characters that begins and ends with a visible one
CALL_ID = re.compile(r"[^\s\x00-\x20\x7f](?:[^\x00-\x1f\x7f]*[^\s\x00-\x20\x7f])?")

# challenge  = ("Digest" LWS digest-cln *(COMMA digest-cln)) / other-challenge
# auth-param = auth-param-name EQUAL ( token / quoted-string )
AUTH_SCHEME = re.compile(rf"[ \t,]*({TOKEN_TEXT})(?:[ \t]+|$)")
# Some divide by semicolons, or by nothing but a space.
AUTH_PARAM = re.compile(
    rf"[ \t]*({TOKEN_TEXT})[ \t]*=[ \t]*({QUOTED_TEXT}|[^\s,;\"\\\x00-\x1f\x7f]*)"
    rf"(?:[ \t]*[,;]|[ \t]+(?={TOKEN_TEXT}[ \t]*=)|[ \t]*$)"
)

# Request-Line = Method SP Request-URI SP SIP-Version CRLF
REQUEST_LINE = re.compile(rf"({TOKEN_TEXT}) ([^ ]+) ([Ss][Ii][Pp]/[0-9]+\.[0-9]+)")

# Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
# Nobody answers a response, so that nothing is gained by counting its spaces.
STATUS_LINE = re.compile(r"([Ss][Ii][Pp]/[0-9]+\.[0-9]+)[ \t]+([0-9]+)(?:[ \t]+(.*))?")

CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
# What a screen shows nothing of, or shows the rest turned round for: controls, marks without
# width, line separators, and what sets, overrides or isolates a direction (UAX #9).
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\u061c\ufeff]+")
# Bytes that were not UTF-8, and halves of a pair: text with these cannot be shown or sent.
LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_DIVIDING = re.compile(r'[,"<>\\]')
LINE_BREAKING = re.compile(r"[\r\n\x00]")


def quote(text: str) -> str:
    """`text` as a quoted-string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """The value of a quoted-string; any other text as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    return QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


# Windows-1252 from 0x80 to 0x9F; above, it is Latin-1.
_WINDOWS = "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ"


def visible(text: str) -> str:
    """`text` made fit for a screen: nothing that is not seen, and bytes that are no UTF-8 guessed.

    Old telephone systems write Windows-1252: better a likely letter than none.
    """
    if text.isascii():
        return text if text.isprintable() else CONTROL.sub("", text)
    return UNSEEN.sub("", guessed(text))


def guessed(text: str) -> str:
    """`text` with a letter for each byte that is no UTF-8."""
    return LONE_SURROGATE.sub(_guessed, text)


def _guessed(found: re.Match[str]) -> str:
    """The letter of a byte that came where UTF-8 was due; half a pair is none."""
    octet = ord(found[0]) - 0xDC00
    if not 0x80 <= octet <= 0xFF:
        return "\ufffd"
    return _WINDOWS[octet - 0x80] if octet < 0xA0 else chr(octet)


def whole_number(text: str, ceiling: int) -> int | None:
    """The number in `text`, None if it is no number, `ceiling` + 1 if it is above `ceiling`."""
    if not (text.isascii() and text.isdigit()):
        return None
    digits = text.lstrip("0")
    # Python itself refuses to read numbers of some thousand digits.
    return ceiling + 1 if len(digits) > 20 else min(int(digits or "0"), ceiling + 1)


def split_commas(text: str) -> list[str]:
    """The parts of a list header: commas inside quotes or angle brackets do not divide."""
    if "," not in text:
        return [text.strip(" \t")]
    if "<" not in text and '"' not in text:
        return [part.strip(" \t") for part in text.split(",")]
    parts: list[str] = []
    start, quoted, bracketed, escaped = 0, False, False, -1
    for found in _DIVIDING.finditer(text):
        position, character = found.start(), found[0]
        if position == escaped:
            continue
        if quoted:
            if character == "\\":
                escaped = position + 1
            quoted = character != '"'
        elif character == '"':
            quoted = True
        elif character == "<":
            bracketed = True
        elif character == ">":
            bracketed = False
        elif character == "," and not bracketed:
            parts.append(text[start:position].strip(" \t"))
            start = position + 1
    parts.append(text[start:].strip(" \t"))
    return parts
