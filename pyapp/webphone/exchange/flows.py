"""Who is where: a phone keeps its place when its WebSocket comes back as another link."""

from __future__ import annotations

from webphone.sip.entropy import Entropy

# Flows without a link that are remembered, so that their phones may return.
GONE_AT_MOST = 1000


class Flows:
    """Tokens that nobody can guess, one for each link, and the link each of them leads to now.

    A token stands in Record-Route, as the flow token of RFC 5626 §5.2 does; unlike that one it
    follows the phone to its next link, told by its `+sip.instance`.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._own: dict[int, str] = {}
        self._link: dict[str, int | None] = {}
        self._who: dict[str, str] = {}

    def open(self, link: int) -> None:
        """A link is there."""
        if link not in self._own:
            place = self._own[link] = self._entropy.token()
            self._link[place] = link

    def close(self, link: int) -> None:
        """A link is gone; its places stay, leading nowhere."""
        self._own.pop(link, None)
        for place in self.at(link):
            del self._link[place]
            # Last in order: the ones gone longest are forgotten first.
            self._link[place] = None
        gone = [place for place, at in self._link.items() if at is None]
        for place in gone[: max(0, len(gone) - GONE_AT_MOST)]:
            del self._link[place]
            self._who.pop(place, None)

    def own(self, link: int) -> str:
        """The place of an open link."""
        return self._own[link]

    def at(self, link: int) -> list[str]:
        """Every place that leads to that link."""
        return [place for place, at in self._link.items() if at == link]

    def link(self, place: str) -> int | None:
        """Where a place leads, None when its phone is away."""
        return self._link.get(place)

    def settle(self, link: int, who: str) -> None:
        """The phone `who` is at this link: all the places it had lead here."""
        for place, known in self._who.items():
            if known == who:
                self._link[place] = link
        self._who[self._own[link]] = who

    def across(self, pair: str, link: int) -> str | None:
        """The other place of a dialog between two of them, seen from `link`; None for a stranger.

        `pair` is what `pair_of` made. A phone that speaks from a new link before it registered
        there shows by its knowledge of `pair` whose place it takes.
        """
        one, dash, two = pair.partition("-")
        if not dash or one not in self._link or two not in self._link:
            return None
        for mine, theirs in ((one, two), (two, one)):
            if self._link[mine] == link or self._own.get(link) == mine:
                return theirs
        for mine, theirs in ((one, two), (two, one)):
            if self._link[mine] is None:
                self._link[mine] = link
                return theirs
        return None


def pair_of(one: str, two: str) -> str:
    """Two places as the user part of a Record-Route."""
    return f"{one}-{two}"
