"""One process that belongs to a consumer, and what a look at all of them found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .processes import ProcessStat

SERVER = "server"


class Member:
    """As it was at its last look; times are clock ticks, see `ProcessStat`."""

    __slots__ = (
        "anonymous",
        "gained",
        "group",
        "looked_at",
        "own",
        "owner",
        "parent",
        "pid",
        "rate",
        "session",
        "settled",
        "start",
        "state",
        "threads",
        "waited",
        "waited_gained",
    )

    def __init__(self, pid: int, owner: str, stat: ProcessStat) -> None:
        self.pid = pid
        self.owner = owner
        self.start = stat.start
        self.own = self.waited = 0
        # What both have grown by at the last look.
        self.gained = self.waited_gained = 0
        # Cores, between its last two looks; `looked_at` is for whoever counts them.
        self.rate = 0.0
        self.looked_at: float | None = None
        self.anonymous = 0
        # Seen more than once: worth files that are kept open.
        self.settled = False
        self.note(stat)

    def note(self, stat: ProcessStat) -> None:
        """Its place in the tree, which changes when its parent ends."""
        self.state = stat.state
        self.parent = stat.parent
        self.group = stat.group
        self.session = stat.session
        self.threads = stat.threads

    def count(self, stat: ProcessStat) -> None:
        """Both counters only grow; one that fell is nonsense and counts nothing."""
        self.gained = max(0, stat.own - self.own)
        self.waited_gained = max(0, stat.waited - self.waited)
        self.own += self.gained
        self.waited += self.waited_gained

    @property
    def ended(self) -> bool:
        """A zombie; see `ProcessStat.ended`."""
        return self.state in b"ZXx"


@dataclass
class Look:
    """What one look at all members found."""

    looked: list[Member] = field(default_factory=list)
    ended: list[Member] = field(default_factory=list)
    # Pids of those found long after they began; what they did before is no news.
    late: set[int] = field(default_factory=set)
    # Too many to look at all of them each time.
    many: bool = False
    # Consumers whose process is there but closed to us.
    unreadable: set[str] = field(default_factory=set)
