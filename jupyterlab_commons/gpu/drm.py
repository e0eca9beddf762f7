"""AMD and Intel GPUs through sysfs and DRM fdinfo. Not run on such hardware.

sysfs shows a container all GPUs of its host. A card is shown when its render
node is in this container's /dev/dri, and either it has memory of its own (1 GiB
or more for AMD, a discrete card for Intel) or a process of ours has memory on
it. So the graphics of a laptop or of a cloud machine stay out of the panel
until a notebook computes on them.

What a process uses is told by the kernel in its own fdinfo, so there is nothing
to be matched, and nothing of other people's processes is seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

from jupyterlab_commons.usage.shapes import GpuHold

from .amd import read_amd
from .drm_card import DrmCard
from .fdinfo import read_client
from .intel import read_intel
from .look import Look
from .sysfs import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jupyterlab_commons.usage.shapes import GpuUse, Machine

    from .descriptors import Opened
    from .fdinfo import Client

INVENTORY_SECONDS = 60.0
MOST_CARDS = 64
CARD = re.compile(r"card(\d+)")
VENDORS = {"0x1002": "amd", "0x8086": "intel"}


class DrmReader:
    """For one thread. A card's key is its name in the kernel, such as `card0`."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        # All of them, those that are not shown too.
        self.cards: dict[str, DrmCard] = {}
        self._count_at = float("-inf")

    def possible(self) -> bool:
        """Whether there is any card that could be shown."""
        self.cards = {card.key: card for card in self._find()}
        return bool(self.cards)

    def read(self, now: float, opened: Mapping[int, Opened]) -> Look:
        if now >= self._count_at:
            found = {card.key: card for card in self._find()}
            self.cards = {key: self.cards.get(key, found[key]) for key in found}
            self._count_at = now + INVENTORY_SECONDS
        holds = self._holds(opened)
        held = {hold.gpu for hold in holds}
        cards: dict[str, GpuUse] = {}
        for key, card in self.cards.items():
            use = self._read_card(card, now)
            if card.own_memory or key in held:
                cards[key] = cast("GpuUse", use)
        return Look(cards, tuple(hold for hold in holds if hold.gpu in cards))

    def _find(self) -> Iterator[DrmCard]:
        folder = self._machine.sys / "class" / "drm"
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError:
            return
        for name in names[: MOST_CARDS * 8]:
            found = CARD.fullmatch(name)
            vendor = VENDORS.get(text_of(folder / name / "device" / "vendor") or "")
            if found is None or vendor is None:
                continue
            node = self._render_node(folder / name / "device" / "drm")
            if node is not None:
                yield DrmCard(vendor, int(found[1]), folder / name, node)

    def _render_node(self, folder: Path) -> str | None:
        for node in folder.glob("renderD*"):
            if (self._machine.root / "dev" / "dri" / node.name).exists():
                return node.name
        return None

    def _read_card(self, card: DrmCard, now: float) -> dict[str, Any]:
        use: dict[str, Any] = {
            "vendor": card.vendor,
            "index": card.index,
            "name": card.name,
            "state": "ok",
        }
        if not card.asleep():
            read = read_amd if card.vendor == "amd" else read_intel
            use.update(read(card, now))
        return use

    def _holds(self, opened: Mapping[int, Opened]) -> list[GpuHold]:
        """A client that several processes have inherited is the first one's."""
        holds: list[GpuHold] = []
        counted: set[tuple[str, str]] = set()
        for pid in sorted(opened):
            files = opened[pid]
            for key, card in self.cards.items():
                clients = self._clients(files, card)
                fresh = [c for c in clients if (key, c.number) not in counted]
                counted.update((key, c.number) for c in fresh)
                memory = memory_of(fresh, own=card.own_memory)
                unknown = not clients and card.render in files.names
                if memory or (unknown and "kfd" in files.names):
                    held = memory or None
                    holds.append(
                        GpuHold(
                            key, pid, held, by_descriptor=True, started=files.started
                        )
                    )
        return holds

    def _clients(self, files: Opened, card: DrmCard) -> list[Client]:
        folder = self._machine.proc / str(files.pid) / "fdinfo"
        found = (
            read_client(folder / number) for number in files.names.get(card.render, ())
        )
        clients = {c.number: c for c in found if c is not None}
        return list(clients.values())


def memory_of(clients: list[Client], *, own: bool) -> int:
    """On the card itself; of a card without memory of its own, in the machine's."""
    return sum(client.own if own else client.own + client.shared for client in clients)
