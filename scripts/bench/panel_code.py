"""How much code the panels are, charts included, against the peers' bundles."""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

from servers import ROOT
from tables import say, table, title

OURS = ROOT / "jupyterlab_commons/labextension/static"
THEIRS = Path(sys.prefix) / "share/jupyter/labextensions"
PROMISE_KB = 25
KB = 1000
# What only the chunk of each panel holds; it is fetched together with others.
PANELS = ("jp-Commons-Consumer", "jp-Commons-GpuCard")
# What only chunks hold that a panel fetches for itself later.
VERBS, HISTORY = "It is not running any more.", "_consumersEnd"
WARNINGS = ("watchUsage:()=>", "It had used up to %1.")
# `Promise.all([n.e(59),n.e(448)])`, or `n.e(116)` alone: fetched at once.
_FETCH = re.compile(r"Promise\.all\(\[(?:[a-z]\.e\(\d+\),?)+\]\)|[a-z]\.e\(\d+\)")


async def measure(_folder: Path) -> None:
    title("Code of the panels, KB (of 1000 bytes), with their style sheets")
    chunks = {file: file.read_text(encoding="utf8") for file in _scripts(OURS)}
    panels = _fetched_with(chunks, PANELS)
    own = [file for file in _holding(chunks, (VERBS, HISTORY)) if file not in panels]
    warnings = [
        file for file in _holding(chunks, WARNINGS) if file not in {*panels, *own}
    ]
    bundles = {
        "ours: what is fetched to show both panels": panels,
        "ours: that, and their verbs and history": panels + own,
        "ours: warnings and notices": warnings,
        "jupyterlab-nvdashboard: all of it": _scripts(
            THEIRS / "jupyterlab-nvdashboard/static"
        ),
        "jupyter-resource-usage: all of it": _scripts(
            THEIRS / "@jupyter-server/resource-usage/static"
        ),
    }
    table(
        ("bundle", "files", "raw", "gzip"),
        [
            (name, str(len(files)), f"{_raw(files):.1f}", f"{_gzip(files):.1f}")
            for name, files in bundles.items()
        ],
    )
    say("ours, gzip: " + ", ".join(f"{f.name} {_gzip([f]):.1f}" for f in panels + own))
    _say_promise(chunks, panels + own)


def _say_promise(chunks: dict[Path, str], counted: list[Path]) -> None:
    missing = [
        marker
        for marker in (*PANELS, VERBS, HISTORY, *WARNINGS)
        if not _holding(chunks, (marker,))
    ]
    if missing:
        say(f"No built chunk holds {missing}, so the figures are not complete.")
        return
    kept = _gzip(counted) <= PROMISE_KB
    say(
        f"promise: <= {PROMISE_KB} KB gzip, charts, verbs and history included, is"
        f" {'kept' if kept else 'NOT kept'} ({_gzip(counted):.1f} KB)."
    )


def _scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.js"))


def _holding(chunks: dict[Path, str], markers: tuple[str, ...]) -> list[Path]:
    return [f for f, text in chunks.items() if any(mark in text for mark in markers)]


def _fetched_with(chunks: dict[Path, str], markers: tuple[str, ...]) -> list[Path]:
    """The chunks that hold a marker, and those that are always fetched with them."""
    by_id = {file.name.partition(".")[0]: file for file in chunks}
    marked = {file.name.partition(".")[0] for file in _holding(chunks, markers)}
    found = set(marked)
    for text in chunks.values():
        for fetch in _FETCH.findall(text):
            ids = set(re.findall(r"\d+", fetch))
            if ids & marked:
                found |= ids
    # Modules of JupyterLab itself have numbers too, but no file of ours.
    return sorted(by_id[number] for number in found if number in by_id)


def _raw(files: list[Path]) -> float:
    return sum(file.stat().st_size for file in files) / KB


def _gzip(files: list[Path]) -> float:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / KB
