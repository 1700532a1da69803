"""What an ear is told of the lamps: what has changed since it was told last, a little at a time."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from webphone.phone.snapshot import Lamp, LampNews, Voicemail

# Seconds from one piece of news to the next: colleagues telephone all day, and a screen reader has
# other things to say.
PAUSE = 10.0
MOST = 3  # colleagues named in one piece


class LampEar:
    """One for all lamps of a phone; `news` is the last piece, `deadline` when the next is due."""

    def __init__(self) -> None:
        self.news: LampNews | None = None
        self.deadline: float | None = None
        self._told: dict[str, str] = {}  # what each colleague does, as far as the ear knows
        self._mail = (False, 0)
        self._next = -inf

    def hear(self, lamps: Sequence[Lamp], mail: Voicemail | None, now: float) -> None:
        """How all lamps are now.

        What a colleague does when the phone first learns of it is no news, and neither is that
        nothing is known for a while. What rings can be picked up: it is named first.
        """
        told = {lamp.number: self._told.get(lamp.number, "unknown") for lamp in lamps}
        known = {lamp.number: lamp.state for lamp in lamps if lamp.state != "unknown"}
        self._told = told | {
            number: state for number, state in known.items() if told[number] == "unknown"
        }
        changed = [lamp for lamp in lamps if lamp.state not in ("unknown", self._told[lamp.number])]
        waits = (mail.waiting, mail.new) if mail else (False, 0)
        more_mail = mail if waits > self._mail else None
        if not changed and more_mail is None:
            self._mail, self.deadline = waits, None
            return
        if now < self._next:
            self.deadline = self._next
            return
        changed.sort(key=lambda lamp: lamp.state != "ringing")
        self.news = LampNews(
            number=self.news.number + 1 if self.news else 1,
            lamps=tuple(changed[:MOST]),
            more=len(changed[MOST:]),
            mail=more_mail,
        )
        self._told |= known
        self._mail, self.deadline, self._next = waits, None, now + PAUSE
