"""What the sampler puts together, and how one part that fails is left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

from .shapes import Headline

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping, Sequence

    from .shapes import Attribution, ConsumerRoot, DiskUse, GpuOthers, GpuReading
    from .wakeup import Watch

T = TypeVar("T")

NO_HEADLINE = Headline(
    where="host",
    memory={},
    cpu={},
    network=None,
    cpu_seconds=None,
    anonymous=None,
    problems=("MEMORY_UNREADABLE", "CPU_UNREADABLE"),
)


class HeadlinePart(Protocol):
    def read(self, now: float) -> Headline: ...
    def oom_watch(self) -> Watch | None: ...
    def close(self) -> None: ...


class AttributionPart(Protocol):
    def read(
        self, roots: Sequence[ConsumerRoot], headline: Headline, now: float
    ) -> Attribution: ...
    def close(self) -> None: ...


class DiskPart(Protocol):
    def read(self, now_ms: int) -> tuple[DiskUse | None, tuple[str, ...]]: ...
    def scan(self) -> None: ...
    def close(self) -> None: ...


class GpuPart(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def latest(self) -> GpuReading: ...
    def every(self, seconds: float) -> None: ...
    def look_at(self, pids: Mapping[int, int]) -> None: ...


class Holders(Protocol):
    """Who holds which GPU."""

    @property
    def by_consumer(self) -> Mapping[str, Mapping[str, int | None]]: ...
    @property
    def others(self) -> Mapping[str, GpuOthers]: ...
    @property
    def problems(self) -> tuple[str, ...]: ...


@dataclass(frozen=True)
class NoHolders:
    by_consumer: Mapping[str, Mapping[str, int | None]] = field(default_factory=dict)
    others: Mapping[str, GpuOthers] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parts:
    """Each may be missing, for a part that could not even be made."""

    headline: HeadlinePart | None = None
    # A second one, so that a look in between does not cut the rates of the first.
    peek: HeadlinePart | None = None
    attribution: AttributionPart | None = None
    disk: DiskPart | None = None
    gpus: GpuPart | None = None
    assign: Callable[[GpuReading, Attribution], Holders] | None = None


class Guard:
    """Runs a part; its failure is one line in the log, however often it comes."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._told: set[tuple[str, type]] = set()

    def run(self, name: str, work: Callable[[], T], otherwise: T) -> T:
        """What `work` gives, or `otherwise`."""
        try:
            return work()
        except Exception as reason:  # noqa: BLE001
            if (name, type(reason)) not in self._told:
                self._told.add((name, type(reason)))
                self._log.warning(
                    "JupyterLab Commons: %s cannot be measured; the rest goes on.",
                    name,
                    exc_info=True,
                )
            return otherwise
