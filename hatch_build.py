"""What the build hook does before a wheel or an sdist is packed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ASSETS = (
    ROOT / "jupyterlab_commons" / "labextension" / "package.json",
    ROOT / "companion" / "dist" / "main.js",
)


def build_assets(_target: str, version: str) -> None:
    """Build page and companion unless they are there.

    An sdist carries them, so a wheel made from it needs no Node. An editable
    install builds nothing: who develops calls the build when they like.
    """
    if version == "editable":
        for folder in (ASSETS[0].parent, ASSETS[1].parent):
            folder.mkdir(parents=True, exist_ok=True)
        return
    if all(asset.exists() for asset in ASSETS):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError(
            "The page and the companion are not built yet and npm is not on PATH. "
            "Install Node 20 or newer, or install from a wheel."
        )
    subprocess.run([npm, "run", "build:prod"], cwd=ROOT, check=True)  # noqa: S603
