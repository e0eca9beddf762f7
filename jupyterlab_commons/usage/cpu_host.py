"""CPU of the whole machine, for where no cgroup is this server's."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .cpu_cgroup import CpuReading
from .machine import KeptFile, pressure, whole

if TYPE_CHECKING:
    from .shapes import Machine

# user, nice, system, idle, iowait, irq, softirq, steal; guests are within user.
_WORKING = (1, 2, 3, 6, 7)


class HostCpu:
    def __init__(self, machine: Machine) -> None:
        self._stat = KeptFile(machine.proc / "stat")
        self._pressure = KeptFile(machine.proc / "pressure" / "cpu")
        self._ticks = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100

    def read(self) -> CpuReading:
        words = (self._stat.read() or b"").partition(b"\n")[0].split()
        seconds = None
        if len(words) > max(_WORKING) and words[0] == b"cpu":
            ticks = [whole(words[place]) for place in _WORKING]
            known = [tick for tick in ticks if tick is not None]
            if len(known) == len(_WORKING):
                seconds = sum(known) / self._ticks
        return CpuReading(seconds, None, None, pressure(self._pressure.read()))

    def close(self) -> None:
        self._stat.close()
        self._pressure.close()
