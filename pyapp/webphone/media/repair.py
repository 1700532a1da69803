"""What other ends write in session descriptions that browsers refuse, and can be understood."""

from __future__ import annotations

from webphone.media.sdp import Description, Unusable

_BUNDLE = "a=group:BUNDLE"


def repaired(sdp: str, offer: str = "") -> str:
    """A remote description as a browser takes it; `offer` is our own when it is the answer.

    A refused section is named nowhere in a bundle, and where one section has a mid, all have.
    """
    try:
        description = Description.parse(sdp)
        ours = Description.parse(offer).media if offer else ()
    except Unusable:
        return sdp
    sections = description.media
    if any(media.mid for media in sections):
        # Chromium counts from 0 where a mid is missing, and then finds its own number taken.
        theirs = [media.mid for media in ours] + [None] * len(sections)
        sections = tuple(
            media if media.mid else media.with_lines((*media.lines, f"a=mid:{name or f'm{at}'}"))
            for at, (media, name) in enumerate(zip(sections, theirs))
        )
    # RFC 9143 §7.3.3: what is refused leaves its bundle.
    refused = {media.mid for media in sections if media.rejected}
    session = tuple(_without(line, refused) for line in description.session)
    if (session, sections) == (description.session, description.media):
        return sdp
    return str(Description(session=session, media=sections))


def _without(line: str, mids: set[str | None]) -> str:
    if not line.startswith(_BUNDLE):
        return line
    return " ".join([_BUNDLE, *(mid for mid in line.split()[1:] if mid not in mids)])
