"""Small files of the kernel, each of which may be missing or refuse to be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MOST_CHARS = 4096
FIRST_NUMBER = re.compile(r"-?\d+")


def text_of(file: Path) -> str | None:
    try:
        with file.open(encoding="utf8", errors="replace") as opened:
            return opened.read(MOST_CHARS).strip()
    except OSError:
        return None


def number_of(file: Path) -> int | None:
    """The number that the file begins with."""
    found = FIRST_NUMBER.match(text_of(file) or "")
    return None if found is None else int(found[0])


def first_number(*files: Path) -> int | None:
    """Of the first of these files that has one."""
    return next((n for n in map(number_of, files) if n is not None), None)


def scaled(value: int | None, by: float) -> float | None:
    return None if value is None else value / by
