"""Which NVIDIA GPUs and MIG instances there are, and by which key each goes."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from .nvidia_card import BROKEN, LOST, Card
from .nvml import NvmlError
from .nvml_structs import Answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from jupyterlab_commons.usage.shapes import Machine

    from .descriptors import Opened
    from .nvml import Nvml
    from .nvml_structs import Handle

T = TypeVar("T")

MOST_GPUS = 64
MOST_INSTANCES = 64
DEVICE_FILE = re.compile(r"nvidia(\d+)")
# CUDA holds it open in every process that computes; a program that only looks
# at the GPUs, as we do ourselves, does not.
COMPUTE_FILE = "nvidia-uvm"
# A line for each compute instance: the file that whoever uses it has open.
CAPABILITY = re.compile(r"gpu(\d+)/gi(\d+)/ci(\d+)/access (\d+)")


class Keys:
    """A GPU's key is NVML's index when it was first seen, and stays with its UUID."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def of(self, uuid: str | None, wish: str) -> str:
        place = f"index {wish}"
        name = uuid or place
        if uuid and uuid not in self._keys and place in self._keys:
            # It was lost when it was first seen, and now says who it is.
            self._keys[uuid] = self._keys.pop(place)
        if name not in self._keys:
            taken = set(self._keys.values())
            stem, colon, number = wish.rpartition(":")
            free = int(number)
            while f"{stem}{colon}{free}" in taken:
                free += 1
            self._keys[name] = f"{stem}{colon}{free}"
        return self._keys[name]


class Inventory:
    """The cards of one life of the library."""

    def __init__(self, nvml: Nvml, keys: Keys, machine: Machine) -> None:
        self.cards: dict[str, Card] = {}
        # There are GPUs, and this server may look at none of them.
        self.denied = False
        self._nvml = nvml
        self._keys = keys
        self._machine = machine
        self._capabilities: dict[tuple[int, int, int], str] = {}

    def count_anew(self) -> None:
        before, self.cards = self.cards, {}
        refused = 0
        count = min(self._nvml.count(), MOST_GPUS)
        for index in range(count):
            answer = self._add(index, before)
            # Somebody else's, by the device rules of this container.
            refused += answer == Answer.NO_PERMISSION
        self.denied = 0 < count == refused
        if any(card.mig for card in self.cards.values()):
            self._capabilities = self._read_capabilities()

    def has_open(self, card: Card, files: Opened) -> bool:
        """Whether this process has the file of this GPU or MIG instance open."""
        if card.mig or not (COMPUTE_FILE in files.names or files.pid in card.listed):
            return False
        parent = card if card.part_of is None else self.cards.get(card.part_of)
        minor = None if parent is None else parent.minor
        if minor is None:
            return any(DEVICE_FILE.fullmatch(name) for name in files.names)
        if card.instance is not None:
            capability = self._capabilities.get((minor, *card.instance))
            if capability is not None:
                return capability in files.names
        return f"nvidia{minor}" in files.names

    def _add(self, index: int, before: dict[str, Card]) -> int:
        """A GPU that gives no handle keeps its card, and does not stop the others."""
        try:
            device = self._nvml.device(index)
            uuid = self._unless_refused(self._nvml.uuid, device)
        except NvmlError as error:
            if error.answer in BROKEN:
                raise
            if error.answer != Answer.NO_PERMISSION:
                self._add_silent(index, error.answer, before)
            return error.answer
        key = self._keys.of(uuid, str(index))
        card = self._card(before.get(key), device, index, uuid)
        self.cards[key] = card
        if card.mig:
            self._add_instances(key, device, index, before)
        return Answer.SUCCESS

    def _add_instances(
        self, parent: str, device: Handle, index: int, before: dict[str, Card]
    ) -> None:
        nvml = self._nvml
        try:
            most = self._unless_refused(nvml.mig_most, device) or 0
            for at in range(min(most, MOST_INSTANCES)):
                nth = partial(nvml.mig_device, index=at)
                part = self._unless_refused(nth, device)
                if part is not None:
                    uuid = self._unless_refused(nvml.uuid, part)
                    key = self._keys.of(uuid, f"{parent}:{at}")
                    known = before.get(key)
                    self.cards[key] = self._card(known, part, index, uuid, parent)
        except NvmlError as error:
            if error.answer not in LOST:
                raise
            self.cards[parent].state = "lost"

    def _add_silent(self, index: int, answer: int, before: dict[str, Card]) -> None:
        known = (
            key
            for key, card in before.items()
            if card.index == index and card.part_of is None
        )
        key = next(known, None) or self._keys.of(None, str(index))
        card = before.get(key)
        if card is None:
            card = Card(self._nvml, None, index)
            card.introduce(None)
        card.state = "lost" if answer in LOST else "failed"
        self.cards[key] = card

    def _card(
        self,
        known: Card | None,
        device: Handle,
        index: int,
        uuid: str | None,
        part_of: str | None = None,
    ) -> Card:
        """The card of before, unless it stands for another device now."""
        if (
            known is not None
            and known.device is not None
            and known.device.value == device.value
            and known.index == index
        ):
            known.refresh()
            return known
        card = Card(self._nvml, device, index, part_of)
        card.introduce(uuid)
        card.refresh()
        return card

    def _unless_refused(self, read: Callable[[Handle], T], device: Handle) -> T | None:
        try:
            return read(device)
        except NvmlError as error:
            if error.answer in BROKEN or error.answer in LOST:
                raise
            return None

    def _read_capabilities(self) -> dict[tuple[int, int, int], str]:
        """By GPU file, GPU instance and compute instance; empty where hidden."""
        file = self._machine.proc / "driver" / "nvidia-caps" / "mig-minors"
        try:
            with file.open(encoding="ascii", errors="replace") as lines:
                text = lines.read(1 << 20)
        except OSError:
            return {}
        return {
            (int(gpu), int(gi), int(ci)): f"nvidia-cap{minor}"
            for gpu, gi, ci, minor in CAPABILITY.findall(text)
        }
