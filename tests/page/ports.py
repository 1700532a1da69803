"""Free ports on loopback, and waiting for something to come true."""

from __future__ import annotations

import os
import random
import socket
import time
from collections.abc import Callable
from typing import TypeVar

LOOPBACK = "127.0.0.1"
# Below Linux's ephemeral range (32768 up), so that no outgoing connection takes a port
# between its choice here and its use.
LOWEST, HIGHEST = 20_000, 32_000

T = TypeVar("T")

# Of the workers of pytest each has ports of its own.
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
SHARE = (HIGHEST - LOWEST) // WORKERS

_given: set[int] = set()
_dice = random.SystemRandom()


def free_port(count: int = 1) -> int:
    """The first of `count` neighbouring ports that are free for UDP and TCP; never given twice.

    The first port is even, as RTP wants it (RFC 3550 section 11).
    """
    lowest = LOWEST + WORKER * SHARE
    for _ in range(500):
        first = _dice.randrange(lowest, lowest + SHARE - count, 2)
        block = range(first, first + count)
        if _given.isdisjoint(block) and all(_is_free(port) for port in block):
            _given.update(block)
            return first
    raise RuntimeError(f"no {count} free neighbouring ports from {lowest} on")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                return False
    return True


def wait_until(
    question: Callable[[], T], what: str, seconds: float = 30.0, interval: float = 0.02
) -> T:
    """The first true answer of `question`; AssertionError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        if answer := question():
            return answer
        if time.monotonic() >= deadline:
            raise AssertionError(f"waited {seconds:g} s in vain for: {what}")
        time.sleep(interval)
