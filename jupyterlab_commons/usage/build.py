"""Makes the real parts. Where one cannot even be imported, the others go on."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from .parts import Parts

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

    from .parts import AttributionPart, DiskPart, GpuPart, Guard, HeadlinePart, Holders
    from .shapes import Attribution, GpuReading, Machine

# Imports stand inside, since a platform without /proc has not all they need, and
# a server of which nothing is measured should not pay for them.
# ruff: noqa: PLC0415


def build_parts(
    guard: Guard,
    *,
    machine: Machine,
    environ: Mapping[str, str],
    home: Path,
    log: logging.Logger,
) -> Parts:
    """On the thread that reads them."""
    return Parts(
        headline=guard.run("this server", partial(_headline, machine, environ), None),
        peek=guard.run("this server", partial(_headline, machine, environ), None),
        attribution=guard.run("use by notebook", partial(_attribution, machine), None),
        disk=guard.run("the home folder", partial(_disk, machine, environ, home), None),
        gpus=guard.run("the GPUs", partial(_gpus, machine, environ, log), None),
        assign=partial(_assign, machine),
    )


def home_folder(environ: Mapping[str, str], root: str) -> Path:
    """The home of the person; without one, the folder that Jupyter shows."""
    home = environ.get("HOME", "")
    return Path(home) if os.path.isabs(home) and os.path.isdir(home) else Path(root)


def _headline(machine: Machine, environ: Mapping[str, str]) -> HeadlinePart | None:
    from .headline import HeadlineReader

    # Without /proc there is nothing to read, and no file to fail on.
    return HeadlineReader(machine, environ) if machine.proc.is_dir() else None


def _attribution(machine: Machine) -> AttributionPart | None:
    if not machine.proc.is_dir():
        return None
    from .attribution import Attributor

    return Attributor(machine, os.getpid())


def _disk(machine: Machine, environ: Mapping[str, str], home: Path) -> DiskPart | None:
    from .disk import DiskReader

    return DiskReader(home, environ, machine)


def _gpus(
    machine: Machine, environ: Mapping[str, str], log: logging.Logger
) -> GpuPart | None:
    from jupyterlab_commons.gpu.watch import GpuWatch

    return GpuWatch(machine, environ, log)


def _assign(machine: Machine, reading: GpuReading, attribution: Attribution) -> Holders:
    from jupyterlab_commons.gpu.holders import assign

    return assign(reading, attribution, machine)
