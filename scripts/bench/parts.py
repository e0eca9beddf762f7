"""A bench is made of parts, which are named on its command line."""

from __future__ import annotations

import asyncio
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tables import say

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping


async def _until_done_or_told(work: Coroutine[Any, Any, None]) -> int:
    """Ends its servers also when it is interrupted."""
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def stop() -> None:
        for number in signals:
            # A second Ctrl-C must not interrupt the ending.
            loop.add_signal_handler(number, lambda: None)
        task.cancel()

    for number in signals:
        loop.add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await task
        return 0
    return 130


def main(
    parts: Mapping[str, object],
    run: Callable[[list[str]], Coroutine[Any, Any, None]],
) -> int:
    """Runs the parts that are named, or all of them; the process's exit status."""
    names = sys.argv[1:] or list(parts)
    unknown = [name for name in names if name not in parts]
    if unknown:
        say(f"There is no part {unknown[0]}. There are: {', '.join(parts)}.")
        return 1
    return asyncio.run(_until_done_or_told(run(names)))
