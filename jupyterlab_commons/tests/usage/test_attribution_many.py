"""Ten thousand processes: each look is a small one, and the totals stay whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.usage import families, strays
from jupyterlab_commons.usage.attribution import Attributor
from jupyterlab_commons.usage.cpu_time import TICKS

from .process_trees import MIB, ProcTree, headline, kernel, server

HOST = headline()
FILES = ("stat", "anonymous", "environ", "uid", "children", "proportional")


def reads_counted(
    attributor: Attributor, monkeypatch: pytest.MonkeyPatch
) -> dict[str, int]:
    """How often each kind of file is read; empty it between two looks."""
    counts = dict.fromkeys(FILES, 0)

    def count(name: str) -> None:
        read = getattr(attributor._processes, name)

        def counted(*arguments: int) -> object:
            counts[name] += 1
            return read(*arguments)

        monkeypatch.setattr(attributor._processes, name, counted)

    for name in FILES:
        count(name)
    return counts


def test_ten_thousand_of_others_cost_our_own_little(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = ProcTree(tmp_path)
    a = tree.kernel("a")
    workers = [tree.spawn(a) for _ in range(3)]
    bare(tree, 1, 10_000)
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    counts = reads_counted(attributor, monkeypatch)
    for now in range(20):
        seen = attributor.read(roots, HOST, now)
        assert {a, *workers} <= seen.owner_of.keys()
        assert counts["environ"] <= strays.MOST_ENVIRONS + 2
        assert counts["uid"] <= strays.MOST_PROCESSES + 2
        assert counts["stat"] <= strays.MOST_PROCESSES + 10
        counts.update(dict.fromkeys(FILES, 0))
    # The scan has a kernel's daemons to find, and ends before the next one is due.
    assert attributor.read(roots, HOST, 20).problems == ()


def test_ten_thousand_of_our_own_are_looked_at_in_turns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = ProcTree(tmp_path)
    a = tree.kernel("a")
    pids = bare(tree, a, 10_000)
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    counts = reads_counted(attributor, monkeypatch)
    for now in range(12):
        attributor.read(roots, HOST, now)
        most = families.MOST_LOOKED + families.MOST_NEW + strays.MOST_PROCESSES
        assert counts["stat"] <= most + 10
        counts.update(dict.fromkeys(FILES, 0))
    seen = attributor.read(roots, HOST, 12)
    assert "PROCESSES_MANY" in seen.problems
    assert seen.uses["a"]["processes"] == 10_001
    assert seen.uses["a"]["memory"] == 10_001 * MIB

    # Each of these works at a tenth of a core, whenever its turn comes.
    busy = pids[::500]
    for now in range(13, 33):
        for pid in busy:
            tree.burn(pid, TICKS // 10)
        seen = attributor.read(roots, HOST, now)
        assert seen.uses["a"]["memory"] == 10_001 * MIB
    assert seen.uses["a"]["cpu"] == pytest.approx(len(busy) / 10)
    assert seen.cpu_seconds["a"] <= tree.used / TICKS

    for pid in busy:
        tree.end(pid)
    for now in range(33, 43):
        seen = attributor.read(roots, HOST, now)
    assert seen.cpu_seconds["a"] == tree.used / TICKS
    assert seen.uses["a"]["processes"] == 10_001 - len(busy)


def test_a_chain_of_thousands_is_followed(tmp_path: Path) -> None:
    tree = ProcTree(tmp_path)
    last = a = tree.kernel("a")
    for _ in range(2000):
        last = tree.spawn(last)
    attributor, roots = tree.attributor(), [server(), kernel("a", a)]
    for now in range(3):
        seen = attributor.read(roots, HOST, now)
    assert seen.owner_of[last] == "a"
    assert seen.uses["a"]["processes"] == 2001


def bare(tree: ProcTree, parent: int, count: int) -> list[int]:
    """Many children at once; showing their parent for each would take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree, "show", lambda _: None)
        pids = [tree.spawn(parent) for _ in range(count)]
    for pid in (parent, *pids):
        tree.show(pid)
    return pids
