"""One file as it was in a commit, as it is staged, or as it lies on the disk.

Nothing is run and nothing followed: a link is told as a link, and a file on the
disk is read as it is, without the filters that git would put in between.
"""

from __future__ import annotations

import asyncio
import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .revisions import told_path, whole_hash
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .objects import Objects
    from .runner import GitRunner, Repo

INDEX = ":index"
WORKTREE = ":worktree"
MAX_TEXT_BYTES = 5 * 1024 * 1024
MAX_NOTEBOOK_BYTES = 20 * 1024 * 1024
_MAX_TREE_BYTES = 32 * 1024 * 1024
_MAX_COMMIT_BYTES = 8 * 1024 * 1024
_LOOKED_AT_BYTES = 8000
_MAX_POINTER_BYTES = 1024
_LFS = b"version https://git-lfs.github.com/spec/v1\n"
_LINK = 0o120000
_SUBMODULE = 0o160000
_TREE = 0o040000
# In a conflict the own side is shown.
_STAGES = (b"0", b"2", b"3", b"1")
_QUICK = Limits(seconds=20)


@dataclass(frozen=True)
class Version:
    """What was found. `data` is empty where `kind` says absent or too-large.

    `kind`: file, binary, too-large, absent; or what is no file of its own: link
    (`data` is its target), submodule (its commit), lfs (its pointer).
    """

    path: bytes
    kind: str
    size: int = 0
    data: bytes = b""
    # Of the blob; empty for a file on the disk.
    hash: str = ""

    @property
    def is_notebook(self) -> bool:
        """By its name; whether it can be read as one is another question."""
        return self.path.lower().endswith(b".ipynb")

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")

    def told(self) -> dict[str, str | int] | None:
        """One side of `gitDiff`."""
        if self.kind == "absent":
            return None
        return {"path": told_path(self.path), "bytes": self.size}


def version_name(value: str) -> str:
    """A commit in full, `:index` or `:worktree`."""
    return value if value in (INDEX, WORKTREE) else whole_hash(value)


class Versions:
    """Reads versions of files of any repository."""

    def __init__(self, runner: GitRunner, objects: Objects) -> None:
        self._runner = runner
        self._objects = objects

    async def read(self, repo: Repo, name: str, path: bytes) -> Version:
        """A version as `version_name` takes it; GIT_NOT_FOUND for no such commit."""
        if name == WORKTREE:
            return await asyncio.to_thread(_on_disk, repo.top, path)
        entry = await (
            self._staged(repo, path)
            if name == INDEX
            else self._committed(repo, name, path)
        )
        if entry is None:
            return Version(path, "absent")
        mode, found = entry
        if mode == _SUBMODULE:
            return Version(path, "submodule", 0, found.encode("ascii"), found)
        blob = await self.blob(repo, found, path)
        return replace(blob, kind="link") if mode == _LINK else blob

    async def blob(self, repo: Repo, name: str, path: bytes) -> Version:
        """A blob by its hash, as the file of that name."""
        found = await self._objects.read(repo, name.encode("ascii"), _most(path))
        if found is None:
            raise CommonsError("GIT_NOT_FOUND", "this version is not on this machine")
        if found.data is None:
            return Version(path, "too-large", found.size, b"", found.hash)
        return _version(path, found.data, found.hash)

    async def parents(self, repo: Repo, commit: str) -> list[str]:
        """None for the last commits that a shallow clone has."""
        found = await self._objects.read(
            repo, f"{commit}^{{commit}}".encode("ascii"), _MAX_COMMIT_BYTES
        )
        if found is None or found.data is None:
            raise CommonsError("GIT_NOT_FOUND")
        if found.hash in await asyncio.to_thread(_shallow, repo.common):
            return []
        header = found.data.partition(b"\n\n")[0]
        return [
            line.split(b" ")[1].decode("ascii")
            for line in header.split(b"\n")
            if line.startswith(b"parent ")
        ]

    async def entry(self, repo: Repo, commit: str, path: bytes) -> str | None:
        """The hash of the blob that a commit has there; None for anything else."""
        found = await self._committed(repo, commit, path)
        return None if found is None or found[0] == _SUBMODULE else found[1]

    async def _committed(
        self, repo: Repo, commit: str, path: bytes
    ) -> tuple[int, str] | None:
        """Mode and hash. Folder by folder: only a tree knows what is a link."""
        at = f"{commit}^{{tree}}"
        mode = _TREE
        for depth, part in enumerate(path.split(b"/")):
            if mode != _TREE:
                return None
            tree = await self._objects.read(repo, at.encode("ascii"), _MAX_TREE_BYTES)
            if tree is None:
                detail = "" if depth == 0 else "this folder is not on this machine"
                raise CommonsError("GIT_NOT_FOUND", detail)
            if tree.data is None:
                raise CommonsError("TOO_LARGE", "a folder with so many files")
            entry = _find(tree.data, part, len(tree.hash) // 2)
            if entry is None:
                return None
            mode, at = entry
        return None if mode == _TREE else (mode, at)

    async def _staged(self, repo: Repo, path: bytes) -> tuple[int, str] | None:
        args: list[str | bytes] = ["ls-files", "--stage", "-z", "--", path]
        done = await self._runner.run(repo, args, limits=_QUICK)
        stages = {}
        for record in done.expect().out.split(b"\0"):
            about, _, name = record.partition(b"\t")
            if name == path:
                mode, found, stage = about.split(b" ")
                stages[stage] = (int(mode, 8), found.decode("ascii"))
        return next((stages[each] for each in _STAGES if each in stages), None)


def _most(path: bytes) -> int:
    is_notebook = path.lower().endswith(b".ipynb")
    return MAX_NOTEBOOK_BYTES if is_notebook else MAX_TEXT_BYTES


def _version(path: bytes, data: bytes, name: str = "") -> Version:
    if b"\0" in data[:_LOOKED_AT_BYTES]:
        kind = "binary"
    elif len(data) <= _MAX_POINTER_BYTES and data.startswith(_LFS):
        kind = "lfs"
    else:
        kind = "file"
    return Version(path, kind, len(data), data, name)


def _find(tree: bytes, name: bytes, hash_bytes: int) -> tuple[int, str] | None:
    """Entry by entry, since a hash may hold any byte."""
    at = 0
    while at < len(tree):
        space = tree.index(b" ", at)
        end = tree.index(b"\0", space)
        if tree[space + 1 : end] == name:
            return int(tree[at:space], 8), tree[end + 1 : end + 1 + hash_bytes].hex()
        at = end + 1 + hash_bytes
    return None


def _shallow(common: Path) -> set[str]:
    try:
        return set((common / "shallow").read_text("ascii").split())
    except (OSError, ValueError):
        return set()


def _on_disk(top: Path, path: bytes) -> Version:
    """Folder by folder without following a link, so that it cannot lead outside."""
    *folders, name = path.split(b"/")
    try:
        with _folder(top, folders) as place:
            return _file_in(place, name, path)
    except (FileNotFoundError, NotADirectoryError):
        return Version(path, "absent")
    except OSError as reason:
        if reason.errno == errno.ELOOP:
            return Version(path, "absent")
        raise CommonsError("GIT_REFUSED", str(reason.strerror)) from None


@contextmanager
def _folder(top: Path, parts: list[bytes]) -> Iterator[int]:
    """A folder below another one, held open."""
    flags = os.O_RDONLY | os.O_DIRECTORY
    handle = os.open(top, flags)
    try:
        for part in parts:
            inner = os.open(part, flags | os.O_NOFOLLOW, dir_fd=handle)
            os.close(handle)
            handle = inner
        yield handle
    finally:
        os.close(handle)


def _file_in(folder: int, name: bytes, path: bytes) -> Version:
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        target = os.readlink(name, dir_fd=folder)
        return Version(path, "link", len(target), target)
    if stat.S_ISDIR(found.st_mode):
        os.stat(os.path.join(name, b".git"), dir_fd=folder, follow_symlinks=False)
        return Version(path, "submodule")
    # A pipe would wait for its other end.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
    with open(os.open(name, flags, dir_fd=folder), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise CommonsError("GIT_REFUSED", "this is no ordinary file")
        data = file.read(_most(path) + 1) if found.st_size <= _most(path) else b""
    if found.st_size > _most(path) or len(data) > _most(path):
        return Version(path, "too-large", max(found.st_size, len(data)))
    return _version(path, data)
