"""What a notebook's diff costs: CPU time of the server, and bytes of the answer.

Run it from the repository: `python scripts/bench/notebook_diff.py`. The time is
user and system time of the whole way from the two versions' bytes to the answer's
bytes, the least of several rounds.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tables import say, table, title

from jupyterlab_commons.git.diff import compare
from jupyterlab_commons.git.notebooks import dump
from jupyterlab_commons.git.versions import Version
from jupyterlab_commons.tests.git.sample_notebooks import NAMES, pair

ROUNDS = 7
MOST_MS = 150
MOST_BYTES = 40_000


def cpu_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def measure(name: str, *, ids: bool) -> tuple[float, int, int]:
    """Least CPU time in ms, bytes of the answer, bytes of the new version."""
    before, after = (
        Version(b"a.ipynb", "file", len(data), data) for data in pair(name, ids=ids)
    )
    times, size = [], 0
    for _ in range(ROUNDS):
        start = cpu_ms()
        size = len(dump(compare(before, after)))
        times.append(cpu_ms() - start)
    return min(times), size, after.size


def main() -> None:
    title("Diff of notebooks: CPU of the server, bytes of the answer")
    rows, within = [], True
    for name in NAMES:
        for ids in (True, False):
            ms, size, whole = measure(name, ids=ids)
            within = within and ms <= MOST_MS and size <= MOST_BYTES
            label = name if ids else f"{name}, no ids"
            rows.append((label, f"{whole / 1e6:.2f}", f"{ms:.1f}", f"{size / 1e3:.1f}"))
    table(("notebook", "MB", "CPU ms", "answer kB"), rows)
    say(
        f"at most {MOST_MS} ms and {MOST_BYTES / 1e3:.0f} kB is"
        f" {'kept' if within else 'NOT kept'} in this run."
    )


if __name__ == "__main__":
    main()
