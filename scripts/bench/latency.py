"""How long /api/status takes with 10 idle kernels, while each page looks."""

from __future__ import annotations

import asyncio
import http.client
import time
from contextlib import AsyncExitStack
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

from pages import (
    RESOURCE_USAGE_POLLS,
    bare_page,
    commons_page,
    nvdashboard_page,
    resource_usage_page,
)
from servers import (
    BARE,
    COMMONS,
    NVDASHBOARD,
    RESOURCE_USAGE,
    RESOURCE_USAGE_CPU,
    running,
)
from tables import percentile, say, table, title

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from servers import Kind, Server

KERNELS = 10
ROUNDS = 5
# As long as the slowest page waits between two looks.
ROUND_SECONDS = 5
EVERY_SECONDS = 0.02
SETTLE_SECONDS = 5

_CASES: list[tuple[Kind, str, Callable[[Server], Any]]] = [
    (BARE, "nobody looks", bare_page),
    (
        RESOURCE_USAGE,
        "its page, 5 s",
        partial(resource_usage_page, polls=RESOURCE_USAGE_POLLS),
    ),
    (
        RESOURCE_USAGE_CPU,
        "its page, 5 s",
        partial(resource_usage_page, polls=RESOURCE_USAGE_POLLS),
    ),
    (
        NVDASHBOARD,
        "cpu_resource, 1 s",
        partial(nvdashboard_page, charts=("cpu_resource",), seconds=1),
    ),
    (COMMONS, "view panel, 1 s", partial(commons_page, view="panel")),
]


async def measure(folder: Path) -> None:
    title(f"Milliseconds of /api/status with {KERNELS} idle kernels")
    async with AsyncExitStack() as stack:
        servers = []
        for kind, _, _ in _CASES:
            server = await stack.enter_async_context(running(kind, folder))
            await server.start_kernels(KERNELS)
            servers.append(server)
        await asyncio.sleep(SETTLE_SECONDS)
        rounds: list[list[list[float]]] = [[] for _ in _CASES]
        for _ in range(ROUNDS):
            for times, server, case in zip(rounds, servers, _CASES, strict=True):
                async with case[2](server):
                    times.append(await asyncio.to_thread(_ask, server))
    _print(rounds)


def _ask(server: Server) -> list[float]:
    """Milliseconds from when each request was due: waiting behind a slow one counts."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    times = []
    began = time.perf_counter()
    for number in range(int(ROUND_SECONDS / EVERY_SECONDS)):
        due = began + number * EVERY_SECONDS
        time.sleep(max(0, due - time.perf_counter()))
        connection.request("GET", "/api/status", headers=server.headers)
        connection.getresponse().read()
        times.append((time.perf_counter() - due) * 1000)
    connection.close()
    return times


def _print(rounds: list[list[list[float]]]) -> None:
    def middle(times: list[list[float]], share: float) -> float:
        """The median of the rounds: what disturbs one of them does not count."""
        return median(percentile(some, share) for some in times)

    base = middle(rounds[0], 0.95)
    table(
        ("server", "page", "p50", "p95", "p99", "most", "p95 - bare", "p95 by round"),
        [
            (
                kind.name,
                page,
                *(f"{middle(times, share):.2f}" for share in (0.5, 0.95, 0.99)),
                f"{max(map(max, times)):.1f}",
                f"{middle(times, 0.95) - base:+.2f}",
                " ".join(f"{percentile(some, 0.95):.1f}" for some in times),
            )
            for (kind, page, _), times in zip(_CASES, rounds, strict=True)
        ],
    )
    bare = [percentile(times, 0.95) for times in rounds[0]]
    added, spread = middle(rounds[-1], 0.95) - base, max(bare) - min(bare)
    say(
        f"{ROUNDS} rounds of {ROUND_SECONDS} s each, taken in turn; the figures are the"
        f" medians of the rounds.\nA request every {EVERY_SECONDS * 1000:.0f} ms, timed"
        f" from when it was due.\nnoise: the p95 of the bare server differs by"
        f" {spread:.2f} ms between its rounds; ours adds {added:+.2f} ms, which is"
        f" {'within' if added <= spread else 'NOT within'} it."
    )
