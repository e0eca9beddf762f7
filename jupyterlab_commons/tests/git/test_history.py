"""The history: all of it, in order, by page, with refs, across renames."""

from __future__ import annotations

from typing import Any

import pytest

from jupyterlab_commons.git.history import History, Query
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner

from .repos import BO, TestRepo


class Page:
    """What one call answered."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.rows = [line["row"] for line in lines if "row" in line]
        self.end: dict[str, Any] = lines[-1].get("end", {})
        self.error = lines[-1].get("error")

    @property
    def subjects(self) -> list[str]:
        return [row["subject"] for row in self.rows]


class Reader:
    def __init__(self, repositories: Repositories, runner: GitRunner) -> None:
        self._repositories = repositories
        self._history = History(runner)
        self.refs = RefsReader(runner)

    async def page(self, query: Query) -> Page:
        repo = await self._repositories.open("work")
        refs = await self.refs.read(repo)
        return Page([each async for each in self._history.lines(repo, refs, query)])


@pytest.fixture
def reader(repositories: Repositories, runner: GitRunner) -> Reader:
    return Reader(repositories, runner)


async def test_every_branch_is_in_the_history(reader: Reader, work: TestRepo) -> None:
    work.commit("one", files={"a": "1"})
    work.git("checkout", "-q", "-b", "side")
    work.commit("two", files={"b": "2"}, author=BO)
    work.git("checkout", "-q", "main")
    work.commit("three", files={"c": "3"})
    page = await reader.page(Query())
    assert page.subjects == ["three", "two", "one"]
    assert page.rows[1]["author"] == {"name": "Bo", "email": "bo@example.org"}
    assert page.rows[0]["parents"] == [page.rows[2]["hash"]]
    assert page.rows[2]["parents"] == []
    assert "cursor" not in page.end


@pytest.mark.parametrize("graph", [False, True])
async def test_pages_join_without_gap_or_repetition(
    reader: Reader, work: TestRepo, *, graph: bool
) -> None:
    for number in range(23):
        work.commit(f"c{number}", files={"a": str(number)})
    if graph:
        work.git("commit-graph", "write", "--reachable", "--changed-paths")
    found: list[str] = []
    query = Query(limit=5)
    while True:
        page = await reader.page(query)
        found += page.subjects
        if "cursor" not in page.end:
            break
        query = Query(limit=5, cursor=page.end["cursor"])
    assert found == [f"c{number}" for number in reversed(range(23))]
    assert page.end["order"] == ("topo" if graph else "date")


async def test_a_page_does_not_shift_when_a_commit_comes(
    reader: Reader, work: TestRepo
) -> None:
    for number in range(4):
        work.commit(f"c{number}", files={"a": str(number)})
    first = await reader.page(Query(limit=2))
    work.commit("new", files={"a": "new"})
    second = await reader.page(Query(limit=2, cursor=first.end["cursor"]))
    assert second.subjects == ["c1", "c0"]


async def test_annotated_tags_stand_on_their_commit(
    reader: Reader, work: TestRepo
) -> None:
    work.commit("one", files={"a": "1"})
    work.git("-c", "user.name=A", "-c", "user.email=a@b", "tag", "-a", "v1", "-m", "v1")
    work.git("branch", "release/1.2")
    page = await reader.page(Query())
    assert page.rows[0]["refs"] == [
        {"kind": "branch", "name": "main"},
        {"kind": "branch", "name": "release/1.2"},
        {"kind": "tag", "name": "v1"},
    ]


async def test_a_new_tag_is_seen_at_once(reader: Reader, work: TestRepo) -> None:
    work.commit("one", files={"a": "1"})
    assert len((await reader.page(Query())).rows[0]["refs"]) == 1
    work.git("tag", "deep/v2")
    work.git("tag", "deep/v3")
    assert len((await reader.page(Query())).rows[0]["refs"]) == 3


async def test_a_file_is_followed_through_its_renames(
    reader: Reader, work: TestRepo
) -> None:
    text = "\n".join(f"line {number}" for number in range(40))
    work.commit("born", files={"old name.txt": text})
    work.commit("other", files={"b": "2"})
    work.commit("grown", files={"old name.txt": text + "\nmore"})
    work.git("mv", "old name.txt", "mid.txt")
    work.commit("moved")
    work.git("mv", "mid.txt", "new.txt")
    work.commit("moved again")
    work.commit("last", files={"new.txt": text + "\nmost"})
    expected = ["last", "moved again", "moved", "grown", "born"]
    whole = await reader.page(Query(path=b"new.txt"))
    assert whole.subjects == expected
    assert [row["change"] for row in whole.rows] == [
        "changed",
        "renamed",
        "renamed",
        "changed",
        "added",
    ]
    assert whole.rows[1]["from"] == "mid.txt"
    assert whole.rows[4]["path"] == "old name.txt"
    by_two: list[str] = []
    query = Query(path=b"new.txt", limit=2)
    while True:
        page = await reader.page(query)
        by_two += page.subjects
        if "cursor" not in page.end:
            break
        query = Query(path=b"new.txt", limit=2, cursor=page.end["cursor"])
    assert by_two == expected


async def test_a_file_that_was_deleted_and_came_back(
    reader: Reader, work: TestRepo
) -> None:
    work.commit("born", files={"a": "1"})
    work.git("rm", "-q", "a")
    work.commit("gone")
    work.commit("back", files={"a": "other"})
    page = await reader.page(Query(path=b"a"))
    assert [(row["subject"], row["change"]) for row in page.rows] == [
        ("back", "added"),
        ("gone", "deleted"),
        ("born", "added"),
    ]


async def test_search_by_text_author_date_and_path(
    reader: Reader, work: TestRepo
) -> None:
    work.commit("Fix the [Plot]", files={"a": "1"})
    work.commit("plot again", files={"b": "1"}, author=BO)
    work.commit("something else", files={"a": "2"}, author=BO)
    assert (await reader.page(Query(text="[plot]"))).subjects == ["Fix the [Plot]"]
    assert (await reader.page(Query(author="bo@"))).subjects == [
        "something else",
        "plot again",
    ]
    both = await reader.page(Query(author="bo", text="plot"))
    assert both.subjects == ["plot again"]
    last = (await reader.page(Query())).rows[0]["committedAt"]
    assert (await reader.page(Query(since=last))).subjects == ["something else"]
    assert len((await reader.page(Query(until=last - 1000))).rows) == 2
    in_path = await reader.page(Query(author="bo", path=b"a"))
    assert in_path.subjects == ["something else"]


@pytest.mark.parametrize("hostile", ["--output=x", "-n1", "--exec=id"])
async def test_a_search_text_is_never_an_option(
    reader: Reader, work: TestRepo, hostile: str
) -> None:
    work.commit(f"says {hostile} here", files={"a": "1"})
    assert len((await reader.page(Query(text=hostile))).rows) == 1
    assert not (work.top / "x").exists()


async def test_subjects_with_odd_characters_shift_nothing(
    reader: Reader, work: TestRepo
) -> None:
    work.commit("line\u2028separator and \u202eright to left", files={"a": "1"})
    work.commit("plain", files={"a": "2"})
    page = await reader.page(Query())
    assert page.subjects == ["plain", "line separator and <202E>right to left"]
    assert page.rows[1]["author"]["name"] == "Ana"


async def test_the_history_of_an_empty_repository_is_empty(
    reader: Reader, work: TestRepo
) -> None:
    page = await reader.page(Query())
    assert page.rows == []
    assert "cursor" not in page.end


async def test_a_forged_cursor_is_refused(reader: Reader, work: TestRepo) -> None:
    work.commit("one", files={"a": "1"})
    for forged in ("x", "W1siLS1vdXRwdXQ9eCJdLDAsbnVsbF0=", "WzEsMiwzXQ=="):
        page = await reader.page(Query(cursor=forged))
        assert page.error is not None
        assert page.error["code"] in ("BAD_REQUEST", "GIT_MOVED")
    assert not (work.top / "x").exists()
