"""Which repository is around a file, and how it stands."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.git.trust import TrustStore

from .repos import TestRepo, environment


async def test_a_file_is_found_in_its_repository(
    repositories: Repositories, work: TestRepo
) -> None:
    head = work.commit(files={"data/notes.txt": "one"})
    info = await repositories.info("work/data/notes.txt")
    assert info.told["kind"] == "ok"
    assert info.told["repo"] == "work"
    assert info.told["path"] == "data/notes.txt"
    assert info.told["branch"] == "main"
    assert info.told["head"] == head
    assert info.told["programs"] == []
    assert info.told["trusted"] is True


async def test_a_file_that_is_gone_has_its_repository_still(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"old/notes.txt": "one"})
    shutil.rmtree(work.top / "old")
    info = await repositories.info("work/old/notes.txt")
    assert info.told["kind"] == "ok"


async def test_no_repository_is_a_plain_answer(
    repositories: Repositories, root: Path
) -> None:
    (root / "plain").mkdir()
    assert (await repositories.info("plain")).told == {"kind": "none"}


async def test_a_repository_around_the_root_is_not_opened(
    tmp_path: Path, runner: GitRunner
) -> None:
    outer = TestRepo(tmp_path / "outer")
    outer.commit(files={"home/notes.txt": "one"})
    inside = Repositories(
        outer.top / "home", runner, TrustStore(tmp_path / "data"), environ={}
    )
    assert (await inside.info("notes.txt")).told == {"kind": "none"}


async def test_a_link_out_of_the_root_is_not_followed(
    repositories: Repositories, root: Path, tmp_path: Path
) -> None:
    TestRepo(tmp_path / "elsewhere").commit(files={"secret.txt": "s"})
    (root / "link").symlink_to(tmp_path / "elsewhere")
    assert (await repositories.info("link/secret.txt")).told == {"kind": "none"}
    assert (await repositories.info("../elsewhere")).told == {"kind": "none"}


async def test_an_empty_repository_and_a_detached_head_say_so(
    repositories: Repositories, work: TestRepo
) -> None:
    empty = (await repositories.info("work")).told
    assert empty["kind"] == "empty"
    assert empty["branch"] == "main"
    head = work.commit(files={"a": "1"})
    work.git("checkout", "-q", "--detach")
    detached = (await repositories.info("work")).told
    assert detached["kind"] == "ok"
    assert detached["head"] == head
    assert "branch" not in detached


async def test_a_bare_repository_inside_a_work_tree_is_not_opened(
    repositories: Repositories, work: TestRepo
) -> None:
    TestRepo(work.top / "inner", bare=True)
    assert (await repositories.info("work/inner")).told["kind"] == "bare"


async def test_a_work_tree_elsewhere_is_refused(
    repositories: Repositories, work: TestRepo, tmp_path: Path
) -> None:
    work.commit(files={"a": "1"})
    (tmp_path / "else").mkdir()
    work.git("config", "core.worktree", str(tmp_path / "else"))
    assert (await repositories.info("work")).told["kind"] == "broken"


async def test_a_broken_repository_is_told_with_what_git_says(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    (work.top / ".git" / "config").write_text("[core\n")
    told = (await repositories.info("work")).told
    assert told["kind"] == "broken"
    assert "config" in told["detail"]
    with pytest.raises(CommonsError, match="config"):
        await repositories.open("work")


async def test_a_damaged_repository_is_not_taken_for_a_plain_folder(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    (work.top / ".git" / "HEAD").write_text("no head")
    told = (await repositories.info("work/a")).told
    assert told["kind"] == "broken"
    assert "not a git repository" in told["detail"]


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
async def test_a_repository_of_another_user_says_which_command_helps(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    for path in (work.top, work.top / ".git", work.top / ".git" / "config"):
        os.chown(path, 12345, 12345)
    told = (await repositories.info("work")).told
    assert told["kind"] == "foreign"
    assert told["command"].endswith(str(work.top))
    assert "*" not in told["command"]


async def test_a_missing_git_is_a_state(root: Path, tmp_path: Path) -> None:
    runner = GitRunner(environ=environment(), git=str(tmp_path / "no-such-git"))
    missing = Repositories(root, runner, TrustStore(tmp_path / "data"), environ={})
    assert (await missing.info("")).told == {"kind": "no-git"}


async def test_programs_are_listed_and_trust_holds_for_that_list_only(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"a": "1"})
    work.git("config", "core.fsmonitor", "/bin/evil")
    work.git("config", "filter.x.clean", "evil %f")
    info = await repositories.info("work")
    assert info.told["trusted"] is False
    keys = {each.key for each in info.programs.shown}
    assert keys == {"core.fsmonitor", "filter.x.clean"}
    assert info.repo is not None
    assert ("filter.x.clean", "") in info.programs.blanks
    seen = info.programs.shown
    repositories.trust.trust(info.repo.git_dir, info.programs, seen)
    assert (await repositories.info("work")).told["trusted"] is True
    work.git("config", "core.sshCommand", "evil")
    assert (await repositories.info("work")).told["trusted"] is False


async def test_shallow_worktree_and_half_done_are_told(
    repositories: Repositories, work: TestRepo, root: Path
) -> None:
    work.commit(files={"a": "1"})
    work.commit(files={"a": "2"})
    url = f"file://{work.top}"
    work.git("clone", "-q", "--depth=1", url, str(root / "shallow"))
    assert (await repositories.info("shallow")).told["shallow"] is True
    work.git("worktree", "add", "-q", str(root / "tree"))
    assert (await repositories.info("tree")).told["worktree"] is True
    (work.top / ".git" / "MERGE_HEAD").write_text(work.head() + "\n")
    assert (await repositories.info("work")).told["doing"] == "merge"


async def test_the_author_is_gits_own_or_the_hubs(
    root: Path, tmp_path: Path, runner: GitRunner, work: TestRepo
) -> None:
    on_hub = Repositories(
        root,
        runner,
        TrustStore(tmp_path / "data"),
        environ={
            "JUPYTERHUB_USER": "ana",
            "COMMONS_EMAIL_TEMPLATE": "{username}@hub.example.org",
        },
    )
    told = (await on_hub.info("work")).told
    assert told["author"] == {"name": "ana", "email": "ana@hub.example.org"}
    work.git("config", "user.name", "Ana")
    work.git("config", "user.email", "ana@own.example.org")
    told = (await on_hub.info("work")).told
    assert told["author"] == {"name": "Ana", "email": "ana@own.example.org"}
