"""A remote description as a browser takes it: what was understood of it, in the order we know.

A browser refuses a whole description for one line, a mid or a role that it did not expect. What
it gets is written afresh from what `sdp` has read; and what it answers goes out by the names that
the offer had.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from webphone.media.alignment import aligned, refused
from webphone.media.negotiation import faults
from webphone.media.sdp import BUNDLE, Block, Description, Direction, Media, Unusable

# RFC 8866 §5.2: o=<username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address>
_ORIGIN = re.compile(r"o=(.*) ([0-9]{1,20}) ([0-9]{1,20}) +IN +(IP[46]) +(\S+)")
# RFC 8866 §5.8, RFC 3890 §6.2
_BANDWIDTH = re.compile(r"b=(AS|TIAS|RR|RS):([0-9]{1,9})")
# RFC 8843 §15.1 lets a mid be longer; browsers do not, as it goes into each packet.
_LONGEST_MID = 16
# What a session may say for all its sections, and each section says here for itself.
_FOR_ALL = ("ice-ufrag", "ice-pwd", "ice-options", "fingerprint", "tls-id", "setup")
_LEAST_BITS = 6_000  # a second, which is the least that any codec here can do
_DIRECTIONS = frozenset(Direction)
_ROLES = {"active": "passive", "passive": "active"}  # RFC 4145 §4: of one end, of the other


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """The descriptions that both ends last agreed on, "" before the first time."""

    local: str = ""
    remote: str = ""


def repaired(sdp: str, offer: str = "", agreed: Agreed | None = None) -> str:
    """A remote description for the browser; `offer` is our own when it is the answer."""
    agreed = agreed or Agreed()
    try:
        theirs = Description.parse(sdp)
        ours = _read(offer)
        local, remote = _read(agreed.local), _read(agreed.remote)
    except Unusable:
        return sdp  # the browser says so in its turn
    if not theirs.media:
        return sdp
    if ours:
        theirs = aligned(theirs, ours)
    sections = _kept(theirs, ours, later=remote is not None)
    known = ours or local
    if local and not ours:
        # RFC 3264 §8: no section ever goes, though some ends leave out what they refuse.
        sections += [refused(media) for media in local.media[len(sections) :]]
    mids = _mids(sections, known.media if known else ())
    if local and not ours:
        sections, theirs = _bundled_still(theirs, sections, mids, local)
    renamed = _renamed(sections, mids)
    roles = _roles(local, remote) if remote else {}
    if ours:
        sections = [_within(media, offered) for media, offered in zip(sections, ours.media)]
    described = [
        _section(media, mid, _setup(theirs, media, at, roles, answers=bool(ours)))
        for at, (media, mid) in enumerate(zip(sections, mids))
    ]
    return "".join(
        f"{line}\r\n" for part in (_session(theirs, renamed), *described) for line in part
    )


def as_offered(answer: str, offer: str) -> str:
    """The browser's answer by the mids of the offer that came, and with as many sections."""
    try:
        ours, theirs = Description.parse(answer), Description.parse(offer)
    except Unusable:
        return answer
    sections = ours.media[: len(theirs.media)]
    names = [media.mid for media in theirs.media]
    if [media.mid for media in ours.media] == names:
        return answer
    renamed = {media.mid: name for media, name in zip(sections, names) if media.mid and name}
    lines = [*_bundled(ours, renamed)]
    for media, name in zip(sections, names):
        others = (line for line in media.lines if not line.startswith("a=mid:"))
        lines += [*others, *([f"a=mid:{name}"] if name else [])]
    return "".join(f"{line}\r\n" for line in lines)


def _read(sdp: str) -> Description | None:
    return Description.parse(sdp) if sdp else None


# --- Sections and their names ---------------------------------------------------------------------


def _kept(theirs: Description, ours: Description | None, *, later: bool) -> list[Media]:
    """The sections, those refused that a browser can't use while another one can be."""
    wrong = faults(theirs, ours, later=later)
    kept = [refused(media) if fault else media for media, fault in zip(theirs.media, wrong)]
    return kept if any(not media.rejected for media in kept) else list(theirs.media)


def _mids(sections: Sequence[Media], known: Sequence[Media]) -> list[str | None]:
    """The name of each section: what we know it by, else its own, else a new one."""
    ours = [media.mid for media in known] + [None] * len(sections)
    if not any(ours) and not any(media.mid for media in sections):
        return [None] * len(sections)
    taken = {mid for mid in ours if mid}
    names: list[str | None] = []
    for at, (media, name) in enumerate(zip(sections, ours)):
        if name is None:
            own = media.mid or ""
            name = own if 0 < len(own) <= _LONGEST_MID and own not in taken else f"m{at}"
            while name in taken:
                name += "x"
        taken.add(name)
        names.append(name)
    return names


def _renamed(sections: Sequence[Media], mids: Sequence[str | None]) -> dict[str, str]:
    """What each mid of theirs is here, of the sections that are not refused."""
    renamed: dict[str, str] = {}
    for media, mid in zip(sections, mids):
        if media.mid and mid and not media.rejected:
            renamed.setdefault(media.mid, mid)
    return renamed


def _bundled_still(
    theirs: Description, sections: list[Media], mids: Sequence[str | None], local: Description
) -> tuple[list[Media], Description]:
    """What was bundled stays so, said or not: no browser parts it again.

    A section that has got a path of its own is refused; the others go by our names.
    """
    once = {mid for bundle in local.bundles for mid in bundle}
    there = [at for at, media in enumerate(sections) if mids[at] in once and not media.rejected]
    said = [set(line.split()[1:]) for line in _groups(theirs, _renamed(sections, mids))]
    if not there or any({mids[at] for at in there} <= group for group in said):
        return sections, theirs
    paths = [_path(theirs.transport_of(media)) for media in sections]
    apart = [at for at in there if paths[at] != paths[there[0]]]
    kept = [refused(media) if at in apart else media for at, media in enumerate(sections)]
    named = [replace(media, own=_named(media.own, mid)) for media, mid in zip(kept, mids)]
    bundle = " ".join([BUNDLE, *(str(mids[at]) for at in there if at not in apart)])
    others = tuple(line for line in theirs.session if not line.startswith(BUNDLE))
    return named, replace(theirs, session=(*others, bundle))


def _within(answer: Media, offered: Media) -> Media:
    """The section with those header extensions only that were offered, by their numbers.

    RFC 8285 §6: an answer names no others.
    """
    blocks = (offered.own, offered.session)
    known = {_extension(value) for one in blocks for value in one.attributes.get("extmap", ())}
    kept = tuple(line for line in answer.lines if _answers(line, known))
    shared = tuple(line for line in answer.session.lines if _answers(line, known))
    return replace(answer, own=Block(kept), session=Block(shared))


def _answers(line: str, known: set[tuple[str, ...]]) -> bool:
    return not line.startswith("a=extmap:") or _extension(line.partition(":")[2]) in known


def _extension(value: str) -> tuple[str, ...]:
    """The number of an extension and its name, whatever direction stands between."""
    number, _, name = value.partition(" ")
    return (number.partition("/")[0], *name.split()[:1])


def _path(carrier: Media) -> tuple[str | None, ...]:
    return tuple(carrier.own_or_session(name) for name in ("ice-ufrag", "ice-pwd", "fingerprint"))


def _named(block: Block, mid: str | None) -> Block:
    head, *others = (line for line in block.lines if not line.startswith("a=mid:"))
    return Block((head, *([f"a=mid:{mid}"] if mid else []), *others))


# --- The DTLS role --------------------------------------------------------------------------------


def _roles(local: Description | None, remote: Description) -> dict[int, tuple[object, str]]:
    """By place the DTLS association of each section, and the role that the other end has in it."""
    roles = {}
    for at, media in enumerate(remote.media):
        carrier = remote.transport_of(media)
        role = carrier.own_or_session("setup") or ""
        if role not in _ROLES and local and at < len(local.media):
            own = local.transport_of(local.media[at]).own_or_session("setup") or ""
            role = _ROLES.get(own, "")
        if role in _ROLES:
            roles[at] = (_association(carrier), role)
    return roles


def _setup(
    theirs: Description,
    media: Media,
    at: int,
    roles: Mapping[int, tuple[object, str]],
    *,
    answers: bool,
) -> str | None:
    """The role to write: what is agreed stays as long as the association does (RFC 8842 §3.1)."""
    association, role = roles.get(at, (None, ""))
    if role and association == _association(theirs.transport_of(media)):
        return role if answers else "actpass"
    return media.own_or_session("setup")


def _association(carrier: Media) -> object:
    """What makes it the same: the certificates, and the tls-id where there is one."""
    own = carrier.own.attributes.get("fingerprint")
    prints = own or carrier.session.attributes.get("fingerprint") or ()
    return frozenset(each.lower() for each in prints), carrier.own_or_session("tls-id")


# --- Writing --------------------------------------------------------------------------------------


def _session(theirs: Description, renamed: Mapping[str, str]) -> list[str]:
    block = Block(theirs.session)
    left = (
        line
        for line in theirs.session
        if line.startswith("a=")
        and not line.startswith("a=group:")
        and _name(line) not in _DIRECTIONS
        and _name(line) not in (*_FOR_ALL, "extmap")
    )
    origin = next((found for line in theirs.session if (found := _ORIGIN.fullmatch(line))), None)
    return [
        "v=0",
        _origin(origin) if origin else "o=- 1 1 IN IP4 0.0.0.0",
        "s=-",
        *_connection(block),
        "t=0 0",
        *_groups(theirs, renamed),
        *dict.fromkeys(left),
    ]


def _origin(found: re.Match[str]) -> str:
    user = found[1] if found[1] and " " not in found[1] else "-"
    return f"o={user} {found[2]} {found[3]} IN {found[4]} {found[5]}"


def _groups(description: Description, renamed: Mapping[str, str]) -> list[str]:
    """The bundles of what is there (RFC 9143 §7.3.3: what is refused leaves its bundle)."""
    left, groups = dict(renamed), []
    for bundle in description.bundles:
        mids = [left.pop(mid) for mid in bundle if mid in left]
        if mids:
            groups.append(" ".join((BUNDLE, *mids)))
    return groups


def _bundled(description: Description, renamed: Mapping[str, str]) -> list[str]:
    """The session's lines with its bundles by other names."""
    groups = _groups(description, renamed)
    at = next((at for at, line in enumerate(description.session) if line.startswith(BUNDLE)), 0)
    lines = [line for line in description.session if not line.startswith(BUNDLE)]
    return [*lines[:at], *groups, *lines[at:]]


def _section(media: Media, mid: str | None, setup: str | None) -> list[str]:
    if media.rejected:
        head = media.lines[0] if media.formats else f"{media.lines[0]} 0"
        return [head, *([f"a=mid:{mid}"] if mid else []), "a=inactive"]
    names = {"mid", "setup", *_DIRECTIONS}
    own = [line for line in media.lines[1:] if line.startswith("a=") and _name(line) not in names]
    return [
        media.lines[0],
        *_connection(media.own),
        *(line for line in media.lines if _is_bandwidth(line)),
        *([f"a=mid:{mid}"] if mid else []),
        *([f"a=setup:{setup}"] if setup else []),
        *_inherited(media),
        f"a={media.direction}",
        *dict.fromkeys(_unambiguous(own, media.session)),
    ]


def _is_bandwidth(line: str) -> bool:
    """Whether it is one that a browser can keep within, or that is of RTCP."""
    found = _BANDWIDTH.fullmatch(line)
    if found is None or found[1] in ("RR", "RS"):
        return found is not None
    return int(found[2]) * (1000 if found[1] == "AS" else 1) >= _LEAST_BITS


def _inherited(media: Media) -> list[str]:
    """What the session says for this section, too."""
    return [
        f"a={name}:{value}"
        for name in _FOR_ALL
        if name != "setup" and name not in media.own.attributes
        for value in media.session.attributes.get(name, ())
    ]


def _unambiguous(own: Iterable[str], session: Block) -> Iterable[str]:
    """The lines, with one extension an identifier, one codec a payload type, and one track."""
    taken: set[str] = set()
    track = ""
    shared = [f"a=extmap:{value}" for value in session.attributes.get("extmap", ())]
    for line in (*own, *shared):
        if line.startswith(("a=extmap:", "a=rtpmap:")):
            name, _, value = line.partition(":")
            key = f"{name}:{re.split('[ /]', value, maxsplit=1)[0]}"
            if key in taken:
                continue
            taken.add(key)
        elif line.startswith("a=msid:"):
            track = track or line.partition(" ")[2]
            if line.partition(" ")[2] != track:
                continue
        yield line


def _connection(block: Block) -> list[str]:
    address = block.connection
    if address is None:
        return []
    return [f"c=IN {'IP6' if ':' in address else 'IP4'} {address}"]


def _name(line: str) -> str:
    return line[2:].partition(":")[0]
