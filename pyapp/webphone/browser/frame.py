"""A phone alone in an iframe: who may frame it, and what goes over the port to the page around."""

from __future__ import annotations

import asyncio
import json
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import js
from pyodide.ffi import JsProxy, create_proxy

from webphone.border import bare, frame
from webphone.border.reading import parsed
from webphone.browser import parent_page as around
from webphone.browser.bridge import Refused, promised
from webphone.browser.clock import Clock
from webphone.browser.element import Element, ElementAction
from webphone.browser.proxies import Listeners
from webphone.contract import (
    COMMANDS,
    EVENTS,
    SETTINGS,
    Event,
    WebPhoneError,
    camel,
    decode_setting,
    encode,
    snake,
)
from webphone.phone.actions import Ask, Refuse, Reveal, Tell
from webphone.phone.happenings import Happening, Permitted
from webphone.phone.readings import config_readings, readings
from webphone.phone.snapshot import Snapshot
from webphone.ui.words import say
from webphone.words import ENGLISH, as_written, said_in
from webphone.words import say as sentence

FIRST_GAP, LONGEST_GAP = 0.25, 8.0  # seconds between two hellos
PLAIN = {"lang", "dir"}  # attributes of any HTML element
# What the page around may set: not who may be the page around.
SETTABLE = frozenset({camel(name) for name in SETTINGS} - {"allowOrigins"} | PLAIN)


class Framed:
    """An Element that the page around the frame hears and commands too; has the same verbs.

    What the page asks goes through the element's own public surface, as if its script stood here.
    """

    def __init__(self, inner: Element, clock: Clock) -> None:
        self.root = inner.root
        self._inner = inner
        self._element = inner.host.element
        self._clock = clock
        self._id = secrets.token_hex(8)
        self._own = "null" if js.location.protocol == "file:" else str(js.location.origin)
        self._listed: list[str] = []
        self._admitted = False
        self._doubt: Any = None  # what says that nobody vouches for the page around
        self._missing: set[str] = set()
        self._picture: Snapshot | None = None
        self._port: Any = None
        self._sequence = 0
        self._lent = False  # the page around has brought a password of its own
        self._questions: dict[int, tuple[float, Callable[[frame.Answer | None], None]]] = {}
        self._gap = FIRST_GAP
        self._hello = clock.alarm(self._greet)
        self._late = clock.alarm(self._give_up)
        self._listeners = Listeners()
        self._kept: list[Any] = []
        self._tasks: set[asyncio.Future[Any]] = set()
        self._turn: Callable[[Happening], None] = lambda happening: None

    # --- What main.py calls, as on an Element -------------------------------------------------

    def begin(self, turn: Callable[[Happening], None], gone: Callable[[], None]) -> Any:
        """As Element.begin; and the page around is looked at."""

        def over() -> None:
            self._close()
            gone()

        self._turn = turn
        kept = self._inner.begin(turn, over)
        for name, row in EVENTS.items():
            if not row.cancelable:
                self._listeners.add(self._element, name, self._heard_event)
        # embed.html says inert: nobody presses a key before it is known whose page is around.
        if js.window.parent == js.window:
            self._element.inert = False
        else:
            self._later(self._look_around())
        return kept

    def show(self, snapshot: Snapshot) -> None:
        """As Element.show; the page around is told what changed."""
        before, self._picture = self._picture, snapshot
        self._inner.show(snapshot)
        if self._port is not None:
            self._tell_state(before)

    def perform(self, action: ElementAction) -> None:
        """As Element.perform; what may be prevented is asked of the page around."""
        match action:
            case Ask(ask=ask, event=event) if self._port is not None:
                self._ask_leave(ask, event)
            case Tell(event=Event(name="error", detail=WebPhoneError() as error)):
                self._inner.perform(Tell(event=Event("error", self._mended(error))))
            case Tell(event=event) if EVENTS[event.name].cancelable:
                # It is asked at one time and only told at others, as `transfer` is.
                self._inner.perform(action)
                self._post({"type": "event", "name": event.name, "detail": encode(event.detail)})
            case Refuse(error=error):
                self._inner.perform(replace(action, error=self._mended(error)))
            case Reveal(shown=shown):
                self._inner.perform(action)
                self._post({"type": "visibility", "open": shown})
            case _:
                self._inner.perform(action)

    # --- The page around ----------------------------------------------------------------------

    async def _look_around(self) -> None:
        """Find out whose page this is; hello is said when it may be a listed one."""
        text = self._element.getAttribute("allow-origins")
        try:
            self._listed = list(decode_setting(SETTINGS["allow_origins"], text or None))
        except WebPhoneError as wrong:
            self._tell(wrong)
        proven = around.proven_origin()
        if proven == "null" != self._own:
            proven = ""  # it may only be kept back
        if proven != self._own:
            self._listed += await around.listed_beside()
        # Where the browser vouches for nobody, only the origin of a message does: a page that is
        # listed may have led a frame of somebody else here. It is refused on less.
        asking = proven or around.likely_origin()
        if asking and not frame.admits(self._listed, self._own, asking):
            self._refuse(asking)
            return
        self._listeners.add(js.window, "message", self._heard_window)
        if proven:
            self._admit()
        self._greet()

    def _admit(self) -> None:
        """The page around may have the phone."""
        if self._admitted:
            return
        self._admitted = True
        self._believed()
        self._element.inert = False
        settings, refused = frame.parameters(around.parameters(), SETTINGS)
        if "password" in self._parted(settings):
            self._element.password = ""
        for name, value in settings.items():
            self._element.setAttribute(name, value)
        for wrong in refused:
            self._tell(wrong)
        if refused:
            js.history.replaceState(None, "", js.location.pathname)
        self._missing = around.missing()
        if "microphone" in self._missing:
            self._tell(WebPhoneError("policy_blocked"))
        elif self._missing & {"autoplay", "local-network"}:
            js.console.warn(frame.remedy(self._missing, self._own))

    def _refuse(self, asking: str) -> None:
        """Not a page that may have the phone: say so in words, to both; the phone goes away."""
        error = WebPhoneError(
            "forbidden_origin", sentence("page_not_listed", origin=asking, file=around.LIST_FILE)
        )
        self._hello.set(None)
        self._tell(error)
        news = _outward(
            {"webphone": frame.VERSION, "type": "error", "error": error}, self._inner.language
        )
        js.window.parent.postMessage(news, "*" if asking == "null" else asking)
        self._believed()
        self._element.replaceWith(self._in_words(error))

    def _believed(self) -> None:
        """It is known by now whose page is around."""
        if self._doubt is not None:
            self._doubt.remove()

    def _doubt_aloud(self) -> None:
        """Nobody vouches for the page around, and it says nothing: say why no key does anything."""
        error = WebPhoneError("forbidden_origin", sentence("page_unknown"))
        self._doubt = self._in_words(error)
        self._element.before(self._doubt)
        self._tell(error)

    def _in_words(self, error: WebPhoneError) -> Any:
        words = js.document.createElement("p")
        words.setAttribute("role", "alert")
        words.textContent = said_in(
            self._inner.language,
            sentence("spoken_error", message=error.message, hint=error.hint),
        )
        return words

    def _greet(self) -> None:
        """Say hello, and again until it is answered: the page around may not listen yet."""
        news = {"webphone": frame.VERSION, "type": "hello", "frameId": self._id}
        js.window.parent.postMessage(_outward(news), "*")
        self._hello.set(self._clock.now() + self._gap)
        if self._gap == LONGEST_GAP and not self._admitted and self._doubt is None:
            self._doubt_aloud()
        self._gap = min(self._gap * 2, LONGEST_GAP)

    def _heard_window(self, event: Any) -> None:
        if self._port is not None or event.source != js.window.parent:
            return
        if not frame.opens(_text(event.data), self._id) or event.ports.length != 1:
            return
        origin = str(event.origin)
        if not frame.admits(self._listed, self._own, origin):
            self._refuse(origin)
            return
        self._hello.set(None)
        self._open(event.ports[0])

    # --- The port -----------------------------------------------------------------------------

    def _open(self, port: Any) -> None:
        self._port = port
        self._listeners.add(port, "message", self._heard)
        port.start()
        self._admit()
        self._tell_state(None)
        self._post({"type": "event", "name": "ready", "detail": {}})
        if "microphone" in self._missing:
            error = self._mended(WebPhoneError("policy_blocked"))
            self._post({"type": "event", "name": "error", "detail": error})
        watch = create_proxy(lambda *_: self._tell_size())  # destroyed in _close
        self._kept.append(watch)
        js.ResizeObserver.new(watch).observe(self._element)

    def _post(self, message: dict[str, Any]) -> None:
        if self._port is not None:
            self._port.postMessage(_outward(message, self._inner.language))

    def _tell(self, error: WebPhoneError) -> None:
        """A fault of the frame itself: to the developer, and as an event."""
        error = self._mended(error)
        js.console.error(f"{error.message} {error.hint}")
        self._inner.perform(Tell(event=Event("error", error)))

    def _tell_state(self, before: Snapshot | None) -> None:
        snapshot = self._picture
        if snapshot is None:
            return
        config = config_readings(snapshot, before)
        if "host" in config:
            config["host"] = ",".join(map(bare, str(config["host"]).split(",")))
        told = readings(snapshot, before)
        if not told and not config:
            return
        self._sequence += 1
        calls = [encode(call.view) for call in snapshot.calls]
        message = {"state": snapshot.state, "calls": calls, **told, "config": config}
        self._post({"type": "state", "seq": self._sequence, **message})

    def _tell_size(self) -> None:
        box = self._element.getBoundingClientRect()
        if box.height:  # else it is hidden
            size = {"width": math.ceil(box.width), "height": math.ceil(box.height)}
            self._post({"type": "resize", **size})

    def _heard_event(self, event: Any) -> None:
        if self._port is not None and str(event.type) != "ready":
            self._post({"type": "event", "name": str(event.type), "detail": _data(event.detail)})

    def _heard(self, event: Any) -> None:
        """A message of the page around; what is wrong with it is noted, and no more."""
        try:
            text = _text(event.data)
            try:
                message = frame.read(text)
            except frame.Malformed as wrong:
                self._drop(wrong, event.data)
                return
            match message:
                case frame.Call():
                    self._later(self._call(message))
                case frame.Assign():
                    self._assign(message)
                case frame.Answer(rid=rid) if rid in self._questions:
                    _, then = self._questions.pop(rid)
                    then(message)
                case frame.Focus():
                    self._element.focus()
        except WebPhoneError as wrong:
            self._tell(wrong)

    def _drop(self, wrong: frame.Malformed, data: Any) -> None:
        note = sentence("message_dropped", why=str(wrong))
        js.console.warn(note)
        if self._picture is not None and self._picture.config.log_level in ("info", "debug"):
            self._post({"type": "log", "level": "info", "text": note})
        rid = getattr(data, "rid", None) if isinstance(data, JsProxy) else None
        if isinstance(rid, int):
            # So that a promise of the page does not wait for ever.
            error = WebPhoneError("invalid_config", note)
            self._post({"type": "result", "rid": rid, "ok": False, "error": error})

    async def _call(self, call: frame.Call) -> None:
        told: dict[str, Any] = {"type": "result", "rid": call.rid, "ok": True}
        try:
            if (refused := frame.by_hand(call)) is not None:
                raise refused
            if call.method not in COMMANDS:
                raise WebPhoneError(
                    "invalid_config", sentence("no_method", given=repr(call.method[:40]))
                )
            arguments = list(call.arguments)
            if call.method == "setConfig" and arguments and isinstance(arguments[0], dict):
                arguments[0] = self._parted(self._settable(arguments[0]))
            # Our own promise: it takes as long as the command does.
            given = map(_outward, arguments)
            value = await promised(self._element, call.method, *given, within=None)
            told["value"] = _data(value)
        except WebPhoneError as refused:
            told |= {"ok": False, "error": refused}
        except Refused as refused:
            told |= {"ok": False, "error": _data(refused.reason)}
        self._post(told)

    def _assign(self, message: frame.Assign) -> None:
        for name in (*message.settings, *message.functions):
            if name not in SETTABLE:
                problem = sentence("page_cannot_set", given=repr(name[:40]))
                self._tell(WebPhoneError("invalid_config", problem))
        settings = self._parted(message.settings)
        # A password that is taken away goes before its server does.
        for name in sorted(SETTABLE.intersection(settings), key=lambda name: name != "password"):
            value = settings[name]
            if name in PLAIN:
                self._element.setAttribute(name, str(value))
            else:
                setattr(self._element, name, _outward(value))
        for name in SETTABLE.intersection(message.functions) - PLAIN:
            proxy = create_proxy(self._far_function(name))  # destroyed in _close
            self._kept.append(proxy)
            setattr(self._element, name, proxy)

    def _settable(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A page's changes without those that it can't make: who may be the page around."""
        for name in changes:
            if camel(snake(name)) == "allowOrigins":
                problem = sentence("page_cannot_set", given=repr(name[:40]))
                raise WebPhoneError("invalid_config", problem)
        return dict(changes)

    def _parted(self, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A page's changes, without the password built into embed.html where they lead away."""
        now = {"host": "", "realm": ""}
        if self._picture is not None:
            now = {name: getattr(self._picture.config, name) for name in now}
        parted = frame.parted(changes, now, lent=self._lent)
        self._lent = self._lent or frame.brings_password(changes)
        return parted

    # --- Questions to the page around ---------------------------------------------------------

    def _ask(
        self, what: str, arguments: list[Any], then: Callable[[frame.Answer | None], None]
    ) -> None:
        """Ask; `then` gets the answer, or None when there is none in time."""
        self._sequence += 1
        self._questions[self._sequence] = (self._clock.now() + frame.PATIENCE, then)
        self._post({"type": "ask", "rid": self._sequence, "what": what, "args": arguments})
        self._arm()

    def _arm(self) -> None:
        self._late.set(min((due for due, _ in self._questions.values()), default=None))

    def _give_up(self) -> None:
        now = self._clock.now()
        for rid, (due, then) in list(self._questions.items()):
            if due <= now:
                del self._questions[rid]
                then(None)
        self._arm()

    def _ask_leave(self, ask: int, event: Event) -> None:
        """Ask whether a call may go out or ring."""

        def told(answer: frame.Answer | None) -> None:
            allowed = frame.allows(answer)
            self._turn(Permitted(ask=ask, allowed=allowed))
            if allowed and event.name == "ringingin":
                self._notify(encode(event.detail))

        self._ask(event.name, [event.detail], told)

    def _notify(self, call: dict[str, Any]) -> None:
        caller = call["from"]["displayName"] or call["from"]["number"] or call["from"]["uri"]
        title = say("spoken_incoming", name=caller)
        note = {"title": title, "body": call["from"]["number"] or "", "tag": call["id"]}
        self._ask("notify", [note], lambda answer: None)

    def _far_function(self, name: str) -> Callable[..., Any]:
        """A function that the page keeps: called here, it runs there."""

        def call(*arguments: Any) -> Any:
            waiting: asyncio.Future[Any] = asyncio.get_event_loop().create_future()

            def told(answer: frame.Answer | None) -> None:
                if waiting.done():
                    return
                if answer is None or not answer.ok:
                    theirs = answer.message if answer else ""
                    late = sentence("page_gave_nothing", name=name)
                    fault = WebPhoneError("timeout", as_written(theirs) if theirs else late)
                    waiting.set_exception(fault)
                else:
                    waiting.set_result(_outward(answer.value))

            self._ask(name, [_data(item) for item in arguments], told)
            return waiting

        return call

    # --- Keeping house ------------------------------------------------------------------------

    def _mended(self, error: WebPhoneError) -> WebPhoneError:
        return frame.mended(error, self._missing, self._own)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)  # the loop itself keeps only weak references
        task.add_done_callback(self._tasks.discard)

    def _close(self) -> None:
        self._hello.close()
        self._late.close()
        self._listeners.close()
        if self._port is not None:
            self._port.close()
            self._port = None
        for proxy in self._kept:
            proxy.destroy()


# --- Values across the border ---------------------------------------------------------------------


def _text(value: Any) -> str:
    """A JavaScript value as JSON; empty when it can't be written."""
    try:
        return str(js.JSON.stringify(value))
    except Exception:
        return ""


def _data(value: Any) -> Any:
    """A JavaScript value as plain data."""
    text = js.JSON.stringify(value)
    return parsed(text) if isinstance(text, str) else None


def _outward(value: Any, language: str = ENGLISH) -> Any:
    """A contract value as JavaScript data; what a page's own function is stays behind."""
    return js.JSON.parse(json.dumps(encode(value, language), default=lambda _: None))
