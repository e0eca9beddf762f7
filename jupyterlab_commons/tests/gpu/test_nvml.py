"""The binding reads what the library says, of any age, in its own layouts."""

from __future__ import annotations

from ctypes import sizeof
from pathlib import Path

import pytest

from jupyterlab_commons.gpu import nvml_structs as n
from jupyterlab_commons.gpu.nvml import (
    LibraryMissingError,
    Nvml,
    NvmlError,
)
from jupyterlab_commons.gpu.nvml_structs import Answer

from . import shim
from .conftest import Driver


@pytest.fixture
def nvml(driver: Driver) -> Nvml:
    nvml = Nvml(str(driver.library))
    nvml.start()
    return nvml


def test_layouts_have_the_sizes_of_the_header() -> None:
    sizes = {
        n.Utilisation: 8,
        n.Memory: 24,
        n.MemoryV2: 40,
        n.Temperature: 12,
        n.ProcessV1: 16,
        n.ProcessV2: 24,
        n.FieldValue: 40,
        n.Event: 32,
    }
    assert {structure: sizeof(structure) for structure in sizes} == sizes
    assert n.version_of(n.MemoryV2, 2) == 0x02000028


def test_no_library_is_a_case_of_its_own() -> None:
    with pytest.raises(LibraryMissingError):
        Nvml("libnvidia-ml-of-nowhere.so.1")


def test_memory_is_without_what_the_driver_reserves(driver: Driver, nvml: Nvml) -> None:
    driver.also({"gpu.0.mem_used": 5, "gpu.0.mem_reserved": 7, "gpu.0.mem_total": 100})
    assert nvml.memory(nvml.device(0)) == (5, 100)
    driver.also({"error.nvmlDeviceGetMemoryInfo_v2": 25})
    assert nvml.memory(nvml.device(0)) == (12, 100)


@pytest.mark.parametrize("without", [(), ("V3",), ("V2", "V3")])
def test_libraries_before_a_function_are_asked_by_its_older_name(
    driver: Driver, tmp_path: Path, without: tuple[str, ...]
) -> None:
    nvml = Nvml(str(shim.build(tmp_path / "old", *without)))
    nvml.start()
    driver.also(
        {
            "gpu.0.processes": "12:4096,13:-1",
            "gpu.0.graphics": "12:1,14:8",
            "gpu.0.temp": 61,
            "gpu.0.reasons": 4,
            "gpu.0.mem_total": 100,
            "gpu.0.mem_reserved": 0,
        }
    )
    device = nvml.device(0)
    assert nvml.processes(device) == {12: 4096, 13: None, 14: 8}
    assert nvml.temperature(device) == 61
    assert nvml.clock_reasons(device) == 4
    assert nvml.memory(device) == (0, 100)


def test_a_long_list_of_processes_is_read_whole(driver: Driver, nvml: Nvml) -> None:
    listed = {pid: pid * 10 for pid in range(1000, 1200)}
    driver.also({"gpu.0.processes": ",".join(f"{p}:{m}" for p, m in listed.items())})
    assert nvml.processes(nvml.device(0)) == listed


def test_a_list_that_never_fits_is_given_up(driver: Driver, nvml: Nvml) -> None:
    function = "nvmlDeviceGetComputeRunningProcesses_v3"
    driver.also({f"error.{function}": int(Answer.INSUFFICIENT_SIZE)})
    with pytest.raises(NvmlError) as refusal:
        nvml.processes(nvml.device(0))
    assert refusal.value.answer == Answer.INSUFFICIENT_SIZE


def test_graphics_that_are_not_reported_leave_compute_as_it_is(
    driver: Driver, nvml: Nvml
) -> None:
    driver.also(
        {
            "gpu.0.processes": "12:4096",
            "error.nvmlDeviceGetGraphicsRunningProcesses_v3": 3,
        }
    )
    assert nvml.processes(nvml.device(0)) == {12: 4096}


def test_a_field_that_is_not_reported_is_none_beside_those_that_are(
    driver: Driver, nvml: Nvml
) -> None:
    driver.also({"gpu.0.pcie_tx_total": 2**40})
    sent, nvlink = nvml.fields(
        nvml.device(0), [(n.PCIE_SENT, 0), (n.NVLINK_SENT_KIB, n.ALL_LINKS)]
    )
    assert sent == (2**40, True)
    assert nvlink is None


def test_a_library_that_was_not_started_says_so(tmp_path: Path) -> None:
    # Of its own: the others share one that is started.
    nvml = Nvml(str(shim.build(tmp_path / "fresh")))
    with pytest.raises(NvmlError) as refusal:
        nvml.count()
    assert refusal.value.answer == Answer.UNINITIALIZED
