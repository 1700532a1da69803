"""One of those who answer a SUBSCRIBE: its dialog, for how long, its end (RFC 6665 §4.1.2)."""

from __future__ import annotations

from dataclasses import dataclass

from webphone.machine import due, earliest
from webphone.sip.authentication import Authenticator, ClientRequest, Owner
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import Endpoint
from webphone.sip.outputs import Output, Unanswered
from webphone.sip.usages.notify import AT_ONCE, ENDING, FINAL, header_value
from webphone.sip.usages.soft_state import (
    DAY,
    LASTS,
    SOONEST,
    longer,
    passing,
    renewal,
    retry_after,
    retry_in,
    seconds,
)
from webphone.sip.wire.grammar import visible
from webphone.sip.wire.message import Request, Response


@dataclass(frozen=True, slots=True)
class Loss:
    """Why there is no subscription: a status that refused it, or a reason of §4.1.3."""

    status: int = 0
    reason: str = ""
    wait: float | None = None  # seconds, None for a pause of our own
    final: bool = False  # it is not to be asked for again
    unanswered: Unanswered | None = None


class Wish:
    """What every SUBSCRIBE of a subscription says, whoever it is for; `owner` hears the answers."""

    def __init__(
        self,
        endpoint: Endpoint,
        authenticator: Authenticator,
        owner: Owner,
        event: str,
        accept: str,
    ) -> None:
        self.endpoint = endpoint
        self.authenticator = authenticator
        self.event = event
        self.expires = LASTS
        self._owner = owner
        self._accept = accept

    def headers(self, expires: int) -> list[tuple[str, str]]:
        """What is asked for, and for how many seconds."""
        accept = [("Accept", self._accept)] if self._accept else []
        return [("Event", self.event), ("Expires", str(expires)), *accept]

    def sent(self, request: Request, dialog: Dialog | None = None) -> ClientRequest:
        """The request on its way to its answer, once it is started."""
        return ClientRequest(self.endpoint, self.authenticator, self._owner, request, dialog=dialog)

    def lengthened(self, response: Response) -> bool:
        """Whether it asks for longer from now on, as a 423 wants it."""
        least = longer(response, self.expires)
        self.expires = least or self.expires
        return least is not None


class Fork:
    """The dialog with one of them, made by a 2xx or by the NOTIFY before it."""

    def __init__(self, wish: Wish, dialog: Dialog, now: float) -> None:
        self.dialog = dialog
        self.sent: ClientRequest | None = None
        self.left = False  # it was asked to end
        self._wish = wish
        self._lengthened = False
        self._refresh_at: float | None = None
        self._ends_at = now

    @property
    def deadline(self) -> float | None:
        """When it is to be refreshed, or is over."""
        return earliest((self._refresh_at, self._ends_at))

    def over(self, now: float) -> bool:
        """Whether its time has run out."""
        return self._ends_at <= now

    def wake(self, now: float) -> list[Output]:
        """Refresh it when that is due."""
        if not due(self._refresh_at, now):
            return []
        self._lengthened = False
        return self.refresh(now)

    def renew(self, granted: int | None, now: float) -> None:
        """It is to last so long from now on, at most as long as we asked for."""
        lasts = self._wish.expires if granted is None else min(granted, DAY)
        self._ends_at = now + max(lasts, SOONEST + 1)
        self._refresh_at = now + renewal(lasts, self._wish.endpoint.entropy)

    def refresh(self, now: float) -> list[Output]:
        """§4.1.2.2: ask for it again."""
        return self._ask(self._wish.expires, now)

    def leave(self, now: float) -> list[Output]:
        """§4.1.2.3: ask for its end, once."""
        left, self.left = self.left, True
        return [] if left else self._ask(0, now)

    def answered(self, response: Response, now: float) -> list[Output] | Loss:
        """The answer to a SUBSCRIBE within it: what follows, or why it is over."""
        status, self.sent = response.status, None
        if status < 300:
            if not self.left:
                self.dialog.refresh(response)
                self.renew(response.safe("expires", None), now)
            return []
        if status in ENDING or self.left:
            # Whether that is the last word, the answer to a new one says.
            return Loss(status, visible(response.reason), 0.0 if status == 481 else None)
        if status == 423 and not self._lengthened and self._wish.lengthened(response):
            self._lengthened = True
            return self.refresh(now)
        # §4.1.2.2: it lasts as long as it was to last.
        self._refresh_at = now + retry_in(response)
        return []

    def notified(self, request: Request, now: float) -> Loss | None:
        """What a NOTIFY says of how long it lasts; why, if it is over."""
        standing, params = header_value(request, "Subscription-State")
        if standing == "terminated":
            reason = params.get("reason", "").lower()
            wait = 0.0 if reason in AT_ONCE else seconds(params.get("retry-after"))
            return Loss(reason=visible(reason), wait=wait, final=reason in FINAL)
        left = seconds(params.get("expires"))
        if left is not None:
            self.renew(left, now)
        return None

    def _ask(self, expires: int, now: float) -> list[Output]:
        self._refresh_at = None
        request = self.dialog.request(
            self._wish.endpoint, "SUBSCRIBE", headers=self._wish.headers(expires)
        )
        self.sent = self._wish.sent(request, self.dialog)
        return self.sent.start(now)


def refused(sent: ClientRequest, response: Response) -> Loss:
    """Why the SUBSCRIBE that was to make a dialog made none."""
    return Loss(
        response.status,
        visible(response.reason),
        retry_after(response),
        final=not passing(response.status),
        unanswered=sent.unanswered,
    )
