"""The thread itself: it wakes, ends, and outlives what goes wrong in it."""

from __future__ import annotations

import os
import queue
import select
import threading
from collections.abc import Iterator

import pytest

from jupyterlab_commons.usage.parts import Guard, Parts
from jupyterlab_commons.usage.sampler import Outlets, Sampler, Told
from jupyterlab_commons.usage.shapes import Machine
from jupyterlab_commons.usage.wakeup import Sleeper

from .fakes import GIB, LOG, Fakes, headline

SECONDS = 30


class Watch:
    """A pipe in place of the kernel's descriptor."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        self.works = True
        self.closed = False

    @property
    def events(self) -> int:
        return select.POLLIN

    def fileno(self) -> int:
        return self._read

    def call(self) -> None:
        os.write(self._write, b"x")

    def drain(self) -> bool:
        if self.works:
            os.read(self._read, 100)
        return self.works

    def close(self) -> None:
        self.closed = True
        os.close(self._read)
        os.close(self._write)


class Running:
    """A sampler that runs; what it tells comes out of a queue."""

    def __init__(self) -> None:
        self.fakes = Fakes()
        self.told: queue.Queue[Told] = queue.Queue()
        self.sampler = Sampler(
            make_parts=self._make,
            outlets=Outlets(
                publish=self.told.put,
                ask_roots=lambda: self.sampler.roots_are(()),
                peek_roots=lambda: None,
            ),
            machine=Machine(),
            log=LOG,
        )
        self.thread: int | None = None

    def _make(self, guard: Guard) -> Parts:
        self.thread = threading.get_ident()
        return self.fakes.parts()

    def next(self) -> Told:
        return self.told.get(timeout=SECONDS)


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    running.sampler.start()
    yield running
    running.sampler.ask_to_stop()
    assert running.sampler.join(SECONDS)


def test_parts_are_made_and_read_on_a_thread_of_their_own(running: Running) -> None:
    assert running.next().sample["memory"]["used"] == GIB
    assert running.thread not in (None, threading.get_ident())


def test_it_ends_at_once_though_nothing_was_due(running: Running) -> None:
    running.next()
    running.sampler.ask_to_stop()
    assert running.sampler.join(SECONDS)
    assert running.fakes.headline.closed


def test_a_view_wakes_it(running: Running) -> None:
    running.next()
    running.sampler.look("panel")
    running.next()
    running.next()


def test_it_can_be_woken_after_its_end(running: Running) -> None:
    running.sampler.ask_to_stop()
    assert running.sampler.join(SECONDS)
    running.sampler.look("panel")
    running.sampler.kernel_died("k")


def test_the_kernels_call_wakes_it() -> None:
    running = Running()
    watch = Watch()
    running.fakes.headline.watch = watch
    running.fakes.headline.now = headline(GIB, kills=0)
    running.sampler.start()
    while running.next().sample["consumers"]:
        pass
    running.fakes.headline.now = headline(GIB, kills=1)
    watch.call()
    while not running.next().sample["incidents"]:
        pass
    running.sampler.ask_to_stop()
    assert running.sampler.join(SECONDS)
    assert watch.closed


def test_parts_that_cannot_be_made_leave_a_sampler_that_says_so() -> None:
    def fail(guard: Guard) -> Parts:
        raise ImportError("no such platform")

    told: queue.Queue[Told] = queue.Queue()
    sampler = Sampler(
        make_parts=fail,
        outlets=Outlets(
            publish=told.put,
            ask_roots=lambda: sampler.roots_are(()),
            peek_roots=lambda: None,
        ),
        machine=Machine(),
        log=LOG,
    )
    sampler.start()
    sample = told.get(timeout=SECONDS).sample
    assert "MEMORY_UNREADABLE" in sample["problems"]
    assert "PROCESSES_UNREADABLE" in sample["problems"]
    sampler.ask_to_stop()
    assert sampler.join(SECONDS)


class TestSleep:
    def test_a_wake_from_before_is_heard(self) -> None:
        sleeper = Sleeper()
        sleeper.wake()
        sleeper.wake()
        assert sleeper.sleep(SECONDS * 1000) is False
        sleeper.close()
        sleeper.wake()

    def test_a_watch_of_a_group_that_is_gone_is_closed(self) -> None:
        sleeper, watch = Sleeper(), Watch()
        sleeper.listen(watch)
        watch.works = False
        watch.call()
        assert sleeper.sleep(SECONDS)
        assert watch.closed
        sleeper.wake()
        assert sleeper.sleep(SECONDS * 1000) is False
        sleeper.close()

    def test_without_poll_it_still_wakes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(select, "poll")
        sleeper, watch = Sleeper(), Watch()
        sleeper.listen(watch)
        sleeper.wake()
        assert sleeper.sleep(SECONDS * 1000) is False
        sleeper.close()
        watch.close()

    def test_without_eventfd_it_still_wakes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(os, "eventfd")
        sleeper = Sleeper()
        for _ in range(3):
            sleeper.wake()
            assert sleeper.sleep(SECONDS * 1000) is False
        sleeper.close()
