"""One call of two throw-away desks to each other, on a pipe, so that the first real one is warm.

Nobody hears of it: no server, no page, no record and no tone.
"""

from __future__ import annotations

from collections import deque

from webphone.contract import Answer, Command, Config, Hangup, MakeCall, Register
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.actions import Action, MediaAction
from webphone.phone.desk import Desk
from webphone.phone.happenings import Happening
from webphone.phone.snapshot import Snapshot
from webphone.sip import Entropy, Request, parse, reply

SERVER = "wss://rehearsal.invalid"  # a name that nobody has
CALLER, CALLED = ENDS = 0, 1
# What the two ends are asked for, in order; each once all that came of the one before is done.
SCRIPT: tuple[tuple[int, Command], ...] = (
    (CALLED, Register()),
    (CALLER, Register()),
    (CALLER, MakeCall(target="called")),
    (CALLED, Answer()),
    (CALLER, Hangup()),
)


class Rehearsal:
    """Two desks; `step` does one thing at a time, so that whoever asks can stop at any time."""

    def __init__(self, entropy: Entropy, config: Config) -> None:
        """`config` is that of the real phone; of it only what changes the way of a call is kept."""
        self._desks = [Desk(entropy, _settings(config, name)) for name in ("caller", "called")]
        self._happened: deque[tuple[int, Happening]] = deque()
        self._script = deque(SCRIPT)
        self._awaited = 0  # what the media have yet to say

    @property
    def over(self) -> bool:
        """Whether all has been played."""
        return not (self._happened or self._script or self._awaited)

    def heard(self, end: int, happening: Happening) -> None:
        """The media of an end say this."""
        if isinstance(happening, on.MediaReady | on.AnswerTaken | on.MediaFailed):
            self._awaited -= 1
        self._happened.append((end, happening))

    @property
    def waits(self) -> bool:
        """Whether the media have to say something first."""
        return not self._happened and self._awaited > 0

    def step(self, now: float) -> tuple[int, list[MediaAction]]:
        """Do the next thing; gives what the media of an end are to do about it."""
        if not self._happened:
            end, command = self._script.popleft()
            self._happened.append((end, on.Asked(command=command)))
        end, happening = self._happened.popleft()
        asked = [self._perform(end, action) for action in self._desks[end].handle(happening, now)]
        return end, [action for action in asked if action is not None]

    def snapshot(self, end: int) -> Snapshot:
        """An end as its screen would show it."""
        return self._desks[end].snapshot

    def _perform(self, end: int, action: Action) -> MediaAction | None:
        match action:
            case do.Connect(socket=socket):
                self._happened.append((end, on.SocketOpened(socket=socket)))
            case do.Send(socket=socket, data=data):
                self._carry(end, socket, data)
            case do.Ask(ask=ask):
                self._happened.append((end, on.Permitted(ask=ask, allowed=True)))
            case do.OpenMedia() | do.DescribeRemote():
                self._awaited += 1
                return action
            case do.CloseMedia():
                return action
        return None

    def _carry(self, end: int, socket: int, data: bytes) -> None:
        """To the other end, whose socket has the same number; a registrar lets everybody in."""
        if data.startswith(b"REGISTER "):
            request = parse(data)
            assert isinstance(request, Request)
            contact = [("Contact", f"{contact};expires=600") for contact in request.contacts]
            answer = reply(request, 200, to_tag="rehearsal", headers=contact)
            self._happened.append((end, on.Received(socket=socket, data=bytes(answer))))
        else:
            self._happened.append((1 - end, on.Received(socket=socket, data=data)))


def _settings(config: Config, name: str) -> Config:
    return Config(host=SERVER, username=name, password=name, codecs=config.codecs)
