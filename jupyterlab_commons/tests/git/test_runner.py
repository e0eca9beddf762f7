"""Limits, lanes and the environment of what is started."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner, Lane, Limits, Repo

from .repos import TestRepo, environment
from .traps import AS_A, Trap, defence

SECONDS = 60


class FakeGit:
    """A program in git's place, which says what it was given and then waits."""

    def __init__(self, folder: Path, body: str) -> None:
        self.folder = folder
        self.path = folder / "fake-git"
        self.path.write_text(f"#!/bin/sh\ncd '{folder}'\n{body}\n")
        self.path.chmod(0o755)

    def runner(self, **environ: str) -> GitRunner:
        return GitRunner(environ={**environment(), **environ}, git=str(self.path))

    def pids(self) -> list[int]:
        return [int(file.name[4:]) for file in self.folder.glob("pid-*")]


def alive(pid: int) -> bool:
    """A process that has ended and waits to be noticed does not live."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return False
    return state != "Z"


async def until(seen: Callable[[], bool]) -> None:
    async def wait() -> None:
        while not seen():
            await asyncio.sleep(0.01)

    await asyncio.wait_for(wait(), SECONDS)


def repo_of(folder: Path) -> Repo:
    folder.mkdir(exist_ok=True)
    return Repo(folder, folder, "", folder)


# A child and a grandchild, each with a file named by its number.
WAITS = "touch pid-$$\nsh -c 'touch pid-$$; exec sleep 1000' &\nwait"


@defence("group")
@pytest.mark.parametrize("lane", [Lane.READ, Lane.WRITE])
async def test_out_of_time_ends_git_and_its_children(
    tmp_path: Path, lane: Lane
) -> None:
    git = FakeGit(tmp_path, WAITS)
    running = asyncio.ensure_future(
        git.runner().run(
            repo_of(tmp_path / "a"), ["log"], lane=lane, limits=Limits(seconds=3)
        )
    )
    with pytest.raises(CommonsError) as refused:
        await running
    assert refused.value.code == "GIT_BUSY"
    assert len(git.pids()) == 2
    await until(lambda: not any(alive(pid) for pid in git.pids()))


@defence("group")
async def test_a_child_that_outlives_git_is_ended_with_it(tmp_path: Path) -> None:
    git = FakeGit(tmp_path, WAITS.replace("wait", "exit 0"))
    with pytest.raises(CommonsError):
        await git.runner().run(
            repo_of(tmp_path / "a"), ["log"], limits=Limits(seconds=3)
        )
    assert len(git.pids()) == 2
    await until(lambda: not any(alive(pid) for pid in git.pids()))


async def test_what_is_cancelled_is_ended(tmp_path: Path) -> None:
    git = FakeGit(tmp_path, WAITS)
    running = asyncio.ensure_future(git.runner().run(repo_of(tmp_path / "a"), ["log"]))
    await until(lambda: len(git.pids()) == 2)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: not any(alive(pid) for pid in git.pids()))


@defence("gentle end")
async def test_what_is_cancelled_while_it_starts_is_asked_to_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed, git would leave its lock files behind."""
    trap = "trap 'touch ended; exit 1' TERM\ntouch pid-$$\n"
    git = FakeGit(tmp_path, trap + "while :; do sleep 0.05; done")
    args = ["commit-graph", "write"]
    running = asyncio.ensure_future(
        git.runner().run(repo_of(tmp_path / "a"), args, lane=Lane.BACKGROUND)
    )

    class Popen(subprocess.Popen[bytes]):
        """Git is up and at work before the event loop has heard of it."""

        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **options)
            while not git.pids():
                time.sleep(0.01)
            running.cancel()

    monkeypatch.setattr("asyncio.unix_events.subprocess.Popen", Popen)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (tmp_path / "ended").exists()
    assert not any(alive(pid) for pid in git.pids())


async def test_leaving_a_stream_ends_it(tmp_path: Path) -> None:
    git = FakeGit(tmp_path, "touch pid-$$\nwhile printf 'one\\000'; do :; done")
    stream = git.runner().stream(repo_of(tmp_path / "a"), ["log"])
    async with aclosing(stream):
        async for record in stream:
            assert record == b"one"
            break
    await until(lambda: not any(alive(pid) for pid in git.pids()))
    assert len(git.pids()) == 1


async def test_a_cancelled_reader_of_a_stream_ends_it(tmp_path: Path) -> None:
    git = FakeGit(tmp_path, "printf 'one\\000'\n" + WAITS)

    async def read() -> None:
        stream = git.runner().stream(repo_of(tmp_path / "a"), ["log"])
        async with aclosing(stream):
            async for _ in stream:
                pass

    reading = asyncio.ensure_future(read())
    await until(lambda: len(git.pids()) == 2)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until(lambda: not any(alive(pid) for pid in git.pids()))


async def test_output_has_a_limit_and_errors_another(tmp_path: Path) -> None:
    loud = "head -c 300000 /dev/zero | tr '\\0' x"
    repo = repo_of(tmp_path / "a")
    git = FakeGit(tmp_path, loud).runner()
    done = await git.run(repo, ["log"], limits=Limits(stdout_bytes=1000))
    assert (len(done.out), done.cut) == (1000, True)
    with pytest.raises(CommonsError) as refused:
        async for _ in git.stream(repo, ["log"], limits=Limits(stdout_bytes=1000)):
            pass
    assert refused.value.code == "TOO_LARGE"
    git = FakeGit(tmp_path, f"{{ {loud}; }} >&2; exit 3").runner()
    done = await git.run(repo, ["log"])
    assert (done.code, done.out) == (3, b"")
    assert len(done.err) <= 256


async def test_a_lock_that_git_does_not_know_yet_how_to_remove_does_not_stay(
    tmp_path: Path,
) -> None:
    """Git makes the file first, and then says what to do when it is ended."""
    git = FakeGit(
        tmp_path,
        "exec 9>made.lock\ntouch pid-$$\nsleep 0.1 9>&-\n"
        "trap 'echo >removed; exit 1' TERM\nwhile :; do sleep 0.05 9>&-; done",
    )
    args = ["commit-graph", "write"]
    running = asyncio.ensure_future(
        git.runner().run(repo_of(tmp_path / "a"), args, lane=Lane.BACKGROUND)
    )
    await until(lambda: len(git.pids()) == 1)
    assert (tmp_path / "made.lock").exists()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert not any(alive(pid) for pid in git.pids())
    assert (tmp_path / "removed").exists()


@defence("gentle end")
async def test_a_write_that_is_out_of_time_leaves_no_lock(
    work: TestRepo, repositories: Repositories
) -> None:
    work.commit(files={"f": "1"})
    hook = work.top / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\ntouch ../hook-runs\nexec sleep 1000\n")
    hook.chmod(0o755)
    info = await repositories.info("work")
    assert info.repo is not None
    repositories.trust.trust(info.repo.git_dir, info.programs, info.programs.shown)
    repo = await repositories.open("work")
    # With `-a` git holds the index while the hook runs.
    work.write("f", "two")
    commit = repositories.runner.run(
        repo,
        ["commit", "-a", "-m", "x"],
        lane=Lane.WRITE,
        hooks=True,
        env=AS_A,
        limits=Limits(seconds=3),
    )
    with pytest.raises(CommonsError) as refused:
        await commit
    assert refused.value.code == "GIT_BUSY"
    assert (work.top.parent / "hook-runs").exists()
    assert not (work.top / ".git" / "index.lock").exists()
    hook.unlink()
    assert work.commit("goes on", files={"f": "2"})


def gate(folder: Path) -> FakeGit:
    """Each command waits for a file of the name of its last word."""
    return FakeGit(
        folder,
        'touch "pid-$$"; for last; do :; done\n'
        'case "$*" in *--list*) exit 0;; esac\n'
        'touch "began-$last"\n'
        'while [ ! -e "go-$last" ]; do sleep 0.02; done',
    )


async def test_four_reads_one_write_and_the_network_apart(tmp_path: Path) -> None:
    git = gate(tmp_path)
    runner, repo = git.runner(), repo_of(tmp_path / "a")
    other = repo_of(tmp_path / "b")

    def start(name: str, lane: Lane, where: Repo = repo) -> asyncio.Task[object]:
        return asyncio.ensure_future(runner.run(where, ["log", name], lane=lane))

    def began(*names: str) -> Callable[[], bool]:
        return lambda: all((tmp_path / f"began-{name}").exists() for name in names)

    tasks = [start("slow", Lane.NETWORK), start("slow2", Lane.NETWORK)]
    tasks += [start("w1", Lane.WRITE), start("w2", Lane.WRITE)]
    tasks += [start(f"r{number}", Lane.READ) for number in range(5)]
    tasks += [start("elsewhere", Lane.WRITE, other)]
    await until(began("slow", "w1", "r0", "r1", "r2", "r3", "elsewhere"))
    for name in ("slow2", "w2", "r4"):
        assert not began(name)()
    (tmp_path / "go-r2").touch()
    await until(began("r4"))
    (tmp_path / "go-w1").touch()
    await until(began("w2"))
    assert not began("slow2")()
    for name in ("slow", "slow2", "w2", "elsewhere", "r0", "r1", "r3", "r4"):
        (tmp_path / f"go-{name}").touch()
    await asyncio.wait_for(asyncio.gather(*tasks), SECONDS)


QUIET = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_EDITOR": "false",
    "GIT_ASKPASS": "true",
    "SSH_ASKPASS": "true",
    "SSH_ASKPASS_REQUIRE": "force",
    "LC_ALL": "C.UTF-8",
    "LANGUAGE": "",
}
READING = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1"}
FETCHING = {"GIT_ALLOW_PROTOCOL": "https:http:ssh:git:file"}


@defence(*(f"environment {name}" for name in QUIET))
@defence(*(f"{name} of reads" for name in READING))
@defence(*(f"{name} of the network" for name in FETCHING))
async def test_nothing_asks_waits_or_fetches(tmp_path: Path) -> None:
    git = FakeGit(tmp_path, 'case "$*" in *--list*) ;; *) env -0;; esac')
    runner = git.runner(LANG="de_DE.UTF-8", EDITOR="vi", GIT_ASKPASS="evil")
    for lane, more in ((Lane.READ, READING), (Lane.NETWORK, FETCHING)):
        done = await runner.run(repo_of(tmp_path / "a"), ["gc"], lane=lane)
        told = dict(line.split("=", 1) for line in done.out.decode().split("\0")[:-1])
        assert {**QUIET, **more}.items() <= told.items()


@defence("variables")
async def test_variables_that_lead_git_elsewhere_are_dropped(
    root: Path, work: TestRepo, tmp_path: Path, repositories: Repositories
) -> None:
    head = work.commit(files={"f": "1"})
    other = TestRepo(tmp_path / "other")
    other.commit(files={"g": "1"})
    environ = environment() | {
        "GIT_DIR": str(other.top / ".git"),
        "GIT_WORK_TREE": str(other.top),
        "GIT_INDEX_FILE": str(other.top / ".git" / "index"),
        "GIT_OBJECT_DIRECTORY": str(other.top / ".git" / "objects"),
        "GIT_CONFIG_PARAMETERS": "'core.fsmonitor=true'",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_TRACE": "1",
        "GIT_NAMESPACE": "x",
        "GIT_REPLACE_REF_BASE": "refs/x",
    }
    led = GitRunner(environ=environ)
    info = await Repositories(root, led, repositories.trust).info("work")
    assert info.told["head"] == head
    assert info.repo is not None
    done = await led.run(info.repo, ["diff", "HEAD"])
    assert (done.code, done.err) == (0, "")


async def test_settings_of_the_environment_stay(
    work: TestRepo, root: Path, repositories: Repositories
) -> None:
    work.commit(files={"f": "1"})
    work.git("config", "filter.x.clean", "false")
    environ = environment() | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "user.email",
        "GIT_CONFIG_VALUE_0": "hub@example.org",
        "GIT_CONFIG_GLOBAL": str(root / "none"),
    }
    runner = GitRunner(environ=environ)
    repo = await Repositories(root, runner, repositories.trust).open("work")
    done = await runner.run(repo, ["var", "GIT_AUTHOR_IDENT"])
    assert b"<hub@example.org>" in done.out


@defence("relative PATH")
@pytest.mark.parametrize("path", [".", "", "bin"])
async def test_a_repository_brings_no_git_of_its_own(
    work: TestRepo, root: Path, trap: Trap, repositories: Repositories, path: str
) -> None:
    work.commit(files={"f": "1"})
    trap.script(work.top / path / "git")
    environ = environment() | {"PATH": f"{path}:{os.environ['PATH']}"}
    subprocess.run(
        ["env", "git", "status"],
        cwd=work.top,
        env=environ,
        capture_output=True,
        check=False,
    )
    assert trap.ran
    runner = GitRunner(environ=environ)
    repo = await Repositories(root, runner, repositories.trust).open("work")
    await runner.run(repo, ["status"])
    assert not trap.ran


@defence("environment LANGUAGE")
async def test_refusals_are_recognised_in_every_language(
    root: Path, repositories: Repositories
) -> None:
    if not list(Path("/usr/share/locale/de").glob("LC_MESSAGES/git.mo")):
        pytest.skip("git speaks no German here")
    runner = GitRunner(environ=environment() | {"LANGUAGE": "de"})
    (root / "plain").mkdir()
    info = await Repositories(root, runner, repositories.trust).info("plain")
    assert info.told == {"kind": "none"}


async def test_a_missing_git_and_a_missing_folder_are_told(
    tmp_path: Path, work: TestRepo, repositories: Repositories
) -> None:
    work.commit(files={"f": "1"})
    repo = await repositories.open("work")
    runner = GitRunner(environ=environment(), git=str(tmp_path / "none"))
    with pytest.raises(CommonsError, match="not installed") as refused:
        await runner.run(repo, ["log"])
    assert refused.value.code == "GIT_FAILED"
    with pytest.raises(CommonsError) as refused:
        await repositories.runner.run(repo, ["log", "a\0b"])
    assert refused.value.code == "BAD_REQUEST"
    shutil.rmtree(work.top)
    with pytest.raises(CommonsError, match="gone") as refused:
        await repositories.runner.run(repo, ["log"])
    assert refused.value.code == "GIT_MOVED"
