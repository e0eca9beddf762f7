"""Our sampler beside jupyter-resource-usage and jupyterlab-nvdashboard, in one run.

python sampler.py [cpu | latency | bytes | stall | code] ...   (all without a name)

Every figure it prints is measured in this run; nothing is passed or failed.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import cpu_cost
import latency
import loop_stall
import page_bytes
import panel_code
from parts import main
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


if __name__ == "__main__":
    sys.exit(main(PARTS, run))
