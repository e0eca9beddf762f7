"""The two ends of a link that tests hold: the companion, and the sampler."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.testing import bind_unused_port
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from jupyterlab_commons.link import LinkTimes

TIMES = LinkTimes(
    first_retry_seconds=0.01,
    longest_retry_seconds=0.05,
    look_seconds=0.01,
    busy_seconds=0.01,
    idle_seconds=3600,
)


class Server(WebSocketHandler):
    """One link as the companion sees it."""

    companion: Companion

    def initialize(self, companion: Companion) -> None:
        self.companion = companion
        self.frames: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()

    def prepare(self) -> None:
        if self.companion.refuse_with:
            self.companion.refused += 1
            self.set_status(self.companion.refuse_with)
            self.finish()

    def open(self, *_: str, **__: str) -> None:
        self.authorization = self.request.headers["Authorization"]
        assert "Origin" not in self.request.headers
        self.companion.links.put_nowait(self)

    def on_message(self, message: str | bytes) -> None:
        self.frames.put_nowait(json.loads(message))

    def on_close(self) -> None:
        self.frames.put_nowait(None)

    async def heard(self) -> Any:
        return await asyncio.wait_for(self.frames.get(), 10)

    async def ask(self, number: int, method: str, **more: object) -> None:
        await self.write_message(json.dumps({"id": number, "method": method, **more}))

    async def parts(self, number: int, *parts: str) -> None:
        for index, part in enumerate(parts):
            frame = {"id": number, "part": part, "last": index == len(parts) - 1}
            await self.write_message(json.dumps(frame))


class Companion:
    """Accepts links on a port of its own."""

    def __init__(self) -> None:
        self.links: asyncio.Queue[Server] = asyncio.Queue()
        self.refuse_with = 0
        self.refused = 0
        socket, self.port = bind_unused_port()
        options = {"companion": self}
        self._server = HTTPServer(Application([("/x/link", Server, options)]))
        self._server.add_socket(socket)

    async def link(self) -> Server:
        """The next link, after its hello."""
        link = await asyncio.wait_for(self.links.get(), 10)
        assert await link.heard() == {"news": "hello", "protocol": 1, "version": "9.9"}
        return link

    async def stop(self) -> None:
        self._server.stop()
        await self._server.close_all_connections()


class Usage:
    """What the sampler would say."""

    def __init__(self) -> None:
        self.reports: asyncio.Queue[tuple[dict[str, Any], bool]] = asyncio.Queue()
        self.last: dict[str, Any] | None = None
        self.lost: list[Any] = []

    async def report(self) -> tuple[dict[str, Any], bool]:
        report = await self.reports.get()
        self.last = report[0]
        return report

    def last_report(self) -> dict[str, Any] | None:
        return self.last

    def before(self, lost: Any) -> None:
        if "sample" not in lost:
            raise ValueError("sample")
        self.lost.append(lost)
