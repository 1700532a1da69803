"""The attribute lines that browsers read, each with its grammar.

A browser refuses a whole description for one line of these that it can't read. What nobody reads
(RFC 8866 §5.13: unknown attributes are ignored) may say what it likes.
"""

from __future__ import annotations

import re

# RFC 8866 §9: token = 1*(token-char)
_TOKEN = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+")
_FLAG = re.compile("")
_NUMBER = re.compile(r"[0-9]{1,9}")
_NEVER = re.compile(r"(?!)")
_UINT32_MAX = 2**32 - 1
_PORT_MAX = 65535

# RFC 8122 §5: a fingerprint has as many bytes as its hash function gives. Browsers know these.
_HASH_BYTES = {"sha-1": 20, "sha-224": 28, "sha-256": 32, "sha-384": 48, "sha-512": 64}
# RFC 8285 §4.2, §4.3: local identifiers; 15 ends the header and is never one.
_EXTENSIONS = frozenset((*range(1, 15), *range(16, 256)))

GRAMMAR = {
    # RFC 8839 §5.4: 4 to 256 and 22 to 256 characters; see negotiation.py for too few.
    "ice-ufrag": re.compile(r"\S{1,256}"),
    "ice-pwd": re.compile(r"\S{1,256}"),
    "ice-options": re.compile(r"\S+(?: \S+)*"),
    "ice-lite": _FLAG,
    # RFC 8839 §5.1: foundation SP component-id SP transport SP priority SP
    #   connection-address SP port SP cand-type [SP rel-addr] [SP rel-port] *(SP extension)
    "candidate": re.compile(
        r"\S{1,32} [0-9]{1,3} (?i:udp|tcp|ssltcp) (?P<uint32>[0-9]{1,10})"
        r" [0-9A-Za-z.:\-_]+(?:%\S+)? (?P<port>[0-9]{1,5})"
        r" typ (?:host|srflx|prflx|relay)(?P<pairs>(?: \S+ \S+)*)"
    ),
    "end-of-candidates": _FLAG,
    # RFC 8122 §5: hash-func SP fingerprint, of hexadecimal bytes with ":" between
    "fingerprint": re.compile(r"(?P<hash>\S+) (?P<bytes>[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})*)"),
    # RFC 4145 §4, without holdconn, which RFC 8842 §5.1 forbids.
    "setup": re.compile("active|passive|actpass"),
    "tls-id": re.compile(r"\S+"),
    # RFC 5888 §4
    "mid": _TOKEN,
    # RFC 8866 §6.6: payload-type SP encoding-name "/" clock-rate [ "/" encoding-params ]
    "rtpmap": re.compile(r"(?P<format>[0-9]{1,3}) [^ /]+/[0-9]{1,9}(?:/[0-9]{1,3})?(?: .*)?"),
    # RFC 8866 §6.15: fmt SP byte-string
    "fmtp": re.compile(r"(?P<format>[0-9]{1,3}) \S.*"),
    # RFC 4585 §4.2: (fmt / "*") SP rtcp-fb-val
    "rtcp-fb": re.compile(r"(?P<format>[0-9]{1,3}|\*) [\w-]+(?: .*)?"),
    "rtcp": re.compile(r"(?P<port>[0-9]{1,5})(?: IN IP[46] \S+)?"),
    "rtcp-mux": _FLAG,
    "rtcp-mux-only": _FLAG,
    "rtcp-rsize": _FLAG,
    "bundle-only": _FLAG,
    "ptime": _NUMBER,
    "maxptime": _NUMBER,
    # RFC 8285 §8: id ["/" direction] SP URI [SP attributes]
    "extmap": re.compile(
        r"(?P<extension>[0-9]{1,3})(?:/(?:sendrecv|sendonly|recvonly|inactive))? \S+(?: .*)?"
    ),
    "extmap-allow-mixed": _FLAG,
    # RFC 8830 §2: identifier [SP appdata]
    "msid": re.compile(r"\S+(?: \S+)?"),
    # RFC 5576 §4.1: ssrc-id SP attribute [":" value]; browsers know only those with a value.
    "ssrc": re.compile(r"(?P<uint32>[0-9]{1,10}) (?:msid:\S+(?: \S+)?|(?!msid:)[^ :]+:\S.*)"),
    # RFC 5576 §4.2
    "ssrc-group": re.compile(r"[A-Z-]+(?: [0-9]{1,10})+"),
    # RFC 8853: layers of pictures, which a phone neither offers nor shows.
    "rid": _NEVER,
    "simulcast": _NEVER,
    "sctp-port": _NUMBER,
    "max-message-size": _NUMBER,
    "sendrecv": _FLAG,
    "sendonly": _FLAG,
    "recvonly": _FLAG,
    "inactive": _FLAG,
}
# Those that are said once: the first counts.
ONCE = frozenset(
    {"mid", "setup", "tls-id", "ice-ufrag", "ice-pwd", "rtcp-mux", "ptime", "maxptime"}
)
# The numbers among a candidate's extensions (RFC 8839 §5.1, and what browsers add).
_NUMBERED = frozenset({"rport", "generation", "network-id", "network-cost"})


def readable(name: str, value: str, formats: frozenset[str] | None = None) -> bool:
    """Whether a browser can read this one of GRAMMAR, with single spaces between its words.

    `formats` are those of its section, None for a line of the session.
    """
    found = GRAMMAR[name].fullmatch(value)
    if found is None:
        return False
    parts = found.groupdict()
    if "format" in parts:
        return formats is None or parts["format"] in formats or parts["format"] == "*"
    if "extension" in parts:
        return int(parts["extension"]) in _EXTENSIONS
    if "hash" in parts:
        return len(parts["bytes"].split(":")) == _HASH_BYTES.get(parts["hash"].lower())
    if int(parts.get("uint32") or 0) > _UINT32_MAX or int(parts.get("port") or 0) > _PORT_MAX:
        return False
    return "pairs" not in parts or _pairs(parts["pairs"])


def _pairs(text: str) -> bool:
    words = text.split()
    return all(map(_pair, words[::2], words[1::2]))


def _pair(name: str, value: str) -> bool:
    if name == "tcptype":  # RFC 6544 §4.5
        return value in ("active", "passive", "so")
    return name not in _NUMBERED or (value.isdecimal() and value.isascii() and len(value) < 10)
