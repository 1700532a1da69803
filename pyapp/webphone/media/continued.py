"""Our descriptions of a session that an earlier page of this phone began (RFC 3264 §8)."""

from __future__ import annotations

import re

_LINE = re.compile(r"^o=[^\r\n]*", re.MULTILINE)
_SETUP = re.compile(r"^a=setup:actpass", re.MULTILINE)
_OF_CODEC = re.compile(r"a=(?:rtpmap|fmtp|rtcp-fb):(\d+)\b")
# RFC 4566 §5.2: username, id of the session, its version, and where it comes from.
_ORIGIN = re.compile(r"(\S+) (\d{1,20}) (\d{1,20})( IN IP[46] \S+)")


class Origin:
    """The o= line of our descriptions, which the browser would begin anew.

    `line` is the last one, without its name; what is none changes nothing.
    """

    def __init__(self, line: str) -> None:
        self._found = _ORIGIN.fullmatch(line)
        self._version = int(self._found[3]) if self._found else 0

    def on(self, sdp: str) -> str:
        """A description as the next of the same session."""
        if self._found is None:
            return sdp
        self._version += 1
        user, session, _, place = self._found.groups()
        line = f"o={user} {session} {self._version}{place}"
        return _LINE.sub(lambda _: line, sdp, count=1)


def begun_anew(before: str, offer: str) -> bool:
    """Whether an offer comes from an end that has begun again: with another key by other paths.

    Nobody whose ICE goes on may be answered with other names of ours (RFC 8839 §4.4.2.1).
    """
    return all(_others(name, before, offer) for name in ("fingerprint", "ice-ufrag"))


def _others(name: str, before: str, offer: str) -> bool:
    ours, theirs = (set(re.findall(rf"^a={name}:(.+?)\s*$", sdp, re.M)) for sdp in (before, offer))
    return bool(ours and theirs) and not ours & theirs


def origin_of(sdp: str) -> Origin:
    """That of a description of ours."""
    found = _LINE.search(sdp)
    return Origin(found[0][2:] if found else "")


def calling_dtls(sdp: str) -> str:
    """An offer that wants to begin DTLS itself (RFC 8842 §5.3).

    Who is in the middle sends its first hello to a path that is not there yet, and the next a
    second later.
    """
    return _SETUP.sub("a=setup:active", sdp)


def plain_codec(sdp: str) -> str:
    """An offer of sound in PCMU alone, which every gateway has; as it was where there is none."""
    lines = sdp.splitlines(keepends=True)
    sound = next((at for at, line in enumerate(lines) if line.startswith("m=audio ")), None)
    if sound is None:
        return sdp
    kind, port, transport, *formats = lines[sound].split()
    if "0" not in formats:
        return sdp
    end = next((at for at in range(sound + 1, len(lines)) if lines[at][:2] == "m="), len(lines))
    lines[sound] = f"{kind} {port} {transport} 0\r\n"
    kept = [line for line in lines[sound:end] if not _other_codec(line)]
    return "".join([*lines[:sound], *kept, *lines[end:]])


def _other_codec(line: str) -> bool:
    found = _OF_CODEC.match(line)
    return found is not None and found[1] != "0"
