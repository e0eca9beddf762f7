"""The one thread that looks, for all panels and for the companion."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from .cadence import Cadence
from .clock import Clock
from .counters import Counters
from .history import History
from .last_breath import this_life
from .losses import Losses
from .measure import Measurement
from .parts import Guard, Parts
from .wakeup import Sleeper

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from .cadence import View
    from .last_breath import LastBreath
    from .shapes import ConsumerRoot, Machine, UsageSample

# The loop gives the list of kernels within milliseconds, or is held up itself.
ROOTS_SECONDS = 0.5
# So many calls for memory in one second are no news any more.
MOST_CALLS = 200
GPU_SECONDS: dict[View, float] = {"panel": 1, "status": 5, "none": 5}
# A card that is asked does not go to sleep.
IDLE_GPU_SECONDS = 60


@dataclass(frozen=True)
class Told:
    """One look, as it leaves the thread."""

    sample: UsageSample
    report: dict[str, Any]
    busy: bool


@dataclass(frozen=True)
class Outlets:
    """What the thread calls; each must return at once."""

    publish: Callable[[Told], None]
    # Wants `roots_are`, soon.
    ask_roots: Callable[[], None]
    # Wants `roots_changed` if they have, soon.
    peek_roots: Callable[[], None]


@dataclass
class _Inbox:
    """What others want of the thread."""

    view: View = "none"
    roots: tuple[ConsumerRoot, ...] | None = None
    changed: bool = False
    busy: bool = False
    scan: bool = False
    ended: bool = False


class Sampler:
    """Started once, stopped once. Its methods return at once, from any thread."""

    def __init__(
        self,
        *,
        make_parts: Callable[[Guard], Parts],
        outlets: Outlets,
        machine: Machine,
        log: logging.Logger,
        breath: LastBreath | None = None,
        clock: Clock | None = None,
    ) -> None:
        """`make_parts` is called on the thread."""
        self._make_parts = make_parts
        self._outlets = outlets
        self._machine = machine
        self._breath = breath
        self._clock = clock or Clock()
        self._guard = Guard(log)
        self._sleeper = Sleeper()
        self._lock = threading.Lock()
        self._inbox = _Inbox()
        self._deaths: deque[str] = deque(maxlen=100)
        self._replies: deque[Callable[[str], None]] = deque(maxlen=100)
        self._counters = Counters(self._clock.now())
        self._life = this_life(machine, self._counters.boot)
        self.losses = Losses(self._counters.boot)
        self._thread = threading.Thread(
            target=self._run, name="commons-sampler", daemon=True
        )
        self._cadence = Cadence()
        self._history = History()
        self._parts = Parts()
        self._measured = Measurement(
            self._parts, self._guard, self._clock, self._counters
        )
        self._roots: tuple[ConsumerRoot, ...] = ()
        self._asked_at: float | None = None
        self._calls: deque[float] = deque(maxlen=MOST_CALLS)
        self._last: UsageSample | None = None

    def start(self) -> None:
        self._thread.start()

    def ask_to_stop(self) -> None:
        with self._lock:
            self._inbox.ended = True
        self._sleeper.wake()

    def join(self, seconds: float) -> bool:
        """Blocks. Whether it has ended; else it ends by itself, when it can."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def look(self, view: View) -> None:
        """How often anybody looks from now on."""
        with self._lock:
            self._inbox.view = view
        self._sleeper.wake()

    def roots_are(self, roots: tuple[ConsumerRoot, ...]) -> None:
        """The answer to `ask_roots`."""
        with self._lock:
            self._inbox.roots = roots
        self._sleeper.wake()

    def roots_changed(self) -> None:
        """A kernel or terminal began or ended."""
        with self._lock:
            self._inbox.changed = True
        self._sleeper.wake()

    def kernel_busy(self) -> None:
        """One at least; it need not wait for the next attribution to be known."""
        with self._lock:
            self._inbox.busy = True

    def kernel_died(self, key: str) -> None:
        self._deaths.append(key)
        self.roots_changed()

    def ask_history(self, reply: Callable[[str], None]) -> None:
        """`reply` is called on the thread, with a frame of the protocol."""
        self._replies.append(reply)
        self._sleeper.wake()

    def scan(self) -> None:
        with self._lock:
            self._inbox.scan = True
        self._sleeper.wake()

    def _run(self) -> None:
        self._guard.run("this server", self._open, None)
        while self._guard.run("this server", self._tick, True):  # noqa: FBT003
            if self._sleeper.sleep(self._wait()):
                self._called()
        self._close()

    def _open(self) -> None:
        self._parts = self._guard.run(
            "this server", lambda: self._make_parts(self._guard), Parts()
        )
        self._measured = Measurement(
            self._parts, self._guard, self._clock, self._counters
        )
        headline, gpus = self._parts.headline, self._parts.gpus
        if headline is not None:
            self._guard.run(
                "the call for memory",
                lambda: self._sleeper.listen(headline.oom_watch()),
                None,
            )
        if gpus is not None:
            self._guard.run("the GPUs", gpus.start, None)
        self._pace_gpus()
        if self._breath is None:
            self.losses.looked_back(None, None)
        else:
            at = self._clock.wall_ms()
            self._breath.look_back(
                self._machine, self._life, at, self.losses.looked_back
            )

    def _wait(self) -> float:
        due = min(self._cadence.next_headline(), self._cadence.next_peek())
        if self._asked_at is not None:
            due = min(due, self._asked_at + ROOTS_SECONDS)
        return max(0.0, due - self._clock.now())

    def _called(self) -> None:
        """The kernel says that memory is short, or that it has ended somebody."""
        now = self._clock.now()
        self._cadence.alarm(now)
        self._calls.append(now)
        if len(self._calls) == MOST_CALLS and now - self._calls[0] < 1:
            self._sleeper.deafen()

    def _tick(self) -> bool:
        """Whatever is due; whether to go on."""
        inbox = self._take()
        if inbox.ended:
            return False
        if inbox.roots is not None:
            self._roots = inbox.roots
        now = self._clock.now()
        if now >= self._cadence.next_headline():
            self._cadence.began(now)
            self._look(now)
        elif now >= self._cadence.next_peek() or self._deaths:
            self._cadence.peeked(now)
            self._peek(now)
        while self._deaths:
            self._measured.died(self._deaths.popleft())
        asked = self._asked_at
        if asked is not None and (
            inbox.roots is not None or now - asked >= ROOTS_SECONDS
        ):
            self._attribute_and_tell()
        while self._replies:
            reply = partial(self._reply, self._replies.popleft())
            self._guard.run("the history", reply, None)
        return True

    def _reply(self, reply: Callable[[str], None]) -> None:
        reply(json.dumps({"history": self._history.dump()}, separators=(",", ":")))

    def _take(self) -> _Inbox:
        with self._lock:
            inbox = self._inbox
            self._inbox = _Inbox(view=inbox.view, ended=inbox.ended)
        cadence, disk = self._cadence, self._parts.disk
        if inbox.view != cadence.view:
            cadence.view = inbox.view
            if inbox.view != "none":
                cadence.want()
            self._pace_gpus()
        if inbox.busy:
            cadence.work_began()
        if inbox.scan and disk is not None:
            self._guard.run("the home folder", disk.scan, None)
        if inbox.changed or inbox.scan:
            cadence.want()
        return inbox

    def _look(self, now: float) -> None:
        """The headline; and the consumers, if it is their turn."""
        killed = self._measured.look(now)
        memory = self._measured.memory()
        self._cadence.used(now, memory.get("used"), memory.get("limit"))
        if killed:
            self._attribute_the_kill()
        elif self._asked_at is None and self._cadence.consumers_due(now):
            self._ask(now)
        elif self._asked_at is None:
            self._outlets.peek_roots()
            self._tell()

    def _peek(self, now: float) -> None:
        """Between looks: memory may be on its way to the limit."""
        killed, memory = self._measured.peek(now)
        self._cadence.used(now, memory.get("used"), memory.get("limit"))
        if killed:
            self._attribute_the_kill()
        elif (
            self._asked_at is None
            and self._cadence.consumers_wanted
            and self._cadence.consumers_due(now)
        ):
            self._ask(now)

    def _ask(self, now: float) -> None:
        self._asked_at = now
        self._outlets.ask_roots()

    def _attribute_the_kill(self) -> None:
        """Whoever it was is leaving now, and the loop may be held up."""
        self._attribute_and_tell()
        self._cadence.want()

    def _attribute_and_tell(self) -> None:
        # Its turn was when it asked; a slow answer must not delay the next turn.
        turn = self._clock.now() if self._asked_at is None else self._asked_at
        self._asked_at = None
        cost = time.thread_time()
        self._guard.run(
            "use by notebook", lambda: self._measured.attribute(self._roots), None
        )
        cost = time.thread_time() - cost
        self._cadence.attributed(turn, cost)
        self._tell()

    def _tell(self) -> None:
        for loss in self.losses.take():
            self._measured.incidents.lost(loss)
        many = ("PROCESSES_MANY",) if self._cadence.stretched else ()
        sample = self._measured.sample(*many)
        busy = self._measured.busy(sample)
        if busy != self._cadence.busy:
            self._cadence.busy = busy
            self._pace_gpus()
        self._last = sample
        self._history.add(self._clock.with_sleep(), sample)
        if self._breath is not None:
            self._breath.breathe(self._clock.now(), self._life, sample)
        self._outlets.publish(Told(sample, self._measured.report(sample), busy))

    def _pace_gpus(self) -> None:
        gpus, cadence = self._parts.gpus, self._cadence
        if gpus is not None:
            idle = cadence.view == "none" and not cadence.busy
            seconds = IDLE_GPU_SECONDS if idle else GPU_SECONDS[cadence.view]
            self._guard.run("the GPUs", lambda: gpus.every(seconds), None)

    def _close(self) -> None:
        parts, breath = self._parts, self._breath
        ends: list[Callable[[], object]] = [self._sleeper.close]
        if breath is not None:
            ends.append(lambda: breath.end(self._life, self._last))
        ends += [
            part.close
            for part in (parts.headline, parts.peek, parts.attribution, parts.disk)
            if part is not None
        ]
        if parts.gpus is not None:
            ends.append(parts.gpus.stop)
        for end in ends:
            self._guard.run("the end", end, None)
