"""What ended that should not have: who it was, and what it used at the last look."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .shapes import Attribution

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .shapes import ConsumerUse, Incident, LargestConsumer, MemoryUse

KEPT_MS = 24 * 3600 * 1000
MAX_INCIDENTS = 20
MAX_LARGEST = 10
# Jupyter notices a dead kernel up to three seconds late.
BELONGS_SECONDS = 5
# One that dies at each of its starts is one incident.
AGAIN_SECONDS = 60
# This share of its memory gone, at least, and a consumer may have been the victim.
VICTIM_SHARE = 0.25


@dataclass(frozen=True)
class Look:
    """What an attribution saw; `now` is seconds of a clock that does not jump."""

    now: float
    memory: MemoryUse
    rows: Mapping[str, ConsumerUse]
    attribution: Attribution = field(default_factory=Attribution)
    # The process each kernel and terminal began with.
    roots: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Kill:
    """A kill for lack of memory, while it may still become clear who it was."""

    now: float
    key: str
    before: list[Look]
    sure: bool = False
    # Not told, because it may be of somebody else's process: until a kernel dies.
    untold: Incident | None = None


class Incidents:
    """At most 20 of the last day; a key, once given, stays."""

    def __init__(self) -> None:
        self._all: dict[str, Incident] = {}
        self._looks: deque[Look] = deque(maxlen=12)
        self._kills: deque[_Kill] = deque(maxlen=MAX_INCIDENTS)
        self._died: dict[str, float] = {}

    def current(self, at: int) -> dict[str, Incident]:
        """Those of the last day; one from the future (the clock was put back) stays."""
        for key in [k for k, i in self._all.items() if at - i["at"] > KEPT_MS]:
            del self._all[key]
        return {key: incident.copy() for key, incident in self._all.items()}

    def looked(self, look: Look) -> None:
        """An attribution ended; call `killed` first when kills have been counted."""
        for kill in self._kills:
            late = look.now - kill.now > BELONGS_SECONDS
            if not kill.sure and kill.untold is None and not late:
                self._identify(kill, look)
        self._looks.append(look)

    def killed(self, now: float, at: int, count: int, *, ours: bool = True) -> None:
        """The system's count of kills has risen by `count`.

        Unless `ours`, processes of others are counted too, which concern nobody
        here: then only a kernel that Jupyter misses at the same time was ours.
        """
        before = list(self._looks)
        for number in range(min(count, MAX_INCIDENTS)):
            kill = _Kill(now, f"{at + number}:", before)
            kill.untold = {"at": at, "kind": "out-of-memory", "largest": []}
            if before:
                kill.untold.update(_whole(before[-1]))
            self._kills.append(kill)
            if ours:
                self._tell(kill)

    def _tell(self, kill: _Kill) -> None:
        incident, kill.untold = kill.untold, None
        if incident is not None:
            kill.key = self._free_key(kill.key)
            self._put(kill.key, incident)

    def died(self, now: float, at: int, consumer: str) -> None:
        """Jupyter noticed that a kernel ended by itself."""
        kill = self._kill_for(now, consumer)
        if kill is not None:
            kill.sure = True
            self._tell(kill)
            look = self._fullest_look(consumer, kill.before, now)
            self._blame(kill.key, consumer, look)
            return
        recent = {k: at for k, at in self._died.items() if now - at < AGAIN_SECONDS}
        self._died = {**recent, consumer: now}
        if consumer in recent:
            return
        key = self._free_key(f"{at}:{consumer}"[:128])
        self._put(key, {"at": at, "kind": "kernel-died", "largest": []})
        self._blame(key, consumer, self._fullest_look(consumer, list(self._looks), now))

    def lost(self, incident: Incident) -> None:
        """The life of this server before this one ended without a word."""
        self._put(self._free_key(f"{incident['at']}:server-lost"), incident)

    def _put(self, key: str, incident: Incident) -> None:
        self._all[key] = incident
        while len(self._all) > MAX_INCIDENTS:
            del self._all[min(self._all, key=lambda k: self._all[k]["at"])]

    def _free_key(self, wanted: str) -> str:
        key, number = wanted, 1
        while key in self._all:
            number += 1
            key = f"{wanted}:{number}"
        return key

    def _identify(self, kill: _Kill, after: Look) -> None:
        others = {k.key for k in self._kills if k is not kill}
        blamed = {self._all[k].get("consumer") for k in others & self._all.keys()}
        # The look just before may have fallen between the kill and its counting.
        for before in list(reversed(kill.before))[:2]:
            victim, sure = _victim(before, after, blamed)
            if victim is not None and (sure or "consumer" not in self._known(kill)):
                kill.sure = sure
                look = self._fullest_look(victim, kill.before, kill.now)
                self._blame(kill.key, victim, look)
                return

    def _known(self, kill: _Kill) -> Mapping[str, object]:
        return {} if kill.untold else self._all.get(kill.key, {})

    def _kill_for(self, now: float, consumer: str) -> _Kill | None:
        """The kill that this death is: its own, one of nobody, or an unsure one."""
        recent = [k for k in self._kills if now - k.now <= BELONGS_SECONDS]
        for kill in recent:
            if self._known(kill).get("consumer") == consumer:
                return kill
        unsure = [kill for kill in recent if not kill.sure]
        unsure.sort(key=lambda kill: "consumer" in self._known(kill))
        return unsure[0] if unsure else None

    def _fullest_look(
        self, consumer: str, looks: list[Look], now: float
    ) -> Look | None:
        """Its last looks include some at its corpse; the fullest is of its life."""
        known = [look for look in looks if "memory" in look.rows.get(consumer, {})]
        recent = [look for look in known if now - look.now <= BELONGS_SECONDS]
        older = [look for look in known if now - look.now > BELONGS_SECONDS]
        candidates = recent + older[-1:]
        if not candidates:
            return looks[-1] if looks else None
        return max(candidates, key=lambda look: look.rows[consumer]["memory"])

    def _blame(self, key: str, consumer: str, look: Look | None) -> None:
        incident = self._all.get(key)
        if incident is None:
            return
        incident["consumer"] = consumer[:128]
        for name in ("name", "path", "memory", "peak"):
            incident.pop(name, None)  # type: ignore[misc]
        if look is not None:
            incident.update(_whole(look))
            incident.update(_figures(look.rows.get(consumer, {})))  # type: ignore[typeddict-item]


def largest(rows: Mapping[str, ConsumerUse]) -> list[LargestConsumer]:
    """By memory, largest first."""
    known = [row for row in rows.values() if "memory" in row]
    known.sort(key=lambda row: row["memory"], reverse=True)
    return [_figures(row) for row in known[:MAX_LARGEST]]


def _figures(row: ConsumerUse) -> LargestConsumer:
    figures: LargestConsumer = {}
    if "name" in row:
        figures["name"] = row["name"]
    if "path" in row:
        figures["path"] = row["path"]
    if "memory" in row:
        figures["memory"] = row["memory"]
    if "peak" in row:
        figures["peak"] = row["peak"]
    return figures


def _whole(look: Look) -> Incident:
    whole: Incident = {"largest": largest(look.rows)}
    if "used" in look.memory:
        whole["used"] = look.memory["used"]
    if "limit" in look.memory:
        whole["limit"] = look.memory["limit"]
    return whole


def _victim(
    before: Look, after: Look, blamed: set[str | None]
) -> tuple[str | None, bool]:
    """Whose process is gone; sure when it is the one that a kernel began with."""
    best: tuple[bool, int, str] | None = None
    for key, row in before.rows.items():
        memory = row.get("memory", 0)
        freed = memory - after.rows.get(key, {}).get("memory", 0)
        root = before.roots.get(key)
        sure = root is not None and _gone(root, before, after)
        lost = any(
            owner == key and _gone(pid, before, after)
            for pid, owner in before.attribution.owner_of.items()
        )
        likely = freed > 0 and (lost or freed > VICTIM_SHARE * memory)
        if key not in blamed and (sure or likely):
            best = max(best or (False, 0, ""), (sure, freed, key))
    return (None, False) if best is None else (best[2], best[0])


def _gone(pid: int, before: Look, after: Look) -> bool:
    if pid not in before.attribution.owner_of:
        return False
    was, now = before.attribution.started, after.attribution.started
    return pid not in after.attribution.owner_of or was.get(pid) != now.get(pid)
