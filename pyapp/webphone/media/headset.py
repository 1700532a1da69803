"""Buttons and lamps of a headset, as it describes its reports (HID Usage Tables 1.4 §8 and §11).

A report is a row of bits. Which bit is which button is read from what the browser tells of the
device (WebHID: `collections`); a report comes and goes without its id.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeGuard

TELEPHONY = 0x0B  # the usage page of telephones and headsets
LONGEST = 64 * 8  # bits of a report over USB full speed
MOST = 64  # collections, reports and items that are looked at


class Button(Enum):
    """What is pressed, by usage page and usage."""

    HOOK = 0x0B_0020
    MUTE = 0x0B_002F


class Lamp(Enum):
    """What is lit, or sounds in the headset itself."""

    MUTE = 0x08_0009
    OFF_HOOK = 0x08_0017
    RING = 0x08_0018
    RINGER = 0x0B_009E


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """Where a button or lamp is; `lasting`: it says how things are, not that it was pressed."""

    report: int
    at: int
    lasting: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button; `on` is how it is now (off the hook, muted), None: it was pressed."""

    button: Button
    on: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Headset:
    """What a device has, how long its reports are in octets, and how its buttons are."""

    buttons: Mapping[Button, Bit] = field(default_factory=dict)
    lamps: Mapping[Lamp, Bit] = field(default_factory=dict)
    lengths: Mapping[int, int] = field(default_factory=dict)
    down: frozenset[Button] = frozenset()

    def heard(self, report: int, data: bytes) -> tuple[Headset, list[Press]]:
        """The headset after one of its reports, and what was done on it."""
        down, presses = set(self.down), []
        for button, bit in self.buttons.items():
            if bit.report != report or bit.at >= len(data) * 8:
                continue
            now = bool(data[bit.at // 8] >> bit.at % 8 & 1)
            if now == (button in down):
                continue
            (down.add if now else down.discard)(button)
            if bit.lasting:
                presses.append(Press(button=button, on=now))
            elif now:
                presses.append(Press(button=button))
        after = Headset(
            buttons=self.buttons, lamps=self.lamps, lengths=self.lengths, down=frozenset(down)
        )
        return after, presses

    def shows(self, lit: Iterable[Lamp]) -> dict[int, bytes]:
        """The reports by id that light these lamps and no other."""
        reports = {bit.report: bytearray(self.lengths[bit.report]) for bit in self.lamps.values()}
        for lamp in lit:
            if bit := self.lamps.get(lamp):
                reports[bit.report][bit.at // 8] |= 1 << bit.at % 8
        return {report: bytes(data) for report, data in reports.items()}


def described(collections: Any) -> Headset | None:
    """A headset as the browser describes it; None for a device that has no button of a call."""
    buttons: dict[Button, Bit] = {}
    lamps: dict[Lamp, Bit] = {}
    lengths: dict[int, int] = {}
    for collection in _rows(collections):
        if collection.get("usagePage") != TELEPHONY:
            continue
        for report in _rows(collection.get("inputReports")):
            for usage, bit in _bits(report):
                if usage in _BUTTONS:
                    buttons.setdefault(Button(usage), bit)
        for report in _rows(collection.get("outputReports")):
            bits = list(_bits(report))
            for usage, bit in bits:
                if usage in _LAMPS:
                    lamps.setdefault(Lamp(usage), bit)
                lengths[bit.report] = max(lengths.get(bit.report, 0), bit.at // 8 + 1)
    return Headset(buttons=buttons, lamps=lamps, lengths=lengths) if buttons else None


_BUTTONS = {button.value for button in Button}
_LAMPS = {lamp.value for lamp in Lamp}


def _bits(report: Mapping[str, Any]) -> Iterator[tuple[int, Bit]]:
    """Each bit of a report and what it is for, 0 for nothing, as those of wider fields are."""
    number, at = _whole(report.get("reportId"), 255), 0
    for item in _rows(report.get("items")):
        size, count = _whole(item.get("reportSize"), 32), _whole(item.get("reportCount"), LONGEST)
        usages = _usages(item)
        single = size == 1 and not item.get("isArray") and not item.get("isConstant")
        for index in range(count):
            if at + size > LONGEST:
                return
            usage = usages[min(index, len(usages) - 1)] if single and usages else 0
            lasting = bool(item.get("isAbsolute"))
            for offset in range(size):
                yield usage, Bit(report=number, at=at + offset, lasting=lasting)
            at += size


def _usages(item: Mapping[str, Any]) -> Sequence[int]:
    if item.get("isRange"):
        first, last = item.get("usageMinimum"), item.get("usageMaximum")
        if isinstance(first, int) and isinstance(last, int):
            return range(first, min(last, first + LONGEST) + 1)
        return ()
    given = item.get("usages")
    return [each for each in given[:LONGEST] if isinstance(each, int)] if _is_list(given) else ()


def _rows(given: Any) -> list[Mapping[str, Any]]:
    return [each for each in given[:MOST] if isinstance(each, Mapping)] if _is_list(given) else []


def _is_list(given: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(given, list | tuple)


def _whole(given: Any, most: int) -> int:
    return min(max(given, 0), most) if isinstance(given, int) else 0
