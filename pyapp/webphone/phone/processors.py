"""What the page puts into the sound of calls: which, on which side, and in which order."""

from __future__ import annotations

import re

from webphone.contract import AddProcessor, Json, RemoveProcessor, WebPhoneError
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.promises import done
from webphone.words import say

MOST = 8
# The page's side of the element names the objects that it was given.
_NAME = re.compile(r"processor:[0-9]{1,9}")


class Processors:
    """Of one phone."""

    def __init__(self) -> None:
        self._all: list[tuple[str, str]] = []

    def add(self, command: AddProcessor, reply: int | None) -> Result:
        """One more, after the others of its side. Raises WebPhoneError where it is none."""
        name = _named(command.processor)
        if len(self._all) >= MOST:
            raise WebPhoneError("invalid_config", say("processors_many", most=MOST))
        if (name, command.side) in self._all:
            return [*done(reply)]
        self._all.append((name, command.side))
        return [self._use(), *done(reply)]

    def remove(self, command: RemoveProcessor, reply: int | None) -> Result:
        """Without it from now on, on either side."""
        name = _named(command.processor)
        left = [each for each in self._all if each[0] != name]
        if left == self._all:
            return [*done(reply)]
        self._all = left
        return [self._use(), *done(reply)]

    def _use(self) -> do.UseProcessors:
        return do.UseProcessors(processors=tuple(self._all))


def _named(processor: Json) -> str:
    if isinstance(processor, str) and _NAME.fullmatch(processor):
        return processor
    raise WebPhoneError("invalid_config", say("processor_wrong"))
