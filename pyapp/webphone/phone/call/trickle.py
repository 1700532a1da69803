"""Candidates that come after their description, by INFO: ours to their end, theirs to the media.

RFC 8838 and RFC 8840. Our offer always has paths enough for an end that knows nothing of this (half
trickle, §5.3). Where the other end has said that it takes more, in its message and in its
description, it hears of each that we find later: one INFO at a time, with all that was found.
"""

from __future__ import annotations

from dataclasses import dataclass

from webphone.media.sdp import Description
from webphone.media.trickle import Arrived, Found, read, trickles
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.outgoing import Outgoing
from webphone.phone.call.part import Media, Quiet, Steps
from webphone.sip import InfoReceived, Output, Replied

MOST_INFOS = 16  # in one dialog, under the same ICE names


@dataclass(slots=True, kw_only=True)
class Told:
    """What one dialog has heard of our paths."""

    count: int  # candidates
    ended: bool = False  # and that there are no more
    sent: int = 0  # INFOs
    under_way: bool = False
    refused: bool = False


class Trickle(Quiet):
    """The candidates of one call."""

    rests = False

    def __init__(self, call: Call) -> None:
        self._call = call
        self._arrived = Arrived()
        self._given_for = ""  # the description of theirs that the last were given for
        self._news = False  # something has arrived since
        self._asked = False  # the media tell what they find
        self._described = ""  # our description that `_ours` belongs to
        self._ours: Found | None = None
        self._complete = False  # the media have looked everywhere
        self._last = on.CandidatesFound(call=call.id, sdp="")
        self._told: dict[str, Told] = {}  # by branch

    def wake(self, now: float) -> Steps:
        """Tell both ends what they do not know yet."""
        given = self._give()
        dialogs = self._dialogs()
        if not dialogs:
            return given
        self._follow_description()
        asked: Steps = [] if self._asked else [do.TellCandidates(call=self._call.id)]
        self._asked = True
        return [*given, *asked, *(each for branch in dialogs for each in self._tell(branch, now))]

    def heard(self, output: Output, now: float) -> Steps:
        """An INFO of theirs came, or one of ours was answered."""
        match output:
            case InfoReceived(body=body):
                # The agent has refused what can't be read.
                self._arrived.take(read(body) or {})
                self._news = True
            case Replied(ref=ref, status=status):
                told = self._told[ref.partition("/")[2]]
                told.under_way, told.refused = False, status >= 300
        return []

    def media(self, news: Media, now: float) -> Steps:
        """The media have found more paths."""
        # RFC 8838 §13: nothing is told any more once a path is chosen.
        if isinstance(news, on.CandidatesFound) and not news.settled:
            self._last = news
            self._add()
        return []

    # --- Theirs ---

    def _give(self) -> Steps:
        """RFC 8838 §11: what belongs to no description yet waits for it."""
        _, theirs = self._call.described
        if not theirs or not (self._news or theirs != self._given_for):
            return []
        self._given_for, self._news = theirs, False
        candidates = tuple(self._arrived.new(Description.parse(theirs)))
        return [do.AddCandidates(call=self._call.id, candidates=candidates)] if candidates else []

    # --- Ours ---

    def _dialogs(self) -> list[str]:
        """The dialogs in which candidates are taken, by branch (RFC 8840 §4.3)."""
        call = self._call
        if not call.wire.open:
            return []
        setup = call.part(Outgoing) if call.outgoing else None
        if call.stage is Stage.ACTIVE:
            takes = _says_so(call.described[1]) and call.wire.trickles()
            return [setup.branch if setup else ""] if takes else []
        early = setup.described.items() if setup and call.stage is Stage.EARLY else ()
        return [one for one, sdp in early if _says_so(sdp) and call.wire.trickles(one)]

    def _follow_description(self) -> None:
        """What is said in a description needs no INFO; other ICE names in it begin all anew."""
        ours, _ = self._call.described
        if ours == self._described:
            return
        self._described = ours
        before, self._ours = self._ours, Found(ours)
        if before is not None and before.names == self._ours.names:
            # §4.4: the order of what was told stays.
            before.add(ours)
            self._ours = before
        else:
            under_way = [branch for branch, told in self._told.items() if told.under_way]
            self._told = {one: Told(count=self._ours.count, under_way=True) for one in under_way}
        self._add()

    def _add(self) -> None:
        """What the media have found under the names that are described belongs to it."""
        ours, last = self._ours, self._last
        self._complete = False
        if ours is not None and last.sdp:
            ours.add(last.sdp)
            self._complete = last.complete and Found(last.sdp).names == ours.names

    def _tell(self, branch: str, now: float) -> Steps:
        ours, early = self._ours, self._call.stage is Stage.EARLY
        assert ours is not None
        told = self._told.get(branch)
        if told is None:
            told = self._told[branch] = Told(count=Found(self._described).count)
        # §4.3.2: who has answered in an 18x may wait for a first INFO, be nothing new in it.
        news = ours.count > told.count or (self._complete and not told.ended)
        if not (news or (early and not told.sent)):
            return []
        # §10.9: one at a time.
        if told.under_way or told.refused or told.ended or told.sent >= MOST_INFOS:
            return []
        body = ours.body(ended=self._complete)
        sent = self._call.wire.trickle(body, branch, now)
        told.count, told.ended = ours.count, self._complete
        told.sent, told.under_way = told.sent + 1, True
        return [*sent]


def _says_so(sdp: str) -> bool:
    return trickles(Description.parse(sdp))
