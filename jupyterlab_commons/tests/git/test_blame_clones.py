"""Blame and diff where a part of the history is not on this machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.blame import Blames
from jupyterlab_commons.git.diff import Diffs
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.versions import Versions

from .notebooks import cell, notebook
from .repos import TestRepo


class Readers:
    def __init__(self, runner: GitRunner) -> None:
        self.objects = Objects(runner)
        versions, refs = Versions(runner, self.objects), RefsReader(runner)
        self.blames = Blames(runner, versions, refs)
        self.diffs = Diffs(versions, refs)


@pytest.fixture
async def readers(runner: GitRunner) -> AsyncIterator[Readers]:
    readers = Readers(runner)
    yield readers
    await readers.objects.close()


@pytest.fixture
def commits(work: TestRepo) -> list[str]:
    """Three versions of two cells; the second cell is as old as the file."""
    return [
        work.commit(
            files={"a.ipynb": notebook(cell(f"n = {n}", "a"), cell("old", "b"))}
        )
        for n in range(3)
    ]


async def test_a_shallow_clone_ends_at_its_last_commit(
    readers: Readers, repositories: Repositories, work: TestRepo, commits: list[str]
) -> None:
    where = work.top.parent / "shallow"
    work.git("clone", "-q", "--depth=2", f"file://{work.top}", str(where))
    repo = await repositories.open("shallow")
    told = await readers.blames.blame(repo, b"a.ipynb", commits[2])
    assert [each["source"] for each in told["cells"]] == [commits[2], commits[1]]
    diff = await readers.diffs.diff(repo, b"a.ipynb", commits[1])
    assert "base" not in diff
    assert {entry["cell"]["change"] for entry in diff["cells"]} == {"added"}


async def test_a_partial_clone_says_where_it_was_cut_and_fetches_nothing(
    readers: Readers, repositories: Repositories, work: TestRepo, commits: list[str]
) -> None:
    where = work.top.parent / "partial"
    work.git("config", "uploadpack.allowFilter", "true")
    work.git(*("clone", "-q", "--filter=blob:none", f"file://{work.top}", str(where)))
    repo = await repositories.open("partial")
    before = objects_in(where)
    told = await readers.blames.blame(repo, b"a.ipynb", commits[2])
    assert told["cut"] is True
    assert [each["source"] for each in told["cells"]] == [commits[2], commits[2]]
    with pytest.raises(CommonsError) as refused:
        await readers.diffs.diff(repo, b"a.ipynb", commits[2])
    assert refused.value.code in ("GIT_NOT_FOUND", "GIT_FAILED")
    assert objects_in(where) == before


def objects_in(top: Path) -> set[str]:
    return {str(each) for each in (top / ".git/objects").rglob("*") if each.is_file()}


async def test_a_repository_of_sha256_is_read_like_others(
    readers: Readers, repositories: Repositories, root: Path
) -> None:
    work = TestRepo(root / "plain")
    long = TestRepo.__new__(TestRepo)
    long.top, long._clock = root / "long", work._clock
    long.top.mkdir()
    long.git("init", "-q", "-b", "main", "--object-format=sha256")
    first = long.commit(files={"d/a.ipynb": notebook(cell("a", "a"), cell("b", "b"))})
    last = long.commit(files={"d/a.ipynb": notebook(cell("a", "a"), cell("c", "b"))})
    assert len(last) == 64
    repo = await repositories.open("long")
    told = await readers.blames.blame(repo, b"d/a.ipynb", last)
    assert [each["source"] for each in told["cells"]] == [first, last]
    diff = await readers.diffs.diff(repo, b"d/a.ipynb", last)
    assert diff["cells"][0] == {"run": 1, "before": 0, "after": 0}
