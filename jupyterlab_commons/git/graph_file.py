"""Reads the files of git's commit-graph: how far it has got, and what it knows.

They may have been written by anybody. What does not fit is a GraphError or, where
git can be left to deal with it, nothing at all. Files are read piece by piece and
not mapped: one that is cut short meanwhile would end the server.
"""

from __future__ import annotations

import os
import struct
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER = struct.Struct(">4sBBBB")
_ENTRY = struct.Struct(">4sQ")
_NUMBER = struct.Struct(">I")
_LARGE_NUMBER = struct.Struct(">Q")
_FANOUT = struct.Struct(">256I")
# Two parents, then the date in the lower bits of the last number.
_COMMIT = struct.Struct(">IIQ")
_DATE_BITS = (1 << 34) - 1
_NO_PARENT = 0x70000000
_MORE = 0x80000000
_REST = 0x7FFFFFFF
_HASH_BYTES = {1: 20, 2: 32}
_MOST_LAYERS = 200
_MOST_PARENTS = 1000


class GraphError(Exception):
    """There is no graph, or none that says what is asked."""


class Known(NamedTuple):
    """One commit. `parents` are places in the graph.

    `date`: in seconds, corrected so that it is later than those of all ancestors.
    """

    name: bytes
    parents: list[int]
    date: int


def missing_filters(common: Path) -> int | None:
    """How many of its commits have no filter of changed paths; None: no graph.

    Git says a filter of no bytes where none was made; an empty one has a byte.
    """
    try:
        return sum(_missing(layer) for layer in _layers(common / "objects" / "info"))
    except FileNotFoundError:
        return None
    except (GraphError, OSError, ValueError, KeyError, struct.error):
        # Written by something newer or torn: git knows what to do with it.
        return 0


class CommitGraph:
    """The graph of one repository, held open. Heavy where disks are slow."""

    def __init__(self, common: Path) -> None:
        """GraphError where git would not use it either, or it has no dates."""
        self._layers: list[_Layer] = []
        with ExitStack() as opened:
            try:
                for path in _layers(common / "objects" / "info"):
                    layer = _Layer(path, self.size)
                    opened.enter_context(closing(layer))
                    self._layers.append(layer)
            except (OSError, ValueError, KeyError, struct.error) as reason:
                raise GraphError from reason
            self._opened = opened.pop_all()
        # Another one may have its commits in other places.
        self.signature = tuple(layer.signature for layer in self._layers)

    @property
    def size(self) -> int:
        return sum(layer.size for layer in self._layers)

    def close(self) -> None:
        self._opened.close()

    def find(self, name: bytes) -> int | None:
        """The place of a commit."""
        try:
            found = (layer.find(name) for layer in self._layers)
            return next((place for place in found if place is not None), None)
        except (OSError, struct.error) as reason:
            raise GraphError from reason

    def commit(self, place: int) -> Known:
        layer = next((e for e in self._layers if place < e.base + e.size), None)
        if layer is None or place < 0:
            raise GraphError
        try:
            return layer.commit(place)
        except (OSError, struct.error) as reason:
            raise GraphError from reason


class _File:
    """Its header, and where each of its chunks begins."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        about = os.fstat(self._file)
        self.bytes = about.st_size
        self.signature = (about.st_ino, about.st_mtime_ns, self.bytes)
        header = _HEADER.unpack(self.read(0, _HEADER.size))
        kind, self._version, self._hashes, chunks, _ = header
        if kind != b"CGPH":
            raise ValueError(kind)
        table = self.read(_HEADER.size, chunks * _ENTRY.size)
        self.places: dict[bytes, int] = dict(_ENTRY.iter_unpack(table))

    def close(self) -> None:
        os.close(self._file)

    def fanout(self) -> tuple[int, ...]:
        """By a name's first byte: how many names are not after it; the last is all."""
        return _FANOUT.unpack(self.read(self.places[b"OIDF"], _FANOUT.size))

    def read(self, at: int, size: int) -> bytes:
        # No torn number asks for more than there is, nor for what no file can have.
        if at + size > self.bytes:
            raise GraphError
        data = os.pread(self._file, size, at)
        if len(data) != size:
            raise GraphError
        return data


class _Layer(_File):
    """A file that knows its commits; `base` of them are in the layers below it."""

    def __init__(self, path: Path, base: int) -> None:
        self.base = base
        super().__init__(path)

    def _open(self) -> None:
        super()._open()
        if self._version != 1:
            raise ValueError(self._version)
        self._hash_bytes = _HASH_BYTES[self._hashes]
        places = self.places
        self._names, self._commits = places[b"OIDL"], places[b"CDAT"]
        self._dates = places[b"GDA2"]
        self._late_dates, self._edges = places.get(b"GDO2"), places.get(b"EDGE")
        self._fanout = self.fanout()
        self.size = self._fanout[-1]

    def find(self, name: bytes) -> int | None:
        low = self._fanout[name[0] - 1] if name[0] else 0
        high = self._fanout[name[0]]
        while low < high:
            middle = (low + high) // 2
            here = self._name(middle)
            if here == name:
                return self.base + middle
            if here < name:
                low = middle + 1
            else:
                high = middle
        return None

    def commit(self, place: int) -> Known:
        row = place - self.base
        width = self._hash_bytes + _COMMIT.size
        data = self.read(self._commits + row * width + self._hash_bytes, _COMMIT.size)
        first, second, last = _COMMIT.unpack(data)
        parents = [] if first == _NO_PARENT else [first]
        if second & _MORE:
            parents += self._more_parents(second & _REST)
        elif second != _NO_PARENT:
            parents.append(second)
        if any(parent >= self.base + self.size for parent in parents):
            raise GraphError
        return Known(self._name(row), parents, (last & _DATE_BITS) + self._later(row))

    def _later(self, row: int) -> int:
        """By how many seconds the corrected date is later than the commit's own."""
        (later,) = _NUMBER.unpack(self.read(self._dates + row * _NUMBER.size, 4))
        if not later & _MORE:
            return int(later)
        if self._late_dates is None:
            raise GraphError
        at = self._late_dates + (later & _REST) * _LARGE_NUMBER.size
        return int(_LARGE_NUMBER.unpack(self.read(at, _LARGE_NUMBER.size))[0])

    def _more_parents(self, row: int) -> Iterator[int]:
        """Of a merge of more than two: those after the first one."""
        if self._edges is None:
            raise GraphError
        for number in range(row, row + _MOST_PARENTS):
            at = self._edges + number * _NUMBER.size
            (parent,) = _NUMBER.unpack(self.read(at, _NUMBER.size))
            yield parent & _REST
            if parent & _MORE:
                return
        raise GraphError

    def _name(self, row: int) -> bytes:
        return self.read(self._names + row * self._hash_bytes, self._hash_bytes)


def _layers(folder: Path) -> list[Path]:
    chain = folder / "commit-graphs" / "commit-graph-chain"
    if not chain.exists():
        return [folder / "commit-graph"]
    names = chain.read_text("ascii").split()[:_MOST_LAYERS]
    return [chain.parent / f"graph-{name}.graph" for name in names]


def _missing(layer: Path) -> int:
    with closing(_File(layer)) as file:
        # Git uses no file that says that a chunk begins behind its end.
        if max(file.places.values(), default=0) > file.bytes:
            raise GraphError
        commits = file.fanout()[-1]
        filters = file.places.get(b"BIDX")
        if filters is None:
            return commits
        data = file.read(filters, commits * _NUMBER.size)
    ends = struct.unpack(f">{commits}I", data)
    return sum(end == before for before, end in zip((0, *ends), ends, strict=False))
