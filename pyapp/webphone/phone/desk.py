"""The front door of the phone: every wish and every happening in, actions out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import count
from typing import TYPE_CHECKING, assert_never

from webphone.border import bare, shortened
from webphone.contract import (
    CallRecord,
    Command,
    Config,
    Diagnose,
    Event,
    ForgetEverything,
    Register,
    SetConfig,
    WebPhoneError,
)
from webphone.machine import Same, earliest
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Report, Result
from webphone.phone.account.accounts import Accounts
from webphone.phone.actions import Action
from webphone.phone.call.calls import Calls
from webphone.phone.call.part import Media
from webphone.phone.commands import Phone, no_sound, obey
from webphone.phone.dialling import Dialling
from webphone.phone.happenings import Cause, Happening
from webphone.phone.history import History
from webphone.phone.outliving import Outliving
from webphone.phone.promises import Solved, Trouble, done
from webphone.phone.ringing import cue, tone
from webphone.phone.seldom import Seldom
from webphone.phone.settings import Changed, Settings
from webphone.phone.snapshot import EndedCall, Signing, Snapshot, Standing, Thread
from webphone.sip import Entropy
from webphone.words import ENGLISH, Language, Speech, country_of, said_in, say, spoken

if TYPE_CHECKING:
    from webphone.phone.contacts import Contacts
    from webphone.phone.sign_in import SignIn

COARSE = 15.0  # seconds: while nothing changes, what is kept is as old as that at most
SLEPT = 10.0  # seconds past the deadline: the computer was asleep, or the page frozen
UNSIGNED = Signing()  # nobody signs in by hand


class Desk:
    """One phone. It has no clock, no chance and no JavaScript: all of that is handed in.

    `handle` never raises for what a stranger, a page or a person does.
    """

    def __init__(self, entropy: Entropy, config: Config | None = None, guest: str = "you") -> None:
        """`guest` is the username in a demo when none is set."""
        self._settings = Settings(config or Config(), guest)
        self.language = ENGLISH
        self.error: WebPhoneError | None = None
        self.history = History()
        self.leading = False  # of the tabs that share one phone, this one has it
        self._entropy = entropy
        self._soundless = False  # this browser has no WebRTC
        self._sockets = count(1)
        self._asks = count(1)
        self.calls = Calls(self._asks, self.history, entropy)
        self._dialling = Dialling(self.config.dial, self.calls, self._asks, entropy)
        self.instance = entropy.uuid()
        self._accounts = Accounts(self._settings.in_force, self._new_account, self._carried)
        self.outliving = Outliving(self.calls, self._accounts, self._settings)
        self._seldom = Seldom(entropy, self.history, self._asks)
        self._slept = False  # and it is known, though nothing has woken us yet
        self._rests = False  # the first screen has stood for a moment
        self._contacts: Contacts | None = None  # where somebody is known
        self._signing: SignIn | None = None  # where a person may sign in by hand
        self._tone: do.Tone | None = None
        self._seen: Same[Snapshot] = Same()
        self._due: tuple[float | None] | None = None  # None: it is to be found out
        self.owes = False  # `Afterwards` has something to do
        self._kept_at = 0.0  # when it was done last
        self._state = self.account.state

    # --- Questions ---

    @property
    def config(self) -> Config:
        """The settings as page and person have them."""
        return self._settings.config

    @property
    def guest(self) -> str:
        """The username in a demo when none is set."""
        return self._settings.guest

    @property
    def account(self) -> Account:
        """The account in use."""
        return self._accounts.current

    @property
    def number(self) -> str:
        """The dialled number, as it is typed."""
        return self._dialling.number

    @property
    def shared(self) -> str:
        """Name of the phone that the tabs share, "" where each has its own."""
        return self._settings.in_force.shared

    @property
    def standing(self) -> Standing:
        """How this phone stands with the server."""
        account = self.account
        return Standing(
            instance=self.instance,
            connected=account.wants_connection,
            registered=account.registration.wanted,
        )

    @property
    def standby(self) -> bool:
        """Whether to leave the server alone: the tabs share one phone, and it is not here."""
        return bool(self.shared) and not self.leading

    @property
    def deadline(self) -> float | None:
        """When `Woken` must be handled at the latest, as a `now` value; None: no need."""
        if self._due is None:
            parts = (self.calls, self._accounts, self._seldom, self.outliving)
            self._due = (earliest(part.deadline for part in parts),)
        return self._due[0]

    @property
    def snapshot(self) -> Snapshot:
        """The phone as the screen sees it."""
        people, people_deleted, people_news = self._seldom.contacts
        return self._seen(
            Snapshot,
            config=self.config,
            state=self.account.state.value,
            number=self.number,
            calls=self.calls.snapshots,
            active=self.calls.front.active,
            farewell=self.calls.last.farewell,
            unlogged=self._seldom.unlogged,
            error=self.error,
            server=self.account.server,
            attempt=self.account.connection.attempt,
            retry_at=self.account.retry_at,
            threads=self._seldom.threads,
            voicemail=self._seldom.voicemail(self.account.config),
            lamps=self._seldom.lamps(self.account.config),
            lamp_news=self._seldom.lamp_news,
            diagnosis=self._seldom.diagnosis,
            devices=self._seldom.devices,
            history=self.history.records,
            recalling=self._seldom.recalling,
            deleted=self._seldom.deleted,
            signing=self._signing.snapshot if self._signing else UNSIGNED,
            people=people,
            people_deleted=people_deleted,
            people_news=people_news,
            guest=self.guest,
            proved_at=self.account.proved_at,
            language=self.language,
            chosen=self._settings.chosen,
            fixed=self._settings.fixed,
        )

    # --- The one door ---

    def handle(self, happening: Happening, now: float) -> list[Action]:
        """Take one happening; give back, in order, what to do about it."""
        if isinstance(happening, on.Afterwards):
            self.owes, self._kept_at = False, now
            return self.outliving.keep(now)
        deadline = self.deadline
        slept = deadline is not None and now > deadline + SLEPT
        self._due = None
        result = self._route(happening, now)
        # One sleep is noticed once, by whatever comes first; what is overdue is done by Woken.
        slept, self._slept = slept and not self._slept, slept
        if slept:
            result += [x for account in self._accounts for x in account.awoken(now)]
        leaves, owed = isinstance(happening, on.Leaving), self.owes
        actions = self._concluded(result, now, leaves=leaves)
        if isinstance(happening, on.QualityMeasured) and not actions:
            # It says nothing that is kept, but that the calls go on.
            self.owes = owed or (self.owes and now - self._kept_at >= COARSE)
        return actions + self._seldom.leave() if leaves else actions

    def _concluded(self, result: Result, now: float, *, leaves: bool = False) -> list[Action]:
        """All that a turn leads to; `leaves`: there is no time for anything afterwards."""
        self._due = None
        actions = self._resolved(result, now)
        actions += self._resolved(self._follow_up(now), now)
        actions = self._seldom.wrapped(actions, self.calls.last.farewell, self.config)
        if any(isinstance(action, do.Save) for action in actions):
            actions.append(do.Tell(event=Event("historychange", {})))
        # What tabs share is told to the others in this turn.
        waits = self.outliving.waits(actions) and not (leaves or self.shared)
        self.owes = waits and self.outliving.keeps
        if not waits:
            actions[:0] = self.outliving.keep(now)
        return _ahead(actions) + self._changes() + cue(actions, self.config)

    def _route(self, happening: Cause, now: float) -> Result:
        if isinstance(happening, Media):
            failed = isinstance(happening, on.NoiseFiltered) and bool(happening.text)
            return self.calls.media(happening, now) + (self._unfiltered(now) if failed else [])
        if isinstance(happening, on.PeopleNews):
            return self._seldom.people_heard(happening)
        owners = self._accounts.owners
        match happening:
            case on.Asked(command=command, reply=reply, permitted=permitted):
                return self._ask(command, reply, now, permitted=permitted)
            case on.NumberTyped(number=number):
                return self._dialling.type(number)
            case on.SettingRefused(error=error):
                return self._refused(None, error)
            case on.SettingChosen() | on.SettingsReset() | on.SettingsKept():
                return self._wanted(happening)
            case on.ErrorDismissed():
                self.error = None
                return []
            case on.SignedIn():
                return self._sign_in(happening, now)
            case on.SignedOut():
                return self._sign_out(now)
            case on.FarewellAttended(there=there):
                self.calls.last.attend(now, there=there)
                return []
            case on.WantedHere():
                return []  # it is here
            case on.SocketOpened(socket=socket):
                return [x for owner in owners(socket) for x in owner.opened(socket, now)]
            case on.SocketClosed(socket=socket, denied=denied):
                return [x for owner in owners(socket) for x in owner.closed(socket, denied, now)]
            case on.Received(socket=socket, data=data):
                return self._accounts.received(socket, data, now)
            case on.MixFailed():
                return self.calls.front.not_mixed(now)
            case on.LadderWanted() | on.Copied():
                return []  # the recorder's, which stands before this
            case on.DevicesWanted():
                return [do.LookForDevices(ask=True)]
            case on.DevicesFound() | on.DeviceUsed() | on.DevicesKept() | on.PermissionTold():
                return self._devices(happening)
            case on.ForgottenElsewhere(owner=""):
                # Nobody keeps it any more: there is nothing to be deleted.
                wanted = self._wanted(on.SettingsKept(text=""))
                return [*wanted, *self._seldom.memory.heard(happening, self._speech)]
            case on.Approached():
                return self._dialling.expect()
            case on.AtRest():
                self._rests = True
                recalled = self._seldom.memory.heard(happening, self._speech)
                return recalled + self._seldom.at_rest()
            case (
                on.HistoryOpened()
                | on.Recalled()
                | on.RememberedElsewhere()
                | on.ForgottenElsewhere()
                | on.CallsDeleted()
                | on.CallsWantedBack()
            ):
                return self._seldom.memory.heard(happening, self._speech)
            case on.MediaMissing():
                self._soundless = True
                return [Trouble(no_sound())]
            case on.ServersRefused(addresses=addresses):
                given = shortened(", ".join(map(bare, addresses)))
                problem = say("ice_servers_refused", given=given)
                return [Trouble(WebPhoneError("invalid_config", problem))]
            case on.ServersMissing(setting=setting, why=why, status=status):
                problem = say(f"ice_servers_{why}", setting=setting, status=status)
                return [Trouble(WebPhoneError("invalid_config", problem))]
            case on.Permitted(ask=ask, allowed=allowed):
                if (logged := self._seldom.permitted(ask, allowed)) is not None:
                    return logged
                if self._dialling.asks(ask):
                    return self._dialling.permitted(ask, allowed, now)
                return self.calls.permitted(happening, now)
            case on.CredentialsCame():
                return [x for one in self._accounts for x in one.credentials_came(happening, now)]
            case on.ContactCame():
                return self._contacts.came(happening, self.calls.calls) if self._contacts else []
            case on.Probed():
                return self._seldom.probed(happening, now)
            case on.NetworkChanged(online=online):
                return self.account.network_changed(online, now)
            case on.LanguageFound(tag=tag):
                self._settings.country = country_of(happening.around or tag)
                self._settings.fix("language", fixed=happening.fixed)
                self.language = spoken(tag) if happening.here else ENGLISH
                self.account.configure(self._settings.in_force, self.instance)
                return []
            case on.Woken(visible=visible):
                return self._wake(now, visible=visible)
            case on.CallsKept() | on.GivenBack() | on.Entrusted():
                return self.outliving.heard(happening, now)
            case on.Leaving(removed=removed):
                self.leading = False
                kept = self.outliving.leave(happening, now) + self.calls.hang_up_all(now)
                return kept + self._accounts.leave(now, removed=removed)
            case _:
                assert_never(happening)

    def _devices(
        self, news: on.DevicesFound | on.DeviceUsed | on.DevicesKept | on.PermissionTold
    ) -> Result:
        found = isinstance(news, on.DeviceUsed) and bool(news.microphone)
        if found and self.error and self.error.code.startswith("mic_"):
            self.error = None
        return self._seldom.devices_told(news, in_call=bool(self.calls.calls))

    # --- The phone that all tabs share ---

    def lead(self, instance: str, *, register: bool, now: float) -> list[Action]:
        """This tab has it now; the server knows it by `instance`, whichever tab it is in."""
        self.leading, self.instance = True, instance
        account = self.account
        account.configure(account.config, instance)
        result = self._accounts.come_back(now)
        if register and account.config.complete and not self._soundless:
            result += account.register(now)
        return self._concluded(result, now)

    def stand_down(self, *, replaced: bool, now: float) -> list[Action]:
        """Another tab has it, or is about to; `replaced`: the server knows of that already."""
        self.leading = False
        return self._concluded(self._accounts.stand_down(now, replaced=replaced), now)

    def record_lost_calls(self, farewells: Sequence[EndedCall], now: float) -> list[Action]:
        """Calls that went down with the tab that had them: their records, as of calls of ours."""
        result: Result = []
        for farewell in farewells:
            if not self.over(farewell.record.id):
                result += self.calls.lost(farewell, now)
        return self._concluded(result, now)

    def let_go(self, calls: Collection[str], now: float) -> list[Action]:
        """Those of these calls that are being taken back, or ring again, went on before that.

        They were over already, and recorded; or they were answered.
        """
        result: Result = []
        for call in [call for call in self.calls.calls.values() if call.id in calls]:
            if call.rang_before and call.ringing_in:
                result += call.wire.reject(480, now) + self.calls.leave(call)
            elif call.recovering:
                result += self.calls.leave(call)
        return self._concluded(result, now)

    def over(self, id: str) -> bool:
        """Whether the end of that call was told here."""
        return self.calls.over(id)

    def remember(self, threads: Sequence[Thread]) -> None:
        """What was written while another tab had the phone."""
        self._seldom.remember(threads)

    def learn(self, event: Event) -> bool:
        """News of the shared phone from where it is; False where it is known already."""
        match event:
            case Event(name="end", detail=CallRecord() as record):
                if self.over(record.id):
                    return False
                self.history.remember(record)
            case Event(name="error", detail=WebPhoneError() as error):
                self.error = error
            case Event(name="registered"):
                self.error = None
        return True

    # --- Commands ---

    def _ask(
        self, command: Command, reply: int | None, now: float, *, permitted: bool = False
    ) -> Result:
        """Obey a command; what can't be done is refused in words."""
        try:
            if isinstance(command, SetConfig):
                return self._changed_settings(command, now) + done(reply)
            if isinstance(command, Diagnose):
                return self._seldom.diagnose(self, reply, now)
            result = obey(self._whole, command, reply, now, permitted=permitted)
            if isinstance(command, ForgetEverything):
                result += self._wanted(on.SettingsKept(text=""))
            return result
        except WebPhoneError as error:
            return self._refused(reply, error)

    @property
    def _whole(self) -> Phone:
        return Phone(
            account=self.account,
            config=self.config,
            calls=self.calls,
            dialling=self._dialling,
            seldom=self._seldom,
            language=self._speech,
            soundless=self._soundless,
        )

    @property
    def _speech(self) -> Language:
        strings = self.config.strings
        return Speech(self.language, strings) if strings else self.language

    def _changed_settings(self, command: SetConfig, now: float, *, by_hand: bool = False) -> Result:
        """`by_hand`: who changes them says as well whether to register."""
        changed = self._settings.change(command.changes)
        config = changed.after
        result: Result = []
        if changed.any_of("dial"):
            result += self._dialling.fill_in(config.dial)
        elif "dial" in command.changes:
            result += self._dialling.expect()
        result += _noise(changed)
        if changed.any_of("shared"):
            self.leading = False  # until it is known who has that one
        if changed.moved:
            result += self._accounts.move(config, now, idle=self.standby)
        elif config != changed.before:
            self.account.configure(config, self.instance)
        if changed.registers and not (by_hand or self.standby or self._soundless):
            result += self.account.register(now)
        return result

    def _unfiltered(self, now: float) -> Result:
        """Who wants the noise filter again presses again: it is not tried anew in every call."""
        if "noise_suppression" in self._settings.fixed:
            browser = SetConfig(changes={"noise_suppression": "browser"})
            return self._changed_settings(browser, now)
        return self._wanted(on.SettingChosen(name="noise_suppression"))

    def _wanted(self, news: on.SettingsWanted) -> Result:
        """What the person wants of the settings, for as long as the page leaves it open."""
        # Loaded by the first of it.
        from webphone.phone.preferences import heed

        changed, result = heed(self._settings, news)
        if changed.after != changed.before:
            self.account.configure(changed.after, self.instance)
        return result + _noise(changed)

    @property
    def _signs_in(self) -> SignIn:
        if self._signing is None:
            # Loaded by the first person who signs in, or where one may.
            from webphone.phone.sign_in import SignIn

            self._signing = SignIn()
        return self._signing

    def _sign_in(self, wish: on.SignedIn, now: float) -> Result:
        """Be who the person says, and register."""
        changes = self._signs_in.asked(wish)
        self.error = None
        try:
            result = self._changed_settings(SetConfig(changes=changes), now, by_hand=True)
        except WebPhoneError as error:
            return self._refused(None, error)
        return result + self._ask(Register(), None, now)

    def _sign_out(self, now: float) -> Result:
        """Leave the server, and be who the page says again."""
        self.error = None
        result = self.account.disconnect(now)
        changes = SetConfig(changes=self._signs_in.left())
        return result + self._changed_settings(changes, now, by_hand=True)

    def _signed(self) -> list[Action]:
        """What became of it."""
        if self._signing is None and self.config.sign_in != "on":
            return []
        host = self._signs_in.follow(self._settings.in_force, self.account.state.value, self.error)
        return [do.KeepServer(host=host)] if host else []

    def _refused(self, reply: int | None, error: WebPhoneError) -> Result:
        """Reject the promise; where a person asked, and not a page, show it."""
        if reply is not None:
            return [do.Refuse(reply=reply, error=error)]
        self.error = error
        if error.code != "invalid_config":
            return []
        # A wrong setting is the page's: its developer reads the console.
        words = f"{said_in(self._speech, error.message)} {said_in(self._speech, error.hint)}"
        return [Trouble(error), do.Note(level="error", text=words)]

    # --- Time ---

    def _wake(self, now: float, *, visible: bool) -> Result:
        result = [] if self.standby else self._accounts.come_back(now)
        if visible:
            result += [x for account in self._accounts for x in account.seen(now)]
        result += self._seldom.wake(now)
        return result + [x for account in self._accounts for x in account.wake(now)]

    # --- Results ---

    def _resolved(self, result: Result, now: float) -> list[Action]:
        """Only actions: reports are turned into what follows from them, an error into its event.

        The screen shows the last error, until the phone is registered.
        """
        actions: list[Action] = []
        for item in result:
            match item:
                case Report():
                    actions += self._resolved(self._reported(item, now), now)
                case Trouble(error=error):
                    self.error = error
                    actions.append(do.Tell(event=Event("error", error)))
                case Solved():
                    self.error = None
                case _:
                    actions.append(item)
        return actions

    def _reported(self, report: Report, now: float) -> Result:
        """What an agent reports is of a call, or stands alone."""
        result = self._seldom.heard(report, self.account, now)
        if result is not None:
            return result
        return self.calls.heard(report, self.account.config, now)

    def _follow_up(self, now: float) -> Result:
        """What the turn has made possible: what waited for the connection, farewells."""
        result = self.calls.wake(now) + self._accounts.farewells(now)
        result += self._seldom.belongs_to(self.account.config)
        result += self.outliving.follow(now)
        self.instance = self.account.instance
        result += self._dialling.make_room(self.config.dial)
        free = self._rests and not self.standby and self._whole.free(now)
        result += self._dialling.follow(free=free)
        result += self._named()
        self._seldom.rest(in_call=bool(self.calls.calls))
        return result + self._seldom.follow(self.account, self.calls.calls.values(), now)

    def _named(self) -> Result:
        """Who the calls are with, where the page or the contacts know that."""
        asks = self.config.contact_lookup is not None
        if self._contacts is None:
            if not (asks or self._seldom.contacts[0]):
                return []
            from webphone.phone.contacts import Contacts

            self._contacts = Contacts(self._seldom.known)
        return self._contacts.follow(self.calls.calls.values(), ask=asks)

    def _changes(self) -> list[Action]:
        """The conference, the tone and the state, told when they change."""
        changes = [*self.calls.front.follow(), *self._signed()]
        self.account.agent.take_calls(not self.calls.crowded(self.config))
        wanted = tone(self.calls.calls.values(), ended_busy=self.calls.last.busy)
        if wanted is not self._tone:
            self._tone = wanted
            changes.append(do.PlayTone(tone=wanted))
        state = self.account.state
        if state is not self._state:
            detail = {"state": state.value, "previous": self._state.value}
            self._state = state
            changes.append(do.Tell(event=Event("statechange", detail)))
        return changes

    def _new_account(self, config: Config) -> Account:
        return Account(config, self._entropy, self._sockets, self.instance)

    def _carried(self) -> list[tuple[str, Account]]:
        """The calls that are not over, as their accounts know them."""
        return [(call.call_id, call.account) for call in self.calls.calls.values()]


def _ahead(actions: list[Action]) -> list[Action]:
    """The other end's description first: the browser begins with it while all else is done."""
    for place, action in enumerate(actions):
        if isinstance(action, do.MediaAction):
            if isinstance(action, do.DescribeRemote):
                return [action, *actions[:place], *actions[place + 1 :]]
            break
    return actions


def _noise(changed: Changed) -> list[Action]:
    """What is to be done about the noise of the room, where that is another thing now."""
    wanted = changed.any_of("noise_suppression")
    return [do.SuppressNoise(how=changed.after.noise_suppression)] if wanted else []
