"""What a person wants of a conference: to join calls, to split one off, to silence or hold one."""

from __future__ import annotations

from collections.abc import Mapping

from webphone.contract import Conference as JoinCalls
from webphone.contract import MuteMember, Split, WebPhoneError
from webphone.phone.account.account import Result
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.conference import FEWEST, MOST, Conference, Joining
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.promises import done
from webphone.words import say


def join(calls: Calls, command: JoinCalls, reply: int | None, now: float) -> Result:
    """Join these calls, or all that are up, to each other and to the conference there is."""
    coming = _meant(calls, command)
    conference = calls.front.conference or Conference()
    before = list(conference)
    whole = before + [call for call in coming if call not in before]
    if len(whole) < FEWEST:
        raise WebPhoneError("no_call", say("none_to_confer"))
    if len(whole) > MOST:
        raise WebPhoneError("unsupported", say("conference_full", most=MOST))
    calls.front.conference = conference
    conference.join(coming)
    ids = [call.id for call in whole]
    for call in whole:
        if call.consults in ids:
            call.consults = ""  # nobody waits for that one any more
    front = next((call for call in whole if call.id == calls.front.active), whole[0])
    # There is one microphone: who is muted here must not be heard there.
    result = calls.mute(front, front.muted) + calls.front.take(front, now)
    for call in conference.come_back():
        if call not in coming:
            coming.append(call)
    for call in coming:
        if call.part(Renegotiation).hold_wanted:
            result += call.part(Renegotiation).set_hold(False, None, now)
    if reply is not None:
        calls.errands.append(Joining(reply=reply, coming=coming, conference=conference))
    return result


def split(calls: Calls, command: Split, reply: int | None, now: float) -> Result:
    """Take a call out, and put it on hold: what is said there and here is private again."""
    call, conference = _member(calls, command.id)
    held = call.part(Renegotiation).set_hold(True, reply, now)
    conference.leave(call)
    if calls.front.active == call.id:
        calls.front.active = conference.heir(call).id
    return held


def mute_member(calls: Calls, command: MuteMember, reply: int | None) -> Result:
    """Let nobody hear one of them, or everybody again."""
    call, _ = _member(calls, command.id)
    seat = call.part(seldom.seat)
    seat.muted = not seat.muted if command.on is None else command.on
    return [*done(reply, seat.muted)]


def hold(calls: Calls, call: Call, reply: int | None, now: float, *, alone: bool) -> Result:
    """Hold this one `alone`, or all with it; the promise is that of this call."""
    _, conference = _member(calls, call.id)
    if alone:
        conference.hold_alone(call)
        return call.part(Renegotiation).set_hold(True, reply, now)
    result: Result = []
    for each in conference.park():
        waits = reply if each is call else None
        result += each.part(Renegotiation).set_hold(True, waits, now)
    return result


def take_back(calls: Calls, joined: Mapping[str, bool]) -> None:
    """Those of an earlier page are joined again, as they come back; True: nobody hears that one."""
    calls.front.conference = conference = Conference()
    conference.join([calls.calls[id] for id in joined])
    for call in conference:
        call.part(seldom.seat).muted = joined[call.id]
    if calls.front.active not in joined:
        conference.leave_held()


def _meant(calls: Calls, command: JoinCalls) -> list[Call]:
    if not command.ids:
        return [call for call in calls.calls.values() if call.stage is Stage.ACTIVE]
    named = [calls.find(id) for id in dict.fromkeys(command.ids)]
    if any(call.stage is not Stage.ACTIVE for call in named):
        raise WebPhoneError("no_call", say("only_answered_joined"))
    return list({call.id: call for call in named}.values())


def _member(calls: Calls, id: str) -> tuple[Call, Conference]:
    call = calls.find(id)
    if calls.front.conference is None or not call.joined:
        raise WebPhoneError("no_call", say("not_in_conference"))
    return call, calls.front.conference
