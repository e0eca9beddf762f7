"""What the bench prints."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_PACKAGES = (
    "jupyter-resource-usage",
    "jupyterlab-nvdashboard",
    "jupyter_server",
    "ipykernel",
    "tornado",
    "psutil",
    "nvidia-ml-py",
)


def say(text: str = "") -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def title(text: str) -> None:
    say(f"\n{text}\n{'-' * len(text)}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The first column to the left, the numbers to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        first, *others = (
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say("  ".join([first, *others]).rstrip())


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def times_less(theirs: float, ours: float, noise: float = 0) -> str:
    """How many times less ours is; only a lower bound where ours is within noise."""
    if ours > noise:
        return f"{theirs / ours:.1f}x"
    if noise > 0 and theirs > noise:
        return f"> {theirs / noise:.0f}x (ours is within the noise)"
    return "not told apart from noise"


def memory_free() -> int:
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


def introduce(packages: Sequence[str] = _PACKAGES) -> None:
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    say(
        f"machine: {os.cpu_count()} x {(models or [platform.machine()])[0]},"
        f" {memory_free() / 2**30:.1f} GiB of memory free,"
        f" Linux {platform.release()}, load {os.getloadavg()[0]:.1f}"
    )
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    say(f"versions: Python {platform.python_version()}, {named}")
