"""The hub is answered from the first moment to the last, whatever Node does."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from jupyterlab_commons.hub.launcher import bind
from jupyterlab_commons.hub.standby import Standby, response_to
from jupyterlab_commons.hub.supervisor import Supervisor, companion_environment
from jupyterlab_commons.node import NodeMissingError, find_node

PREFIX = "/services/commons/"

# Stands for the companion: same options, same ready line, tells what it was given.
COMPANION = """
import http from 'node:http';
const fd = Number(process.argv[process.argv.indexOf('--fd') + 1]);
const server = http.createServer((request, response) => {
  response.end(JSON.stringify({ pid: process.pid, env: process.env }));
  if (request.url.endsWith('/die')) setImmediate(() => process.exit(7));
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
server.listen({ fd }, () => {
  console.log(JSON.stringify({ url: 'http://x/', port: 1, pid: process.pid }));
  console.log('something else');
});
"""

try:
    NODE = find_node()
except NodeMissingError as reason:
    pytest.skip(str(reason), allow_module_level=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Launcher:
    """The real launcher as the hub starts it."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process = process
        self.port = port
        self.lines: list[str] = []
        self._news = asyncio.Condition()
        self._reading = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        assert self.process.stderr
        while line := await self.process.stderr.readline():
            async with self._news:
                self.lines.append(line.decode())
                self._news.notify_all()

    async def said(self, text: str, times: int = 1) -> None:
        async with self._news:
            await asyncio.wait_for(
                self._news.wait_for(lambda: "".join(self.lines).count(text) >= times),
                20,
            )

    async def get(self, path: str = "healthz", **options: Any) -> HTTPResponse:
        return await AsyncHTTPClient(force_instance=True).fetch(
            f"http://127.0.0.1:{self.port}{PREFIX}{path}", raise_error=False, **options
        )

    async def served(self) -> dict[str, Any]:
        """Ask until Node answers; the launcher answers all the while."""
        while (answer := await self.get()).code != 200:
            assert answer.code == 503
            assert json.loads(answer.body)["error"]["code"] == "STOPPING"
        body: dict[str, Any] = json.loads(answer.body)
        return body

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.terminate()
        await self.process.wait()
        await self._reading


Start = Callable[..., Awaitable[Launcher]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    launchers: list[Launcher] = []

    async def start(
        companion: str = COMPANION, port: int | None = None, **environ: str
    ) -> Launcher:
        main = tmp_path / "main.mjs"
        main.write_text(companion)
        port = port or free_port()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "jupyterlab_commons.hub.launcher",
            env={
                "PATH": os.environ["PATH"],
                "COMMONS_COMPANION": str(main),
                "COMMONS_DATA_DIR": str(tmp_path / "data"),
                "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
                "JUPYTERHUB_SERVICE_URL": f"http://127.0.0.1:{port}",
                **environ,
            },
            stderr=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.DEVNULL,
        )
        launchers.append(Launcher(process, port))
        return launchers[-1]

    yield start
    for launcher in launchers:
        await launcher.stop()


async def test_node_serves_on_the_socket_of_the_launcher(
    start: Start, tmp_path: Path
) -> None:
    launcher = await start(JUPYTERHUB_API_TOKEN="t", JUPYTERHUB_CRYPT_KEY="secret")
    await launcher.said("ready")
    told = await launcher.served()
    assert told["env"]["JUPYTERHUB_API_TOKEN"] == "t"
    assert told["env"]["COMMONS_DATA_DIR"] == str(tmp_path / "data")
    assert "JUPYTERHUB_CRYPT_KEY" not in told["env"]
    assert oct((tmp_path / "data").stat().st_mode)[-3:] == "700"


async def test_kill_9_then_503_then_service_again(start: Start) -> None:
    launcher = await start()
    await launcher.said("ready")
    first = (await launcher.served())["pid"]
    os.kill(first, signal.SIGKILL)
    await launcher.said("ended with code -9")
    assert (await launcher.served())["pid"] != first
    assert launcher.process.returncode is None


async def test_no_request_is_lost_while_node_dies_again_and_again(start: Start) -> None:
    launcher = await start()
    for times in range(1, 4):
        # Until then either of them may take a call, and only Node can die of it.
        await launcher.said("is ready", times)
        assert (await launcher.get("die")).code == 200
        await launcher.said("ended with code 7", times)
        answers = await asyncio.gather(*(launcher.get() for _ in range(20)))
        assert {answer.code for answer in answers} <= {200, 503}


async def test_a_companion_that_never_starts_leaves_the_hub_alone(start: Start) -> None:
    launcher = await start("process.exit(3)")
    await launcher.said("ended with code 3", times=4)
    assert (await launcher.get()).code == 503
    # What the hub asks at its start, and takes any 5xx for a reason to end.
    assert (await launcher.get("")).code == 200
    assert launcher.process.returncode is None


async def test_no_companion_at_all_is_said_in_a_sentence(start: Start) -> None:
    launcher = await start(COMMONS_COMPANION="/nonexistent/main.js")
    await launcher.said("COMMONS_COMPANION names no file")
    assert (await launcher.get("api/info")).code == 503


async def test_the_port_is_taken_then_free(start: Start) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        launcher = await start(port=other.getsockname()[1])
        await launcher.said("is used by another program")
        assert launcher.process.returncode is None
    await launcher.said("ready")
    await launcher.served()


async def test_sigterm_is_passed_on_and_waited_for(start: Start) -> None:
    launcher = await start()
    await launcher.said("ready")
    node = (await launcher.served())["pid"]
    launcher.process.terminate()
    assert await asyncio.wait_for(launcher.process.wait(), 20) == 0
    with pytest.raises(ProcessLookupError):
        os.kill(node, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells orphans")
async def test_node_does_not_outlive_a_launcher_that_was_killed(start: Start) -> None:
    launcher = await start()
    await launcher.said("ready")
    node = (await launcher.served())["pid"]
    descriptor = os.pidfd_open(node)
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, gone.set)
    launcher.process.kill()
    await asyncio.wait_for(gone.wait(), 20)
    asyncio.get_running_loop().remove_reader(descriptor)
    os.close(descriptor)


async def test_a_large_body_still_gets_its_answer(start: Start) -> None:
    launcher = await start("setInterval(() => {}, 1000)")
    await launcher.said("", times=0)
    while True:
        try:
            answer = await launcher.get(
                "api/documents", method="POST", body=b"x" * 700_000
            )
        except OSError:
            continue  # It does not listen yet.
        break
    assert answer.code == 503
    assert answer.headers["Retry-After"] == "1"


async def test_who_was_accepted_last_is_answered_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0)
        standby = Standby(listening, PREFIX)
        standby.start()
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        standby._accept()
        standby.stop()
        writer.write(b"GET /x HTTP/1.1\r\n\r\n")
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
    assert b"STOPPING" in answer


async def test_a_signal_ends_the_wait_for_the_port() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        task = asyncio.ensure_future(
            bind("127.0.0.1", other.getsockname()[1], logging.getLogger("test"))
        )
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        ("GET /services/commons/ HTTP/1.1", b"200"),
        ("HEAD /services/commons/ HTTP/1.1", b"200"),
        ("GET /services/commons/?x=1 HTTP/1.1", b"200"),
        ("POST /services/commons/ HTTP/1.1", b"503"),
        ("GET /services/commons/healthz HTTP/1.1", b"503"),
        ("GET /services/commons HTTP/1.1", b"503"),
        ("\xff\xff", b"503"),
    ],
)
def test_only_the_hubs_own_question_is_answered_with_200(
    request_line: str, status: bytes
) -> None:
    head = f"{request_line}\r\nHost: x\r\n\r\n".encode("latin-1")
    assert response_to(head, PREFIX).split(b" ")[1] == status


def idle_supervisor() -> Supervisor:
    supervisor = Supervisor.__new__(Supervisor)
    supervisor._longest_delay_seconds = 10
    return supervisor


def test_delays_grow_and_end_at_ten_seconds() -> None:
    supervisor = idle_supervisor()
    delays = [supervisor.delay_after(failures) for failures in (1, 2, 3, 4, 7, 8, 5000)]
    assert delays == [0, 0.2, 0.4, 0.8, 6.4, 10, 10]


def test_a_companion_that_served_is_tried_again_within_a_second() -> None:
    supervisor = idle_supervisor()
    delays = [supervisor.delay_after(n, served=True) for n in (1, 2, 3, 4, 7, 5000)]
    assert delays == [0, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_the_companion_is_told_no_other_secret() -> None:
    environ = {
        "COMMONS_ORIGINS": "https://a",
        "COMMONS_MANAGED": "1",
        "JUPYTERHUB_API_TOKEN": "t",
        "JUPYTERHUB_CRYPT_KEY": "x",
        "DATABASE_PASSWORD": "x",
        "NODE_OPTIONS": "--inspect=0.0.0.0",
    }
    assert companion_environment(environ) == {
        "COMMONS_ORIGINS": "https://a",
        "JUPYTERHUB_API_TOKEN": "t",
    }
