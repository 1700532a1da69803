"""A stage for stories of one phone in many tabs: a browser with locks, a channel, and tabs that die."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from phone.stage import Actor, World
from sip.entropy import seeded
from webphone.phone import LazyTabs
from webphone.phone import actions as do
from webphone.phone import happenings as on
from webphone.phone.tabs.actions import (
    Lead,
    LeadershipLost,
    LeadershipRefused,
    Leading,
    StopLeading,
    TabHeard,
    TellTabs,
)
from webphone.sip import Entropy


class Browser:
    """One browser: its tabs share locks and channels by name.

    While `slow`, what tabs say to one another is kept until `land`. `refuses` is a browser that
    gives this site neither locks nor channels.
    """

    def __init__(self, world: World | None = None) -> None:
        self.world = world or World()
        self.tabs: list[Tab] = []
        self.slow = False
        self.refuses = False
        self.said: list[str] = []
        self.settings: dict[str, object] = {}  # of all of its tabs
        self._born = 0
        self._holders: dict[str, Tab] = {}
        self._queues: dict[str, list[Tab]] = {}
        self._flying: list[tuple[Tab, Callable[[], None]]] = []

    def tab(self, user: str = "alice", **settings: object) -> Tab:
        """A tab with the phone of a user, that registers by itself."""
        self._born += 1
        tab = Tab(self, user, 100 + self._born, {})
        self.tabs.append(tab)
        self.world.phones.append(tab)
        tab.set(multi_tab="leader", auto_register=True, **self.settings, **settings)
        return tab

    def step(self) -> None:
        """One thing that was said arrives."""
        self._flying.pop(0)[1]()

    def land(self) -> None:
        """All that was said arrives, in its order."""
        while self._flying:
            self.step()
        self.slow = False

    def withheld(self, tab: Tab) -> list[Callable[[], None]]:
        """What is on its way to this tab, to arrive when it is called."""
        late = [go for to, go in self._flying if to is tab]
        self._flying = [(to, go) for to, go in self._flying if to is not tab]
        return late

    def say(self, tab: Tab, text: str) -> None:
        self.said.append(text)
        name = tab.channel
        for other in self.tabs:
            if other is not tab and other.channel == name:
                self._later(other, lambda other=other: other.hears(text))

    def _later(self, to: Tab, go: Callable[[], None]) -> None:
        if self.slow:
            self._flying.append((to, go))
        else:
            go()

    def request(self, tab: Tab, name: str, steal: bool) -> None:
        self.let_go(tab)
        if self.refuses:
            tab.happens(LeadershipRefused(why="SecurityError"))
            return
        tab.channel = name
        if steal and name in self._holders:
            stolen_from = self._holders.pop(name)
            self._hold(tab, name)
            stolen_from.happens(LeadershipLost())
        elif name in self._holders:
            self._queues.setdefault(name, []).append(tab)
        else:
            self._hold(tab, name)

    def let_go(self, tab: Tab) -> None:
        """The tab has no lock and wants none."""
        for queue in self._queues.values():
            if tab in queue:
                queue.remove(tab)
        for name, holder in list(self._holders.items()):
            if holder is tab:
                del self._holders[name]
                queue = self._queues.get(name, [])
                if queue:
                    self._hold(queue.pop(0), name)

    def _hold(self, tab: Tab, name: str) -> None:
        self._holders[name] = tab
        tab.happens(Leading())


class Tab(Actor):
    """A phone in one tab; a real one in all but the browser."""

    def __init__(self, browser: Browser, user: str, seed: int, settings: dict[str, object]) -> None:
        self.browser = browser
        self.channel = ""
        self.alive = True
        self.frozen = False
        self._missed: list[Any] = []
        super().__init__(browser.world, user, seed, settings)

    def made(self, seed: int) -> Any:
        return LazyTabs(self.desk, Entropy(seeded(seed + 300)))

    def set(self, **changes: object) -> None:
        assert self.ask("setConfig", changes).error is None

    def hears(self, text: str) -> None:
        self.happens(TabHeard(text=text))

    def use_here(self) -> None:
        """Press the button."""
        self.happens(on.WantedHere())

    def crash(self, *, noticed: bool = True) -> None:
        """The tab is gone in an instant: nothing is said to anybody.

        `noticed`: whether the server sees that its socket is gone.
        """
        self.alive = False
        for socket in list(self.links) if noticed else ():
            self.world.disconnect(self, socket)
        self.world.phones.remove(self)
        self.browser.tabs.remove(self)
        self.browser.let_go(self)

    def freeze(self) -> None:
        """The page hangs: it keeps its lock and its socket, and does nothing."""
        self.frozen = True
        self.world.phones.remove(self)

    def thaw(self) -> None:
        """It goes on, with all that has happened meanwhile."""
        self.frozen = False
        self.world.phones.append(self)
        waiting, self._missed = self._missed, []
        for happening in waiting:
            self.happens(happening)

    def close(self) -> None:
        """The person closes the tab: the page hears of it first."""
        self.happens(on.Leaving())
        self.crash()

    def happens(self, happening: Any) -> None:
        if self.frozen:
            self._missed.append(happening)
        elif self.alive:
            super().happens(happening)

    # --- What can be seen of it ---

    @property
    def snapshot(self) -> Any:
        return self.machine.snapshot

    @property
    def leads(self) -> bool:
        return bool(self.told("leaderchange")) and self.told("leaderchange")[-1]["leader"] is True

    @property
    def records(self) -> list[Any]:
        """The records it keeps that no other tab keeps."""
        return [x.record for x in self.actions if isinstance(x, do.Save) and not x.mirrored]

    def _perform(self, action: Any) -> None:
        match action:
            case Lead(name=name, steal=steal):
                self.browser.request(self, name, steal)
            case StopLeading():
                self.browser.let_go(self)
                self.channel = ""
            case TellTabs(text=text):
                self.browser.say(self, text)
            case _:
                super()._perform(action)


def bindings(world: World, user: str = "alice") -> int:
    """How many registrations the server has of a user."""
    return len(world.exchange._registrar.find(user, world.now))


def messages(browser: Browser, kind: str) -> list[dict[str, Any]]:
    """What was said on the channel, of one kind."""
    return [told for told in map(json.loads, browser.said) if told["type"] == kind]
