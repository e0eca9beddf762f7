"""Finds processes that have left their family: daemons, and what they have started.

Whatever a kernel starts inherits its environment, and keeps it when its parents
end and it leads a session of its own. `JPY_SESSION_NAME` there is the path that
the notebook had when the kernel began, so it is compared with the kernel's own and
never read as a path.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .processes import GoneError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from .processes import Processes, ProcessStat

SCAN_SECONDS = 30
# Of one look: a scan of many processes is spread over several.
MOST_PROCESSES = 1000
MOST_ENVIRONS = 200
MOST_MARK_BYTES = 8192

# The notebook, and the Jupyter server: another server may have the same notebook.
Mark = tuple[bytes, bytes]
Identity = tuple[int, int]


class Strays:
    """Looks at each process of our user every 30 s, a few at a time."""

    def __init__(self, processes: Processes, uid: int, server_pid: int) -> None:
        self._processes = processes
        self._uid = uid
        self._server_pid = server_pid
        self._queue: list[int] = []
        self._began: float | None = None
        # By pid and start; what ended is gone after the next scan.
        self._marks: dict[Identity, Mark | None] = {}
        self._seen: dict[Identity, Mark | None] = {}
        self._kernels: dict[Identity, Mark] = {}
        self._environs = 0

    def find(
        self,
        now: float,
        settled: Callable[[int], bool],
        kernels: Mapping[str, Identity],
    ) -> Iterator[tuple[int, ProcessStat, str | None]]:
        """Some of our user's processes that are not settled, and who marked them.

        `kernels` are the living ones, by key.
        """
        if not self._queue and not self._begin(now):
            return
        owners = self._owners(kernels)
        self._environs = 0
        for _ in range(min(MOST_PROCESSES, len(self._queue))):
            pid = self._queue.pop()
            if not settled(pid):
                try:
                    found = self._look(pid, owners)
                except (GoneError, UnreadableError):
                    continue
                if found is not None:
                    yield pid, *found
            if self._environs >= MOST_ENVIRONS:
                return

    def _begin(self, now: float) -> bool:
        if self._began is not None and 0 <= now - self._began < SCAN_SECONDS:
            return False
        self._began = now
        # The lowest first: a parent, before children that have no mark.
        self._queue = sorted(self._processes.pids(), reverse=True)
        self._marks, self._seen = self._seen, {}
        return True

    def _look(
        self, pid: int, owners: Mapping[Mark, tuple[str, int]]
    ) -> tuple[ProcessStat, str | None] | None:
        if self._processes.uid(pid) != self._uid:
            return None
        stat = self._processes.stat(pid)
        identity = (pid, stat.start)
        if identity not in self._marks:
            # Reading another process's memory can hang while its own access to
            # memory does; such a one waits for the next scan.
            if not owners or stat.ended or stat.state == b"D":
                return stat, None
            self._environs += 1
            self._marks[identity] = self._mark(pid)
        mark = self._seen[identity] = self._marks[identity]
        if mark is None or mark not in owners:
            return stat, None
        key, began = owners[mark]
        return stat, key if stat.start >= began else None

    def _owners(self, kernels: Mapping[str, Identity]) -> dict[Mark, tuple[str, int]]:
        """Kernel and its start by mark; what two kernels bear decides nothing."""
        gone = self._kernels.keys() - set(kernels.values())
        for identity in gone:
            del self._kernels[identity]
        owners: dict[Mark, tuple[str, int]] = {}
        shared = set()
        for key, (pid, start) in kernels.items():
            mark = self._kernels.get((pid, start)) or self._kernel_mark(pid, start)
            if mark in owners:
                shared.add(mark)
            elif mark is not None:
                owners[mark] = (key, start)
        return {mark: owner for mark, owner in owners.items() if mark not in shared}

    def _kernel_mark(self, pid: int, start: int) -> Mark | None:
        """A kernel that is just being started still bears the server's environment."""
        try:
            mark = self._mark(pid)
            if mark is None or mark == self._mark(self._server_pid):
                return None
        except (GoneError, UnreadableError):
            return None
        self._kernels[pid, start] = mark
        return mark

    def _mark(self, pid: int) -> Mark | None:
        environ = b"\0" + self._processes.environ(pid)
        notebook = _value(environ, b"JPY_SESSION_NAME")
        if not notebook or len(notebook) > MOST_MARK_BYTES:
            return None
        return notebook, _value(environ, b"JPY_PARENT_PID")[:MOST_MARK_BYTES]


def _value(environ: bytes, name: bytes) -> bytes:
    """Empty when it is not there."""
    at = environ.find(b"\0" + name + b"=")
    if at < 0:
        return b""
    at += len(name) + 2
    end = environ.find(b"\0", at)
    return environ[at:] if end < 0 else environ[at:end]
