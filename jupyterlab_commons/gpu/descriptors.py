"""Which of our processes have a GPU's device file open, by `/proc/<pid>/fd`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jupyterlab_commons.usage.shapes import Machine

LOOK_SECONDS = 10.0
# The rest is looked at the next time, so that a look stays short.
MOST_PROCESSES = 500
MOST_DESCRIPTORS = 4096

GPU_FILE = re.compile(
    r"/dev/(?:nvidia-caps/(?P<cap>nvidia-cap\d+)"
    r"|dri/(?P<drm>renderD\d+)"
    r"|(?P<plain>nvidia\d+|nvidia-uvm|kfd))"
)


@dataclass(frozen=True)
class Opened:
    """The GPU files that one process has open, by name, with their descriptors."""

    pid: int
    # Clock ticks since boot at which it started: which life of this pid it is.
    started: int
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class DescriptorScan:
    """Remembers what it found by pid and start, for ten seconds."""

    def __init__(self, machine: Machine) -> None:
        self._proc = machine.proc
        self._known: dict[tuple[int, int], tuple[float, Opened]] = {}

    def look(
        self, pids: Mapping[int, int], now: float, at_once: Collection[int] = ()
    ) -> dict[int, Opened]:
        """Those of `pids` (pid -> start) that have one open.

        A pid in `at_once` is looked at now unless it is known to have one.
        """
        alive = set(pids.items())
        self._known = {
            life: seen for life, seen in self._known.items() if life in alive
        }
        for life in self._due(alive, now, at_once)[:MOST_PROCESSES]:
            self._known[life] = (now, self._opened(*life))
        return {
            pid: opened for (pid, _), (_, opened) in self._known.items() if opened.names
        }

    def _due(
        self, alive: set[tuple[int, int]], now: float, at_once: Collection[int]
    ) -> list[tuple[int, int]]:
        """Those never seen and those seen longest ago first."""
        never = (float("-inf"), None)
        ages = {life: self._known.get(life, never) for life in alive}
        due = [
            life
            for life, (seen, opened) in ages.items()
            if now - seen >= LOOK_SECONDS
            or (life[0] in at_once and opened is not None and not opened.names)
        ]
        return sorted(due, key=lambda life: (life[0] not in at_once, ages[life][0]))

    def _opened(self, pid: int, started: int) -> Opened:
        names: dict[str, tuple[str, ...]] = {}
        folder = self._proc / str(pid) / "fd"
        if start_of(self._proc / str(pid) / "stat") != started:
            return Opened(pid, started)
        for number in _numbers(str(folder)):
            try:
                target = os.readlink(f"{folder}/{number}")
            except OSError:
                continue
            found = GPU_FILE.fullmatch(target)
            if found is not None and found.lastgroup is not None:
                name = found[found.lastgroup]
                names[name] = (*names.get(name, ()), number)
        return Opened(pid, started, names)


def _numbers(folder: str) -> list[str]:
    try:
        return os.listdir(folder)[:MOST_DESCRIPTORS]
    except OSError:
        return []


def start_of(stat: os.PathLike[str]) -> int | None:
    """Clock ticks since boot at which a process started; None when it is gone."""
    try:
        with open(stat, "rb") as file:
            # The name in brackets may hold anything, brackets too.
            fields = file.read(4096).rpartition(b")")[2].split()
        return int(fields[19])
    except (OSError, ValueError, IndexError):
        return None
