"""What a vendor's reader hands over after one look."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import printable

if TYPE_CHECKING:
    from jupyterlab_commons.usage.shapes import GpuHold, GpuUse

NAME_CHARS = 255
UUID_CHARS = 128


@dataclass(frozen=True)
class Look:
    cards: dict[str, GpuUse] = field(default_factory=dict)
    holds: tuple[GpuHold, ...] = ()
    problems: tuple[str, ...] = ()


class Rates:
    """Units a second from counters that only grow."""

    def __init__(self) -> None:
        self._last: dict[str, tuple[float, int]] = {}

    def of(self, name: str, count: int | None, now: float) -> float | None:
        """None at first, after a counter began anew, and where there is none."""
        if count is None:
            self._last.pop(name, None)
            return None
        before = self._last.get(name)
        self._last[name] = (now, count)
        if before is None or now <= before[0] or count < before[1]:
            return None
        return (count - before[1]) / (now - before[0])


def percent(value: float | None) -> float | None:
    """Some fans turn faster than they should; no share is above 100."""
    return None if value is None else min(max(value, 0), 100)


def within(value: float | None, most: float) -> float | None:
    """None for a figure that the protocol would refuse: better absent than wrong."""
    return value if value is not None and 0 <= value <= most else None


def name_of(value: str | None, otherwise: str) -> str:
    return printable((value or "").strip() or otherwise, NAME_CHARS)
