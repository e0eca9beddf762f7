"""Reads what a quota command prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .machine import MOST

_BLOCK = 1024


@dataclass(frozen=True)
class Quota:
    used: int
    # None: as much as the file system has.
    limit: int | None


def parse(output: str, source: str) -> Quota | None:
    """Two forms: `used limit` in bytes, or the table of `quota -w`.

    A table may have several file systems: the one mounted from `source` counts,
    else the first. `None`: neither form.
    """
    lines = output.splitlines()
    for place, line in enumerate(lines):
        words = line.split()
        if "blocks" in words and "limit" in words:
            return _table(lines[place + 1 :], source)
    for line in lines:
        plain = re.fullmatch(r"\s*(\d{1,18})\s+(\d{1,18})\s*", line, re.ASCII)
        if plain:
            return _quota(int(plain[1]), int(plain[2]))
    return None


def _table(lines: list[str], source: str) -> Quota | None:
    """Rows of device, blocks, quota, limit; a long device has a line of its own."""
    first, device = None, ""
    for line in lines:
        words = line.split()
        figures = _figures(words)
        if figures is None and words:
            device, figures = words[0], _figures(words[1:])
        if figures is None:
            continue
        blocks, soft, hard = figures
        # Beyond the soft limit one may go for a while; the hard one is the end.
        found = _quota(blocks * _BLOCK, (hard or soft) * _BLOCK)
        if device == source:
            return found
        first = first or found
    return first


def _figures(words: list[str]) -> tuple[int, int, int] | None:
    """`*` marks a figure that is over its limit."""
    row = re.match(r"(\d{1,18})\*? (\d{1,18})\*? (\d{1,18})\*?(?: |$)", " ".join(words))
    return (int(row[1]), int(row[2]), int(row[3])) if row else None


def _quota(used: int, limit: int) -> Quota:
    return Quota(min(MOST, used), limit if 0 < limit <= MOST else None)
