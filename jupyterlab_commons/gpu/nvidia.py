"""NVIDIA's GPUs and MIG instances, and who the driver says uses them.

No library is a normal case and says nothing. Any other reason for not seeing
the GPUs is one problem, and one line in the log; it is tried again once a
minute. A GPU that is lost or silent keeps its card and does not stop the
others. `nvmlDeviceGetPcieThroughput` is never called: it looks for 20 ms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyterlab_commons.usage.shapes import GpuHold

from .look import Look
from .nvidia_events import XidEvents
from .nvidia_inventory import DEVICE_FILE, Inventory, Keys
from .nvml import LibraryMissingError, Nvml, NvmlError
from .nvml_structs import Answer

if TYPE_CHECKING:
    import logging
    from collections.abc import Mapping

    from jupyterlab_commons.usage.shapes import Machine

    from .descriptors import Opened

RETRY_SECONDS = 60.0
# How often GPUs, MIG instances and limits are counted anew.
INVENTORY_SECONDS = 10.0
# These drivers fill the list of processes with rows of another size than their
# header says, so pids and bytes are mixed up.
GARBLED_LISTS = ((535, 43), (535, 86, 10))

PROBLEMS: dict[int, str] = {
    Answer.DRIVER_NOT_LOADED: "GPU_DRIVER_MISSING",
    Answer.LIB_RM_VERSION_MISMATCH: "GPU_VERSION_MISMATCH",
    Answer.NO_PERMISSION: "GPU_NO_PERMISSION",
}


class NvidiaReader:
    """For one thread; `now` is in seconds by a clock that does not jump."""

    def __init__(self, library: str, machine: Machine, log: logging.Logger) -> None:
        self._library = library
        self._machine = machine
        self._log = log
        self._nvml: Nvml | None = None
        self._inventory: Inventory | None = None
        self._events: XidEvents | None = None
        self._keys = Keys()
        self._problems: tuple[str, ...] = ()
        self._logged: str | None = None
        self._lists_garbled = False
        self._start_at = float("-inf")
        self._count_at = float("-inf")

    def possible(self) -> bool:
        """False: neither library nor device file, so there is nothing to wait for."""
        if self._nvml is None:
            try:
                self._nvml = Nvml(self._library)
            except LibraryMissingError:
                files = (self._machine.root / "dev").glob("nvidia*")
                return any(DEVICE_FILE.fullmatch(file.name) for file in files)
        return True

    def read(self, now: float, at: int) -> Look:
        """One look; `at` is the same moment in milliseconds since 1970."""
        try:
            if self._inventory is None:
                self._start(now)
            if self._inventory is None or self._events is None:
                return Look(problems=self._problems)
            if now >= self._count_at:
                self._count(self._inventory, self._events, now)
            # First, so that the card of a GPU that is just lost says why.
            self._events.read(self._inventory.cards, at)
            return self._look(self._inventory, now)
        except NvmlError as error:
            self.close()
            self._start_at = now + RETRY_SECONDS
            self._problems = self._problem_of(error)
            return Look(problems=self._problems)

    def held(self, opened: Mapping[int, Opened]) -> list[GpuHold]:
        """Of our processes those that have a GPU's device file open."""
        if self._inventory is None:
            return []
        return [
            GpuHold(key, files.pid, None, by_descriptor=True, started=files.started)
            for key, card in self._inventory.cards.items()
            for files in opened.values()
            if self._inventory.has_open(card, files)
        ]

    def close(self) -> None:
        if self._inventory is None or self._nvml is None:
            return
        self._inventory = self._events = None
        try:
            self._nvml.stop()
        except NvmlError as error:
            self._log.debug("The NVIDIA library did not close: %s", error)

    def _start(self, now: float) -> None:
        if now < self._start_at:
            return
        self._start_at = now + RETRY_SECONDS
        if not self.possible() or self._nvml is None:
            return
        self._nvml.start()
        self._inventory = Inventory(self._nvml, self._keys, self._machine)
        self._events = XidEvents(self._nvml)
        self._count_at = now
        try:
            self._lists_garbled = lists_garbled(self._nvml.driver_version())
        except NvmlError:
            self._lists_garbled = False

    def _count(self, inventory: Inventory, events: XidEvents, now: float) -> None:
        inventory.count_anew()
        events.watch(inventory.cards)
        problems = ["GPU_NO_PERMISSION"] if inventory.denied else []
        if self._lists_garbled and inventory.cards:
            problems.append("GPU_PROCESSES_HIDDEN")
        self._problems = tuple(problems)
        self._logged = None
        self._count_at = now + INVENTORY_SECONDS

    def _look(self, inventory: Inventory, now: float) -> Look:
        cards = {
            key: card.read(now, with_processes=not self._lists_garbled)
            for key, card in inventory.cards.items()
        }
        holds = tuple(
            GpuHold(key, pid, memory)
            for key, card in inventory.cards.items()
            for pid, memory in card.listed.items()
        )
        return Look(cards, holds, self._problems)

    def _problem_of(self, error: NvmlError) -> tuple[str, ...]:
        if error.answer == Answer.GPU_NOT_FOUND:
            return ()
        if error.answer in PROBLEMS:
            return (PROBLEMS[error.answer],)
        if self._logged != str(error):
            self._logged = str(error)
            self._log.warning("The NVIDIA GPUs cannot be read: %s", error)
        return ("GPU_FAILED",)


def lists_garbled(driver: str) -> bool:
    """Whether this version's lists of processes are not to be believed."""
    try:
        version = tuple(int(part) for part in driver.split("."))
    except ValueError:
        return False
    return GARBLED_LISTS[0] <= version < GARBLED_LISTS[1]
