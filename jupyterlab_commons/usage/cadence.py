"""When to look at what: often while somebody watches, rarely when all is idle."""

from __future__ import annotations

from typing import Literal

View = Literal["none", "status", "panel"]

HEADLINE_SECONDS: dict[View, float] = {"panel": 1, "status": 5, "none": 5}
WATCHED_CONSUMERS_SECONDS: dict[View, float] = {"panel": 1, "status": 15}
BUSY_SECONDS = 10
IDLE_SECONDS = 60
BUSY_CORES = 0.05
# Looks are never closer than this, except after the kernel has called.
LEAST_SECONDS = 0.2
# After a call for lack of memory: the kill and the end of the process follow.
ALARM_SECONDS = 2
ALARM_PEEK_SECONDS = 0.1
# Where a limit can end somebody, memory alone is read this often, and more often
# while it grows by this share of the limit a second.
BUSY_PEEK_SECONDS = 1
IDLE_PEEK_SECONDS = 2
GROWING_PEEK_SECONDS = 0.25
GROWING_SHARE = 0.01
# Attribution may take this share of its period.
MOST_SHARE = 0.02
# Memory that moved by this share of the limit since is attributed at once, so that
# the last look before a kill knows who it was.
JUMP_SHARE = 0.05


class Cadence:
    """The plan of one sampler; times are seconds of a clock that does not jump."""

    def __init__(self) -> None:
        self.view: View = "none"
        self.busy = True
        self._headline_at = float("-inf")
        self._consumers_at = float("-inf")
        self._cost = 0.0
        self._alarm_until = float("-inf")
        self._peeked_at = float("-inf")
        self._headline_wanted = False
        self.consumers_wanted = False
        self._used: int | None = None
        self._limited = False
        self._growing = False
        self._read: tuple[float, int] | None = None

    @property
    def consumers_period(self) -> float:
        """Nominal seconds between attributions, stretched when they are dear."""
        return max(self._nominal(), self._cost / MOST_SHARE)

    @property
    def stretched(self) -> bool:
        """So much that a person should be told."""
        return self._cost / MOST_SHARE > 2 * self._nominal()

    def want(self) -> None:
        """Something changed that a look should show soon."""
        self._headline_wanted = self.consumers_wanted = True

    def work_began(self) -> None:
        """After idleness: what is known of consumers is old."""
        if not self.busy:
            self.busy = self.consumers_wanted = True

    def alarm(self, now: float) -> None:
        """The kernel says that memory is short: somebody may be ended soon."""
        self._alarm_until = now + ALARM_SECONDS

    def peeked(self, now: float) -> None:
        self._peeked_at = now

    def next_headline(self) -> float:
        wanted = self._headline_wanted
        return self._headline_at + (
            LEAST_SECONDS if wanted else HEADLINE_SECONDS[self.view]
        )

    def next_peek(self) -> float:
        """When to read memory and the count of kills, and nothing else."""
        if self._peeked_at < self._alarm_until:
            return self._peeked_at + ALARM_PEEK_SECONDS
        if not self._limited:
            return float("inf")
        if self._growing:
            return self._peeked_at + GROWING_PEEK_SECONDS
        return self._peeked_at + (BUSY_PEEK_SECONDS if self.busy else IDLE_PEEK_SECONDS)

    def consumers_due(self, now: float) -> bool:
        if self.consumers_wanted:
            # Even then not more often than its cost allows.
            return now - self._consumers_at >= max(
                LEAST_SECONDS, self._cost / MOST_SHARE
            )
        # A tick that comes a little early must not wait for a whole further one.
        return now - self._consumers_at >= self.consumers_period - LEAST_SECONDS / 2

    def began(self, now: float) -> None:
        """A look begins, whatever comes of it."""
        self._headline_at = self._peeked_at = now
        self._headline_wanted = False

    def used(self, now: float, used: int | None, limit: int | None) -> None:
        """What was read of memory."""
        self._limited = used is not None and limit is not None and limit > 0
        if used is None or not limit:
            self._growing = False
            return
        if self._read is not None and now > self._read[0]:
            grown = (used - self._read[1]) / (now - self._read[0])
            self._growing = grown > GROWING_SHARE * limit
        self._read = now, used
        if self._used is None:
            self._used = used
        elif abs(used - self._used) > JUMP_SHARE * limit:
            self.consumers_wanted = True

    def attributed(self, now: float, cost_seconds: float) -> None:
        """Consumers were measured, which took this much CPU time."""
        self._consumers_at = now
        self._cost = (self._cost + cost_seconds) / 2
        self.consumers_wanted = False
        self._used = None

    def _nominal(self) -> float:
        if self.view == "none":
            return BUSY_SECONDS if self.busy else IDLE_SECONDS
        return WATCHED_CONSUMERS_SECONDS[self.view]
