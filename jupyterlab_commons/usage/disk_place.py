"""The file system that the home folder is on, and whether it is the home's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .machine import MOST, mounts

if TYPE_CHECKING:
    from .machine import Mount
    from .shapes import Machine

_SHARED_KINDS = {"overlay", "tmpfs", "ramfs", "rootfs", "devtmpfs", "aufs"}
_NOT_PEOPLE = {"lost+found", ".snapshot", ".snapshots"}


@dataclass(frozen=True)
class Place:
    """`own`: the file system holds this home and nothing of others."""

    own: bool
    # As mountinfo names it, such as /dev/sdb1 or server:/homes.
    source: str
    used: int
    free: int


def look(machine: Machine, home: Path) -> Place:
    """Blocks as long as the file system does not answer. Raises OSError."""
    real = Path(os.path.realpath(home))
    figures = os.statvfs(real)
    mount = _mount_of(machine, real)
    return Place(
        own=mount is not None and _is_own(machine, mount, real),
        source=mount.source if mount else "",
        used=_bytes(figures.f_blocks - figures.f_bfree, figures.f_frsize),
        free=_bytes(figures.f_bavail, figures.f_frsize),
    )


def _mount_of(machine: Machine, folder: Path) -> Mount | None:
    best = None
    for mount in mounts(machine):
        deeper = best is None or len(mount.point) >= len(best.point)
        if deeper and folder.is_relative_to(mount.point):
            best = mount
    return best


def _is_own(machine: Machine, mount: Mount, home: Path) -> bool:
    """A whole file system, apart from the machine's, with this home alone in it.

    A folder of a larger one that is bound here (a Docker volume, a hostPath, a
    subPath) shows the sizes of the larger one, which are those of others too.
    """
    base = _mount_of(machine, Path("/"))
    apart = base is None or mount.device != base.device
    if mount.point == "/" or not apart or mount.root != "/":
        return False
    if mount.kind in _SHARED_KINDS:
        return False
    if mount.point == str(home):
        return True
    try:
        others = {entry.name for entry in os.scandir(mount.point) if entry.is_dir()}
    except OSError:
        return False
    return str(home.parent) == mount.point and others - _NOT_PEOPLE <= {home.name}


def _bytes(blocks: int, size: int) -> int:
    return min(MOST, max(0, blocks * size))
