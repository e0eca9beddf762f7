"""Drivers that are missing, updated or failing; GPUs that come, go and fall."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from jupyterlab_commons.gpu.nvidia_inventory import Keys

from .conftest import Driver

FIRST = {"gpu.0.uuid": "GPU-a", "gpu.1.uuid": "GPU-b"}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (9, "GPU_DRIVER_MISSING"),
        (18, "GPU_VERSION_MISMATCH"),
        (4, "GPU_NO_PERMISSION"),
        (999, "GPU_FAILED"),
        (17, "GPU_FAILED"),
    ],
)
def test_why_there_are_no_gpus_is_said(
    driver: Driver, answer: int, problem: str
) -> None:
    driver.also({"init": answer})
    look = driver.reader().look()
    assert (look.cards, look.problems) == ({}, (problem,))


def test_a_driver_without_gpus_is_no_problem(driver: Driver) -> None:
    driver.also({"init": 28})
    assert driver.reader().look().problems == ()
    driver.also({"init": None, "gpus": 0})
    look = driver.reader().look()
    assert (look.cards, look.problems) == ({}, ())


def test_a_driver_is_tried_again_once_a_minute_and_not_before(driver: Driver) -> None:
    driver.also({"init": 9})
    eyes = driver.reader()
    assert eyes.look().problems == ("GPU_DRIVER_MISSING",)
    driver.also({"init": None})
    assert eyes.look(59).problems == ("GPU_DRIVER_MISSING",)
    look = eyes.look(1)
    assert (list(look.cards), look.problems) == (["0"], ())


def test_a_failure_is_one_line_in_the_log(
    driver: Driver, caplog: pytest.LogCaptureFixture
) -> None:
    driver.also({"init": 999})
    eyes = driver.reader()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert eyes.look(60).problems == ("GPU_FAILED",)
    assert len(caplog.records) == 1


def test_a_driver_updated_under_a_running_server_is_said(driver: Driver) -> None:
    eyes = driver.reader()
    eyes.look()
    driver.also({"error.nvmlDeviceGetUtilizationRates": 18})
    look = eyes.look(1)
    assert (look.cards, look.problems) == ({}, ("GPU_VERSION_MISMATCH",))
    driver.also({"error.nvmlDeviceGetUtilizationRates": None})
    assert list(eyes.look(60).cards) == ["0"]


def test_a_lost_gpu_keeps_its_card_and_the_others_go_on(driver: Driver) -> None:
    driver.also({"gpus": 2, **FIRST, "gpu.0.name": "H100", "gpu.1.util": 5})
    eyes = driver.reader()
    eyes.look()
    driver.also({"gpu.0.lost": 1, "xid": "1 0 79"})
    for _ in range(3):
        # Also when the GPUs are counted anew, and the handle is refused.
        look = eyes.look(7)
        lost = look.cards["0"]
        assert (lost["state"], lost["name"], lost["uuid"]) == ("lost", "H100", "GPU-a")
        assert not {"busy", "memoryUsed", "powerLimit"} & lost.keys()
        assert (lost["xid"], lost["xidAt"]) == (79, 7000)
        assert (look.cards["1"]["state"], look.cards["1"]["busy"]) == ("ok", 5)
        assert look.problems == ()


def test_a_gpu_that_was_lost_and_is_back_has_its_key(driver: Driver) -> None:
    driver.also({"gpus": 2, **FIRST, "gpu.0.lost": 1})
    eyes = driver.reader()
    assert eyes.look().cards["0"] == {
        "vendor": "nvidia",
        "name": "NVIDIA GPU",
        "index": 0,
        "state": "lost",
    }
    driver.also({"gpu.0.lost": None})
    cards = eyes.look(10).cards
    assert {key: (c["uuid"], c["state"]) for key, c in cards.items()} == {
        "0": ("GPU-a", "ok"),
        "1": ("GPU-b", "ok"),
    }


def test_a_gpu_that_says_nothing_has_failed(driver: Driver) -> None:
    driver.also({"gpus": 2})
    eyes = driver.reader()
    eyes.look()
    silent = ("UtilizationRates", "MemoryInfo", "MemoryInfo_v2")
    driver.also({f"gpu.1.error.nvmlDeviceGet{name}": 999 for name in silent})
    cards = eyes.look(1).cards
    assert (cards["0"]["state"], cards["1"]["state"]) == ("ok", "failed")
    driver.also({f"gpu.1.error.nvmlDeviceGet{name}": None for name in silent})
    assert eyes.look(1).cards["1"]["state"] == "ok"


def test_a_gpu_without_a_handle_has_failed(driver: Driver) -> None:
    driver.also({"gpus": 2, "gpu.1.error.nvmlDeviceGetHandleByIndex_v2": 16 + 1})
    cards = driver.reader().look().cards
    assert (cards["0"]["state"], cards["1"]["state"]) == ("ok", "failed")


def test_gpus_of_others_are_not_shown(driver: Driver) -> None:
    refused = "error.nvmlDeviceGetHandleByIndex_v2"
    driver.also({"gpus": 3, f"gpu.0.{refused}": 4, f"gpu.2.{refused}": 4})
    look = driver.reader().look()
    assert (list(look.cards), look.problems) == (["1"], ())
    driver.also({f"gpu.1.{refused}": 4})
    look = driver.reader().look()
    assert (look.cards, look.problems) == ({}, ("GPU_NO_PERMISSION",))


def test_gpus_that_come_and_go_are_noticed(driver: Driver) -> None:
    driver.also({"gpus": 1, **FIRST})
    eyes = driver.reader()
    assert list(eyes.look().cards) == ["0"]
    driver.also({"gpus": 2})
    assert list(eyes.look(10).cards) == ["0", "1"]
    driver.also({"gpus": 1})
    assert list(eyes.look(10).cards) == ["0"]


def test_a_key_stays_with_its_gpu_when_the_order_changes(driver: Driver) -> None:
    driver.also({"gpus": 2, **FIRST})
    eyes = driver.reader()
    eyes.look()
    driver.also({"gpu.0.uuid": "GPU-b", "gpu.1.uuid": "GPU-a", "init": 9})
    driver.also({"error.nvmlDeviceGetCount_v2": 9})
    assert eyes.look(10).problems == ("GPU_DRIVER_MISSING",)
    driver.also({"error.nvmlDeviceGetCount_v2": None, "init": None})
    cards = eyes.look(60).cards
    assert {key: (c["uuid"], c["index"]) for key, c in cards.items()} == {
        "1": ("GPU-b", 0),
        "0": ("GPU-a", 1),
    }


def test_a_card_follows_its_gpu_to_another_place(driver: Driver) -> None:
    driver.also({"gpus": 2, **FIRST, "gpu.0.util": 10, "gpu.1.util": 20})
    eyes = driver.reader()
    eyes.look()
    driver.also({"gpu.0.uuid": "GPU-b", "gpu.1.uuid": "GPU-a"})
    cards = eyes.look(10).cards
    assert {key: (c["uuid"], c["index"], c["busy"]) for key, c in cards.items()} == {
        "1": ("GPU-b", 0, 10),
        "0": ("GPU-a", 1, 20),
    }


def test_a_library_that_comes_later_is_found_within_a_minute(
    driver: Driver, tmp_path: Path
) -> None:
    driver.host.write("dev/nvidia0", "")
    later = replace(driver, library=tmp_path / "later.so")
    eyes = later.reader()
    assert eyes.look().cards == {}
    shutil.copy(driver.library, later.library)
    assert eyes.look(59).cards == {}
    assert list(eyes.look(1).cards) == ["0"]


def test_a_new_gpu_in_the_place_of_another_gets_a_free_key() -> None:
    keys = Keys()
    assert [keys.of("a", "0"), keys.of("b", "1"), keys.of("c", "0")] == ["0", "1", "2"]
    assert [keys.of("m", "0:0"), keys.of("n", "0:0")] == ["0:0", "0:1"]
    assert keys.of("a", "7") == "0"


def test_mig_says_memory_for_each_instance_and_never_how_busy(driver: Driver) -> None:
    driver.also(
        {
            "gpus": 2,
            "gpu.1.mig": 2,
            "gpu.1.util": 50,
            "gpu.1.mig.0.uuid": "MIG-x",
            "gpu.1.mig.0.name": "H100 MIG 1g.10gb",
            "gpu.1.mig.0.mem_used": 1073741824,
            "gpu.1.mig.0.mem_total": 10468982784,
            "gpu.1.mig.0.processes": "55:1073741824",
            "gpu.1.processes": "55:1073741824",
        }
    )
    look = driver.reader().look()
    assert list(look.cards) == ["0", "1", "1:0", "1:1"]
    assert look.cards["1"]["mig"] is True
    assert not {"busy", "memoryBusy"} & look.cards["1"].keys()
    assert look.cards["1:0"] == {
        "vendor": "nvidia",
        "name": "H100 MIG 1g.10gb",
        "uuid": "MIG-x",
        "index": 1,
        "partOf": "1",
        "state": "ok",
        "memoryUsed": 1073741824,
        "memoryTotal": 10468982784,
    }
    assert [(h.gpu, h.pid, h.memory) for h in look.holds] == [("1:0", 55, 1073741824)]


def test_mig_that_is_switched_and_cut_anew_is_noticed(driver: Driver) -> None:
    driver.also({"gpu.0.mig": 2})
    eyes = driver.reader()
    assert list(eyes.look().cards) == ["0", "0:0", "0:1"]
    driver.also({"gpu.0.mig": 3, "gpu.0.mig.1.uuid": "MIG-new"})
    assert list(eyes.look(10).cards) == ["0", "0:0", "0:2", "0:3"]
    driver.also({"gpu.0.mig": None, "gpu.0.util": 30})
    cards = eyes.look(10).cards
    assert list(cards) == ["0"]
    assert "mig" not in cards["0"]
    assert cards["0"]["busy"] == 30


def test_mig_switched_on_between_two_counts_costs_no_figure_later(
    driver: Driver,
) -> None:
    eyes = driver.reader()
    eyes.look()
    driver.also({"gpu.0.mig": 1})
    assert "busy" not in eyes.look(1).cards["0"]
    eyes.look(10)
    driver.also({"gpu.0.mig": None})
    assert "busy" in eyes.look(10).cards["0"]
