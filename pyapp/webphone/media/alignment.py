"""An answer in the order of its offer (RFC 3264 §6), whatever the other end made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webphone.media.sdp import Block, Description, Media


def aligned(answer: Description, offer: Description) -> Description:
    """The answer with one section for each of the offer, in its order; a missing one is refused."""
    sections = _places(answer.media, offer.media)
    return replace(
        answer,
        media=tuple(
            refused(ours) if theirs is None or not theirs.formats else theirs
            for ours, theirs in zip(offer.media, sections)
        ),
    )


def refused(section: Media) -> Media:
    """A section of the same kind that nothing flows in: port 0."""
    head = " ".join((f"m={section.kind}", "0", section.protocol, *(section.formats or ("0",))))
    mid = (f"a=mid:{section.mid}",) if section.mid else ()
    return replace(section, own=Block((head, *mid, "a=inactive")), port=0)


def _places(theirs: Sequence[Media], ours: Sequence[Media]) -> list[Media | None]:
    """What answers each of our sections: by its place, else its mid, else its kind."""
    if [media.kind for media in theirs] == [media.kind for media in ours]:
        return list(theirs)
    left = list(theirs)
    found: list[Media | None] = []
    for wanted in ours:
        alike = [media for media in left if media.kind == wanted.kind]
        named = [media for media in alike if media.mid and media.mid == wanted.mid]
        chosen = next(iter(named or alike), None)
        left = [media for media in left if media is not chosen]
        found.append(chosen)
    return found
