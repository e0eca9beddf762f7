"""What a vendor's reader hands over after one look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import printable

if TYPE_CHECKING:
    from jupyterlab_commons.usage.shapes import GpuHold, GpuUse

NAME_CHARS = 255
UUID_CHARS = 128
MOST_WHOLE = 2**53 - 1


@dataclass(frozen=True)
class Look:
    cards: dict[str, GpuUse] = field(default_factory=dict)
    holds: tuple[GpuHold, ...] = ()
    problems: tuple[str, ...] = ()


class Rates:
    """Whole units a second from counters that only grow."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, int]] = {}

    def of(self, name: str, count: int | None, now: float) -> int | None:
        """None at first, after a counter began anew, and where there is none."""
        if count is None:
            self._last.pop(name, None)
            return None
        before = self._last.get(name)
        self._last[name] = (now, count)
        if before is None or now <= before[0] or count < before[1]:
            return None
        return round((count - before[1]) / (now - before[0]))


def percent(value: float | None) -> float | None:
    """Some fans turn faster than they should; no share is above 100."""
    return None if value is None else min(max(value, 0), 100)


def within(value: float | None, most: float) -> float | None:
    """None for a figure that the protocol would refuse: better absent than wrong."""
    return value if value is not None and 0 <= value <= most else None


def whole(value: int | None) -> int | None:
    """None for a number that JSON cannot carry; drivers say "unknown" like that."""
    return value if value is not None and 0 <= value <= MOST_WHOLE else None


def watts(value: float | None) -> float | None:
    """To a tenth: the rest is noise that would travel to every page."""
    found = within(value, 1e5)
    return None if found is None else round(found, 1)


def name_of(value: str | None, otherwise: str) -> str:
    return printable((value or "").strip() or otherwise, NAME_CHARS)
