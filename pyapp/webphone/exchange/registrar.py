"""Where users can be reached: REGISTER and its bindings (RFC 3261 §10.3, RFC 5626 §6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from webphone.sip.wire.grammar import visible
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import Request, Response, reply
from webphone.sip.wire.uri import Uri

SHORTEST = 60
LONGEST = 3600
USUAL = 600
BINDINGS_AT_MOST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """One phone of a user: its Contact, the link it registered over and until when.

    `instance` and `reg_id` are empty when the phone gave none.
    """

    contact: NameAddr
    link: int
    until: float
    call_id: str
    cseq: int
    instance: str = ""
    reg_id: str = ""

    def same(self, other: Binding) -> bool:
        """Whether both are one binding: by instance (RFC 5626 §6), else by URI."""
        if self.instance and self.reg_id and other.instance and other.reg_id:
            return (self.instance, self.reg_id) == (other.instance, other.reg_id)
        return self.contact.uri.equivalent(other.contact.uri)


class Registrar:
    """The bindings of every user; times are absolute, in the seconds of `now`."""

    def __init__(self) -> None:
        self._bindings: dict[str, list[Binding]] = {}

    @property
    def deadline(self) -> float | None:
        """When the next binding runs out."""
        return min((one.until for some in self._bindings.values() for one in some), default=None)

    def find(self, user: str, now: float) -> list[Binding]:
        """Where that user is, the latest registration first."""
        return [one for one in reversed(self._bindings.get(user, [])) if one.until > now]

    def at(self, contact: Uri, now: float) -> Binding | None:
        """Whose Contact that is."""
        for some in self._bindings.values():
            for one in some:
                if one.until > now and one.contact.uri.equivalent(contact):
                    return one
        return None

    def users(self) -> tuple[str, ...]:
        """Who is registered."""
        return tuple(self._bindings)

    def disconnected(self, link: int) -> None:
        """A WebSocket is gone, and every binding with it: nobody can be reached there."""
        self._keep(lambda one: one.link != link)

    def wake(self, now: float) -> None:
        """Forget what ran out."""
        self._keep(lambda one: one.until > now)

    def register(self, user: str, request: Request, link: int, now: float) -> Response:
        """The answer to a REGISTER whose sender was let in; raises Malformed."""
        unknown = [tag for tag in request.require if tag != "outbound"]
        if unknown:
            # RFC 3261 §8.2.2.3.
            return reply(request, 420, headers=[("Unsupported", visible(", ".join(unknown)))])
        current = self.find(user, now)[::-1]
        call_id, number = request.call_id, request.cseq.number
        if request.contact_star:
            # RFC 3261 §10.3 step 6.
            if request.expires != 0:
                return reply(request, 400, "Contact: * needs Expires: 0")
            if any(_out_of_order(one, call_id, number) for one in current):
                return reply(request, 500, "Out of Order")
            self._bindings.pop(user, None)
            return reply(request, 200)
        for contact in request.contacts:
            asked = contact.expires if contact.param("expires") is not None else request.expires
            seconds = USUAL if asked is None else asked
            if 0 < seconds < SHORTEST:
                # §10.3 step 7.
                return reply(request, 423, headers=[("Min-Expires", str(SHORTEST))])
            fresh = Binding(
                contact=contact,
                link=link,
                until=now + min(seconds, LONGEST),
                call_id=call_id,
                cseq=number,
                instance=(contact.param("+sip.instance") or "").lower(),
                reg_id=contact.param("reg-id") or "",
            )
            replaced = [one for one in current if one.same(fresh)]
            if any(_out_of_order(one, call_id, number) for one in replaced):
                return reply(request, 500, "Out of Order")
            current = [one for one in current if one not in replaced]
            if seconds:
                current.append(fresh)
        self._bindings[user] = current[-BINDINGS_AT_MOST:]
        self._keep(lambda one: True)
        return self._granted(user, request, now)

    def _granted(self, user: str, request: Request, now: float) -> Response:
        """§10.3 step 8: every binding there is."""
        headers = [
            ("Contact", str(one.contact.with_param("expires", str(round(one.until - now)))))
            for one in self.find(user, now)
        ]
        flows = any(contact.param("reg-id") for contact in request.contacts)
        if flows and "outbound" in request.supported:
            # RFC 5626 §6: the binding belongs to this flow.
            headers.append(("Require", "outbound"))
        return reply(request, 200, headers=headers)

    def _keep(self, wanted: Callable[[Binding], bool]) -> None:
        kept = {user: [one for one in some if wanted(one)] for user, some in self._bindings.items()}
        self._bindings = {user: some for user, some in kept.items() if some}


def _out_of_order(binding: Binding, call_id: str, number: int) -> bool:
    """§10.3 step 7: an older REGISTER that was overtaken."""
    return binding.call_id == call_id and number <= binding.cseq
