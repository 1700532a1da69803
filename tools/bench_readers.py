"""How long the nastiest text of each size keeps each reader busy: nobody may stop a page.

Everything that a stranger can send is read in time that grows with its length. Each reader below
stands beside the shapes that cost such readers most; 64 kB of any may take 50 ms on CPython. A new
reader is one row of READERS.

    python tools/bench_readers.py              all of them
    python tools/bench_readers.py Via agent    those with one of these words in their names
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from time import process_time

from webphone.media import (
    Description,
    can_send_tones,
    chosen_codec,
    held_by,
    problem,
    same_end,
    wants_video,
)
from webphone.media.repair import Agreed, as_offered, repaired
from webphone.sip import Agent, Entropy, Identity
from webphone.sip.outputs import By
from webphone.sip.packages import read as read_news
from webphone.sip.usages.ending import ended
from webphone.sip.wire import salvage
from webphone.sip.wire.fields import Headers
from webphone.sip.wire.grammar import Malformed, split_commas, visible
from webphone.sip.wire.headers import Challenge, NameAddr, Reason, Via
from webphone.sip.wire.message import Request
from webphone.sip.wire.multipart import part
from webphone.sip.wire.params import parse_params
from webphone.sip.wire.uri import Uri, unescape

SIZES = (1, 4, 16, 64, 256)  # kB
LIMIT_MS = 50.0  # for 64 kB


@dataclass(frozen=True)
class Shape:
    """How a text begins, what is said again and again in it, and how it ends."""

    before: str
    unit: str
    after: str = ""

    def of(self, size: int) -> str:
        """A text of that many characters, or a few less."""
        room = size - len(self.before) - len(self.after)
        return self.before + self.unit * max(1, room // len(self.unit)) + self.after

    def __str__(self) -> str:
        return " ".join(ascii(text) for text in (self.before, self.unit, self.after) if text)


@dataclass(frozen=True)
class Reader:
    """Something that reads a stranger's text, and what may cost it most."""

    name: str
    read: Callable[[str], object]
    shapes: tuple[Shape, ...]

    def milliseconds(self, shape: Shape, size: int, tries: int = 3) -> float:
        """How long it takes for that many characters, the best of some tries."""
        text = shape.of(size)
        return min(self._once(text) for _ in range(tries)) * 1000

    def worst(self, size: int) -> Shape:
        """The shape that takes longest."""
        return max(self.shapes, key=lambda shape: self.milliseconds(shape, size, 1))

    def _once(self, text: str) -> float:
        start = process_time()
        with suppress(Malformed, ValueError):
            self.read(text)
        return process_time() - start


# What breaks naive readers: openings without ends, separators without contents, escapes, blanks.
UNITS = (
    *("a", "a,", ";", ";a", ";a=", ";a=b", ";tag=a", ",", ", ", " ", "\t", "\\", '"', '\\"', '""'),
    *("<", ">", "<>", "<a", "a>", "sip:", "<sip:a@b>,", "@", "a@", ":", "%", "%41", "%4", "?", "&"),
    *("a=b&", "=", "==", "a=", "[", "]", "\u202e", "\u00e9", "\udc80", "(", "a.", "-", "0", "9,"),
    *(";lr", '";"', ';a="', ';a="\\', ' ;a = "b" ', "<sip:a@b;c=d>;e,", "Digest a=b,", "a b=c,"),
)
STARTS = ("", '"', "<", "<sip:", "sip:a@b", "sip:a@b;", "SIP/2.0/WSS a", "Digest ", 'Digest a="')
IN_HEADER = ("", '"', "<sip:a@b", "SIP/2.0/WSS a;branch=z9hG4bK1")
LINES = (
    *(Shape("", unit, "a: b") for unit in ("a:\r\n", "b\r\n", "a: b\r\n", "(: b\r\n", "\r\n a")),
    *(Shape("", unit, "b:") for unit in ("Via: a\r\n", "v: SIP/2.0/WS a\r\n", "m: <sip:a@b>\r\n")),
    Shape("X: ", "\r\n\t", "a"),
)
PARTS = (Shape("", "--a\r\n"), Shape("", "\r\n--a"), Shape("--a\r\n", "c: b\r\n"))
_SESSION = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"
_MEDIA = "m=audio 9 a 0\r\na=rtcp-mux\r\n"
_PATH = (
    f"a=fingerprint:sha-256 {':'.join(['00'] * 32)}\r\na=ice-ufrag:x\r\n"
    "a=ice-pwd:0123456789abcdef01234567\r\n"
)
_OFFER = (
    f"{_SESSION}a=group:BUNDLE 0 1\r\n{_PATH}{_MEDIA}a=mid:0\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtcp-mux\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n"
)
DESCRIPTIONS = (
    Shape(_SESSION, "a=b\r\n", _MEDIA),
    Shape(_SESSION, _MEDIA),
    Shape(_SESSION + "a=b\r\n" * 900, _MEDIA),
    Shape(_SESSION, "a=group:BUNDLE 0\r\n", _MEDIA),
    Shape(_SESSION + "a=group:BUNDLE", " 0", "\r\n" + _MEDIA),
    Shape(_SESSION + "m=audio 9 a", " 0", "\r\n"),
    Shape(_SESSION + _MEDIA, "a=rtpmap:0 a/8000\r\n"),
    Shape(_SESSION + _MEDIA, "a=mid:0\r\n"),
    Shape(_SESSION + _MEDIA, "a=candidate:1 1 udp 1 1.1.1.1 1 typ host\r\n"),
    Shape("", "\r\n"),
    Shape("", "m="),
    # Within all bounds: as many sections, and lines in them, as are read.
    *(
        Shape(_SESSION + _PATH, _MEDIA + line * 60)
        for line in (
            *("a=b\r\n", "a=extmap:1 a\r\n", "a=rtpmap:0 a/8000\r\n", "a=fmtp:0 a=b\r\n"),
            *("a=ssrc:1 cname:a\r\n", "c=IN IP4 a b\r\n", "a=msid:a b\r\n", "a\r\n"),
        )
    ),
    Shape(_SESSION + _PATH + _MEDIA + "a=fmtp:0 ", "a", "\r\n"),
    Shape(_SESSION + _PATH + _MEDIA + "a=candidate:1 1 udp 1 1.1.1.1 1 typ host", " a", "\r\n"),
    Shape(_SESSION + _PATH + _MEDIA + "a=fingerprint:sha-256 00", ":00", "\r\n"),
    Shape("v=0\r\no=", " 1", "\r\n" + _PATH + _MEDIA),
)


_ROOT = "<dialog-info version='1'>"
XML = (
    *(
        Shape(start, unit)
        for start in ("", _ROOT, "<a ", "<a b='", "<a>&", "<!--", "<![CDATA[")
        for unit in (
            "<",
            "<a",
            "<a>",
            "<a/>",
            "</a>",
            "a",
            " ",
            "\n",
            " a",
            " a=",
            " a='b'",
            "&",
            "&a",
            "&#",
            "&#6",
            "&amp;",
            "-",
            "--",
            "]",
            "]]",
            "?",
            "'",
            '"',
            ":",
            "a:",
            "<!--",
            "-->",
        )
    ),
    Shape(_ROOT, "<dialog id='1'><state>early</state></dialog>", "</dialog-info>"),
    Shape("<presence>", "<tuple><status><basic>open</basic></status></tuple>", "</presence>"),
    Shape("<conference-info><users>", "<user entity='a'/>", "</users></conference-info>"),
    Shape("<presence><note>", "a ", "</note></presence>"),
    Shape("<presence><note>", "&amp;", "</note></presence>"),
    Shape("<presence><note>", "a<!---->", "</note></presence>"),
)


def mixed(starts: tuple[str, ...]) -> tuple[Shape, ...]:
    """Every unit behind every start."""
    return tuple(Shape(start, unit) for start in starts for unit in UNITS)


def _described(sdp: str) -> object:
    """All that is asked of one description, which is read once in a turn."""
    Description.parse.cache_clear()
    offer = Description.parse(_OFFER)
    problem(sdp)
    problem(sdp, offer)
    repaired(sdp)
    repaired(sdp, _OFFER)
    repaired(sdp, agreed=Agreed(local=_OFFER, remote=_OFFER))
    as_offered(_OFFER, sdp)
    same_end(sdp, _OFFER)
    theirs = Description.parse(sdp)
    paths = [
        (media.direction, media.connection, theirs.transport_of(media)) for media in theirs.media
    ]
    return held_by(theirs), wants_video(theirs), chosen_codec(theirs), can_send_tones(theirs), paths


def _received(header: str) -> Callable[[str], object]:
    """An agent that takes an INVITE with the text in one header; for "" it is lines of its own."""

    def receive(text: str) -> object:
        values = {
            "Via": "SIP/2.0/WSS far.invalid;branch=z9hG4bK1",
            "From": "<sip:bob@far.example>;tag=b1",
            "To": "<sip:alice@near.example>",
            "Call-ID": "c1",
            "CSeq": "1 INVITE",
            "Contact": "<sip:bob@far.invalid>",
        }
        lines = [f"{name}: {value}" for name, value in values.items() if name != header]
        own = f"{header}: {text}" if header else text
        data = "\r\n".join(["INVITE sip:alice@near.invalid SIP/2.0", own, *lines, "", ""])
        agent = Agent(Entropy(lambda count: b"7" * count))
        agent.account = Identity(user="alice", domain="near.example")
        return agent.receive(data.encode("utf-8", "surrogateescape"), 0.0)

    return receive


def _part(text: str) -> object:
    body = text.encode("utf-8", "surrogateescape")
    return part(body, "multipart/mixed;boundary=a", "application/sdp")


def _ended(text: str) -> object:
    headers = Headers.received([("Reason", text), ("Warning", text)])
    return ended("call", By.REMOTE, Request("BYE", Uri("sip", host="a"), headers))


def _news(kind: str) -> Callable[[str], object]:
    suffix = "" if kind == "simple-message-summary" else "+xml"
    return lambda text: read_news(f"application/{kind}{suffix}", text.encode("utf-8", "replace"))


MAIL = tuple(f"Messages-Waiting: yes\r\nVoice-Message: {start}" for start in ("", "1", "1/1 ("))
HEADERS = (
    *("Via", "From", "To", "Contact", "Record-Route", "Call-ID", "CSeq", "Require", "Accept"),
    *("Session-Expires", "Content-Type", "Content-Disposition", "Supported", "Expires", "X"),
)
READERS = (
    Reader("split_commas", split_commas, mixed(STARTS)),
    Reader("visible", visible, mixed(("",))),
    Reader("parse_params", parse_params, mixed(("", ";"))),
    Reader("Uri", Uri.parse, mixed(STARTS)),
    Reader("unescape", unescape, mixed(("",))),
    Reader("NameAddr", NameAddr.parse, mixed(STARTS)),
    Reader("Via", Via.parse, mixed(STARTS)),
    Reader("Challenge", Challenge.parse_many, mixed(STARTS)),
    Reader("Reason", Reason.parse, mixed(STARTS)),
    Reader("salvage.person", salvage.person, mixed(STARTS)),
    Reader("salvage.route", salvage.route, mixed(STARTS)),
    Reader("salvage.via", salvage.via, mixed(STARTS)),
    Reader("multipart", _part, (*mixed(("", "--a\r\n")), *PARTS)),
    Reader("ending", _ended, mixed(("", "SIP;text="))),
    Reader("agent: lines", _received(""), LINES),
    *(Reader(f"agent: {name}", _received(name), mixed(IN_HEADER)) for name in HEADERS),
    Reader("description", _described, DESCRIPTIONS),
    *(Reader(kind, _news(kind), XML) for kind in ("dialog-info", "pidf", "conference-info")),
    Reader("summary", _news("simple-message-summary"), mixed(("", *MAIL))),
)


def measured(words: list[str]) -> Iterator[tuple[Reader, Shape, list[float]]]:
    """For each reader the shape that takes longest for 64 kB, and its times for all sizes."""
    for reader in READERS:
        if not words or any(word in reader.name for word in words):
            shape = reader.worst(64_000)
            yield reader, shape, [reader.milliseconds(shape, size * 1000) for size in SIZES]


def main() -> int:
    print(f"{'milliseconds':22}{''.join(f'{size:>6} kB' for size in SIZES)}  nastiest shape")
    slow = 0
    for reader, shape, times in measured(sys.argv[1:]):
        late = times[SIZES.index(64)] > LIMIT_MS
        slow += late
        row = "".join(f"{time:>9.2f}" for time in times)
        print(f"{reader.name:22}{row}  {shape}{'  TOO SLOW' if late else ''}", flush=True)
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
