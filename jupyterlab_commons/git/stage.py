"""Puts files, or single cells of a notebook, into the index, and takes them out.

Whole files go through `git add`, and so through the filters of a trusted
repository or of the user's own configuration; those that an untrusted repository
names are neither run nor left out in silence: it is refused. A notebook that is
staged by cells or without outputs takes the same way through `hash-object`, so
what `nbstripout`, LFS or line ends make of a file happens to it as well.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .chosen_cells import staged, unstaged
from .disk import read_file
from .refusals import refusal_of
from .revisions import told_path
from .runner import Lane, Limits
from .tree_entries import Entry, head_entries, index_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .chosen_cells import Choice
    from .runner import GitRunner, Repo
    from .turns import Turns
    from .versions import Versions

_LIMITS = Limits(seconds=60, stdout_bytes=64 * 1024 * 1024)
_ADD = ["add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul"]
_OTHERS = ["ls-files", "--others", "--exclude-standard", "-z"]
_SUBMODULE = "160000"
_LINK = "120000"


class Stages:
    """Changes the index of any repository; files and HEAD stay as they are."""

    def __init__(self, runner: GitRunner, versions: Versions, turns: Turns) -> None:
        self._runner = runner
        self._versions = versions
        self._turns = turns

    async def stage(self, repo: Repo, paths: Sequence[bytes]) -> None:
        """Whole files and folders as they lie there, deletions too; all or none."""
        async with self._turns.of(repo):
            others = await self._list(repo, [*_OTHERS, "--", *paths])
            if nested := [path for path in others if path.endswith(b"/")]:
                raise _refused(nested, "is a repository of its own")
            ignored = await self._list(
                repo, [_OTHERS[0], "--ignored", *_OTHERS[1:], "--", *paths]
            )
            if named := [path for path in ignored if path in paths]:
                raise _refused(named, "is ignored by .gitignore")
            done = await self._runner.run(
                repo, _ADD, lane=Lane.WRITE, stdin=b"\0".join(paths), limits=_LIMITS
            )
            if "did not match any files" in done.err:
                raise CommonsError("GIT_MOVED", "a file is gone by now")
            if done.code != 0:
                raise refusal_of(repo, done)

    async def stage_notebook(
        self, repo: Repo, path: bytes, choice: Choice | None, *, bare: bool
    ) -> None:
        """Cells of the file, or all of it; `bare` leaves outputs out of the index."""
        async with self._turns.of(repo):
            file = await asyncio.to_thread(read_file, repo.top, path)
            if file is None:
                raise CommonsError("GIT_MOVED", "the notebook is gone by now")
            entry = await self._before(repo, path)
            base = None
            if entry is not None and choice is not None:
                # Empty where the file is only noted as one to be added.
                base = await self._data(repo, entry, path) or None
            data = await asyncio.to_thread(staged, base, file.data, choice, bare=bare)
            name = await self._store(repo, path, data)
            mode = file.mode if entry is None else entry.mode
            await self._set(repo, {path: Entry(mode, name)})

    async def unstage(self, repo: Repo, paths: Sequence[bytes]) -> None:
        """Files and folders as HEAD has them; a renamed one with its old name."""
        async with self._turns.of(repo):
            renames = await self._renames(repo)
            both = [*paths, *(renames[each] for each in paths if each in renames)]
            index, conflicts = await index_entries(self._runner, repo, both)
            if conflicts:
                raise _refused(conflicts, "is in conflict")
            head = await head_entries(self._runner, repo, both)
            changes = {
                path: head[path] if path in head else _gone(index[path])
                for path in {**index, **head}
                if index.get(path) != head.get(path)
            }
            await self._set(repo, changes)

    async def unstage_notebook(self, repo: Repo, path: bytes, choice: Choice) -> None:
        """Single cells as HEAD has them."""
        async with self._turns.of(repo):
            index, conflicts = await index_entries(self._runner, repo, [path])
            if conflicts or path not in index:
                raise _refused([path], "is not staged")
            before = (await head_entries(self._runner, repo, [path])).get(path)
            now = await self._data(repo, index[path], path)
            head = None if before is None else await self._data(repo, before, path)
            file = await asyncio.to_thread(read_file, repo.top, path)
            disk = None if file is None else file.data
            data = await asyncio.to_thread(unstaged, head, now, disk, choice)
            if data is None:
                await self._set(repo, {path: _gone(index[path])})
                return
            # What comes from the index and HEAD has been through the filters.
            done = await self._runner.run(
                repo, ["hash-object", "-w", "--stdin"], lane=Lane.WRITE, stdin=data
            )
            name = done.expect().out.decode("ascii").strip()
            await self._set(repo, {path: Entry(index[path].mode, name)})

    async def _before(self, repo: Repo, path: bytes) -> Entry | None:
        """What the choice is put into: the index, else HEAD, else nothing."""
        index, conflicts = await index_entries(self._runner, repo, [path])
        if conflicts:
            raise _refused(conflicts, "is in conflict")
        head = {} if path in index else await head_entries(self._runner, repo, [path])
        entry = index.get(path) or head.get(path)
        if entry is not None and entry.mode in (_SUBMODULE, _LINK):
            raise _refused([path], "was no notebook before; stage it whole")
        return entry

    async def _data(self, repo: Repo, entry: Entry, path: bytes) -> bytes:
        blob = await self._versions.blob(repo, entry.hash, path)
        if blob.kind == "lfs":
            raise _refused([path], "is kept in LFS; stage or unstage it whole")
        if blob.kind == "too-large":
            raise CommonsError("TOO_LARGE", f"this version has {blob.size} bytes")
        return blob.data

    async def _store(self, repo: Repo, path: bytes, data: bytes) -> str:
        """A blob, through the filters that `git add` would use."""
        args: list[str | bytes] = ["hash-object", "-w", "--stdin", b"--path=" + path]
        done = await self._runner.run(
            repo, args, lane=Lane.WRITE, stdin=data, worktree=True, limits=_LIMITS
        )
        if done.code != 0:
            raise refusal_of(repo, done)
        return done.out.decode("ascii").strip()

    async def _set(self, repo: Repo, changes: Mapping[bytes, Entry]) -> None:
        """All of them in one step of the index."""
        if not changes:
            return
        done = await self._runner.run(
            repo,
            ["update-index", "-z", "--index-info"],
            lane=Lane.WRITE,
            stdin=b"".join(_index_info(changes)),
            limits=_LIMITS,
        )
        if done.code != 0:
            raise refusal_of(repo, done)

    async def _renames(self, repo: Repo) -> dict[bytes, bytes]:
        """Old names of what is staged as renamed."""
        args = ["diff-index", "--cached", "-M", "--name-status", "-z", "HEAD", "--"]
        done = await self._runner.run(repo, args, limits=_LIMITS)
        fields = iter(done.out.split(b"\0") if done.code == 0 else ())
        found = {}
        for letter in fields:
            if letter[:1] in (b"R", b"C"):
                old, new = next(fields, b""), next(fields, b"")
                if letter[:1] == b"R":
                    found[new] = old
            else:
                next(fields, b"")
        return found

    async def _list(self, repo: Repo, args: Sequence[str | bytes]) -> list[bytes]:
        done = await self._runner.run(repo, args, limits=_LIMITS)
        if done.code != 0:
            raise refusal_of(repo, done)
        if done.cut:
            raise CommonsError("TOO_LARGE", "a folder with so many new files")
        return [path for path in done.out.split(b"\0") if path]


def _index_info(changes: Mapping[bytes, Entry]) -> Iterable[bytes]:
    """Removals first: a folder may have become a file."""
    for path, entry in sorted(changes.items(), key=lambda each: each[1].mode != "0"):
        yield f"{entry.mode} {entry.hash}\t".encode("ascii") + path + b"\0"


def _gone(entry: Entry) -> Entry:
    """As a line that takes it out."""
    return Entry("0", "0" * len(entry.hash))


def _refused(paths: Sequence[bytes], why: str) -> CommonsError:
    name = told_path(paths[0].rstrip(b"/"))
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return CommonsError("GIT_REFUSED", f"{os.path.basename(name)}{more}: {why}")
