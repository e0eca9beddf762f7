"""Wakes its reader when memory runs out, without being asked again and again."""

from __future__ import annotations

import os
import select
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from .cgroup import Hierarchy


class OomWatch:
    """A descriptor for `select.poll`.

    It says that something happened, not what: the count is `oomKills` of the
    headline. In version 1 the news comes just before the kernel chooses whom to
    end, so the count may follow a moment later; look twice.
    """

    def __init__(self, watched: int, notices: int | None = None) -> None:
        self._watched = watched
        self._notices = notices
        # A version 2 file that was never read is news from the start.
        self.drain()

    @property
    def events(self) -> int:
        return select.POLLPRI if self._notices is None else select.POLLIN

    def fileno(self) -> int:
        return self._watched if self._notices is None else self._notices

    def drain(self) -> bool:
        """Hears the news. `False`: the group is gone, and `close` is all that helps."""
        try:
            if self._notices is not None:
                with suppress(BlockingIOError):
                    os.eventfd_read(self._notices)
            os.pread(self._watched, 4096, 0)
        except OSError:
            return False
        return True

    def close(self) -> None:
        for descriptor in (self._watched, self._notices):
            if descriptor is not None and descriptor >= 0:
                os.close(descriptor)
        self._watched, self._notices = -1, None


def watch_group(hierarchy: Hierarchy) -> OomWatch | None:
    """`None` where the kernel does not let us; then the ordinary look finds it."""
    if hierarchy.version == 2:  # noqa: PLR2004
        return watch_file(hierarchy.own / "memory.events")
    return _watch_version_1(hierarchy.own)


def watch_file(path: Path) -> OomWatch | None:
    """A version 2 file that notifies, such as memory.events."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return None
    poll = select.poll()
    poll.register(descriptor, select.POLLPRI)
    watch = OomWatch(descriptor)
    # What is news again right after it was read would wake its reader for ever.
    if not watch.drain() or poll.poll(0):
        watch.close()
        return None
    return watch


def _watch_version_1(group: Path) -> OomWatch | None:
    if not hasattr(os, "eventfd"):
        return None
    opened: list[int] = []
    try:
        opened.append(os.open(group / "memory.oom_control", os.O_RDONLY))
        opened.append(os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC))
        control = os.open(group / "cgroup.event_control", os.O_WRONLY)
        try:
            os.write(control, b"%d %d" % (opened[1], opened[0]))
        finally:
            os.close(control)
    except OSError:
        for descriptor in opened:
            os.close(descriptor)
        return None
    return OomWatch(opened[0], opened[1])
