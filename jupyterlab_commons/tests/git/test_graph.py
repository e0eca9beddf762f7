"""The commit-graph is written when nobody waits, and never where it must not be."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyterlab_commons.git.graph import Graphs
from jupyterlab_commons.git.graph_file import missing_filters
from jupyterlab_commons.git.history import History, Query
from jupyterlab_commons.git.process import Limits
from jupyterlab_commons.git.refs import RefsReader
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner, Lane, Repo
from jupyterlab_commons.tests.chance import by_chance

from .repos import TestRepo
from .test_runner import FakeGit, alive, until
from .traps import AS_A

COMMITS = 2100
SECONDS = 120


def many(work: TestRepo, commits: int) -> None:
    """A history in one go; each commit changes one of 50 files."""
    stream = bytearray()
    for number in range(commits):
        name = f"d{number % 5}/f{number % 50}"
        stream += b"commit refs/heads/main\n"
        stream += f"committer A <a@b> {1_600_000_000 + number} +0000\n".encode()
        stream += b"data 1\nx"
        stream += f"\nM 100644 inline {name}\ndata <<E\n{number}\nE\n".encode()
    work.git("fast-import", "--quiet", stdin=bytes(stream))
    work.git("reset", "-q", "--hard")


@pytest.fixture
async def graphs(runner: GitRunner) -> AsyncIterator[Graphs]:
    graphs = Graphs(runner, smallest=2000, first_slice=300)
    yield graphs
    await graphs.close()


async def order_of(repositories: Repositories, repo: Repo) -> str:
    refs = await RefsReader(repositories.runner).read(repo)
    history = History(repositories.runner)
    lines = [each async for each in history.lines(repo, refs, Query(limit=5))]
    order: str = lines[-1]["end"]["order"]
    return order


async def write(graphs: Graphs, repo: Repo) -> None:
    graphs.want(repo)
    await asyncio.wait_for(graphs.rest(), SECONDS)


async def test_pages_become_exact_and_the_repository_stays_sound(
    graphs: Graphs, repositories: Repositories, work: TestRepo
) -> None:
    many(work, COMMITS)
    repo = await repositories.open("work")
    assert await order_of(repositories, repo) == "date"
    status = work.git("status", "--porcelain")
    await write(graphs, repo)
    assert await order_of(repositories, repo) == "topo"
    assert missing_filters(repo.common) == 0
    work.git("commit-graph", "verify")
    work.git("fsck", "--strict")
    assert work.git("status", "--porcelain") == status
    assert not list((work.top / ".git").rglob("*.lock"))


async def test_what_is_complete_costs_nothing_and_new_commits_are_added(
    graphs: Graphs, repositories: Repositories, work: TestRepo
) -> None:
    many(work, COMMITS)
    repo = await repositories.open("work")
    await write(graphs, repo)
    before = repositories.runner.started
    await write(graphs, repo)
    assert repositories.runner.started == before
    work.commit("new", files={"n": "1"})
    graphs.again(repo)
    await asyncio.wait_for(graphs.rest(), SECONDS)
    # The settings, and one git that adds what is new.
    assert repositories.runner.started == before + 2
    assert missing_filters(repo.common) == 0
    seen = work.git("commit-graph", "verify", "--shallow")
    assert seen == b""
    work.git("-c", "core.commitGraph=true", "log", "--oneline", "-1", "--", "n")


async def test_a_second_server_goes_on_where_the_first_was_ended(
    repositories: Repositories, work: TestRepo, runner: GitRunner
) -> None:
    many(work, COMMITS)
    repo = await repositories.open("work")
    write = ["commit-graph", "write", "--reachable", "--changed-paths"]
    work.git(*write, "--split=replace", "--max-new-filters=100")
    assert missing_filters(repo.common) == COMMITS - 100
    graphs = Graphs(runner)
    graphs.want(repo)
    await asyncio.wait_for(graphs.rest(), SECONDS)
    assert missing_filters(repo.common) == 0


async def test_a_graph_without_filters_gets_them(
    graphs: Graphs, repositories: Repositories, work: TestRepo
) -> None:
    many(work, 100)
    work.git("commit-graph", "write", "--reachable")
    repo = await repositories.open("work")
    assert missing_filters(repo.common) == 100
    await write(graphs, repo)
    assert missing_filters(repo.common) == 0


async def nothing_is_written(graphs: Graphs, repo: Repo) -> None:
    await write(graphs, repo)
    assert missing_filters(repo.common) is None
    assert not (repo.common / "objects" / "info" / "commit-graphs").exists()


async def test_a_small_repository_is_left_alone(
    graphs: Graphs, repositories: Repositories, work: TestRepo
) -> None:
    many(work, 1999)
    await nothing_is_written(graphs, await repositories.open("work"))


async def test_a_shallow_one_and_one_that_ignores_it_are_left_alone(
    graphs: Graphs, repositories: Repositories, work: TestRepo, root: Path
) -> None:
    many(work, COMMITS)
    url = f"file://{work.top}"
    work.git("clone", "-q", "--depth=2050", url, str(root / "shallow"))
    await nothing_is_written(graphs, await repositories.open("shallow"))
    work.git("config", "uploadpack.allowFilter", "true")
    work.git("clone", "-q", "--filter=tree:0", "-n", url, str(root / "treeless"))
    await nothing_is_written(graphs, await repositories.open("treeless"))
    work.git("config", "core.commitGraph", "false")
    await nothing_is_written(graphs, await repositories.open("work"))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to give a folder away")
@pytest.mark.parametrize("place", [".git", ".git/objects", ".git/objects/info"])
async def test_nothing_is_written_for_another_user(
    graphs: Graphs, repositories: Repositories, work: TestRepo, place: str
) -> None:
    many(work, COMMITS)
    repo = await repositories.open("work")
    os.chown(work.top / place, 12345, 12345)
    await nothing_is_written(graphs, repo)


async def test_a_failure_is_one_line_for_the_debugger(
    graphs: Graphs,
    repositories: Repositories,
    work: TestRepo,
    caplog: pytest.LogCaptureFixture,
) -> None:
    many(work, COMMITS)
    repo = await repositories.open("work")
    lock = repo.common / "objects" / "info" / "commit-graphs"
    lock.mkdir()
    (lock / "commit-graph-chain.lock").write_text("")
    with caplog.at_level(logging.DEBUG, "jupyterlab_commons"):
        await write(graphs, repo)
    assert [record.levelname for record in caplog.records] == ["DEBUG"]
    (lock / "commit-graph-chain.lock").unlink()


SLOW = """case "$*" in
*--list*) exit 0;;
*rev-list*) echo 5000;;
*commit-graph*) touch pid-$$; trap 'touch ended; exit 1' TERM
  while :; do nice > niceness; sleep 0.05; done;;
*) touch "did-$$";;
esac"""


async def test_it_makes_way_for_a_write_and_ends_with_the_server(
    tmp_path: Path,
) -> None:
    git = FakeGit(tmp_path, SLOW)
    runner = git.runner()
    graphs = Graphs(runner)
    common = tmp_path / "a"
    (common / "objects").mkdir(parents=True)
    repo = Repo(common, common, "", common)
    graphs.want(repo)
    await until(lambda: len(git.pids()) == 1)
    (first,) = git.pids()
    await asyncio.wait_for(runner.run(repo, ["gc"], lane=Lane.READ), SECONDS)
    assert alive(first)
    await asyncio.wait_for(runner.run(repo, ["gc"], lane=Lane.WRITE), SECONDS)
    assert not alive(first)
    # Asked, not killed: git takes its lock files away.
    assert (tmp_path / "ended").exists()
    await until(lambda: len(git.pids()) == 2)
    await until(lambda: (tmp_path / "niceness").read_text().strip() == "19")
    await graphs.close()
    await until(lambda: not any(alive(pid) for pid in git.pids()))


async def test_one_at_a_time_for_a_server(tmp_path: Path) -> None:
    git = FakeGit(tmp_path, SLOW)
    graphs = Graphs(git.runner())
    for name in "abc":
        folder = tmp_path / name
        (folder / "objects").mkdir(parents=True)
        graphs.want(Repo(folder, folder, name, folder))
    await until(lambda: len(git.pids()) == 1)
    for _ in range(20):
        await asyncio.sleep(0.01)
    assert len(git.pids()) == 1
    await graphs.close()


async def test_writes_in_between_harm_nothing(
    graphs: Graphs, repositories: Repositories, work: TestRepo
) -> None:
    many(work, COMMITS)
    repo = await repositories.open("work")
    chance = by_chance("writes in between")
    graphs.want(repo)
    for number in range(8):
        await asyncio.sleep(chance.random() * 0.05)
        commit = ["commit", "--allow-empty", "-q", "-m", str(number)]
        done = await repositories.runner.run(
            repo, commit, lane=Lane.WRITE, env=AS_A, limits=Limits(seconds=60)
        )
        done.expect()
        graphs.again(repo)
    await asyncio.wait_for(graphs.rest(), SECONDS)
    assert missing_filters(repo.common) is not None
    work.git("commit-graph", "verify")
    work.git("fsck", "--strict")
    assert not list((work.top / ".git").rglob("*.lock"))


@pytest.mark.parametrize("content", [b"", b"CGPH", b"nonsense" * 50])
def test_a_torn_graph_is_left_to_git(tmp_path: Path, content: bytes) -> None:
    info = tmp_path / "objects" / "info"
    info.mkdir(parents=True)
    assert missing_filters(tmp_path) is None
    (info / "commit-graph").write_bytes(content)
    assert missing_filters(tmp_path) == 0
