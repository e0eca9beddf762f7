"""CPU of the server per hour at equal refresh, with 50 processes of 100 MB."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pages import (
    COMMONS_SECONDS,
    RESOURCE_USAGE_POLLS,
    bare_page,
    commons_page,
    nvdashboard_page,
    resource_usage_page,
)
from servers import BARE, COMMONS, NVDASHBOARD, resource_usage, running
from tables import memory_free, say, table, times_less, title

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from pages import Page
    from servers import Kind, Server

PROCESSES = 50
PROCESS_BYTES = 100_000_000
SETTLE_SECONDS = 4
# Between two looks at either refresh, so that exactly `count` of them are measured.
LEAD_SECONDS = 2.5
SLOW, FAST = 5, 1
HOUR = 3600
HEADLINE_PROMISE, ATTRIBUTION_PROMISE = 20, 10

# They end when the kernel does: nobody holds the other end of their stdin then.
GROW = f"""
import subprocess, sys
code = (
    "import sys; data = b'x' * {PROCESS_BYTES}; print(len(data), flush=True);"
    " sys.stdin.read()"
)
workers = [
    subprocess.Popen(
        [sys.executable, "-S", "-E", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    for _ in range({PROCESSES})
]
for worker in workers:
    worker.stdout.readline()
"""


@dataclass(frozen=True)
class Look:
    """A page that looks `count` times, every `seconds`."""

    key: str
    title: str
    seconds: int
    count: int
    open_page: Callable[[Server], AbstractAsyncContextManager[Page]]


@dataclass(frozen=True)
class Cost:
    server: str
    look: Look
    # Seconds of CPU per hour.
    per_hour: float
    messages: int
    measured_seconds: float
    # Of the whole machine; where others work, caches are shared with them.
    load: float


def _cases() -> list[tuple[Kind, list[Look]]]:
    return [
        (BARE, _nobody()),
        *_resource_usage_cases(),
        (NVDASHBOARD, _nvdashboard()),
        (COMMONS, _commons()),
        # Once more: how far two equal servers differ is the noise.
        (BARE, _nobody()),
    ]


def _nobody() -> list[Look]:
    return [Look("bare", "nobody looks", SLOW, 2, bare_page) for _ in range(2)]


def _resource_usage_cases() -> list[tuple[Kind, list[Look]]]:
    def each(seconds: int, polls: int = 1) -> Callable[[Server], Any]:
        return partial(resource_usage_page, seconds=seconds, polls=polls)

    page = each(SLOW, RESOURCE_USAGE_POLLS)
    cases = []
    for option, cpu in (("", False), (" cpu", True)):
        name = "jupyter-resource-usage" + (", track_cpu_percent" if cpu else "")
        quiet = resource_usage(f"{name}, no tick", cpu=cpu, prometheus=False)
        ticking = resource_usage(name, cpu=cpu, prometheus=True)
        looks = [
            Look(f"slow{option}", "one GET", SLOW, 3, each(SLOW)),
            Look(f"fast{option}", "one GET", FAST, 8, each(FAST)),
        ]
        cases.append((quiet, looks))
        nobody = Look(f"tick{option}", "nobody looks", SLOW, 2, bare_page)
        full = Look(f"page{option}", "its page: two GETs", SLOW, 3, page)
        cases.append((ticking, [nobody, full]))
    return cases


def _nvdashboard() -> list[Look]:
    def each(seconds: int, count: int) -> Look:
        page = partial(nvdashboard_page, charts=("cpu_resource",), seconds=seconds)
        return Look(f"nvdashboard {seconds}", "cpu_resource", seconds, count, page)

    return [each(SLOW, 3), each(FAST, 8)]


def _commons() -> list[Look]:
    def view(name: Literal["none", "status", "panel"], seconds: int, n: int) -> Look:
        page = partial(commons_page, view=name)
        return Look(f"commons {name}", f"view {name}", seconds, n, page)

    return [
        view("none", SLOW, 3),
        view("status", COMMONS_SECONDS["status"], 6),
        view("panel", COMMONS_SECONDS["panel"], 20),
    ]


async def measure(folder: Path) -> None:
    title(f"CPU per hour, {PROCESSES} processes of 100 MB below a kernel")
    needed = PROCESSES * PROCESS_BYTES + 2**30
    if memory_free() < needed:
        say(f"Not run: it needs {needed / 2**30:.1f} GiB of free memory.")
        return
    costs: list[Cost] = []
    for kind, looks in _cases():
        async with running(kind, folder) as server:
            kernel = await server.start_kernel("grown.ipynb")
            await server.run(kernel, GROW)
            await asyncio.sleep(SETTLE_SECONDS)
            costs += [await _cost(server, look) for look in looks]
    _print(costs)


async def _cost(server: Server, look: Look) -> Cost:
    async with look.open_page(server) as page:
        await asyncio.sleep(LEAD_SECONDS)
        messages, cpu, began = page.messages, server.cpu_seconds(), time.monotonic()
        await asyncio.sleep(look.seconds * look.count)
        spent = server.cpu_seconds() - cpu
        elapsed = time.monotonic() - began
        return Cost(
            server=server.kind.name,
            look=look,
            per_hour=spent / elapsed * HOUR,
            messages=page.messages - messages,
            measured_seconds=elapsed,
            load=os.getloadavg()[0],
        )


def _print(costs: list[Cost]) -> None:
    bare = [cost.per_hour for cost in costs if cost.look.key == "bare"]
    base = sum(bare) / len(bare)
    noise = (max(bare) - min(bare)) / 2
    table(
        (
            "server",
            "page",
            "every",
            "for",
            "answers",
            "CPU s/h",
            "over bare",
            "core %",
            "load",
        ),
        [
            (
                cost.server,
                cost.look.title,
                "-" if cost.look.open_page is bare_page else f"{cost.look.seconds} s",
                f"{cost.measured_seconds:.0f} s",
                str(cost.messages),
                f"{cost.per_hour:.1f}",
                f"{cost.per_hour - base:+.2f}",
                f"{(cost.per_hour - base) / HOUR * 100:+.3f}",
                f"{cost.load:.1f}",
            )
            for cost in costs
        ],
    )
    say(
        f"bare: {base:.2f} s/h, +-{noise:.2f} between its {len(bare)} rounds."
        " CPU is that of the server's process with all its\nthreads, never of its"
        " children. Answers: those of polls, or frames; ours looks as often as it says,"
        "\nbut sends nothing while nothing has changed."
    )
    loads = [cost.load for cost in costs]
    if max(loads) > (os.cpu_count() or 1):
        say(
            f"Others worked on this machine meanwhile (load {min(loads):.1f} to"
            f" {max(loads):.1f}): figures taken at unlike loads are not quite alike."
        )
    over = {cost.look.key: cost.per_hour - base for cost in costs}
    _print_ratios(over, noise)


def _print_ratios(over: dict[str, float], noise: float) -> None:
    say(
        "\nLike with like: the headline figures are compared at 5 s (our view `status`"
        " against\npolls every 5 s), the table of all kernels at 1 s (our view `panel`"
        " against polls\nevery second, which answer with one sum)."
    )
    status, panel = "commons status", "commons panel"
    pairs = [
        (status, "slow", "one GET every 5 s, no tick"),
        (status, "slow cpu", "the same with track_cpu_percent"),
        (status, "page", "its page as installed: two GETs every 5 s, tick"),
        (status, "page cpu", "the same with track_cpu_percent"),
        (status, "nvdashboard 5", "nvdashboard's machine chart, every 5 s"),
        (panel, "fast", "one GET every second, no tick"),
        (panel, "fast cpu", "the same with track_cpu_percent"),
        (panel, "nvdashboard 1", "nvdashboard's machine chart, every second"),
    ]
    table(
        ("ours", "theirs", "less CPU"),
        [
            (ours, text, times_less(over[theirs], over[ours], noise))
            for ours, theirs, text in pairs
        ],
    )
    for name, ours, theirs, promise in (
        ("headline", status, "slow", HEADLINE_PROMISE),
        ("attribution", panel, "fast", ATTRIBUTION_PROMISE),
    ):
        kept = over[theirs] >= promise * max(over[ours], noise)
        say(
            f"{name}: at least {promise}x less than jupyter-resource-usage (one GET,"
            f" no tick) is {'kept' if kept else 'NOT kept'} in this run."
        )
