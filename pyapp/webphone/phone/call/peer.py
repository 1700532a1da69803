"""Who is at the other end: the newest word of those who can be trusted to know.

The network's word (P-Asserted-Identity, or Remote-Party-ID, which was before it) counts more than
From, which anybody may write. A From that changes within the call is a new one (RFC 4916).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webphone.contract import WebPhoneError
from webphone.phone.actions import Action
from webphone.phone.call.call import Call
from webphone.phone.call.part import Media, Steps
from webphone.sip import Malformed, NameAddr, Output, PeerNamed
from webphone.sip.wire.grammar import split_commas

# RFC 3323 §4.2, RFC 3325 §9.3: what keeps an asserted identity from being shown.
PRIVATE = frozenset({"id", "user"})


class Peer:
    """The other end of one call."""

    deadline: float | None = None

    def __init__(self, call: Call) -> None:
        self._call = call
        self._from = call.remote  # what From says, whoever is shown

    def named(self, headers: Mapping[str, str], from_: NameAddr | None = None) -> None:
        """A message of the other side came, with these headers and this From if it has one."""
        call, shown = self._call, asserted(headers)
        if shown is not None:
            theirs = from_ or self._from
            if not shown.display_name and theirs.uri.user == shown.uri.user:
                shown = replace(shown, display_name=theirs.display_name)
            call.remote = shown
        elif from_ is not None and _face(from_) != _face(self._from):
            call.remote = from_
        self._from = from_ or self._from

    def param(self, name: str) -> str | None:
        """What From or the asserted identity say under this name, wherever it stands there."""
        for address in (self._from, self._call.remote):
            uri = address.uri
            found = uri.param(name) or uri.user_param(name) or address.param(name)
            if found:
                return found
        return None

    # --- As a part of the call ---

    def wake(self, now: float) -> Steps:
        """Nothing is ever due."""
        return []

    def heard(self, output: Output, now: float) -> Steps:
        """A request within the call came: who sends it may be somebody else by now."""
        if isinstance(output, PeerNamed):
            self.named(output.headers, output.from_)
        return []

    def media(self, news: Media, now: float) -> Steps:
        """The media know nobody's name."""
        return []

    def over(self, error: WebPhoneError) -> list[Action]:
        """Nobody waits for a name."""
        return []


def asserted(headers: Mapping[str, str]) -> NameAddr | None:
    """Whom the network says it is, None where it does not, or is asked not to tell."""
    privacy = {word.strip().lower() for word in headers.get("privacy", "").split(";")}
    if privacy & PRIVATE:
        return None
    for address in addresses(headers.get("p-asserted-identity", "")):
        return address
    for address in addresses(headers.get("remote-party-id", "")):
        if (address.param("privacy") or "off").lower() in ("off", "none"):
            return address
    return None


def addresses(text: str) -> list[NameAddr]:
    """Those of a list header that can be read."""
    found: list[NameAddr] = []
    for part in split_commas(text):
        try:
            found.append(NameAddr.parse(part))
        except Malformed:
            continue
    return found


def _face(address: NameAddr) -> tuple[str, str]:
    return address.uri.aor, address.display_name
