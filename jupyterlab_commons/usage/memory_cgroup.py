"""Memory of a cgroup: its limit, its working set, and who was killed for want of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .machine import MOST, KeptFile, Rise, keyed, pressure, whole

if TYPE_CHECKING:
    from pathlib import Path

    from .cgroup import Hierarchy
    from .shapes import MemoryUse


@dataclass(frozen=True)
class _Names:
    """What the two versions call the same thing."""

    usage: str
    limit: str
    peak: str
    kills: str
    inactive: bytes
    files: bytes
    shared: bytes
    anonymous: bytes


_NAMES = {
    1: _Names(
        "memory.usage_in_bytes",
        "memory.limit_in_bytes",
        "memory.max_usage_in_bytes",
        "memory.oom_control",
        b"total_inactive_file",
        b"total_cache",
        b"total_shmem",
        b"total_rss",
    ),
    2: _Names(
        "memory.current",
        "memory.max",
        "memory.peak",
        "memory.events",
        b"inactive_file",
        b"file",
        b"shmem",
        b"anon",
    ),
}


@dataclass(frozen=True)
class Limit:
    """The tightest limit in force, and the group that it is counted in."""

    bytes: int
    group: int


class _Group:
    """The files of one group."""

    def __init__(self, folder: Path, version: int) -> None:
        names = _NAMES[version]
        self.limit = KeptFile(folder / names.limit)
        self.usage = KeptFile(folder / names.usage)
        self.stat = KeptFile(folder / "memory.stat")
        self.peak = KeptFile(folder / names.peak)
        self.kills = KeptFile(folder / names.kills)
        self.swap = KeptFile(folder / "memory.swap.current")
        self.pressure = KeptFile(folder / "memory.pressure")

    def close(self) -> None:
        for file in vars(self).values():
            file.close()


class GroupMemory:
    """Reads one hierarchy; `total` is that of the machine."""

    def __init__(self, hierarchy: Hierarchy, total: int | None) -> None:
        self.hierarchy = hierarchy
        self.anonymous: int | None = None
        self._names = _NAMES[hierarchy.version]
        self._total = total or MOST
        self._groups = [_Group(path, hierarchy.version) for path in hierarchy.groups]
        self._peak = _Peak()
        self._own_stat: dict[bytes, bytes] = {}
        self._kills = Rise()
        self.kills()

    def limit(self) -> Limit | None:
        """A look starts with this. What is as large as the machine is no limit.

        Nor is `max`, or what version 1 says for it, which is nearly 2^63.
        """
        self._own_stat = keyed(self._groups[0].stat.read())
        limits = [self._finite(group.limit.read()) for group in self._groups]
        known = [limit for limit in limits if limit is not None]
        tightest = min(known, default=None)
        told = self._own_stat.get(b"hierarchical_memory_limit")
        if told and self.hierarchy.version == 1:
            # The kernel's own answer knows the groups that are hidden from us.
            tightest = self._finite(told)
        if tightest is None:
            return None
        # Of equals the outermost: it is full first. A hidden one is above them all.
        last = len(limits) - 1
        holder = next((i for i in range(last, -1, -1) if limits[i] == tightest), last)
        return Limit(tightest, holder)

    def _finite(self, word: bytes | None) -> int | None:
        limit = whole(word)
        return limit if limit is not None and limit < self._total else None

    def read(self, group: int) -> MemoryUse:
        """Without `used` where it cannot be read."""
        for index in range(group, -1, -1):
            found = self._use(self._groups[index], index)
            if "used" in found or index == 0:
                break
        return found

    def _use(self, group: _Group, index: int) -> MemoryUse:
        found: MemoryUse = {}
        names = self._names
        stat = keyed(group.stat.read()) if index else self._own_stat
        usage, inactive = whole(group.usage.read()), whole(stat.get(names.inactive))
        if usage is not None and inactive is not None:
            found["used"] = used = max(0, usage - inactive)
            kernel = whole(group.peak.read())
            found["peak"] = self._peak.to(index, used, inactive, kernel)
        files, shared = whole(stat.get(names.files)), whole(stat.get(names.shared))
        if shared is not None:
            found["shared"] = shared
            if files is not None:
                found["cache"] = max(0, files - shared)
        version2 = self.hierarchy.version == 2  # noqa: PLR2004
        swap = group.swap.read() if version2 else stat.get(b"total_swap")
        if (swapped := whole(swap)) is not None:
            found["swap"] = swapped
        if version2 and (share := pressure(group.pressure.read())) is not None:
            found["pressure"] = share
        self.anonymous = whole(stat.get(names.anonymous))
        return found

    def kills(self) -> int | None:
        """Since this object was made, and in the own group, whosever limit it was."""
        count = whole(keyed(self._groups[0].kills.read()).get(b"oom_kill"))
        return None if count is None else int(self._kills.to(count))

    def close(self) -> None:
        for group in self._groups:
            group.close()


class _Peak:
    """The highest working set.

    The kernel remembers the highest *usage*, which is the limit as soon as
    enough files were read once. But if that rises from one look to the next,
    what was in use at that moment is known up to the change of the file pages;
    so a peak between two looks is seen, and reading files makes none.
    """

    def __init__(self) -> None:
        self._group: int | None = None
        self._kernel: int | None = None
        self._inactive = self._most = 0

    def to(self, group: int, used: int, inactive: int, kernel: int | None) -> int:
        if group != self._group:
            self._group, self._kernel, self._most = group, None, 0
        if kernel is not None and self._kernel is not None and kernel > self._kernel:
            self._most = max(self._most, kernel - max(inactive, self._inactive))
        self._kernel, self._inactive = kernel, inactive
        self._most = max(self._most, used)
        return self._most
