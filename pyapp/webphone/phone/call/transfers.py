"""What a person wants of a transfer: to make one, to join two calls, to take one back."""

from __future__ import annotations

from webphone.contract import Config, Transfer, WebPhoneError
from webphone.phone.account.account import Result
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.transfer import name
from webphone.phone.numbers import address
from webphone.phone.promises import done
from webphone.words import say


def transfer(
    calls: Calls, command: Transfer, config: Config, reply: int | None, now: float
) -> Result:
    """Transfer a call to somebody who is not asked first."""
    call = calls.find(command.id)
    target = address(command.target, config.domain)
    shown = target.shown_number or str(target)
    change = call.part(seldom.transfer)
    change.check()
    return calls.changed(call, change.begin(target, shown, None, reply, now), now)


def complete(calls: Calls, reply: int | None, now: float) -> Result:
    """Join two calls, or do what the other side asks for."""
    asked = _asked(calls)
    if asked is not None:
        return calls.changed(asked, asked.part(seldom.referral).grant(reply, now), now)
    going, target = _pair(calls)
    change = going.part(seldom.transfer)
    change.check()
    result: Result = []
    other: Call | None = target
    if target.stage is not Stage.ACTIVE:
        # RFC 3891 §3: who is still called can't be handed a call; that one is called by them anew.
        result, other = calls.hang_up(target, now), None
    begun = change.begin(target.remote.uri, name(target), other, reply, now)
    return result + calls.changed(going, begun, now)


def cancel(calls: Calls, reply: int | None, now: float) -> Result:
    """Stay with who is there: give up the transfer, or who is asked, or what they ask for."""
    asked = _asked(calls)
    if asked is not None:
        refused = calls.changed(asked, asked.part(seldom.referral).refuse(now), now)
        return refused + done(reply)
    under_way = _under_way(calls)
    consult = _consult(calls)
    back = under_way or (calls.calls[consult.consults] if consult else None)
    if back is None:
        raise WebPhoneError("no_call", say("no_transfer"))
    result: Result = []
    if under_way is not None:
        result += calls.changed(back, back.part(seldom.transfer).give_up(now), now)
    if consult is not None and consult.consults == back.id:
        result += calls.hang_up(consult, now)
    return result + calls.resume(back, now, reply)


def _asked(calls: Calls) -> Call | None:
    """The call whose other side waits for a person's word."""
    with_one = (call for call in calls.calls.values() if seldom.referral in call.parts)
    return next((call for call in with_one if call.part(seldom.referral).waits), None)


def _under_way(calls: Calls) -> Call | None:
    with_one = (call for call in calls.calls.values() if seldom.transfer in call.parts)
    return next((call for call in with_one if call.part(seldom.transfer).under_way), None)


def _consult(calls: Calls) -> Call | None:
    """The call to who is asked first."""
    return next((call for call in calls.calls.values() if call.consults in calls.calls), None)


def _pair(calls: Calls) -> tuple[Call, Call]:
    """Who is to go, and to whom: as `consult` began it, else the one who waits to who talks."""
    consult = _consult(calls)
    if consult is not None:
        return calls.calls[consult.consults], consult
    active, waiting = calls.front.call, calls.front.waiting()
    if active is None or waiting is None or active.ringing_in:
        raise WebPhoneError("no_call", say("none_to_join"))
    return waiting, active
