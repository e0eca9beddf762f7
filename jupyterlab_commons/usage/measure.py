"""What is known of this server, brought up to date one part at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from . import compose
from .counters import at_work
from .incidents import Incidents, Look
from .parts import NO_HEADLINE, NoHolders
from .shapes import Attribution, GpuReading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .clock import Clock
    from .counters import Counters
    from .parts import Guard, Holders, Parts
    from .shapes import (
        ConsumerRoot,
        ConsumerUse,
        DiskUse,
        Headline,
        MemoryUse,
        UsageSample,
    )

T = TypeVar("T")

BUSY_CORES = 0.05
UNATTRIBUTED = Attribution(problems=("PROCESSES_UNREADABLE",))
UNASSIGNED: Holders = NoHolders(problems=("GPU_PROCESSES_HIDDEN",))
NO_GPUS = GpuReading(problems=("GPU_FAILED",))
NO_DISK: tuple[DiskUse | None, tuple[str, ...]] = (None, ("DISK_UNREADABLE",))


class Measurement:
    """Lives on one thread. A part that fails is left out, and the sample says so."""

    def __init__(
        self, parts: Parts, guard: Guard, clock: Clock, counters: Counters
    ) -> None:
        self.incidents = Incidents()
        self._parts = parts
        self._guard = guard
        self._clock = clock
        self._counters = counters
        self._since = clock.wall_ms()
        self._headline: Headline = NO_HEADLINE
        self._rows: dict[str, ConsumerUse] = {}
        self._attribution = Attribution()
        self._holders: Holders = NoHolders()
        self._attributed_at: int | None = None
        self._kills: int | None = None
        self._peak = 0

    def look(self, now: float) -> int:
        """Reads the headline; how many processes were ended since the last time."""
        part = self._parts.headline
        read = NO_HEADLINE
        if part is not None:
            read = self._run("this server", lambda: part.read(now), NO_HEADLINE)
        self._headline = read
        self._counters.looked(now, read, self._gpus())
        return self._count_kills(now, read)

    def peek(self, now: float) -> tuple[int, MemoryUse]:
        """Memory of this moment, and how many processes were ended; nothing else."""
        part = self._parts.peek
        if part is None:
            return 0, {}
        read = self._run("this server", lambda: part.read(now), NO_HEADLINE)
        if read.memory:
            # What attribution is compared with, and what a post-mortem tells.
            self._headline = replace(
                self._headline, memory=read.memory, anonymous=read.anonymous
            )
        return self._count_kills(now, read), read.memory

    def _count_kills(self, now: float, read: Headline) -> int:
        ours = read.shared_kills is None
        count = read.memory.get("oomKills") if ours else read.shared_kills
        if count is None:
            return 0
        before, self._kills = self._kills, count
        risen = 0 if before is None else max(0, count - before)
        if risen:
            self.incidents.killed(now, self._clock.wall_ms(), risen, ours=ours)
        return risen

    def attribute(self, roots: Sequence[ConsumerRoot]) -> None:
        """Who uses how much, at the price of reading every process."""
        now = self._clock.now()
        part, read = self._parts.attribution, UNATTRIBUTED
        if part is not None:
            read = self._run(
                "use by notebook",
                lambda: part.read(roots, self._headline, now),
                UNATTRIBUTED,
            )
        self._attribution = read
        reading = self._gpus()
        self._hold(reading)
        self._rows = compose.consumer_rows(roots, read, self._holders)
        self._attributed_at = self._clock.wall_ms()
        self._counters.attributed(now, self._rows, read, reading)
        pids = {r.key: r.pid for r in roots if r.pid is not None and r.kind != "server"}
        self.incidents.looked(Look(now, self.memory(), self._rows, read, pids))

    def died(self, kernel: str) -> None:
        """Jupyter noticed the end of a kernel. Look first: it may have been killed."""
        self.incidents.died(self._clock.now(), self._clock.wall_ms(), kernel)

    def memory(self) -> MemoryUse:
        memory = compose.memory_of(self._headline, self._rows, self._peak)
        self._peak = memory.get("peak", 0)
        return memory

    def busy(self, sample: UsageSample) -> bool:
        own = self._headline.own and self._headline.cpu_seconds is not None
        return at_work(sample, BUSY_CORES, own=own)

    def report(self, sample: UsageSample) -> dict[str, Any]:
        """What the companion is told of it."""
        return self._counters.report(self._clock.now(), sample, busy=self.busy(sample))

    def sample(self, *problems: str) -> UsageSample:
        """All that is known now. Nobody changes it any more."""
        at = self._clock.wall_ms()
        headline, reading = self._headline, self._gpus()
        disk, disk_problems = self._disk(at)
        sample: UsageSample = {
            "at": at,
            "since": self._since,
            "where": headline.where,
            "memory": self.memory(),
            "cpu": compose.cpu_of(headline, self._rows),
            "consumers": self._rows,
            "gpus": compose.gpu_cards(reading, self._holders),
            "incidents": self.incidents.current(at),
            "problems": compose.listed(
                headline.problems,
                self._attribution.problems,
                self._holders.problems,
                reading.problems,
                disk_problems,
                problems,
            ),
        }
        if disk is not None:
            sample["disk"] = disk
        if headline.network is not None:
            sample["network"] = headline.network
        if self._attributed_at is not None:
            sample["consumersAt"] = self._attributed_at
        if reading.taken_at is not None:
            sample["gpusAt"] = reading.taken_at
        return sample

    def _hold(self, reading: GpuReading) -> None:
        assign, gpus = self._parts.assign, self._parts.gpus
        self._holders = NoHolders()
        if assign is not None and reading.gpus:
            self._holders = self._run(
                "who holds which GPU",
                lambda: assign(reading, self._attribution),
                UNASSIGNED,
            )
        if gpus is not None:
            started = self._attribution.started
            self._run("the GPUs", lambda: gpus.look_at(started), None)

    def _gpus(self) -> GpuReading:
        gpus = self._parts.gpus
        return (
            GpuReading()
            if gpus is None
            else self._run("the GPUs", gpus.latest, NO_GPUS)
        )

    def _disk(self, at: int) -> tuple[DiskUse | None, tuple[str, ...]]:
        disk = self._parts.disk
        if disk is None:
            return NO_DISK
        return self._run("the home folder", lambda: disk.read(at), NO_DISK)

    def _run(self, name: str, work: Callable[[], T], otherwise: T) -> T:
        return self._guard.run(name, work, otherwise)
