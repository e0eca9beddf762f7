"""A file comes back as it was, and what it replaces can be found again."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.files import Files
from jupyterlab_commons.git import disk
from jupyterlab_commons.git.people import Person
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.service import GitService
from jupyterlab_commons.watch import LiveFiles

from .repos import TestRepo
from .traps import AS_A, Trap

ANA = Person("Ana", "ana@example.org")


@pytest.fixture
async def repo(git: GitService, work: TestRepo) -> Repo:
    work.commit(files={"d/a": "1\n", "data[1]": "1\n", "data1": "1\n"})
    return await git.repositories.open("work")


async def restore(
    git: GitService, repo: Repo, rev: str, path: bytes = b"d/a", old: bytes = b""
) -> dict[str, Any]:
    return await git.restores.restore(repo, path, rev, old or path, ANA)


def left_over(work: TestRepo) -> list[Path]:
    return list(work.top.rglob(".commons-*"))


async def test_work_that_no_commit_has_is_kept_before_it_is_replaced(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    first = work.head()
    work.commit(files={"d/a": "2\n"})
    work.write("d/a", "never committed\n")
    (work.top / "d/a").chmod(0o640)
    before = (work.top / ".git/index").read_bytes(), work.head()
    told = await restore(git, repo, first)
    assert (work.top / "d/a").read_text() == "1\n"
    assert stat.S_IMODE((work.top / "d/a").stat().st_mode) == 0o640
    backup = told["backup"]
    assert work.git("show", f"{backup['hash']}:d/a") == b"never committed\n"
    assert work.git("rev-parse", backup["ref"]).decode().strip() == backup["hash"]
    assert ((work.top / ".git/index").read_bytes(), work.head()) == before
    back = await restore(git, repo, backup["hash"])
    assert (work.top / "d/a").read_text() == "never committed\n"
    assert work.git("show", f"{back['backup']['hash']}:d/a") == b"1\n"
    assert not left_over(work)


async def test_only_the_named_file_is_touched(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    first = work.head()
    work.write("data[1]", "2")
    work.write("data1", "uncommitted")
    await restore(git, repo, first, b"data[1]")
    assert (work.top / "data[1]").read_text() == "1\n"
    assert (work.top / "data1").read_text() == "uncommitted"


async def test_a_deleted_file_comes_back_with_its_folder_and_mode(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    (work.top / "d/a").chmod(0o755)
    rev = work.commit()
    (work.top / "d/a").unlink()
    (work.top / "d").rmdir()
    told = await restore(git, repo, rev)
    assert "backup" not in told
    assert os.access(work.top / "d/a", os.X_OK)
    told = await restore(git, repo, rev, b"new/place", b"d/a")
    assert (work.top / "new/place").read_text() == "1\n"


async def test_what_is_there_already_is_left_alone(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    before = (work.top / "d/a").stat()
    assert "backup" not in await restore(git, repo, work.head())
    assert (work.top / "d/a").stat() == before


async def test_a_file_that_changes_at_the_last_moment_is_kept_as_it_is_then(
    git: GitService, work: TestRepo, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = work.head()
    work.write("d/a", "seen by the page\n")
    replace = disk.replace_file
    edits = ["saved meanwhile\n"]

    def meanwhile(*args: Any, **more: Any) -> bool:
        if edits:
            work.write("d/a", edits.pop())
        return replace(*args, **more)

    monkeypatch.setattr("jupyterlab_commons.git.restores.replace_file", meanwhile)
    told = await restore(git, repo, first)
    kept = told["backup"]["hash"]
    assert work.git("show", f"{kept}:d/a") == b"saved meanwhile\n"
    asked = ["for-each-ref", "--format=%(objectname)", "refs/commons"]
    before, last = work.git(*asked).decode().split()
    assert last == kept
    assert work.git("show", f"{before}:d/a") == b"seen by the page\n"
    assert (work.top / "d/a").read_text() == "1\n"


async def test_a_file_that_appears_at_the_last_moment_is_kept(
    git: GitService, work: TestRepo, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, edits = disk.replace_file, ["new\n"]

    def meanwhile(*args: Any, **more: Any) -> bool:
        if edits:
            work.write("b", edits.pop())
        return replace(*args, **more)

    monkeypatch.setattr("jupyterlab_commons.git.restores.replace_file", meanwhile)
    told = await restore(git, repo, work.head(), b"b", b"d/a")
    assert work.git("show", f"{told['backup']['hash']}:b") == b"new\n"
    assert not left_over(work)


async def test_links_and_folders_are_never_replaced_or_followed(
    git: GitService, work: TestRepo, repo: Repo, tmp_path: Path
) -> None:
    rev = work.head()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a").write_text("outside")
    (work.top / "link").symlink_to(tmp_path / "out/a")
    (work.top / "way").symlink_to(tmp_path / "out")
    inner = TestRepo(work.top / "inner")
    for path in (b"link", b"way/a", b"d", b"inner/f", b"data1/x"):
        with pytest.raises(CommonsError) as refused:
            await restore(git, repo, rev, path, b"d/a")
        assert refused.value.code == "GIT_REFUSED", path
    assert (tmp_path / "out/a").read_text() == "outside"
    assert (work.top / "link").is_symlink()
    assert not (inner.top / "f").exists()
    (work.top / "old").symlink_to("d/a")
    work.git("add", "old")
    work.git("commit", "-q", "-m", "A link", env=AS_A)
    rev = work.head()
    with pytest.raises(CommonsError, match="a link or another repository"):
        await restore(git, repo, rev, b"old")


async def test_a_version_that_is_not_there_deletes_nothing(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    work.write("only here", "x")
    for rev in (work.head(), "0" * 40):
        with pytest.raises(CommonsError) as missing:
            await restore(git, repo, rev, b"only here")
        assert missing.value.code == "GIT_NOT_FOUND"
    assert (work.top / "only here").read_text() == "x"


async def test_a_filter_that_nobody_trusts_is_not_run_and_not_skipped(
    git: GitService, work: TestRepo, repo: Repo, trap: Trap
) -> None:
    rev = work.head()
    work.git("config", "filter.up.smudge", f"tr 1 7; {trap.command}")
    (work.top / ".git/info/attributes").write_text("a filter=up\n")
    work.write("d/a", "mine\n")
    repo = await git.repositories.open("work")
    with pytest.raises(CommonsError, match=r"filter\.up\.smudge") as refused:
        await restore(git, repo, rev)
    assert refused.value.code == "GIT_UNTRUSTED"
    assert (work.top / "d/a").read_text() == "mine\n"
    await restore(git, repo, rev, b"data1")
    assert not trap.ran
    info = await git.repositories.info("work")
    git.repositories.trust.trust(repo.git_dir, info.programs, info.programs.shown)
    await restore(git, await git.repositories.open("work"), rev)
    assert (work.top / "d/a").read_text() == "7\n"


async def test_a_pointer_of_lfs_does_not_take_the_place_of_the_data(
    git: GitService, work: TestRepo, repo: Repo
) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 1\n"
    rev = work.commit(files={"d/a": pointer})
    work.write("d/a", "data")
    with pytest.raises(CommonsError, match="LFS"):
        await restore(git, repo, rev)
    assert (work.top / "d/a").read_text() == "data"


def test_a_live_file_is_known_by_any_way_that_leads_to_it(root: Path) -> None:
    live = LiveFiles(Files(str(root)))
    (root / "work").mkdir()
    (root / "work/a.ipynb").write_text("{}")
    (root / "link").symlink_to("work/a.ipynb")
    live.replace(["link", "../bad"])
    assert live.has(str(root / "work/a.ipynb"))
    assert live.has(str(root / "link"))
    assert not live.has(str(root / "work/b.ipynb"))
    live.replace([])
    assert not live.has(str(root / "work/a.ipynb"))
