"""Eight GPUs that are not there: the tests' shim of NVML, for all servers alike."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from servers import ROOT
from tables import say

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

GPUS = 8
GIB = 2**30
COUNT_SECONDS = 0.2
SHIM = "jupyterlab_commons.tests.gpu.shim"


@dataclass(frozen=True)
class Gpus:
    """The library and what it says from the next call on."""

    library: Path
    control: Path

    @property
    def environ(self) -> dict[str, str]:
        return {
            # How ours finds it, and how NVIDIA's own binding does.
            "COMMONS_NVML_LIBRARY": str(self.library),
            "LD_LIBRARY_PATH": str(self.library.parent),
            "COMMONS_NVML_SHIM": str(self.control),
        }

    def say(self, settings: Mapping[str, object]) -> None:
        lines = "".join(f"{key} {value}\n" for key, value in settings.items())
        fresh = self.control.with_suffix(".new")
        fresh.write_text(lines)
        fresh.replace(self.control)


def build(folder: Path) -> Gpus | None:
    """None, and said why, where there is no C compiler."""
    built = subprocess.run(  # noqa: S603
        [sys.executable, "-m", SHIM, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        say(f"Not run: the shim of NVML was not built.\n{built.stderr.strip()}")
        return None
    gpus = Gpus(folder / "libnvidia-ml.so.1", folder / "control")
    gpus.say(settled(window_us=0))
    return gpus


def settled(*, window_us: int) -> dict[str, object]:
    """All at rest. `window_us` is how long a PCIe query takes; NVIDIA says 20 ms."""
    return {
        "gpus": GPUS,
        "nvlink_links": 18,
        "pcie_window_us": window_us,
        "gpu.*.mem_total": 80 * GIB,
        "gpu.*.name": "NVIDIA H100 80GB HBM3",
    }


@asynccontextmanager
async def working(gpus: Gpus, count: int, pid: int) -> AsyncIterator[None]:
    """The first `count` GPUs compute for `pid`, and every figure moves."""
    task = asyncio.ensure_future(_work(gpus, count, pid))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        gpus.say(settled(window_us=0))


async def _work(gpus: Gpus, count: int, pid: int) -> None:
    """Figures move once a second; what has gone over PCIe is counted all the time."""
    began = time.monotonic()
    moved = [{"pcie_rx": 0.0, "pcie_tx": 0.0} for _ in range(count)]
    while True:
        settings = settled(window_us=0)
        for gpu, totals in enumerate(moved):
            phase = int(time.monotonic() - began) * 7 + gpu * 3
            figures = _at_work(phase, pid)
            for key in totals:
                totals[key] += int(str(figures[key])) * COUNT_SECONDS
                figures[f"{key}_total"] = int(totals[key])
            settings |= {f"gpu.{gpu}.{key}": value for key, value in figures.items()}
        gpus.say(settings)
        await asyncio.sleep(COUNT_SECONDS)


def _at_work(phase: int, pid: int) -> dict[str, object]:
    """A saw tooth that comes back only after 41 seconds."""
    wave = phase % 41
    used = (20 + wave) * GIB + phase % 1000 * 4096
    return {
        "util": 55 + wave,
        "util_mem": 30 + wave // 2,
        "mem_used": used,
        "power": 400_000 + wave * 6_131,
        "temp": 55 + wave // 4,
        "clock": 1980 - wave * 15,
        "processes": f"{pid}:{used - GIB}",
        "pcie_rx": 4_000_000_000 + wave * 37_000_003,
        "pcie_tx": 1_000_000_000 + wave * 17_000_009,
    }
