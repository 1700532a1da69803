"""How a caller asks to be announced: a ring of its own, and an answer by itself.

Loaded by the first call whose Alert-Info or Call-Info says something. Whether the phone answers by
itself is its own person's to say, by `auto-answer`; what a caller asks for only says when.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from webphone.contract import WebPhoneError
from webphone.machine import due
from webphone.phone import actions as do
from webphone.phone.account.account import Result
from webphone.phone.actions import Action, Tone
from webphone.phone.call.call import Call
from webphone.phone.call.others import Others
from webphone.phone.call.part import Media, Steps, Wider
from webphone.sip import Output

# RFC 7462 §7 has the names; older servers write `info`, or a North American ring by number.
_RINGS = (
    (Tone.RINGTONE_INTERNAL, r"urn:alert:source:internal|info=alert-internal|bellcore-dr2"),
    (Tone.RINGTONE_PRIORITY, r"urn:alert:priority:high|info=alert-priority|bellcore-dr3"),
)
# In Call-Info as Broadsoft, Cisco and FreePBX have it, or in Alert-Info: answer-after=0.
_AFTER = re.compile(r";\s*answer-after\s*=\s*\"?(\d{1,3})(?!\d)", re.IGNORECASE)
_AT_ONCE = re.compile(r"info=\"?(?:alert-autoanswer|intercom)|^\s*(?:ring|auto) answer", re.I)
LONGEST = 60.0  # seconds; longer is as good as not asked for
TONE = 0.6  # seconds until who sits here has heard that somebody is about to hear them
KEY = "ANSWER"  # of SIGNALS in tones.py


def ring(headers: Mapping[str, str]) -> Tone | None:
    """The ring that an INVITE asks for, None for the usual one."""
    asked = headers.get("alert-info", "").lower()
    return next((tone for tone, words in _RINGS if re.search(words, asked)), None)


def answer_after(headers: Mapping[str, str]) -> float | None:
    """In how many seconds a call asks to be answered by itself, None where it does not."""
    asked = f"{headers.get('call-info', '')};{headers.get('alert-info', '')}"
    if found := _AFTER.search(asked):
        seconds = float(found[1])
        return seconds if seconds <= LONGEST else None
    return 0.0 if _AT_ONCE.search(headers.get("alert-info", "")) else None


class Alerting:
    """A call that is to be answered by itself: a tone first, then the answer."""

    rests = True

    def __init__(self, call: Call) -> None:
        self.deadline: float | None = None
        self._call = call
        self._video = False
        self._announced = False

    def begin(self, seconds: float, now: float, *, video: bool) -> Steps:
        """Answer it in so many seconds, if it rings by then and nobody else is there."""
        self.deadline, self._video = now + seconds, video
        return self.wake(now)

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """The tone, or the answer."""
        call = self._call
        if not due(self.deadline, now):
            return []
        if not call.ringing_in:
            self.deadline = None
            return []
        if not self._announced:
            # The ring makes room for the tone.
            self._announced = call.announced = True
            self.deadline = now + TONE
            return [do.PlayKey(key=KEY)]
        self.deadline = None
        return [Wider(self._answer)]

    def _answer(self, calls: Others, now: float) -> Result:
        if len(calls.calls) > 1:
            self._call.announced = False
            return []
        return calls.answer(self._call, now, video=self._video, reply=None)

    def heard(self, output: Output, now: float) -> Steps:
        """No news is for it."""
        return []

    def media(self, news: Media, now: float) -> Steps:
        """Nor any of the media."""
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """Nobody waits for it."""
        return []
