"""The three clocks that measuring needs."""

from __future__ import annotations

import time


class Clock:
    """Tests put a clock of their own in its place."""

    def now(self) -> float:
        """Seconds for rates; stands still while the machine sleeps."""
        return time.monotonic()

    def with_sleep(self) -> float:
        """Seconds that also pass while the machine sleeps, where it can be told."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def wall_ms(self) -> int:
        """The time of day, which may jump."""
        return max(0, time.time_ns() // 1_000_000)
