"""Commands between tabs that share one phone: which tab does them, and which gets the outcome."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from webphone.contract import (
    ClearHistory,
    Command,
    Consult,
    Diagnose,
    DialpadPress,
    Disconnect,
    Event,
    ExportHistory,
    ForgetEverything,
    GetTrace,
    HangupAll,
    Hide,
    MakeCall,
    Ready,
    Register,
    SetCamera,
    SetConfig,
    SetInput,
    SetOutput,
    SetRinger,
    SetVolume,
    Show,
    WebPhoneError,
    encode,
)
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.numbers import address
from webphone.phone.tabs import messages as say
from webphone.phone.tabs.actions import Action, TellTabs
from webphone.phone.tabs.mirror import Mirror
from webphone.phone.tabs.phone import Phone
from webphone.words import say as sentence

# What each tab does for itself; all other commands are for the tab that leads.
LOCAL = (
    *(Ready, SetConfig, Show, Hide, Diagnose, GetTrace),
    *(ExportHistory, ClearHistory, ForgetEverything),
    # The other tabs hear of it by what is remembered, as of the settings that a person chooses.
    *(SetInput, SetOutput, SetRinger, SetCamera, SetVolume),
)
TALKING = ("early", "active")

Waiting = tuple[Command, int | None]  # a command, and the promise that waits for it


class Requests:
    """Those of this tab, and those of others that are done here; `leader` does ours."""

    def __init__(self, phone: Phone, tab: str) -> None:
        self.leader: Mirror | None = None
        self.held: list[Waiting] = []  # until it is known who leads
        self._phone = phone
        self._tab = tab
        self._numbers = count(1)
        self._replies = count(-1, -1)  # beside those of the page, which are positive
        self._sent: dict[int, Waiting] = {}  # handed on, by number
        self._dials: dict[int, Waiting] = {}  # that our page is asked about
        self._foreign: dict[int, tuple[str, int]] = {}  # whom each reply of ours is for

    # --- Of this tab ---

    def local(self, command: Command) -> bool:
        """Whether this tab does it, though another one leads."""
        if isinstance(command, LOCAL):
            return True
        mirrored = self.leader.phone.calls if self.leader else ()
        if isinstance(command, DialpadPress):
            active = self.leader.phone.active if self.leader else None
            talking = any(x.stage in TALKING for x in mirrored if x.view.id == active)
            return command.key == "+" or not talking
        if isinstance(command, MakeCall | Consult | Register | HangupAll | Disconnect):
            return False
        # A call of ours, from when this tab led or was alone.
        own = [call.view.id for call in self._phone.snapshot.calls]
        id = getattr(command, "id", None)
        return id in own if id else bool(own) and not mirrored

    def ask(self, command: Command, reply: int | None, now: float) -> list[Action]:
        """A command for the tab that leads."""
        if isinstance(command, HangupAll | Disconnect):
            own = self._phone.handle(on.Asked(command=HangupAll()), now)
            return [*own, *self._hand_on(command, reply, now)]
        if not isinstance(command, MakeCall | Consult):
            return self._hand_on(command, reply, now)
        # The page that the command comes from is asked; that of the other tab is not.
        snapshot = self._phone.snapshot
        config = snapshot.settings
        dial = replace(command, target=command.target or snapshot.number)
        try:
            address(dial.target, config.domain)
        except WebPhoneError as wrong:
            return self.deny(reply, wrong)
        ask = next(self._replies)
        self._dials[ask] = dial, reply
        wished = dial.video if isinstance(dial, MakeCall) else None
        video = config.video if wished is None else wished
        detail = {"target": dial.target, "video": video}
        return [do.Ask(ask=ask, event=Event("beforedial", detail))]

    def asked(self, ask: int) -> bool:
        """Whether it was we who asked the page."""
        return ask in self._dials

    def permitted(self, ask: int, allowed: bool, now: float) -> list[Action]:
        """The page's word on a call."""
        command, reply = self._dials.pop(ask)
        if allowed:
            return self._hand_on(command, reply, now)
        return self.deny(reply, WebPhoneError("cancelled", sentence("page_prevented")))

    def outcome(self, outcome: say.Outcome) -> list[Action]:
        """What became of a command of ours."""
        _, reply = self._sent.pop(outcome.number, (None, None))
        if outcome.error is not None:
            return self.deny(reply, outcome.error)
        return [] if reply is None else [do.Settle(reply=reply, value=outcome.value)]

    def led_by(self, leader: Mirror, now: float) -> list[Action]:
        """Another tab leads: it is sent what is held; what the one before had is refused."""
        new = self.leader is None or self.leader.tab != leader.tab
        self.leader = leader
        if not new:
            return []
        actions = self._undone()
        held, self.held = self.held, []
        return actions + [x for command in held for x in self._hand_on(*command, now)]

    def led_here(self, now: float) -> list[Action]:
        """No other tab leads: what is held is done here."""
        self.leader = None
        actions = self._undone()
        held, self.held = self.held, []
        for command, reply in held:
            asked = on.Asked(command=command, reply=reply, permitted=True)
            actions += self._phone.handle(asked, now)
        return actions

    def given_up(self) -> list[Action]:
        """No tab has led for too long."""
        held, self.held = self.held, []
        error = WebPhoneError("other_tab", sentence("tab_mute"))
        return [x for _, reply in held for x in self.deny(reply, error)]

    def deny(self, reply: int | None, error: WebPhoneError) -> list[Action]:
        """Reject the promise; where a person asked, and not a page, show it."""
        if reply is not None:
            return [do.Refuse(reply=reply, error=error)]
        if error.code != "cancelled":
            self._phone.learn(Event("error", error))
        return []

    def _hand_on(self, command: Command, reply: int | None, now: float) -> list[Action]:
        if self.leader is None:
            self.held.append((command, reply))
            return []
        number = next(self._numbers)
        to = self.leader.tab
        try:
            text = say.write(
                say.CommandSent(tab=self._tab, to=to, number=number, command=command), now
            )
        except (TypeError, ValueError):
            return self.deny(reply, WebPhoneError("invalid_config", sentence("argument_stays")))
        self._sent[number] = command, reply
        return [TellTabs(text=text)]

    def _undone(self) -> list[Action]:
        """The tab that had our commands is gone. Register can be sent again; whether anything else
        was done by then, nobody knows.
        """
        sent, self._sent = self._sent, {}
        actions: list[Action] = []
        for command, reply in sent.values():
            if isinstance(command, Register):
                self.held.append((command, reply))
            else:
                actions += self.deny(reply, WebPhoneError("other_tab", sentence("tab_gone")))
        return actions

    # --- Of other tabs ---

    def obey(self, sent: say.CommandSent, *, leading: bool, now: float) -> list[Action]:
        """Do what another tab wants."""
        reply = next(self._replies)
        self._foreign[reply] = sent.tab, sent.number
        if isinstance(sent.command, LOCAL):
            error = WebPhoneError("unsupported", sentence("each_tab_itself"))
            return [do.Refuse(reply=reply, error=error)]
        if not leading:
            error = WebPhoneError("other_tab", sentence("tab_moving"))
            return [do.Refuse(reply=reply, error=error)]
        asked = on.Asked(command=sent.command, reply=reply, permitted=True)
        return [*self._phone.handle(asked, now)]

    def report(self, action: Action, now: float) -> TellTabs | None:
        """The outcome for another tab in an action of our phone, None where it is our own."""
        if not isinstance(action, do.Settle | do.Refuse) or action.reply not in self._foreign:
            return None
        tab, number = self._foreign.pop(action.reply)
        value = encode(action.value) if isinstance(action, do.Settle) else None
        error = action.error if isinstance(action, do.Refuse) else None
        outcome = say.Outcome(tab=self._tab, to=tab, number=number, value=value, error=error)
        return TellTabs(text=say.write(outcome, now))
