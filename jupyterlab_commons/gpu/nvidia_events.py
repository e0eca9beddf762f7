"""The errors that NVIDIA's driver names (Xid), told as they happen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .nvidia_card import BROKEN
from .nvml import NvmlError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .nvidia_card import Card
    from .nvml import Nvml
    from .nvml_structs import Handle

MOST_AT_ONCE = 64
# A page reads no larger number exactly.
MOST_XID = 2**53 - 1


class XidEvents:
    """One event set for all GPUs; what happened before it was made is not told."""

    def __init__(self, nvml: Nvml) -> None:
        self._nvml = nvml
        self._events: Handle | None = None
        self._watched: frozenset[int] = frozenset()

    def watch(self, cards: Mapping[str, Card]) -> None:
        """Watches these; a set is made anew only when GPUs came or went."""
        devices = {
            card.device.value: card.device
            for card in cards.values()
            if card.part_of is None and card.device is not None and card.device.value
        }
        if self._watched == devices.keys():
            return
        self._watched = frozenset(devices)
        try:
            if self._events is not None:
                self._nvml.free_events(self._events)
                self._events = None
            self._events = self._nvml.event_set()
        except NvmlError as error:
            self._raise_if_broken(error)
            return
        for device in devices.values():
            self._register(device, self._events)

    def read(self, cards: Mapping[str, Card], at: int) -> None:
        """Puts what has happened since onto the cards; never waits."""
        if self._events is None:
            return
        try:
            for _ in range(MOST_AT_ONCE):
                event = self._nvml.next_event(self._events)
                for card in cards.values():
                    if card.device is not None and card.device.value == event.device:
                        card.xid = (min(event.data, MOST_XID), at)
        except NvmlError as error:
            self._raise_if_broken(error)

    def _register(self, device: Handle, events: Handle) -> None:
        try:
            self._nvml.register_xid(device, events)
        except NvmlError as error:
            self._raise_if_broken(error)

    def _raise_if_broken(self, error: NvmlError) -> None:
        if error.answer in BROKEN:
            raise error
