"""Calls that go out, until they are answered: the INVITE, ringing and early media."""

from __future__ import annotations

from collections.abc import Iterable

from webphone import media
from webphone.contract import Config, Event, MakeCall, WebPhoneError, encode
from webphone.phone import actions as do
from webphone.phone.account.account import Account, Result, identity
from webphone.phone.call.call import Call, Stage, Step
from webphone.phone.numbers import address, wrong_name
from webphone.sip import InviteSent, NameAddr, Progressed, Uri
from webphone.words import say

# What an INVITE of ours says itself, in long and in short (RFC 3261 §7.3.3): said twice, it breaks.
OURS = frozenset((
    "via", "v", "from", "f", "to", "t", "call-id", "i", "cseq", "contact", "m", "max-forwards",
    "route", "record-route", "content-length", "l", "content-type", "c", "content-encoding", "e",
    "allow", "supported", "k", "require", "proxy-require", "authorization", "proxy-authorization",
))  # fmt: skip


def not_for_pages(headers: Iterable[str]) -> str | None:
    """The first of these header names that a page may not write, or None."""
    return next((name for name in headers if name.lower() in OURS), None)


def wished(
    command: MakeCall, typed: str, account: Account, config: Config, id: str, now: float
) -> Call:
    """The call that is asked for, to the number `typed` where none is named.

    Raises WebPhoneError where it can't be made so.
    """
    target = address(command.target or typed, account.config.domain)
    if (wrong := wrong_name(command.display_name)) is not None:
        raise WebPhoneError("invalid_config", say("name_wrong", why=wrong))
    headers = {**(config.extra_headers or {}), **(command.headers or {})}
    if (ours := not_for_pages(headers)) is not None:
        raise WebPhoneError("invalid_config", say("header_of_phone", name=ours))
    call = call_to(account, target, id, now)
    call.video = config.video if command.video is None else command.video
    call.extra_headers = tuple(headers.items())
    if command.display_name:
        call.own_name = command.display_name
        call.local = NameAddr(command.display_name, call.local.uri)
    return call


def call_to(account: Account, target: Uri, id: str, now: float) -> Call:
    """A call that is to go out, as the settings of now want it."""
    return Call(
        id=id,
        account=account,
        outgoing=True,
        local=identity(account.config, "").caller,
        remote=NameAddr("", target),
        started_at=now,
    )


def invite(call: Call, now: float) -> Result:
    """Send the INVITE. Raises ValueError when a header of the page would break it."""
    call.own_offer, call.offer = call.offer or "", None
    return call.wire.invite(
        call.remote.uri,
        call.own_offer,
        now,
        headers=call.extra_headers,
        name=call.own_name or None,
    )


def invoked(call: Call, news: InviteSent) -> Result:
    """The INVITE is on its way: that is all the promise said."""
    call.call_id = news.call_id
    call.step(Step.INVITED)
    reply, call.dial_reply = call.dial_reply, None
    return [] if reply is None else [do.Settle(reply=reply, value=call.view)]


def progressed(call: Call, news: Progressed, now: float) -> Result:
    """It rings over there, or something is to be heard from there already."""
    call.headers = news.headers
    if news.status == 199:
        # RFC 6228 §1: this fork has failed, others go on.
        call.early.pop(news.branch, None)
        if news.branch != call.branch:
            return []
        call.branch = None
        return next_early_media(call)
    if news.status not in (180, 183):
        return []
    if call.ringing_at is None:
        call.ringing_at = now
    result: Result = []
    if news.sdp and news.branch not in call.early:
        call.early[news.branch] = news.sdp
        # One fork's early media is heard, the first; the answer decides (RFC 3960 §3.1).
        if call.branch is None or call.unstable:
            result += next_early_media(call)
    if news.status == 180:
        call.step(Step.RANG)
    stage = "earlymedia" if call.stage is Stage.EARLY else "ringing"
    detail = {**encode(call.view), "stage": stage, "sipCode": news.status}
    return [*result, do.Tell(event=Event("ringingout", detail))]


def next_early_media(call: Call) -> Result:
    """Listen to the newest fork that sounds, where the one heard so far has gone."""
    offer = media.Description.parse(call.own_offer)
    others = [branch for branch in reversed(call.early) if branch != call.branch]
    usable = [branch for branch in others if not media.problem(call.early[branch], offer)]
    if not usable:
        return []
    call.branch, call.unstable = usable[0], False
    sdp = call.early[call.branch]
    call.step(Step.EARLY_MEDIA)
    call.agree(sdp)
    listen_to(call, sdp)
    return [do.DescribeRemote(call=call.id, kind=do.Offer.PROVISIONAL, sdp=sdp)]


def listen_to(call: Call, sdp: str) -> None:
    """The media are to hear the end that `sdp` describes: of a second one they need new paths.

    A browser stays on the path to the first for as long as that one answers, and what the second
    sends to begin its encryption comes to nothing meanwhile. As soon as the call is answered an
    ICE restart gets both ends off it (RFC 8839 §4.4.1.1.1).
    """
    if call.heard and not media.same_end(call.heard, sdp):
        call.restart_wanted = True
    call.heard = sdp


def early_media_failed(call: Call) -> None:
    """The browser has taken none of it: the person hears that it rings, and then the answer."""
    call.step(Step.EARLY_MEDIA_FAILED)
    call.heard, call.restart_wanted = "", False
