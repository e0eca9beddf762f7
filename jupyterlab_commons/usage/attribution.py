"""Who uses how much: kernels, terminals, the server, and the rest of the container."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .cpu_time import CpuTime
from .families import Families, by_owner, detached
from .machine import memory_total
from .processes import Processes, UnreadableError
from .shapes import Attribution
from .shared_memory import Figure, SharedMemory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .members import Look, Member
    from .shapes import ConsumerRoot, ConsumerUse, Headline, Machine

REST = "rest"
LEAST_REST_BYTES = 8 << 20
NOTHING = Figure(0, 0, estimated=False)


class Attributor:
    """Reads `/proc` at each call; for one thread, which it may keep busy for 50 ms."""

    def __init__(
        self, machine: Machine, server_pid: int, uid: int | None = None
    ) -> None:
        """`uid` is whose processes may have left their kernels; ours if not given."""
        self._machine = machine
        self._server_pid = server_pid
        self._processes = Processes(machine)
        self._families = Families(
            self._processes, server_pid, os.geteuid() if uid is None else uid
        )
        self._cpu = CpuTime()
        self._memory = SharedMemory(self._processes)
        self._rest = _Rest()
        self._peaks: dict[str, _Peak] = {}
        self._total: int | None = None
        self._ours: bool | None = None

    def close(self) -> None:
        """Give back the files that are kept open."""
        self._processes.close()

    def read(
        self, roots: Sequence[ConsumerRoot], headline: Headline, now: float
    ) -> Attribution:
        """`now` is seconds of a clock that does not jump; if it does, no rate is told.

        Of many thousand processes a part is looked at each time; the others count
        as they were.
        """
        look = self._look(roots, now)
        if look is None:
            return Attribution(
                uses={root.key: {} for root in roots},
                cpu_seconds=self._seconds(roots),
                problems=("PROCESSES_UNREADABLE",),
            )
        members = self._families.members
        self._cpu.settle(look, members, now)
        self._cpu.forget({root.key: root for root in roots})
        groups = by_owner(members)
        whole = headline.anonymous if headline.own else None
        figures = self._memory.measure(groups, whole, now)
        uses = {
            root.key: self._use(root, groups.get(root.key, []), figures, look)
            for root in roots
        }
        seconds = self._seconds(roots)
        self._add_rest(headline, uses, seconds, now)
        self._forget_peaks(uses)
        return Attribution(
            uses=uses,
            cpu_seconds=seconds,
            owner_of={m.pid: m.owner for m in members.values() if not m.ended},
            started={m.pid: m.start for m in members.values() if not m.ended},
            problems=_problems(look, figures),
        )

    def _look(self, roots: Sequence[ConsumerRoot], now: float) -> Look | None:
        """None where processes cannot be seen, or are not those of our namespace."""
        if self._ours is None:
            real = self._machine.root == Path("/")
            self._ours = not real or self._processes.self_pid() == os.getpid()
        if not self._ours:
            return None
        try:
            look = self._families.look(roots, now)
        except UnreadableError:
            return None
        return look if self._server_pid in self._families.members else None

    def _use(
        self,
        root: ConsumerRoot,
        group: Sequence[Member],
        figures: Mapping[str, Figure],
        look: Look,
    ) -> ConsumerUse:
        """Empty for what runs elsewhere, is starting or closed to us."""
        found = self._families.roots.get(root.key)
        if root.pid is None or root.remote or found is None:
            return {}
        living = [member for member in group if not member.ended]
        figure = figures.get(root.key, NOTHING)
        most = self._most()
        peak = self._peaks.setdefault(root.key, _Peak())
        use: ConsumerUse = {
            "memory": min(figure.memory, most),
            "peak": peak.of((found.pid, found.start), min(figure.sure, most)),
            "processes": len(living),
            "detached": detached(living, self._families.members, found.pid),
        }
        if self._cpu.rates is not None and found.pid not in look.late:
            use["cpu"] = self._cpu.rates.get(root.key, 0.0)
        return use

    def _most(self) -> int:
        """What the machine has; nobody uses more, whatever a file says."""
        if self._total is None:
            self._total = memory_total(self._machine) or 1 << 53
        return self._total

    def _seconds(self, roots: Sequence[ConsumerRoot]) -> dict[str, float]:
        found = {root.key: self._cpu.seconds(root.key) for root in roots}
        return {key: seconds for key, seconds in found.items() if seconds is not None}

    def _add_rest(
        self,
        headline: Headline,
        uses: dict[str, ConsumerUse],
        seconds: dict[str, float],
        now: float,
    ) -> None:
        """What is left of the container; of a machine's others nothing is said."""
        if headline.where == "host" or not headline.own:
            return
        cpu = self._rest.cpu(now, headline.cpu_seconds, self._cpu.total)
        if headline.cpu_seconds is not None:
            seconds[REST] = self._rest.seconds
        if headline.anonymous is None:
            return
        memory = headline.anonymous - sum(use.get("memory", 0) for use in uses.values())
        if memory < LEAST_REST_BYTES:
            return
        peak = self._peaks.setdefault(REST, _Peak())
        uses[REST] = {"memory": memory, "peak": peak.of((0, 0), memory)}
        if cpu is not None:
            uses[REST]["cpu"] = cpu

    def _forget_peaks(self, uses: Mapping[str, ConsumerUse]) -> None:
        for key in self._peaks.keys() - uses.keys() - {REST}:
            del self._peaks[key]


class _Peak:
    """The most that one life of a consumer was seen to use."""

    def __init__(self) -> None:
        self._life: tuple[int, int] | None = None
        self._bytes = 0

    def of(self, life: tuple[int, int], memory: int) -> int:
        if life != self._life:
            self._life, self._bytes = life, 0
        self._bytes = max(self._bytes, memory)
        return self._bytes


class _Rest:
    """CPU of the container that is nobody's.

    What is found later to be somebody's is taken off what comes then, because a
    counter does not go back.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began: float | None = None
        self._last: tuple[float, float] | None = None

    def cpu(self, now: float, whole: float | None, attributed: float) -> float | None:
        """Cores since the last call."""
        if whole is None:
            self._last = None
            return None
        left = whole - attributed
        if self._began is None:
            self._began = left
        self.seconds = max(self.seconds, left - self._began)
        last, self._last = self._last, (now, left)
        if last is None or now <= last[0]:
            return None
        return max(0.0, (left - last[1]) / (now - last[0]))


def _problems(look: Look, figures: Mapping[str, Figure]) -> tuple[str, ...]:
    problems = []
    if look.unreadable:
        problems.append("PROCESSES_UNREADABLE")
    if look.many:
        problems.append("PROCESSES_MANY")
    if any(figure.estimated for figure in figures.values()):
        problems.append("MEMORY_ESTIMATED")
    return tuple(problems)
