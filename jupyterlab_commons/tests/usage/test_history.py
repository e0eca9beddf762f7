"""The last hour is bounded, and a gap in it is a gap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from jupyterlab_commons.usage.history import History

from .fakes import GIB, MIB, WALL, kernel_row, sample

FIXTURES = Path(__file__).parents[3] / "protocol" / "fixtures"


def at(second: float, used: int = GIB, **more: Any) -> Any:
    return sample(at=WALL + round(second * 1000), memory={"used": used}, **more)


def test_figures_stand_five_seconds_apart_the_latest_look_of_each() -> None:
    history = History()
    for second in range(12):
        history.add(second, at(second, second * MIB))
    dump = history.dump()
    assert dump["memory"] == [4, 9, 11]
    assert (dump["step"], dump["end"]) == (5, WALL + 11_000)
    assert dump["cpu"] == [50, 50, 50]


def test_a_machine_that_slept_leaves_a_gap() -> None:
    history = History()
    history.add(0, at(0))
    history.add(21, at(21))
    assert history.dump()["memory"] == [1024, None, None, None, 1024]


def test_an_hour_is_all_that_is_kept_however_long_the_gap() -> None:
    history = History()
    for second in range(0, 8000, 5):
        history.add(second, at(second, consumers={"k": kernel_row("a", MIB)}))
    dump = history.dump()
    assert (len(dump["memory"]), len(dump["consumers"]["k"])) == (720, 120)
    history.add(1e9, at(0))
    assert history.dump()["memory"] == [None] * 719 + [1024]


def test_a_clock_that_stands_still_or_is_put_back_breaks_nothing() -> None:
    history = History()
    history.add(100, at(0, MIB))
    history.add(50, at(0, 2 * MIB))
    history.add(100, sample(at=5, memory={"used": 3 * MIB}))
    assert history.dump()["memory"] == [3]
    assert history.dump()["end"] == 5


def test_what_is_not_reported_is_null_and_what_never_was_is_absent() -> None:
    history = History()
    history.add(0, sample(memory={}, cpu={}))
    gpu = {"vendor": "nvidia", "name": "x", "index": 0, "state": "ok"}
    history.add(5, sample(gpus={"0": {**gpu, "busy": 40, "memoryUsed": 3 * MIB}}))
    history.add(10, sample(gpus={"0": gpu, "1": {**gpu, "busy": 1}}))
    dump = history.dump()
    assert dump["memory"] == [None, 1024, 1024]
    assert dump["gpus"] == {
        "0": {"busy": [None, 40, None], "memory": [None, 3, None]},
        "1": {"busy": [None, None, 1], "memory": [None, None, None]},
    }
    assert "received" not in dump
    history.add(15, sample(network={"received": 2048, "sent": 0, "of": "server"}))
    assert history.dump()["received"] == [None, None, None, 2]


def test_a_gpu_whose_driver_hangs_has_a_gap_and_no_flat_line() -> None:
    history = History()
    gpus = {"0": {"busy": 40, "memoryUsed": 3 * MIB}}
    for second in (0, 60, 120):
        history.add(second, at(second, gpus=gpus, gpusAt=WALL))
    assert history.dump()["gpus"]["0"]["busy"] == [40, *[None] * 11, 40, *[None] * 12]


def test_of_very_many_consumers_the_latest_are_told() -> None:
    history = History()
    for turn in range(5):
        rows = {f"{turn}-{n}": kernel_row("a", MIB) for n in range(100)}
        history.add(turn * 30, sample(consumers=rows))
    told = history.dump()["consumers"]
    assert len(told) == 200
    assert {key.partition("-")[0] for key in told} == {"3", "4"}


def test_it_has_the_keys_of_the_protocol() -> None:
    history = History()
    network = {"received": 1, "sent": 1, "of": "server"}
    history.add(0, sample(network=network))
    example = json.loads((FIXTURES / "usage-history.json").read_text("utf8"))
    assert history.dump().keys() | {"disk"} == example.keys() | {"disk"}


def test_the_disk_of_others_has_no_history() -> None:
    history = History()
    history.add(0, sample(disk={"used": 5 * GIB, "by": "machine"}))
    assert "disk" not in history.dump()
    history.add(5, sample(disk={"used": 5 * GIB, "by": "quota"}))
    assert history.dump()["disk"] == [None, 5120]
