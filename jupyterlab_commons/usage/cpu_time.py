"""CPU time of consumers: nothing lost with a process, nothing counted twice.

Each process counts what it uses itself. What it had used by its last look stays
counted when it ends. The rest is in the counter of the ancestor that waited for it,
together with processes that came and went between two looks: by what that counter
rises, less what ended processes are known to have used, has nobody been seen using
anything. Each known tick is expected there once. It may come one look late, when a
process ended while the look was under way; after that nobody has waited for it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .members import Look, Member

TICKS = os.sysconf("SC_CLK_TCK")
# Steps from a process up to the ancestor that may have waited for it.
MOST_STEPS = 64
MOST_KEYS = 2000
MOST_EXPECTED = 20_000


class _Expected:
    """Ticks that an ended process was seen to use, on their way to an ancestor."""

    __slots__ = ("at", "looks", "owner", "ticks")

    def __init__(self, at: int, owner: str, ticks: int) -> None:
        self.at = at
        self.owner = owner
        self.ticks = ticks
        self.looks = 0


class CpuTime:
    """Counts what `Families` has seen, look by look."""

    def __init__(self) -> None:
        self._expected: list[_Expected] = []
        self._ticks: dict[str, int] = {}
        self._total = 0
        self._last: float | None = None
        # Cores by consumer at this look; None: no time has passed that one can tell.
        self.rates: dict[str, float] | None = None

    @property
    def total(self) -> float:
        """Seconds of all that ever were."""
        return self._total / TICKS

    def seconds(self, key: str) -> float | None:
        ticks = self._ticks.get(key)
        return None if ticks is None else ticks / TICKS

    def settle(self, look: Look, members: Mapping[int, Member], now: float) -> None:
        seconds = None if self._last is None else now - self._last
        last, self._last = self._last, now
        left = {m.pid: m.waited_gained for m in look.looked if m.waited_gained}
        heirs = self._take_expected(look, members, left)
        others: dict[str, int] = {}
        for member in look.looked:
            ticks, unseen = member.gained, left.get(member.pid, 0)
            heir = heirs.get(member.pid, member.owner)
            if heir == member.owner:
                ticks += unseen
            else:
                others[heir] = others.get(heir, 0) + unseen
            self._add(member.owner, ticks)
            self._rate(member, ticks, last, now, late=member.pid in look.late)
        for key, ticks in others.items():
            self._add(key, ticks)
        self.rates = None
        if seconds is not None and seconds > 0:
            self.rates = {k: ticks / TICKS / seconds for k, ticks in others.items()}
            for member in members.values():
                rate = self.rates.get(member.owner, 0.0) + member.rate
                self.rates[member.owner] = rate

    def forget(self, known: Mapping[str, object]) -> None:
        """Counters of those that are gone are kept a while: some keys come again."""
        for key in [key for key in self._ticks if key not in known]:
            if len(self._ticks) <= MOST_KEYS:
                return
            del self._ticks[key]

    def _add(self, key: str, ticks: int) -> None:
        self._ticks[key] = self._ticks.get(key, 0) + ticks
        self._total += ticks

    def _rate(
        self, member: Member, ticks: int, last: float | None, now: float, *, late: bool
    ) -> None:
        """One that is not looked at each time keeps its rate until its turn."""
        since = last if member.looked_at is None else member.looked_at
        member.looked_at = now
        if late or since is None or now <= since:
            member.rate = 0.0
        else:
            member.rate = ticks / TICKS / (now - since)

    def _take_expected(
        self, look: Look, members: Mapping[int, Member], left: dict[int, int]
    ) -> dict[int, str]:
        """Takes what is expected off what was waited for, nearest ancestor first.

        Gives the consumer whose process an ancestor of another one has waited for:
        the last that a kernel used is the kernel's, not the server's.
        """
        self._expect(look, members)
        heirs: dict[int, str] = {}
        looked = {member.pid for member in look.looked}
        for expected in self._expected:
            pid = expected.at
            for _ in range(MOST_STEPS):
                member = members.get(pid)
                if member is None or pid not in looked:
                    # It may have waited for it, which its own look will tell.
                    break
                found = min(left.get(pid, 0), expected.ticks)
                if found:
                    left[pid] -= found
                    expected.ticks -= found
                    if heirs.setdefault(pid, expected.owner) != expected.owner:
                        heirs[pid] = member.owner
                if not expected.ticks:
                    break
                pid = member.parent
            expected.looks += expected.at in looked
        late = [e for e in self._expected if e.ticks and e.looks <= 1]
        self._expected = late[-MOST_EXPECTED:]
        return heirs

    def _expect(self, look: Look, members: Mapping[int, Member]) -> None:
        ended = {member.pid: member for member in look.ended}
        for expected in self._expected:
            if expected.at in ended:
                expected.at = _living_ancestor(expected.at, ended)
                expected.looks = 0
        for member in look.ended:
            ticks = member.own + member.waited
            if ticks:
                at = _living_ancestor(member.pid, ended)
                self._expected.append(_Expected(at, member.owner, ticks))
        # What is waited for by somebody else, such as init, is never seen again.
        self._expected = [e for e in self._expected if e.at in members]


def _living_ancestor(pid: int, ended: Mapping[int, Member]) -> int:
    for _ in range(MOST_STEPS):
        member = ended.get(pid)
        if member is None:
            break
        pid = member.parent
    return pid
