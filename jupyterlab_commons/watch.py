"""Notices that a shared file was changed by something else than the live document."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .errors import CommonsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from .files import Files, Stamp


# Where the server's settings keep its `LiveFiles`.
LIVE_FILES = "commons_live_files"


class LiveFiles:
    """Which files people have open as live documents, as the companion last said.

    While the link is lost they stay live: the people are still there.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._paths: frozenset[str] = frozenset()

    def replace(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)

    def has(self, place: str) -> bool:
        """Of a file on the disk, whatever links lead to it. Blocks."""
        real = os.path.realpath(place)
        return any(str(each) == real for each in self._places())

    def _places(self) -> Iterator[Path]:
        for path in self._paths:
            with suppress(CommonsError):
                yield self._files.resolve(path)


@dataclass(frozen=True)
class Entry:
    """A file to watch; `hash` is what the companion believes it holds."""

    document: str
    path: str
    hash: str | None


@dataclass
class _Watched:
    document: str
    path: str
    told: str | None
    stamp: Stamp | None = None
    seen: bool = False
    settled: bool = False


class FileWatch:
    """The listed files only, by `stat`; content is read when `stat` differs.

    A change is told once it has stood still from one look to the next: a file
    that is being written in pieces is told once, whole. And a time stamp that
    is one look old cannot hide a second change in the same tick of the clock.
    """

    def __init__(self, files: Files) -> None:
        self._files = files
        self._watched: list[_Watched] = []

    def __bool__(self) -> bool:
        return bool(self._watched)

    def replace(self, entries: Iterable[Entry]) -> None:
        self._watched = [_Watched(e.document, e.path, e.hash) for e in entries]

    def path_of(self, document: str) -> str | None:
        """Where the file of a live document lies, if it is watched."""
        for watched in self._watched:
            if watched.document == document:
                return watched.path
        return None

    def written(self, path: str, written_hash: str) -> None:
        """Our own write is not news. Call it before the next `look`."""
        for watched in self._watched:
            if watched.path == path:
                watched.told = written_hash

    def look(self) -> list[tuple[str, str | None]]:
        """Document and hash of each file that is not what was last told. Blocks."""
        news = []
        for watched in self._watched:
            current = self._settled_hash(watched)
            if current is not None and current[0] != watched.told:
                watched.told = current[0]
                news.append((watched.document, current[0]))
        return news

    def _settled_hash(self, watched: _Watched) -> tuple[str | None] | None:
        """The hash if it may be news: `stat` changed, and has stood still since."""
        stamp = self._files.stamp(watched.path)
        if not watched.seen or stamp != watched.stamp:
            watched.seen, watched.stamp, watched.settled = True, stamp, False
            return None
        if watched.settled:
            return None
        watched.settled = True
        return (None if stamp is None else self._files.hash_of(watched.path),)
