"""Blobs come from one process, which ends when nobody asks."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest

from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner

from .repos import TestRepo


@pytest.fixture
async def objects(runner: GitRunner) -> AsyncIterator[Objects]:
    objects = Objects(runner)
    yield objects
    await objects.close()


async def test_many_blobs_cost_one_process(
    objects: Objects, repositories: Repositories, work: TestRepo, runner: GitRunner
) -> None:
    head = work.commit(files={f"f{n}": f"content {n}\n" for n in range(30)})
    repo = await repositories.open("work")
    before = runner.started
    for number in range(30):
        found = await objects.read(repo, f"{head}:f{number}".encode(), 1000)
        assert found is not None
        assert found.data == f"content {number}\n".encode()
    assert runner.started == before + 1


async def test_what_is_not_there_is_none_and_the_next_answer_is_right(
    objects: Objects, repositories: Repositories, work: TestRepo
) -> None:
    head = work.commit(files={"a b": "x", "empty": ""})
    repo = await repositories.open("work")
    for missing in (b"nope", f"{head}:no such file".encode(), b"a\nb", b""):
        assert await objects.read(repo, missing, 1000) is None
    spaced = await objects.read(repo, f"{head}:a b".encode(), 1000)
    assert spaced is not None
    assert spaced.data == b"x"
    empty = await objects.read(repo, f"{head}:empty".encode(), 1000)
    assert empty is not None
    assert empty.data == b""


async def test_a_large_blob_is_told_and_not_read(
    objects: Objects, repositories: Repositories, work: TestRepo
) -> None:
    head = work.commit(files={"large": b"x" * 5000})
    repo = await repositories.open("work")
    found = await objects.read(repo, f"{head}:large".encode(), 1000)
    assert found is not None
    assert (found.size, found.data) == (5000, None)


async def test_nobody_asking_leaves_no_process(
    runner: GitRunner, repositories: Repositories, work: TestRepo
) -> None:
    head = work.commit(files={"a": "1"})
    objects = Objects(runner, idle_seconds=0.05)
    repo = await repositories.open("work")
    assert await objects.read(repo, head.encode(), 1000) is not None
    assert objects.running == 1

    async def has_ended() -> None:
        while objects.running:
            await asyncio.sleep(0.01)

    await asyncio.wait_for(has_ended(), 20)
    assert await objects.read(repo, head.encode(), 1000) is not None
    await objects.close()


async def test_a_reader_that_was_killed_is_started_again(
    objects: Objects, repositories: Repositories, work: TestRepo
) -> None:
    head = work.commit(files={"a": "1"})
    repo = await repositories.open("work")
    assert await objects.read(repo, head.encode(), 1000) is not None
    (reader,) = objects._readers.values()
    assert reader._process is not None
    os.kill(reader._process.pid, signal.SIGKILL)
    await reader._process.wait()
    assert await objects.read(repo, head.encode(), 1000) is not None
