"""Puts what the parts have read together into one sample of the protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from jupyterlab_commons.errors import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .parts import Holders
    from .shapes import (
        Attribution,
        ConsumerRoot,
        ConsumerUse,
        CpuUse,
        DiskUse,
        GpuReading,
        GpuUse,
        Headline,
        MemoryUse,
    )

NAME_CHARS = 255
PATH_CHARS = 4096
# `rest` comes beside them; a page takes no more than 1,000.
MAX_CONSUMERS = 999
MAX_GPUS = 128
MAX_HELD = 64


def consumer_rows(
    roots: Sequence[ConsumerRoot], attribution: Attribution, holders: Holders
) -> dict[str, ConsumerUse]:
    """The table, by key; a consumer that nothing is known of yet is in it too."""
    rows = {root.key: _named(root) for root in roots[:MAX_CONSUMERS]}
    if "rest" in attribution.uses:
        rows["rest"] = {"kind": "rest", "name": ""}
    for key, row in rows.items():
        use = attribution.uses.get(key)
        if use is not None and not row.get("remote"):
            row.update(_figures(use))
        held = holders.by_consumer.get(key)
        if held:
            row["gpus"] = dict(list(held.items())[:MAX_HELD])
    return rows


def gpu_cards(reading: GpuReading, holders: Holders) -> dict[str, GpuUse]:
    """The cards, with what others hold as one figure."""
    cards: dict[str, GpuUse] = {}
    for key, gpu in list(reading.gpus.items())[:MAX_GPUS]:
        card = gpu.copy()
        if key in holders.others:
            card["others"] = holders.others[key]
        cards[key] = card
    return cards


def memory_of(
    headline: Headline, rows: Mapping[str, ConsumerUse], peak: int
) -> MemoryUse:
    """`peak` is the highest use that was told before."""
    memory = headline.memory.copy()
    if headline.memory_summed and "used" not in memory:
        _put_sum(memory, rows, "memory")
    highest = max(peak, memory.get("used", 0), memory.get("peak", 0))
    if highest:
        memory["peak"] = highest
    return memory


def cpu_of(headline: Headline, rows: Mapping[str, ConsumerUse]) -> CpuUse:
    cpu = headline.cpu.copy()
    if headline.cpu_summed and "used" not in cpu:
        _put_sum(cpu, rows, "cpu")
    return cpu


def sum_of(rows: Mapping[str, ConsumerUse], name: Literal["cpu", "memory"]) -> Any:
    """None when it is known of no row."""
    known = [row[name] for row in rows.values() if name in row]
    return sum(known) if known else None


def listed(*groups: Iterable[str]) -> list[str]:
    """Each problem once, in an order that does not depend on who found it."""
    return sorted({problem for group in groups for problem in group})


def without_folders(disk: DiskUse) -> DiskUse:
    """For the companion, which has no need to know how folders are called."""
    result = disk.copy()
    result.pop("folders", None)
    result.pop("foldersAt", None)
    return result


def short(text: str, most: int = NAME_CHARS) -> str:
    """Printable, and at most `most` UTF-16 units as the protocol counts."""
    line = printable(text, most)
    while len(line.encode("utf-16-le", "surrogatepass")) // 2 > most:
        line = line[:-2] + "\N{HORIZONTAL ELLIPSIS}"
    return line


def whole_path(path: str | None) -> str | None:
    """A path is right or absent: one that was cut would open something else."""
    if path is None:
        return None
    units = len(path.encode("utf-16-le", "surrogatepass")) // 2
    return path if 0 < units <= PATH_CHARS else None


def _put_sum(
    use: Any, rows: Mapping[str, ConsumerUse], name: Literal["cpu", "memory"]
) -> None:
    total = sum_of(rows, name)
    if total is not None:
        use["used"] = total


def _named(root: ConsumerRoot) -> ConsumerUse:
    row: ConsumerUse = {"kind": root.kind, "name": short(root.name)}
    path = whole_path(root.path)
    if path is not None:
        row["path"] = path
    if root.language:
        row["language"] = short(root.language)
    if root.state is not None:
        row["state"] = root.state
    if root.active_at is not None:
        row["activeAt"] = root.active_at
    if root.remote:
        row["remote"] = True
    return row


def _figures(use: ConsumerUse) -> Any:
    names = ("cpu", "memory", "peak", "processes", "detached")
    return {name: use[name] for name in names if name in use}  # type: ignore[literal-required]
