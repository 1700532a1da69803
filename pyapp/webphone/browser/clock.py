"""What time it is, and wake-up calls that come on time in a hidden tab too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import js
from pyodide.ffi import create_once_callable, create_proxy

from webphone.browser.proxies import Listeners
from webphone.browser.steady_clock import SteadyClock
from webphone.machine import earliest

# After a sleep a timer may still run for the rest of its time: look at the clock this often, so
# that the sleep is noticed soon. Seconds.
LONGEST_SLEEP = 20.0


class Alarm:
    """One wake-up call: set again, it forgets the time set before."""

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        self.deadline: float | None = None
        self.wake = wake
        self._clock = clock

    def set(self, deadline: float | None) -> None:
        """Wake at this time of the clock; None: not at all."""
        if deadline != self.deadline:
            self.deadline = deadline
            self._clock.rearm()

    def close(self) -> None:
        """Never wake again."""
        self.deadline = None
        self._clock.forget(self)


class Clock:
    """The time of a page, and the one timer that serves all its alarms.

    The timer runs in a Worker, since browsers delay the timers of a hidden tab; where a Worker
    cannot start (a file: page, a policy), the page's own timer serves. Lives as long as the page.
    """

    def __init__(self, worker_url: str | None = None) -> None:
        self._steady = SteadyClock(wall=_wall(), monotonic=_monotonic())
        self._alarms: list[Alarm] = []
        self._due: float | None = None
        self._rings = create_proxy(self._ring)
        self._timeout: Any = None
        self._listeners = Listeners()
        self._worker = self._hire(worker_url) if worker_url else None

    def now(self) -> float:
        """Seconds; see SteadyClock."""
        return self._steady.read(wall=_wall(), monotonic=_monotonic())

    def alarm(self, wake: Callable[[], None]) -> Alarm:
        """A new alarm, silent until set. Its owner closes it."""
        alarm = Alarm(self, wake)
        self._alarms.append(alarm)
        return alarm

    def forget(self, alarm: Alarm) -> None:
        if alarm in self._alarms:
            self._alarms.remove(alarm)
        self.rearm()

    def rearm(self) -> None:
        """Let the one timer ring for the earliest alarm."""
        due = earliest(alarm.deadline for alarm in self._alarms)
        if due != self._due:
            self._due = due
            self._sleep()

    def look(self) -> None:
        """Wake all that is overdue; call it when the page becomes visible or the network comes."""
        now = self.now()
        due = [(alarm.deadline, alarm) for alarm in self._alarms if alarm.deadline is not None]
        for deadline, alarm in sorted(due, key=lambda each: each[0]):
            if deadline <= now and alarm.deadline == deadline:
                alarm.deadline = None
                alarm.wake()
        self._due = earliest(alarm.deadline for alarm in self._alarms)
        self._sleep()

    def close(self) -> None:
        """Stop the timer and its worker."""
        self._alarms.clear()
        self._due = None
        self._sleep()
        self._dismiss()
        self._rings.destroy()

    def _sleep(self) -> None:
        wait = None
        if self._due is not None:
            wait = max(0.0, min(self._due - self.now(), LONGEST_SLEEP)) * 1000
        if self._worker is not None:
            self._worker.postMessage(wait)
            return
        if self._timeout is not None:
            js.clearTimeout(self._timeout)
            self._timeout = None
        if wait is not None:
            self._timeout = js.setTimeout(self._rings, wait)

    def _ring(self, _event: object = None) -> None:
        self.look()

    def _hire(self, url: str) -> Any:
        try:
            worker = js.Worker.new(url)
        except Exception:
            return None
        self._listeners.add(worker, "message", self._ring)
        self._listeners.add(worker, "error", self._worker_failed)
        return worker

    def _worker_failed(self, event: Any) -> None:
        event.preventDefault()
        # Not inside the worker's own event: that would destroy the listener that runs now.
        js.queueMicrotask(create_once_callable(self._do_without))

    def _do_without(self) -> None:
        self._dismiss()
        self._sleep()

    def _dismiss(self) -> None:
        self._listeners.close()
        if self._worker is not None:
            self._worker.terminate()
            self._worker = None


def late_at_once() -> None:
    """Let the loop run at once what is due already.

    Pyodide's refuses it ("Can't schedule in the past"): on a busy machine the time of a timeout may
    have passed before it is set.
    """
    loop: Any = asyncio.get_event_loop()
    later = loop.call_later

    def call_later(delay: float, callback: Callable[..., Any], *args: Any, **how: Any) -> Any:
        return later(max(0.0, delay), callback, *args, **how)

    loop.call_later = call_later


def _wall() -> float:
    return float(js.Date.now()) / 1000


def _monotonic() -> float:
    return float(js.performance.now()) / 1000
