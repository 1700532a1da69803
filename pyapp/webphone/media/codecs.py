"""Payload types and what they stand for: what a section says of them, and what RFC 3551 says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class Codec:
    """One payload type and what it stands for; `clock` is in hertz, `fmtp` is "" when absent."""

    payload: int
    name: str
    clock: int
    channels: int = 1
    fmtp: str = ""

    @property
    def carries_media(self) -> bool:
        """False for payloads that only accompany a codec: tones, comfort noise, repair."""
        return self.name.lower() not in _COMPANIONS

    @property
    def serves(self) -> frozenset[int]:
        """The payload types that this one repairs: rtx names one, red lists its own."""
        match self.name.lower():
            case "rtx":  # RFC 4588 §8
                listed = re.findall(r"\bapt=([0-9]{1,3})\b", self.fmtp)
            case "red":  # RFC 2198 §5
                listed = re.findall(r"\b[0-9]{1,3}\b", self.fmtp)
            case _:
                listed = []
        return frozenset(int(payload) for payload in listed)


_COMPANIONS = frozenset(
    {"telephone-event", "cn", "red", "rtx", "ulpfec", "flexfec-03", "flexfec", "tone"}
)

# RFC 3551 §6, tables 4 and 5: payload types that need no rtpmap.
_STATIC = {
    0: ("PCMU", 8000),
    3: ("GSM", 8000),
    8: ("PCMA", 8000),
    9: ("G722", 8000),
    13: ("CN", 8000),
    18: ("G729", 8000),
}
_KNOWN = {
    payload: Codec(payload=payload, name=name, clock=clock)
    for payload, (name, clock) in _STATIC.items()
}

# RFC 8866 §6.6: rtpmap-value = payload-type SP encoding-name "/" clock-rate [ "/" encoding-params ]
_RTPMAP = re.compile(r"([0-9]{1,3}) +([^ /]+)/([0-9]{1,9})(?:/([0-9]{1,3}))?.*")


def explained(
    formats: Iterable[str], rtpmaps: Iterable[str], fmtps: Iterable[str]
) -> tuple[Codec, ...]:
    """The codecs of these payload types, in their order; those nobody explains are left out.

    The others are the values of the a=rtpmap and a=fmtp lines.
    """
    known = dict(_KNOWN)
    maps = map(_RTPMAP.fullmatch, rtpmaps)
    for found in filter(None, maps):
        payload = int(found[1])
        known[payload] = Codec(
            payload=payload,
            name=found[2],
            clock=int(found[3]),
            channels=int(found[4] or 1),
        )
    for value in fmtps:
        payload_text, _, parameters = value.partition(" ")
        payload = payload_type(payload_text)
        if payload in known:
            known[payload] = replace(known[payload], fmtp=parameters.strip())
    wanted = [payload_type(text) for text in formats]
    return tuple(known[payload] for payload in wanted if payload in known)


def payload_type(text: str) -> int:
    """The payload type (RFC 3550 §5.1, seven bits), or -1 for what is none."""
    return int(text) if len(text) <= 3 and text.isascii() and text.isdecimal() else -1
