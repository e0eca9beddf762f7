"""The WebSocket `commons/usage` on which a page hears of its server's use."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jupyter_core.utils import ensure_async
from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from tornado import web
from tornado.websocket import WebSocketHandler

from jupyterlab_commons.errors import CommonsError

from .clients import read_request

if TYPE_CHECKING:
    from .clients import Client, Clients

SETTING = "commons_usage"
# Not ours: a frame of a kind, or of a content, that no page of ours sends.
UNSUPPORTED = 1003
POLICY = 1008
# As in the table of refusals.
TOO_MANY = 4530
USAGE_LOST = 4516


class UsageStream(WebSocketMixin, WebSocketHandler, JupyterHandler):
    """Frames are those of protocol/src/usage.ts."""

    auth_resource = "server"
    _client: Client | None = None

    @ws_authenticated
    async def get(self, *args: Any, **kwargs: Any) -> None:
        """Whoever may see this server may see what it uses."""
        allowed = await ensure_async(
            self.authorizer.is_authorized(
                self, self.current_user, "read", self.auth_resource
            )
        )
        if not allowed:
            raise web.HTTPError(403)
        await super().get(*args, **kwargs)

    def get_compression_options(self) -> dict[str, Any]:
        """Patches repeat the same keys; compressed they are a quarter of the size."""
        return {}

    def open(self, *args: Any, **kwargs: Any) -> None:
        """Nothing is sent before the page says how often it looks."""
        super().open(*args, **kwargs)
        clients: Clients | None = self.settings.get(SETTING)
        if clients is None:
            self._refuse(CommonsError("USAGE_LOST"), USAGE_LOST)
        elif clients.full:
            self._refuse(CommonsError("TOO_MANY"), TOO_MANY)
        else:
            self._client = clients.add(self._write)

    def on_message(self, message: str | bytes) -> None:
        """A frame of the page."""
        if self._client is None:
            return
        if isinstance(message, bytes):
            self._refuse(CommonsError("BAD_REQUEST", "not text"), UNSUPPORTED)
            return
        try:
            view, scan = read_request(message)
        except (ValueError, RecursionError) as reason:
            self._refuse(CommonsError("BAD_REQUEST", str(reason)), POLICY)
            return
        if view is not None:
            self._client.look(view)
        if scan:
            self._client.scan()

    def on_close(self) -> None:
        """The page is gone, or hears nothing any more."""
        if self._client is not None:
            self._client.close()
            self._client = None
        super().on_close()

    def _write(self, text: str) -> asyncio.Future[None]:
        return asyncio.ensure_future(self.write_message(text))

    def _refuse(self, refusal: CommonsError, code: int) -> None:
        """The reason of a close is the row's name, so that the page finds its text."""
        if self._client is not None:
            self._client.close()
            self._client = None
        self.close(code, refusal.code)
