"""What can be asked of the phone itself: a command is a verb here and a row of the table.

Those of calls are in call/commands.py, those that few ever ask for in seldom.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from webphone.contract import (
    ClearHistory,
    Command,
    Config,
    Connect,
    Consult,
    DialpadPress,
    Disconnect,
    Event,
    ExportHistory,
    ForgetEverything,
    Hide,
    MakeCall,
    PickUp,
    Ready,
    Register,
    Show,
    Unregister,
    WebPhoneError,
)
from webphone.phone import actions as do
from webphone.phone.account.account import Account, Result
from webphone.phone.call.calls import Calls
from webphone.phone.call.commands import VERBS as call_verbs
from webphone.phone.call.outgoing import check_reachable
from webphone.phone.call.seldom import transfer
from webphone.phone.dialling import Dialling
from webphone.phone.promises import done
from webphone.phone.seldom import Seldom, SeldomAsked
from webphone.words import Language, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """What a command is obeyed with."""

    account: Account
    config: Config  # as the page writes it
    calls: Calls
    dialling: Dialling
    seldom: Seldom
    language: Language
    soundless: bool  # this browser has no WebRTC

    def configured(self) -> Account:
        """Raises WebPhoneError where the settings name no account."""
        if not self.config.complete:
            raise WebPhoneError("not_configured")
        return self.account

    def ready(self) -> Account:
        """Raises WebPhoneError where no call could be made with it either."""
        if self.soundless:
            raise no_sound()
        return self.configured()

    def free(self, now: float) -> bool:
        """Whether there is no call, and one that is made would not be refused here."""
        if self.calls.calls or self.config.disabled:
            return False
        try:
            check_reachable(self.ready(), now)
        except WebPhoneError:
            return False
        return True


def obey(
    phone: Phone, command: Command, reply: int | None, now: float, *, permitted: bool
) -> Result:
    """What becomes of a command, which the page has `permitted`. Raises WebPhoneError if it can't.

    Settings are the desk's, and a diagnosis looks at all of it.
    """
    if isinstance(command, PickUp):
        command = phone.seldom.subscriptions.pick_up(command, phone.account.config)
    kind = type(command)
    if isinstance(command, MakeCall | Consult):
        return _dial(phone, command, reply, now, permitted=permitted)
    if kind in _VERBS:
        return _VERBS[kind](phone, command, reply, now)
    if kind in call_verbs:
        return call_verbs[kind](phone.calls, command, phone.account.config, reply, now)
    assert isinstance(command, SeldomAsked), "the tables above have a row for every other"
    return phone.seldom.do(command, phone.configured, phone.calls, reply, now)


def no_sound() -> WebPhoneError:
    """What there is to say where the browser has no WebRTC."""
    return WebPhoneError("unsupported", say("no_webrtc"))


def _dial(
    phone: Phone, command: MakeCall | Consult, reply: int | None, now: float, *, permitted: bool
) -> Result:
    account, waits = phone.ready(), ""
    check_reachable(account, now)
    if isinstance(command, Consult):
        call = phone.calls.find("")
        call.part(transfer).check()
        waits = call.id
        command = MakeCall(target=command.target)
    return phone.dialling.make_call(
        command, account, phone.config, reply, now, permitted=permitted, consults=waits
    )


def _be_ready(phone: Phone, command: Ready, reply: int | None, now: float) -> Result:
    return [*done(reply)]  # whoever is asked has drawn its screen


def _connect(phone: Phone, command: Connect, reply: int | None, now: float) -> Result:
    return phone.ready().connect(now, reply)


def _register(phone: Phone, command: Register, reply: int | None, now: float) -> Result:
    return phone.ready().register(now, reply)


def _unregister(phone: Phone, command: Unregister, reply: int | None, now: float) -> Result:
    return phone.seldom.end(phone.account, now) + phone.account.unregister(now, reply)


def _disconnect(phone: Phone, command: Disconnect, reply: int | None, now: float) -> Result:
    result = phone.calls.hang_up_all(now) + phone.seldom.end(phone.account, now)
    return result + phone.account.disconnect(now, reply)


def _press(phone: Phone, command: DialpadPress, reply: int | None, now: float) -> Result:
    return phone.dialling.press(command.key, phone.config, now) + done(reply)


def _reveal(phone: Phone, command: Show | Hide, reply: int | None, now: float) -> Result:
    return [do.Reveal(shown=isinstance(command, Show)), *done(reply)]


def _export(phone: Phone, command: ExportHistory, reply: int | None, now: float) -> Result:
    return phone.seldom.memory.export(command, reply, phone.language)


def _clear(phone: Phone, command: ClearHistory, reply: int | None, now: float) -> Result:
    gone = phone.seldom.clear_history()
    return [*gone, do.Tell(event=Event("historychange", {})), *done(reply)]


def _forget(phone: Phone, command: ForgetEverything, reply: int | None, now: float) -> Result:
    forgotten = phone.seldom.forget()
    return [
        do.Forget(),
        *forgotten,
        *phone.dialling.type(""),
        *_clear(phone, ClearHistory(), reply, now),
    ]


_VERBS: dict[type[Command], Callable[[Phone, Any, int | None, float], Result]] = {
    Ready: _be_ready,
    Connect: _connect,
    Register: _register,
    Unregister: _unregister,
    Disconnect: _disconnect,
    DialpadPress: _press,
    Show: _reveal,
    Hide: _reveal,
    ExportHistory: _export,
    ClearHistory: _clear,
    ForgetEverything: _forget,
}
