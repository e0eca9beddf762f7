"""The link, against a companion that speaks protocol/src/link.ts."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.files import Files
from jupyterlab_commons.link import Link
from jupyterlab_commons.link_requests import PART_CHARS
from jupyterlab_commons.watch import LiveFiles

from .link_ends import TIMES, Companion
from .test_files import hash_of

DOCUMENT = "a" * 26


class Counter:
    """How often something was written for somebody else."""

    value = 0

    def add(self) -> None:
        self.value += 1


@pytest.fixture
async def companion() -> AsyncIterator[Companion]:
    companion = Companion()
    yield companion
    await companion.stop()


@pytest.fixture
def written() -> Counter:
    return Counter()


@pytest.fixture
def live(files: Files) -> LiveFiles:
    return LiveFiles(files)


@pytest.fixture
async def link(
    companion: Companion, files: Files, written: Counter, live: LiveFiles
) -> AsyncIterator[Link]:
    link = Link(
        url=f"http://127.0.0.1:{companion.port}/x/",
        token="secret-token",
        files=files,
        version="9.9",
        log=logging.getLogger("link"),
        times=TIMES,
        written=written.add,
        watched=live.replace,
    )
    task = asyncio.ensure_future(link.run())
    yield link
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_it_shows_its_own_token_and_says_hello(
    companion: Companion, link: Link
) -> None:
    assert (await companion.link()).authorization == "token secret-token"


async def test_a_file_is_read_in_parts(
    companion: Companion, link: Link, root: Path
) -> None:
    text = "\U0001f9ea" * PART_CHARS + "end"
    (root / "a.ipynb").write_text(text)
    server = await companion.link()
    await server.ask(7, "read", path="a.ipynb", type="notebook")
    first, second, done = [await server.heard() for _ in range(3)]
    assert [first["last"], second["last"]] == [False, True]
    # The protocol allows 262,144 UTF-16 units a part.
    assert len(first["part"].encode("utf-16-le")) // 2 == 262_144
    assert first["part"] + second["part"] == text
    assert done == {"id": 7, "done": {"hash": hash_of(text)}}


async def test_an_empty_file_is_one_empty_part(
    companion: Companion, link: Link, root: Path
) -> None:
    (root / "a.txt").touch()
    server = await companion.link()
    await server.ask(1, "read", path="a.txt", type="text")
    assert await server.heard() == {"id": 1, "part": "", "last": True}
    assert await server.heard() == {"id": 1, "done": {"hash": hash_of("")}}


async def test_two_writes_whose_parts_come_mixed(
    companion: Companion, link: Link, root: Path, written: Counter
) -> None:
    server = await companion.link()
    await server.ask(1, "write", path="a.txt", type="text", baseHash=None)
    await server.ask(2, "write", path="b.txt", type="text", baseHash=None)
    await server.write_message(json.dumps({"id": 1, "part": "a", "last": False}))
    await server.parts(2, "b", "b")
    await server.parts(1, "a")
    assert await server.heard() == {"id": 2, "done": {"hash": hash_of("bb")}}
    assert await server.heard() == {"id": 1, "done": {"hash": hash_of("aa")}}
    assert (root / "a.txt").read_text() == "aa"
    assert written.value == 2


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"method": "read", "path": "absent.txt"}, "FILE_MISSING"),
        ({"method": "read", "path": "../x"}, "BAD_REQUEST"),
        ({"method": "read"}, "BAD_REQUEST"),
        ({"method": "read", "path": "folder"}, "FILE_UNSHAREABLE"),
        ({"method": "keep", "path": "absent.txt"}, "FILE_MISSING"),
        ({"method": "dance"}, "BAD_REQUEST"),
        ({"method": "watch", "files": [{"document": 1}]}, "BAD_REQUEST"),
        ({"method": "watch"}, "BAD_REQUEST"),
        ({"method": "write", "path": "a", "baseHash": 1}, "BAD_REQUEST"),
        ({"method": "before"}, "BAD_REQUEST"),
        ({"method": "keep-open"}, "BAD_REQUEST"),
    ],
)
async def test_a_refusal_has_a_code_and_the_link_stays(
    companion: Companion, link: Link, root: Path, frame: dict[str, Any], code: str
) -> None:
    (root / "folder").mkdir()
    server = await companion.link()
    await server.write_message(json.dumps({"id": 3, **frame}))
    answer = await server.heard()
    assert (answer["id"], answer["error"]["code"]) == (3, code)
    await server.ask(4, "watch", files=[])
    assert await server.heard() == {"id": 4, "done": {}}


@pytest.mark.parametrize("frame", ["", "[]", "{", '{"id":-1}', '{"id":true}', "null"])
async def test_what_is_no_frame_is_passed_over(
    companion: Companion, link: Link, frame: str
) -> None:
    server = await companion.link()
    await server.write_message(frame)
    await server.ask(4, "watch", files=[])
    assert await server.heard() == {"id": 4, "done": {}}


async def test_f2_a_write_over_an_outside_change_is_refused(
    companion: Companion, link: Link, root: Path, written: Counter
) -> None:
    (root / "a.txt").write_text("outside")
    server = await companion.link()
    await server.ask(1, "write", path="a.txt", type="text", baseHash=hash_of("base"))
    await server.parts(1, "live")
    assert (await server.heard())["error"]["code"] == "FILE_CHANGED"
    await server.ask(2, "keep", path="a.txt")
    kept = (await server.heard())["done"]
    assert kept["hash"] == hash_of("outside")
    assert (root / kept["keptAs"]).read_text() == "outside"
    await server.ask(3, "write", path="a.txt", type="text", baseHash=kept["hash"])
    await server.parts(3, "live")
    assert await server.heard() == {"id": 3, "done": {"hash": hash_of("live")}}
    assert written.value == 1


async def test_f2_outside_changes_are_told_and_own_writes_are_not(
    companion: Companion, link: Link, root: Path
) -> None:
    (root / "a.txt").write_text("one")
    server = await companion.link()
    entry = {"document": DOCUMENT, "path": "a.txt", "hash": hash_of("one")}
    await server.ask(1, "watch", files=[entry])
    await server.heard()
    await server.ask(2, "write", path="a.txt", type="text", baseHash=hash_of("one"))
    await server.parts(2, "two")
    assert await server.heard() == {"id": 2, "done": {"hash": hash_of("two")}}
    (root / "a.txt").write_text("three!")
    told = await server.heard()
    assert told == {"news": "file", "document": DOCUMENT, "hash": hash_of("three!")}
    (root / "a.txt").unlink()
    assert await server.heard() == {**told, "hash": None}


async def test_what_people_have_open_is_known_also_while_the_link_is_lost(
    companion: Companion, link: Link, live: LiveFiles, root: Path
) -> None:
    server = await companion.link()
    entry = {"document": DOCUMENT, "path": "a.txt", "hash": None}
    await server.ask(1, "watch", files=[entry])
    await server.heard()
    assert live.has(str(root / "a.txt"))
    assert not live.has(str(root / "b.txt"))
    server.close(1012)
    server = await companion.link()
    assert live.has(str(root / "a.txt"))
    await server.ask(2, "watch", files=[])
    await server.heard()
    assert not live.has(str(root / "a.txt"))


async def test_more_than_may_be_written(
    companion: Companion, link: Link, files: Files, root: Path
) -> None:
    files.max_bytes = 10
    server = await companion.link()
    await server.ask(1, "write", path="a.txt", type="text", baseHash=None)
    await server.parts(1, "x" * 8, "x" * 8, "x")
    assert (await server.heard())["error"]["code"] == "TOO_LARGE"
    await server.ask(2, "watch", files=[])
    assert await server.heard() == {"id": 2, "done": {}}
    assert list(root.iterdir()) == []


async def test_too_many_unfinished_writes(companion: Companion, link: Link) -> None:
    server = await companion.link()
    for number in range(17):
        await server.ask(number, "write", path="a.txt", type="text", baseHash=None)
    answer = await server.heard()
    assert (answer["id"], answer["error"]["code"]) == (16, "TOO_MANY")


def of_the_link(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "link"]


async def test_it_comes_back_after_each_loss_and_says_so_once(
    companion: Companion, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "link")
    for _ in range(3):
        (await companion.link()).close(1012, "STOPPING")
    await companion.link()
    said = of_the_link(caplog)
    assert ["lost" in line or "connected" in line for line in said] == [True] * 7
    assert sum("connected" in line for line in said) == 4
    assert "secret-token" not in caplog.text


async def test_a_companion_that_is_down_is_one_line(
    companion: Companion, link: Link, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "link")
    companion.refuse_with = 503
    while companion.refused < 5:
        await asyncio.sleep(0)
    companion.refuse_with = 0
    await companion.link()
    # The number of a port can hold it, too.
    assert [" 503 " in line for line in of_the_link(caplog)] == [True, False]


async def test_a_watch_does_not_outlive_its_connection(
    companion: Companion, link: Link, root: Path
) -> None:
    (root / "a.txt").write_text("one")
    server = await companion.link()
    entry = {"document": DOCUMENT, "path": "a.txt", "hash": hash_of("one")}
    await server.ask(1, "watch", files=[entry])
    await server.heard()
    server.close(1012)
    server = await companion.link()
    (root / "a.txt").write_text("two")
    await server.ask(2, "watch", files=[])
    assert await server.heard() == {"id": 2, "done": {}}


async def test_a_cancelled_link_says_goodbye_and_closes(
    companion: Companion, files: Files
) -> None:
    link = Link(
        url=f"http://127.0.0.1:{companion.port}/x",
        token="t",
        files=files,
        version="9.9",
        log=logging.getLogger("link"),
    )
    task = asyncio.ensure_future(link.run())
    server = await companion.link()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await server.heard() == {"news": "goodbye"}
    assert await server.heard() is None


class TestDelays:
    def link(self) -> Link:
        return Link(
            url="https://hub.example.org/services/commons",
            token="t",
            files=Files("."),
            version="",
            log=logging.getLogger("link"),
        )

    def test_they_grow_to_thirty_seconds_and_differ(self) -> None:
        link = self.link()
        for failures, most in [(1, 0.5), (2, 1), (5, 8), (7, 30), (10_000, 30)]:
            link._failures = failures
            delays = {link._delay(final=False) for _ in range(50)}
            assert most / 2 <= min(delays) < max(delays) <= most

    def test_a_refusal_for_good_waits_longest(self) -> None:
        assert self.link()._delay(final=True) == 30

    def test_the_address_of_the_link(self) -> None:
        assert self.link()._url == "wss://hub.example.org/services/commons/link"
        for url in ("", "hub:8765", "ftp://hub/", "http://"):
            with pytest.raises(ValueError, match="COMMONS_URL"):
                Link(
                    url=url,
                    token="t",
                    files=Files("."),
                    version="",
                    log=logging.getLogger("link"),
                )
