"""What goes over the network interfaces that this server sees."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .machine import KeptFile, Rate, whole

if TYPE_CHECKING:
    from pathlib import Path

    from .shapes import Machine, NetworkUse, Where

# Numbers that the kernel gives to the namespaces it starts with.
_FIRST_PIDS, _FIRST_NET = "pid:[4026531836]", "net:[4026531833]"
# Words of a line: received bytes first, sent bytes after eight of them.
_SENT, _LEAST_WORDS = 8, 9


class NetworkReader:
    def __init__(self, machine: Machine, process: Path) -> None:
        self._machine = machine
        self._process = process
        self._file = KeptFile(process / "net" / "dev", large=True)
        self._last: dict[bytes, tuple[int, int]] = {}
        # An interface that comes or goes moves no counter.
        self._totals = [0, 0]
        self._rates = (Rate(), Rate())

    def read(self, now: float, where: Where) -> NetworkUse | None:
        """`None` where no interface is visible. No rates at first."""
        data = self._file.read()
        found = _interfaces(data)
        if not found:
            return None
        for name, counters in found.items():
            before = self._last.get(name, counters)
            for place in (0, 1):
                self._totals[place] += max(0, counters[place] - before[place])
        self._last = found
        use: NetworkUse = {"of": "machine" if self._is_machine(where) else "server"}
        received, sent = (
            rate.to(now, total)
            for rate, total in zip(self._rates, self._totals, strict=True)
        )
        if received is not None and sent is not None:
            use["received"], use["sent"] = round(received, 1), round(sent, 1)
        return use

    def _is_machine(self, where: Where) -> bool:
        """Whether the interfaces are those that the machine started with."""
        own = self._link(self._process, "net")
        if own == _FIRST_NET:
            return True
        if self._link(self._process, "pid") == _FIRST_PIDS:
            # Only here is process 1 the machine's, and not the container's.
            first = self._link(self._machine.proc / "1", "net")
            if own and first:
                return own == first
        return where == "host"

    def _link(self, process: Path, name: str) -> str:
        try:
            return os.readlink(process / "ns" / name)
        except OSError:
            return ""

    def close(self) -> None:
        self._file.close()


def _interfaces(data: bytes | None) -> dict[bytes, tuple[int, int]]:
    """Received and sent bytes by interface, without the machine's talk to itself."""
    found = {}
    for line in (data or b"").splitlines():
        name, colon, rest = line.partition(b":")
        words = rest.split()
        if colon and name.strip() != b"lo" and len(words) >= _LEAST_WORDS:
            received, sent = whole(words[0]), whole(words[_SENT])
            if received is not None and sent is not None:
                found[name.strip()] = (received, sent)
    return found
