"""How a call ended, in the words of a call record and in a sentence for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from webphone.sip import By, Ended, NameAddr, Unanswered
from webphone.words import Sentence, say
from webphone.words.bidi import LONGEST, isolate

NOT_TAKEN = (408, 480, 487)
BUSY = (486, 600)
UNKNOWN = (404, 410, 485, 604)
MOVED = (300, 301, 302)

# The dispositions that a sentence of their own says.
_PLAIN = (
    *("answered", "missed", "cancelled", "busy", "no-answer", "rejected", "answered-elsewhere"),
)
# What the phone did by itself, as its settings want it.
_BY_ITSELF = {"missed": "ended_missed_in_call", "rejected": "ended_do_not_disturb"}
# What a final response means to a person, as `failed_…`.
_FAILURES = {
    300: "moved",
    301: "moved",
    302: "moved",
    380: "alternative",
    400: "not_understood",
    401: "credentials",
    403: "forbidden",
    407: "credentials",
    413: "too_large",
    414: "too_large",
    415: "kind_of_call",
    416: "kind_of_address",
    420: "extension",
    421: "extension",
    430: "flow",
    433: "anonymous",
    481: "lost_by_peer",
    482: "loop",
    483: "loop",
    484: "incomplete",
    488: "nothing_in_common",
    494: "extension",  # RFC 3329: an agreement on security, which browsers have by TLS
    500: "server_mistake",
    501: "not_possible",
    502: "next_server_mistake",
    503: "out_of_service",
    504: "next_server_mute",
    606: "nothing_in_common",
    607: "not_wanted",
    608: "refused_on_the_way",
}
# What a person can do about it, as `do_…`; for all other codes, to call again later.
_REMEDIES = {
    380: "reach_otherwise",
    401: "correct_credentials",
    403: "ask_administrator",
    407: "correct_credentials",
    413: "ask_administrator",
    414: "ask_administrator",
    416: "check_address",
    420: "ask_administrator",
    421: "ask_administrator",
    433: "show_number",
    482: "ask_administrator",
    483: "ask_administrator",
    488: "ask_administrator",
    494: "ask_administrator",
    501: "ask_administrator",
    606: "ask_administrator",
    607: "reach_otherwise",
}
# Seconds: who says a longer time says no.
LONGEST_WAIT = 48 * 3600
_LOST = {408: "ended_mute", 481: "ended_lost_by_peer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why a call is over. `by` and `status` as the SIP room tells them."""

    by: By
    status: int | None = None
    reason: str | None = None
    q850: int | None = None
    text: str = ""
    answered_elsewhere: bool = False
    refused: bool = False  # a person here, or a setting, refused it
    media: Sentence | None = None  # what went wrong with the sound
    retry_after: int | None = None  # seconds until it is of use to call again, as they say
    moved: str = ""  # where a 3xx says that the number is now
    unanswered: Unanswered | None = None  # the challenge that we did not trust
    not_taken_back: bool = False  # it outlived the page, and the new one did not get it back
    page_gone: bool = False  # its page went, and it with that
    tab_gone: bool = False  # the browser tab that had the call is gone: no more is known


def ending_of(news: Ended) -> Ending:
    """What the SIP room tells of the end of a call."""
    return Ending(
        by=news.by,
        status=news.status,
        reason=news.reason and news.reason[:LONGEST],
        q850=news.q850,
        text=news.text[:LONGEST],
        answered_elsewhere=news.answered_elsewhere,
        moved=_best(news.moved)[:LONGEST],
        retry_after=news.retry_after,
        unanswered=news.unanswered,
    )


def _best(contacts: Sequence[NameAddr]) -> str:
    """The address that a redirecting server likes best (RFC 3261 §8.1.3.4), "" for none."""
    best = max(contacts, key=preference, default=None)
    return "" if best is None else str(best.uri)


def preference(contact: NameAddr) -> float:
    """§20.10: q is a number from 0 to 1, and 1 where it is not said."""
    try:
        return min(max(float(contact.param("q") or 1), 0.0), 1.0)
    except ValueError:
        return 0.0


def disposition(ending: Ending, *, outgoing: bool, answered: bool) -> str:
    """One of the contract's DISPOSITIONS."""
    if ending.tab_gone:
        return "failed"
    if answered and not ending.media:
        return "answered"
    if ending.answered_elsewhere:
        return "answered-elsewhere"
    if ending.media:
        return "failed"
    if not outgoing:
        return "rejected" if ending.refused else "missed"
    if ending.by is By.LOCAL:
        return "cancelled"
    if ending.status in BUSY:
        return "busy"
    # 408 of our own says that the server was mute, 480 of our own that it rang for long enough.
    if ending.status in NOT_TAKEN and (ending.by is not By.SYSTEM or ending.status == 480):
        return "no-answer"
    if ending.status == 603:
        return "rejected"
    return "failed"


def explanation(ending: Ending, verdict: str, *, rang: bool = True) -> Sentence:
    """A sentence for the person who made or missed the call; of a failure with its remedy.

    `rang` says whether it rang at the other side: who was never reached did not fail to answer.
    """
    if ending.tab_gone:
        return say("ended_with_tab")
    if ending.page_gone:
        return say("ended_page_closed" if verdict == "answered" else "ended_with_page")
    if ending.not_taken_back:
        return say("ended_not_taken_back")
    if ending.media:
        return ending.media
    if ending.unanswered:
        return unanswered(ending.unanswered)
    if verdict == "answered" and ending.by is By.SYSTEM:
        return say(_LOST.get(ending.status or 0, "ended_lost"))
    if ending.by is By.SYSTEM and ending.status == 486 and verdict in _BY_ITSELF:
        return say(_BY_ITSELF[verdict])
    again = _again(ending)
    if verdict == "no-answer" and not rang and not again:
        return say("ended_not_reached")
    if verdict in _PLAIN:
        plain = say(f"ended_{verdict}")
        return say("ended_until", known=plain, remedy=again) if again else plain
    if ending.status in UNKNOWN:
        return say("ended_unknown")
    if ending.by is By.SYSTEM and ending.status == 408:
        return say("ended_server_mute")
    known = say(f"failed_{_FAILURES.get(ending.status or 0, 'otherwise')}")
    remedy = say(f"do_{_REMEDIES.get(ending.status or 0, 'call_again')}")
    if again and ending.status not in _REMEDIES:
        remedy = again
    if ending.moved and ending.status in MOVED:
        known = say("failed_moved_to", address=isolate(ending.moved))
        remedy = say("do_call_that")
    theirs = isolate(ending.text or ending.reason or "")
    theirs = " ".join(str(part) for part in (ending.status, theirs) if part)
    if theirs:
        return say("ended_failed_saying", known=known, theirs=theirs, remedy=remedy)
    return say("ended_failed", known=known, remedy=remedy)


def _again(ending: Ending) -> Sentence | None:
    """When to call again, where the other side has said it (RFC 3261 §20.33)."""
    wait = ending.retry_after
    if not wait or ending.by is not By.REMOTE or (ending.status or 0) < 400:
        return None
    if wait <= 90:
        return say("do_call_again_seconds", count=wait)
    if wait <= 90 * 60:
        return say("do_call_again_minutes", count=-(-wait // 60))
    return say("do_call_again_hours", count=-(-wait // 3600)) if wait <= LONGEST_WAIT else None


def unanswered(challenge: Unanswered) -> Sentence:
    """Who asked for the password and did not get an answer, and what to do about it."""
    realm = isolate(challenge.realm)
    return say("challenge_weak" if challenge.weak else "challenge_untrusted", realm=realm)
