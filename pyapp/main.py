"""PyScript's entry and the composition root: builds a phone for each <web-phone> of the page."""

import asyncio
import secrets
import traceback
from functools import cache
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import create_proxy

from webphone.browser.around import offers
from webphone.browser.around.around import Around
from webphone.browser.behind import Behind
from webphone.browser.clock import Clock
from webphone.browser.demo.ends import Ends
from webphone.browser.demo.peers import DemoPeers
from webphone.browser.demo.pipe import Exchange
from webphone.browser.element import Element, ElementAction, Outside
from webphone.browser.instance import (
    calls_kept,
    forget,
    keep_calls,
    kept_first,
)
from webphone.browser.media.ice_servers import IceServers
from webphone.browser.media.spare import saves_data
from webphone.browser.media.world import World
from webphone.browser.phones import every_report, guest, phones, watch_page
from webphone.browser.saving import save
from webphone.browser.seldom import Seldom
from webphone.browser.showing import Parts, Showing
from webphone.browser.socket import Sockets
from webphone.browser.sound import Sound
from webphone.contract import Config, Event, WebPhoneError
from webphone.phone import Chance, Desk, LazyTabs, Loop, Recorder, promise_refused
from webphone.phone.actions import (
    AskContact,
    AskCredentials,
    Connect,
    CopyText,
    DeviceAction,
    Disconnect,
    Entrust,
    Forget,
    Keep,
    KeepServer,
    MediaAction,
    MemoryAction,
    Note,
    PlayKey,
    PlayTone,
    Prepare,
    Probe,
    Reclaim,
    Save,
    SaveFile,
    SayBeside,
    Send,
    Tell,
)
from webphone.phone.happenings import (
    Afterwards,
    AtRest,
    CallsKept,
    MediaMissing,
    NumberTyped,
    Woken,
)
from webphone.sip import Entropy

if TYPE_CHECKING:  # loaded once the phone is up, or for what few pages do
    from webphone.browser.media.devices import Devices
    from webphone.browser.rehearsing import Rehearsing
    from webphone.browser.tabs import TabAction
    from webphone.phone.tabs.actions import Action

# Seconds after the first screen: then the page has come to rest.
LOOK_AFTER = 1.0
LOG_LEVELS = ("off", "error", "info", "debug")


class PhoneOnPage:
    """One <web-phone>: its desk, and the adapters that act for it."""

    def __init__(self, host: Any, clock: Clock) -> None:
        name = guest()
        chance = Chance(kept_first(name, secrets.token_bytes))
        entropy = Entropy(chance)
        self.desk = Desk(entropy, guest=name)
        self._phone = Recorder(LazyTabs(self.desk, entropy), chance, guest=name)
        self._devices: Devices | None = None
        self._clock = clock
        self._behind = Behind(
            act=self._perform_seldom,
            report=self.report,
            over=self._afterwards,
            around=lambda: Around(self.loop.turn, clock, self._element.announce),
            own=lambda: self.desk.snapshot,
        )
        self._alarm = clock.alarm(lambda: self.loop.turn(Woken()))
        self._look = clock.alarm(self._at_rest)
        self._element = outside(host, clock)
        self._sound = Sound(self._config, lambda blocked: self._showing.blocked(blocked))
        self.loop = Loop(
            self._phone,
            perform=self._perform,
            clock=clock.now,
            arm=self._alarm.set,
            settle=self._settle,
            report=self.report,
            amends=promise_refused,
        )
        self._sockets = Sockets(self.loop.turn, lambda: demo(clock))
        self._servers = IceServers(self.loop.turn)
        self._seldom = Seldom(
            self.loop.turn,
            self._perform,
            self._config,
            self._servers,
            host=lambda: str(self._element.root.host.id),
            name=lambda: self._name,
        )
        self._peers = DemoPeers(
            World(
                turn=self.loop.turn,
                config=lambda: self.desk.config.in_force(),
                now=clock.now,
                blocked=self._sound.held_back,
                note=lambda text: self._perform(Note(level="info", text=text)),
                stats=self._element.show_stats,
                servers=self._servers,
                devices=lambda: self._hardware().in_use,
                allowed=lambda camera: self._hardware().allowed(camera),
                sure=lambda: self._hardware().sure,
                known=lambda: self._hardware().known(),
                granted=lambda: self._hardware().granted(),
            ),
            demo=lambda: self.desk.config.demo,
            ends=ends,
        )
        self._peers.processors = self._element.serve(self._peers.stream)
        self._showing = Showing(
            Parts(
                phone=self._phone,
                config=self._config,
                turn=self.loop.turn,
                clock=clock,
                home=home(),
                element=self._element,
                behind=self._behind,
                sound=self._sound,
                servers=self._servers,
                seldom=self._seldom,
                peers=self._peers,
                hardware=self._hardware,
            ),
            here=lambda: self in phones,
            begun=host.drawn,
            stands=self._stands,
        )

    def begin(self) -> Any:
        """Draw the first screen; gives what the page's side of the element keeps."""
        if calls := calls_kept(self._name):
            self.loop.turn(CallsKept(text=calls))
        kept = self._element.begin(self.loop.turn, self._gone)
        if not getattr(js, "RTCPeerConnection", None):
            self.loop.turn(MediaMissing())
        self._showing.begin()
        return kept

    def _stands(self) -> None:
        """The first screen does."""
        js.performance.mark("webphone:python")
        self._element.perform(Tell(event=Event("ready", {})))
        self._look.set(self._clock.now() + LOOK_AFTER)
        asyncio.get_event_loop().call_soon(self._recall_settings)
        wanted = self._config().capture_links
        if wanted and (number := offers.arrived(wanted)):
            self.loop.turn(NumberTyped(number=number))

    def _recall_settings(self) -> None:
        """What the person chose on other days: asked for behind the first screen, and before it
        can ring.
        """
        if self in phones:
            from webphone.browser.memory import RecallSettings

            self._seldom.memory.perform(RecallSettings())

    def _settle(self) -> None:
        """A turn is over: what waits for the screen goes on when the browser has had its turn."""
        self._behind.begin(owed=self.desk.owes)
        self._showing.settle()

    def _afterwards(self) -> None:
        """The screen is drawn, and all that waited for it is done: what the phone itself owes."""
        if self.desk.owes:
            self.loop.turn(Afterwards())

    def leave(self) -> None:
        """The page goes: nothing waits any more."""
        self._behind.leave()

    def report(self, mistake: BaseException) -> None:
        """A mistake of ours: tell the developer and the page; the phone goes on."""
        js.console.error("".join(traceback.format_exception(mistake)))
        self._element.perform(Tell(event=Event("error", WebPhoneError("internal"))))

    @property
    def _name(self) -> str:
        """What tells this phone from others of the page, on this page and the next."""
        return str(self._element.root.host.id) or self.desk.guest

    def _config(self) -> Config:
        return self.desk.config

    def _perform(self, action: "Action") -> None:
        match action:
            case Connect() | Disconnect() | Send():
                self._sockets.perform(action)
            case Prepare(near=True):
                drop_rehearsal()
                self._peers.prepare()
                self._sound.stand_by()
            case Prepare():
                if not saves_data():
                    self._peers.prepare()
            case PlayTone() | PlayKey() | SaveFile() | Forget():
                self._behind.wait(action)
            case _ if isinstance(action, MemoryAction):
                self._behind.wait(action)
            case Note(level=level, text=text):
                if LOG_LEVELS.index(level) <= LOG_LEVELS.index(self._config().log_level):
                    (js.console.error if level == "error" else js.console.info)(text)
            case _ if isinstance(action, DeviceAction):
                self._hardware().perform(action)
            case AskCredentials(ask=ask):
                self._seldom.ask_credentials(ask)
            case KeepServer(host=host):
                from webphone.browser.sign_in import keep as keep_server

                keep_server(host)
            case Keep(text=text):
                keep_calls(self._name, text)
            case Entrust():
                self._seldom.will.perform(action)
            case SayBeside():
                self._seldom.will.say(action)
            case Reclaim():
                self._seldom.will.reclaim()
            case AskContact():
                self._seldom.look_up(action)
            case Probe():
                self._seldom.probe(action)
            case CopyText(text=text):
                self._seldom.copy(text)
            case _ if isinstance(action, MediaAction):
                drop_rehearsal()
                if self._peers.sets_up(action):
                    self._showing.hurry()
                self._peers.perform(action)
            case _ if isinstance(action, ElementAction):
                # Who is told something may read the phone: it is by then as it was told.
                self._element.show(self._phone.snapshot)
                self._element.perform(action)
                if isinstance(action, Save):
                    self._behind.wait(action)
            case _:
                self._perform_for_tabs(action)

    def _perform_seldom(self, action: "Action") -> None:
        match action:
            case PlayTone() | PlayKey():
                if isinstance(action, PlayTone):
                    self._hardware()  # says where it rings
                self._sound.perform(action)
            case SaveFile():
                save(action)
            case Forget():
                forget()
                self._seldom.memory.perform(action)
            case _ if isinstance(action, Save | MemoryAction):
                self._seldom.memory.perform(action)

    def _perform_for_tabs(self, action: "TabAction") -> None:
        """All that is left are actions of the tabs: the type says so, and loads nothing."""
        self._seldom.tabs.perform(action)

    def _hardware(self) -> "Devices":
        """Microphones, loudspeakers and cameras: nothing of them is needed for the first screen."""
        if self._devices is None:
            from webphone.browser.media.devices import Devices

            name = str(self._element.root.host.id)
            self._devices = Devices(self.loop.turn, self._peers, self._sound, name)
        return self._devices

    def _at_rest(self) -> None:
        """The first screen has stood for a moment: what was not needed for it is looked at."""
        self._hardware().look()
        self._showing.rest()
        self.loop.turn(AtRest())
        self._seldom.measure(self._element.root.host, self._showing.measured)
        self._seldom.watch(self._element.root.host)
        if not (rehearsals or self.desk.standby or self._phone.snapshot.calls):
            from webphone.browser.rehearsing import Rehearsing

            rehearsals.append(Rehearsing(self._clock, self._config, self._stand_by))
            rehearsals[0].begin()

    def _stand_by(self) -> None:
        """What outlives the page, and what sounds, is there before the first call."""
        self._sound.stand_by()
        if self.desk.outliving.wanted:
            self._seldom.will.stand_by()

    def come_back(self) -> None:
        """The page was put aside, and is here again."""
        self._seldom.come_back()

    def _gone(self) -> None:
        self.leave()
        phones.remove(self)
        if not phones:
            drop_rehearsal()
        self._alarm.close()
        self._behind.close()
        self._look.close()
        self._peers.close()
        self._servers.close()
        self._sound.close()
        self._sockets.close()
        self._seldom.close()
        if self._devices is not None:
            self._devices.close()
        self._showing.close()


# These live as long as the page.
ends = Ends()
rehearsals: "list[Rehearsing]" = []  # at most one


def drop_rehearsal() -> None:
    """Something real begins."""
    for each in rehearsals:
        each.drop()


@cache
def demo(clock: Clock) -> Exchange:
    """The exchange of all phones whose `demo` is on, made for the first of them."""
    from webphone.demo import Demo

    return Demo(Entropy(secrets.token_bytes), clock, ends, every_report)


def outside(host: Any, clock: Clock) -> Outside:
    """The page of an element; in embed.html also the page around the frame."""
    if not host.element.hasAttribute("data-frame"):
        return Element(host)
    from webphone.browser.frame import Framed

    return Framed(Element(host), clock)


def home() -> str:
    """Address of the folder that a build lies in, "" for one that is a single file."""
    tag = js.document.querySelector("script[data-timer]")
    if not tag or str(tag.dataset.timer).startswith("data:"):
        return ""
    timer = js.URL.new(tag.dataset.timer, js.document.baseURI)
    return str(js.URL.new("../", timer).href)


def main() -> None:
    """Attach Python to the elements that are on the page, and to those that come."""
    tag = js.document.querySelector("script[data-timer]")
    address = js.URL.new(tag.dataset.timer, js.document.baseURI).href if tag else None
    clock = Clock(js.WebPhone.trusted(address) if address else None)
    watch_page(clock)

    def build(host: Any) -> Any:
        phone = PhoneOnPage(host, clock)
        phones.append(phone)
        return phone.begin()

    js.WebPhone.attach(create_proxy(build))


if __name__ == "__main__":  # the unbundled page runs it as it is
    main()
