"""Finds the cgroups of a process, as far up as they can be seen from here.

`/proc/<pid>/cgroup` names the own group within a hierarchy, and mountinfo says
which folder of that hierarchy is shown where. Both are told from inside a
cgroup namespace, so that either may be `/`, or climb out of it with `/../..`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .machine import mounts, read_text, status_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .machine import Mount
    from .shapes import Machine

_DEEPEST = 64
_MOST_LOOKED_AT = 2000


@dataclass(frozen=True)
class Hierarchy:
    """The groups that hold a process, its own first, the outermost visible one last.

    The root of the machine is never among them: it has no limit, and what it
    counts is the machine.
    """

    version: Literal[1, 2]
    name: str
    groups: tuple[Path, ...]

    @property
    def own(self) -> Path:
        return self.groups[0]


class Cgroups:
    """All hierarchies of one process; read once, so make a new one to look again."""

    def __init__(self, machine: Machine, process: Path) -> None:
        self._machine = machine
        self._process = process
        self._mounts = [m for m in mounts(machine) if m.kind in ("cgroup", "cgroup2")]
        self.text = read_text(process / "cgroup") or ""
        self._names: dict[str, str] = {}
        for line in self.text.splitlines():
            _, colon, rest = line.partition(":")
            controllers, second, name = rest.partition(":")
            if colon and second and name.startswith("/"):
                for controller in controllers.split(","):
                    self._names[controller] = name

    def hierarchy(self, controller: str, needs: str) -> Hierarchy | None:
        """Where `controller` is at work; only groups that have the file `needs`.

        Version 1 if the controller is there, for then version 2 does not have it.
        """
        if controller in self._names:
            options = [m for m in self._mounts if controller in m.options]
            if found := self._best(1, self._names[controller], options, controller):
                return found
        options = [m for m in self._mounts if m.kind == "cgroup2"]
        return self._best(2, self._names.get("", ""), options, needs)

    def _best(
        self, version: Literal[1, 2], name: str, options: list[Mount], needs: str
    ) -> Hierarchy | None:
        """By the mount that shows the most; the same tree may be mounted twice."""
        best: tuple[Path, ...] = ()
        for mount in options:
            groups = tuple(
                group
                for group in self._groups(mount, name)
                if not _is_machine(group, version)
                and (version == 1 or os.path.lexists(group / needs))
            )
            best = max(best, groups, key=len)
        return Hierarchy(version, name, best) if best else None

    def _groups(self, mount: Mount, name: str) -> Iterator[Path]:
        top = self._machine.root / mount.point.lstrip("/")
        own = self._own_folder(mount, name, top)
        for _ in range(_DEEPEST):
            if own is None:
                return
            yield own
            if own == top:
                return
            own = own.parent

    def _own_folder(self, mount: Mount, name: str, top: Path) -> Path | None:
        """The own group, else the nearest group above it that is shown."""
        root, own = _parts(mount.root), _parts(name)
        if ".." in root:
            # The mount reaches higher than the namespace, which hides the names
            # on the way down. The group is the one that lists the process.
            found = self._search(top)
            climbs = own.count("..") <= root.count("..") == len(root)
            return found or (top if climbs else None)
        if own[: len(root)] != root or ".." in own:
            return None
        folder = top.joinpath(*own[len(root) :])
        while folder != top and not folder.is_dir():
            folder = folder.parent
        return folder if folder.is_dir() else None

    def _search(self, top: Path) -> Path | None:
        pid = status_line(self._process, "Pid")
        for looked_at, (folder, _, _) in enumerate(os.walk(top)):
            if looked_at >= _MOST_LOOKED_AT:
                return None
            if pid in (read_text(Path(folder, "cgroup.procs")) or "").split():
                return Path(folder)
        return None


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part for part in name.split("/") if part)


def _is_machine(group: Path, version: Literal[1, 2]) -> bool:
    """The kernel shows one file at the root only, and another everywhere else."""
    if version == 1:
        return (group / "release_agent").exists()
    return not (group / "cgroup.events").exists()
