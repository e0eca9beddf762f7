"""Servers that ended without a word, told by a file or by the companion."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from .compose import short, whole_path
from .incidents import MAX_LARGEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .shapes import Incident, LargestConsumer

NAME_BYTES = 65_536
MAX_WAITING = 5


class Losses:
    """Each loss once, whoever tells it first; from any thread.

    The file is asked first: it alone knows of a life that ended well without
    having been able to say so to the companion.
    """

    def __init__(self, boot: str) -> None:
        self._lock = threading.Lock()
        self._known = {boot}
        self._waiting: list[tuple[str, Incident]] = []
        self._new: list[Incident] = []
        self._looked_back = False

    def looked_back(self, boot: str | None, incident: Incident | None) -> None:
        """What the file says: the life before, and its loss if there was one."""
        with self._lock:
            self._looked_back = True
            if incident is not None and boot not in self._known:
                self._new.append(incident)
            if boot is not None:
                self._known.add(boot)
            for other, loss in self._waiting:
                self._add(other, loss)
            self._waiting.clear()

    def told(self, lost: Mapping[str, Any]) -> None:
        """`lost` of the request `before`; ValueError when it is not one."""
        sample = as_object(lost.get("sample"))
        boot = as_text(sample.get("boot"), 64)
        incident = loss_of(as_count(lost.get("heardAt")), sample)
        with self._lock:
            if self._looked_back:
                self._add(boot, incident)
            elif len(self._waiting) < MAX_WAITING:
                self._waiting.append((boot, incident))

    def take(self) -> list[Incident]:
        with self._lock:
            new, self._new = self._new, []
        return new

    def _add(self, boot: str, incident: Incident) -> None:
        if boot not in self._known:
            self._known.add(boot)
            self._new.append(incident)


def loss_of(at: int, data: Mapping[str, Any]) -> Incident:
    """The incident of figures from outside; raises ValueError when they are none."""
    incident: Incident = {"at": at, "kind": "server-lost", "largest": []}
    memory = as_object(data.get("memory", {}))
    if "used" in memory:
        incident["used"] = as_count(memory["used"])
    if "limit" in memory:
        incident["limit"] = as_count(memory["limit"])
    if "peak" in memory:
        incident["peak"] = as_count(memory["peak"])
    rows = data.get("consumers", [])
    if not isinstance(rows, list):
        raise ValueError("consumers")  # noqa: TRY004
    known = [_largest(as_object(row)) for row in rows[:100]]
    known.sort(key=lambda row: row.get("memory", 0), reverse=True)
    incident["largest"] = known[:MAX_LARGEST]
    return incident


def _largest(row: Mapping[str, Any]) -> LargestConsumer:
    result: LargestConsumer = {"name": short(as_text(row.get("name"), NAME_BYTES))}
    path = row.get("path")
    kept = whole_path(path) if isinstance(path, str) else None
    if kept is not None:
        result["path"] = kept
    if "memory" in row:
        result["memory"] = as_count(row["memory"])
    if "peak" in row:
        result["peak"] = as_count(row["peak"])
    return result


def as_object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("not an object")  # noqa: TRY004
    return value


def as_count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**53:
        raise ValueError("not a count")
    return value


def as_text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise ValueError("not a text")
    return value
