"""Whether a cgroup is this server's own, or one that others are in as well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .machine import read_text, status_line

if TYPE_CHECKING:
    from pathlib import Path

    from .cgroup import Hierarchy
    from .shapes import Machine

_MOST_PROCESSES = 256
# Below are services; 65534 and 65535 stand for nobody and for the unknown.
_FIRST_PERSON, _NOBODY = 1000, (65534, 65535)
_HUB = {"jupyterhub", "configurable-http-proxy"}
# What systemd makes of a login: everything that a person runs is in it.
_LOGIN = re.compile(r"user\.slice|user-\d+\.slice|user@\d+\.service")
# What was made for one thing even though it is below a login.
_MADE = re.compile(r"(?:libpod|docker|crio|cri-containerd|run|jupyter)[-_@.].*")


def is_own(machine: Machine, process: Path, hierarchy: Hierarchy | None) -> bool:
    """The own group was made for this server: a container, a job, a unit of its own.

    Not so: a login, a slice, and a group that holds the hub or another person.
    """
    if hierarchy is None:
        return False
    parts = [part for part in hierarchy.name.split("/") if part]
    made = any(_MADE.fullmatch(part) for part in parts)
    if parts and (parts[-1].endswith(".slice") or parts[-1] == "init.scope"):
        return False
    if any(_LOGIN.fullmatch(part) for part in parts) and not made:
        return False
    return not _has_others(machine, process, hierarchy.own)


def _has_others(machine: Machine, process: Path, group: Path) -> bool:
    own_uid = _uid(process)
    pids = (read_text(group / "cgroup.procs") or "").split()
    for pid in pids[:_MOST_PROCESSES]:
        # 0 is a process outside of this container; whose it is cannot be told.
        if not pid.isdecimal() or pid == "0":
            continue
        other = machine.proc / pid
        uid = _uid(other)
        if uid is None:
            continue
        person = uid >= _FIRST_PERSON and uid not in _NOBODY
        if (person and uid != own_uid) or _is_hub(other):
            return True
    return False


def _uid(process: Path) -> int | None:
    first = status_line(process, "Uid").split("\t")[0]
    return int(first) if first.isdecimal() else None


def _is_hub(process: Path) -> bool:
    """`jupyterhub -f ...`, `python -m jupyterhub`; not `jupyterhub-singleuser`."""
    words = (read_text(process / "cmdline") or "").split("\0")[:4]
    return any(word.rpartition("/")[2] in _HUB for word in words)
