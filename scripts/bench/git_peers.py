"""Our server and jupyterlab-git's, asked in the way their own pages ask."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from servers import Kind, running
from tables import say, table
from tornado.httpclient import AsyncHTTPClient, HTTPRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from servers import Server

    Ask = Callable[[], Awaitable[int]]

OURS = Kind("jupyterlab-commons", ("jupyterlab_commons", "git_meter"))
THEIRS = Kind("jupyterlab-git", ("jupyterlab_git", "git_meter"))
_SECONDS = 600
_MOST_BYTES = 512 * 2**20
_SCHEMA = "share/jupyter/labextensions/@jupyterlab/git/schemas/@jupyterlab/git"

AsyncHTTPClient.configure(None, max_body_size=_MOST_BYTES, max_buffer_size=_MOST_BYTES)


@dataclass(frozen=True)
class Cost:
    """Of one question. Bytes are those of bodies, in both directions."""

    server_ms: float
    children_ms: float
    wall_ms: float
    bytes: int

    @property
    def cpu_ms(self) -> float:
        return self.server_ms + self.children_ms


@dataclass(frozen=True)
class Answer:
    body: bytes
    # Until the first of its bytes was here.
    first_ms: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.splitlines()]


async def call(server: Server, path: str, body: object = None) -> Answer:
    """A GET, or a POST of `body`. An answer that says it failed is no figure."""
    began = time.monotonic()
    first: list[float] = []
    parts: list[bytes] = []

    def take(part: bytes) -> None:
        if not first:
            first.append(time.monotonic() - began)
        parts.append(part)

    request = HTTPRequest(
        server.url(path),
        method="GET" if body is None else "POST",
        headers=server.headers,
        body=None if body is None else json.dumps(body),
        request_timeout=_SECONDS,
        streaming_callback=take,
    )
    await AsyncHTTPClient().fetch(request)
    return Answer(b"".join(parts), (first or [0.0])[0] * 1000)


async def ours(
    server: Server, name: str, body: object = None, **asked: object
) -> Answer:
    query = urlencode({key.rstrip("_"): value for key, value in asked.items()})
    answer = await call(server, f"commons/git/{name}?{query}", body)
    if b'{"error"' in answer.body[-2000:]:
        raise RuntimeError(answer.body[-2000:].decode())
    return answer


async def theirs(
    server: Server, repo: str, name: str, body: object = None, *, get: bool = False
) -> Answer:
    asked = None if get else (body if body is not None else {})
    path = "/".join(quote(each) for each in ("git", repo, name) if each)
    answer = await call(server, path, asked)
    if answer.json.get("code", 0) != 0:
        raise RuntimeError(answer.body[:2000].decode())
    return answer


async def their_tick(server: Server, repo: str) -> int:
    """What its page asks at each poll, one after another; bytes of the answers."""
    total = 0
    for name, get in (
        ("branch", False),
        ("tags", False),
        ("status", False),
        ("stash", True),
        ("remote/show", True),
    ):
        total += len((await theirs(server, repo, name, get=get)).body)
    return total


def their_interval_seconds() -> float:
    """Between the end of a poll and the next one, as its settings come."""
    schema = json.loads((Path(sys.prefix) / _SCHEMA / "plugin.json").read_text())
    return float(schema["properties"]["refreshInterval"]["default"]) / 1000


async def costs(
    server: Server, ask: Ask, *, rounds: int = 5, each: int = 4, before: bool = True
) -> Cost:
    """The cheapest of several rounds, each of a few questions.

    `before` asks once without counting, so that what is kept is there.
    """
    if before:
        await ask()
    found = [await _round(server, ask, each) for _ in range(rounds)]
    return min(found, key=lambda cost: cost.cpu_ms)


async def _round(server: Server, ask: Ask, each: int) -> Cost:
    children = await server.fetch("bench/meter")
    own, began, size = server.cpu_seconds(), time.monotonic(), 0
    for _ in range(each):
        size = await ask()
    wall, spent = time.monotonic() - began, server.cpu_seconds() - own
    below = await server.fetch("bench/meter") - children
    return Cost(spent / each * 1000, below / each * 1000, wall / each * 1000, size)


@asynccontextmanager
async def both(
    folder: Path, root: Path, *more: str
) -> AsyncIterator[tuple[Server, Server]]:
    """Our server and theirs with `more` extensions, serving the same files."""
    kinds = [
        replace(kind, extensions=(*kind.extensions, *more)) for kind in (OURS, THEIRS)
    ]
    async with (
        running(kinds[0], folder, None, root) as one,
        running(kinds[1], folder, None, root) as other,
    ):
        yield one, other


async def settled(server: Server) -> None:
    """Returns when nothing is done in the background any more."""
    used = -1.0
    while (now := await server.fetch("bench/meter")) > used:
        used = now
        await asyncio.sleep(0.5)


def say_costs(what: str, mine: Cost, their: Cost | None) -> None:
    say(f"\n{what}")
    table(
        ("", "server CPU ms", "git CPU ms", "wall ms", "kB"),
        [
            (
                name,
                f"{cost.server_ms:.1f}",
                f"{cost.children_ms:.1f}",
                f"{cost.wall_ms:.0f}",
                f"{cost.bytes / 1000:.1f}",
            )
            for name, cost in ((OURS.name, mine), (THEIRS.name, their))
            if cost is not None
        ],
    )
