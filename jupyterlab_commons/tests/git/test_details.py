"""A commit in full: people, message, files."""

from __future__ import annotations

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.details import Details
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner

from .repos import TestRepo


@pytest.fixture
def details(runner: GitRunner) -> Details:
    return Details(runner)


async def test_a_commit_names_its_files_and_people(
    details: Details, repositories: Repositories, work: TestRepo
) -> None:
    text = "".join(f"{n}\n" for n in range(30))
    work.commit(files={"keep.txt": text, "old name.txt": text, "gone.txt": "x"})
    work.git("mv", "old name.txt", "new name.txt")
    work.git("rm", "-q", "gone.txt")
    work.write("new name.txt", text + "more\n")
    head = work.commit(
        "Subject\n\nBody\n\nCo-authored-by: Bo <bo@example.org>",
        files={"keep.txt": text.replace("5\n", "five\n"), "pic.png": b"\0\1\2"},
    )
    told = await details.commit(await repositories.open("work"), head)
    assert told["row"]["subject"] == "Subject"
    assert told["message"].startswith("Subject\n\nBody")
    assert told["coAuthors"] == [{"name": "Bo", "email": "bo@example.org"}]
    assert told["committer"]["name"] == "Ana"
    files = {each["path"]: each for each in told["files"]}
    assert files["gone.txt"]["change"] == "deleted"
    assert files["pic.png"]["binary"] is True
    assert files["keep.txt"]["added"] == files["keep.txt"]["removed"]
    assert files["new name.txt"] == {
        "path": "new name.txt",
        "from": "old name.txt",
        "change": "renamed",
        "added": 1,
        "removed": 0,
    }


async def test_the_first_commit_adds_everything(
    details: Details, repositories: Repositories, work: TestRepo
) -> None:
    head = work.commit(files={"a": "1\n", "b": "2\n"})
    told = await details.commit(await repositories.open("work"), head)
    assert [(f["path"], f["change"]) for f in told["files"]] == [
        ("a", "added"),
        ("b", "added"),
    ]


async def test_two_commits_are_compared(
    details: Details, repositories: Repositories, work: TestRepo
) -> None:
    first = work.commit(files={"a": "1\n"})
    work.commit(files={"b": "1\n"})
    last = work.commit(files={"c": "1\n"})
    told = await details.commit(await repositories.open("work"), last, first)
    assert [f["path"] for f in told["files"]] == ["b", "c"]


async def test_a_name_that_is_no_utf8_breaks_nothing(
    details: Details, repositories: Repositories, work: TestRepo
) -> None:
    blob = work.git("hash-object", "-w", "--stdin", stdin=b"x").strip()
    entry = b"100644 " + blob + b"\tbad-\xff-name\0"
    work.git("update-index", "-z", "--index-info", stdin=entry)
    tree = work.git("write-tree").decode().strip()
    head = work.git(
        *("-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", tree, "-m", "x")
    )
    told = await details.commit(await repositories.open("work"), head.decode().strip())
    assert told["files"][0]["path"].startswith("raw:")


async def test_a_huge_message_is_cut_and_says_so(
    details: Details, repositories: Repositories, work: TestRepo
) -> None:
    work.write("a", "1")
    work.git("add", "a")
    tree = work.git("write-tree").decode().strip()
    head = work.git(
        *("-c", "user.name=A", "-c", "user.email=a@b", "commit-tree", tree, "-F", "-"),
        stdin=b"subject\n\n" + b"0123456789abcde\n" * 330_000,
    )
    told = await details.commit(await repositories.open("work"), head.decode().strip())
    assert told["cut"] is True
    assert len(told["message"]) == 65_536
    assert told["row"]["subject"] == "subject"


async def test_what_is_no_commit_is_not_found(
    details: Details, repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    blob = work.git("rev-parse", "HEAD:a").decode().strip()
    repo = await repositories.open("work")
    for name in ("0" * 40, blob):
        with pytest.raises(CommonsError) as refused:
            await details.commit(repo, name)
        assert refused.value.code == "GIT_NOT_FOUND"
