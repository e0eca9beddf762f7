"""Which process each consumer begins with, and which sessions are led by these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .processes import GoneError, UnreadableError

if TYPE_CHECKING:
    from collections.abc import KeysView, Mapping

    from .members import Member
    from .processes import Processes, ProcessStat


@dataclass(frozen=True)
class Root:
    pid: int
    start: int
    parent: int

    def is_(self, member: Member | None) -> bool:
        return member is not None and member.start == self.start


class FamilyRoots:
    """Pids as Jupyter's managers name them, made safe against pids used again."""

    def __init__(self, processes: Processes, uid: int) -> None:
        self._processes = processes
        self._uid = uid
        self._by_key: dict[str, Root] = {}
        self._key_of: dict[int, str] = {}
        self._sessions: dict[int, str] = {}
        self._groups: dict[int, str] = {}
        self._living: frozenset[str] = frozenset()
        self.unreadable: set[str] = set()

    def get(self, key: str) -> Root | None:
        return self._by_key.get(key)

    def living(self, key: str) -> bool:
        return key in self._living

    def root_pids(self) -> KeysView[int]:
        return self._key_of.keys()

    def __contains__(self, key: str) -> bool:
        return key in self._by_key

    def update(self, wanted: Mapping[str, int], members: Mapping[int, Member]) -> bool:
        """Whether anything changed, so that everybody's owner is to be asked anew."""
        self.unreadable = set()
        before = dict(self._by_key)
        found_now = set()
        for key in self._by_key.keys() - wanted.keys():
            del self._by_key[key]
        for key, pid in wanted.items():
            root = self._by_key.get(key)
            member = members.get(pid)
            if root is None or root.pid != pid or not root.is_(member):
                found = self._identify(key, pid, member, members)
                if found is not None:
                    self._by_key[key] = found
                    found_now.add(key)
        living = frozenset(
            key
            for key, root in self._by_key.items()
            if key in found_now or root.is_(members.get(root.pid))
        )
        if before == self._by_key and living == self._living:
            return False
        self._living = living
        self._index(members)
        return True

    def owner_by_root(self, pid: int, start: int) -> str | None:
        key = self._key_of.get(pid)
        return key if key is not None and self._by_key[key].start == start else None

    def owner_by_session(self, process: ProcessStat | Member) -> str | None:
        """The consumer that leads the session or group of a process.

        A server that was started in somebody's shell leads none.
        """
        key = self._sessions.get(process.session) or self._groups.get(process.group)
        if key is None or process.start < self._by_key[key].start:
            return None
        return key

    def _identify(
        self, key: str, pid: int, member: Member | None, members: Mapping[int, Member]
    ) -> Root | None:
        """The process of that pid, if it can be the consumer's."""
        try:
            found = member or self._processes.stat(pid)
            before = self._by_key.get(key)
            if before is not None and before.pid == pid:
                # The pid is in use again. It is the consumer's if it was restarted
                # by who had started it before.
                if found.parent != before.parent:
                    return None
            elif found.parent not in members and self._processes.uid(pid) != self._uid:
                return None
        except GoneError:
            return None
        except UnreadableError:
            self.unreadable.add(key)
            return None
        return Root(pid, found.start, found.parent)

    def _index(self, members: Mapping[int, Member]) -> None:
        self._key_of, self._sessions, self._groups = {}, {}, {}
        lived_in = {m.session for m in members.values()}
        grouped_in = {m.group for m in members.values()}
        for key, root in self._by_key.items():
            self._key_of.setdefault(root.pid, key)
            # The number of a session is free again once nobody is left in it.
            living = key in self._living
            if living or root.pid in lived_in:
                self._sessions[root.pid] = key
            if living or root.pid in grouped_in:
                self._groups[root.pid] = key
