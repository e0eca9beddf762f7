"""The link: the one WebSocket that a user's server opens to the companion."""

from __future__ import annotations

import asyncio
import json
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import (
    WebSocketClosedError,
    WebSocketError,
    websocket_connect,
)

from .errors import printable
from .link_requests import LinkRequests

if TYPE_CHECKING:
    import logging
    from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping

    from tornado.websocket import WebSocketClientConnection

    from .files import Files

PROTOCOL_VERSION = 1
MAX_FRAME_BYTES = 16 * 1024 * 1024

# Close codes and statuses that mean: not this server, not this version. Only
# the admin can change that, so there is no point in asking often.
_FINAL_CLOSE = range(4400, 4500)
_FINAL_STATUS = {401, 403, 426}


class Usage(Protocol):
    """What this server measures of itself, for the companion."""

    async def report(self) -> tuple[dict[str, Any], bool]:
        """The newest sample and whether something is at work; waits for the first."""

    def last_report(self) -> dict[str, Any] | None:
        """The newest sample, if there is one."""

    def before(self, lost: Mapping[str, Any]) -> None:
        """How the life before this one ended; ValueError when it cannot be read."""


@dataclass(frozen=True)
class LinkTimes:
    """How long the link waits for what."""

    first_retry_seconds: float = 0.5
    longest_retry_seconds: float = 30
    ping_seconds: float = 30
    connect_seconds: float = 10
    look_seconds: float = 1
    # Between samples, while something is at work and while nothing is.
    busy_seconds: float = 10
    idle_seconds: float = 60
    # A connection that lived this long was a good one: back to the first delay.
    good_seconds: float = 10


class Link:
    """Keeps the link open for as long as `run` runs, and answers on it."""

    def __init__(
        self,
        *,
        url: str,
        token: str,
        files: Files,
        version: str,
        log: logging.Logger,
        times: LinkTimes | None = None,
        written: Callable[[], None] = lambda: None,
        usage: Usage | None = None,
        watched: Callable[[Iterable[str]], None] = lambda _: None,
        open_paths: Callable[[], Awaitable[list[str]]] | None = None,
    ) -> None:
        """`url` is the companion's address; `written` is called after each write.

        Without `usage` nothing is measured, and no sample is sent. `watched` hears
        which files are live documents; `open_paths` names those with a kernel.
        """
        self._url = _link_url(url)
        self._token = token
        self._files = files
        self._version = version
        self._log = log
        self._times = times or LinkTimes()
        self._written = written
        self._usage = usage
        self._watched = watched
        self._open_paths = open_paths
        self._told: str | None = None
        self._failures = 0

    async def run(self) -> None:
        """Connect, and again after each loss, until cancelled."""
        with ThreadPoolExecutor(1, "commons-files") as worker:
            while True:
                final = await self._connect_once(worker)
                await asyncio.sleep(self._delay(final=final))

    async def _connect_once(self, worker: ThreadPoolExecutor) -> bool:
        """Answer until the connection ends; whether trying again soon is useless."""
        try:
            connection = await self._dial()
        except HTTPClientError as reason:
            self._failures += 1
            self._tell(f"refused with {reason.code} {printable(reason.message)}")
            return reason.code in _FINAL_STATUS
        except (OSError, WebSocketError, ValueError) as reason:
            self._failures += 1
            self._tell(f"not reachable ({printable(reason)})")
            return False
        self._told = None
        self._log.info("JupyterLab Commons: connected to %s", self._url)
        opened = asyncio.get_running_loop().time()
        try:
            await self._serve(connection, worker)
        except WebSocketClosedError:
            pass
        except asyncio.CancelledError:
            # On purpose: nothing is lost with this server.
            await self._say_goodbye(connection)
            raise
        except Exception:  # noqa: BLE001
            # A mistake of ours ends this connection, not the link.
            self._log.exception("JupyterLab Commons: the link failed.")
        finally:
            connection.close()
        lived = asyncio.get_running_loop().time() - opened
        self._failures = 1 if lived >= self._times.good_seconds else self._failures + 1
        why = f"{connection.close_code or 1006} {connection.close_reason or ''}"
        self._tell(f"lost ({printable(why.strip())})")
        return connection.close_code in _FINAL_CLOSE

    async def _dial(self) -> WebSocketClientConnection:
        return await websocket_connect(
            HTTPRequest(
                self._url,
                headers={"Authorization": f"token {self._token}"},
                connect_timeout=self._times.connect_seconds,
                request_timeout=self._times.connect_seconds,
            ),
            ping_interval=self._times.ping_seconds,
            ping_timeout=self._times.ping_seconds,
            max_message_size=MAX_FRAME_BYTES,
        )

    async def _serve(
        self, connection: WebSocketClientConnection, worker: ThreadPoolExecutor
    ) -> None:
        async def send(text: str) -> None:
            await connection.write_message(text)

        requests = LinkRequests(
            self._files,
            worker=worker,
            send=send,
            log=self._log,
            written=self._written,
            before=self._before,
            watched=self._watched,
            open_paths=self._open_paths,
        )
        hello = _news("hello", protocol=PROTOCOL_VERSION, version=self._version)
        with suppress(WebSocketClosedError):
            await send(hello)
        await _until_one_ends(
            _listen(connection, requests),
            requests.work(),
            requests.watch(self._times.look_seconds),
            *self._reports(send),
        )

    def _reports(
        self, send: Callable[[str], Coroutine[None, None, None]]
    ) -> list[Coroutine[None, None, None]]:
        """Counters are cumulative: what a lost link did not tell, the next one does."""
        usage = self._usage
        if usage is None:
            return []

        async def tell() -> None:
            while True:
                report, busy = await usage.report()
                await send(_news("sample", sample=report))
                times = self._times
                await asyncio.sleep(times.busy_seconds if busy else times.idle_seconds)

        return [tell()]

    async def _say_goodbye(self, connection: WebSocketClientConnection) -> None:
        """With the last sample, so that nothing that was used goes uncounted."""
        report = None if self._usage is None else self._usage.last_report()
        last = {} if report is None else {"sample": report}
        with suppress(WebSocketClosedError, OSError):
            # Written at once where the network takes it, and never waited for.
            sending = connection.write_message(_news("goodbye", **last))
            sending.add_done_callback(lambda done: done.cancelled() or done.exception())

    def _before(self, lost: Mapping[str, Any]) -> None:
        if self._usage is not None:
            self._usage.before(lost)

    def _delay(self, *, final: bool) -> float:
        longest = self._times.longest_retry_seconds
        if final:
            return longest
        most = self._times.first_retry_seconds * 2.0 ** min(
            max(self._failures - 1, 0), 16
        )
        return random.uniform(0.5, 1) * min(most, longest)  # noqa: S311

    def _tell(self, what: str) -> None:
        """One line when the state changes, none while it stays as it is."""
        if self._told is None:
            self._log.warning(
                "JupyterLab Commons: the companion at %s is %s. Trying again.",
                self._url,
                what,
            )
        self._told = what


def _news(news: str, **more: object) -> str:
    return json.dumps({"news": news, **more})


async def _listen(
    connection: WebSocketClientConnection, requests: LinkRequests
) -> None:
    while (message := await connection.read_message()) is not None:
        if isinstance(message, str):
            requests.take(message)


async def _until_one_ends(*works: Coroutine[None, None, None]) -> None:
    """A connection is over when any part of it is; what went wrong is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


def _link_url(url: str) -> str:
    """`ws…/link` for the base address `http…/`."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("http", "https") or not separator or not rest:
        raise ValueError(f"COMMONS_URL must start with http:// or https://: {url}")
    return f"{scheme.replace('http', 'ws', 1)}://{rest.rstrip('/')}/link"
