"""Which cell of one version of a notebook is which cell of another.

The rules, step by step, are those of `protocol/src/cells.ts`; both run the cases
of `protocol/fixtures/cell-matching.json`, so that merging and comparing say the
same of the same two notebooks.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from heapq import nsmallest
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_FEATURES_MOST = 1000
_COMMON_LINE = 16
_CANDIDATES_MOST = 32
_SIMILAR = 0.5
_LOOK_AHEAD = 8
_FREE = -1
_WORDS = re.compile("[A-Za-z0-9_\u0080-\U0010ffff]+")


class MatchableCell(Protocol):
    """What matching looks at."""

    @property
    def id(self) -> str | None: ...
    @property
    def type(self) -> str: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class CellMatches:
    """`pairs` by the number before; `moved` are numbers before, rising."""

    pairs: list[tuple[int, int]]
    moved: list[int]


def match_cells(
    before: Sequence[MatchableCell], after: Sequence[MatchableCell]
) -> CellMatches:
    """Pairs up the cells of two versions of a notebook."""
    sides = (_Side(before), _Side(after))
    _by_id(*sides)
    _by_equality(*sides)
    _by_similarity(*sides)
    _by_gaps(*sides)
    pairs = sides[0].pairs()
    rising = longest_rising([number for _, number in pairs])
    moved = [first for place, (first, _) in enumerate(pairs) if place not in rising]
    return CellMatches(pairs, moved)


def longest_rising(values: Sequence[int]) -> set[int]:
    """The places of the numbers that are in a longest rising sequence; step 5."""
    tails: list[int] = []
    last: list[int] = []
    in_front: list[int] = []
    for place, value in enumerate(values):
        low = bisect_left(last, value)
        in_front.append(tails[low - 1] if low else -1)
        tails[low : low + 1] = [place]
        last[low : low + 1] = [value]
    rising: set[int] = set()
    place = tails[-1] if tails else -1
    while place >= 0:
        rising.add(place)
        place = in_front[place]
    return rising


class _Side:
    """The cells of one version, and the partner of each."""

    def __init__(self, cells: Sequence[MatchableCell]) -> None:
        self.cells = cells
        self.partner = [_FREE] * len(cells)
        self.keys = [f"{cell.type}\n{cell.source}" for cell in cells]
        self._words: dict[int, frozenset[str]] = {}

    def is_free(self, place: int) -> bool:
        return 0 <= place < len(self.partner) and self.partner[place] == _FREE

    def free(self) -> list[int]:
        return [place for place, other in enumerate(self.partner) if other == _FREE]

    def free_by_key(self) -> dict[str, list[int]]:
        return _grouped((self.keys[place], place) for place in self.free())

    def pairs(self) -> list[tuple[int, int]]:
        return [
            (place, other) for place, other in enumerate(self.partner) if other != _FREE
        ]

    def lines(self) -> dict[int, frozenset[str]]:
        """Of each free cell."""
        return {place: _lines(self.cells[place].source) for place in self.free()}

    def words(self, place: int) -> frozenset[str]:
        words = self._words.get(place)
        if words is None:
            found = _WORDS.finditer(self.cells[place].source)
            words = self._words[place] = _first(match[0] for match in found)
        return words


def _first(features: Iterable[str]) -> frozenset[str]:
    """The first different ones; what comes after them is not even read."""
    seen: dict[str, None] = {}
    for each in features:
        if len(seen) == _FEATURES_MOST:
            break
        seen[each] = None
    return frozenset(seen)


def _lines(source: str) -> frozenset[str]:
    stripped = (line.strip(" \t\r") for line in source.split("\n"))
    return _first(line for line in stripped if line)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    total = len(one) + len(other)
    return 2 * len(one & other) / total if total else 0


def _grouped(keyed: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for key, place in keyed:
        groups.setdefault(key, []).append(place)
    return groups


def _pair(before: _Side, after: _Side, first: int, second: int) -> None:
    before.partner[first] = second
    after.partner[second] = first


def _pair_unique(
    before: _Side,
    after: _Side,
    firsts: Mapping[str, list[int]],
    seconds: Mapping[str, list[int]],
) -> None:
    for key, places in firsts.items():
        others = seconds.get(key, ())
        if key and len(places) == len(others) == 1:
            _pair(before, after, places[0], others[0])


def _by_id(before: _Side, after: _Side) -> None:
    """Step 1."""
    ids = [
        _grouped((cell.id or "", place) for place, cell in enumerate(side.cells))
        for side in (before, after)
    ]
    _pair_unique(before, after, *ids)


def _by_equality(before: _Side, after: _Side) -> None:
    """Step 2."""
    _pair_unique(before, after, before.free_by_key(), after.free_by_key())
    for first, second in [(-1, -1), *before.pairs()]:
        _extend(before, after, first, second, 1)
    ends = (len(before.cells), len(after.cells))
    for first, second in reversed([*before.pairs(), ends]):
        _extend(before, after, first, second, -1)
    others = after.free_by_key()
    for key, places in before.free_by_key().items():
        for first, second in zip(places, others.get(key, ()), strict=False):
            _pair(before, after, first, second)


def _extend(before: _Side, after: _Side, first: int, second: int, step: int) -> None:
    first, second = first + step, second + step
    while (
        before.is_free(first)
        and after.is_free(second)
        and before.keys[first] == after.keys[second]
    ):
        _pair(before, after, first, second)
        first, second = first + step, second + step


def _by_similarity(before: _Side, after: _Side) -> None:
    """Step 3."""
    lines_after = after.lines()
    having = _grouped(
        (line, place) for place, lines in lines_after.items() for line in lines
    )
    rare = {k: places for k, places in having.items() if len(places) <= _COMMON_LINE}
    found: list[tuple[float, int, int, int]] = []
    for first, lines in before.lines().items():
        kind = before.cells[first].type
        common = Counter(chain.from_iterable(rare.get(line, ()) for line in lines))
        counted = (
            (-count, second)
            for second, count in common.items()
            if after.cells[second].type == kind
        )
        for _, second in nsmallest(_CANDIDATES_MOST, counted):
            score = _dice(lines, lines_after[second])
            if score >= _SIMILAR:
                found.append((-score, abs(first - second), first, second))
    for _, _, first, second in sorted(found):
        if before.is_free(first) and after.is_free(second):
            _pair(before, after, first, second)


def _by_gaps(before: _Side, after: _Side) -> None:
    """Step 4: all gaps are found before any of them is filled."""
    for run, other in list(_gaps(before, after)):
        _pair_in_gap(before, after, run, other)


def _gaps(before: _Side, after: _Side) -> Iterable[tuple[range, range]]:
    size = len(before.cells)
    start = 0
    while start < size:
        if not before.is_free(start):
            start += 1
            continue
        end = start
        while before.is_free(end + 1):
            end += 1
        behind = before.partner[start - 1] + 1 if start else 0
        in_front = before.partner[end + 1] if end + 1 < size else len(after.cells)
        other = _free_from(after, behind)
        if not other:
            other = _free_before(after, in_front)
        yield range(start, end + 1), other
        start = end + 1


def _free_from(side: _Side, start: int) -> range:
    end = start
    while side.is_free(end):
        end += 1
    return range(start, end)


def _free_before(side: _Side, end: int) -> range:
    start = end
    while side.is_free(start - 1):
        start -= 1
    return range(start, end)


def _pair_in_gap(before: _Side, after: _Side, run: range, other: range) -> None:
    def fits(first: int, second: int) -> bool:
        return after.is_free(second) and (
            before.cells[first].type == after.cells[second].type
        )

    ahead = other.start
    for first in run if other else ():
        for second in range(ahead, min(ahead + _LOOK_AHEAD, other.stop)):
            if not fits(first, second):
                continue
            if _dice(before.words(first), after.words(second)) >= _SIMILAR:
                _pair(before, after, first, second)
                ahead = second + 1
                break
    rest = list(islice((place for place in run if before.is_free(place)), 2))
    others = list(islice((place for place in other if after.is_free(place)), 2))
    if len(rest) == len(others) == 1 and fits(rest[0], others[0]):
        both = before.cells[rest[0]].id and after.cells[others[0]].id
        # Two ids of their own are two cells.
        if not both:
            _pair(before, after, rest[0], others[0])
