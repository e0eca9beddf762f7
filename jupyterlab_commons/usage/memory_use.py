"""The memory of this server, by the rule that `headline` states."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .machine import MOST, whole
from .memory_cgroup import GroupMemory
from .memory_host import HostMemory
from .oom import watch_group

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .cgroup import Hierarchy
    from .oom import OomWatch
    from .shapes import Machine, MemoryUse, Where


@dataclass(frozen=True)
class MemoryAnswer:
    where: Where
    use: MemoryUse
    anonymous: int | None
    # The figures are of this server alone.
    own: bool
    # `used` is left to the sum of this server's processes.
    summed: bool = False
    # Processes ended for lack of memory where others' are among them.
    shared_kills: int | None = None

    @property
    def problems(self) -> tuple[str, ...]:
        if self.summed:
            return ()
        if "used" not in self.use:
            return ("MEMORY_UNREADABLE",)
        return ("LIMIT_UNKNOWN",) if self.where == "host" else ()


class ServerMemory:
    def __init__(self, machine: Machine, environ: Mapping[str, str]) -> None:
        self._hub = whole(environ.get("MEM_LIMIT", "").strip().encode()) or None
        self._host = HostMemory(machine)
        self._group: GroupMemory | None = None
        self._own = False
        self._total: int | None = None
        self._kills = self._kills_before = 0

    def found(
        self, hierarchy: Hierarchy | None, total: int | None, *, own: bool
    ) -> None:
        """Where to read from now on. The same place keeps its counts."""
        same = total == self._total
        self._own, self._total = own, total
        if same and hierarchy == (self._group.hierarchy if self._group else None):
            return
        if self._group:
            self._group.close()
        self._kills_before = self._kills
        self._group = GroupMemory(hierarchy, total) if hierarchy else None

    def read(self) -> MemoryAnswer:
        answer = self._use()
        if self._total is not None:
            answer.use["total"] = self._total
        kills = (self._group or self._host).kills()
        if kills is None:
            return answer
        self._kills = self._kills_before + kills
        if not (self._group and self._own):
            return replace(answer, shared_kills=self._kills)
        answer.use["oomKills"] = self._kills
        return answer

    def _use(self) -> MemoryAnswer:
        limit = self._group.limit() if self._group else None
        tightest = limit.bytes if limit else self._total or MOST
        if self._hub and self._hub < tightest:
            return self._with_hub(self._hub)
        if self._group and limit:
            use = self._group.read(limit.group)
            use["limit"], use["limitBy"] = limit.bytes, "cgroup"
            return self._of_group(use, own=self._own and limit.group == 0)
        if self._group and self._own:
            return self._of_group(self._group.read(0), own=True)
        return MemoryAnswer("host", self._host.read(), None, own=False)

    def _with_hub(self, hub: int) -> MemoryAnswer:
        if self._group and self._own:
            use = self._group.read(0)
            use["limit"], use["limitBy"] = hub, "hub"
            return self._of_group(use, own=True)
        use = {"limit": hub, "limitBy": "hub"}
        return MemoryAnswer("host", use, None, own=False, summed=True)

    def _of_group(self, use: MemoryUse, *, own: bool) -> MemoryAnswer:
        group = self._group
        assert group is not None  # noqa: S101
        where: Where = "cgroup1" if group.hierarchy.version == 1 else "cgroup2"
        return MemoryAnswer(where, use, group.anonymous, own=own)

    def watch(self) -> OomWatch | None:
        return watch_group(self._group.hierarchy) if self._group else None

    def close(self) -> None:
        self._host.close()
        if self._group:
            self._group.close()
