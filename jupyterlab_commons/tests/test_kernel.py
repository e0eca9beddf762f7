"""The owner's kernel runs where the notebook is, whatever the panel's path."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.asynchronous.client import AsyncKernelClient
from tornado.httpclient import HTTPClientError

LIVE = "live:abcdefghijklmnopqrstuvwxyz/a.ipynb"
BODY = {"path": "sub/a.ipynb", "livePath": LIVE}


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyterlab_commons": True}}}


@pytest.fixture
async def server(jp_serverapp: Any, jp_root_dir: Path) -> AsyncIterator[Any]:
    (jp_root_dir / "sub").mkdir()
    (jp_root_dir / "sub" / "a.ipynb").write_text("{}")
    yield jp_serverapp
    await jp_serverapp.kernel_manager.shutdown_all(now=True)


async def attach(jp_fetch: Any, **more: object) -> dict[str, Any]:
    answer = await jp_fetch(
        "commons", "kernel", method="POST", body=json.dumps({**BODY, **more})
    )
    body: dict[str, Any] = json.loads(answer.body)
    return body


async def release(jp_fetch: Any) -> None:
    answer = await jp_fetch(
        "commons",
        "kernel",
        method="DELETE",
        body=json.dumps(BODY),
        allow_nonstandard_methods=True,
    )
    assert answer.code == 204


async def sessions(jp_fetch: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((await jp_fetch("api", "sessions")).body)
    return found


async def test_the_kernel_starts_in_the_folder_of_the_file(
    server: Any, jp_fetch: Any, jp_root_dir: Path
) -> None:
    attached = await attach(jp_fetch, kernelName="python3")
    assert attached["kernelName"] == "python3"
    manager = server.kernel_manager.get_kernel(attached["kernelId"])
    client: AsyncKernelClient = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        reply = await client.execute_interactive(
            "import os",
            user_expressions={
                "cwd": "os.getcwd()",
                "name": "os.environ['JPY_SESSION_NAME']",
            },
            timeout=60,
        )
        values = reply["content"]["user_expressions"]
        cwd = values["cwd"]["data"]["text/plain"]
        assert cwd == repr(str(jp_root_dir / "sub"))
        name = values["name"]["data"]["text/plain"]
        assert name == repr(str(jp_root_dir / "sub" / "a.ipynb"))
    finally:
        client.stop_channels()


async def test_the_session_carries_the_live_path_and_gets_its_own_back(
    server: Any, jp_fetch: Any
) -> None:
    attached = await attach(jp_fetch)
    (session,) = await sessions(jp_fetch)
    assert (session["id"], session["path"]) == (attached["sessionId"], LIVE)
    await release(jp_fetch)
    (session,) = await sessions(jp_fetch)
    assert session["path"] == "sub/a.ipynb"
    assert session["kernel"]["id"] == attached["kernelId"]
    await release(jp_fetch)


async def test_a_running_session_of_the_file_is_taken_over(
    server: Any, jp_fetch: Any
) -> None:
    body = {"path": "sub/a.ipynb", "type": "notebook", "name": "", "kernel": {}}
    answer = await jp_fetch("api", "sessions", method="POST", body=json.dumps(body))
    running = json.loads(answer.body)
    attached = await attach(jp_fetch)
    assert attached["sessionId"] == running["id"]
    assert attached["kernelId"] == running["kernel"]["id"]


async def test_two_panels_at_once_get_one_kernel(server: Any, jp_fetch: Any) -> None:
    first, second = await asyncio.gather(attach(jp_fetch), attach(jp_fetch))
    assert first == second
    assert len(await sessions(jp_fetch)) == 1


async def test_a_restart_keeps_the_name_of_the_file(
    server: Any, jp_fetch: Any, jp_root_dir: Path
) -> None:
    attached = await attach(jp_fetch)
    manager = server.kernel_manager.get_kernel(attached["kernelId"])
    told = manager._launch_args["env"]["JPY_SESSION_NAME"]
    assert told == str(jp_root_dir / "sub" / "a.ipynb")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"path": "absent.ipynb"}, 404, "FILE_MISSING"),
        ({"path": "../a.ipynb"}, 400, "BAD_REQUEST"),
        ({"path": 7}, 400, "BAD_REQUEST"),
        ({"livePath": "sub/a.ipynb"}, 400, "BAD_REQUEST"),
        ({"livePath": None}, 400, "BAD_REQUEST"),
        ({"kernelName": ["x"]}, 400, "BAD_REQUEST"),
        ({"kernelName": "no-such-kernel"}, 400, "BAD_REQUEST"),
    ],
)
async def test_refusals_are_rows_of_the_table(
    server: Any, jp_fetch: Any, change: dict[str, object], status: int, code: str
) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await attach(jp_fetch, **change)
    assert refused.value.code == status
    assert refused.value.response is not None
    assert json.loads(refused.value.response.body)["error"]["code"] == code
    assert await sessions(jp_fetch) == []


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_nobody_without_a_token_gets_a_kernel(
    server: Any, jp_fetch: Any, method: str
) -> None:
    with pytest.raises(HTTPClientError) as refused:
        await jp_fetch(
            "commons",
            "kernel",
            method=method,
            body=json.dumps(BODY),
            headers={"Authorization": "token wrong"},
            allow_nonstandard_methods=True,
        )
    assert refused.value.code == 403
