"""The real companion, the real link: an owner's file from share to conflict."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient

from jupyterlab_commons.files import Files
from jupyterlab_commons.link import Link, LinkTimes
from jupyterlab_commons.node import NodeMissingError, companion_command

try:
    COMMAND = companion_command()
except NodeMissingError as reason:
    pytest.skip(str(reason), allow_module_level=True)

TOKEN = "token-of-ada"
NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": "one",
            "metadata": {},
            "outputs": [],
            "source": "print(1)",
        }
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


class Ada:
    """Her calls to the companion."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = ""

    async def call(self, method: str, path: str, body: object = None) -> Any:
        proof = f"Bearer {self.session}" if self.session else f"token {TOKEN}"
        answer = await AsyncHTTPClient(force_instance=True).fetch(
            self.url + path,
            method=method,
            headers={"Authorization": proof, "Content-Type": "application/json"},
            body=None if body is None else json.dumps(body),
            raise_error=False,
        )
        return json.loads(answer.body)

    async def sign_in(self) -> None:
        self.session = (await self.call("POST", "api/session", {}))["session"]

    async def until(self, ask: Callable[[], Awaitable[Any]], done: Any) -> Any:
        """Ask again until the answer is as wanted, no faster than is allowed."""

        async def asking() -> Any:
            while not done(answer := await ask()):
                await asyncio.sleep(0.1)
            return answer

        return await asyncio.wait_for(asking(), 20)


@pytest.fixture
async def ada(tmp_path: Path) -> AsyncIterator[Ada]:
    tokens = tmp_path / "tokens.json"
    tokens.write_text(json.dumps({TOKEN: {"user": "ada"}}))
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("--port", "0", "--data", str(tmp_path / "data")),
        env={"PATH": os.environ["PATH"], "COMMONS_TOKENS_FILE": str(tokens)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout
    ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 20))
    ada = Ada(ready["url"])
    await ada.sign_in()
    yield ada
    process.terminate()
    await process.communicate()


@pytest.fixture
async def link(ada: Ada, root: Path) -> AsyncIterator[None]:
    link = Link(
        url=ada.url,
        token=TOKEN,
        files=Files(str(root)),
        version="test",
        log=logging.getLogger("link"),
        times=LinkTimes(first_retry_seconds=0.05, look_seconds=0.05),
    )
    task = asyncio.ensure_future(link.run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def share(ada: Ada, root: Path) -> str:
    (root / "a.ipynb").write_text(json.dumps(NOTEBOOK))
    body = {"name": "a.ipynb", "type": "notebook", "path": "a.ipynb"}
    created = await ada.until(
        lambda: ada.call("POST", "api/documents", body), lambda made: "id" in made
    )
    document: str = created["id"]
    return document


async def state(ada: Ada, document: str, wanted: str) -> None:
    await ada.until(
        lambda: ada.call("GET", f"api/documents/{document}"),
        lambda info: info.get("fileState") == wanted,
    )


async def test_a_file_is_shared_by_its_path(ada: Ada, link: None, root: Path) -> None:
    document = await share(ada, root)
    content = await ada.call("GET", f"api/documents/{document}/content")
    assert "print(1)" in json.dumps(content)
    await state(ada, document, "saved")


async def test_f2_an_outside_change_is_noticed_and_kept(
    ada: Ada, link: None, root: Path
) -> None:
    document = await share(ada, root)
    await state(ada, document, "saved")
    (root / "a.ipynb").write_text('{"changed": "outside"}')
    await state(ada, document, "changed-outside")
    chosen = await ada.call(
        "POST", f"api/documents/{document}/file", {"choice": "keep-live"}
    )
    assert (root / chosen["keptAs"]).read_text() == '{"changed": "outside"}'
    assert "print(1)" in (root / "a.ipynb").read_text()
    await state(ada, document, "saved")


async def test_a_file_that_is_gone_is_written_again_when_asked(
    ada: Ada, link: None, root: Path
) -> None:
    document = await share(ada, root)
    await state(ada, document, "saved")
    (root / "a.ipynb").unlink()
    await state(ada, document, "missing")
    await ada.call("POST", f"api/documents/{document}/file", {"choice": "write-again"})
    assert "print(1)" in (root / "a.ipynb").read_text()
    await state(ada, document, "saved")


async def test_f5_a_file_outside_of_the_root_is_not_shared(
    ada: Ada, link: None, root: Path
) -> None:
    await share(ada, root)
    (root / "link.txt").symlink_to("/etc/passwd")
    body = {"name": "p", "type": "text", "path": "link.txt"}
    refused = await ada.call("POST", "api/documents", body)
    assert refused["error"]["code"] == "FILE_UNSHAREABLE"


async def test_f3_away_and_back(ada: Ada, root: Path) -> None:
    link = Link(
        url=ada.url,
        token=TOKEN,
        files=Files(str(root)),
        version="test",
        log=logging.getLogger("link"),
    )
    task = asyncio.ensure_future(link.run())
    document = await share(ada, root)
    await state(ada, document, "saved")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await state(ada, document, "away")
