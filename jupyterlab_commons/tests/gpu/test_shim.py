"""The shim is a program, for the browser tests and the bench."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from jupyterlab_commons.gpu.nvml import SIGNATURES, Nvml

from .conftest import Driver


def test_it_builds_where_it_is_told_and_says_where(
    tmp_path: Path, library: Path
) -> None:
    made = subprocess.run(
        [sys.executable, "-m", "jupyterlab_commons.tests.gpu.shim", str(tmp_path)],
        check=True,
        capture_output=True,
        text=True,
    )
    path = Path(made.stdout.strip())
    assert path == tmp_path / library.name
    Nvml(str(path))


def test_it_has_every_function_that_is_used(driver: Driver) -> None:
    nvml = Nvml(str(driver.library))
    assert [name for name in SIGNATURES if nvml._function(name) is None] == []
