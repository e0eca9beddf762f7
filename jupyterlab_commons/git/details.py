"""One commit in full, or what lies between two."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .revisions import cut, told_path, told_text
from .runner import Limits

if TYPE_CHECKING:
    from .runner import GitRunner, Repo

MOST_FILES = 1000
_MESSAGE_CHARS = 65_536
_MESSAGE_BYTES = 8 * 1024 * 1024
_MOST_CO_AUTHORS = 200
_NAME_CHARS = 256
_SUBJECT_CHARS = 300
_LIMITS = Limits(seconds=30, stdout_bytes=16 * 1024 * 1024)
_FORMAT = "%H%x00%P%x00%an%x00%ae%x00%at%x00%ct%x00%cn%x00%ce%x00%B"
_FIELDS = 9
_CO_AUTHOR = re.compile(
    r"^co-authored-by:\s*(?P<name>[^<\n]*?)\s*<(?P<email>[^>\n]*)>\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_CHANGES = {
    "A": "added",
    "C": "added",
    "D": "deleted",
    "M": "changed",
    "R": "renamed",
    "T": "type",
    "U": "conflicted",
}


class Details:
    """Reads commits and lists of changed files."""

    def __init__(self, runner: GitRunner) -> None:
        self._runner = runner

    async def commit(
        self, repo: Repo, commit: str, base: str | None = None
    ) -> dict[str, Any]:
        """Shaped as `gitCommit`, without refs; against `base` or the first parent."""
        told = await self._header(repo, commit)
        parents = told["row"]["parents"]
        changes = await self.changes(
            repo, base or (parents[0] if parents else None), commit
        )
        told["files"] = changes[:MOST_FILES]
        if len(changes) > MOST_FILES:
            told["moreFiles"] = len(changes) - MOST_FILES
        return told

    async def changes(
        self, repo: Repo, before: str | None, after: str
    ) -> list[dict[str, Any]]:
        """The files that differ, with renames and line counts."""
        args = ["diff-tree", "-r", "-z", "-M", "-l200", "--raw", "--numstat"]
        args += ["--no-ext-diff", "--no-textconv", "--no-commit-id"]
        args += ["--root"] if before is None else []
        args += ["--end-of-options", *([] if before is None else [before]), after, "--"]
        done = await self._runner.run(repo, args, limits=_LIMITS)
        if done.cut:
            raise CommonsError("TOO_LARGE", "this change has too many files")
        return _read_changes(done.expect().out)

    async def _header(self, repo: Repo, commit: str) -> dict[str, Any]:
        args = ["show", "--no-patch", "--no-notes", "--encoding=UTF-8"]
        args += [f"--format={_FORMAT}", "--end-of-options", f"{commit}^{{commit}}"]
        done = await self._runner.run(
            repo, args, limits=Limits(stdout_bytes=_MESSAGE_BYTES)
        )
        if done.code != 0:
            raise CommonsError("GIT_NOT_FOUND")
        fields = done.out.split(b"\0", _FIELDS - 1)
        found, parents, name, email, at, committed, by, by_email, message = fields
        text = message.decode("utf-8", "replace").strip("\n")
        told: dict[str, Any] = {
            "row": {
                "hash": found.decode("ascii"),
                "parents": parents.decode("ascii").split()[:64],
                "author": _person(name, email),
                "at": max(int(at or 0), 0) * 1000,
                "committedAt": max(int(committed or 0), 0) * 1000,
                "subject": told_text(message.partition(b"\n")[0], _SUBJECT_CHARS),
            },
            "committer": _person(by, by_email),
            "message": cut(text, _MESSAGE_CHARS),
        }
        if told["message"] != text or done.cut:
            told["cut"] = True
        if co_authors := _co_authors(text[-_MESSAGE_CHARS:]):
            told["coAuthors"] = co_authors
        return told


def _person(name: bytes, email: bytes) -> dict[str, str]:
    return {
        "name": told_text(name, _NAME_CHARS),
        "email": told_text(email, _NAME_CHARS),
    }


def _co_authors(message: str) -> list[dict[str, str]]:
    found = [
        _person(match["name"].encode(), match["email"].encode())
        for match in _CO_AUTHOR.finditer(message)
    ]
    return found[:_MOST_CO_AUTHORS]


def _read_changes(out: bytes) -> list[dict[str, Any]]:
    """`--raw` lists all files first, `--numstat` all of them again with counts."""
    fields = iter(out.split(b"\0"))
    changes: dict[bytes, dict[str, Any]] = {}
    for field in fields:
        if field.startswith(b":"):
            letter = field.rsplit(b" ", 1)[1][:1].decode("ascii")
            source = next(fields)
            target = next(fields) if letter in "RC" else source
            change = {
                "path": told_path(target),
                "change": _CHANGES.get(letter, "changed"),
            }
            if letter == "R":
                change["from"] = told_path(source)
            changes[target] = change
        elif field:
            _count(field, fields, changes)
    return list(changes.values())


def _count(field: bytes, fields: Any, changes: dict[bytes, dict[str, Any]]) -> None:
    added, removed, path = field.split(b"\t", 2)
    if not path:
        # A rename: both names follow, each in a field of its own.
        next(fields)
        path = next(fields)
    change = changes.get(path)
    if change is None:
        return
    if added == b"-":
        change["binary"] = True
    else:
        change |= {"added": int(added), "removed": int(removed)}
