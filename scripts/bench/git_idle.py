"""A panel that is open while nothing changes."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from typing import TYPE_CHECKING

from git_history import PAGE
from git_peers import (
    OURS,
    THEIRS,
    ours,
    settled,
    their_interval_seconds,
    their_tick,
)
from git_repos import MIDDLE, repository
from servers import running
from tables import say, title

if TYPE_CHECKING:
    from pathlib import Path

    from git_table import Rows
    from servers import Server

IDLE_SECONDS = 60


async def measure_idle(folder: Path, rows: Rows) -> None:
    """Git processes and CPU while a panel is open and nothing changes."""
    title(f"A panel at rest for {IDLE_SECONDS} s, {MIDDLE.commits:,} commits")
    top = repository(MIDDLE)
    counts = {OURS.name: folder / "ours", THEIRS.name: folder / "theirs"}
    environs = [_counting(place) for place in counts.values()]
    async with (
        running(OURS, folder, environs[0], top.parent) as one,
        running(THEIRS, folder, environs[1], top.parent) as other,
    ):
        await ours(one, "repository", path=top.name)
        await ours(one, "history", repo=top.name, limit=PAGE)
        socket = await one.connect(f"commons/git/watch?repo={top.name}")
        await socket.read_message()
        await settled(one)
        before = {name: _count(place) for name, place in counts.items()}
        used = [await _all_cpu(server) for server in (one, other)]
        ticks = await _their_polls(other, top.name)
        after = [await _all_cpu(server) for server in (one, other)]
        socket.close()
    started = [_count(place) - before[name] for name, place in counts.items()]
    say(
        f"jupyterlab-git: {ticks} polls, {their_interval_seconds():g} s between them"
        f" as its settings say, {started[1] / ticks:.0f} git processes each"
    )
    what = f"panel at rest, {IDLE_SECONDS} s"
    rows.add(what, "git processes", started[0], started[1], 0)
    spent = [(b - a) * 1000 for a, b in zip(used, after, strict=True)]
    rows.add(what, "ms CPU", *spent)


async def _their_polls(server: Server, name: str) -> int:
    """As its page polls: the next one a while after the last one's end."""
    until, ticks = time.monotonic() + IDLE_SECONDS, 0
    while time.monotonic() < until:
        await their_tick(server, name)
        ticks += 1
        await asyncio.sleep(
            max(0, min(their_interval_seconds(), until - time.monotonic()))
        )
    return ticks


async def _all_cpu(server: Server) -> float:
    return server.cpu_seconds() + float(await server.fetch("bench/meter"))


def _counting(place: Path) -> dict[str, str]:
    """An environ in which each git that starts leaves a byte."""
    tools = place.with_suffix(".bin")
    tools.mkdir()
    place.touch()
    real = shutil.which("git")
    script = tools / "git"
    script.write_text(f'#!/bin/sh\nprintf . >> "{place}"\nexec "{real}" "$@"\n')
    script.chmod(0o755)
    return {"PATH": f"{tools}:{os.environ['PATH']}"}


def _count(place: Path) -> int:
    return place.stat().st_size
