"""Who is at the other end: the newest word of those who can be trusted to know.

The network's word (P-Asserted-Identity, or Remote-Party-ID, which was before it) counts more than
From, which anybody may write. A From that changes within the call is a new one (RFC 4916).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from webphone.phone.call.call import Call
from webphone.phone.call.part import Quiet, Steps
from webphone.sip import Moved, NameAddr, Output, PeerNamed
from webphone.sip.wire import salvage
from webphone.sip.wire.grammar import split_commas

# RFC 3323 §4.2, RFC 3325 §9.3: what keeps an asserted identity from being shown.
PRIVATE = frozenset({"id", "user"})
VERDICTS = {"tn-validation-passed": "passed", "tn-validation-failed": "failed"}


class Peer(Quiet):
    """The other end of one call."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._from = call.remote  # what From says, whoever is shown
        self._asserted: list[NameAddr] = []  # and all that the network says

    def named(self, headers: Mapping[str, str], from_: NameAddr | None = None) -> None:
        """A message of the other side came, with these headers and this From if it has one."""
        call = self._call
        found = asserted(headers, outgoing=call.outgoing)
        if found:
            shown, self._asserted = _named_by_any(found), found
            theirs = from_ or self._from
            if not shown.display_name and theirs.uri.user == shown.uri.user:
                shown = replace(shown, display_name=theirs.display_name)
            call.remote = shown
        elif from_ is not None and _face(from_) != _face(self._from):
            call.remote = from_
        self._from = from_ or self._from
        if call.focus or "isfocus" in headers.get("contact", "").lower():
            # Loaded by the first conference of a server.
            from webphone.phone.call.focus import focus

            if "contact" in headers:
                call.focus = focus(addresses(headers["contact"]))
            call.members = call.members if call.focus else ()
        call.verstat = self._verdict

    def param(self, name: str) -> str | None:
        """What From or the asserted identity say under this name, wherever it stands there."""
        for address in (self._from, self._call.remote, *self._asserted):
            uri = address.uri
            found = uri.param(name) or uri.user_param(name) or address.param(name)
            if found:
                return found
        return None

    @property
    def _verdict(self) -> str | None:
        """What became of the check of who calls: passed, failed, or signed and checked by nobody.

        The server has checked it and says so in `verstat` (3GPP TS 24.229 §7.2A.20). An Identity
        (RFC 8224) is the caller's own word: this phone has no certificate to hold against it.
        """
        said = (self.param("verstat") or "").lower()
        if verdict := VERDICTS.get(said):
            return verdict
        return "signed" if "identity" in self._call.headers and not self._call.outgoing else None

    # --- As a part of the call ---

    def heard(self, output: Output, now: float) -> Steps:
        """A request within the call came: who sends it may be somebody else by now."""
        match output:
            case PeerNamed():
                self.named(output.headers, output.from_)
            case Moved(call_id=call_id):
                self._call.call_id = call_id
        return []


def asserted(headers: Mapping[str, str], *, outgoing: bool) -> list[NameAddr]:
    """Whom the network says it is, none where it does not, or is asked not to tell.

    `outgoing`: we have called them.
    """
    privacy = {word.strip().lower() for word in re.split("[;,]", headers.get("privacy", ""))}
    if privacy & PRIVATE:
        return []
    if found := addresses(headers.get("p-asserted-identity", "")):
        return found
    ours, theirs = ("calling", "called") if outgoing else ("called", "calling")
    parties = [
        ((address.param("party") or theirs).lower(), address)
        for address in addresses(headers.get("remote-party-id", ""))
        if (address.param("privacy") or "off").lower() in ("off", "none")
    ]
    # Within a call some name both ends by the part that they had in the first INVITE.
    return [address for _, address in sorted(parties, key=lambda each: each[0] == ours)]


def addresses(text: str) -> list[NameAddr]:
    """Those of a list header that can be read; `Miller, Bob <sip:b@x>` is one of them."""
    found: list[NameAddr] = []
    before = ""
    for part in split_commas(text):
        address = salvage.address(part)
        if address is None:
            before += f"{part}, "
            continue
        if address.display_name and not part.startswith('"'):
            address = salvage.address(before + part) or address
        found.append(address)
        before = ""
    return found


def _named_by_any(found: list[NameAddr]) -> NameAddr:
    """The first, by the name of another where it has none: RFC 3325 §9.1 has a sip and a tel."""
    name = next((one.display_name for one in found if one.display_name), "")
    return found[0] if found[0].display_name else replace(found[0], display_name=name)


def _face(address: NameAddr) -> tuple[str, str]:
    return address.uri.aor, address.display_name
