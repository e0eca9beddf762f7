"""Memory of processes that were forked from one another, each page counted once.

Forked processes share what neither has written to since, so a sum over them can be
many times too high. The kernel knows each process's part, but walks all its pages
to tell. So a family is read once as a whole; from then on each process is followed
by what it holds more or less than then, whoever leaves takes only what it had
alone, and a new one brings only that. Now and then, what changed is read again.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from .processes import GoneError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .members import Member
    from .processes import Processes, Proportional

LEAST_FAMILY_BYTES = 64 << 20
LEAST_SECONDS = 30
# CPU seconds of reading per look and per second; one large process may overdraw
# it, and then nothing is read until that is paid.
BUDGET_SECONDS = 0.02
# The whole's own count is believed when the sum is this much above it, and until
# the sum is nearly right again.
SHARING_SHARE = 1.10
ALONE_SHARE = 1.05
CHANGED_SHARE = 0.10
CHANGED_BYTES = 1 << 20
NEGLIGIBLE_SHARE = 0.05
NEGLIGIBLE_BYTES = 8 << 20


class Figure(NamedTuple):
    memory: int
    # At least this much, whatever is shared: what a peak may be made of.
    sure: int
    # Pages may be counted more than once.
    estimated: bool


class _Reading(NamedTuple):
    at: float
    anonymous: int
    share: int
    alone: int

    def grown(self, part: int, anonymous: int) -> int:
        """Of what it held, `part` is counted; what it got since is its own."""
        if anonymous >= self.anonymous:
            return part + anonymous - self.anonymous
        return part * anonymous // self.anonymous

    def changed(self, anonymous: int) -> bool:
        change = abs(anonymous - self.anonymous)
        return change > max(CHANGED_BYTES, CHANGED_SHARE * self.anonymous)

    @property
    def shares(self) -> bool:
        return self.alone < (1 - NEGLIGIBLE_SHARE) * self.anonymous


class SharedMemory:
    """`clock` counts the CPU time of this thread."""

    def __init__(
        self, processes: Processes, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._processes = processes
        self._clock = clock
        self._families: dict[str, _Family] = {}
        self._sharing = False
        self._budget = 0.0
        self._last: float | None = None

    def measure(
        self, groups: Mapping[str, Sequence[Member]], whole: int | None, now: float
    ) -> dict[str, Figure]:
        """By consumer. `whole` is what all of them together have, where known."""
        sums = {key: sum(m.anonymous for m in ms) for key, ms in groups.items()}
        self._believe(sum(sums.values()), whole)
        families = {}
        for key, members in groups.items():
            if self._sharing and len(members) > 1 and sums[key] >= LEAST_FAMILY_BYTES:
                families[key] = self._families.get(key) or _Family()
                families[key].meet(members, now)
        self._families = families
        self._read(now)
        return {
            key: families[key].figure()
            if key in families
            else Figure(total, total, estimated=False)
            for key, total in sums.items()
        }

    def _believe(self, total: int, whole: int | None) -> None:
        if whole is None:
            self._sharing = True
        else:
            factor = ALONE_SHARE if self._sharing else SHARING_SHARE
            self._sharing = total > factor * whole

    def _read(self, now: float) -> None:
        """What waits, oldest first, as far as the budget goes."""
        waited = 0.0 if self._last is None else now - self._last
        self._last = now
        earned = BUDGET_SECONDS * max(1.0, waited)
        self._budget = min(BUDGET_SECONDS, self._budget + earned)
        waiting = [
            (family.read_at(member.pid), member.pid, member, family)
            for family in self._families.values()
            for member in family.waiting()
        ]
        waiting.sort(key=lambda item: item[:2])
        for _, _, member, family in waiting:
            if self._budget <= 0:
                return
            began = self._clock()
            try:
                family.take(member, self._processes.proportional(member.pid), now)
            except GoneError:
                # The next look will not find it any more.
                family.refuse(member.pid)
            except UnreadableError:
                family.refuse(member.pid)
            self._budget -= self._clock() - began


class _Family:
    """The processes of one consumer; a pid is one process here while it is met."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        # Read at about the same time, so that their shares make up the whole.
        self._base: dict[int, _Reading] = {}
        # Read alone, later.
        self._joined: dict[int, _Reading] = {}
        # A round reads all of `_wanted`; then `_fresh` takes its place in the base.
        self._running = False
        self._round_at: float | None = None
        self._wanted: set[int] = set()
        self._fresh: dict[int, _Reading] = {}
        self._closed: set[int] = set()
        # Bytes that were counted for those that left, and are still held by others.
        self._left = self._fresh_left = 0

    def meet(self, members: Iterable[Member], now: float) -> None:
        """Those that are here now."""
        self._members = {member.pid: member for member in members}
        known = self._base.keys() | self._joined.keys() | self._fresh.keys()
        for pid in known - self._members.keys():
            self._leave(pid)
        self._wanted &= self._members.keys()
        self._closed &= self._members.keys()
        if self._round_at is None:
            self._round_at = now
        if not self._base:
            self._wanted = self._members.keys() - self._fresh.keys() - self._closed
            self._running = self._running or bool(self._wanted)
        self._finish()
        if not self._running and not 0 <= now - self._round_at < LEAST_SECONDS:
            self._begin(now)

    def waiting(self) -> list[Member]:
        known = self._base.keys() | self._joined.keys() | self._closed
        pids = self._wanted | (self._members.keys() - known if self._base else set())
        # Reading can hang while the process's own access to memory does.
        return [m for pid in pids if (m := self._members[pid]).state != b"D"]

    def read_at(self, pid: int) -> float:
        reading = self._base.get(pid) or self._joined.get(pid)
        return float("-inf") if reading is None else reading.at

    def take(self, member: Member, part: Proportional, now: float) -> None:
        share = min(part.share, member.anonymous)
        alone = min(part.alone, share)
        reading = _Reading(now, member.anonymous, share, alone)
        if member.pid in self._wanted:
            self._fresh[member.pid] = reading
            self._wanted.discard(member.pid)
            self._finish()
        else:
            self._joined[member.pid] = reading

    def refuse(self, pid: int) -> None:
        self._closed.add(pid)
        self._wanted.discard(pid)
        self._finish()

    def figure(self) -> Figure:
        base = self._base or self._fresh
        counted = unread = closed = largest = held = 0
        for pid, member in self._members.items():
            size = member.anonymous
            largest = max(largest, size)
            held += size
            reading = base.get(pid)
            if reading is not None:
                counted += reading.grown(reading.share, size)
            elif (reading := self._joined.get(pid)) is not None:
                # What it shares is its parent's, and counted there.
                part = reading.alone if member.parent in base else reading.share
                counted += reading.grown(part, size)
            elif pid in self._closed:
                closed += size
            else:
                unread += size
        left = self._left if self._base else self._fresh_left
        counted += min(left, max(0, held - unread - closed - counted))
        total = counted + closed + unread
        doubtful = closed + unread > max(NEGLIGIBLE_BYTES, NEGLIGIBLE_SHARE * total)
        return Figure(total, max(counted + closed, largest), estimated=doubtful)

    def _begin(self, now: float) -> None:
        """Choose what to read again; the others' shares are as they were."""
        sizes = {pid: member.anonymous for pid, member in self._members.items()}
        readings = self._base | self._joined
        wanted = {pid for pid, r in readings.items() if r.changed(sizes[pid])}
        new = sum(sizes[pid] for pid in self._joined)
        stirred = max(self._left, new) > NEGLIGIBLE_SHARE * sum(sizes.values())
        if stirred:
            parents = {self._members[pid].parent for pid in self._joined}
            wanted |= parents & readings.keys()
            wanted |= {pid for pid, r in readings.items() if r.shares}
        self._closed.clear()
        self._wanted = {
            pid for pid in wanted if not 0 <= now - readings[pid].at < LEAST_SECONDS
        }
        if self._wanted:
            self._running, self._round_at, self._fresh_left = True, now, 0
        elif not stirred:
            self._base |= self._joined
            self._joined = {}

    def _finish(self) -> None:
        if self._running and not self._wanted:
            self._base |= self._joined | self._fresh
            self._left = self._fresh_left
            self._joined, self._fresh, self._fresh_left = {}, {}, 0
            self._running = False

    def _leave(self, pid: int) -> None:
        before = self._base.pop(pid, None)
        self._joined.pop(pid, None)
        fresh = self._fresh.pop(pid, None) or before
        if before is not None:
            self._left += before.share - before.alone
        if fresh is not None and self._running:
            self._fresh_left += fresh.share - fresh.alone
