"""Session descriptions: lines in, lines out, none lost; typed views over the ones we care about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One payload type and what it stands for; `clock` is in hertz, `fmtp` is "" when absent."""

    payload: int
    name: str
    clock: int
    channels: int = 1
    fmtp: str = ""

    @property
    def carries_media(self) -> bool:
        """False for payloads that only accompany a codec: tones, comfort noise, repair."""
        return self.name.lower() not in _COMPANIONS

    @property
    def serves(self) -> frozenset[int]:
        """The payload types that this one repairs: rtx names one, red lists its own."""
        match self.name.lower():
            case "rtx":  # RFC 4588 §8
                listed = re.findall(r"\bapt=([0-9]{1,3})\b", self.fmtp)
            case "red":  # RFC 2198 §5
                listed = re.findall(r"\b[0-9]{1,3}\b", self.fmtp)
            case _:
                listed = []
        return frozenset(int(payload) for payload in listed)


_COMPANIONS = frozenset(
    {"telephone-event", "cn", "red", "rtx", "ulpfec", "flexfec-03", "flexfec", "tone"}
)

# RFC 3551 §6, tables 4 and 5: payload types that need no rtpmap.
_STATIC = {
    0: ("PCMU", 8000),
    3: ("GSM", 8000),
    8: ("PCMA", 8000),
    9: ("G722", 8000),
    13: ("CN", 8000),
    18: ("G729", 8000),
}

# RFC 8866 §9: media-field = %s"m" "=" media SP port ["/" integer] SP proto 1*(SP fmt) CRLF
_MEDIA = re.compile(r"m=([^ ]+) +([0-9]{1,5})(?:/[0-9]{1,5})? +([^ ]+)((?: +[^ ]+)+) *")
# RFC 8866 §9: type is one letter; we let unknown ones through, the browser decides.
_LINE = re.compile(r"[A-Za-z]=[^\r\0]*")
# RFC 8866 §6.6: rtpmap-value = payload-type SP encoding-name "/" clock-rate [ "/" encoding-params ]
_RTPMAP = re.compile(r"([0-9]{1,3}) +([^ /]+)/([0-9]{1,9})(?:/([0-9]{1,3}))?.*")
# RFC 8866 §9: connection-field = %s"c" "=" nettype SP addrtype SP connection-address CRLF
_CONNECTION = re.compile(r"c=IN +IP[46] +([^ /]+).*")
_DIRECTIONS = {f"a={direction}": direction for direction in Direction}
_PORT_MAX = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """One m= section; `lines` are its own, `session` those above the first m= line."""

    lines: tuple[str, ...]
    session: tuple[str, ...]
    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]

    def attribute(self, name: str) -> str | None:
        """The value of the section's first a=name line: "" for a flag, None when absent."""
        return _attribute(self.lines, name)

    def own_or_session(self, name: str) -> str | None:
        """Like `attribute`, falling back to the session's line of that name."""
        own = self.attribute(name)
        return own if own is not None else _attribute(self.session, name)

    @property
    def rejected(self) -> bool:
        """Whether port 0 switches the medium off (RFC 3264 §6)."""
        # RFC 9143 §6: bundle-only borrows port 0 in an offer without refusing anything.
        return self.port == 0 and self.attribute("bundle-only") is None

    @property
    def direction(self) -> Direction:
        """The section's direction, else the session's, else sendrecv (RFC 8866 §6.7)."""
        for line in (*self.lines, *self.session):
            if line.rstrip() in _DIRECTIONS:
                return _DIRECTIONS[line.rstrip()]
        return Direction.SENDRECV

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
        for line in (*self.lines, *self.session):
            if found := _CONNECTION.fullmatch(line):
                return found[1]
        return None

    @property
    def codecs(self) -> tuple[Codec, ...]:
        """The payload types of the m= line in its order; those nobody explains are left out."""
        known = dict(_STATIC_CODECS)
        for value in self._values("rtpmap"):
            if found := _RTPMAP.fullmatch(value):
                payload = int(found[1])
                known[payload] = Codec(
                    payload=payload,
                    name=found[2],
                    clock=int(found[3]),
                    channels=int(found[4] or 1),
                )
        for value in self._values("fmtp"):
            payload_text, _, parameters = value.partition(" ")
            payload = _payload(payload_text)
            if payload in known:
                known[payload] = replace(known[payload], fmtp=parameters.strip())
        wanted = [_payload(text) for text in self.formats]
        return tuple(known[payload] for payload in wanted if payload in known)

    @property
    def unreadable_rtpmap(self) -> str | None:
        """The first a=rtpmap line that breaks the grammar, which no browser forgives."""
        broken = (value for value in self._values("rtpmap") if not _RTPMAP.fullmatch(value))
        return next((f"a=rtpmap:{value}" for value in broken), None)

    @property
    def telephone_event(self) -> int | None:
        """The payload type of RFC 4733 tones, or None when they were not negotiated."""
        tones = (c.payload for c in self.codecs if c.name.lower() == "telephone-event")
        return next(tones, None)

    def with_lines(self, lines: tuple[str, ...]) -> Media:
        """The same section with other lines, the m= line first; raises Unusable."""
        return _media(lines, self.session, number=1)

    def with_direction(self, direction: Direction) -> Media:
        """The section saying `direction` once, in the place of what it said before."""
        kept: list[str] = []
        said = False
        for line in self.lines:
            if line.rstrip() not in _DIRECTIONS:
                kept.append(line)
            elif not said:
                kept.append(f"a={direction}")
                said = True
        if not said:
            kept.append(f"a={direction}")
        return replace(self, lines=tuple(kept))

    def _values(self, name: str) -> list[str]:
        start = f"a={name}:"
        return [line[len(start) :] for line in self.lines if line.startswith(start)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A whole session description; `str()` gives every line back, each ended by CRLF."""

    session: tuple[str, ...]
    media: tuple[Media, ...]

    @staticmethod
    def parse(text: str) -> Description:
        """Read a description, forgiving bare LF, blank lines and a missing last line end.

        Unknown lines and attributes are kept as they are. Raises Unusable with a sentence
        that names the line where the text stops being SDP.
        """
        numbered = [
            (number, line.removesuffix("\r"))
            for number, line in enumerate(text.split("\n"), start=1)
            if line.removesuffix("\r")
        ]
        if not numbered:
            raise Unusable(say("sdp_empty"))
        first_number, first = numbered[0]
        # RFC 8866 §5.1
        if first.rstrip() != "v=0":
            raise Unusable(say("sdp_version", number=first_number, line=_shown(first)))
        for number, line in numbered:
            if not _LINE.fullmatch(line):
                raise Unusable(say("sdp_no_line", number=number, line=_shown(line)))

        starts = [at for at, (_, line) in enumerate(numbered) if line.startswith("m=")]
        lines = tuple(line for _, line in numbered)
        session = lines[: starts[0]] if starts else lines
        ends = [*starts[1:], len(lines)]
        media = tuple(
            _media(lines[start:end], session, number=numbered[start][0])
            for start, end in zip(starts, ends)
        )
        return Description(session=session, media=media)

    def __str__(self) -> str:
        sections = (self.session, *(media.lines for media in self.media))
        return "".join(f"{line}\r\n" for section in sections for line in section)

    def attribute(self, name: str) -> str | None:
        """The value of the session's first a=name line: "" for a flag, None when absent."""
        return _attribute(self.session, name)

    @property
    def live(self) -> tuple[Media, ...]:
        """The sections that are not rejected."""
        return tuple(media for media in self.media if not media.rejected)

    def of_kind(self, kind: str) -> tuple[Media, ...]:
        """The sections of that kind ("audio", "video") that are not rejected."""
        return tuple(media for media in self.live if media.kind == kind)

    def transport_of(self, media: Media) -> Media:
        """The section whose ICE and DTLS lines carry `media`: its bundle's first, or itself."""
        for line in self.session:
            if not line.startswith("a=group:BUNDLE "):
                continue
            mids = line.split()[1:]
            if media.mid in mids:
                # RFC 9143 §7.2: the first mid of the group is the tagged section.
                tagged = (other for other in self.media if other.mid == mids[0])
                return next(tagged, media)
        return media

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


_STATIC_CODECS = {
    payload: Codec(payload=payload, name=name, clock=clock)
    for payload, (name, clock) in _STATIC.items()
}


def _media(lines: tuple[str, ...], session: tuple[str, ...], *, number: int) -> Media:
    found = _MEDIA.fullmatch(lines[0])
    if found is None:
        raise Unusable(say("sdp_no_media", number=number, line=_shown(lines[0])))
    port = int(found[2])
    if port > _PORT_MAX:
        raise Unusable(say("sdp_port", number=number, port=port, most=_PORT_MAX))
    return Media(
        lines=lines,
        session=session,
        kind=found[1],
        port=port,
        protocol=found[3],
        formats=tuple(found[4].split()),
    )


def _attribute(lines: Iterable[str], name: str) -> str | None:
    for line in lines:
        attribute, _, value = line.partition(":")
        if attribute.rstrip() == f"a={name}":
            return value.strip()
    return None


def _payload(text: str) -> int:
    """The payload type (RFC 3550 §5.1, seven bits), or -1 for what is none."""
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else -1


def _shown(line: str) -> str:
    """The line, short and printable, for an error sentence."""
    return repr(line if len(line) <= 60 else f"{line[:57]}...")
