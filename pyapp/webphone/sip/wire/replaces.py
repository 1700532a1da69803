"""Replaces: which call a new INVITE takes the place of (RFC 3891)."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.sip.wire import grammar
from webphone.sip.wire.grammar import Malformed
from webphone.sip.wire.params import parse_value

# Nobody's names are longer; they are kept for as long as the call.
LONGEST = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaces:
    """A dialog as the one who gets the INVITE knows it: `to_tag` is that one's own (§4).

    `early_only`: not once it is answered.
    """

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """The one value of a Replaces; raises Malformed."""
        # Replaces = callid *(SEMI (to-tag / from-tag / early-flag / generic-param))
        call_id, params = parse_value(text)
        tags = params.get("to-tag", ""), params.get("from-tag", "")
        if len(text) > LONGEST or not grammar.CALL_ID.fullmatch(call_id):
            raise Malformed("not a Replaces")
        if not all(grammar.TOKEN.fullmatch(tag) for tag in tags):
            raise Malformed("a Replaces without its two tags")
        return cls(
            call_id=call_id, to_tag=tags[0], from_tag=tags[1], early_only="early-only" in params
        )

    def __str__(self) -> str:
        early = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag};from-tag={self.from_tag}{early}"
