"""Jupyter servers for one measurement each; afterwards nothing of them is left."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import websocket_connect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from tornado.websocket import WebSocketClientConnection

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
LOG, LOG_CHARS = "server.log", 8000
MARK = "COMMONS_BENCH_SERVER"
_CPU_CLOCK = 2  # CPUCLOCK_SCHED of the kernel: run time of all threads


@dataclass(frozen=True)
class Kind:
    """What is switched on in a server; everything else that is installed is off."""

    name: str
    extensions: tuple[str, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def resource_usage(name: str, *, cpu: bool, prometheus: bool) -> Kind:
    settings = {"track_cpu_percent": cpu, "enable_prometheus_metrics": prometheus}
    return Kind(name, ("jupyter_resource_usage",), {"ResourceUseDisplay": settings})


BARE = Kind("bare server")
RESOURCE_USAGE = resource_usage("jupyter-resource-usage", cpu=False, prometheus=True)
RESOURCE_USAGE_CPU = resource_usage(
    "jupyter-resource-usage, track_cpu_percent", cpu=True, prometheus=True
)
NVDASHBOARD = Kind("jupyterlab-nvdashboard", ("jupyterlab_nvdashboard",))
COMMONS = Kind("jupyterlab-commons", ("jupyterlab_commons",))

_INSTALLED = (
    "jupyter_lsp",
    "jupyter_resource_usage",
    "jupyterlab",
    "jupyterlab_commons",
    "jupyterlab_git",
    "jupyterlab_nvdashboard",
    "nbdime",
    "notebook_shim",
)


@dataclass
class Server:
    """A running server; made by `running`."""

    kind: Kind
    pid: int
    port: int
    token: str
    # Where its kernels start, and all of its files are.
    home: Path

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"token {self.token}"}

    def url(self, path: str, scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{path}"

    def log(self) -> str:
        return (self.home / LOG).read_text(errors="replace")[-LOG_CHARS:]

    def cpu_seconds(self) -> float:
        """CPU time of all its threads, children excluded.

        It is utime + stime of /proc/<pid>/stat, in nanoseconds and not rounded to
        ticks of 10 ms.
        """
        return time.clock_gettime((~self.pid << 3) | _CPU_CLOCK)

    async def fetch(self, path: str, body: object = None) -> Any:
        """A GET, or a POST of `body`."""
        request = HTTPRequest(
            self.url(path),
            method="GET" if body is None else "POST",
            headers=self.headers,
            body=None if body is None else json.dumps(body),
            request_timeout=60,
        )
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body)

    async def connect(self, path: str) -> WebSocketClientConnection:
        """A WebSocket that offers compression, as browsers do."""
        request = HTTPRequest(self.url(path, "ws"), headers=self.headers)
        return await websocket_connect(request, compression_options={})

    async def start_kernel(self, notebook: str) -> str:
        """The id of a new kernel that has run something."""
        session = await self.fetch(
            "api/sessions",
            {
                "path": notebook,
                "name": notebook,
                "type": "notebook",
                "kernel": {"name": "python3"},
            },
        )
        kernel = str(session["kernel"]["id"])
        await self.run(kernel, "pass")
        return kernel

    async def start_kernels(self, count: int) -> list[str]:
        names = [f"notebook-{number}.ipynb" for number in range(count)]
        return list(await asyncio.gather(*map(self.start_kernel, names)))

    async def run(self, kernel: str, code: str) -> None:
        """Runs code in a kernel and waits for its end; cancelling does not stop it."""
        channels = await self.connect(f"api/kernels/{kernel}/channels")
        try:
            request = _execute_request(code)
            await channels.write_message(json.dumps(request))
            while (text := await channels.read_message()) is not None:
                message = json.loads(text)
                if (
                    message["header"]["msg_type"] == "execute_reply"
                    and message["parent_header"].get("msg_id")
                    == request["header"]["msg_id"]
                ):
                    if message["content"]["status"] != "ok":
                        raise RuntimeError(f"The kernel said: {message['content']}")
                    return
        finally:
            channels.close()
        raise RuntimeError("The kernel's channel closed before it answered.")


def _execute_request(code: str) -> dict[str, Any]:
    return {
        "header": {
            "msg_id": secrets.token_hex(16),
            "msg_type": "execute_request",
            "session": secrets.token_hex(16),
            "username": "bench",
            "version": "5.3",
        },
        "parent_header": {},
        "metadata": {},
        "content": {"code": code, "silent": False, "store_history": False},
        "channel": "shell",
    }


@asynccontextmanager
async def running(
    kind: Kind,
    folder: Path,
    environ: Mapping[str, str] | None = None,
    root: Path | None = None,
) -> AsyncIterator[Server]:
    """A server with its files below `folder`, and all its processes ended after it.

    `root` is what it serves where that is something else.
    """
    home = folder / secrets.token_hex(4)
    config = home / "config"
    config.mkdir(parents=True)
    port, token, mark = _free_port(), secrets.token_hex(16), secrets.token_hex(16)
    (config / "jupyter_server_config.json").write_text(
        json.dumps(_config(kind, root or home, port, token))
    )
    process = _start(home, {**_environ(home), **(environ or {}), MARK: mark})
    server = Server(kind, process.pid, port, token, home)
    try:
        await _until_ready(server, process)
        yield server
    finally:
        _end(mark)
        process.wait()


def _start(home: Path, environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    with (home / LOG).open("w") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "jupyter_server"],
            cwd=home,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the bench, which ends the server.
            start_new_session=True,
        )


def _environ(home: Path) -> dict[str, str]:
    """Nothing of the person's own Jupyter, and nothing left in their home folder."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        # Our own package from the checkout, and the server's ticker beside this file.
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _config(kind: Kind, root: Path, port: int, token: str) -> dict[str, Any]:
    switches = {name: name in kind.extensions for name in _INSTALLED}
    return {
        **kind.settings,
        "ServerApp": {
            "allow_root": True,
            "ip": "127.0.0.1",
            "jpserver_extensions": {**switches, **dict.fromkeys(kind.extensions, True)},
            "open_browser": False,
            "port": port,
            "port_retries": 0,
            "root_dir": str(root),
        },
        "IdentityProvider": {"token": token},
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with suppress(OSError):
            await server.fetch("api/status")
            _check_loaded(server)
            return
        await asyncio.sleep(0.1)
    raise RuntimeError(f"{server.kind.name} did not start:\n{server.log()}")


def _check_loaded(server: Server) -> None:
    """A server without its extension would look wonderfully cheap."""
    for name in server.kind.extensions:
        if f"{name} | extension was successfully loaded" not in server.log():
            raise RuntimeError(f"{name} was not loaded:\n{server.log()}")


def _marked(mark: str) -> list[int]:
    found = []
    entry = f"{MARK}={mark}".encode()
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            if entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                found.append(int(pid))
    return found


def _end(mark: str) -> None:
    """Every process that carries the mark: the server, its kernels, their children."""
    while pids := _marked(mark):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)
