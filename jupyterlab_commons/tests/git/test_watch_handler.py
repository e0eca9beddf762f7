"""The WebSocket of a real server on which a page hears of changes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClientConnection

from jupyterlab_commons.git.service import GitService, git_of
from jupyterlab_commons.git.watch import MOST_LISTENERS

from .repos import TestRepo
from .test_runner import until

SECONDS = 60
ERRORS = Path(__file__).parents[3] / "protocol" / "fixtures" / "errors.json"
Fetch = Callable[..., Awaitable[Any]]
Dial = Callable[..., Awaitable[WebSocketClientConnection]]


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyterlab_commons": True}}}


@pytest.fixture
def work(jp_root_dir: Path) -> TestRepo:
    return TestRepo(jp_root_dir / "work")


@pytest.fixture
async def git(jp_serverapp: Any, work: TestRepo) -> AsyncIterator[GitService]:
    service = git_of(jp_serverapp.web_app.settings, jp_serverapp.root_dir)
    yield service
    await service.close()


class Watcher:
    def __init__(self, socket: WebSocketClientConnection) -> None:
        self.socket = socket

    async def hears(self) -> list[str] | None:
        text = await asyncio.wait_for(self.socket.read_message(), SECONDS)
        return None if text is None else json.loads(text)["changed"]


@pytest.fixture
async def watch(git: GitService, jp_ws_fetch: Dial) -> AsyncIterator[Any]:
    opened: list[Watcher] = []

    async def dial(repo: str = "work", **more: Any) -> Watcher:
        socket = await jp_ws_fetch(
            "commons", "git", "watch", params={"repo": repo}, **more
        )
        opened.append(Watcher(socket))
        return opened[-1]

    yield dial
    for each in opened:
        each.socket.close()


async def test_a_page_hears_of_changes_until_it_leaves(
    git: GitService, watch: Any, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    first, second = await watch(), await watch()
    assert (await first.hears(), await second.hears()) == ([], [])
    started = git.runner.started
    work.git("branch", "b")
    git.changed(await git.repositories.open("work"))
    assert await first.hears() == ["refs"]
    assert await second.hears() == ["refs"]
    work.git("branch", "c")
    assert await first.hears() == ["refs"]
    # The one question above, which opened it; watching asked nothing.
    assert git.runner.started > started
    after = git.runner.started
    first.socket.close()
    second.socket.close()
    await until(lambda: git.watches.listeners == 0)
    assert git.runner.started == after


@pytest.mark.parametrize("repo", ["nowhere", "../..", "x" * 5000])
async def test_no_repository_closes_with_the_row_of_the_refusal(
    watch: Any, repo: str
) -> None:
    socket = await watch(repo)
    assert await socket.hears() is None
    table = json.loads(ERRORS.read_text("utf8"))
    assert socket.socket.close_reason == "GIT_REFUSED"
    assert socket.socket.close_code == table["GIT_REFUSED"]["close"]


async def test_twenty_pages_and_no_more(watch: Any, work: TestRepo) -> None:
    work.commit(files={"a": "1"})
    for _ in range(MOST_LISTENERS):
        assert await (await watch()).hears() == []
    late = await watch()
    assert await late.hears() is None
    table = json.loads(ERRORS.read_text("utf8"))
    assert late.socket.close_reason == "TOO_MANY"
    assert late.socket.close_code == table["TOO_MANY"]["close"]


async def test_a_page_that_speaks_is_closed(watch: Any, work: TestRepo) -> None:
    work.commit(files={"a": "1"})
    socket = await watch()
    assert await socket.hears() == []
    await socket.socket.write_message("{}")
    assert await socket.hears() is None
    assert socket.socket.close_reason == "BAD_REQUEST"


async def test_a_page_of_another_origin_cannot_listen_with_the_cookie(
    watch: Any, jp_fetch: Fetch, jp_http_port: int, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    host = f"localhost:{jp_http_port}"
    answer = await jp_fetch("api", "status", headers={"Host": host})
    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    proof = {"Authorization": "", "Cookie": cookie}
    with pytest.raises(HTTPClientError) as refused:
        await watch(headers={**proof, "Origin": "https://evil.example.org"})
    assert refused.value.code == 403
    own = await watch(headers={**proof, "Origin": f"http://{host}"})
    assert await own.hears() == []
