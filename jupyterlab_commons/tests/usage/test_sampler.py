"""When the thread looks at what, with a clock that the tests move."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from itertools import pairwise

import pytest

from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage.shapes import (
    Attribution,
    GpuReading,
)

from .fakes import GIB, MIB, headline
from .sampler_bench import KERNEL, SERVER, Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_nobody_looks_and_nothing_is_at_work(bench: Bench) -> None:
    bench.run(100)
    assert bench.count(600) == (120, 10)
    bench.close()


def test_nobody_looks_and_something_is_at_work(bench: Bench) -> None:
    bench.fakes.headline.now = headline(GIB, cpu={"used": 1.0})
    bench.run(100)
    assert bench.count(600) == (120, 60)
    bench.close()


def test_a_kernel_that_turns_busy_is_noticed_between_attributions(
    bench: Bench,
) -> None:
    bench.run(120)
    bench.sampler.kernel_busy()
    assert bench.count(20)[1] >= 1
    bench.close()


def test_a_panel_is_looked_at_every_second(bench: Bench) -> None:
    bench.sampler.look("panel")
    bench.run(10)
    told = len(bench.told)
    assert bench.count(60) == (60, 60)
    assert len(bench.told) - told == 60
    bench.close()


def test_a_status_wants_the_table_every_fifteen_seconds(bench: Bench) -> None:
    bench.sampler.look("status")
    bench.run(30)
    assert bench.count(150) == (30, 10)
    bench.close()


def test_a_page_that_begins_to_look_does_not_wait(bench: Bench) -> None:
    bench.run(32)
    told = len(bench.told)
    bench.sampler.look("panel")
    bench.run(0.01)
    assert len(bench.told) == told + 1
    bench.close()


def test_two_looks_are_never_closer_than_a_fifth_of_a_second(bench: Bench) -> None:
    chance = by_chance("looks")
    ways: list[Callable[[], None]] = [
        lambda: bench.sampler.look("panel"),
        lambda: bench.sampler.look("none"),
        bench.sampler.roots_changed,
        bench.sampler.scan,
        lambda: bench.sampler.roots_are((SERVER,)),
    ]
    for _ in range(1000):
        chance.choice(ways)()
        bench.run(chance.uniform(0, 0.1))
    at = [told.sample["at"] for told in bench.told]
    steps = [after - before for before, after in pairwise(at)]
    assert min(steps) >= 199
    assert len(at) > 100
    bench.close()


def test_memory_that_moves_fast_is_attributed_at_once(bench: Bench) -> None:
    bench.run(100)
    bench.fakes.headline.now = headline(GIB + 250 * MIB)
    assert bench.count(2.1)[1] == 1
    # A twentieth of the limit is 205 MiB.
    bench.fakes.headline.now = headline(GIB + 400 * MIB)
    assert bench.count(10)[1] == 0
    bench.close()


def test_without_a_limit_nothing_is_read_between_looks(bench: Bench) -> None:
    bench.fakes.headline.now = headline(memory={"used": GIB})
    bench.run(100)
    assert bench.sampler._cadence.next_peek() == float("inf")
    bench.close()


def test_attribution_that_is_dear_is_done_less_often(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent = [0.0]
    monkeypatch.setattr("time.thread_time", lambda: spent[0])

    def spend() -> None:
        spent[0] += bench.cost

    bench.fakes.attribution.hold = spend
    bench.sampler.look("panel")
    bench.cost = 0.018
    bench.run(10)
    assert bench.count(60) == (60, 60)
    assert bench.told[-1].sample["problems"] == []
    bench.cost = 0.1
    bench.run(60)
    heads, tables = bench.count(100)
    assert heads == 100
    assert 18 <= tables <= 21
    assert bench.told[-1].sample["problems"] == ["PROCESSES_MANY"]
    bench.cost = 0.001
    bench.run(60)
    assert bench.count(60) == (60, 60)
    assert bench.told[-1].sample["problems"] == []
    bench.close()


def test_a_loop_that_does_not_answer_delays_the_table_and_nothing_else(
    bench: Bench,
) -> None:
    bench.run(100)
    bench.answers = False
    bench.sampler.look("panel")
    bench.run(5)
    told = len(bench.told)
    heads, tables = bench.count(20)
    assert heads >= 13
    assert tables >= 13
    assert len(bench.told) - told == tables
    # The kernels of before are what is known.
    assert bench.fakes.attribution.roots == (SERVER, KERNEL)
    bench.close()


def test_a_part_that_fails_is_said_to_be_unknown_and_the_others_go_on(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("no")

    bench.fakes.headline.hold = fail
    bench.fakes.attribution.hold = fail
    bench.fakes.gpus.now = GpuReading(taken_at=5)
    with caplog.at_level(logging.WARNING, "usage"):
        bench.run(100)
    sample = bench.told[-1].sample
    assert sample["problems"] == [
        "CPU_UNREADABLE",
        "MEMORY_UNREADABLE",
        "PROCESSES_UNREADABLE",
    ]
    assert (sample["memory"], sample["gpusAt"]) == ({}, 5)
    assert sample["consumers"]["k"]["name"] == "a.ipynb"
    lines = [r for r in caplog.records if r.name == "usage"]
    assert len(lines) == 2
    bench.close()


def test_a_reader_that_fails_stops_nothing(bench: Bench) -> None:
    def fail(text: str) -> None:
        raise RuntimeError("closed")

    bench.run(100)
    texts: list[str] = []
    bench.sampler.ask_history(fail)
    bench.sampler.ask_history(texts.append)
    bench.run(10)
    history = json.loads(texts[0])["history"]
    assert len(history["memory"]) >= 20
    bench.close()


def test_sleep_is_a_gap_in_the_history_and_costs_no_memory_seconds(
    bench: Bench,
) -> None:
    bench.run(10)
    before = bench.told[-1].report["memoryByteSeconds"]
    bench.clock.asleep += 8 * 3600
    bench.clock.jump_ms -= 123_456_789
    bench.run(10)
    texts: list[str] = []
    bench.sampler.ask_history(texts.append)
    bench.run(0)
    history = json.loads(texts[0])["history"]["memory"]
    assert history[-5:][0] is None
    assert history[-1] == 1024
    assert bench.told[-1].report["memoryByteSeconds"] - before == 10 * GIB
    bench.close()


def test_where_no_figure_is_this_servers_alone_the_sum_is(bench: Bench) -> None:
    bench.fakes.headline.now = headline(memory_summed=True, cpu_seconds=None)
    bench.fakes.attribution.now = Attribution(
        uses={"k": {"memory": GIB}, "server": {"memory": MIB}}
    )
    bench.run(10)
    memory = bench.told[-1].sample["memory"]
    assert (memory["used"], memory["peak"]) == (GIB + MIB, GIB + MIB)
    bench.fakes.attribution.now = Attribution(uses={"server": {"memory": MIB}})
    bench.run(100)
    memory = bench.told[-1].sample["memory"]
    assert (memory["used"], memory["peak"]) == (MIB, GIB + MIB)
    bench.close()


def test_gpus_are_asked_as_often_as_somebody_looks(bench: Bench) -> None:
    bench.run(100)
    bench.sampler.look("panel")
    bench.run(1)
    bench.sampler.look("none")
    bench.run(100)
    assert bench.fakes.gpus.seconds[-3:] == [60, 1, 60]
    bench.close()


def test_a_scan_is_passed_on_once(bench: Bench) -> None:
    bench.run(10)
    bench.sampler.scan()
    bench.run(10)
    assert bench.fakes.disk.scans == 1
    bench.close()


def test_everything_is_closed_at_the_end(bench: Bench) -> None:
    bench.run(1)
    bench.sampler.ask_to_stop()
    assert bench.sampler._tick() is False
    bench.close()
    fakes = bench.fakes
    assert fakes.headline.closed
    assert fakes.disk.closed
    assert not fakes.gpus.running
