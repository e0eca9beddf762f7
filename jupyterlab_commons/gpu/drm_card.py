"""Where the files of one AMD or Intel card are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .look import Rates, name_of
from .sysfs import number_of, text_of

if TYPE_CHECKING:
    from pathlib import Path

GIB = 1024**3
PLAIN_NAMES = {"amd": "AMD GPU", "intel": "Intel GPU"}


class DrmCard:
    def __init__(self, vendor: str, index: int, folder: Path, render: str) -> None:
        self.vendor = vendor
        self.index = index
        self.key = f"card{index}"
        # The name of its render node, as in /dev/dri.
        self.render = render
        self.folder = folder
        self.device = folder / "device"
        self.hwmon = next(iter(sorted((self.device / "hwmon").glob("hwmon*"))), None)
        self.name = name_of(text_of(self.device / "product_name"), PLAIN_NAMES[vendor])
        self.own_memory = self._has_memory()
        self.rates = Rates()

    def asleep(self) -> bool:
        """To read a sensor would wake it up, and keep it awake for ever."""
        return text_of(self.device / "power" / "runtime_status") == "suspended"

    def sensor(self, name: str) -> int | None:
        return None if self.hwmon is None else number_of(self.hwmon / name)

    def _has_memory(self) -> bool:
        if self.vendor == "amd":
            return (number_of(self.device / "mem_info_vram_total") or 0) >= GIB
        # Only discrete cards have sensors of their own.
        return (
            self.hwmon is not None
            or number_of(self.folder / "lmem_total_bytes") is not None
            or number_of(self.device / "tile0" / "physical_vram_size_bytes") is not None
        )
