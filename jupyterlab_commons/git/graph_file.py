"""How far git's commit-graph has got, read from its files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = struct.Struct(">4sBBBB")
_ENTRY = struct.Struct(">4sQ")
_NUMBER = struct.Struct(">I")
_FANOUT_BYTES = 256 * 4
_MOST_LAYERS = 200


def missing_filters(common: Path) -> int | None:
    """How many of its commits have no filter of changed paths; None: no graph.

    Git says a filter of no bytes where none was made; an empty one has a byte.
    """
    try:
        return sum(_missing(layer) for layer in _layers(common / "objects" / "info"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, struct.error):
        # Written by something newer or torn: git knows what to do with it.
        return 0


def _layers(folder: Path) -> list[Path]:
    chain = folder / "commit-graphs" / "commit-graph-chain"
    if not chain.exists():
        return [folder / "commit-graph"]
    names = chain.read_text("ascii").split()[:_MOST_LAYERS]
    return [chain.parent / f"graph-{name}.graph" for name in names]


def _missing(layer: Path) -> int:
    with layer.open("rb") as file:
        kind, _, _, chunks, _ = _HEADER.unpack(file.read(_HEADER.size))
        if kind != b"CGPH":
            raise ValueError(kind)
        table = [_ENTRY.unpack(file.read(_ENTRY.size)) for _ in range(chunks)]
        places = dict(table)
        file.seek(places[b"OIDF"] + _FANOUT_BYTES - _NUMBER.size)
        (commits,) = _NUMBER.unpack(file.read(_NUMBER.size))
        if b"BIDX" not in places:
            return int(commits)
        file.seek(places[b"BIDX"])
        ends = struct.unpack(f">{commits}I", file.read(commits * _NUMBER.size))
    return sum(end == before for before, end in zip((0, *ends), ends, strict=False))
