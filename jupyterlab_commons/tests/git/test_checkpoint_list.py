"""What was kept is found again, newest first; of too many the oldest are removed."""

from __future__ import annotations

import os
import time
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git import checkpoint_refs
from jupyterlab_commons.git.checkpoint_refs import PREFIX, checkpoint_name, new_name
from jupyterlab_commons.git.people import Person
from jupyterlab_commons.git.revisions import repo_path
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService

from .repos import TestRepo
from .traps import AS_A, defence

ANA = Person("Ana", "ana@example.org")


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"a": "1\n", "b": "1\n"})
    return await git.repositories.open("work")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoint_refs, "MOST_OF_A_FILE", 3)
    monkeypatch.setattr(checkpoint_refs, "MOST_IN_ALL", 5)


async def keep(git: GitService, repo: Repo, path: bytes, *contents: str) -> None:
    place = os.path.join(os.fsencode(repo.top), path)
    for content in contents:
        with open(place, "w") as file:
            file.write(content)
        await git.checkpoints.checkpoint(repo, path, f"Kept {content}\n", ANA)


async def page(
    git: GitService, repo: Repo, path: bytes | None = None, **more: Any
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    after, limit = more.get("after", ""), more.get("limit", 50)
    lines = [e async for e in git.checkpoints.lines(repo, path, after, limit)]
    return [line["checkpoint"] for line in lines[:-1]], lines[-1]["end"]


async def messages(git: GitService, repo: Repo, path: bytes | None = None) -> list[str]:
    return [each["message"] for each in (await page(git, repo, path))[0]]


async def test_all_are_listed_newest_first_each_with_its_file(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    await keep(git, repo, b"a", "one")
    await keep(git, repo, b"b", "two")
    await keep(git, repo, b"a", "three")
    found, end = await page(git, repo)
    assert [(e["path"], e["message"]) for e in found] == [
        ("a", "Kept three"),
        ("b", "Kept two"),
        ("a", "Kept one"),
    ]
    assert end == {"ofFile": 50, "inAll": 1000}
    for each in found:
        shown = work.git("show", f"{each['hash']}:{each['path']}").decode()
        assert f"Kept {shown}" == each["message"]
        assert each["author"] == "Ana"
    assert [e["at"] for e in found] == sorted((e["at"] for e in found), reverse=True)
    assert await messages(git, repo, b"a") == ["Kept three", "Kept one"]
    assert await messages(git, repo, b"never") == []


async def test_a_page_is_one_git_and_pages_join(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    await keep(git, repo, b"a", *map(str, range(7)))
    before, after, found = git.runner.started, "", []
    for number in range(3):
        rows, end = await page(git, repo, after=after, limit=3)
        found += rows
        after = end.get("cursor", "")
        assert bool(after) == (number < 2)
        # One that is kept meanwhile moves no page.
        if number == 0:
            started = git.runner.started
            await keep(git, repo, b"b", "new")
            before += git.runner.started - started
    assert git.runner.started == before + 3
    assert [each["message"] for each in found] == [
        f"Kept {n}" for n in range(6, -1, -1)
    ]


async def test_of_any_name_the_file_is_told(git: GitService, repo: Repo) -> None:
    names = [
        b'q"uo\te\n\t',
        b"caf\xe9 data[1]",
        b" -x ",
        "ü\u2028%20".encode(),
        b"a: b",
    ]
    for name in names:
        await keep(git, repo, name, "1")
    found, _ = await page(git, repo)
    told = [repo_path(each["path"]) for each in found]
    assert told == names[::-1]


@pytest.mark.usefixtures("few")
async def test_the_newest_of_each_file_and_in_all_stay(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    head, status = work.head(), work.git("for-each-ref", "refs/heads")
    work.git("update-ref", f"{PREFIX}mine", "HEAD")
    await keep(git, repo, b"a", "1", "2", "3", "4")
    assert await messages(git, repo) == ["Kept 4", "Kept 3", "Kept 2"]
    await keep(git, repo, b"b", "1", "2")
    assert await messages(git, repo, b"a") == ["Kept 4", "Kept 3", "Kept 2"]
    await keep(git, repo, b"b", "3")
    assert await messages(git, repo, b"a") == ["Kept 4", "Kept 3"]
    assert await messages(git, repo, b"b") == ["Kept 3", "Kept 2", "Kept 1"]
    # What somebody else has put there is neither counted nor removed.
    assert work.git("rev-parse", f"{PREFIX}mine").decode().strip() == head
    assert work.git("for-each-ref", "refs/heads") == status


@pytest.mark.usefixtures("few")
async def test_with_a_clock_that_was_set_back_the_last_one_is_the_newest(
    git: GitService, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await keep(git, repo, b"a", "1", "2", "3")
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    await keep(git, repo, b"a", "4")
    assert await messages(git, repo) == ["Kept 4", "Kept 3", "Kept 2"]


@defence("file of a checkpoint")
async def test_a_ref_that_nobody_here_has_made_is_not_listed(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    for path in (b"../../etc/passwd", b".git/config", b"/etc/passwd", b""):
        message = checkpoint_refs.with_path("Look\n", path)
        args = ["commit-tree", "HEAD^{tree}", "-p", "HEAD", "-F", "-"]
        made = work.git(*args, stdin=message.encode(), env=AS_A)
        commit = made.decode().strip()
        work.git("update-ref", new_name(path, []), commit)
        # Its ref names another file than its last line.
        work.git("update-ref", new_name(b"a", []), commit)
        work.git(
            "update-ref", new_name(path, []).replace("commons/", "commons/x/"), commit
        )
    assert await messages(git, repo) == []
    await keep(git, repo, b"a", "1")
    assert await messages(git, repo) == ["Kept 1"]


async def test_what_is_written_in_a_message_names_no_other_file(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("a", "2")
    message = "Kept\n\nCheckpoint-of: b\n"
    await git.checkpoints.checkpoint(repo, b"a", message, ANA)
    [found] = (await page(git, repo))[0]
    assert found["path"] == "a"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        pytest.param(key, value, marks=defence(key))
        for key, value in (("core.commentChar", "C"), ("trailer.separators", "="))
    ],
)
async def test_no_setting_hides_which_file_it_is(
    git: GitService, work: TestRepo, repo: Repo, key: str, value: str
) -> None:
    await keep(git, repo, b"a", "1")
    work.git("config", key, value)
    asked = "--format=%(contents:trailers:key=Checkpoint-of,valueonly)"
    assert work.git("for-each-ref", asked, PREFIX).strip() == b""
    assert await messages(git, repo) == ["Kept 1"]


@defence("checkpoint_name")
@pytest.mark.parametrize(
    "value",
    [
        "HEAD",
        "--all",
        "refs/heads/main",
        f"{PREFIX}x",
        f"{PREFIX}{'1' * 16}-{'a' * 19}\n",
    ],
)
def test_only_the_name_of_a_checkpoint_is_taken_to_go_on_from(value: str) -> None:
    with pytest.raises(CommonsError) as refused:
        checkpoint_name(value)
    assert refused.value.code == "BAD_REQUEST"


def lose(work: TestRepo, name: str) -> None:
    """As after a power cut: the name is there, the commit is not."""
    (work.top / ".git/objects" / name[:2] / name[2:]).unlink()


@pytest.mark.parametrize("place", [0, 1, 2])
async def test_one_whose_commit_is_lost_takes_no_other_with_it(
    git: GitService, work: TestRepo, repo: Repo, place: int
) -> None:
    await keep(git, repo, b"a", "one", "two", "three")
    found, _ = await page(git, repo)
    lose(work, found[place]["hash"])
    left = [each["message"] for each in found if each is not found[place]]
    assert await messages(git, repo) == left
    assert await messages(git, repo, b"a") == left
    await keep(git, repo, b"a", "four")
    assert await messages(git, repo) == ["Kept four", *left]
    assert (await page(git, repo, limit=1))[1]["cursor"]


async def test_a_repository_that_is_broken_otherwise_says_so(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    await keep(git, repo, b"a", "one")
    found, _ = await page(git, repo)
    lose(work, found[0]["hash"])
    lines = [e async for e in git.checkpoints.lines(repo, None, "", 50)]
    assert [line["error"]["code"] for line in lines] == ["GIT_FAILED"]
