"""The commits that changed one file, with its blob before and after each.

Unlike the rows of the history these name as parents the nearest commits that
changed the file as well, so that content can be followed from one to the next,
also where branches ran side by side.
"""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .revisions import told_text
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from .runner import GitRunner, Repo

_FORMAT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%s"
_FIELDS = 7
_NAME_CHARS = 256
_SUBJECT_CHARS = 300
_MOST_BYTES = 64 * 1024 * 1024
_LATEST = 2**43
# `log.follow` and `log.showRoot` of anybody's configuration would change the rows.
_OPTIONS = (
    "--parents",
    "--no-follow",
    "--root",
    "--raw",
    "--no-abbrev",
    "--no-renames",
    "--no-ext-diff",
    "--encoding=UTF-8",
)


@dataclass(frozen=True)
class PathRow:
    """One commit. `told` is what `gitRow` says of it, without parents and path.

    Blobs are '' where the file was not there. They are None for a merge, which
    git shows only where it differs from each of its parents.
    """

    commit: str
    parents: list[str]
    told: dict[str, Any]
    old: str | None = None
    new: str | None = None


async def path_rows(
    runner: GitRunner, repo: Repo, tip: str, path: bytes, seconds: float
) -> AsyncGenerator[PathRow, None]:
    """From a commit down; children nearly always before their parents."""
    args: list[str | bytes] = ["log", "-z", f"--format={_FORMAT}", *_OPTIONS]
    args += ["--end-of-options", tip, "--", path]
    limits = Limits(seconds=seconds, stdout_bytes=_MOST_BYTES)
    fields: list[bytes] = []
    change: bytes | None = None
    async with aclosing(runner.stream(repo, args, limits=limits)) as records:
        async for record in records:
            if change is not None:
                # The path, which is known; the row is whole.
                yield _row(fields, change)
                fields, change = [], None
            elif len(fields) == _FIELDS and record.startswith(b"\n:"):
                change = record
            else:
                if len(fields) == _FIELDS:
                    yield _row(fields, None)
                    fields = []
                fields.append(record)
    if len(fields) == _FIELDS:
        yield _row(fields, None)


def _row(fields: list[bytes], change: bytes | None) -> PathRow:
    commit, parents, name, email, at, committed, subject = fields
    told: dict[str, Any] = {
        "hash": commit.decode("ascii", "replace"),
        "author": {
            "name": told_text(name, _NAME_CHARS),
            "email": told_text(email, _NAME_CHARS),
        },
        "at": _milliseconds(at),
        "committedAt": _milliseconds(committed),
        "subject": told_text(subject, _SUBJECT_CHARS),
    }
    row = PathRow(told["hash"], parents.decode("ascii", "replace").split(), told)
    if change is None:
        return row
    _, _, old, new, _ = change.decode("ascii", "replace").split(" ", 4)
    return replace(row, old=_blob(old), new=_blob(new))


def _blob(name: str) -> str:
    return "" if name.strip("0") == "" else name


def _milliseconds(seconds: bytes) -> int:
    """A commit may claim any time; what is no time is the first moment of 1970."""
    try:
        return min(max(int(seconds), 0), _LATEST) * 1000
    except ValueError:
        return 0
