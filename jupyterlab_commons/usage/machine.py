"""Files of the kernel: kept open, read anew each time, and never trusted."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .shapes import Machine

# The largest whole number that a page can read.
MOST = 2**53 - 1
_MOST_TEXT = 1 << 22
# Shorter than this, the noise of the clock is larger than what is measured.
_SHORTEST_SECONDS = 0.01


class KeptFile:
    """One file, opened once. `None` says it cannot be read now; the next read tries.

    `large`: the kernel hands it out in pieces, so that one read is not enough.
    """

    __slots__ = ("_fd", "_large", "_path")

    def __init__(self, path: Path, *, large: bool = False) -> None:
        self._path = str(path)
        self._large = large
        self._fd: int | None = None

    def read(self) -> bytes | None:
        try:
            if self._fd is None:
                self._fd = os.open(self._path, os.O_RDONLY)
            data = os.pread(self._fd, 16384, 0)
            while self._large and data and len(data) < _MOST_TEXT:
                more = os.pread(self._fd, 16384, len(data))
                if not more:
                    break
                data += more
        except OSError:
            self.close()
            return None
        return data

    def close(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


class Rate:
    """What a counter grows by in a second; `None`: nothing sensible can be said."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None

    def to(self, now: float, value: float | None) -> float | None:
        last, self._last = self._last, None if value is None else (now, value)
        if last is None or value is None:
            return None
        seconds, rise = now - last[0], value - last[1]
        return rise / seconds if seconds >= _SHORTEST_SECONDS and rise >= 0 else None


class Rise:
    """The sum of all rises of a counter; that it starts anew loses none."""

    def __init__(self, total: float = 0) -> None:
        self.total = total
        self._last: float | None = None

    def to(self, value: float | None) -> float:
        """What cannot be read now adds nothing now, and what it missed later."""
        if value is not None:
            if self._last is not None:
                self.total += max(0, value - self._last)
            self._last = value
        return self.total

    def restart(self) -> None:
        """The next value comes from another counter."""
        self._last = None


@dataclass(frozen=True)
class Mount:
    """One line of mountinfo."""

    device: str
    # The folder of the file system that is shown at `point`.
    root: str
    point: str
    kind: str
    source: str
    options: frozenset[str]


def keyed(data: bytes | None) -> dict[bytes, bytes]:
    """Lines of a key and a number, as in memory.stat."""
    if data is None:
        return {}
    words = data.split()
    return dict(zip(words[::2], words[1::2], strict=False))


def whole(word: bytes | None) -> int | None:
    """A whole number that a page can read; everything else is not known."""
    try:
        number = int(word or b"")
    except ValueError:
        return None
    return number if 0 <= number <= MOST else None


def pressure(data: bytes | None) -> float | None:
    """`some avg10` of a pressure file, in percent."""
    match = re.match(rb"some avg10=(\d{1,3}(?:\.\d{1,6})?) ", data or b"")
    return min(100.0, float(match[1])) if match else None


def read_text(path: Path) -> str | None:
    """For what is read now and then; hostile bytes survive as surrogates."""
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.read(_MOST_TEXT))
    except (OSError, ValueError):
        return None


def mounts(machine: Machine) -> list[Mount]:
    """Later mounts lie on top of earlier ones."""
    found = []
    for line in (read_text(machine.proc / "self" / "mountinfo") or "").splitlines():
        before, dash, after = line.partition(" - ")
        left, right = before.split(" "), after.split(" ")
        if dash and len(left) >= 6 and len(right) >= 3:  # noqa: PLR2004
            found.append(
                Mount(
                    device=left[2],
                    root=_unescaped(left[3]),
                    point=_unescaped(left[4]),
                    kind=right[0],
                    source=_unescaped(right[1]),
                    options=frozenset(right[2].split(",")),
                )
            )
    return found


def _unescaped(word: str) -> str:
    return re.sub(r"\\([0-3][0-7]{2})", lambda match: chr(int(match[1], 8)), word)


def status_line(process: Path, name: str) -> str:
    """One line of /proc/<pid>/status without its name; empty when not known."""
    text = read_text(process / "status") or ""
    match = re.search(rf"^{name}:\s*(.*)$", text, re.MULTILINE)
    return match[1].strip() if match else ""


def list_count(text: str | None) -> int | None:
    """How many numbers a list such as `0-3,7` names."""
    count = 0
    for part in (text or "").strip().split(","):
        match = re.fullmatch(r"(\d{1,7})(?:-(\d{1,7}))?", part)
        if match is None:
            return None
        count += max(0, int(match[2] or match[1]) - int(match[1]) + 1)
    return count or None


def processors(machine: Machine) -> int | None:
    """CPUs of the whole machine."""
    online = read_text(machine.sys / "devices" / "system" / "cpu" / "online")
    if count := list_count(online):
        return count
    text = read_text(machine.proc / "stat") or ""
    lines = re.findall(r"^cpu\d", text, re.MULTILINE)
    return len(lines) or None


def memory_total(machine: Machine) -> int | None:
    """Bytes of the whole machine."""
    text = read_text(machine.proc / "meminfo") or ""
    match = re.search(r"^MemTotal:\s+(\d+) kB$", text, re.MULTILINE)
    kib = whole(match[1].encode()) if match else None
    return kib * 1024 or None if kib is not None else None
