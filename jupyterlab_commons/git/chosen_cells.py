"""Single cells of one version of a notebook put into another version."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .cells import match_cells
from .notebook_text import NotebookText, without_outputs

if TYPE_CHECKING:
    from collections.abc import Collection

    from .cells import CellMatches


@dataclass(frozen=True)
class Choice:
    """`cells` by their place in the file on disk.

    `removed` by their place in the version that the choice is taken out of or put
    back from: the index to stage, HEAD to unstage.
    """

    cells: Collection[int]
    removed: Collection[int] = field(default=())


def staged(
    base: bytes | None, disk: bytes, choice: Choice | None, *, bare: bool
) -> bytes:
    """The notebook to stage: `base` with the chosen cells of `disk`, or all of it.

    `bare` leaves outputs out: of the chosen cells, and of all where all are staged.
    """
    file = NotebookText(disk)
    texts = [without_outputs(each) if bare else each for each in file.cells]
    if choice is None:
        return file.with_cells(texts, file).encode("utf-8")
    _check(choice.cells, len(texts))
    if base is None:
        return file.with_cells(
            [texts[place] for place in sorted(choice.cells)], file
        ).encode("utf-8")
    before = NotebookText(base)
    _check(choice.removed, len(before.cells))
    matches = match_cells(before.known, file.known)
    cells = _merged(before.cells, texts, matches, choice.cells, choice.removed)
    return before.with_cells(cells, file).encode("utf-8")


def unstaged(
    head: bytes | None, index: bytes, disk: bytes | None, choice: Choice
) -> bytes | None:
    """The index with the chosen cells as in HEAD; None where nothing is left of it."""
    now = NotebookText(index)
    chosen = set(choice.cells)
    if disk is not None:
        file = NotebookText(disk)
        _check(choice.cells, len(file.cells))
        pairs = match_cells(now.known, file.known).pairs
        chosen = {first for first, second in pairs if second in chosen}
    if head is None:
        left = [text for at, text in enumerate(now.cells) if at not in chosen]
        return now.with_cells(left, now).encode("utf-8") if left else None
    before = NotebookText(head)
    _check(choice.removed, len(before.cells))
    matches = match_cells(now.known, before.known)
    partner = dict(matches.pairs)
    back = {partner[each] for each in chosen if each in partner} | set(choice.removed)
    gone = [each for each in chosen if each not in partner]
    cells = _merged(now.cells, before.cells, matches, back, gone)
    return now.with_cells(cells, before).encode("utf-8")


def _merged(
    base: list[str],
    source: list[str],
    matches: CellMatches,
    chosen: Collection[int],
    removed: Collection[int],
) -> list[str]:
    """`base` without the removed cells and with the chosen ones of `source`.

    A chosen cell that has not moved stays in its place. Any other stands behind the
    nearest one before it in `source` that has a place here.
    """
    moved, out = set(matches.moved), set(removed)
    places = {second: first for first, second in matches.pairs}
    anchors = {
        second: first
        for second, first in places.items()
        if first not in moved and first not in out
    }
    replaced = {anchors[each]: source[each] for each in chosen if each in anchors}
    behind: dict[int, list[str]] = {}
    anchor = -1
    wanted = set(chosen)
    for number, text in enumerate(source):
        if number in anchors:
            anchor = anchors[number]
        elif number in wanted:
            out.add(places.get(number, -1))
            behind.setdefault(anchor, []).append(text)
    cells = list(behind.get(-1, ()))
    for number, text in enumerate(base):
        if number not in out:
            cells.append(replaced.get(number, text))
        cells += behind.get(number, ())
    return cells


def _check(places: Collection[int], count: int) -> None:
    if any(not 0 <= each < count for each in places):
        raise CommonsError("GIT_MOVED", "the notebook has other cells by now")
