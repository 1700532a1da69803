"""What phones in browsers do with each other, whatever the server."""

from __future__ import annotations

from page.phone_page import PhonePage


def talk(caller: PhonePage, called: PhonePage, number: str = "") -> None:
    since, rung = caller.mark(), called.mark()
    caller.make_call(number or called.id)
    called.wait_event("ringingin", since=rung)
    called.call_method("answer")
    caller.wait_event("answer", since=since)


def hear_each_other(*phones: PhonePage) -> None:
    for each in phones:
        each.ears.wait_sound()
