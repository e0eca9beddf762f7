"""Which consumer holds which GPU, and what is said of everybody else's processes.

The driver lists pids. In a container they may be the host's, where the same
number is another process here, or none. So:

H1  A listed pid is ours only if it is a process of one of our consumers, in the
    life that the attribution knows, which was there at the moment of the look
    with the device file of that GPU open. It gets what the driver lists.
H2  What a process's own fdinfo tells (AMD, Intel) is exact, and taken as it is.
H3  In a foreign pid namespace, a GPU that one unknown process uses and that one
    consumer has open without being listed is that consumer's, with the memory
    of that process; but only if on all GPUs together there are no more unknown
    processes than consumers that they could belong to.
H4  Where that is not so, each consumer that has the GPU open holds it with
    `None` (cannot be split), nobody is called other, and the panel is told.
H5  To have a GPU open is not yet to use it: CUDA opens all that it sees. Where
    the driver lists nobody and hardly any memory is used, nobody holds it; nor
    does a consumer that is not listed where pids are our own (the first pid
    namespace, or one of our processes is listed by its pid).
H6  Of all other listed processes only their number and memory is said, never a
    pid or a name.

What H3 cannot see: a consumer that has only opened a GPU which one process in
another container really uses.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyterlab_commons.usage.shapes import Machine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jupyterlab_commons.usage.shapes import (
        Attribution,
        GpuHold,
        GpuOthers,
        GpuReading,
    )

HIDDEN = "GPU_PROCESSES_HIDDEN"
# The number that Linux gives to the pid namespace of the machine itself.
FIRST_NAMESPACE = "pid:[4026531836]"
# Less than any process that computes takes, more than an idle GPU reports.
IDLE_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Holders:
    """`by_consumer`: bytes by GPU, None where they cannot be told apart."""

    by_consumer: dict[str, dict[str, int | None]] = field(default_factory=dict)
    others: dict[str, GpuOthers] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass
class _Gpu:
    """One GPU while it is worked out."""

    held: dict[str, int | None] = field(default_factory=dict)
    # Listed processes that are not known to be ours; their memory where told.
    unknown: dict[int, int | None] = field(default_factory=dict)
    # Consumers that have it open, none of whose processes is listed.
    openers: set[str] = field(default_factory=set)
    # The driver lists somebody; one of them is ours.
    listed: bool = False
    listed_ours: bool = False
    # More memory is in use than the listed processes account for.
    unexplained: bool = False

    def add(self, consumer: str, memory: int | None) -> None:
        before = self.held.get(consumer, 0)
        unknown = before is None or memory is None
        self.held[consumer] = None if unknown else (before or 0) + (memory or 0)


def assign(
    reading: GpuReading, attribution: Attribution, machine: Machine | None = None
) -> Holders:
    """By the rules H1 to H6."""
    gpus = {key: _sort(reading, key, attribution) for key in reading.gpus}
    own_pids = _first_namespace(machine or Machine()) or any(
        g.listed_ours for g in gpus.values()
    )
    unknown = {pid for gpu in gpus.values() for pid in gpu.unknown}
    openers = {name for gpu in gpus.values() if gpu.unknown for name in gpu.openers}
    may_guess = not own_pids and len(unknown) <= len(openers)
    hidden = [
        _settle(gpu, own_pids=own_pids, may_guess=may_guess) for gpu in gpus.values()
    ]
    by_consumer: dict[str, dict[str, int | None]] = {}
    for key, gpu in gpus.items():
        for consumer, memory in gpu.held.items():
            by_consumer.setdefault(consumer, {})[key] = memory
    return Holders(
        by_consumer=by_consumer,
        others={
            key: _others(gpu, reading.gpus[key].get("memoryUsed"))
            for key, gpu in gpus.items()
            if gpu.unknown
        },
        problems=(HIDDEN,) if any(hidden) else (),
    )


def _sort(reading: GpuReading, key: str, attribution: Attribution) -> _Gpu:
    gpu = _Gpu()
    holds = [hold for hold in reading.holds if hold.gpu == key]
    ours = {
        hold.pid: attribution.owner_of[hold.pid]
        for hold in holds
        if hold.by_descriptor and _is_ours(hold, attribution)
    }
    listed = {hold.pid: hold.memory for hold in holds if not hold.by_descriptor}
    for pid, memory in listed.items():
        if pid in ours:
            gpu.listed_ours = True
            gpu.add(ours[pid], memory)
        else:
            gpu.unknown[pid] = memory
    for hold in holds:
        if hold.by_descriptor and hold.pid in ours and hold.memory is not None:
            gpu.add(ours[hold.pid], hold.memory)
    gpu.openers = set(ours.values()) - gpu.held.keys()
    gpu.listed = bool(listed)
    gpu.unexplained = _unexplained(reading.gpus[key].get("memoryUsed"), listed)
    return gpu


def _is_ours(hold: GpuHold, attribution: Attribution) -> bool:
    """The same life of the same pid, in the look and in the attribution."""
    return (
        hold.pid in attribution.owner_of
        and hold.started is not None
        and attribution.started.get(hold.pid) == hold.started
    )


def _unexplained(used: int | None, listed: Mapping[int, int | None]) -> bool:
    if used is None or None in listed.values():
        return not listed
    return used - sum(memory or 0 for memory in listed.values()) > IDLE_BYTES


def _settle(gpu: _Gpu, *, own_pids: bool, may_guess: bool) -> bool:
    """Says whose the GPU is that they have only open; True: it cannot be told."""
    if not gpu.openers:
        return False
    if own_pids:
        in_use = gpu.unexplained and not gpu.listed
    else:
        in_use = gpu.unexplained or bool(gpu.unknown)
    if not in_use:
        return False
    alone = len(gpu.openers) == len(gpu.unknown) == 1 and not gpu.unexplained
    found = may_guess and alone
    if found:
        gpu.add(gpu.openers.pop(), gpu.unknown.popitem()[1])
    else:
        gpu.held.update(dict.fromkeys(gpu.openers))
    gpu.unknown = {}
    return not found


def _others(gpu: _Gpu, used: int | None) -> GpuOthers:
    memory = sum(of_one or 0 for of_one in gpu.unknown.values())
    ours = gpu.held.values()
    if None in gpu.unknown.values() and used is not None and None not in ours:
        memory = max(memory, used - sum(of_one or 0 for of_one in ours))
    return {"processes": len(gpu.unknown), "memory": memory}


def _first_namespace(machine: Machine) -> bool:
    try:
        return os.readlink(machine.proc / "self" / "ns" / "pid") == FIRST_NAMESPACE
    except OSError:
        return False
