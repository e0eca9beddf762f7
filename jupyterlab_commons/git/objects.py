"""Reads blobs through one `cat-file` process per repository, which rests and ends.

A process for each blob costs a hundred times more than asking one that runs.
It can read the object database only: no filter, hook or program is near it.
Questions are asked and answers read in a thread: large ones would hold up the loop.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyterlab_commons.errors import CommonsError

from .defences import prefix
from .process import CHUNK_BYTES, end_group
from .runner import Lane

if TYPE_CHECKING:
    from pathlib import Path

    from .runner import GitRunner, Repo

IDLE_SECONDS = 60
_ANSWER_SECONDS = 60
_MOST_PROCESSES = 4
_HEADER_FIELDS = 3


@dataclass(frozen=True)
class GitObject:
    """One object; `data` is None where it is larger than was asked for."""

    hash: str
    kind: str
    size: int
    data: bytes | None


class Objects:
    """The objects of all repositories that are looked at."""

    def __init__(self, runner: GitRunner, idle_seconds: float = IDLE_SECONDS) -> None:
        self._runner = runner
        self._idle_seconds = idle_seconds
        self._readers: dict[Path, _Reader] = {}

    async def read(self, repo: Repo, name: bytes, most: int) -> GitObject | None:
        """The object of `<hash>`, `<hash>:<path>` or `:<path>`; None for none.

        A name with a line break cannot be asked for and is none.
        """
        if b"\n" in name or not name:
            return None
        reader = self._readers.get(repo.git_dir)
        if reader is None or reader.over:
            await self._make_room()
            reader = self._readers[repo.git_dir] = _Reader(
                self._runner, repo, self._idle_seconds
            )
        return await reader.read(name, most)

    @property
    def running(self) -> int:
        """How many processes there are; 0 a while after the last question."""
        return sum(reader.runs for reader in self._readers.values())

    async def close(self) -> None:
        for reader in self._readers.values():
            await reader.end()
        self._readers.clear()

    async def _make_room(self) -> None:
        for key in [key for key, reader in self._readers.items() if reader.over]:
            del self._readers[key]
        while len(self._readers) >= _MOST_PROCESSES:
            oldest = next(iter(self._readers))
            await self._readers.pop(oldest).end()


class _Reader:
    def __init__(self, runner: GitRunner, repo: Repo, idle_seconds: float) -> None:
        self._runner = runner
        self._repo = repo
        self._idle_seconds = idle_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._pipes: _Pipes | None = None
        self._job: asyncio.Future[GitObject | None] | None = None
        self._turn = asyncio.Lock()
        self._rest: asyncio.TimerHandle | None = None
        self.over = False

    @property
    def runs(self) -> bool:
        return self._process is not None

    async def read(self, name: bytes, most: int) -> GitObject | None:
        async with self._turn:
            try:
                pipes = await self._running()
                self._job = asyncio.ensure_future(
                    asyncio.to_thread(pipes.ask, name, most)
                )
                job = asyncio.shield(self._job)
                return await asyncio.wait_for(job, _ANSWER_SECONDS)
            except (TimeoutError, asyncio.TimeoutError):
                await self._end()
                raise CommonsError("GIT_BUSY", "an object could not be read") from None
            except (OSError, EOFError, ValueError):
                await self._end()
                raise CommonsError(
                    "GIT_FAILED", "the repository's objects cannot be read"
                ) from None
            except asyncio.CancelledError:
                # Half an answer may be left in the pipe.
                await self._end()
                raise
            finally:
                self._rest_later()

    async def _running(self) -> _Pipes:
        if self._process is not None and self._process.returncode is not None:
            await self._end()
        if self._process is None or self._pipes is None:
            (theirs_in, ours_out), (ours_in, theirs_out) = os.pipe(), os.pipe()
            pipes = _Pipes(ours_out, ours_in)
            try:
                self._process = await self._runner.start(
                    self._repo.top,
                    [*prefix(), "cat-file", "--batch-command"],
                    lane=Lane.READ,
                    env=self._repo.place,
                    ceiling=self._repo.ceiling,
                    pipes=(theirs_in, theirs_out),
                )
            except BaseException:
                pipes.close()
                raise
            finally:
                os.close(theirs_in)
                os.close(theirs_out)
            self._pipes = pipes
        return self._pipes

    def _rest_later(self) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(
            self._idle_seconds, self._begin_end
        )

    def _begin_end(self) -> None:
        if self._turn.locked():
            return
        self.over = True
        self._ending = asyncio.ensure_future(self._end())

    async def end(self) -> None:
        self.over = True
        if self._rest is not None:
            self._rest.cancel()
        await self._end()

    async def _end(self) -> None:
        process, self._process = self._process, None
        pipes, self._pipes = self._pipes, None
        job, self._job = self._job, None
        if process is not None:
            await end_group(process)
        if job is not None:
            # Without git there is no more to read, and the thread comes back.
            await asyncio.wait([job])
            if not job.cancelled():
                job.exception()
        if pipes is not None:
            pipes.close()


class _Pipes:
    """To a process and back from it; for one thread at a time."""

    def __init__(self, to: int, back: int) -> None:
        self._to = to
        self._back = back

    def close(self) -> None:
        os.close(self._to)
        os.close(self._back)

    def ask(self, name: bytes, most: int) -> GitObject | None:
        """EOFError or OSError where git has ended."""
        header, _ = self._question(b"info ", name)
        if header is None:
            return None
        found, kind, size = header
        if size > most:
            return GitObject(found, kind, size, None)
        again, begun = self._question(b"contents ", found.encode("ascii"))
        if again is None:
            return None
        data = memoryview(bytearray(again[2] + 1))
        at = len(begun)
        data[:at] = begun
        while at < len(data):
            count = os.readv(self._back, [data[at:]])
            if not count:
                raise EOFError
            at += count
        return GitObject(found, kind, size, bytes(data[:-1]))

    def _question(
        self, verb: bytes, name: bytes
    ) -> tuple[tuple[str, str, int] | None, bytes]:
        """What the first line says, and what came with it."""
        asked = verb + name + b"\n"
        while asked:
            asked = asked[os.write(self._to, asked) :]
        line, end, begun = b"", b"", b""
        while not end:
            data = os.read(self._back, CHUNK_BYTES)
            if not data:
                raise EOFError
            line, end, begun = (line + data).partition(b"\n")
        fields = line.rsplit(b" ", 2)
        is_none = line.endswith((b" missing", b" ambiguous"))
        if is_none or len(fields) < _HEADER_FIELDS:
            return None, b""
        header = fields[0].decode("ascii"), fields[1].decode("ascii"), int(fields[2])
        return header, begun
