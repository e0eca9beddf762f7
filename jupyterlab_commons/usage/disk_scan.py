"""Measures a folder, as a process of its own that stands behind everything else.

`python -m jupyterlab_commons.usage.disk_scan <folder>` prints one JSON object:
`bytes` on the disk, and `folders`, the largest of its folders with theirs. Other
file systems and links are left out, and a file with several names counts once.
It gives up without an answer after its time, as half a sum would mislead.
"""

from __future__ import annotations

import ctypes
import heapq
import json
import os
import platform
import sys
import time
from contextlib import suppress

SCAN_SECONDS = 600
MOST_FOLDERS = 20
# How often the clock is asked.
_ENTRIES_A_LOOK = 1000
_BLOCK = 512
_IOPRIO_SET = {"x86_64": 251, "aarch64": 30, "ppc64le": 273, "s390x": 282}
_IDLE_CLASS = 3 << 13


class _OutOfTimeError(Exception):
    pass


class _Scan:
    def __init__(self, folder: str, until: float) -> None:
        self._folder = folder
        self._until = until
        self._device = os.stat(folder).st_dev
        # Files with several names that were counted by one of them.
        self._counted: set[int] = set()
        self._entries = 0

    def measure(self) -> tuple[int, list[tuple[int, str]]]:
        """All bytes, and those of each folder in it."""
        folders: list[str] = []
        total = self._level(self._folder, folders)
        by_folder = []
        for folder in folders:
            size = self._deep(folder)
            total += size
            by_folder.append((size, os.path.basename(folder)))
        return total, heapq.nlargest(MOST_FOLDERS, by_folder)

    def _deep(self, folder: str) -> int:
        total, waiting = 0, [folder]
        while waiting:
            total += self._level(waiting.pop(), waiting)
        return total

    def _level(self, folder: str, waiting: list[str]) -> int:
        """What is directly in `folder`; the folders in it go to `waiting`."""
        total = 0
        try:
            with os.scandir(folder) as entries:
                total += os.stat(folder, follow_symlinks=False).st_blocks * _BLOCK
                for entry in entries:
                    total += self._entry(entry, waiting)
        except OSError:
            # It may not be read, or is gone: what else there is still counts.
            if folder == self._folder:
                raise
        return total

    def _entry(self, entry: os.DirEntry[str], waiting: list[str]) -> int:
        self._entries += 1
        if self._entries % _ENTRIES_A_LOOK == 0 and time.monotonic() > self._until:
            raise _OutOfTimeError
        try:
            stat = entry.stat(follow_symlinks=False)
            if stat.st_dev != self._device:
                return 0
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
                return 0
        except OSError:
            return 0
        if stat.st_nlink > 1:
            if stat.st_ino in self._counted:
                return 0
            self._counted.add(stat.st_ino)
        return stat.st_blocks * _BLOCK


def _step_back() -> None:
    """Lowest priority for CPU and disk; where that is refused, it goes on as it is."""
    with suppress(OSError):
        os.nice(19)
    number = _IOPRIO_SET.get(platform.machine())
    if sys.platform == "linux" and number is not None:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).syscall(number, 1, 0, _IDLE_CLASS)


def main(folder: str) -> int:
    _step_back()
    try:
        scan = _Scan(os.path.realpath(folder), time.monotonic() + SCAN_SECONDS)
        total, folders = scan.measure()
    except (OSError, _OutOfTimeError):
        return 1
    answer = {
        "bytes": total,
        # A name may hold any bytes; ASCII with escapes carries them all.
        "folders": [{"name": name, "bytes": size} for size, name in folders],
    }
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
