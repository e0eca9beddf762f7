"""What a look costs, where that is a property: processes, and bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from jupyterlab_commons.git.service import GitService, git_of

from .repos import TestRepo
from .test_handlers import Asks, Fetch

TAGS = 48_000


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyterlab_commons": True}}}


@pytest.fixture
def work(jp_root_dir: Any) -> TestRepo:
    return TestRepo(jp_root_dir / "work")


@pytest.fixture
async def git(jp_serverapp: Any, work: TestRepo) -> AsyncIterator[GitService]:
    service = git_of(jp_serverapp.web_app.settings, jp_serverapp.root_dir)
    yield service
    await service.close()


async def size_of(fetch: Fetch, name: str, **params: str) -> int:
    return len((await fetch("commons", "git", name, params=params)).body)


@pytest.mark.parametrize("graph", [False, True])
async def test_a_page_of_history_is_two_processes(
    git: GitService, jp_fetch: Fetch, work: TestRepo, *, graph: bool
) -> None:
    for number in range(5):
        work.commit(files={"a": str(number)})
        work.git("branch", f"b{number}")
    if graph:
        work.git("commit-graph", "write", "--reachable", "--changed-paths")
    page = Asks(jp_fetch)
    await page.lines("history", repo="work")
    await git.graphs.rest()
    before = git.runner.started
    for _ in range(3):
        lines = await page.lines("history", repo="work")
        assert lines[-1] == {"end": {"order": "topo" if graph else "date"}}
    # One finds the repository, one says what the commits say.
    assert git.runner.started == before + 3 * 2


async def test_many_tags_do_not_make_the_first_look_large(
    git: GitService, jp_fetch: Fetch, work: TestRepo
) -> None:
    """Each of the commits that are shown has hundreds of them."""
    commits = [work.commit(f"release {number}") for number in range(60)]
    lines = [
        f"{commits[number % 60]} refs/tags/@scope/package-{number % 80}@{number}.0.0"
        for number in range(TAGS)
    ]
    packed = sorted(lines, key=lambda line: line.partition(" ")[2])
    (work.top / ".git/packed-refs").write_text(
        "# pack-refs with: sorted \n" + "\n".join(packed) + "\n"
    )
    assert work.git("tag").count(b"\n") == TAGS
    sizes = [
        await size_of(jp_fetch, "repository", path="work"),
        await size_of(jp_fetch, "history", repo="work", limit="50"),
        await size_of(jp_fetch, "refs", repo="work"),
    ]
    assert sum(sizes) <= 64_000
    row = (await Asks(jp_fetch).lines("history", repo="work", limit="1"))[0]["row"]
    assert len(row["refs"]) + row["moreRefs"] == TAGS // 60 + 1


async def test_no_row_waits_for_the_next_one(
    git: GitService, jp_fetch: Fetch, work: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that come together are sent together; the last of them all the same."""
    work.commit(files={"a": "1"})
    seen, go_on = asyncio.Event(), asyncio.Event()
    heard = b""

    async def lines(*_: object) -> AsyncIterator[dict[str, int]]:
        for number in range(3):
            yield {"row": number}
        await go_on.wait()
        yield {"row": 3}

    def hear(chunk: bytes) -> None:
        nonlocal heard
        heard += chunk
        if heard.count(b"\n") == 3:
            seen.set()

    monkeypatch.setattr(git.history, "lines", lines)
    call = jp_fetch(
        *("commons", "git", "history"), params={"repo": "work"}, streaming_callback=hear
    )
    asking = asyncio.ensure_future(call)
    await asyncio.wait_for(seen.wait(), 60)
    go_on.set()
    await asking
    assert heard.splitlines()[-1] == b'{"row":3}'
