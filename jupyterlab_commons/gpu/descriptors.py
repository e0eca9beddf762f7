"""Which of our processes have a GPU's device file open, by `/proc/<pid>/fd`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jupyterlab_commons.usage.shapes import Machine

LOOK_SECONDS = 10.0
# To list the descriptors of a process costs a tenth of asking what each is, so
# they are asked only when their numbers are others. CUDA opens dozens; a single
# number that was closed and taken again is noticed here.
ASK_SECONDS = 60.0
# The rest is looked at the next time, so that a look stays short.
MOST_PROCESSES = 500
MOST_DESCRIPTORS = 4096

GPU_FILE = re.compile(
    r"/dev/(?:nvidia-caps/(?P<cap>nvidia-cap\d+)"
    r"|dri/(?P<drm>renderD\d+)"
    r"|(?P<plain>nvidia\d+|nvidia-uvm|kfd))"
)
NEVER = float("-inf")


@dataclass(frozen=True)
class Opened:
    """The GPU files that one process has open, by name, with their descriptors."""

    pid: int
    # Clock ticks since boot at which it started: which life of this pid it is.
    started: int
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Seen:
    """What a process had at the last look, and when each thing was found out."""

    opened: Opened
    looked_at: float = NEVER
    asked_at: float = NEVER
    numbers: tuple[str, ...] = ()


class DescriptorScan:
    """Remembers what it found by pid and start, for ten seconds."""

    def __init__(self, machine: Machine) -> None:
        self._proc = machine.proc
        self._seen: dict[tuple[int, int], _Seen] = {}

    def look(
        self, pids: Mapping[int, int], now: float, at_once: Collection[int] = ()
    ) -> dict[int, Opened]:
        """Those of `pids` (pid -> start) that have one open.

        A pid in `at_once` is looked at now unless it is known to have one.
        """
        self._seen = {
            life: self._seen.get(life) or _Seen(Opened(*life)) for life in pids.items()
        }
        due = [
            (life[0] not in at_once, seen.looked_at, life)
            for life, seen in self._seen.items()
            if now - seen.looked_at >= LOOK_SECONDS
            or (life[0] in at_once and not seen.opened.names)
        ]
        for _, _, life in sorted(due)[:MOST_PROCESSES]:
            self._seen[life] = self._look_at(self._seen[life], now)
        return {
            pid: seen.opened
            for (pid, _), seen in self._seen.items()
            if seen.opened.names
        }

    def _look_at(self, before: _Seen, now: float) -> _Seen:
        pid, started = before.opened.pid, before.opened.started
        folder = f"{self._proc}/{pid}/fd"
        if start_of(f"{self._proc}/{pid}/stat") != started:
            return _Seen(Opened(pid, started), now)
        numbers = _numbers(folder)
        if numbers == before.numbers and now - before.asked_at < ASK_SECONDS:
            return replace(before, looked_at=now)
        return _Seen(
            Opened(pid, started, _gpu_files(folder, numbers)), now, now, numbers
        )


def _numbers(folder: str) -> tuple[str, ...]:
    try:
        return tuple(os.listdir(folder)[:MOST_DESCRIPTORS])
    except OSError:
        return ()


def _gpu_files(folder: str, numbers: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for number in numbers:
        try:
            target = os.readlink(f"{folder}/{number}")
        except OSError:
            continue
        found = GPU_FILE.fullmatch(target)
        if found is not None and found.lastgroup is not None:
            name = found[found.lastgroup]
            names[name] = (*names.get(name, ()), number)
    return names


def start_of(stat: str | os.PathLike[str]) -> int | None:
    """Clock ticks since boot at which a process started; None when it is gone."""
    try:
        with open(stat, "rb") as file:
            # The name in brackets may hold anything, brackets too.
            fields = file.read(4096).rpartition(b")")[2].split()
        return int(fields[19])
    except (OSError, ValueError, IndexError):
        return None
