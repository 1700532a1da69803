"""What can wait until it is asked for: texts, questions, news, devices, a diagnosis."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, assert_never

from webphone.contract import (
    AddProcessor,
    Config,
    LogCall,
    Publish,
    RemoveProcessor,
    SendInfo,
    SendMessage,
    SendOptions,
    SetCamera,
    SetInput,
    SetOutput,
    SetRinger,
    SetVolume,
    Subscribe,
    Unsubscribe,
)
from webphone.machine import earliest
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.account.account import Account, Report, Result
from webphone.phone.actions import Action
from webphone.phone.call.call import Call, Stage
from webphone.phone.call.calls import Calls
from webphone.phone.happenings import Probed
from webphone.phone.history import History
from webphone.phone.snapshot import (
    DevicesSnapshot,
    EndedCall,
    Lamp,
    LampNews,
    Person,
    Thread,
    Voicemail,
)
from webphone.phone.snapshot import Diagnosis as ShownDiagnosis
from webphone.sip import (
    Entropy,
    MessageReceived,
    Notified,
    PublicationFailed,
    Published,
    Replied,
    Subscribed,
    SubscriptionLost,
    Unsubscribed,
)
from webphone.words import Sentence

if TYPE_CHECKING:
    from webphone.phone.devices import Devices
    from webphone.phone.diagnosis import Diagnosis, Subject
    from webphone.phone.memory import Memory
    from webphone.phone.people import People
    from webphone.phone.processors import Processors
    from webphone.phone.questions import Questions
    from webphone.phone.subscriptions import Subscriptions
    from webphone.phone.wrapping import Wrapping

# The commands that are for these parts.
DeviceAsked = SetInput | SetOutput | SetRinger | SetCamera | SetVolume
ProcessorAsked = AddProcessor | RemoveProcessor
SeldomAsked = (
    ProcessorAsked
    | SendMessage
    | SendInfo
    | SendOptions
    | Subscribe
    | Unsubscribe
    | Publish
    | LogCall
    | DeviceAsked
)

UNKNOWN = DevicesSnapshot()  # nobody has said yet which there are

# The account in use; raises WebPhoneError `not_configured`.
Configured = Callable[[], Account]


class Seldom:
    """What only wants its answer, and what others tell of themselves."""

    def __init__(self, entropy: Entropy, history: History, asks: Iterator[int]) -> None:
        self._entropy = entropy
        self._history = history
        self._asks = asks
        self._memory: Memory | None = None  # until the page has come to rest
        self._asked: Questions | None = None  # until something is asked, or written
        self._hardware: Devices | None = None  # until the browser has said something of it
        self._wanted: Subscriptions | None = None  # until there is something to be heard of
        self._diagnosis: Diagnosis | None = None  # until one is asked for
        self._processors: Processors | None = None  # until the page has one
        self._people: People | None = None  # until the page has come to rest
        self._wraps: Wrapping | None = None  # until a call ends that gets a note

    # --- Questions ---

    @property
    def deadline(self) -> float | None:
        """When `wake` must be called next."""
        return earliest(
            (
                self._wanted.ear.deadline if self._wanted else None,
                self._diagnosis.deadline if self._diagnosis else None,
            )
        )

    @property
    def threads(self) -> tuple[Thread, ...]:
        """What was written to and fro."""
        return self._asked.threads.all if self._asked else ()

    def voicemail(self, config: Config) -> Voicemail | None:
        """What waits in the box of these settings."""
        return self._wanted.voicemail(config) if self._wanted else None

    def lamps(self, config: Config) -> tuple[Lamp, ...]:
        """The colleagues of these settings, and what they do."""
        return self._wanted.lamps(config) if self._wanted else ()

    @property
    def lamp_news(self) -> LampNews | None:
        """What an ear is told of them."""
        return self._wanted.ear.news if self._wanted else None

    @property
    def subscriptions(self) -> Subscriptions:
        """What others tell of themselves; whoever only calls never loads it."""
        if self._wanted is None:
            from webphone.phone.subscriptions import Subscriptions

            self._wanted = Subscriptions()
        return self._wanted

    @property
    def questions(self) -> Questions:
        """What only wants its answer; whoever only calls never loads it."""
        if self._asked is None:
            from webphone.phone.questions import Questions

            self._asked = Questions(self._entropy.token(4))
        return self._asked

    @property
    def processors(self) -> Processors:
        """What the page puts into the sound; most pages put nothing there."""
        if self._processors is None:
            from webphone.phone.processors import Processors

            self._processors = Processors()
        return self._processors

    @property
    def memory(self) -> Memory:
        """The calls of other days; the first screen comes without them."""
        if self._memory is None:
            from webphone.phone.memory import Memory

            self._memory = Memory(self._history)
        return self._memory

    @property
    def recalling(self) -> bool:
        """Whether more call records are on their way, which somebody wants to see."""
        return self._memory.recalling if self._memory else False

    @property
    def deleted(self) -> int:
        """How many call records the person may have back."""
        return len(self._memory.deleted) if self._memory else 0

    def belongs_to(self, config: Config) -> Result:
        """Whose the calls are."""
        if not self._history.belongs_to(config):
            return []
        anew = self._memory.begin_anew() if self._memory else []
        return anew + (self._people.begin(self._history.owner) if self._people else [])

    @property
    def people(self) -> People:
        """The person's contacts; the first screen comes without them."""
        if self._people is None:
            from webphone.phone.people import People

            self._people = People(lambda: self._entropy.token(6))
        return self._people

    def people_heard(self, news: on.PeopleNews) -> Result:
        """What is remembered of them, or what a person does with them."""
        return self.people.heard(news, self._history.owner)

    def at_rest(self) -> Result:
        """What could wait is looked for now."""
        return self.people.follow(self._history.owner)

    def known(self, number: str) -> Person | None:
        """Whose number that is."""
        return self._people.find(number) if self._people else None

    @property
    def contacts(self) -> tuple[tuple[Person, ...], int, Sentence | None]:
        """The contacts, how many may be had back, and what came of an import."""
        own = self._people
        return (own.people, len(own.deleted), own.news) if own else ((), 0, None)

    def clear_history(self) -> Result:
        """No call is remembered any more."""
        if self._memory:
            self._memory.deleted = ()
        cleared = self._wraps.clear() if self._wraps else []
        return [*self._history.clear(), *cleared]

    # --- Notes of calls ---

    @property
    def wrapping(self) -> Wrapping:
        """The records that wait for a note; most pages ask for none."""
        if self._wraps is None:
            from webphone.phone.wrapping import Wrapping

            self._wraps = Wrapping(self._history, self._asks)
        return self._wraps

    @property
    def unlogged(self) -> tuple[EndedCall, ...]:
        """The calls that wait for a note."""
        return self._wraps.waiting if self._wraps else ()

    def wrapped(
        self, actions: list[Action], farewell: EndedCall | None, config: Config
    ) -> list[Action]:
        """What is to be done, but for the storing of records that get a note first."""
        if config.wrap_up and any(isinstance(action, do.Save) for action in actions):
            actions = self.wrapping.hold(actions, farewell)
        return actions + (self._wraps.follow(config) if self._wraps else [])

    def permitted(self, ask: int, allowed: bool) -> Result | None:
        """The page's word on a note, None where the question was another."""
        asked = self._wraps is not None and self._wraps.asks(ask)
        return self.wrapping.permitted(ask, allowed) if asked else None

    def leave(self) -> list[Action]:
        """The page goes: nothing waits any more."""
        return self._wraps.leave() if self._wraps else []

    @property
    def diagnosis(self) -> ShownDiagnosis | None:
        """What one has found so far."""
        return self._diagnosis.shown if self._diagnosis else None

    @property
    def devices(self) -> DevicesSnapshot:
        """Microphones, loudspeakers and cameras."""
        return self._hardware.snapshot if self._hardware else UNKNOWN

    @property
    def hardware(self) -> Devices:
        """The same with their choice; the first screen comes without it."""
        if self._hardware is None:
            from webphone.phone.devices import Devices

            self._hardware = Devices()
        return self._hardware

    # --- What goes on by itself ---

    def devices_told(
        self,
        news: on.DevicesFound | on.DeviceUsed | on.DevicesKept | on.PermissionTold,
        *,
        in_call: bool,
    ) -> Result:
        """What the browser says of microphones, loudspeakers and cameras."""
        match news:
            case on.DevicesFound():
                return self.hardware.found(news, in_call=in_call)
            case on.DeviceUsed():
                return self.hardware.used(news)
            case on.DevicesKept():
                return self.hardware.kept(news)
            case on.PermissionTold():
                return self.hardware.permitted(news)
            case _:
                assert_never(news)

    def rest(self, *, in_call: bool) -> None:
        """News of a device are those of a call."""
        if self._hardware and not in_call:
            self._hardware.rest()

    def remember(self, threads: Sequence[Thread]) -> None:
        """What was written elsewhere."""
        if threads:
            self.questions.threads.restore(threads)

    def forget(self) -> Result:
        """What was written and chosen is gone."""
        if self._asked:
            self._asked.threads.restore(())
        if self._people:
            self._people.forget()
        return self._hardware.forget() if self._hardware else []

    def wake(self, now: float) -> Result:
        """Do what is due."""
        return self._diagnosis.wake(now) if self._diagnosis else []

    def heard(self, report: Report, account: Account, now: float) -> Result | None:
        """What an agent reports, `account` being in use; None where it is of a call."""
        match report.output:
            case MessageReceived() as text:
                return self.questions.received(text, now)
            case Replied() as reply if self._asked and self._asked.waits(reply):
                return self._asked.replied(reply)
            case Replied() as reply if self._diagnosis and self._diagnosis.waits(reply):
                return self._diagnosis.replied(reply, now)
            case (
                Notified()
                | Subscribed()
                | SubscriptionLost()
                | Unsubscribed()
                | Published()
                | PublicationFailed()
            ) as news:
                if report.account is not account:
                    return []
                return self.subscriptions.heard(account, news, now)
        return None

    def follow(self, account: Account, calls: Iterable[Call], now: float) -> Result:
        """What the turn has made possible, or impossible.

        Subscribe to what the settings, the page and the calls want; wait no longer for what was
        lost.
        """
        config = account.config
        result = self._asked.give_up() if self._asked else []
        ours = (call for call in calls if call.focus and call.account is account)
        led = [call for call in ours if call.stage is Stage.ACTIVE]
        if self._wanted is None and not (config.lamps or config.voicemail or led):
            return result
        result += self.subscriptions.follow(account, config, led, now)
        for call in led:
            # Loaded by the first conference of a server.
            from webphone.phone.call.focus import Roster

            assert call.focus is not None
            call.part(Roster).told(self.subscriptions.roster(call.focus), config)
        return result

    def end(self, account: Account, now: float) -> Result:
        """The registration ends, and with it all that is subscribed to and published."""
        return self._wanted.end(account, now) if self._wanted else []

    # --- Commands ---

    def diagnose(self, subject: Subject, reply: int | None, now: float) -> Result:
        """Look at everything that a call needs; whoever only calls never loads it."""
        if self._diagnosis is None:
            from webphone.phone.diagnosis import Diagnosis

            self._diagnosis = Diagnosis(self._entropy.token(4))
        return self._diagnosis.begin(subject, reply, now)

    def probed(self, news: Probed, now: float) -> Result:
        """What the browser has tried for it."""
        return self._diagnosis.probed(news, now) if self._diagnosis else []

    def do(
        self,
        command: SeldomAsked,
        configured: Configured,
        calls: Calls,
        reply: int | None,
        now: float,
    ) -> Result:
        """What a command comes to."""
        match command:
            case SendInfo():
                return self.questions.send_info(command, calls, reply, now)
            case SendMessage():
                account = configured()
                return self.questions.send_message(
                    command, account, calls, account.config, reply, now
                )
            case SendOptions():
                account = configured()
                return self.questions.send_options(command, account, account.config, reply, now)
            case Subscribe():
                account = configured()
                return self.subscriptions.subscribe(command, account, account.config, reply, now)
            case Unsubscribe():
                return self.subscriptions.unsubscribe(command, configured().config, reply, now)
            case Publish():
                return self.subscriptions.publish(command, configured(), reply, now)
            case LogCall():
                return self.wrapping.log(command, reply)
            case AddProcessor():
                return self.processors.add(command, reply)
            case RemoveProcessor():
                return self.processors.remove(command, reply)
            case SetVolume():
                return self.hardware.set_volume(command, reply)
            case SetInput() | SetOutput() | SetRinger() | SetCamera():
                return self.hardware.choose(command, reply)
            case _:
                assert_never(command)
