"""What only wants its answer: texts, INFO in a call, questions for abilities; and texts that come.

A phone that only calls never loads this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webphone.contract import (
    Config,
    Event,
    Json,
    SendInfo,
    SendMessage,
    SendOptions,
    WebPhoneError,
    encode,
)
from webphone.phone import actions as do
from webphone.phone.account.account import Account, Result
from webphone.phone.call.calls import Calls
from webphone.phone.call.endings import unanswered
from webphone.phone.call.record import iso
from webphone.phone.call.seen import party
from webphone.phone.numbers import address
from webphone.phone.promises import Trouble, done
from webphone.phone.refusals import code_of
from webphone.phone.snapshot import Text
from webphone.phone.threads import Threads
from webphone.sip import Agent, MessageReceived, NameAddr, NotNow, Replied
from webphone.sip.inbox import LARGEST
from webphone.words import say
from webphone.words.bidi import isolate

MOST = 50  # questions without an answer
READ_BY_PERSONS = "text/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A question on its way over the connection of its account, and who waits for its answer."""

    method: str
    reply: int | None
    account: Account
    text: str = ""  # the id of the text that it carries


class Questions:
    """Those of a phone that wait for their final response, and its texts."""

    def __init__(self, name: str) -> None:
        """`name` begins the ids of its texts: each tab has its own."""
        self.threads = Threads()
        self._waiting: dict[str, Waiting] = {}
        self._name = name
        self._count = 0

    def give_up(self) -> Result:
        """Nothing is waited for in vain: an answer comes the way of its question, or never."""
        lost = [ref for ref, waiting in self._waiting.items() if not waiting.account.open]
        return [x for ref in lost for x in self._over(self._waiting.pop(ref), _lost())]

    # --- Ours ---

    def send_message(
        self,
        command: SendMessage,
        account: Account,
        calls: Calls,
        config: Config,
        reply: int | None,
        now: float,
    ) -> Result:
        """Send a text. Raises WebPhoneError where it is none, or nobody's."""
        body = command.text.encode("utf-8", "replace")
        if not command.text.strip():
            raise WebPhoneError("invalid_config", say("text_empty"))
        if len(body) > LARGEST:
            wrong = say("text_long", count=len(body), most=LARGEST)
            raise WebPhoneError("invalid_config", wrong)
        call = calls.find(command.id) if command.id else None
        owner = call.account if call else account
        to = call.remote if call else NameAddr("", address(command.target, config.domain))
        id = self._keep(command, to, now)
        if not owner.open:
            offline = Waiting(method="message", reply=reply, account=owner, text=id)
            return self._over(offline, _offline())
        ref = self._ask("message", reply, owner, text=id)
        kind = command.content_type
        try:
            outputs = owner.agent.message(to.uri, kind, body, ref, now, call=command.id)
        except NotNow:
            return self._over(self._waiting.pop(ref), _unanswered_call())
        return owner.through(outputs, now)

    def send_info(self, command: SendInfo, calls: Calls, reply: int | None, now: float) -> Result:
        """Send an INFO. Raises WebPhoneError where the call can't take it."""
        call = calls.find(command.id)
        if not call.wire.open:
            raise _offline()
        if call.answered_at is None:  # RFC 6086 §4.1: it needs the dialog of an answered call
            raise _unanswered_call()
        ref = self._ask("info", reply, call.account)
        body = command.body.encode("utf-8", "replace")
        agent: Agent = call.account.agent
        try:
            outputs = agent.info(
                call.id, command.content_type, body, ref, now, package=command.package
            )
        except NotNow:
            del self._waiting[ref]
            wrong = say("package_not_taken", package=isolate(command.package))
            raise WebPhoneError("unsupported", wrong) from None
        return call.account.through(outputs, now)

    def send_options(
        self, command: SendOptions, account: Account, config: Config, reply: int | None, now: float
    ) -> Result:
        """Ask for abilities. Raises WebPhoneError where nobody can be asked."""
        target = address(command.target, config.domain) if command.target.strip() else None
        if not account.open:
            raise _offline()
        ref = self._ask("options", reply, account)
        return account.through(account.agent.options(target, ref, now), now)

    def waits(self, news: Replied) -> bool:
        """Whether this is the answer to a question of ours."""
        return news.ref in self._waiting

    def replied(self, news: Replied) -> Result:
        """The final response."""
        waiting = self._waiting.pop(news.ref)
        if news.status >= 300:
            return self._over(waiting, _refused(news))
        state = "queued" if news.status == 202 else "sent"  # RFC 3428 §7
        self.threads.change(waiting.text, state=state)
        return [*done(waiting.reply, _VALUES[waiting.method](news))]

    # --- Theirs ---

    def received(self, news: MessageReceived, now: float) -> Result:
        """A text came."""
        peer = party(news.from_)
        if news.content_type.startswith(READ_BY_PERSONS) or not news.content_type:
            text = Text(id=self._next(), ours=False, text=news.text, at=iso(now))
            self.threads.add(news.from_.uri.aor, peer, text)
        detail = {"from": encode(peer), "text": news.text, "contentType": news.content_type}
        return [do.Tell(event=Event("message", detail))]

    # --- Steps ---

    def _keep(self, command: SendMessage, to: NameAddr, now: float) -> str:
        """The id of a text of ours, as it is kept from now on; "" where no person reads it."""
        if not command.content_type.lower().startswith(READ_BY_PERSONS):
            return ""
        id = self._next()
        text = Text(id=id, ours=True, text=command.text, at=iso(now), state="sending")
        self.threads.add(to.uri.aor, party(to), text)
        return id

    def _ask(self, method: str, reply: int | None, account: Account, *, text: str = "") -> str:
        """The name of one more question."""
        if len(self._waiting) >= MOST:
            self.threads.change(text, state="failed", why=say("questions_many"))
            raise WebPhoneError("unavailable", say("questions_many"))
        ref = f"asked:{self._next()}"
        self._waiting[ref] = Waiting(method=method, reply=reply, account=account, text=text)
        return ref

    def _next(self) -> str:
        self._count += 1
        return f"{self._name}{self._count}"

    def _over(self, waiting: Waiting, error: WebPhoneError) -> Result:
        """It came to nothing: the promise says why, and the text on the screen."""
        self.threads.change(waiting.text, state="failed", why=error.message)
        if waiting.reply is not None:
            return [do.Refuse(reply=waiting.reply, error=error)]
        return [] if waiting.text else [Trouble(error)]


# --- Answers --------------------------------------------------------------------------------------


def _delivered(news: Replied) -> Mapping[str, Json]:
    return {"sipCode": news.status, "queued": news.status == 202}


def _abilities(news: Replied) -> Mapping[str, Json]:
    """RFC 3261 §11.2."""
    return {
        "sipCode": news.status,
        "allow": _list(news, "allow"),
        "supported": _list(news, "supported"),
        "accept": _list(news, "accept"),
        "userAgent": news.headers.get("user-agent") or news.headers.get("server", ""),
    }


def _list(news: Replied, name: str) -> list[str]:
    return [part.strip() for part in news.headers.get(name, "").split(",") if part.strip()]


_VALUES = {
    "message": _delivered,
    "info": lambda news: {"sipCode": news.status},
    "options": _abilities,
}


# --- Errors ---------------------------------------------------------------------------------------


def _refused(news: Replied) -> WebPhoneError:
    """What a final response means, in words."""
    code = code_of(news.status)
    if news.unanswered:
        return WebPhoneError("auth_failed", unanswered(news.unanswered), sip_code=news.status)
    theirs = f"{news.status} {isolate(news.reason)}"
    words = say("question_refused", why=say(f"why_{code}"), theirs=theirs)
    return WebPhoneError(code, words, sip_code=news.status)


def _lost() -> WebPhoneError:
    return WebPhoneError("connection_failed", say("question_lost"))


def _offline() -> WebPhoneError:
    return WebPhoneError("connection_failed", say("question_offline"))


def _unanswered_call() -> WebPhoneError:
    return WebPhoneError("no_call", say("call_not_answered"))
