"""Answers HTTP in the companion's place while it starts or is down."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

if TYPE_CHECKING:
    import socket

HEAD_BYTES = 16 * 1024
DISCARD_BYTES = 1024 * 1024
PATIENCE_SECONDS = 5
MOST_CALLERS = 400


class Standby:
    """Answers on the socket that the companion will have, or had.

    The hub asks for the service's own address when it starts, and gives up on
    the whole hub if that answers 5xx for long. So that one address says 200;
    everything else, `healthz` included, is told to try again.

    Not an `asyncio.Server`: closing one drops whoever was accepted a moment
    before, without a word and without closing the connection.
    """

    def __init__(self, listening: socket.socket, prefix: str) -> None:
        self._listening = listening
        self._prefix = prefix
        self._answering: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Accept from now on; doing it twice is as doing it once."""
        asyncio.get_running_loop().add_reader(self._listening, self._accept)

    def stop(self) -> None:
        """Accept no more; who was accepted still gets the answer."""
        asyncio.get_running_loop().remove_reader(self._listening)

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except OSError:
            return  # The companion was quicker, or the caller has left.
        if len(self._answering) >= MOST_CALLERS:
            connection.close()
            return
        connection.setblocking(False)  # noqa: FBT003
        task = asyncio.ensure_future(self._answer(connection))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, connection: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(
            sock=connection, limit=HEAD_BYTES
        )
        try:
            await asyncio.wait_for(
                _converse(reader, writer, self._prefix), PATIENCE_SECONDS
            )
        except (OSError, EOFError, asyncio.TimeoutError, asyncio.LimitOverrunError):
            pass  # The caller went away, is too slow, or does not speak HTTP.
        finally:
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
