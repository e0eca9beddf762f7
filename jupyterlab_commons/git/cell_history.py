"""The past of one cell: the commits that changed it, whatever its place was."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .asked import ask
from .cell_walk import Batch, CellWalk, Place
from .cells import match_cells
from .notebooks import told_id
from .revisions import told_path

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .cell_walk import Left, Side
    from .notebooks import Cell
    from .refs import RefsReader
    from .runner import GitRunner, Repo
    from .versions import Versions

_SECONDS = 30.0
_SOURCE_CHARS = 100_000


class CellHistory:
    """Reads the history of cells of any repository."""

    def __init__(self, runner: GitRunner, versions: Versions, refs: RefsReader) -> None:
        self._runner = runner
        self._versions = versions
        self._refs = refs
        self._turns = asyncio.Semaphore(2)

    async def lines(
        self, repo: Repo, path: bytes, name: str, index: int
    ) -> AsyncGenerator[dict[str, Any], None]:
        """Lines shaped as `gitCellHistoryLine`; the last one has `end` or `error`."""
        walk = CellWalk(self._runner, self._versions, repo, seconds=_SECONDS)
        async with self._turns:
            try:
                start = await self._start(repo, path, name, index)
                if start is not None:
                    tip, batch = start
                    told: set[tuple[str, int]] = set()
                    async with aclosing(walk.changes(tip, path, batch)) as changes:
                        async for left in changes:
                            for line in await self._lines_of(repo, left, told):
                                yield line
            except CommonsError as refusal:
                yield {"error": {"code": refusal.code, "detail": refusal.detail}}
                return
        yield {"end": {"cut": True} if walk.cut else {}}

    async def _start(
        self, repo: Repo, path: bytes, name: str, index: int
    ) -> tuple[str, Batch] | None:
        """Where the cell is in the commit that the asked version stands on."""
        asked = await ask(self._versions, self._refs, repo, name, path)
        if asked.cells is None or index >= len(asked.cells):
            raise CommonsError("GIT_NOT_FOUND")
        if asked.tip is None:
            return None
        if not asked.is_committed:
            found = await asyncio.to_thread(match_cells, asked.known, asked.cells)
            below = {second: first for first, second in found.pairs}.get(index)
            if below is None:
                return None
            index = below
        place = Place(index, index, "cell")
        return asked.tip, Batch(asked.blob, asked.known, {place: None})

    async def _lines_of(
        self, repo: Repo, left: Left, told: set[tuple[str, int]]
    ) -> list[dict[str, Any]]:
        lines = []
        for place in left.places:
            changes = _follow(left, place)
            # Two branches may have come to the same commit.
            if (left.row.commit, place.index) in told:
                continue
            told.add((left.row.commit, place.index))
            parents = await self._versions.parents(repo, left.row.commit)
            row = {**left.row.told, "parents": parents, "path": told_path(left.path)}
            cell = _told(place.index, left.cells[place.index])
            lines.append({"row": row, "cell": {**cell, "changes": changes}})
        return lines


def _follow(left: Left, place: Place) -> list[str]:
    """Goes on in every parent that has the cell; what differs from the first one."""
    changes: list[str] = []
    cell = left.cells[place.index]
    for side in left.sides:
        first = side.index_of.get(place.index)
        if first is None or side.cells is None:
            continue
        left.follow(side, Place(first, place.cell, place.part))
        changes = changes or _changes(cell, side, first)
    return changes or ["added"]


def _changes(cell: Cell, side: Side, first: int) -> list[str]:
    before = (side.cells or [])[first]
    return [
        part
        for part in ("source", "outputs")
        if not Place(first, first, part).same(before, cell)
    ]


def _told(index: int, cell: Cell) -> dict[str, Any]:
    told: dict[str, Any] = {
        "index": index,
        **told_id(cell),
        "type": cell.type,
        # A line of the stream is UTF-8, which has no lone surrogates.
        "source": cell.source[:_SOURCE_CHARS].encode("utf-8", "replace").decode(),
    }
    if len(cell.source) > _SOURCE_CHARS:
        told["cut"] = True
    return told
