"""Digits are digits in every script: what a person types, pastes or a page hands over, as 0-9."""

from __future__ import annotations

import re

# Marks without width: direction marks, joiners, soft hyphens, variation selectors, tags. They come
# along with what is copied from a page, and nobody sees them.
_WIDTHLESS = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u20e3\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The full-width forms of ASCII are its own characters at a distance, but for the space.
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS: dict[int, int | str] = {
    **_FULL_WIDTH,
    **dict.fromkeys(map(ord, "⁺₊﬩﹢➕"), "+"),
    **dict.fromkeys(map(ord, "⁎∗٭﹡✱"), "*"),
    **dict.fromkeys(map(ord, "﹟♯"), "#"),
}


def ascii_digits(text: str) -> str:
    """The text with its digits of any script as 0-9, its + * # as such, and no unseen marks."""
    if text.isascii():
        return text
    seen = _WIDTHLESS.sub("", text).translate(_SIGNS)
    return "".join(str(int(char)) if char.isdecimal() else char for char in seen)
