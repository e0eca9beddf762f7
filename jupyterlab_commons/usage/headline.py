"""What the whole server uses and may use, from a handful of the kernel's files.

Which figures are this server's
-------------------------------
Memory and CPU follow the same rule, each in its own hierarchy of cgroups. *Own*
is a group that was made for this server (see `cgroup_owner`): a container, a
batch job, a unit of systemd; not the machine's root, a login, or a group that
the hub or another person is in.

1. The hub's limit (`MEM_LIMIT`, `CPU_LIMIT`) counts where no cgroup has one that
   is as tight. It is a limit of this server alone, so the use beside it is that
   of the own group. Without one it is the sum of this server's processes, which
   is left to the sampler (`Headline.memory_summed`, `cpu_summed`), and `where` is
   `host`.
2. Else, where a cgroup is limited, the tightest limit counts, whichever group it
   is set on, and the use is that of the same group: a pod is full when its
   containers together fill it. Of equal limits the outermost counts. Where the
   limited group is hidden or cannot be read, the nearest group below it stands in.
3. Else the own group's use is shown without a limit; `total` tells the machine.
4. Else nothing tells this server from the others: `where` is `host`, the figures
   are the machine's, and LIMIT_UNKNOWN says so. The CPU of a server whose memory
   is told by a cgroup is never the machine's; the sampler sums it.

Killed processes are those of the own group, whichever limit they met. Without
one, others' are among them: then the count is `Headline.shared_kills`, and is not
told. What cannot be read is absent, named as a problem, and tried again at the
next read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cgroup import Cgroups
from .cgroup_owner import is_own
from .cpu_use import ServerCpu
from .machine import list_count, memory_total, processors, status_line
from .memory_use import ServerMemory
from .network import NetworkReader
from .shapes import Headline

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .oom import OomWatch
    from .shapes import Machine

# Limits are read each time. A server that was moved or got company waits for this.
_LOOK_AGAIN_SECONDS = 60.0
_LOOK_AGAIN_SOON_SECONDS = 5.0


class HeadlineReader:
    """Make and use it on one thread. `pid`: a process of the server; else this one."""

    def __init__(
        self, machine: Machine, environ: Mapping[str, str], pid: int | None = None
    ) -> None:
        self._machine = machine
        self._process = machine.proc / ("self" if pid is None else str(pid))
        self._memory = ServerMemory(machine, environ)
        self._cpu = ServerCpu(machine, environ)
        self._network = NetworkReader(machine, self._process)
        self._found = False
        self._looked_at: float | None = None
        self._look_again = _LOOK_AGAIN_SECONDS
        self._look()

    def read(self, now: float) -> Headline:
        """`now`: seconds of a clock that does not jump; rates need two reads."""
        if self._looked_at is None:
            self._looked_at = now
        elif not 0 <= now - self._looked_at < self._look_again:
            self._look()
            self._looked_at = now
        memory = self._memory.read()
        cpu = self._cpu.read(now, memory.where)
        problems = (*memory.problems, *cpu.problems)
        soon = any(problem.endswith("UNREADABLE") for problem in problems)
        self._look_again = _LOOK_AGAIN_SOON_SECONDS if soon else _LOOK_AGAIN_SECONDS
        return Headline(
            where=memory.where,
            memory=memory.use,
            cpu=cpu.use,
            network=self._network.read(now, memory.where),
            cpu_seconds=cpu.seconds,
            anonymous=memory.anonymous,
            problems=problems,
            own=memory.own,
            memory_summed=memory.summed,
            shared_kills=memory.shared_kills,
            cpu_summed=cpu.summed,
        )

    def _look(self) -> None:
        """Finds the groups anew. A process that has ended leaves them as they are."""
        cgroups = Cgroups(self._machine, self._process)
        if self._found and not cgroups.text:
            return
        self._found = bool(cgroups.text)
        memory = cgroups.hierarchy("memory", "memory.current")
        cpu = cgroups.hierarchy("cpu", "cpu.stat")
        accounting = cgroups.hierarchy("cpuacct", "cpu.stat")
        if cpu is None:
            cpu = accounting
        own = {
            group: is_own(self._machine, self._process, group)
            for group in {memory, cpu, accounting}
        }
        self._memory.found(memory, memory_total(self._machine), own=own[memory])
        self._cpu.found(cpu, accounting, own=own[cpu] and own[accounting])
        self._cpu.bounds(
            processors(self._machine),
            list_count(status_line(self._process, "Cpus_allowed_list")),
        )

    def oom_watch(self) -> OomWatch | None:
        """Wakes when memory runs out; `None` where the kernel does not say it."""
        return self._memory.watch()

    def close(self) -> None:
        self._memory.close()
        self._cpu.close()
        self._network.close()
