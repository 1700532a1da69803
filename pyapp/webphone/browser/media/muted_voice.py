"""How loud it is at a microphone that is muted: listened to here, and never sent."""

from __future__ import annotations

import math
from operator import mul
from typing import Any

import js

from webphone.browser.later import Later

SAMPLES = 16384  # of the sound just now, a third of a second; a power of 2 (Web Audio 1.1 §1.8)


class MutedVoice:
    """Listens to a copy of the microphone's track, and to nothing while there is none.

    A muted track gives silence to everybody (Media Capture §4.3.1); a copy has a switch of its
    own. No peer connection ever gets the copy.
    """

    def __init__(self) -> None:
        self._of: Any = None  # the track that is muted
        self._later = Later(self._listen)
        self._copy: Any = None
        self._context: Any = None
        self._analyser: Any = None
        self._samples: Any = None

    def follow(self, track: Any) -> None:
        """Listen to this track from a moment on; None ends it at once."""
        if track == self._of:
            return
        self.close()
        self._of = track
        if track is not None:
            self._later.begin()  # the person is to see first that it is muted

    def _listen(self) -> None:
        track = self._of
        self._copy = track.clone()
        self._copy.enabled = True
        try:
            self._context = js.AudioContext.new()
            self._analyser = self._context.createAnalyser()
            self._analyser.fftSize = SAMPLES
            self._samples = js.Float32Array.new(SAMPLES)
            heard = js.MediaStream.new()
            heard.addTrack(self._copy)
            self._context.createMediaStreamSource(heard).connect(self._analyser)
        except Exception:  # without it nobody is warned, and the call is none the worse
            self.close()
            self._of = track  # it is not tried again each time

    def loudness(self) -> float | None:
        """The root mean square of the last moments, 0 to 1; None where nobody listens."""
        if self._analyser is None or str(self._context.state) != "running":
            return None
        self._analyser.getFloatTimeDomainData(self._samples)
        samples: list[float] = self._samples.to_py().tolist()
        return math.sqrt(sum(map(mul, samples, samples)) / len(samples))

    def close(self) -> None:
        """Let go of the copy at once; may be repeated."""
        self._later.close()
        if self._copy is not None:
            self._copy.stop()
        if self._context is not None:
            self._context.close()
        self._of = self._copy = self._context = self._analyser = self._samples = None
