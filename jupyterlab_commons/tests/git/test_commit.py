"""A commit is of what is staged, on top of the HEAD that was seen, or is not made."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.commits import CommitRequest
from jupyterlab_commons.git.people import (
    Person,
    author_of,
    clean_message,
    read_person,
    with_co_authors,
)
from jupyterlab_commons.git.runner import Repo, Result
from jupyterlab_commons.git.service import GitService

from .repos import TestRepo
from .traps import AS_A, Trap, falls

ANA = Person("Ana", "ana@example.org")
BO = Person("Bo", "bo@example.org")


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"a": "1\n"})
    return await git.repositories.open("work")


def change(work: TestRepo, content: str = "2\n") -> str:
    work.write("a", content)
    work.git("add", "a")
    return work.head()


async def commit(
    git: GitService, repo: Repo, head: str | None, text: str = "Say two\n", **more: bool
) -> str:
    request = CommitRequest(text, head, [], **more)
    doing = (await git.repositories.info("work")).told.get("doing")
    told = await git.commits.commit(repo, ANA, request, doing)
    made: str = told["hash"]
    return made


async def test_what_is_staged_is_committed_and_nothing_else(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    head = change(work)
    work.write("a", "3\n")
    work.write("new", "x")
    made = await commit(git, repo, head)
    assert made == work.head()
    assert work.git("log", "-1", "--format=%P%n%an <%ae>%n%cn <%ce>%n%B") == (
        f"{head}\n{ANA}\n{ANA}\nSay two\n\n".encode()
    )
    assert work.git("show", "HEAD:a") == b"2\n"
    assert work.git("status", "--porcelain") == b" M a\n?? new\n"
    assert work.git("reflog", "-1", "--format=%gs") == b"commit: Say two\n"


async def test_a_first_commit_is_made_where_there_was_none(
    git: GitService, work: TestRepo
) -> None:
    repo = await git.repositories.open("work")
    with pytest.raises(CommonsError, match="nothing is staged"):
        await commit(git, repo, None)
    work.write("a", "1")
    work.git("add", "a")
    made = await commit(git, repo, None)
    assert work.git("log", "--format=%H") == f"{made}\n".encode()
    with pytest.raises(CommonsError) as moved:
        await commit(git, repo, None)
    assert moved.value.code == "GIT_MOVED"


async def test_nothing_staged_is_refused_in_words(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("a", "2\n")
    with pytest.raises(CommonsError, match="nothing is staged") as refused:
        await commit(git, repo, work.head())
    assert refused.value.code == "GIT_REFUSED"


async def test_a_head_that_has_moved_is_not_built_upon(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    old = work.head()
    new = work.commit(files={"b": "by somebody else"})
    change(work)
    with pytest.raises(CommonsError) as moved:
        await commit(git, repo, old)
    assert moved.value.code == "GIT_MOVED"
    assert work.head() == new
    assert work.git("diff", "--cached", "--name-only") == b"a\n"


async def test_a_commit_by_another_git_at_the_same_moment_is_not_buried(
    git: GitService, work: TestRepo, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes after our last look at HEAD, and before HEAD is moved."""
    head = change(work)
    run = git.runner.run
    others = []

    async def meanwhile(where: Repo, args: Any, **more: Any) -> Result:
        if args[0] == "update-ref":
            work.git("commit", "-q", "-m", "In a terminal", env=AS_A)
            others.append(work.head())
        return await run(where, args, **more)

    monkeypatch.setattr(git.runner, "run", meanwhile)
    with pytest.raises(CommonsError) as moved:
        await commit(git, repo, head)
    assert moved.value.code == "GIT_MOVED"
    assert [work.head()] == others


async def test_of_many_commits_at_once_on_one_head_one_is_made(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    head = change(work)
    done = await asyncio.gather(
        *(commit(git, repo, head, f"Number {each}\n") for each in range(5)),
        return_exceptions=True,
    )
    codes = [getattr(each, "code", "made") for each in done]
    assert sorted(codes) == [*["GIT_MOVED"] * 4, "made"]
    assert work.git("rev-list", "--count", "HEAD") == b"2\n"


async def test_a_merge_is_committed_with_both_parents(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.git("switch", "-q", "-c", "other")
    other = work.commit(files={"a": "other\n"})
    work.git("switch", "-q", "main")
    head = work.commit(files={"a": "main\n"})
    with pytest.raises(RuntimeError):
        work.git("merge", "other", env=AS_A)
    with pytest.raises(CommonsError, match="a: in conflict") as refused:
        await commit(git, repo, head)
    assert refused.value.code == "GIT_REFUSED"
    change(work, "both\n")
    await commit(git, repo, head)
    assert work.git("log", "-1", "--format=%P") == f"{head} {other}\n".encode()
    assert not (work.top / ".git/MERGE_HEAD").exists()


async def test_other_verbs_that_are_half_done_are_refused_in_words(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    head = change(work)
    (work.top / ".git/CHERRY_PICK_HEAD").write_text(f"{head}\n")
    with pytest.raises(CommonsError, match="a cherry-pick is half done"):
        await commit(git, repo, head)
    assert work.head() == head


async def test_no_hook_runs_unless_it_is_trusted_and_asked_for(
    git: GitService, work: TestRepo, repo: Repo, trap: Trap
) -> None:
    for name in ("pre-commit", "reference-transaction"):
        trap.script(work.top / ".git/hooks" / name)
    assert falls(work, trap, "commit", "--allow-empty", "-m", "x", **AS_A)
    repo = await git.repositories.open("work")
    head = change(work)
    with pytest.raises(CommonsError) as refused:
        await commit(git, repo, head, hooks=True)
    assert refused.value.code == "GIT_UNTRUSTED"
    assert work.head() == head
    made = await commit(git, repo, head)
    assert not trap.ran
    info = await git.repositories.info("work")
    git.repositories.trust.trust(repo.git_dir, info.programs, info.programs.shown)
    trusted = await git.repositories.open("work")
    change(work, "3\n")
    with pytest.raises(CommonsError) as moved:
        await commit(git, trusted, head, hooks=True)
    assert moved.value.code == "GIT_MOVED"
    assert not trap.ran
    await commit(git, trusted, made, hooks=True)
    assert trap.ran


async def test_what_a_hook_refuses_is_told_and_not_done(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    hook = work.top / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho 'line 3 is too long' >&2\nexit 1\n")
    hook.chmod(0o755)
    info = await git.repositories.info("work")
    git.repositories.trust.trust(repo.git_dir, info.programs, info.programs.shown)
    trusted = await git.repositories.open("work")
    head = change(work)
    with pytest.raises(CommonsError, match="a hook says: line 3 is too long"):
        await commit(git, trusted, head, hooks=True)
    assert work.head() == head
    assert work.git("diff", "--cached", "--name-only") == b"a\n"


async def test_nothing_is_signed_by_a_program_that_nobody_trusts(
    git: GitService, work: TestRepo, repo: Repo, trap: Trap
) -> None:
    work.git("config", "commit.gpgSign", "true")
    work.git("config", "gpg.program", str(trap.script(work.top.parent / "evil")))
    assert falls(work, trap, "commit", "--allow-empty", "-m", "x", **AS_A)
    repo = await git.repositories.open("work")
    await commit(git, repo, change(work))
    assert not trap.ran


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("One", "One\n"),
        ("\r\n\r\nOne  \r\n\r\n# kept\r\n\n\n  indented\t\n\n", None),
        ("Fix #1\n\n---\n<b>ü \u2028", "Fix #1\n\n---\n<b>ü \u2028\n"),
    ],
)
def test_a_message_is_cleaned_and_never_mangled(text: str, clean: str | None) -> None:
    assert clean_message(text) == clean or (
        clean is None and clean_message(text) == "One\n\n# kept\n\n\n  indented\n"
    )


@pytest.mark.parametrize("text", ["", " \n\t\n", "a\0b", "\ud800", None, "x" * 65_537])
def test_a_message_that_is_none_is_refused(text: object) -> None:
    with pytest.raises(CommonsError) as refused:
        clean_message(text)
    assert refused.value.code == "BAD_REQUEST"


async def test_lines_that_begin_with_a_hash_reach_the_commit(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    text = "# 1 is fixed\n\n# so is 2\n\n\n\nend\n"
    await commit(git, repo, change(work), text)
    assert work.git("log", "-1", "--format=%B") == f"{text}\n".encode()


def test_each_co_author_has_one_trailer_and_the_author_none() -> None:
    others = [BO, Person("Bo again", "BO@example.org"), ANA, Person("Ço", "ç@x")]
    text = with_co_authors("Subject\n", ANA, others)
    wanted = "Co-authored-by: Bo <bo@example.org>\nCo-authored-by: Ço <ç@x>\n"
    assert text == f"Subject\n\n{wanted}"
    assert with_co_authors(text, ANA, others) == text
    signed = "Subject\n\nSigned-off-by: Ana <ana@example.org>\n"
    assert with_co_authors(signed, ANA, [BO]) == (
        f"{signed}Co-authored-by: Bo <bo@example.org>\n"
    )
    assert with_co_authors("Fix: it\n", ANA, [BO]).startswith("Fix: it\n\nCo-")


@pytest.mark.parametrize(
    ("name", "email"),
    [
        ("A\nCo-authored-by: Eve", "a@x"),
        ("A <eve@x>", "a@x"),
        ("A", "a@x>\n"),
        ("A", "a b@x"),
        ("", "a@x"),
        ("A", ""),
        ("A\u2028B", "a@x"),
        ("A" * 257, "a@x"),
        (1, "a@x"),
    ],
)
def test_a_name_cannot_write_into_the_message(name: object, email: object) -> None:
    with pytest.raises(CommonsError) as refused:
        read_person({"name": name, "email": email})
    assert refused.value.code == "BAD_REQUEST"


def test_without_a_name_a_person_is_told_how_to_set_one() -> None:
    with pytest.raises(CommonsError, match="git config --global") as refused:
        author_of({})
    assert refused.value.code == "GIT_REFUSED"
