"""What a server tells the companion of its use, over the link."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import pytest

from jupyterlab_commons.files import Files
from jupyterlab_commons.link import Link

from .link_ends import TIMES, Companion, Usage


class Dialled(Link):
    """A link that runs until `end`."""

    task: asyncio.Task[None]

    async def end(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


def dial(companion: Companion, files: Files, usage: Usage | None) -> Dialled:
    link = Dialled(
        url=f"http://127.0.0.1:{companion.port}/x",
        token="t",
        files=files,
        version="9.9",
        log=logging.getLogger("link"),
        times=TIMES,
        usage=usage,
    )
    link.task = asyncio.ensure_future(link.run())
    return link


@pytest.fixture
async def companion() -> AsyncIterator[Companion]:
    companion = Companion()
    yield companion
    await companion.stop()


@pytest.fixture
def usage() -> Usage:
    return Usage()


@pytest.fixture
async def link(
    companion: Companion, files: Files, usage: Usage
) -> AsyncIterator[Dialled]:
    link = dial(companion, files, usage)
    yield link
    await link.end()


async def test_samples_follow_the_hello_often_while_something_is_at_work(
    companion: Companion, link: Dialled, usage: Usage
) -> None:
    server = await companion.link()
    for seq in (1, 2, 3):
        usage.reports.put_nowait(({"seq": seq}, seq < 3))
        assert await server.heard() == {"news": "sample", "sample": {"seq": seq}}
    # Idle now: the next one is an hour away in this test, other answers are not.
    usage.reports.put_nowait(({"seq": 4}, True))
    await server.ask(9, "watch", files=[])
    assert await server.heard() == {"id": 9, "done": {}}
    assert usage.reports.qsize() == 1


async def test_a_new_link_begins_with_a_sample_of_its_own(
    companion: Companion, link: Dialled, usage: Usage
) -> None:
    for seq in (1, 2):
        server = await companion.link()
        usage.reports.put_nowait(({"seq": seq}, False))
        assert await server.heard() == {"news": "sample", "sample": {"seq": seq}}
        server.close(1012)


async def test_how_the_life_before_ended_is_taken_note_of(
    companion: Companion, link: Dialled, usage: Usage
) -> None:
    server = await companion.link()
    lost = {"heardAt": 1, "sample": {"boot": "b"}}
    await server.ask(5, "before", lost=lost)
    assert await server.heard() == {"id": 5, "done": {}}
    assert usage.lost == [lost]


@pytest.mark.parametrize("last", [None, {"seq": 7}])
async def test_a_link_that_ends_on_purpose_says_goodbye_with_its_last_sample(
    companion: Companion, link: Dialled, usage: Usage, last: dict[str, Any] | None
) -> None:
    usage.last = last
    server = await companion.link()
    await link.end()
    told = {"news": "goodbye"} if last is None else {"news": "goodbye", "sample": last}
    assert await server.heard() == told
    assert await server.heard() is None


@pytest.mark.parametrize("lost", [{}, {"heardAt": 1}, [], 1])
async def test_a_loss_that_cannot_be_read_is_refused(
    companion: Companion, link: Dialled, usage: Usage, lost: Any
) -> None:
    server = await companion.link()
    await server.ask(5, "before", lost=lost)
    assert (await server.heard())["error"]["code"] == "BAD_REQUEST"
    assert usage.lost == []


async def test_a_server_that_measures_nothing_still_answers(
    companion: Companion, files: Files
) -> None:
    link = dial(companion, files, None)
    server = await companion.link()
    await server.ask(1, "before", lost={})
    assert await server.heard() == {"id": 1, "done": {}}
    await link.end()
    assert await server.heard() == {"news": "goodbye"}
