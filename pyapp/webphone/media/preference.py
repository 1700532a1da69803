"""Which of the browser's codecs to offer, and in what order."""

from __future__ import annotations

from collections.abc import Sequence

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


def _matches(codec: tuple[str, int], words: Sequence[str]) -> bool:
    return _rank(codec, words) < len(words)


def _rank(codec: tuple[str, int], words: Sequence[str]) -> int:
    name, clock = codec[0].lower(), codec[1]
    matching = (at for at, word in enumerate(words) if word in (name, f"{name}/{clock}"))
    return next(matching, len(words))
