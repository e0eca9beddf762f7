"""AMD and Intel, from trees that look like theirs; not run on hardware."""

from __future__ import annotations

from typing import Any

import pytest

from jupyterlab_commons.gpu.amd import clocks
from jupyterlab_commons.gpu.descriptors import DescriptorScan
from jupyterlab_commons.gpu.drm import DrmReader
from jupyterlab_commons.gpu.look import Look
from jupyterlab_commons.usage.shapes import GpuHold

from .host import Host

GIB = 1024**3
MI300 = {
    "device/product_name": "AMD Instinct MI300X",
    "device/unique_id": "d1b2",
    "device/gpu_busy_percent": 73,
    "device/mem_busy_percent": 21,
    "device/mem_info_vram_used": 5 * GIB,
    "device/mem_info_vram_total": 192 * GIB,
    "device/pp_dpm_sclk": "0: 132Mhz\n1: 2100Mhz *\n2: 2400Mhz",
    "device/pp_dpm_mclk": "0: 900Mhz\n1: 1300Mhz *",
    "device/hwmon/hwmon4/power1_average": 512_500_000,
    "device/hwmon/hwmon4/power1_cap": 750_000_000,
    "device/hwmon/hwmon4/temp1_input": 64_000,
    "device/hwmon/hwmon4/pwm1": 51,
}
AMD, INTEL = "0x1002", "0x8086"


def look(
    host: Host, pids: dict[int, int] | None = None, reader: DrmReader | None = None
) -> Look:
    opened = DescriptorScan(host.machine).look(pids or {}, 0)
    return (reader or DrmReader(host.machine)).read(0, opened)


def card(host: Host) -> dict[str, Any]:
    [found] = look(host).cards.values()
    return dict(found)


def test_an_amd_card_has_what_sysfs_reports(host: Host) -> None:
    host.card(1, AMD, MI300)
    assert look(host).cards == {
        "card1": {
            "vendor": "amd",
            "name": "AMD Instinct MI300X",
            "uuid": "d1b2",
            "index": 1,
            "state": "ok",
            "busy": 73,
            "memoryBusy": 21,
            "memoryUsed": 5 * GIB,
            "memoryTotal": 192 * GIB,
            "power": 512.5,
            "powerLimit": 750,
            "temperature": 64,
            "fan": 20,
            "clock": 2100,
            "clockMost": 2400,
            "memoryClock": 1300,
        }
    }


KEYS = {
    "device/product_name": {},
    "device/unique_id": {"uuid"},
    "device/gpu_busy_percent": {"busy"},
    "device/mem_busy_percent": {"memoryBusy"},
    "device/mem_info_vram_used": {"memoryUsed"},
    "device/pp_dpm_sclk": {"clock", "clockMost"},
    "device/pp_dpm_mclk": {"memoryClock"},
    "device/hwmon/hwmon4/power1_average": {"power"},
    "device/hwmon/hwmon4/power1_cap": {"powerLimit"},
    "device/hwmon/hwmon4/temp1_input": {"temperature"},
    "device/hwmon/hwmon4/pwm1": {"fan"},
}


@pytest.mark.parametrize("garbage", [None, "", "N/A", "\x00\xff"])
@pytest.mark.parametrize("name", KEYS)
def test_one_file_that_says_nothing_takes_no_other_figure_with_it(
    host: Host, name: str, garbage: str | None
) -> None:
    files = {key: value for key, value in MI300.items() if key != name}
    host.card(0, AMD, files if garbage is None else {**files, name: garbage})
    whole = {"vendor", "name", "index", "state", "busy", "memoryBusy", "memoryUsed"}
    whole |= {"memoryTotal", "power", "powerLimit", "temperature", "fan", "uuid"}
    whole |= {"clock", "clockMost", "memoryClock"}
    found = card(host)
    kept = found.keys() | ({"uuid"} if name == "device/unique_id" else set())
    assert kept == whole - (set(KEYS[name]) - {"uuid"})
    assert found["name"].isprintable()


def test_an_amd_card_without_a_name_has_a_plain_one(host: Host) -> None:
    host.card(0, AMD, {"device/mem_info_vram_total": 8 * GIB})
    assert card(host)["name"] == "AMD GPU"
    assert clocks("0: 500Mhz\nnonsense") == (None, 500)


def test_power_of_the_moment_stands_in_for_the_average(host: Host) -> None:
    files = {**MI300, "device/hwmon/hwmon4/power1_input": 1_000_000}
    host.card(0, AMD, files)
    assert card(host)["power"] == 512.5
    (host.root / "sys/class/drm/card0/device/hwmon/hwmon4/power1_average").unlink()
    assert card(host)["power"] == 1


def test_a_sleeping_card_is_not_woken_up(host: Host) -> None:
    host.card(0, AMD, {**MI300, "device/power/runtime_status": "suspended"})
    assert card(host).keys() == {"vendor", "name", "index", "state"}


def test_a_card_whose_driver_gave_up_has_failed(host: Host) -> None:
    host.card(0, AMD, MI300)
    reader = DrmReader(host.machine)
    look(host, reader=reader)
    for name in ("gpu_busy_percent", "mem_info_vram_total"):
        (host.root / "sys/class/drm/card0/device" / name).unlink()
    assert look(host, reader=reader).cards["card0"]["state"] == "failed"


def test_a_card_that_is_not_given_to_this_container_is_not_shown(host: Host) -> None:
    host.card(0, AMD, MI300)
    host.card(1, AMD, MI300)
    (host.root / "dev/dri/renderD128").unlink()
    assert list(look(host).cards) == ["card1"]


def test_other_vendors_and_outputs_are_no_cards(host: Host) -> None:
    host.card(0, "0x10de", MI300)
    host.write("sys/class/drm/card0-HDMI-A-1/status", "connected")
    host.write("sys/class/drm/version", "drm 1.1.0")
    assert not DrmReader(host.machine).possible()
    assert look(host).cards == {}


def drm(client: int, **regions: str) -> str:
    lines = [f"drm-{k.replace('_', '-')}:\t{v}" for k, v in regions.items()]
    return "\n".join(["drm-driver:\tx", f"drm-client-id:\t{client}", *lines])


def test_memory_of_a_process_is_in_its_own_fdinfo_and_counted_once(host: Host) -> None:
    host.card(0, AMD, MI300)
    node = "/dev/dri/renderD128"
    host.process(7, node, node, node, "/dev/kfd")
    host.fdinfo(7, 3, drm(5, memory_vram="2048 KiB", memory_gtt="9 MiB"))
    host.fdinfo(7, 4, drm(5, memory_vram="2048 KiB", memory_gtt="9 MiB"))
    host.fdinfo(7, 5, drm(6, total_vram="8 MiB", resident_vram="1 MiB"))
    host.process(8, node)
    # A forked child: the same client.
    host.fdinfo(8, 3, drm(5, memory_vram="2048 KiB"))
    mib = 1024 * 1024
    assert look(host, {7: 1000, 8: 1000}).holds == (
        GpuHold("card0", 7, 3 * mib, by_descriptor=True, started=1000),
    )


def test_a_card_that_is_only_open_is_not_held(host: Host) -> None:
    host.card(0, AMD, MI300)
    host.process(7, "/dev/dri/renderD128")
    host.fdinfo(7, 3, drm(5, memory_vram="0 KiB"))
    host.process(8, "/dev/dri/renderD128")
    host.process(9, "/dev/dri/renderD128", "/dev/kfd")
    holds = look(host, {7: 1000, 8: 1000, 9: 1000}).holds
    # The kernel is too old to say how much 9 has, which does compute.
    assert [(hold.pid, hold.memory) for hold in holds] == [(9, None)]


DG2 = {
    "gt_act_freq_mhz": 2050,
    "gt_cur_freq_mhz": 2400,
    "gt_RP0_freq_mhz": 2400,
    "lmem_total_bytes": 16 * GIB,
    "device/hwmon/hwmon2/energy1_input": 1_000_000,
    "device/hwmon/hwmon2/power1_max": 190_000_000,
    "device/hwmon/hwmon2/temp1_input": 51_000,
}


def test_an_intel_card_under_i915(host: Host) -> None:
    host.card(0, INTEL, DG2)
    reader = DrmReader(host.machine)
    assert reader.read(0, {}).cards["card0"] == {
        "vendor": "intel",
        "name": "Intel GPU",
        "index": 0,
        "state": "ok",
        "memoryTotal": 16 * GIB,
        "powerLimit": 190,
        "temperature": 51,
        "clock": 2050,
        "clockMost": 2400,
    }
    host.write("sys/class/drm/card0/device/hwmon/hwmon2/energy1_input", 201_000_000)
    assert reader.read(4, {}).cards["card0"]["power"] == 50


def test_an_intel_card_under_xe(host: Host) -> None:
    host.card(
        0,
        INTEL,
        {
            "device/tile0/gt0/freq0/act_freq": 1200,
            "device/tile0/gt0/freq0/rp0_freq": 2850,
            "device/hwmon/hwmon3/temp2_input": 44_000,
            "device/hwmon/hwmon3/power1_max": 0,
        },
    )
    found = card(host)
    assert (found["clock"], found["clockMost"], found["temperature"]) == (
        1200,
        2850,
        44,
    )
    assert not {"powerLimit", "busy", "memoryUsed"} & found.keys()


def test_integrated_graphics_show_when_something_computes_on_them(host: Host) -> None:
    host.card(0, INTEL, {"gt_act_freq_mhz": 300})
    host.card(1, AMD, {"device/mem_info_vram_total": GIB // 2})
    assert DrmReader(host.machine).possible()
    assert look(host).cards == {}
    host.process(7, "/dev/dri/renderD128")
    host.fdinfo(7, 3, drm(1, total_system0="64 MiB"))
    found = look(host, {7: 1000})
    assert list(found.cards) == ["card0"]
    assert [(h.pid, h.memory) for h in found.holds] == [(7, 64 * 1024 * 1024)]
