"""What a tab does when nothing else has happened for a while."""

from __future__ import annotations

from enum import Enum

from webphone.machine import earliest


class Alarm(Enum):
    """What is done when nothing else has happened for PATIENCE seconds."""

    UNHEARD = "the lock is not ours and no tab speaks: another one has it, all the same"
    MUTE = "commands that wait for a tab to lead are refused"
    TAKING = "the tab that leads does not answer: its lock is stolen"
    HANDING = "the tab that asked for the phone did not take it: it stays here"
    COLLECTING = "what a dead tab sent before it died has arrived by now"
    ROLL = "a tab that has not answered the roll call is gone"
    DOUBT = "the tab that led until another said so does not answer: it leads no more"


PATIENCE = {
    Alarm.UNHEARD: 1.0,
    Alarm.MUTE: 5.0,
    Alarm.TAKING: 2.0,
    Alarm.HANDING: 1.5,
    Alarm.COLLECTING: 0.2,
    Alarm.ROLL: 1.0,
    Alarm.DOUBT: 2.0,
}


class Alarms:
    """Those that are set, each until its moment."""

    def __init__(self) -> None:
        self._moments: dict[Alarm, float] = {}

    def __contains__(self, alarm: Alarm) -> bool:
        return alarm in self._moments

    @property
    def deadline(self) -> float | None:
        """The moment of the first."""
        return earliest(self._moments.values())

    def set(self, alarm: Alarm, now: float) -> None:
        """From now on, whether it was set or not."""
        self._moments[alarm] = now + PATIENCE[alarm]

    def drop(self, *alarms: Alarm) -> None:
        """Something has happened."""
        for alarm in alarms:
            self._moments.pop(alarm, None)

    def clear(self) -> None:
        """None is set any more."""
        self._moments.clear()

    def waits(self, alarm: Alarm, now: float) -> bool:
        """Whether it is set for later than now."""
        return now < self._moments.get(alarm, now)

    def due(self, now: float) -> list[Alarm]:
        """Those whose moment has come."""
        return [alarm for alarm, moment in self._moments.items() if moment <= now]
