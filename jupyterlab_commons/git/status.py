"""What differs between HEAD, the index and the files."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from .revisions import told_path
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from .runner import GitRunner, Repo

MOST_FILES = 2000
_LIMITS = Limits(seconds=60, stdout_bytes=256 * 1024 * 1024)
_STAGED = {
    "A": "added",
    "C": "added",
    "D": "deleted",
    "M": "changed",
    "R": "renamed",
    "T": "type",
}
_UNSTAGED = {
    # Noted with `add --intent-to-add`, and nothing of it staged yet.
    "A": "untracked",
    "C": "changed",
    "D": "deleted",
    "M": "changed",
    "R": "changed",
    "T": "type",
}
# How many fields stand before the path, by the first letter of a record.
_FIELDS = {"1": 8, "2": 9, "u": 10}
_NO_HASH = "(initial)"
_NO_BRANCH = "(detached)"
_NAME_CHARS = 1024


class Statuses:
    """Reads the state of any repository."""

    def __init__(self, runner: GitRunner) -> None:
        self._runner = runner

    async def read(self, repo: Repo, paths: Sequence[bytes] = ()) -> dict[str, Any]:
        """Shaped as `gitStatus`; of all files, or of those that are named."""
        args: list[str | bytes] = ["status", "--porcelain=v2", "-z", "--branch"]
        args += ["--untracked-files=normal", "--ahead-behind", "--find-renames"]
        told: dict[str, Any] = {}
        files: list[dict[str, Any]] = []
        more = 0
        command = self._runner.stream(repo, [*args, "--", *paths], limits=_LIMITS)
        async with aclosing(command) as records:
            async for record in records:
                if record.startswith(b"# "):
                    told |= _header(record[2:])
                elif (file := await _file(record, records)) is None:
                    continue
                elif len(files) < MOST_FILES:
                    files.append(file)
                else:
                    more += 1
        return {**told, "files": files, **({"moreFiles": more} if more else {})}


def _header(line: bytes) -> dict[str, Any]:
    key, _, value = line.decode("utf-8", "replace").partition(" ")
    if key == "branch.oid" and value != _NO_HASH:
        return {"head": value}
    if key == "branch.head" and value != _NO_BRANCH:
        return {"branch": value[:_NAME_CHARS]}
    if key == "branch.upstream":
        return {"upstream": value[:_NAME_CHARS]}
    if key == "branch.ab":
        ahead, _, behind = value.partition(" ")
        if ahead[1:].isdigit() and behind[1:].isdigit():
            return {"ahead": int(ahead[1:]), "behind": int(behind[1:])}
    return {}


async def _file(record: bytes, rest: AsyncIterator[bytes]) -> dict[str, Any] | None:
    """One entry of `files`; a rename takes its old name from the next record."""
    kind = record[:1].decode("ascii", "replace")
    if kind == "?":
        return {"path": told_path(record[2:]), "unstaged": "untracked"}
    if kind not in _FIELDS:
        return None
    fields = record.split(b" ", _FIELDS[kind])
    told: dict[str, Any] = {"path": told_path(fields[-1])}
    if kind == "u":
        return {**told, "unstaged": "conflicted"}
    if kind == "2":
        told["from"] = told_path(await anext(rest, b""))
    index, tree = fields[1][:1].decode("ascii"), fields[1][1:].decode("ascii")
    if index in _STAGED:
        told["staged"] = _STAGED[index]
    if tree in _UNSTAGED:
        told["unstaged"] = _UNSTAGED[tree]
    return told
