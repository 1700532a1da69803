"""Offer and answer: whose turn it is, hold, direction, codec order, and what a browser refuses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import Enum, auto

from webphone.media.sdp import Codec, Description, Direction, Media, Unusable
from webphone.words import Sentence, say


class State(Enum):
    """Where one offer and its answer stand (RFC 3264 §4, RFC 6337 §2.2).

                  SEND_OFFER                       RECEIVE_OFFER
    OFFER_SENT <───────────── STABLE ─────────────────────> OFFER_RECEIVED
        │                      ▲  ▲                               │
        └──────────────────────┘  └───────────────────────────────┘
         RECEIVE_ANSWER, RECEIVE_REFUSAL   SEND_ANSWER, SEND_REFUSAL

                      CLOSE from anywhere ──> CLOSED
    """

    STABLE = auto()
    OFFER_SENT = auto()
    OFFER_RECEIVED = auto()
    CLOSED = auto()


class Event(Enum):
    """What passes between the two ends; a refusal is 488, 491 or any other failure."""

    SEND_OFFER = auto()
    SEND_ANSWER = auto()
    SEND_REFUSAL = auto()
    RECEIVE_OFFER = auto()
    RECEIVE_ANSWER = auto()
    RECEIVE_REFUSAL = auto()
    CLOSE = auto()


class Verdict(Enum):
    """What to do about an event: go on, wait, ignore it, or refuse with this SIP status."""

    PROCEED = 0
    WAIT = 1
    IGNORE = 2
    TOO_SOON = 500
    GLARE = 491


NEGOTIATION = {
    (State.STABLE, Event.SEND_OFFER): (State.OFFER_SENT, Verdict.PROCEED),
    (State.STABLE, Event.RECEIVE_OFFER): (State.OFFER_RECEIVED, Verdict.PROCEED),
    (State.OFFER_SENT, Event.RECEIVE_ANSWER): (State.STABLE, Verdict.PROCEED),
    # RFC 3261 §14.1: after a refusal the session stays as if nothing had been offered.
    (State.OFFER_SENT, Event.RECEIVE_REFUSAL): (State.STABLE, Verdict.PROCEED),
    (State.OFFER_SENT, Event.SEND_OFFER): (State.OFFER_SENT, Verdict.WAIT),
    # RFC 3261 §14.2, RFC 3311 §5.2: both offered at once.
    (State.OFFER_SENT, Event.RECEIVE_OFFER): (State.OFFER_SENT, Verdict.GLARE),
    (State.OFFER_RECEIVED, Event.SEND_ANSWER): (State.STABLE, Verdict.PROCEED),
    (State.OFFER_RECEIVED, Event.SEND_REFUSAL): (State.STABLE, Verdict.PROCEED),
    # RFC 3264 §4: no new offer before the one received is answered.
    (State.OFFER_RECEIVED, Event.SEND_OFFER): (State.OFFER_RECEIVED, Verdict.WAIT),
    # RFC 3261 §14.2, RFC 3311 §5.2: a second offer before the first is answered gets a 500.
    (State.OFFER_RECEIVED, Event.RECEIVE_OFFER): (State.OFFER_RECEIVED, Verdict.TOO_SOON),
    (State.STABLE, Event.CLOSE): (State.CLOSED, Verdict.PROCEED),
    (State.OFFER_SENT, Event.CLOSE): (State.CLOSED, Verdict.PROCEED),
    (State.OFFER_RECEIVED, Event.CLOSE): (State.CLOSED, Verdict.PROCEED),
}


class Negotiation:
    """The offer and answer of one call; both ends of an INVITE or UPDATE go through here."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state = State.STABLE

    def handle(self, event: Event) -> Verdict:
        """Take one event; whatever has no row changes nothing and is to be ignored."""
        # RFC 3261 §13.2.1: a 200 repeats the answer of its 183, and only the first one counts.
        self.state, verdict = NEGOTIATION.get((self.state, event), (self.state, Verdict.IGNORE))
        return verdict

    @property
    def may_offer(self) -> bool:
        """Whether an offer may be sent now; otherwise wait for the answer under way."""
        return self.state is State.STABLE

    @property
    def must_answer(self) -> bool:
        return self.state is State.OFFER_RECEIVED


def held_by(remote: Description) -> bool:
    """Whether the other side has put our sound on hold (RFC 3264 §8.4, RFC 6337 §5.3 and §5.4)."""
    heard = remote.of_kind("audio") or remote.live
    return bool(heard) and all(_holds(media) for media in heard)


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


def wants_video(offer: Description) -> bool:
    """Whether the offer asks for a picture in either direction."""
    return any(media.direction is not Direction.INACTIVE for media in offer.of_kind("video"))


def video_accepted(answer: Description) -> bool:
    """Whether the answer agrees to a picture in either direction."""
    return wants_video(answer)


def can_send_tones(remote: Description) -> bool:
    """Whether the other side takes RFC 4733 tones with its sound."""
    return any(media.telephone_event is not None for media in remote.of_kind("audio"))


def order_codecs(text: str, preferences: Sequence[str]) -> str:
    """The description with its codecs in the order asked for, and without those marked "!".

    Names are case-blind and may say more: "opus", "opus/48000", "!PCMA". Codecs not named
    keep their places after the named ones. Repair streams (rtx, red) stay and go with their
    codec; tones are dropped by "!telephone-event" alone. A section where nothing would be
    left to speak is only ordered. Raises Unusable.
    """
    wanted = [name.strip().lower() for name in preferences if name.strip()]
    removed = tuple(name[1:].strip() for name in wanted if name.startswith("!"))
    order = tuple(name for name in wanted if not name.startswith("!"))
    ordered = Description.parse(text).changed(lambda media: _ordered(media, order, removed))
    return str(ordered)


def _ordered(media: Media, order: Sequence[str], removed: Sequence[str]) -> Media:
    codecs = media.codecs
    dropped = {codec.payload for codec in codecs if _rank(codec, removed) < len(removed)}
    dropped |= {codec.payload for codec in codecs if codec.serves and codec.serves <= dropped}
    if not any(codec.carries_media and codec.payload not in dropped for codec in codecs):
        dropped = set()

    ranks = {codec.payload: _rank(codec, order) for codec in codecs}
    for codec in codecs:
        if codec.serves:
            ranks[codec.payload] = min(ranks.get(payload, len(order)) for payload in codec.serves)
    by_text = {str(payload): rank for payload, rank in ranks.items()}
    gone = {str(payload) for payload in dropped}
    formats = sorted(
        (payload for payload in media.formats if payload not in gone),
        key=lambda payload: by_text.get(payload, len(order)),
    )
    head = media.lines[0].split()[:3]
    kept = (line for line in media.lines[1:] if _described(line) not in gone)
    return media.with_lines((" ".join((*head, *formats)), *kept))


def _rank(codec: Codec, names: Sequence[str]) -> int:
    """Where the first name that fits stands; the number of names when none does."""
    name = codec.name.lower()
    spellings = (name, f"{name}/{codec.clock}", f"{name}/{codec.clock}/{codec.channels}")
    return next((at for at, wish in enumerate(names) if wish in spellings), len(names))


def _described(line: str) -> str | None:
    """The payload type an attribute line speaks about, or None."""
    found = _ABOUT_A_CODEC.match(line)
    return found[1] if found else None


_ABOUT_A_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb|imageattr):([0-9]{1,3})(?![^ ])")

# RFC 7874 §3 asks for Opus, PCMU and PCMA; every browser adds G.722.
_BROWSER_SOUND = frozenset({"opus", "g722", "pcmu", "pcma"})


def problem(sdp: str | Description, offer: Description | None = None) -> Sentence | None:
    """Why a browser cannot use this description, for a person to read; None when it can.

    Give our own `offer` when the description answers it: answers are held to more.
    """
    try:
        description = Description.parse(sdp) if isinstance(sdp, str) else sdp
    except Unusable as unusable:
        return say("sdp_unreadable", why=unusable.sentence)
    # RFC 3264 §6: an answer has as many m= lines as its offer.
    if offer is not None and len(description.media) != len(offer.media):
        return say("sdp_count", answered=len(description.media), offered=len(offer.media))
    spoken = [media for media in description.live if media.kind in ("audio", "video")]
    if not spoken:
        return say("sdp_nothing_left")
    broken = next((line for media in spoken if (line := media.unreadable_rtpmap)), None)
    if broken:
        return say("sdp_broken_codec", line=repr(broken))
    faults = (
        _transport_problem(media, description.transport_of(media), answers=offer is not None)
        for media in spoken
    )
    return next((fault for fault in faults if fault), None) or _codec_problem(description, offer)


def _transport_problem(media: Media, carrier: Media, *, answers: bool) -> Sentence | None:
    """What keeps the browser from reaching `media` over the section that carries it."""
    # RFC 8829 §5.1.2: the profile decides nothing, the fingerprint does.
    if not carrier.has_fingerprint:
        return _unencrypted(media)
    if not carrier.has_ice:
        return say("sdp_no_ice", kind=media.kind)
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


def _codec_problem(description: Description, offer: Description | None) -> Sentence | None:
    for at, media in enumerate(description.media):
        if media.rejected or media.kind != "audio":
            continue
        ours = _names(offer.media[at]) if offer else _BROWSER_SOUND
        theirs = _names(media)
        if not theirs & ours:
            return say("sdp_no_codec", theirs=_listed(theirs), ours=_listed(ours))
    return None


def _names(media: Media) -> frozenset[str]:
    return frozenset(codec.name.lower() for codec in media.codecs if codec.carries_media)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or say("sdp_none")
