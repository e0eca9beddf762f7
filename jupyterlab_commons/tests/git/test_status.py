"""What is staged, changed and new."""

from __future__ import annotations

import os

import pytest

from jupyterlab_commons.git.service import GitService
from jupyterlab_commons.git.status import MOST_FILES

from .repos import TestRepo
from .traps import AS_A, Trap, dirty, falls


async def test_every_kind_of_change_is_told(git: GitService, work: TestRepo) -> None:
    names = ("changed", "staged", "gone", "unstaged-gone", "old name", "type")
    work.commit(files={name: f"{name}\n" * 9 for name in names})
    work.write("changed", "1")
    work.write("staged", "2")
    work.write("new", "3")
    work.git("mv", "old name", "new name\u2028of it")
    work.git("rm", "-q", "gone")
    work.git("add", "staged")
    (work.top / "unstaged-gone").unlink()
    (work.top / "type").unlink()
    (work.top / "type").symlink_to("new")
    work.write("folder/inside", "4")
    work.write("noted", "5")
    work.git("add", "--intent-to-add", "noted")
    told = await git.status.read(await git.repositories.open("work"))
    assert sorted(told["files"], key=lambda each: each["path"]) == [
        {"path": "changed", "unstaged": "changed"},
        {"path": "folder/", "unstaged": "untracked"},
        {"path": "gone", "staged": "deleted"},
        {"path": "new", "unstaged": "untracked"},
        {"path": "new name\u2028of it", "from": "old name", "staged": "renamed"},
        {"path": "noted", "unstaged": "untracked"},
        {"path": "staged", "staged": "changed"},
        {"path": "type", "unstaged": "type"},
        {"path": "unstaged-gone", "unstaged": "deleted"},
    ]
    assert (told["branch"], told["head"]) == ("main", work.head())


async def test_a_name_that_is_no_utf8_spoils_nothing(
    git: GitService, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    with open(os.path.join(os.fsencode(work.top), b"caf\xe9"), "wb") as file:
        file.write(b"x")
    work.write("a", "2")
    repo = await git.repositories.open("work")
    told = await git.status.read(repo)
    assert told["files"] == [
        {"path": "a", "unstaged": "changed"},
        {"path": "raw:Y2Fm6Q==", "unstaged": "untracked"},
    ]
    only = await git.status.read(repo, [b"caf\xe9"])
    assert only["files"] == [{"path": "raw:Y2Fm6Q==", "unstaged": "untracked"}]


async def test_a_branch_with_dots_is_told_with_what_is_ahead_and_behind(
    git: GitService, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    work.git("switch", "-q", "-c", "release/1.2.rc")
    work.git("branch", "--set-upstream-to=main")
    work.commit(files={"a": "2"})
    work.commit(files={"a": "3"})
    told = await git.status.read(await git.repositories.open("work"))
    assert told["branch"] == "release/1.2.rc"
    assert told["upstream"] == "main"
    assert (told["ahead"], told["behind"], told["files"]) == (2, 0, [])


async def test_a_conflict_a_detached_head_and_an_empty_repository_are_told(
    git: GitService, work: TestRepo
) -> None:
    repo = await git.repositories.open("work")
    assert await git.status.read(repo) == {"branch": "main", "files": []}
    work.commit(files={"a": "1\n"})
    work.git("switch", "-q", "-c", "other")
    work.commit(files={"a": "2\n"})
    work.git("switch", "-q", "--detach", "main")
    work.commit(files={"a": "3\n"})
    with pytest.raises(RuntimeError):
        work.git("merge", "other", env=AS_A)
    told = await git.status.read(repo)
    assert "branch" not in told
    assert told["files"] == [{"path": "a", "unstaged": "conflicted"}]


async def test_one_path_is_asked_for_literally(git: GitService, work: TestRepo) -> None:
    work.commit(files={"data[1].csv": "1", "data1.csv": "1"})
    work.write("data[1].csv", "2")
    work.write("data1.csv", "2")
    repo = await git.repositories.open("work")
    told = await git.status.read(repo, [b"data[1].csv"])
    assert [each["path"] for each in told["files"]] == ["data[1].csv"]


async def test_more_files_than_are_told_are_counted(
    git: GitService, work: TestRepo
) -> None:
    for number in range(MOST_FILES + 7):
        work.write(f"{number}", "")
    told = await git.status.read(await git.repositories.open("work"))
    assert (len(told["files"]), told["moreFiles"]) == (MOST_FILES, 7)


async def test_looking_at_files_runs_no_filter_of_the_repository(
    git: GitService, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "filter.x.clean", trap.command)
    (work.top / ".git/info/attributes").write_text("f filter=x\n")
    dirty(work)
    assert falls(work, trap, "status")
    told = await git.status.read(await git.repositories.open("work"))
    assert told["files"] == [{"path": "f", "unstaged": "changed"}]
    assert not trap.ran
