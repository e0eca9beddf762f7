"""The WebSocket on which a page hears that a repository has changed."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.service import git_of

if TYPE_CHECKING:
    from collections.abc import Callable

_MAX_PATH_CHARS = 4096
# As in the table of refusals.
_CLOSES = {
    "BAD_REQUEST": 4400,
    "GIT_FAILED": 4510,
    "GIT_MOVED": 4511,
    "GIT_REFUSED": 4514,
    "GIT_BUSY": 4515,
    "TOO_MANY": 4530,
}


class WatchHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """`GET watch?repo=`: frames shaped as `gitNews`; the first one is empty."""

    auth_resource = "contents"
    _end: Callable[[], None] | None = None
    _closed = False

    def initialize(self, **kwargs: Any) -> None:
        super().initialize(**kwargs)
        self._pending: set[str] = set()
        self._began = False
        self._writing = False

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Whoever may read the files may hear that their repository has changed."""
        allowed = await ensure_async(
            self.authorizer.is_authorized(
                self, self.current_user, "read", self.auth_resource
            )
        )
        if not allowed:
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    async def open(self, *args: Any, **kwargs: Any) -> None:
        """Finding the repository asks git once; from then on nothing does."""
        super().open(*args, **kwargs)
        git = git_of(self.settings, self.contents_manager.root_dir)
        path = self.get_query_argument("repo", "", strip=False)
        try:
            # A path that is too long is none.
            repo = await git.repositories.open(path[:_MAX_PATH_CHARS])
            if not self._closed:
                self._end = git.watches.listen(repo, self._hear)
        except CommonsError as refusal:
            self.close(_CLOSES[refusal.code], refusal.code)

    def on_message(self, message: str | bytes) -> None:  # noqa: ARG002
        """A page has nothing to say here."""
        self.close(_CLOSES["BAD_REQUEST"], "BAD_REQUEST")

    def on_close(self) -> None:
        """The page is gone, or hears nothing any more."""
        self._closed = True
        end, self._end = self._end, None
        if end is not None:
            end()
        super().on_close()

    def _hear(self, news: frozenset[str]) -> None:
        """A slow page has one frame on its way, and then all news in one."""
        self._pending |= news
        if not self._writing and (self._pending or not self._began):
            self._began = self._writing = True
            asyncio.ensure_future(self._write())  # noqa: RUF006

    async def _write(self) -> None:
        with suppress(WebSocketClosedError):
            while True:
                text = json.dumps({"changed": sorted(self._pending)})
                self._pending.clear()
                await self.write_message(text)
                if not self._pending:
                    break
        self._writing = False
