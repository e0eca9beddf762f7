"""How one process ends."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jupyterlab_commons.git.process import communicate
from jupyterlab_commons.git.runner import Limits

from .test_runner import FakeGit, repo_of, until


async def test_one_that_is_cut_short_ends_though_nobody_reads_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has said already fills all buffers, so its end is behind that."""

    async def late(
        process: asyncio.subprocess.Process, stdin: bytes | None, most: int
    ) -> tuple[bytes, bytes, bool]:
        await until(lambda: process.stdout._paused)  # type: ignore[union-attr]
        return await communicate(process, stdin, most)

    monkeypatch.setattr("jupyterlab_commons.git.runner.communicate", late)
    git = FakeGit(tmp_path, "head -c 1000000 /dev/zero").runner()
    running = git.run(repo_of(tmp_path / "a"), ["log"], limits=Limits(stdout_bytes=9))
    done = await asyncio.wait_for(running, 60)
    assert (len(done.out), done.cut) == (9, True)
