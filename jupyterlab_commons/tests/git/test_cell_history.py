"""The past of one cell, wherever it stood and whatever the file was called."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jupyterlab_commons.git.cell_history import CellHistory
from jupyterlab_commons.git.objects import Objects
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.versions import Versions

from .notebooks import cell, markdown, notebook, stream
from .repos import TestRepo

LONG = "import pandas\ndata = pandas.read_csv('a.csv')\ndata.head()\nplot(data)"


class Reader:
    def __init__(self, repositories: Repositories, runner: GitRunner) -> None:
        self._repositories = repositories
        self.objects = Objects(runner)
        versions = Versions(runner, self.objects)
        self._history = CellHistory(runner, versions, RefsReader(runner))

    async def lines(
        self, rev: str, index: int, path: str = "a.ipynb"
    ) -> list[dict[str, Any]]:
        repo = await self._repositories.open("work")
        lines = self._history.lines(repo, path.encode(), rev, index)
        return [line async for line in lines]

    async def past(self, rev: str, index: int) -> list[tuple[str, list[str]]]:
        """Commits and what they changed; the stream ended well."""
        *rows, end = await self.lines(rev, index)
        assert end == {"end": {}}
        return [(line["row"]["hash"], line["cell"]["changes"]) for line in rows]


@pytest.fixture
async def reader(
    repositories: Repositories, runner: GitRunner
) -> AsyncIterator[Reader]:
    reader = Reader(repositories, runner)
    yield reader
    await reader.objects.close()


@pytest.mark.parametrize("ids", [True, False])
async def test_only_commits_that_changed_the_cell_are_named(
    reader: Reader, work: TestRepo, *, ids: bool
) -> None:
    def made(*cells: tuple[str, str, str]) -> str:
        return notebook(
            *(
                cell(source, name if ids else None, *([stream(out)] if out else []))
                for name, source, out in cells
            )
        )

    other = ("b", "print('something else')", "")
    commits = [
        work.commit(files={"old.ipynb": made(("a", LONG, ""), other)}),
        work.commit(files={"old.ipynb": made(("a", LONG, "1"), other)}),
        work.commit(
            files={"old.ipynb": made(("b", "print('else')", ""), ("a", LONG, "1"))}
        ),
    ]
    work.git("mv", "old.ipynb", "a.ipynb")
    commits.append(work.commit("renamed"))
    edited = ("a", LONG + "\nmore()", "2")
    commits.append(
        work.commit(files={"a.ipynb": made(("b", "print('else')", ""), edited)})
    )
    commits.append(work.commit(files={"a.ipynb": made(edited)}))
    assert await reader.past(commits[-1], 0) == [
        (commits[4], ["source", "outputs"]),
        (commits[1], ["outputs"]),
        (commits[0], ["added"]),
    ]
    lines = await reader.lines(commits[-1], 0)
    assert [line["row"]["path"] for line in lines[:-1]] == [
        "a.ipynb",
        "old.ipynb",
        "old.ipynb",
    ]
    assert lines[1]["cell"]["source"] == LONG
    assert lines[0]["cell"]["index"] == 1
    assert lines[0]["row"]["parents"] == [commits[3]]


async def test_both_branches_are_followed_and_each_commit_named_once(
    reader: Reader, work: TestRepo
) -> None:
    lines = LONG.split("\n")
    born = work.commit(files={"a.ipynb": notebook(cell(LONG, "a"))})
    work.git("checkout", "-q", "-b", "side")
    left_text = "\n".join(["top()", *lines])
    left = work.commit(files={"a.ipynb": notebook(cell(left_text, "a"))})
    work.git("checkout", "-q", "main")
    right_text = "\n".join([*lines, "end()"])
    right = work.commit(files={"a.ipynb": notebook(cell(right_text, "a"))})
    name = ("-c", "user.name=A", "-c", "user.email=a@b")
    work.git(*name, "merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "side")
    both = "\n".join(["top()", *lines, "end()"])
    merged = work.commit(files={"a.ipynb": notebook(cell(both, "a"))})
    past = await reader.past(merged, 0)
    assert past[0] == (merged, ["source"])
    assert sorted(past[1:-1]) == sorted([(left, ["source"]), (right, ["source"])])
    assert past[-1] == (born, ["added"])
    taken = work.commit(
        files={"a.ipynb": notebook(cell(both, "a"), markdown("x", "x"))}
    )
    assert await reader.past(taken, 0) == past


async def test_a_commit_that_both_names_of_a_file_lead_to_is_named_once(
    reader: Reader, work: TestRepo
) -> None:
    lines = LONG.split("\n")
    born = work.commit(files={"o.ipynb": notebook(cell(LONG, "a"))})
    work.git("checkout", "-q", "-b", "side")
    text = "\n".join(["top()", *lines])
    left = work.commit(files={"o.ipynb": notebook(cell(text, "a"))})
    work.git("checkout", "-q", "main")
    work.git("mv", "o.ipynb", "a.ipynb")
    text = "\n".join([*lines, "end()"])
    right = work.commit(files={"a.ipynb": notebook(cell(text, "a"))})
    name = ("-c", "user.name=A", "-c", "user.email=a@b")
    work.git(*name, "merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "side")
    text = "\n".join(["top()", *lines, "end()"])
    merged = work.commit(files={"a.ipynb": notebook(cell(text, "a"))})
    past = await reader.past(merged, 0)
    assert past[0] == (merged, ["source"])
    assert sorted(past[1:]) == sorted(
        [(left, ["source"]), (right, ["source"]), (born, ["added"])]
    )


async def test_an_edit_that_is_not_committed_begins_at_its_commit(
    reader: Reader, work: TestRepo
) -> None:
    first = work.commit(files={"a.ipynb": notebook(cell("a", "a"))})
    work.write("a.ipynb", notebook(cell("new", "n"), cell("a2", "a")))
    assert await reader.past(":worktree", 1) == [(first, ["added"])]
    assert await reader.past(":worktree", 0) == []


async def test_a_source_that_is_no_text_still_reaches_the_page(
    reader: Reader, work: TestRepo
) -> None:
    broken = '{"cells":[{"source":"a\\ud800b"}],"nbformat":4}'
    head = work.commit(files={"a.ipynb": broken})
    line, _ = await reader.lines(head, 0)
    assert json.dumps(line, ensure_ascii=False).encode().count(b"a?b") == 1


async def test_a_long_source_is_cut_and_a_missing_cell_is_said(
    reader: Reader, work: TestRepo
) -> None:
    head = work.commit(files={"a.ipynb": notebook(cell("x" * 5_000_000, "a"))})
    line, _ = await reader.lines(head, 0)
    assert (len(line["cell"]["source"]), line["cell"]["cut"]) == (100_000, True)
    for index, path in ((1, "a.ipynb"), (0, "b.ipynb")):
        (only,) = await reader.lines(head, index, path)
        assert only["error"]["code"] == "GIT_NOT_FOUND"
