"""A diagnosis: everything that a call needs is tried, in the order in which people fail.

Loaded when first asked for. Each stage is known already, or a probe of the browser finds it out;
what does not come in time is unknown, so that a diagnosis always ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from webphone.contract import Config, Event, WebPhoneError
from webphone.machine import due
from webphone.phone import actions as do
from webphone.phone import findings
from webphone.phone.account.account import Account, Result, State
from webphone.phone.call.calls import Calls
from webphone.phone.findings import Facts, found, nothing
from webphone.phone.happenings import Probed
from webphone.phone.promises import done
from webphone.phone.snapshot import Diagnosis as Shown
from webphone.phone.snapshot import Found
from webphone.sip import Replied
from webphone.words import say

PATIENCE = 40.0  # seconds that a probe has; what it waits for itself is bounded below that
PERSON_PATIENCE = 150.0  # where the browser asks a person
NOBODY = (408, 503)  # what a question comes to by itself (RFC 3261 §8.1.3.1)
MOST = 20  # promises that wait for one diagnosis


class Subject(Protocol):
    """The phone that is looked at."""

    error: WebPhoneError | None
    calls: Calls

    @property
    def config(self) -> Config: ...
    @property
    def account(self) -> Account: ...


@dataclass(frozen=True, slots=True)
class Stage:
    """One row: the steps that it decides, and what they come to.

    `known` gives them where the phone knows already; else `probe` is what the browser tries, and
    `read` makes steps of what it tells.
    """

    steps: tuple[str, ...]
    known: Callable[[Subject], list[Found] | None]
    probe: str
    read: Callable[[Facts, Subject], list[Found]]


class Diagnosis:
    """The one that runs, and what it has found."""

    def __init__(self, name: str) -> None:
        """`name` begins the names of its questions: no other phone of the page answers them."""
        self._name = name
        self._subject: Subject | None = None  # while it runs
        self._replies: list[int] = []
        self._found: tuple[Found, ...] = ()
        self._stage = 0
        self._count = 0
        self._asked = ""  # the question that is out
        self._asked_at = 0.0
        self._until: float | None = None

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        return self._until

    @property
    def shown(self) -> Shown:
        """As the screen sees it."""
        verdict = findings.worst(self._found) if self._subject is None else ""
        return Shown(steps=self._found, of=len(findings.FINDINGS), verdict=verdict)

    def begin(self, subject: Subject, reply: int | None, now: float) -> Result:
        """Look at everything; who asks while that goes on gets the same. Raises WebPhoneError."""
        if len(self._replies) >= MOST:
            raise WebPhoneError("unavailable", say("questions_many"))
        if reply is not None:
            self._replies.append(reply)
        if self._subject is not None:
            return []
        self._subject, self._found, self._stage = subject, (), 0
        return self._go_on(now)

    def probed(self, news: Probed, now: float) -> Result:
        """The browser has tried what was asked."""
        subject = self._subject
        if subject is None or news.id != self._asked:
            return []
        stage = STAGES[self._stage]
        if news.facts is None:
            return self._take([nothing(step, "late") for step in stage.steps], now)
        return self._take(stage.read(news.facts, subject), now)

    def waits(self, news: Replied) -> bool:
        """Whether this answers its OPTIONS."""
        return self._subject is not None and news.ref == self._asked

    def replied(self, news: Replied, now: float) -> Result:
        """The server has answered, whatever it says of it: that took a round trip."""
        if news.status in NOBODY:  # a server need not answer OPTIONS
            return self._take([found("round_trip", "unanswered")], now)
        seconds = now - self._asked_at
        what = "slow" if seconds > findings.SLOW else "quick"
        return self._take([found("round_trip", what, ms=round(seconds * 1000))], now)

    def wake(self, now: float) -> Result:
        """Nothing is waited for in vain."""
        if not due(self._until, now):
            return []
        return self._take([nothing(step, "late") for step in STAGES[self._stage].steps], now)

    # --- Steps ---

    def _take(self, steps: list[Found], now: float) -> Result:
        self._found += tuple(steps)
        self._stage += 1
        return self._go_on(now)

    def _go_on(self, now: float) -> Result:
        """To the next stage that is not known already, or to the end."""
        subject = self._subject
        assert subject is not None  # it runs
        self._asked, self._until = "", None
        result: Result = []
        while self._stage < len(STAGES):
            stage = STAGES[self._stage]
            detail = {"step": len(self._found) + 1, "of": len(findings.FINDINGS)}
            result.append(do.Tell(event=Event("diagnosis", {**detail, "name": stage.steps[0]})))
            known = stage.known(subject)
            if known is None:
                return result + self._ask(stage, subject, now)
            self._found += tuple(known)
            self._stage += 1
        return result + self._end()

    def _ask(self, stage: Stage, subject: Subject, now: float) -> Result:
        self._count += 1
        self._asked, self._asked_at = f"probe:{self._name}{self._count}", now
        self._until = now + (PERSON_PATIENCE if stage.probe == "microphone" else PATIENCE)
        account = subject.account
        if stage.probe == "options":
            return account.through(account.agent.options(None, self._asked, now), now)
        relay = any(step.name == "relay" and step.verdict == findings.GOOD for step in self._found)
        url = account.connection.servers.addresses[0] if stage.probe == "server" else ""
        return [do.Probe(id=self._asked, what=stage.probe, url=url, relay=relay)]

    def _end(self) -> Result:
        replies, self._replies, self._subject = self._replies, [], None
        report = {
            "verdict": findings.worst(self._found),
            "steps": self._found,
        }
        return [x for reply in replies for x in done(reply, report)]


# --- What is known without a probe ----------------------------------------------------------------


def _nothing_known(subject: Subject) -> list[Found] | None:
    return None


def _settings(subject: Subject) -> list[Found] | None:
    if subject.config.complete:
        return [found("settings", "complete")]
    return [_blocked("settings", findings.YOU, WebPhoneError("not_configured"))]


def _blocked(step: str, culprit: str, error: WebPhoneError) -> Found:
    return findings.by_error(step, findings.BLOCKED, culprit, error)


def _server(subject: Subject) -> list[Found] | None:
    account = subject.account
    if subject.config.demo:
        spoken = found("protocol", "spoken")
        return [found("port", "inside"), found("path", "right", server=account.server), spoken]
    if account.open:
        return findings.reached(account.server)
    if not account.connection.servers.addresses:
        return [nothing(step, "unreached") for step in ("port", "path", "protocol")]
    return None


def _registration(subject: Subject) -> list[Found] | None:
    account, error = subject.account, subject.error
    if account.state is State.REGISTERED:
        return [found("registration", "done", user=account.config.username, server=account.server)]
    if error is not None and error.code in findings.REFUSED:
        culprit = findings.YOU if error.code == "auth_failed" else findings.SERVERS
        return [_blocked("registration", culprit, error)]
    if not account.open:
        return [nothing("registration", "unreached")]
    return [found("registration", "waiting" if account.registration.wanted else "unwanted")]


def _microphone(subject: Subject) -> list[Found] | None:
    # A second look at a device makes a call crackle.
    return [found("microphone", "taken")] if subject.calls.calls else None


def _round_trip(subject: Subject) -> list[Found] | None:
    return None if subject.account.open else [nothing("round_trip", "unreached")]


STAGES = (
    Stage(("page",), _nothing_known, "page", lambda facts, _: findings.of_page(facts)),
    Stage(("settings",), _settings, "", lambda facts, _: []),
    Stage(
        ("port", "path", "protocol"),
        _server,
        "server",
        lambda facts, subject: findings.of_server(
            facts, subject.account.connection.servers.addresses[0]
        ),
    ),
    Stage(("registration",), _registration, "", lambda facts, _: []),
    Stage(
        ("microphone",), _microphone, "microphone", lambda facts, _: findings.of_microphone(facts)
    ),
    Stage(("speaker",), _nothing_known, "speaker", lambda facts, _: findings.of_speaker(facts)),
    Stage(
        ("host", "srflx", "relay"),
        _nothing_known,
        "network",
        lambda facts, _: findings.of_network(facts),
    ),
    Stage(("round_trip",), _round_trip, "options", lambda facts, _: []),
    Stage(("dtls", "echo"), _nothing_known, "loop", lambda facts, _: findings.of_loop(facts)),
)
