"""What every route of git has in common: who may ask, refusals, streams."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import APIHandler
from tornado.iostream import StreamClosedError

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.service import git_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from jupyterlab_commons.git.runner import Repo
    from jupyterlab_commons.git.service import GitService

_MAX_ARGUMENT_CHARS = 8192
# Lines that come as quickly as this after each other are sent together.
_TOGETHER_SECONDS = 0.01


class GitHandler(APIHandler):
    """Asks with the rights that reading and writing the same files needs."""

    auth_resource = "contents"
    _gone = False
    _streaming: asyncio.Task[None] | None = None

    @property
    def git(self) -> GitService:
        return git_of(self.settings, self.contents_manager.root_dir)

    def on_connection_close(self) -> None:
        self._gone = True
        if self._streaming is not None:
            self._streaming.cancel()
        super().on_connection_close()

    async def repo(self) -> Repo:
        """The repository that the call names."""
        return await self.git.repositories.open(self.argument("repo"))

    async def readable(self) -> Repo:
        """The same, for reading objects alone."""
        return await self.git.repositories.readable(self.argument("repo"))

    def argument(self, name: str, default: str = "") -> str:
        value = self.get_query_argument(name, default, strip=False)
        if len(value) > _MAX_ARGUMENT_CHARS:
            raise CommonsError("BAD_REQUEST", f"{name} is too long")
        return value

    def number(self, name: str, *, most: int, default: int | None = None) -> int | None:
        """A whole number from 0 to `most`, or the default where it is not given."""
        text = self.argument(name)
        if not text:
            return default
        if not text.isascii() or not text.isdigit() or int(text) > most:
            raise CommonsError("BAD_REQUEST", f"{name} must be from 0 to {most}")
        return int(text)

    def answer(self, body: dict[str, Any], status: int = 200) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.set_header("Cache-Control", "no-store")
        self.finish(json.dumps(body, separators=(",", ":"), ensure_ascii=False))

    def compute_etag(self) -> None:
        """None: nothing is cached, and a digest of a large answer holds up others."""

    def refuse(self, refusal: CommonsError) -> None:
        self.answer(refusal.body(), refusal.status)

    async def stream(self, lines: AsyncGenerator[dict[str, Any], None]) -> None:
        """One JSON object a line, as they come; a page that has left ends it.

        Also while there is no line: a search may find nothing for a long time.
        """
        self.set_header("Content-Type", "application/x-ndjson")
        self.set_header("Cache-Control", "no-store")
        self._streaming = asyncio.ensure_future(self._send(lines))
        await asyncio.wait([self._streaming])
        if not self._streaming.cancelled():
            self._streaming.result()

    async def _send(self, lines: AsyncGenerator[dict[str, Any], None]) -> None:
        loop = asyncio.get_running_loop()
        sent, later = 0.0, None
        try:
            async for line in lines:
                if self._gone:
                    return
                text = json.dumps(line, separators=(",", ":"), ensure_ascii=False)
                self.write(f"{text}\n")
                if loop.time() - sent >= _TOGETHER_SECONDS:
                    await self.flush()
                    sent = loop.time()
                elif later is None or later.when() <= loop.time():
                    later = loop.call_later(_TOGETHER_SECONDS, self._flush_late)
            self.finish()
        except StreamClosedError:
            return
        finally:
            if later is not None:
                later.cancel()
            await lines.aclose()

    def _flush_late(self) -> None:
        """Nobody waits for this; that the page is gone is heard elsewhere."""
        with suppress(StreamClosedError, RuntimeError):
            self.flush().add_done_callback(lambda sent: sent.exception())
