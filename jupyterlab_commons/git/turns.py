"""One verb that writes at a time, for each repository.

A verb is several commands: what one has read must still hold when the next one
writes. The lane of the runner keeps single commands apart, this keeps verbs apart.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from .runner import Repo


class Turns:
    """Of all repositories. Someone else's git is kept out by git's own locks."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Path, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, repo: Repo) -> AsyncIterator[None]:
        lock = self._locks.get(repo.git_dir)
        if lock is None:
            lock = self._locks[repo.git_dir] = asyncio.Lock()
        async with lock:
            yield
