"""What each page is sent: only what changed, never more than it can take."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from jupyterlab_commons.usage.cadence import View
from jupyterlab_commons.usage.clients import Clients, read_request
from jupyterlab_commons.usage.shapes import UsageSample

from .fakes import GIB, WALL, kernel_row, sample
from .test_deltas import apply


class Loop:
    """A clock and its timers, as much of a loop as pages need."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._timers: list[tuple[float, Callable[[], None], Timer]] = []

    def time(self) -> float:
        return self.seconds

    def call_later(self, seconds: float, work: Callable[[], None]) -> Timer:
        timer = Timer()
        self._timers.append((self.seconds + seconds, work, timer))
        return timer

    def pass_by(self, seconds: float) -> None:
        end = self.seconds + seconds
        while due := [t for t in self._timers if t[0] <= end and not t[2].cancelled]:
            first = min(due, key=lambda t: t[0])
            self._timers.remove(first)
            self.seconds = max(self.seconds, first[0])
            first[1]()
        self.seconds = end


class Timer:
    cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Source:
    def __init__(self) -> None:
        self.views: list[View] = []
        self.replies: list[Callable[[str], None]] = []

    def look(self, view: View) -> None:
        self.views.append(view)

    def ask_history(self, reply: Callable[[str], None]) -> None:
        self.replies.append(reply)

    def scan(self) -> None:
        pass


class Page:
    """One socket's other end; frames go out when `read` is called, or at once."""

    def __init__(self, clients: Clients, *, slow: bool = False) -> None:
        self.slow = slow
        self.texts: list[str] = []
        self.state: Any = None
        self.waiting: list[asyncio.Future[None]] = []
        self.client = clients.add(self._write)

    def _write(self, text: str) -> asyncio.Future[None]:
        self.texts.append(text)
        frame = json.loads(text)
        if "full" in frame:
            self.state = frame["full"]
        if "patch" in frame:
            self.state = apply(self.state, frame["patch"])
        done = asyncio.get_running_loop().create_future()
        if self.slow:
            self.waiting.append(done)
        else:
            done.set_result(None)
        return done

    async def read(self) -> None:
        self.waiting.pop(0).set_result(None)
        await asyncio.sleep(0)

    @property
    def frames(self) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.texts]


class Server:
    """Pages, their clock and what the sampler says."""

    def __init__(self) -> None:
        self.loop = Loop()
        self.source = Source()
        self.clients = Clients(self.source, cast("Any", self.loop))

    async def say(self, told: UsageSample, seconds: float = 1) -> None:
        self.loop.pass_by(seconds)
        self.clients.publish(told)
        await asyncio.sleep(0)


@pytest.fixture
def server() -> Server:
    return Server()


async def test_nothing_is_sent_before_the_page_looks(server: Server) -> None:
    page = Page(server.clients)
    await server.say(sample())
    assert page.texts == []
    page.client.look("status")
    await server.say(sample())
    assert list(page.frames[0]) == ["full"]


async def test_then_only_what_changed(server: Server) -> None:
    page = Page(server.clients)
    page.client.look("panel")
    await server.say(sample())
    await server.say(sample(at=WALL + 1000, memory={"used": 2 * GIB}))
    assert page.frames[1] == {
        "patch": {"at": WALL + 1000, "memory": {"used": 2 * GIB, "limit": None}}
    }


async def test_an_unchanged_server_is_a_heartbeat_each_ten_seconds(
    server: Server,
) -> None:
    page = Page(server.clients)
    page.client.look("panel")
    for second in range(32):
        await server.say(sample(at=WALL + second * 1000))
    assert page.frames[1:] == [
        {"patch": {"at": WALL + second * 1000}} for second in (10, 20, 30)
    ]


async def test_a_tick_that_comes_early_does_not_put_a_heartbeat_off(
    server: Server,
) -> None:
    page = Page(server.clients)
    page.client.look("status")
    for tick in range(7):
        await server.say(sample(at=WALL + tick), 4.99)
    assert [frame["patch"]["at"] - WALL for frame in page.frames[1:]] == [2, 4, 6]


async def test_a_hidden_page_is_sent_nothing_and_then_what_it_missed(
    server: Server,
) -> None:
    page = Page(server.clients)
    page.client.look("panel")
    await server.say(sample())
    page.client.look("none")
    for second in range(20):
        await server.say(sample(at=WALL + second, memory={"used": second * GIB}))
    assert len(page.texts) == 1
    assert server.source.views == ["panel", "none"]
    page.client.look("panel")
    now = sample(at=WALL + 99, cpu={})
    await server.say(now)
    assert list(page.frames[-1]) == ["patch"]
    assert page.state == now


async def test_the_page_that_looks_most_often_sets_the_pace(server: Server) -> None:
    first, second = Page(server.clients), Page(server.clients)
    first.client.look("status")
    second.client.look("panel")
    first.client.look("none")
    second.client.look("status")
    second.client.close()
    assert server.source.views == ["status", "panel", "status", "none"]


async def test_beside_a_panel_a_status_is_told_every_five_seconds(
    server: Server,
) -> None:
    status, panel = Page(server.clients), Page(server.clients)
    status.client.look("status")
    panel.client.look("panel")
    for second in range(1, 21):
        await server.say(sample(at=WALL + second, memory={"used": second * GIB}))
    assert [len(panel.texts), len(status.texts)] == [20, 4]


async def test_what_ended_is_told_to_a_status_at_once(server: Server) -> None:
    status = Page(server.clients)
    status.client.look("status")
    await server.say(sample())
    ended = {"k": {"at": WALL, "kind": "kernel-died", "largest": []}}
    await server.say(sample(incidents=ended), 0.2)
    assert status.state["incidents"] == ended


async def test_a_slow_reader_has_one_frame_on_its_way_and_then_the_newest(
    server: Server,
) -> None:
    page = Page(server.clients, slow=True)
    page.client.look("panel")
    for second in range(1, 50):
        await server.say(sample(at=WALL + second, memory={"used": second * GIB}))
    assert len(page.texts) == 1
    await page.read()
    assert len(page.texts) == 2
    assert page.state["memory"]["used"] == 49 * GIB


async def test_a_socket_that_fails_is_told_nothing_more(server: Server) -> None:
    page = Page(server.clients, slow=True)
    page.client.look("panel")
    await server.say(sample())
    page.waiting[0].set_exception(OSError("gone"))
    await asyncio.sleep(0)
    await server.say(sample(cpu={}))
    assert len(page.texts) == 1


async def test_history_comes_once_and_after_the_first_sample(server: Server) -> None:
    page = Page(server.clients)
    page.client.look("status")
    page.client.look("panel")
    page.client.look("none")
    page.client.look("panel")
    (reply,) = server.source.replies
    reply('{"history":{}}')
    assert page.texts == []
    await server.say(sample())
    assert [list(frame) for frame in page.frames] == [["full"], ["history"]]


async def test_a_share_that_cannot_be_told_goes_out_in_a_full_sample(
    server: Server,
) -> None:
    """A merge patch cannot say null, and null is what says "shared"."""
    page = Page(server.clients)
    page.client.look("panel")
    await server.say(sample(consumers={"k": kernel_row("a", GIB)}))
    shared = sample(consumers={"k": kernel_row("a", GIB, gpus={"0": None})})
    await server.say(shared)
    assert list(page.frames[1]) == ["full"]
    assert page.state == shared
    await server.say(
        sample(consumers={"k": kernel_row("a", 2 * GIB, gpus={"0": None})})
    )
    assert list(page.frames[2]) == ["patch"]
    assert page.state["consumers"]["k"]["gpus"] == {"0": None}


async def test_a_sampler_that_is_held_up_is_said_to_be(server: Server) -> None:
    page = Page(server.clients)
    stale = sample(at=WALL + 7, memory={}, problems=["MEMORY_UNREADABLE"])
    server.clients.on_silence(lambda: stale)
    page.client.look("panel")
    await server.say(sample())
    server.loop.pass_by(5)
    await asyncio.sleep(0)
    assert page.state == stale
    await server.say(sample(at=WALL + 9))
    assert page.state["problems"] == []
    page.client.look("none")
    server.loop.pass_by(100)
    assert len(page.texts) == 3
    server.clients.stop()


async def test_the_age_of_figures_that_stopped_is_exact(server: Server) -> None:
    page = Page(server.clients)
    page.client.look("panel")
    await server.say(sample(gpusAt=WALL))
    await server.say(sample(gpusAt=WALL + 4000))
    assert page.state["gpusAt"] == WALL
    await server.say(sample(gpusAt=WALL + 5000, problems=["GPU_STUCK"]))
    assert page.state["gpusAt"] == WALL + 5000


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ('{"view":"panel"}', ("panel", False)),
        ('{"scan":true}', (None, True)),
        ('{"new":1}', (None, False)),
    ],
)
def test_frames_of_the_page(text: str, read: tuple[str | None, bool]) -> None:
    assert read_request(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"view":"all"}',
        '{"view":[]}',
        '{"scan":1}',
        "{" * 900,
        f'{{"x":"{"y" * 2000}"}}',
    ],
)
def test_what_is_no_frame_of_a_page_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_request(text)
