"""The notebook that is asked about, and the commit that it stands on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .cell_walk import cells_of
from .versions import INDEX, WORKTREE

if TYPE_CHECKING:
    from .notebooks import Cell
    from .refs import RefsReader
    from .runner import Repo
    from .versions import Version, Versions


@dataclass(frozen=True)
class Asked:
    """`cells` is None for what is no notebook; `kind` says what it is then."""

    kind: str
    cells: list[Cell] | None
    # Of the disk and the index HEAD; None where no commit has it as a notebook.
    tip: str | None = None
    # The version at `tip`: the same cells, or those before they were edited.
    blob: str = ""
    known: list[Cell] = field(default_factory=list)

    @property
    def is_committed(self) -> bool:
        return self.cells is self.known


async def ask(
    versions: Versions, refs: RefsReader, repo: Repo, name: str, path: bytes
) -> Asked:
    """Reads both; GIT_NOT_FOUND where the file is not in that version."""
    version = await versions.read(repo, name, path)
    if version.kind == "absent":
        raise CommonsError("GIT_NOT_FOUND")
    cells = await _cells(version)
    if cells is None:
        return Asked(_kind(version), None)
    if name not in (INDEX, WORKTREE):
        return Asked("notebook", cells, name, version.hash, cells)
    head = (await refs.read(repo)).head
    below = None if head is None else await versions.read(repo, head, path)
    known = None if below is None else await _cells(below)
    if below is None or known is None:
        return Asked("notebook", cells)
    return Asked("notebook", cells, head, below.hash, known)


async def _cells(version: Version) -> list[Cell] | None:
    if version.kind != "file" or not version.is_notebook:
        return None
    return await asyncio.to_thread(cells_of, version.data)


def _kind(version: Version) -> str:
    if version.kind == "file":
        return "text"
    return version.kind if version.kind in ("binary", "too-large") else "other"
