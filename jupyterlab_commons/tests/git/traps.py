"""Repositories that would like to run something, and all ways of reading them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.details import Details
from jupyterlab_commons.git.history import History, Query
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner, Lane, Repo

from .repos import TestRepo, environment

AS_A = {
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.org",
}


def defence(*names: str) -> pytest.MarkDecorator:
    """The test fails when one of these defences is taken away."""
    return pytest.mark.defence(*names)


class Trap:
    """Something that runs leaves a mark."""

    def __init__(self, folder: Path) -> None:
        self.mark = folder / "it-ran"

    @property
    def command(self) -> str:
        return f"touch '{self.mark}'; cat"

    def script(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch '{self.mark}'\nexit 0\n")
        path.chmod(0o755)
        return path

    @property
    def ran(self) -> bool:
        there = self.mark.exists()
        self.mark.unlink(missing_ok=True)
        return there


class Case(NamedTuple):
    """How the trap is laid, and which plain command falls into it."""

    lay: Callable[[TestRepo, Trap], None]
    falls: tuple[str, ...]


def falls(work: TestRepo, trap: Trap, *args: str, **env: str) -> bool:
    """Whether plain git runs it: without this a test would prove nothing."""
    subprocess.run(
        ["git", "-C", str(work.top), *args],
        capture_output=True,
        check=False,
        env={**environment(), **env},
        stdin=subprocess.DEVNULL,
    )
    return trap.ran


def dirty(work: TestRepo) -> None:
    """The file has another time than the index knows, and the same size."""
    file = work.top / "f"
    file.write_bytes(bytes(reversed(file.read_bytes())))
    later = time.time() + 5
    os.utime(file, (later, later))


def cleaned(work: TestRepo, trap: Trap, name: str, key: str = "clean") -> None:
    with (work.top / ".git" / "config").open("a") as config:
        config.write(f'[filter "{name}"]\n\t{key} = "{trap.command}"\n')
    (work.top / ".git" / "info").mkdir(exist_ok=True)
    (work.top / ".git" / "info" / "attributes").write_text(f"f filter={name}\n")
    dirty(work)


async def read_everything(repositories: Repositories, folder: str = "work") -> Repo:
    """All that looking at a repository asks of git, and a few verbs more."""
    runner = repositories.runner
    info = await repositories.info(f"{folder}/f")
    assert info.repo is not None, info.told
    repo = info.repo
    refs = await RefsReader(runner).read(repo)
    assert refs.head is not None
    history = History(runner)
    for query in (Query(), Query(path=b"f"), Query(text="x", author="a")):
        lines = [each async for each in history.lines(repo, refs, query)]
        assert "end" in lines[-1], lines
    assert (await Details(runner).commit(repo, refs.head))["files"] is not None
    objects = Objects(runner)
    await objects.read(repo, f"{refs.head}:f".encode(), 1000)
    await objects.close()
    await read_files(runner, repo)
    return repo


async def read_files(runner: GitRunner, repo: Repo) -> None:
    """What looks at the work tree, patches and lines."""
    for args in (
        ["status", "--porcelain=v2", "-z"],
        ["diff", "HEAD"],
        ["diff-files", "-p"],
        ["diff-index", "-p", "HEAD"],
        ["ls-files", "-m"],
        ["log", "-p"],
        ["show", "HEAD"],
        ["diff-tree", "-p", "HEAD"],
        ["blame", "f"],
    ):
        (await runner.run(repo, args)).expect(0, 1)


async def write_something(runner: GitRunner, repo: Repo) -> None:
    """What a checkpoint and a commit do; a refusal is as good as no effect."""
    for args in (
        ["update-ref", "refs/commons/x", "HEAD"],
        ["hash-object", "-w", "f"],
        ["add", "--", "f"],
        ["commit", "--allow-empty", "-m", "x"],
        ["tag", "-m", "x", "x"],
    ):
        with suppress(CommonsError):
            await runner.run(repo, args, lane=Lane.WRITE, env=AS_A)
