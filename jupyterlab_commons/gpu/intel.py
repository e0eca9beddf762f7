"""Intel's i915 and xe in sysfs. Not run on such hardware.

Neither says how busy a card is or how much of its memory is used without the
rights of root, so these are absent; the memory of our own processes comes from
their fdinfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .look import watts, whole, within
from .sysfs import first_number, scaled

if TYPE_CHECKING:
    from .drm_card import DrmCard

MICRO = 1e6
MILLI = 1e3


def read_intel(card: DrmCard, now: float) -> dict[str, Any]:
    folder, device = card.folder, card.device
    xe = device / "tile0" / "gt0" / "freq0"
    energy = first_of(card, "energy1_input", "energy2_input")
    # 0 says that no limit is set.
    limit = first_of(card, "power1_max", "power1_cap", "power2_max") or None
    power = card.rates.of("energy", energy, now)
    use = {
        "memoryTotal": whole(
            first_number(
                folder / "lmem_total_bytes",
                device / "tile0" / "physical_vram_size_bytes",
            )
        ),
        "power": watts(scaled(power, MICRO)),
        "powerLimit": watts(scaled(limit, MICRO)),
        # xe has the whole package at the second place.
        "temperature": within(
            scaled(first_of(card, "temp1_input", "temp2_input"), MILLI), 1000
        ),
        "clock": whole(
            first_number(
                folder / "gt_act_freq_mhz",
                folder / "gt_cur_freq_mhz",
                xe / "act_freq",
                xe / "cur_freq",
            )
        ),
        "clockMost": whole(
            first_number(
                folder / "gt_RP0_freq_mhz",
                folder / "gt_max_freq_mhz",
                xe / "rp0_freq",
            )
        ),
    }
    return {key: value for key, value in use.items() if value is not None}


def first_of(card: DrmCard, *sensors: str) -> int | None:
    return next((n for n in map(card.sensor, sensors) if n is not None), None)
