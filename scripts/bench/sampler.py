"""Our sampler beside jupyter-resource-usage and jupyterlab-nvdashboard, in one run.

python sampler.py [cpu | latency | bytes | stall | code] ...   (all without a name)

Every figure it prints is measured in this run; nothing is passed or failed.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import cpu_cost
import latency
import loop_stall
import page_bytes
import panel_code
from tables import introduce, say

PARTS = {
    "cpu": cpu_cost.measure,
    "latency": latency.measure,
    "bytes": page_bytes.measure,
    "stall": loop_stall.measure,
    "code": panel_code.measure,
}


async def run(names: list[str]) -> None:
    introduce()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="commons-bench-") as folder:
        for name in names:
            part = time.monotonic()
            await PARTS[name](Path(folder))
            say(f"({name}: {time.monotonic() - part:.0f} s)")
    say(f"\n{time.monotonic() - began:.0f} s in all")


async def until_done_or_told(names: list[str]) -> int:
    """Ends its servers also when it is interrupted."""
    task = asyncio.ensure_future(run(names))
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


def main() -> int:
    names = sys.argv[1:] or list(PARTS)
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        say(f"There is no part {unknown[0]}. There are: {', '.join(PARTS)}.")
        return 1
    return asyncio.run(until_done_or_told(names))


if __name__ == "__main__":
    sys.exit(main())
