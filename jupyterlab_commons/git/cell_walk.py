"""Follows cells of a notebook down through the commits that changed their file.

As `git blame` does with lines: what a commit has exactly as one of its parents
has it is that parent's; what is left over was changed by the commit. Branches
are followed side by side, and a renamed file under its older name.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .cells import match_cells
from .notebooks import TooManyError, read_notebook, same_outputs
from .path_log import path_rows
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Collection

    from .notebooks import Cell
    from .path_log import PathRow
    from .runner import GitRunner, Repo
    from .versions import Versions

MOST_VERSIONS = 2000
MOST_SECONDS = 10.0
_MOST_RENAMES = 50
_KEPT_NOTEBOOKS = 6
_ENDS = ("GIT_BUSY", "TOO_LARGE", "GIT_NOT_FOUND", "GIT_FAILED")
_RENAMES = ("-r", "-z", "-M", "--diff-filter=R", "--name-status", "--no-ext-diff")


@dataclass(frozen=True)
class Place:
    """A part of one cell: where it is now, and what it is in the asked version.

    `part`: source, outputs, or cell for both.
    """

    index: int
    cell: int
    part: str

    def same(self, one: Cell, other: Cell) -> bool:
        source = one.source == other.source and one.type == other.type
        if self.part == "source":
            return source
        return (source or self.part == "outputs") and same_outputs(one, other)


@dataclass
class Side:
    """A parent's version; `index_of` says where a cell was there."""

    commit: str
    blob: str
    path: bytes
    cells: list[Cell] | None
    index_of: dict[int, int] = field(default_factory=dict)
    # The parent itself, not the last commit before it that changed the file.
    is_start: bool = False


@dataclass
class Batch:
    """Places in one version of the notebook, traced down to the commit `via`."""

    blob: str
    cells: list[Cell]
    places: dict[Place, None]
    via: PathRow | None = None


@dataclass
class Left:
    """What a commit changed. The one who asks may follow it into a side."""

    row: PathRow
    path: bytes
    cells: list[Cell]
    places: list[Place]
    sides: list[Side]
    followed: list[tuple[Side, Place]] = field(default_factory=list)

    def follow(self, side: Side, place: Place) -> None:
        self.followed.append((side, place))


@dataclass
class _Late:
    """Waits until the log has ended, for a look whether its file was renamed."""

    row: PathRow
    batch: Batch
    parents: list[str]
    sides: list[Side]


class CellWalk:
    """One walk. After `changes` has ended, what could not be decided is in `left`."""

    def __init__(
        self,
        runner: GitRunner,
        versions: Versions,
        repo: Repo,
        *,
        seconds: float = MOST_SECONDS,
        most_versions: int = MOST_VERSIONS,
        known: Collection[str] = (),
    ) -> None:
        self._runner = runner
        self._versions = versions
        self._repo = repo
        self._known = known
        self._until = asyncio.get_running_loop().time() + seconds
        self._versions_left = most_versions
        self._renames_left = _MOST_RENAMES
        self._notebooks: dict[str, list[Cell] | None] = {}
        self._segments: deque[tuple[str, bytes, list[Batch]]] = deque()
        self._pending: dict[str, dict[str, Batch]] = {}
        self._late: list[_Late] = []
        # Of the commit that is being looked at.
        self._at: list[Batch] = []
        self.left: list[Batch] = []
        # The last commit that changed the file, and whether it is a known one.
        self.top: str | None = None
        self.cut = False

    async def changes(
        self, tip: str, path: bytes, start: Batch
    ) -> AsyncGenerator[Left, None]:
        """What each commit changed of the places; `start` is the version at `tip`."""
        self._segments.append((tip, path, [start]))
        while self._segments:
            tip, path, batches = self._segments.popleft()
            async with aclosing(self._segment(tip, path, batches)) as found:
                async for left in found:
                    yield left
            late, self._late = self._late, []
            for each in late:
                rest = await self._renamed(each, path)
                if rest is not None:
                    yield rest
                    for side, place in rest.followed:
                        # The log that the other sides belong to has ended.
                        self._hand(replace(side, is_start=True), [place], rest.row)

    def _hand(self, side: Side, places: list[Place], via: PathRow | None) -> None:
        """Places are those of the side's own version already."""
        batch = Batch(side.blob, side.cells or [], dict.fromkeys(places), via)
        if side.is_start:
            self._segments.append((side.commit, side.path, [batch]))
        else:
            self._add(side.commit, batch)

    def _add(self, commit: str, batch: Batch) -> None:
        waiting = self._pending.setdefault(commit, {})
        known = waiting.setdefault(batch.blob, batch)
        known.places |= batch.places

    async def _segment(
        self, tip: str, path: bytes, batches: list[Batch]
    ) -> AsyncGenerator[Left, None]:
        """The commits of one name of the file."""
        seen: dict[str, PathRow] = {}
        self._pending = {}
        try:
            rows = path_rows(self._runner, self._repo, tip, path, self._seconds())
            async with aclosing(rows):
                async for row in rows:
                    if not seen:
                        for batch in batches:
                            batch.via = batch.via or row
                            self._add(row.commit, batch)
                        batches = []
                        if self._is_known(row):
                            return
                    seen[row.commit] = row
                    # A parent can come before its child where clocks went wrong.
                    while ready := next((c for c in self._pending if c in seen), None):
                        async for left in self._commit(seen[ready], path):
                            yield left
                    if self._is_over() or not self._pending:
                        break
        except CommonsError as refusal:
            # Of a partial clone, and of a broken one, what is there is told.
            if not seen or refusal.code not in _ENDS:
                raise
            self.cut = True
        rest = [batch for each in self._pending.values() for batch in each.values()]
        rest += [*batches, *self._at]
        self._at = []
        self.left += rest
        self.cut = self.cut or bool(rest)

    def _is_known(self, row: PathRow) -> bool:
        if self.top is None:
            self.top = row.commit
            return row.commit in self._known
        return False

    def _seconds(self) -> float:
        return max(self._until - asyncio.get_running_loop().time(), 0.01)

    def _is_over(self) -> bool:
        now = asyncio.get_running_loop().time()
        return now > self._until or self._versions_left <= 0

    async def _commit(self, row: PathRow, path: bytes) -> AsyncGenerator[Left, None]:
        self._versions_left -= 1
        found_sides = await self._sides(row, path)
        own = row.new
        if own is None:
            own = await self._versions.entry(self._repo, row.commit, path)
        self._at = list(self._pending.pop(row.commit).values())
        while self._at:
            batch = self._at[0]
            if batch.blob == own:
                batch.via = row
            sides = [replace(side, index_of={}) for side in found_sides]
            left = await self._pass_on(batch, sides)
            batch.places = dict.fromkeys(left)
            parents = await self._parents_without(row, path) if left else []
            del self._at[0]
            if not left:
                continue
            if parents and self._renames_left > 0:
                self._late.append(_Late(row, batch, parents, sides))
            else:
                found = Left(batch.via or row, path, batch.cells, left, sides)
                yield found
                for side, place in found.followed:
                    self._hand(side, [place], found.row)

    async def _sides(self, row: PathRow, path: bytes) -> list[Side]:
        """The versions that the commit was made from, under the same name."""
        if row.old is not None:
            pairs = [(parent, row.old) for parent in row.parents[:1] if row.old]
        else:
            found = [
                (parent, await self._versions.entry(self._repo, parent, path))
                for parent in row.parents
            ]
            pairs = [(parent, blob) for parent, blob in found if blob is not None]
        return [
            Side(parent, blob, path, await self._cells(blob, path))
            for parent, blob in pairs
        ]

    async def _parents_without(self, row: PathRow, path: bytes) -> list[str]:
        """Parents that do not have the file, at least not under this name.

        The row does not name them: they have no commit that changed the file.
        """
        parents = await self._versions.parents(self._repo, row.commit)
        if row.old and len(parents) == 1:
            return []
        entries = [await self._versions.entry(self._repo, p, path) for p in parents]
        return [p for p, blob in zip(parents, entries, strict=True) if blob is None]

    async def _cells(self, blob: str, path: bytes) -> list[Cell] | None:
        """None for a version that is no notebook; kept for the commits around it."""
        if blob not in self._notebooks:
            version = await self._versions.blob(self._repo, blob, path)
            cells = await asyncio.to_thread(cells_of, version.data)
            while len(self._notebooks) >= _KEPT_NOTEBOOKS:
                del self._notebooks[next(iter(self._notebooks))]
            self._notebooks[blob] = cells
        return self._notebooks[blob]

    async def _pass_on(self, batch: Batch, sides: list[Side]) -> list[Place]:
        """Hands down what is the same in a side; what is in none of them."""
        places = list(batch.places)
        for side in sides:
            if side.blob == batch.blob:
                self._hand(side, places, batch.via)
                return []
        for side in sides:
            if side.cells is None or not places:
                continue
            same, places = await asyncio.to_thread(_split, batch.cells, side, places)
            if same:
                self._hand(side, same, batch.via)
        broken = next((side for side in sides if side.cells is None), None)
        if broken is not None and places:
            # What lies before a version that is no notebook may have it all.
            through = Side(broken.commit, batch.blob, broken.path, batch.cells)
            through.is_start = broken.is_start
            self._hand(through, places, batch.via)
            return []
        return places

    async def _renamed(self, late: _Late, path: bytes) -> Left | None:
        """What is left when the file's older names have been looked at."""
        found = [
            await self._old_side(parent, late.row.commit, path)
            for parent in late.parents
        ]
        sides = [side for side in found if side is not None]
        left = await self._pass_on(late.batch, sides)
        if not left:
            return None
        row = late.batch.via or late.row
        return Left(row, path, late.batch.cells, left, [*late.sides, *sides])

    async def _old_side(self, parent: str, commit: str, path: bytes) -> Side | None:
        """The parent's version under an older name."""
        try:
            source = await self._old_name(parent, commit, path)
            if source is None:
                return None
            self._renames_left -= 1
            blob = await self._versions.entry(self._repo, parent, source)
            cells = await self._cells(blob, source) if blob else None
        except CommonsError as refusal:
            if refusal.code not in _ENDS:
                raise
            self.cut = True
            return None
        if blob is None:
            return None
        return Side(parent, blob, source, cells, is_start=True)

    async def _old_name(self, parent: str, commit: str, path: bytes) -> bytes | None:
        args: list[str | bytes] = ["diff-tree", *_RENAMES, "--no-textconv"]
        args += ["--end-of-options", parent, commit]
        limits = Limits(seconds=self._seconds())
        done = await self._runner.run(self._repo, args, limits=limits)
        fields = done.expect().out.split(b"\0")
        for at in range(0, len(fields) - 2, 3):
            if fields[at + 2] == path:
                return fields[at + 1]
        return None


def cells_of(data: bytes) -> list[Cell] | None:
    """None for what cannot be compared cell by cell."""
    try:
        notebook = read_notebook(data)
    except TooManyError:
        return None
    return None if notebook is None else notebook.cells


def _split(
    cells: list[Cell], side: Side, places: list[Place]
) -> tuple[list[Place], list[Place]]:
    """Places of the side that are the same there, and those that are not."""
    before = side.cells or []
    if not side.index_of:
        pairs = match_cells(before, cells).pairs
        side.index_of = {second: first for first, second in pairs}
    same: list[Place] = []
    other: list[Place] = []
    for place in places:
        first = side.index_of.get(place.index)
        if first is not None and place.same(before[first], cells[place.index]):
            same.append(Place(first, place.cell, place.part))
        else:
            other.append(place)
    return same, other
