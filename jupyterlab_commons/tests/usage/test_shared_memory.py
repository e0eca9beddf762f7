"""Memory that forked processes share counts once, at a price that is bounded."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.processes import Proportional
from jupyterlab_commons.usage.shapes import ConsumerUse, Where
from jupyterlab_commons.usage.shared_memory import BUDGET_SECONDS, SharedMemory

from .process_trees import MIB, ProcTree, headline, kernel, server


class Forks:
    """A kernel whose processes share what it had when it forked them."""

    def __init__(self, path: Path, workers: int = 8, size: int = 300 * MIB) -> None:
        self.tree = ProcTree(path)
        self.pid = self.tree.kernel("a")
        self.workers = [self.tree.spawn(self.pid) for _ in range(workers)]
        self.share_out(size)
        self.attributor: Attributor = self.tree.attributor()
        self.reads: list[int] = []
        self.seconds = 0.0
        self.spent = 0.0
        self.anonymous: int | None = None
        self.own = True
        self.problems: tuple[str, ...] = ()
        processes = self.attributor._processes
        read = processes.proportional

        def proportional(pid: int) -> Proportional:
            self.reads.append(pid)
            self.spent += self.seconds
            return read(pid)

        processes.proportional = proportional  # type: ignore[method-assign]
        self.attributor._memory = SharedMemory(processes, lambda: self.spent)

    def share_out(self, size: int, alone: int = 0) -> None:
        """Each holds `size`, of which `alone` is its own and the rest everybody's."""
        pids = [self.pid, *self.workers]
        for pid in pids:
            share = (size - alone) // len(pids) + alone
            self.tree.allocate(pid, size, share, alone)

    def use(self, now: float) -> ConsumerUse:
        roots = [server(), kernel("a", self.pid)]
        where: Where = "host" if self.anonymous is None else "cgroup2"
        head = headline(where, anonymous=self.anonymous, own=self.own)
        seen = self.attributor.read(roots, head, now)
        self.problems = seen.problems
        return seen.uses["a"]

    def mib(self, now: float) -> int:
        return round(self.use(now)["memory"] / MIB)


@pytest.fixture
def forks(tmp_path: Path) -> Forks:
    return Forks(tmp_path)


def test_what_is_shared_counts_once(forks: Forks) -> None:
    assert forks.mib(0) == 300
    assert forks.problems == ()
    assert sorted(forks.reads) == [forks.pid, *forks.workers]


def test_one_process_is_not_read(forks: Forks) -> None:
    for pid in forks.workers:
        forks.tree.end(pid)
    assert forks.mib(0) == 300
    assert forks.reads == []


def test_a_small_family_is_not_read(tmp_path: Path) -> None:
    forks = Forks(tmp_path, workers=8, size=7 * MIB)
    assert forks.mib(0) == 63
    assert forks.reads == []
    assert forks.problems == ()


def test_where_the_sum_is_right_nobody_shares(forks: Forks) -> None:
    """The container's own count of anonymous memory says so."""
    forks.share_out(100 * MIB, alone=100 * MIB)
    forks.anonymous = 850 * MIB
    assert forks.mib(0) == 900
    assert forks.reads == []
    forks.anonymous = 800 * MIB
    forks.mib(1)
    assert forks.reads != []


def test_a_count_that_holds_others_too_says_nothing_of_sharing(forks: Forks) -> None:
    forks.anonymous, forks.own = 9000 * MIB, False
    assert forks.mib(0) == 300


def test_a_reading_is_kept_while_nothing_changes(forks: Forks) -> None:
    forks.mib(0)
    forks.reads.clear()
    for now in range(1, 200, 5):
        assert forks.mib(now) == 300
    assert forks.reads == []


def test_what_changed_is_read_again_after_30_s(forks: Forks) -> None:
    forks.mib(0)
    forks.reads.clear()
    forks.tree.allocate(forks.workers[0], 400 * MIB, 133 * MIB, 100 * MIB)
    # Before that, what it got since counts as its own.
    assert [forks.mib(now) for now in (1, 29)] == [400, 400]
    assert forks.reads == []
    assert forks.mib(30) == 400
    assert forks.reads == [forks.workers[0]]


def test_what_is_freed_is_seen_at_once(forks: Forks) -> None:
    forks.tree.allocate(forks.pid, 1300 * MIB, 1033 * MIB, 1000 * MIB)
    assert forks.mib(0) == 1300
    forks.tree.allocate(forks.pid, 300 * MIB, 33 * MIB, 0)
    assert forks.mib(1) < 600


def test_those_that_leave_take_only_their_own(forks: Forks) -> None:
    forks.share_out(300 * MIB, alone=10 * MIB)
    assert forks.mib(0) == 380
    for pid in forks.workers[:6]:
        forks.tree.end(pid)
    del forks.workers[:6]
    forks.share_out(300 * MIB, alone=10 * MIB)
    assert [forks.mib(now) for now in (1, 2, 29, 30, 31)] == [320] * 5
    forks.tree.end(forks.workers.pop())
    forks.tree.end(forks.workers.pop())
    assert forks.mib(40) == 300


def test_those_that_come_bring_only_their_own(forks: Forks) -> None:
    forks.mib(0)
    forks.workers += [forks.tree.spawn(forks.pid) for _ in range(8)]
    forks.share_out(300 * MIB)
    forks.reads.clear()
    assert forks.mib(1) <= 2700
    assert sorted(forks.reads) == forks.workers[8:]
    assert [forks.mib(now) for now in (2, 29, 30, 31)] == [300] * 4
    assert forks.use(50)["peak"] == 300 * MIB


def test_no_process_is_read_twice_within_30_s(forks: Forks) -> None:
    forks.mib(0)
    new = forks.tree.spawn(forks.pid)
    forks.workers.append(new)
    forks.share_out(300 * MIB)
    forks.mib(20)
    forks.reads.clear()
    assert forks.mib(31) == 300
    assert sorted(forks.reads) == [forks.pid, *forks.workers[:-1]]


def test_reading_has_a_budget_and_a_debt_is_paid(forks: Forks) -> None:
    forks.seconds = BUDGET_SECONDS * 0.75
    counts = []
    for now in range(20):
        forks.mib(now)
        counts.append(len(forks.reads))
    assert counts[0] == 2
    assert all(b - a <= 2 for a, b in pairwise(counts))
    assert counts[-1] == 9
    steps = [
        i for i in range(20) if forks.seconds * counts[i] > BUDGET_SECONDS * (i + 2)
    ]
    assert steps == []


def test_until_all_is_read_it_is_an_upper_bound_and_no_peak(forks: Forks) -> None:
    forks.seconds = BUDGET_SECONDS
    first = forks.use(0)
    assert first["memory"] > 300 * MIB
    assert first["peak"] == 300 * MIB
    assert "MEMORY_ESTIMATED" in forks.problems
    figures = [forks.use(now) for now in range(1, 20)]
    assert round(figures[-1]["memory"] / MIB) == 300
    assert round(figures[-1]["peak"] / MIB) == 300
    sizes = [use["memory"] for use in figures]
    assert sizes == sorted(sizes, reverse=True)
    assert not forks.problems


def test_what_may_not_be_read_stays_an_upper_bound(forks: Forks) -> None:
    for pid in forks.workers:
        forks.tree.file(pid, "smaps_rollup").write_text("no")
    for now in (0, 1, 40):
        use = forks.use(now)
        assert use["memory"] == use["peak"] > 2400 * MIB
        assert forks.problems == ("MEMORY_ESTIMATED",)
    for pid in forks.workers:
        forks.tree.show(pid)
    for now in (80, 81, 120, 121):
        use = forks.use(now)
    assert round(use["memory"] / MIB) == 300
    assert forks.problems == ()


def test_a_share_is_never_more_than_what_a_process_holds(forks: Forks) -> None:
    """Old kernels count file pages in, and a file may say anything."""
    for pid in [forks.pid, *forks.workers]:
        forks.tree.allocate(pid, 100 * MIB, 5000 * MIB, 9000 * MIB)
    assert forks.mib(0) == 900


@pytest.mark.parametrize("jumps", [[0, -100, -99], [0, 1e9, 1e9 + 1]])
def test_a_clock_that_jumps_does_no_harm(forks: Forks, jumps: Sequence[float]) -> None:
    assert {forks.mib(now) for now in jumps} == {300}


def test_a_process_that_waits_for_its_memory_is_left_alone(forks: Forks) -> None:
    """Reading it could hang for as long as it hangs."""
    stuck = forks.workers[3]
    forks.tree.processes[stuck].state = "D"
    forks.tree.show(stuck)
    forks.mib(0)
    assert stuck not in forks.reads
    forks.tree.processes[stuck].state = "S"
    forks.tree.show(stuck)
    assert forks.mib(1) == 300
