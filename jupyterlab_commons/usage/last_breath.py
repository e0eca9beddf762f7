"""What this server last knew of itself, on disk, for the life after it."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .compose import short
from .incidents import KEPT_MS, largest
from .losses import as_count, as_object, as_text, loss_of

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable
    from pathlib import Path

    from .shapes import Incident, Machine, UsageSample

    Found = Callable[[str | None, Incident | None], None]

LEAST_SECONDS = 10
MOST_SECONDS = 600
MOVED_SHARE = 0.02
MAX_BYTES = 65_536
STOP_SECONDS = 2


@dataclass(frozen=True)
class Life:
    """One life of one server: enough to tell whether it still goes on."""

    boot: str
    pid: int
    # Clock ticks since the machine's start at which the process began.
    started: int | None
    # This start of this machine; two containers on it share it.
    machine: str


def this_life(machine: Machine, boot: str) -> Life:
    pid = os.getpid()
    return Life(boot, pid, started_ticks(machine, pid), _machine_id(machine))


class LastBreath:
    """One small file per server name; writing never keeps the caller waiting."""

    def __init__(
        self, folder: Path, name: str, *, alone: bool, log: logging.Logger
    ) -> None:
        """`alone`: no second server of this name can run, on whatever machine."""
        tag = hashlib.sha256(name.encode("utf8", "surrogatepass")).hexdigest()[:16]
        self._file = folder / f"commons-usage-{tag}.json"
        self._alone = alone
        self._log = log
        self._thread: threading.Thread | None = None
        self._told_at = float("-inf")
        self._told_used = 0
        self._mine = True
        self._failed = self._ending = False

    def look_back(self, machine: Machine, life: Life, at: int, found: Found) -> None:
        """Tells once, from a thread of its own, how the life before this one ended."""

        def look() -> None:
            try:
                found(*self._before(machine, life, at))
            except RuntimeError:
                # Nobody listens any more.
                return

        self._thread = threading.Thread(
            target=look, name="commons-look-back", daemon=True
        )
        self._thread.start()

    def _before(
        self, machine: Machine, life: Life, at: int
    ) -> tuple[str | None, Incident | None]:
        """Boot of the life before, and what it lost if it ended without a word."""
        try:
            was, ended, incident = self._read()
        except FileNotFoundError:
            return None, None
        except (OSError, ValueError, RecursionError) as reason:
            self._log.warning(
                "JupyterLab Commons: what the server before this one last knew"
                " cannot be read (%s).",
                short(str(reason)),
            )
            return None, None
        if ended or was.boot == life.boot:
            return was.boot, None
        if not self._is_over(machine, was, life, at - incident["at"]):
            self._mine = False
            return None, None
        fresh = 0 <= at - incident["at"] <= KEPT_MS
        return was.boot, incident if fresh else None

    def breathe(self, now: float, life: Life, sample: UsageSample) -> None:
        """Keeps what is known, at most every 10 s and only if it says anything new."""
        used = sample["memory"].get("used", 0)
        waited = now - self._told_at
        moved = abs(used - self._told_used) >= MOVED_SHARE * max(self._told_used, 1)
        busy = self._thread is not None and self._thread.is_alive()
        if not self._mine or busy or waited < LEAST_SECONDS:
            return
        if moved or waited >= MOST_SECONDS:
            self._told_at, self._told_used = now, used
            self._start(_written(life, sample, ended=False))

    def end(self, life: Life, sample: UsageSample | None) -> None:
        """Nothing was lost. Waits a little: the process ends soon."""
        if not self._mine:
            return
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            if self._thread.is_alive():
                return
        self._ending = True
        self._start(_written(life, sample, ended=True))
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)

    def _start(self, text: str) -> None:
        # A disk that hangs holds up this thread and nothing else.
        self._thread = threading.Thread(
            target=self._write, args=(text,), name="commons-last-breath", daemon=True
        )
        self._thread.start()

    def _write(self, text: str) -> None:
        beside = self._file.with_suffix(f".{os.getpid()}.tmp")
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
            with os.fdopen(os.open(beside, flags, 0o600), "w", encoding="utf8") as out:
                out.write(text)
            beside.replace(self._file)
            self._failed = False
        except OSError as reason:
            # At the end, what stands there would tell of a loss. Even a full disk
            # lets it be taken away.
            for file in (beside, self._file) if self._ending else (beside,):
                with suppress(OSError):
                    file.unlink()
            if not self._failed:
                self._failed = True
                self._log.warning(
                    "JupyterLab Commons: what this server uses cannot be kept for a"
                    " post-mortem (%s).",
                    short(str(reason)),
                )

    def _read(self) -> tuple[Life, bool, Incident]:
        with self._file.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise ValueError("the file is too large")
        data = as_object(json.loads(raw))
        life = Life(
            boot=as_text(data.get("boot"), 64),
            pid=as_count(data.get("pid")),
            started=None if data.get("started") is None else as_count(data["started"]),
            machine=as_text(data.get("machine"), 255),
        )
        return life, data.get("ended") is True, loss_of(as_count(data.get("at")), data)

    def _is_over(self, machine: Machine, was: Life, life: Life, age_ms: int) -> bool:
        if age_ms > 2 * MOST_SECONDS * 1000:
            return True
        if was.machine != life.machine:
            # Perhaps it goes on, on another machine that shares this disk.
            return self._alone
        # Also of the same name on a hub: a server that was started in a terminal of
        # the first one has its environment.
        if was.pid == life.pid:
            return was.started != life.started
        return not _runs(machine, was)


def started_ticks(machine: Machine, pid: int) -> int | None:
    """None: there is no such process, or it has ended and nobody has noticed."""
    try:
        stat = (machine.proc / str(pid) / "stat").read_bytes()
        fields = stat.rpartition(b")")[2].split()
        return None if fields[0] in (b"Z", b"X") else int(fields[19])
    except (OSError, ValueError, IndexError):
        return None


def _runs(machine: Machine, life: Life) -> bool:
    if life.started is not None:
        return started_ticks(machine, life.pid) == life.started
    try:
        os.kill(life.pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _machine_id(machine: Machine) -> str:
    try:
        boot = (machine.proc / "sys/kernel/random/boot_id").read_text("utf8").strip()
    except (OSError, ValueError):
        boot = ""
    # Containers on one machine have host names of their own.
    return short(f"{boot} {socket.gethostname()}")


def _written(life: Life, sample: UsageSample | None, *, ended: bool) -> str:
    known: dict[str, Any] = {
        "boot": life.boot,
        "pid": life.pid,
        "started": life.started,
        "machine": life.machine,
        "ended": ended,
        "at": 0,
    }
    if sample is not None:
        known["at"] = sample["at"]
        known["memory"] = sample["memory"]
        known["consumers"] = largest(sample["consumers"])
    return json.dumps(known)
