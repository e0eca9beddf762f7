"""The disk of the home folder: what is used, what there is, and what is largest.

In this order: the command that the admin has set (`COMMONS_DISK_COMMAND`), the
file system if it holds this home alone, the sizes of the files in it. The sizes
are measured by a process of low priority, 60 s after the start and then once an
hour at most; until then only what is free is known.
"""

from __future__ import annotations

import json
import shlex
import sys
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jupyterlab_commons.errors import printable

from .disk_job import Job
from .disk_place import look
from .disk_quota import parse
from .disk_scan import MOST_FOLDERS, SCAN_SECONDS
from .machine import MOST

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from .disk_place import Place
    from .disk_quota import Quota
    from .shapes import DiskUse, Folder, Machine

_COMMAND_SECONDS = 10.0
_COMMAND_EVERY = 60.0
_LOOK_EVERY = 30.0
# A file system that has not answered for so long is not measured.
_LOOK_LATE = 60.0
_FIRST_SCAN_AFTER = 60.0
_SCAN_EVERY = 3600.0
_NAME_UNITS = 255


@dataclass(frozen=True)
class _Scanned:
    bytes: int
    folders: list[Folder]
    at: int


class DiskReader:
    """`read` is asked again and again and never waits; figures have their age."""

    def __init__(
        self,
        home: Path,
        environ: Mapping[str, str],
        machine: Machine,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._home = home
        self._environ = {**environ, "LC_ALL": "C"}
        self._clock = clock
        self._place = _PlaceWatch(machine, home)
        text = environ.get("COMMONS_DISK_COMMAND", "").strip()
        self._command, self._command_failed = _words(text)
        self._quota: tuple[Quota, int] | None = None
        self._quota_job: Job | None = None
        self._quota_due = -float("inf")
        self._scanned: _Scanned | None = None
        self._scan_job: Job | None = None
        self._scan_due = clock() + _FIRST_SCAN_AFTER
        self._scan_failed = False
        self._closed = False

    def read(self, now_ms: int) -> tuple[DiskUse | None, tuple[str, ...]]:
        now = self._clock()
        place = self._place.read(now, now_ms)
        self._ask_quota(now, now_ms)
        self._poll_scan(now, now_ms)
        if self._wants_scan(place) and now >= self._scan_due:
            self.scan()
        problems = []
        if self._command_failed:
            problems.append("DISK_COMMAND_FAILED")
        needs_scan = self._wants_scan(place)
        if self._place.failed or (needs_scan and self._scan_failed):
            problems.append("DISK_UNREADABLE")
        return self._use(place), tuple(problems)

    def scan(self) -> None:
        """Measures the folders now, unless that is being done."""
        if self._scan_job is not None or self._closed:
            return
        module = "jupyterlab_commons.usage.disk_scan"
        command = [sys.executable, "-m", module, str(self._home)]
        now = self._clock()
        self._scan_due = now + _SCAN_EVERY
        self._scan_job = self._start(command, now + SCAN_SECONDS + _LOOK_LATE)
        self._scan_failed = self._scan_job is None

    def close(self) -> None:
        """Ends what was started. Waits two seconds at most for each."""
        self._closed = True
        for job in (self._quota_job, self._scan_job):
            if job is not None:
                job.close()
        self._quota_job = self._scan_job = None

    def _wants_scan(self, place: tuple[Place, int] | None) -> bool:
        """Nothing better tells the use; not known while the command was not heard."""
        asked = not self._command or self._command_failed
        return place is not None and not place[0].own and not self._quota and asked

    def _start(self, command: Sequence[str], until: float) -> Job | None:
        try:
            return Job(command, self._environ, until)
        except (OSError, ValueError):
            return None

    def _ask_quota(self, now: float, now_ms: int) -> None:
        job = self._quota_job
        if job is not None:
            output = job.poll(now)
            if job.late:
                self._quota_failed()
            elif output is not None:
                self._heard(output, now_ms)
            if output is not None:
                self._quota_job = None
        elif self._command and now >= self._quota_due and not self._closed:
            self._quota_due = now + _COMMAND_EVERY
            self._quota_job = self._start(self._command, now + _COMMAND_SECONDS)
            if self._quota_job is None:
                self._quota_failed()

    def _heard(self, output: bytes, now_ms: int) -> None:
        """Its exit status says nothing: `quota` fails for those who are over theirs."""
        place = self._place.last
        text = output.decode("utf-8", "replace")
        quota = parse(text, place[0].source if place else "")
        if quota is None:
            self._quota_failed()
        else:
            self._quota, self._command_failed = (quota, now_ms), False

    def _quota_failed(self) -> None:
        self._quota, self._command_failed = None, True

    def _poll_scan(self, now: float, now_ms: int) -> None:
        if self._scan_job is None:
            return
        output = self._scan_job.poll(now)
        if output is None:
            return
        self._scan_job = None
        scanned = _scanned(output, now_ms)
        self._scan_failed = scanned is None
        self._scanned = scanned or self._scanned

    def _use(self, place: tuple[Place, int] | None) -> DiskUse | None:
        use = self._measured(place)
        if use is None:
            return None
        if self._scanned is not None:
            use["folders"] = self._scanned.folders
            use["foldersAt"] = self._scanned.at
        if self._scan_job is not None:
            use["scanning"] = True
        return use

    def _measured(self, place: tuple[Place, int] | None) -> DiskUse | None:
        if self._quota is not None:
            quota, at = self._quota
            use: DiskUse = {"used": quota.used, "by": "quota", "measuredAt": at}
            frees = [place[0].free] if place else []
            if quota.limit is not None:
                use["limit"] = quota.limit
                frees.append(max(0, quota.limit - quota.used))
            if frees:
                use["free"] = min(frees)
            return use
        if place is None:
            return None
        found, at = place
        if found.own:
            # What is kept for the system is neither used nor free for this person.
            limit = min(MOST, found.used + found.free)
            return {
                "used": found.used,
                "limit": limit,
                "free": found.free,
                "by": "volume",
                "measuredAt": at,
            }
        if self._scanned is not None:
            return {
                "used": self._scanned.bytes,
                "free": found.free,
                "by": "scan",
                "measuredAt": self._scanned.at,
            }
        return {"free": found.free, "by": "machine", "measuredAt": at}


class _PlaceWatch:
    """Asks the file system on a thread of its own, as it may never answer."""

    def __init__(self, machine: Machine, home: Path) -> None:
        self._machine = machine
        self._home = home
        self._thread: threading.Thread | None = None
        self._asked_at = -float("inf")
        self._answer: Place | OSError | None = None
        self.last: tuple[Place, int] | None = None
        self.failed = False

    def read(self, now: float, now_ms: int) -> tuple[Place, int] | None:
        answer, self._answer = self._answer, None
        if isinstance(answer, OSError):
            self.failed, self.last = True, None
        elif answer is not None:
            self.failed, self.last = False, (answer, now_ms)
        asking = self._thread is not None and self._thread.is_alive()
        if asking and now - self._asked_at > _LOOK_LATE:
            self.failed = True
        if not asking and now - self._asked_at >= _LOOK_EVERY:
            self._asked_at = now
            self._thread = threading.Thread(
                target=self._ask, name="commons-disk", daemon=True
            )
            self._thread.start()
        return self.last

    def _ask(self) -> None:
        try:
            self._answer = look(self._machine, self._home)
        except (OSError, ValueError, AttributeError) as reason:
            # AttributeError: a system without statvfs.
            self._answer = OSError(str(reason))


def _words(text: str) -> tuple[list[str], bool]:
    """The command without a shell, and whether it cannot be understood."""
    try:
        return shlex.split(text), False
    except ValueError:
        return [], True


def _scanned(output: bytes, now_ms: int) -> _Scanned | None:
    try:
        answer: Any = json.loads(output)
        folders: list[Folder] = [
            {"name": _name(str(folder["name"])), "bytes": _size(folder["bytes"])}
            for folder in answer["folders"][:MOST_FOLDERS]
        ]
        return _Scanned(_size(answer["bytes"]), folders, now_ms)
    except (ValueError, TypeError, KeyError):
        return None


def _size(value: object) -> int:
    return min(MOST, max(0, int(str(value))))


def _name(raw: str) -> str:
    """Whatever bytes the name has; a page counts in UTF-16."""
    text = raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    name = printable(text, _NAME_UNITS)
    while len(name.encode("utf-16-le")) > 2 * _NAME_UNITS:
        name = printable(name, len(name) - 1)
    return name
