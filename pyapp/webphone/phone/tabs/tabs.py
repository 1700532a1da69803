"""One phone in all tabs: one of them leads, the others show what it has and send it commands.

What a tab is to the others is the table of role.py; messages.py is what they say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from webphone.contract import Event, Register, WebPhoneError
from webphone.machine import earliest
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.snapshot import CallSnapshot, Snapshot
from webphone.phone.tabs import messages as say
from webphone.phone.tabs.actions import (
    Action,
    Happening,
    Lead,
    LeadershipLost,
    LeadershipRefused,
    Leading,
    StopLeading,
    TabHeard,
    TellTabs,
)
from webphone.phone.tabs.alarms import Alarm, Alarms
from webphone.phone.tabs.audience import Audience
from webphone.phone.tabs.followed import Followed
from webphone.phone.tabs.mirror import Mirror
from webphone.phone.tabs.news import Told, is_record, news_of, of_state, told_here
from webphone.phone.tabs.phone import Phone
from webphone.phone.tabs.requests import Requests
from webphone.phone.tabs.role import ROLES, Role, Turn
from webphone.phone.tabs.taking import Taking
from webphone.sip import Entropy
from webphone.words import say as sentence

OCTETS = "latin-1"
AT_HOME = (Role.ALONE, Role.LEADING)  # the phone is in this tab


class Tabs:
    """Stands before the phone of this tab, and shares it with other tabs.

    Build it once the settings ask for that; `begin` gives the first actions.
    """

    def __init__(self, phone: Phone, entropy: Entropy) -> None:
        self._phone = phone
        self.role = Role.ALONE
        self._tab = entropy.token(6)
        self._requests = Requests(phone, self._tab)
        self._name = ""  # of the lock and the channel
        self._left = False  # the page went away, and may come back
        self._followed = Followed()
        self._wanted = False  # whether the phone is to be registered, wherever it is
        self._alarms = Alarms()
        self._taking = Taking(self._tab, self._alarms, self._followed, self._requests)
        self._audience = Audience(self._tab)
        self._told = Told(phone.snapshot.state)
        self._kept = ""  # what it takes to go on with the calls of this tab
        self._invites: dict[str, str] = {}  # and of those of them that ring

    # --- Questions ---

    @property
    def deadline(self) -> float | None:
        """When `Woken` must be handled at the latest."""
        return earliest((self._alarms.deadline, self._phone.deadline))

    @property
    def snapshot(self) -> Snapshot:
        """The phone as the screen sees it: that of this tab, or that of the tab that leads."""
        own, mirror = self._phone.snapshot, self._followed.mirror
        if self.role in AT_HOME:
            return replace(own, calls=own.calls + self._mirrored)
        if mirror is None:
            return replace(own, other_tab=Alarm.UNHEARD not in self._alarms)
        return own.showing(mirror.phone)

    @property
    def _mirrored(self) -> tuple[CallSnapshot, ...]:
        mirror = self._followed.mirror
        if mirror is None or not mirror.phone.calls:
            return ()
        ours, over = self._ours, self._phone.over
        theirs = (call for call in mirror.phone.calls if call.view.id not in ours)
        return tuple(call for call in theirs if not over(call.view.id))

    @property
    def _ours(self) -> set[str]:
        """The calls of this tab, by their ids."""
        return {call.view.id for call in self._phone.snapshot.calls}

    @property
    def _leads(self) -> bool | None:
        """As pages are told; None while it is not known."""
        if self.role in AT_HOME:
            return True if self._name else None
        return False if self.snapshot.other_tab else None

    # --- The one door ---

    def begin(self, now: float) -> list[Action]:
        """The first actions."""
        return self._outward(self._follow_settings(now), now)

    def handle(self, happening: Happening, now: float) -> list[Action]:
        """Take one happening; give back, in order, what to do about it."""
        actions = self._heed(happening, now)
        actions += self._follow_settings(now)
        if self._requests.held and Alarm.MUTE not in self._alarms:
            self._alarms.set(Alarm.MUTE, now)
        return self._outward(actions, now)

    def _heed(self, happening: Happening, now: float) -> list[Action]:
        requests, away = self._requests, self.role not in AT_HOME
        match happening:
            case Leading():
                return self._granted(now)
            case LeadershipLost():
                return self._lost(now)
            case LeadershipRefused(why=why):
                return self._refused(why, now)
            case TabHeard(text=text):
                return self._heard(text, now)
            case on.WantedHere():
                return self._taking.begin(now) if self.role is Role.WAITING else []
            case on.Asked(command=command, reply=reply) if away and not requests.local(command):
                return requests.ask(command, reply, now)
            case on.Permitted(ask=ask, allowed=allowed) if requests.asked(ask):
                return requests.permitted(ask, allowed, now)
            case on.Leaving():
                return self._leave(happening, now)
            case on.Woken():
                return self._wake(now)
            case _:
                return [*self._phone.handle(happening, now)]

    def _turn(self, turn: Turn) -> bool:
        """Move on by the table; False where the table has no such row and nothing happens."""
        role = ROLES.get((self.role, turn))
        if role is None:
            return False
        self.role = role
        return True

    # --- The tab that leads ---

    def _follow_settings(self, now: float) -> list[Action]:
        """Which phone is shared, if any, is said by the settings."""
        name = "" if self._left else self._phone.snapshot.settings.shared
        if name == self._name:
            return []
        actions = self._record_lost_calls(now)
        actions += self._part(now) if self._name else []
        self._name, self._requests.leader = name, None
        self._followed.forget()
        self._alarms.clear()
        self._taking.wanted = False
        if not name:
            self._turn(Turn.UNWANTED)
            return actions + self._requests.led_here(now)
        self._turn(Turn.WANTED)
        return actions + self._queue(now)

    def _queue(self, now: float) -> list[Action]:
        """Wait for the lock, and say so to the tab that has it."""
        self._audience.followers, self._taking.robbed = set(), ""
        self._alarms.set(Alarm.UNHEARD, now)
        return [Lead(name=self._name), self._say(say.Hello(tab=self._tab), now)]

    def _part(self, now: float) -> list[Action]:
        """Leave the tabs that share this phone; a call goes on here, and is theirs no more."""
        last = say.Gone(tab=self._tab)
        if self.role not in (Role.LEADING, Role.HANDING):
            return [self._say(last, now), StopLeading()]
        shown = self._audience.shown or self._reflection()
        news = say.News(tab=self._tab, phone=shown.gone)
        return [self._say(news, now), self._say(last, now), StopLeading()]

    def _granted(self, now: float) -> list[Action]:
        """The phone is here now; what the tab that led before has left undone is ours."""
        if not self._turn(Turn.GRANTED):
            return []
        before = self._followed.mirror
        self._alarms.clear()
        wanted = before.wanted if before else self._auto_register
        instance = before.instance if before else self._phone.standing.instance
        self._alarms.set(Alarm.COLLECTING, now)
        led = self._lead(instance, wanted or self._taking.wanted, now)
        return led + self._inherit(before, now)

    def _inherit(self, before: Mirror | None, now: float) -> list[Action]:
        """Go on with the calls of the tab that led before; what rang there rings here."""
        if before is None or not before.kept:
            return []
        invites = {id: invite.encode(OCTETS, "replace") for id, invite in before.invites.items()}
        kept = self._phone.handle(on.CallsKept(text=before.kept), now)
        asked = [action for action in kept if not isinstance(action, do.Reclaim)]
        if len(asked) == len(kept):
            return [*kept]
        return [*asked, *self._phone.handle(on.GivenBack(invites=invites), now)]

    def _lead(self, instance: str, register: bool, now: float) -> list[Action]:
        mirror, self._taking.wanted = self._followed.mirror, False
        self._followed.term += 1
        self._audience.begin()
        if mirror:
            self._phone.remember(mirror.phone.threads)
        led = self._phone.lead(instance, register=register, now=now)
        return [*led, *self._requests.led_here(now)]

    @property
    def _auto_register(self) -> bool:
        return self._wanted or self._phone.snapshot.settings.auto_register

    def _refused(self, why: str, now: float) -> list[Action]:
        """The browser can't: the phone works alone."""
        if not self._turn(Turn.REFUSED):
            return []
        self._alarms.clear()
        note = do.Note(level="info", text=f"multi-tab: this tab works alone. {why}".strip())
        return [note, *self._lead(self._phone.standing.instance, self._auto_register, now)]

    def _lost(self, now: float) -> list[Action]:
        """Another tab has taken the lock. What is said to the server now would end its phone."""
        before = self.role
        if not self._turn(Turn.LOST):
            return []
        actions: list[Action] = []
        if before is Role.LEADING:  # HANDING has stood down already
            actions += self._phone.stand_down(replaced=True, now=now)
        self._followed.mirror = None
        self._alarms.clear()
        return actions + self._queue(now)

    def _give(self, tab: str, sure: bool, now: float) -> list[Action]:
        """Another tab asks for the phone; it can't have one that is in a call."""
        if self.snapshot.calls or self.role is not Role.LEADING:
            error = WebPhoneError(
                "other_tab", sentence("tab_in_call" if self.snapshot.calls else "tab_moving")
            )
            return [self._say(say.Kept(tab=self._tab, to=tab, error=error), now)]
        if not sure:
            return [self._say(say.Offered(tab=self._tab, to=tab), now)]
        self._turn(Turn.GIVEN)
        self._alarms.set(Alarm.HANDING, now)
        stood_down = self._phone.stand_down(replaced=False, now=now)
        return [*stood_down, self._say(say.Given(tab=self._tab, to=tab), now)]

    def _leave(self, leaving: on.Leaving, now: float) -> list[Action]:
        """The page goes. Its calls go on in the tab that leads next, or get their record there.

        Where only the phone is taken out of it, they end here.
        """
        followed = bool(self._audience.followers) and not leaving.removed
        successor = self.role is Role.LEADING and followed
        actions = [] if successor else self._record_lost_calls(now)
        heir = successor if self._name else None
        left = self._phone.handle(replace(leaving, heir=heir), now)
        actions += [action for action in left if not (successor and is_record(action))]
        self._left = True
        if not self._name:
            return actions
        # A successor that has not been heard yet must not record what is recorded here.
        gone = self._say(say.Gone(tab=self._tab), now)
        actions += [gone, StopLeading()] if successor else self._part(now)
        self._name, self._followed.mirror, self._requests.leader = "", None, None
        self._alarms.clear()
        self._turn(Turn.UNWANTED)
        return actions

    # --- Time ---

    def _wake(self, now: float) -> list[Action]:
        self._left = False
        actions: list[Action] = []
        for alarm in self._alarms.due(now):
            self._alarms.drop(alarm)
            actions += self._overdue(alarm, now)
        return [*actions, *self._phone.handle(on.Woken(), now)]

    def _overdue(self, alarm: Alarm, now: float) -> list[Action]:
        match alarm:
            case Alarm.UNHEARD:
                return []  # the snapshot says it
            case Alarm.MUTE:
                return self._requests.given_up()
            case Alarm.TAKING:
                return self._taking.unanswered(self._name, calling=bool(self._mirrored))
            case Alarm.HANDING:
                self._turn(Turn.KEPT)
                return self._lead(self._phone.standing.instance, self._wanted, now)
            case Alarm.COLLECTING:
                return self._record_lost_calls(now)
            case Alarm.ROLL:
                self._audience.roll_over()
                return []
            case Alarm.DOUBT:
                self._followed.forget()
                self._requests.leader = None
                self._alarms.set(Alarm.UNHEARD, now)
                return [self._say(say.Hello(tab=self._tab), now)]
            case _:
                assert_never(alarm)

    def _record_lost_calls(self, now: float) -> list[Action]:
        """The calls of the tab that is gone: one record each, of those that had begun."""
        leading = self.role is Role.LEADING
        lost = self._followed.lost_calls(now, ours=self._ours) if leading else []
        return [*self._phone.record_lost_calls(lost, now)] if lost else []

    # --- What the others say ---

    def _heard(self, text: str, now: float) -> list[Action]:
        try:
            message = say.read(text, now)
        except say.Malformed as wrong:
            return [do.Note(level="info", text=f"multi-tab: a message is dropped ({wrong})")]
        if message.tab == self._tab or message.to not in ("", self._tab):
            return []
        if isinstance(message, say.Outcome):
            return self._requests.outcome(message)
        if self.role in (Role.LEADING, Role.HANDING):
            return self._heard_leading(message, now)
        if self.role is not Role.WAITING:
            return []
        if isinstance(message, say.News):
            return self._news(message, now)
        return self._taking.heard(message, self._name, now)

    def _heard_leading(self, message: say.Message, now: float) -> list[Action]:
        tab = message.tab
        match message:
            case say.Hello():
                self._audience.came(tab)
                if tab == self._taking.robbed and self._wanted:
                    # It hung, and may have registered until it saw that it lost the lock.
                    return [*self._phone.handle(on.Asked(command=Register()), now)]
            case say.Here():
                self._audience.here(tab)
            case say.Gone():
                self._audience.gone(tab)
            case say.CommandSent():
                return self._requests.obey(message, leading=self.role is Role.LEADING, now=now)
            case say.Take(sure=sure):
                return self._give(tab, sure, now)
            case say.News(phone=phone) if self._succeeds(tab, now):
                # What a tab said before it died came after its lock.
                followed = self._followed
                followed.mirror, followed.term = phone, max(followed.term, phone.term + 1)
                self._audience.pass_on(message)
                over = [*self._phone.let_go(self._outdated(phone), now)]
                told = told_here(message.events, self._phone)
                return over + told + self._inherit(phone, now)
        return []

    def _outdated(self, phone: Mirror) -> set[str]:
        """The calls that came to this tab as they were before these news of them."""
        there = {call.view.id: call.view.state for call in phone.phone.calls}
        ours = self._phone.snapshot.calls
        rings = {call.view.id for call in ours if call.view.state == "ringing"}
        answered = {id for id in rings if there.get(id, "ringing") != "ringing"}
        return (self._ours - there.keys()) | answered

    def _succeeds(self, tab: str, now: float) -> bool:
        """Whether that tab led before us and is dead; we may have had its lock before its word."""
        before = self._followed.tab or tab
        collecting = self._alarms.waits(Alarm.COLLECTING, now)
        # One that hung lives, and keeps the calls that it finds on waking.
        return collecting and before == tab and tab != self._taking.robbed

    def _news(self, news: say.News, now: float) -> list[Action]:
        """From the tab that leads: the phone as it is there, and what happened."""
        phone = news.phone
        if self._followed.doubtful(phone):
            return self._doubt(now)
        self._followed.mirror, self._followed.term = phone, phone.term
        self._wanted = phone.wanted
        self._alarms.drop(Alarm.UNHEARD, Alarm.MUTE, Alarm.DOUBT)
        actions: list[Action] = []
        if self._phone.standing.connected:  # from before the tabs shared it
            actions += self._phone.stand_down(replaced=False, now=now)
        actions += self._requests.led_by(phone, now)
        if news.roll:
            actions.append(self._say(say.Here(tab=self._tab, to=phone.tab), now))
        return actions + told_here((*self._followed.unheard(news), *news.events), self._phone)

    def _doubt(self, now: float) -> list[Action]:
        """The tab that we follow is asked whether it still leads; its silence says no."""
        if Alarm.DOUBT in self._alarms:
            return []
        self._alarms.set(Alarm.DOUBT, now)
        return [self._say(say.Hello(tab=self._tab, to=self._followed.tab), now)]

    # --- What goes out ---

    def _say(self, message: say.Message, now: float) -> TellTabs:
        return TellTabs(text=say.write(message, now))

    def _outward(self, actions: list[Action], now: float) -> list[Action]:
        """The turn's actions for this tab, then its news for the others, then the outcomes."""
        mine: list[Action] = []
        outcomes: list[Action] = []
        for action in actions:
            outcome = self._requests.report(action, now)
            if self._name and isinstance(action, do.Keep):
                self._kept = action.text  # by the tab that leads next, not by the next page of this
            elif self._name and isinstance(action, do.Entrust):
                self._invites = {id: data.decode(OCTETS) for id, data in action.invites.items()}
            elif outcome is not None:
                outcomes.append(outcome)
            elif not of_state(action):  # told below, of the phone that is shown here
                mine.append(action)
        changes = self._told.changes(self.snapshot.state, self._leads, alone=not self._name)
        return [*mine, *changes, *self._broadcast(news_of(mine), now), *outcomes]

    def _broadcast(self, news: list[Event], now: float) -> list[Action]:
        """What the others must know of this turn."""
        if self.role not in (Role.LEADING, Role.HANDING):
            return []
        told = self._audience.news(self._reflection(), news)
        if told is None:
            return []
        if told.roll:
            self._alarms.set(Alarm.ROLL, now)
        return [self._say(told, now)]

    def _reflection(self) -> Mirror:
        """What the others see of the phone in this tab."""
        standing = self._phone.standing
        if self.role is Role.LEADING:
            self._wanted = standing.registered
        return Mirror(
            tab=self._tab,
            term=self._followed.term,
            instance=standing.instance,
            wanted=self._wanted,
            phone=self.snapshot.shared,
            kept=self._kept,
            invites=self._invites,
        )
