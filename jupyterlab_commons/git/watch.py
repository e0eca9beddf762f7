"""Notices that a repository has changed, by looking at a few files' times.

No git runs for it. While a page listens, one worker thread looks every two
seconds, once for each repository however many pages there are; what this server
writes itself is looked at right away. Nobody listens: nothing is left.
"""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import CommonsError

from .refs import refs_signature

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .runner import Repo

    Listener = Callable[[frozenset[str]], None]

LOOK_SECONDS = 2.0
MOST_LISTENERS = 20
THREAD_NAME = "commons-git-watch"
# What says that a merge or another verb is half done.
_STATE = (
    *("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "BISECT_LOG"),
    *("rebase-merge", "rebase-apply", "FETCH_HEAD", "shallow"),
)


@dataclass(frozen=True)
class Look:
    """Times, numbers and sizes of the files that git writes at each change."""

    refs: Any
    head: Any
    index: Any
    state: Any
    gone: bool

    def news_since(self, before: Look) -> frozenset[str]:
        """The words of `gitNews`."""
        return frozenset(
            name
            for name in ("refs", "head", "index", "state", "gone")
            if getattr(self, name) != getattr(before, name)
        )


def look(repo: Repo) -> Look:
    """A few dozen stats; for a worker thread, because a disk may hang."""
    own = repo.git_dir
    head = [_stamp(own / "HEAD"), _stamp(own / "logs" / "HEAD")]
    return Look(
        refs_signature(own),
        head,
        _stamp(own / "index"),
        [_stamp(own / name) for name in _STATE],
        head[0] is None,
    )


class Watches:
    """All repositories that a page listens to."""

    def __init__(self, seconds: float = LOOK_SECONDS) -> None:
        self._seconds = seconds
        self._watches: dict[Path, _Watch] = {}
        self._thread: ThreadPoolExecutor | None = None

    @property
    def listeners(self) -> int:
        return sum(len(watch.listeners) for watch in self._watches.values())

    def listen(self, repo: Repo, listener: Listener) -> Callable[[], None]:
        """Calls `listener` at once with nothing, then with each change, on the loop.

        What is returned ends it. TOO_MANY: enough pages listen already.
        """
        if self.listeners >= MOST_LISTENERS:
            raise CommonsError("TOO_MANY")
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, THREAD_NAME)
        watch = self._watches.get(repo.git_dir)
        if watch is None:
            watch = _Watch(repo, self._seconds, self._thread)
            self._watches[repo.git_dir] = watch
        watch.add(listener)
        return lambda: self._leave(watch, listener)

    def changed(self, repo: Repo) -> None:
        """Look now: this server has written."""
        for watch in self._watches.values():
            if watch.repo.common == repo.common:
                watch.hurry.set()

    def close(self) -> None:
        """The server ends."""
        for watch in self._watches.values():
            watch.task.cancel()
        self._watches.clear()
        self._rest()

    def _leave(self, watch: _Watch, listener: Listener) -> None:
        watch.listeners.discard(listener)
        if not watch.listeners and self._watches.get(watch.repo.git_dir) is watch:
            watch.task.cancel()
            del self._watches[watch.repo.git_dir]
        self._rest()

    def _rest(self) -> None:
        if not self._watches and self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)
            self._thread = None


class _Watch:
    """One repository."""

    def __init__(self, repo: Repo, seconds: float, thread: ThreadPoolExecutor) -> None:
        self.repo = repo
        self.listeners: set[Listener] = set()
        self.hurry = asyncio.Event()
        self._seconds = seconds
        self._thread = thread
        self._seen: Look | None = None
        self.task = asyncio.ensure_future(self._run())

    def add(self, listener: Listener) -> None:
        self.listeners.add(listener)
        if self._seen is not None:
            listener(frozenset())

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self.hurry.clear()
            now = await loop.run_in_executor(self._thread, look, self.repo)
            news = now.news_since(self._seen) if self._seen is not None else None
            self._seen = now
            if news is None or news:
                for listener in list(self.listeners):
                    listener(news or frozenset())
            try:
                await asyncio.wait_for(self.hurry.wait(), self._seconds)
            except (TimeoutError, asyncio.TimeoutError):
                continue


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino, found.st_size)
