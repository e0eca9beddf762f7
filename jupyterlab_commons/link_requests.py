"""Answers what the companion asks over the link (protocol/src/link.ts)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from .errors import CommonsError
from .files import MAX_PATH_CHARS
from .kernel import LIVE_PREFIX
from .watch import Entry, FileWatch

if TYPE_CHECKING:
    import logging
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from concurrent.futures import Executor

    from .files import Content, Files, Kept

# The protocol counts UTF-16 units; a character is at most two of them.
PART_CHARS = 262_144 // 2
MAX_WAITING = 64
MAX_WRITES = 16
MAX_WATCHED = 10_000
MAX_KEPT = 50
MAX_KEPT_BYTES = 256 * 1024 * 1024

T = TypeVar("T")
Frame = dict[str, Any]


@dataclass
class _Write:
    """A write whose parts are still arriving."""

    path: str
    base_hash: str | None
    parts: list[str] = field(default_factory=list)
    chars: int = 0


class LinkRequests:
    """One connection's requests, answered in the order in which they came.

    `take` never waits, so that pings are heard while a large file is on its
    way. File work runs on `worker`, which must have a single thread: then no
    look at the files can fall into the middle of a write.
    """

    def __init__(
        self,
        files: Files,
        *,
        worker: Executor,
        send: Callable[[str], Awaitable[None]],
        log: logging.Logger,
        written: Callable[[], None],
        before: Callable[[Mapping[str, Any]], None],
        watched: Callable[[Iterable[str]], None] = lambda _: None,
        open_paths: Callable[[], Awaitable[list[str]]] | None = None,
    ) -> None:
        """`before` takes note of a lost life; it raises ValueError for nonsense.

        `open_paths` names the files that kernels are open for.
        """
        self._files = files
        self._watch = FileWatch(files)
        self._worker = worker
        self._send = send
        self._log = log
        self._written = written
        self._before = before
        self._watched = watched
        self._open_paths = open_paths
        self._writes: dict[int, _Write] = {}
        self._waiting: asyncio.Queue[tuple[int, Callable[[], Awaitable[None]]]] = (
            asyncio.Queue(MAX_WAITING)
        )

    def take(self, text: str) -> None:
        """Accept one frame; the answer follows from `work`."""
        try:
            frame = _decode(text)
        except CommonsError as refusal:
            self._log.warning("JupyterLab Commons: %s", refusal)
            return
        number: int = frame["id"]
        try:
            self._begin(number, frame)
        except CommonsError as refusal:
            self._writes.pop(number, None)
            self._refuse(number, refusal)

    async def work(self) -> None:
        """Answer until cancelled, or until the connection fails."""
        while True:
            number, answer = await self._waiting.get()
            try:
                await answer()
            except CommonsError as refusal:
                await self._answer_error(number, refusal)

    async def watch(self, interval_seconds: float) -> None:
        """Tell changes of the listed files until cancelled."""
        while True:
            await asyncio.sleep(interval_seconds)
            if self._watch:
                for document, found in await self._in_worker(self._watch.look):
                    await self._say(news="file", document=document, hash=found)

    def _begin(self, number: int, frame: Frame) -> None:
        if "part" in frame:
            self._take_part(number, frame)
            return
        method = frame.get("method")
        if method == "read":
            path = _path(frame)
            self._queue(number, lambda: self._read(number, path))
        elif method == "keep":
            path = _path(frame)
            self._queue(number, lambda: self._keep(number, path))
        elif method == "watch":
            entries = _entries(frame)
            self._queue(number, lambda: self._replace_watch(number, entries))
        elif method == "before":
            self._take_lost(frame)
            self._queue(number, lambda: self._say(id=number, done={}))
        elif method == "keep-open" and self._open_paths is not None:
            open_paths = self._open_paths
            self._queue(number, lambda: self._keep_open(number, open_paths))
        elif method == "write":
            if len(self._writes) >= MAX_WRITES:
                raise CommonsError("TOO_MANY", "writes at once")
            self._writes[number] = _Write(
                _path(frame), _hash_or_none(frame, "baseHash")
            )
        else:
            raise CommonsError("BAD_REQUEST", f"unknown method {method}")

    def _take_lost(self, frame: Frame) -> None:
        lost = frame.get("lost")
        try:
            if not isinstance(lost, dict):
                raise ValueError("not an object")  # noqa: TRY004, TRY301
            self._before(lost)
        except ValueError as reason:
            raise CommonsError("BAD_REQUEST", f"lost: {reason}") from None

    def _take_part(self, number: int, frame: Frame) -> None:
        write = self._writes.get(number)
        if write is None:
            return  # Of a write that was refused already.
        part, last = frame["part"], frame.get("last")
        if not isinstance(part, str) or not isinstance(last, bool):
            raise CommonsError("BAD_REQUEST", "part")
        write.parts.append(part)
        write.chars += len(part)
        if write.chars > self._files.max_bytes:
            raise CommonsError(
                "TOO_LARGE", f"a shared file may have {self._files.max_bytes} bytes"
            )
        if last:
            del self._writes[number]
            self._queue(number, lambda: self._write(number, write))

    def _queue(self, number: int, answer: Callable[[], Awaitable[None]]) -> None:
        try:
            self._waiting.put_nowait((number, answer))
        except asyncio.QueueFull:
            raise CommonsError("TOO_MANY", "requests at once") from None

    def _refuse(self, number: int, refusal: CommonsError) -> None:
        """Answer out of turn: nothing of the request was begun."""
        task = asyncio.ensure_future(self._answer_error(number, refusal))
        # A connection that is gone shows in `work`, not here.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _read(self, number: int, path: str) -> None:
        content: Content = await self._in_worker(lambda: self._files.read(path))
        for start in range(0, max(len(content.text), 1), PART_CHARS):
            end = start + PART_CHARS
            last = end >= len(content.text)
            await self._say(id=number, part=content.text[start:end], last=last)
        await self._say(id=number, done={"hash": content.hash})

    async def _write(self, number: int, write: _Write) -> None:
        def put() -> str:
            text = "".join(write.parts)
            written_hash = self._files.write(write.path, text, write.base_hash)
            self._watch.written(write.path, written_hash)
            return written_hash

        written_hash = await self._in_worker(put)
        self._written()
        await self._say(id=number, done={"hash": written_hash})

    async def _keep(self, number: int, path: str) -> None:
        kept: Kept = await self._in_worker(lambda: self._files.keep(path))
        await self._say(id=number, done={"keptAs": kept.path, "hash": kept.hash})

    async def _keep_open(
        self, number: int, open_paths: Callable[[], Awaitable[list[str]]]
    ) -> None:
        try:
            paths = await open_paths()
        except Exception as reason:
            # The link is needed for the last writes before the stop.
            raise CommonsError("INTERNAL", f"sessions: {reason}") from reason

        def keep_all() -> int:
            kept, left = 0, MAX_KEPT_BYTES
            files = (self._file_of(path) for path in paths)
            for path in dict.fromkeys(files):
                if kept >= MAX_KEPT:
                    break
                try:
                    left -= self._files.keep_before_stop(path, left)
                    kept += 1
                except CommonsError as refusal:
                    # A console has a path and no file; the others are copied.
                    self._log.debug("JupyterLab Commons: not kept: %s", refusal)
            return kept

        await self._say(id=number, done={"kept": await self._in_worker(keep_all)})

    def _file_of(self, path: str) -> str:
        """A kernel of a live notebook goes by the document's id, not by its file."""
        if not path.startswith(LIVE_PREFIX):
            return path
        document = path.removeprefix(LIVE_PREFIX).partition("/")[0]
        return self._watch.path_of(document) or path

    async def _replace_watch(self, number: int, entries: list[Entry]) -> None:
        await self._in_worker(lambda: self._watch.replace(entries))
        self._watched(entry.path for entry in entries)
        await self._say(id=number, done={})

    async def _answer_error(self, number: int, refusal: CommonsError) -> None:
        error = {"code": refusal.code}
        if refusal.detail:
            error["detail"] = refusal.detail
        await self._say(id=number, error=error)

    async def _in_worker(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    async def _say(self, **frame: object) -> None:
        await self._send(json.dumps(frame, ensure_ascii=False, separators=(",", ":")))


def _decode(text: str) -> Frame:
    try:
        frame = json.loads(text)
    except ValueError:
        frame = None
    number = frame.get("id") if isinstance(frame, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise CommonsError("BAD_REQUEST", "a frame of the companion without id")
    result: Frame = frame
    return result


def _path(frame: Frame) -> str:
    path = frame.get("path")
    if not isinstance(path, str) or not 0 < len(path) <= MAX_PATH_CHARS:
        raise CommonsError("BAD_REQUEST", "path")
    return path


def _hash_or_none(frame: Frame, key: str) -> str | None:
    value = frame.get(key)
    if value is not None and not isinstance(value, str):
        raise CommonsError("BAD_REQUEST", key)
    return value


def _entries(frame: Frame) -> list[Entry]:
    files = frame.get("files")
    if not isinstance(files, list) or len(files) > MAX_WATCHED:
        raise CommonsError("BAD_REQUEST", "files")
    return [_entry(item) for item in files]


def _entry(item: object) -> Entry:
    if not isinstance(item, dict) or not isinstance(item.get("document"), str):
        raise CommonsError("BAD_REQUEST", "files")
    return Entry(item["document"], _path(item), _hash_or_none(item, "hash"))
