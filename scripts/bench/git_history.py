"""The history: a page of all branches, that of a file, and many tags."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from git_peers import (
    OURS,
    both,
    costs,
    ours,
    say_costs,
    settled,
    their_tick,
    theirs,
)
from git_repos import LARGE, MIDDLE, STUDY, TAGS, git, repository
from servers import running
from tables import say, title

from jupyterlab_commons.git.graph_file import missing_filters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from git_repos import Plan
    from git_table import Rows
    from servers import Server

PAGE = 50
PAGE_BARS_MS = {MIDDLE.name: 15, LARGE.name: 30}
FIRST_ROW_BAR_MS = 100
TAGS_BAR_BYTES = 64_000
_GRAPH_SECONDS = 600
_FIRST_ROWS = 7


@contextmanager
def as_cloned(top: Path) -> Iterator[None]:
    """Without a commit-graph, and with nobody writing one."""
    info, aside = top / ".git/objects/info", top / ".git/bench-aside"
    aside.mkdir(exist_ok=True)
    names = [n for n in ("commit-graph", "commit-graphs") if (info / n).exists()]
    for name in names:
        (info / name).rename(aside / name)
    git(top, "config", "core.commitGraph", "false")
    try:
        yield
    finally:
        git(top, "config", "--unset", "core.commitGraph")
        for name in names:
            (aside / name).rename(info / name)


async def measure_pages(folder: Path, rows: Rows) -> None:
    """CPU of one page of 50 rows, and of a file's history."""
    for plan in (MIDDLE, LARGE):
        title(f"History at {plan.commits:,} commits")
        top = repository(plan)
        with as_cloned(top):
            await _pages(folder, top, plan, "no commit-graph", rows)
        await _written(folder, top)
        await _pages(folder, top, plan, "our commit-graph", rows)


async def _pages(folder: Path, top: Path, plan: Plan, state: str, rows: Rows) -> None:
    name = top.name

    async def our_page() -> int:
        answer = await ours(one, "history", repo=name, limit=PAGE)
        _check(len(answer.lines) == PAGE + 1)
        return len(answer.body)

    async def their_page() -> int:
        answer = await theirs(other, name, "log", {"history_count": PAGE})
        _check(len(answer.json["commits"]) == PAGE)
        return len(answer.body)

    async with both(folder, top.parent) as (one, other):
        await our_page()
        await settled(one)
        found = await costs(one, our_page), await costs(other, their_page)
        say_costs(f"page of {PAGE}, {state}", *found)
        rows.add(
            f"page of {PAGE}, {plan.commits:,} commits, {state}",
            "ms CPU",
            found[0].cpu_ms,
            found[1].cpu_ms,
            PAGE_BARS_MS[plan.name],
        )
        await _file_history(one, other, name, f"{plan.commits:,}, {state}", rows)


async def _file_history(
    one: Server, other: Server, name: str, state: str, rows: Rows
) -> None:
    """Ours is answered row by row; theirs shows its first row with the last one."""
    first = []
    for _ in range(_FIRST_ROWS):
        answer = await ours(one, "history", repo=name, path=STUDY, limit=PAGE)
        first.append(answer.first_ms)

    async def our_file() -> int:
        answer = await ours(one, "history", repo=name, path=STUDY, limit=PAGE)
        return len(answer.body)

    async def their_file() -> int:
        asked = {"history_count": PAGE, "follow_path": STUDY}
        return len((await theirs(other, name, "log", asked)).body)

    mine = await costs(one, our_file, rounds=2, each=1)
    their = await costs(other, their_file, rounds=2, each=1, before=False)
    say_costs(f"a file's whole history, {state}", mine, their)
    bar = FIRST_ROW_BAR_MS if "our commit-graph" in state else None
    what = f"file history, first row, {state}"
    rows.add(what, "ms wall", min(first), their.wall_ms, bar)
    rows.add(f"file history, all rows, {state}", "ms CPU", mine.cpu_ms, their.cpu_ms)


async def _written(folder: Path, top: Path) -> None:
    """Has our server write the commit-graph, where an earlier run has not."""
    if missing_filters(top / ".git") == 0:
        say("\ncommit-graph: written by an earlier run")
        return
    async with running(OURS, folder, None, top.parent) as server:
        began, used = time.monotonic(), await server.fetch("bench/meter")
        await ours(server, "history", repo=top.name, limit=PAGE)
        until = began + _GRAPH_SECONDS
        while missing_filters(top / ".git") != 0 and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(0.5)
        await settled(server)
        spent = await server.fetch("bench/meter") - used
        say(
            f"\ncommit-graph with filters: {time.monotonic() - began:.0f} s in the"
            f" background, {spent:.0f} s of CPU at the lowest priority"
        )


async def measure_tags(folder: Path, rows: Rows) -> None:
    """All that a panel needs before it can show something."""
    title(f"First paint with {TAGS.tags:,} tags")
    top = repository(TAGS)
    name = top.name

    async def our_paint() -> int:
        about = await ours(one, "repository", path=name)
        page = await ours(one, "history", repo=name, limit=PAGE)
        return len(about.body) + len(page.body) + await _first_frame(one, name)

    async def their_paint() -> int:
        log = await theirs(other, name, "log", {"history_count": 25})
        return len(log.body) + await their_tick(other, name)

    async with both(folder, top.parent) as (one, other):
        await our_paint()
        await settled(one)
        found = await costs(one, our_paint), await costs(other, their_paint)
    say_costs("first paint", *found)
    what = f"{TAGS.tags:,} tags, first paint"
    rows.add(what, "bytes", found[0].bytes, found[1].bytes, TAGS_BAR_BYTES)
    rows.add(what, "ms CPU", found[0].cpu_ms, found[1].cpu_ms)


async def _first_frame(server: Server, name: str) -> int:
    socket = await server.connect(f"commons/git/watch?repo={name}")
    frame = await socket.read_message()
    socket.close()
    _check(isinstance(frame, str))
    return len(frame or "")


def _check(is_right: bool) -> None:  # noqa: FBT001
    """A server that answers something else would look wonderfully cheap."""
    if not is_right:
        raise RuntimeError("The answer is not what was asked for.")
