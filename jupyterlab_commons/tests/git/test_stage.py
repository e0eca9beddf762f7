"""Whole files into the index and out of it; the files themselves stay."""

from __future__ import annotations

import asyncio
import os

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.handlers.bodies import Body
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService

from .repos import TestRepo
from .traps import AS_A, Trap


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"data[1].csv": "1\n", "data1.csv": "1\n", "a": "1\n" * 20})
    return await git.repositories.open("work")


def staged(work: TestRepo) -> list[str]:
    out = work.git("diff", "--cached", "--name-status", "-M", "-z").decode()
    return out.split("\0")[:-1]


async def test_brackets_in_a_name_are_no_pattern(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("data[1].csv", "2\n")
    work.write("data1.csv", "2\n")
    work.git("add", "data[1].csv")
    # Plain git, for comparison, takes the other file as well.
    assert "data1.csv" in staged(work)
    work.git("reset", "-q")
    await git.stages.stage(repo, [b"data[1].csv"])
    assert staged(work) == ["M", "data[1].csv"]
    work.git("add", "-A")
    await git.stages.unstage(repo, [b"data[1].csv"])
    assert staged(work) == ["M", "data1.csv"]
    assert (work.top / "data1.csv").read_text() == "2\n"
    assert (work.top / "data[1].csv").read_text() == "2\n"


async def test_deletions_folders_and_renames_go_in_and_out(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    (work.top / "data1.csv").unlink()
    work.write("folder/one", "x")
    work.write("folder/deep/two", "y")
    (work.top / "a").rename(work.top / "b")
    await git.stages.stage(repo, [b"data1.csv", b"folder", b"a", b"b"])
    wanted = ["D", "data1.csv", "A", "folder/deep/two", "A", "folder/one"]
    assert staged(work) == ["R100", "a", "b", *wanted]
    await git.stages.unstage(repo, [b"b", b"folder"])
    assert staged(work) == ["D", "data1.csv"]
    await git.stages.unstage(repo, [b"data1.csv"])
    assert staged(work) == []
    assert (work.top / "b").exists()
    assert not (work.top / "data1.csv").exists()


async def test_all_files_or_none(git: GitService, work: TestRepo, repo: Repo) -> None:
    work.write("a", "2")
    work.write(".gitignore", "*.log\n")
    work.write("x.log", "")
    with pytest.raises(CommonsError, match="gone") as gone:
        await git.stages.stage(repo, [b"a", b"never"])
    assert gone.value.code == "GIT_MOVED"
    with pytest.raises(CommonsError, match=r"x\.log: is ignored") as ignored:
        await git.stages.stage(repo, [b"a", b"x.log"])
    assert ignored.value.code == "GIT_REFUSED"
    assert staged(work) == []


async def test_a_repository_inside_is_not_staged_as_a_bare_link(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    TestRepo(work.top / "folder" / "inner").commit(files={"f": "lost"})
    # Plain git stages a link to a commit that nobody else has.
    work.git("add", "folder")
    assert b"160000" in work.git("ls-files", "--stage", "folder")
    work.git("reset", "-q")
    with pytest.raises(CommonsError, match="a repository of its own"):
        await git.stages.stage(repo, [b"folder"])
    assert staged(work) == []


async def test_before_the_first_commit_a_file_goes_in_and_out(
    git: GitService, root: os.PathLike[str], work: TestRepo
) -> None:
    work.write("a", "1")
    repo = await git.repositories.open("work")
    await git.stages.stage(repo, [b"a"])
    assert work.git("ls-files") == b"a\n"
    await git.stages.unstage(repo, [b"a"])
    assert work.git("ls-files") == b""
    assert (work.top / "a").exists()


async def test_a_name_that_is_no_utf8_is_staged(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    with open(os.path.join(os.fsencode(work.top), b"caf\xe9\n"), "wb"):
        pass
    await git.stages.stage(repo, [b"caf\xe9\n"])
    assert b"caf\xe9\n\0" in work.git("ls-files", "-z")
    await git.stages.unstage(repo, [b"caf\xe9\n"])
    assert b"caf\xe9\n\0" not in work.git("ls-files", "-z")


async def test_a_conflict_is_not_unstaged_away(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.git("switch", "-q", "-c", "other")
    work.commit(files={"a": "2\n"})
    work.git("switch", "-q", "main")
    work.commit(files={"a": "3\n"})
    with pytest.raises(RuntimeError):
        work.git("merge", "other", env=AS_A)
    before = work.git("ls-files", "--stage")
    with pytest.raises(CommonsError, match="a: is in conflict"):
        await git.stages.unstage(repo, [b"a"])
    assert work.git("ls-files", "--stage") == before
    work.write("a", "resolved\n")
    await git.stages.stage(repo, [b"a"])
    assert work.git("ls-files", "--unmerged") == b""


async def test_filters_that_nobody_trusts_are_neither_run_nor_left_out(
    git: GitService, work: TestRepo, repo: Repo, trap: Trap
) -> None:
    work.git("config", "filter.up.clean", f"tr a-z A-Z; {trap.command}")
    work.write(".gitattributes", "a filter=up\n")
    work.write("a", "word\n")
    repo = await git.repositories.open("work")
    with pytest.raises(CommonsError, match=r"filter\.up\.clean") as refused:
        await git.stages.stage(repo, [b"a"])
    assert refused.value.code == "GIT_UNTRUSTED"
    assert not trap.ran
    assert staged(work) == []
    info = await git.repositories.info("work")
    git.repositories.trust.trust(repo.git_dir, info.programs, info.programs.shown)
    await git.stages.stage(await git.repositories.open("work"), [b"a"])
    assert work.git("show", ":a") == b"WORD\n"
    assert (work.top / "a").read_text() == "word\n"


async def test_a_lock_of_a_dead_git_is_explained_and_left_alone(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    lock = work.top / ".git" / "index.lock"
    work.git("rm", "-q", "--cached", "data1.csv")
    lock.write_text("")
    work.write("a", "2")
    for call in (
        git.stages.stage(repo, [b"a"]),
        git.stages.unstage(repo, [b"data1.csv"]),
    ):
        with pytest.raises(CommonsError, match=r"\.git/index\.lock has been") as busy:
            await call
        assert busy.value.code == "GIT_BUSY"
        assert "delete that file" in busy.value.detail
        assert lock.exists()


async def test_many_writers_at_once_leave_a_sane_index(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    names = [f"n{number}" for number in range(12)]
    for name in names:
        work.write(name, name)
    await asyncio.gather(
        *(git.stages.stage(repo, [name.encode()]) for name in names),
        *(git.stages.unstage(repo, [name.encode()]) for name in names[:6]),
    )
    assert staged(work) == [each for name in sorted(names[6:]) for each in ("A", name)]
    work.git("fsck", "--strict")


@pytest.mark.parametrize(
    "paths",
    [[], None, "a", [""], ["."], ["../a"], ["/a"], [".git/config"], ["a//b"], [1]],
)
def test_no_path_never_means_all_of_them(paths: object) -> None:
    with pytest.raises(CommonsError):
        Body({"repo": "", "paths": paths}).paths("paths")


def test_a_folder_may_be_named_as_status_tells_it() -> None:
    assert Body({"paths": ["folder/"]}).paths("paths") == [b"folder"]
