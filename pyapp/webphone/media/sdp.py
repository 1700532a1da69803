"""Session descriptions: lines in, lines out, and typed views over the ones we care about.

Each line is looked at once, however many questions follow: a stranger writes them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property, lru_cache

from webphone.media.attributes import GRAMMAR, ONCE, readable
from webphone.media.codecs import Codec, explained, payload_type
from webphone.words import Sentence, say


class Unusable(ValueError):
    """A session description that cannot be read; the sentence names the line and the fault."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Direction(StrEnum):
    """Which way a medium flows, seen from who wrote the description (RFC 8866 §6.7)."""

    SENDRECV = "sendrecv"
    SENDONLY = "sendonly"
    RECVONLY = "recvonly"
    INACTIVE = "inactive"

    @property
    def sends(self) -> bool:
        return self in (Direction.SENDRECV, Direction.SENDONLY)

    @property
    def receives(self) -> bool:
        return self in (Direction.SENDRECV, Direction.RECVONLY)

    @staticmethod
    def of(*, sends: bool, receives: bool) -> Direction:
        if sends:
            return Direction.SENDRECV if receives else Direction.SENDONLY
        return Direction.RECVONLY if receives else Direction.INACTIVE


# What we read of a description, and no more: a browser's own is 2 to 12 kB, of 2 to 4 sections.
LONGEST = 65_536  # characters
MOST_SECTIONS = 64
MOST_LINES = 4_000
MOST_SESSION_LINES = 1_000
MOST_FORMATS = 256  # there are 128 payload types

# RFC 8866 §9: media-field = %s"m" "=" media SP port ["/" integer] SP proto 1*(SP fmt) CRLF
# A section that is refused may come without formats.
_MEDIA = re.compile(r"m=([^ ]+) +([0-9]{1,5})(?:/[0-9]{1,5})? +([^ ]+)((?: +[^ ]+)*)")
_KIND = re.compile(r"m=([A-Za-z]+)\b")
# RFC 8866 §9: type is one letter; we let unknown ones through, the browser decides.
_LINE = re.compile(r"[A-Za-z]=[^\r\0]*")
# RFC 8866 §9: connection-field = %s"c" "=" nettype SP addrtype SP connection-address CRLF
_CONNECTION = re.compile(r"c=IN +IP[46] +([^ /]+).*")
_DIRECTIONS = {f"a={direction}": direction for direction in Direction}
_PORT_MAX = 65535
_LINE_END = re.compile(r"\r\n|\n|\r")
BUNDLE = "a=group:BUNDLE"


@dataclass(frozen=True)
class Block:
    """Some lines of a description, and what they say."""

    lines: tuple[str, ...]

    @cached_property
    def attributes(self) -> dict[str, list[str]]:
        """The values of all a= lines, by name; "" for a flag."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            if line.startswith("a="):
                name, value = _parted(line)
                found.setdefault(name, []).append(value)
        return found

    def attribute(self, name: str) -> str | None:
        """The value of the first a=name line, None when there is none."""
        values = self.attributes.get(name)
        return values[0] if values else None

    @cached_property
    def direction(self) -> Direction | None:
        """What the first line of that kind says."""
        found = (_DIRECTIONS[line] for line in self.lines if line in _DIRECTIONS)
        return next(found, None)

    @cached_property
    def connection(self) -> str | None:
        """The address of the first c= line that can be read."""
        found = (_CONNECTION.fullmatch(line) for line in self.lines if line.startswith("c="))
        return next((each[1] for each in found if each), None)


@dataclass(frozen=True, kw_only=True)
class Media:
    """One m= section, and what its session says for all of them."""

    own: Block
    session: Block
    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The section's own lines, the m= line first."""
        return self.own.lines

    def attribute(self, name: str) -> str | None:
        """The value of the section's first a=name line: "" for a flag, None when absent."""
        return self.own.attribute(name)

    def own_or_session(self, name: str) -> str | None:
        """Like `attribute`, falling back to the session's line of that name."""
        own = self.attribute(name)
        return own if own is not None else self.session.attribute(name)

    @property
    def rejected(self) -> bool:
        """Whether port 0 switches the medium off (RFC 3264 §6)."""
        # RFC 9143 §6: bundle-only borrows port 0 in an offer without refusing anything.
        return self.port == 0 and self.attribute("bundle-only") is None

    @property
    def direction(self) -> Direction:
        """The section's direction, else the session's, else sendrecv (RFC 8866 §6.7)."""
        return self.own.direction or self.session.direction or Direction.SENDRECV

    @property
    def mid(self) -> str | None:
        return self.attribute("mid")

    @property
    def has_fingerprint(self) -> bool:
        """Whether a certificate is named for DTLS (RFC 8122 §5), here or for the session."""
        return self.own_or_session("fingerprint") is not None

    @property
    def has_ice(self) -> bool:
        """Whether ICE can start (RFC 8839 §5.4): both credentials, here or for the session."""
        names = ("ice-ufrag", "ice-pwd")
        return all(self.own_or_session(name) is not None for name in names)

    @property
    def connection(self) -> str | None:
        """The address of the section's c= line, else of the session's; None when neither reads."""
        return self.own.connection or self.session.connection

    @cached_property
    def codecs(self) -> tuple[Codec, ...]:
        """The payload types of the m= line in its order; those nobody explains are left out."""
        said = self.own.attributes
        return explained(self.formats, said.get("rtpmap", ()), said.get("fmtp", ()))

    @property
    def telephone_event(self) -> int | None:
        """The payload type of RFC 4733 tones, or None when they were not negotiated."""
        tones = (c.payload for c in self.codecs if c.name.lower() == "telephone-event")
        return next(tones, None)

    def with_lines(self, lines: tuple[str, ...]) -> Media:
        """The same section with other lines, the m= line first; raises Unusable."""
        return _media(list(enumerate(lines, start=1)), self.session)

    def with_direction(self, direction: Direction) -> Media:
        """The section saying `direction` once, in the place of what it said before."""
        kept: list[str] = []
        said = False
        for line in self.lines:
            if line not in _DIRECTIONS:
                kept.append(line)
            elif not said:
                kept.append(f"a={direction}")
                said = True
        if not said:
            kept.append(f"a={direction}")
        return replace(self, own=Block(tuple(kept)))


@dataclass(frozen=True, kw_only=True)
class Description:
    """A whole session description; `str()` gives every line back, each ended by CRLF."""

    session: tuple[str, ...]
    media: tuple[Media, ...]

    @staticmethod
    @lru_cache(maxsize=32)  # what is asked of one description is asked in one turn
    def parse(text: str) -> Description:
        """Read a description, forgiving wrong line ends, blank lines and spaces around a line.

        Lines that break their grammar are left out, except those without which it is none. Unknown
        lines and attributes are kept as they are. Raises Unusable with a sentence that names the
        line where the text stops being SDP, or the bound that it passes.
        """
        if len(text) > LONGEST:
            raise Unusable(say("sdp_too_long", length=len(text), most=LONGEST))
        raw = _LINE_END.split(text)
        if len(raw) > MOST_LINES:
            raise Unusable(say("sdp_too_many_lines", count=len(raw), most=MOST_LINES))
        stripped = ((number, line.strip(" \t")) for number, line in enumerate(raw, start=1))
        numbered = [(number, line) for number, line in stripped if line]
        if not numbered:
            raise Unusable(say("sdp_empty"))
        starts = [at for at, (_, line) in enumerate(numbered) if line.startswith("m=")]
        number, first = numbered[0]
        # RFC 8866 §5.1; where sections follow, it is clear what this is.
        if first != "v=0" and not starts:
            raise Unusable(say("sdp_version", number=number, line=_shown(first)))
        if len(starts) > MOST_SECTIONS:
            raise Unusable(say("sdp_too_many_sections", count=len(starts), most=MOST_SECTIONS))
        numbered = _refusable(numbered, starts)
        ends = [*starts, len(numbered)]
        session = Block(_session(numbered[: ends[0]]))
        media = tuple(_media(numbered[start:end], session) for start, end in zip(starts, ends[1:]))
        return Description(session=session.lines, media=media)

    def __str__(self) -> str:
        sections = (self.session, *(media.lines for media in self.media))
        return "".join(f"{line}\r\n" for section in sections for line in section)

    def attribute(self, name: str) -> str | None:
        """The value of the session's first a=name line: "" for a flag, None when absent."""
        return Block(self.session).attribute(name)

    @property
    def bundles(self) -> tuple[tuple[str, ...], ...]:
        """The mids of each bundle (RFC 9143 §7.2)."""
        lines = (line for line in self.session if line.startswith(BUNDLE))
        return tuple(tuple(line.split()[1:]) for line in lines)

    @property
    def live(self) -> tuple[Media, ...]:
        """The sections that are not rejected."""
        return tuple(media for media in self.media if not media.rejected)

    def of_kind(self, kind: str) -> tuple[Media, ...]:
        """The sections of that kind ("audio", "video") that are not rejected."""
        return tuple(media for media in self.live if media.kind == kind)

    def transport_of(self, media: Media) -> Media:
        """The section whose ICE and DTLS lines carry `media`: its bundle's first, or itself."""
        first = self._named.get(media.mid or "", media)
        # RFC 9143 §7.1: no two have one name; where they do, only the first is in the bundle.
        if first.kind != media.kind:
            return media
        return self._carriers.get(media.mid or "", media)

    @cached_property
    def _named(self) -> dict[str, Media]:
        """The first section of each name."""
        return {media.mid: media for media in reversed(self.media) if media.mid}

    @cached_property
    def _carriers(self) -> dict[str, Media]:
        """By mid the section that carries it, of those that are in a bundle."""
        sections = self._named
        carriers: dict[str, Media] = {}
        for mids in self.bundles:
            # RFC 9143 §7.2: the first mid of the group is the tagged section.
            there = [mid for mid in mids if mid in sections]
            tagged = next((mid for mid in there if not sections[mid].rejected), None)
            if tagged is not None:
                carriers |= {mid: sections[tagged] for mid in there if mid not in carriers}
        return carriers

    def with_direction(self, direction: Direction, kind: str | None = None) -> Description:
        """Every live section (of that kind) saying `direction`; rejected ones stay untouched."""
        return self.changed(
            lambda media: (
                media.with_direction(direction)
                if not media.rejected and kind in (None, media.kind)
                else media
            )
        )

    def changed(self, change: Callable[[Media], Media]) -> Description:
        """A copy with each section passed through `change`."""
        return replace(self, media=tuple(change(media) for media in self.media))


def _refusable(numbered: list[tuple[int, str]], starts: list[int]) -> list[tuple[int, str]]:
    """The lines, with every m= line that cannot be read as one that is refused, unless all are."""
    broken = [at for at in starts if not _is_media(numbered[at][1])]
    if not broken or len(broken) == len(starts):
        return numbered
    mended = list(numbered)
    for at in broken:
        number, line = numbered[at]
        kind = _KIND.match(line)
        mended[at] = (number, f"m={kind[1] if kind else 'application'} 0 RTP/AVP 0")
    return mended


def _is_media(line: str) -> bool:
    if len(line) > MOST_FORMATS * 16:
        return True  # which is a bound, and no mistake
    found = _MEDIA.fullmatch(line)
    return found is not None and int(found[2]) <= _PORT_MAX and bool(found[4] or not int(found[2]))


def _session(numbered: list[tuple[int, str]]) -> tuple[str, ...]:
    if len(numbered) > MOST_SESSION_LINES:
        count, most = len(numbered), MOST_SESSION_LINES
        raise Unusable(say("sdp_too_many_session_lines", count=count, most=most))
    once: set[str] = set()
    lines = (_understood(line, None, once) for _, line in numbered)
    return tuple(line for line in lines if line)


def _media(numbered: list[tuple[int, str]], session: Block) -> Media:
    number, first = numbered[0]
    found = _MEDIA.fullmatch(first) if len(first) <= MOST_FORMATS * 16 else None
    # RFC 8866 §5.14 asks for formats; a section that is refused needs none.
    if found is None or not (found[4] or int(found[2]) == 0):
        raise Unusable(say("sdp_no_media", number=number, line=_shown(first)))
    kind, port, protocol = found[1].lower(), int(found[2]), found[3].upper()
    if port > _PORT_MAX:
        raise Unusable(say("sdp_port", number=number, port=port, most=_PORT_MAX))
    formats = tuple(dict.fromkeys(found[4].split()))
    if len(formats) > MOST_FORMATS:
        raise Unusable(say("sdp_too_many_formats", count=len(formats), most=MOST_FORMATS))
    if "RTP/" in protocol:
        formats = tuple(each for each in formats if 0 <= payload_type(each) < 128)
    known, once = frozenset(formats), set[str]()
    lines = (_understood(line, known, once) for _, line in numbered[1:])
    head = " ".join((f"m={kind}", str(port), protocol, *formats))
    return Media(
        own=Block((head, *(line for line in lines if line))),
        session=session,
        kind=kind,
        port=port,
        protocol=protocol,
        formats=formats,
    )


def _understood(line: str, formats: frozenset[str] | None, once: set[str]) -> str:
    """The line as a browser reads it, "" to leave it out; `once` grows by what is said once."""
    if not _LINE.fullmatch(line):
        return ""
    if not line.startswith("a="):
        return line
    name, value = _parted(line)
    if name not in GRAMMAR:
        return line if name else ""
    value = " ".join(value.split())
    if name in once or not readable(name, value, formats):
        return ""
    if name in ONCE:
        once.add(name)
    return f"a={name}:{value}" if value else f"a={name}"


def _parted(line: str) -> tuple[str, str]:
    """Name and value of an a= line."""
    name, _, value = line[2:].partition(":")
    return name.strip(), value.strip()


def _shown(line: str) -> str:
    """The line, short and printable, for an error sentence."""
    return repr(line if len(line) <= 60 else f"{line[:57]}...")
