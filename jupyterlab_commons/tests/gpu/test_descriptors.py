"""Which process has a GPU's file open is seen, seldom and in bounds."""

from __future__ import annotations

import os

from jupyterlab_commons.gpu import descriptors
from jupyterlab_commons.gpu.descriptors import DescriptorScan, start_of
from jupyterlab_commons.tests.chance import by_chance
from jupyterlab_commons.usage.shapes import Machine

from .conftest import Driver
from .host import Host

OURS = {7: 1000}


def test_gpu_files_are_told_from_all_others(host: Host) -> None:
    host.process(
        7,
        "/dev/nvidiactl",
        "/dev/nvidia0",
        "/dev/nvidia0",
        "/dev/nvidia-uvm",
        "/dev/nvidia-caps/nvidia-cap12",
        "/dev/dri/renderD129",
        "/dev/dri/card1",
        "/dev/kfd",
        "/home/ada/dev/nvidia1",
        "socket:[12]",
    )
    [opened] = DescriptorScan(host.machine).look(OURS, 0).values()
    assert (opened.pid, opened.started) == (7, 1000)
    assert {name: sorted(numbers) for name, numbers in opened.names.items()} == {
        "nvidia0": ["4", "5"],
        "nvidia-uvm": ["6"],
        "nvidia-cap12": ["7"],
        "renderD129": ["8"],
        "kfd": ["10"],
    }


def test_another_life_of_the_same_pid_is_nobody(host: Host) -> None:
    host.process(7, "/dev/nvidia0", started=2000)
    assert DescriptorScan(host.machine).look({7: 1000}, 0) == {}
    assert list(DescriptorScan(host.machine).look({7: 2000}, 0)) == [7]


def test_a_process_is_looked_at_every_ten_seconds(host: Host) -> None:
    host.process(7)
    scan = DescriptorScan(host.machine)
    assert scan.look(OURS, 0) == {}
    host.process(7, "/dev/nvidia0")
    assert scan.look(OURS, 9.9) == {}
    assert list(scan.look(OURS, 10)) == [7]
    host.process(7)
    assert list(scan.look(OURS, 19)) == [7]
    assert scan.look(OURS, 20) == {}


def test_a_number_that_was_taken_again_is_noticed_within_a_minute(host: Host) -> None:
    host.process(7, "/dev/null")
    scan = DescriptorScan(host.machine)
    scan.look(OURS, 0)
    host.process(7, "/dev/nvidia0")
    assert scan.look(OURS, 59) == {}
    assert list(scan.look(OURS, 69)) == [7]


def test_a_process_that_the_driver_lists_is_looked_at_at_once(host: Host) -> None:
    host.process(7)
    scan = DescriptorScan(host.machine)
    scan.look(OURS, 0)
    host.process(7, "/dev/nvidia0")
    assert list(scan.look(OURS, 1, {7})) == [7]


def test_processes_that_vanish_or_refuse_are_nobody(host: Host) -> None:
    host.write("proc/8/stat", "8 (x) S")
    scan = DescriptorScan(host.machine)
    assert scan.look({7: 1000, 8: 1000}, 0) == {}
    host.process(7, "/dev/nvidia0")
    assert list(scan.look(OURS, 20)) == [7]
    assert scan.look({}, 21) == {}


def test_ten_thousand_processes_are_looked_at_in_turn(host: Host) -> None:
    many = dict.fromkeys(range(1, 10_001), 1000)
    with_gpu = by_chance("descriptors").sample(sorted(many), 20)
    for pid in with_gpu:
        host.process(pid, "/dev/nvidia0")
    scan = DescriptorScan(host.machine)
    looks = -(-len(many) // descriptors.MOST_PROCESSES)
    for n in range(looks):
        found = scan.look(many, n * 0.1)
        looked_at = [s for s in scan._seen.values() if s.looked_at >= 0]
        assert len(looked_at) == (n + 1) * descriptors.MOST_PROCESSES
    assert sorted(found) == sorted(with_gpu)


def test_the_start_of_a_real_process_is_read() -> None:
    proc = Machine().proc
    assert start_of(proc / "self" / "stat") == start_of(
        proc / str(os.getpid()) / "stat"
    )
    assert (start_of(proc / "self" / "stat") or 0) > 0


def held(driver: Driver) -> list[tuple[str, int]]:
    eyes = driver.reader()
    eyes.look()
    pids = dict.fromkeys((7, 8, 9), 1000)
    opened = DescriptorScan(driver.host.machine).look(pids, 0)
    return sorted((h.gpu, h.pid) for h in eyes.reader.held(opened))


def test_the_file_of_a_gpu_is_its_minor_number_and_not_its_index(
    driver: Driver,
) -> None:
    driver.also({"gpus": 2, "gpu.0.minor": 5, "gpu.1.minor": 0})
    driver.host.process(7, "/dev/nvidia0", "/dev/nvidia-uvm")
    driver.host.process(8, "/dev/nvidia5", "/dev/nvidia-uvm")
    assert held(driver) == [("0", 8), ("1", 7)]


def test_who_only_looks_at_a_gpu_does_not_hold_it(driver: Driver) -> None:
    driver.host.process(7, "/dev/nvidiactl", "/dev/nvidia0")
    assert held(driver) == []
    driver.also({"gpu.0.graphics": "7:4096"})
    assert held(driver) == [("0", 7)]


def test_a_gpu_whose_file_is_not_known_is_held_by_whoever_has_any(
    driver: Driver,
) -> None:
    driver.also({"error.nvmlDeviceGetMinorNumber": 3})
    driver.host.process(7, "/dev/nvidia3", "/dev/nvidia-uvm")
    driver.host.process(8, "/dev/nvidia-uvm")
    assert held(driver) == [("0", 7)]


def test_a_mig_instance_is_held_through_its_capability(driver: Driver) -> None:
    driver.also({"gpu.0.mig": 2, "gpu.0.mig.0.gi": 7, "gpu.0.mig.1.gi": 9})
    base = ("/dev/nvidia0", "/dev/nvidia-uvm")
    caps = [f"/dev/nvidia-caps/nvidia-cap{n}" for n in (66, 67, 84, 85)]
    driver.host.process(7, *base, *caps[:2])
    driver.host.process(8, *base, *caps[2:])
    driver.host.process(9, *base)
    everywhere = [(gpu, pid) for gpu in ("0:0", "0:1") for pid in (7, 8, 9)]
    assert held(driver) == everywhere
    driver.host.write(
        "proc/driver/nvidia-caps/mig-minors",
        "config 1\nmonitor 2\n"
        "gpu0/gi7/access 66\ngpu0/gi7/ci0/access 67\n"
        "gpu0/gi9/access 84\ngpu0/gi9/ci0/access 85\n",
    )
    assert held(driver) == [("0:0", 7), ("0:1", 8)]
