"""How much code the panels are, charts included, against the peers' bundles."""

from __future__ import annotations

import gzip
import sys
from pathlib import Path

from servers import ROOT
from tables import say, table, title

OURS = ROOT / "jupyterlab_commons/labextension/static"
THEIRS = Path(sys.prefix) / "share/jupyter/labextensions"
PROMISE_KB = 25
KB = 1000
# Class names that only the panels of use and of GPUs have, and what they draw with.
MARKERS = (
    "jp-Commons-Consumer",
    "jp-Commons-Gauge",
    "jp-Commons-Glance",
    "jp-Commons-Gpu",
    "jp-Commons-Sparkline",
    "jp-Commons-Usage",
)
# Style sheets name the same classes, as selectors; they are counted on their own.
SELECTORS = tuple(f".{marker}" for marker in MARKERS)


async def measure(_folder: Path) -> None:
    title("Code of the panels, KB (of 1000 bytes)")
    chunks = _scripts(OURS)
    style = [file for file in chunks if _mentions(file, SELECTORS)]
    panels = [f for f in chunks if _mentions(f, MARKERS) and f not in style]
    bundles = {
        "ours: chunks of the usage and GPU panels": panels,
        "ours: the style sheet of the whole extension": style,
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
    if not panels:
        say("The built page has no such panels yet; run: npm run build:prod")
        return
    say("our chunks: " + ", ".join(f"{f.name} {_gzip([f]):.1f}" for f in panels))
    kept = _gzip(panels) <= PROMISE_KB
    say(f"promise: <= {PROMISE_KB} KB gzip is {'kept' if kept else 'NOT kept'}.")


def _scripts(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.js"))


def _mentions(file: Path, markers: tuple[str, ...]) -> bool:
    text = file.read_text(encoding="utf8")
    return any(marker in text for marker in markers)


def _raw(files: list[Path]) -> float:
    return sum(file.stat().st_size for file in files) / KB


def _gzip(files: list[Path]) -> float:
    return sum(len(gzip.compress(file.read_bytes(), 9)) for file in files) / KB
