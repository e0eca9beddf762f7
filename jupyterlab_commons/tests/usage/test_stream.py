"""The stream of a real server, with real kernels, as a page hears it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClientConnection

from jupyterlab_commons.tests.test_extension import extension_of
from jupyterlab_commons.usage import stream
from jupyterlab_commons.usage.clients import MAX_CLIENTS

from .fakes import MIB
from .test_deltas import apply

SECONDS = 60
FIXTURES = Path(__file__).parents[3] / "protocol" / "fixtures"
Dial = Callable[..., Awaitable[WebSocketClientConnection]]


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyterlab_commons": True}}}


class Page:
    """One page: what it knows after each frame."""

    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket
        self.state: Any = None
        self.history: Any = None
        self.kinds: list[str] = []

    async def look(self, view: str) -> None:
        await self.socket.write_message(json.dumps({"view": view}))

    async def hear(self) -> bool:
        """One frame; False when the server has closed."""
        text = await asyncio.wait_for(self.socket.read_message(), SECONDS)
        if text is None:
            return False
        ((kind, body),) = json.loads(text).items()
        self.kinds.append(kind)
        if kind == "history":
            self.history = body
        else:
            self.state = body if kind == "full" else apply(self.state, body)
        return True

    async def until(self, seen: Callable[[Any], bool]) -> Any:
        async def wait() -> Any:
            while self.state is None or not seen(self.state):
                assert await self.hear()
            return self.state

        return await asyncio.wait_for(wait(), SECONDS)


@pytest.fixture
async def server(jp_serverapp: Any, jp_root_dir: Path) -> AsyncIterator[Any]:
    (jp_root_dir / "work").mkdir()
    (jp_root_dir / "work" / "a.ipynb").write_text("{}")
    extension = extension_of(jp_serverapp)
    await extension._start_jupyter_server_extension(jp_serverapp)
    yield jp_serverapp
    await extension.stop_extension()
    await jp_serverapp.kernel_manager.shutdown_all(now=True)


@pytest.fixture
async def pages(server: Any, jp_ws_fetch: Dial) -> AsyncIterator[Any]:
    opened: list[Page] = []

    async def dial(**more: Any) -> Page:
        page = Page(await jp_ws_fetch("commons", "usage", **more))
        opened.append(page)
        return page

    yield dial
    for page in opened:
        page.socket.close()


@pytest.fixture
async def session(server: Any, jp_fetch: Any) -> dict[str, Any]:
    body = {
        "path": "work/a.ipynb",
        "type": "notebook",
        "name": "a.ipynb",
        "kernel": {"name": "python3"},
    }
    answer = await jp_fetch("api", "sessions", method="POST", body=json.dumps(body))
    session: dict[str, Any] = json.loads(answer.body)
    return session


async def execute(server: Any, kernel: str, code: str) -> None:
    client: AsyncKernelClient = server.kernel_manager.get_kernel(kernel).client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=SECONDS)
        reply = await client.execute_interactive(code, timeout=SECONDS)
        assert reply["content"]["status"] == "ok"
    finally:
        client.stop_channels()


async def test_a_kernel_has_its_row_and_its_memory_moves(
    server: Any, pages: Any, session: dict[str, Any]
) -> None:
    kernel = session["kernel"]["id"]
    page = await pages()
    await page.look("panel")
    state = await page.until(lambda s: "memory" in s["consumers"].get(kernel, {}))
    row = state["consumers"][kernel]
    assert (row["name"], row["path"]) == ("a.ipynb", "work/a.ipynb")
    assert (row["kind"], row["processes"]) == ("kernel", 1)
    assert row["language"].startswith("Python 3")
    assert state["consumers"]["server"]["name"] == "Jupyter"
    await page.until(lambda s: s["consumers"][kernel]["memory"] > 20 * MIB)
    before = page.state["consumers"][kernel]["memory"]
    await execute(server, kernel, f"x = bytearray(b'x') * {200 * MIB}")
    await page.until(lambda s: s["consumers"][kernel]["memory"] > before + 150 * MIB)
    assert page.kinds[0] == "full"
    await page.until(lambda _: page.history is not None)
    assert page.history["memory"][-1] is not None


async def test_a_rename_is_followed(
    server: Any, pages: Any, session: dict[str, Any], jp_fetch: Any
) -> None:
    kernel = session["kernel"]["id"]
    page = await pages()
    await page.look("panel")
    await page.until(lambda s: kernel in s["consumers"])
    live = "live:abcdefghijklmnopqrstuvwxyz/b.ipynb"
    await jp_fetch(
        "api",
        "sessions",
        session["id"],
        method="PATCH",
        body=json.dumps({"path": live}),
    )
    await page.until(lambda s: s["consumers"][kernel]["path"] == live)
    assert page.state["consumers"][kernel]["name"] == "b.ipynb"


async def test_a_kernel_that_was_killed_is_an_incident_with_what_it_used(
    server: Any, pages: Any, session: dict[str, Any]
) -> None:
    kernel = session["kernel"]["id"]
    page = await pages()
    await page.look("panel")
    await page.until(lambda s: s["consumers"].get(kernel, {}).get("memory", 0) > MIB)
    os.kill(server.kernel_manager.get_kernel(kernel).provisioner.pid, signal.SIGKILL)
    await page.until(lambda s: s["incidents"])
    (incident,) = page.state["incidents"].values()
    assert incident["kind"] == "kernel-died"
    assert (incident["consumer"], incident["path"]) == (kernel, "work/a.ipynb")
    assert incident["memory"] > MIB
    assert incident["largest"]
    # Jupyter has started it again, and it is told as before.
    await page.until(lambda s: s["consumers"][kernel].get("memory", 0) > MIB)


async def test_a_restart_that_somebody_asked_for_is_no_incident(
    server: Any, pages: Any, session: dict[str, Any], jp_fetch: Any
) -> None:
    kernel = session["kernel"]["id"]
    page = await pages()
    await page.look("panel")
    await page.until(lambda s: kernel in s["consumers"])
    before = server.kernel_manager.get_kernel(kernel).provisioner.pid
    await jp_fetch("api", "kernels", kernel, "restart", method="POST", body="")
    assert server.kernel_manager.get_kernel(kernel).provisioner.pid != before
    at = page.state["at"]
    await page.until(lambda s: s["at"] > at + 3000)
    await jp_fetch("api", "sessions", session["id"], method="DELETE")
    await page.until(lambda s: kernel not in s["consumers"])
    assert page.state["incidents"] == {}


async def test_nothing_holds_up_the_loop_and_the_page_is_told_what_is_not_known(
    server: Any, pages: Any
) -> None:
    usage = extension_of(server)._usage
    assert usage is not None
    page = await pages()
    await page.look("panel")
    await page.until(lambda s: "used" in s["memory"])
    held, go = threading.Event(), threading.Event()
    part = usage.sampler._parts.headline
    assert part is not None
    read = part.read

    def hang(now: float) -> Any:
        held.set()
        assert go.wait(SECONDS)
        return read(now)

    part.read = hang  # type: ignore[method-assign]
    try:
        await asyncio.to_thread(held.wait, SECONDS)
        ticks = 0
        while "MEMORY_UNREADABLE" not in page.state["problems"]:
            hearing = asyncio.ensure_future(page.hear())
            while not hearing.done():
                await asyncio.sleep(0.01)
                ticks += 1
            assert await hearing
        # It took seconds, and the loop went on all the while.
        assert ticks > 50
        assert page.state["memory"] == {}
    finally:
        go.set()
    await page.until(lambda s: "used" in s["memory"])
    assert "MEMORY_UNREADABLE" not in page.state["problems"]


async def test_a_page_that_comes_back_gets_everything_anew(pages: Any) -> None:
    first = await pages()
    await first.look("status")
    await first.until(lambda s: True)
    first.socket.close()
    second = await pages()
    await second.look("status")
    await second.hear()
    assert second.kinds == ["full"]
    assert second.state.keys() >= {"at", "since", "where", "memory", "cpu", "problems"}


async def test_a_hidden_page_hears_nothing(server: Any, pages: Any) -> None:
    hidden, seen = await pages(), await pages()
    await hidden.look("panel")
    await hidden.until(lambda s: True)
    await hidden.look("none")
    await seen.look("panel")
    for _ in range(3):
        await seen.hear()
    # What was on its way when it was hidden, and then its last answer.
    at = seen.state["at"]
    await hidden.look("panel")
    await hidden.until(lambda s: s["at"] >= at)
    assert len(hidden.kinds) <= 5


async def test_nobody_without_a_token_hears_of_it(
    server: Any, jp_ws_fetch: Dial
) -> None:
    for headers in ({"Authorization": "token wrong"}, {"Authorization": ""}):
        with pytest.raises(HTTPClientError) as refused:
            await jp_ws_fetch("commons", "usage", headers=headers)
        assert refused.value.code == 403


async def test_a_page_of_another_origin_cannot_use_the_cookie(
    pages: Any, jp_fetch: Any, jp_http_port: int
) -> None:
    host = f"localhost:{jp_http_port}"
    answer = await jp_fetch("api", "status", headers={"Host": host})
    signed_in = answer.headers["Set-Cookie"]
    proof = {"Authorization": "", "Cookie": signed_in.partition(";")[0]}
    with pytest.raises(HTTPClientError) as refused:
        await pages(headers={**proof, "Origin": "https://evil.example.org"})
    assert refused.value.code == 403
    own = await pages(headers={**proof, "Origin": f"http://{host}"})
    await own.look("status")
    assert await own.hear()


async def test_whoever_may_not_see_the_server_is_refused(
    server: Any, pages: Any
) -> None:
    async def nobody(_: Any, user: Any, action: str, resource: str) -> bool:
        return (action, resource) != ("read", "server")

    authorizer = server.web_app.settings["authorizer"]
    authorizer.is_authorized, allowed = nobody, authorizer.is_authorized
    try:
        with pytest.raises(HTTPClientError) as refused:
            await pages()
        assert refused.value.code == 403
    finally:
        authorizer.is_authorized = allowed


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", stream.POLICY),
        ('{"view":"everything"}', stream.POLICY),
        ("[" * 100_000, stream.POLICY),
        (b'{"view":"panel"}', stream.UNSUPPORTED),
    ],
)
async def test_what_is_no_frame_ends_the_socket_and_is_no_error_in_the_log(
    pages: Any, frame: str | bytes, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    page = await pages()
    await page.socket.write_message(frame, binary=isinstance(frame, bytes))
    assert not await page.hear()
    assert (page.socket.close_code, page.socket.close_reason) == (code, "BAD_REQUEST")
    assert [r for r in caplog.records if r.levelname in ("WARNING", "ERROR")] == []


async def test_twenty_sockets_and_no_more(pages: Any) -> None:
    for _ in range(MAX_CLIENTS):
        await pages()
    page = await pages()
    assert not await page.hear()
    table = json.loads((FIXTURES / "errors.json").read_text("utf8"))
    assert page.socket.close_reason == "TOO_MANY"
    assert page.socket.close_code == table["TOO_MANY"]["close"]


async def test_a_server_that_measures_nothing_says_so(
    server: Any, pages: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(server.web_app.settings, stream.SETTING)
    page = await pages()
    assert not await page.hear()
    table = json.loads((FIXTURES / "errors.json").read_text("utf8"))
    assert page.socket.close_reason == "USAGE_LOST"
    assert page.socket.close_code == table["USAGE_LOST"]["close"]


async def test_a_scan_of_the_home_answers_with_its_folders(pages: Any) -> None:
    page = await pages()
    await page.look("panel")
    await page.until(lambda s: "disk" in s)
    await page.socket.write_message('{"scan":true}')
    await page.until(lambda s: "foldersAt" in s.get("disk", {}))
