"""Dialling: the number that is typed, and calls that the page is still asked about."""

from __future__ import annotations

from collections.abc import Iterator

from webphone.contract import Config, Event, MakeCall, SendDtmf, WebPhoneError
from webphone.phone import actions as do
from webphone.phone.account.account import Account, Result
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.call.digits import Digits
from webphone.phone.call.outgoing import Outgoing, asked_for
from webphone.phone.promises import refused
from webphone.sip import Entropy
from webphone.words import say

KEYS = "0123456789*#+ABCD"
SHORTEST = 2  # characters of what may be a whole number
TALKING = (Stage.ACTIVE, Stage.EARLY)  # where a key is a digit for the other side


class Dialling:
    """From keys to a call that is on its way."""

    def __init__(self, number: str, calls: Calls, asks: Iterator[int], entropy: Entropy) -> None:
        self.number = number
        self._calls = calls
        self._asks = asks
        self._entropy = entropy
        self._asked: dict[int, Call] = {}  # that the page is asked about
        self._typed: tuple[str, str] | None = None  # id of a call, and the typed number it goes to
        self._free = False  # the page is at rest, and a call could be made

    def asks(self, ask: int) -> bool:
        """Whether that question to the page is about a call of ours."""
        return ask in self._asked

    def fill_in(self, number: str) -> Result:
        """The page has put this into the number field."""
        return [*self._hold(number), *self.expect()]

    def type(self, number: str) -> Result:
        """The number field holds this now."""
        told = self._hold(number)
        return [*told, do.Prepare()] if told and self._stands else told

    def follow(self, *, free: bool) -> Result:
        """Whether a call could be made now: the first of a page, or the next one."""
        before, self._free = self._free, free
        return [] if before else self.expect()

    def expect(self) -> Result:
        """The number that stands there may be called soon."""
        return [do.Prepare(near=False)] if self._free and self._stands else []

    @property
    def _stands(self) -> bool:
        """Whether what may be a whole number is there."""
        return len(self.number.strip()) >= SHORTEST

    def _hold(self, number: str) -> Result:
        if number == self.number:
            return []
        self.number = number
        return [do.Tell(event=Event("numberchange", {"number": number}))]

    def press(self, key: str, config: Config, now: float) -> Result:
        """A key types when idle and sends a digit in a call."""
        key = key.upper()
        if len(key) != 1 or key not in KEYS:
            raise WebPhoneError("invalid_number", say("no_key", given=repr(key[:10])))
        sounded: Result = [do.PlayKey(key=key)]
        call = self._calls.front.call
        if call is not None and call.stage in TALKING and key != "+":
            return sounded + call.part(Digits).send(SendDtmf(tones=key), config.dtmf, now)
        return sounded + self.type(self.number + key)

    def make_call(
        self,
        command: MakeCall,
        account: Account,
        config: Config,
        reply: int | None,
        now: float,
        *,
        permitted: bool,
        consults: str = "",
    ) -> Result:
        """Make the call that is asked for, once the page has allowed it; `consults` waits for it.

        Raises WebPhoneError where it can't be made.
        """
        id = self._entropy.token(6)
        call = asked_for(command, self.number, account, config, id, now)
        if self._calls.taken >= config.max_calls:
            raise WebPhoneError("in_call", say("enough_calls", count=config.max_calls))
        call.part(Outgoing).reply = reply
        call.consults = consults
        if command.target in ("", self.number.strip()):
            self._typed = call.id, self.number
        if permitted:
            return self._calls.dial(call, now)
        ask = next(self._asks)
        self._asked[ask] = call
        detail = {"target": command.target or self.number, "video": call.video}
        return [do.Ask(ask=ask, event=Event("beforedial", detail))]

    def permitted(self, ask: int, allowed: bool, now: float) -> Result:
        """The page's word on it."""
        call = self._asked.pop(ask)
        if allowed:
            return self._calls.dial(call, now)
        error = WebPhoneError("cancelled", say("page_prevented"))
        return [*refused(call.part(Outgoing).reply, error)]

    def make_room(self, prefilled: str) -> Result:
        """A typed number whose call has gone out makes room for the next one."""
        id, number = self._typed or ("", "")
        call = self._calls.calls.get(id)
        if call is None or not call.call_id:
            return []
        self._typed = None
        return self._hold(prefilled) if self.number == number else []
