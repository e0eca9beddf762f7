"""Our git beside jupyterlab-git's server and nbdime, in one run.

python git_costs.py [idle | pages | tags | diff | blame | loop | status | checkpoint]

One or more of them, all without a name. Every figure is measured in this run,
through HTTP as a page asks; the last table says which of our own bars are met. The
repositories are made by the first run and kept in .cache.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import git_history
import git_idle
import git_notebooks
import git_work
from git_table import Rows, say_verdict
from parts import main
from tables import introduce, say, title

PARTS = {
    "idle": git_idle.measure_idle,
    "pages": git_history.measure_pages,
    "tags": git_history.measure_tags,
    "diff": git_notebooks.measure_diff,
    "blame": git_notebooks.measure_blame,
    "loop": git_notebooks.measure_loop,
    "status": git_work.measure_status,
    "checkpoint": git_work.measure_checkpoint,
}
_PACKAGES = ("jupyterlab-git", "nbdime", "jupyter_server", "tornado")


async def run(names: list[str]) -> None:
    introduce(_PACKAGES)
    began, rows = time.monotonic(), Rows()
    with tempfile.TemporaryDirectory(prefix="commons-bench-") as folder:
        for name in names:
            part = time.monotonic()
            await PARTS[name](Path(folder), rows)
            say(f"({name}: {time.monotonic() - part:.0f} s)")
    title("All of it")
    rows.show()
    say_verdict(rows.all)
    say(f"load {os.getloadavg()[0]:.1f}, {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    sys.exit(main(PARTS, run))
