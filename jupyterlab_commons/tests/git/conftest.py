"""A server's root with git beside it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.service import GitService
from jupyterlab_commons.git.trust import TrustStore

from .repos import TestRepo, environment
from .traps import Trap


@pytest.fixture
def runner() -> GitRunner:
    return GitRunner(environ=environment())


@pytest.fixture
def repositories(root: Path, tmp_path: Path, runner: GitRunner) -> Repositories:
    return Repositories(root, runner, TrustStore(tmp_path / "data"), environ={})


@pytest.fixture
async def git(root: Path, tmp_path: Path) -> AsyncIterator[GitService]:
    """All verbs, for a person of whom the hub knows name and e-mail."""
    hub = {
        "JUPYTERHUB_USER": "ana",
        "COMMONS_EMAIL_TEMPLATE": "{username}@hub.example.org",
    }
    service = GitService(root, tmp_path / "data", environment() | hub)
    yield service
    await service.close()


@pytest.fixture
def work(root: Path) -> TestRepo:
    """A repository in the folder `work` of the server's root."""
    return TestRepo(root / "work")


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "defence(*names): fails when one of these is taken away"
    )
