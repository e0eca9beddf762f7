"""A server extension that tells what the processes below its server have used."""

from __future__ import annotations

import json
import os
import resource
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

_CPU_CLOCK = 2  # CPUCLOCK_SCHED of the kernel: run time of all threads
_PARENT = 1


def cpu_of_children() -> float:
    """Seconds: of those that have ended, and of those that still run."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = ended.ru_utime + ended.ru_stime
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):
            stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            if int(stat[_PARENT]) == os.getpid():
                total += time.clock_gettime((~int(pid) << 3) | _CPU_CLOCK)
    return total


class MeterHandler(JupyterHandler):
    @web.authenticated
    def get(self) -> None:
        self.finish(json.dumps(cpu_of_children()))


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [{"module": "git_meter"}]


def _load_jupyter_server_extension(app: ServerApp) -> None:
    settings = app.web_app.settings
    app.web_app.add_handlers(
        ".*$", [(settings["base_url"] + "bench/meter", MeterHandler)]
    )
