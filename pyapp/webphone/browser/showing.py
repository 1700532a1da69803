"""The screen of one phone: when it is drawn, of what, and what a person does on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import is_
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import create_once_callable

from webphone.browser.around import offers
from webphone.browser.behind import Behind
from webphone.browser.clock import Clock
from webphone.browser.dates import lasted, local, places
from webphone.browser.element import Outside
from webphone.browser.glance import Glance
from webphone.browser.media.ice_servers import IceServers
from webphone.browser.media.peers import Peers
from webphone.browser.page import Page
from webphone.browser.seldom import Seldom
from webphone.browser.sound import Sound
from webphone.contract import Config
from webphone.phone import Recorder
from webphone.phone.happenings import Happening
from webphone.phone.snapshot import Snapshot
from webphone.ui import Gesture, View, act, followed, meant, noticed, screen, ticks
from webphone.ui.gestures import Requested, SignInSent, SoundAllowed
from webphone.ui.haste import typing
from webphone.ui.selectors import signs_in
from webphone.ui.view import DEVICES, HISTORY, MENU, SETTINGS_PAGE

if TYPE_CHECKING:  # loaded once the phone is up, or for what few pages do
    from webphone.browser.media.devices import Devices
    from webphone.browser.media.trying import Room
    from webphone.browser.sign_in import Offer


@dataclass(frozen=True)
class Parts:
    """What the screen needs of its phone. `home` is the address of the folder of the build."""

    phone: Recorder[Any, Any]
    config: Callable[[], Config]
    turn: Callable[[Happening], None]
    clock: Clock
    home: str
    element: Outside
    behind: Behind
    sound: Sound
    servers: IceServers
    seldom: Seldom
    peers: Peers
    hardware: Callable[[], Devices]


class Showing:
    """Draws the phone at the end of its turns, and each second while a time runs.

    `here` says whether the phone is still on its page, `begun` takes the shell away, and `stands`
    is called when the first screen does.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        here: Callable[[], bool],
        begun: Callable[[], None],
        stands: Callable[[], None],
    ) -> None:
        self._parts = parts
        self._phone = parts.phone
        self._clock = parts.clock
        self._element = parts.element
        self._behind = parts.behind
        self._peers = parts.peers
        self._here = here
        self._take_shell = begun
        self._first_stands = stands
        self._view = View(
            dates=lambda moment, language: local(moment, language),
            durations=lambda seconds, language: lasted(seconds, language),
            places=lambda codes, language: places(codes, language),
            home=parts.home,
            shut_at=parts.clock.now(),
        )
        self._sound_blocked = False
        self._begun = False
        self._drawn: tuple[object, ...] = ()  # what the screen was made of last
        self._offer: Offer | None = None  # made where the person is asked who they are
        self._rests = False  # the page has come to rest
        self._waits = True  # nobody is asked yet
        self._glance = Glance(self._glanced, parts.clock.now)
        self._tick = parts.clock.alarm(self.draw)
        self._page = Page(parts.element.root, self._gesture)

    def begin(self) -> None:
        """Draw the first screen.

        A shell that stands there is taken over a moment later: the phone has then heard what page
        and person have asked for so far.
        """
        if self._page.empty:
            self._first()
        else:
            js.queueMicrotask(create_once_callable(self._take_over))

    def hurry(self) -> None:
        """What a call needs is wanted sooner than a screen."""
        self._glance.hurry()

    def rest(self) -> None:
        """The page has come to rest."""
        self._rests = True

    def blocked(self, blocked: bool) -> None:
        """The browser plays nothing before the person has touched the page, or does again."""
        self._sound_blocked = blocked
        self.draw()

    def measured(self, wide: bool) -> None:
        """There is room for two panes, or no more."""
        self._view = replace(self._view, wide=wide)
        self.draw()

    def settle(self) -> None:
        """Show the phone at the end of a turn; what is to leave first leaves first."""
        if self._glance.waits(busy=self._peers.busy):
            self._element.show(self._phone.snapshot)
        elif self._view.trying or not (self._drawn and all(map(is_, self._drawn, self._made_of))):
            self.draw()
        else:
            self._view.drawn.at = self._clock.now()  # it shows what became of all by now
            self._peers.show(self._page.slot)

    def draw(self) -> None:
        """Show the phone as it is now, and again in a second while a time runs on the screen."""
        self._drawn = ()
        snapshot = self._phone.snapshot
        early = self._too_early(snapshot)
        if early or self._sound_blocked:
            snapshot = replace(snapshot, sound_blocked=self._sound_blocked, early=early)
        if self._view.open in (MENU, DEVICES, SETTINGS_PAGE):
            snapshot = replace(snapshot, offers=offers.open_offers())
        snapshot = self._with_trial(snapshot)
        now = self._clock.now()
        self._element.show(snapshot)
        self._behind.drawn(self._phone.snapshot)
        self._parts.servers.look(snapshot.config.in_force())
        if not self._begun:
            return  # the first one comes in its time
        self._glance.drawn()
        if signs_in(snapshot):
            self._ask_who()
        if self._offer is not None:
            self._offer.follow(snapshot.signing.stage)
        if self._view.open == HISTORY or self._view.looking is not None:
            self._look_further(snapshot, now)
        shown = screen(snapshot, self._view, now)
        self._view = followed(noticed(self._view, shown, now), snapshot)
        self._page.show(shown)
        self._peers.show(self._page.slot)
        self._drawn = self._made_of
        self._tick.set(ticks(snapshot, self._view))

    def close(self) -> None:
        """The phone is gone; its screen goes last."""
        self._tick.close()
        self._glance.drawn()
        if self._offer is not None:
            self._offer.close()
        self._page.destroy()

    # --- The first one ---

    def _take_over(self) -> None:
        """The shell gives way; but what a call needs that is asked for already goes before it."""
        if self._here() and not self._glance.waits(busy=self._peers.busy):
            self._first()

    def _glanced(self) -> None:
        """The screen has waited for long enough."""
        if self._begun:
            self.draw()
        else:
            self._glance.drawn()
            self._first()

    def _first(self) -> None:
        if not self._here():
            return
        self._begun = True
        self._view = replace(self._view, launched=self._page.launched)
        self._take_shell()
        self.draw()
        self._first_stands()

    # --- What it is made of ---

    @property
    def _made_of(self) -> tuple[object, ...]:
        """All that the screen is made of, besides a time that runs and what is tried."""
        types = typing(self._view, self._clock.now())
        return self._phone.snapshot, self._view, types, self._sound_blocked, self._rests

    def _with_trial(self, snapshot: Snapshot) -> Snapshot:
        """What is tried at the devices, as long as their page is seen."""
        if self._view.trying:
            from webphone.ui.screen import shown
            from webphone.ui.trying import still

            name = shown(snapshot, self._view)
            self._view = still(self._view, name, disabled=snapshot.config.disabled)
        trial = self._parts.seldom.trial(self._view.trying, self._trials)
        return replace(snapshot, trial=trial) if trial else snapshot

    def _trials(self) -> Room:
        """What trials need of this phone."""
        from webphone.browser.media.trying import Room

        parts = self._parts
        return Room(
            config=lambda: parts.config().in_force(),
            devices=lambda: parts.hardware().in_use,
            sound=parts.sound,
            show=self.settle,
            allowed=lambda camera: parts.hardware().allowed(camera),
            over=self._tried,
        )

    def _tried(self, code: str) -> None:
        """A trial has come to its end by itself."""
        self._view = replace(self._view, trying="")
        if code:
            self._parts.hardware().refused(code)
        self.draw()

    def _look_further(self, snapshot: Snapshot, now: float) -> None:
        """Past calls are looked through and drawn in steps: between two of them the page lives."""
        from webphone.ui.finding import looked, unfinished

        self._view = looked(self._view, snapshot, now)
        if unfinished(self._view):
            self._glance.next(busy=self._peers.busy)

    def _too_early(self, snapshot: Snapshot) -> bool:
        """Whether the page may still say who its phone is, or somebody has begun to dial.

        A page around a frame says it a moment after the phone is up, and some scripts do.
        """
        if self._waits:
            dialled = snapshot.error is not None and snapshot.error.code == "not_configured"
            self._waits = not (dialled or (self._rests and not snapshot.number))
        return self._waits

    def _ask_who(self) -> None:
        """The form begins with the server of the last time."""
        if self._offer is None:
            from webphone.browser.sign_in import Offer, kept
            from webphone.ui.sign_in import remembered

            self._offer = Offer()
            self._view = remembered(self._view, kept())

    # --- What a person does on it ---

    def _gesture(self, gesture: Gesture, fields: dict[str, Any]) -> bool:
        """Do what a gesture on the screen means; whether it meant anything."""
        if isinstance(gesture, SoundAllowed):
            self._parts.sound.unlock()
        if isinstance(gesture, Requested):
            offers.ask(gesture.what, self._parts.config(), self.draw)
            if gesture.what == "mini":
                self._behind.shrink()
        before, now, snapshot = self._view, self._clock.now(), self._phone.snapshot
        self._view, happenings = act(before, gesture, snapshot, fields, now)
        if self._offer is not None and isinstance(gesture, SignInSent) and happenings:
            self._offer.sent(fields, snapshot.user)
        for happening in happenings:
            self._parts.turn(happening)
        if isinstance(gesture, SignInSent) and happenings:
            self._page.clear_passwords()
        if self._view != before and not happenings:
            self.draw()
        return meant(before, self._view, happenings)
