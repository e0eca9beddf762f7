"""Runs the companion's process, and runs it again when it ends."""

from __future__ import annotations

import asyncio
import ctypes
import json
import signal
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import printable
from jupyterlab_commons.node import NodeMissingError

if TYPE_CHECKING:
    import logging
    import socket
    from collections.abc import Callable, Mapping

    from .standby import Standby

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
# One that served may serve again: people wait for it, so it is tried sooner.
LONGEST_DELAY_AFTER_SERVING_SECONDS = 1.0
# A companion that served this long was a good one: its successor starts at once.
GOOD_SECONDS = 10.0
STOP_SECONDS = 8.0
LINE_BYTES = 64 * 1024

_NODE_NEEDS = (
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LC_ALL",
    "NODE_EXTRA_CA_CERTS",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "JUPYTERHUB_API_TOKEN",
    "JUPYTERHUB_API_URL",
    "JUPYTERHUB_BASE_URL",
    "JUPYTERHUB_CLIENT_ID",
    "JUPYTERHUB_HOST",
    "JUPYTERHUB_OAUTH_CALLBACK_URL",
    "JUPYTERHUB_PUBLIC_HUB_URL",
    "JUPYTERHUB_PUBLIC_URL",
    "JUPYTERHUB_SERVICE_NAME",
    "JUPYTERHUB_SERVICE_PREFIX",
)
_LAUNCHER_ONLY = {"COMMONS_MANAGED", "COMMONS_COMPANION", "COMMONS_FD"}


def companion_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What the companion needs to know, and no other secret of the hub."""
    return {
        key: value
        for key, value in environ.items()
        if key in _NODE_NEEDS
        or (key.startswith("COMMONS_") and key not in _LAUNCHER_ONLY)
    }


class Supervisor:
    """One companion at a time, listening on the socket that is handed to it."""

    def __init__(
        self,
        *,
        command: Callable[[], list[str]],
        listening: socket.socket,
        standby: Standby,
        environment: dict[str, str],
        log: logging.Logger,
        longest_delay_seconds: float = LONGEST_DELAY_SECONDS,
    ) -> None:
        self._command = command
        self._listening = listening
        self._standby = standby
        self._environment = environment
        self._log = log
        self._longest_delay_seconds = longest_delay_seconds
        self._process: asyncio.subprocess.Process | None = None

    async def run(self) -> None:
        """Serve until cancelled; then the companion is told to stop, and waited for."""
        failures = 0
        try:
            while True:
                self._standby.start()
                served = await self._run_once()
                failures = 1 if served >= GOOD_SECONDS else failures + 1
                self._standby.start()
                await asyncio.sleep(self.delay_after(failures, served=served > 0))
        finally:
            await self._stop()

    def delay_after(self, failures: int, *, served: bool = False) -> float:
        """At once after the first, then longer and longer."""
        if failures <= 1:
            return 0
        delay = FIRST_DELAY_SECONDS * 2.0 ** min(failures - 2, 16)
        longest = self._longest_delay_seconds
        if served:
            longest = min(longest, LONGEST_DELAY_AFTER_SERVING_SECONDS)
        return min(delay, longest)

    async def _run_once(self) -> float:
        """Run the companion to its end; how many seconds it served."""
        try:
            self._process = await self._start()
        except (NodeMissingError, OSError) as reason:
            self._log.error("%s", printable(reason, 1000))
            return 0.0
        ready_at = await self._read_output(self._process)
        code = await self._process.wait()
        self._process = None
        self._log.error(
            "The companion ended with code %s. Starting it again; callers are told to"
            " try again meanwhile.",
            code,
        )
        return 0.0 if ready_at is None else time.monotonic() - ready_at

    async def _start(self) -> asyncio.subprocess.Process:
        descriptor = self._listening.fileno()
        command = [*self._command(), "--fd", str(descriptor)]
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=self._environment,
            pass_fds=(descriptor,),
            limit=LINE_BYTES,
            preexec_fn=end_with_parent,
        )

    async def _read_output(self, process: asyncio.subprocess.Process) -> float | None:
        """When the ready line came; the rest of the output goes to our own."""
        ready_at = None
        if process.stdout is None:
            return None
        while line := await _line(process.stdout):
            if ready_at is None and _is_ready(line):
                ready_at = time.monotonic()
                self._standby.stop()
                self._log.info("The companion is ready (pid %s).", process.pid)
            else:
                sys.stderr.buffer.write(line)
                sys.stderr.flush()
        return ready_at

    async def _stop(self) -> None:
        process = self._process
        if process is None:
            return
        self._standby.start()
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except asyncio.TimeoutError:
            self._log.error("The companion did not stop in %s s.", STOP_SECONDS)
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _is_ready(line: bytes) -> bool:
    try:
        said = json.loads(line)
    except ValueError:
        return False
    return isinstance(said, dict) and "url" in said and "pid" in said


async def _line(stream: asyncio.StreamReader) -> bytes:
    try:
        return await stream.readline()
    except ValueError:
        return b"\n"  # A line longer than the limit; it cannot be the ready line.


try:
    _prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
except (AttributeError, OSError):
    _prctl = None
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Be told to stop when the parent is gone, so that no port stays taken.

    Only Linux can do that; elsewhere an orphan must be ended by hand.
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM))
