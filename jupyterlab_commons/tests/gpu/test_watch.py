"""The watch never makes anybody wait, whatever the driver does."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from jupyterlab_commons.gpu.watch import STUCK_SECONDS, GpuWatch
from jupyterlab_commons.usage.shapes import GpuHold, GpuReading

from .conftest import LOG, Driver
from .host import Host

CEILING = 60.0
NO_LIBRARY = {"COMMONS_NVML_LIBRARY": "libnvidia-ml-of-nowhere.so.1"}


def until(happened: Callable[[], bool]) -> None:
    tick = threading.Event()
    for _ in range(int(CEILING / 0.01)):
        if happened():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen")


@dataclass
class Watched:
    """A watch with a clock that the test moves."""

    watch: GpuWatch
    now: list[float] = field(default_factory=lambda: [100.0])

    def reading(self, when: Callable[[GpuReading], bool]) -> GpuReading:
        found: list[GpuReading] = []

        def happened() -> bool:
            found.append(self.watch.latest())
            return when(found[-1])

        until(happened)
        return found[-1]

    def ended(self) -> bool:
        thread = self.watch._thread
        assert thread is not None
        thread.join(CEILING)
        return not thread.is_alive()


def make(host: Host, environ: dict[str, str]) -> Watched:
    now = [100.0]
    return Watched(GpuWatch(host.machine, environ, LOG, lambda: now[0]), now)


@pytest.fixture
def watched(driver: Driver) -> Iterator[Watched]:
    made = make(driver.host, {"COMMONS_NVML_LIBRARY": str(driver.library)})
    made.watch.every(0.1)
    yield made
    driver.also({"hang": None})
    made.watch.stop()
    assert made.watch._thread is None or made.ended()


def taken(reading: GpuReading) -> bool:
    return reading.taken_at is not None


def stuck(reading: GpuReading) -> bool:
    return "GPU_STUCK" in reading.problems


def test_before_the_first_look_there_is_nothing(watched: Watched) -> None:
    assert watched.watch.latest() == GpuReading()


def test_the_gpus_are_looked_at_on_a_thread(driver: Driver, watched: Watched) -> None:
    driver.also({"gpus": 8, "gpu.3.util": 50, "gpu.3.processes": "30991:4096"})
    watched.watch.start()
    watched.watch.start()
    reading = watched.reading(taken)
    assert list(reading.gpus) == [str(n) for n in range(8)]
    assert reading.gpus["3"]["busy"] == 50
    assert reading.holds == (GpuHold("3", 30991, 4096),)
    assert reading.problems == ()


def test_our_processes_are_found_by_what_they_have_open(
    driver: Driver, watched: Watched
) -> None:
    driver.host.process(7, "/dev/nvidia0", "/dev/nvidia-uvm")
    watched.watch.look_at({7: 1000, 8: 1000})
    watched.watch.start()
    # Nobody can hold a GPU on which nothing is.
    assert watched.reading(taken).holds == ()
    driver.also({"gpu.0.mem_used": 2**30})
    held = (GpuHold("0", 7, None, by_descriptor=True, started=1000),)
    watched.reading(lambda r: r.holds == held)


def test_amd_and_nvidia_stand_side_by_side(driver: Driver, watched: Watched) -> None:
    driver.host.card(1, "0x1002", {"device/mem_info_vram_total": 2**34})
    driver.host.process(7, "/dev/dri/renderD129", "/dev/kfd")
    watched.watch.look_at({7: 1000})
    watched.watch.start()
    reading = watched.reading(taken)
    assert list(reading.gpus) == ["0", "card1"]
    assert [(hold.gpu, hold.pid) for hold in reading.holds] == [("card1", 7)]


def test_without_library_and_gpu_the_thread_ends_and_says_nothing(host: Host) -> None:
    watched = make(host, NO_LIBRARY)
    watched.watch.start()
    assert watched.ended()
    assert watched.watch.latest() == GpuReading()
    watched.watch.every(1)
    watched.watch.stop()


def test_with_a_device_file_the_library_may_still_come(host: Host) -> None:
    host.write("dev/nvidia0", "")
    watched = make(host, NO_LIBRARY)
    watched.watch.start()
    reading = watched.reading(taken)
    assert (reading.gpus, reading.problems) == ({}, ())
    watched.watch.stop()
    assert watched.ended()


def test_a_hung_call_leaves_the_last_figures_with_their_age(
    driver: Driver, watched: Watched
) -> None:
    driver.also({"gpu.0.util": 40})
    watched.watch.start()
    watched.reading(taken)
    driver.also({"hang": "nvmlDeviceGetUtilizationRates", "gpu.0.util": 90})
    until(driver.hung)
    before = watched.watch.latest()
    watched.now[0] += STUCK_SECONDS
    after = watched.watch.latest()
    assert after.problems == (*before.problems, "GPU_STUCK")
    assert after.gpus["0"]["busy"] == 40
    assert after.taken_at == before.taken_at is not None
    driver.also({"hang": None})
    reading = watched.reading(lambda r: r.gpus["0"]["busy"] == 90)
    assert not stuck(reading)


def test_a_driver_that_hangs_at_once_is_said_to(
    driver: Driver, watched: Watched
) -> None:
    driver.also({"hang": 1})
    watched.watch.start()

    until(driver.hung)
    watched.now[0] += STUCK_SECONDS
    reading = watched.watch.latest()
    assert (reading.taken_at, reading.gpus) == (None, {})
    assert reading.problems == ("GPU_STUCK",)


def test_stop_does_not_wait_for_a_hung_call(driver: Driver, watched: Watched) -> None:
    driver.also({"hang": 1})
    watched.watch.start()
    until(driver.hung)
    watched.watch.stop()
    thread = watched.watch._thread
    assert thread is not None
    assert thread.is_alive()
    assert thread.daemon
    driver.also({"hang": None})
    assert watched.ended()


SERVER = """
import logging, os, time
from pathlib import Path
from jupyterlab_commons.gpu.watch import GpuWatch
from jupyterlab_commons.usage.shapes import Machine

watch = GpuWatch(Machine(Path({root!r})), os.environ, logging.getLogger())
watch.start()
while not os.path.exists({hung!r}):
    time.sleep(0.01)
watch.stop()
"""


def test_a_server_ends_though_a_call_hangs(driver: Driver) -> None:
    driver.also({"hang": "nvmlDeviceGetUtilizationRates"})
    program = SERVER.format(root=str(driver.host.root), hung=f"{driver.file}.hung")
    subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "COMMONS_NVML_LIBRARY": str(driver.library)},
        check=True,
        timeout=CEILING,
    )


def test_a_shorter_period_begins_now(driver: Driver, watched: Watched) -> None:
    watched.watch.every(3600)
    watched.watch.start()
    watched.reading(taken)
    driver.also({"gpu.0.util": 77})
    watched.watch.every(0.1)
    watched.reading(lambda r: r.gpus["0"]["busy"] == 77)


def test_busy_seconds_only_grow_and_no_gap_is_made_up(
    driver: Driver, watched: Watched
) -> None:
    driver.also({"gpus": 2, "gpu.0.util": 50, "gpu.1.mig": 1})
    watched.watch.start()
    assert watched.reading(taken).busy_seconds == {"0": 0}
    watched.now[0] += 10
    watched.reading(lambda r: r.busy_seconds == {"0": 5})
    watched.now[0] += 3600
    watched.reading(lambda r: r.busy_seconds == {"0": 50})


def test_nothing_that_goes_wrong_leaves_the_thread(
    driver: Driver,
    watched: Watched,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    watched.watch.start()
    watched.reading(taken)

    looks = []

    def broken() -> GpuReading:
        looks.append(1)
        raise RuntimeError("a surprise")

    with caplog.at_level(logging.WARNING), monkeypatch.context() as patch:
        patch.setattr(watched.watch, "_look", broken)
        reading = watched.reading(lambda r: "GPU_FAILED" in r.problems)
        assert list(reading.gpus) == ["0"]
        until(lambda: len(looks) > 2)
    watched.reading(lambda r: r.problems == ())
    assert [record.name for record in caplog.records] == [LOG.name]
