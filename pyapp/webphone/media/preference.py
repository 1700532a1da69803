"""Which of the browser's codecs to offer, and in what order."""

from __future__ import annotations

from collections.abc import Sequence

from webphone.media.sdp import Description, Media, Unusable

_COMPANIONS = frozenset({"telephone-event", "cn", "red", "rtx", "ulpfec", "flexfec-03"})


def preferred(codecs: Sequence[tuple[str, int]], wishes: Sequence[str]) -> list[int]:
    """The places of the codecs to keep, in the order of the wishes.

    `codecs` are (name, clock in hertz). A wish is "opus" or "opus/48000", case-blind; "!" before it
    removes. Codecs without a wish keep their order after the others. Where nothing that carries
    sound or pictures would be left, none is removed.
    """
    words = [wish.strip().lower() for wish in wishes if wish.strip()]
    removed = [word[1:].strip() for word in words if word.startswith("!")]
    order = [word for word in words if not word.startswith("!")]
    places = range(len(codecs))
    kept = [place for place in places if not _matches(codecs[place], removed)]
    if not any(codecs[place][0].lower() not in _COMPANIONS for place in kept):
        kept = list(places)
    return sorted(kept, key=lambda place: _rank(codecs[place], order))


def answering(wishes: Sequence[str], offer: str) -> Sequence[str]:
    """The wishes for the answer to this offer, by which the other end gets what it can repair.

    Where it offers RED of Opus (RFC 2198) and Opus is to be spoken, RED comes first: a browser
    sends it only so, and what is lost then comes once more with the next packet. Whoever names RED
    among the wishes decides alone.
    """
    try:
        offered = [
            codec for media in Description.parse(offer).of_kind("audio") for codec in media.codecs
        ]
    except Unusable:
        return wishes
    words = [wish.strip().lower() for wish in wishes if wish.strip()]
    if any(word.lstrip("!").strip().startswith("red") for word in words):
        return wishes
    opus = {codec.payload for codec in offered if codec.name.lower() == "opus"}
    red = [codec for codec in offered if codec.name.lower() == "red" and codec.serves & opus]
    order = [word for word in words if not word.startswith("!")]
    theirs = [f"{codec.name}/{codec.clock}" for codec in offered if codec.carries_media]
    if not red or not (order or theirs)[0].lower().startswith("opus"):
        return wishes
    return ["red", *(wishes if order else [*theirs, *wishes])]


def heard_with_red(wishes: Sequence[str], offer: str) -> str:
    """This offer as the browser is to take it: it answers with RED only what begins with RED."""
    if answering(wishes, offer) is wishes:
        return offer
    return str(Description.parse(offer).changed(_red_first))


def _red_first(media: Media) -> Media:
    red = {str(codec.payload) for codec in media.codecs if codec.name.lower() == "red"}
    if media.kind != "audio" or not red:
        return media
    formats = sorted(media.formats, key=lambda each: each not in red)
    kind, port, protocol, *_ = media.lines[0].split(" ")
    return media.with_lines((" ".join((kind, port, protocol, *formats)), *media.lines[1:]))


def _matches(codec: tuple[str, int], words: Sequence[str]) -> bool:
    return _rank(codec, words) < len(words)


def _rank(codec: tuple[str, int], words: Sequence[str]) -> int:
    name, clock = codec[0].lower(), codec[1]
    matching = (at for at, word in enumerate(words) if word in (name, f"{name}/{clock}"))
    return next(matching, len(words))
