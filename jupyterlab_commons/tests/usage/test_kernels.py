"""Kernels and terminals as Jupyter's managers tell them, whatever they are made of."""

from __future__ import annotations

import os
from datetime import datetime, timezone
from types import SimpleNamespace
from typing import Any

import pytest
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from jupyterlab_commons.usage.kernels import Roots

from .fakes import LOG


class Kernels:
    """A manager of kernels; `callbacks` is what restarts would call."""

    def __init__(self) -> None:
        self.kernels: dict[str, Any] = {}
        self.callbacks: dict[tuple[str, str], Any] = {}

    def list_kernel_ids(self) -> list[str]:
        return list(self.kernels)

    def get_kernel(self, key: str) -> Any:
        return self.kernels[key]

    def add_restart_callback(self, key: str, work: Any, event: str) -> None:
        self.callbacks[key, event] = work

    def remove_restart_callback(self, key: str, work: Any, event: str) -> None:
        del self.callbacks[key, event]


class Server:
    def __init__(self) -> None:
        self.kernel_manager = Kernels()
        self.sessions: Any = []
        self.session_manager = SimpleNamespace(list_sessions=self._list)
        self.web_app = SimpleNamespace(settings={})
        self.died: list[str] = []
        self.roots = Roots(self, died=self.died.append, log=LOG)

    def _list(self) -> Any:
        if isinstance(self.sessions, Exception):
            raise self.sessions
        return self.sessions

    def start(self, key: str, **more: Any) -> None:
        self.kernel_manager.kernels[key] = SimpleNamespace(
            **{
                "provisioner": local(77),
                "kernel_name": "python3",
                "kernel_spec": SimpleNamespace(display_name="Python 3"),
                "execution_state": "idle",
                "last_activity": datetime(2026, 11, 21, tzinfo=timezone.utc),
                **more,
            }
        )

    def session(self, kernel: str, path: str, **more: Any) -> None:
        known = {"kernel": {"id": kernel}, "path": path, "name": "", "type": "notebook"}
        self.sessions.append({**known, **more})

    async def one(self, key: str = "k") -> Any:
        (found,) = [r for r in await self.roots.collect() if r.key == key]
        return found


def local(pid: int | None) -> LocalProvisioner:
    provisioner = LocalProvisioner()
    provisioner.pid = pid
    return provisioner


@pytest.fixture
def server() -> Server:
    return Server()


async def test_a_notebook_s_kernel(server: Server) -> None:
    server.start("k", execution_state="busy")
    server.session("k", "work/a.ipynb")
    root = await server.one()
    assert (root.kind, root.name, root.path) == ("kernel", "a.ipynb", "work/a.ipynb")
    assert (root.pid, root.language, root.state) == (77, "Python 3", "busy")
    assert (root.remote, root.active_at) == (False, 1795219200000)


async def test_a_live_notebook_has_its_live_path(server: Server) -> None:
    server.start("k")
    server.session("k", "live:abc/deep/a.ipynb")
    root = await server.one()
    assert (root.name, root.path) == ("a.ipynb", "live:abc/deep/a.ipynb")


async def test_without_a_notebook_it_has_the_kernel_s_name(server: Server) -> None:
    server.start("k")
    root = await server.one()
    assert (root.name, root.path) == ("Python 3", None)


async def test_a_console_has_a_name_and_no_file(server: Server) -> None:
    server.start("k")
    server.session("k", "work/console-1-uuid", name="Console 1", type="console")
    assert ((await server.one()).name, (await server.one()).path) == ("Console 1", None)
    server.session("k", "work/a.ipynb")
    server.session("k", "work/console-2-uuid", name="Console 2", type="console")
    assert (await server.one()).name == "a.ipynb"


@pytest.mark.parametrize(
    ("provisioner", "pid", "remote"),
    [
        (None, None, False),
        (local(None), None, False),
        (SimpleNamespace(), None, True),
        (SimpleNamespace(pid=5, ip="10.0.0.7"), None, True),
        (SimpleNamespace(pid=5, process=SimpleNamespace(pid=5)), 5, False),
        (SimpleNamespace(pid=None, process=None), None, True),
    ],
)
async def test_where_it_runs(
    server: Server, provisioner: Any, pid: int | None, *, remote: bool
) -> None:
    server.start("k", provisioner=provisioner)
    root = await server.one()
    assert (root.pid, root.remote) == (pid, remote)


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("starting", "starting"),
        ("autorestarting", "starting"),
        ("dead", "dead"),
        ("dancing", "unknown"),
        (None, "unknown"),
    ],
)
async def test_states_are_words_of_the_protocol(
    server: Server, state: Any, told: str
) -> None:
    server.start("k", execution_state=state)
    assert (await server.one()).state == told


async def test_a_kernel_that_lacks_everything_is_still_a_row(server: Server) -> None:
    server.kernel_manager.kernels["k"] = object()
    root = await server.one()
    assert (root.name, root.pid, root.state) == ("", None, "unknown")


async def test_terminals_and_the_server_itself(server: Server) -> None:
    terminal = SimpleNamespace(
        ptyproc=SimpleNamespace(pid=9),
        last_activity=datetime(2026, 11, 21, tzinfo=timezone.utc),
    )
    manager = SimpleNamespace(terminals={"1": terminal, "2": SimpleNamespace()})
    server.web_app.settings["terminal_manager"] = manager
    first, second = await server.one("terminal:1"), await server.one("terminal:2")
    assert (first.kind, first.name, first.pid) == ("terminal", "1", 9)
    assert (first.active_at, second.pid) == (1795219200000, None)
    own = await server.one("server")
    assert (own.kind, own.name, own.pid) == ("server", "Jupyter", os.getpid())


async def test_a_death_is_told_and_a_kernel_that_is_gone_is_not_watched(
    server: Server,
) -> None:
    server.start("k")
    await server.roots.collect()
    callbacks = server.kernel_manager.callbacks
    assert set(callbacks) == {("k", "restart"), ("k", "dead")}
    callbacks["k", "restart"]()
    callbacks["k", "dead"]()
    assert server.died == ["k", "k"]
    assert (await server.one()).deaths == 2
    server.roots.stop()
    assert callbacks == {}


async def test_sessions_that_cannot_be_listed_are_one_line_and_names_stay(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.start("k")
    server.session("k", "a.ipynb")
    await server.roots.collect()
    server.sessions = RuntimeError("locked")
    for _ in range(3):
        assert (await server.one()).name == "a.ipynb"
    assert len(caplog.records) == 1


async def test_what_began_or_ended_is_seen_without_asking_for_sessions(
    server: Server,
) -> None:
    empty = server.roots.shape()
    server.start("k")
    one = server.roots.shape()
    assert one != empty
    assert not server.roots.any_busy()
    server.kernel_manager.kernels["k"].execution_state = "busy"
    assert server.roots.shape() == one
    assert server.roots.any_busy()


async def test_a_manager_that_restarts_nothing_is_no_error(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Kernels, "add_restart_callback")
    server.start("k")
    assert (await server.one()).deaths == 0
