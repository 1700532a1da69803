"""Taking a call that rings at a colleague: who calls them is asked to talk to us instead."""

from __future__ import annotations

from webphone.contract import MakeCall
from webphone.sip.wire.replaces import Replaces


def pickup(target: str, *, call_id: str, local_tag: str, remote_tag: str) -> MakeCall:
    """The command that does so; the names are those of the colleague's dialog (RFC 4235 §4.1).

    `target` is where the caller is to be reached: to that one the colleague's own tag is the far
    one. Answered by the colleague meanwhile, the call is left alone (RFC 3891 §4: early-only).
    """
    taken = Replaces(call_id=call_id, to_tag=remote_tag, from_tag=local_tag, early_only=True)
    return MakeCall(target=target, headers={"Replaces": str(taken)})
