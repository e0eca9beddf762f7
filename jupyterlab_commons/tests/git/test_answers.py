"""No setting of a repository or of its user changes what git's answers look like."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import pytest

from jupyterlab_commons.git.details import Details
from jupyterlab_commons.git.history import History, Query
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import Lane, Repo

from .repos import BO, TestRepo
from .traps import AS_A, defence

ODD = {
    "color.ui": "always",
    "color.diff": "always",
    "color.status": "always",
    "column.ui": "always",
    "core.abbrev": "4",
    "core.attributesFile": "/none",
    "core.commentChar": "S",
    "core.pager": "false",
    "core.quotePath": "true",
    "core.notesRef": "refs/notes/x",
    "core.warnAmbiguousRefs": "false",
    "diff.algorithm": "histogram",
    "diff.colorMoved": "zebra",
    "diff.context": "0",
    "diff.dirstat": "files",
    "diff.ignoreSubmodules": "all",
    "diff.indentHeuristic": "false",
    "diff.mnemonicPrefix": "true",
    "diff.noprefix": "true",
    "diff.orderFile": "/none",
    "diff.relative": "true",
    "diff.renames": "false",
    "diff.submodule": "log",
    "diff.wsErrorHighlight": "all",
    "format.pretty": "fuller",
    "format.notes": "true",
    "grep.patternType": "perl",
    "i18n.commitEncoding": "ISO-8859-1",
    "i18n.logOutputEncoding": "UTF-16",
    "log.abbrevCommit": "true",
    "log.date": "raw",
    "log.decorate": "full",
    "log.diffMerges": "separate",
    "log.follow": "true",
    "log.initialDecorationSet": "all",
    "log.mailmap": "true",
    "log.showRoot": "false",
    "merge.conflictStyle": "diff3",
    "notes.displayRef": "refs/notes/*",
    "status.aheadBehind": "false",
    "status.branch": "false",
    "status.relativePaths": "true",
    "status.renames": "false",
    "status.short": "true",
    "status.showStash": "true",
    "status.showUntrackedFiles": "no",
    "status.submoduleSummary": "true",
    "tag.sort": "-refname",
    "versionsort.suffix": "x",
}


@pytest.fixture
def story(work: TestRepo) -> TestRepo:
    """A file that is renamed, a merge, a stash, a tag, and a name map."""
    text = "".join(f"line {number}\n" for number in range(30))
    work.commit(
        "Start", files={"old": text, "ä": "x", ".mailmap": "Zoe <ana@example.org>"}
    )
    work.git("checkout", "-q", "-b", "side")
    work.commit("Seite é", files={"s": "1\n"}, author=BO)
    work.git("checkout", "-q", "main")
    work.git("mv", "old", "new")
    work.commit("Moved")
    work.git("merge", "-q", "--no-ff", "-m", "Merged", "side", env=AS_A)
    work.git("tag", "-m", "v1", "v1", env=AS_A)
    work.write("new", text + "more\n")
    work.git("stash", env=AS_A)
    work.git("mv", "new", "newer")
    return work


async def everything(repositories: Repositories, **more: list[str]) -> dict[str, Any]:
    """All answers that are read out of what git says."""
    runner = repositories.runner
    repo = await repositories.open("work")
    refs = await RefsReader(runner).read(repo)
    history = History(runner)
    told: dict[str, Any] = {"refs": [refs.all, refs.head]}
    for name, query in {
        "all": Query(),
        "file": Query(path=b"new"),
        "first": Query(path=b".mailmap"),
        "author": Query(author="Ana"),
        "text": Query(text="e"),
    }.items():
        told[name] = [each async for each in history.lines(repo, refs, query)]
    details = Details(runner)
    for ref in refs.all:
        told[ref.full] = await details.commit(repo, ref.hash)
    for name, args in {
        "status": ["status", "--porcelain=v2", "-z", "--branch"],
        "status of all": ["status", "--porcelain=v2", "-z", "--untracked-files=all"],
        "blame": ["blame", "--porcelain", "s", "HEAD"],
        "subject": ["log", "-1", "--format=%s", "side"],
        "patch": ["diff-tree", "-p", "--full-index", "HEAD~1"],
        **more,
    }.items():
        told[name] = (await runner.run(repo, args)).expect().out
    return told


async def test_odd_settings_change_no_answer(
    repositories: Repositories, story: TestRepo
) -> None:
    before = await everything(repositories)
    assert len(before["author"]) == 3
    for key, value in ODD.items():
        story.git("config", key, value)
    after = await everything(repositories)
    for name, told in before.items():
        assert after[name] == told, name


@pytest.mark.parametrize(
    ("key", "value", "args"),
    [
        pytest.param(key, value, args.split(), id=key, marks=defence(key))
        for key, value, args in (
            ("log.showRoot", "false", "log --format=%H --raw --max-parents=0"),
            ("log.follow", "true", "log --format=%H -- newer"),
            ("log.mailmap", "true", "log --format=%H --author=Zoe"),
            ("diff.orderFile", "/none", "log --format=%H --raw"),
            ("status.showStash", "true", "status --porcelain=v2 -z"),
            ("status.renames", "false", "status --porcelain=v2 -z"),
            ("i18n.logOutputEncoding", "UTF-16", "log -1 --format=%s side"),
        )
    ],
)
async def test_each_of_these_would(
    repositories: Repositories, story: TestRepo, key: str, value: str, args: list[str]
) -> None:
    """With the setting the plain command differs; ours does not."""
    if key == "log.follow":
        story.commit("Moved again")

    def plain() -> bytes:
        done = subprocess.run(
            ["git", "-C", str(story.top), *args], capture_output=True, check=False
        )
        return done.stdout

    repo = await repositories.open("work")
    usual = "false" if key == "log.mailmap" else None
    if usual is not None:
        story.git("config", key, usual)
    ours, theirs = (await repositories.runner.run(repo, args)).out, plain()
    story.git("config", key, value)
    assert plain() != theirs
    assert (await repositories.runner.run(repo, args)).out == ours


async def colours(repositories: Repositories, repo: Repo, verb: str) -> bytes:
    return (await repositories.runner.run(repo, [verb, "-p", "HEAD~1"])).out


@pytest.mark.parametrize(
    "verb",
    [
        pytest.param(verb, marks=defence(f"{verb} --no-color"))
        for verb in ("diff", "log", "show")
    ],
)
async def test_patches_have_no_colours(
    repositories: Repositories, story: TestRepo, verb: str
) -> None:
    repo = await repositories.open("work")
    story.git("config", "color.ui", "always")
    assert b"\x1b[" in story.git(verb, "-p", "HEAD~1")
    assert b"\x1b[" not in await colours(repositories, repo, verb)


@defence("i18n.commitEncoding", "commit.cleanup")
@pytest.mark.parametrize(
    ("key", "value"),
    [("i18n.commitEncoding", "ISO-8859-1"), ("commit.cleanup", "strip")],
)
async def test_a_message_is_kept_as_it_was_written(
    repositories: Repositories, work: TestRepo, key: str, value: str
) -> None:
    work.commit(files={"f": "1"})
    work.git("config", key, value)
    repo = await repositories.open("work")
    message = "Größe\n\n# a line\n"
    commit = ["commit", "--allow-empty", "-F", "-"]
    stdin = message.encode()
    plain = work.git("-c", "advice.x=false", *commit, stdin=stdin, env=AS_A)
    assert plain is not None
    of_plain = work.git("cat-file", "commit", "HEAD")
    await repositories.runner.run(repo, commit, lane=Lane.WRITE, stdin=stdin, env=AS_A)
    ours = work.git("cat-file", "commit", "HEAD")
    assert ours.partition(b"\n\n")[2] == stdin
    assert b"\nencoding" not in ours
    assert of_plain.partition(b"\n\n")[2] != stdin or b"\nencoding" in of_plain


@defence("maintenance.auto")
async def test_no_repository_is_packed_behind_our_back(
    repositories: Repositories, work: TestRepo
) -> None:
    for number in range(3):
        work.commit(files={"f": str(number)})
        work.git("repack", "-q")
    for key, value in (("autoPackLimit", "1"), ("autoDetach", "false")):
        work.git("config", f"gc.{key}", value)
    packs = work.top / ".git" / "objects" / "pack"
    repo = await repositories.open("work")
    commit = ["commit", "--allow-empty", "-m", "x"]
    await repositories.runner.run(repo, commit, lane=Lane.WRITE, env=AS_A)
    assert len(list(packs.glob("*.pack"))) == 3
    work.git(*commit, env=AS_A)
    assert len(list(packs.glob("*.pack"))) == 1


@defence("submodule.recurse")
async def test_a_switch_leaves_submodules_alone(
    repositories: Repositories, work: TestRepo, root: Any
) -> None:
    part = TestRepo(root / "part")
    old = part.commit(files={"g": "1"})
    work.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", "../part")
    work.commit("with part")
    work.git("checkout", "-q", "-b", "newer")
    inside = TestRepo.__new__(TestRepo)
    inside.top, inside._clock = work.top / "part", part._clock
    new = inside.commit(files={"g": "2"})
    work.commit("newer part")
    work.git("config", "submodule.recurse", "true")
    repo = await repositories.open("work")
    switch = ["checkout", "-q", "main"]
    await repositories.runner.run(repo, switch, lane=Lane.WRITE)
    assert inside.head() == new
    work.git("checkout", "-q", "newer")
    work.git(*switch)
    assert inside.head() == old


@defence("literal")
async def test_a_path_is_a_name_and_no_pattern(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"data[1].csv": "a\n", "data1.csv": "a\n", ":(top)x": "a\n"})
    for name in ("data[1].csv", "data1.csv"):
        work.write(name, "uncommitted\n")
    repo = await repositories.open("work")
    restore = ["checkout", "HEAD", "--", "data[1].csv"]
    await repositories.runner.run(repo, restore, lane=Lane.WRITE)
    assert (work.top / "data1.csv").read_text() == "uncommitted\n"
    assert (work.top / "data[1].csv").read_text() == "a\n"
    work.git("checkout", "HEAD", "--", "data[1].csv")
    assert (work.top / "data1.csv").read_text() == "a\n"
    done = await repositories.runner.run(repo, ["log", "--format=%s", "--", ":(top)x"])
    assert done.out


async def test_a_setting_that_names_a_pipe_holds_nobody_up(
    repositories: Repositories, work: TestRepo
) -> None:
    work.commit(files={"f": "1"})
    work.git("config", "diff.orderFile", ".git/waits")
    os.mkfifo(work.top / ".git" / "waits")
    repo = await repositories.open("work")
    assert (await repositories.runner.run(repo, ["log", "--raw"])).code == 0
