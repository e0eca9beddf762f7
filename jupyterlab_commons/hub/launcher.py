"""Listens for the companion, and keeps it running.

A hub ends when one of its services does not answer within seconds, and takes
half a minute to notice that one died. So this small process listens itself,
from its first moment to its last, and hands the socket to the companion.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from jupyterlab_commons.errors import printable
from jupyterlab_commons.node import companion_command

from .configure import DEFAULT_DATA_DIR, DEFAULT_PORT
from .standby import Standby
from .supervisor import Supervisor, companion_environment, end_with_parent

if TYPE_CHECKING:
    from collections.abc import Mapping

BIND_RETRY_SECONDS = 0.5
BIND_REMINDER_SECONDS = 30.0


async def serve(environ: Mapping[str, str], log: logging.Logger) -> None:
    """Serve until cancelled."""
    host, port = address_of(environ)
    prefix = environ.get("JUPYTERHUB_SERVICE_PREFIX", "/")
    with await bind(host, port, log) as listening:
        standby = Standby(listening, prefix)
        standby.start()
        environment = companion_environment(environ)
        environment["COMMONS_DATA_DIR"] = await asyncio.to_thread(
            prepare_data_dir, environ.get("COMMONS_DATA_DIR"), log
        )
        supervisor = Supervisor(
            command=companion_command,
            listening=listening,
            standby=standby,
            environment=environment,
            log=log,
        )
        try:
            await supervisor.run()
        finally:
            standby.stop()


def address_of(environ: Mapping[str, str]) -> tuple[str, int]:
    """Where the hub expects the service."""
    parts = urlsplit(environ.get("JUPYTERHUB_SERVICE_URL", ""))
    return parts.hostname or "127.0.0.1", parts.port or DEFAULT_PORT


async def bind(host: str, port: int, log: logging.Logger) -> socket.socket:
    """The listening socket, however long it takes to get it."""
    loop = asyncio.get_running_loop()
    reminder = 0.0
    while True:
        try:
            return _listen(host, port)
        except OSError as reason:
            if loop.time() >= reminder:
                reminder = loop.time() + BIND_REMINDER_SECONDS
                log.error("%s", bind_sentence(host, port, reason))
        await asyncio.sleep(BIND_RETRY_SECONDS)


def bind_sentence(host: str, port: int, reason: OSError) -> str:
    """What to do about an address that cannot be had."""
    if reason.errno == errno.EADDRINUSE:
        return (
            f"Port {port} on {printable(host)} is used by another program. End that"
            f" program (find it with: ss -ltnp 'sport = :{port}'), or give the"
            " companion another port: configure(c, port=...). Trying again."
        )
    return (
        f"Cannot listen on {printable(host)}:{port} ({printable(reason)}). Correct"
        " 'port' or 'url' of configure(c, ...). Trying again."
    )


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(512)
        listening.setblocking(False)  # noqa: FBT003
    except OSError:
        listening.close()
        raise
    return listening


def prepare_data_dir(folder: str | None, log: logging.Logger) -> str:
    """Make the folder, for its owner only; the companion reports if it cannot write."""
    place = os.path.abspath(folder or DEFAULT_DATA_DIR)
    try:
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with suppress(FileExistsError):
            os.mkdir(place, 0o700)
        os.chmod(place, 0o700)
    except OSError as reason:
        log.error(
            "The data folder %s cannot be used (%s). Correct its owner, or choose"
            " another: configure(c, data_dir='...')",
            printable(place),
            printable(reason),
        )
    return place


async def _main() -> None:
    log = logging.getLogger("commons-launcher")
    task = asyncio.ensure_future(serve(os.environ, log))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    with suppress(asyncio.CancelledError):
        await task


def main() -> None:
    """What `python -m jupyterlab_commons.hub.launcher` does."""
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO,
        format="[%(levelname).1s %(asctime)s %(name)s] %(message)s",
    )
    if os.environ.get("COMMONS_MANAGED"):
        end_with_parent()
    asyncio.run(_main())


if __name__ == "__main__":
    main()
