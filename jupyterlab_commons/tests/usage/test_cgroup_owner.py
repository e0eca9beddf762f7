"""Whether a group is this server's own decides whose figures are shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.usage.cgroup import Hierarchy
from jupyterlab_commons.usage.cgroup_owner import is_own

from .trees import Tree


def own(tree: Tree, name: str, procs: str = "42\n") -> bool:
    tree.group2("g", procs=procs)
    folder = tree.machine.sys / "fs" / "cgroup" / "g"
    hierarchy = Hierarchy(2, name, (folder,))
    return is_own(tree.machine, tree.machine.proc / "self", hierarchy)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "/",
        "/docker/0123",
        "/kubepods/burstable/pod7/0123",
        "/system.slice/jupyter-ada.service",
        "/system.slice/slurmstepd.scope/job_5/step_0/user/task_0",
        "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-1.scope/box",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/jupyter.service",
    ],
)
def test_made_for_one_thing(tree: Tree, name: str) -> None:
    assert own(tree, name)


@pytest.mark.parametrize(
    "name",
    [
        "/user.slice",
        "/system.slice",
        "/init.scope",
        "/user.slice/user-1000.slice/session-3.scope",
        "/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope",
    ],
)
def test_a_login_or_a_slice_is_not(tree: Tree, name: str) -> None:
    assert not own(tree, name)


def test_services_and_root_in_a_container_are_no_people(tree: Tree) -> None:
    tree.process("1", 0, "tini", "--", "start.sh")
    tree.process("7", 101, "nginx")
    tree.process("8", 65534, "nobody")
    assert own(tree, "/docker/1", "1\n7\n8\n0\n42\n99\nrubbish\n")


def test_another_person_is(tree: Tree) -> None:
    tree.process("7", 1001, "vim")
    assert not own(tree, "/docker/1", "42\n7\n")


@pytest.mark.parametrize(
    "command",
    [
        ("/usr/bin/python3", "/opt/hub/bin/jupyterhub", "-f", "config.py"),
        ("python3", "-m", "jupyterhub"),
        ("node", "/usr/bin/configurable-http-proxy", "--ip"),
    ],
)
def test_the_hub_starts_many_servers(tree: Tree, command: tuple[str, ...]) -> None:
    tree.process("7", 0, *command)
    assert not own(tree, "/system.slice/jupyterhub.service", "7\n42\n")


def test_a_single_user_server_is_not_the_hub(tree: Tree) -> None:
    tree.process("7", 1000, "python3", "/opt/bin/jupyterhub-singleuser")
    tree.process("8", 1000, "python3", "-m", "jupyterhub.singleuser")
    assert own(tree, "/docker/1", "7\n8\n42\n")
