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
    called.wait_event("ringingin", since=rung)
    called.call_method("answer")
    caller.wait_event("answer", since=since)


def hear_each_other(*phones: PhonePage) -> None:
    for each in phones:
        each.ears.wait_sound()


def lose_connection(phone: PhonePage) -> None:
    """Its WebSocket closes, and it registers over the next one."""
    since = phone.mark()
    phone.page.evaluate("() => window.__sockets.forEach((socket) => socket.close())")
    phone.wait_event("registered", since=since, seconds=30)
