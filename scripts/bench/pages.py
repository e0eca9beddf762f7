"""What the open page of each extension asks of its server, without a browser."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tornado.httpclient import HTTPError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from typing import Literal

    from servers import Server
    from tornado.websocket import WebSocketClientConnection

NVDASHBOARD_CHARTS = (
    "gpu_utilization",
    "gpu_usage",
    "gpu_resource",
    "pci_stats",
    "nvlink_throughput",
    "cpu_resource",
)
# The default of its setting `updateFrequency`.
NVDASHBOARD_SECONDS = 0.1
# The refresh of its status item; a second poll feeds its top bar, shown or not.
RESOURCE_USAGE_SECONDS = 5
RESOURCE_USAGE_POLLS = 2
COMMONS_SECONDS = {"status": 5, "panel": 1}


@dataclass
class Page:
    """An open page: its sockets, and what it has received."""

    sockets: list[WebSocketClientConnection] = field(default_factory=list)
    messages: int = 0
    failed: int = 0

    def received(self) -> int:
        """Bytes that came over its sockets: frames and their headers, as sent."""
        return sum(map(_bytes_received, self.sockets))


def _bytes_received(connection: WebSocketClientConnection) -> int:
    """`tcpi_bytes_received` of Linux; it needs Linux 4.1."""
    info = connection.protocol.stream.socket.getsockopt(
        socket.IPPROTO_TCP, socket.TCP_INFO, 136
    )
    return int(struct.unpack_from("Q", info, 128)[0])


@asynccontextmanager
async def bare_page(_server: Server) -> AsyncIterator[Page]:
    yield Page()


@asynccontextmanager
async def resource_usage_page(
    server: Server, *, seconds: float = RESOURCE_USAGE_SECONDS, polls: int = 1
) -> AsyncIterator[Page]:
    page, closed = Page(), asyncio.Event()
    polling = [_poll(server, page, seconds, closed) for _ in range(polls)]
    tasks = asyncio.gather(*polling)
    try:
        yield page
    finally:
        closed.set()
        await tasks


async def _poll(
    server: Server, page: Page, seconds: float, closed: asyncio.Event
) -> None:
    """From start to start, for equal refresh; the page waits from the answer on."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while not closed.is_set():
        try:
            await server.fetch("api/metrics/v1")
            page.messages += 1
        except (OSError, HTTPError):
            page.failed += 1
        due = max(due + seconds, loop.time())
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(closed.wait(), due - loop.time())


@asynccontextmanager
async def nvdashboard_page(
    server: Server, *, charts: tuple[str, ...], seconds: float
) -> AsyncIterator[Page]:
    """One socket for each open chart, and the rate sent after its first message."""
    page = Page()
    tasks = []
    try:
        for chart in charts:
            connection = await server.connect(f"nvdashboard/{chart}")
            page.sockets.append(connection)
            await connection.read_message()
            rate = {"updateFrequency": seconds * 1000, "isPaused": False}
            await connection.write_message(json.dumps(rate))
            tasks.append(asyncio.ensure_future(_read(connection, page)))
        yield page
    finally:
        await _close(page, tasks)


@asynccontextmanager
async def commons_page(
    server: Server, *, view: Literal["none", "status", "panel"]
) -> AsyncIterator[Page]:
    """The one stream of all panels, with its first frame received."""
    page = Page()
    tasks = []
    try:
        connection = await server.connect("commons/usage")
        page.sockets.append(connection)
        if view != "none":
            await connection.write_message(json.dumps({"view": view}))
            await connection.read_message()
        tasks.append(asyncio.ensure_future(_read(connection, page)))
        yield page
    finally:
        await _close(page, tasks)


async def _read(connection: WebSocketClientConnection, page: Page) -> None:
    while await connection.read_message() is not None:
        page.messages += 1
    page.failed += 1


async def _close(page: Page, tasks: list[asyncio.Future[None]]) -> None:
    await _cancel(tasks)
    for connection in page.sockets:
        connection.close()


async def _cancel(tasks: list[asyncio.Future[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
