"""Our own pictures in a call: the camera and the screen, from the wish to what both ends know.

The picture comes first, then the re-INVITE: nobody is asked to look at what is not to be had. What
a person takes away is away at once, whatever the other side answers. A refusal leaves the sound as
it was (RFC 3261 §14.1).
"""

from __future__ import annotations

from collections.abc import Callable

from webphone.contract import WebPhoneError
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Result
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Quiet, Steps
from webphone.phone.promises import Trouble
from webphone.words import as_written, say

CAMERA, SCREEN = "camera", "screen"

# Why the browser gives none, and the error that it is; all others are `media_failed`.
_CODES = {
    "policy": "policy_blocked",
    "gesture": "unsupported",
    "within": "unsupported",
}


class Pictures(Quiet):
    """Of one call: which are wanted, which are there, and whether the other side is sent one."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._wanted = {CAMERA} if call.video_local else set()
        self._there = set(self._wanted)
        self._sent = call.video_local  # as both ends know it, though a hold may stop it
        self._sent_before = self._sent
        self._replies: list[tuple[str, int]] = []  # promises, and the picture that each waits for

    # --- Questions ---

    @property
    def changing(self) -> bool:
        """Whether the other side does not know yet what there is."""
        return bool(self._there) != self._sent

    @property
    def camera(self) -> bool:
        """Whether the camera is wanted."""
        return CAMERA in self._wanted

    @property
    def screen(self) -> bool:
        """Whether the screen is to be shared."""
        return SCREEN in self._wanted

    @property
    def shared(self) -> bool:
        """Whether the screen is there."""
        return SCREEN in self._there

    # --- What a person wants ---

    def start(self, of: str, reply: int | None) -> Result:
        """Send the camera or the screen; the promise waits for the answer to the re-INVITE."""
        self._call.video_declined = ""
        self._wait(of, reply)
        if of in self._wanted:
            return []
        self._wanted.add(of)
        return [do.TakePicture(call=self._call.id, of=of)]

    def stop(self, of: str, reply: int | None) -> Result:
        """Take it away at once, and tell the other side."""
        stopped = self._dropped(of, WebPhoneError("cancelled"))
        self._wait("", reply)
        return stopped

    def _wait(self, of: str, reply: int | None) -> None:
        if reply is not None:
            self._replies.append((of, reply))

    # --- What both ends agree on ---

    def agreed(self, *, asked: bool, sent: bool, gone: bool) -> Result:
        """Offer and answer have met.

        `asked`: we offered a picture; `sent`: it may flow; `gone`: they take no pictures at all.
        """
        self._sent_before = self._sent
        hold = self._call.hold
        # Pictures that stay away while the sound does so too are only on hold.
        held = not gone and (hold.remote or hold.deaf)
        if sent or (asked and held):
            self._sent = True
        elif not self._there:
            self._sent = False
        elif asked or (self._sent and not held):
            return self.given_up(WebPhoneError("media_failed", say("video_refused")))
        return []

    def undo(self) -> None:
        """What was agreed on last is void."""
        self._sent = self._sent_before

    def given_up(self, error: WebPhoneError) -> Result:
        """The other side takes none: the camera is let go of, and who waits for it is told."""
        call, going = self._call.id, sorted(self._there)
        dropped: Result = [do.DropPicture(call=call, of=of) for of in going]
        wanted = bool(self._there)
        self._wanted -= self._there
        self._there.clear()
        self._sent = self._call.video_local = False
        if not wanted:  # what was taken away is away
            return []
        refused = self._refuse(error, lambda of: of != "" and of not in self._wanted)
        return [*dropped, *refused] if refused else [*dropped, Trouble(error)]

    def settled(self) -> list[do.Action]:
        """Both ends know what there is: nobody waits but for what the browser has not given yet."""
        waiting = self._wanted - self._there
        kept = [reply for of, reply in self._replies if of not in waiting]
        self._replies = [each for each in self._replies if each[0] in waiting]
        return [do.Settle(reply=reply) for reply in kept]

    # --- As a part of the call ---

    def media(self, news: Media, now: float) -> Steps:
        """A picture is there, or is not to be had, or has ended."""
        match news:
            case on.PictureTaken(of=of) if of in self._wanted:
                self._there.add(of)
                self._call.video_local = True
            case on.PictureRefused(of=of, code=code, text=text) if of in self._wanted:
                self._wanted.discard(of)
                error = _refusal(of, code, text)
                refused: Steps = [*self._refuse(error, lambda waits: waits == of)]
                return refused or ([] if code == "cancelled" else [Trouble(error)])
            case on.PictureEnded(of=of) if of in self._there:
                dropped: Steps = [*self._dropped(of, WebPhoneError("cancelled"))]
                if of == SCREEN:  # the person has pressed the browser's own button
                    return dropped
                return [*dropped, Trouble(WebPhoneError("media_failed", say("camera_ended")))]
        return []

    def over(self, error: WebPhoneError) -> list[do.Action]:
        """Nobody looks any more."""
        return self._refuse(error, lambda of: True)

    def _dropped(self, of: str, error: WebPhoneError) -> Result:
        if of not in self._wanted:
            return []
        self._wanted.discard(of)
        self._there.discard(of)
        self._call.video_local = bool(self._there)
        refused = self._refuse(error, lambda waits: waits == of)
        return [do.DropPicture(call=self._call.id, of=of), *refused]

    def _refuse(self, error: WebPhoneError, concerns: Callable[[str], bool]) -> list[do.Action]:
        refused = [reply for of, reply in self._replies if concerns(of)]
        self._replies = [each for each in self._replies if not concerns(each[0])]
        return [do.Refuse(reply=reply, error=error) for reply in refused]


def _refusal(of: str, code: str, text: str) -> WebPhoneError:
    if code == "cancelled":
        return WebPhoneError("cancelled")
    sentence = as_written(text) if text else say(f"{of}_{code}")
    return WebPhoneError(_CODES.get(code, "media_failed"), sentence)
