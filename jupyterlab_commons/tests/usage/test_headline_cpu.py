"""CPU: rates that cannot be nonsense, and the tightest of quota, cpuset and hub."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage.headline import HeadlineReader
from jupyterlab_commons.usage.shapes import CpuUse

from .trees import CPUS, GIB, Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def used_so_far(tree: Tree, microseconds: int, periods: str = "") -> None:
    tree.file("sys/fs/cgroup/cpu.stat", f"usage_usec {microseconds}\n{periods}")


def look(tree: Tree, **environ: str) -> CpuUse:
    reader = HeadlineReader(tree.machine, environ)
    use = reader.read(1).cpu
    reader.close()
    return use


def test_cores_are_what_was_used_in_the_time_between(tree: Tree) -> None:
    tree.container2()
    reader = HeadlineReader(tree.machine, {})
    first = reader.read(10)
    assert "used" not in first.cpu
    assert first.cpu_seconds == 5
    used_so_far(tree, 8_000_000)
    second = reader.read(12)
    assert second.cpu == {"used": 1.5, "total": CPUS, "pressure": 3.0}
    assert second.cpu_seconds == 8


def test_a_clock_that_stands_or_jumps_gives_no_rate(tree: Tree) -> None:
    tree.container2()
    reader = HeadlineReader(tree.machine, {})
    chance = by_chance("clocks that jump")
    now, before, total = 100.0, None, 5_000_000
    for _ in range(200):
        now += chance.choice([1, 0.5, 0, -1, 1e-9, -1e6, 1e9])
        total += chance.choice([0, 1000, 1_000_000, 10**9, -4_000_000])
        total = max(0, total)
        used_so_far(tree, total)
        used = reader.read(now).cpu.get("used")
        if before is not None and (now <= before[0] or total < before[1]):
            assert used is None
        assert used is None or 0 <= used <= CPUS
        before = (now, total)


def test_a_counter_that_starts_anew_never_makes_the_sum_fall(tree: Tree) -> None:
    tree.container2()
    reader = HeadlineReader(tree.machine, {})
    sums = []
    for now, counter in enumerate([5_000_000, 7_000_000, 1_000_000, 2_000_000]):
        used_so_far(tree, counter)
        sums.append(reader.read(now).cpu_seconds)
    assert sums == [5, 7, 7, 8]


@pytest.mark.parametrize(
    ("outer", "inner", "limit"),
    [
        ("max 100000", "150000 100000", 1.5),
        ("100000 100000", "150000 100000", 1),
        ("max 100000", "max 100000", None),
        ("800000 100000", "max", None),
        ("0 0", "-1 100000", None),
        ("\xff", "", None),
        (f"{2**64} 100000", "50000 100000", 0.5),
    ],
)
def test_the_tightest_quota_of_version_2(
    tree: Tree, outer: str, inner: str, limit: float | None
) -> None:
    tree.mount2()
    tree.root2()
    tree.is_in("0::/pod/box")
    tree.group2("pod", cpu_max=outer)
    tree.group2("pod/box", cpu_max=inner)
    use = look(tree)
    assert use.get("limit") == limit
    assert use.get("limitBy") == ("cgroup" if limit else None)


@pytest.mark.parametrize("inner", ["max 100000", "200000 100000"])
def test_the_use_is_that_of_the_group_whose_quota_it_is(tree: Tree, inner: str) -> None:
    """Of equal quotas the outer one is used up first. Its time is not ours alone."""
    tree.mount2()
    tree.root2()
    tree.is_in("0::/pod/box")
    tree.group2("pod", cpu_max="200000 100000")
    tree.group2("pod/box", cpu_max=inner)
    reader = HeadlineReader(tree.machine, {})
    reader.read(1)
    tree.file("sys/fs/cgroup/pod/cpu.stat", "usage_usec 6500000\n")
    headline = reader.read(2)
    assert (headline.cpu["used"], headline.cpu["limit"]) == (1.5, 2)
    assert headline.cpu_seconds is None


def test_quota_and_time_of_version_1(tree: Tree) -> None:
    tree.mount1("cpu,cpuacct")
    tree.mount1("memory")
    tree.root1("cpu,cpuacct")
    tree.root1("memory")
    tree.is_in("4:memory:/box", "2:cpu,cpuacct:/box")
    tree.group1("box")
    tree.cpu1("box", quota=250_000)
    reader = HeadlineReader(tree.machine, {})
    assert reader.read(1).cpu_seconds == 5
    tree.cpu1("box", quota=250_000, nanoseconds=6 * 10**9)
    tree.file(
        "sys/fs/cgroup/cpu,cpuacct/box/cpu.stat", "nr_periods 120\nnr_throttled 15\n"
    )
    headline = reader.read(3)
    assert headline.cpu_seconds == 6
    assert headline.cpu == {
        "used": 0.5,
        "limit": 2.5,
        "limitBy": "cgroup",
        "total": CPUS,
        "throttled": 25.0,
    }


def test_throttling_is_of_the_last_interval_and_of_a_quota_only(tree: Tree) -> None:
    tree.container2(cpu_max="200000 100000")
    reader = HeadlineReader(tree.machine, {})
    assert "throttled" not in reader.read(1).cpu
    used_so_far(tree, 6_000_000, "nr_periods 110\nnr_throttled 15\n")
    assert reader.read(2).cpu["throttled"] == 50
    # Nothing ran, so nothing was held back.
    assert reader.read(3).cpu["throttled"] == 0
    tree.file("sys/fs/cgroup/cpu.max", "max 100000\n")
    reader.read(4)
    assert "throttled" not in reader.read(5).cpu


@pytest.mark.parametrize(
    ("allowed", "quota", "hub", "limit", "by"),
    [
        ("0-1", "400000 100000", "", 2, "cgroup"),
        ("0-1,4", "max 100000", "3.5", 3, "cgroup"),
        ("0-7", "max 100000", "2.5", 2.5, "hub"),
        ("0-7", "200000 100000", "2", 2, "cgroup"),
        ("0-7", "max 100000", "nan", None, None),
        ("0-7", "max 100000", "-1", None, None),
        ("0-7", "max 100000", "64", None, None),
        ("7-0", "max 100000", "two", None, None),
        ("\xff", "max 100000", "inf", None, None),
    ],
)
def test_affinity_quota_and_hub(
    tree: Tree,
    *,
    allowed: str,
    quota: str,
    hub: str,
    limit: float | None,
    by: str | None,
) -> None:
    tree.container2(cpu_max=quota)
    tree.file(
        "proc/self/status", f"Pid:\t42\nUid:\t1000\nCpus_allowed_list:\t{allowed}\n"
    )
    use = look(tree, CPU_LIMIT=hub)
    assert (use.get("limit"), use.get("limitBy")) == (limit, by)


def test_a_host_shows_the_machines_cpu_and_counts_none_for_this_server(
    tree: Tree,
) -> None:
    tree.file("proc/pressure/cpu", "some avg10=7.00 avg60=0.00 avg300=0.00\n")
    reader = HeadlineReader(tree.machine, {})
    reader.read(1)
    tree.file("proc/stat", "cpu  300 0 200 9000 50 0 0 0 0 0\n")
    headline = reader.read(3)
    assert headline.cpu == {"used": 1.5, "total": CPUS, "pressure": 7.0}
    assert headline.cpu_seconds is None


@pytest.mark.parametrize("environ", [{"CPU_LIMIT": "2"}, {}])
def test_the_machines_cpu_is_never_shown_beside_this_servers_limit(
    tree: Tree, environ: dict[str, str]
) -> None:
    if not environ:
        # Memory has a group of its own, and CPU has none.
        tree.mount1("memory")
        tree.root1("memory")
        tree.is_in("4:memory:/box")
        tree.group1("box", limit=GIB)
    reader = HeadlineReader(tree.machine, environ)
    reader.read(1)
    headline = reader.read(2)
    assert headline.cpu_summed
    assert "used" not in headline.cpu
    assert "CPU_UNREADABLE" not in headline.problems


def test_cpu_that_cannot_be_read_is_absent_and_comes_back(tree: Tree) -> None:
    tree.container2()
    reader = HeadlineReader(tree.machine, {})
    reader.read(1)
    tree.file("sys/fs/cgroup/cpu.stat", b"\xff usage_usec")
    spoilt = reader.read(2)
    assert spoilt.problems == ("CPU_UNREADABLE",)
    assert "used" not in spoilt.cpu
    assert spoilt.cpu_seconds == 5
    used_so_far(tree, 6_000_000)
    assert "used" not in reader.read(3).cpu
    used_so_far(tree, 7_000_000)
    headline = reader.read(4)
    assert (headline.cpu["used"], headline.cpu_seconds) == (1, 7)
    assert headline.problems == ()
