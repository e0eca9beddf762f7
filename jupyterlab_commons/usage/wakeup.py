"""How the sampler's thread sleeps, and what wakes it."""

from __future__ import annotations

import os
import select
import threading
from typing import Protocol


class Watch(Protocol):
    """A descriptor of the kernel's that calls when memory runs short."""

    @property
    def events(self) -> int: ...
    def fileno(self) -> int: ...
    def drain(self) -> bool: ...
    def close(self) -> None: ...


class Sleeper:
    """Sleeps in `poll`; where there is none, without the kernel's calls."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._poll = select.poll() if hasattr(select, "poll") else None
        self._fds: tuple[int, ...] = ()
        self._watch: Watch | None = None
        if self._poll is not None:
            self._fds = _pair()
            self._poll.register(self._fds[0], select.POLLIN)

    def listen(self, watch: Watch | None) -> None:
        """The only watch from now on; the one before is closed."""
        self.deafen()
        if watch is not None and self._poll is not None:
            self._poll.register(watch.fileno(), watch.events)
            self._watch = watch

    def wake(self) -> None:
        """From any thread; once is as good as often. After `close` it does nothing."""
        with self._lock:
            if not self._event.is_set():
                self._event.set()
                if self._fds:
                    os.write(self._fds[1], b"\x01\0\0\0\0\0\0\0")

    def sleep(self, seconds: float) -> bool:
        """Until woken or the time is up; whether the kernel has called."""
        called = False
        if self._poll is None:
            self._event.wait(seconds)
        else:
            ready = self._poll.poll(max(0, int(seconds * 1000) + 1))
            called = any(fd != self._fds[0] for fd, _ in ready)
            if called and self._watch is not None and not self._watch.drain():
                # A descriptor of a cgroup that went away calls for ever.
                self.deafen()
        with self._lock:
            if self._event.is_set():
                self._event.clear()
                if self._fds:
                    os.read(self._fds[0], 8)
        return called

    def deafen(self) -> None:
        """No more calls of the kernel's; ordinary looks go on."""
        if self._watch is not None and self._poll is not None:
            watch, self._watch = self._watch, None
            self._poll.unregister(watch.fileno())
            watch.close()

    def close(self) -> None:
        self.deafen()
        with self._lock:
            for fd in set(self._fds):
                os.close(fd)
            self._fds = ()
            self._event.set()


def _pair() -> tuple[int, int]:
    """A descriptor to read and one to write; eight bytes each time."""
    if hasattr(os, "eventfd"):
        fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        return fd, fd
    return os.pipe()
