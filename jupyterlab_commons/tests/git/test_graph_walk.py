"""Pages of history in exact order, without git looking ahead."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.git.graph_file import CommitGraph, GraphError, missing_filters
from jupyterlab_commons.git.history import Query
from jupyterlab_commons.git.repository import Repositories
from jupyterlab_commons.git.runner import GitRunner
from jupyterlab_commons.tests.chance import by_chance

from .repos import TestRepo
from .test_history import Reader

_WRITE = ("commit-graph", "write", "--reachable")


@pytest.fixture
def reader(repositories: Repositories, runner: GitRunner) -> Reader:
    return Reader(repositories, runner)


def grow(work: TestRepo, chance: random.Random, marks: list[int], count: int) -> None:
    """Commits on any others, merges of up to four, with clocks that are wrong."""
    stream = ""
    first = len(marks) + 1
    for number in range(first, first + count):
        clock = 1_700_000_000 + number * 10 + chance.randint(-400, 400)
        stream += f"commit refs/heads/b{number % 7}\nmark :{number}\n"
        stream += f"committer A <a@b> {clock} +0000\ndata <<E\nc{number}\nE\n"
        near = marks[-12:]
        parents = chance.sample(near, min(len(near), chance.choice((1, 1, 1, 2, 4))))
        verbs = ["from", *["merge"] * 3]
        stream += "".join(f"{v} :{p}\n" for v, p in zip(verbs, parents, strict=False))
        stream += f"M 100644 inline f\ndata <<E\n{number}\nE\n\n"
        marks.append(number)
    marked = work.top / ".git" / "marks"
    work.git(
        *("fast-import", "--quiet", "--force"),
        *(f"--import-marks-if-exists={marked}", f"--export-marks={marked}"),
        stdin=stream.encode(),
    )


async def all_rows(reader: Reader, chance: random.Random) -> list[dict[str, object]]:
    """Page by page, of any size."""
    rows: list[dict[str, object]] = []
    cursor = ""
    while True:
        page = await reader.page(Query(limit=chance.randint(1, 40), cursor=cursor))
        assert page.end["order"] == "topo"
        rows += page.rows
        cursor = page.end.get("cursor", "")
        if not cursor:
            return rows


async def test_children_come_before_their_parents_whatever_the_clocks_say(
    reader: Reader, work: TestRepo
) -> None:
    chance = by_chance("order of history")
    marks: list[int] = []
    grow(work, chance, marks, 150)
    work.git("reset", "-q", "--hard", "b1")
    work.git(*_WRITE, "--split")
    # One more layer, and then commits that no graph has.
    grow(work, chance, marks, 60)
    work.git(*_WRITE, "--split=no-merge")
    grow(work, chance, marks, 40)
    rows = await all_rows(reader, chance)
    places = {str(row["hash"]): place for place, row in enumerate(rows)}
    assert len(places) == len(rows)
    whole = work.git("rev-list", "--branches").decode().split()
    assert set(places) == set(whole)
    for row in rows:
        for parent in row["parents"]:  # type: ignore[attr-defined]
            assert places[str(row["hash"])] < places[parent]


async def test_pages_join_when_the_graph_is_written_between_them(
    reader: Reader, work: TestRepo, repositories: Repositories, runner: GitRunner
) -> None:
    chance, marks = random.Random(1), list[int]()
    grow(work, chance, marks, 60)
    work.git("reset", "-q", "--hard", "b1")
    work.git(*_WRITE)
    grow(work, chance, marks, 30)
    first = await reader.page(Query(limit=20))
    work.git(*_WRITE, "--split=replace")
    second = await reader.page(Query(limit=500, cursor=first.end["cursor"]))
    fresh = await Reader(repositories, runner).page(Query(limit=500))
    assert first.rows + second.rows == fresh.rows


async def test_commits_that_the_graph_has_no_more_end_the_pages(
    reader: Reader, work: TestRepo
) -> None:
    for number in range(30):
        work.commit(f"{number}", files={"a": f"{number}"})
    work.git(*_WRITE)
    first = await reader.page(Query(limit=10))
    work.git("reset", "-q", "--hard", "HEAD~25")
    work.git("update-ref", "refs/heads/kept", first.rows[0]["hash"])
    head = work.git("rev-parse", "HEAD")
    work.git("commit-graph", "write", "--stdin-commits", stdin=head)
    second = await reader.page(Query(limit=10, cursor=first.end["cursor"]))
    assert (second.error or {})["code"] == "GIT_MOVED"


async def test_a_branch_left_alone_long_ago_is_not_looked_for(
    reader: Reader, work: TestRepo, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = "".join(
        f"commit refs/heads/main\nmark :{n}\n"
        f"committer A <a@b> {1_600_000_000 + n} +0000\ndata 1\nx\n\n"
        for n in range(1, 3001)
    )
    stream += "reset refs/heads/old\nfrom :3\n\n"
    work.git("fast-import", "--quiet", stdin=stream.encode())
    work.git(*_WRITE)
    read = 0
    plain = CommitGraph.commit

    def counted(graph: CommitGraph, place: int) -> object:
        nonlocal read
        read += 1
        return plain(graph, place)

    monkeypatch.setattr(CommitGraph, "commit", counted)
    page = await reader.page(Query(limit=50))
    assert (len(page.rows), page.end["order"]) == (50, "topo")
    assert 50 <= read <= 200


@pytest.mark.parametrize("what", ["grafts", "shallow", "replace", "packed"])
async def test_where_parents_are_not_what_they_say_git_orders(
    reader: Reader, work: TestRepo, what: str
) -> None:
    first = work.commit("one", files={"a": "1"})
    head = work.commit("two", files={"a": "2"})
    work.git(*_WRITE)
    git_dir = work.top / ".git"
    if what in ("grafts", "shallow"):
        place = git_dir / ("info/grafts" if what == "grafts" else "shallow")
        place.write_text(f"{head}\n")
    else:
        work.git("replace", "--graft", head)
        if what == "packed":
            work.git("pack-refs", "--all")
    page = await reader.page(Query())
    assert page.end == {"order": "date"}
    assert page.subjects == ["two"], first


def torn(chance: random.Random, data: bytes) -> bytes:
    found = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        found[chance.randrange(len(found))] = chance.randrange(256)
    if chance.random() < 0.5:
        # The header, the table of chunks and what it leads to are a small part.
        at = chance.randrange(8 + data[6] * 12)
        found[at : at + 8] = chance.choice(places(data)).to_bytes(8, "big")
    cut = chance.choice((len(found), chance.randrange(len(found))))
    return bytes(found[:cut])


def places(data: bytes) -> list[int]:
    """Where a chunk may be said to begin, in the file and far beyond it."""
    large = [2**31, 2**32, 2**63 - 1, 2**63, 2**64 - 1]
    return [0, 8, len(data) - 1, len(data), len(data) + 1, *large]


def torn_tables(data: bytes) -> Iterator[bytes]:
    """Each entry of the table of chunks with each wrong place, and without a name."""
    for at in range(8, 8 + data[6] * 12, 12):
        for place in places(data):
            yield data[: at + 4] + place.to_bytes(8, "big") + data[at + 12 :]
        yield data[:at] + b"none" + data[at + 4 :]
    for chunks in (0, 1, 255):
        yield data[:6] + bytes([chunks]) + data[7:]


def layers(work: TestRepo, *, split: bool) -> list[Path]:
    """The files of the graph of a repository, which has all kinds of chunks."""
    marks: list[int] = []
    chance = by_chance("torn graph")
    grow(work, chance, marks, 40)
    work.git("reset", "-q", "--hard", "b1")
    work.git(*_WRITE, "--changed-paths", *(["--split"] if split else []))
    if split:
        grow(work, chance, marks, 30)
        work.git(*_WRITE, "--changed-paths", "--split=no-merge")
    info = work.top / ".git/objects/info"
    found = sorted([*info.glob("commit-graph"), *info.glob("commit-graphs/*")])
    assert len(found) == (3 if split else 1)
    for path in found:
        path.chmod(0o644)
    return found


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a file has not got is not even asked for."""

    def careful(file: int, size: int, at: int) -> bytes:
        assert at + size <= os.fstat(file).st_size
        return plain(file, size, at)

    plain = os.pread
    monkeypatch.setattr(os, "pread", careful)


def ask_everything(common: Path) -> set[str]:
    """What was met; nothing but a GraphError is raised."""
    met = {f"missing {min(missing_filters(common) or 0, 1)}"}
    try:
        with closing(CommitGraph(common)) as graph:
            for place in range(min(graph.size, 100)):
                met.add(ask_commit(graph, place))
    except GraphError:
        met.add("graph refused")
    return met


def ask_commit(graph: CommitGraph, place: int) -> str:
    try:
        graph.find(graph.commit(place).name)
    except GraphError:
        return "commit refused"
    return "found"


@pytest.mark.usefixtures("reads")
@pytest.mark.parametrize("split", [False, True])
def test_no_place_of_a_chunk_does_more_than_refuse(
    work: TestRepo, *, split: bool
) -> None:
    met = set()
    for path in layers(work, split=split):
        whole = path.read_bytes()
        if path.name == "commit-graph-chain":
            continue
        for content in torn_tables(whole):
            path.write_bytes(content)
            met |= ask_everything(work.top / ".git")
        path.write_bytes(whole)
    assert met == {
        *("missing 0", "missing 1", "found", "commit refused", "graph refused")
    }


@pytest.mark.usefixtures("reads")
@pytest.mark.parametrize("split", [False, True])
async def test_no_graph_however_torn_does_more_than_refuse(
    reader: Reader, work: TestRepo, *, split: bool
) -> None:
    chance = by_chance("torn graphs")
    files = {path: path.read_bytes() for path in layers(work, split=split)}
    for number in range(200):
        path = chance.choice(list(files))
        path.write_bytes(torn(chance, files[path]))
        ask_everything(work.top / ".git")
        if number % 5 == 0:
            # Git itself may end with a fault where it reads such a file.
            with suppress(CommonsError):
                page = await reader.page(Query())
                assert page.error or page.end["order"] in ("topo", "date")
        if chance.random() < 0.7:
            path.write_bytes(files[path])
