"""Which process belongs to which kernel, terminal or server, and what they use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyterlab_commons.usage import families
from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.shapes import Attribution, ConsumerRoot, Headline, Machine

from .process_trees import (
    MIB,
    SERVER_PID,
    ProcTree,
    headline,
    kernel,
    server,
    terminal,
)

HOST = headline()


@pytest.fixture(params=["listing", "walk", "no children files"])
def tree(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> ProcTree:
    """Each way to find processes finds the same."""
    if request.param == "walk":
        monkeypatch.setattr(families, "MOST_LISTED", 0)
        monkeypatch.setattr(families, "MOST_LISTED_PER_MEMBER", 0)
    return ProcTree(tmp_path, lists_children=request.param != "no children files")


def owned(attribution: Attribution, key: str) -> set[int]:
    return {pid for pid, owner in attribution.owner_of.items() if owner == key}


def test_a_process_counts_for_the_nearest_root_alone(tree: ProcTree) -> None:
    shell = tree.spawn(leads=True)
    editor = tree.spawn(shell)
    a, b = tree.kernel("a"), tree.kernel("b", parent=shell)
    worker, in_b = tree.spawn(a), tree.spawn(b)
    helper = tree.spawn(SERVER_PID)
    roots = [server(), kernel("a", a), terminal("terminal:1", shell), kernel("b", b)]
    seen = tree.attributor().read(roots, HOST, 0)
    assert owned(seen, "a") == {a, worker}
    assert owned(seen, "b") == {b, in_b}
    assert owned(seen, "terminal:1") == {shell, editor}
    assert owned(seen, "server") == {SERVER_PID, helper}
    assert seen.started[worker] == tree.processes[worker].start
    assert seen.uses["a"] == {
        "memory": 2 * MIB,
        "peak": 2 * MIB,
        "processes": 2,
        "detached": 0,
    }


def test_processes_of_others_belong_to_nobody(tree: ProcTree) -> None:
    other = tree.spawn(1)
    tree.spawn(other)
    seen = tree.attributor().read([server()], HOST, 0)
    assert set(seen.owner_of) == {SERVER_PID}


def test_what_is_found_once_stays_when_its_parents_end(tree: ProcTree) -> None:
    a = tree.kernel("a")
    parent = tree.spawn(a)
    child = tree.spawn(parent, leads=True, environ={"JPY_SESSION_NAME": ""})
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    attributor.read(roots, HOST, 0)
    tree.end(parent)
    seen = attributor.read(roots, HOST, 1)
    assert owned(seen, "a") == {a, child}
    assert seen.uses["a"]["detached"] == 1


def test_orphans_of_its_session_or_group_are_a_kernels(tree: ProcTree) -> None:
    a = tree.kernel("a")
    in_session, in_group = tree.spawn(a), tree.spawn(a)
    for pid in (in_session, in_group):
        tree.daemonise(pid)
    tree.processes[in_session].session = a
    tree.processes[in_group].group = a
    tree.show(in_session)
    tree.show(in_group)
    for pid in (in_session, in_group):
        tree.file(pid, "environ").write_text("")
    seen = tree.attributor().read([server(), kernel("a", a)], HOST, 0)
    assert owned(seen, "a") == {a, in_session, in_group}
    assert seen.uses["a"]["detached"] == 2


def test_an_orphan_of_its_session_that_the_server_inherits(tree: ProcTree) -> None:
    a = tree.kernel("a")
    orphan = tree.spawn(SERVER_PID)
    tree.processes[orphan].session = a
    tree.show(orphan)
    assert owned(tree.attributor().read([server(), kernel("a", a)], HOST, 0), "a") == {
        a,
        orphan,
    }


def test_the_session_of_the_server_is_not_the_servers(tree: ProcTree) -> None:
    """It is that of the shell that somebody started Jupyter in."""
    shell = tree.spawn(1, leads=True)
    jupyter = tree.spawn(shell)
    job = tree.spawn(shell)
    attributor = Attributor(tree.machine, jupyter)
    seen = attributor.read([server(jupyter)], HOST, 0)
    assert owned(seen, "server") == {jupyter}
    assert job not in seen.owner_of


def test_a_kernel_that_starts_leaves_the_server(tree: ProcTree) -> None:
    attributor = tree.attributor()
    attributor.read([server()], HOST, 0)
    a = tree.kernel("a")
    worker = tree.spawn(a)
    assert owned(attributor.read([server()], HOST, 1), "server") >= {a, worker}
    seen = attributor.read([server(), kernel("a", a)], HOST, 2)
    assert owned(seen, "a") == {a, worker}


def test_what_a_kernel_leaves_behind_is_not_the_next_terminals(tree: ProcTree) -> None:
    a = tree.kernel("a")
    left = tree.spawn(a)
    attributor = tree.attributor()
    attributor.read([server(), kernel("a", a)], HOST, 0)
    tree.end(a)
    seen = attributor.read([server()], HOST, 1)
    assert left not in seen.owner_of
    assert set(seen.uses) == {"server"}


def test_a_restart_keeps_the_key_and_begins_a_new_peak(tree: ProcTree) -> None:
    a = tree.kernel("a")
    tree.allocate(a, 500 * MIB)
    tree.burn(a, 300)
    attributor = tree.attributor()
    before = attributor.read([server(), kernel("a", a)], HOST, 0)
    assert before.uses["a"]["peak"] == 500 * MIB
    tree.end(a)
    again = tree.kernel("a")
    after = attributor.read([server(), kernel("a", again)], HOST, 1)
    assert after.uses["a"]["peak"] == MIB
    assert after.cpu_seconds["a"] >= before.cpu_seconds["a"] == 3


def test_the_peak_is_the_most_that_was_seen(tree: ProcTree) -> None:
    a = tree.kernel("a")
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    memory = []
    for now, size in enumerate([10, 300, 20]):
        tree.allocate(a, size * MIB)
        use = attributor.read(roots, HOST, now).uses["a"]
        memory.append((use["memory"] // MIB, use["peak"] // MIB))
    assert memory == [(10, 10), (300, 300), (20, 300)]


def test_a_dead_kernel_uses_nothing_and_keeps_its_peak(tree: ProcTree) -> None:
    a = tree.kernel("a")
    tree.allocate(a, 300 * MIB)
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    attributor.read(roots, HOST, 0)
    tree.die(a)
    for now in (1, 2):
        use = attributor.read(roots, HOST, now).uses["a"]
        assert use == {
            "memory": 0,
            "peak": 300 * MIB,
            "processes": 0,
            "detached": 0,
            "cpu": 0,
        }
        if now == 1:
            tree.reap(a)


def test_a_pid_that_is_used_again_is_another_process(tree: ProcTree) -> None:
    a = tree.kernel("a")
    worker = tree.spawn(a)
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    attributor.read(roots, HOST, 0)
    tree.end(worker)
    tree.end(a)
    for pid in (a, worker):
        tree.spawn(1, pid=pid, anonymous=700 * MIB)
    for now in (1, 2, 31):
        seen = attributor.read(roots, HOST, now)
        assert set(seen.owner_of) == {SERVER_PID}
        assert seen.uses["a"]["memory"] == 0


def test_a_restarted_kernel_may_get_the_pid_it_had(tree: ProcTree) -> None:
    a = tree.kernel("a")
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    attributor.read(roots, HOST, 0)
    tree.end(a)
    tree.spawn(pid=a, leads=True, anonymous=7 * MIB)
    attributor.read(roots, HOST, 1)
    assert attributor.read(roots, HOST, 2).uses["a"]["memory"] == 7 * MIB


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
def test_a_pid_of_another_user_is_no_kernel(tree: ProcTree) -> None:
    stranger = tree.spawn(1)
    os.chown(tree.file(stranger, "."), 12345, 12345)
    seen = tree.attributor().read([server(), kernel("a", stranger)], HOST, 0)
    assert seen.uses["a"] == {}
    assert stranger not in seen.owner_of


@pytest.mark.parametrize(
    "root",
    [kernel("a", None), kernel("a", SERVER_PID + 1, remote=True), kernel("a", 999_999)],
)
def test_what_runs_elsewhere_or_not_yet_has_no_figures(
    tree: ProcTree, root: ConsumerRoot
) -> None:
    tree.spawn()
    seen = tree.attributor().read([server(), root], HOST, 0)
    assert seen.uses["a"] == {}
    assert seen.problems == ()


def test_without_proc_there_are_no_figures_and_a_problem(tmp_path: Path) -> None:
    attributor = Attributor(Machine(tmp_path), SERVER_PID)
    seen = attributor.read([server(), kernel("a", 5)], HOST, 0)
    assert seen.uses == {"server": {}, "a": {}}
    assert seen.problems == ("PROCESSES_UNREADABLE",)


def test_a_proc_where_our_server_is_not_to_be_seen_is_not_believed(
    tree: ProcTree,
) -> None:
    attributor = Attributor(tree.machine, 4242)
    seen = attributor.read([server(4242)], HOST, 0)
    assert seen.uses == {"server": {}}
    assert seen.problems == ("PROCESSES_UNREADABLE",)


def test_a_proc_of_another_namespace_is_not_believed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = os.getpid()
    monkeypatch.setattr(os, "getpid", lambda: real + 1)
    seen = Attributor(Machine(), real).read([server(real)], HOST, 0)
    assert seen.problems == ("PROCESSES_UNREADABLE",)
    assert seen.owner_of == {}


def test_nonsense_in_a_file_costs_that_figure_and_is_told(tree: ProcTree) -> None:
    a, b = tree.kernel("a"), tree.kernel("b")
    attributor = tree.attributor()
    roots = [server(), kernel("a", a), kernel("b", b)]
    tree.file(a, "stat").write_bytes(b"\xff" * 100)
    tree.file(b, "statm").write_text("many few")
    seen = attributor.read(roots, HOST, 0)
    assert seen.uses["a"] == {}
    assert seen.uses["b"]["memory"] == 0
    assert seen.problems == ("PROCESSES_UNREADABLE",)
    tree.show(a)
    tree.show(b)
    seen = attributor.read(roots, HOST, 1)
    assert seen.uses["a"]["memory"] == seen.uses["b"]["memory"] == MIB
    assert seen.problems == ()


def test_nobody_uses_more_than_the_machine_has(tree: ProcTree) -> None:
    a = tree.kernel("a")
    tree.file(a, "statm").write_text(f"{10**30} {10**30} 5 1 0 9 0\n")
    use = tree.attributor().read([server(), kernel("a", a)], HOST, 0).uses["a"]
    assert use["memory"] == use["peak"] == 64 << 30


def test_a_process_above_itself_does_not_hang_the_look(tree: ProcTree) -> None:
    one, two = tree.spawn(1), tree.spawn(1)
    tree.processes[one].parent, tree.processes[two].parent = two, one
    tree.show(one)
    tree.show(two)
    seen = tree.attributor().read([server()], HOST, 0)
    assert set(seen.owner_of) == {SERVER_PID}


class TestRest:
    """What belongs to nobody, where the container has a count of its own."""

    @staticmethod
    def rest(seen: Attribution) -> object:
        return seen.uses.get("rest")

    def test_it_is_what_the_container_has_besides(self, tree: ProcTree) -> None:
        a = tree.kernel("a")
        tree.allocate(a, 100 * MIB)
        attributor, roots = tree.attributor(), [server(), kernel("a", a)]
        whole = headline("cgroup2", anonymous=141 * MIB, cpu_seconds=50.0)
        assert self.rest(attributor.read(roots, whole, 0)) == {
            "memory": 40 * MIB,
            "peak": 40 * MIB,
        }
        tree.burn(a, 100)
        whole = headline("cgroup2", anonymous=121 * MIB, cpu_seconds=54.0)
        seen = attributor.read(roots, whole, 2)
        assert seen.uses["rest"] == {
            "memory": 20 * MIB,
            "peak": 40 * MIB,
            "cpu": pytest.approx(1.5),
        }
        assert seen.cpu_seconds["rest"] == pytest.approx(3)

    def test_a_little_is_not_worth_a_row(self, tree: ProcTree) -> None:
        whole = headline("cgroup1", anonymous=8 * MIB)
        assert self.rest(tree.attributor().read([server()], whole, 0)) is None

    @pytest.mark.parametrize(
        "whole",
        [
            headline("host", anonymous=900 * MIB, cpu_seconds=1),
            headline("cgroup2", anonymous=900 * MIB, cpu_seconds=1, own=False),
            headline("cgroup2"),
        ],
    )
    def test_nothing_is_said_of_others(self, tree: ProcTree, whole: Headline) -> None:
        seen = tree.attributor().read([server()], whole, 0)
        assert set(seen.uses) == set(seen.cpu_seconds) == {"server"}

    def test_it_is_never_below_zero_and_its_seconds_never_fall(
        self, tree: ProcTree
    ) -> None:
        a = tree.kernel("a")
        attributor, roots = tree.attributor(), [server(), kernel("a", a)]
        last = 0.0
        for now, cpu in enumerate([10, 11, 11, 15]):
            tree.burn(a, 150)
            whole = headline("cgroup2", anonymous=90 * MIB, cpu_seconds=cpu)
            seen = attributor.read(roots, whole, now)
            assert seen.uses["rest"].get("cpu", 0) >= 0
            assert seen.cpu_seconds["rest"] >= last
            last = seen.cpu_seconds["rest"]
