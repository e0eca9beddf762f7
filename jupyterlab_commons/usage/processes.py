"""What `/proc` tells of processes: each file may be gone, closed to us, or nonsense."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from .shapes import Machine

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")

# Open files are shared with the Jupyter server: we take an eighth, and not many.
MOST_KEPT_FILES = 512
MOST_ENVIRON_BYTES = 1 << 20
_CHUNK = 1 << 16
_GONE = (errno.ENOENT, errno.ESRCH, errno.ENOTDIR)


class GoneError(Exception):
    """The process has ended."""


class UnreadableError(Exception):
    """It is there, but may not be read or makes no sense."""


class ProcessStat(NamedTuple):
    """The fields of `/proc/<pid>/stat` that we use; times are clock ticks."""

    state: bytes
    parent: int
    group: int
    session: int
    # Of the process and all its threads.
    own: int
    # Of the children that it has waited for, and of those they had waited for.
    waited: int
    threads: int
    # Since boot. With the pid it names a process: a pid alone is used again.
    start: int

    @property
    def ended(self) -> bool:
        """A zombie: its CPU time is still to be read, its memory is gone."""
        return self.state in (b"Z", b"X", b"x")


class Proportional(NamedTuple):
    """Anonymous memory in bytes, pages shared with others in equal parts."""

    share: int
    # Of that, what no other process has.
    alone: int


def parse_stat(raw: bytes) -> ProcessStat:
    # The name in parentheses is the process's own choice: it may hold blanks,
    # line ends and parentheses. No field after it does.
    f = raw[raw.rindex(b")") + 2 :].split(None, 20)
    return ProcessStat(
        f[0],
        int(f[1]),
        int(f[2]),
        int(f[3]),
        int(f[11]) + int(f[12]),
        int(f[13]) + int(f[14]),
        int(f[17]),
        int(f[19]),
    )


def parse_rollup(raw: bytes) -> Proportional:
    kib: dict[bytes, int] = {}
    for line in raw.splitlines()[1:]:
        name, _, value = line.partition(b":")
        kib[name] = int(value.split()[0])
    # Before Linux 5.9 there is only the sum with file pages: too high, not wrong.
    share = kib[b"Pss_Anon"] if b"Pss_Anon" in kib else kib[b"Pss"]
    alone = min(share, kib.get(b"Private_Dirty", 0) + kib.get(b"Private_Clean", 0))
    return Proportional(share * 1024, alone * 1024)


class Processes:
    """Reads `/proc`. Files that are read at each look are kept open: half the cost.

    A kept file never tells of another process that was given the same pid.
    """

    def __init__(self, machine: Machine) -> None:
        self._proc = str(machine.proc)
        self._kept: dict[int, tuple[int, int]] = {}
        # In a folder that only looks like /proc, an open file outlives its process.
        real = machine.root == Path("/")
        self._most_kept = _most_kept_processes() if real else 0

    def pids(self) -> list[int]:
        """All that can be seen from here."""
        try:
            return [int(name) for name in os.listdir(self._proc) if name.isdecimal()]
        except OSError as error:
            raise UnreadableError from error

    def self_pid(self) -> int | None:
        """Our own pid as this `/proc` counts; it may be another namespace's."""
        try:
            return int(os.readlink(f"{self._proc}/self"))
        except (OSError, ValueError):
            return None

    def uid(self, pid: int) -> int:
        """Its user; root's where the process has hidden itself from its own user."""
        try:
            return os.stat(f"{self._proc}/{pid}").st_uid
        except OSError as error:
            _refuse(error)

    def stat(self, pid: int) -> ProcessStat:
        kept = self._kept.get(pid)
        try:
            if kept is None:
                raw = _read_once(f"{self._proc}/{pid}/stat")
            else:
                raw = os.pread(kept[0], 2048, 0)
            return parse_stat(raw)
        except OSError as error:
            _refuse(error)
        except (ValueError, IndexError) as error:
            raise UnreadableError from error

    def anonymous(self, pid: int) -> int:
        """Resident bytes that are in no file and no shared segment."""
        kept = self._kept.get(pid)
        try:
            if kept is None:
                raw = _read_once(f"{self._proc}/{pid}/statm")
            else:
                raw = os.pread(kept[1], 256, 0)
            pages = raw.split(None, 3)
            return max(0, int(pages[1]) - int(pages[2])) * PAGE_BYTES
        except OSError as error:
            _refuse(error)
        except (ValueError, IndexError) as error:
            raise UnreadableError from error

    def proportional(self, pid: int) -> Proportional:
        """Walks the page tables: some 25 ms per GiB, in the kernel."""
        try:
            return parse_rollup(_read_once(f"{self._proc}/{pid}/smaps_rollup"))
        except OSError as error:
            _refuse(error)
        except (ValueError, IndexError, KeyError) as error:
            raise UnreadableError from error

    def environ(self, pid: int) -> bytes:
        """As it was when the process's program began, entries ended by zeros."""
        try:
            return _read_whole(f"{self._proc}/{pid}/environ", MOST_ENVIRON_BYTES)
        except OSError as error:
            _refuse(error)

    def knows_children(self, pid: int) -> bool:
        """Whether this kernel lists the children of a process (not all do)."""
        return os.path.exists(f"{self._proc}/{pid}/task/{pid}/children")

    def children(self, pid: int, threads: int) -> list[int]:
        """Each thread has children of its own. Some are missed while others end."""
        folder = f"{self._proc}/{pid}/task"
        try:
            names = [str(pid)] if threads <= 1 else os.listdir(folder)
        except OSError as error:
            _refuse(error)
        found: list[int] = []
        for name in names:
            found += _numbers(f"{folder}/{name}/children")
        return found

    def keep(self, pid: int) -> None:
        """Hold its files open from now on, if there are not too many already."""
        if pid in self._kept or len(self._kept) >= self._most_kept:
            return
        try:
            stat = os.open(f"{self._proc}/{pid}/stat", os.O_RDONLY)
        except OSError:
            return
        try:
            self._kept[pid] = (stat, os.open(f"{self._proc}/{pid}/statm", os.O_RDONLY))
        except OSError:
            os.close(stat)

    def forget(self, pid: int) -> None:
        for file in self._kept.pop(pid, ()):
            os.close(file)

    def close(self) -> None:
        for pid in list(self._kept):
            self.forget(pid)


def _most_kept_processes() -> int:
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        soft = MOST_KEPT_FILES * 8
    return min(soft // 8, MOST_KEPT_FILES) // 2


def _refuse(error: OSError) -> NoReturn:
    if error.errno in _GONE:
        raise GoneError from error
    raise UnreadableError from error


def _numbers(path: str) -> list[int]:
    try:
        return [int(word) for word in _read_whole(path, _CHUNK * 64).split()]
    except (OSError, ValueError):
        return []


def _read_once(path: str) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        return os.read(file, 4096)
    finally:
        os.close(file)


def _read_whole(path: str, most: int) -> bytes:
    file = os.open(path, os.O_RDONLY)
    try:
        chunks = []
        while most > 0 and (chunk := os.read(file, min(_CHUNK, most))):
            chunks.append(chunk)
            most -= len(chunk)
        return b"".join(chunks)
    finally:
        os.close(file)
