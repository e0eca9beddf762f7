"""The history in exact order, read from git's commit-graph.

`git log --topo-order` looks ahead as far down as its oldest tip: a branch that was
left alone for years makes each page cost half a second. The graph keeps for each
commit a corrected date, which is later than those of all its ancestors. Latest
first is therefore an exact order, for which nothing is looked ahead; and since it
depends on the commits alone, pages join whatever is written between them.
"""

from __future__ import annotations

import asyncio
import heapq
from contextlib import closing
from typing import TYPE_CHECKING

from .graph_file import CommitGraph, GraphError
from .runner import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from .runner import GitRunner, Repo

# Of commits that came after the graph was written; with more of them the order by
# date does until it has been brought up to date.
_MOST_NEW = 4000
_NEW_AT_A_TIME = 200
_MOST_KEPT = 4
_MOST_SEEN = 1_000_000
_REPLACED_BYTES = 16 * 1024 * 1024
_QUICK = Limits(seconds=20, stdout_bytes=16 * 1024 * 1024)


class GraphWalks:
    """Walks of the pages that were read last, each ready for its next page."""

    def __init__(self, runner: GitRunner) -> None:
        self._runner = runner
        self._kept: dict[tuple[Path, tuple[str, ...]], _Walk] = {}

    async def page(
        self, repo: Repo, tips: tuple[str, ...], skip: int, limit: int
    ) -> list[str]:
        """Hashes, children before their parents; GraphError where there is no order."""
        key = (repo.common, tips)
        # Whoever asks at the same time walks alone.
        walk = self._kept.pop(key, None)
        if walk is None or walk.told > skip:
            walk = _Walk(tips)
        count = _NEW_AT_A_TIME
        while new := await asyncio.to_thread(walk.go_on, repo, skip, limit):
            # Git tells of the commits that the graph does not have yet.
            walk.learn(await self._told(repo, new, count))
            count *= 2
        self._kept[key] = walk
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return [name.hex() for name in walk.page]

    async def _told(self, repo: Repo, new: Sequence[bytes], count: int) -> list[bytes]:
        args: list[str | bytes] = ["rev-list", "--parents", "--timestamp"]
        args += [f"--max-count={count}", "--end-of-options"]
        args += [name.hex() for name in new]
        done = await self._runner.run(repo, args, limits=_QUICK)
        return done.expect().out.split(b"\n")


class _Walk:
    """One walk down from some tips, to be gone on with by the next page."""

    def __init__(self, tips: Sequence[str]) -> None:
        self.told = 0
        self.page: list[bytes] = []
        self._tips = [bytes.fromhex(tip) for tip in tips]
        self._is_begun = False
        # Commits that the graph does not have: parents, and their own date.
        self._new: dict[bytes, tuple[list[bytes], int]] = {}
        self._dates: dict[bytes, int] = {}
        self._next: list[tuple[int, bytes]] = []
        self._seen: set[bytes] = set()
        self._places: dict[bytes, int] = {}
        self._signature: object = None

    def go_on(self, repo: Repo, skip: int, limit: int) -> list[bytes]:
        """Reads the page, or names commits that have to be learnt first."""
        with closing(_opened(repo)) as graph:
            if graph.signature != self._signature:
                self._places, self._signature = {}, graph.signature
            if not self._is_begun:
                new = self._unknown(graph)
                if new:
                    if len(self._new) + len(new) > _MOST_NEW:
                        raise GraphError
                    return new
                for tip in self._tips:
                    self._add(graph, tip)
                self._is_begun = True
            self.page = self._take(graph, skip, limit)
        return []

    def learn(self, lines: Iterable[bytes]) -> None:
        """Of `rev-list --parents --timestamp`."""
        for line in lines:
            if line:
                date, *names = line.decode("ascii", "replace").split(" ")
                try:
                    name, *parents = map(bytes.fromhex, names)
                    self._new[name] = (parents, int(date))
                except ValueError as reason:
                    raise GraphError from reason

    def _unknown(self, graph: CommitGraph) -> list[bytes]:
        """Commits at or below the tips of which neither git nor the graph has told."""
        found: dict[bytes, None] = {}
        waiting, seen = list(self._tips), set(self._tips)
        while waiting:
            name = waiting.pop()
            if self._place(graph, name) is not None:
                continue
            if name not in self._new:
                found[name] = None
                continue
            below = [each for each in self._new[name][0] if each not in seen]
            seen.update(below)
            waiting += below
        return list(found)

    def _take(self, graph: CommitGraph, skip: int, limit: int) -> list[bytes]:
        found: list[bytes] = []
        while self._next and self.told < skip + limit:
            _, name = heapq.heappop(self._next)
            self.told += 1
            if self.told > skip:
                found.append(name)
            for parent in self._parents(graph, name):
                self._add(graph, parent)
        return found

    def _add(self, graph: CommitGraph, name: bytes) -> None:
        if name in self._seen:
            return
        if len(self._seen) >= _MOST_SEEN:
            raise GraphError
        self._seen.add(name)
        heapq.heappush(self._next, (-self._date(graph, name), name))

    def _parents(self, graph: CommitGraph, name: bytes) -> list[bytes]:
        place = self._place(graph, name)
        if place is None:
            return self._learnt(name)[0]
        del self._places[name]
        parents = []
        for each in graph.commit(place).parents:
            known = graph.commit(each)
            parents.append(known.name)
            if known.name not in self._seen:
                self._places[known.name] = each
                self._dates[known.name] = known.date
        return parents

    def _date(self, graph: CommitGraph, name: bytes) -> int:
        """Corrected; that of a new commit as git will write it into the graph."""
        waiting = [name]
        while waiting:
            now = waiting[-1]
            if now in self._dates:
                waiting.pop()
                continue
            place = self._place(graph, now)
            if place is not None:
                self._dates[now] = graph.commit(place).date
                continue
            parents, date = self._learnt(now)
            below = [each for each in parents if each not in self._dates]
            waiting += below
            if not below:
                self._dates[now] = max([date, *(self._dates[e] + 1 for e in parents)])
        return self._dates.pop(name)

    def _learnt(self, name: bytes) -> tuple[list[bytes], int]:
        """GraphError: the graph of the page before had it, this one has not."""
        try:
            return self._new[name]
        except KeyError as reason:
            raise GraphError from reason

    def _place(self, graph: CommitGraph, name: bytes) -> int | None:
        place = self._places.get(name)
        if place is None:
            place = graph.find(name)
            if place is not None:
                self._places[name] = place
        return place


def _opened(repo: Repo) -> CommitGraph:
    """Where commits have other parents than they say git does not use it either."""
    common = repo.common
    if (common / "shallow").exists() or (common / "info" / "grafts").exists():
        raise GraphError
    replaced = common / "refs" / "replace"
    try:
        if replaced.is_dir() and any(replaced.iterdir()):
            raise GraphError
        with (common / "packed-refs").open("rb") as file:
            if b" refs/replace/" in file.read(_REPLACED_BYTES):
                raise GraphError
    except FileNotFoundError:
        pass
    except OSError as reason:
        raise GraphError from reason
    return CommitGraph(common)
