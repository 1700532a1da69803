"""A page with one `<web-phone>`, driven through the element's public surface alone."""

from __future__ import annotations

import copy
import html
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from playwright.sync_api import BrowserContext

from page.chromium import Console, Ears
from page.page_server import PageServer
from page.ports import wait_until

EVENTS = (
    *("answer", "ringingout", "ringingin", "end", "registered", "unregistered", "error"),
    *("ready", "statechange", "connecting", "reconnecting", "beforedial", "question", "hold"),
    "resume",
    *("mute", "unmute", "dtmf", "transfer", "conference", "recording", "message", "notify"),
    *("devicechange", "quality", "numberchange", "screenpop", "historychange", "leaderchange"),
    "beforelog",
    "recover",
)

# Listens on the document in the capture phase, so that events that do not bubble are seen too,
# from before the element's script has run.
COLLECT_EVENTS = """
(() => {
  if (window.__events) return; // another phone of the same profile brought it already
  const seen = new WeakSet();
  const plain = (value) => {
    if (value instanceof Error || (value && typeof value === "object" && "hint" in value)) {
      const {code, message, sipCode, hint} = value;
      return {code, message, sipCode, hint, name: value.name};
    }
    if (value === undefined) return null;
    try { return JSON.parse(JSON.stringify(value)); } catch { return String(value); }
  };
  window.__plain = plain;
  window.__events = [];
  window.__results = new Map();
  for (const name of NAMES) {
    document.addEventListener(name, (event) => {
      if (event.target?.localName !== "web-phone" || seen.has(event)) return;
      seen.add(event);
      window.__events.push({name, detail: plain(event.detail), target: event.target.id,
        at: performance.now(), cancelable: event.cancelable, bubbles: event.bubbles});
      if (window.__prevent?.includes(name)) event.preventDefault();
    }, true);
  }
  window.__call = (id, name, given) => {
    const phone = document.getElementById(id);
    if (typeof phone?.[name] !== "function") {
      return Promise.resolve({error: {code: "internal", message: `no method ${name}`}});
    }
    return Promise.resolve().then(() => phone[name](...given)).then(
      (value) => ({value: plain(value)}), (error) => ({error: plain(error)}));
  };
})();
""".replace("NAMES", json.dumps(EVENTS))

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{id}</title>
{before}<script src="{script}"></script>
<web-phone{attributes}></web-phone>
{after}</html>
"""

_numbers = itertools.count(1)


class PhoneError(AssertionError):
    """A method of the phone rejected with a WebPhoneError."""

    def __init__(self, method: str, error: Mapping[str, Any], console: str) -> None:
        self.code = error.get("code")
        self.sip_code = error.get("sipCode")
        self.message = error.get("message")
        self.hint = error.get("hint")
        super().__init__(f"{method}() rejected with {dict(error)}\n{console}")


class PhonePage:
    """One `<web-phone>` in a page and profile of its own."""

    def __init__(self, context: BrowserContext, url: str, id: str = "phone") -> None:
        """`url` is a page on 127.0.0.1 with a `<web-phone id=...>`; it is not opened yet."""
        self.id = id
        self.url = url
        context.add_init_script(COLLECT_EVENTS)
        self.page = context.new_page()
        self._begun: dict[int, str] = {}
        self.console = Console(self.page, f"web-phone {id}")
        self.ears = Ears(self.page)

    @staticmethod
    def write(
        pages: PageServer,
        script: str,
        attributes: Mapping[str, str | bool | None],
        *,
        id: str = "phone",
        before: str = "",
        after: str = "",
    ) -> str:
        """Serve a page with `<script src=script>` and one element; gives its URL.

        An attribute that is True stands without a value, one that is False or None is left out.
        `before` and `after` are markup around it (a <meta>, a form, a second script).
        """
        written = "".join(
            f" {name}" if value is True else f' {name}="{html.escape(str(value))}"'
            for name, value in {"id": id, **attributes}.items()
            if value is not None and value is not False
        )
        return pages.put(
            f"/phone-{next(_numbers)}.html",
            PAGE.format(id=id, before=before, after=after, script=script, attributes=written),
        )

    def beside(self, id: str) -> PhonePage:
        """Another element of the same page."""
        other = copy.copy(self)
        other.id = id
        return other

    def open(self, *, ready: bool = True) -> PhonePage:
        """Open the page; wait for the phone's first screen unless told otherwise."""
        self.page.goto(self.url)
        if ready:
            self.call_method("ready")
        return self

    # What the contract lets a page do

    def call_method(self, name: str, *given: Any, seconds: float = 30.0) -> Any:
        """The value that the method's promise resolves to; PhoneError when it rejects."""
        return self.outcome(self.begin(name, *given), seconds)

    def begin(self, name: str, *given: Any) -> int:
        """Call a method without waiting; `outcome()` of the number that comes back waits."""
        number = next(_numbers)
        self._begun[number] = name
        self.page.evaluate(
            """([number, id, name, given]) => {
              __call(id, name, given).then((outcome) => __results.set(number, outcome));
            }""",
            [number, self.id, name, list(given)],
        )
        return number

    def outcome(self, number: int, seconds: float = 15.0) -> Any:
        """What the method begun as `number` resolved to; PhoneError when it rejected."""
        name = self._begun[number]
        found = self._patiently(
            lambda: self.page.evaluate("(number) => __results.get(number) ?? null", number),
            f"{name}() to settle",
            seconds,
        )
        return self._value(name, found)

    def settled(self, number: int) -> bool:
        return bool(self.page.evaluate("(number) => __results.has(number)", number))

    def rejection(self, name: str, *given: Any) -> PhoneError:
        """The error with which a method rejects; AssertionError when it does not."""
        try:
            value = self.call_method(name, *given)
        except PhoneError as error:
            return error
        raise AssertionError(f"{name}() resolved to {value!r}")

    def get(self, name: str) -> Any:
        """A property of the element, as JSON."""
        return self.page.evaluate(
            "([id, name]) => __plain(document.getElementById(id)[name])", [self.id, name]
        )

    def set(self, name: str, value: Any) -> None:
        self.page.evaluate(
            "([id, name, value]) => { document.getElementById(id)[name] = value; }",
            [self.id, name, value],
        )

    def attribute(self, name: str, value: str | None) -> None:
        """Set an attribute, or remove it with None."""
        self.page.evaluate(
            """([id, name, value]) => {
              const phone = document.getElementById(id);
              if (value === null) phone.removeAttribute(name); else phone.setAttribute(name, value);
            }""",
            [self.id, name, value],
        )

    def state(self) -> Any:
        return self.get("state")

    def calls(self) -> list[dict[str, Any]]:
        calls: list[dict[str, Any]] = self.get("calls") or []
        return calls

    def active_call(self) -> dict[str, Any] | None:
        call: dict[str, Any] | None = self.get("activeCall")
        return call

    def register(self, **config: Any) -> None:
        """setConfig with what is given, then register; returns once registered."""
        if config:
            self.call_method("setConfig", config)
        self.call_method("register")

    def make_call(self, target: str, **options: Any) -> dict[str, Any]:
        call: dict[str, Any] = self.call_method("makeCall", target, options)
        return call

    def wait_state(
        self, state: str, id: str | None = None, seconds: float = 15.0
    ) -> dict[str, Any]:
        """The first call (or the one named `id`) that is in `state`."""

        def found() -> dict[str, Any] | None:
            return next(
                (
                    call
                    for call in self.calls()
                    if call["state"] == state and (id is None or call["id"] == id)
                ),
                None,
            )

        call = self._patiently(found, f"a call in state {state}", seconds)
        assert call is not None
        return call

    # Events

    def events(self) -> list[dict[str, Any]]:
        """All events so far: {name, detail, at, cancelable, bubbles}."""
        found: list[dict[str, Any]] = self.page.evaluate(
            "(id) => window.__events.filter((event) => event.target === id)", self.id
        )
        return found

    def forget_events(self) -> None:
        """What happened before does not count from now on."""
        self.page.evaluate("() => { window.__events.length = 0; }")

    def mark(self) -> int:
        """How many events there have been up to now; give it as `since`."""
        return len(self.events())

    def details(self, name: str, since: int = 0) -> list[dict[str, Any]]:
        """The details of all events `name`."""
        return [event["detail"] for event in self.events()[since:] if event["name"] == name]

    def wait_event(
        self,
        name: str,
        predicate: Callable[[dict[str, Any]], bool] = lambda detail: True,
        *,
        since: int = 0,
        seconds: float = 15.0,
    ) -> dict[str, Any]:
        """The detail of the first event `name` after the first `since` that `predicate` likes.

        An event without a detail gives an empty dict.
        """

        def found() -> tuple[dict[str, Any]] | None:
            for detail in self.details(name, since):
                if predicate(detail or {}):
                    return (detail or {},)
            return None

        answer = self._patiently(found, f"the event {name}", seconds)
        assert answer is not None
        return answer[0]

    def prevent(self, *names: str) -> None:
        """Answer these cancelable events with preventDefault from now on."""
        self.page.evaluate("(names) => { window.__prevent = names; }", list(names))

    def close(self) -> None:
        self.page.context.close()

    def report(self) -> str:
        """Console and events, for the text of a failure."""
        try:
            events = "\n".join(json.dumps(event) for event in self.events()[-60:])
        except Exception as gone:
            events = f"(the page is gone: {gone})"
        return f"{self.console.text()}\n--- events of {self.id}\n{events}"

    def _value(self, name: str, outcome: Mapping[str, Any]) -> Any:
        if "error" in outcome:
            raise PhoneError(name, outcome["error"] or {}, self.console.text())
        return outcome.get("value")

    def _patiently(self, question: Callable[[], Any], what: str, seconds: float) -> Any:
        try:
            return wait_until(question, f"{what} at {self.id}", seconds, 0.03)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.report()}") from None
