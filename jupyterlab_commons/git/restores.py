"""A file as it was in a commit; what it replaces is kept first, and never deleted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .disk import MAX_BYTES, read_file, replace_file
from .refusals import refusal_of
from .runner import Limits
from .tree_entries import tree_entries

if TYPE_CHECKING:
    from .checkpoints import Checkpoint, Checkpoints
    from .people import Person
    from .runner import GitRunner, Repo
    from .turns import Turns

_CONTENT = Limits(seconds=60, stdout_bytes=MAX_BYTES)
_TRIES = 5
_EXECUTABLE = "100755"
_ORDINARY = ("100644", _EXECUTABLE)
_LFS = b"version https://git-lfs.github.com/spec/v1\n"
_MESSAGE = "Kept before an older version was restored\n"


class Restores:
    """Restores files in any repository."""

    def __init__(
        self, runner: GitRunner, checkpoints: Checkpoints, turns: Turns
    ) -> None:
        self._runner = runner
        self._checkpoints = checkpoints
        self._turns = turns

    async def restore(
        self, repo: Repo, path: bytes, rev: str, from_path: bytes, author: Person
    ) -> dict[str, Any]:
        """Shaped as `gitDone`. GIT_NOT_FOUND where the commit has no such file.

        A file that changes meanwhile is kept as it is at the last moment.
        """
        async with self._turns.of(repo):
            data, mode, name = await self._content(repo, rev, from_path)
            for _ in range(_TRIES):
                before = await asyncio.to_thread(read_file, repo.top, path)
                if before is not None and before.data == data:
                    return {"hash": name}
                backup = None
                if before is not None:
                    backup = await self._checkpoints.keep(
                        repo, path, before, _MESSAGE, author
                    )
                executable = mode == _EXECUTABLE
                done = await asyncio.to_thread(
                    replace_file,
                    *(repo.top, path, data, before),
                    executable=executable,
                )
                if done:
                    return _told(name, backup)
        raise CommonsError("GIT_REFUSED", "another program keeps writing this file")

    async def _content(
        self, repo: Repo, rev: str, path: bytes
    ) -> tuple[bytes, str, str]:
        """Content, mode and hash; through the filters of a checkout."""
        if await self._is_commit(repo, rev) is False:
            raise CommonsError("GIT_NOT_FOUND")
        entry = (await tree_entries(self._runner, repo, rev, [path])).get(path)
        if entry is None:
            raise CommonsError("GIT_NOT_FOUND", "this commit has no such file")
        if entry.mode not in _ORDINARY:
            raise CommonsError(
                "GIT_REFUSED", "it was a link or another repository there, not a file"
            )
        await self._refuse_filters(repo, path)
        args: list[str | bytes] = ["cat-file", "--filters", b"--path=" + path]
        args.append(entry.hash)
        done = await self._runner.run(repo, args, limits=_CONTENT, worktree=True)
        if done.cut:
            raise CommonsError("TOO_LARGE", f"it has more than {MAX_BYTES} bytes")
        if done.code != 0:
            raise refusal_of(repo, done)
        if done.out.startswith(_LFS):
            raise CommonsError(
                "GIT_REFUSED", "its content is kept in LFS, which is not set up here"
            )
        return done.out, entry.mode, entry.hash

    async def _is_commit(self, repo: Repo, rev: str) -> bool:
        asked = ["rev-parse", "--quiet", "--verify", f"{rev}^{{commit}}"]
        return (await self._runner.run(repo, asked)).code == 0

    async def _refuse_filters(self, repo: Repo, path: bytes) -> None:
        """GIT_UNTRUSTED where the file as it was needs a program of the repository."""
        if repo.trusted:
            return
        args: list[str | bytes] = ["check-attr", "-z", "filter", "--", path]
        done = await self._runner.run(repo, args, worktree=True)
        name = done.expect().out.split(b"\0")[2].decode("utf-8", "replace")
        programs = (await self._runner.programs(repo)).shown
        wanted = (f"filter.{name}.smudge", f"filter.{name}.process")
        keys = [each.key for each in programs if each.key in wanted]
        if keys:
            raise CommonsError("GIT_UNTRUSTED", ", ".join(keys))


def _told(name: str, backup: Checkpoint | None) -> dict[str, Any]:
    return {"hash": name, **({} if backup is None else {"backup": backup.told()})}
