"""What phones in browsers do with each other, whatever the server."""

from __future__ import annotations

from page.phone_page import PhonePage

# Lets a test close the connections of a page.
KEEP_SOCKETS = """
window.__sockets = [];
window.WebSocket = class WebSocket extends window.WebSocket {
  constructor(...given) { super(...given); window.__sockets.push(this); }
};
"""


def talk(caller: PhonePage, called: PhonePage, number: str = "") -> None:
    since, rung = caller.mark(), called.mark()
    caller.make_call(number or called.id)
    answer(called, since=rung)
    caller.wait_event("answer", since=since)


def answer(phone: PhonePage, *, since: int = 0) -> None:
    """It rings there, and the call is taken."""
    phone.wait_event("ringingin", since=since)
    phone.call_method("answer")


def hand_on(phone: PhonePage, other: PhonePage, to: PhonePage, number: str = "") -> None:
    """The call with `other` is transferred at once, and goes on without `phone`."""
    promise = phone.begin("transfer", number or to.id)
    answer(to)
    phone.outcome(promise)
    hear_each_other(other, to)
    assert phone.calls() == []


def hear_each_other(*phones: PhonePage) -> None:
    for each in phones:
        each.ears.wait_sound()


def lose_connection(phone: PhonePage) -> None:
    """Its WebSocket closes, and it registers over the next one."""
    since = phone.mark()
    phone.page.evaluate("() => window.__sockets.forEach((socket) => socket.close())")
    phone.wait_event("registered", since=since, seconds=30)
