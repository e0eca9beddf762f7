"""Rates of the interfaces that are visible, and whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.usage.network import NetworkReader
from jupyterlab_commons.usage.shapes import Where

from .trees import NET_DEV, Tree

LINE = "{}: {} 1 0 0 0 0 0 0 {} 1 0 0 0 0 0 0\n"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def interfaces(tree: Tree, *lines: tuple[str, int, int]) -> None:
    text = NET_DEV + "".join(LINE.format(*line) for line in lines)
    tree.file("proc/self/net/dev", text)


def reader_of(tree: Tree) -> NetworkReader:
    return NetworkReader(tree.machine, tree.machine.proc / "self")


def test_rates_of_all_interfaces_but_the_loop(tree: Tree) -> None:
    interfaces(tree, ("eth0", 1000, 100), ("eth1", 0, 0))
    reader = reader_of(tree)
    assert reader.read(1, "cgroup2") == {"of": "server"}
    interfaces(tree, ("eth0", 3000, 500), ("eth1", 1000, 0))
    use = reader.read(3, "cgroup2")
    assert use == {"of": "server", "received": 1500.0, "sent": 200.0}


def test_an_interface_that_comes_goes_or_starts_anew_makes_no_jump(tree: Tree) -> None:
    reader = reader_of(tree)
    interfaces(tree, ("eth0", 1000, 1000))
    reader.read(1, "cgroup2")
    interfaces(tree, ("eth0", 2000, 2000), ("veth7", 10**12, 10**12))
    assert reader.read(2, "cgroup2") == {
        "of": "server",
        "received": 1000,
        "sent": 1000,
    }
    interfaces(tree, ("eth0", 5, 5))
    assert reader.read(3, "cgroup2") == {"of": "server", "received": 0, "sent": 0}


@pytest.mark.parametrize("text", [NET_DEV, "", "eth0: 1 2\n", "\xff: " + "x " * 20])
def test_no_interface_is_absent(tree: Tree, text: str) -> None:
    tree.file("proc/self/net/dev", text)
    assert reader_of(tree).read(1, "cgroup2") is None


def test_more_interfaces_than_one_read_gives(tree: Tree) -> None:
    reader = reader_of(tree)
    interfaces(tree, *((f"veth{i}", 0, 0) for i in range(2000)))
    reader.read(1, "host")
    interfaces(tree, *((f"veth{i}", 10, 1) for i in range(2000)))
    use = reader.read(2, "host")
    assert use == {"of": "machine", "received": 20000, "sent": 2000}


def namespaces(tree: Tree, process: str, net: int, pid: int) -> None:
    folder = tree.machine.proc / process / "ns"
    folder.mkdir(parents=True)
    (folder / "net").symlink_to(f"net:[{net}]")
    (folder / "pid").symlink_to(f"pid:[{pid}]")


FIRST_PID = 4026531836


@pytest.mark.parametrize(
    ("own", "first", "where", "whose"),
    [
        ((100, FIRST_PID), (100, FIRST_PID), "cgroup2", "machine"),
        ((200, FIRST_PID), (100, FIRST_PID), "host", "server"),
        # In a container, process 1 is the container's own.
        ((200, 300), (200, 300), "cgroup2", "server"),
        # A container on the machine's network, where the kernel numbers it so.
        ((4026531833, 300), (4026531833, 300), "cgroup2", "machine"),
        (None, None, "host", "machine"),
        (None, None, "cgroup1", "server"),
        ((100, FIRST_PID), None, "cgroup2", "server"),
    ],
)
def test_whose_interfaces_they_are(
    tree: Tree,
    own: tuple[int, int] | None,
    first: tuple[int, int] | None,
    where: Where,
    whose: str,
) -> None:
    if own:
        namespaces(tree, "self", *own)
    if first:
        namespaces(tree, "1", *first)
    use = reader_of(tree).read(1, where)
    assert use is not None
    assert use["of"] == whose
