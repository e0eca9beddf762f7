"""The moment at which git can be ended without leaving a lock file behind.

Git makes its first lock file, and only then learns to remove it when it is ended: a
signal in between leaves it, and the repository stays closed to everybody. With a
slow disk that moment is long. Linux tells when it is; elsewhere nothing is waited for.
"""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROC = Path("/proc")
_TERM = 1 << (signal.SIGTERM - 1)
_MOMENT_SECONDS = 0.002
_LOOKS = 10
# A hook may hold a lock file of its own, and a disk keep somebody waiting.
_MOST_SECONDS = 5


async def ask_to_end(group: int, tell: Callable[[signal.Signals], None]) -> None:
    """SIGTERM, at a moment at which no lock file stays.

    `group`: a process and those it started; `tell` sends a signal to all of them.
    """
    try:
        with suppress(TimeoutError, asyncio.TimeoutError):
            await asyncio.wait_for(_moment(group, tell), _MOST_SECONDS)
    finally:
        tell(signal.SIGTERM)
        tell(signal.SIGCONT)


async def _moment(group: int, tell: Callable[[signal.Signals], None]) -> None:
    """All stand still then, and none in a system call."""
    seconds = _MOMENT_SECONDS
    while True:
        tell(signal.SIGSTOP)
        if not await _is_between(group):
            return
        tell(signal.SIGCONT)
        await asyncio.sleep(seconds)
        # Where many others work it needs longer to get on at all.
        seconds *= 2


async def _is_between(group: int) -> bool:
    """Whether one of them has a lock file and has not yet learnt to remove it."""
    for process in _family(group):
        status = _status(process)
        for _ in range(_LOOKS):
            if status.get("State", "X")[0] in "TtZX":
                break
            await asyncio.sleep(_MOMENT_SECONDS)
            status = _status(process)
        else:
            # It waits for a disk, or until one that it started gets on.
            return True
        learnt = int(status.get("SigCgt", "0"), 16) & _TERM
        if not learnt and _has_lock(process):
            return True
    return False


def _family(process: int) -> Iterator[int]:
    yield process
    try:
        children = (_PROC / f"{process}/task/{process}/children").read_text()
    except OSError:
        return
    for child in children.split():
        yield from _family(int(child))


def _status(process: int) -> dict[str, str]:
    try:
        text = (_PROC / f"{process}/status").read_text("utf-8", "replace")
    except OSError:
        return {}
    lines = (line.partition(":") for line in text.splitlines())
    return {name: value.strip() for name, _, value in lines}


def _has_lock(process: int) -> bool:
    folder = _PROC / f"{process}/fd"
    try:
        return any(os.readlink(each).endswith(".lock") for each in folder.iterdir())
    except OSError:
        return False
