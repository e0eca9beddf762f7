"""The shapes of `protocol/src/usage.ts`, and what the sampler's parts tell each other.

The `TypedDict`s travel as JSON: a key that is absent means "not reported". The
dataclasses stay inside this server.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypedDict

Where = Literal["cgroup1", "cgroup2", "host"]
ConsumerKind = Literal["kernel", "terminal", "server", "rest"]


class MemoryUse(TypedDict, total=False):
    used: int
    limit: int
    limitBy: Literal["cgroup", "hub"]
    total: int
    cache: int
    shared: int
    swap: int
    peak: int
    pressure: float
    oomKills: int


class CpuUse(TypedDict, total=False):
    used: float
    limit: float
    limitBy: Literal["cgroup", "hub"]
    total: float
    throttled: float
    pressure: float


class NetworkUse(TypedDict, total=False):
    received: float
    sent: float
    of: Literal["server", "machine"]


class Folder(TypedDict):
    name: str
    bytes: int


class DiskUse(TypedDict, total=False):
    used: int
    limit: int
    free: int
    by: Literal["quota", "volume", "scan", "machine"]
    measuredAt: int
    folders: list[Folder]
    foldersAt: int
    scanning: bool


class ConsumerUse(TypedDict, total=False):
    """One row of the table; see `consumer` in the protocol."""

    kind: ConsumerKind
    name: str
    path: str
    language: str
    state: Literal["starting", "idle", "busy", "dead", "unknown"]
    activeAt: int
    remote: bool
    cpu: float
    memory: int
    peak: int
    processes: int
    detached: int
    gpus: dict[str, int | None]


class GpuOthers(TypedDict):
    processes: int
    memory: int


class GpuUse(TypedDict, total=False):
    """One card; see `gpu` in the protocol."""

    vendor: Literal["nvidia", "amd", "intel"]
    name: str
    uuid: str
    index: int
    partOf: str
    mig: bool
    state: Literal["ok", "lost", "failed"]
    busy: float
    memoryUsed: int
    memoryTotal: int
    memoryBusy: float
    power: float
    powerLimit: float
    temperature: float
    fan: float
    clock: int
    clockMost: int
    memoryClock: int
    throttle: list[str]
    eccErrors: int
    xid: int
    xidAt: int
    pcieReceived: float
    pcieSent: float
    nvlinkReceived: float
    nvlinkSent: float
    others: GpuOthers


class LargestConsumer(TypedDict, total=False):
    name: str
    path: str
    memory: int
    peak: int


class Incident(TypedDict, total=False):
    at: int
    kind: Literal["out-of-memory", "kernel-died", "server-lost"]
    consumer: str
    name: str
    path: str
    memory: int
    peak: int
    used: int
    limit: int
    largest: list[LargestConsumer]


class UsageSample(TypedDict, total=False):
    at: int
    since: int
    where: Where
    memory: MemoryUse
    cpu: CpuUse
    disk: DiskUse
    network: NetworkUse
    consumers: dict[str, ConsumerUse]
    consumersAt: int
    gpus: dict[str, GpuUse]
    gpusAt: int
    incidents: dict[str, Incident]
    problems: list[str]


@dataclass(frozen=True)
class Machine:
    """Where the kernel's files are; tests hand in a folder that looks like them."""

    root: Path = Path("/")

    @property
    def proc(self) -> Path:
        return self.root / "proc"

    @property
    def sys(self) -> Path:
        return self.root / "sys"


@dataclass(frozen=True)
class Headline:
    """What the whole server uses: a handful of files, read in microseconds.

    Where no figure is this server's alone and the machine's would mislead (a
    limit set by the hub on a plain host), `memory.used` or `cpu.used` is left
    out; `memory_summed` and `cpu_summed` then ask the sampler to fill it in with
    the sum that attribution gives. Otherwise an absent figure is not known.
    """

    where: Where
    memory: MemoryUse
    cpu: CpuUse
    network: NetworkUse | None
    # Seconds of CPU since the cgroup began; only grows. None: not known of this
    # server alone; attribution's sum is.
    cpu_seconds: float | None
    # Anonymous memory of the whole cgroup: what attribution is compared with.
    anonymous: int | None
    problems: tuple[str, ...] = ()
    # False: the memory figures hold what others use too (the machine, a shared
    # cgroup, a limited ancestor); counters of this server are attribution's.
    own: bool = True
    memory_summed: bool = False
    cpu_summed: bool = False
    # Instead of `memory.oomKills` where other people's processes are among them.
    shared_kills: int | None = None


@dataclass(frozen=True)
class ConsumerRoot:
    """One kernel, terminal or this server, as Jupyter's managers know it."""

    key: str
    kind: ConsumerKind
    name: str
    # None: it runs elsewhere (remote), or is starting.
    pid: int | None
    path: str | None = None
    language: str | None = None
    state: Literal["starting", "idle", "busy", "dead", "unknown"] | None = None
    active_at: int | None = None
    remote: bool = False
    # Raised when Jupyter restarted it by itself after its death.
    deaths: int = 0


@dataclass(frozen=True)
class Attribution:
    """Who uses how much, and which process belongs to whom."""

    # cpu, memory, peak, processes, detached of each key; no names.
    uses: dict[str, ConsumerUse] = field(default_factory=dict)
    # Cumulative CPU seconds by key, ended processes included; only grows.
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    owner_of: dict[int, str] = field(default_factory=dict)
    # Clock ticks since boot at which each of these processes started.
    started: dict[int, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class GpuHold:
    """A process that holds a GPU; `memory` is None where it is not reported."""

    gpu: str
    pid: int
    memory: int | None
    # By open /dev/nvidia*, /dev/dri or /dev/kfd descriptors, not by the driver's list.
    by_descriptor: bool = False
    # Of a hold by descriptor: clock ticks since boot at which the process started.
    started: int | None = None


@dataclass(frozen=True)
class GpuReading:
    """One look at all GPUs; taken on a thread that may hang without harm."""

    # Milliseconds since 1970; None before the first look has ended.
    taken_at: int | None = None
    gpus: dict[str, GpuUse] = field(default_factory=dict)
    holds: tuple[GpuHold, ...] = ()
    # Cumulative: share busy x seconds of each GPU.
    busy_seconds: dict[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
