"""The CPU of this server, by the rule that `headline` states."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cpu_cgroup import GroupCpu
from .cpu_host import HostCpu
from .machine import Rate, Rise

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cgroup import Hierarchy
    from .cpu_cgroup import CpuReading
    from .shapes import CpuUse, Machine, Where


@dataclass(frozen=True)
class CpuAnswer:
    use: CpuUse
    # Cumulative, of this server alone.
    seconds: float | None
    # Everything but the limit is left to the sums of this server's processes.
    summed: bool = False
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Choice:
    """Whose figures are shown: a group's by its place, the machine's, or nobody's."""

    source: GroupCpu | HostCpu | None
    group: int = 0
    has_quota: bool = False


class ServerCpu:
    def __init__(self, machine: Machine, environ: Mapping[str, str]) -> None:
        self._hub = _cores(environ.get("CPU_LIMIT", ""))
        self._host = HostCpu(machine)
        self._group: GroupCpu | None = None
        self._own = False
        self._total: int | None = None
        self._allowed: int | None = None
        self._chosen = _Choice(None)
        self._used, self._periods, self._throttled = Rate(), Rate(), Rate()
        self._seconds = Rise()
        self._counted = False

    def found(
        self, cpu: Hierarchy | None, accounting: Hierarchy | None, *, own: bool
    ) -> None:
        """Where to read from now on. The same place keeps its counts."""
        self._own = own
        if (self._group.places if self._group else (None, None)) == (cpu, accounting):
            return
        if self._group:
            self._group.close()
        self._group = GroupCpu(cpu, accounting) if cpu else None
        self._seconds.restart()

    def bounds(self, total: int | None, allowed: int | None) -> None:
        """CPUs of the machine, and how many of them this server may run on."""
        self._total, self._allowed = total, allowed

    def read(self, now: float, where: Where) -> CpuAnswer:
        use, choice = self._limited(where)
        if self._total is not None:
            use["total"] = self._total
        if choice != self._chosen:
            self._chosen = choice
            self._used, self._periods, self._throttled = Rate(), Rate(), Rate()
        if choice.source is None:
            return CpuAnswer(use, None, summed=True)
        if isinstance(choice.source, HostCpu):
            reading = choice.source.read()
        else:
            reading = choice.source.read(choice.group)
        used = self._used.to(now, reading.seconds)
        if used is not None:
            # A clock that is off by a little makes nobody use more than there is.
            use["used"] = round(min(used, self._total or used), 3)
        if reading.pressure is not None:
            use["pressure"] = reading.pressure
        self._throttling(now, reading, use, has_quota=choice.has_quota)
        own = self._own and choice.source is self._group and choice.group == 0
        return CpuAnswer(
            use,
            self._since(reading.seconds) if own else None,
            problems=("CPU_UNREADABLE",) if reading.seconds is None else (),
        )

    def _limited(self, where: Where) -> tuple[CpuUse, _Choice]:
        """The tightest limit, and whose use belongs beside it."""
        most = self._total or math.inf
        quota = self._group.quota() if self._group else None
        if quota and quota.cores >= most:
            quota = None
        limit = quota.cores if quota else most
        place = quota.group if quota else 0
        use: CpuUse = {}
        choice = _Choice(self._group, place, has_quota=True) if quota else None
        if self._allowed and self._allowed < limit:
            limit, choice = self._allowed, None
        if limit < most:
            use["limit"], use["limitBy"] = round(limit, 3), "cgroup"
        if self._hub and self._hub < limit:
            limit, choice = self._hub, None
            use["limit"], use["limitBy"] = round(limit, 3), "hub"
        if choice is None and self._group and self._own:
            choice = _Choice(self._group, has_quota=quota is not None and place == 0)
        if choice is None:
            whole_machine = where == "host" and limit >= most
            choice = _Choice(self._host if whole_machine else None)
        return use, choice

    def _throttling(
        self, now: float, reading: CpuReading, use: CpuUse, *, has_quota: bool
    ) -> None:
        periods = self._periods.to(now, reading.periods)
        throttled = self._throttled.to(now, reading.throttled)
        if has_quota and periods is not None and throttled is not None:
            share = 100 * throttled / periods if periods else 0
            use["throttled"] = round(min(100.0, share), 1)

    def _since(self, seconds: float | None) -> float | None:
        """Starts with what the group had used; then it only grows."""
        if seconds is None and not self._counted:
            return None
        if seconds is not None and not self._counted:
            self._counted, self._seconds = True, Rise(seconds)
        return self._seconds.to(seconds)

    def close(self) -> None:
        self._host.close()
        if self._group:
            self._group.close()


def _cores(text: str) -> float | None:
    try:
        cores = float(text)
    except ValueError:
        return None
    return cores if math.isfinite(cores) and cores > 0 else None
