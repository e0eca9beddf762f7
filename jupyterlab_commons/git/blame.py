"""Who last changed each cell of a notebook: its source, and its outputs."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .asked import ask
from .cell_walk import Batch, CellWalk, Place
from .cells import match_cells
from .notebooks import told_id

if TYPE_CHECKING:
    from pathlib import Path

    from .asked import Asked
    from .notebooks import Cell
    from .path_log import PathRow
    from .refs import RefsReader
    from .runner import GitRunner, Repo
    from .versions import Versions

_MOST_KEPT = 32
_PARTS = ("source", "outputs")


@dataclass
class _Told:
    """The answer for one version: a commit for each part of each cell."""

    commits: dict[str, dict[str, Any]] = field(default_factory=dict)
    of: dict[tuple[int, str], str] = field(default_factory=dict)
    cut: bool = False

    def name(self, place: Place, row: PathRow) -> None:
        self.of[place.cell, place.part] = row.commit
        self.commits[row.commit] = {
            key: row.told[key] for key in ("author", "at", "subject")
        }


class Blames:
    """Blames notebooks of any repository, and keeps the last answers."""

    def __init__(self, runner: GitRunner, versions: Versions, refs: RefsReader) -> None:
        self._runner = runner
        self._versions = versions
        self._refs = refs
        self._kept: dict[tuple[Path, bytes, str], _Told] = {}
        self._turns = asyncio.Semaphore(2)

    async def blame(self, repo: Repo, path: bytes, name: str) -> dict[str, Any]:
        """Shaped as `gitBlame`."""
        async with self._turns:
            asked = await ask(self._versions, self._refs, repo, name, path)
            if asked.cells is None:
                return {"kind": asked.kind, "commits": {}, "cells": []}
            if asked.tip is None:
                return _shaped(asked.cells, _Told(), {})
            told = await self._of_commit(repo, path, asked.tip, asked)
            at = await asyncio.to_thread(_unchanged, asked, asked.cells)
            return _shaped(asked.cells, told, at)

    async def _of_commit(
        self, repo: Repo, path: bytes, tip: str, asked: Asked
    ) -> _Told:
        told = self._keep((repo.git_dir, path, tip))
        if told is not None:
            return told
        file = (repo.git_dir, path)
        known = {
            commit: told
            for (*place, commit), told in self._kept.items()
            if tuple(place) == file
        }
        walk = CellWalk(self._runner, self._versions, repo, known=known)
        start = Batch(asked.blob, asked.known, _all_places(asked.known))
        told = _Told()
        async with aclosing(walk.changes(tip, path, start)) as changes:
            async for left in changes:
                for place in left.places:
                    told.name(place, left.row)
        for batch in walk.left:
            for place in batch.places:
                if batch.via is not None:
                    told.name(place, batch.via)
        told.cut = walk.cut
        top = walk.top or tip
        # The commits since a known one left this file alone.
        told = known.get(top, told)
        self._keep((*file, top), told)
        self._keep((*file, tip), told)
        return told

    def _keep(
        self, key: tuple[Path, bytes, str], told: _Told | None = None
    ) -> _Told | None:
        """What is kept under the key, as the one that was asked for last."""
        told = told or self._kept.get(key)
        self._kept.pop(key, None)
        if told is not None:
            self._kept[key] = told
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return told


def _all_places(cells: list[Cell]) -> dict[Place, None]:
    """The source of every cell, and the outputs of those that can have some."""
    return {
        Place(index, index, part): None
        for index, cell in enumerate(cells)
        for part in _PARTS
        if part == "source" or cell.type == "code"
    }


def _unchanged(asked: Asked, cells: list[Cell]) -> dict[tuple[int, str], int]:
    """Which parts of the cells are in the commit as they are, and where there."""
    if asked.is_committed:
        return {(index, part): index for index in range(len(cells)) for part in _PARTS}
    return {
        (second, part): first
        for first, second in match_cells(asked.known, cells).pairs
        for part in _PARTS
        if Place(second, second, part).same(asked.known[first], cells[second])
    }


def _shaped(
    cells: list[Cell], told: _Told, at: dict[tuple[int, str], int]
) -> dict[str, Any]:
    def commit_of(index: int, part: str) -> str | None:
        return told.of.get((at.get((index, part), -1), part))

    shaped: list[dict[str, Any]] = []
    for index, cell in enumerate(cells):
        entry: dict[str, Any] = {"index": index, **told_id(cell)}
        entry["source"] = commit_of(index, "source")
        if cell.outputs:
            entry["outputs"] = commit_of(index, "outputs")
        shaped.append(entry)
    named = {entry.get(part) for entry in shaped for part in _PARTS}
    commits = {key: told.commits[key] for key in told.commits if key in named}
    answer: dict[str, Any] = {"kind": "notebook", "commits": commits, "cells": shaped}
    if told.cut:
        answer["cut"] = True
    return answer
