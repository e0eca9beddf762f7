"""Reads a version of a notebook for comparing; what it holds may be hostile.

Everything that is no notebook is None, never an exception: the caller shows the
text then. All of this is heavy for large notebooks, and so runs in a thread.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass, field
from typing import Any

from . import sliced_json
from .revisions import cut

MAX_CELLS = 20_000
# Of small values a file of 20 MB could hold so many that they fill the memory.
_MOST_BRACKETS = 1_000_000
_MOST_COMMAS = 5_000_000
_TYPES = ("code", "markdown", "raw")
# Names of MIME types whose lists are data and not the lines of a text.
_IS_JSON = ("application/json", "+json")
# Counts of runs change with each run and say nothing about the result.
_IGNORED = "execution_count"
_KIND_CHARS = 255
_ID_CHARS = 64
_RICHEST = (
    "application/vnd.",
    "application/javascript",
    "text/html",
    "image/svg+xml",
    "image/",
    "text/markdown",
    "text/latex",
)


class TooManyError(Exception):
    """More cells or values than are compared."""


@dataclass(frozen=True)
class Cell:
    """One cell; `raw` is what the file has there."""

    id: str | None
    type: str
    source: str
    outputs: list[Any]
    metadata: dict[str, Any]
    raw: Any


@dataclass(frozen=True)
class Notebook:
    """The cells in order. `metadata` has the file's format beside its keys."""

    cells: list[Cell] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)
    # All of it, as the file has it.
    content: Any = None


def read_notebook(data: bytes) -> Notebook | None:
    """None for what is no notebook; TooManyError for one that is too much.

    Those of format 3, which keep their cells in worksheets, are texts here.
    """
    if data.count(b"[") + data.count(b"{") > _MOST_BRACKETS:
        raise TooManyError
    if data.count(b",") > _MOST_COMMAS:
        raise TooManyError
    try:
        return _notebook(sliced_json.read(data.decode("utf-8")))
    except (ValueError, RecursionError):
        return None


def _notebook(content: Any) -> Notebook | None:
    if not isinstance(content, dict):
        return None
    version, cells = content.get("nbformat"), content.get("cells")
    if not isinstance(cells, list):
        return None
    if len(cells) > MAX_CELLS:
        raise TooManyError
    about = {"nbformat": version, "nbformat_minor": content.get("nbformat_minor")}
    metadata = {**_dict(content.get("metadata")), **about}
    return Notebook([_cell(each) for each in cells], metadata, content)


def _cell(raw: Any) -> Cell:
    """What is no cell is shown as the text of its JSON."""
    if not isinstance(raw, dict):
        return Cell(None, "raw", json.dumps(raw), [], {}, raw)
    identity, kind = raw.get("id"), raw.get("cell_type")
    outputs = raw.get("outputs")
    metadata = _dict(raw.get("metadata"))
    if raw.get("attachments"):
        metadata = {**metadata, "attachments": raw["attachments"]}
    return Cell(
        identity if isinstance(identity, str) and identity else None,
        kind if isinstance(kind, str) and kind in _TYPES else "raw",
        joined(raw.get("source")),
        outputs if isinstance(outputs, list) and kind == "code" else [],
        metadata,
        raw,
    )


def told_id(cell: Cell) -> dict[str, str]:
    """The id for an answer; one that no notebook may have is left out."""
    known = cell.id is not None and len(cell.id) <= _ID_CHARS and cell.id.isascii()
    return {"id": cell.id} if known and cell.id is not None else {}


def joined(value: Any) -> str:
    """A text that the format may keep as a list of lines."""
    if isinstance(value, list):
        return "".join(each for each in value if isinstance(each, str))
    return value if isinstance(value, str) else ""


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def plain_output(output: Any) -> Any:
    """Without counts, and with each text in one piece, however it was stored."""
    if not isinstance(output, dict):
        return output
    plain = {key: value for key, value in output.items() if key != _IGNORED}
    if isinstance(plain.get("text"), list):
        plain["text"] = _text(plain["text"])
    data = plain.get("data")
    if isinstance(data, dict):
        plain["data"] = {
            kind: value if kind.endswith(_IS_JSON) else _text(value)
            for kind, value in data.items()
        }
    return plain


def _text(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "".join(value)
    return value


def canonical(value: Any) -> bytes:
    """The same bytes for the same JSON: keys in order, no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def told_output(output: Any) -> dict[str, Any]:
    """Shaped as `gitOutput`."""
    data = canonical(plain_output(output))
    digest = hashlib.sha1(data, usedforsecurity=False).hexdigest()
    return {"hash": digest, "kind": cut(_kind(output), _KIND_CHARS), "bytes": len(data)}


def _kind(output: Any) -> str:
    """`stream`, `error`, or the richest MIME type."""
    if not isinstance(output, dict):
        return "raw"
    kind = output.get("output_type")
    if kind in ("stream", "error"):
        return str(kind)
    mimes = list(_dict(output.get("data")))
    for rich in _RICHEST:
        if found := [mime for mime in mimes if mime.startswith(rich)]:
            return found[0]
    return mimes[0] if mimes else "raw"


def same_outputs(before: Cell, after: Cell) -> bool:
    """Equal without hashing: most outputs are, and one look at the bytes says so."""
    if len(before.outputs) != len(after.outputs):
        return False
    return all(
        same_json(plain_output(one), plain_output(other))
        for one, other in zip(before.outputs, after.outputs, strict=True)
    )


def same_json(one: Any, other: Any) -> bool:
    """`==` in JSON's sense; in Python 1 equals true."""
    try:
        return _same(one, other)
    except RecursionError:
        pass
    try:
        # So deep that it could just be read: Python's own way gets further.
        return bool(one == other)
    except RecursionError:
        return False


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(
            _same(value, other[key]) for key, value in one.items()
        )
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)


def differing_keys(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """The keys whose values differ, in the order of the new side."""
    return [
        key
        for key in dict.fromkeys([*after, *before])
        if (key in before) != (key in after) or not same_json(before[key], after[key])
    ]


def dump(value: Any) -> bytes:
    """JSON that every browser reads: no lone surrogates, no numbers it lacks."""
    try:
        return _dump(value, ascii_only=False)
    except UnicodeEncodeError:
        return _dump(value, ascii_only=True)
    except ValueError:
        return dump(_finite(value))


def _dump(value: Any, *, ascii_only: bool) -> bytes:
    pieces = sliced_json.pieces(value, ascii_only=ascii_only)
    return b"".join(piece.encode("utf-8") for piece in pieces)


def _finite(value: Any) -> Any:
    """With null for a number like 1e999, which Python reads as infinite."""
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
