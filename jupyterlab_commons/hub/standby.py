"""Answers HTTP in the companion's place while it starts or is down."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    import socket

HEAD_BYTES = 16 * 1024
DISCARD_BYTES = 1024 * 1024
PATIENCE_SECONDS = 5


class Standby:
    """Accepts on a copy of the listening socket, so stopping it closes nothing.

    The hub asks for the service's own address when it starts, and gives up on
    the whole hub if that answers 5xx for long. So that one address says 200;
    everything else, `healthz` included, is told to try again.
    """

    def __init__(self, listening: socket.socket, prefix: str) -> None:
        self._listening = listening
        self._prefix = prefix
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(
                self._answer, sock=self._listening.dup(), limit=HEAD_BYTES, backlog=512
            )

    def stop(self) -> None:
        """Accept no more; who was accepted still gets the answer."""
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            await asyncio.wait_for(
                _converse(reader, writer, self._prefix), PATIENCE_SECONDS
            )
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            pass  # The caller went away, is too slow, or does not speak HTTP.
        finally:
            with suppress(OSError):
                writer.close()


async def _converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, prefix: str
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    writer.write(response_to(head, prefix))
    await writer.drain()
    writer.write_eof()
    # Closing with a body unread would reset the connection, and the caller
    # would never see the answer.
    for _ in range(DISCARD_BYTES // HEAD_BYTES):
        if not await reader.read(HEAD_BYTES):
            return


def response_to(head: bytes, prefix: str) -> bytes:
    """The whole answer to a request with this head."""
    method, _, rest = head.decode("latin-1").partition(" ")
    path = rest.partition(" ")[0].partition("?")[0]
    if path == prefix and method in ("GET", "HEAD"):
        status, body = "200 OK", json.dumps({"status": "starting"})
    else:
        status = "503 Service Unavailable"
        body = json.dumps(CommonsError("STOPPING").body())
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Retry-After: 1",
        "Connection: close",
    )
    text = "\r\n".join(lines) + "\r\n\r\n" + ("" if method == "HEAD" else body)
    return text.encode("ascii")
