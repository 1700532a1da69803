"""The subscriptions of an agent and what it publishes; NOTIFYs that nobody asked for.

A phone that only calls never loads this file.
"""

from __future__ import annotations

from webphone.machine import earliest
from webphone.sip.authentication import Authenticator
from webphone.sip.endpoint import Endpoint, NotNow
from webphone.sip.inbox import Allowance
from webphone.sip.outputs import Output, Published
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.notify import header_value, notified
from webphone.sip.usages.publication import Publication
from webphone.sip.usages.publication import State as Standing
from webphone.sip.usages.subscription import Subscription, dialog_key
from webphone.sip.wire.message import Request
from webphone.sip.wire.uri import Uri

MOST = 100  # subscriptions, and publications
# Not as RFC 6665 §4.1.3 has it: servers tell of voice mail whom they know without being asked.
UNASKED = "message-summary"
KNOWN = ("message-summary", "dialog", "presence", "conference", "refer")
# Unasked news that may come at once; one a second after that (RFC 3842 §3.11).
MOST_UNASKED = 20


class Subscriptions:
    """All of an agent's, by the names that the phone gave them."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._wanted: dict[str, Subscription] = {}
        self._published: dict[str, Publication] = {}
        self._unasked: Allowance | None = None

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do."""
        ours = (subscription.deadline for subscription in self._wanted.values())
        theirs = (publication.deadline for publication in self._published.values())
        return earliest((*ours, *theirs))

    def wake(self, now: float) -> list[Output]:
        """Do what is due."""
        outputs = [x for subscription in self._wanted.values() for x in subscription.wake(now)]
        return outputs + [x for one in self._published.values() for x in one.wake(now)]

    def lost(self, now: float) -> list[Output]:
        """The socket is gone, and the dialogs over it."""
        return [x for subscription in self._wanted.values() for x in subscription.lost(now)]

    # Subscriptions.

    def subscribe(
        self,
        name: str,
        authenticator: Authenticator,
        target: Uri,
        event: str,
        accept: str,
        now: float,
    ) -> list[Output]:
        """Subscribe, or again; NotNow where there are too many."""
        self._settle()
        known = self._wanted.get(name)
        if known is None or known.leaving:
            if len(self._wanted) >= MOST:
                raise NotNow("there are too many subscriptions")
            self._wanted[name] = Subscription(
                self._endpoint, authenticator, name, target, event, accept
            )
        self._wanted[name].wish.authenticator = authenticator
        return self._wanted[name].subscribe(now)

    def unsubscribe(self, name: str, now: float) -> list[Output]:
        """End one; NotNow where there is none."""
        self._settle()
        if name not in self._wanted:
            raise NotNow(f"there is no subscription {name!r}")
        return self._wanted[name].unsubscribe(now)

    # Publications.

    def publish(
        self, event: str, authenticator: Authenticator, content_type: str, body: bytes, now: float
    ) -> list[Output]:
        """Publish a state; NotNow where there are too many."""
        self._settle()
        if event not in self._published:
            if len(self._published) >= MOST:
                raise NotNow("too much is published")
            self._published[event] = Publication(self._endpoint, authenticator, event)
        self._published[event].authenticator = authenticator
        return self._published[event].publish(content_type, body, now)

    def unpublish(self, event: str, now: float) -> list[Output]:
        """Have one forgotten."""
        one = self._published.get(event)
        return [Published(event=event)] if one is None else one.remove(now)

    # News.

    def place(self, request: Request) -> Subscription | None:
        """Whose dialog a request belongs to, or makes (RFC 6665 §4.4.1)."""
        key = dialog_key(request)
        living = (one for one in self._wanted.values() if not one.over)
        return next((one for one in living if one.key == key), None)

    def unasked(self, server: ServerTransaction, now: float) -> list[Output]:
        """A NOTIFY outside any dialog: voice mail is told so, nothing else is taken."""
        request, answer = server.request, self._endpoint.answer
        event, _params = header_value(request, "Event")
        if event not in KNOWN:
            # RFC 6665 §8.3.2
            allowed = (("Allow-Events", ", ".join(KNOWN)),)
            return answer(server, 489, now, allowed)
        if event != UNASKED:
            return answer(server, 481, now)
        self._unasked = self._unasked or Allowance(MOST_UNASKED, now)
        if not self._unasked.spend(now):
            later = (self._endpoint.retry_after(),)
            return answer(server, 480, now, later)
        return [*answer(server, 200, now), notified("", event, request)]

    def _settle(self) -> None:
        """Forget what is over."""
        self._wanted = {name: one for name, one in self._wanted.items() if not one.over}
        self._published = {
            event: one for event, one in self._published.items() if one.state is not Standing.OFF
        }
