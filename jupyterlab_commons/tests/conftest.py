"""Pieces that several tests stand on."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyterlab_commons.files import Files

pytest_plugins = ["pytest_jupyter.jupyter_server"]


@pytest.fixture(autouse=True)
async def jp_asyncio_loop() -> asyncio.AbstractEventLoop:
    """One loop for the fixtures of pytest-jupyter and for the tests."""
    return asyncio.get_running_loop()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def files(root: Path) -> Files:
    return Files(str(root))
