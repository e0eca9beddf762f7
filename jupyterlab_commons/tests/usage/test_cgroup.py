"""The groups of a process are found wherever they can be seen, and nowhere else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage.cgroup import Cgroups
from jupyterlab_commons.usage.headline import HeadlineReader
from jupyterlab_commons.usage.shapes import Machine

from .trees import Tree


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def found(tree: Tree, controller: str = "memory") -> tuple[int, list[str]] | None:
    """Version, and the groups below /sys/fs/cgroup."""
    cgroups = Cgroups(tree.machine, tree.machine.proc / "self")
    hierarchy = cgroups.hierarchy(
        controller, "memory.current" if controller == "memory" else "cpu.stat"
    )
    if hierarchy is None:
        return None
    top = tree.machine.sys / "fs" / "cgroup"
    return hierarchy.version, [str(g.relative_to(top)) for g in hierarchy.groups]


def test_version_2_from_the_own_group_to_the_outermost(tree: Tree) -> None:
    tree.mount2()
    tree.root2()
    tree.is_in("0::/kubepods/pod7/box")
    for group in ("kubepods", "kubepods/pod7", "kubepods/pod7/box"):
        tree.group2(group)
    assert found(tree) == (2, ["kubepods/pod7/box", "kubepods/pod7", "kubepods"])


def test_a_namespace_hides_the_groups_above(tree: Tree) -> None:
    tree.container2()
    assert found(tree) == (2, ["."])


def test_the_root_of_the_machine_is_no_group(tree: Tree) -> None:
    tree.mount2()
    tree.root2()
    tree.is_in("4:memory:/", "0::/")
    tree.mount1("memory")
    tree.group1("/")
    tree.root1("memory")
    assert found(tree) is None
    assert found(tree, "cpu") is None


def test_version_1_as_a_container_sees_it(tree: Tree) -> None:
    """The host's name of the group, and a mount that shows only that group."""
    tree.mount1("memory", root="/docker/abc")
    tree.is_in("4:memory:/docker/abc", "1:name=systemd:/docker/abc")
    tree.group1("/")
    assert found(tree) == (1, ["memory"])


def test_version_1_below_what_the_container_sees(tree: Tree) -> None:
    tree.mount1("memory", root="/docker/abc")
    tree.is_in("4:memory:/docker/abc/jobs/7")
    for group in ("/", "jobs", "jobs/7"):
        tree.group1(group)
    assert found(tree) == (1, ["memory/jobs/7", "memory/jobs", "memory"])


def test_both_versions_memory_is_where_its_controller_is(tree: Tree) -> None:
    tree.mount2(point="/sys/fs/cgroup/unified")
    tree.mount1("memory")
    tree.is_in("4:memory:/box", "0::/box")
    tree.root1("memory")
    tree.group1("box")
    tree.group2("unified/box")
    assert found(tree) == (1, ["memory/box"])
    assert found(tree, "cpu") == (2, ["unified/box"])


def test_a_group_that_the_mount_does_not_show(tree: Tree) -> None:
    tree.mount1("memory", root="/docker/other")
    tree.is_in("4:memory:/docker/abc")
    tree.group1("/")
    assert found(tree) is None


def test_a_process_that_was_moved_out_of_its_namespace(tree: Tree) -> None:
    tree.mount2()
    tree.is_in("0::/../elsewhere")
    tree.group2("/", limit=1)
    assert found(tree) is None


def test_a_mount_from_outside_of_the_namespace(tree: Tree) -> None:
    """The names on the way down are hidden; the group lists the process."""
    tree.mount2(root="/../..")
    tree.root2()
    tree.is_in("0::/")
    tree.group2("slice", procs="")
    tree.group2("slice/other", procs="43\n")
    tree.group2("slice/mine", procs="41\n42\n")
    assert found(tree) == (2, ["slice/mine", "slice"])


def test_a_folder_that_is_not_there_gives_way_to_the_one_above(tree: Tree) -> None:
    tree.mount2()
    tree.is_in("0::/box/hidden/deeper")
    tree.group2("/")
    tree.group2("box")
    assert found(tree) == (2, ["box", "."])


def test_memory_that_is_not_told_for_the_own_group(tree: Tree) -> None:
    """A controller ends where it was not handed on."""
    tree.container2()
    tree.is_in("0::/app")
    tree.file("sys/fs/cgroup/app/cgroup.events", "populated 1\n")
    tree.file("sys/fs/cgroup/app/cpu.stat", "usage_usec 1\n")
    assert found(tree) == (2, ["."])
    assert found(tree, "cpu") == (2, ["app", "."])


def test_a_mount_point_with_a_space(tree: Tree) -> None:
    tree.mount2(point="/sys/fs/cgroup/a\\040b")
    tree.is_in("0::/")
    tree.group2("a b")
    assert found(tree) == (2, ["a b"])


def test_no_names_and_no_mounts(tree: Tree) -> None:
    assert found(tree) is None
    tree.is_in("0::/")
    assert found(tree) is None


def test_whatever_the_files_hold_nothing_is_raised(tree: Tree) -> None:
    chance = by_chance("what files hold")
    tree.mount2()
    tree.mount1("memory")
    tree.mount1("cpu,cpuacct")
    tree.is_in("4:memory:/box", "2:cpu,cpuacct:/box", "0::/box")
    tree.group1("box", limit=2**30)
    tree.group2("box")
    tree.cpu1("box")
    files = [path for path in tree.machine.root.rglob("*") if path.is_file()]
    words = [b"18446744073709551616", b"-1", b"max", b"\0", b"\xff/..", b" - ", b":"]
    for _ in range(150):
        changed = chance.choice(files)
        before = changed.read_bytes()
        parts = before.split(b" ")
        parts[chance.randrange(len(parts))] = chance.choice(words)
        changed.write_bytes(chance.choice([b" ".join(parts), b"", b"\xff" * 99]))
        reader = HeadlineReader(tree.machine, {})
        for now in (1.0, 2.0):
            headline = reader.read(now)
            figures = [*headline.memory.values(), *headline.cpu.values()]
            assert all(f >= 0 for f in figures if isinstance(f, int | float))
        reader.close()
        if chance.random() < 0.7:
            changed.write_bytes(before)


def lists_this_process(namespace: str) -> bool:
    """Run here and in a namespace: the group that is found lists who looks."""
    cgroups = Cgroups(Machine(), Path("/proc/self"))
    memory = cgroups.hierarchy("memory", "memory.current")
    if memory is None:
        return namespace == "none"
    return str(os.getpid()) in (memory.own / "cgroup.procs").read_text().split()


def test_on_this_machine_the_own_group_lists_this_process() -> None:
    if Cgroups(Machine(), Path("/proc/self")).hierarchy("memory", "memory.current"):
        assert lists_this_process("own")
    else:
        pytest.skip("this machine has no memory cgroup for this process")


def test_on_this_machine_in_a_namespace_of_its_own() -> None:
    """The mounts are the old ones, so they start above the namespace."""
    code = (
        "from jupyterlab_commons.tests.usage import test_cgroup as t\n"
        "import sys; sys.exit(0 if t.lists_this_process('none') else 3)"
    )
    ended = subprocess.run(
        ["unshare", "--cgroup", sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    if "unshare failed" in ended.stderr or "Operation not permitted" in ended.stderr:
        pytest.skip("cgroup namespaces cannot be made here")
    assert ended.returncode == 0, ended.stderr
