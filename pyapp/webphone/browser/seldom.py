"""What few phones ask of the browser, or none at first: each part is made when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from webphone.browser.media.ice_servers import IceServers
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import Background
from webphone.contract import Config
from webphone.phone.actions import AskContact, Probe
from webphone.phone.happenings import Approached
from webphone.phone.snapshot import Trial

if TYPE_CHECKING:  # loaded by what few pages do: give credentials, test the phone, share it
    from webphone.browser.contacts import Lookups
    from webphone.browser.credentials import Credentials
    from webphone.browser.diagnosis import Probing
    from webphone.browser.media.trying import Room, Trying
    from webphone.browser.memory import Memory
    from webphone.browser.tabs import OtherTabs
    from webphone.browser.width import Width
    from webphone.browser.will import Will
    from webphone.phone.tabs.actions import Action, Happening


class Seldom:
    """The parts of one phone.

    `host` gives the id of its element, `name` what tells it from others of the page.
    """

    def __init__(
        self,
        turn: Callable[[Happening], None],
        perform: Callable[[Action], None],
        config: Callable[[], Config],
        servers: IceServers,
        *,
        host: Callable[[], str],
        name: Callable[[], str],
    ) -> None:
        self._turn = turn
        self._perform = perform
        self._config = config
        self._servers = servers
        self._host = host
        self._name = name
        self._background = Background()
        self._listeners = Listeners()
        self._tabs: OtherTabs | None = None
        self._credentials: Credentials | None = None
        self._lookups: Lookups | None = None
        self._probing: Probing | None = None
        self._memory: Memory | None = None
        self._will: Will | None = None
        self._trying: Trying | None = None
        self._width: Width | None = None

    def ask_credentials(self, ask: str) -> None:
        """Of the page's function."""
        if self._credentials is None:
            from webphone.browser.credentials import Credentials

            self._credentials = Credentials(self._turn)
        self._credentials.ask(ask, self._config().credentials)

    def look_up(self, asked: AskContact) -> None:
        """Ask the page's function who somebody is."""
        if self._lookups is None:
            from webphone.browser.contacts import Lookups

            self._lookups = Lookups(self._turn)
        self._lookups.ask(asked, self._config().contact_lookup)

    def probe(self, probe: Probe) -> None:
        """Find out one thing for a diagnosis."""
        if self._probing is None:
            from webphone.browser.diagnosis import Probing

            self._probing = Probing(self._turn, lambda: self._config().in_force(), self._servers)
        self._probing.ask(probe)

    def trial(self, what: str, room: Callable[[], Room]) -> Trial | None:
        """Try this at the devices, "" is nothing; what there is to see of it."""
        if self._trying is None:
            if not what:
                return None
            from webphone.browser.media.trying import Trying

            self._trying = Trying(room())
        self._trying.follow(what)
        return self._trying.shown

    def measure(self, element: Any, told: Callable[[bool], object]) -> None:
        """Tell whether there is room for two panes, and each time that changes."""
        from webphone.browser.width import Width

        self._width = Width(element, told)

    def watch(self, element: Any) -> None:
        """Tell when somebody comes to the phone."""
        for name in ("pointerenter", "focusin"):
            self._listeners.add(element, name, lambda _event: self._turn(Approached()))

    def copy(self, text: str) -> None:
        """Into the clipboard."""
        from webphone.browser.clipboard import copy

        self._background.run(copy(text, self._turn))

    @property
    def memory(self) -> Memory:
        """What is kept of other days."""
        if self._memory is None:
            from webphone.browser.memory import Memory

            self._memory = Memory(self._turn, self._perform, self._host())
        return self._memory

    @property
    def will(self) -> Will:
        """What is said for the phone when its page is gone: made with its first call."""
        if self._will is None:
            from webphone.browser.will import Will

            self._will = Will(self._turn, self._name())
        return self._will

    def come_back(self) -> None:
        """The page was put aside meanwhile."""
        if self._will is not None:
            self._will.come_back()

    @property
    def tabs(self) -> OtherTabs:
        """Only a phone that all tabs share asks anything of them."""
        if self._tabs is None:
            from webphone.browser.tabs import OtherTabs

            self._tabs = OtherTabs(self._turn)
        return self._tabs

    def close(self) -> None:
        """The phone is gone."""
        self._background.close()
        self._listeners.close()
        made = (self._tabs, self._credentials, self._lookups, self._probing, self._memory)
        for part in (*made, self._will, self._trying, self._width):
            if part is not None:
                part.close()
