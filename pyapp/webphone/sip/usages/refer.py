"""REFER in a call, and the news of what comes of it (RFC 3515, RFC 4488, RFC 7647): both ends.

RFC 7647 §4 wants a REFER of its own dialog where the peer's Contact is a GRUU. Servers take a
transfer only inside the call that it is about, so that is where it goes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import Enum, auto
from typing import assert_never

from webphone.machine import due, earliest, step
from webphone.sip.authentication import ClientRequest, Owner
from webphone.sip.dialog import Dialog
from webphone.sip.endpoint import NotNow, Pairs
from webphone.sip.outputs import (
    Output,
    ReferAnswered,
    ReferNotified,
    ReferReceived,
)
from webphone.sip.transactions import ServerTransaction
from webphone.sip.usages.leg import Leg
from webphone.sip.usages.notify import ENDING, header_value
from webphone.sip.usages.soft_state import seconds
from webphone.sip.wire.grammar import Malformed, visible
from webphone.sip.wire.headers import NameAddr
from webphone.sip.wire.message import REASONS, Request, Response
from webphone.sip.wire.replaces import Replaces
from webphone.sip.wire.uri import Uri

SIPFRAG = "message/sipfrag"
# Seconds that one may go on telling what became of a REFER; each NOTIFY says so anew.
LASTS = 600
# Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
_STATUS_LINE = re.compile(rb"\s*SIP/2\.0[ \t]+([1-6][0-9]{2})(?:[ \t]+([^\r\n]{0,200}))?", re.I)
_NO_DIALOG = 481


class Asking:
    """Our REFERs in one call: the last one is the one that counts."""

    def __init__(self, leg: Leg, owner: Owner) -> None:
        self._leg = leg
        self._owner = owner
        self._sent: ClientRequest | None = None
        # Until when there may be news of it, also when the call is over (RFC 5057 §4.1).
        self.deadline: float | None = None

    def ask(self, to: NameAddr, now: float) -> list[Output]:
        """Ask the peer to call `to`; ReferAnswered and ReferNotified follow, in any order."""
        account = self._leg.authenticator.account
        assert account is not None
        by = NameAddr("", account.caller.uri)
        headers = (("Refer-To", str(to)), ("Referred-By", str(by)))
        self._sent = self._leg.request("REFER", self._owner, headers=headers)
        self.deadline = now + LASTS
        return self._sent.start(now)

    def answered(self, sent: ClientRequest, response: Response) -> list[Output]:
        """Whether the peer takes our REFER (RFC 7647 §5: a 202 is as good as a 200)."""
        if sent is not self._sent:
            return []
        if response.status < 300:
            self._leg.dialog.refresh(response)
        # RFC 4488 §4
        silent = (response.headers.get("Refer-Sub") or "").strip().lower().startswith("false")
        if silent or response.status >= 300:
            self.deadline = None
        return [
            ReferAnswered(
                call=self._leg.call,
                status=response.status,
                reason=visible(response.reason),
                silent=silent,
                unanswered=sent.unanswered,
            )
        ]

    def notified(self, server: ServerTransaction, now: float) -> list[Output]:
        """News of a REFER of ours (RFC 3515 §2.4.5), also before it is answered."""
        request = server.request
        event, params = header_value(request, "Event")
        if self._sent is None or event != "refer":
            return self._leg.endpoint.answer(server, _NO_DIALOG, now)
        outputs = self._leg.endpoint.answer(server, 200, now)
        # §2.4.6: the number of the REFER; some leave it out.
        if params.get("id", str(self._number)) != str(self._number):
            return outputs
        found = _STATUS_LINE.match(request.body)
        status = int(found[1]) if found else 100
        standing, params = header_value(request, "Subscription-State")
        left = seconds(params.get("expires"))
        if standing == "terminated" or status >= 200:
            self.deadline = None
        elif self.deadline is not None and left is not None:
            self.deadline = now + min(left, LASTS)
        if found is None:
            return outputs
        reason = visible((found[2] or b"").decode("utf-8", "replace"))
        return [*outputs, ReferNotified(call=self._leg.call, status=status, reason=reason)]

    @property
    def _number(self) -> int:
        assert self._sent is not None
        return self._sent.request.cseq.number


class State(Enum):
    """What becomes of a REFER of theirs.

              refused, or the call ends
      ┌────────────────────────────────────┐
      ▼   REFER                            │  taken: 200, NOTIFY 100
    QUIET ──────────► ASKED ───────────────┴─────► REPORTING ─┐ NOTIFY
      ▲                 │ taken, and no news wanted │     ▲   │ 1xx
      │◄────────────────┘                           │     └───┘
      ├─────── NOTIFY with a final status ──────────┤
      └─────── nobody listens, or no news came ─────┘

    The end of the call is not the end of the news: the dialog lasts as long (RFC 5057 §4.1).
    """

    QUIET = auto()
    ASKED = auto()
    REPORTING = auto()


class Event(Enum):
    """What can happen to it."""

    REFER = auto()
    TAKE = auto()
    TAKE_SILENTLY = auto()
    REFUSE = auto()
    REPORT = auto()
    REPORT_LAST = auto()
    UNHEARD = auto()
    TIME = auto()
    OVER = auto()  # the call


class Action(Enum):
    """What the table asks for."""

    TELL = auto()
    ANSWER = auto()
    NOTIFY = auto()
    NOTIFY_LAST = auto()
    NOTIFY_TIME = auto()


REFERRED: dict[tuple[State, Event], tuple[State, tuple[Action, ...]]] = {
    (State.QUIET, Event.REFER): (State.ASKED, (Action.TELL,)),
    # RFC 3515 §2.4.4: the first NOTIFY goes at once.
    (State.ASKED, Event.TAKE): (State.REPORTING, (Action.ANSWER, Action.NOTIFY)),
    (State.ASKED, Event.TAKE_SILENTLY): (State.QUIET, (Action.ANSWER,)),
    (State.ASKED, Event.REFUSE): (State.QUIET, (Action.ANSWER,)),
    (State.ASKED, Event.OVER): (State.QUIET, (Action.ANSWER,)),
    (State.REPORTING, Event.REPORT): (State.REPORTING, (Action.NOTIFY,)),
    (State.REPORTING, Event.REPORT_LAST): (State.QUIET, (Action.NOTIFY_LAST,)),
    # RFC 6665 §4.2.2: the other side has forgotten it, or is gone.
    (State.REPORTING, Event.UNHEARD): (State.QUIET, ()),
    (State.REPORTING, Event.TIME): (State.QUIET, (Action.NOTIFY_TIME,)),
}


class Asked:
    """Their REFERs in one call: one at a time."""

    def __init__(self, leg: Leg, owner: Owner) -> None:
        self.state = State.QUIET
        self._leg = leg
        self._owner = owner
        self._server: ServerTransaction | None = None
        self._wanted: ReferReceived | None = None
        self._status, self._reason = 100, ""
        # Until when we have promised news of it.
        self.deadline: float | None = None

    def receive(self, server: ServerTransaction, now: float) -> list[Output]:
        """The peer asks us to call somebody."""
        if self.state is not State.QUIET:
            return self._leg.endpoint.answer(server, 491, now)
        wanted = _wanted(self._leg.call, server.request)
        if isinstance(wanted, int):
            return self._leg.endpoint.answer(server, wanted, now)
        self._leg.dialog.refresh(server.request)
        self._server, self._wanted = server, wanted
        return self._happen(Event.REFER, now)

    def answer(self, status: int, now: float) -> list[Output]:
        """Take it with a 2xx, or refuse it. Raises NotNow where nothing is asked."""
        if self.state is not State.ASKED:
            raise NotNow("the other side asks for no other call")
        self._status, self._reason = status, ""
        if status >= 300:
            return self._happen(Event.REFUSE, now)
        silent = self._silent
        return self._happen(Event.TAKE_SILENTLY if silent else Event.TAKE, now)

    def report(self, status: int, reason: str, now: float) -> list[Output]:
        """Tell how far the call has come that the peer asked for; NotNow where it is not waiting.

        A status of 200 or more is the last word.
        """
        if self.state is not State.REPORTING:
            raise NotNow("nobody waits for news of another call")
        self._status, self._reason = status, reason
        return self._happen(Event.REPORT if status < 200 else Event.REPORT_LAST, now)

    def heard(self, response: Response, now: float) -> None:
        """The final answer to a NOTIFY of ours; one that is lost is followed by others."""
        if response.status in ENDING:
            self._happen(Event.UNHEARD, now)

    def wake(self, now: float) -> list[Output]:
        """Nobody has told us for long what became of it."""
        return self._happen(Event.TIME, now) if due(self.deadline, now) else []

    def close(self, now: float) -> list[Output]:
        """The call is over."""
        if self.state is State.ASKED:
            self._status = _NO_DIALOG
        return self._happen(Event.OVER, now)

    @property
    def _silent(self) -> bool:
        """Whether the peer wants no news of it (RFC 4488 §4)."""
        assert self._server is not None
        wanted = self._server.request.headers.get("Refer-Sub") or ""
        return wanted.partition(";")[0].strip().lower() == "false"

    def _happen(self, event: Event, now: float) -> list[Output]:
        self.state, actions = step(REFERRED, self.state, event)
        self.deadline = now + LASTS if self.state is State.REPORTING else None
        return [output for action in actions for output in self._do(action, now)]

    def _do(self, action: Action, now: float) -> list[Output]:
        match action:
            case Action.TELL:
                assert self._wanted is not None
                return [self._wanted]
            case Action.ANSWER:
                return self._answer(now)
            case Action.NOTIFY:
                return self._notify(f"active;expires={LASTS}", now)
            case Action.NOTIFY_LAST:
                # RFC 3515 §2.4.7
                return self._notify("terminated;reason=noresource", now)
            case Action.NOTIFY_TIME:
                return self._notify("terminated;reason=timeout", now)
            case _:
                assert_never(action)

    def _answer(self, now: float) -> list[Output]:
        assert self._server is not None
        status, self._status = self._status, 100
        headers: Pairs = ()
        if status < 300:
            contact = self._leg.endpoint.contact_for(self._server.request)
            headers = [("Contact", contact)]
            headers += [("Refer-Sub", "false")] if self._silent else []
        return self._leg.endpoint.answer(self._server, status, now, headers)

    def _notify(self, standing: str, now: float) -> list[Output]:
        assert self._server is not None
        status, reason = self._status, self._reason or REASONS.get(self._status, "")
        headers = (
            ("Event", f"refer;id={self._server.request.cseq.number}"),
            ("Subscription-State", standing),
            ("Content-Type", f"{SIPFRAG};version=2.0"),
        )
        body = f"SIP/2.0 {status} {reason}\r\n".encode()
        return self._leg.request("NOTIFY", self._owner, headers=headers, body=body).start(now)


class Refers:
    """Both ends of the REFERs of one call, made when the first is asked for."""

    def __init__(self, leg: Leg, owner: Owner) -> None:
        self.asking = Asking(leg, owner)
        self.asked = Asked(leg, owner)

    @property
    def deadline(self) -> float | None:
        """When `wake` has something to do; None too where no news is to come any more."""
        return earliest((self.asking.deadline, self.asked.deadline))

    def wake(self, now: float) -> list[Output]:
        """Wait for no more news, and promise none."""
        if due(self.asking.deadline, now):
            self.asking.deadline = None
        return self.asked.wake(now)


def refer_to(uri: Uri, replaced: Dialog | None) -> NameAddr:
    """Where a REFER leads: to `uri`, or to the peer of the dialog whose place is to be taken."""
    if replaced is None:
        return NameAddr("", uri)
    # The tags are named as the one sees them who gets the INVITE (RFC 3891 §4).
    value = Replaces(
        call_id=replaced.call_id, to_tag=replaced.remote.tag, from_tag=replaced.local.tag
    )
    return NameAddr("", uri.with_header("Replaces", str(value)))


def reachable(dialog: Dialog) -> Uri:
    """An address that leads others to the peer of a dialog (RFC 5589 §7.3).

    A Contact that is no GRUU may mean something to our own server only, as a browser's does.
    """
    known = dialog.remote.uri
    if dialog.target.has("gr") or not known.user or known.host.lower().endswith(".invalid"):
        return dialog.target
    return replace(known, headers=())


def _wanted(call: str, request: Request) -> ReferReceived | int:
    """What a REFER asks for, or the status that refuses it unseen."""
    lines = request.headers.all("Refer-To")
    try:
        # RFC 3515 §2.4.1: exactly one.
        (line,) = lines
        to = NameAddr.parse(line)
        text = to.uri.header("Replaces")
        replaces = None if text is None else Replaces.parse(text)
    except ValueError:
        return 400
    if to.uri.scheme not in ("sip", "sips", "tel"):
        return 416
    if (to.uri.param("method") or "INVITE").upper() != "INVITE":
        return 603
    # RFC 3261 §19.1.5: of the headers that a URI asks for, we write no other.
    kept = tuple(pair for pair in to.uri.params if pair[0].lower() != "method")
    uri = replace(to.uri, params=kept, headers=())
    return ReferReceived(
        call=call,
        target=NameAddr(to.display_name, uri),
        replaces=replaces,
        referred_by=_referred_by(request),
    )


def _referred_by(request: Request) -> NameAddr | None:
    """Who refers us, as far as it can be read; no token of RFC 3892 §4 is passed on."""
    try:
        by = NameAddr.parse(request.headers.get("Referred-By") or "")
    except Malformed:
        return None
    return NameAddr(by.display_name, by.uri)
