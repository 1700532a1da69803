"""A part of a call: it owns its fields and its deadline, and knows what it hears.

A feature of calls is a part in a file of its own and its rows in `HEARD` of hearing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from webphone.contract import Event, WebPhoneError
from webphone.phone import happenings as on
from webphone.phone.account.account import Unresolved
from webphone.phone.actions import Action
from webphone.sip import Output
from webphone.words import Sentence, as_written

Media = (
    on.MediaReady
    | on.MediaFailed
    | on.MediaChanged
    | on.PathFound
    | on.CandidatesFound
    | on.AnswerTaken
    | on.SoundCame
    | on.MicrophoneAsked
    | on.MicrophoneMissing
    | on.MicrophoneFailed
    | on.MicrophoneEnded
    | on.PictureTaken
    | on.PictureRefused
    | on.PictureEnded
    | on.RecordingBegan
    | on.RecordingFailed
    | on.RecordingSaved
    | on.SoundProcessed
    | on.NoiseFiltered
    | on.StreamTaken
    | on.ToneSent
    | on.VoiceHeard
    | on.QualityMeasured
)


@dataclass(frozen=True, slots=True)
class Up:
    """The call is answered, `by` local or remote; `reply` is the promise of `answer`."""

    by: str
    reply: int | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The sound can't be set up, and the call can't go on; `status` says so in the record."""

    why: Sentence
    status: int = 488
    code: str = "media_failed"


@dataclass(frozen=True, slots=True)
class NeverWent:
    """The call can't go out."""

    error: WebPhoneError


@dataclass(frozen=True, slots=True)
class Unanswered:
    """It has rung for long enough: nobody waits for ever, nor keeps a line for ever."""


@dataclass(frozen=True, slots=True)
class Question:
    """The page is asked by a cancelable event; `answer` takes whether it allows, and the time."""

    event: Event
    answer: Callable[[bool, float], Steps]


@dataclass(frozen=True, slots=True)
class Wider:
    """What concerns other calls too: `act` is handed all of them (see others.py), and the time."""

    act: Callable[[Any, float], Sequence[Action | Unresolved | Change]]


# Of the whole call and of others: more than a part can do alone.
Change = Up | Broken | NeverWent | Unanswered | Question | Wider
Steps = list[Action | Unresolved | Change]


class Part(Protocol):
    """What `Calls` asks of every part of a call."""

    rests: bool  # until its deadline, whatever happens meanwhile

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""

    def wake(self, now: float) -> Steps:
        """Do what is due, or what the last turn has made possible."""

    def heard(self, output: Output, now: float) -> Steps:
        """Take what the agent says, of the kinds that a row names this part for."""

    def media(self, news: Media, now: float) -> Steps:
        """Take what the media say, likewise."""

    def over(self, error: WebPhoneError) -> list[Action]:
        """The call is over: what waited for it is refused."""


class Quiet:
    """What most parts have in common: nothing is due, nothing is heard, nobody waits."""

    deadline: float | None = None
    rests = True

    def wake(self, now: float) -> Steps:
        """Nothing is ever due."""
        return []

    def heard(self, output: Output, now: float) -> Steps:
        """The signalling says nothing of it."""
        return []

    def media(self, news: Media, now: float) -> Steps:
        """The media say nothing of it."""
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """Nobody waits for it."""
        return []


def media_error(news: on.MediaFailed | on.MicrophoneFailed) -> WebPhoneError:
    """What went wrong, in the words of the browser where it has some."""
    if isinstance(news.text, Sentence):
        return WebPhoneError(news.code, news.text)
    return WebPhoneError(news.code, as_written(news.text) if news.text else None)
