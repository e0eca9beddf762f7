"""A yes holds for exactly what was seen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.programs import MAX_PROGRAMS, Program, Programs
from jupyterlab_commons.git.repository import Repositories, RepositoryInfo
from jupyterlab_commons.git.runner import Lane
from jupyterlab_commons.git.trust import TrustStore

from .repos import TestRepo
from .traps import AS_A, Trap, cleaned, defence, falls


async def trust(repositories: Repositories) -> RepositoryInfo:
    info = await repositories.info("work")
    assert info.repo is not None
    repositories.trust.trust(info.repo.git_dir, info.programs, info.programs.shown)
    return await repositories.info("work")


async def is_trusted(repositories: Repositories) -> bool:
    told = (await repositories.info("work")).told
    return told["trusted"] is True


async def test_trusted_filters_run_as_the_team_means_them(
    repositories: Repositories, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n"})
    cleaned(work, trap, "x")
    assert falls(work, trap, "status")
    repo = (await trust(repositories)).repo
    assert repo is not None
    await repositories.runner.run(repo, ["add", "f"], lane=Lane.WRITE)
    assert trap.ran


@pytest.mark.parametrize("asked", [False, True])
async def test_trusted_hooks_run_where_they_are_asked_for(
    repositories: Repositories, work: TestRepo, trap: Trap, *, asked: bool
) -> None:
    work.commit(files={"f": "one\n"})
    trap.script(work.top / ".git" / "hooks" / "pre-commit")
    repo = (await trust(repositories)).repo
    assert repo is not None
    commit = ["commit", "--allow-empty", "-m", "x"]
    done = await repositories.runner.run(
        repo, commit, lane=Lane.WRITE, env=AS_A, hooks=asked
    )
    assert (done.code, trap.ran) == (0, asked)


@defence("seal")
@pytest.mark.parametrize("change", ["value", "key", "new", "hook", "content"])
async def test_anything_else_than_was_seen_is_not_trusted(
    repositories: Repositories, work: TestRepo, trap: Trap, change: str
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "filter.x.clean", "cat")
    hook = trap.script(work.top / ".git" / "hooks" / "pre-commit")
    assert not await is_trusted(repositories)
    before = (await trust(repositories)).repo
    assert before is not None
    assert await is_trusted(repositories)
    if change == "value":
        work.git("config", "filter.x.clean", "cat ")
    elif change == "key":
        work.git("config", "--unset", "filter.x.clean")
        work.git("config", "filter.y.clean", "cat")
    elif change == "new":
        work.git("config", "core.sshCommand", "ssh")
    elif change == "hook":
        trap.script(work.top / ".git" / "hooks" / "post-commit")
    else:
        hook.write_text("#!/bin/sh\necho other\n")
    assert not await is_trusted(repositories)
    with pytest.raises(CommonsError) as refused:
        await repositories.runner.run(
            before, ["commit", "-m", "x"], lane=Lane.WRITE, hooks=True
        )
    assert refused.value.code == "GIT_MOVED"


@defence("shown list")
async def test_a_list_that_has_changed_since_it_was_shown_is_refused(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "filter.x.clean", "cat")
    shown = (await repositories.info("work")).programs.shown
    work.git("config", "filter.x.clean", "evil")
    info = await repositories.info("work")
    assert info.repo is not None
    for seen in (shown, (), (*info.programs.shown, Program("a", "b", "local"))):
        with pytest.raises(CommonsError) as refused:
            repositories.trust.trust(info.repo.git_dir, info.programs, seen)
        assert refused.value.code == "GIT_MOVED"
    assert not await is_trusted(repositories)


@defence("whole list")
@pytest.mark.parametrize("hidden", ["many", "long"])
async def test_what_cannot_be_shown_cannot_be_trusted(
    repositories: Repositories, work: TestRepo, hidden: str
) -> None:
    work.commit(files={"f": "one\n"})
    with (work.top / ".git" / "config").open("a") as config:
        if hidden == "many":
            for number in range(MAX_PROGRAMS + 1):
                config.write(f'[filter "x{number}"]\n\tclean = cat\n')
        else:
            config.write(f'[filter "x"]\n\tclean = "cat {" " * 5000}; evil"\n')
    info = await repositories.info("work")
    assert info.repo is not None
    with pytest.raises(CommonsError) as refused:
        repositories.trust.trust(info.repo.git_dir, info.programs, info.programs.shown)
    assert refused.value.code == "GIT_REFUSED"
    assert not await is_trusted(repositories)


async def test_a_yes_is_taken_back_and_outlives_the_server(
    repositories: Repositories, work: TestRepo, tmp_path: Path
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "filter.x.clean", "cat")
    info = await trust(repositories)
    assert info.repo is not None
    again = TrustStore(tmp_path / "data")
    assert again.trusts(info.repo.git_dir, info.programs)
    again.forget(info.repo.git_dir)
    assert not await is_trusted(repositories)


async def test_a_copy_of_a_trusted_repository_is_not_trusted(
    repositories: Repositories, work: TestRepo, root: Path
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "filter.x.clean", "cat")
    await trust(repositories)
    shutil.copytree(work.top, root / "copy")
    assert (await repositories.info("copy")).told["trusted"] is False


@pytest.mark.parametrize("content", ["", "[]", "{", '{"/x": 1}', "[" * 100_000])
def test_a_store_that_is_torn_trusts_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "trusted-repositories.json").write_text(content)
    store = TrustStore(tmp_path)
    programs = Programs((Program("a", "b", "local"),), "seal")
    assert not store.trusts(Path("/x"), programs)
    store.trust(Path("/x"), programs, programs.shown)
    assert store.trusts(Path("/x"), programs)
    assert os.stat(tmp_path / "trusted-repositories.json").st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core.fsmonitor", "false"),
        ("pager.log", "false"),
        ("alias.st", "status"),
        ("submodule.x.update", "rebase"),
        ("http.saveCookies", "false"),
        ("branch.main.remote", "."),
        ("user.name", "!evil"),
    ],
)
async def test_a_word_that_starts_nothing_is_not_on_the_list(
    repositories: Repositories, work: TestRepo, key: str, value: str
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", key, value)
    assert (await repositories.info("work")).told["programs"] == []


async def test_odd_characters_in_a_value_are_shown(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "alias.x", "!a\nb\u202ec")
    (told,) = (await repositories.info("work")).told["programs"]
    assert told["value"] == "!a<000A>b<202E>c"
