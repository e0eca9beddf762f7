"""Folders that look like the kernel's, for what the machine of the tests is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyterlab_commons.usage.shapes import Machine

if TYPE_CHECKING:
    from pathlib import Path

MIB = 1 << 20
GIB = 1 << 30
TOTAL = 16 * GIB
CPUS = 8
# What version 1 says where there is no limit.
NO_LIMIT_1 = 9223372036854771712
PSI = "some avg10={} avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=0.00 x\n"
NET_DEV = """Inter-|   Receive                            |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes packets
    lo: 999 1 0 0 0 0 0 0 999 1 0 0 0 0 0 0
"""


class Tree:
    """A machine with 16 GiB and 8 CPUs, and this process, number 42, as `self`."""

    def __init__(self, root: Path) -> None:
        self.machine = Machine(root)
        self._mounts = ["22 1 254:0 / / rw - ext4 /dev/vda rw"]
        self.file("sys/devices/system/cpu/online", f"0-{CPUS - 1}\n")
        self.file("proc/vmstat", "nr_free_pages 1\noom_kill 3\n")
        self.file("proc/stat", "cpu  100 0 100 5000 0 0 0 0 0 0\ncpu0 1 2\n")
        self.meminfo(available=10 * GIB)
        self.process("self", uid=1000)
        self.file("proc/self/status", "Pid:\t42\nUid:\t1000\t1000\t1000\t1000\n")
        self.file("proc/self/net/dev", NET_DEV + "eth0: 100 1 0 0 0 0 0 0 50 1\n")

    def file(self, path: str, text: str | bytes) -> Path:
        """Written in place, as the kernel's files stay the same file."""
        place = self.machine.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(text if isinstance(text, bytes) else text.encode())
        return place

    def unreadable(self, path: str) -> None:
        """A folder in its place, as root may read every file."""
        place = self.machine.root / path
        place.unlink(missing_ok=True)
        place.mkdir(parents=True)

    def meminfo(self, *, available: int) -> None:
        kib = {
            "MemTotal": TOTAL,
            "MemAvailable": available,
            "Cached": 3 * GIB,
            "Shmem": GIB,
            "SwapTotal": GIB,
            "SwapFree": GIB // 2,
        }
        lines = (f"{name}:   {size // 1024} kB\n" for name, size in kib.items())
        self.file("proc/meminfo", "".join(lines))

    def process(self, pid: str, uid: int, *command: str) -> None:
        self.file(f"proc/{pid}/status", f"Pid:\t{pid}\nUid:\t{uid}\t{uid}\t{uid}\t0\n")
        self.file(f"proc/{pid}/cmdline", "\0".join(command))

    def mount(self, line: str) -> None:
        self._mounts.append(line)
        self.file("proc/self/mountinfo", "\n".join(self._mounts) + "\n")

    def mount2(self, root: str = "/", point: str = "/sys/fs/cgroup") -> None:
        self.mount(f"31 23 0:28 {root} {point} ro - cgroup2 cgroup rw,nsdelegate")

    def mount1(self, controllers: str, root: str = "/") -> None:
        point = f"/sys/fs/cgroup/{controllers}"
        self.mount(f"32 31 0:29 {root} {point} ro - cgroup cgroup rw,{controllers}")

    def is_in(self, *lines: str) -> None:
        """The lines of /proc/self/cgroup."""
        self.file("proc/self/cgroup", "".join(line + "\n" for line in lines))

    def root2(self) -> None:
        """The machine's root: it has no events and no memory."""
        self.file("sys/fs/cgroup/cgroup.procs", "1\n")
        self.file("sys/fs/cgroup/cpu.stat", "usage_usec 1\n")

    def root1(self, controllers: str) -> None:
        """The machine's root: only there is a release agent."""
        self.file(f"sys/fs/cgroup/{controllers}/release_agent", "")

    def group2(
        self,
        path: str,
        *,
        limit: int | str = "max",
        usage: int = GIB,
        inactive: int = 0,
        cpu_max: str = "max 100000",
        procs: str = "42\n",
    ) -> None:
        files = {
            "cgroup.events": "populated 1\nfrozen 0\n",
            "cgroup.procs": procs,
            "memory.max": f"{limit}\n",
            "memory.current": f"{usage}\n",
            "memory.stat": f"anon {usage // 2}\nfile {inactive + 64 * MIB}\n"
            f"shmem {64 * MIB}\ninactive_file {inactive}\n",
            "memory.swap.current": "4096\n",
            "memory.events": "low 0\nhigh 0\nmax 9\noom 2\noom_kill 2\n",
            "memory.pressure": PSI.format("12.50"),
            "cpu.max": f"{cpu_max}\n",
            "cpu.stat": "usage_usec 5000000\nuser_usec 1\nsystem_usec 1\n"
            "nr_periods 100\nnr_throttled 10\nthrottled_usec 5\n",
            "cpu.pressure": PSI.format("3.00"),
        }
        for name, text in files.items():
            self.file(f"sys/fs/cgroup/{path.strip('/')}/{name}", text)

    def group1(
        self,
        path: str,
        *,
        limit: int = NO_LIMIT_1,
        hierarchical: int | None = None,
        usage: int = GIB,
        inactive: int = 0,
        procs: str = "42\n",
    ) -> None:
        """In the memory hierarchy."""
        told = limit if hierarchical is None else hierarchical
        files = {
            "cgroup.procs": procs,
            "memory.limit_in_bytes": f"{limit}\n",
            "memory.usage_in_bytes": f"{usage}\n",
            "memory.stat": "cache 1\nrss 1\nshmem 1\ninactive_file 1\n"
            f"hierarchical_memory_limit {told}\ntotal_cache {inactive + 64 * MIB}\n"
            f"total_rss {usage // 2}\ntotal_shmem {64 * MIB}\ntotal_swap 4096\n"
            f"total_inactive_file {inactive}\n",
            "memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
        }
        for name, text in files.items():
            self.file(f"sys/fs/cgroup/memory/{path.strip('/')}/{name}", text)

    def cpu1(self, path: str, *, quota: int = -1, nanoseconds: int = 5 * 10**9) -> None:
        files = {
            "cgroup.procs": "42\n",
            "cpu.cfs_quota_us": f"{quota}\n",
            "cpu.cfs_period_us": "100000\n",
            "cpu.stat": "nr_periods 100\nnr_throttled 10\nthrottled_time 5\n",
            "cpuacct.usage": f"{nanoseconds}\n",
        }
        for name, text in files.items():
            self.file(f"sys/fs/cgroup/cpu,cpuacct/{path.strip('/')}/{name}", text)

    def container2(self, **group: int | str) -> None:
        """A container of version 2 with a namespace of its own, the usual case."""
        self.mount2()
        self.is_in("0::/")
        self.group2("/", **group)  # type: ignore[arg-type]
