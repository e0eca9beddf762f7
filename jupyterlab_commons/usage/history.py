"""The last hour, in slots of equal length by a clock that never jumps."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .shapes import UsageSample

STEP_SECONDS = 5
CONSUMERS_STEP_SECONDS = 30
HOUR_SECONDS = 3600
MAX_CONSUMERS = 200
MIB = 1024 * 1024
# GPUs are looked at once a minute at least; older figures are of a driver that hangs.
GPUS_OLD_MS = 90_000

Series = list["int | None"]


class UsageHistory(TypedDict, total=False):
    """See `usageHistory` in the protocol."""

    end: int
    step: int
    memory: Series
    cpu: Series
    disk: Series
    received: Series
    sent: Series
    gpus: dict[str, dict[str, Series]]
    consumers: dict[str, Series]
    consumersStep: int


class _Track:
    """Several series that share their slots; a slot nobody wrote to is a gap."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._slots: deque[dict[str, int]] = deque(maxlen=HOUR_SECONDS // step)
        self._last: int | None = None

    def put(self, now: float, figures: dict[str, int]) -> None:
        """The latest look in a slot is the one that stays."""
        slot = int(now // self._step)
        if self._last is None or slot > self._last:
            missed = 0 if self._last is None else slot - self._last - 1
            self._slots.extend({} for _ in range(min(missed, HOUR_SECONDS)))
            self._slots.append(figures)
            self._last = slot
        elif slot == self._last:
            self._slots[-1] = figures

    def names(self) -> list[str]:
        """All that was ever seen in this hour, those seen last first."""
        found: dict[str, None] = {}
        for figures in reversed(self._slots):
            found.update(dict.fromkeys(figures))
        return list(found)

    def series(self, name: str) -> Series:
        return [figures.get(name) for figures in self._slots]


class History:
    """Bounded whatever happens: an hour of slots, 200 consumers told."""

    def __init__(self) -> None:
        self._headline = _Track(STEP_SECONDS)
        self._consumers = _Track(CONSUMERS_STEP_SECONDS)
        self._last_at = 0

    def add(self, now: float, sample: UsageSample) -> None:
        """`now` must go on while the machine sleeps, so that sleep is a gap."""
        self._last_at = sample["at"]
        self._headline.put(now, _headline_figures(sample))
        sizes = {
            key: _whole(use.get("memory"), MIB)
            for key, use in sample["consumers"].items()
        }
        self._consumers.put(now, _known(sizes))

    def dump(self) -> UsageHistory:
        """Shaped as the protocol says."""
        names = self._headline.names()
        history: UsageHistory = {
            "end": self._last_at,
            "step": STEP_SECONDS,
            "memory": self._headline.series("memory"),
            "cpu": self._headline.series("cpu"),
            "gpus": {
                key: {
                    "busy": self._headline.series(f"busy:{key}"),
                    "memory": self._headline.series(f"memory:{key}"),
                }
                for key in sorted({n.partition(":")[2] for n in names if ":" in n})
            },
            "consumers": {
                name: self._consumers.series(name)
                for name in self._consumers.names()[:MAX_CONSUMERS]
            },
            "consumersStep": CONSUMERS_STEP_SECONDS,
        }
        if "disk" in names:
            history["disk"] = self._headline.series("disk")
        if "received" in names:
            history["received"] = self._headline.series("received")
        if "sent" in names:
            history["sent"] = self._headline.series("sent")
        return history


def _headline_figures(sample: UsageSample) -> dict[str, int]:
    network, disk = sample.get("network", {}), sample.get("disk", {})
    own_disk = disk.get("by", "machine") != "machine"
    figures = {
        "memory": _whole(sample["memory"].get("used"), MIB),
        "cpu": _whole(sample["cpu"].get("used"), 0.01),
        "disk": _whole(disk.get("used") if own_disk else None, MIB),
        "received": _whole(network.get("received"), 1024),
        "sent": _whole(network.get("sent"), 1024),
    }
    old = sample["at"] - sample.get("gpusAt", sample["at"]) > GPUS_OLD_MS
    for key, gpu in () if old else sample["gpus"].items():
        figures[f"memory:{key}"] = _whole(gpu.get("memoryUsed"), MIB)
        figures[f"busy:{key}"] = _whole(gpu.get("busy"), 1)
    return _known(figures)


def _known(figures: Mapping[str, int | None]) -> dict[str, int]:
    return {name: value for name, value in figures.items() if value is not None}


def _whole(value: float | None, unit: float) -> int | None:
    if value is None or not 0 <= value < float("inf"):
        return None
    return round(value / unit)
