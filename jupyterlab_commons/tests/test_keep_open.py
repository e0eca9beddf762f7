"""Q8: before a server is stopped it keeps copies of what is open, as it is."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import stat
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons import link_requests
from jupyterlab_commons.errors import CommonsError
from jupyterlab_commons.extension import _open_paths
from jupyterlab_commons.files import BEFORE_STOP, CHECKPOINTS, Files
from jupyterlab_commons.link import Link

from .link_ends import TIMES, Companion, Server

LARGE = 1_000_000


class Open:
    """The files that kernels are open for."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.fails = False

    async def list(self) -> list[str]:
        if self.fails:
            raise OSError("no sessions")
        return self.paths


@pytest.fixture
def opened() -> Open:
    return Open()


@pytest.fixture
async def server(opened: Open, files: Files) -> AsyncIterator[Server]:
    companion = Companion()
    link = Link(
        url=f"http://127.0.0.1:{companion.port}/x/",
        token="secret-token",
        files=files,
        version="9.9",
        log=logging.getLogger("link"),
        times=TIMES,
        open_paths=opened.list,
    )
    task = asyncio.ensure_future(link.run())
    yield await companion.link()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await companion.stop()


async def keep_open(server: Server) -> Any:
    await server.ask(1, "keep-open")
    return await server.heard()


def copy_of(root: Path, path: str) -> Path:
    place = root / path
    name = f"{place.stem}{BEFORE_STOP}{place.suffix}"
    return place.parent / CHECKPOINTS / name


async def test_what_is_open_is_copied_and_stays_as_it_is(
    server: Server, opened: Open, root: Path
) -> None:
    (root / "work").mkdir()
    (root / "work/a.ipynb").write_bytes(b"\xff not even text")
    (root / "b.ipynb").write_text("b")
    (root / "closed.ipynb").write_text("c")
    opened.paths = ["work/a.ipynb", "b.ipynb", "b.ipynb", "console-1"]
    assert await keep_open(server) == {"id": 1, "done": {"kept": 2}}
    assert copy_of(root, "work/a.ipynb").read_bytes() == b"\xff not even text"
    assert copy_of(root, "b.ipynb").read_text() == "b"
    assert (root / "b.ipynb").read_text() == "b"
    assert not copy_of(root, "closed.ipynb").exists()


async def test_of_a_live_notebook_its_file_is_copied(
    server: Server, opened: Open, root: Path
) -> None:
    (root / "work").mkdir()
    (root / "work/a.ipynb").write_text("a")
    document = "d" * 26
    watched = {"document": document, "path": "work/a.ipynb", "hash": None}
    await server.ask(7, "watch", files=[watched])
    assert await server.heard() == {"id": 7, "done": {}}
    opened.paths = [f"live:{document}/a.ipynb", f"live:{'e' * 26}/b.ipynb"]
    await server.ask(8, "keep-open")
    # Whoever watches may tell of the file in between.
    while (answer := await server.heard()).get("id") != 8:
        pass
    assert answer["done"] == {"kept": 1}
    assert copy_of(root, "work/a.ipynb").read_text() == "a"


async def test_there_is_one_copy_of_a_file_however_often(
    server: Server, opened: Open, root: Path
) -> None:
    opened.paths = ["a.ipynb"]
    for text in ("one", "two", "three"):
        (root / "a.ipynb").write_text(text)
        await keep_open(server)
    assert copy_of(root, "a.ipynb").read_text() == "three"
    assert len(list((root / CHECKPOINTS).iterdir())) == 1


async def test_number_and_size_are_bounded(
    server: Server, opened: Open, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_requests, "MAX_KEPT", 3)
    monkeypatch.setattr(link_requests, "MAX_KEPT_BYTES", 250)
    for name, size in [("a", 100), ("b", 200), ("c", 100), ("d", 50), ("e", 1)]:
        (root / name).write_bytes(b"x" * size)
    opened.paths = ["a", "b", "c", "d", "e"]
    assert (await keep_open(server))["done"] == {"kept": 3}
    kept = {path.name for path in (root / CHECKPOINTS).iterdir()}
    assert kept == {f"{name}{BEFORE_STOP}" for name in ("a", "c", "d")}


async def test_sessions_that_cannot_be_listed_do_not_end_the_link(
    server: Server, opened: Open, root: Path
) -> None:
    opened.fails = True
    assert (await keep_open(server))["error"]["code"] == "INTERNAL"
    (root / "a.txt").write_text("a")
    await server.ask(2, "read", path="a.txt", type="text")
    assert (await server.heard())["part"] == "a"


class TestCopy:
    def test_f5_a_folder_that_leads_out_of_the_root_is_not_followed(
        self, files: Files, root: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "outside").mkdir()
        (root / CHECKPOINTS).symlink_to(tmp_path / "outside")
        (root / "a.txt").write_text("a")
        with pytest.raises(CommonsError):
            files.keep_before_stop("a.txt", LARGE)
        assert list((tmp_path / "outside").iterdir()) == []

    def test_a_link_in_place_of_the_copy_is_replaced_and_not_written_through(
        self, files: Files, root: Path
    ) -> None:
        (root / "mine.txt").write_text("mine")
        (root / "a.txt").write_text("a")
        (root / CHECKPOINTS).mkdir()
        copy_of(root, "a.txt").symlink_to(root / "mine.txt")
        files.keep_before_stop("a.txt", LARGE)
        assert (root / "mine.txt").read_text() == "mine"
        assert copy_of(root, "a.txt").read_text() == "a"

    def test_it_is_as_private_as_the_file(self, files: Files, root: Path) -> None:
        (root / "a.txt").write_text("a")
        (root / "a.txt").chmod(0o600)
        assert files.keep_before_stop("a.txt", LARGE) == 1
        mode = stat.S_IMODE(copy_of(root, "a.txt").stat().st_mode)
        assert mode == 0o600

    def test_a_name_as_long_as_names_may_be(self, files: Files, root: Path) -> None:
        name = "ä" * 120 + ".ipynb"
        (root / name).write_text("a")
        files.keep_before_stop(name, LARGE)
        (copy,) = (root / CHECKPOINTS).iterdir()
        assert len(os.fsencode(copy.name)) <= 255
        assert copy.name.endswith(f"{BEFORE_STOP}.ipynb")

    @pytest.mark.parametrize("path", ["absent", "folder", "../x"])
    def test_what_is_no_file_is_refused_and_leaves_nothing(
        self, files: Files, root: Path, path: str
    ) -> None:
        (root / "folder").mkdir()
        with pytest.raises(CommonsError):
            files.keep_before_stop(path, LARGE)
        assert not (root / CHECKPOINTS).exists()


async def test_a_real_server_names_what_kernels_are_open_for(
    jp_serverapp: Any, jp_fetch: Any
) -> None:
    path = "work/a.ipynb"
    os.makedirs(os.path.join(jp_serverapp.root_dir, "work"))
    asked = {"path": path, "type": "notebook", "kernel": {"name": "python3"}}
    made = await jp_fetch("api", "sessions", method="POST", body=json.dumps(asked))
    session = json.loads(made.body)["id"]
    assert await _open_paths(jp_serverapp) == [path]
    await jp_fetch("api", "sessions", session, method="DELETE")
    assert await _open_paths(jp_serverapp) == []
