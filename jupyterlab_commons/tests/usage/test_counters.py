"""Counters only grow, and a report that is lost loses no use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jupyterlab_commons.usage.counters import Counters, at_work
from jupyterlab_commons.usage.shapes import Attribution, ConsumerUse, GpuReading

from .fakes import GIB, MIB, headline, kernel_row, sample

FIXTURES = Path(__file__).parents[3] / "protocol" / "fixtures"
NONE = GpuReading()


def card(**more: Any) -> Any:
    return {"vendor": "nvidia", "name": "x", "index": 0, "state": "ok", **more}


def attributed(
    counters: Counters,
    now: float,
    rows: dict[str, ConsumerUse],
    cpu: dict[str, float] | None = None,
    gpus: GpuReading = NONE,
) -> None:
    counters.attributed(now, rows, Attribution(cpu_seconds=cpu or {}), gpus)


def test_memory_counts_by_the_second_however_rare_the_looks() -> None:
    counters = Counters(0)
    counters.looked(0, headline(GIB), NONE)
    counters.looked(10, headline(2 * GIB), NONE)
    report = counters.report(15, sample(), busy=True)
    assert report["memoryByteSeconds"] == 20 * GIB
    assert (report["seconds"], report["seq"], report["busy"]) == (15, 1, True)


def test_cpu_is_that_of_this_life_and_survives_a_counter_that_begins_anew() -> None:
    counters = Counters(0)
    for now, seconds in enumerate([5000.0, 5003.0, 1.0, 2.5]):
        counters.looked(now, headline(cpu_seconds=seconds), NONE)
    assert counters.report(4, sample(), busy=False)["cpuSeconds"] == 5.5


def test_what_others_use_too_is_not_counted_as_ours() -> None:
    counters = Counters(0)
    machine = headline(50 * GIB, own=False, cpu_seconds=None)
    counters.looked(0, machine, NONE)
    rows = {"a": kernel_row("a", GIB), "server": kernel_row("b", GIB)}
    attributed(counters, 0, rows, {"a": 10, "server": 1})
    counters.looked(10, machine, NONE)
    attributed(counters, 10, rows, {"a": 12, "server": 1})
    report = counters.report(10, sample(), busy=True)
    assert report["memoryByteSeconds"] == 20 * GIB
    assert report["cpuSeconds"] == 13
    # One that ended takes nothing back.
    attributed(counters, 10, {"server": kernel_row("b", GIB)}, {"server": 1})
    assert counters.report(10, sample(), busy=True)["cpuSeconds"] == 13


def test_a_terminal_whose_number_comes_again_is_not_counted_twice() -> None:
    counters = Counters(0)
    machine = headline(50 * GIB, own=False, cpu_seconds=None)
    counters.looked(0, machine, NONE)
    attributed(counters, 0, {"terminal:1": kernel_row("1", GIB)}, {"terminal:1": 500})
    attributed(counters, 10, {})
    # Long after what has ended was told and forgotten.
    attributed(counters, 1000, {})
    attributed(counters, 2000, {"terminal:1": kernel_row("1", 1)}, {"terminal:1": 501})
    assert counters.report(2000, sample(), busy=True)["cpuSeconds"] == 501


def test_a_clock_that_stands_still_or_goes_back_adds_nothing() -> None:
    counters = Counters(100)
    counters.looked(100, headline(GIB), NONE)
    counters.looked(50, headline(GIB), NONE)
    counters.looked(100, headline(GIB), NONE)
    assert counters.report(100, sample(), busy=False)["memoryByteSeconds"] == 0


def test_gpus_count_busy_and_held_seconds() -> None:
    counters = Counters(0)
    gpus = {"0": card(), "1": card(mig=True), "1:0": card(partOf="1")}
    shared = {"0": 1, "1": None, "1:0": 5}
    rows = {"a": kernel_row("a", GIB, gpus=shared), "b": kernel_row("b", GIB)}
    rows["b"]["gpus"] = {"0": None}
    counters.looked(0, headline(), GpuReading(gpus=gpus, busy_seconds={"0": 100}))
    attributed(counters, 0, rows, gpus=GpuReading(gpus=gpus))
    counters.looked(10, headline(), GpuReading(gpus=gpus, busy_seconds={"0": 108}))
    report = counters.report(10, sample(gpus=gpus), busy=True)
    # The card with MIG is held through its instance; the two kernels share the other.
    assert (report["gpuBusySeconds"], report["gpuHeldSeconds"]) == (8, 20)
    assert report["gpus"] == 2
    held = {row["key"]: row["gpuHeldSeconds"] for row in report["consumers"]}
    assert held == {"a": 20, "b": 10}


def test_a_consumer_that_ended_is_told_with_its_last_seconds_and_then_forgotten() -> (
    None
):
    counters = Counters(0)
    attributed(counters, 0, {"a": kernel_row("a", GIB)}, {"a": 1})
    attributed(counters, 10, {}, {"a": 9})
    (told,) = counters.report(60, sample(), busy=False)["consumers"]
    assert told["memoryByteSeconds"] == 10 * GIB
    assert "memory" not in told
    attributed(counters, 500, {})
    assert counters.report(500, sample(), busy=False)["consumers"] == []


def test_the_twenty_largest_are_told_and_the_ended_are_not_crowded_out() -> None:
    counters = Counters(0)
    rows = {f"k{n}": kernel_row("a", n * MIB) for n in range(1, 41)}
    attributed(counters, 0, rows)
    del rows["k1"]
    attributed(counters, 1, rows)
    told = [r["key"] for r in counters.report(1, sample(), busy=True)["consumers"]]
    assert told == [*(f"k{n}" for n in range(40, 21, -1)), "k1"]


def test_it_has_the_keys_of_the_protocol_and_no_folder_names() -> None:
    example = json.loads((FIXTURES / "link-sample.json").read_text("utf8"))["sample"]
    counters = Counters(0)
    attributed(counters, 0, {"a": kernel_row("a", GIB)})
    known = sample(memory=example["memory"], disk=example["disk"])
    report = counters.report(1, known, busy=True)
    assert report.keys() == example.keys()
    assert report["consumers"][0].keys() == example["consumers"][0].keys()
    assert "folders" not in report["disk"]
    assert "folders" in known["disk"]


def test_each_life_has_a_name_of_its_own() -> None:
    assert Counters(0).boot != Counters(0).boot


@pytest.mark.parametrize(
    ("more", "own", "busy"),
    [
        ({"cpu": {"used": 0.01}}, True, False),
        ({"cpu": {"used": 0.06}}, True, True),
        # The CPU of a machine that others are at work on.
        ({"cpu": {"used": 60}}, False, False),
        ({"consumers": {"k": kernel_row("a", 1, cpu=0.5)}, "cpu": {}}, False, True),
        ({"consumers": {"k": kernel_row("a", 1, state="busy")}, "cpu": {}}, True, True),
        ({"gpus": {"0": card(busy=99)}, "cpu": {}}, True, False),
        (
            {
                "gpus": {"0": card(busy=99)},
                "cpu": {},
                "consumers": {"k": kernel_row("a", 1, gpus={"0": 1})},
            },
            True,
            True,
        ),
    ],
)
def test_at_work_is_what_this_server_does(more: Any, *, own: bool, busy: bool) -> None:
    assert at_work(sample(**more), 0.05, own=own) == busy
