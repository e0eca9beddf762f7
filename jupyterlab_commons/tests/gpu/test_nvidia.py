"""Each metric is there or not by itself; each GPU is well or not by itself."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from jupyterlab_commons.gpu.nvidia import NvidiaReader, lists_garbled
from jupyterlab_commons.gpu.nvidia_card import throttle_words
from jupyterlab_commons.usage.shapes import GpuHold

from .conftest import Driver
from .host import Host

# The functions behind each metric, and the keys that go when they go.
METRICS = {
    "nvmlDeviceGetUtilizationRates": {"busy", "memoryBusy"},
    "nvmlDeviceGetPowerUsage": {"power"},
    "nvmlDeviceGetEnforcedPowerLimit": {"powerLimit"},
    "nvmlDeviceGetFanSpeed": {"fan"},
    "nvmlDeviceGetClockInfo": {"clock", "memoryClock"},
    "nvmlDeviceGetMaxClockInfo": {"clockMost"},
    "nvmlDeviceGetCurrentClocksEventReasons": {"throttle"},
    "nvmlDeviceGetTotalEccErrors": {"eccErrors"},
    "nvmlDeviceGetUUID": {"uuid"},
    "nvmlDeviceGetMinorNumber": set(),
    "nvmlDeviceGetMigMode": set(),
    "nvmlDeviceGetFieldValues": set(),
    "nvmlDeviceGetComputeRunningProcesses_v3": set(),
    "nvmlDeviceRegisterEvents": set(),
    "nvmlEventSetCreate": set(),
    "nvmlEventSetWait_v2": set(),
    "nvmlSystemGetDriverVersion": set(),
}


def card(driver: Driver, key: str = "0") -> dict[str, Any]:
    return dict(driver.reader().look().cards[key])


def test_a_card_has_what_the_driver_reports(driver: Driver) -> None:
    driver.also(
        {
            "gpu.0.name": "NVIDIA H100 80GB HBM3",
            "gpu.0.uuid": "GPU-6a1f2c3d",
            "gpu.0.util": 87,
            "gpu.0.util_mem": 40,
            "gpu.0.mem_used": 34359738368,
            "gpu.0.mem_total": 85899345920,
            "gpu.0.power": 512500,
            "gpu.0.power_limit": 700000,
            "gpu.0.temp": 64,
            "gpu.0.fan": 130,
            "gpu.0.clock": 1755,
            "gpu.0.clock_most": 1980,
            "gpu.0.mem_clock": 2619,
            "gpu.0.reasons": 0x4,
            "gpu.0.ecc": 3,
        }
    )
    assert card(driver) == {
        "vendor": "nvidia",
        "name": "NVIDIA H100 80GB HBM3",
        "uuid": "GPU-6a1f2c3d",
        "index": 0,
        "state": "ok",
        "busy": 87,
        "memoryBusy": 40,
        "memoryUsed": 34359738368,
        "memoryTotal": 85899345920,
        "power": 512.5,
        "powerLimit": 700,
        "temperature": 64,
        "fan": 100,
        "clock": 1755,
        "clockMost": 1980,
        "memoryClock": 2619,
        "throttle": ["power"],
        "eccErrors": 3,
    }


@pytest.mark.parametrize("answer", [3, 4, 13, 999])
@pytest.mark.parametrize("function", METRICS)
def test_one_metric_that_is_refused_takes_no_other_with_it(
    driver: Driver, function: str, answer: int
) -> None:
    whole = card(driver)
    driver.also({f"error.{function}": answer})
    assert card(driver) == {
        key: value for key, value in whole.items() if key not in METRICS[function]
    }


def test_a_metric_that_is_never_there_is_not_asked_for_again(driver: Driver) -> None:
    driver.also({"error.nvmlDeviceGetFanSpeed": 3})
    eyes = driver.reader()
    assert "fan" not in eyes.look().cards["0"]
    driver.also({"error.nvmlDeviceGetFanSpeed": None})
    assert "fan" not in eyes.look(1).cards["0"]


def test_a_metric_that_failed_once_comes_back(driver: Driver) -> None:
    driver.also({"error.nvmlDeviceGetFanSpeed": 999})
    eyes = driver.reader()
    assert "fan" not in eyes.look().cards["0"]
    driver.also({"error.nvmlDeviceGetFanSpeed": None})
    assert eyes.look(1).cards["0"]["fan"] == 30


def test_a_number_that_no_machine_has_is_not_reported(driver: Driver) -> None:
    whole = card(driver)
    driver.also(
        {
            "gpu.0.ecc": 2**64 - 1,
            "gpu.0.mem_used": 2**60,
            "gpu.0.power": 2**32 - 1,
            "gpu.0.temp": 100_000,
            "gpu.0.processes": f"5:{2**60}",
        }
    )
    gone = {"eccErrors", "memoryUsed", "power", "temperature"}
    assert card(driver).keys() == whole.keys() - gone
    assert driver.reader().look().holds == (GpuHold("0", 5, None),)


def test_a_hostile_name_is_one_short_line(driver: Driver) -> None:
    driver.also({"gpu.0.name": "\x1b[31mH100\u202e", "gpu.0.uuid": "GPU-\x07"})
    found = card(driver)
    assert found["name"].isprintable()
    assert found["uuid"].isprintable()


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (0x0, []),
        (0x1, []),
        (0x1 | 0x4, ["power"]),
        (0x20, ["thermal"]),
        (0x8 | 0x40, ["thermal", "hardware"]),
        (0x8 | 0x80, ["power-brake", "hardware"]),
        (0x2 | 0x10, ["applications-clocks", "sync"]),
        (0x100, ["other"]),
        (1 << 40, ["other"]),
    ],
)
def test_reasons_for_a_lower_clock_are_words_and_idle_is_none(
    mask: int, words: list[str]
) -> None:
    assert throttle_words(mask) == words


def test_rates_come_from_counters_that_only_grow(driver: Driver) -> None:
    counters = {"gpu.0.pcie_tx_total": 1000, "gpu.0.pcie_rx_total": 5000}
    links = {"gpu.0.nvlink_links": 18, "gpu.0.nvlink_rx_total": 1024 * 10}
    driver.also({**counters, **links, "gpu.0.nvlink_tx_total": 0})
    eyes = driver.reader()
    first = eyes.look().cards["0"]
    assert not {"pcieSent", "pcieReceived", "nvlinkSent"} & first.keys()
    driver.also({"gpu.0.pcie_tx_total": 3000, "gpu.0.nvlink_rx_total": 1024 * 14})
    second = eyes.look(2).cards["0"]
    assert (second["pcieSent"], second["pcieReceived"]) == (1000, 0)
    assert (second["nvlinkReceived"], second["nvlinkSent"]) == (2048, 0)
    driver.also({"gpu.0.pcie_tx_total": 10})
    assert "pcieSent" not in eyes.look(2).cards["0"]


def test_nvlink_5_has_a_counter_for_each_link(driver: Driver) -> None:
    driver.also({"gpu.0.nvlink_links": 18, "gpu.0.nvlink_new": 1})
    driver.also({"gpu.0.nvlink_rx_total": 1800, "gpu.0.nvlink_tx_total": 0})
    eyes = driver.reader()
    eyes.look()
    driver.also({"gpu.0.nvlink_rx_total": 5400})
    assert eyes.look(2).cards["0"]["nvlinkReceived"] == 1800


def test_a_counter_that_goes_round_in_a_second_is_not_reported(driver: Driver) -> None:
    driver.also({"gpu.0.pcie_wide": 0, "gpu.0.pcie_tx_total": 10})
    eyes = driver.reader()
    eyes.look()
    driver.also({"gpu.0.pcie_tx_total": 20})
    assert "pcieSent" not in eyes.look(1).cards["0"]


def test_pcie_is_never_asked_the_slow_way(driver: Driver) -> None:
    driver.also({"hang": "nvmlDeviceGetPcieThroughput"})
    eyes = driver.reader()
    eyes.look()
    assert "pcieSent" in eyes.look(1).cards["0"]


def test_an_xid_is_told_with_its_time_and_stays(driver: Driver) -> None:
    driver.also({"gpus": 2, "xid": "1 0 13"})
    eyes = driver.reader()
    assert "xid" not in eyes.look(5).cards["0"]
    driver.also({"xid": "2 1 79"})
    # Also when the GPUs are counted anew before it is read.
    eyes.look(10)
    cards = eyes.look(5).cards
    assert (cards["1"]["xid"], cards["1"]["xidAt"]) == (79, 15_000)
    assert "xid" not in cards["0"]


def test_processes_are_listed_and_unknown_memory_is_none(driver: Driver) -> None:
    driver.also({"gpu.0.processes": "4242:8589934592,77:-1"})
    assert driver.reader().look().holds == (
        GpuHold("0", 4242, 8589934592),
        GpuHold("0", 77, None),
    )


@pytest.mark.parametrize(
    ("version", "garbled"),
    [
        ("530.41.03", False),
        ("535.43.02", True),
        ("535.54.03", True),
        ("535.86.05", True),
        ("535.86.10", False),
        ("535.104.05", False),
        ("550.54.15", False),
        ("something else", False),
    ],
)
def test_versions_whose_lists_are_garbled_are_known(
    version: str, *, garbled: bool
) -> None:
    assert lists_garbled(version) is garbled


def test_garbled_lists_are_not_believed_and_it_is_said(driver: Driver) -> None:
    driver.also({"driver": "535.54.03", "stride": 32, "gpu.0.processes": "1:2,3:4"})
    look = driver.reader().look()
    assert look.holds == ()
    assert look.problems == ("GPU_PROCESSES_HIDDEN",)


def test_no_library_says_nothing(host: Host) -> None:
    reader = NvidiaReader("libnvidia-ml-of-nowhere.so.1", host.machine, logging.root)
    assert not reader.possible()
    look = reader.read(0, 0)
    assert (look.cards, look.problems) == ({}, ())
    host.write("dev/nvidiactl", "")
    assert not reader.possible()
    host.write("dev/nvidia0", "")
    assert reader.possible()
    assert reader.read(100, 0).problems == ()
