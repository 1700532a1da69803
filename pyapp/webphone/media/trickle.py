"""Candidates that come after their description: as INFO brings them, and what is new in them.

RFC 8838 and RFC 8840. Each INFO says all that was said before under the same ICE names, in the same
order, so that one that is lost is made good by the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from webphone.media.attributes import readable
from webphone.media.sdp import BUNDLE, Description, Media

# Of one end under the same ICE names; a browser with six interfaces and three servers finds 40.
MOST_CANDIDATES = 64
MOST_SECTIONS = 16
LONGEST = 32768  # octets of one body
LONGEST_LINE = 512
MOST_KEPT = 32  # sections of all ends of a call, until a description names them

_NAMES = ("ice-ufrag", "ice-pwd")
Names = tuple[str, str, str]  # mid, ice-ufrag, ice-pwd


@dataclass(frozen=True, slots=True)
class Candidate:
    """One path to an end: for the section with this mid, as the browser reads it."""

    mid: str
    ufrag: str
    line: str  # candidate:...; "" when no more will come


@dataclass(slots=True, kw_only=True)
class _Section:
    """What is said of one section under the same ICE names."""

    places: dict[tuple[str, ...], str] = field(default_factory=dict)  # and its candidate:...
    ended: bool = False

    @property
    def lines(self) -> list[str]:
        return list(self.places.values())

    def add(self, line: str) -> None:
        """One more, unless it is known (RFC 8840 §4.4)."""
        if len(self.places) < MOST_CANDIDATES:
            self.places.setdefault(_place(line), line)


Fragment = dict[Names, _Section]


def trickles(description: Description) -> bool:
    """Whether its end takes candidates later on: it says so, and names its sections (§4.1.1)."""
    options = [(each.mid, each.own_or_session("ice-options")) for each in description.live]
    return any(mid and "trickle" in (said or "").split() for mid, said in options)


# --- Theirs ---------------------------------------------------------------------------------------


def read(body: bytes) -> Fragment | None:
    """What an INFO says, None where it is no such body, or passes a bound.

    §9.2: lines and attributes that nobody knows are ignored; and so is a candidate that no browser
    could read, and a section without a name.
    """
    if len(body) > LONGEST:
        return None
    shared, *sections = _parts(body.decode("utf-8", "replace"))
    if len(sections) > MOST_SECTIONS:
        return None
    fragment: Fragment = {}
    named = False
    for lines in sections:
        ufrag, pwd = (_first(lines, name) or _first(shared, name) for name in _NAMES)
        if not (ufrag and pwd):
            continue
        named = True
        if mid := _first(lines, "mid"):
            section = fragment.setdefault((mid, ufrag, pwd), _Section())
            section.ended |= _ends(shared) or _ends(lines)
            for name, value in lines:
                if name == "candidate" and len(value) <= LONGEST_LINE and readable(name, value):
                    section.add(f"candidate:{value}")
    # §4.4: every INFO carries them. One may say nothing but that no more will come.
    alone = all(_first(shared, name) for name in _NAMES)
    return fragment if named or alone else None


def _parts(text: str) -> list[list[tuple[str, str]]]:
    """Names and values of the a= lines: of the session, and of each m= line."""
    parts: list[list[tuple[str, str]]] = [[]]
    for line in text.splitlines():
        line = line.strip()
        if line.startswith("m="):
            parts.append([])
        elif line.startswith("a="):
            name, _, value = line[2:].partition(":")
            # §9.2: a receiver takes them as case-insensitive.
            parts[-1].append((name.strip().lower(), " ".join(value.split())))
    return parts


def _first(lines: list[tuple[str, str]], name: str) -> str:
    found = (value for known, value in lines if known == name and readable(name, value))
    return next(found, "")


def _ends(lines: list[tuple[str, str]]) -> bool:
    return any(name == "end-of-candidates" for name, _ in lines)


def _place(line: str) -> tuple[str, ...]:
    """Where a candidate is: two are equal of the same component, transport, address and port."""
    _, component, transport, _, address, port, *_ = line.split()
    return component, transport.lower(), address.lower(), port


class Arrived:
    """What the other end has found, kept until the description is there that it belongs to."""

    def __init__(self) -> None:
        self._kept: Fragment = {}
        self._given: dict[Names, int] = {}  # how many of each the browser has
        self._ended: set[Names] = set()

    def take(self, fragment: Fragment) -> None:
        """An INFO came."""
        for names, section in fragment.items():
            # The newest ICE names are the last to go.
            kept = self._kept[names] = self._kept.pop(names, _Section())
            if not kept.ended:  # RFC 8838 §14: after that none counts
                for line in section.lines:
                    kept.add(line)
            kept.ended |= section.ended
        for names in list(self._kept)[:-MOST_KEPT]:
            del self._kept[names]

    def new(self, theirs: Description) -> list[Candidate]:
        """What is to be given to the browser, which has this description of theirs.

        §4.4: each only once, and none that is in the description. What belongs to another one waits
        for it; of a section that there is not, nobody hears.
        """
        found = [*_named(theirs)]
        current = {names for names, _ in found}
        # Who comes back under names that were left for others begins anew.
        self._given = {names: count for names, count in self._given.items() if names in current}
        self._ended &= current
        return [each for names, media in found for each in self._of(names, media)]

    def _of(self, names: Names, media: Media) -> Iterator[Candidate]:
        kept = self._kept.get(names)
        if kept is None:
            return
        mid, ufrag, _ = names
        described = {_place(line) for line in _candidates(media)}
        for line in kept.lines[self._given.get(names, 0) :]:
            if _place(line) not in described:
                yield Candidate(mid, ufrag, line)
        self._given[names] = len(kept.lines)
        if kept.ended and names not in self._ended:
            self._ended.add(names)
            yield Candidate(mid, ufrag, "")


# --- Ours -----------------------------------------------------------------------------------------


class Found:
    """What we have found under the ICE names of a description of ours, in the order of telling."""

    def __init__(self, ours: str) -> None:
        self._description = Description.parse(ours)
        named = [*_named(self._description)]
        self.names = tuple(names for names, _ in named)
        self._sections = {names: _Section() for names in self.names}
        self.add(ours)

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(len(section.places) for section in self._sections.values())

    def add(self, ours: str) -> None:
        """The description as it is by now: what is new in it comes after all that was told (§4.4).

        What it has under other ICE names is of another generation.
        """
        for names, media in _named(Description.parse(ours)):
            if names in self._sections:
                for line in _candidates(media):
                    if self.count < MOST_CANDIDATES:
                        self._sections[names].add(line)

    def body(self, *, ended: bool) -> bytes:
        """All of it for an INFO (§4.4, §9.2); `ended`: there will be no more.

        The ICE names stand where the description has them, and a bundle is said as there (§7).
        """
        session = [*self._description.session]
        kept = [line for line in session if line.startswith((BUNDLE, *_ICE_NAMES))]
        lines = [*kept, *(["a=end-of-candidates"] if ended else [])]
        sections = {each.mid: each for each in self._description.live}
        for (mid, _, _), section in self._sections.items():
            if section.places or ended:
                own = sections[mid].lines
                lines += [own[0], *(line for line in own if line.startswith(_ICE_NAMES))]
                lines += [f"a=mid:{mid}", *(f"a={line}" for line in section.lines)]
        return "".join(f"{line}\r\n" for line in lines).encode()


_ICE_NAMES = tuple(f"a={name}:" for name in _NAMES)


def _named(description: Description) -> Iterator[tuple[Names, Media]]:
    """The sections that candidates can be for, with their ICE names."""
    for media in description.live:
        ufrag, pwd = media.own_or_session("ice-ufrag"), media.own_or_session("ice-pwd")
        if media.mid and ufrag and pwd:
            yield (media.mid, ufrag, pwd), media


def _candidates(media: Media) -> list[str]:
    """Those in its lines, without the `a=`; what breaks the grammar was left out before."""
    return [line[2:] for line in media.lines if line.startswith("a=candidate:")]
