"""One NVIDIA GPU or MIG instance: each metric is there or not by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast

from jupyterlab_commons.errors import printable

from . import nvml_structs as n
from .look import UUID_CHARS, Rates, name_of, percent, watts, whole, within
from .nvml import NvmlError
from .nvml_structs import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyterlab_commons.usage.shapes import GpuUse

    from .nvml import FieldReading, Nvml
    from .nvml_structs import Handle

T = TypeVar("T")

# After one of these no call of this life of the library has a chance.
BROKEN = frozenset(
    {
        Answer.UNINITIALIZED,
        Answer.DRIVER_NOT_LOADED,
        Answer.LIB_RM_VERSION_MISMATCH,
    }
)
LOST = frozenset({Answer.GPU_IS_LOST, Answer.RESET_REQUIRED})
NEVER = frozenset({Answer.NOT_SUPPORTED, Answer.FUNCTION_NOT_FOUND})

IDLE = 0x1
# Bits of the clock reasons and their words in the protocol, in its order.
THROTTLE = (
    ("power", 0x4),
    ("thermal", 0x20 | 0x40),
    ("power-brake", 0x80),
    ("hardware", 0x8),
    ("applications-clocks", 0x2),
    ("sync", 0x10),
)
NAMED = IDLE | 0x4 | 0x20 | 0x40 | 0x80 | 0x8 | 0x2 | 0x10

MOST_LINKS = 36
KIB = 1024

State = Literal["ok", "lost", "failed"]


class _LostError(Exception):
    """The GPU has fallen off the bus, or waits for a reset."""


class Card:
    """Reads one device; a metric it says it never has is not asked for again."""

    def __init__(
        self,
        nvml: Nvml,
        device: Handle | None,
        index: int,
        part_of: str | None = None,
    ) -> None:
        # None: the driver names no handle for it.
        self.device = device
        self.index = index
        self.part_of = part_of
        self.mig = False
        self.state: State = "ok"
        self.minor: int | None = None
        self.instance: tuple[int, int] | None = None
        self.listed: dict[int, int | None] = {}
        self.xid: tuple[int, int] | None = None
        self._nvml = nvml
        self._never: set[str] = set()
        self._fixed: dict[str, Any] = {}
        self._slow: dict[str, Any] = {}
        self._rates = Rates()
        self._nvlink: list[tuple[str, int, int, int]] | None = None

    def introduce(self, uuid: str | None) -> None:
        """Reads what does not change while the library is open."""
        name = self._unless_lost(lambda: self._ask("name", self._nvml.name))
        self._fixed = {
            "vendor": "nvidia",
            "name": name_of(name, "NVIDIA GPU"),
            "index": self.index,
        }
        if uuid:
            self._fixed["uuid"] = printable(uuid, UUID_CHARS)
        if self.part_of is not None:
            self._fixed["partOf"] = self.part_of
        self._unless_lost(self._read_once)

    def refresh(self) -> None:
        """Reads what changes seldom; a card that was lost gets another chance."""
        self.state = "ok" if self.device is not None else self.state
        if self.part_of is None:
            self._unless_lost(self._read_sometimes)

    def read(self, now: float, *, with_processes: bool) -> GpuUse:
        """The card of this moment; of a lost one what is still known."""
        self.listed = {}
        figures = self._unless_lost(lambda: self._figures(now)) or {}
        # Of a GPU in MIG mode each instance has a list of its own.
        if with_processes and not self.mig:
            found = self._unless_lost(
                lambda: self._ask("processes", self._nvml.processes)
            )
            self.listed = found or {}
        use = {**self._fixed, "state": self.state}
        if self.state == "ok":
            use.update(self._slow)
            use.update(figures)
        if self.xid is not None:
            use["xid"], use["xidAt"] = self.xid
        return cast("GpuUse", use)

    def _unless_lost(self, read: Callable[[], T]) -> T | None:
        if self.state == "lost":
            return None
        try:
            return read()
        except _LostError:
            self.state = "lost"
            return None

    def _read_once(self) -> None:
        if self.part_of is not None:
            self.instance = self._ask("instance", self._nvml.mig_instance)
            return
        self.minor = self._ask("minor", self._nvml.minor)
        most = self._ask("clock_most", lambda d: self._nvml.clock_most(d, n.CLOCK_SM))
        put(self._fixed, "clockMost", most)

    def _read_sometimes(self) -> None:
        mig = bool(self._ask("mig", self._nvml.mig_enabled))
        if mig != self.mig:
            # What is not supported in one mode may be in the other.
            self.mig = mig
            self._never.clear()
        limit = self._ask("power_limit", self._nvml.power_limit)
        put(self._slow, "powerLimit", watts(limit))
        put(self._slow, "eccErrors", whole(self._ask("ecc", self._nvml.ecc_errors)))

    def _figures(self, now: float) -> dict[str, Any]:
        use: dict[str, Any] = {}
        memory = self._ask("memory", self._nvml.memory)
        if memory is not None:
            put(use, "memoryUsed", whole(memory[0]))
            put(use, "memoryTotal", whole(memory[1]))
        if self.part_of is not None:
            return use
        if self.mig:
            use["mig"] = True
        else:
            rates = self._ask("utilisation", self._nvml.utilisation)
            if rates is not None:
                use["busy"], use["memoryBusy"] = percent(rates[0]), percent(rates[1])
            # A card that has nothing to say of what every card has is not well.
            silent = memory is None and rates is None
            unable = {"memory", "utilisation"} <= self._never
            self.state = "failed" if silent and not unable else "ok"
        self._sensors(use)
        self._traffic(use, now)
        return use

    def _sensors(self, use: dict[str, Any]) -> None:
        nvml = self._nvml
        put(use, "power", watts(self._ask("power", nvml.power)))
        put(use, "temperature", within(self._ask("temp", nvml.temperature), 1000))
        put(use, "fan", percent(self._ask("fan", nvml.fan)))
        clock = self._ask("clock", lambda d: nvml.clock(d, n.CLOCK_SM))
        put(use, "clock", clock)
        clock = self._ask("memory_clock", lambda d: nvml.clock(d, n.CLOCK_MEMORY))
        put(use, "memoryClock", clock)
        mask = self._ask("reasons", nvml.clock_reasons)
        if mask is not None:
            use["throttle"] = throttle_words(mask)

    def _traffic(self, use: dict[str, Any], now: float) -> None:
        if self._nvlink is None:
            self._nvlink = self._nvlink_fields()
        wanted = [
            ("pcieReceived", n.PCIE_RECEIVED, 0, 1),
            ("pcieSent", n.PCIE_SENT, 0, 1),
            *self._nvlink,
        ]
        found = self._fields([(field, scope) for _, field, scope, _ in wanted])
        sums: dict[str, int] = {}
        for (name, _, _, unit), reading in zip(wanted, found, strict=True):
            # 4 GiB are through a link in less than a second, so what a narrow
            # counter has grown by cannot be told.
            if reading is not None and reading.wide:
                sums[name] = sums.get(name, 0) + reading.value * unit
        for name in ("pcieReceived", "pcieSent", "nvlinkReceived", "nvlinkSent"):
            put(use, name, whole(self._rates.of(name, sums.get(name), now)))

    def _nvlink_fields(self) -> list[tuple[str, int, int, int]]:
        """The counters that this GPU has: one sum of all links, or one for each."""
        older = [
            ("nvlinkReceived", n.NVLINK_RECEIVED_KIB, n.ALL_LINKS, KIB),
            ("nvlinkSent", n.NVLINK_SENT_KIB, n.ALL_LINKS, KIB),
        ]
        if any(self._fields([(field, scope) for _, field, scope, _ in older])):
            return older
        links = self._fields([(n.NVLINK_COUNT, 0)])[0]
        return [
            (name, field, link, 1)
            for link in range(min(links.value if links else 0, MOST_LINKS))
            for name, field in (
                ("nvlinkReceived", n.NVLINK5_RECEIVED),
                ("nvlinkSent", n.NVLINK5_SENT),
            )
        ]

    def _fields(self, wanted: list[tuple[int, int]]) -> list[FieldReading | None]:
        found = self._ask("fields", lambda d: self._nvml.fields(d, wanted))
        return found or [None] * len(wanted)

    def _ask(self, metric: str, read: Callable[[Handle], T]) -> T | None:
        if self.device is None or metric in self._never:
            return None
        try:
            return read(self.device)
        except NvmlError as error:
            if error.answer in BROKEN:
                raise
            if error.answer in LOST:
                raise _LostError from error
            if error.answer in NEVER:
                self._never.add(metric)
            return None


def throttle_words(mask: int) -> list[str]:
    """Why it runs below its clock; being idle is no reason to worry anybody."""
    words = [word for word, bits in THROTTLE if mask & bits]
    return [*words, "other"] if mask & ~NAMED else words


def put(use: dict[str, Any], key: str, value: object) -> None:
    """Absent, never null: that is how the protocol says "not reported"."""
    if value is None:
        use.pop(key, None)
    else:
        use[key] = value
