"""A phone alone in an iframe: what goes over the port to the page around it, and back."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import js
from pyodide.ffi import JsProxy, create_proxy

from webphone.border import frame
from webphone.border.guest import Assignment, Guest
from webphone.browser import parent_page as around
from webphone.browser.admission import Admission
from webphone.browser.bridge import Refused, promised
from webphone.browser.clock import Clock
from webphone.browser.element import Element, ElementAction
from webphone.browser.plain_data import data_of, outward, text_of
from webphone.browser.proxies import Listeners
from webphone.browser.tasks import Background
from webphone.contract import (
    COMMANDS,
    EVENTS,
    SETTINGS,
    Event,
    WebPhoneError,
    encode,
)
from webphone.phone.actions import Ask, Refuse, Reveal, Tell
from webphone.phone.happenings import Happening, Permitted
from webphone.phone.readings import Written, config_readings, readings
from webphone.phone.snapshot import Snapshot
from webphone.ui.around import Alert
from webphone.words import as_written
from webphone.words import say as sentence


class Framed:
    """An Element that the page around the frame hears and commands too; has the same verbs.

    What the page asks goes through the element's own public surface, as if its script stood here.
    """

    def __init__(self, inner: Element, clock: Clock) -> None:
        self.root = inner.root
        self._inner = inner
        self._element = inner.host.element
        self._clock = clock
        self._around = Admission(
            self._element,
            clock,
            welcome=self._welcome,
            open=self._open,
            tell=self._tell,
            language=lambda: inner.speech,
        )
        self._guest = Guest(SETTINGS)
        self._picture: Snapshot | None = None
        self._port: Any = None
        self._note: dict[str, str] | None = None  # what the page around tells of
        self._sequence = 0
        self._written = Written()
        self._questions: dict[int, tuple[float, Callable[[frame.Answer | None], None]]] = {}
        self._late = clock.alarm(self._give_up)
        self._listeners = Listeners()
        self._kept: list[Any] = []
        self._tasks = Background()
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
            self._later(self._around.look())
        return kept

    def show(self, snapshot: Snapshot) -> None:
        """As Element.show; the page around is told what changed."""
        before, self._picture = self._picture, snapshot
        self._inner.show(snapshot)
        if self._port is not None:
            self._tell_state(before)

    def show_stats(self, call: str, stats: Mapping[str, Any] | None) -> None:
        """As Element.show_stats; the page around is told of the call that has the ear as well."""
        self._inner.show_stats(call, stats)
        if self._picture is not None and self._picture.active == call:
            self._post({"type": "state", "stats": encode(stats)})

    def serve(self, lend: Callable[[str, str], Any]) -> Mapping[str, Any]:
        """As Element.serve: for the page of the frame; no stream goes to the one around it."""
        return self._inner.serve(lend)

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

    def announce(self, alert: Alert | None) -> bool:
        """As Element.announce: a frame may not raise notifications, the page around may."""
        if self._port is None:
            return bool(js.window.parent != js.window)
        note = None
        if alert is not None:
            note = {"title": alert.title, "body": alert.body, "tag": alert.call}
        if note != self._note:
            self._note = note
            self._ask("notify", [note], lambda answer: None)
        return True

    # --- The page around ----------------------------------------------------------------------

    def _welcome(self) -> None:
        """The page around may have the phone: it is what the address of the frame asks for."""
        given = self._guest.arrives(around.parameters(), self._now)
        self._make(given)
        for wrong in given.refused:
            self._tell(wrong)
        if given.refused:
            js.history.replaceState(None, "", js.location.pathname)

    # --- The port -----------------------------------------------------------------------------

    def _open(self, port: Any) -> None:
        self._port = port
        self._listeners.add(port, "message", self._heard)
        port.start()
        self._around.admit()
        self._tell_state(None)
        self._post({"type": "event", "name": "ready", "detail": {}})
        if "microphone" in self._around.missing:
            error = self._mended(WebPhoneError("policy_blocked"))
            self._post({"type": "event", "name": "error", "detail": error})
        watch = create_proxy(lambda *_: self._tell_size())  # destroyed in _close
        self._kept.append(watch)
        js.ResizeObserver.new(watch).observe(self._element)

    def _post(self, message: dict[str, Any]) -> None:
        if self._port is not None:
            self._port.postMessage(outward(message, self._inner.speech))

    def _tell(self, error: WebPhoneError) -> None:
        """A fault of the frame itself: to the developer, and as an event."""
        error = self._mended(error)
        js.console.error(f"{error.message} {error.hint}")
        self._inner.perform(Tell(event=Event("error", error)))

    def _tell_state(self, before: Snapshot | None) -> None:
        snapshot = self._picture
        if snapshot is None:
            return
        config = frame.told(config_readings(snapshot, before))
        told = readings(snapshot, before, self._written)
        if not told and not config:
            return
        self._sequence += 1
        calls = self._written([call.view for call in snapshot.calls])
        message = {"state": snapshot.state, "calls": calls, **told, "config": config}
        self._post({"type": "state", "seq": self._sequence, **message})

    def _tell_size(self) -> None:
        box = self._element.getBoundingClientRect()
        if box.height:  # else it is hidden
            size = {"width": math.ceil(box.width), "height": math.ceil(box.height)}
            self._post({"type": "resize", **size})

    def _heard_event(self, event: Any) -> None:
        if self._port is not None and str(event.type) != "ready":
            self._post({"type": "event", "name": str(event.type), "detail": data_of(event.detail)})

    def _heard(self, event: Any) -> None:
        """A message of the page around; what is wrong with it is noted, and no more."""
        try:
            text = text_of(event.data)
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
                arguments[0] = self._guest.configures(arguments[0], self._now)
            # Our own promise: it takes as long as the command does.
            given = map(outward, arguments)
            value = await promised(self._element, call.method, *given, within=None)
            told["value"] = data_of(value)
        except WebPhoneError as refused:
            told |= {"ok": False, "error": refused}
        except Refused as refused:
            told |= {"ok": False, "error": data_of(refused.reason)}
        self._post(told)

    def _assign(self, message: frame.Assign) -> None:
        given = self._guest.assigns(message, self._now)
        for wrong in given.refused:
            self._tell(wrong)
        self._make(given)

    def _make(self, given: Assignment) -> None:
        """Set what the page around may set."""
        for name, value in given.properties.items():
            setattr(self._element, name, outward(value))
        for name, text in given.attributes.items():
            self._element.setAttribute(name, text)
        for name in given.functions:
            proxy = create_proxy(self._far_function(name))  # destroyed in _close
            self._kept.append(proxy)
            setattr(self._element, name, proxy)

    @property
    def _now(self) -> dict[str, str]:
        """Which server the phone is led to, as its page knows it by now."""
        names = ("host", "realm")
        if self._picture is None:
            return dict.fromkeys(names, "")
        return {name: getattr(self._picture.config, name) for name in names}

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
            self._turn(Permitted(ask=ask, allowed=frame.allows(answer)))

        self._ask(event.name, [event.detail], told)

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
                    waiting.set_result(outward(answer.value))

            self._ask(name, [data_of(item) for item in arguments], told)
            return waiting

        return call

    # --- Keeping house ------------------------------------------------------------------------

    def _mended(self, error: WebPhoneError) -> WebPhoneError:
        return frame.mended(error, self._around.missing, self._around.own)

    def _later(self, work: Any) -> None:
        self._tasks.run(work)

    def _close(self) -> None:
        self._around.close()
        self._late.close()
        self._listeners.close()
        if self._port is not None:
            self._port.close()
            self._port = None
        for proxy in self._kept:
            proxy.destroy()
