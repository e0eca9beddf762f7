"""What changes after a look, lies elsewhere, or would write where nobody asked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import Lane

from .repos import TestRepo
from .traps import AS_A, Trap, cleaned, defence, falls


@defence("fresh list")
async def test_what_was_added_after_the_look_does_not_run(
    repositories: Repositories, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n", "g": "two\n"})
    work.git("config", "filter.known.clean", "cat")
    open_one = await repositories.open("work")
    work.git("config", "--unset", "filter.known.clean")
    harmless = await repositories.open("work")
    assert (open_one.trusted, harmless.trusted) == (False, True)
    cleaned(work, trap, "late")
    assert falls(work, trap, "status")
    await repositories.runner.run(open_one, ["status"])
    with pytest.raises(CommonsError) as refused:
        await repositories.runner.run(harmless, ["status"])
    assert refused.value.code == "GIT_MOVED"
    assert not trap.ran


@defence("untrusted writes")
@pytest.mark.parametrize(
    ("key", "args"),
    [
        ("filter.x.clean", ["add", "--", "f"]),
        ("filter.x.smudge", ["checkout", "HEAD", "--", "f"]),
        ("merge.x.driver", ["merge", "side"]),
        ("lfs.extension.x.clean", ["add", "--", "f"]),
    ],
)
async def test_writing_without_the_filters_is_refused_not_done_wrongly(
    repositories: Repositories, work: TestRepo, key: str, args: list[str]
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", key, "cat")
    repo = await repositories.open("work")
    with pytest.raises(CommonsError) as refused:
        await repositories.runner.run(repo, args, lane=Lane.WRITE)
    assert (refused.value.code, refused.value.detail) == ("GIT_UNTRUSTED", key)


@defence("GIT_WORK_TREE")
async def test_a_work_tree_that_moves_away_after_the_look_is_not_followed(
    repositories: Repositories, work: TestRepo, root: Path, tmp_path: Path
) -> None:
    work.commit(files={"f": "one\n"})
    repo = await repositories.open("work")
    away = tmp_path / "away"
    away.mkdir()
    (away / "f").write_text("precious\n")
    work.git("config", "core.worktree", str(away))
    restore = ["checkout", "HEAD", "--", "f"]
    await repositories.runner.run(repo, restore, lane=Lane.WRITE)
    assert (away / "f").read_text() == "precious\n"
    work.git(*restore)
    assert (away / "f").read_text() == "one\n"


@defence("outside")
async def test_a_git_folder_outside_of_the_root_is_not_opened(
    repositories: Repositories, root: Path, tmp_path: Path
) -> None:
    other = TestRepo(tmp_path / "other")
    other.commit(files={"secret": "s"})
    (root / "a").mkdir()
    (root / "a" / ".git").write_text(f"gitdir: {other.top / '.git'}\n")
    (root / "b").mkdir()
    (root / "b" / ".git").symlink_to(other.top / ".git")
    for folder in ("a", "b"):
        plain = TestRepo.__new__(TestRepo)
        plain.top = root / folder
        assert b"secret" in plain.git("ls-tree", "HEAD")
        told = (await repositories.info(folder)).told
        assert told["kind"] == "broken"
        assert "outside" in told["detail"]


async def test_no_name_makes_the_advice_name_everything(
    repositories: Repositories, root: Path
) -> None:
    said = "dubious ownership in repository at '/x' safe.directory *"
    (root / "a").mkdir()
    (root / "a" / ".git").write_text(f"gitdir: detected {said}\n")
    told = (await repositories.info("a")).told
    assert told["kind"] == "broken"
    assert "command" not in told


@defence("cut settings")
async def test_a_configuration_too_long_to_be_read_is_refused(
    repositories: Repositories, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n"})
    with (work.top / ".git" / "config").open("a") as config:
        config.write("[pad]\n" + "\tx = " + "y" * 900 + "\n")
        config.write(("\tx = " + "y" * 900 + "\n") * 3000)
    cleaned(work, trap, "x")
    assert falls(work, trap, "status")
    told = (await repositories.info("work")).told
    assert (told["kind"], told["detail"]) == (
        "broken",
        "its configuration is too large",
    )


@defence("environment GIT_EDITOR")
async def test_no_editor_is_opened(
    repositories: Repositories, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "core.editor", str(trap.script(work.top.parent / "evil")))
    verb = ["commit", "--allow-empty"]
    assert falls(work, trap, *verb, **AS_A)
    repo = await repositories.open("work")
    await repositories.runner.run(repo, verb, lane=Lane.WRITE, env=AS_A)
    assert not trap.ran


@defence("environment GIT_OPTIONAL_LOCKS")
async def test_looking_writes_nothing(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"f": "one\n"})
    file = work.top / "f"
    repo = await repositories.open("work")
    index = work.top / ".git" / "index"
    before = index.read_bytes()
    os.utime(file, (1_600_000_000, 1_600_000_000))
    for args in (["status"], ["diff-index", "HEAD"], ["ls-files", "-m"], ["log"]):
        await repositories.runner.run(repo, args)
    assert index.read_bytes() == before
    work.git("status")
    assert index.read_bytes() != before
