"""Chance that repeats: the same seed names the same calls."""

from __future__ import annotations

import random
from collections.abc import Callable


def seeded(seed: int = 1) -> Callable[[int], bytes]:
    """An `entropy` for Entropy whose bytes depend on `seed` alone."""
    return random.Random(seed).randbytes
