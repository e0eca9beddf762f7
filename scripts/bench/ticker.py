"""A server extension that measures how late its event loop is."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

EVERY_SECONDS = 0.005


class Ticker:
    """Lateness at equal steps of time, so that one long stall counts for its length."""

    def __init__(self) -> None:
        self._late: list[float] = []

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            now = loop.time()
            while due <= now:
                self._late.append(now - due)
                due += EVERY_SECONDS
            await asyncio.sleep(due - now)

    def take(self) -> list[float]:
        """The seconds of lateness since the last call."""
        late, self._late = self._late, []
        return late


class TickerHandler(JupyterHandler):
    @web.authenticated
    def get(self) -> None:
        self.finish(json.dumps(self.settings["bench_ticker"].take()))


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "ticker"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    ticker = Ticker()
    settings = app.web_app.settings
    settings["bench_ticker"] = ticker
    settings["bench_ticker_task"] = app.io_loop.asyncio_loop.create_task(ticker.run())
    app.web_app.add_handlers(
        ".*$", [(settings["base_url"] + "bench/ticker", TickerHandler)]
    )
