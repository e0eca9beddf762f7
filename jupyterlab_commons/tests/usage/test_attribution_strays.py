"""Daemons are found by what they were born with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from jupyterlab_commons.usage import strays
from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.shapes import ConsumerRoot

from .process_trees import SERVER_PID, ProcTree, headline, kernel, server

HOST = headline()


@pytest.fixture
def tree(tmp_path: Path) -> ProcTree:
    return ProcTree(tmp_path)


def daemon(
    tree: ProcTree, parent: int, environ: Mapping[str, str] | None = None
) -> int:
    pid = tree.spawn(parent, environ=environ)
    tree.daemonise(pid)
    return pid


def owners(
    tree: ProcTree, roots: list[ConsumerRoot], attributor: Attributor | None = None
) -> dict[int, str]:
    attributor = attributor or tree.attributor()
    return attributor.read([server(), *roots], HOST, 0).owner_of


def test_a_daemon_and_its_children_are_its_kernels(tree: ProcTree) -> None:
    a = tree.kernel("/home/ada/a.ipynb")
    pid = daemon(tree, a)
    child = tree.spawn(pid)
    tree.file(child, "environ").write_text("PATH=/bin\0")
    seen = tree.attributor().read([server(), kernel("a", a)], HOST, 0)
    assert {pid, child} <= {p for p, owner in seen.owner_of.items() if owner == "a"}
    assert seen.uses["a"]["detached"] == 1


def test_a_daemons_child_may_have_a_lower_pid(tree: ProcTree) -> None:
    """Pids begin again at the lowest when they have reached the highest."""
    a = tree.kernel("/home/ada/a.ipynb")
    pid = daemon(tree, a)
    child = tree.spawn(pid, pid=50)
    tree.file(child, "environ").write_text("PATH=/bin\0")
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    attributor.read(roots, HOST, 0)
    assert attributor.read(roots, HOST, 1).owner_of[child] == "a"


def test_the_path_that_the_kernel_began_with_counts_not_todays(tree: ProcTree) -> None:
    a = tree.kernel("/home/ada/Untitled.ipynb")
    pid = daemon(tree, a)
    renamed = ConsumerRoot("a", "kernel", "thesis.ipynb", a, path="thesis.ipynb")
    assert owners(tree, [renamed])[pid] == "a"


def test_a_name_that_two_kernels_have_decides_nothing(tree: ProcTree) -> None:
    a, b = tree.kernel("/same.ipynb"), tree.kernel("/same.ipynb")
    pid = daemon(tree, a)
    assert pid not in owners(tree, [kernel("a", a), kernel("b", b)])


def test_of_two_kernels_only_the_living_one_counts(tree: ProcTree) -> None:
    a, b = tree.kernel("/same.ipynb"), tree.kernel("/same.ipynb")
    pid = daemon(tree, b)
    tree.end(a)
    assert owners(tree, [kernel("a", a), kernel("b", b)])[pid] == "b"


def test_a_notebook_of_the_same_name_on_another_server(tree: ProcTree) -> None:
    a = tree.kernel("/same.ipynb")
    other = daemon(tree, a, environ={"JPY_PARENT_PID": "7"})
    assert other not in owners(tree, [kernel("a", a)])


def test_a_daemon_from_before_the_kernel_is_not_its_own(tree: ProcTree) -> None:
    before = daemon(tree, tree.kernel("/a.ipynb"))
    a = tree.kernel("/a.ipynb")
    assert before not in owners(tree, [kernel("a", a)])


def test_what_the_server_bears_itself_proves_nothing(tree: ProcTree) -> None:
    """It was started from a notebook, and its kernel has just been forked."""
    tree.processes[SERVER_PID].environ["JPY_SESSION_NAME"] = "/outer.ipynb"
    tree.show(SERVER_PID)
    a = tree.spawn(leads=True)
    assert daemon(tree, SERVER_PID) not in owners(tree, [kernel("a", a)])


def test_an_orphan_that_the_server_inherits_is_still_its_kernels(
    tree: ProcTree,
) -> None:
    a = tree.kernel("/a.ipynb")
    pid = daemon(tree, a)
    tree.processes[pid].parent = SERVER_PID
    tree.processes[1].children.remove(pid)
    tree.processes[SERVER_PID].children.append(pid)
    tree.show(pid)
    tree.show(SERVER_PID)
    assert owners(tree, [kernel("a", a)])[pid] == "a"


def test_a_scan_comes_every_30_s_and_reads_an_environment_once(
    tree: ProcTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = tree.kernel("/a.ipynb")
    for _ in range(5):
        tree.spawn(1, environ={"PATH": "/bin"})
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    read: list[int] = []
    environ = attributor._processes.environ

    def noted(pid: int) -> bytes:
        read.append(pid)
        return environ(pid)

    monkeypatch.setattr(attributor._processes, "environ", noted)
    attributor.read(roots, HOST, 0)
    assert len(read) == len(set(read)) >= 5
    late = daemon(tree, a)
    read.clear()
    assert late not in attributor.read(roots, HOST, 29).owner_of
    assert read == []
    assert attributor.read(roots, HOST, 30).owner_of[late] == "a"
    assert read == [late]
    # A clock that jumped back does not put the scan off.
    later = daemon(tree, a)
    assert attributor.read(roots, HOST, 3).owner_of[later] == "a"


def test_one_look_reads_a_limited_number_of_environments(
    tree: ProcTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strays, "MOST_ENVIRONS", 4)
    monkeypatch.setattr(strays, "MOST_PROCESSES", 9)
    a = tree.kernel("/a.ipynb")
    daemons = {daemon(tree, a) for _ in range(30)}
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    counts = []
    for now in range(9):
        seen = attributor.read(roots, HOST, now)
        counts.append(len(daemons & seen.owner_of.keys()))
    assert all(b - a <= 4 for a, b in zip([0, *counts], counts, strict=False))
    assert counts[-1] == 30


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
def test_another_users_environment_is_not_read(
    tree: ProcTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = tree.kernel("/a.ipynb")
    pid = daemon(tree, a)
    os.chown(tree.file(pid, "."), 12345, 12345)
    attributor = tree.attributor()
    assert pid not in owners(tree, [kernel("a", a)], attributor)


@pytest.mark.parametrize(
    "environ",
    [b"", b"JPY_SESSION_NAME", b"JPY_SESSION_NAME=", b"\xff\xfe=\0" * 9000, b"\0" * 99],
)
def test_an_environment_that_makes_no_sense_decides_nothing(
    tree: ProcTree, environ: bytes
) -> None:
    a = tree.kernel("/a.ipynb")
    pid = daemon(tree, a)
    tree.file(pid, "environ").write_bytes(environ)
    assert pid not in owners(tree, [kernel("a", a)])
    tree.file(pid, "environ").unlink()
    assert pid not in owners(tree, [kernel("a", a)])


def test_a_process_that_waits_for_its_memory_is_left_alone(tree: ProcTree) -> None:
    """To read its environment could hang for as long as it hangs."""
    a = tree.kernel("/a.ipynb")
    pid = daemon(tree, a)
    tree.processes[pid].state = "D"
    tree.show(pid)
    attributor = tree.attributor()
    assert pid not in owners(tree, [kernel("a", a)], attributor)
    tree.processes[pid].state = "S"
    tree.show(pid)
    seen = attributor.read([server(), kernel("a", a)], HOST, 30)
    assert seen.owner_of[pid] == "a"
