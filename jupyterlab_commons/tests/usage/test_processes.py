"""Reading /proc: names chosen to mislead, files that are gone, closed or nonsense."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from jupyterlab_commons.usage import processes as module
from jupyterlab_commons.usage.processes import (
    GoneError,
    Processes,
    UnreadableError,
    parse_rollup,
    parse_stat,
)
from jupyterlab_commons.usage.shapes import Machine

from .process_trees import ProcTree, running

REST = "S 7 8 9 0 -1 4194304 1 2 3 4 11 12 13 14 20 0 5 0 4242 1 2 3"


@pytest.mark.parametrize(
    "name", ["python", "a b", "a) R 1 1 1 (b", "()", ")", "", "a\nb) Z 1", "é" * 15]
)
def test_a_name_cannot_move_the_fields(name: str) -> None:
    stat = parse_stat(f"17 ({name}) {REST}\n".encode())
    assert stat == (b"S", 7, 8, 9, 23, 27, 5, 4242)


@pytest.mark.parametrize(
    "raw", [b"", b"17", b"17 (x)", b"17 (x) S 1 2", b"17 (x) S " + b"x " * 30, b"\xff)"]
)
def test_nonsense_is_told_from_a_process_that_ended(tmp_path: Path, raw: bytes) -> None:
    tree = ProcTree(tmp_path)
    pid = tree.spawn()
    processes = Processes(tree.machine)
    read: Callable[[int], object]
    for name in ("stat", "statm", "smaps_rollup"):
        tree.file(pid, name).write_bytes(raw)
    for read in (processes.stat, processes.anonymous, processes.proportional):
        with pytest.raises(UnreadableError):
            read(pid)
    tree.end(pid)
    others = (processes.environ, processes.uid)
    for read in (processes.stat, processes.anonymous, processes.proportional, *others):
        with pytest.raises(GoneError):
            read(pid)


def test_no_permission_is_not_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = Processes(ProcTree(tmp_path).machine)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(UnreadableError):
        processes.stat(1)


def test_no_file_left_to_open_is_not_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes = Processes(ProcTree(tmp_path).machine)

    def full(*_: object) -> int:
        raise OSError(24, "too many open files")

    monkeypatch.setattr(os, "open", full)
    with pytest.raises(UnreadableError):
        processes.stat(1)


def test_an_old_kernel_tells_only_the_sum_with_files() -> None:
    raw = b"head\nRss: 900 kB\nPss: 300 kB\nPrivate_Clean: 5 kB\nPrivate_Dirty: 7 kB\n"
    assert parse_rollup(raw) == (300 * 1024, 12 * 1024)


def test_the_children_of_all_threads_are_found(tmp_path: Path) -> None:
    tree = ProcTree(tmp_path)
    pid = tree.spawn()
    thread = tree.file(pid, "task") / "9999"
    thread.mkdir()
    (thread / "children").write_text("71 72 ")
    (tree.file(pid, "task") / str(pid) / "children").write_text("73 ")
    processes = Processes(tree.machine)
    assert sorted(processes.children(pid, 2)) == [71, 72, 73]
    assert processes.children(pid, 1) == [73]


def test_a_kept_file_tells_that_its_process_ended() -> None:
    processes = Processes(Machine())
    with running("print(flush=True); input()") as child:
        child.hear()
        processes.keep(child.pid)
        assert processes.stat(child.pid).parent == os.getpid()
        assert processes.anonymous(child.pid) > 0
    for read in (processes.stat, processes.anonymous):
        with pytest.raises(GoneError):
            read(child.pid)
    processes.close()


def test_few_files_are_kept_and_all_are_given_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MOST_KEPT_FILES", 6)
    before = set(os.listdir("/proc/self/fd"))
    processes = Processes(Machine())
    for pid in processes.pids()[:20]:
        processes.keep(pid)
    assert len(set(os.listdir("/proc/self/fd")) - before) <= 6 + 1
    processes.close()
    assert set(os.listdir("/proc/self/fd")) <= before | {max(before)}
