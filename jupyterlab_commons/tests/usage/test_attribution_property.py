"""What holds for any history of processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage import families
from jupyterlab_commons.usage.cpu_time import TICKS
from jupyterlab_commons.usage.shapes import Attribution, ConsumerRoot

from .process_trees import MIB, SERVER_PID, ProcTree, headline, kernel, server, terminal

HOST = headline()


class History:
    """Kernels and terminals that come, work, fork, end and are restarted."""

    def __init__(self, path: Path, what: str, *, orderly: bool, reuses: bool) -> None:
        self.random = by_chance(what)
        self.tree = ProcTree(path)
        self.roots: dict[str, ConsumerRoot] = {"server": server()}
        self.orderly = orderly
        # Not while a process waits for its turn: then its end goes unnoticed.
        self.reuses = reuses
        self._names = 0

    def step(self) -> None:
        acts = [self.fork, self.fork, self.work, self.work, self.work, self.allocate]
        acts += [self.end, self.come_and_go, self.open]
        if not self.orderly:
            acts += [self.daemonise, self.close, self.restart, self.lose]
        if self.reuses:
            acts += [self.reuse]
        self.random.choice(acts)()

    def some(self) -> int:
        """A living process of the server's tree or that has left it."""
        living = [p for p in self.tree.processes.values() if p.state != "Z"]
        return self.random.choice([p.pid for p in living if p.pid != 1])

    def open(self) -> None:
        if len(self.roots) > 6:
            return
        self._names += 1
        name = f"k{self._names}"
        parent = self.random.choice([SERVER_PID, SERVER_PID, self.some()])
        pid = self.tree.kernel(self.random.choice([name, "same"]), parent)
        make = self.random.choice([kernel, terminal])
        self.roots[name] = make(name, pid)

    def fork(self) -> None:
        if len(self.tree.processes) < 60:
            self.tree.spawn(self.some(), leads=self.random.random() < 0.2)

    def work(self) -> None:
        self.tree.burn(self.some(), self.random.randrange(50))

    def allocate(self) -> None:
        size = self.random.randrange(200) * MIB
        share = self.random.randrange(size + 1)
        alone = self.random.randrange(share + 1)
        self.tree.allocate(self.some(), size, share, alone)

    def end(self) -> None:
        """In order: only what has no children, so that its parent waits for it."""
        pid = self.some()
        process = self.tree.processes[pid]
        if pid == SERVER_PID or (self.orderly and process.children):
            return
        if self.orderly or self.random.random() < 0.7:
            self.tree.end(pid)
        else:
            self.tree.die(pid)

    def come_and_go(self) -> None:
        """All of it between two looks."""
        pid = self.tree.spawn(self.some())
        below = self.tree.spawn(pid)
        self.tree.burn(below, self.random.randrange(9))
        self.tree.end(below)
        self.tree.burn(pid, self.random.randrange(9))
        self.tree.end(pid)

    def daemonise(self) -> None:
        if (pid := self.some()) != SERVER_PID:
            self.tree.daemonise(pid)

    def lose(self) -> None:
        """It ends, and nobody is told what it has used."""
        pid = self.some()
        if pid != SERVER_PID and not self.tree.processes[pid].children:
            self.tree.die(pid)
            if pid in self.tree.processes:
                self.tree.reap(pid, counted=False)

    def reuse(self) -> None:
        """A pid of one that ended, for somebody else."""
        gone = set(range(SERVER_PID + 1, self.tree._next)) - self.tree.processes.keys()
        if gone:
            parent = self.random.choice([1, self.some()])
            self.tree.spawn(parent, pid=self.random.choice(sorted(gone)))

    def close(self) -> None:
        keys = [key for key in self.roots if key != "server"]
        if keys:
            root = self.roots.pop(self.random.choice(keys))
            if root.pid in self.tree.processes and self.random.random() < 0.8:
                self.tree.end(root.pid)

    def restart(self) -> None:
        keys = [key for key, root in self.roots.items() if root.kind == "kernel"]
        if keys:
            key = self.random.choice(keys)
            old = self.roots[key].pid
            if old in self.tree.processes:
                self.tree.end(old)
            self.roots[key] = kernel(key, self.tree.kernel(key))


def check(history: History, seen: Attribution, before: dict[str, float]) -> None:
    """At each look, also where a part is not looked at."""
    for key, seconds in seen.cpu_seconds.items():
        assert seconds >= before.get(key, 0), f"{key} fell"
        before[key] = seconds
    assert set(seen.owner_of.values()) <= history.roots.keys()
    for use in seen.uses.values():
        assert use.get("memory", 0) >= 0
        assert use.get("cpu", 0) >= 0
        assert 0 <= use.get("detached", 0) <= use.get("processes", 0)
    assert sum(u.get("processes", 0) for u in seen.uses.values()) == len(seen.owner_of)


def check_figures(history: History, seen: Attribution) -> None:
    """Where all have been looked at."""
    processes = history.tree.processes
    for pid, start in seen.started.items():
        assert processes[pid].start == start
    total = sum(processes[pid].anonymous for pid in seen.owner_of)
    assert sum(use.get("memory", 0) for use in seen.uses.values()) <= total


@pytest.mark.parametrize("finds", ["listing", "walk", "turns"])
@pytest.mark.parametrize("ends", ["in order", "as it comes"])
@pytest.mark.parametrize("number", range(2))
def test_any_history(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    ends: str,
    finds: str,
) -> None:
    """Where all that end are waited for, not one tick is lost or counted twice."""
    orderly = ends == "in order"
    if finds == "turns":
        monkeypatch.setattr(families, "MOST_LOOKED", 5)
    if finds != "listing":
        monkeypatch.setattr(families, "MOST_LISTED", 0)
        monkeypatch.setattr(families, "MOST_LISTED_PER_MEMBER", 0)
    reuses = not orderly and finds != "turns"
    history = History(tmp_path, f"history {number}", orderly=orderly, reuses=reuses)
    attributor = history.tree.attributor()
    before: dict[str, float] = {}
    now = 0.0
    for _ in range(60):
        for _ in range(history.random.randrange(12)):
            history.step()
        now += history.random.choice([0.0, 1.0, 1.0, 5.0, 31.0, -1.0])
        seen = attributor.read(list(history.roots.values()), HOST, now)
        check(history, seen, before)
        assert sum(before.values()) * TICKS <= history.tree.used + 0.5
        if finds != "turns":
            check_figures(history, seen)
            assert not orderly or is_all(history, before)
    for _ in range(len(history.tree.processes)):
        seen = attributor.read(list(history.roots.values()), HOST, now)
        check(history, seen, before)
    check_figures(history, seen)
    assert not orderly or is_all(history, before)


def is_all(history: History, counted: dict[str, float]) -> bool:
    return sum(counted.values()) * TICKS == pytest.approx(history.tree.used)
