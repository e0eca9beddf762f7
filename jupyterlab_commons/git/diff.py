"""What changed in one file: cells of notebooks, texts of the rest.

A notebook's outputs are never sent, only told apart, so that the answer is a few
kilobytes whatever the notebook holds. Reading and comparing run in a thread.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, NamedTuple

from jupyterlab_commons.errors import CommonsError

from .cells import match_cells
from .notebooks import (
    Notebook,
    TooManyError,
    differing_keys,
    read_notebook,
    same_outputs,
    told_id,
    told_output,
)
from .revisions import cut
from .versions import INDEX, MAX_TEXT_BYTES, WORKTREE, Version

if TYPE_CHECKING:
    from .notebooks import Cell
    from .refs import RefsReader
    from .runner import Repo
    from .versions import Versions

_MOST_LINES = 200_000
_MOST_ENTRIES = 20_000
_MOST_OUTPUTS = 1000
_MOST_KEYS = 100
_KEY_CHARS = 255
_SOURCE_CHARS = 500_000
# Of all sources of one answer; what comes later is cut short.
_ALL_CHARS = 8_000_000
_CUT_CHARS = 1000
# What is no file of its own has a line or two of text to show.
_POINTERS = ("link", "submodule", "lfs")


class Diffs:
    """Compares versions of files of any repository."""

    def __init__(self, versions: Versions, refs: RefsReader) -> None:
        self._versions = versions
        self._refs = refs
        # Two large notebooks at a time are enough for one person's memory.
        self._turns = asyncio.Semaphore(2)

    async def diff(
        self,
        repo: Repo,
        path: bytes,
        to: str,
        base: str | None = None,
        base_path: bytes | None = None,
    ) -> dict[str, Any]:
        """Shaped as `gitDiff`; without `base` against what came before."""
        told: dict[str, Any] = {}
        if base is None:
            base, told["merge"] = await self._before(repo, to)
        async with self._turns:
            after = await self._versions.read(repo, to, path)
            before = Version(path, "absent")
            if base is not None:
                before = await self._versions.read(repo, base, base_path or path)
                told["base"] = base
            if before.kind == after.kind == "absent":
                raise CommonsError("GIT_NOT_FOUND")
            compared = await asyncio.to_thread(compare, before, after)
        if not told.get("merge"):
            told.pop("merge", None)
        return {**compared, **told}

    async def _before(self, repo: Repo, to: str) -> tuple[str | None, bool]:
        """Of the disk the index, of the index HEAD, of a commit its first parent."""
        if to == WORKTREE:
            return INDEX, False
        if to == INDEX:
            return (await self._refs.read(repo)).head, False
        parents = await self._versions.parents(repo, to)
        return (parents[0] if parents else None), len(parents) > 1


def compare(before: Version, after: Version) -> dict[str, Any]:
    """Everything of `gitDiff` that the two versions tell by themselves."""
    told: dict[str, Any] = {"before": before.told(), "after": after.told()}
    kinds = (after.kind, before.kind)
    pointer = next((kind for kind in kinds if kind in _POINTERS), None)
    if before.kind == after.kind and _same_content(before, after):
        return {"kind": "same", **told}
    if "too-large" in kinds or "binary" in kinds:
        kind = "too-large" if "too-large" in kinds else "binary"
        return {"kind": pointer or kind, **told}
    if pointer is None and (before.is_notebook or after.is_notebook):
        try:
            compared = _compare_notebooks(before, after)
        except TooManyError:
            return {"kind": "too-large", **told}
        if compared is not None:
            return {"kind": "notebook", **told, **compared}
    return {**_compare_texts(before, after, pointer), **told}


def _same_content(before: Version, after: Version) -> bool:
    if before.hash and after.hash:
        return before.hash == after.hash
    return before.kind != "too-large" and before.data == after.data


def _compare_texts(
    before: Version, after: Version, pointer: str | None
) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": pointer or "text"}
    for key, side in (("oldText", before), ("newText", after)):
        if side.kind == "absent":
            continue
        # A notebook that cannot be read as one may be larger than a text may.
        if side.size > MAX_TEXT_BYTES or side.data.count(b"\n") > _MOST_LINES:
            return {"kind": "too-large"}
        told[key] = side.text
    return told


def _compare_notebooks(before: Version, after: Version) -> dict[str, Any] | None:
    """None where one of them is no notebook inside."""
    sides = []
    for version in (before, after):
        absent = version.kind == "absent"
        notebook = Notebook() if absent else read_notebook(version.data)
        if notebook is None:
            return None
        sides.append(notebook)
    try:
        return compare_notebooks(*sides)
    except RecursionError:
        # Nested so deeply that it could just be read.
        return None


def compare_notebooks(before: Notebook, after: Notebook) -> dict[str, Any]:
    """The cells in the order of the new side; deleted ones stand where they stood."""
    entries = _Entries(before, after).all()
    if len(entries) > _MOST_ENTRIES:
        raise TooManyError
    told: dict[str, Any] = {"cells": entries}
    if keys := _told_keys(before.metadata, after.metadata):
        told["metadata"] = keys
    return told


class _Entries:
    """Makes the list of changes of one pair of notebooks."""

    def __init__(self, before: Notebook, after: Notebook) -> None:
        self._before = before.cells
        self._after = after.cells
        found = match_cells(before.cells, after.cells)
        self._moved = set(found.moved)
        self._first_of = {second: first for first, second in found.pairs}
        self._deleted = set(range(len(self._before))) - set(self._first_of.values())
        self._chars_left = _ALL_CHARS
        self._entries: list[dict[str, Any]] = []

    def all(self) -> list[dict[str, Any]]:
        """Deleted cells stand behind the last cell in front of them that stayed."""
        self._delete_from(0)
        for second in range(len(self._after)):
            first = self._first_of.get(second)
            if first is None:
                self._add(self._change(None, second))
                continue
            self._add(self._change(first, second))
            if first not in self._moved:
                self._delete_from(first + 1)
        return self._entries

    def _delete_from(self, first: int) -> None:
        """Up to the next cell that stayed in its order; cells that moved are passed."""
        while first < len(self._before):
            if first in self._deleted:
                self._add(self._change(first, None))
            elif first not in self._moved:
                break
            first += 1

    def _add(self, change: dict[str, Any]) -> None:
        if change["change"] != "same" or change.get("moved"):
            self._entries.append({"cell": change})
            return
        before, after = change["before"]["index"], change["after"]["index"]
        last = self._entries[-1] if self._entries else {}
        run = last.get("run", 0)
        if run and (last["before"] + run, last["after"] + run) == (before, after):
            last["run"] += 1
        else:
            self._entries.append({"run": 1, "before": before, "after": after})

    def _change(self, first: int | None, second: int | None) -> dict[str, Any]:
        one = None if first is None else self._before[first]
        other = None if second is None else self._after[second]
        shows = _Shown(
            source=one is None or other is None or one.source != other.source,
            outputs=one is None or other is None or not same_outputs(one, other),
        )
        kind, keys = _kind(one, other, shows)
        change: dict[str, Any] = {"change": kind}
        if first in self._moved:
            change["moved"] = True
        if one is not None and first is not None:
            change["before"] = self._side(first, one, shows)
        if other is not None and second is not None:
            change["after"] = self._side(second, other, shows)
        if keys:
            change["metadata"] = keys
        return change

    def _side(self, index: int, cell: Cell, shows: _Shown) -> dict[str, Any]:
        side: dict[str, Any] = {"index": index, "type": cell.type, **told_id(cell)}
        if shows.source:
            side["source"] = self._source(cell.source)
            if len(side["source"]) < len(cell.source):
                side["cut"] = True
        if shows.outputs and cell.outputs:
            side["outputs"] = [told_output(e) for e in cell.outputs[:_MOST_OUTPUTS]]
        return side

    def _source(self, source: str) -> str:
        most = _SOURCE_CHARS if self._chars_left > 0 else _CUT_CHARS
        source = source[:most]
        self._chars_left -= len(source)
        return source


class _Shown(NamedTuple):
    """What of a cell is sent: what is not the same on both sides."""

    source: bool
    outputs: bool


def _kind(one: Cell | None, other: Cell | None, shows: _Shown) -> tuple[str, list[str]]:
    """What happened to a cell, and the keys of its metadata that differ."""
    if one is None:
        return "added", []
    if other is None:
        return "deleted", []
    keys = _told_keys(one.metadata, other.metadata)
    if shows.source or one.type != other.type:
        return "changed", keys
    if shows.outputs:
        return "outputs", keys
    return ("metadata" if keys else "same"), keys


def _told_keys(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    keys = differing_keys(before, after)
    return [cut(key, _KEY_CHARS) for key in keys[:_MOST_KEYS]]
