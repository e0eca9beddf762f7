"""Writes git's commit-graph where it is missing, when nobody waits.

With it a page of history in exact order costs milliseconds instead of a walk
through everything, and filters of changed paths make the history of a file quick.
Plain clones come without. It is a cache: harmless, and git checks it itself.

One git at a time for a server, with the lowest priority, in slices; it makes way
for whoever writes. A failure is nobody's concern but that of the debug log.
"""

from __future__ import annotations

import asyncio
import logging
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .graph_file import missing_filters
from .history import has_commit_graph
from .process import Limits
from .refs import refs_signature
from .runner import Lane

if TYPE_CHECKING:
    from pathlib import Path

    from .programs import Setting
    from .runner import GitRunner, Repo

SMALLEST = 2000
# Filters of the first slice. Each further one makes twice as many, since each
# writes the whole file again.
FIRST_SLICE = 8000
_COUNT = Limits(seconds=60, stdout_bytes=1024)
_SLICE = Limits(seconds=600, stdout_bytes=65_536)
_WRITE = ["commit-graph", "write", "--reachable", "--changed-paths", "--no-progress"]
_log = logging.getLogger("jupyterlab_commons")


class Graphs:
    """The one writer of a server."""

    def __init__(
        self,
        runner: GitRunner,
        *,
        smallest: int = SMALLEST,
        first_slice: int = FIRST_SLICE,
    ) -> None:
        self._runner = runner
        self._smallest = smallest
        self._first_slice = first_slice
        # The refs of each repository when its graph was last found complete.
        self._done: dict[Path, Any] = {}
        self._waiting: dict[Path, Repo] = {}
        self._task: asyncio.Task[None] | None = None
        self._now: Repo | None = None
        self._slice: asyncio.Task[Any] | None = None
        runner.before_write = self._make_way

    def want(self, repo: Repo) -> None:
        """Somebody looks at its history, or it has new commits. Returns at once."""
        self._waiting[repo.common] = repo
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    def again(self, repo: Repo) -> None:
        """After a write of this server; what is small is not counted anew."""
        if repo.common in self._done and has_commit_graph(repo):
            self.want(repo)

    async def rest(self) -> None:
        """Returns when there is nothing left to write."""
        if self._task is not None:
            await asyncio.wait([self._task])

    async def close(self) -> None:
        """The server ends, and what is half written is left away."""
        self._waiting.clear()
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _run(self) -> None:
        while self._waiting:
            repo = self._waiting.pop(next(iter(self._waiting)))
            try:
                await self._bring_up_to_date(repo)
            except (CommonsError, OSError) as reason:
                _log.debug("No commit-graph for %s: %s", repo.top, reason)

    async def _bring_up_to_date(self, repo: Repo) -> None:
        refs = await asyncio.to_thread(refs_signature, repo.git_dir)
        if self._done.get(repo.common) == refs:
            return
        # What fails is not tried again before something has changed.
        self._done[repo.common] = refs
        if await self._is_worth_it(repo) and await self._write_whole(repo):
            most = f"--max-new-filters={self._first_slice}"
            while not await self._write(repo, ["--split", most]):
                continue

    async def _is_worth_it(self, repo: Repo) -> bool:
        if not await asyncio.to_thread(_is_own, repo.common):
            return False
        if _is_in_vain(await self._runner.settings(repo)):
            return False
        if await asyncio.to_thread(missing_filters, repo.common) is not None:
            return True
        count = ["rev-list", "--count", f"--max-count={self._smallest + 1}"]
        count += ["--branches", "--remotes", "--end-of-options", "HEAD"]
        done = await self._runner.run(repo, count, lane=Lane.BACKGROUND, limits=_COUNT)
        return int(done.expect().out) > self._smallest

    async def _write_whole(self, repo: Repo) -> bool:
        """Slice after slice, until each commit has its filter; False: given up."""
        before, number = None, 0
        while (missing := await asyncio.to_thread(missing_filters, repo.common)) != 0:
            if number and missing == before:
                return False
            most = self._first_slice * 2**number
            if await self._write(
                repo, ["--split=replace", f"--max-new-filters={most}"]
            ):
                before, number = missing, number + 1
        return True

    async def _write(self, repo: Repo, how: list[str]) -> bool:
        """False: it made way for a command that writes, and can be done again."""
        await self._runner.quiet(repo)
        run = self._runner.run(
            repo, [*_WRITE, *how], lane=Lane.BACKGROUND, limits=_SLICE
        )
        running = asyncio.ensure_future(run)
        self._now, self._slice = repo, running
        try:
            await asyncio.wait([running])
            if running.cancelled():
                return False
            running.result().expect()
        finally:
            # The server ends: so does git.
            await self._stop()
        return True

    async def _make_way(self, repo: Repo) -> None:
        if self._now is not None and self._now.common == repo.common:
            await self._stop()

    async def _stop(self) -> None:
        running, self._slice, self._now = self._slice, None, None
        if running is not None and not running.done():
            running.cancel()
            await asyncio.wait([running])


def _is_own(common: Path) -> bool:
    """Of this user, to be written, and with its whole history."""
    try:
        owners = {
            os.stat(folder).st_uid
            for folder in (common, common / "objects", common / "objects" / "info")
            if folder.exists()
        }
    except OSError:
        return False
    return (
        owners == {os.geteuid()}
        and os.access(common / "objects", os.W_OK)
        and not (common / "shallow").exists()
    )


def _is_in_vain(settings: list[Setting]) -> bool:
    """Nobody would read it; or a partial clone cannot say what changed."""
    values = {each.key.lower(): each.value for each in settings}
    if values.get("core.commitgraph", "").lower() in ("false", "no", "off", "0"):
        return True
    filters = [
        value for key, value in values.items() if key.endswith(".partialclonefilter")
    ]
    partial = any(key.endswith(".promisor") for key in values)
    return partial and any(value != "blob:none" for value in filters or [""])
