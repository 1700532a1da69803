"""How well a call is heard, as its media count it: the record, the warnings and the word for it."""

from __future__ import annotations

from webphone.contract import Event, Quality, QualityWarning, encode
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Quiet, Steps
from webphone.phone.call.record import iso

# ITU-T G.107 Annex B table B.1: from 4.03 on users are satisfied, below 3.6 many are not.
GOOD, FAIR = 4.03, 3.6
# By how much it must be better before it is called so: a word that flutters says nothing.
BETTER = 0.1


class Measurements(Quiet):
    """Of one call; the record keeps what holds for the whole of it."""

    def __init__(self, call: Call) -> None:
        self.whole = Quality()
        self.word = ""  # good, fair, poor; "" until it is known
        self.warnings: tuple[QualityWarning, ...] = ()
        self.warned = False  # there was a warning once
        self._call = call

    def media(self, news: Media, now: float) -> Steps:
        """The counters were read; the page is told where it sounds otherwise than before."""
        if not isinstance(news, on.QualityMeasured):
            return []
        before = self.word, self.warnings
        if whole := news.stats.get("whole"):
            self.whole = Quality(
                mos=whole.get("mos"),
                loss=whole.get("loss"),
                jitter_ms=whole.get("jitterMs"),
                rtt_ms=whole.get("rttMs"),
            )
        mos = news.stats.get("mos")
        if mos is not None:
            self.word = worded(mos, self.word)
        self.warnings = tuple(
            QualityWarning(
                code=each["code"], direction=each.get("direction"), since=iso(each["since"])
            )
            for each in news.stats.get("warnings", ())
        )
        self.warned = self.warned or any(each.code in TROUBLES for each in self.warnings)
        if (self.word, self.warnings) == before:
            return []
        detail = {**encode(self._call.view), "mos": mos, "warnings": encode(self.warnings)}
        return [do.Tell(event=Event("quality", detail))]


# The sound is not as it should be; a person is told when it is again.
TROUBLES = (
    "one_way_in", "one_way_out", "no_media", "silent_media", "mic_silent", "high_loss", "high_rtt",
)  # fmt: skip
# The warnings that a person is told: a call that goes by a relay is none the worse for it.
SAID = (*TROUBLES, "muted_speech")


def worded(mos: float, before: str) -> str:
    """A word for an opinion."""
    good = GOOD if before in ("good", "") else GOOD + BETTER
    fair = FAIR + BETTER if before == "poor" else FAIR
    return "good" if mos >= good else "fair" if mos >= fair else "poor"
