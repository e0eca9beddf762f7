"""CPU time by consumer: nothing lost with a process, nothing counted twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.cpu_time import TICKS
from jupyterlab_commons.usage.shapes import Attribution, ConsumerRoot

from .process_trees import SERVER_PID, ProcTree, headline, kernel, server

HOST = headline()


class Kernel:
    """A tree with one kernel, read once a second."""

    def __init__(self, path: Path) -> None:
        self.tree = ProcTree(path)
        self.pid = self.tree.kernel("a")
        self.roots: list[ConsumerRoot] = [server(), kernel("a", self.pid)]
        self.attributor: Attributor = self.tree.attributor()
        self.now = 0.0
        self.read()

    def read(self, seconds: float = 1) -> Attribution:
        self.now += seconds
        return self.attributor.read(self.roots, HOST, self.now)

    def ticks(self, key: str = "a", seconds: float = 1) -> int:
        return round(self.read(seconds).cpu_seconds[key] * TICKS)


@pytest.fixture
def a(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_the_rate_is_cores_since_the_last_read(a: Kernel) -> None:
    worker = a.tree.spawn(a.pid)
    a.read()
    a.tree.burn(a.pid, 2 * TICKS)
    a.tree.burn(worker, 4 * TICKS)
    assert a.read(4).uses["a"]["cpu"] == pytest.approx(1.5)
    assert a.read(4).uses["a"]["cpu"] == 0


def test_there_is_no_rate_at_first(tmp_path: Path) -> None:
    tree = ProcTree(tmp_path)
    tree.burn(SERVER_PID, 500)
    seen = tree.attributor().read([server()], HOST, 7)
    assert "cpu" not in seen.uses["server"]
    assert seen.cpu_seconds["server"] == 500 / TICKS


@pytest.mark.parametrize("step", [0, -5])
def test_a_clock_that_stands_or_jumps_back_gives_no_rate(a: Kernel, step: int) -> None:
    a.tree.burn(a.pid, 50)
    seen = a.read(step)
    assert "cpu" not in seen.uses["a"]
    assert seen.cpu_seconds["a"] == 50 / TICKS
    a.tree.burn(a.pid, 50)
    assert a.read(1).uses["a"]["cpu"] == pytest.approx(50 / TICKS)


def test_children_that_came_and_went_between_two_reads_count(a: Kernel) -> None:
    make = a.tree.spawn(a.pid)
    a.read()
    for _ in range(20):
        child = a.tree.spawn(make)
        a.tree.burn(child, 7)
        a.tree.end(child)
    seen = a.read()
    assert seen.cpu_seconds["a"] == 140 / TICKS
    assert seen.uses["a"]["cpu"] == pytest.approx(140 / TICKS)


def test_a_child_that_was_seen_counts_once_when_it_is_waited_for(a: Kernel) -> None:
    child = a.tree.spawn(a.pid)
    a.tree.burn(child, 100)
    assert a.ticks() == 100
    a.tree.burn(child, 11)
    a.tree.end(child)
    assert a.ticks() == 111
    assert a.ticks() == 111


def test_one_that_nobody_waits_for_counts_as_it_was_last_seen(a: Kernel) -> None:
    child = a.tree.spawn(a.pid)
    a.tree.burn(child, 100)
    a.read()
    a.tree.burn(child, 11)
    a.tree.die(child)
    a.tree.reap(child, counted=False)
    assert a.ticks() == 100
    # Nor does it hide for long what others use.
    a.read()
    other = a.tree.spawn(a.pid)
    a.tree.burn(other, 30)
    a.tree.end(other)
    assert a.ticks() == 130


def test_a_whole_tree_that_ends_at_once_counts_once(a: Kernel) -> None:
    line = [a.pid]
    for _ in range(5):
        line.append(a.tree.spawn(line[-1]))
        a.tree.burn(line[-1], 10)
    assert a.ticks() == 50
    for pid in reversed(line[1:]):
        a.tree.burn(pid, 1)
        a.tree.end(pid)
    assert a.ticks() == 55
    assert a.ticks() == 55


def test_a_zombie_counts_until_it_is_waited_for_and_once(a: Kernel) -> None:
    child = a.tree.spawn(a.pid)
    a.read()
    a.tree.burn(child, 40)
    a.tree.die(child)
    assert a.ticks() == 40
    a.tree.reap(child)
    assert a.ticks() == 40


def test_what_a_kernel_used_last_is_not_its_servers(a: Kernel) -> None:
    a.tree.burn(a.pid, 100)
    a.read()
    a.tree.burn(a.pid, 20)
    a.tree.end(a.pid)
    seen = a.read()
    assert seen.cpu_seconds == {"server": 0, "a": 120 / TICKS}


def test_orphans_that_the_server_inherits_and_waits_for_count_once(
    a: Kernel,
) -> None:
    """In a container the server may be the init of all others."""
    parent = a.tree.spawn(a.pid)
    orphan = a.tree.spawn(parent)
    a.tree.burn(orphan, 50)
    a.read()
    process = a.tree.processes[orphan]
    a.tree.processes[parent].children = []
    a.tree.processes[SERVER_PID].children.append(orphan)
    process.parent = SERVER_PID
    a.tree.show(orphan)
    a.tree.end(parent)
    a.tree.end(orphan)
    seen = a.read()
    assert seen.cpu_seconds == {"server": 0, "a": 50 / TICKS}
    assert a.read().cpu_seconds == {"server": 0, "a": 50 / TICKS}


def test_what_init_waits_for_takes_nothing_from_others(a: Kernel) -> None:
    daemon = a.tree.spawn(a.pid)
    a.read()
    a.tree.daemonise(daemon)
    a.tree.burn(daemon, 500)
    a.read()
    a.tree.end(daemon)
    git = a.tree.spawn(SERVER_PID)
    a.tree.burn(git, 30)
    a.tree.end(git)
    assert a.read().cpu_seconds == {"server": 30 / TICKS, "a": 500 / TICKS}


def test_a_child_that_ends_during_the_look_counts_once(
    a: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its parent was read before its end, so the parent tells of it a look later."""
    child = a.tree.spawn(a.pid)
    a.tree.burn(child, 100)
    assert a.ticks() == 100
    processes = a.attributor._processes
    read = processes.stat

    def ends_first(pid: int) -> object:
        if pid == child and child in a.tree.processes:
            a.tree.end(child)
        return read(pid)

    monkeypatch.setattr(processes, "stat", ends_first)
    assert a.ticks() == 100
    assert a.ticks() == 100


def test_a_counter_that_falls_counts_nothing(a: Kernel) -> None:
    a.tree.burn(a.pid, 100)
    assert a.ticks() == 100
    a.tree.processes[a.pid].own = 3
    a.tree.show(a.pid)
    assert a.ticks() == 100
    a.tree.processes[a.pid].own = 101
    a.tree.show(a.pid)
    assert a.ticks() == 101


def test_a_key_that_comes_again_goes_on_counting(a: Kernel) -> None:
    a.tree.burn(a.pid, 100)
    assert a.ticks() == 100
    gone, a.roots = a.roots, [server()]
    assert set(a.read().cpu_seconds) == {"server"}
    a.roots = gone
    assert a.ticks() >= 100


def test_one_found_late_does_not_count_its_children_again(a: Kernel) -> None:
    daemon = a.tree.spawn(a.pid)
    child = a.tree.spawn(daemon)
    a.tree.daemonise(daemon)
    a.tree.processes[child].group = a.pid
    a.tree.burn(child, 100)
    assert a.ticks() == 100
    a.tree.end(child)
    a.tree.spawn(a.pid)
    a.read()
    assert a.read(31).owner_of[daemon] == "a"
    assert a.ticks() == 100


def test_one_found_late_counts_in_full_but_not_as_a_burst(a: Kernel) -> None:
    """A daemon is found by its environment only now and then."""
    daemon = a.tree.spawn(a.pid)
    a.tree.daemonise(daemon)
    a.tree.burn(daemon, 30 * TICKS)
    a.read()
    a.tree.spawn(a.pid)
    a.read()
    seen = a.read(31)
    assert seen.owner_of[daemon] == "a"
    assert seen.cpu_seconds["a"] == 30
    assert seen.uses["a"]["cpu"] == 0
    a.tree.burn(daemon, TICKS)
    assert a.read(2).uses["a"]["cpu"] == pytest.approx(0.5)
