"""What the kernel says of one open DRM descriptor, in `/proc/<pid>/fdinfo`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .sysfs import text_of

if TYPE_CHECKING:
    from pathlib import Path

# Of the three figures of a region the first that is there counts; `memory` is
# what amdgpu called it before the names were agreed on.
KINDS = ("resident", "memory", "total")
REGION = re.compile(
    r"^drm-(resident|memory|total)-([a-z]+\d*):\s*(\d+)\s*(KiB|MiB)?", re.MULTILINE
)
CLIENT = re.compile(r"^drm-client-id:\s*(\d+)", re.MULTILINE)
OWN = re.compile(r"(?:vram|local)\d*")
UNITS = {"": 1, "KiB": 1024, "MiB": 1024 * 1024}


@dataclass(frozen=True)
class Client:
    """One use of a card; the same in all descriptors that were copied from it."""

    number: str
    own: int
    shared: int


def read_client(file: Path) -> Client | None:
    """None: no DRM descriptor any more, or the kernel does not tell its memory."""
    text = text_of(file) or ""
    number = CLIENT.search(text)
    figures = {
        (kind, region): int(value) * UNITS[unit]
        for kind, region, value, unit in REGION.findall(text)
    }
    if number is None or not figures:
        return None
    own = shared = 0
    for region in {region for _, region in figures}:
        known = (figures.get((kind, region)) for kind in KINDS)
        value = next((figure for figure in known if figure is not None), 0)
        if OWN.fullmatch(region):
            own += value
        else:
            shared += value
    return Client(number[1], own, shared)
