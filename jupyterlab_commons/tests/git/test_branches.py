"""Branches and tags, with all the work that they could lose."""

from __future__ import annotations

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.people import Person
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService

from .repos import TestRepo

ANA = Person("Ana", "ana@example.org")


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"a": "1\n"})
    return await git.repositories.open("work")


def branch(work: TestRepo) -> str:
    return work.git("branch", "--show-current").decode().strip()


async def refusal(call: object) -> CommonsError:
    with pytest.raises(CommonsError) as refused:
        await call  # type: ignore[misc]
    return refused.value


async def test_a_branch_is_made_and_checked_out(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    first = work.head()
    work.commit(files={"a": "2\n"})
    assert await git.branches.create(repo, "fix/1.2", first) == {"ref": "fix/1.2"}
    assert branch(work) == "main"
    await git.branches.switch(repo, "fix/1.2")
    assert (branch(work), work.head()) == ("fix/1.2", first)
    assert (work.top / "a").read_text() == "1\n"
    refused = await refusal(git.branches.create(repo, "main", first))
    assert refused.code == "GIT_REFUSED"
    assert work.git("rev-parse", "main").decode().strip() != first


async def test_unpushed_work_on_a_branch_of_the_same_name_is_not_reset(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    """Where `checkout -B` has lost it."""
    theirs = work.head()
    work.git("update-ref", "refs/remotes/origin/feature/x", theirs)
    work.git("config", "remote.origin.url", "https://example.org/x")
    fetch = "+refs/heads/*:refs/remotes/origin/*"
    work.git("config", "remote.origin.fetch", fetch)
    work.git("switch", "-q", "-c", "feature/x")
    mine = work.commit(files={"a": "unpushed\n"})
    work.git("switch", "-q", "main")
    told = await git.branches.switch(repo, "origin/feature/x")
    assert told["ref"] == "feature/x"
    assert "differs from origin/feature/x" in told["detail"]
    assert work.head() == mine
    work.git("switch", "-q", "main")
    work.git("update-ref", "refs/remotes/origin/other", theirs)
    await git.branches.switch(repo, "origin/other")
    assert branch(work) == "other"
    upstream = work.git("rev-parse", "--abbrev-ref", "other@{upstream}")
    assert upstream == b"origin/other\n"


async def test_local_changes_and_ignored_files_are_not_overwritten(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.git("switch", "-q", "-c", "other")
    work.commit(files={"a": "2\n", "results.csv": "theirs", "new": "theirs"})
    work.git("switch", "-q", "main")
    work.write("a", "mine\n")
    refused = await refusal(git.branches.switch(repo, "other"))
    assert (refused.code, "a" in refused.detail) == ("GIT_REFUSED", True)
    work.git("checkout", "-q", "a")
    work.write("new", "mine")
    refused = await refusal(git.branches.switch(repo, "other"))
    assert (refused.code, "new" in refused.detail) == ("GIT_REFUSED", True)
    (work.top / "new").unlink()
    (work.top / ".git/info/exclude").write_text("results.csv\n")
    work.write("results.csv", "a night of work")
    refused = await refusal(git.branches.switch(repo, "other"))
    assert refused.code == "GIT_REFUSED"
    assert (work.top / "results.csv").read_text() == "a night of work"
    assert branch(work) == "main"
    # Plain git takes what it ignores for worthless.
    work.git("switch", "-q", "other")
    assert (work.top / "results.csv").read_text() == "theirs"


async def test_only_what_is_merged_is_deleted(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    first = work.head()
    work.git("branch", "merged")
    work.git("switch", "-q", "-c", "work")
    tip = work.commit(files={"a": "2\n"})
    work.git("switch", "-q", "main")
    told = await git.branches.delete(repo, "merged")
    assert told == {"ref": "merged", "hash": first}
    assert (await refusal(git.branches.delete(repo, "work"))).code == "GIT_REFUSED"
    assert (await refusal(git.branches.delete(repo, "main"))).code == "GIT_REFUSED"
    assert (await refusal(git.branches.delete(repo, "x"))).code == "GIT_NOT_FOUND"
    # A branch that is said to follow itself has always been merged, says git.
    work.git("config", "branch.work.remote", ".")
    work.git("config", "branch.work.merge", "refs/heads/work")
    assert (await refusal(git.branches.delete(repo, "work"))).code == "GIT_REFUSED"
    assert work.git("rev-parse", "work").decode().strip() == tip
    work.git("branch", "-d", "work")


async def test_tags_are_made_with_and_without_a_message_and_deleted(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    head = work.head()
    await git.branches.create_tag(repo, "v1.0", None, None, ANA)
    text = "# First\n\n\nrelease\n"
    await git.branches.create_tag(repo, "v1.1", "main", text, ANA)
    assert work.git("cat-file", "-t", "v1.0") == b"commit\n"
    raw = work.git("cat-file", "tag", "v1.1").decode()
    assert f"tagger {ANA} " in raw
    assert raw.endswith(f"\n\n{text}")
    again = git.branches.create_tag(repo, "v1.0", None, None, ANA)
    assert (await refusal(again)).code == "GIT_REFUSED"
    told = await git.branches.delete_tag(repo, "v1.1")
    assert told == {"ref": "v1.1", "hash": head}
    assert work.git("tag") == b"v1.0\n"


@pytest.mark.parametrize(
    "name",
    ["-x", "--exec=x", "a b", "a..b", "a.lock", "HEAD", "@", "a~1", "", "f" * 40],
)
async def test_a_name_is_never_an_option_or_a_revision(
    git: GitService, work: TestRepo, repo: Repo, name: str
) -> None:
    for call in (
        git.branches.create(repo, name, None),
        git.branches.create_tag(repo, name, None, None, ANA),
    ):
        assert (await refusal(call)).code == "BAD_REQUEST"
    for call in (git.branches.switch(repo, name), git.branches.delete(repo, name)):
        assert (await refusal(call)).code == "GIT_NOT_FOUND"
    for call in (
        git.branches.create(repo, "fine", name),
        git.branches.create_tag(repo, "fine", name, None, ANA),
    ):
        if name not in ("HEAD", "f" * 40):
            assert (await refusal(call)).code == "BAD_REQUEST"
        else:
            call.close()


async def test_a_branch_made_from_a_remote_one_of_another_name_does_not_follow_it(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    """Or a push of it would go there."""
    work.git("config", "remote.origin.url", "https://example.org/x")
    fetch = "+refs/heads/*:refs/remotes/origin/*"
    work.git("config", "remote.origin.fetch", fetch)
    work.git("update-ref", "refs/remotes/origin/main", "HEAD")
    await git.branches.create(repo, "mine", "origin/main")
    with pytest.raises(RuntimeError):
        work.git("rev-parse", "--abbrev-ref", "mine@{upstream}")


async def test_without_a_commit_there_is_nothing_to_branch_from(
    git: GitService, work: TestRepo
) -> None:
    repo = await git.repositories.open("work")
    refused = await refusal(git.branches.create(repo, "x", None))
    assert (refused.code, refused.detail) == ("GIT_REFUSED", "there is no commit yet")
