"""Calls that come in: who rings, whether to let it ring, and what the page is told of it."""

from __future__ import annotations

from webphone import media
from webphone.contract import Config, Json, encode
from webphone.phone.account.account import Account
from webphone.phone.call.call import Call, Stage, party
from webphone.phone.call.endings import Ending
from webphone.sip import By, Invited, Malformed, NameAddr


def call_from(account: Account, news: Invited, now: float) -> Call:
    """The call that an INVITE begins."""
    return Call(
        id=news.call,
        account=account,
        outgoing=False,
        local=news.to,
        remote=news.from_,
        started_at=now,
        call_id=news.call_id,
        headers=news.headers,
        stage=Stage.INCOMING,
        offer=news.sdp,
        ringing_at=now,
    )


def refusal(call: Call, config: Config, others: int) -> Ending | None:
    """Why the call is refused unheard, None to let it ring; `others` calls are there already."""
    if call.offer:
        problem = media.problem(call.offer)
        if problem:
            return Ending(by=By.SYSTEM, status=488, media=problem)
        call.video = media.wants_video(media.Description.parse(call.offer))
    waiting_refused = others and config.call_waiting == "off"
    if config.dnd or waiting_refused or others >= config.max_calls:
        return Ending(by=By.SYSTEM, status=486, refused=config.dnd)
    return None


def details(call: Call, news: Invited) -> dict[str, Json]:
    """The detail of `ringingin`."""
    return {
        **encode(call.view),
        "alertInfo": news.headers.get("alert-info"),
        "verstat": _verstat(news),
        "forwardedFrom": _forwarded_from(news),
    }


def _verstat(news: Invited) -> str | None:
    """The caller's verification (RFC 8588 §5.1: `verstat` on From or P-Asserted-Identity)."""
    for address in (news.from_, _name(news.headers.get("p-asserted-identity", ""))):
        if address is None:
            continue
        found = address.uri.param("verstat") or address.param("verstat")
        if found:
            return found
    return None


def _forwarded_from(news: Invited) -> object:
    """Who forwarded the call: the first Diversion (RFC 5806)."""
    address = _name(news.headers.get("diversion", ""))
    return encode(party(address)) if address else None


def _name(text: str) -> NameAddr | None:
    try:
        return NameAddr.parse(text) if text else None
    except Malformed:
        return None
