"""The loop's side of the sampler: it starts, stops, and carries between the two."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .clients import Clients
from .kernels import GATEWAY_SECONDS, Roots
from .sampler import Outlets, Sampler

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping

    from .last_breath import LastBreath
    from .parts import Guard, Parts
    from .sampler import Told
    from .shapes import Machine, UsageSample

# What is open or running is given this long to end.
STOP_SECONDS = 5
HELD_UP = ("CPU_UNREADABLE", "MEMORY_UNREADABLE", "PROCESSES_UNREADABLE")


class UsageService:
    """One per server. Everything but what it hands to the thread runs on the loop."""

    def __init__(
        self,
        serverapp: Any,
        *,
        make_parts: Callable[[Guard], Parts],
        machine: Machine,
        log: logging.Logger,
        breath: LastBreath | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.sampler = Sampler(
            make_parts=make_parts,
            outlets=Outlets(
                publish=self._publish, ask_roots=self._ask, peek_roots=self._peek
            ),
            machine=machine,
            log=log,
            breath=breath,
        )
        self.clients = Clients(_OnLoop(self.sampler, self._post), self._loop)
        self.clients.on_silence(self._silent)
        self._roots = Roots(serverapp, died=self.sampler.kernel_died, log=log)
        self._log = log
        self._latest: Told | None = None
        self._first = asyncio.Event()
        self._asking: asyncio.Task[None] | None = None
        self._asked_gateway = float("-inf")
        self._shape: object = None
        # Written by the thread, taken by the loop: the newest look only.
        self._pending: Told | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        self.sampler.start()

    async def stop(self) -> None:
        """Ends the thread; one that hangs is left to itself."""
        self.clients.stop()
        self._roots.stop()
        self.sampler.ask_to_stop()
        if self._asking is not None:
            self._asking.cancel()
            with suppress(asyncio.CancelledError):
                await self._asking
        ended = await self._loop.run_in_executor(None, self.sampler.join, STOP_SECONDS)
        if not ended:
            self._log.warning(
                "JupyterLab Commons: measuring does not end in time; it ends with"
                " this process."
            )

    async def report(self) -> tuple[dict[str, Any], bool]:
        """What the companion is told, and whether something is at work."""
        await self._first.wait()
        told = self._latest
        assert told is not None  # noqa: S101
        return told.report, told.busy

    def last_report(self) -> dict[str, Any] | None:
        return None if self._latest is None else self._latest.report

    def before(self, lost: Mapping[str, Any]) -> None:
        """How the life before this one ended; ValueError when it cannot be read."""
        self.sampler.losses.told(lost)

    def _post(self, work: Callable[..., object], *args: object) -> None:
        """From the thread. A loop that is closed needs no news."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(work, *args)

    def _publish(self, told: Told) -> None:
        with self._lock:
            waiting = self._pending is not None
            self._pending = told
        # A loop that is held up finds one call waiting, and the newest look.
        if not waiting:
            self._post(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            told, self._pending = self._pending, None
        if told is not None:
            self._latest = told
            self._first.set()
            self.clients.publish(told.sample)

    def _ask(self) -> None:
        self._post(self._collect_soon)

    def _peek(self) -> None:
        self._post(self._look_for_changes)

    def _collect_soon(self) -> None:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._collect())

    async def _collect(self) -> None:
        now = time.monotonic()
        if self._roots.remote:
            if now - self._asked_gateway < GATEWAY_SECONDS:
                return
            self._asked_gateway = now
        self._shape = self._roots.shape()
        try:
            roots = await self._roots.collect()
        except Exception:  # noqa: BLE001
            self._log.exception("JupyterLab Commons: kernels cannot be listed.")
            return
        self.sampler.roots_are(roots)

    def _look_for_changes(self) -> None:
        shape = self._roots.shape()
        if shape != self._shape:
            self._shape = shape
            self.sampler.roots_changed()
        elif self._roots.any_busy():
            self.sampler.kernel_busy()

    def _silent(self) -> UsageSample:
        """The sampler is held up: what was known of the whole no longer holds."""
        at = max(0, time.time_ns() // 1_000_000)
        if self._latest is None:
            return {
                "at": at,
                "since": at,
                "where": "host",
                "memory": {},
                "cpu": {},
                "consumers": {},
                "gpus": {},
                "incidents": {},
                "problems": list(HELD_UP),
            }
        last = self._latest.sample
        silent = last.copy()
        silent.pop("network", None)
        silent["at"] = at
        silent["memory"] = {}
        silent["cpu"] = {}
        silent["problems"] = sorted({*last["problems"], *HELD_UP})
        return silent


class _OnLoop:
    """The sampler as pages see it: its answers come on the loop."""

    def __init__(self, sampler: Sampler, post: Callable[..., None]) -> None:
        self._sampler = sampler
        self._post = post
        self.look = sampler.look
        self.scan = sampler.scan

    def ask_history(self, reply: Callable[[str], None]) -> None:
        self._sampler.ask_history(lambda text: self._post(reply, text))
