"""Parts that the tests move by hand, and a clock that only they advance."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jupyterlab_commons.usage.clock import Clock
from jupyterlab_commons.usage.parts import NoHolders, Parts
from jupyterlab_commons.usage.shapes import (
    Attribution,
    ConsumerRoot,
    ConsumerUse,
    CpuUse,
    DiskUse,
    GpuReading,
    Headline,
    MemoryUse,
    UsageSample,
)
from jupyterlab_commons.usage.wakeup import Watch

MIB = 1024 * 1024
GIB = 1024 * MIB
LOG = logging.getLogger("usage")
# 2026-11-21, in milliseconds.
WALL = 1_795_257_000_000


class FakeClock(Clock):
    """Starts at 1,000 s; all three clocks pass together unless a test says not."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.asleep = 0.0
        self.jump_ms = 0

    def now(self) -> float:
        return self.seconds

    def with_sleep(self) -> float:
        return self.seconds + self.asleep

    def wall_ms(self) -> int:
        passed = self.with_sleep() - 1000
        return WALL + self.jump_ms + round(passed * 1000)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds


def headline(
    used: int | None = None, kills: int | None = None, **more: Any
) -> Headline:
    memory: MemoryUse = {"limit": 4 * GIB, "limitBy": "cgroup", "total": 64 * GIB}
    if used is not None:
        memory["used"] = used
    if kills is not None:
        memory["oomKills"] = kills
    cpu: CpuUse = {"used": 0.01, "limit": 2, "total": 8}
    known = Headline(
        where="cgroup2",
        memory=memory,
        cpu=cpu,
        network=None,
        cpu_seconds=1.0,
        anonymous=None,
    )
    return replace(known, **more)


@dataclass
class FakeHeadline:
    """What `now` is, is read; `hold` is called in each read."""

    now: Headline = field(default_factory=lambda: headline(GIB))
    reads: int = 0
    closed: bool = False
    hold: Callable[[], None] = lambda: None
    watch: Watch | None = None

    def read(self, now: float) -> Headline:
        self.reads += 1
        self.hold()
        return self.now

    def oom_watch(self) -> Watch | None:
        return self.watch

    def close(self) -> None:
        self.closed = True


@dataclass
class _Peek:
    """Reads what the headline would, and is not counted."""

    of: FakeHeadline

    def read(self, now: float) -> Headline:
        self.of.hold()
        return self.of.now

    def oom_watch(self) -> Watch | None:
        return None

    def close(self) -> None:
        pass


@dataclass
class FakeAttribution:
    now: Attribution = field(default_factory=Attribution)
    reads: int = 0
    roots: Sequence[ConsumerRoot] = ()
    hold: Callable[[], None] = lambda: None

    def read(
        self, roots: Sequence[ConsumerRoot], headline: Headline, now: float
    ) -> Attribution:
        self.reads += 1
        self.roots = roots
        self.hold()
        return self.now

    def close(self) -> None:
        pass


@dataclass
class FakeDisk:
    now: tuple[DiskUse | None, tuple[str, ...]] = (None, ())
    scans: int = 0
    closed: bool = False

    def read(self, now_ms: int) -> tuple[DiskUse | None, tuple[str, ...]]:
        return self.now

    def scan(self) -> None:
        self.scans += 1

    def close(self) -> None:
        self.closed = True


@dataclass
class FakeGpus:
    now: GpuReading = field(default_factory=GpuReading)
    seconds: list[float] = field(default_factory=list)
    running: bool = False

    def start(self) -> None:
        self.running = True

    def stop(self) -> None:
        self.running = False

    def latest(self) -> GpuReading:
        return self.now

    def every(self, seconds: float) -> None:
        self.seconds.append(seconds)

    def look_at(self, pids: Mapping[int, int]) -> None:
        pass


@dataclass
class Fakes:
    headline: FakeHeadline = field(default_factory=FakeHeadline)
    attribution: FakeAttribution = field(default_factory=FakeAttribution)
    disk: FakeDisk = field(default_factory=FakeDisk)
    gpus: FakeGpus = field(default_factory=FakeGpus)
    holders: NoHolders = field(default_factory=NoHolders)

    def parts(self) -> Parts:
        return Parts(
            headline=self.headline,
            peek=_Peek(self.headline),
            attribution=self.attribution,
            disk=self.disk,
            gpus=self.gpus,
            assign=lambda reading, attribution: self.holders,
        )


def kernel_row(name: str, memory: int, **more: Any) -> ConsumerUse:
    row: ConsumerUse = {
        "kind": "kernel",
        "name": name,
        "path": f"work/{name}",
        "memory": memory,
        "peak": memory,
    }
    row.update(more)  # type: ignore[typeddict-item]
    return row


def sample(**more: Any) -> UsageSample:
    """A sample with nothing much in it."""
    known: UsageSample = {
        "at": WALL,
        "since": WALL,
        "where": "cgroup2",
        "memory": {"used": GIB, "limit": 4 * GIB},
        "cpu": {"used": 0.5, "limit": 2},
        "consumers": {},
        "gpus": {},
        "incidents": {},
        "problems": [],
    }
    known.update(more)  # type: ignore[typeddict-item]
    return known
