"""Where a phone is reached: it keeps its flow when its WebSocket is a new link."""

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
            flow = self._own[link] = self._entropy.token()
            self._link[flow] = link

    def close(self, link: int) -> None:
        """A link is gone; its flows stay, leading nowhere."""
        self._own.pop(link, None)
        for flow in self.at(link):
            del self._link[flow]
            # Last in order: the ones gone longest are forgotten first.
            self._link[flow] = None
        gone = [flow for flow, at in self._link.items() if at is None]
        for flow in gone[: max(0, len(gone) - GONE_AT_MOST)]:
            del self._link[flow]
            self._who.pop(flow, None)

    def own(self, link: int) -> str:
        """The flow of an open link."""
        return self._own[link]

    def at(self, link: int) -> list[str]:
        """Every flow that leads to that link."""
        return [flow for flow, at in self._link.items() if at == link]

    def link(self, flow: str) -> int | None:
        """Where a flow leads, None when its phone is away."""
        return self._link.get(flow)

    def settle(self, link: int, who: str) -> None:
        """The phone `who` is at this link: all the flows it had lead here."""
        for flow, known in self._who.items():
            if known == who:
                self._link[flow] = link
        self._who[self._own[link]] = who

    def across(self, pair: str, link: int, user: str | None = None) -> str | None:
        """The other flow of a dialog between two of them, seen from `link`; None for a stranger.

        `pair` is what `pair_of` made. A phone that speaks from a new link before it registered
        there shows by its knowledge of `pair` whose flow it takes; where both are away, it is that
        of the `user` who speaks.
        """
        one, dash, two = pair.partition("-")
        if not dash or one not in self._link or two not in self._link:
            return None
        for mine, theirs in ((one, two), (two, one)):
            if self._link[mine] == link or self._own.get(link) == mine:
                return theirs
        ways = sorted(((one, two), (two, one)), key=lambda way: not self._of(way[0], user))
        for mine, theirs in ways:
            if self._link[mine] is None:
                self._link[mine] = link
                return theirs
        return None

    def _of(self, flow: str, user: str | None) -> bool:
        return bool(user) and self._who.get(flow, "").partition(" ")[0] == user


def pair_of(one: str, two: str) -> str:
    """Two flows as the user part of a Record-Route."""
    return f"{one}-{two}"
