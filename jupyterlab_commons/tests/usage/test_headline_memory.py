"""Whose memory is shown, and against which limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.usage.headline import HeadlineReader
from jupyterlab_commons.usage.shapes import Headline, Machine

from .trees import GIB, MIB, NO_LIMIT_1, TOTAL, Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def look(tree: Tree, **environ: str) -> Headline:
    reader = HeadlineReader(tree.machine, environ)
    headline = reader.read(1)
    reader.close()
    return headline


def test_a_container_of_version_2(tree: Tree) -> None:
    tree.container2(limit=4 * GIB, usage=2 * GIB, inactive=512 * MIB)
    headline = look(tree)
    assert headline.where == "cgroup2"
    assert headline.memory == {
        "used": 2 * GIB - 512 * MIB,
        "peak": 2 * GIB - 512 * MIB,
        "limit": 4 * GIB,
        "limitBy": "cgroup",
        "total": TOTAL,
        "cache": 512 * MIB,
        "shared": 64 * MIB,
        "swap": 4096,
        "pressure": 12.5,
        "oomKills": 0,
    }
    assert headline.anonymous == GIB
    assert headline.own
    assert headline.problems == ()


def test_a_container_of_version_1(tree: Tree) -> None:
    tree.mount1("memory", root="/docker/abc")
    tree.is_in("4:memory:/docker/abc")
    tree.group1("/", limit=4 * GIB, usage=2 * GIB, inactive=512 * MIB)
    headline = look(tree)
    assert headline.where == "cgroup1"
    assert headline.memory == {
        "used": 2 * GIB - 512 * MIB,
        "peak": 2 * GIB - 512 * MIB,
        "limit": 4 * GIB,
        "limitBy": "cgroup",
        "total": TOTAL,
        "cache": 512 * MIB,
        "shared": 64 * MIB,
        "swap": 4096,
        "oomKills": 0,
    }
    assert headline.anonymous == GIB


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize(
    ("outer", "inner", "limit", "used", "own"),
    [
        (3 * GIB, 6 * GIB, 3 * GIB, 2 * GIB, False),
        (6 * GIB, 3 * GIB, 3 * GIB, GIB, True),
        # Of equal limits the outer one is full first.
        (3 * GIB, 3 * GIB, 3 * GIB, 2 * GIB, False),
        (3 * GIB, None, 3 * GIB, 2 * GIB, False),
        (None, 3 * GIB, 3 * GIB, GIB, True),
        (TOTAL, 2**63 - 1, None, GIB, True),
        (None, None, None, GIB, True),
    ],
)
def test_the_tightest_limit_counts_with_the_use_of_its_group(
    tree: Tree,
    *,
    version: int,
    outer: int | None,
    inner: int | None,
    limit: int | None,
    used: int,
    own: bool,
) -> None:
    if version == 2:
        tree.mount2()
        tree.root2()
        tree.is_in("0::/pod/box")
        tree.group2("pod", limit=outer or "max", usage=2 * GIB)
        tree.group2("pod/box", limit=inner or "max", usage=GIB)
    else:
        tree.mount1("memory")
        tree.root1("memory")
        tree.is_in("4:memory:/pod/box")
        tightest = min(outer or NO_LIMIT_1, inner or NO_LIMIT_1)
        tree.group1("pod", limit=outer or NO_LIMIT_1, usage=2 * GIB)
        tree.group1(
            "pod/box", limit=inner or NO_LIMIT_1, hierarchical=tightest, usage=GIB
        )
    headline = look(tree)
    assert headline.memory.get("limit") == limit
    assert headline.memory.get("limitBy") == ("cgroup" if limit else None)
    assert headline.memory["used"] == used
    assert headline.own == own
    assert headline.where == f"cgroup{version}"
    assert headline.problems == ()


def test_a_hidden_limit_that_version_1_tells(tree: Tree) -> None:
    """The pod is above what the container sees; the kernel names its limit anyway."""
    tree.mount1("memory", root="/pod/box")
    tree.is_in("4:memory:/pod/box")
    tree.group1("/", limit=6 * GIB, hierarchical=2 * GIB)
    memory = look(tree).memory
    assert (memory["limit"], memory["used"]) == (2 * GIB, GIB)


def test_a_limit_above_that_version_1_does_not_enforce(tree: Tree) -> None:
    """Without `use_hierarchy` the groups above do not count."""
    tree.mount1("memory")
    tree.is_in("4:memory:/pod/box")
    tree.group1("pod", limit=GIB)
    tree.group1("pod/box", hierarchical=NO_LIMIT_1)
    assert "limit" not in look(tree).memory


def test_an_outer_group_whose_use_is_secret_leaves_the_own(tree: Tree) -> None:
    tree.mount2()
    tree.is_in("0::/box")
    tree.group2("/", limit=2 * GIB)
    tree.group2("box", usage=GIB)
    tree.unreadable("sys/fs/cgroup/memory.current")
    memory = look(tree).memory
    assert (memory["limit"], memory["used"]) == (2 * GIB, GIB)


def test_more_inactive_than_used_is_nothing_used(tree: Tree) -> None:
    """The two files are read one after the other."""
    tree.container2(usage=MIB, inactive=2 * MIB)
    assert look(tree).memory["used"] == 0


@pytest.mark.parametrize(
    ("mem_limit", "limit", "by"),
    [
        (str(GIB), GIB, "hub"),
        (str(4 * GIB), 4 * GIB, "cgroup"),
        (str(8 * GIB), 4 * GIB, "cgroup"),
        ("0", 4 * GIB, "cgroup"),
        ("-1", 4 * GIB, "cgroup"),
        ("4G", 4 * GIB, "cgroup"),
        ("9" * 5000, 4 * GIB, "cgroup"),
    ],
)
def test_the_hubs_limit_counts_where_it_is_the_tightest(
    tree: Tree, mem_limit: str, limit: int, by: str
) -> None:
    tree.container2(limit=4 * GIB, usage=GIB)
    headline = look(tree, MEM_LIMIT=mem_limit)
    memory = headline.memory
    assert (memory["limit"], memory["limitBy"]) == (limit, by)
    assert (memory["used"], headline.where) == (GIB, "cgroup2")


def shared_group(tree: Tree, limit: int | str = "max") -> None:
    """A hub that starts everybody's server beside itself."""
    tree.mount2()
    tree.root2()
    tree.is_in("0::/system.slice/jupyterhub.service")
    tree.group2("system.slice/jupyterhub.service", limit=limit, procs="7\n42\n")
    tree.process("7", 0, "python3", "-m", "jupyterhub")


def test_the_hubs_limit_on_a_plain_host_leaves_the_use_to_the_sum(tree: Tree) -> None:
    shared_group(tree)
    headline = look(tree, MEM_LIMIT=str(GIB))
    assert headline.memory == {
        "limit": GIB,
        "limitBy": "hub",
        "total": TOTAL,
    }
    assert headline.memory_summed
    assert headline.where == "host"
    assert not headline.own
    assert headline.problems == ()


def test_a_limit_that_many_share_shows_what_counts_against_it(tree: Tree) -> None:
    shared_group(tree, limit=4 * GIB)
    headline = look(tree)
    assert (headline.memory["limit"], headline.memory["used"]) == (4 * GIB, GIB)
    assert not headline.own
    assert headline.cpu_seconds is None


def cases_of_a_host(tree: Tree, case: str) -> None:
    if case == "nothing":
        return
    if case == "shared":
        shared_group(tree)
        return
    tree.mount2()
    tree.root2()
    if case == "root":
        tree.is_in("0::/")
    else:
        tree.is_in("0::/user.slice/user-1000.slice/session-3.scope")
        tree.group2("user.slice/user-1000.slice/session-3.scope")


@pytest.mark.parametrize("case", ["nothing", "root", "shared", "login"])
def test_a_host_shows_the_machine_and_says_so(tree: Tree, case: str) -> None:
    cases_of_a_host(tree, case)
    tree.file("proc/pressure/memory", "some avg10=1.25 avg60=0.00 avg300=0.00\n")
    headline = look(tree)
    assert headline.where == "host"
    assert headline.problems == ("LIMIT_UNKNOWN",)
    assert headline.anonymous is None
    assert not headline.own
    assert headline.memory == {
        "used": 6 * GIB,
        "peak": 6 * GIB,
        "total": TOTAL,
        "cache": 2 * GIB,
        "shared": GIB,
        "swap": GIB // 2,
        "pressure": 1.25,
    }
    # Those of other people are among them, so they are no figure of this server.
    assert headline.shared_kills == 0


def test_nothing_readable_at_all(tmp_path: Path) -> None:
    headline = HeadlineReader(Machine(tmp_path / "none"), {}).read(1)
    assert (headline.memory, headline.cpu, headline.network) == ({}, {}, None)
    assert set(headline.problems) == {"MEMORY_UNREADABLE", "CPU_UNREADABLE"}


@pytest.mark.parametrize("file", ["memory.current", "memory.stat"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-5\n", b"9" * 6000, None])
def test_what_cannot_be_read_is_absent_and_comes_back(
    tree: Tree, file: str, content: bytes | None
) -> None:
    tree.container2(limit=4 * GIB)
    path = f"sys/fs/cgroup/{file}"
    good = (tree.machine.root / path).read_bytes()
    reader = HeadlineReader(tree.machine, {})
    assert reader.read(1).problems == ()
    if content is None:
        tree.unreadable(path)
        reader.close()
    else:
        tree.file(path, content)
    spoilt = reader.read(2)
    assert spoilt.problems == ("MEMORY_UNREADABLE",)
    assert "used" not in spoilt.memory
    assert spoilt.memory["limit"] == 4 * GIB
    if content is None:
        (tree.machine.root / path).rmdir()
    tree.file(path, good)
    assert reader.read(3).memory["used"] == GIB
    reader.close()


def test_optional_files_that_are_missing_are_no_problem(tree: Tree) -> None:
    tree.container2()
    for name in ("memory.pressure", "memory.swap.current", "memory.events"):
        (tree.machine.sys / "fs" / "cgroup" / name).unlink()
    headline = look(tree)
    assert headline.problems == ()
    assert headline.memory.keys() == {"used", "peak", "total", "cache", "shared"}


def grow(tree: Tree, reader: HeadlineReader, now: float, **group: Any) -> int:
    tree.group2("/", **group)
    return reader.read(now).memory["peak"]


def test_the_peak_has_what_came_and_went_between_two_looks(tree: Tree) -> None:
    tree.container2(usage=GIB, inactive=100 * MIB)
    tree.file("sys/fs/cgroup/memory.peak", f"{4 * GIB}\n")
    reader = HeadlineReader(tree.machine, {})
    # What was before this server is not its peak.
    assert reader.read(1).memory["peak"] == GIB - 100 * MIB
    tree.file("sys/fs/cgroup/memory.peak", f"{5 * GIB}\n")
    assert reader.read(2).memory["peak"] == 5 * GIB - 100 * MIB
    assert reader.read(3).memory["peak"] == 5 * GIB - 100 * MIB


def test_reading_files_makes_no_peak(tree: Tree) -> None:
    """Their pages count as usage, and are dropped when memory is short."""
    tree.container2(usage=GIB)
    tree.file("sys/fs/cgroup/memory.peak", f"{GIB}\n")
    reader = HeadlineReader(tree.machine, {})
    reader.read(1)
    tree.file("sys/fs/cgroup/memory.peak", f"{4 * GIB}\n")
    assert grow(tree, reader, 2, usage=4 * GIB, inactive=3 * GIB) == GIB
    # The own look counts where the kernel tells nothing.
    tree.unreadable("sys/fs/cgroup/memory.peak")
    assert grow(tree, reader, 3, usage=2 * GIB) == 2 * GIB
    assert grow(tree, reader, 4, usage=GIB) == 2 * GIB


def test_kills_count_from_the_start_of_the_reader(tree: Tree) -> None:
    tree.container2()
    reader = HeadlineReader(tree.machine, {})
    assert reader.read(1).memory["oomKills"] == 0
    tree.file("sys/fs/cgroup/memory.events", "oom 9\noom_kill 5\noom_group_kill 0\n")
    assert reader.read(2).memory["oomKills"] == 3
    tree.file("sys/fs/cgroup/memory.events", "")
    assert "oomKills" not in reader.read(3).memory


def test_a_server_that_is_moved_keeps_its_kills(tree: Tree) -> None:
    tree.mount2()
    tree.root2()
    tree.is_in("0::/one")
    tree.group2("one", usage=GIB)
    tree.group2("two", usage=2 * GIB, limit=3 * GIB)
    reader = HeadlineReader(tree.machine, {})
    reader.read(1)
    tree.file("sys/fs/cgroup/one/memory.events", "oom_kill 3\n")
    assert reader.read(2).memory["oomKills"] == 1
    tree.is_in("0::/two")
    memory = reader.read(62).memory
    assert (memory["used"], memory["limit"], memory["oomKills"]) == (
        2 * GIB,
        3 * GIB,
        1,
    )
    # A server that has ended is not on the machine's root all of a sudden.
    tree.is_in()
    assert reader.read(123).memory["limit"] == 3 * GIB


def test_company_that_comes_later_is_noticed(tree: Tree) -> None:
    tree.container2()
    reader = HeadlineReader(tree.machine, {})
    assert reader.read(1).own
    tree.process("7", 1001, "vim")
    tree.file("sys/fs/cgroup/cgroup.procs", "42\n7\n")
    headline = reader.read(62)
    assert (headline.where, headline.own) == ("host", False)


def test_a_limit_that_is_changed_counts_at_once(tree: Tree) -> None:
    tree.container2(limit=4 * GIB)
    reader = HeadlineReader(tree.machine, {})
    assert reader.read(1).memory["limit"] == 4 * GIB
    tree.file("sys/fs/cgroup/memory.max", f"{2 * GIB}\n")
    assert reader.read(1.1).memory["limit"] == 2 * GIB
