"""What can be asked of the calls: a command is a verb here and a row of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from webphone.contract import (
    Answer,
    CancelTransfer,
    Command,
    CompleteTransfer,
    Conference,
    Config,
    Confirm,
    Hangup,
    HangupAll,
    Hold,
    Mute,
    MuteMember,
    PauseRecording,
    Redirect,
    Reject,
    Resume,
    SendDtmf,
    ShareScreen,
    Split,
    StartRecording,
    StartVideo,
    StopRecording,
    StopVideo,
    Swap,
    Transfer,
    Unmute,
    WebPhoneError,
)
from webphone.phone.account.account import Result
from webphone.phone.call import seldom
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.digits import Digits
from webphone.phone.call.filming import pictures
from webphone.phone.call.renegotiation import Renegotiation
from webphone.phone.numbers import address
from webphone.phone.promises import done
from webphone.words import Sentence, say

if TYPE_CHECKING:  # loaded by the first call that is recorded
    from webphone.phone.call.recording import Recording

Verb = Callable[[Calls, Any, Config, "int | None", float], Result]


def _answer(calls: Calls, command: Answer, config: Config, reply: int | None, now: float) -> Result:
    call = calls.ringing(command.id)
    video = config.video if command.video is None else command.video
    return calls.answer(call, now, video=video and call.video, reply=reply)


def _confirm(
    calls: Calls, command: Confirm, config: Config, reply: int | None, now: float
) -> Result:
    return calls.confirm(calls.asking(command.id), now) + done(reply)


def _reject(calls: Calls, command: Reject, config: Config, reply: int | None, now: float) -> Result:
    if not 400 <= command.code <= 699:
        raise WebPhoneError("invalid_config", say("no_refusal", status=command.code))
    return calls.reject(calls.ringing(command.id), command.code, now) + done(reply)


def _redirect(
    calls: Calls, command: Redirect, config: Config, reply: int | None, now: float
) -> Result:
    target = address(command.target, config.domain)
    return calls.redirect(calls.ringing(command.id), target, now) + done(reply)


def _hang_up(
    calls: Calls, command: Hangup, config: Config, reply: int | None, now: float
) -> Result:
    return calls.hang_up(_meant(calls, command.id), now) + done(reply)


def _hang_up_all(
    calls: Calls, command: HangupAll, config: Config, reply: int | None, now: float
) -> Result:
    return calls.hang_up_all(now) + done(reply)


def _hold(calls: Calls, command: Hold, config: Config, reply: int | None, now: float) -> Result:
    call = calls.find(command.id)
    changes = call.part(Renegotiation)
    if not command.id and changes.hold_wanted:  # without an id it toggles
        return calls.resume(call, now, reply)
    if call.joined:
        from webphone.phone.call.conferences import hold

        return hold(calls, call, reply, now, alone=bool(command.id))
    return changes.set_hold(True, reply, now)


def _resume(calls: Calls, command: Resume, config: Config, reply: int | None, now: float) -> Result:
    held = None if command.id else calls.front.held()
    return calls.resume(held or calls.find(command.id), now, reply)


def _swap(calls: Calls, command: Swap, config: Config, reply: int | None, now: float) -> Result:
    return calls.swap(reply, now)


def _mute(calls: Calls, command: Mute, config: Config, reply: int | None, now: float) -> Result:
    call = calls.find(command.id)
    wanted = not call.muted if command.on is None else command.on
    return calls.mute(call, wanted) + done(reply, wanted)


def _unmute(calls: Calls, command: Unmute, config: Config, reply: int | None, now: float) -> Result:
    return calls.mute(calls.find(command.id), False) + done(reply, False)


def _start_video(
    calls: Calls, command: StartVideo, config: Config, reply: int | None, now: float
) -> Result:
    return _up(calls, say("only_answered_filmed")).part(pictures).start("camera", reply)


def _stop_video(
    calls: Calls, command: StopVideo, config: Config, reply: int | None, now: float
) -> Result:
    return _up(calls, say("only_answered_filmed")).part(pictures).stop("camera", reply)


def _share_screen(
    calls: Calls, command: ShareScreen, config: Config, reply: int | None, now: float
) -> Result:
    part = _up(calls, say("only_answered_filmed")).part(pictures)
    wanted = not part.screen if command.on is None else command.on
    return part.start("screen", reply) if wanted else part.stop("screen", reply)


def _start_recording(
    calls: Calls, command: StartRecording, config: Config, reply: int | None, now: float
) -> Result:
    if config.record == "off":
        raise WebPhoneError("unsupported", say("recording_off"))
    call = _up(calls, say("only_answered_recorded"))
    return calls.changed(call, call.part(seldom.recording).start(calls.new_id(), reply, now), now)


def _pause_recording(
    calls: Calls, command: PauseRecording, config: Config, reply: int | None, now: float
) -> Result:
    call = _recorded(calls, lambda part: part.began)
    part = call.part(seldom.recording)
    paused = not part.paused if command.on is None else command.on
    return calls.changed(call, part.pause(paused, now), now) + done(reply, paused)


def _stop_recording(
    calls: Calls, command: StopRecording, config: Config, reply: int | None, now: float
) -> Result:
    call = _recorded(calls, lambda part: part.runs)
    return calls.changed(call, call.part(seldom.recording).stop(reply, now), now)


def _recorded(calls: Calls, so: Callable[[Recording], bool]) -> Call:
    """The active call whose recording is `so`, or the only one."""
    parts = ((call, seldom.recording_of(call)) for call in calls.calls.values())
    recorded = [call for call, part in parts if part and so(part)]
    first = [call for call in recorded if call.id == calls.front.active]
    if not first and len(recorded) != 1:
        raise WebPhoneError("no_call", say("none_recorded"))
    return [*first, *recorded][0]


def _up(calls: Calls, why: Sentence) -> Call:
    """The active call, which must be answered for this, as `why` says."""
    call = calls.find("")
    if call.stage is not Stage.ACTIVE:
        raise WebPhoneError("no_call", why)
    return call


def _send_digits(
    calls: Calls, command: SendDtmf, config: Config, reply: int | None, now: float
) -> Result:
    method = command.method or config.dtmf
    return calls.find(command.id).part(Digits).send(command, method, now) + done(reply)


def _transfer(
    calls: Calls, command: Transfer, config: Config, reply: int | None, now: float
) -> Result:
    # Loaded by the first transfer, as are the two below.
    from webphone.phone.call.transfers import transfer

    return transfer(calls, command, config, reply, now)


def _complete_transfer(
    calls: Calls, command: CompleteTransfer, config: Config, reply: int | None, now: float
) -> Result:
    from webphone.phone.call.transfers import complete

    return complete(calls, reply, now)


def _cancel_transfer(
    calls: Calls, command: CancelTransfer, config: Config, reply: int | None, now: float
) -> Result:
    from webphone.phone.call.transfers import cancel

    return cancel(calls, reply, now)


def _join(
    calls: Calls, command: Conference, config: Config, reply: int | None, now: float
) -> Result:
    # Loaded by the first conference, as are the two below.
    from webphone.phone.call.conferences import join

    return join(calls, command, reply, now)


def _split(calls: Calls, command: Split, config: Config, reply: int | None, now: float) -> Result:
    from webphone.phone.call.conferences import split

    return split(calls, command, reply, now)


def _mute_member(
    calls: Calls, command: MuteMember, config: Config, reply: int | None, now: float
) -> Result:
    from webphone.phone.call.conferences import mute_member

    return mute_member(calls, command, reply)


def _meant(calls: Calls, id: str) -> Call:
    """The call to hang up: the one named, the active one, or the one that rings."""
    try:
        return calls.find(id)
    except WebPhoneError:
        return calls.ringing(id)


VERBS: dict[type[Command], Verb] = {
    Answer: _answer,
    Confirm: _confirm,
    Reject: _reject,
    Redirect: _redirect,
    Hangup: _hang_up,
    HangupAll: _hang_up_all,
    Hold: _hold,
    Resume: _resume,
    Swap: _swap,
    Mute: _mute,
    Unmute: _unmute,
    StartVideo: _start_video,
    StopVideo: _stop_video,
    ShareScreen: _share_screen,
    StartRecording: _start_recording,
    PauseRecording: _pause_recording,
    StopRecording: _stop_recording,
    SendDtmf: _send_digits,
    Transfer: _transfer,
    CompleteTransfer: _complete_transfer,
    CancelTransfer: _cancel_transfer,
    Conference: _join,
    Split: _split,
    MuteMember: _mute_member,
}
