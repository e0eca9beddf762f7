"""Opening a repository runs nothing of it. Each test shows that plain git would."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner, Lane

from .repos import TestRepo
from .traps import (
    AS_A,
    Case,
    Trap,
    cleaned,
    defence,
    dirty,
    falls,
    read_everything,
    read_files,
    write_something,
)


def fsmonitor(work: TestRepo, trap: Trap) -> None:
    work.git("config", "core.fsmonitor", str(trap.script(work.top.parent / "evil")))


def hook(work: TestRepo, trap: Trap, name: str) -> None:
    trap.script(work.top / ".git" / "hooks" / name)


def hooked_and_touched(work: TestRepo, trap: Trap) -> None:
    hook(work, trap, "post-index-change")
    os.utime(work.top / "f", (1_600_000_000, 1_600_000_000))


def signed(work: TestRepo, trap: Trap) -> None:
    """A commit with a signature, and a program that would check it."""
    raw = work.git("cat-file", "commit", "HEAD")
    head, _, message = raw.partition(b"\n\n")
    forged = head + b"\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n"
    forged += b" -----END PGP SIGNATURE-----\n\n" + message
    name = work.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=forged)
    work.git("update-ref", "HEAD", name.decode().strip())
    work.git("config", "log.showSignature", "true")
    work.git("config", "gpg.program", str(trap.script(work.top.parent / "evil")))


def included(work: TestRepo, trap: Trap) -> None:
    cleaned(work, trap, "inc")
    config = work.top / ".git" / "config"
    config.rename(work.top / "included")
    work.git("init", "-q")
    work.git("config", "includeIf.onbranch:main.path", "../included")


def of_the_work_tree(work: TestRepo, trap: Trap) -> None:
    work.git("config", "extensions.worktreeConfig", "true")
    work.git("config", "--worktree", "filter.x.clean", trap.command)
    (work.top / ".git" / "info" / "attributes").write_text("f filter=x\n")
    dirty(work)


def driver(work: TestRepo, trap: Trap, key: str) -> None:
    evil = str(trap.script(work.top.parent / "evil"))
    work.git("config", f"diff.{key}", evil)
    (work.top / ".git" / "info" / "attributes").write_text("f diff=x\n")
    dirty(work)


STATUS = ("status",)
READING = {
    "fsmonitor": Case(fsmonitor, STATUS),
    "signature": Case(signed, ("log",)),
    "filter": Case(lambda w, t: cleaned(w, t, "x"), STATUS),
    "filter process": Case(lambda w, t: cleaned(w, t, "x", "process"), STATUS),
    "filter a=b": Case(lambda w, t: cleaned(w, t, "a=b"), STATUS),
    "filter without name": Case(lambda w, t: cleaned(w, t, ""), STATUS),
    "filter a.b.clean": Case(lambda w, t: cleaned(w, t, "A.b.clean"), STATUS),
    "filter of an include": Case(included, STATUS),
    "filter of a work tree": Case(of_the_work_tree, STATUS),
    "external diff": Case(lambda w, t: driver(w, t, "external"), ("diff",)),
    "diff command": Case(lambda w, t: driver(w, t, "x.command"), ("diff",)),
    "text of a diff": Case(lambda w, t: driver(w, t, "x.textconv"), ("diff",)),
    "text of a log": Case(lambda w, t: driver(w, t, "x.textconv"), ("log", "-p")),
    "text of a blame": Case(lambda w, t: driver(w, t, "x.textconv"), ("blame", "f")),
    "post-index-change": Case(
        hooked_and_touched,
        ("update-index", "--refresh"),
    ),
}
READING_DEFENCES = {
    "fsmonitor": ["core.fsmonitor"],
    "signature": ["log.showSignature"],
    "filter": ["blanks", "own settings"],
    "external diff": ["diff --no-ext-diff"],
    "diff command": ["diff --no-ext-diff"],
    "text of a diff": [f"{verb} --no-textconv" for verb in ("diff", "log", "show")],
    "text of a blame": ["blame --no-textconv"],
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=defence(*READING_DEFENCES.get(name, [])))
        for name in READING
    ],
)
async def test_looking_runs_nothing(
    repositories: Repositories, work: TestRepo, trap: Trap, name: str
) -> None:
    work.commit(files={"f": "one\n", "g": "two\n"})
    case = READING[name]
    case.lay(work, trap)
    assert falls(work, trap, *case.falls)
    repo = await read_everything(repositories)
    assert not trap.ran
    await write_something(repositories.runner, repo)
    assert not trap.ran


@defence("core.hooksPath")
@pytest.mark.parametrize(
    "name", ["reference-transaction", "pre-commit", "post-index-change", "commit-msg"]
)
async def test_no_hook_runs_without_being_asked_for(
    repositories: Repositories, work: TestRepo, trap: Trap, name: str
) -> None:
    work.commit(files={"f": "one\n"})
    hook(work, trap, name)
    dirty(work)
    verb = ["commit", "--allow-empty", "-a", "-m", "x"]
    assert falls(work, trap, *verb, **AS_A)
    repo = await read_everything(repositories)
    dirty(work)
    await write_something(repositories.runner, repo)
    assert not trap.ran
    with pytest.raises(CommonsError) as refused:
        await repositories.runner.run(repo, verb, lane=Lane.WRITE, hooks=True)
    assert (refused.value.code, refused.value.detail) == ("GIT_UNTRUSTED", name)


@defence("hooks are listed")
async def test_a_hook_of_a_folder_in_the_work_tree_is_on_the_list(
    repositories: Repositories, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "core.hooksPath", "shared/hooks")
    trap.script(work.top / "shared" / "hooks" / "pre-commit")
    assert falls(work, trap, "commit", "--allow-empty", "-m", "x", **AS_A)
    told = (await repositories.info("work")).told
    assert [(each["key"], each["scope"]) for each in told["programs"]] == [
        ("core.hookspath", "local"),
        ("pre-commit", "hook"),
    ]
    assert told["trusted"] is False


@pytest.mark.parametrize(
    ("key", "verb"),
    [
        pytest.param("commit.gpgSign", "commit", marks=defence("commit.gpgSign")),
        pytest.param("tag.gpgSign", "tag", marks=defence("tag.gpgSign")),
        pytest.param(
            "tag.forceSignAnnotated", "tag", marks=defence("tag.forceSignAnnotated")
        ),
    ],
)
async def test_nothing_is_signed_by_a_program_of_the_repository(
    repositories: Repositories, work: TestRepo, trap: Trap, key: str, verb: str
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", key, "true")
    work.git("config", "gpg.program", str(trap.script(work.top.parent / "evil")))
    flags = ["--allow-empty"] if verb == "commit" else []
    last = [] if verb == "commit" else ["v1"]
    assert falls(work, trap, verb, *flags, "-m", "x", *last, **AS_A)
    dirty(work)
    repo = await read_everything(repositories)
    await write_something(repositories.runner, repo)
    assert not trap.ran
    assert work.git("log", "-1", "--format=%s").strip() == b"x"


@defence("merge.verifySignatures")
async def test_a_merge_checks_no_signature_with_a_program_of_the_repository(
    repositories: Repositories, work: TestRepo, trap: Trap
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("checkout", "-q", "-b", "side")
    signed(work, trap)
    work.git("checkout", "-q", "main")
    work.commit(files={"g": "two\n"})
    work.git("config", "merge.verifySignatures", "true")
    merge = ("merge", "--allow-unrelated-histories", "-m", "x", "side")
    assert falls(work, trap, *merge, **AS_A)
    repo = (await repositories.info("work")).repo
    assert repo is not None
    await repositories.runner.run(repo, list(merge), lane=Lane.WRITE, env=AS_A)
    assert not trap.ran


@defence("safe.bareRepository")
async def test_a_bare_repository_that_came_with_a_clone_runs_nothing(
    repositories: Repositories, work: TestRepo, trap: Trap, root: Path
) -> None:
    inner = TestRepo(work.top / "data" / "inner", bare=True)
    evil = trap.script(work.top / "evil")
    inner.git("config", "core.bare", "false")
    inner.git("config", "core.worktree", ".")
    inner.git("config", "core.fsmonitor", str(evil))
    shutil.rmtree(inner.top / "hooks")
    for folder in ("objects", "refs"):
        (inner.top / folder / "keep").write_text("")
    work.commit()
    clone = TestRepo(root / "clone")
    clone.git("pull", "-q", str(work.top), "main")
    assert (root / "clone/data/inner/config").is_file()
    inside = TestRepo.__new__(TestRepo)
    inside.top = root / "clone" / "data" / "inner"
    assert falls(inside, trap, "status")
    told = (await repositories.info("clone/data/inner/HEAD")).told
    assert told["kind"] == "bare"
    with pytest.raises(CommonsError):
        await repositories.open("clone/data/inner")
    assert not trap.ran


@defence("status --ignore-submodules=dirty", "diff --ignore-submodules=dirty")
@defence("diff-files --ignore-submodules=dirty", "diff-index --ignore-submodules=dirty")
async def test_a_submodule_of_which_nothing_is_known_is_not_entered(
    repositories: Repositories, work: TestRepo, trap: Trap, root: Path
) -> None:
    part = TestRepo(root / "part")
    part.commit(files={"f": "one\n"})
    work.commit(files={"f": "two\n"})
    work.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../part")
    work.git("config", "-f", ".gitmodules", "submodule.part.ignore", "none")
    work.commit()
    inside = TestRepo.__new__(TestRepo)
    inside.top = work.top / "part"
    inside.git("config", "filter.x.clean", trap.command)
    (work.top / ".git/modules/part/info/attributes").write_text("f filter=x\n")
    dirty(inside)
    assert falls(work, trap, "status")
    repo = await repositories.open("work")
    await read_files(repositories.runner, repo)
    assert not trap.ran


@defence("GIT_ALLOW_PROTOCOL of reads")
async def test_a_missing_object_is_not_fetched_by_looking(
    repositories: Repositories, work: TestRepo, trap: Trap, root: Path
) -> None:
    work.commit(files={"f": "one\n"})
    work.git("config", "uploadpack.allowFilter", "true")
    url = f"file://{work.top}"
    work.git("clone", "-q", "--no-checkout", "--filter=blob:none", url, "../part")
    part = TestRepo.__new__(TestRepo)
    part.top = root / "part"
    evil = trap.script(root / "evil")
    part.git("config", "remote.origin.uploadpack", str(evil))
    assert falls(part, trap, "cat-file", "-p", "HEAD:f")
    info = await repositories.info("part")
    assert info.told["partial"] is True
    repo = info.repo
    assert repo is not None
    done = await repositories.runner.run(repo, ["cat-file", "-p", "HEAD:f"])
    assert done.code != 0
    assert not trap.ran


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
async def test_a_foreign_repository_that_the_user_calls_safe_runs_nothing(
    root: Path, work: TestRepo, trap: Trap, tmp_path: Path, repositories: Repositories
) -> None:
    work.commit(files={"f": "one\n", "g": "two\n"})
    fsmonitor(work, trap)
    cleaned(work, trap, "x")
    config = tmp_path / "gitconfig"
    config.write_text("[safe]\n\tdirectory = *\n")
    for path in (work.top, work.top / ".git", work.top / ".git" / "config"):
        os.chown(path, 12345, 12345)
    assert falls(work, trap, "status", GIT_CONFIG_GLOBAL=str(config))
    environ = {**os.environ, "GIT_CONFIG_GLOBAL": str(config)}
    anybodys = Repositories(root, GitRunner(environ=environ), repositories.trust)
    repo = await read_everything(anybodys)
    assert not repo.trusted
    assert not trap.ran
