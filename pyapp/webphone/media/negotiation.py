"""Offer and answer: hold, direction, what was agreed on, and what a browser refuses."""

from __future__ import annotations

from collections.abc import Iterable

from webphone.media.alignment import aligned
from webphone.media.sdp import Description, Direction, Media, Unusable
from webphone.words import Sentence, say


def held_by(remote: Description) -> bool:
    """Whether the other side has put our sound on hold (RFC 3264 §8.4, RFC 6337 §5.3 and §5.4).

    Sound that is switched off while something else goes on is held, too.
    """
    heard = remote.of_kind("audio") or remote.live
    silent = any(media.kind == "audio" for media in remote.media) and not remote.of_kind("audio")
    return bool(heard) and (silent or all(_holds(media) for media in heard))


def _holds(media: Media) -> bool:
    if not media.direction.receives:
        return True
    # RFC 8840 §4.1.1: with ICE, port 9 and no address only mean that candidates follow.
    trickles = media.has_ice and media.port == 9
    return media.connection in ("0.0.0.0", "::") and not trickles


def hold_direction(local_hold: bool) -> Direction:
    """The direction to offer: what we want, whatever the other side has said before.

    RFC 6337 §5.3: offering less because the other side holds gets both ends stuck on hold,
    and it overrules the inactive of RFC 3264 §8.4 for a call held from both ends.
    """
    return Direction.SENDONLY if local_hold else Direction.SENDRECV


def answer_direction(offered: Direction, local_hold: bool) -> Direction:
    """The direction to answer: the most of what we want that the offer allows (RFC 3264 §6.1)."""
    return Direction.of(sends=offered.receives, receives=offered.sends and not local_hold)


def same_end(one: str, other: str) -> bool:
    """Whether both lead to the same ICE session of the same end. Raises Unusable."""
    return _end(Description.parse(one)) == _end(Description.parse(other))


def _end(description: Description) -> list[str | None]:
    carriers = [description.transport_of(media) for media in description.live]
    names = ("ice-ufrag", "ice-pwd", "fingerprint")
    return [carrier.own_or_session(name) for carrier in carriers for name in names]


def chosen_codec(answer: Description, kind: str = "audio") -> str:
    """The name of the codec the answer puts first, such as "opus" or "PCMU"; "" for none."""
    names = (c.name for media in answer.of_kind(kind) for c in media.codecs if c.carries_media)
    return next(names, "")


def origin(description: Description) -> str:
    """Its o= line, which tells two descriptions of one end apart (RFC 8866 §5.2)."""
    return next((line for line in description.session if line.startswith("o=")), "")


def wants_video(offer: Description) -> bool:
    """Whether the offer asks for a picture in either direction."""
    return any(media.direction is not Direction.INACTIVE for media in offer.of_kind("video"))


def shows_video(remote: Description) -> bool:
    """Whether the other side sends pictures."""
    return any(media.direction.sends for media in remote.of_kind("video"))


def takes_video(remote: Description) -> bool:
    """Whether the other side takes pictures of ours."""
    return any(media.direction.receives for media in remote.of_kind("video"))


def pictures(offer: Description, answer: Description) -> tuple[bool, bool]:
    """Whether pictures of who offered, and of who answered, are seen by the other one."""
    pairs = [
        (one.direction, other.direction)
        for one, other in zip(offer.media, aligned(answer, offer).media)
        if one.kind == "video" and not (one.rejected or other.rejected)
    ]
    offered = any(one.sends and other.receives for one, other in pairs)
    return offered, any(one.receives and other.sends for one, other in pairs)


def can_send_tones(remote: Description) -> bool:
    """Whether the other side takes RFC 4733 tones with its sound."""
    return any(media.telephone_event is not None for media in remote.of_kind("audio"))


# RFC 7874 §3 asks for Opus, PCMU and PCMA; every browser adds G.722.
_BROWSER_SOUND = frozenset({"opus", "g722", "pcmu", "pcma"})

# RFC 8839 §5.4: what is shorter no browser takes, and none would say so before the answer.
_LEAST_ICE = {"ice-ufrag": 4, "ice-pwd": 22}


def problem(
    sdp: str | Description, offer: Description | None = None, *, later: bool = False
) -> Sentence | None:
    """Why a browser cannot use this description, for a person to read; None when it can.

    Give our own `offer` when the description answers it: answers are held to more. It can be used
    when a section for sound can be, or one for pictures where there is none for sound. `later`: the
    ends have agreed before, so that their DTLS roles are known.
    """
    try:
        description = Description.parse(sdp) if isinstance(sdp, str) else sdp
    except Unusable as unusable:
        return say("sdp_unreadable", why=unusable.sentence)
    if offer is not None:
        description = aligned(description, offer)
    wrong = list(zip(description.media, faults(description, offer, later=later)))
    for kind in ("audio", "video"):
        found = [fault for media, fault in wrong if media.kind == kind and not media.rejected]
        if found:
            return None if None in found else found[0]
    return say("sdp_nothing_left")


def faults(
    description: Description, offer: Description | None, *, later: bool = False
) -> list[Sentence | None]:
    """What keeps a browser from using each section, None for those that it can use or is refused.

    An answer must be aligned with its offer.
    """
    ours = offer.media if offer is not None else (None,) * len(description.media)
    return [
        None if media.rejected else _fault(media, description.transport_of(media), offered, later)
        for media, offered in zip(description.media, ours)
    ]


def _fault(media: Media, carrier: Media, offered: Media | None, later: bool) -> Sentence | None:
    if media.kind not in ("audio", "video"):
        return say("sdp_nothing_left")
    answers = offered is not None and not later
    return _transport_problem(media, carrier, answers=answers) or _codec_problem(media, offered)


def _transport_problem(media: Media, carrier: Media, *, answers: bool) -> Sentence | None:
    """What keeps the browser from reaching `media` over the section that carries it."""
    # RFC 8829 §5.1.2: the profile decides nothing, the fingerprint does.
    if not carrier.has_fingerprint:
        return _unencrypted(media)
    if not carrier.has_ice:
        return say("sdp_no_ice", kind=media.kind)
    if any(len(carrier.own_or_session(name) or "") < least for name, least in _LEAST_ICE.items()):
        return say("sdp_short_ice", kind=media.kind)
    # RFC 8829 §4.1.1: rtcpMuxPolicy is "require" unless a page says otherwise, and now always.
    if carrier.attribute("rtcp-mux") is None:
        return say("sdp_no_rtcp_mux", kind=media.kind)
    # RFC 8842 §5.3: an answer takes a side.
    if answers and carrier.own_or_session("setup") == "actpass":
        return say("sdp_actpass", kind=media.kind)
    return None


def _unencrypted(media: Media) -> Sentence:
    kind, protocol, remedy = media.kind, media.protocol, say("sdp_needs_dtls")
    if media.attribute("crypto") is not None:
        return say("sdp_sdes", kind=kind, remedy=remedy)
    if "SAVP" not in protocol:
        return say("sdp_plain_rtp", kind=kind, protocol=protocol, remedy=remedy)
    return say("sdp_no_fingerprint", kind=kind, protocol=protocol, remedy=remedy)


def _codec_problem(media: Media, offered: Media | None) -> Sentence | None:
    if offered is None and media.kind != "audio":
        return None  # the browser says which pictures it can show
    ours = _names(offered) if offered is not None else _BROWSER_SOUND
    theirs = _names(media)
    if theirs & ours:
        return None
    return say("sdp_no_codec", kind=media.kind, theirs=_listed(theirs), ours=_listed(ours))


def _names(media: Media) -> frozenset[str]:
    return frozenset(codec.name.lower() for codec in media.codecs if codec.carries_media)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or say("sdp_none")
