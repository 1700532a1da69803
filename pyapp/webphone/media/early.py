"""An offer of the other side that comes before our own is answered for good (RFC 3311 §5.2).

A browser that waits for its answer takes no offer, only one more answer. Such an offer is therefore
turned round: to the browser it is another answer to our offer, and our offer answers it.
"""

from __future__ import annotations

from dataclasses import replace

from webphone.media.negotiation import answer_direction, problem
from webphone.media.sdp import Block, Description, Media, Unusable

# RFC 5763 §5: who plays which part in DTLS.
_OTHER = {"active": "passive", "passive": "active"}
_OF_A_FORMAT = ("a=rtpmap:", "a=fmtp:", "a=rtcp-fb:")


def turned_round(ours: str, before: str, theirs: str) -> tuple[str, str] | None:
    """Our offer as the answer to theirs, and theirs as an answer to ours; None if it can't be.

    `before` is what they have answered so far: the parts in DTLS stay as they are (RFC 8842 §5.5).
    """
    try:
        own, offer = Description.parse(ours), Description.parse(theirs)
    except Unusable:
        return None
    if [media.kind for media in own.media] != [media.kind for media in offer.media]:
        return None
    part = _part(before)
    remote = _taking(offer, part)
    answer = _taking(own, _OTHER[part])
    sections = zip(answer.media, offer.media)
    answer = replace(answer, media=tuple(_answering(mine, asked) for mine, asked in sections))
    if problem(str(remote), own) or not answer.of_kind("audio"):
        return None
    return str(answer), str(remote)


def _part(answer: str) -> str:
    found = (line.rstrip("\r") for line in answer.split("\n") if line.startswith("a=setup:"))
    part = next(found, "").removeprefix("a=setup:")
    return part if part in _OTHER else "active"


def _taking(description: Description, part: str) -> Description:
    """The description with that part in DTLS."""

    def lines(old: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"a=setup:{part}" if line.startswith("a=setup:") else line for line in old)

    session = lines(description.session)
    media = tuple(
        replace(one, own=Block(lines(one.lines)), session=Block(session))
        for one in description.media
    )
    return replace(description, session=session, media=media)


def _answering(mine: Media, offered: Media) -> Media:
    """A section of ours with what the other side offers of it (RFC 3264 §6.1)."""
    formats = tuple(one for one in mine.formats if one in offered.formats)
    if not formats or offered.rejected or mine.rejected:
        head = " ".join([f"m={mine.kind} 0 {mine.protocol}", *mine.formats[:1]])
        return mine.with_lines((head, "a=inactive"))
    gone = set(mine.formats) - set(formats)
    kept = tuple(line for line in mine.lines[1:] if not _is_of(line, gone))
    head = " ".join([f"m={mine.kind} {mine.port} {mine.protocol}", *formats])
    answer = mine.with_lines((head, *kept))
    return answer.with_direction(answer_direction(offered.direction, False))


def _is_of(line: str, formats: set[str]) -> bool:
    return line.startswith(_OF_A_FORMAT) and line.partition(":")[2].split(" ")[0] in formats
