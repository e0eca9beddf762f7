"""Bytes per second to one page with 8 GPUs and 10 kernels, one of them changing."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import eight_gpus
from pages import (
    NVDASHBOARD_CHARTS,
    NVDASHBOARD_SECONDS,
    commons_page,
    nvdashboard_page,
)
from servers import COMMONS, NVDASHBOARD, running
from tables import say, table, title

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from servers import Kind, Server

KERNELS = 10
PROMISE = 300
FIRST_SECONDS = 5
STEADY_SECONDS = 15

# Memory goes up and down between 0 and 400 MB, half of the time is spent computing.
CHANGE = """
import os, time
open("changing.pid", "w").write(str(os.getpid()))
step = 0
while True:
    step += 1
    data = bytearray(b"x" * (step * 37 % 400 * 1_000_000))
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        sum(range(1000))
    time.sleep(0.5)
"""


@dataclass(frozen=True)
class Look:
    title: str
    # GPUs that compute, of 8.
    working: int
    open_page: Callable[[Server], Any]


@dataclass(frozen=True)
class Traffic:
    look: Look
    first_bytes: int
    per_second: float
    messages_per_second: float


def _looks() -> list[tuple[Kind, list[Look]]]:
    def charts(title: str, names: tuple[str, ...], seconds: float) -> Look:
        page = partial(nvdashboard_page, charts=names, seconds=seconds)
        return Look(f"nvdashboard, {title}", 1, page)

    ours = partial(commons_page, view="panel")
    return [
        (
            COMMONS,
            [
                Look("ours, all panels, view panel (1 s)", 1, ours),
                Look("ours, the same with all 8 GPUs changing", eight_gpus.GPUS, ours),
                Look(
                    "ours, view status (5 s)", 1, partial(commons_page, view="status")
                ),
            ],
        ),
        (
            NVDASHBOARD,
            [
                charts("6 charts at 1 s", NVDASHBOARD_CHARTS, 1),
                charts("6 charts at 0.1 s", NVDASHBOARD_CHARTS, NVDASHBOARD_SECONDS),
            ],
        ),
    ]


async def measure(folder: Path) -> None:
    title(f"Bytes per second to one page, {eight_gpus.GPUS} GPUs, {KERNELS} kernels")
    # At the same time: bytes, unlike time, do not depend on who else works.
    results = await asyncio.gather(
        *(_of_server(folder, kind, looks) for kind, looks in _looks()),
        return_exceptions=True,
    )
    traffic: list[Traffic] = []
    for result in results:
        if isinstance(result, BaseException):
            raise result
        traffic += result
    if traffic:
        _print(traffic)


async def _of_server(folder: Path, kind: Kind, looks: list[Look]) -> list[Traffic]:
    gpus = eight_gpus.build(folder / f"nvml-{kind.name}")
    if gpus is None:
        return []
    traffic = []
    async with (
        running(kind, folder, gpus.environ) as server,
        _changing(server) as pid,
    ):
        for look in looks:
            async with eight_gpus.working(gpus, look.working, pid):
                traffic.append(await _traffic(server, look))
    return traffic


@asynccontextmanager
async def _changing(server: Server) -> AsyncIterator[int]:
    """Ten kernels, of which one computes and allocates; its pid."""
    kernels = await server.start_kernels(KERNELS)
    task = asyncio.ensure_future(server.run(kernels[0], CHANGE))
    file = server.home / "changing.pid"
    try:
        while not (file.exists() and file.read_text()):
            await asyncio.wait([task], timeout=0.1)
            if task.done():
                await task
        yield int(file.read_text())
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _traffic(server: Server, look: Look) -> Traffic:
    async with look.open_page(server) as page:
        await asyncio.sleep(FIRST_SECONDS)
        first, messages, began = page.received(), page.messages, time.monotonic()
        await asyncio.sleep(STEADY_SECONDS)
        elapsed = time.monotonic() - began
        if page.failed:
            raise RuntimeError(f"A stream of {server.kind.name} ended.")
        return Traffic(
            look=look,
            first_bytes=first,
            per_second=(page.received() - first) / elapsed,
            messages_per_second=(page.messages - messages) / elapsed,
        )


def _print(traffic: list[Traffic]) -> None:
    table(
        ("page", "GPUs at work", f"first {FIRST_SECONDS} s, B", "B/s", "messages/s"),
        [
            (
                some.look.title,
                str(some.look.working),
                str(some.first_bytes),
                f"{some.per_second:.0f}",
                f"{some.messages_per_second:.1f}",
            )
            for some in traffic
        ],
    )
    ours = traffic[0].per_second
    say(
        f"Each over {STEADY_SECONDS} s: all that came over the page's sockets, frame"
        " headers included, compressed\nwhere the server compresses; the sockets offer"
        " it as browsers do. A PCIe query takes no time here.\n"
        f"promise: <= {PROMISE} B/s with one of each changing is"
        f" {'kept' if ours <= PROMISE else 'NOT kept'} in this run ({ours:.0f} B/s)."
    )
