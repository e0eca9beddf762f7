"""Counters that only grow while this server lives, and the report made of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .compose import sum_of, without_folders

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from .shapes import (
        Attribution,
        ConsumerUse,
        GpuReading,
        GpuUse,
        Headline,
        UsageSample,
    )

MAX_TOLD = 20
MAX_KEPT = 500
# Keys whose CPU time is remembered after them: a terminal's number comes again.
MAX_SUMMED = 5000
# One that has ended is told this long, so that its last seconds are not lost.
ENDED_SECONDS = 180
AT_WORK_PERCENT = 5


@dataclass
class _Consumer:
    """One row's counters, with the rates that hold until the next look."""

    row: ConsumerUse
    cpu_seconds: float = 0
    byte_seconds: float = 0
    held_seconds: float = 0
    held: int = 0
    ended_at: float | None = None


class Counters:
    """The life of one server; `now` is seconds of a clock that does not jump.

    Between two looks a figure counts as what it was at the first of them, so a
    look that comes late shifts use in time and loses none.
    """

    def __init__(self, now: float) -> None:
        self.boot = secrets.token_hex(8)
        self._began = self._now = now
        self._consumers: dict[str, _Consumer] = {}
        self._cpu = _Rising()
        self._gpus: dict[str, _Rising] = {}
        self._memory = 0
        self._summed_memory = self._summed_cpu = False
        self._summed: dict[str, float] = {}
        self._held = 0
        self._byte_seconds = 0.0
        self._held_seconds = 0.0
        self._seq = 0

    def looked(self, now: float, headline: Headline, gpus: GpuReading) -> None:
        """The headline was read; what it does not know goes on as it was.

        Figures that hold what others use too are not this server's: then the sum
        that attribution gives is counted.
        """
        self._advance(now)
        self._summed_memory = not headline.own or headline.memory_summed
        if not self._summed_memory:
            self._memory = headline.memory.get("used", self._memory)
        self._summed_cpu = headline.cpu_seconds is None
        if headline.cpu_seconds is not None:
            self._cpu.at(headline.cpu_seconds)
        for key, seconds in gpus.busy_seconds.items():
            self._gpus.setdefault(key, _Rising()).at(seconds)

    def attributed(
        self,
        now: float,
        rows: Mapping[str, ConsumerUse],
        attribution: Attribution,
        gpus: GpuReading,
    ) -> None:
        """Consumers were measured."""
        self._advance(now)
        for key, row in rows.items():
            consumer = self._consumers.setdefault(key, _Consumer(row))
            consumer.row, consumer.ended_at = row, None
            told = attribution.cpu_seconds.get(key, 0)
            self._sum(key, told)
            consumer.cpu_seconds = max(consumer.cpu_seconds, told)
            consumer.held = len(_devices(row.get("gpus", {}), gpus.gpus))
        if self._summed_memory:
            self._memory = sum_of(rows, "memory") or self._memory
        self._held = len(
            _devices(
                {gpu for row in rows.values() for gpu in row.get("gpus", {})}, gpus.gpus
            )
        )
        for key in self._consumers.keys() - rows.keys():
            consumer = self._consumers[key]
            if consumer.ended_at is None:
                consumer.ended_at, consumer.held = now, 0
                consumer.row = _ended(consumer.row)
        self._forget(now)

    def report(self, now: float, sample: UsageSample, *, busy: bool) -> dict[str, Any]:
        """Shaped as `linkSample` of the protocol."""
        self._advance(now)
        self._seq += 1
        report: dict[str, Any] = {
            "boot": self.boot,
            "seq": self._seq,
            "seconds": round(now - self._began, 3),
            "cpuSeconds": round(self._cpu.total, 3),
            "memoryByteSeconds": round(self._byte_seconds),
            "gpuBusySeconds": round(sum(g.total for g in self._gpus.values()), 3),
            "gpuHeldSeconds": round(self._held_seconds, 3),
            "memory": sample["memory"],
            "cpu": sample["cpu"],
            "gpus": len(_devices(sample["gpus"], sample["gpus"])),
            "busy": busy,
            "consumers": [self._told(key) for key in self._largest()],
        }
        if "disk" in sample:
            report["disk"] = without_folders(sample["disk"])
        if "oomKills" in sample["memory"]:
            report["oomKills"] = sample["memory"]["oomKills"]
        return report

    def _sum(self, key: str, seconds: float) -> None:
        """Attribution's counter of a key goes on where it was, however long after."""
        before = self._summed.pop(key, 0)
        self._summed[key] = max(before, seconds)
        if self._summed_cpu:
            self._cpu.total += max(0, seconds - before)
        while len(self._summed) > MAX_SUMMED:
            del self._summed[next(iter(self._summed))]

    def _advance(self, now: float) -> None:
        seconds = max(0.0, now - self._now)
        self._now = max(now, self._now)
        self._byte_seconds += self._memory * seconds
        self._held_seconds += self._held * seconds
        for consumer in self._consumers.values():
            consumer.byte_seconds += consumer.row.get("memory", 0) * seconds
            consumer.held_seconds += consumer.held * seconds

    def _largest(self) -> list[str]:
        """Those that run come first, then those whose end has to be told."""

        def size(key: str) -> tuple[bool, float]:
            consumer = self._consumers[key]
            return consumer.ended_at is None, consumer.row.get("memory", 0)

        running = sorted(self._consumers, key=size, reverse=True)
        ended = [k for k in running if self._consumers[k].ended_at is not None]
        # A quarter of the places is kept for the ended, if there are any.
        places = MAX_TOLD - min(len(ended), MAX_TOLD // 4)
        first = running[:places]
        return (first + [k for k in ended if k not in first])[:MAX_TOLD]

    def _told(self, key: str) -> dict[str, Any]:
        consumer = self._consumers[key]
        row = consumer.row
        told: dict[str, Any] = {
            "key": key,
            "kind": row["kind"],
            "name": row["name"],
            "cpuSeconds": round(consumer.cpu_seconds, 3),
            "memoryByteSeconds": round(consumer.byte_seconds),
            "gpuHeldSeconds": round(consumer.held_seconds, 3),
        }
        for name in ("path", "memory", "peak"):
            if name in row:
                told[name] = row[name]
        return told

    def _forget(self, now: float) -> None:
        for key, consumer in list(self._consumers.items()):
            if consumer.ended_at is not None and (
                now - consumer.ended_at > ENDED_SECONDS
                or len(self._consumers) > MAX_KEPT
            ):
                del self._consumers[key]


class _Rising:
    """The sum of a counter's rises; one that fell has begun anew."""

    def __init__(self) -> None:
        self.total = 0.0
        self._last: float | None = None

    def at(self, value: float) -> None:
        if self._last is not None:
            self.total += value - self._last if value >= self._last else value
        self._last = value


def at_work(sample: UsageSample, least_cores: float, *, own: bool) -> bool:
    """A kernel is busy, or CPU or a GPU of ours is at work.

    `own`: the CPU of the sample is this server's alone.
    """
    rows = sample["consumers"]
    gpus = sample["gpus"]
    held = {gpu for row in rows.values() for gpu in row.get("gpus", {})}
    cores = sample["cpu"].get("used") if own else sum_of(rows, "cpu")
    return (
        any(row.get("state") == "busy" for row in rows.values())
        or (cores or 0) > least_cores
        or any(gpus.get(key, {}).get("busy", 0) > AT_WORK_PERCENT for key in held)
    )


def _devices(keys: Collection[str], gpus: Mapping[str, GpuUse]) -> set[str]:
    """What is held, without a card that is held only through its MIG instances."""
    parents = {gpus[key].get("partOf") for key in keys if key in gpus}
    return {key for key in keys if key not in parents}


def _ended(row: ConsumerUse) -> ConsumerUse:
    left = row.copy()
    left.pop("memory", None)
    left.pop("gpus", None)
    return left
