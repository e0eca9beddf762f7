"""CPU of a cgroup: its quota, what it uses, and how often it is held back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .machine import KeptFile, keyed, pressure, whole

if TYPE_CHECKING:
    from pathlib import Path

    from .cgroup import Hierarchy

_MICRO, _NANO = 1e-6, 1e-9


@dataclass(frozen=True)
class Quota:
    """The tightest quota in force, and the group that it is counted in."""

    cores: float
    group: int


@dataclass(frozen=True)
class CpuReading:
    """Cumulative, all of it."""

    seconds: float | None
    periods: int | None
    throttled: int | None
    pressure: float | None


class _Group:
    """The files of one group; `accounting` is where version 1 counts the time."""

    def __init__(self, folder: Path, accounting: Path | None, version: int) -> None:
        self.stat = KeptFile(folder / "cpu.stat")
        self.pressure = KeptFile(folder / "cpu.pressure")
        self.usage = KeptFile((accounting or folder) / "cpuacct.usage")
        first = "cpu.max" if version == 2 else "cpu.cfs_quota_us"  # noqa: PLR2004
        self.quota = KeptFile(folder / first)
        self.period = KeptFile(folder / "cpu.cfs_period_us")

    def close(self) -> None:
        for file in vars(self).values():
            file.close()


class GroupCpu:
    """Reads one hierarchy; `accounting` is version 1's other one, often the same."""

    def __init__(self, hierarchy: Hierarchy, accounting: Hierarchy | None) -> None:
        self.places = (hierarchy, accounting)
        self._version = hierarchy.version
        counted = accounting.groups if accounting else ()
        self._groups = [
            _Group(
                folder,
                counted[min(index, len(counted) - 1)] if counted else None,
                self._version,
            )
            for index, folder in enumerate(hierarchy.groups)
        ]

    def quota(self) -> Quota | None:
        tightest: Quota | None = None
        for index, group in enumerate(self._groups):
            cores = self._cores(group)
            # Of equals the outermost: it is used up first.
            if cores and (tightest is None or cores <= tightest.cores):
                tightest = Quota(cores, index)
        return tightest

    def _cores(self, group: _Group) -> float | None:
        words = (group.quota.read() or b"").split()
        if self._version == 1:
            words = words[:1] + (group.period.read() or b"").split()[:1]
        if len(words) < 2:  # noqa: PLR2004
            return None
        quota, period = whole(words[0]), whole(words[1])
        return quota / period if quota and period else None

    def read(self, group: int) -> CpuReading:
        files = self._groups[group]
        stat = keyed(files.stat.read())
        if self._version == 1:
            used, unit = whole(files.usage.read()), _NANO
        else:
            used, unit = whole(stat.get(b"usage_usec")), _MICRO
        return CpuReading(
            seconds=None if used is None else used * unit,
            periods=whole(stat.get(b"nr_periods")),
            throttled=whole(stat.get(b"nr_throttled")),
            pressure=None if self._version == 1 else pressure(files.pressure.read()),
        )

    def close(self) -> None:
        for group in self._groups:
            group.close()
