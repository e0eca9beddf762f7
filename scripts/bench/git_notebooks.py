"""Notebooks: what changed, who changed it, and how long the server stands still."""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import time
import warnings
from typing import TYPE_CHECKING, Any

from git_peers import OURS, both, costs, ours, say_costs, theirs
from git_repos import LARGE, environment, git, kept, repository
from servers import running
from tables import say, table, title

from jupyterlab_commons.tests.git.sample_notebooks import NAMES, pair

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from git_peers import Cost
    from git_table import Rows
    from servers import Server

DIFF_BAR_MS = 150
DIFF_BAR_BYTES = 40_000
LARGEST = "P60png1M"
LONG, LONG_VERSIONS = "long.ipynb", 6
_BLAMED = 6
_LOOP_ROUNDS = 5


def notebooks() -> Path:
    """Each pair in two commits; and the largest one in a few more versions."""
    return kept("notebooks", [NAMES, LONG_VERSIONS], _build)


def _build(top: Path) -> None:
    git(top, "init", "-q", "-b", "main")
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    for name in NAMES:
        for ids in (True, False):
            path = _path(name, ids=ids)
            before[path], after[path] = pair(name, ids=ids)
    versions = [before, after]
    for number in range(LONG_VERSIONS):
        if number == len(versions):
            versions.append({})
        versions[number][LONG] = _edited(before[_path(LARGEST, ids=True)], number)
    stream = b"".join(
        _commit(number + 1, files) for number, files in enumerate(versions)
    )
    subprocess.run(  # noqa: S603
        ["git", "-C", str(top), "fast-import", "--quiet", "--done"],  # noqa: S607
        input=stream + b"done\n",
        env=environment(),
        check=True,
    )
    git(top, "reset", "-q", "--hard", "main")


def _path(name: str, *, ids: bool) -> str:
    return f"{name}.ipynb" if ids else f"{name}-no-ids.ipynb"


def _edited(data: bytes, number: int) -> bytes:
    """One more cell edited in each version."""
    whole = json.loads(data)
    for each in whole["cells"][:number]:
        each["source"] = f"edited = {number}"
    return json.dumps(whole).encode()


def _commit(number: int, files: dict[str, bytes]) -> bytes:
    who = f"Person <person@example.org> {1_700_000_000 + number * 60} +0000"
    head = f"commit refs/heads/main\nmark :{number}\ncommitter {who}\ndata 1\nx\n"
    parts = [
        b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data)
        for path, data in files.items()
    ]
    return b"".join([head.encode(), *parts, b"\n"])


async def measure_diff(folder: Path, rows: Rows) -> None:
    """Ours answers from two commits; theirs has the page carry both versions."""
    title("What changed in a notebook")
    top = notebooks()
    first, second = git(top, "rev-list", "--reverse", "main").split()[:2]
    found = []
    async with both(folder, top.parent) as (one, other):
        for name in NAMES:
            for ids in (True, False):
                path = _path(name, ids=ids)
                mine = await _our_diff(one, top.name, path, first, second)
                their = None
                if ids:
                    their = await _their_diff(other, top.name, path, first, second)
                found.append((path, mine, their, _nbdime_ms(name, ids=ids)))
    _say_diffs(found)
    for path, mine, their, alone in found:
        whole = None if their is None else their.cpu_ms
        moved = None if their is None else their.bytes
        rows.add(f"diff {path}; nbdime", "ms CPU", mine.server_ms, alone, DIFF_BAR_MS)
        rows.add(f"diff {path}, with git's work", "ms CPU", mine.cpu_ms, whole)
        rows.add(f"diff {path}", "bytes", mine.bytes, moved, DIFF_BAR_BYTES)
    say(
        "ours: the server's own CPU, from git's pipe to the answer, against nbdime with"
        " reading both texts;\nwith git's work (unpacking both versions) against"
        " jupyterlab-git's whole way. Bytes: both directions."
    )


async def _our_diff(
    server: Server, repo: str, path: str, first: str, second: str
) -> Cost:
    async def ask() -> int:
        asked = {"repo": repo, "path": path, "from_": first, "to": second}
        return len((await ours(server, "diff", **asked)).body)

    return await costs(server, ask, rounds=5, each=1)


async def _their_diff(
    server: Server, repo: str, path: str, first: str, second: str
) -> Cost:
    async def ask() -> int:
        sides = []
        for commit in (first, second):
            asked = {"filename": path, "reference": {"git": commit}}
            sides.append(await theirs(server, repo, "content", asked))
        texts = [each.json["content"] for each in sides]
        posted = {"previousContent": texts[0], "currentContent": texts[1]}
        answer = await theirs(server, "", "diffnotebook", posted)
        bodies = [each.body for each in (*sides, answer)]
        return sum(map(len, bodies)) + len(json.dumps(posted))

    return await costs(server, ask, rounds=1, each=1, before=False)


def _nbdime_ms(name: str, *, ids: bool) -> float:
    """CPU of nbdime alone, with reading the two notebooks."""
    # Only the environment of the bench has them.
    import nbformat  # noqa: PLC0415
    from nbdime import diff_notebooks  # noqa: PLC0415

    data = pair(name, ids=ids)
    warnings.simplefilter("ignore")
    began = time.process_time()
    sides = [nbformat.reads(each.decode(), as_version=4) for each in data]
    json.dumps(diff_notebooks(*sides))
    return (time.process_time() - began) * 1000


def _say_diffs(found: list[tuple[str, Cost, Cost | None, float]]) -> None:
    head = ("CPU ms", "of it git", "wall ms", "kB")
    table(
        ("", *head, *(f"theirs: {each}" for each in head), "nbdime alone"),
        [
            (path, *_figures(mine), *_figures(their), f"{alone:.1f}")
            for path, mine, their, alone in found
        ],
    )


def _figures(cost: Cost | None) -> tuple[str, ...]:
    if cost is None:
        return ("-",) * 4
    times = (cost.cpu_ms, cost.children_ms, cost.wall_ms)
    return (*(f"{time:.1f}" for time in times), f"{cost.bytes / 1000:,.1f}")


async def measure_blame(folder: Path, rows: Rows) -> None:
    """Who changed each cell; jupyterlab-git has nothing of it, git has lines."""
    title(f"Blame of cells at {LARGE.commits:,} commits")
    top = repository(LARGE)
    paths = git(top, "ls-files", "notebooks").splitlines()[: _BLAMED + 1]
    async with running(OURS, folder, None, top.parent) as server:
        waiting = iter(paths)
        head = git(top, "rev-parse", "HEAD").strip()

        async def ask() -> int:
            asked = {"repo": top.name, "path": next(waiting), "rev": head}
            return len((await ours(server, "blame", **asked)).body)

        mine = await costs(server, ask, rounds=1, each=_BLAMED)
    began = _children()
    for path in paths[1:]:
        git(top, "blame", "--line-porcelain", head, "--", path)
    lines_ms = (_children() - began) * 1000 / _BLAMED
    say_costs(f"blame of cells, {_BLAMED} notebooks on average", mine, None)
    say(f"`git blame` of the lines of the same ones: {lines_ms:.0f} ms of CPU")
    what = f"blame, {LARGE.commits:,} commits; git's own of lines"
    rows.add(what, "ms CPU", mine.cpu_ms, lines_ms)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def measure_loop(folder: Path, rows: Rows) -> None:
    """How long nobody else of the same server is answered."""
    title("Longest hold of the event loop, a notebook of 16 MB")
    top = notebooks()
    commits = git(top, "rev-list", "--reverse", "main", "--", LONG).split()
    lines = []
    async with both(folder, top.parent, "ticker") as (one, other):
        lines.append(("nobody asks", await _holds(one, _nothing)))
        for name, ask in _our_asks(one, top.name, commits).items():
            lines.append((f"ours: {name}", await _holds(one, ask)))
        path, ends = _path(LARGEST, ids=True), commits[:2]

        async def their_diff() -> object:
            return await _their_diff(other, top.name, path, *ends)

        lines.append(("theirs: diff", await _holds(other, their_diff, rounds=1)))
    table(
        ("", "longest ms, quietest round", "worst round"),
        [(name, f"{min(held):.0f}", f"{max(held):.0f}") for name, held in lines],
    )
    for name, held in lines[1:-1]:
        their = min(lines[-1][1]) if name.endswith(" diff") else None
        rows.add(f"longest loop hold, {name[6:]}, 16 MB", "ms wall", min(held), their)


def _our_asks(
    server: Server, repo: str, commits: list[str]
) -> dict[str, Callable[[], Awaitable[object]]]:
    """Each is asked about another version every time: answers are kept."""
    ends = iter(reversed(commits))
    whole = {"repo": repo, "path": LONG}
    return {
        "diff": lambda: ours(server, "diff", **whole, from_=commits[0], to=commits[-1]),
        "blame": lambda: ours(server, "blame", **whole, rev=next(ends)),
        "cell history": lambda: ours(
            server, "cell-history", **whole, rev=commits[-1], index=1
        ),
        "cell": lambda: ours(server, "cell", **whole, rev=commits[-1], index=0),
        "read-only copy": lambda: ours(server, "blob", **whole, rev=commits[-1]),
    }


async def _nothing() -> None:
    """What others on this machine make of it."""
    await asyncio.sleep(1)


async def _holds(
    server: Server, ask: Callable[[], Awaitable[Any]], rounds: int = _LOOP_ROUNDS
) -> list[float]:
    """Milliseconds, of each round the longest."""
    found = []
    for _ in range(rounds):
        await server.fetch("bench/ticker")
        await ask()
        found.append(max(await server.fetch("bench/ticker")) * 1000)
    return found
