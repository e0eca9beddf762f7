"""How long the server's event loop stands still with 8 GPUs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import eight_gpus
from pages import NVDASHBOARD_SECONDS, bare_page, commons_page, nvdashboard_page
from servers import BARE, COMMONS, NVDASHBOARD, running
from tables import percentile, say, table, title
from ticker import EVERY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers import Kind, Server

WINDOW_US = 20_000
KERNELS = 10
FIRST_SECONDS = 2
LOOK_SECONDS = 8


def _looks() -> list[tuple[Kind, list[tuple[str, Callable[[Server], Any]]]]]:
    def chart(name: str, seconds: float) -> tuple[str, Callable[[Server], Any]]:
        page = partial(nvdashboard_page, charts=(name,), seconds=seconds)
        return f"{name}, {seconds} s", page

    return [
        (BARE, [("nobody looks", bare_page)]),
        (
            NVDASHBOARD,
            [
                chart("gpu_resource", 1),
                chart("pci_stats", 1),
                chart("gpu_resource", NVDASHBOARD_SECONDS),
            ],
        ),
        (COMMONS, [("view panel, 1 s", partial(commons_page, view="panel"))]),
    ]


async def measure(folder: Path) -> None:
    title(f"Milliseconds that the event loop is late, {eight_gpus.GPUS} GPUs")
    gpus = eight_gpus.build(folder / "nvml")
    if gpus is None:
        return
    gpus.say(eight_gpus.settled(window_us=WINDOW_US))
    rows = []
    for kind, looks in _looks():
        ticking = replace(kind, extensions=(*kind.extensions, "ticker"))
        async with running(ticking, folder, gpus.environ) as server:
            await server.start_kernels(KERNELS)
            for name, open_page in looks:
                late = await _late(server, open_page)
                rows.append((kind.name, name, *_figures(late)))
    table(("server", "page", "p50", "p95", "p99", "longest", "late by > 50 ms"), rows)
    say(
        f"Measured by a ticker in the server, every {EVERY_SECONDS * 1000:.0f} ms for"
        f" {LOOK_SECONDS} s; a stall counts at each tick that it covers.\n"
        f"A PCIe query takes {WINDOW_US / 1000:.0f} ms, as NVIDIA documents; each chart"
        " asks two for each GPU."
    )


async def _late(server: Server, open_page: Callable[[Server], Any]) -> list[float]:
    async with open_page(server):
        await asyncio.sleep(FIRST_SECONDS)
        await server.fetch("bench/ticker")
        await asyncio.sleep(LOOK_SECONDS)
        seconds: list[float] = await server.fetch("bench/ticker")
        return [late * 1000 for late in seconds]


def _figures(late: list[float]) -> list[str]:
    long = sum(time > 50 for time in late) / len(late) * 100  # noqa: PLR2004
    shares = (f"{percentile(late, share):.1f}" for share in (0.5, 0.95, 0.99))
    return [*shares, f"{max(late):.1f}", f"{long:.1f} %"]
