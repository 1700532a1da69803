"""What was written to and fro: a thread for each peer, the one with the newest text first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from webphone.contract import Party
from webphone.phone.snapshot import Text, Thread
from webphone.words import say

# So much is kept; the oldest go first.
THREADS, TEXTS, CHARACTERS = 30, 100, 100_000


class Threads:
    """All of them; `all` stays the same object until one changes."""

    def __init__(self) -> None:
        self.all: tuple[Thread, ...] = ()

    def add(self, uri: str, peer: Party, text: Text) -> None:
        """One more text of or for a peer, whose address of record is `uri`."""
        thread = next((one for one in self.all if one.uri == uri), Thread(uri=uri, peer=peer))
        texts = [old for old in thread.texts if not _again(old, text)]
        name = peer.display_name or thread.peer.display_name
        grown = replace(
            thread, peer=replace(peer, display_name=name), texts=(*texts, text)[-TEXTS:]
        )
        others = (one for one in self.all if one.uri != uri)
        self.all = _bounded((grown, *others))

    def restore(self, threads: Sequence[Thread]) -> None:
        """What another tab has kept; whether its last ones arrived, nobody knows any more."""
        self.all = tuple(
            replace(thread, texts=tuple(map(_given_up, thread.texts))) for thread in threads
        )

    def change(self, id: str, **changes: object) -> None:
        """A text of ours has come further; one that is not kept any more has not."""
        self.all = tuple(
            replace(thread, texts=tuple(_changed(text, id, changes) for text in thread.texts))
            if any(text.id == id for text in thread.texts)
            else thread
            for thread in self.all
        )


def _again(old: Text, new: Text) -> bool:
    """Whether `new` is the next try of one that could not be sent."""
    return old.state == "failed" and new.ours and old.text == new.text


def _given_up(text: Text) -> Text:
    return replace(text, state="failed", why=say("tab_gone")) if text.state == "sending" else text


def _changed(text: Text, id: str, changes: dict[str, object]) -> Text:
    return replace(text, **changes) if text.id == id else text  # type: ignore[arg-type]


def _bounded(threads: tuple[Thread, ...]) -> tuple[Thread, ...]:
    """Those that there is room for: of a thread that is too long, its end."""
    kept: list[Thread] = []
    room = CHARACTERS
    for thread in threads[:THREADS]:
        texts: list[Text] = []
        for text in reversed(thread.texts):
            room -= len(text.text)
            if room < 0:
                break
            texts.insert(0, text)
        if texts:
            kept.append(
                thread if len(texts) == len(thread.texts) else replace(thread, texts=tuple(texts))
            )
    return tuple(kept)
