"""A notebook as text, so that cells are put into another version byte for byte.

Reading JSON and writing it again would touch numbers, escapes, spaces and the
order of keys of cells that nobody chose. Here pieces of text change places.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from jupyterlab_commons.errors import CommonsError

from .notebooks import TooManyError, read_notebook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .notebooks import Cell

_SPACE = re.compile(r"[ \t\n\r]*")
_value_at = json.JSONDecoder().raw_decode
# As nbformat writes them.
_HEAD, _BETWEEN, _TAIL = "[\n  ", ",\n  ", "\n ]"


class Span(NamedTuple):
    """Where a value stands in the text."""

    start: int
    end: int


class NotebookText:
    """The text of one version, with the places of its cells."""

    def __init__(self, data: bytes) -> None:
        """GIT_REFUSED for what is no notebook of format 4. Heavy for large ones."""
        try:
            notebook = read_notebook(data)
        except TooManyError:
            raise CommonsError(
                "TOO_LARGE", "this notebook has too many cells"
            ) from None
        if notebook is None:
            raise CommonsError("GIT_REFUSED", "this version is no notebook of format 4")
        self.text = data.decode("utf-8")
        self.known: Sequence[Cell] = notebook.cells
        self._members = _members(self.text, _skip(self.text, 0))
        self._array = self._members["cells"]
        self._cells = _elements(self.text, self._array.start)

    @property
    def cells(self) -> list[str]:
        """The text of each cell."""
        return [self.text[start:end] for start, end in self._cells]

    @property
    def minor(self) -> int:
        span = self._members.get("nbformat_minor")
        text = "" if span is None else self.text[span.start : span.end]
        return int(text) if text.isascii() and text.isdigit() else 0

    def with_cells(self, cells: Sequence[str], like: NotebookText) -> str:
        """The same version with other cells, and what they need of `like`.

        The ids of cells came with a minor version of the format: it rises with them.
        """
        changes = [(self._array, self._joined(cells, like))]
        span = self._members.get("nbformat_minor")
        if span is not None and like.minor > self.minor:
            changes.append((span, str(like.minor)))
        return _replaced(self.text, changes)

    def _joined(self, cells: Sequence[str], like: NotebookText) -> str:
        if not cells:
            return "[]"
        head, between, tail = next(
            (each for each in (self._spaces(), like._spaces()) if each is not None),
            (_HEAD, _BETWEEN, _TAIL),
        )
        return f"{head}{between.join(cells)}{tail}"

    def _spaces(self) -> tuple[str, str, str] | None:
        """What stands before, between and after the cells."""
        if not self._cells:
            return None
        first, last = self._cells[0], self._cells[-1]
        head = self.text[self._array.start : first.start]
        tail = self.text[last.end : self._array.end]
        if len(self._cells) == 1:
            return head, f",{head[1:]}", tail
        return head, self.text[first.end : self._cells[1].start], tail


def without_outputs(cell: str) -> str:
    """The text of a cell with neither outputs nor the count of its run."""
    start = _skip(cell, 0)
    if cell[start : start + 1] != "{":
        return cell
    members = _members(cell, start)
    kind = members.get("cell_type")
    if kind is None or cell[kind.start : kind.end] != '"code"':
        return cell
    empty = {"outputs": "[]", "execution_count": "null"}
    return _replaced(
        cell, [(members[key], empty[key]) for key in empty if key in members]
    )


def _replaced(text: str, changes: Sequence[tuple[Span, str]]) -> str:
    for (start, end), new in sorted(changes, reverse=True):
        text = f"{text[:start]}{new}{text[end:]}"
    return text


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return at if match is None else match.end()


def _members(text: str, at: int) -> dict[str, Span]:
    """Of the object that begins there, which is known to be JSON; the last one wins."""
    found: dict[str, Span] = {}
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, at = _value_at(text, at)
        start = _skip(text, _skip(text, at) + 1)
        _, end = _value_at(text, start)
        found[key] = Span(start, end)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _elements(text: str, at: int) -> list[Span]:
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _value_at(text, at)
        found.append(Span(at, end))
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found
