"""Memory of the whole machine, for where no cgroup is this server's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .machine import KeptFile, Rise, keyed, pressure, whole

if TYPE_CHECKING:
    from .shapes import Machine, MemoryUse


class HostMemory:
    def __init__(self, machine: Machine) -> None:
        self._meminfo = KeptFile(machine.proc / "meminfo")
        self._vmstat = KeptFile(machine.proc / "vmstat", large=True)
        self._pressure = KeptFile(machine.proc / "pressure" / "memory")
        self._kills = Rise()
        self._most = 0
        self.kills()

    def read(self) -> MemoryUse:
        """Without `used` where it cannot be read."""
        found: MemoryUse = {}
        kib = _meminfo(self._meminfo.read())
        total, free = kib.get(b"MemTotal:"), kib.get(b"MemAvailable:")
        if total is not None and free is not None:
            found["used"] = used = max(0, total - free)
            found["peak"] = self._most = max(self._most, used)
        shared, files = kib.get(b"Shmem:"), kib.get(b"Cached:")
        if shared is not None:
            found["shared"] = shared
            if files is not None:
                found["cache"] = max(0, files - shared)
        swap, unused = kib.get(b"SwapTotal:"), kib.get(b"SwapFree:")
        if swap is not None and unused is not None:
            found["swap"] = max(0, swap - unused)
        if (share := pressure(self._pressure.read())) is not None:
            found["pressure"] = share
        return found

    def kills(self) -> int | None:
        """On the whole machine, since this object was made."""
        count = whole(keyed(self._vmstat.read()).get(b"oom_kill"))
        return None if count is None else int(self._kills.to(count))

    def close(self) -> None:
        for file in (self._meminfo, self._vmstat, self._pressure):
            file.close()


def _meminfo(data: bytes | None) -> dict[bytes, int]:
    found = {}
    for line in (data or b"").splitlines():
        words = line.split()
        if len(words) == 3 and (kib := whole(words[1])) is not None:  # noqa: PLR2004
            found[words[0]] = kib * 1024
    return found
