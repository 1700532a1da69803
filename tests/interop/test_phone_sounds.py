"""How a call sounds is measured over a real network path, told, shown and recorded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from interop.rtp import RtpPeer
from interop.sipp import Sipp
from page.phone_page import PhonePage
from page.ports import wait_until

pytestmark = [pytest.mark.interop, pytest.mark.timed]

Script = Callable[..., Sipp]


def test_each_fifth_packet_that_is_lost_is_told_until_none_is(
    anna: PhonePage, sipp: Script, rtp_peer: RtpPeer
) -> None:
    script = sipp("answer", media_port=rtp_peer.port)
    anna.make_call(script.number)
    anna.wait_event("answer")
    anna.ears.wait_sound()

    def heard(fits: Callable[[dict[str, Any]], bool], what: str) -> dict[str, Any]:
        """What is heard in the first second that fits."""

        def found() -> dict[str, Any] | None:
            side = (anna.get("stats") or {}).get("remote")
            return side if side and side["mos"] is not None and fits(side) else None

        return wait_until(found, what) or {}

    clean = heard(lambda side: side["loss"] == 0, "a second without loss")
    assert clean["codec"] == "PCMU" and clean["mos"] > 4
    # 50 packets of 160 octets in a second; what the ITU has values for is not guessed.
    assert 50_000 < clean["bitrate"] < 80_000
    assert 0 < clean["level"] <= 1 and not {"codecImpairment", "level"} & {*clean["missing"]}

    rtp_peer.dropping = 5
    told = anna.wait_event("quality", lambda detail: "high_loss" in _codes(detail))
    assert _codes(told) == {"high_loss"} and told["warnings"][0]["direction"] == "in"
    lossy = heard(lambda side: side["loss"] > 0.1, "a second with loss")
    assert lossy["loss"] < 0.3 and lossy["mos"] < 3.6 and lossy["concealed"] > 0
    phone = anna.page.locator("web-phone")
    phone.locator("[part=notice]", has_text="lost on the way").wait_for()
    phone.locator("[part=quality][data-quality=poor]").wait_for()

    rtp_peer.dropping, before = 0, anna.mark()
    anna.wait_event("quality", lambda detail: not _codes(detail), since=before)
    phone.locator("[role=status]", has_text="as it should be again").wait_for(state="attached")

    anna.call_method("hangup")
    script.finish()
    record = anna.wait_event("end")
    assert 0.01 < record["quality"]["loss"] < 0.25 and 2 < record["quality"]["mos"] < 4.4
    assert anna.get("stats") is None
    moments = {each["step"]: each["atMs"] for each in record["timings"]}
    assert list(moments) == ["media", "invite", "ringing", "answer", "ice", "dtls", "sound"]
    assert moments["media"] > 0 and moments["sound"] < 15_000


def _codes(detail: dict[str, Any]) -> set[str]:
    return {each["code"] for each in detail["warnings"]}
