"""Who last changed a cell: of each cell the commit that git's history says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git import cell_walk
from jupyterlab_commons.git.blame import Blames
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.path_log import path_rows
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.versions import Versions

from .notebooks import cell, markdown, notebook, stream
from .repos import BO, TestRepo

LONG = "import pandas\ndata = pandas.read_csv('a.csv')\ndata.head()\nplot(data)"


class Reader:
    def __init__(self, repositories: Repositories, runner: GitRunner) -> None:
        self._repositories = repositories
        self._runner = runner
        self.objects = Objects(runner)
        versions = Versions(runner, self.objects)
        self.blames = Blames(runner, versions, RefsReader(runner))

    async def told(self, rev: str, path: str = "a.ipynb") -> dict[str, Any]:
        repo = await self._repositories.open("work")
        return await self.blames.blame(repo, path.encode(), rev)

    async def sources(self, rev: str, path: str = "a.ipynb") -> list[str | None]:
        return [each["source"] for each in (await self.told(rev, path))["cells"]]


@pytest.fixture
async def reader(
    repositories: Repositories, runner: GitRunner
) -> AsyncIterator[Reader]:
    reader = Reader(repositories, runner)
    yield reader
    await reader.objects.close()


async def test_source_and_outputs_are_blamed_apart(
    reader: Reader, work: TestRepo
) -> None:
    first = work.commit(
        "born", files={"a.ipynb": notebook(cell("x", "i"), markdown("# t", "m"))}
    )
    work.commit("of another file", files={"b": "1"})
    ran = work.commit(
        "ran",
        author=BO,
        files={"a.ipynb": notebook(cell("x", "i", stream("1")), markdown("# t", "m"))},
    )
    told = await reader.told(ran)
    assert told["kind"] == "notebook"
    assert told["cells"] == [
        {"index": 0, "source": first, "id": "i", "outputs": ran},
        {"index": 1, "source": first, "id": "m"},
    ]
    assert told["commits"][ran]["author"]["name"] == "Bo"
    assert told["commits"][first]["subject"] == "born"
    assert "cut" not in told


@pytest.mark.parametrize("ids", [True, False])
async def test_moved_cells_keep_their_commit_and_split_ones_get_the_new(
    reader: Reader, work: TestRepo, *, ids: bool
) -> None:
    def made(*sources: str) -> str:
        return notebook(*(cell(s, s[:3] if ids else None) for s in sources))

    one, two = LONG, "def f():\n    return 1\n\nprint(f())\nprint(2)"
    first = work.commit(files={"a.ipynb": made(one, two)})
    moved = work.commit(files={"a.ipynb": made(two, one)})
    assert await reader.sources(moved) == [first, first]
    whole, rest = two.rsplit("\n", 1)
    split = work.commit(files={"a.ipynb": made(whole, "   " + rest, one)})
    assert await reader.sources(split) == [split, split, first]


async def test_a_run_that_only_counts_is_no_change(
    reader: Reader, work: TestRepo
) -> None:
    first = work.commit(files={"a.ipynb": notebook(cell("x", "i", execution_count=1))})
    again = work.commit(files={"a.ipynb": notebook(cell("x", "i", execution_count=2))})
    assert await reader.sources(again) == [first]


async def test_cells_are_followed_through_renames(
    reader: Reader, work: TestRepo
) -> None:
    first = work.commit(files={"old name.ipynb": notebook(cell(LONG), cell("b = 2"))})
    second = work.commit(files={"old name.ipynb": notebook(cell(LONG), cell("b = 3"))})
    work.git("mv", "old name.ipynb", "a.ipynb")
    third = work.commit(
        files={"a.ipynb": notebook(cell(LONG), cell("b = 3"), cell("c"))}
    )
    assert await reader.sources(third) == [first, second, third]


async def test_both_branches_of_a_merge_keep_their_commits(
    reader: Reader, work: TestRepo
) -> None:
    base = [cell("a = 1", "a"), cell("b = 1", "b"), cell("c = 1", "c")]
    born = work.commit(files={"a.ipynb": notebook(*base)})
    work.git("checkout", "-q", "-b", "side")
    base[0] = cell("a = 2", "a")
    left = work.commit(files={"a.ipynb": notebook(*base)}, author=BO)
    work.git("checkout", "-q", "main")
    right_cells = [cell("a = 1", "a"), base[1], cell("c = 2", "c")]
    right = work.commit(files={"a.ipynb": notebook(*right_cells)})
    merged = merge(work, notebook(base[0], base[1], right_cells[2], cell("d", "d")))
    assert await reader.sources(merged) == [left, born, right, merged]


async def test_a_branch_that_renamed_the_file_keeps_its_commits_in_the_merge(
    reader: Reader, work: TestRepo
) -> None:
    born = work.commit(files={"o.ipynb": notebook(cell(LONG, "a"), cell("b = 1", "b"))})
    work.git("checkout", "-q", "-b", "side")
    edited = work.commit(
        files={"o.ipynb": notebook(cell(LONG, "a"), cell("b = 2", "b"))}
    )
    work.git("checkout", "-q", "main")
    work.git("mv", "o.ipynb", "a.ipynb")
    added = work.commit(
        files={"a.ipynb": notebook(cell(LONG, "a"), cell("b = 1", "b"), cell("c", "c"))}
    )
    cells = [cell(LONG, "a"), cell("b = 2", "b"), cell("c", "c")]
    merged = merge(work, notebook(*cells), gone="o.ipynb")
    assert await reader.sources(merged) == [born, edited, added]


def merge(work: TestRepo, content: str, gone: str = "") -> str:
    """Merges the branch `side`, with this content of the notebook."""
    name = ("-c", "user.name=A", "-c", "user.email=a@b")
    work.git(*name, "merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "side")
    if gone:
        (work.top / gone).unlink(missing_ok=True)
    return work.commit("merged", files={"a.ipynb": content})


async def test_a_version_that_is_no_notebook_is_looked_through(
    reader: Reader, work: TestRepo
) -> None:
    good = notebook(cell("a", "a"), cell("b", "b"))
    first = work.commit(files={"a.ipynb": good})
    work.commit("broken", files={"a.ipynb": "<<<<<<< ours\n" + good})
    last = work.commit(files={"a.ipynb": notebook(cell("a", "a"), cell("b2", "b"))})
    assert await reader.sources(last) == [first, last]


async def test_outputs_that_are_nested_deeply_are_blamed_like_others(
    reader: Reader, work: TestRepo
) -> None:
    deep: dict[str, Any] = {}
    for _ in range(600):
        deep = {"a": deep}
    first = work.commit(files={"a.ipynb": notebook(cell("a", "a", deep))})
    last = work.commit(files={"a.ipynb": notebook(cell("a2", "a", deep))})
    (told,) = (await reader.told(last))["cells"]
    assert (told["source"], told["outputs"]) == (last, first)


async def test_what_is_not_committed_is_null(reader: Reader, work: TestRepo) -> None:
    first = work.commit(files={"a.ipynb": notebook(cell("a", "a"), cell("b", "b"))})
    staged = notebook(cell("a", "a"), cell("new", "b"))
    work.write("a.ipynb", staged)
    work.git("add", "-A")
    work.write("a.ipynb", notebook(cell("x", "x"), cell("a", "a", stream("1"))))
    assert await reader.sources(":index") == [first, None]
    cells = (await reader.told(":worktree"))["cells"]
    assert [each["source"] for each in cells] == [None, first]
    assert cells[1]["outputs"] is None
    work.write("new.ipynb", notebook(cell("a")))
    assert await reader.sources(":worktree", "new.ipynb") == [None]


async def test_a_repository_without_a_commit_has_nothing_committed(
    reader: Reader, work: TestRepo
) -> None:
    work.write("a.ipynb", notebook(cell("a")))
    assert await reader.sources(":worktree") == [None]


async def test_what_is_no_notebook_says_what_it_is(
    reader: Reader, work: TestRepo
) -> None:
    (work.top / "l.ipynb").symlink_to("a.ipynb")
    head = work.commit(
        files={"a.txt": "x", "a.ipynb": "no json", "b.ipynb": b"\0\1", "c.ipynb": "{}"}
    )
    for path, kind in (
        ("a.txt", "text"),
        ("a.ipynb", "text"),
        ("b.ipynb", "binary"),
        ("c.ipynb", "text"),
        ("l.ipynb", "other"),
    ):
        told = await reader.told(head, path)
        assert told == {"kind": kind, "commits": {}, "cells": []}
    with pytest.raises(CommonsError) as refused:
        await reader.told(head, "nothing.ipynb")
    assert refused.value.code == "GIT_NOT_FOUND"


async def test_an_answer_is_kept_until_the_file_changes(
    reader: Reader, work: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs: list[str] = []
    looked_at: list[str] = []
    plain_commit = cell_walk.CellWalk._commit

    def log(*args: Any) -> Any:
        logs.append(args[2])
        return path_rows(*args)

    def commit(self: cell_walk.CellWalk, row: Any, path: bytes) -> Any:
        looked_at.append(row.commit)
        return plain_commit(self, row, path)

    monkeypatch.setattr(cell_walk, "path_rows", log)
    monkeypatch.setattr(cell_walk.CellWalk, "_commit", commit)
    first = work.commit(files={"a.ipynb": notebook(cell("a"))})
    for _ in range(2):
        assert await reader.sources(first) == [first]
        assert (logs, looked_at) == ([first], [first])
    other = work.commit(files={"b": "1"})
    for _ in range(2):
        # The log is asked where the file changed last, and no further.
        assert await reader.sources(other) == [first]
        assert (logs, looked_at) == ([first, other], [first])
    changed = work.commit(files={"a.ipynb": notebook(cell("a2"))})
    assert await reader.sources(changed) == [changed]


async def test_a_long_history_is_cut_and_says_so(
    reader: Reader, work: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [cell(f"n = {n}", f"i{n}") for n in range(8)]
    commits = []
    for number in range(8):
        cells[number] = cell(f"n = {number} changed", f"i{number}")
        commits.append(work.commit(files={"a.ipynb": notebook(*cells)}))
    whole = await reader.told(commits[-1])
    assert [each["source"] for each in whole["cells"]] == commits
    assert "cut" not in whole
    walk = cell_walk.CellWalk.__init__.__kwdefaults__
    assert walk is not None
    monkeypatch.setitem(walk, "most_versions", 3)
    reader.blames._kept.clear()
    told = await reader.told(commits[-1])
    assert told["cut"] is True
    sources = [each["source"] for each in told["cells"]]
    assert sources[-3:] == commits[-3:]
    # The others are traced to the oldest commit that was looked at.
    assert set(sources[:-3]) <= set(commits[-4:])
