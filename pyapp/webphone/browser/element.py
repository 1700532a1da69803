"""Python's side of one <web-phone>: what the page asks goes in, what the phone says goes out.

`host` is what web/webphone.js hands to the factory: {element, root, settle, dispatch, snapshot,
states, formValue}.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from js import JSON, Object
from pyodide.ffi import JsProxy, create_proxy, jsnull, to_js

from webphone.browser.language import language_around, watched
from webphone.contract import (
    SETTINGS,
    Config,
    SetConfig,
    WebPhoneError,
    camel,
    decode_command,
    encode,
    kebab,
    snake,
)
from webphone.phone.actions import Ask, Refuse, Reveal, Save, Settle, Tell
from webphone.phone.happenings import (
    Asked,
    Happening,
    LanguageFound,
    Leaving,
    NumberTyped,
    Permitted,
    SettingRefused,
)
from webphone.phone.readings import Written, config_readings, readings, states
from webphone.phone.snapshot import Snapshot
from webphone.ui.act import cleaned
from webphone.ui.around import Alert
from webphone.words import ENGLISH, Language, country_of, say, spoken

if TYPE_CHECKING:  # loaded by a page in another language, or with processors
    from webphone.browser.page_objects import PageObjects
    from webphone.browser.word_files import WordFiles

ElementAction = Tell | Ask | Settle | Refuse | Reveal | Save


class Outside(Protocol):
    """The page of a phone: its element, or in a frame the page around as well."""

    root: Any

    def begin(self, turn: Callable[[Happening], None], gone: Callable[[], None]) -> Any:
        """Hear the page from now on; gives what the page's side of the element keeps."""

    def show(self, snapshot: Snapshot) -> None:
        """Let the page read the phone as it is now."""

    def show_stats(self, call: str, stats: Mapping[str, Any] | None) -> None:
        """Tell the page how a call sounds in this second, if it is the one that has the ear."""

    def serve(self, lend: Callable[[str, str], Any]) -> Mapping[str, Any]:
        """Take who gives the page the streams of calls; gives the page's processors by name."""

    def perform(self, action: ElementAction) -> None:
        """Do what the phone wants of its page."""

    def announce(self, alert: Alert | None) -> bool:
        """Let the page around tell of a call that rings; None: of none. Whether there is one."""


class Element:
    """One element on the page.

    Build it with the host, then `begin` gives the object that the page's side keeps; `perform`
    does an ElementAction; `show` is called with each new snapshot.
    """

    def __init__(self, host: Any) -> None:
        self.host = host
        self.root = host.root
        self._config = Config()
        self._picture: Snapshot | None = None
        self._states: list[str] = []
        self._written = Written()
        self._measured = ""  # the call whose stats the page was told last
        self._turn: Callable[[Happening], None] = lambda happening: None
        self._gone: Callable[[], None] = lambda: None
        self._proxies: list[Any] = []
        self.processors: dict[str, Any] = {}  # the page's own objects that are in use, by name
        self._objects: PageObjects | None = None  # who names them, from the first one on
        self._lend: Callable[[str, str], Any] = lambda call, side: None
        self._watching: Any = None
        # The language to speak, the country around it, and whether the page has set the language.
        self._found = ENGLISH, "", False
        self._wanted = ""  # the language that the person chose
        self._words: WordFiles | None = None  # made for a phone that is to speak another one

    def begin(self, turn: Callable[[Happening], None], gone: Callable[[], None]) -> Any:
        """The page's wishes go to `turn` from now on; `gone` is called when the element is gone.

        Gives the JavaScript object {set, invoke, typed, disconnected, stream} for the factory.
        """
        self._turn, self._gone = turn, gone
        self._watch_language()
        verbs = {
            "set": self._set,
            "invoke": self._invoke,
            "typed": self._typed,
            "stream": self._stream,
            "disconnected": self._disconnected,
        }
        # Destroyed in _disconnected, the last call that the page's side makes.
        proxies = {name: create_proxy(verb) for name, verb in verbs.items()}
        self._proxies += proxies.values()
        return to_js(proxies, dict_converter=Object.fromEntries)

    def serve(self, lend: Callable[[str, str], Any]) -> Mapping[str, Any]:
        """`lend` gives the page a stream of a call, of its local or remote side."""
        self._lend = lend
        return self.processors

    def show(self, snapshot: Snapshot) -> None:
        """Tell the page's side what it may read."""
        before, self._picture, self._config = self._picture, snapshot, snapshot.config
        if snapshot is before:
            return
        wanted = str(snapshot.chosen.get("language", ""))
        if wanted != self._wanted:
            self._wanted = wanted
            self._find_language()
        told = readings(snapshot, before, self._written)
        if self._measured and snapshot.active != self._measured:
            self._measured, told["stats"] = "", None
        if told:
            self.host.snapshot(JSON.parse(self._written.text(told)))
        self._tell_config(config_readings(snapshot, before))
        now = states(snapshot)
        if now != self._states:
            self._states = now
            self.host.states(to_js(now))

    def show_stats(self, call: str, stats: Mapping[str, Any] | None) -> None:
        """Tell the page how a call sounds in this second, if it is the one that has the ear."""
        active = self._picture is not None and self._picture.active == call
        if stats is not None and active:
            self._measured = call
            self.host.snapshot(self._outward({"stats": stats}))
        elif stats is None and call == self._measured:
            self._measured = ""
            self.host.snapshot(self._outward({"stats": None}))

    def perform(self, action: ElementAction) -> None:
        """Do what the phone wants of its page."""
        match action:
            case Tell(event=event):
                self._dispatch(event.name, event.detail)
            case Ask(ask=ask, event=event):
                allowed = self._dispatch(event.name, event.detail)
                self._turn(Permitted(ask=ask, allowed=allowed))
            case Settle(reply=reply, value=value):
                self._settled(reply, kept=True)
                self.host.settle(reply, True, self._outward(value))
            case Refuse(reply=reply, error=error):
                self._settled(reply, kept=False)
                self.host.settle(reply, False, self._outward(error))
            case Reveal(shown=shown):
                self.host.element.hidden = not shown
            case Save(record=record):
                self.host.formValue(json.dumps(encode(record, self.speech), ensure_ascii=False))
            case _:
                assert_never(action)

    def announce(self, alert: Alert | None) -> bool:
        """Nobody is around: it is told here."""
        return False

    def _outward(self, value: Any) -> Any:
        speech = self.speech
        # A sentence is its English text.
        return _plain(value if speech == ENGLISH else encode(value, speech))

    def _dispatch(self, name: str, detail: Any) -> bool:
        return bool(self.host.dispatch(name, self._outward(detail)))

    # --- The language around it ---

    @property
    def speech(self) -> Language:
        """What the page is told is in this one."""
        return self._picture.speech if self._picture is not None else ENGLISH

    def _watch_language(self) -> None:
        """Hear of each change of the page's `lang`, in whatever shadow tree the element is."""
        watch = create_proxy(lambda *_: self._find_language())  # destroyed in _disconnected
        self._proxies.append(watch)
        self._watching = watched(self.host.element, watch)
        self._find_language()

    def _find_language(self) -> None:
        around, fixed = language_around(self.host.element), bool(self.host.element.lang)
        tag = around if fixed else self._wanted or around
        language = spoken(tag)
        found = language, country_of(around), fixed
        if found == self._found:
            return
        self._found = found
        here = language == ENGLISH or self._word_files().here(language)
        news = LanguageFound(tag=tag, here=here, around=around, fixed=fixed)
        self._turn(news)
        if not here:
            self._word_files().fetch(language, lambda: self._fetched(replace(news, here=True)))

    def _word_files(self) -> WordFiles:
        if self._words is None:
            from webphone.browser.word_files import WordFiles

            self._words = WordFiles()
        return self._words

    def _fetched(self, news: LanguageFound) -> None:
        found = spoken(news.tag), country_of(news.around), news.fixed
        if found == self._found:  # else another one is wanted by now
            self._turn(news)

    # --- What the page's side calls -----------------------------------------------------------

    def _set(self, changes: Any) -> None:
        """Attributes and properties, by property name. A wrong one is told and changes nothing."""
        asked: dict[str, Any] = {}
        given = changes.to_py(depth=1)
        for name, value in given.items():
            try:
                asked[str(name)] = _inward(value, kebab(snake(str(name))))
            except WebPhoneError as wrong:
                self._turn(SettingRefused(error=wrong))
        good, refused = self._config.possible(asked)
        for error in refused:
            self._turn(SettingRefused(error=error))
        if good:
            self._turn(Asked(command=SetConfig(changes=good)))
        if self._picture is not None:
            names = {snake(str(name)) for name in given} & SETTINGS.keys()
            self._tell_config(
                {
                    camel(name): getattr(self._config, name)
                    for name in sorted(names)
                    if not SETTINGS[name].secret
                }
            )

    def _tell_config(self, settings: dict[str, Any]) -> None:
        if settings:
            told = {"config": _settings(settings)}
            self.host.snapshot(to_js(told, dict_converter=Object.fromEntries))

    def _typed(self, number: str, pasted: bool) -> None:
        """The number field's text, typed before Python was up."""
        self._turn(NumberTyped(number=cleaned(number) if pasted else number))

    def _invoke(self, reply: int | None, name: str, arguments: Any) -> None:
        """A method call of the page; the promise named by `reply` waits, if there is one."""
        try:
            given = self._given(arguments, name, reply)
            arguments = None  # an error that is raised below holds this frame for a while
            if name == "setConfig" and given and isinstance(given[0], Mapping):
                given = [self._named(given[0]), *given[1:]]
            command = decode_command(name, given)
            self._turn(Asked(command=command, reply=reply))
        except WebPhoneError as wrong:
            self._refuse(reply, wrong)
        except Exception:
            traceback.print_exc()
            self._refuse(reply, WebPhoneError("internal"))

    def _given(self, arguments: Any, name: str, reply: int | None) -> list[Any]:
        """The arguments as Python data; a processor stays the page's, and has a name here."""
        if name not in PROCESSORS or not len(arguments):
            return list(_inward(arguments, f"{name}()"))
        try:
            named = self._page_objects.name(name, arguments[0], reply)
        except Exception:  # a value of the page that bears no look at it
            named = "nothing"
        return [named, *_inward(arguments.slice(1), f"{name}()")]

    @property
    def _page_objects(self) -> PageObjects:
        if self._objects is None:
            from webphone.browser.page_objects import PageObjects

            self._objects = PageObjects(self.processors)
        return self._objects

    def _settled(self, reply: int, *, kept: bool) -> None:
        if self._objects is not None:
            self._objects.settled(reply, kept=kept)

    def _stream(self, call: str, side: str) -> Any:
        """The page takes a stream of a call; None where there is none."""
        return self._lend(str(call), str(side))

    def _named(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """The settings without ID and name, which the element itself has."""
        for name in ("id", "name"):
            if isinstance(changes.get(name), str):
                self.host.element.setAttribute(name, changes[name])
        return {
            name: value
            for name, value in changes.items()
            if not (name in ("id", "name") and isinstance(value, str))
        }

    def _refuse(self, reply: int | None, error: WebPhoneError) -> None:
        if reply is not None:
            self.perform(Refuse(reply=reply, error=error))

    def _disconnected(self) -> Any:
        """The element has left the page for good; gives what the page had set, for another time."""
        self._turn(Leaving(removed=True))
        fixed = self._picture.fixed if self._picture is not None else frozenset()
        names = [name for name in sorted(fixed & SETTINGS.keys()) if not SETTINGS[name].secret]
        kept = _settings({camel(name): getattr(self._config, name) for name in names})
        self._turn = lambda happening: None
        self._gone()
        if self._words is not None:
            self._words.close()
        if self._watching is not None:
            self._watching.disconnect()
        for proxy in self._proxies:
            proxy.destroy()
        return kept


DEEPEST = 20
PROCESSORS = ("addProcessor", "removeProcessor")

# --- Values across the border ---------------------------------------------------------------------


def _inward(value: Any, whose: str, depth: int = 0) -> Any:
    """A JavaScript value as Python data, null as None; functions stay what they are.

    `whose` is the setting or method that a sentence about it names.
    """
    if depth > DEEPEST:
        problem = say("value_too_deep", name=whose, most=DEEPEST)
        raise WebPhoneError("invalid_config", problem)
    if isinstance(value, JsProxy) and not callable(value):
        try:
            value = value.to_py()
        except Exception:  # a window of another origin, say
            problem = say("value_unreadable", name=whose)
            raise WebPhoneError("invalid_config", problem) from None
    if value is jsnull:
        return None
    if isinstance(value, dict):
        return {str(name): _inward(item, whose, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_inward(item, whose, depth + 1) for item in value]
    return value


def _settings(settings: dict[str, Any]) -> Any:
    """Settings as JavaScript data; a page's own function goes back as it came."""
    own = {name: value for name, value in settings.items() if isinstance(value, JsProxy)}
    plain = {name: value for name, value in settings.items() if name not in own}
    return Object.assign(_plain(plain), to_js(own, dict_converter=Object.fromEntries))


def _plain(value: Any) -> Any:
    """A contract value as JavaScript data, None as null; nothing on the other side is a proxy."""
    return None if value is None else JSON.parse(json.dumps(value, default=encode))
