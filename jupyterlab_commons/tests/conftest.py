"""Pieces that several tests stand on."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyterlab_commons.files import Files

pytest_plugins = ["pytest_jupyter.jupyter_server"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def files(root: Path) -> Files:
    return Files(str(root))
