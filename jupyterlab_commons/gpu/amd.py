"""AMD's amdgpu in sysfs. Not run on such hardware.

`pcie_bw` is never read: the driver answers it after a whole second.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import printable

from .look import UUID_CHARS, percent, watts, whole, within
from .sysfs import number_of, scaled, text_of

if TYPE_CHECKING:
    from .drm_card import DrmCard

MICRO = 1e6
MILLI = 1e3
FULL_FAN = 255
# `1: 2100Mhz *`; the star is at the clock of now.
LEVEL = re.compile(r"^\d+:\s*(\d+)\s*Mhz\s*(\*?)", re.MULTILINE | re.IGNORECASE)


def read_amd(card: DrmCard, now: float) -> dict[str, Any]:  # noqa: ARG001
    device = card.device
    busy = number_of(device / "gpu_busy_percent")
    total = number_of(device / "mem_info_vram_total")
    clock, most = clocks(text_of(device / "pp_dpm_sclk"))
    memory_clock, _ = clocks(text_of(device / "pp_dpm_mclk"))
    average, instant = card.sensor("power1_average"), card.sensor("power1_input")
    power = average if average is not None else instant
    fan = scaled(card.sensor("pwm1"), FULL_FAN / 100)
    serial = text_of(device / "unique_id")
    use = {
        "uuid": printable(serial, UUID_CHARS) if serial else None,
        "busy": percent(busy),
        "memoryUsed": whole(number_of(device / "mem_info_vram_used")),
        "memoryTotal": whole(total),
        "memoryBusy": percent(number_of(device / "mem_busy_percent")),
        "power": watts(scaled(power, MICRO)),
        "powerLimit": watts(scaled(card.sensor("power1_cap"), MICRO)),
        "temperature": within(scaled(card.sensor("temp1_input"), MILLI), 1000),
        "fan": percent(fan),
        "clock": whole(clock),
        "clockMost": whole(most),
        "memoryClock": whole(memory_clock),
        # A driver that has given up answers neither.
        "state": "failed" if busy is None and total is None else "ok",
    }
    return {key: value for key, value in use.items() if value is not None}


def clocks(levels: str | None) -> tuple[int | None, int | None]:
    """The clock of now and the highest, in MHz."""
    found = [(int(mhz), bool(star)) for mhz, star in LEVEL.findall(levels or "")]
    now = next((mhz for mhz, star in found if star), None)
    return now, max((mhz for mhz, _ in found), default=None)
