"""Changes are noticed without a process, and nothing is left when nobody listens."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import Repo
from jupyterlab_commons.git.watch import MOST_LISTENERS, THREAD_NAME, Watches, look

from .repos import TestRepo
from .traps import AS_A

SECONDS = 60


def threads() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name.startswith(THREAD_NAME)]


def tasks() -> list[str]:
    return [
        str(task.get_coro()) for task in asyncio.all_tasks() if "_Watch" in repr(task)
    ]


class Page:
    """One listener, and what it has heard."""

    def __init__(self, watches: Watches, repo: Repo) -> None:
        self._heard: asyncio.Queue[frozenset[str]] = asyncio.Queue()
        self.leave = watches.listen(repo, self._heard.put_nowait)

    async def hears(self) -> frozenset[str]:
        return await asyncio.wait_for(self._heard.get(), SECONDS)

    @property
    def quiet(self) -> bool:
        return self._heard.empty()


@pytest.fixture
async def watches() -> AsyncIterator[Watches]:
    """Looks as often as it can, so that a test waits for nothing."""
    watches = Watches(seconds=0.01)
    yield watches
    watches.close()


@pytest.fixture
async def repo(repositories: Repositories, work: TestRepo) -> Repo:
    work.commit(files={"f": "1"})
    return await repositories.open("work")


async def test_each_kind_of_change_is_told(
    watches: Watches, repo: Repo, work: TestRepo
) -> None:
    page = Page(watches, repo)
    assert await page.hears() == frozenset()

    async def hears(word: str) -> None:
        heard: frozenset[str] = frozenset()
        while word not in heard:
            heard = await page.hears()

    for word, args in {
        "refs": ["branch", "deep/branch"],
        "head": ["checkout", "-q", "-b", "other"],
    }.items():
        work.git(*args)
        await hears(word)
    work.git("tag", "v1")
    await hears("refs")
    work.git("pack-refs", "--all")
    await hears("refs")
    work.write("g", "2")
    work.git("add", "g")
    await hears("index")
    (work.top / ".git" / "MERGE_HEAD").write_text(work.head() + "\n")
    await hears("state")
    work.commit("more")
    await hears("head")
    (work.top / ".git").rename(work.top / "away")
    await hears("gone")
    (work.top / "away").rename(work.top / ".git")
    await hears("gone")


def test_each_kind_of_change_alone_is_that_word(work: TestRepo, root: Path) -> None:
    work.commit(files={"f": "1"})
    git_dir = work.top / ".git"
    repo = Repo(work.top, git_dir, "work", git_dir)

    def news(*args: str) -> frozenset[str]:
        before = look(repo)
        work.git(*args, env=AS_A)
        return look(repo).news_since(before)

    assert news("log") == frozenset()
    assert news("branch", "b") == {"refs"}
    assert news("tag", "-m", "x", "x") == {"refs"}
    work.write("g", "2")
    assert news("add", "g") == {"index"}
    assert news("commit", "-m", "x") >= {"refs", "head", "index"}
    assert "state" in news("fetch", ".", "b")
    assert "refs" in news("pack-refs", "--all")
    assert "refs" in news("update-ref", "-d", "refs/tags/x")


async def test_nothing_runs_and_nothing_is_told_while_nothing_changes(
    watches: Watches, repo: Repo, repositories: Repositories
) -> None:
    page = Page(watches, repo)
    await page.hears()
    before = repositories.runner.started
    looks = 0

    def counted(repo: Repo) -> object:
        nonlocal looks
        looks += 1
        return look(repo)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("jupyterlab_commons.git.watch.look", counted)
        while looks < 50:
            await asyncio.sleep(0.01)
    assert repositories.runner.started == before
    assert page.quiet


async def test_own_writes_are_told_at_once(repo: Repo, work: TestRepo) -> None:
    """Were it not told, this page would wait for an hour."""
    watches = Watches(seconds=3600)
    page = Page(watches, repo)
    await page.hears()
    work.git("branch", "b")
    watches.changed(repo)
    assert await page.hears() == {"refs"}
    watches.close()


async def test_one_look_for_all_pages_and_none_for_no_page(
    watches: Watches, repo: Repo, repositories: Repositories, root: Path, work: TestRepo
) -> None:
    assert threads() == []
    pages = [Page(watches, repo) for _ in range(3)]
    for page in pages:
        assert await page.hears() == frozenset()
    assert (len(threads()), len(tasks())) == (1, 1)
    other = TestRepo(root / "other")
    other.commit(files={"f": "1"})
    pages.append(Page(watches, await repositories.open("other")))
    await pages[-1].hears()
    assert (len(threads()), len(tasks())) == (1, 2)
    work.git("branch", "b")
    for page in pages[:3]:
        assert "refs" in await page.hears()
    late = Page(watches, repo)
    assert await late.hears() == frozenset()
    for page in [*pages, late]:
        page.leave()
        page.leave()
    for thread in threads():
        await asyncio.to_thread(thread.join, SECONDS)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gc.collect()
    assert (watches.listeners, threads(), tasks()) == (0, [], [])
    again = Page(watches, repo)
    assert await again.hears() == frozenset()


async def test_twenty_listen_and_no_more(watches: Watches, repo: Repo) -> None:
    pages = [Page(watches, repo) for _ in range(MOST_LISTENERS)]
    with pytest.raises(CommonsError) as refused:
        Page(watches, repo)
    assert refused.value.code == "TOO_MANY"
    pages[0].leave()
    Page(watches, repo)


async def test_a_disk_that_hangs_does_not_hold_up_the_server(
    watches: Watches, repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()

    def hang(repo: Repo) -> object:
        assert go.wait(SECONDS)
        return look(repo)

    monkeypatch.setattr("jupyterlab_commons.git.watch.look", hang)
    page = Page(watches, repo)
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert page.quiet
    go.set()
    assert await page.hears() == frozenset()
