"""Which process belongs to which consumer.

The nearest root above a process has it. What has left the tree belongs to the
kernel or terminal that leads its session or group, or whose mark it bears (see
`strays.py`). What was found once stays, also when its parents end; only the server
gives up what turns out to be a kernel's, because orphans may become its children.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .family_roots import FamilyRoots
from .members import SERVER, Look, Member
from .processes import GoneError, UnreadableError
from .strays import Strays

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from .processes import Processes, ProcessStat
    from .shapes import ConsumerRoot

# Up to here one listing of /proc is cheaper than a walk from parent to child.
MOST_LISTED = 1000
MOST_LISTED_PER_MEMBER = 4
# Of one look; more than these are looked at in turns.
MOST_NEW = 1000
MOST_LOOKED = 1500
MANY = 5000


class Families:
    """All processes of all consumers; pid and start name one."""

    def __init__(self, processes: Processes, server_pid: int, uid: int) -> None:
        self._processes = processes
        self._server_pid = server_pid
        self._strays = Strays(processes, uid, server_pid)
        self.roots = FamilyRoots(processes, uid)
        # Parents come before their children.
        self.members: dict[int, Member] = {}
        # Listed, and nobody's.
        self._outside: set[int] = set()
        self._listed = 0
        self._lists_children: bool | None = None
        # The last start that was known when the look began.
        self._newest = 0
        self._turn = 0

    def look(self, roots: Sequence[ConsumerRoot], now: float) -> Look:
        """Raises `UnreadableError` where there is no /proc."""
        look = Look()
        self._newest = max((m.start for m in self.members.values()), default=0)
        pids = self._list()
        if pids is not None:
            for pid in self.members.keys() - pids:
                self._end(self.members[pid], look)
        self._refresh(look)
        self._place_roots(roots, look)
        if pids is None:
            self._walk(look)
        else:
            self._place_listed(pids, look)
        self._place_strays(roots, now, look)
        return look

    def _list(self) -> set[int] | None:
        """All pids; None where a walk is cheaper and possible."""
        if self._lists_children is None:
            self._lists_children = self._processes.knows_children(self._server_pid)
        if not self._walks():
            pids = set(self._processes.pids())
            self._listed = len(pids)
            if not self._walks():
                return pids
        self._outside.clear()
        return None

    def _walks(self) -> bool:
        # Where not all are looked at, only a listing tells at once who has ended.
        if len(self.members) > MOST_LOOKED:
            return False
        few = self._listed <= max(
            MOST_LISTED, MOST_LISTED_PER_MEMBER * len(self.members)
        )
        return self._lists_children is True and not few

    def _place_roots(self, roots: Sequence[ConsumerRoot], look: Look) -> None:
        wanted = {SERVER: self._server_pid}
        for root in roots:
            if root.pid is not None and not root.remote:
                wanted[root.key] = root.pid
        changed = self.roots.update(wanted, self.members)
        look.unreadable |= self.roots.unreadable
        if not changed:
            return
        for key in wanted:
            found = self.roots.get(key)
            if found is not None and found.pid not in self.members:
                self._place(found.pid, look)
        self._reassign()

    def _reassign(self) -> None:
        """Roots came or went: each process is asked anew, parents first."""
        for member in list(self.members.values()):
            owner = self._owner(member.pid, member)
            sticks = member.owner != SERVER and member.owner in self.roots
            if owner in (None, SERVER) and sticks:
                continue
            if owner is None:
                del self.members[member.pid]
                self._processes.forget(member.pid)
                self._outside.add(member.pid)
            else:
                member.owner = owner

    def _owner(self, pid: int, process: ProcessStat | Member) -> str | None:
        key = self.roots.owner_by_root(pid, process.start)
        if key is not None:
            return key
        parent = self.members.get(process.parent)
        inherited = parent.owner if parent and parent.owner in self.roots else None
        if inherited not in (None, SERVER):
            return inherited
        return self.roots.owner_by_session(process) or inherited

    def _refresh(self, look: Look) -> None:
        for member in self._chosen(look):
            try:
                stat = self._processes.stat(member.pid)
            except GoneError:
                self._end(member, look)
                continue
            except UnreadableError:
                member.rate = 0.0
                if self.roots.owner_by_root(member.pid, member.start):
                    look.unreadable.add(member.owner)
                continue
            if stat.start != member.start:
                self._end(member, look)
                continue
            member.count(stat)
            member.note(stat)
            if not member.settled:
                member.settled = True
                self._processes.keep(member.pid)
            self._weigh(member)
            look.looked.append(member)

    def _chosen(self, look: Look) -> list[Member]:
        """All; of very many a part that moves on, and the roots."""
        members = list(self.members.values())
        look.many = len(members) > MANY
        if len(members) <= MOST_LOOKED:
            return members
        first = self._turn % len(members)
        self._turn = first + MOST_LOOKED
        part = members[first : self._turn]
        part += members[: MOST_LOOKED - len(part)]
        chosen = {member.pid for member in part}
        roots = (self.roots.root_pids() & self.members.keys()) - chosen
        return [self.members[pid] for pid in roots] + part

    def _weigh(self, member: Member) -> None:
        if member.ended:
            member.anonymous = 0
            return
        try:
            member.anonymous = self._processes.anonymous(member.pid)
        except GoneError:
            # Its end is noticed at the next look, when its parent has its CPU time.
            member.anonymous = 0
        except UnreadableError:
            pass

    def _end(self, member: Member, look: Look) -> None:
        del self.members[member.pid]
        self._processes.forget(member.pid)
        look.ended.append(member)

    def _place_listed(self, pids: set[int], look: Look) -> None:
        """New ones of a listing; a parent that is new too goes first."""
        self._outside &= pids
        new = pids - self.members.keys() - self._outside
        pending: dict[int, ProcessStat] = {}
        for pid in sorted(new)[:MOST_NEW]:
            stat = self._stat(pid)
            if stat is None:
                self._outside.add(pid)
            else:
                pending[pid] = stat
        while pending:
            pid, stat = pending.popitem()
            line = [(pid, stat)]
            while stat.parent in pending:
                pid, stat = stat.parent, pending.pop(stat.parent)
                line.append((pid, stat))
            for pid, stat in reversed(line):
                if not self._add(pid, stat, look):
                    self._outside.add(pid)

    def _walk(self, look: Look) -> None:
        """From parent to child; only our own processes are touched."""
        queue = list(self.members.values())
        most = len(queue) + MOST_NEW
        for member in queue:
            try:
                children = self._processes.children(member.pid, member.threads)
            except (GoneError, UnreadableError):
                continue
            new = [pid for pid in children if pid not in self.members]
            new = new[: most - len(queue)]
            queue.extend(self.members[pid] for pid in new if self._place(pid, look))
            if len(queue) >= most:
                return

    def _place(self, pid: int, look: Look) -> bool:
        stat = self._stat(pid)
        return stat is not None and self._add(pid, stat, look)

    def _stat(self, pid: int) -> ProcessStat | None:
        try:
            return self._processes.stat(pid)
        except (GoneError, UnreadableError):
            return None

    def _add(
        self, pid: int, stat: ProcessStat, look: Look, owner: str | None = None
    ) -> bool:
        owner = owner or self._owner(pid, stat)
        if owner is None:
            return False
        member = Member(pid, owner, stat)
        member.count(stat)
        if stat.start < self._newest:
            # What its children used may have been counted when they were seen.
            member.waited_gained = 0
            look.late.add(pid)
        self._weigh(member)
        self._outside.discard(pid)
        self.members[pid] = member
        look.looked.append(member)
        return True

    def _place_strays(
        self, roots: Sequence[ConsumerRoot], now: float, look: Look
    ) -> None:
        kernels = {}
        for root in roots:
            found = self.roots.get(root.key)
            if root.kind == "kernel" and found and self.roots.living(root.key):
                kernels[root.key] = (found.pid, found.start)
        moved = False
        for pid, stat, bearer in self._strays.find(now, self._is_settled, kernels):
            owner = self._owner(pid, stat)
            if owner in (None, SERVER) and bearer is not None:
                owner = bearer
            member = self.members.get(pid)
            if member is None:
                moved |= owner is not None and self._add(pid, stat, look, owner)
            elif owner is not None and member.owner != owner:
                member.owner = owner
                moved = True
        if moved:
            self._reassign()
            # Their children may have been nobody's so far.
            self._outside.clear()

    def _is_settled(self, pid: int) -> bool:
        member = self.members.get(pid)
        return member is not None and (
            member.owner != SERVER or pid == self._server_pid
        )


def by_owner(members: Mapping[int, Member]) -> dict[str, list[Member]]:
    groups: dict[str, list[Member]] = {}
    for member in members.values():
        groups.setdefault(member.owner, []).append(member)
    return groups


def detached(
    group: Collection[Member], members: Mapping[int, Member], root: int | None
) -> int:
    """How many of a consumer's processes have left their parents."""
    count = 0
    for member in group:
        parent = members.get(member.parent)
        if member.pid != root and (parent is None or parent.owner != member.owner):
            count += 1
    return count
